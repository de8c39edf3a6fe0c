//! The answer to a question: features with their measures, sums, sources, and the accuracy that all of it inherits.

use std::collections::BTreeMap;

use geo::geometry::Geometry;
use geo::{BooleanOps, BoundingRect};
use serde_json::{Map as JsonObject, Value as Json, json};

use super::place::Found;
use super::{Answer, MAX_ANSWER, Question, QuestionError};
use crate::cql2::{Filter, Relation};
use crate::encode::{FeatureJson, Form};
use crate::feature::{Feature, Value};
use crate::geo::{LonLat, WorldBox, geodesic};
use crate::index::Index;
use crate::map::Map;

/// A feature of the answer.
struct Hit<'a> {
    collection: &'a str,
    feature: &'a Feature,
    id: String,
    distance_m: Option<f64>,
    /// The name that was found, and how well it fits.
    named: Option<(&'a str, f64)>,
}

/// What is summed up, by what it is called.
type Sums = BTreeMap<&'static str, f64>;

impl Map {
    /// Answers a question.
    ///
    /// # Errors
    /// Where the question names what is not there, or a filter does not fit the collections.
    pub fn ask(&self, question: &Question) -> Result<Answer, QuestionError> {
        if let Some(change) = &question.change {
            return self.changed(question, change);
        }
        let places: Vec<(Relation, Found)> =
            question.relations.iter().map(|(r, p)| Ok((*r, p.find(self)?))).collect::<Result<_, QuestionError>>()?;
        let within = question.within.as_ref().map(|(d, p)| Ok::<_, QuestionError>((*d, p.find(self)?))).transpose()?;
        let near = question.near.as_ref().map(|(k, p)| Ok::<_, QuestionError>((*k, p.find(self)?))).transpose()?;
        let mut hits: Vec<Hit> = Vec::new();
        for ground in self.asked(question)? {
            let Ground { collection, index, .. } = ground;
            let asked = Asked { ground: &ground, question, places: &places, within: within.as_ref() };
            let hit = |i: u32, distance_m| {
                let feature = &index.collection().features[i as usize];
                Hit { collection, feature, id: index.id(i).to_string(), distance_m, named: None }
            };
            match (&question.name, &near) {
                (Some(_), _) => {}
                (None, Some((k, place))) => {
                    hits.extend(asked.nearest(*k, place).into_iter().map(|(i, d)| hit(i, Some(d))))
                }
                (None, None) => hits.extend(asked.all().into_iter().map(|(i, d)| hit(i, d))),
            }
        }
        if let Some(name) = &question.name {
            let asked = self.asked(question)?;
            for named in self.named(name, question.limit.max(100)) {
                let Some(ground) = asked.iter().find(|g| g.collection == named.collection) else { continue };
                let asked = Asked { ground, question, places: &places, within: within.as_ref() };
                if let Some(distance_m) = asked.fits(named.position) {
                    let id = ground.index.id(named.position).to_string();
                    let found = Some((named.name, named.score));
                    hits.push(Hit {
                        collection: named.collection,
                        feature: named.feature,
                        id,
                        distance_m,
                        named: found,
                    });
                }
            }
        }
        if hits.iter().any(|h| h.distance_m.is_some()) {
            hits.sort_by(|a, b| a.distance_m.unwrap_or(0.0).total_cmp(&b.distance_m.unwrap_or(0.0)));
        }
        if let Some((k, _)) = &near {
            hits.truncate(*k);
        }
        let operand = places.iter().map(|(_, p)| p).find(|p| geodesic::area_m2(&p.geometry) > 0.0);
        let found =
            places.iter().map(|(_, p)| p).chain(within.as_ref().map(|w| &w.1)).chain(near.as_ref().map(|n| &n.1));
        Ok(answer(question, &hits, operand, found.filter_map(|p| p.feature)))
    }

    /// Where a question looks.
    fn asked<'a>(&'a self, question: &Question) -> Result<Vec<Ground<'a>>, QuestionError> {
        if let Some(name) = question.collections.iter().find(|c| self.collection(c).is_none()) {
            return Err(self.no_collection(name).into());
        }
        // What is nearest is looked for among the gazetteers, where there are any and nothing else is asked.
        let only_near = question.near.is_some() && question.relations.is_empty() && question.within.is_none();
        let gazetteers = only_near && self.collections().any(|(_, i)| i.collection().gazetteer);
        let wanted = |name: &str, index: &Index| match question.collections.is_empty() {
            true => !gazetteers || index.collection().gazetteer,
            false => question.collections.iter().any(|c| c == name),
        };
        let mut out = Vec::new();
        let mut refused = None;
        for (name, index) in self.collections().filter(|(name, i)| wanted(name, i)) {
            let filter = match (&question.filter, self.schema(name)) {
                (Some(expr), Some(schema)) => match Filter::new(expr.clone(), &schema.properties) {
                    Ok(filter) => Some(filter),
                    Err(e) => {
                        refused = Some(e);
                        continue;
                    }
                },
                _ => None,
            };
            out.push(Ground { collection: name, index, filter });
        }
        match refused {
            Some(e) if out.is_empty() || !question.collections.is_empty() => Err(e.into()),
            _ => Ok(out),
        }
    }
}

/// A collection where a question looks, with the question's filter made for its properties.
struct Ground<'a> {
    collection: &'a str,
    index: &'a Index,
    filter: Option<Filter>,
}

/// What is asked of one collection.
struct Asked<'a> {
    ground: &'a Ground<'a>,
    question: &'a Question,
    places: &'a [(Relation, Found<'a>)],
    within: Option<&'a (f64, Found<'a>)>,
}

impl Asked<'_> {
    /// Every feature that fits, with its distance where one is asked for.
    fn all(&self) -> Vec<(u32, Option<f64>)> {
        let boxes = self.places.iter().filter(|(r, _)| *r != Relation::Disjoint).map(|(_, p)| around(&p.geometry, 0.0));
        let bounds = boxes.chain(self.within.iter().map(|(d, p)| around(&p.geometry, *d))).flatten();
        let bounds = bounds
            .chain(self.ground.filter.as_ref().and_then(Filter::bounds))
            .reduce(|a, b| [a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])]);
        let candidates = match bounds {
            Some(bounds) => self.ground.index.features_in(&WorldBox::from_degrees(bounds).grown(1e-12)),
            None => (0..self.ground.index.collection().features.len() as u32).collect(),
        };
        candidates.into_iter().filter_map(|i| self.fits(i).map(|d| (i, d))).collect()
    }

    /// The nearest that fit.
    fn nearest(&self, k: usize, place: &Found) -> Vec<(u32, f64)> {
        if let Geometry::Point(p) = &*place.geometry
            && let Some(position) = LonLat::new(p.x(), p.y())
        {
            let near = self.ground.index.near(position, k, &|i| self.fits(i).is_some());
            return near.into_iter().map(|n| (n.feature, n.distance_m)).collect();
        }
        // In ever wider rings, until there are enough that no ring beyond could have nearer ones.
        let mut reach_m = 1_000.0;
        loop {
            let bounds = around(&place.geometry, reach_m);
            let candidates = match bounds {
                Some(bounds) => self.ground.index.features_in(&WorldBox::from_degrees(bounds).grown(1e-12)),
                None => (0..self.ground.index.collection().features.len() as u32).collect(),
            };
            let features = &self.ground.index.collection().features;
            let mut found: Vec<(u32, f64)> = candidates
                .into_iter()
                .filter(|i| self.fits(*i).is_some())
                .filter_map(|i| Some((i, geodesic::between_m(&features[i as usize].geometry, &place.geometry)?)))
                .filter(|(_, d)| bounds.is_none() || *d <= reach_m)
                .collect();
            if found.len() >= k || bounds.is_none() {
                found.sort_by(|a, b| a.1.total_cmp(&b.1));
                found.truncate(k);
                return found;
            }
            reach_m *= 4.0;
        }
    }

    /// Whether a feature fits; with its distance where one is asked for.
    fn fits(&self, i: u32) -> Option<Option<f64>> {
        let feature = &self.ground.index.collection().features[i as usize];
        let holds = self.question.during.is_none_or(|p| p.meets(feature))
            && self.ground.filter.as_ref().is_none_or(|f| f.matches(feature))
            && self.places.iter().all(|(r, p)| r.holds(&feature.geometry, &p.geometry));
        match self.within {
            _ if !holds => None,
            None => Some(None),
            Some((most, place)) => {
                let distance_m = geodesic::between_m(&feature.geometry, &place.geometry)?;
                (distance_m <= *most).then_some(Some(distance_m))
            }
        }
    }
}

/// West, south, east, north in degrees of everything within so many metres of a geometry; `None` where that is the world.
fn around(geometry: &Geometry<f64>, by_m: f64) -> Option<[f64; 4]> {
    let rect = geometry.bounding_rect()?;
    if by_m == 0.0 {
        return Some([rect.min().x, rect.min().y, rect.max().x, rect.max().y]);
    }
    // No degree of latitude is shorter than 110,574 m, nor of longitude than cos φ times 111,319 m; a little more is taken.
    let by_lat = by_m / 110_000.0;
    let (south, north) = (rect.min().y - by_lat, rect.max().y + by_lat);
    let widest = south.abs().max(north.abs());
    if widest >= 85.0 {
        return None;
    }
    let by_lon = by_m / (110_000.0 * widest.to_radians().cos());
    let (west, east) = (rect.min().x - by_lon, rect.max().x + by_lon);
    (west >= -180.0 && east <= 180.0).then_some([west, south, east, north])
}

fn answer<'a>(
    question: &Question,
    hits: &[Hit],
    operand: Option<&Found>,
    places: impl Iterator<Item = (&'a str, &'a Feature)>,
) -> Answer {
    let form = Form { skip_geometry: question.skip_geometry, ..Form::PLAIN };
    let mut credits = Credits::default();
    places.for_each(|(_, f)| credits.note(f));
    let mut sums: BTreeMap<String, Sums> = BTreeMap::new();
    let mut out = Answer::default();
    let returned = hits.len().min(question.limit).min(MAX_ANSWER);
    for hit in &hits[..returned] {
        credits.note(hit.feature);
        let measures = measures(hit.feature, operand.map(|o| &*o.geometry));
        let mut extra = JsonObject::new();
        extra.insert("id".to_string(), json!(hit.id));
        extra.insert("collection".to_string(), json!(hit.collection));
        if let Some((name, score)) = hit.named {
            extra.insert("matched".to_string(), json!(name));
            extra.insert("score".to_string(), json!(score));
        }
        if let Some(d) = hit.distance_m {
            extra.insert("distance_m".to_string(), json!(rounded(d, 10.0)));
        }
        measures.iter().for_each(|(k, v)| {
            extra.insert(k.to_string(), json!(rounded(*v, 1000.0)));
        });
        if let Some(share) = share(&measures) {
            extra.insert("share".to_string(), json!(rounded(share, 10_000.0)));
        }
        let group = question.sum_by.as_ref().map(|p| text_of(hit.feature.properties.get(p.as_str())));
        for group in std::iter::once("total".to_string()).chain(group) {
            let sum = sums.entry(group).or_default();
            *sum.entry("count").or_default() += 1.0;
            measures.iter().for_each(|(k, v)| *sum.entry(*k).or_default() += v);
        }
        out.push(&FeatureJson { feature: hit.feature, extra, form: &form });
    }
    out.members.insert("numberMatched".to_string(), json!(hits.len()));
    out.members.insert("numberReturned".to_string(), json!(returned));
    out.members.insert("sums".to_string(), sums_json(&sums));
    credits.write(&mut out);
    out
}

/// A property's value as a name of a group.
pub(super) fn text_of(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "none".to_string(),
        Some(Value::Text(t)) => t.to_string(),
        Some(other) => other.to_json().to_string(),
    }
}

pub(super) fn sums_json(sums: &BTreeMap<String, Sums>) -> Json {
    let group = |sum: &Sums| -> Json {
        sum.iter()
            .map(|(k, v)| (k.to_string(), if *k == "count" { json!(*v as u64) } else { json!(rounded(*v, 1000.0)) }))
            .collect()
    };
    sums.iter().map(|(name, sum)| (name.clone(), group(sum))).collect()
}

/// Geodesic measures of a feature, and of what of it lies in a polygon.
fn measures(feature: &Feature, operand: Option<&Geometry<f64>>) -> Vec<(&'static str, f64)> {
    let mut out = Vec::new();
    let (area, length) = (geodesic::area_m2(&feature.geometry), geodesic::length_m(&feature.geometry));
    if area > 0.0 {
        out.push(("area_km2", area / 1e6));
        if let Some(common) = operand.and_then(|o| common_area(&feature.geometry, o)) {
            out.push(("overlap_km2", geodesic::area_m2(&common) / 1e6));
        }
    }
    if length > 0.0 {
        out.push(("length_km", length / 1e3));
        if let Some(inside) = operand.and_then(|o| inside(&feature.geometry, o)) {
            out.push(("length_inside_km", geodesic::length_m(&inside) / 1e3));
        }
    }
    out
}

fn share(measures: &[(&'static str, f64)]) -> Option<f64> {
    let get = |name: &str| measures.iter().find(|(k, _)| *k == name).map(|(_, v)| *v);
    let of = |part: &str, whole: &str| Some(get(part)? / get(whole)?);
    of("overlap_km2", "area_km2").or_else(|| of("length_inside_km", "length_km"))
}

/// The polygons of a geometry.
pub(super) fn polygons(geometry: &Geometry<f64>) -> geo::MultiPolygon<f64> {
    match geometry {
        Geometry::Polygon(p) => geo::MultiPolygon(vec![p.clone()]),
        Geometry::MultiPolygon(m) => m.clone(),
        Geometry::Rect(r) => geo::MultiPolygon(vec![r.to_polygon()]),
        Geometry::GeometryCollection(all) => geo::MultiPolygon(all.iter().flat_map(|g| polygons(g).0).collect()),
        _ => geo::MultiPolygon(Vec::new()),
    }
}

/// What two geometries have in common, as areas; `None` where one has none.
pub(super) fn common_area(a: &Geometry<f64>, b: &Geometry<f64>) -> Option<Geometry<f64>> {
    let (a, b) = (polygons(a), polygons(b));
    (!a.0.is_empty() && !b.0.is_empty()).then(|| Geometry::MultiPolygon(a.intersection(&b)))
}

/// What of a line lies in an area.
fn inside(line: &Geometry<f64>, area: &Geometry<f64>) -> Option<Geometry<f64>> {
    let area = polygons(area);
    let lines = match line {
        Geometry::LineString(l) => geo::MultiLineString(vec![l.clone()]),
        Geometry::MultiLineString(m) => m.clone(),
        _ => return None,
    };
    (!area.0.is_empty()).then(|| Geometry::MultiLineString(area.clip(&lines, false)))
}

/// What an answer rests on.
#[derive(Debug, Default)]
pub(super) struct Credits {
    sources: Vec<String>,
    accuracy_m: Option<f64>,
}

impl Credits {
    pub fn note(&mut self, feature: &Feature) {
        if let Some(source) = feature.text("source")
            && !self.sources.iter().any(|s| s == source)
        {
            self.sources.push(source.to_string());
        }
        if let Some(accuracy) = feature.number("accuracy_m") {
            self.accuracy_m = Some(self.accuracy_m.map_or(accuracy, |a| a.max(accuracy)));
        }
    }

    /// Adds `sources` and `accuracy_m`, that of the least accurate feature.
    pub fn write(self, out: &mut Answer) {
        out.members.insert("sources".to_string(), json!(self.sources));
        out.members.insert("accuracy_m".to_string(), json!(self.accuracy_m));
    }
}

/// `per_unit` steps per unit.
pub(super) fn rounded(value: f64, per_unit: f64) -> f64 {
    // Adding nothing takes the sign off nothing.
    (value * per_unit).round() / per_unit + 0.0
}
