//! What changed hands between two days: where a property of what holds there became another.
//!
//! The state before is that of the day before the first; the state after is that of the second. So
//! what changed on either day is part of the change.

use std::borrow::Cow;

use geo::geometry::{Geometry, MultiPolygon, Point};
use geo::{BoundingRect, Contains, Intersects};

use super::answer::{Answer, ChangedArea, Changes, Credits, Event, Results, Transition};
use super::difference::{Difference, differences};
use super::measure::{Measures, PER_KM, rounded};
use super::sums::Summing;
use super::{Change, Question, QuestionError};
use crate::catalog::Catalog;
use crate::feature::Feature;
use crate::geo::relate::{Prepared, meet};
use crate::geo::{Effort, Stopped, cost, geodesic, overlay};
use crate::index::Index;

/// Smaller areas are slivers between lines drawn twice, km².
const LEAST_KM2: f64 = 0.01;

/// Answers a question for what changed.
pub(super) fn answered<'a>(
    catalog: &'a Catalog,
    question: &Question,
    change: &Change,
    effort: &Effort,
) -> Result<Answer<'a>, QuestionError> {
    let split = change.split.as_deref();
    let parts = split.map(|name| parts_of(catalog, name, effort)).transpose()?;
    let (scopes, warnings) = scopes(catalog, question)?;
    let collections = changing_collections(catalog, question, &change.property)?;
    if collections.is_empty() {
        let property = &change.property;
        let message = format!("no collection asked has '{property}' for areas in time");
        return Err(QuestionError::missing("property", message));
    }
    let mut tally = Tally {
        parts: parts.as_deref(),
        areas: Vec::new(),
        sums: Summing::of(None),
        sums_of_parts: Summing::of(None),
        credits: Credits::default(),
    };
    for (name, index) in collections {
        for difference in differences(index, change, effort)? {
            tally.add(name, difference, &scopes, effort)?;
        }
    }
    let Tally { areas, sums, sums_of_parts, mut credits, .. } = tally;
    let matched = areas.len();
    let events = events(catalog, change, &scopes, &mut credits, effort)?;
    let changes = Changes {
        between: [change.from, change.to],
        areas: largest(areas, question.limit),
        sums: sums.sums(),
        parts: split.map(|_| sums_of_parts.sums().groups),
        events,
    };
    Ok(Answer {
        results: Results::Changes(changes),
        matched,
        warnings,
        credits,
        skip_geometry: question.skip_geometry,
    })
}

/// What changed, as it is added up.
struct Tally<'p, 'a> {
    /// What a change is divided by.
    parts: Option<&'p [Part<'a>]>,
    areas: Vec<ChangedArea<'a>>,
    sums: Summing<'p, Transition>,
    sums_of_parts: Summing<'p, String>,
    credits: Credits,
}

impl<'a> Tally<'_, 'a> {
    fn add(
        &mut self,
        collection: &'a str,
        difference: Difference<'a>,
        scopes: &[Scope],
        effort: &Effort,
    ) -> Result<(), Stopped> {
        let Difference { from, to, area, sources } = difference;
        let changed = scopes.iter().try_fold(area, |area, scope| scope.of_change(area, effort))?;
        // Parts may leave some of it out, or lie over one another.
        let whole_km2 = area_km2(&changed);
        if whole_km2 >= LEAST_KM2 {
            let transition = Transition::of(from.as_deref(), to.as_deref());
            self.sums.add(Some(transition), &Measures::of_area(whole_km2));
        }
        for (part, geometry) in divided(changed, self.parts, effort)? {
            let area_km2 = area_km2(&geometry);
            if area_km2 < LEAST_KM2 {
                continue;
            }
            sources.iter().for_each(|f| self.credits.note(f));
            self.sums_of_parts.add(part.clone(), &Measures::of_area(area_km2));
            self.areas.push(ChangedArea {
                collection,
                part,
                from: from.clone(),
                to: to.clone(),
                geometry,
                area_km2,
                accuracy_m: sources.iter().filter_map(|f| f.number("accuracy_m")).reduce(f64::max),
            });
        }
        Ok(())
    }
}

fn area_km2(area: &MultiPolygon<f64>) -> f64 {
    geodesic::area_m2(&Geometry::MultiPolygon(area.clone())) / 1e6
}

/// So many of the areas, the largest first.
fn largest(mut areas: Vec<ChangedArea>, count: usize) -> Vec<ChangedArea> {
    areas.sort_by(|a, b| b.area_km2.total_cmp(&a.area_km2));
    areas.truncate(count);
    areas.iter_mut().for_each(|area| area.area_km2 = rounded(area.area_km2, PER_KM));
    areas
}

/// Where a change is looked at.
enum Scope {
    /// Only what changed there.
    Area(MultiPolygon<f64>),
    /// The changes that took it in.
    Point(Point<f64>),
}

impl Scope {
    fn of(geometry: &Geometry<f64>) -> Option<Scope> {
        match geometry {
            Geometry::Point(p) => Some(Scope::Point(*p)),
            other => Some(Scope::Area(overlay::polygons(other)))
                .filter(|p| !matches!(p, Scope::Area(a) if a.0.is_empty())),
        }
    }

    /// What of a change lies there.
    fn of_change(
        &self,
        changed: MultiPolygon<f64>,
        effort: &Effort,
    ) -> Result<MultiPolygon<f64>, Stopped> {
        match self {
            Scope::Area(area) => overlay::common(&changed, area, effort),
            Scope::Point(p) if changed.contains(p) => Ok(changed),
            Scope::Point(_) => Ok(MultiPolygon(Vec::new())),
        }
    }

    fn geometry(&self) -> Geometry<f64> {
        match self {
            Scope::Area(area) => Geometry::MultiPolygon(area.clone()),
            Scope::Point(p) => Geometry::Point(*p),
        }
    }
}

/// Where the question looks, with warnings of it.
fn scopes(
    catalog: &Catalog,
    question: &Question,
) -> Result<(Vec<Scope>, Vec<String>), QuestionError> {
    let (mut scopes, mut warnings) = (Vec::new(), Vec::new());
    for (_, place) in &question.relations {
        let refuse = || {
            QuestionError::member(
                "between",
                "a change is looked at in an area or at a point, not along a line",
            )
        };
        let found = place.find(catalog)?;
        warnings.extend(found.swapped(catalog));
        scopes.push(Scope::of(&found.geometry).ok_or_else(refuse)?);
    }
    Ok((scopes, warnings))
}

/// The collections asked that have the property on areas with an interval.
fn changing_collections<'a>(
    catalog: &'a Catalog,
    question: &Question,
    property: &str,
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
fn events<'a>(
    catalog: &'a Catalog,
    change: &Change,
    scopes: &[Scope],
    credits: &mut Credits,
    effort: &Effort,
) -> Result<Vec<Event<'a>>, Stopped> {
    let scopes = scopes.iter().map(|scope| Prepared::of(Cow::Owned(scope.geometry()), effort));
    let scopes: Vec<Prepared> = scopes.collect::<Result<_, _>>()?;
    let mut events: Vec<(Event, &Feature)> = Vec::new();
    for (collection, index) in catalog.collections() {
        for feature in &index.collection().features {
            let date = feature.text("date").and_then(|date| date.parse().ok());
            let Some(date) = date.filter(|d| change.from <= *d && *d <= change.to) else {
                continue;
            };
            if meets_all(feature, &scopes, effort)? {
                let event = Event {
                    date,
                    collection,
                    id: feature.id.as_ref(),
                    name: feature.text("name"),
                    note: feature.text("note"),
                    source: feature.text("source"),
                };
                events.push((event, feature));
            }
        }
    }
    events.sort_by_key(|(event, _)| (event.date, event.collection));
    events.iter().for_each(|(_, feature)| credits.note(feature));
    Ok(events.into_iter().map(|(event, _)| event).collect())
}

fn meets_all(feature: &Feature, scopes: &[Prepared], effort: &Effort) -> Result<bool, Stopped> {
    let geometry = Prepared::new(&feature.geometry, effort)?;
    for scope in scopes {
        if !meet(&geometry, scope, effort)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A feature that a change is divided by.
struct Part<'a> {
    name: String,
    geometry: &'a Geometry<f64>,
    bounds: geo::Rect<f64>,
}

fn parts_of<'a>(
    catalog: &'a Catalog,
    collection: &str,
    effort: &Effort,
) -> Result<Vec<Part<'a>>, QuestionError> {
    let index = catalog.collection(collection);
    let index = index.ok_or_else(|| catalog.no_collection(collection))?;
    let features = &index.collection().features;
    effort.spend(features.len() * cost::GEODESIC)?;
    let part = |(i, feature): (u32, &'a Feature)| {
        let name = feature.text("name").map(str::to_string);
        Some(Part {
            name: name.unwrap_or_else(|| index.id(i).to_string()),
            geometry: &feature.geometry,
            bounds: feature.geometry.bounding_rect()?,
        })
    };
    Ok((0..).zip(features).filter_map(part).collect())
}

/// The part, where a change is divided, and what changed there.
type ChangedPart = (Option<String>, MultiPolygon<f64>);

/// A change in each of the parts; whole, where it is not divided.
fn divided(
    changed: MultiPolygon<f64>,
    parts: Option<&[Part]>,
    effort: &Effort,
) -> Result<Vec<ChangedPart>, Stopped> {
    let Some(parts) = parts.filter(|parts| !parts.is_empty()) else {
        return Ok(vec![(None, changed)]);
    };
    effort.spend(parts.len() * cost::POSITION)?;
    let Some(bounds) = changed.bounding_rect() else { return Ok(Vec::new()) };
    let near = parts.iter().filter(|part| part.bounds.intersects(&bounds));
    let parts = near.map(|part| {
        let area = overlay::polygons(part.geometry);
        Ok((Some(part.name.clone()), overlay::common(&changed, &area, effort)?))
    });
    parts.collect()
}
