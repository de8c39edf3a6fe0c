//! The style of data that comes without one: every collection in plain sight, what is dated as of a
//! day.

use serde_json::{Map as JsonObject, Value as Json, json};

use crate::feature::{Collection, Date, Timing};

/// Over the world's land and borders each collection in a colour of its own: polygons tinted, lines,
/// points, names, and a row in the legend. Where a collection has dates the style has a
/// `date`: the last day on which something begins, where nothing else is said; moments stay on the
/// map from their day on.
pub(super) fn style(collections: &[(&str, &Collection)]) -> String {
    let mut sources = JsonObject::new();
    let mut layers = ground(&mut sources);
    let (mut names, mut legend) = (Vec::new(), Vec::new());
    for ((name, collection), color) in collections.iter().zip(COLORS.into_iter().cycle()) {
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
                "fill-color": color,
                "fill-opacity": 0.25,
                "fill-outline-color": "transparent",
            }),
        );
        layer("line", "line", filter(None), json!({"line-color": color, "line-width": 1.2}));
        let circle = json!({
            "circle-color": color,
            "circle-radius": 4,
            "circle-stroke-color": "#fff",
            "circle-stroke-width": 1,
        });
        layer("point", "circle", filter(Some("Point")), circle);
        names.push(json!({
            "id": format!("{name}-name"),
            "type": "symbol",
            "source": name,
            "filter": filter(None),
            "layout": {
                "text-field": ["to-string", ["coalesce", ["get", "name"], ["get", "title"], ""]],
                "text-font": ["Noto Sans Regular"],
                "text-size": 12,
                "text-anchor": "top",
                "text-offset": [0, 0.5],
                "text-optional": true,
            },
            "paint": {"text-color": "#2b2b2b", "text-halo-color": "#ffffff", "text-halo-width": 1.2},
        }));
        let drawn = ["fill", "line", "point"].map(|suffix| format!("{name}-{suffix}"));
        legend.push(json!({"label": collection.title, "layers": drawn}));
    }
    layers.extend(names);
    for layer in layers.iter_mut().filter(|layer| layer["type"] == "line") {
        layer["layout"] = json!({"line-join": "round"});
    }
    let mut style = json!({
        "version": 8,
        "name": "Data",
        "metadata": {
            "contactline:attribution": "Land and borders: Natural Earth",
            "contactline:legend": legend,
            "contactline:viewer": {"preferred": true},
        },
        "sources": sources,
        "layers": layers,
    });
    if let Some(day) =
        collections.iter().filter_map(|(_, collection)| last_beginning(collection)).max()
    {
        style["state"] = json!({"date": {"default": day.to_string()}});
    }
    style.to_string()
}

/// Of collections, one after the other.
const COLORS: [&str; 6] = ["#2c5f90", "#b0512f", "#3d7d4f", "#7d5ba6", "#8a6d1d", "#a33a6f"];

/// The world's land and borders, quiet.
fn ground(sources: &mut JsonObject<String, Json>) -> Vec<Json> {
    for name in ["world-land", "world-borders"] {
        let file = format!("../geodata/{name}.geojson");
        // A collection of one's own may be called so.
        sources.insert(format!("ground:{name}"), json!({"type": "geojson", "data": file}));
    }
    let line = json!(["interpolate", ["linear"], ["zoom"], 0, 0.4, 4, 0.8, 8, 1.2]);
    vec![
        json!({"id": "ground:water", "type": "background",
            "paint": {"background-color": "#cddce2"}}),
        json!({"id": "ground:land", "type": "fill", "source": "ground:world-land",
            "paint": {"fill-color": "#f7f6f2", "fill-outline-color": "transparent"}}),
        json!({"id": "ground:borders", "type": "line", "source": "ground:world-borders",
            "paint": {"line-color": "#b5afa5", "line-width": line}}),
    ]
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
