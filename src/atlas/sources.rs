//! What a style's sources hold, and what of it a picture shows.

use std::sync::Arc;

use moka::sync::Cache;

use super::dem::Dem;
use super::tiles::{Held, MAX_COPIES, Tiles, covering, nearest, placed};
use crate::compose::{
    self, Batch, Classes, Fetched, Inputs, LayerData, Lengths, Numbers, Parts, Placed, Sieve,
    SymbolInputs,
};
use crate::feature::{Feature, Properties, Value};
use crate::geo::{Detail, Projector, World, WorldBox};
use crate::index::{Clusters, Gathering, Index};
use crate::source::tiles::{self, TileSet, VectorTile};
use crate::sprite::Image;
use crate::style::{ClusterSpec, Context, Datum, Expr, ImageSource, Layer, Paint, TileSource};

/// What a picture fetches by.
#[derive(Clone, Copy)]
pub struct Fetching<'a> {
    /// What lives as long as the picture is drawn. Where a tile cannot be read, it says so in the
    /// end.
    pub held: &'a Held,
    /// How far lines of features may be drawn from where they are, device px.
    pub tolerance_px: f64,
    /// What is known of the features, by layer.
    pub known: Option<&'a Known>,
    /// What pictures are bent by.
    pub projector: Option<&'a Projector>,
}

impl<'a> Fetching<'a> {
    /// Of what is not the same at another zoom.
    fn plainly(&self) -> Self {
        Self { tolerance_px: 0.0, known: None, ..*self }
    }

    /// What is known of a layer's filter.
    fn sieve(&self, layer: &Layer, inputs: &Inputs, index: &Index) -> Option<Arc<Sieve>> {
        let (known, key) = (self.known?, Sieve::key(layer, inputs)?);
        Some(known.sieves.get_with(key, || Arc::new(Sieve::of(index, layer, inputs))))
    }

    /// What is known of its features' looks.
    fn classes(&self, layer: &Layer, inputs: &Inputs, index: &Index) -> Option<Arc<Classes>> {
        let (known, key) = (self.known?, Classes::key(layer, inputs)?);
        Some(known.classes.get_with(key, || Arc::new(Classes::of(index, layer, inputs))))
    }
}

/// What is known of the features that a style draws, by layer and state; clones share it.
#[derive(Clone)]
pub struct Known {
    sieves: Cache<u128, Arc<Sieve>>,
    classes: Cache<u128, Arc<Classes>>,
    lengths: Cache<u128, Option<Arc<Lengths>>>,
}

/// Bytes of each that are kept.
const KEPT_BYTES: u64 = 32 << 20;

impl Default for Known {
    fn default() -> Self {
        let bytes = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
        let sieves = Cache::builder().max_capacity(KEPT_BYTES);
        let classes = Cache::builder().max_capacity(KEPT_BYTES);
        let lengths = Cache::builder().max_capacity(KEPT_BYTES);
        let length = |all: &Option<Arc<Lengths>>| all.as_ref().map_or(0, |all| all.size());
        Self {
            lengths: lengths.weigher(move |_, all| bytes(length(all))).build(),
            sieves: sieves.weigher(move |_, sieve: &Arc<Sieve>| bytes(sieve.size())).build(),
            classes: classes.weigher(move |_, all: &Arc<Classes>| bytes(all.size())).build(),
        }
    }
}

impl Known {
    /// How long the texts of a layer are, where they are held and not too many.
    pub fn lengths(
        &self,
        source: &Source,
        layer: &Layer,
        inputs: &SymbolInputs,
    ) -> Option<Arc<Lengths>> {
        let (Source::Features(index), Paint::Symbol(paint)) = (source, &layer.paint) else {
            return None;
        };
        let all = || Lengths::of(inputs, index, paint).map(Arc::new);
        self.lengths.get_with(Lengths::key(inputs, layer)?, all)
    }
}

/// One source, ready to be drawn from.
pub enum Source {
    /// Features of a file, of a collection or of the style itself.
    Features(Arc<Index>),
    /// Points of one, gathered by zoom.
    Clusters(Box<Clusters>),
    Vector(Tiles<VectorTile>),
    Raster(Tiles<Image>),
    Dem(Box<Dem>),
    Image(Placed<Image>),
}

pub fn vector(name: String, set: TileSet, spec: &TileSource) -> Source {
    let promote_id = spec.promote_id.clone();
    let decode = move |id, bytes: &[u8]| match bytes.is_empty() {
        // There is a tile, and nothing in it: none further up stands for it.
        true => Ok(Some(VectorTile::default())),
        false => tiles::decode_vector(id, bytes, &promote_id).map(Some),
    };
    Source::Vector(Tiles::new(name, set, 512, Box::new(decode)))
}

/// The points of `index`, gathered as the style says.
pub fn clusters(index: &Index, spec: &ClusterSpec) -> Source {
    let plain = |expr: &Expr, context: &Context| match expr.eval(context) {
        Ok(Datum::Plain(value)) => value,
        _ => Value::Null,
    };
    let of_point = |feature: &Feature| -> Properties {
        let context =
            Context { feature: Some(feature), geometry_type: "Point", ..Context::nowhere() };
        spec.properties
            .iter()
            .map(|(name, _, what)| (name.as_str().into(), plain(what, &context)))
            .collect()
    };
    let join = |into: &mut Properties, from: &Properties| {
        let other = Feature { properties: from.clone(), ..Feature::nowhere() };
        for (name, how, _) in &spec.properties {
            let accumulated = into.get(name).cloned().unwrap_or(Value::Null);
            let context = Context {
                feature: Some(&other),
                accumulated: Some(&accumulated),
                ..Context::nowhere()
            };
            into.insert(name.as_str().into(), plain(how, &context));
        }
    };
    let how = Gathering {
        radius_px: spec.radius,
        max_zoom: spec.max_zoom.clamp(0.0, 24.0) as u8,
        min_points: spec.min_points,
        of_point: &of_point,
        join: &join,
    };
    Source::Clusters(Box::new(Clusters::new(index.shared(), &how)))
}

pub fn raster(name: String, set: TileSet, spec: &TileSource) -> Source {
    let decode = |_, bytes: &[u8]| match bytes.is_empty() {
        true => Ok(None),
        false => tiles::decode_picture(bytes).map(image).map(Some),
    };
    Source::Raster(Tiles::new(name, set, spec.tile_size, Box::new(decode)))
}

pub fn fixed(picture: tiles::Picture, spec: &ImageSource) -> Source {
    let image = Arc::new(image(picture));
    let part = [0.0, 0.0, f64::from(image.width_px), f64::from(image.height_px)];
    let corners = spec.coordinates.map(|[lon, lat]| World::from_degrees(lon, lat));
    Source::Image(Placed { what: image, corners, part, copy: 0 })
}

pub fn image(picture: tiles::Picture) -> Image {
    Image::new(picture.width_px, picture.height_px, 1.0, picture.rgba)
}

impl Source {
    /// The envelope of everything in it, where that is known.
    pub fn bounds(&self) -> Option<WorldBox> {
        match self {
            Source::Features(index) => index.bounds(),
            Source::Image(image) => WorldBox::around(&image.corners),
            Source::Clusters(clusters) => clusters.at(f64::INFINITY).bounds(),
            Source::Vector(_) | Source::Raster(_) | Source::Dem(_) => None,
        }
    }

    /// The narrowest box that holds everything in it, where that is known (see [`Index::frame`]).
    pub fn frame(&self) -> Option<WorldBox> {
        match self {
            Source::Features(index) => index.frame(),
            Source::Clusters(clusters) => clusters.at(f64::INFINITY).frame(),
            other => other.bounds(),
        }
    }

    /// Whether it only lies behind what the map is about.
    pub fn is_backdrop(&self) -> bool {
        match self {
            Source::Features(index) => index.collection().backdrop,
            Source::Clusters(clusters) => clusters.collection().backdrop,
            Source::Dem(_) => true,
            Source::Vector(_) | Source::Raster(_) | Source::Image(_) => false,
        }
    }

    /// What is wrong with its files now.
    pub fn fault(&self) -> Option<String> {
        match self {
            Source::Vector(tiles) => tiles.fault(),
            Source::Raster(tiles) => tiles.fault(),
            Source::Dem(dem) => dem.fault(),
            Source::Features(_) | Source::Clusters(_) | Source::Image(_) => None,
        }
    }

    /// Where its tiles come from, if it is of tiles.
    pub fn tile_set(&self) -> Option<&TileSet> {
        match self {
            Source::Vector(tiles) => Some(&tiles.set),
            Source::Raster(tiles) => Some(&tiles.set),
            Source::Dem(dem) => Some(dem.tile_set()),
            Source::Features(_) | Source::Clusters(_) | Source::Image(_) => None,
        }
    }

    /// 0 while its files are those that the map was loaded with, and a number of their own when
    /// they are others.
    pub fn drift(&self) -> u64 {
        match self {
            Source::Vector(tiles) => tiles.drift(),
            Source::Raster(tiles) => tiles.drift(),
            Source::Dem(dem) => dem.drift(),
            Source::Features(_) | Source::Clusters(_) | Source::Image(_) => 0,
        }
    }

    /// A part by its number, as it is at a zoom, of features that are held as a whole.
    pub fn part(&self, number: u32, zoom: f64) -> Option<Fetched<'_>> {
        match self {
            Source::Features(index) => Fetched::of(index, number, Detail::ALL),
            Source::Clusters(clusters) => Fetched::of(clusters.at(zoom), number, Detail::ALL),
            Source::Vector(_) | Source::Raster(_) | Source::Dem(_) | Source::Image(_) => None,
        }
    }

    /// What may leave a mark in the picture.
    pub fn fetch<'a>(&'a self, layer: &Layer, inputs: &Inputs, by: &Fetching<'a>) -> LayerData<'a> {
        let held = by.held;
        let camera = inputs.camera;
        match self {
            Source::Features(index) => LayerData::Features(whole(index, layer, inputs, by)),
            Source::Clusters(clusters) => {
                LayerData::Features(whole(clusters.at(camera.zoom()), layer, inputs, &by.plainly()))
            }
            Source::Vector(tiles) => {
                let name = layer.source_layer.as_deref().unwrap_or_default();
                let reach = tile_reach(layer, inputs);
                let zoom = camera.zoom().floor();
                let shown = covering(zoom, &camera.bounds(reach), tiles).into_iter();
                let batches = shown.filter_map(|(id, copy)| {
                    // Of a larger tile only what lies in the one that is missing.
                    let (_, tile) = nearest(tiles, id, held)?;
                    let index = held.keep(tile).layer(name)?;
                    let numbers = Numbers::Own((0..index.parts().len() as u32).collect());
                    let parts = Parts::of(index, numbers, Detail::ALL);
                    let clip = Some(id.bounds());
                    Some(Batch { parts, copy, clip, ..Batch::default() })
                });
                LayerData::Features(batches.collect())
            }
            Source::Raster(tiles) => LayerData::Images(placed(tiles, camera, by.projector, |id| {
                let (up, image) = nearest(tiles, id, held)?;
                let size = [image.width_px, image.height_px];
                Some((image, size, up))
            })),
            Source::Dem(dem) => LayerData::Grounds(dem.fetch(camera, held, by.projector)),
            Source::Image(image) => {
                let Some(bounds) = WorldBox::around(&image.corners) else {
                    return LayerData::Nothing;
                };
                let copies = copies(&camera.bounds(1.0), &bounds);
                LayerData::Images(copies.map(|copy| image.in_copy(copy)).collect())
            }
        }
    }
}

/// How far beyond its tile a layer of vector tiles paints, device px: what is drawn at points is
/// not cut off. Where its size hangs on the features it is taken to be no more than a tile.
fn tile_reach(layer: &Layer, inputs: &Inputs) -> f64 {
    match layer.paint.reaches_beyond_tiles() {
        None => 0.0,
        Some(false) => compose::reach_px(layer, inputs, std::iter::empty()),
        Some(true) => 1024.0 * inputs.camera.ratio(),
    }
}

/// The features of a source that is drawn as a whole, in every copy of the world that is shown.
fn whole<'a>(index: &'a Index, layer: &Layer, inputs: &Inputs, by: &Fetching) -> Vec<Batch<'a>> {
    let all = 0..index.parts().len() as u32;
    let all = all.filter_map(|number| Fetched::of(index, number, Detail::ALL));
    let reach = compose::reach_px(layer, inputs, all);
    let shown = inputs.camera.bounds(reach);
    let Some(bounds) = index.bounds() else { return Vec::new() };
    let detail = inputs.camera.detail(by.tolerance_px);
    let sieve = by.sieve(layer, inputs, index);
    let classes = by.classes(layer, inputs, index);
    copies(&shown, &bounds)
        .map(|copy| {
            let numbers = by.held.found(index, copy, inputs.camera, reach);
            let numbers = match &sieve {
                None => Numbers::Shared(numbers),
                Some(sieve) => {
                    let passes = |number: &u32| {
                        let asked = || Fetched::of(index, *number, Detail::ALL);
                        let asked =
                            || asked().is_some_and(|part| sieve.passes(layer, inputs, &part));
                        sieve.known(*number).unwrap_or_else(asked)
                    };
                    Numbers::Own(numbers.iter().copied().filter(passes).collect())
                }
            };
            let parts = Parts::of(index, numbers, detail);
            let (sifted, classes) = (sieve.is_some(), classes.clone());
            let near = Some(shown.moved(-(copy as f64)));
            Batch { parts, copy, clip: None, detail, near, sifted, classes }
        })
        .collect()
}

/// The copies of the world in which something within `bounds` can be seen.
fn copies(shown: &WorldBox, bounds: &WorldBox) -> std::ops::RangeInclusive<i64> {
    let first = (shown.min.x - bounds.max.x).ceil() as i64;
    let last = (shown.max.x - bounds.min.x).floor() as i64;
    first.max(-MAX_COPIES)..=last.min(MAX_COPIES)
}
