//! A style's features as vector tiles, for clients that draw them: exactly the layers and the
//! properties that it reads.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use serde_json::Value as Json;

use super::{Source, StyledMap};
use crate::catalog::{Period, QueryError, Wanted, layers_of};
use crate::compose::{self, Fetched, Inputs};
use crate::encode::{Grid, Most, Tile, free_name, mvt};
use crate::feature::{Feature, Value};
use crate::geo::{Camera, Detail, Effort, Shape, Stopped, World, WorldBox, cost};
use crate::index::Index;
use crate::style::{GeoJsonData, Layer, Paint, Reads, SourceSpec};

/// The layer of a source.
pub struct VectorLayer {
    /// The source, which the layer is called by.
    pub source: String,
    /// What the layer of the points on its areas is called, where these have names.
    pub labels: Option<String>,
    /// The properties that are read.
    pub fields: Vec<String>,
    /// The zooms of the tiles that it is in.
    pub zooms: (u8, u8),
    pub index: Arc<Index>,
    /// How far its lines are seen beyond a tile of each zoom, in tiles, found when first asked for.
    buffers: [OnceLock<f64>; Grid::DEEPEST as usize + 1],
}

/// Of a layer whose lines are ever so wide, in tiles.
const MOST_BUFFER: f64 = 0.5;
/// How far bounds go into a tile that they are to meet, in tiles.
const INSIDE: f64 = 0.01;

impl StyledMap {
    /// The layers of its tiles.
    pub fn vector_layers(&self) -> &[VectorLayer] {
        self.vector.get_or_init(|| {
            let sources = self.sources.keys();
            sources.filter_map(|source| self.vector_layer(source)).collect()
        })
    }

    /// A source as a layer of tiles; `None` where clients are to have it as it is: it is no features,
    /// is written into the style, gathered, or read in ways that tiles do not know.
    fn vector_layer(&self, source: &str) -> Option<VectorLayer> {
        let Source::Features(index) = &*self.sources.get(source)?.source else { return None };
        let SourceSpec::GeoJson(spec) = self.style.sources.get(source)? else { return None };
        let (json, spec) = (self.style.json["sources"].get(source)?, &**spec);
        let is_tiled = matches!(spec.data, GeoJsonData::Reference(_))
            && json.get("lineMetrics").and_then(Json::as_bool) != Some(true);
        if !is_tiled {
            return None;
        }
        let (mut reads, mut zooms) = (Reads::default(), (f64::INFINITY, f64::NEG_INFINITY));
        let mut is_labelled = false;
        let has_areas = index.parts().iter().any(|part| matches!(part.shape, Shape::Polygon(_)));
        for layer in layers_of_source(&self.style.json, source) {
            reads.add(layer);
            let zoom = |key: &str, other: f64| layer[key].as_f64().unwrap_or(other);
            zooms = (zooms.0.min(zoom("minzoom", 0.0)), zooms.1.max(zoom("maxzoom", 24.0)));
            is_labelled |= has_areas && is_at_points(layer);
            // Circles are drawn at each corner, and tiles have others.
            let is_at_corners = layer["type"] == "circle" || layer["type"] == "heatmap";
            if is_at_corners && !index.parts().iter().all(|p| matches!(p.shape, Shape::Point(_))) {
                return None;
            }
        }
        if reads.id || zooms.0 >= zooms.1 {
            return None;
        }
        let deepest = f64::from(Grid::DEEPEST);
        let zooms = (zooms.0.floor().min(deepest) as u8, (zooms.1.ceil() - 1.0).min(deepest) as u8);
        let features = &index.collection().features;
        // Tiles have lists and objects as text.
        let is_nested = |(name, value): (&Arc<str>, &Value)| {
            matches!(value, Value::Array(_) | Value::Object(_)) && reads.wants(name)
        };
        if features.iter().any(|feature| feature.properties.iter().any(is_nested)) {
            return None;
        }
        let names: BTreeSet<&str> =
            features.iter().flat_map(|f| f.properties.iter().map(|(name, _)| &**name)).collect();
        let promoted = json.get("promoteId").and_then(Json::as_str);
        let is_read = |name: &&str| reads.wants(name) || promoted == Some(*name);
        let fields = names.into_iter().filter(is_read).map(str::to_string);
        let others: Vec<&str> = self.sources.keys().map(String::as_str).collect();
        let labels = || free_name(&format!("{source}_labels"), others.iter().copied());
        Some(VectorLayer {
            source: source.to_string(),
            labels: is_labelled.then(labels),
            fields: fields.collect(),
            zooms,
            index: index.clone(),
            buffers: Default::default(),
        })
    }

    /// How far beyond a tile a layer's features are in it, units: as far as lines and circles of
    /// those outside are seen in it, at the tile's own zoom and up to the next.
    fn buffer(&self, layer: &VectorLayer, grid: &Grid, effort: &Effort) -> Result<u32, Stopped> {
        let share = self.reach(layer, grid.tile.z(), effort)?;
        Ok((share * f64::from(grid.extent)).ceil() as u32)
    }

    /// The same in tiles of a zoom.
    fn reach(&self, layer: &VectorLayer, z: u8, effort: &Effort) -> Result<f64, Stopped> {
        let z = z.min(Grid::DEEPEST);
        let Some(known) = layer.buffers.get(usize::from(z)) else { return Ok(0.0) };
        let measure = || {
            let parts = 0..layer.index.parts().len() as u32;
            // It is over in the end, not here.
            let parts = parts.take_while(|_| effort.spend(cost::FEATURE).is_ok());
            let parts = parts.filter_map(|n| Fetched::of(&layer.index, n, Detail::ALL));
            let drawn = self.style.layers.iter().filter(|own| {
                let is_of = own.source.as_deref() == Some(&*layer.source);
                is_of && matches!(own.paint, Paint::Line(_) | Paint::Circle(_) | Paint::Heatmap(_))
            });
            let reach = |own: &Layer, zoom: u8| {
                let camera = Camera::centered(World { x: 0.5, y: 0.5 }, zoom.into(), (1, 1), 1);
                let (camera, sprite) = (&camera, &*self.sprite);
                let inputs = Inputs { camera, state: &self.style.state, sprite, effort };
                compose::reach_px(own, &inputs, parts.clone()) / (512.0 * f64::from(1 + zoom - z))
            };
            let reaches = drawn.flat_map(|own| [reach(own, z), reach(own, z + 1)]);
            reaches.fold(0.0, f64::max).min(MOST_BUFFER)
        };
        if let Some(known) = known.get() {
            return Ok(*known);
        }
        let measured = measure();
        match effort.over() {
            Some(why) => Err(why),
            None => Ok(*known.get_or_init(|| measured)),
        }
    }

    /// The envelope of what its tiles show, unit square: that of its features, up to each tile that
    /// their lines are seen in beyond it.
    ///
    /// # Errors
    /// Where it is too much work.
    pub fn vector_bounds(&self, effort: &Effort) -> Result<Option<WorldBox>, Stopped> {
        let mut all: Option<WorldBox> = None;
        for layer in self.vector_layers() {
            let Some(own) = layer.index.bounds() else { continue };
            let mut bounds = own;
            for z in layer.zooms.0..=layer.zooms.1 {
                let side = 1.0 / f64::from(1_u32 << z);
                let seen = own.grown(self.reach(layer, z, effort)? * side);
                // Just into the furthest tile.
                let low = |v: f64| (v / side).floor() * side + side * (1.0 - INSIDE);
                let high = |v: f64| (v / side).floor() * side + side * INSIDE;
                bounds.min.x = bounds.min.x.min(low(seen.min.x)).max(own.min.x.min(0.0));
                bounds.min.y = bounds.min.y.min(low(seen.min.y)).max(own.min.y.min(0.0));
                bounds.max.x = bounds.max.x.max(high(seen.max.x)).min(own.max.x.max(1.0));
                bounds.max.y = bounds.max.y.max(high(seen.max.y)).min(own.max.y.max(1.0));
            }
            let with = |all: WorldBox| {
                WorldBox::around(&[all.min, all.max, bounds.min, bounds.max]).unwrap_or(all)
            };
            all = Some(all.map_or(bounds, with));
        }
        Ok(all)
    }

    /// A tile of its layers.
    ///
    /// # Errors
    /// Where it is too much work.
    pub fn vector_tile(
        &self,
        grid: &Grid,
        during: Option<Period>,
        effort: &Effort,
    ) -> Result<Tile, QueryError> {
        let is_wanted = |feature: &Feature| during.is_none_or(|period| period.meets(feature));
        let mut layers = Vec::new();
        for layer in self.vector_layers() {
            let z = grid.tile.z().min(Grid::DEEPEST);
            if (layer.zooms.0..=layer.zooms.1).contains(&z) {
                let wanted = Wanted {
                    name: layer.source.clone(),
                    labels: layer.labels.clone(),
                    only: Some(&layer.fields),
                };
                let grid =
                    &Grid { buffer: grid.buffer.max(self.buffer(layer, grid, effort)?), ..*grid };
                layers.extend(layers_of(&layer.index, grid, wanted, &is_wanted, effort)?);
            }
        }
        Ok(mvt(&layers, Most::SERVED, effort)?)
    }
}

/// The layers of a style's document that draw from a source.
fn layers_of_source<'a>(style: &'a Json, source: &'a str) -> impl Iterator<Item = &'a Json> {
    let layers = style["layers"].as_array().into_iter().flatten();
    layers.filter(move |layer| layer["source"] == source)
}

/// Whether a layer draws a symbol at one point of each feature, and does not ask whether that is an
/// area.
pub fn is_at_points(layer: &Json) -> bool {
    let is_at_point = match &layer["layout"]["symbol-placement"] {
        Json::Null => true,
        placement => placement == "point",
    };
    let mut reads = Reads::default();
    reads.add(layer);
    layer["type"] == "symbol" && is_at_point && !reads.geometry_type
}
