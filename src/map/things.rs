//! What a spec draws on top of a map, as GeoJSON features with simplestyle properties
//! (<https://github.com/mapbox/simplestyle-spec>, version 1.1.0) and a few more: `kind`, `dashed`, `label`.

use geo::geometry::{Coord, Geometry, LineString, Polygon};
use serde_json::{Value as Json, json};

use super::Map;
use super::spec::{Circle, Marker, Path, SpecError, color, position, within, wrong};
use crate::geo::geodesic;

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
        return Err(wrong(&format!("{at}/symbol"), "a letter, or a number of at most three digits"));
    }
    let properties = json!({"kind": "marker", "marker-color": color(&marker.color, ACCENT, &format!("{at}/color"))?,
        "marker-size": size, "marker-symbol": symbol, "label": label(&marker.label, at)?});
    Ok(feature(json!({"type": "Point", "coordinates": marker.at}), properties))
}

/// The path, and the head of its arrow.
pub fn path(path: &Path, at: &str) -> Result<Vec<Json>, SpecError> {
    let area = path.fill.is_some();
    let least = if area { 3 } else { 2 };
    if path.points.len() < least {
        return Err(wrong(&format!("{at}/points"), format!("at least {least} points, each [longitude, latitude]")));
    }
    let mut places = Vec::new();
    for (i, point) in path.points.iter().enumerate() {
        places.push(position(*point, &format!("{at}/points/{i}"))?);
    }
    let stroke = color(&path.color, ACCENT, &format!("{at}/color"))?;
    let width = within(path.width.unwrap_or(3.0), 0.0..=100.0, &format!("{at}/width"))?;
    let opacity = within(path.opacity.unwrap_or(1.0), 0.0..=1.0, &format!("{at}/opacity"))?;
    let mut properties = json!({"kind": "path", "stroke": stroke, "stroke-width": width, "stroke-opacity": opacity,
        "dashed": path.dashed, "label": label(&path.label, at)?});
    let geometry = match &path.fill {
        Some(_) => {
            properties["fill"] = json!(color(&path.fill, ACCENT, &format!("{at}/fill"))?);
            let share = within(path.fill_opacity.unwrap_or(0.25), 0.0..=1.0, &format!("{at}/fill_opacity"))?;
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
        // Clockwise from up, as icons are turned.
        let turn = (to.x - from.x).atan2(from.y - to.y).to_degrees();
        let properties = json!({"kind": "arrow", "stroke": stroke, "turn": turn, "scale": 0.5 + width / 6.0});
        out.push(feature(json!({"type": "Point", "coordinates": path.points.last()}), properties));
    }
    Ok(out)
}

pub fn circle(circle: &Circle, at: &str) -> Result<Json, SpecError> {
    position(circle.at, &format!("{at}/at"))?;
    let radius_km = within(circle.radius_km, 0.001..=5_000.0, &format!("{at}/radius_km"))?;
    let ring = geodesic::circle(circle.at.into(), radius_km * 1e3);
    let share = within(circle.fill_opacity.unwrap_or(0.15), 0.0..=1.0, &format!("{at}/fill_opacity"))?;
    let stroke = color(&circle.color, ACCENT, &format!("{at}/color"))?;
    let properties = json!({"kind": "path", "stroke": stroke, "stroke-width": 2, "stroke-opacity": 1, "dashed": false,
        "fill": color(&circle.fill, stroke, &format!("{at}/fill"))?, "fill-opacity": share, "label": label(&circle.label, at)?});
    let ring: Vec<[f64; 2]> = ring.0.iter().map(|c| [c.x, c.y]).collect();
    Ok(feature(json!({"type": "Polygon", "coordinates": [ring]}), properties))
}

/// A veil over all but the features that are brought out, and their outlines.
pub fn dimmed(map: &Map, features: &[String]) -> Result<Vec<Json>, SpecError> {
    let mut holes: Vec<LineString<f64>> = Vec::new();
    let mut out = Vec::new();
    for (i, name) in features.iter().enumerate() {
        let at = format!("/highlight/{i}");
        let short: String = name.chars().take(60).collect();
        let missing = || wrong(&at, format!("there is no feature '{short}'; write collection/id"));
        let (collection, id) = name.split_once('/').ok_or_else(missing)?;
        let index = map.collection(collection).ok_or_else(missing)?;
        let feature = &index.collection().features[index.by_id(id).ok_or_else(missing)? as usize];
        let polygons: Vec<&Polygon<f64>> = match &feature.geometry {
            Geometry::Polygon(p) => vec![p],
            Geometry::MultiPolygon(m) => m.iter().collect(),
            _ => return Err(wrong(&at, "only areas can be brought out")),
        };
        for polygon in polygons {
            holes.push(polygon.exterior().clone());
            let properties = json!({"kind": "path", "stroke": "#1b1a18", "stroke-width": 2, "stroke-opacity": 1, "dashed": false, "label": ""});
            let lines: Vec<Vec<[f64; 2]>> = vec![polygon.exterior().0.iter().map(|c| [c.x, c.y]).collect()];
            out.push(super::things::feature(json!({"type": "MultiLineString", "coordinates": lines}), properties));
        }
    }
    if holes.is_empty() {
        return Ok(out);
    }
    let world = LineString(vec![
        Coord { x: -179.9, y: -85.0 },
        Coord { x: 179.9, y: -85.0 },
        Coord { x: 179.9, y: 85.0 },
        Coord { x: -179.9, y: 85.0 },
        Coord { x: -179.9, y: -85.0 },
    ]);
    let rings: Vec<Vec<[f64; 2]>> =
        std::iter::once(&world).chain(&holes).map(|r| r.0.iter().map(|c| [c.x, c.y]).collect()).collect();
    out.insert(0, feature(json!({"type": "Polygon", "coordinates": rings}), json!({"kind": "veil"})));
    Ok(out)
}

/// A user's own features.
pub fn given(json: &Json) -> Result<Vec<Json>, SpecError> {
    let of = |json: &Json| {
        let mut feature = json.clone();
        if let Some(properties) = feature.get_mut("properties").and_then(Json::as_object_mut) {
            let kind = if json["geometry"]["type"] == "Point" { "marker" } else { "path" };
            properties.insert("kind".into(), json!(kind));
            let title = properties.get("title").cloned().unwrap_or(json!(""));
            properties.insert("label".into(), title);
        }
        feature
    };
    match json.get("type").and_then(Json::as_str) {
        Some("FeatureCollection") => {
            let all = json.get("features").and_then(Json::as_array);
            let all = all.ok_or_else(|| wrong("/geojson/features", "a FeatureCollection has an array of features"))?;
            if all.len() > 10_000 {
                return Err(wrong("/geojson/features", "at most 10,000 features"));
            }
            Ok(all.iter().map(of).collect())
        }
        Some("Feature") => Ok(vec![of(json)]),
        Some(_) if json.get("coordinates").is_some() => Ok(vec![of(&feature(json.clone(), json!({})))]),
        _ => Err(wrong("/geojson/type", "a FeatureCollection, a Feature or a geometry")),
    }
}

fn feature(geometry: Json, properties: Json) -> Json {
    json!({"type": "Feature", "properties": properties, "geometry": geometry})
}
