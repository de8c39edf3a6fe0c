//! What a style's sources hold, and what of it a picture shows.

use std::cell::OnceCell;
use std::sync::Arc;

use moka::sync::Cache;

use super::PictureError;
use super::dem::Dem;
use super::faults::Failing;
use crate::compose::{self, Batch, Fetched, Inputs, LayerData, Placed};
use crate::feature::{Feature, Properties, Value};
use crate::geo::{Camera, TileId, World, WorldBox};
use crate::index::{Clusters, Gathering, Index, Part};
use crate::source::tiles::{self, TileSet, TilesError, VectorTile};
use crate::sprite::Image;
use crate::style::{ClusterSpec, Context, Datum, Expr, ImageSource, Layer, TileSource};

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

/// Decoded tiles, the last used kept.
pub struct Tiles<T> {
    set: TileSet,
    decode: Decode<T>,
    /// CSS px.
    size: u32,
    /// By the version of the tiles; what could not be read is not kept.
    kept: Cache<(u64, TileId), Option<Arc<T>>>,
    failing: Failing,
    /// The version of the tiles that the map was loaded with.
    loaded: u64,
}

/// `None` where what was read stands for no tile.
type Decode<T> = Box<dyn Fn(TileId, &[u8]) -> Result<Option<T>, TilesError> + Send + Sync>;

/// How many decoded tiles of one source are kept.
const KEPT_TILES: u64 = 256;

/// How many zooms further up a tile is looked for that stands for a missing one.
const MAX_OVERZOOM: u8 = 10;

/// How many copies of the world to either side can be shown: more than the widest picture has at
/// its least zoom.
const MAX_COPIES: i64 = 96;

impl<T: Send + Sync + 'static> Tiles<T> {
    pub(super) fn new(name: String, set: TileSet, size: u32, decode: Decode<T>) -> Self {
        let loaded = set.version();
        Self {
            set,
            decode,
            size,
            kept: Cache::new(KEPT_TILES),
            failing: Failing::new(name),
            loaded,
        }
    }

    /// A tile; none where there is none.
    fn get(&self, id: TileId) -> Result<Option<Arc<T>>, Arc<TilesError>> {
        let read = || {
            let bytes = self.set.tile(id)?;
            let tile = bytes.map(|bytes| (self.decode)(id, &bytes)).transpose();
            tile.map(|tile| tile.flatten().map(Arc::new))
        };
        let tile = self.kept.try_get_with((self.set.version(), id), read);
        self.failing.note(id, tile.as_ref().err().map(|e| &**e));
        tile
    }

    /// The same; where it cannot be read, what is drawn of it is told.
    pub(super) fn held(&self, id: TileId, held: &Held) -> Option<Arc<T>> {
        self.get(id).unwrap_or_else(|_| {
            let _ = held.fault.set(self.failing.name().to_string());
            None
        })
    }

    /// A number that is another when the tiles have changed.
    pub(super) fn version(&self) -> u64 {
        self.set.version()
    }

    /// What is wrong with the tiles now: those that could not be read are tried again.
    pub(super) fn fault(&self) -> Option<String> {
        self.failing.tiles().into_iter().for_each(|id| drop(self.get(id)));
        self.failing.told()
    }

    /// 0 while the tiles are those that the map was loaded with.
    pub(super) fn drift(&self) -> u64 {
        self.set.version() ^ self.loaded
    }
}

pub(super) fn vector(name: String, set: TileSet, spec: &TileSource) -> Source {
    let promote_id = spec.promote_id.clone();
    let decode = move |id, bytes: &[u8]| match bytes.is_empty() {
        // There is a tile, and nothing in it: none further up stands for it.
        true => Ok(Some(VectorTile::default())),
        false => tiles::decode_vector(id, bytes, &promote_id).map(Some),
    };
    Source::Vector(Tiles::new(name, set, 512, Box::new(decode)))
}

/// The points of `index`, gathered as the style says.
pub(super) fn clusters(index: &Index, spec: &ClusterSpec) -> Source {
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
            let accumulated = into.get(&**name).cloned().unwrap_or(Value::Null);
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

pub(super) fn raster(name: String, set: TileSet, spec: &TileSource) -> Source {
    let decode = |_, bytes: &[u8]| match bytes.is_empty() {
        true => Ok(None),
        false => tiles::decode_picture(bytes).map(image).map(Some),
    };
    Source::Raster(Tiles::new(name, set, spec.tile_size, Box::new(decode)))
}

pub(super) fn placed(picture: tiles::Picture, spec: &ImageSource) -> Source {
    let image = Arc::new(image(picture));
    let part = [0.0, 0.0, f64::from(image.width_px), f64::from(image.height_px)];
    let corners = spec.coordinates.map(|[lon, lat]| World::from_degrees(lon, lat));
    Source::Image(Placed { what: image, corners, part, copy: 0 })
}

pub(super) fn image(picture: tiles::Picture) -> Image {
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
    pub(super) fn frame(&self) -> Option<WorldBox> {
        match self {
            Source::Features(index) => index.frame(),
            Source::Clusters(clusters) => clusters.at(f64::INFINITY).frame(),
            other => other.bounds(),
        }
    }

    /// What is wrong with its files now.
    pub(super) fn fault(&self) -> Option<String> {
        match self {
            Source::Vector(tiles) => tiles.fault(),
            Source::Raster(tiles) => tiles.fault(),
            Source::Dem(dem) => dem.fault(),
            Source::Features(_) | Source::Clusters(_) | Source::Image(_) => None,
        }
    }

    /// 0 while its files are those that the map was loaded with, and a number of their own when
    /// they are others.
    pub(super) fn drift(&self) -> u64 {
        match self {
            Source::Vector(tiles) => tiles.drift(),
            Source::Raster(tiles) => tiles.drift(),
            Source::Dem(dem) => dem.drift(),
            Source::Features(_) | Source::Clusters(_) | Source::Image(_) => 0,
        }
    }

    /// What may leave a mark in the picture. Where a tile cannot be read, `held` says so in the
    /// end.
    pub(super) fn fetch<'a>(
        &'a self,
        layer: &Layer,
        inputs: &Inputs,
        held: &'a Held,
    ) -> LayerData<'a> {
        let camera = inputs.camera;
        match self {
            Source::Features(index) => LayerData::Features(whole(index, layer, inputs)),
            Source::Clusters(clusters) => {
                LayerData::Features(whole(clusters.at(camera.zoom()), layer, inputs))
            }
            Source::Vector(tiles) => {
                let name = layer.source_layer.as_deref().unwrap_or_default();
                let reach = tile_reach(layer, inputs);
                let batches = covering(camera, tiles, f64::floor, reach).into_iter().filter_map(
                    |(id, copy)| {
                        // Of a larger tile only what lies in the one that is missing.
                        let (_, tile) = nearest(tiles, id, held)?;
                        let index = held.keep(tile).layer(name)?;
                        let parts = index.parts().iter().map(|p| fetched(index, p)).collect();
                        Some(Batch { parts, copy, clip: Some(id.bounds()) })
                    },
                );
                LayerData::Features(batches.collect())
            }
            Source::Raster(tiles) => {
                let shown = covering(&camera.aligned(), tiles, nearest_zoom, 0.0).into_iter();
                let images = shown.filter_map(|(id, copy)| {
                    let (up, image) = nearest(tiles, id, held)?;
                    let size = [image.width_px, image.height_px];
                    Some(placed_part(image, size, (id, up), copy))
                });
                LayerData::Images(images.collect())
            }
            Source::Dem(dem) => LayerData::Grounds(dem.fetch(camera, held)),
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

/// Tiles that a picture is being drawn from: they live as long as it takes.
#[derive(Default)]
pub(super) struct Held {
    tiles: elsa::FrozenVec<Arc<VectorTile>>,
    /// The first source of which a tile could not be read.
    fault: OnceCell<String>,
}

impl Held {
    fn keep(&self, tile: Arc<VectorTile>) -> &VectorTile {
        self.tiles.push_get(tile)
    }

    /// Whether all that was asked for was there.
    ///
    /// # Errors
    /// Where a tile could not be read: what is drawn without it is wrong.
    pub fn whole(&self) -> Result<(), PictureError> {
        self.fault.get().map_or(Ok(()), |source| Err(PictureError::Source(source.clone())))
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
fn whole<'a>(index: &'a Index, layer: &Layer, inputs: &Inputs) -> Vec<Batch<'a>> {
    let reach = compose::reach_px(layer, inputs, index.parts().iter().map(|p| fetched(index, p)));
    let shown = inputs.camera.bounds(reach);
    let Some(bounds) = index.bounds() else { return Vec::new() };
    copies(&shown, &bounds)
        .map(|copy| {
            let there = shown.moved(-(copy as f64));
            let parts = index.parts_in(&there).into_iter().map(|p| fetched(index, p)).collect();
            Batch { parts, copy, clip: None }
        })
        .collect()
}

/// The copies of the world in which something within `bounds` can be seen.
fn copies(shown: &WorldBox, bounds: &WorldBox) -> std::ops::RangeInclusive<i64> {
    let first = (shown.min.x - bounds.max.x).ceil() as i64;
    let last = (shown.max.x - bounds.min.x).floor() as i64;
    first.max(-MAX_COPIES)..=last.min(MAX_COPIES)
}

fn fetched<'a>(index: &'a Index, part: &'a Part) -> Fetched<'a> {
    Fetched { feature: index.feature(part), shape: &part.shape, number: part.number }
}

/// The tiles that cover the picture at the source's own zoom for it, each with the copy of the
/// world it is drawn in.
pub(super) fn covering<T: Send + Sync + 'static>(
    camera: &Camera,
    tiles: &Tiles<T>,
    whole: fn(f64) -> f64,
    reach_px: f64,
) -> Vec<(TileId, i64)> {
    let (minzoom, maxzoom) = tiles.set.zooms();
    // A world smaller than its one tile is that tile.
    let zoom = whole(camera.zoom() + (512.0 / f64::from(tiles.size)).log2()).max(0.0);
    if zoom < f64::from(minzoom) {
        return Vec::new();
    }
    let z = (zoom as u8).min(maxzoom);
    let n = i64::from(1u32 << z);
    let shown = camera.bounds(reach_px);
    let cells =
        |low: f64, high: f64| (low * n as f64).floor() as i64..=(high * n as f64).floor() as i64;
    let mut found = Vec::new();
    for y in cells(shown.min.y, shown.max.y).filter(|y| (0..n).contains(y)) {
        for x in cells(shown.min.x, shown.max.x) {
            let copy = x.div_euclid(n);
            if copy.abs() <= MAX_COPIES
                && let Ok(id) = TileId::new(u32::from(z), x.rem_euclid(n) as u32, y as u32)
            {
                found.push((id, copy));
            }
        }
    }
    found
}

/// A tile, or the nearest larger one that there is, with how many zooms further up it is; none
/// outside the set's bounds.
pub(super) fn nearest<T: Send + Sync + 'static>(
    tiles: &Tiles<T>,
    id: TileId,
    held: &Held,
) -> Option<(u8, Arc<T>)> {
    if !tiles.set.reaches(id) {
        return None;
    }
    let (minzoom, _) = tiles.set.zooms();
    (0..=(id.z() - minzoom.min(id.z())).min(MAX_OVERZOOM)).find_map(|up| {
        let larger = TileId::new(u32::from(id.z() - up), id.x() >> up, id.y() >> up).ok()?;
        Some((up, tiles.held(larger, held)?))
    })
}

/// The zoom of tiles that is the nearest to a picture's.
pub(super) fn nearest_zoom(zoom: f64) -> f64 {
    (zoom + 0.5).floor()
}

/// A tile, or the part of a tile `up` zooms above it that lies in its place; `size` is that of the
/// whole.
pub(super) fn placed_part<T>(
    what: Arc<T>,
    size: [u32; 2],
    (id, up): (TileId, u8),
    copy: i64,
) -> Placed<T> {
    let share = 1.0 / f64::from(1u32 << up);
    let place = |at: u32, size: u32| {
        let size = f64::from(size) * share;
        let start = f64::from(at & ((1u32 << up) - 1)) * size;
        (start, start + size)
    };
    let (left, right) = place(id.x(), size[0]);
    let (top, bottom) = place(id.y(), size[1]);
    Placed { what, corners: id.bounds().corners(), part: [left, top, right, bottom], copy }
}
