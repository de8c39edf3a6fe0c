//! The style of data that comes without one: every collection in plain sight, what is dated as of a
//! day.

use serde_json::{Map as JsonObject, Value as Json, json};

use crate::feature::{Collection, Date, Timing};

/// Polygons tinted, lines and points in one blue. Where a collection has dates the style has a
/// `date`: the last day on which something begins, where nothing else is said; moments stay on the
/// map from their day on.
pub(super) fn style(collections: &[(&str, &Collection)]) -> String {
    let mut sources = JsonObject::new();
    let mut layers = vec![
        json!({"id": "paper", "type": "background", "paint": {"background-color": "#f7f6f2"}}),
    ];
    for (name, collection) in collections {
        sources.insert(name.to_string(), json!({"type": "geojson", "data": name}));
        let holds = conditions(collection.timing);
        let filter = |kind: Option<&str>| {
            let kind = kind.map(|kind| json!(["==", ["geometry-type"], kind]));
            Json::Array(
                [json!("all")].into_iter().chain(kind).chain(holds.iter().cloned()).collect(),
            )
        };
        let mut layer = |suffix: &str, kind: &str, filter: Json, paint: Json| {
            layers.push(json!({
                "id": format!("{name}-{suffix}"),
                "type": kind,
                "source": name,
                "filter": filter,
                "paint": paint,
            }));
        };
        layer(
            "fill",
            "fill",
            filter(Some("Polygon")),
            json!({
                "fill-color": "#4c7fb0",
                "fill-opacity": 0.25,
                "fill-outline-color": "transparent",
            }),
        );
        layer("line", "line", filter(None), json!({"line-color": "#2c5f90", "line-width": 1.2}));
        let circle = json!({
            "circle-color": "#2c5f90",
            "circle-radius": 4,
            "circle-stroke-color": "#fff",
            "circle-stroke-width": 1,
        });
        layer("point", "circle", filter(Some("Point")), circle);
    }
    for layer in layers.iter_mut().filter(|layer| layer["type"] == "line") {
        layer["layout"] = json!({"line-join": "round"});
    }
    let mut style = json!({"version": 8, "name": "Data", "sources": sources, "layers": layers});
    if let Some(day) =
        collections.iter().filter_map(|(_, collection)| last_beginning(collection)).max()
    {
        style["state"] = json!({"date": {"default": day.to_string()}});
    }
    style.to_string()
}

/// The last day on which a feature begins; where none says when, the last on which one has not
/// ended.
fn last_beginning(collection: &Collection) -> Option<Date> {
    let days = |pick: fn(&crate::feature::Validity) -> Option<Date>| {
        collection.features.iter().filter_map(|f| pick(&f.validity)).max()
    };
    days(|v| v.from()).or_else(|| days(|v| v.to().and_then(Date::before)))
}

/// What holds on the day that the map is of. A timestamp is of the day that is written in it.
fn conditions(timing: Timing) -> Vec<Json> {
    let day = |key: &str, open: &str| {
        json!(["slice", ["to-string", ["coalesce", ["get", key], open]], 0, 10])
    };
    let begun = json!(["<=", day("valid_from", "0000"), ["global-state", "date"]]);
    let lasts = json!(["<", ["global-state", "date"], day("valid_to", "9999")]);
    match timing {
        Timing::Timeless => Vec::new(),
        Timing::Instant | Timing::FromOn => vec![begun],
        Timing::Interval | Timing::Snapshots => vec![begun, lasts],
    }
}
