//! What a spec draws on top of a map, as GeoJSON features with simplestyle properties
//! (<https://github.com/mapbox/simplestyle-spec>, version 1.1.0) and a few more: `kind`, `dashed`,
//! `label`.

use std::collections::{BTreeMap, BTreeSet};

use geo::geometry::{Geometry, LineString, MultiPolygon};
use serde_json::{Value as Json, json};

use super::checked::{SpecError, color, position, within, wrong};
use super::{Circle, Marker, Path, own};
use crate::atlas::Map;
use crate::diag::{meant, pointer_join};
use crate::feature::Feature;
use crate::geo::{Effort, geodesic, overlay};

/// What is drawn in where no colour is named.
const ACCENT: &str = "#b3123b";
/// Characters of a label.
const MAX_LABEL: usize = 200;

fn label<'a>(label: &'a Option<String>, at: &str) -> Result<&'a str, SpecError> {
    let text = label.as_deref().unwrap_or_default();
    match text.chars().count() > MAX_LABEL {
        true => Err(wrong(&format!("{at}/label"), format!("longer than {MAX_LABEL} characters"))),
        false => Ok(text),
    }
}

pub fn marker(marker: &Marker, at: &str) -> Result<Json, SpecError> {
    position(marker.at, &format!("{at}/at"))?;
    let size = marker.size.as_deref().unwrap_or("medium");
    if !["small", "medium", "large"].contains(&size) {
        return Err(wrong(&format!("{at}/size"), "small, medium or large"));
    }
    let symbol = marker.symbol.as_deref().unwrap_or_default();
    if symbol.chars().count() > 3 {
        return Err(wrong(
            &format!("{at}/symbol"),
            "a letter, or a number of at most three digits",
        ));
    }
    let properties = json!({
        "kind": "marker",
        "marker-color": color(&marker.color, ACCENT, &format!("{at}/color"))?,
        "marker-size": size, "marker-symbol": symbol, "label": label(&marker.label, at)?});
    Ok(feature(json!({"type": "Point", "coordinates": marker.at}), properties))
}

/// The path, and the head of its arrow.
pub fn path(path: &Path, at: &str) -> Result<Vec<Json>, SpecError> {
    let area = path.fill.is_some();
    let least = if area { 3 } else { 2 };
    if path.points.len() < least {
        return Err(wrong(
            &format!("{at}/points"),
            format!("at least {least} points, each [longitude, latitude]"),
        ));
    }
    let mut places = Vec::new();
    for (i, point) in path.points.iter().enumerate() {
        places.push(position(*point, &format!("{at}/points/{i}"))?);
    }
    let stroke = color(&path.color, ACCENT, &format!("{at}/color"))?;
    let width = within(path.width.unwrap_or(3.0), 0.0..=40.0, &format!("{at}/width"))?;
    let opacity = within(path.opacity.unwrap_or(1.0), 0.0..=1.0, &format!("{at}/opacity"))?;
    let mut properties = json!({
        "kind": "path", "stroke": stroke, "stroke-width": width, "stroke-opacity": opacity,
        "dashed": path.dashed, "label": label(&path.label, at)?});
    let geometry = match &path.fill {
        Some(_) => {
            properties["fill"] = json!(color(&path.fill, ACCENT, &format!("{at}/fill"))?);
            let share = within(
                path.fill_opacity.unwrap_or(0.25),
                0.0..=1.0,
                &format!("{at}/fill_opacity"),
            )?;
            properties["fill-opacity"] = json!(share);
            let mut ring = path.points.clone();
            ring.extend(path.points.first());
            json!({"type": "Polygon", "coordinates": [ring]})
        }
        None => json!({"type": "LineString", "coordinates": path.points}),
    };
    let mut out = vec![feature(geometry, properties)];
    let end = places.last().zip(places.iter().rev().find(|p| Some(*p) != places.last()));
    if let Some((to, from)) = end.filter(|_| path.arrow && !area) {
        // Clockwise from up, as icons are turned; the short way round the world.
        let by = to.x - from.x;
        let turn = (by - by.round()).atan2(from.y - to.y).to_degrees();
        let properties =
            json!({"kind": "arrow", "stroke": stroke, "turn": turn, "scale": 0.5 + width / 6.0});
        out.push(feature(json!({"type": "Point", "coordinates": path.points.last()}), properties));
    }
    Ok(out)
}

pub fn circle(circle: &Circle, at: &str) -> Result<Json, SpecError> {
    position(circle.at, &format!("{at}/at"))?;
    let radius_km = within(circle.radius_km, 0.001..=5_000.0, &format!("{at}/radius_km"))?;
    let ring = geodesic::circle(circle.at.into(), radius_km * 1e3);
    let share =
        within(circle.fill_opacity.unwrap_or(0.15), 0.0..=1.0, &format!("{at}/fill_opacity"))?;
    let stroke = color(&circle.color, ACCENT, &format!("{at}/color"))?;
    let properties = json!({
        "kind": "path", "stroke": stroke, "stroke-width": 2, "stroke-opacity": 1, "dashed": false,
        "fill": color(&circle.fill, stroke, &format!("{at}/fill"))?, "fill-opacity": share,
        "label": label(&circle.label, at)?});
    let ring: Vec<[f64; 2]> = ring.0.iter().map(|c| [c.x, c.y]).collect();
    Ok(feature(json!({"type": "Polygon", "coordinates": [ring]}), properties))
}

/// A veil over all but the highlighted areas, and their outlines; pins on highlighted points, with
/// their names in the language and the view of a style's settings.
pub fn highlighted(
    map: &Map,
    features: &[String],
    settings: &BTreeMap<String, String>,
    effort: &Effort,
) -> Result<Vec<Json>, SpecError> {
    let mut out_of_veil = MultiPolygon(Vec::new());
    let mut pins = Vec::new();
    for (i, written) in features.iter().enumerate() {
        let at = format!("/highlight/{i}");
        let short: String = written.chars().take(60).collect();
        let missing = || wrong(&at, format!("there is no feature '{short}'; write collection/id"));
        if i >= MAX_HIGHLIGHTS {
            return Err(wrong(&at, format!("at most {MAX_HIGHLIGHTS} features are highlighted")));
        }
        let (collection, id) = written.split_once('/').ok_or_else(missing)?;
        let index = map.catalog().collection(collection).ok_or_else(missing)?;
        let found = &index.collection().features[index.by_id(id).ok_or_else(missing)? as usize];
        let area = match &found.geometry {
            Geometry::Polygon(p) => MultiPolygon(vec![p.clone()]),
            Geometry::MultiPolygon(m) => m.clone(),
            Geometry::Point(p) => {
                let label = name(found, settings).map(str::to_string);
                let pin = Marker { at: [p.x(), p.y()], label, ..Marker::default() };
                pins.push(marker(&pin, &at)?);
                continue;
            }
            _ => return Err(wrong(&at, "only areas and points can be highlighted")),
        };
        out_of_veil = overlay::union(&out_of_veil, &area, effort)
            .map_err(|why| wrong(&at, why.to_string()))?;
    }
    if out_of_veil.0.is_empty() {
        return Ok(pins);
    }
    let world = geo::Rect::new((-179.9, -85.0), (179.9, 85.0)).to_polygon();
    let veil = overlay::difference(&MultiPolygon(vec![world]), &out_of_veil, effort);
    let veil = veil.map_err(|why| wrong("/highlight", why.to_string()))?;
    let plain = |area: &MultiPolygon<f64>| -> Vec<Vec<Vec<[f64; 2]>>> {
        let ring = |r: &LineString<f64>| r.0.iter().map(|c| [c.x, c.y]).collect();
        area.iter()
            .map(|p| std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect())
            .collect()
    };
    let outline = json!({
        "kind": "path", "stroke": "#1b1a18", "stroke-width": 2, "stroke-opacity": 1,
        "dashed": false, "label": ""});
    let lines: Vec<Vec<[f64; 2]>> = plain(&out_of_veil).into_iter().flatten().collect();
    let veil = json!({"type": "MultiPolygon", "coordinates": plain(&veil)});
    let mut out = vec![
        feature(veil, json!({"kind": "veil"})),
        feature(json!({"type": "MultiLineString", "coordinates": lines}), outline),
    ];
    out.append(&mut pins);
    Ok(out)
}

/// A feature's name as the embedded style writes it.
fn name<'a>(feature: &'a Feature, settings: &BTreeMap<String, String>) -> Option<&'a str> {
    let lang = settings.get("lang").map_or("en", String::as_str);
    let view = match settings.get("worldview").map(String::as_str) {
        Some("AZ") => "az",
        Some("AM") => "hy",
        _ => "neutral",
    };
    let keys = [&format!("name:{lang}:{view}"), &format!("name:{lang}"), "name:en", "name"];
    keys.into_iter().find_map(|key| feature.text(key))
}

/// Features that may be highlighted.
const MAX_HIGHLIGHTS: usize = 50;
/// Positions of a user's own features.
const MAX_POSITIONS: usize = 20_000;

/// A user's own features; at most so many of them lines and areas. What is mended or left out of
/// them is told.
pub fn given(
    json: &Json,
    most_wide: usize,
    told: &mut Vec<String>,
) -> Result<Vec<Json>, SpecError> {
    let bare = |json: &Json| feature(json.clone(), json!({}));
    let is_geometry = ["coordinates", "geometries"].iter().any(|member| json.get(member).is_some());
    let all: Vec<(String, Json)> = match json.get("type").and_then(Json::as_str) {
        Some("FeatureCollection") => {
            let all = json.get("features").and_then(Json::as_array);
            let all = all.ok_or_else(|| {
                wrong("/geojson/features", "a FeatureCollection has an array of features")
            })?;
            all.iter()
                .enumerate()
                .map(|(i, f)| (format!("/geojson/features/{i}"), f.clone()))
                .collect()
        }
        Some("Feature") => vec![("/geojson".to_string(), json.clone())],
        Some(_) if is_geometry => vec![("/geojson".to_string(), bare(json))],
        _ => return Err(wrong("/geojson/type", "a FeatureCollection, a Feature or a geometry")),
    };
    let mut positions = 0;
    for (at, one) in &all {
        positions += count(&one["geometry"]);
        if positions > MAX_POSITIONS {
            return Err(wrong(
                at,
                format!("features on top have at most {MAX_POSITIONS} positions in all"),
            ));
        }
    }
    // As they stand, so that faults are named by their own places.
    own::features(json, told)?;
    let mut out = Vec::new();
    let mut wide = 0;
    let mut misspelt = Misspelt::default();
    for (at, one) in &all {
        let kind = one["geometry"]["type"].as_str().unwrap_or_default();
        let is_point = matches!(kind, "Point" | "MultiPoint");
        wide += usize::from(!is_point);
        if wide > most_wide {
            return Err(wrong(
                at,
                format!("a picture as large has at most {most_wide} lines and areas on top"),
            ));
        }
        let at = format!("{at}/properties");
        misspelt.look(&one["properties"], &at, told);
        let properties = simple(&one["properties"], is_point, &at)?;
        match kind {
            "MultiPoint" => {
                for point in one["geometry"]["coordinates"].as_array().into_iter().flatten() {
                    out.push(feature(
                        json!({"type": "Point", "coordinates": point}),
                        properties.clone(),
                    ));
                }
            }
            "GeometryCollection" => {
                for part in parts_of(&one["geometry"]) {
                    let properties = simple(&one["properties"], part["type"] == "Point", &at)?;
                    out.push(feature(part, properties));
                }
            }
            _ => out.push(feature(one["geometry"].clone(), properties)),
        }
    }
    if out.len() > 10_000 {
        return Err(wrong("/geojson/features", "at most 10,000 features"));
    }
    Ok(out)
}

/// Simplestyle's properties that are drawn.
const SIMPLE: [&str; 8] = [
    "marker-color",
    "marker-size",
    "marker-symbol",
    "stroke",
    "stroke-width",
    "stroke-opacity",
    "fill",
    "fill-opacity",
];

/// The properties that look like misspelt ones of simplestyle, each told once.
#[derive(Default)]
struct Misspelt(BTreeSet<String>);

impl Misspelt {
    fn look(&mut self, properties: &Json, at: &str, told: &mut Vec<String>) {
        for (key, value) in properties.as_object().into_iter().flatten() {
            let other = if SIMPLE.contains(&key.as_str()) || key == "title" {
                None
            } else {
                meant(key, SIMPLE)
            };
            let Some(other) = other else { continue };
            // Short words are near to others that mean something else.
            let is_color =
                || value.as_str().is_some_and(|text| crate::color::Color::parse(text).is_some());
            if (other.contains('-') || is_color()) && self.0.insert(key.clone()) {
                let pointer = pointer_join(at, key);
                told.push(format!(
                    "{pointer}: simplestyle has no property '{key}'; did you mean '{other}'?"
                ));
            }
        }
    }
}

/// What a collection of geometries is made of, each point on its own.
fn parts_of(geometry: &Json) -> Vec<Json> {
    match geometry["type"].as_str() {
        Some("GeometryCollection") => {
            geometry["geometries"].as_array().into_iter().flatten().flat_map(parts_of).collect()
        }
        Some("MultiPoint") => {
            let points = geometry["coordinates"].as_array().into_iter().flatten();
            points.map(|at| json!({"type": "Point", "coordinates": at})).collect()
        }
        _ => vec![geometry.clone()],
    }
}

/// Positions of a geometry of any form.
fn count(geometry: &Json) -> usize {
    fn nested(coordinates: &Json) -> usize {
        match coordinates.as_array() {
            Some(all) if all.first().is_some_and(Json::is_number) => 1,
            Some(all) => all.iter().map(nested).sum(),
            None => 0,
        }
    }
    let parts = geometry.get("geometries").and_then(Json::as_array).into_iter().flatten();
    nested(&geometry["coordinates"]) + parts.map(count).sum::<usize>()
}

/// Simplestyle's properties, each checked; others are left out.
fn simple(properties: &Json, is_point: bool, at: &str) -> Result<Json, SpecError> {
    let text = |key: &str| properties.get(key).filter(|v| !v.is_null());
    let mut out = json!({"kind": if is_point { "marker" } else { "path" }});
    for (key, usual) in [("marker-color", "#7e7e7e"), ("stroke", "#555555"), ("fill", "#555555")] {
        let given = match text(key) {
            None => None,
            Some(Json::String(t)) => Some(t.clone()),
            Some(_) => return Err(wrong(&format!("{at}/{key}"), "a CSS colour, such as #c1121f")),
        };
        out[key] = json!(color(&given, usual, &format!("{at}/{key}"))?);
    }
    for (key, usual, most) in
        [("stroke-width", 2.0, 40.0), ("stroke-opacity", 1.0, 1.0), ("fill-opacity", 0.6, 1.0)]
    {
        let given = match text(key) {
            None => usual,
            Some(v) => v.as_f64().ok_or_else(|| wrong(&format!("{at}/{key}"), "a number"))?,
        };
        out[key] = json!(within(given, 0.0..=most, &format!("{at}/{key}"))?);
    }
    let size = text("marker-size").map_or("medium", |v| v.as_str().unwrap_or_default());
    if !["small", "medium", "large"].contains(&size) {
        return Err(wrong(&format!("{at}/marker-size"), "small, medium or large"));
    }
    out["marker-size"] = json!(size);
    // The symbol may be the name of an icon, of which there are none; that is told elsewhere.
    let symbol = symbol(properties).unwrap_or_default();
    out["marker-symbol"] = json!(if is_icon(&symbol) { String::new() } else { symbol });
    let title = text("title").map(written);
    out["label"] = json!(label(&title, at)?);
    Ok(out)
}

/// The symbol of a marker by its properties: text, or a number.
pub fn symbol(properties: &Json) -> Option<String> {
    properties.get("marker-symbol").filter(|v| !v.is_null()).map(written)
}

/// A value as text.
fn written(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string)
}

/// Whether a marker's symbol is the name of an icon, and no letters or digits.
pub fn is_icon(symbol: &str) -> bool {
    symbol.chars().count() > 3
}

fn feature(geometry: Json, properties: Json) -> Json {
    json!({"type": "Feature", "properties": properties, "geometry": geometry})
}
