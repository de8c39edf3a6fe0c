//! Facts joined to points, row by row: which areas each lies in, what is nearest to it, on a day of
//! its own.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use geo::geometry::{Coord, Point};
use serde_json::{Number, Value as Json};

use super::QuestionError;
use super::measure::rounded;
use crate::catalog::{Catalog, Period};
use crate::geo::relate::Prepared;
use crate::geo::{Effort, LonLat, Outline, Stopped, World, WorldBox, cost};
use crate::index::{Index, Near};

/// A collection whose features are joined, and which of their properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    pub collection: String,
    pub properties: Vec<String>,
}

/// What is joined to points, ready to be asked of many.
pub struct Join {
    inside: Vec<Inside>,
    near: Vec<Nearest>,
    effort: Effort,
}

/// A collection whose areas points lie in.
struct Inside {
    joined: Joined,
    index: Arc<Index>,
    areas: Vec<OnceLock<Prepared<'static>>>,
}

/// A collection whose nearest feature is meant.
struct Nearest {
    joined: Joined,
    index: Arc<Index>,
    outlines: Vec<OnceLock<Outline<'static>>>,
}

/// Between values of several features that a point lies in.
const BETWEEN: &str = "; ";
/// Distances are told to tenths of a metre.
const PER_M: f64 = 10.0;

impl Joined {
    /// `collection` or `collection:property:property`; where no property is said, `usual`, if the
    /// collection has it.
    ///
    /// # Errors
    /// Where there is no such collection or property.
    pub fn read(
        member: &str,
        text: &str,
        usual: &[&str],
        catalog: &Catalog,
    ) -> Result<Joined, QuestionError> {
        // A collection's own name may have a colon.
        let (collection, rest) = match catalog.collection(text) {
            Some(_) => (text, None),
            None => text.split_once(':').map_or((text, None), |(c, rest)| (c, Some(rest))),
        };
        let schema = catalog.schema(collection).ok_or_else(|| catalog.no_collection(collection))?;
        let has = |name: &str| schema.properties.contains_key(name);
        let properties: Vec<String> = match rest {
            Some(rest) => rest.split(':').map(str::to_string).collect(),
            None => usual.iter().filter(|name| has(name)).map(|name| name.to_string()).collect(),
        };
        if let Some(unknown) = properties.iter().find(|name| !has(name)) {
            let known: Vec<&str> = schema.properties.keys().map(|key| &**key).take(60).collect();
            let unknown: String = unknown.chars().take(60).collect();
            let message = format!(
                "'{collection}' has no property '{unknown}'; there are: {}",
                known.join(", ")
            );
            return Err(QuestionError::missing(member, message));
        }
        Ok(Joined { collection: collection.to_string(), properties })
    }
}

impl Join {
    /// # Errors
    /// Where there is no such collection.
    pub fn new(
        catalog: &Catalog,
        inside: Vec<Joined>,
        near: Vec<Joined>,
        effort: Effort,
    ) -> Result<Self, QuestionError> {
        let index = |joined: &Joined| -> Result<Arc<Index>, QuestionError> {
            let name = &joined.collection;
            Ok(catalog.shared(name).cloned().ok_or_else(|| catalog.no_collection(name))?)
        };
        let inside = inside.into_iter().map(|joined| {
            let index = index(&joined)?;
            let areas = index.collection().features.iter().map(|_| OnceLock::new()).collect();
            Ok(Inside { joined, index, areas })
        });
        let near = near.into_iter().map(|joined| {
            let index = index(&joined)?;
            let outlines = index.collection().features.iter().map(|_| OnceLock::new()).collect();
            Ok(Nearest { joined, index, outlines })
        });
        Ok(Self {
            inside: inside.collect::<Result<_, QuestionError>>()?,
            near: near.collect::<Result<_, QuestionError>>()?,
            effort,
        })
    }

    /// What the values of an answer are called: `control.id`, `control.control`, `lines.distance_m`.
    pub fn columns(&self) -> Vec<String> {
        let of = |joined: &Joined, last: Option<&str>| -> Vec<String> {
            let own = joined.properties.iter().map(String::as_str);
            let names = std::iter::once("id").chain(own).chain(last);
            names.map(|name| format!("{}.{name}", joined.collection)).collect()
        };
        let inside = self.inside.iter().flat_map(|inside| of(&inside.joined, None));
        inside
            .chain(self.near.iter().flat_map(|near| of(&near.joined, Some("distance_m"))))
            .collect()
    }

    /// The values of a point, in the order of the columns; null where there is none. Where it lies
    /// in several areas of a collection, their values stand one after the other.
    ///
    /// # Errors
    /// Where the effort ends.
    pub fn answer(&self, at: LonLat, during: Option<Period>) -> Result<Vec<Json>, Stopped> {
        let mut out = Vec::new();
        for inside in &self.inside {
            let found = inside.found(at, during, &self.effort)?;
            out.extend(values(&inside.index, &inside.joined, &found));
        }
        for near in &self.near {
            let found = near.found(at, during, &self.effort)?;
            let features: Vec<u32> = found.iter().map(|near| near.feature).collect();
            out.extend(values(&near.index, &near.joined, &features));
            let distance_m = found.map(|near| rounded(near.distance_m, PER_M));
            out.push(distance_m.and_then(Number::from_f64).map_or(Json::Null, Json::Number));
        }
        Ok(out)
    }
}

/// Ids and properties of features, one after the other.
fn values(index: &Index, joined: &Joined, found: &[u32]) -> Vec<Json> {
    let one = |of: &dyn Fn(u32) -> Json| match found {
        [] => Json::Null,
        [only] => of(*only),
        several => {
            let text = |value: Json| match value {
                Json::String(text) => text,
                Json::Null => String::new(),
                other => other.to_string(),
            };
            let all: Vec<String> = several.iter().map(|i| text(of(*i))).collect();
            Json::String(all.join(BETWEEN))
        }
    };
    let features = &index.collection().features;
    let id = |i: u32| Json::String(index.id(i).to_string());
    let mut out = vec![one(&id)];
    for name in &joined.properties {
        let value = |i: u32| {
            features[i as usize].properties.get(name).map_or(Json::Null, |value| value.to_json())
        };
        out.push(one(&value));
    }
    out
}

impl Inside {
    /// The features that a point lies in or on, in the collection's order.
    fn found(
        &self,
        at: LonLat,
        during: Option<Period>,
        effort: &Effort,
    ) -> Result<Vec<u32>, Stopped> {
        let world = World::from_degrees(at.lon(), at.lat());
        let here = WorldBox { min: world, max: world }.grown(1e-12);
        let features = &self.index.collection().features;
        let mut found = Vec::new();
        for number in self.index.features_in(&here) {
            effort.spend(cost::POSITION)?;
            let feature = &features[number as usize];
            if during.is_some_and(|period| !period.meets(feature)) {
                continue;
            }
            let kept = &self.areas[number as usize];
            let area = match kept.get() {
                Some(area) => area,
                None => {
                    let own = Prepared::of(Cow::Owned(feature.geometry.clone()), effort)?;
                    kept.get_or_init(|| own)
                }
            };
            if area.covers(Coord { x: at.lon(), y: at.lat() }, effort)? {
                found.push(number);
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}

impl Nearest {
    fn found(
        &self,
        at: LonLat,
        during: Option<Period>,
        effort: &Effort,
    ) -> Result<Option<Near>, Stopped> {
        let features = &self.index.collection().features;
        let is_wanted = |i: u32| during.is_none_or(|period| period.meets(&features[i as usize]));
        let point = Point::new(at.lon(), at.lat());
        let measure = |i: u32| -> Result<Option<f64>, Stopped> {
            let kept = &self.outlines[i as usize];
            let outline = match kept.get() {
                Some(outline) => outline,
                None => {
                    let own =
                        Outline::of(Cow::Owned(features[i as usize].geometry.clone()), effort)?;
                    kept.get_or_init(|| own)
                }
            };
            outline.distance_m(point, f64::INFINITY, effort)
        };
        let found = self.index.nearest(at, 1, &is_wanted, &measure)?;
        Ok(found.into_iter().next())
    }
}
