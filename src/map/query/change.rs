//! What changed hands between two days: where a property of what holds there became another.
//!
//! The state before is that of the day before the first; the state after is that of the second. So what changed on
//! either day is part of the change.

use std::collections::BTreeMap;

use geo::BooleanOps;
use geo::geometry::{Geometry, MultiPolygon};
use serde_json::{Value as Json, json};

use super::answer::{Credits, common_area, polygons, rounded, sums_json, text_of};
use super::{Answer, Change, Question, QuestionError};
use crate::cql2::Instant;
use crate::encode::{FeatureJson, Form};
use crate::feature::Feature;
use crate::geo::geodesic;
use crate::index::Index;
use crate::map::{Map, Period};

/// Slivers between lines drawn twice are not told, km².
const LEAST_KM2: f64 = 0.01;

impl Map {
    /// Answers a question for what changed.
    pub(super) fn changed(&self, question: &Question, change: &Change) -> Result<Answer, QuestionError> {
        let property = change.property.as_str();
        let split: Vec<(String, &Feature)> = match &change.split {
            None => Vec::new(),
            Some(name) => {
                let index = self.collection(name).ok_or_else(|| self.no_collection(name))?;
                let called =
                    |i: u32, f: &Feature| f.text("name").map_or_else(|| index.id(i).to_string(), str::to_string);
                (0..).zip(&index.collection().features).map(|(i, f)| (called(i, f), f)).collect()
            }
        };
        let mut areas: Vec<MultiPolygon<f64>> = Vec::new();
        for (_, place) in &question.relations {
            areas.push(polygons(&place.find(self)?.geometry));
        }
        let mut credits = Credits::default();
        let (mut features, mut sums) = (Vec::new(), BTreeMap::new());
        let mut looked = false;
        for (name, index) in self.change_collections(question, property)? {
            looked = true;
            for (from, to, mut changed, sources) in changes(index, property, change.from, change.to) {
                for area in &areas {
                    changed = changed.intersection(area);
                }
                let parts: Vec<(Option<&str>, MultiPolygon<f64>)> = match split.is_empty() {
                    true => vec![(None, changed)],
                    false => split
                        .iter()
                        .map(|(name, f)| (Some(name.as_str()), changed.intersection(&polygons(&f.geometry))))
                        .collect(),
                };
                for (part, geometry) in parts {
                    let geometry = Geometry::MultiPolygon(geometry);
                    let area_km2 = geodesic::area_m2(&geometry) / 1e6;
                    if area_km2 < LEAST_KM2 {
                        continue;
                    }
                    sources.iter().for_each(|f| credits.note(f));
                    let groups = ["total".to_string(), format!("{from} → {to}")];
                    for group in groups.into_iter().chain(part.map(str::to_string)) {
                        let sum: &mut BTreeMap<&'static str, f64> = sums.entry(group).or_default();
                        *sum.entry("area_km2").or_default() += area_km2;
                    }
                    let mut extra =
                        json!({"collection": name, "from": from, "to": to, "area_km2": rounded(area_km2, 1000.0)});
                    if let Some(part) = part {
                        extra["in"] = json!(part);
                    }
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
        let days = [change.from.to_string(), change.to.to_string()];
        for (key, value) in [
            ("between", json!(days)),
            ("numberMatched", json!(matched)),
            ("numberReturned", json!(returned)),
            ("sums", sums_json(&sums)),
            ("events", Json::Array(self.events(change.from, change.to, &mut credits))),
        ] {
            out.members.insert(key.to_string(), value);
        }
        credits.write(&mut out);
        Ok(out)
    }

    /// The collections asked that have the property on areas with an interval.
    fn change_collections<'a>(
        &'a self,
        question: &'a Question,
        property: &'a str,
    ) -> Result<Vec<(&'a str, &'a Index)>, QuestionError> {
        if let Some(name) = question.collections.iter().find(|c| self.collection(c).is_none()) {
            return Err(self.no_collection(name).into());
        }
        let wanted = |name: &str| question.collections.is_empty() || question.collections.iter().any(|c| c == name);
        let dated = |f: &Feature| {
            let bounded = f.validity.from().is_some() || f.validity.to().is_some();
            bounded && f.properties.contains_key(property) && geodesic::area_m2(&f.geometry) > 0.0
        };
        Ok(self.collections().filter(|(name, i)| wanted(name) && i.collection().features.iter().any(dated)).collect())
    }

    /// What happened between two days: the features with a `date` among them, in time order.
    fn events(&self, from: crate::feature::Date, to: crate::feature::Date, credits: &mut Credits) -> Vec<Json> {
        let mut events: Vec<(&str, &str, &Feature)> = Vec::new();
        for (name, index) in self.collections() {
            for feature in &index.collection().features {
                let Some(date) = feature.text("date") else { continue };
                if date.parse().is_ok_and(|d: crate::feature::Date| from <= d && d <= to) {
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
        events.iter().map(event).collect()
    }
}

type Changed<'a> = (String, String, MultiPolygon<f64>, Vec<&'a Feature>);

/// What was of one value before and is of another after, by both values, with the features it follows from.
fn changes<'a>(
    index: &'a Index,
    property: &str,
    from: crate::feature::Date,
    to: crate::feature::Date,
) -> Vec<Changed<'a>> {
    let features = &index.collection().features;
    // The last instant of the day before.
    let before = Instant::before(from);
    let held = |at: Instant| {
        let period = Period { from: at, to: at };
        let mut states: BTreeMap<String, Vec<&Feature>> = BTreeMap::new();
        for feature in features.iter().filter(|f| f.properties.contains_key(property) && period.meets(f)) {
            states.entry(text_of(feature.properties.get(property))).or_default().push(feature);
        }
        states
    };
    let (old, new) = (held(before), held(Instant::of(to)));
    let mut out = Vec::new();
    for (from, were) in &old {
        for (to, are) in new.iter().filter(|(to, _)| *to != from) {
            let mut sources: Vec<&Feature> = Vec::new();
            let mut common = MultiPolygon(Vec::new());
            for was in were {
                for is in are {
                    if let Some(Geometry::MultiPolygon(part)) = common_area(&was.geometry, &is.geometry)
                        && !part.0.is_empty()
                    {
                        common.0.extend(part.0);
                        sources.extend([*was, *is]);
                    }
                }
            }
            if !common.0.is_empty() {
                out.push((from.clone(), to.clone(), common, sources));
            }
        }
    }
    out
}
