//! Tiles of collections: which of their features are near a tile, and what of them is drawn there.

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64;

use super::{Catalog, Period, QueryError};
use crate::cql2::Filter;
use crate::encode::{Grid, Most, Tile, TileFeature, TileLayer, free_name, mvt};
use crate::feature::{Feature, FeatureId};
use crate::geo::{Effort, Held, Shape, Stopped, World, WorldBox, cost};
use crate::index::{Index, Part};

/// What is asked of a tile.
#[derive(Debug, Clone)]
pub struct TileQuery {
    pub grid: Grid,
    pub layers: Vec<LayerQuery>,
    pub during: Option<Period>,
    /// Only these properties.
    pub only: Option<Vec<String>>,
    /// What the filters may cost.
    pub filtering: Effort,
    /// Whether a second layer has a point on each area, where its name is put.
    pub labels: bool,
}

/// A collection of a tile.
#[derive(Debug, Clone)]
pub struct LayerQuery {
    pub collection: String,
    pub filter: Option<Filter>,
}

/// What of an index is wanted in a tile.
pub struct Wanted<'a> {
    /// The layer's name, and that of the points on its areas, if these are wanted.
    pub name: String,
    pub labels: Option<String>,
    pub only: Option<&'a [String]>,
}

/// Areas that are smaller have their points in their middle, units: half a CSS px.
const SMALL: f64 = 4.0;

/// Shapes, and how many worlds to the east each is.
type Shapes = Vec<(Shape, i64)>;

impl Catalog {
    /// A tile of collections.
    ///
    /// # Errors
    /// Where there is no such collection, or it is too much work.
    pub fn tile(&self, query: &TileQuery, effort: &Effort) -> Result<Tile, QueryError> {
        let mut layers = Vec::new();
        for LayerQuery { collection, filter } in &query.layers {
            let index =
                self.collection(collection).ok_or_else(|| self.no_collection(collection))?;
            let feature = |feature: &Feature| {
                query.during.is_none_or(|period| period.meets(feature))
                    && filter.as_ref().is_none_or(|filter| filter.matches(feature))
            };
            let labels = self.labels_of(collection).filter(|_| query.labels);
            let only = query.only.as_deref();
            let wanted = Wanted { name: collection.clone(), labels, only };
            layers.extend(layers_of(index, &query.grid, wanted, &feature, effort)?);
        }
        // A filter whose effort is over lets nothing through.
        if let Some(why) = query.filtering.over() {
            return Err(why.into());
        }
        Ok(mvt(&layers, Most::SERVED, effort)?)
    }

    /// What the layer with points in place of a collection's areas is called, if it has any.
    pub fn labels_of(&self, collection: &str) -> Option<String> {
        let kind = self.schema(collection)?.geometry;
        let others: Vec<&str> = self.collections().map(|(id, _)| id).collect();
        (kind.contains("polygon") || kind == "any")
            .then(|| free_name(&format!("{collection}_labels"), others.into_iter()))
    }
}

/// What of an index's features that are wanted is near a tile, as its layer; and as a second one
/// with points in place of areas, for their names.
///
/// # Errors
/// Where the effort ends.
pub fn layers_of<'a>(
    index: &'a Index,
    grid: &Grid,
    wanted: Wanted<'a>,
    is_wanted: &dyn Fn(&Feature) -> bool,
    effort: &Effort,
) -> Result<Vec<TileLayer<'a>>, Stopped> {
    let (detail, reach) = (grid.detail(), grid.reach());
    let (mut held, mut held_by_points) = (Held::nothing(effort), Held::nothing(effort));
    let unit = grid.tile.bounds().width() / f64::from(grid.extent);
    let mut near: BTreeMap<u32, (Shapes, Shapes)> = BTreeMap::new();
    let mut asked: BTreeMap<u32, bool> = BTreeMap::new();
    for (copy, shown) in copies(&reach) {
        for part in index.parts_in(&shown) {
            effort.spend(cost::BOX)?;
            let is_in = *asked.entry(part.feature).or_insert_with(|| {
                // It is over in the end, not here.
                let _ = effort.spend(cost::FEATURE);
                is_wanted(index.feature(part))
            });
            if !is_in {
                continue;
            }
            let (shapes, points) = near.entry(part.feature).or_default();
            effort.spend(part.shape.positions() * cost::POSITION)?;
            let shape = index.thinned(part, detail);
            if wanted.labels.is_some() {
                let point = label_point(index, part, unit, effort)?;
                let point = point.unwrap_or_else(|| shape.clone());
                held_by_points.grow(bytes_of(&point))?;
                points.push((point, copy));
            }
            held.grow(bytes_of(&shape))?;
            shapes.push((shape, copy));
        }
    }
    let only = wanted.only;
    let layer = |name: String, is_on_areas: bool, held: Held| {
        let (grid, features) = (*grid, Vec::with_capacity(near.len()));
        TileLayer { name, grid, features, only, is_on_areas, held }
    };
    let mut own = layer(wanted.name, false, held);
    let mut on_areas = wanted.labels.map(|name| layer(name, true, held_by_points));
    for (number, (shapes, points)) in near {
        let feature = &index.collection().features[number as usize];
        let (id, name) = ids(feature, number);
        if let Some(layer) = &mut on_areas {
            layer.features.push(TileFeature { feature, id, name: name.clone(), shapes: points });
        }
        own.features.push(TileFeature { feature, id, name, shapes });
    }
    Ok(std::iter::once(own).chain(on_areas).collect())
}

/// Bytes of a shape, with what its feature takes besides.
fn bytes_of(shape: &Shape) -> usize {
    size_of::<TileFeature>() + shape.positions() * size_of::<World>()
}

/// The copies of the world that a box meets, and the box as each has it.
fn copies(reach: &WorldBox) -> impl Iterator<Item = (i64, WorldBox)> {
    let reach = *reach;
    let world = WorldBox::from_degrees([-180.0, -90.0, 180.0, 90.0]);
    (reach.min.x.floor() as i64..=reach.max.x.floor() as i64)
        .map(move |copy| (copy, reach.moved(-(copy as f64))))
        .filter(move |(_, shown)| shown.min.x <= world.max.x && shown.max.x >= world.min.x)
}

/// Where the name of an area is put; `None` of what is no area.
fn label_point(
    index: &Index,
    part: &Part,
    unit: f64,
    effort: &Effort,
) -> Result<Option<Shape>, Stopped> {
    let (Shape::Polygon(_), Some(bounds)) = (&part.shape, part.shape.bounds()) else {
        return Ok(None);
    };
    if bounds.width().max(bounds.height()) < SMALL * unit {
        return Ok(Some(Shape::Point(bounds.center())));
    }
    Ok(index.pole(part, effort)?.map(Shape::Point))
}

/// Whole numbers that JavaScript tells apart.
const SAFE: u64 = (1 << 53) - 1;

/// A feature's id as a number that stays: its own where it is one, a hash of it where it is text,
/// and its position where it has none; and its id as text, where it is.
fn ids(feature: &Feature, position: u32) -> (u64, Option<String>) {
    match &feature.id {
        None => (position.into(), None),
        Some(FeatureId::Text(text)) => (xxh3_64(text.as_bytes()) & SAFE, Some(text.to_string())),
        Some(number) => match number.to_string().parse() {
            Ok(whole) => (whole, None),
            Err(_) => {
                let text = number.to_string();
                (xxh3_64(text.as_bytes()) & SAFE, Some(text))
            }
        },
    }
}
