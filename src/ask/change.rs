//! What changed hands between two days: where a property of what holds there became another.
//!
//! The state before is that of the day before the first; the state after is that of the second. So
//! what changed on either day is part of the change.

use std::borrow::Cow;
use std::collections::BTreeMap;

use geo::geometry::{Geometry, MultiPolygon, Point};
use geo::{BoundingRect, Contains, Intersects};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use serde_json::{Value as Json, json};

use super::measure::{Credits, rounded, text_of};
use super::sums::Sums;
use super::{Answer, Change, Question, QuestionError};
use crate::catalog::Catalog;
use crate::catalog::Period;
use crate::cql2::Instant;
use crate::encode::{FeatureJson, Form};
use crate::feature::Feature;
use crate::geo::relate::{Prepared, meet};
use crate::geo::{Effort, Stopped, cost, geodesic, overlay};
use crate::index::Index;

/// Slivers between lines drawn twice are not told, km².
const LEAST_KM2: f64 = 0.01;
/// Nor those narrower than this, m, of what has a value on one of both days only.
const LEAST_M: f64 = 50.0;
/// What stands for no value in the names of sums.
const NOTHING: &str = "none";

/// Where a change is looked at.
enum Place {
    /// Only what changed there.
    Area(MultiPolygon<f64>),
    /// The changes that took it in.
    Point(Point<f64>),
}

impl Place {
    fn of(geometry: &Geometry<f64>) -> Option<Place> {
        match geometry {
            Geometry::Point(p) => Some(Place::Point(*p)),
            other => Some(Place::Area(overlay::polygons(other)))
                .filter(|p| !matches!(p, Place::Area(a) if a.0.is_empty())),
        }
    }

    /// What of a change lies there.
    fn of_change(
        &self,
        changed: MultiPolygon<f64>,
        effort: &Effort,
    ) -> Result<MultiPolygon<f64>, Stopped> {
        match self {
            Place::Area(area) => overlay::common(&changed, area, effort),
            Place::Point(p) if changed.contains(p) => Ok(changed),
            Place::Point(_) => Ok(MultiPolygon(Vec::new())),
        }
    }

    fn geometry(&self) -> Geometry<f64> {
        match self {
            Place::Area(area) => Geometry::MultiPolygon(area.clone()),
            Place::Point(p) => Geometry::Point(*p),
        }
    }
}

/// Answers a question for what changed.
pub(super) fn changed<'a>(
    catalog: &'a Catalog,
    question: &Question,
    change: &Change,
    effort: &Effort,
) -> Result<Answer, QuestionError> {
    let property = change.property.as_str();
    let split: Vec<Part> = match &change.split {
        None => Vec::new(),
        Some(name) => {
            let index = catalog.collection(name).ok_or_else(|| catalog.no_collection(name))?;
            let called = |i: u32, f: &Feature| {
                f.text("name").map_or_else(|| index.id(i).to_string(), str::to_string)
            };
            let features = &index.collection().features;
            effort.spend(features.len() * cost::GEODESIC)?;
            let part = |(i, f): (u32, &'a Feature)| {
                Some(Part {
                    name: called(i, f),
                    geometry: &f.geometry,
                    bounds: f.geometry.bounding_rect()?,
                })
            };
            (0..).zip(features).filter_map(part).collect()
        }
    };
    let mut places: Vec<Place> = Vec::new();
    let mut warnings: Vec<String> = Vec::new();
    for (_, place) in &question.relations {
        let refuse = || {
            QuestionError::member(
                "between",
                "a change is looked at in an area or at a point, not along a line",
            )
        };
        let found = place.find(catalog)?;
        warnings.extend(found.swapped(catalog));
        places.push(Place::of(&found.geometry).ok_or_else(refuse)?);
    }
    let mut credits = Credits::default();
    let (mut features, mut sums, mut parts) = (Vec::new(), Sums::default(), Sums::default());
    let mut looked = false;
    for (name, index) in change_collections(catalog, question, property)? {
        looked = true;
        for (from, to, changed, sources) in changes(index, property, change, effort)? {
            let changed = places
                .iter()
                .try_fold(changed, |changed, place| place.of_change(changed, effort))?;
            let area_km2 = |changed: &MultiPolygon<f64>| {
                geodesic::area_m2(&Geometry::MultiPolygon(changed.clone())) / 1e6
            };
            // Parts may leave some of it out, or lie over one another.
            let whole_km2 = area_km2(&changed);
            if whole_km2 >= LEAST_KM2 {
                let named =
                    |value: &Option<String>| value.clone().unwrap_or_else(|| NOTHING.to_string());
                sums.add(
                    [format!("{} → {}", named(&from), named(&to)).as_str()],
                    &[("area_km2", whole_km2)],
                );
            }
            for (part, geometry) in parted(changed, &split, effort)? {
                let area_km2 = area_km2(&geometry);
                if area_km2 < LEAST_KM2 {
                    continue;
                }
                let geometry = Geometry::MultiPolygon(geometry);
                sources.iter().for_each(|f| credits.note(f));
                parts.add(part, &[("area_km2", area_km2)]);
                let mut extra = json!({"collection": name, "from": from, "to": to, "area_km2": rounded(area_km2, 1000.0)});
                if let Some(part) = part {
                    extra["in"] = json!(part);
                }
                let accuracy =
                    sources.iter().filter_map(|f| f.number("accuracy_m")).reduce(f64::max);
                extra["accuracy_m"] = json!(accuracy);
                features.push((area_km2, geometry, extra));
            }
        }
    }
    if !looked {
        return Err(QuestionError::missing(
            "property",
            format!("no collection asked has '{property}' for areas in time"),
        ));
    }
    features.sort_by(|a, b| b.0.total_cmp(&a.0));
    let form = Form { skip_geometry: question.skip_geometry, ..Form::PLAIN };
    let mut out = Answer::default();
    let (matched, returned) = (features.len(), features.len().min(question.limit));
    for (_, geometry, extra) in features.into_iter().take(returned) {
        let feature = Feature { geometry, ..Feature::nowhere() };
        let extra = extra.as_object().cloned().unwrap_or_default();
        out.push(&FeatureJson { feature: &feature, extra, form: &form });
    }
    let mut summed = sums.to_json();
    if change.split.is_some() {
        summed["parts"] = parts.to_json()["groups"].take();
    }
    let days = [change.from.to_string(), change.to.to_string()];
    for (key, value) in [
        ("between", json!(days)),
        ("numberMatched", json!(matched)),
        ("numberReturned", json!(returned)),
        ("sums", summed),
        ("events", Json::Array(events(catalog, change, &places, &mut credits, effort)?)),
    ] {
        out.members.insert(key.to_string(), value);
    }
    if !warnings.is_empty() {
        out.members.insert("warnings".to_string(), json!(warnings));
    }
    credits.write(&mut out);
    Ok(out)
}

/// The collections asked that have the property on areas with an interval.
fn change_collections<'a>(
    catalog: &'a Catalog,
    question: &'a Question,
    property: &'a str,
) -> Result<Vec<(&'a str, &'a Index)>, QuestionError> {
    if let Some(name) = question.collections.iter().find(|c| catalog.collection(c).is_none()) {
        return Err(catalog.no_collection(name).into());
    }
    let wanted = |name: &str| {
        question.collections.is_empty() || question.collections.iter().any(|c| c == name)
    };
    let dated = |f: &Feature| {
        let bounded = f.validity.from().is_some() || f.validity.to().is_some();
        bounded && f.properties.contains_key(property) && geodesic::area_m2(&f.geometry) > 0.0
    };
    Ok(catalog
        .collections()
        .filter(|(name, i)| wanted(name) && i.collection().features.iter().any(dated))
        .collect())
}

/// What happened between two days, at the places if there are any: the features with a `date`
/// among them, in time order.
fn events(
    catalog: &Catalog,
    change: &Change,
    places: &[Place],
    credits: &mut Credits,
    effort: &Effort,
) -> Result<Vec<Json>, Stopped> {
    let places = places.iter().map(|place| Prepared::of(Cow::Owned(place.geometry()), effort));
    let places: Vec<Prepared> = places.collect::<Result<_, _>>()?;
    let mut events: Vec<(&str, &str, &Feature)> = Vec::new();
    for (name, index) in catalog.collections() {
        for feature in &index.collection().features {
            let Some(date) = feature.text("date") else { continue };
            let is_between = date.parse().is_ok_and(|d| change.from <= d && d <= change.to);
            if is_between && meets_all(feature, &places, effort)? {
                events.push((date, name, feature));
            }
        }
    }
    events.sort_by_key(|(date, name, _)| (*date, *name));
    events.iter().for_each(|(.., f)| credits.note(f));
    let event = |(date, collection, f): &(&str, &str, &Feature)| {
        json!({"date": date, "name": f.text("name"), "collection": collection,
            "id": f.id.as_ref().map(ToString::to_string), "note": f.text("note"), "source": f.text("source")})
    };
    Ok(events.iter().map(event).collect())
}

fn meets_all(feature: &Feature, places: &[Prepared], effort: &Effort) -> Result<bool, Stopped> {
    let geometry = Prepared::new(&feature.geometry, effort)?;
    for place in places {
        if !meet(&geometry, place, effort)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A feature that a change is told by.
struct Part<'a> {
    name: String,
    geometry: &'a Geometry<f64>,
    bounds: geo::Rect<f64>,
}

/// The part, where a change is told by parts, and what changed there.
type ChangedPart<'a> = (Option<&'a str>, MultiPolygon<f64>);

/// A change in each of the parts that it is told by; whole, where there are none.
fn parted<'a>(
    changed: MultiPolygon<f64>,
    split: &'a [Part],
    effort: &Effort,
) -> Result<Vec<ChangedPart<'a>>, Stopped> {
    if split.is_empty() {
        return Ok(vec![(None, changed)]);
    }
    effort.spend(split.len() * cost::POSITION)?;
    let Some(bounds) = changed.bounding_rect() else { return Ok(Vec::new()) };
    let near = split.iter().filter(|part| part.bounds.intersects(&bounds));
    let parts = near.map(|part| {
        let area = overlay::polygons(part.geometry);
        Ok((Some(part.name.as_str()), overlay::common(&changed, &area, effort)?))
    });
    parts.collect()
}

fn positions(feature: &Feature) -> usize {
    geo::CoordsIter::coords_count(&feature.geometry)
}

/// Both areas together, what they share once.
fn joined(
    a: MultiPolygon<f64>,
    b: MultiPolygon<f64>,
    effort: &Effort,
) -> Result<MultiPolygon<f64>, Stopped> {
    let meets = |b: &geo::Polygon<f64>| {
        let bounds = b.bounding_rect();
        a.iter().any(|a| a.bounding_rect().zip(bounds).is_some_and(|(a, b)| a.intersects(&b)))
    };
    if b.iter().any(meets) {
        return overlay::union(&a, &b, effort);
    }
    Ok(MultiPolygon(a.0.into_iter().chain(b.0).collect()))
}

/// The value before, where there was one, and that after.
type Changed<'a> = (Option<String>, Option<String>, MultiPolygon<f64>, Vec<&'a Feature>);

/// Features with their boxes, by the value that they are of.
type Held<'a> = BTreeMap<String, Vec<(&'a Feature, geo::Rect<f64>)>>;

/// What was of one value before and is of another after, by both values, with the features it
/// follows from; and what has a value on one of both days only.
fn changes<'a>(
    index: &'a Index,
    property: &str,
    change: &Change,
    effort: &Effort,
) -> Result<Vec<Changed<'a>>, Stopped> {
    let features = &index.collection().features;
    let held = |at: Instant| {
        let period = Period { from: at, to: at };
        let mut states = Held::new();
        for feature in
            features.iter().filter(|f| f.properties.contains_key(property) && period.meets(f))
        {
            if let Some(bounds) = feature.geometry.bounding_rect() {
                states
                    .entry(text_of(feature.properties.get(property)))
                    .or_default()
                    .push((feature, bounds));
            }
        }
        states
    };
    // The last instant of the day before, and the day after.
    let (old, new) = (held(Instant::before(change.from)), held(Instant::of(change.to)));
    let mut out = Vec::new();
    for (from, were) in &old {
        for (to, are) in new.iter().filter(|(to, _)| *to != from) {
            let mut sources: Vec<&Feature> = Vec::new();
            let mut common = MultiPolygon(Vec::new());
            for (was, bounds) in were {
                effort.spend(are.len() * cost::POSITION)?;
                for (is, _) in are.iter().filter(|(_, b)| b.intersects(bounds)) {
                    // They are cut out of the whole features, which are copied for it.
                    effort.spend((positions(was) + positions(is)) * cost::POSITION)?;
                    let (before, after) =
                        (overlay::polygons(&was.geometry), overlay::polygons(&is.geometry));
                    let part = overlay::common(&before, &after, effort)?;
                    if !part.0.is_empty() {
                        common = joined(common, part, effort)?;
                        sources.extend([*was, *is]);
                    }
                }
            }
            if !common.0.is_empty() {
                out.push((Some(from.clone()), Some(to.clone()), common, sources));
            }
        }
    }
    for (value, area, sources) in alone(&old, &new, effort)? {
        out.push((Some(value), None, area, sources));
    }
    for (value, area, sources) in alone(&new, &old, effort)? {
        out.push((None, Some(value), area, sources));
    }
    Ok(out)
}

/// What has a value on one of both days, with the features it follows from.
type Alone<'a> = (String, MultiPolygon<f64>, Vec<&'a Feature>);

/// What has a value in one state and none in the other, by the value.
fn alone<'a>(one: &Held<'a>, other: &Held<'a>, effort: &Effort) -> Result<Vec<Alone<'a>>, Stopped> {
    let mut out = Vec::new();
    let entry = |(feature, bounds): &(&'a Feature, geo::Rect<f64>)| {
        let (min, max) = (bounds.min(), bounds.max());
        GeomWithData::new(Rectangle::from_corners([min.x, min.y], [max.x, max.y]), *feature)
    };
    let count: usize = other.values().map(Vec::len).sum();
    effort.spend(count * cost::EDGES)?;
    let tree = RTree::bulk_load(other.values().flatten().map(entry).collect());
    for (value, features) in one {
        let (mut area, mut sources) = (MultiPolygon(Vec::new()), Vec::new());
        for (feature, bounds) in features {
            // What goes on holding is in both.
            let (min, max) = (bounds.min(), bounds.max());
            let window = AABB::from_corners([min.x, min.y], [max.x, max.y]);
            let there: Vec<&Feature> =
                tree.locate_in_envelope_intersecting(window).map(|entry| entry.data).collect();
            effort.spend((there.len() + 1) * cost::EDGES)?;
            if there.iter().any(|there| std::ptr::eq(*there, *feature)) {
                continue;
            }
            effort.spend(positions(feature) * cost::POSITION)?;
            let mut left = overlay::polygons(&feature.geometry);
            for there in there {
                if left.0.is_empty() {
                    break;
                }
                effort.spend(positions(there) * cost::POSITION)?;
                left = overlay::difference(&left, &overlay::polygons(&there.geometry), effort)?;
            }
            // What is left between two drawings of one border is no change.
            left.0.retain(is_wide);
            if !left.0.is_empty() {
                area = joined(area, left, effort)?;
                sources.push(*feature);
            }
        }
        if !area.0.is_empty() {
            out.push((value.clone(), area, sources));
        }
    }
    Ok(out)
}

/// Whether an area is more than a sliver: as wide, on average, as [`LEAST_M`].
fn is_wide(piece: &geo::Polygon<f64>) -> bool {
    let rings = std::iter::once(piece.exterior()).chain(piece.interiors());
    let outline_m: f64 =
        rings.map(|ring| geodesic::length_m(&Geometry::LineString(ring.clone()))).sum();
    2.0 * geodesic::area_m2(&Geometry::Polygon(piece.clone())) > LEAST_M * outline_m
}
