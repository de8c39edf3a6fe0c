//! The expression suite: each test's expression is compiled and evaluated, and what comes of both
//! is compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use contactline::feature::{Feature, FeatureId, Validity, Value};
use contactline::style::{Context, Datum, Expr, HasImage, Keyword, PropertySpec, parse_property};
use serde_json::{Value as Json, json};

use super::report::Outcome;

/// How the suite calls the place of its expressions.
const PLACE: &str = "layers[0].paint.some-property";

pub fn run(folder: &Path) -> Vec<Outcome> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    files.iter().map(|file| test(folder, file)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.file_name().is_some_and(|n| n == "test.json") {
            files.push(path);
        }
    }
}

fn test(folder: &Path, file: &Path) -> Outcome {
    let id = file.parent().unwrap().strip_prefix(folder).unwrap().display().to_string();
    let family = id.split('/').next().unwrap().to_string();
    let test: Json = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let got = outcome(&test);
    let wanted = rounded(&test["expected"]);
    let got = rounded(&got);
    let passed = got == wanted;
    let detail = if passed { String::new() } else { format!("expected {wanted}, got {got}") };
    Outcome { id, families: vec![family, "(all)".to_string()], passed, detail }
}

fn outcome(test: &Json) -> Json {
    let mut spec = test.get("propertySpec").cloned().unwrap_or(json!({}));
    if spec.get("property-type").is_none() {
        spec["property-type"] = json!("data-driven");
    }
    if spec.get("expression").is_none() {
        spec["expression"] = json!({"interpolated": true, "parameters": ["zoom", "feature"]});
    }
    // The reference has an enum's words as the members of an object, which tell what they mean.
    if let Some(words) = spec.get("values").and_then(Json::as_object) {
        spec["values"] = words.keys().cloned().collect();
    }
    let spec: PropertySpec = serde_json::from_value(spec).unwrap();
    let expr = match parse_property(&test["expression"], &spec) {
        Ok(expr) => expr,
        Err(errors) => {
            let errors: Vec<Json> =
                errors.iter().map(|e| json!({"key": e.key, "error": e.message})).collect();
            return json!({"compiled": {"result": "error", "errors": errors}});
        }
    };
    let state: BTreeMap<String, Value> = object(test.get("globalState"));
    let inputs = test["inputs"].as_array().cloned().unwrap_or_default();
    let outputs: Vec<Json> = inputs.iter().map(|input| output(&expr, input, &state)).collect();
    json!({
        "compiled": {
            "result": "success",
            "isFeatureConstant": !expr.dependence().feature,
            "isZoomConstant": !expr.dependence().zoom,
            "type": expr.ty().to_string(),
        },
        "outputs": outputs,
    })
}

fn object(json: Option<&Json>) -> BTreeMap<String, Value> {
    json.and_then(Json::as_object)
        .into_iter()
        .flatten()
        .map(|(k, v)| (k.clone(), Value::from(v)))
        .collect()
}

#[derive(Debug)]
struct Images(Vec<String>);

impl HasImage for Images {
    fn has_image(&self, name: &str) -> bool {
        self.0.iter().any(|n| n == name)
    }
}

fn output(expr: &Expr, input: &Json, state: &BTreeMap<String, Value>) -> Json {
    let (globals, given) = (&input[0], &input[1]);
    let tile_zoom = globals["canonicalID"]["z"].as_u64();
    // Geometry counts only where the tile it lies in is known.
    let geometry = given.get("geometry").filter(|_| tile_zoom.is_some());
    let geometry = geometry.map(|g| {
        geo::Geometry::<f64>::try_from(g.to_string().parse::<geojson::GeoJson>().unwrap())
    });
    let geometry_type = match given["geometry"]["type"].as_str() {
        Some("Point" | "MultiPoint") => "Point",
        Some("LineString" | "MultiLineString") => "LineString",
        Some("Polygon" | "MultiPolygon") => "Polygon",
        _ => "",
    };
    let feature = Feature {
        id: match &given["id"] {
            Json::Number(n) => n.as_f64().map(FeatureId::Number),
            Json::String(t) => Some(FeatureId::Text(t.as_str().into())),
            _ => None,
        },
        properties: object(given.get("properties"))
            .into_iter()
            .map(|(k, v)| (k.into(), v))
            .collect(),
        geometry: match geometry {
            Some(geometry) => geometry.unwrap(),
            None => geo::Geometry::GeometryCollection(geo::GeometryCollection::default()),
        },
        validity: Validity::default(),
    };
    let texts = |a: &Vec<Json>| a.iter().filter_map(Json::as_str).map(str::to_string).collect();
    let images = Images(globals["availableImages"].as_array().map(texts).unwrap_or_default());
    let feature_state = object(given.get("featureState"));
    let context = Context {
        zoom: globals["zoom"].as_f64().unwrap_or(f64::NAN),
        feature: Some(&feature),
        geometry_type,
        state,
        feature_state: Some(&feature_state),
        has_image: Some(&images),
        heatmap_density: globals["heatmapDensity"].as_f64().unwrap_or(0.0),
        elevation: globals["elevation"].as_f64().unwrap_or(0.0),
        line_progress: globals["lineProgress"].as_f64().unwrap_or(0.0),
        grid_zoom: tile_zoom.map_or(Context::FINEST_GRID, |z| z as u8),
        ..Context::nowhere()
    };
    match expr.eval(&context) {
        Ok(datum) => datum_json(&datum),
        Err(e) => json!({"error": format!("{PLACE}{}: {}", e.key, e.message)}),
    }
}

/// As the suite writes values. Colours are premultiplied there.
fn datum_json(datum: &Datum) -> Json {
    let color = |c: &contactline::color::Color| json!([c.r * c.a, c.g * c.a, c.b * c.a, c.a]);
    let members = |c: &contactline::color::Color| json!({"r": c.r * c.a, "g": c.g * c.a, "b": c.b * c.a, "a": c.a});
    let image = |i: &contactline::style::Image| json!({"name": &*i.name, "available": i.available});
    match datum {
        Datum::Plain(value) => value.to_json(),
        Datum::Color(c) => color(c),
        Datum::Image(i) => image(i),
        Datum::Padding(sides) => json!({"values": sides}),
        Datum::Numbers(numbers) => json!({"values": &**numbers}),
        Datum::Colors(colors) => json!({"values": colors.iter().map(members).collect::<Vec<_>>()}),
        Datum::Projection(p) => json!({"from": &*p.from, "to": &*p.to, "transition": p.transition}),
        Datum::AnchorOffsets(all) => {
            let values: Vec<Json> =
                all.iter().flat_map(|a| [json!(a.anchor.word()), json!(a.offset)]).collect();
            json!({"values": values})
        }
        Datum::Formatted(formatted) => {
            let sections: Vec<Json> = formatted
                .sections
                .iter()
                .map(|s| {
                    json!({
                        "text": &*s.text, "image": s.image.as_ref().map(image), "scale": s.scale,
                        "fontStack": s.fonts.as_deref(), "textColor": s.color.as_ref().map(members),
                        "verticalAlign": s.vertical_align.map(|align| align.word()),
                    })
                })
                .collect();
            json!({"sections": sections})
        }
        Datum::List(items) => items.iter().map(datum_json).collect(),
        Datum::Collator(_) => Json::Null,
    }
}

/// Numbers cut to six significant figures, as the suite's own comparison does it.
fn rounded(json: &Json) -> Json {
    match json {
        Json::Number(n) => {
            let n = n.as_f64().unwrap();
            if n == 0.0 {
                return json!(0.0);
            }
            let scale = 10f64.powf((6.0 - n.abs().log10().ceil()).max(0.0));
            // Twice, because what was cut once may be a hair below itself.
            let cut = |n: f64| (n * scale).floor() / scale;
            json!(cut(cut(n)))
        }
        Json::Array(items) => items.iter().map(rounded).collect(),
        Json::Object(members) => members.iter().map(|(k, v)| (k.clone(), rounded(v))).collect(),
        other => other.clone(),
    }
}
