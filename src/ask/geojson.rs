//! An answer as GeoJSON: the one place where its values become text.

use serde_json::{Map as JsonObject, Value as Json, json};

use super::answer::{Answer, ChangedArea, Changes, DaySums, Event, Hit, Hits, NamedPlace, Results};
use super::measure::Measures;
use super::sums::{Sum, Sums};
use crate::encode::{FeatureJson, Form, feature_collection};
use crate::feature::Feature;

type Members = JsonObject<String, Json>;

impl Answer<'_> {
    /// The answer as a FeatureCollection, with members of whoever gives it beside its own.
    pub fn geojson(&self, beside: Members) -> Vec<u8> {
        let mut members = match &self.results {
            Results::Features(hits) => members_of_hits(hits),
            Results::Changes(changes) => members_of_changes(changes),
            Results::Series(series) => members_of_series(series),
        };
        members.insert("numberMatched".to_string(), json!(self.matched));
        members.insert("sources".to_string(), json!(self.credits.sources));
        members.insert("accuracy_m".to_string(), json!(self.credits.accuracy_m));
        if !self.warnings.is_empty() {
            members.insert("warnings".to_string(), json!(self.warnings));
        }
        members.extend(beside);
        feature_collection(&self.features(), &members)
    }

    /// The answer as a tree, for printing.
    pub fn to_json(&self) -> Json {
        serde_json::from_slice(&self.geojson(Members::new())).unwrap_or_default()
    }

    /// The features, with commas between.
    fn features(&self) -> Vec<u8> {
        let form = form(self.skip_geometry);
        let mut out = Vec::new();
        let mut write = |feature: &Feature, extra: Members| {
            if !out.is_empty() {
                out.push(b',');
            }
            FeatureJson { feature, extra, form: &form }.write(&mut out);
        };
        match &self.results {
            Results::Features(found) => {
                found.hits.iter().for_each(|hit| write(hit.feature, members_of_hit(hit)));
            }
            Results::Changes(changes) => {
                for area in &changes.areas {
                    let geometry = area.geometry.clone().into();
                    let feature = Feature { geometry, ..Feature::nowhere() };
                    write(&feature, members_of_area(area));
                }
            }
            Results::Series(_) => {}
        }
        out
    }
}

impl Hit<'_> {
    /// Bytes that it takes as GeoJSON: what writing it costs is known before.
    pub(super) fn bytes_written(&self, skip_geometry: bool) -> usize {
        let mut out = Vec::new();
        let (extra, form) = (members_of_hit(self), form(skip_geometry));
        FeatureJson { feature: self.feature, extra, form: &form }.write(&mut out);
        out.len()
    }
}

fn form(skip_geometry: bool) -> Form {
    Form { skip_geometry, ..Form::PLAIN }
}

fn object<const N: usize>(members: [(&str, Json); N]) -> Members {
    members.into_iter().map(|(key, value)| (key.to_string(), value)).collect()
}

fn members_of_hits(found: &Hits) -> Members {
    let mut out = object([
        ("numberReturned", json!(found.hits.len())),
        // Where there were too many to be summed up, there is null.
        ("sums", json!(found.sums.as_ref().map(|sums| sums_json(sums, String::clone)))),
    ]);
    let place = |place: &NamedPlace| {
        let NamedPlace { collection, id, name, matched } = place;
        json!({"collection": collection, "id": id, "name": name, "matched": matched})
    };
    let place = match found.places.as_slice() {
        [] => return out,
        [one] => place(one),
        more => Json::Array(more.iter().map(place).collect()),
    };
    out.insert("place".to_string(), place);
    out
}

fn members_of_hit(hit: &Hit) -> Members {
    let mut out =
        object([("id", json!(hit.id.to_string())), ("collection", json!(hit.collection))]);
    if let Some(found) = hit.name {
        out.insert("matched".to_string(), json!(found.name));
        out.insert("score".to_string(), json!(found.score));
    }
    put(&mut out, "distance_m", hit.distance_m);
    put_measures(&mut out, &hit.measures);
    put(&mut out, "share", hit.share);
    out
}

fn members_of_changes(changes: &Changes) -> Members {
    let arrow = |change: &super::Transition| format!("{} → {}", change.from, change.to);
    let mut sums = sums_json(&changes.sums, arrow);
    if let Some(parts) = &changes.parts {
        let parts = parts.iter().map(|(name, sum)| (name.clone(), sum_json(sum)));
        sums.insert("parts".to_string(), Json::Object(parts.collect()));
    }
    let days = changes.between.map(|day| day.to_string());
    object([
        ("between", json!(days)),
        ("numberReturned", json!(changes.areas.len())),
        ("sums", Json::Object(sums)),
        ("events", Json::Array(changes.events.iter().map(event_json).collect())),
    ])
}

fn members_of_series(series: &[DaySums]) -> Members {
    let day = |sums: &DaySums| {
        let mut out = sums_json(&sums.sums, String::clone);
        out.insert("date".to_string(), json!(sums.day.to_string()));
        out.insert("until".to_string(), json!(sums.until.map(|day| day.to_string())));
        Json::Object(out)
    };
    object([("series", series.iter().map(day).collect())])
}

fn members_of_area(area: &ChangedArea) -> Members {
    let mut out = object([
        ("collection", json!(area.collection)),
        ("from", json!(area.from)),
        ("to", json!(area.to)),
        ("area_km2", json!(area.area_km2)),
        ("accuracy_m", json!(area.accuracy_m)),
    ]);
    if let Some(part) = &area.part {
        out.insert("in".to_string(), json!(part));
    }
    out
}

fn event_json(event: &Event) -> Json {
    json!({
        "date": event.date.to_string(),
        "name": event.name,
        "collection": event.collection,
        "id": event.id.map(ToString::to_string),
        "note": event.note,
        "source": event.source,
    })
}

fn sums_json<G>(sums: &Sums<G>, name: impl Fn(&G) -> String) -> Members {
    let groups: Members =
        sums.groups.iter().map(|(group, sum)| (name(group), sum_json(sum))).collect();
    object([("total", sum_json(&sums.total)), ("groups", Json::Object(groups))])
}

fn sum_json(sum: &Sum) -> Json {
    let mut out = object([("count", json!(sum.count))]);
    put_measures(&mut out, &sum.measures);
    put(&mut out, "shared_km2", sum.shared_km2);
    if let Some(number) = sum.number {
        let whole = number.whole().map(Json::from);
        out.insert("sum".to_string(), whole.unwrap_or_else(|| json!(number.sum)));
        out.insert("summed".to_string(), json!(number.summed));
    }
    Json::Object(out)
}

fn put_measures(out: &mut Members, measures: &Measures) {
    let Measures { area_km2, overlap_km2, length_km, length_inside_km } = *measures;
    put(out, "area_km2", area_km2);
    put(out, "overlap_km2", overlap_km2);
    put(out, "length_km", length_km);
    put(out, "length_inside_km", length_inside_km);
}

/// A number, where there is one.
fn put(out: &mut Members, key: &str, number: Option<f64>) {
    if let Some(number) = number {
        out.insert(key.to_string(), json!(number));
    }
}
