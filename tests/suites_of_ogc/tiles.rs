//! OGC API - Tiles Part 1 (OGC 20-057), annex A: resources and what is said of them.

use serde_json::Value as Json;

use crate::app::{get, get_as};
use crate::report::{
    Report, begins_as, declared, kind, links, parameters, path, picture, rel, told,
};

pub const TESTS: [&str; 33] = [
    "/conf/core/conformance-success",
    "/conf/core/tc-op",
    "/conf/core/tc-tilematrix-definition",
    "/conf/core/tc-tilerow-definition",
    "/conf/core/tc-tilecol-definition",
    "/conf/core/tc-success",
    "/conf/core/tc-error",
    "/conf/tileset/conformance-success",
    "/conf/tileset/description",
    "/conf/tilesets-list/conformance-success",
    "/conf/tilesets-list/tileset-links",
    "/conf/dataset-tilesets/conformance-success",
    "/conf/dataset-tilesets/landingpage",
    "/conf/dataset-tilesets/operation",
    "/conf/geodata-tilesets/conformance-success",
    "/conf/geodata-tilesets/desc-links",
    "/conf/geodata-tilesets/operation",
    "/conf/tile-collections-selection/conformance-success",
    "/conf/collections-selection/query-collections",
    "/conf/collections-selection/collections-response",
    "/conf/datetime/conformance-success",
    "/conf/collections/rc-op-datetime",
    "/conf/collections/rc-datetime-definition",
    "/conf/collections/rc-datetime-response",
    "/conf/collections/rc-op-subset",
    "/conf/collections/rc-subset-definition",
    "/conf/collections/rc-subset-response",
    "/conf/datetime/axis",
    "/conf/oas30/completeness",
    "/conf/oas30/operation-id",
    "/conf/png/content",
    "/conf/jpeg/content",
    "/conf/mvt/content",
];

pub async fn run(r: &mut Report) {
    conformance(r).await;
    let lists = lists(r).await;
    let api = get("/api").await.json();
    for list in &lists {
        tilesets(r, &api, list).await;
    }
    definition(r, &api);
    errors(r, &lists).await;
}

async fn conformance(r: &mut Report) {
    let answer = get("/conformance").await;
    let json = answer.json();
    for (test, class) in [
        ("/conf/core/conformance-success", "core"),
        ("/conf/tileset/conformance-success", "tileset"),
        ("/conf/tilesets-list/conformance-success", "tilesets-list"),
        ("/conf/dataset-tilesets/conformance-success", "dataset-tilesets"),
        ("/conf/geodata-tilesets/conformance-success", "geodata-tilesets"),
        ("/conf/tile-collections-selection/conformance-success", "collections-selection"),
        ("/conf/datetime/conformance-success", "datetime"),
    ] {
        r.check(test, answer.status == 200 && kind(&answer) == "application/json", class);
        for class in ["core", class] {
            r.check(test, declared(&json, &format!("ogcapi-tiles-1/1.0/conf/{class}")), class);
        }
    }
}

/// The lists of tilesets that resources link to: of the dataset, of styles and of collections.
async fn lists(r: &mut Report) -> Vec<String> {
    let mut lists = Vec::new();
    let landing = get("/?f=json").await.json();
    for name in ["tilesets-vector", "tilesets-map"] {
        let of_dataset = links(&landing, &rel(name));
        r.check("/conf/dataset-tilesets/landingpage", of_dataset.len() == 1, name);
        lists.extend(of_dataset.into_iter().map(|href| path(href).to_string()));
    }
    for list in &lists {
        let sets = get(list).await.json();
        let some = sets["tilesets"].as_array().is_some_and(|sets| !sets.is_empty());
        r.check("/conf/dataset-tilesets/operation", some && list.ends_with("/tiles"), list);
    }
    let mut resources = Vec::new();
    let collections = get("/collections?f=json").await.json();
    for collection in collections["collections"].as_array().unwrap() {
        let id = collection["id"].as_str().unwrap();
        resources.push((format!("/collections/{id}"), collection));
    }
    let styles = get("/styles?f=json").await.json();
    for style in styles["styles"].as_array().unwrap() {
        resources.push((format!("/styles/{}", style["id"].as_str().unwrap()), style));
    }
    for (resource, json) in resources {
        let mut own: Vec<&str> = links(json, &rel("tilesets-vector"));
        own.extend(links(json, &rel("tilesets-map")));
        r.check("/conf/geodata-tilesets/desc-links", !own.is_empty(), &resource);
        for list in own {
            let list = path(list);
            let answer = get(list).await;
            let test = "/conf/geodata-tilesets/operation";
            r.check(test, list.starts_with(&resource) && list.ends_with("/tiles"), list);
            let some = answer.status == 200 && answer.json()["tilesets"][0].is_object();
            r.check(test, some, list);
            lists.push(list.to_string());
        }
    }
    lists
}

/// A path of the API definition that a resource's path is one of.
fn described<'a>(api: &'a Json, path: &str) -> Option<&'a str> {
    let path = path.split('?').next().unwrap();
    let steps: Vec<&str> = path.split('/').collect();
    let is_of = |template: &&String| {
        let own: Vec<&str> = template.split('/').collect();
        let pairs = own.iter().zip(&steps);
        own.len() == steps.len() && pairs.into_iter().all(|(a, b)| a == b || a.starts_with('{'))
    };
    api["paths"].as_object()?.keys().find(is_of).map(String::as_str)
}

async fn tilesets(r: &mut Report, api: &Json, list: &str) {
    let test = "/conf/tilesets-list/tileset-links";
    let answer = get_as(list, "application/json").await;
    r.check(test, answer.status == 200 && kind(&answer) == "application/json", list);
    r.check("/conf/oas30/completeness", described(api, list).is_some(), list);
    for set in answer.json()["tilesets"].as_array().unwrap() {
        let id = set["tileMatrixSetId"].as_str().unwrap();
        r.check(test, ["map", "vector"].contains(&set["dataType"].as_str().unwrap()), list);
        r.check(test, set["crs"].as_str().is_some_and(|crs| crs.contains("/def/crs/")), list);
        let uri = format!("http://www.opengis.net/def/tilematrixset/OGC/1.0/{id}");
        r.check(test, set["tileMatrixSetURI"] == uri.as_str(), format!("{list} {id}"));
        let (own, scheme) = (links(set, "self"), links(set, &rel("tiling-scheme")));
        r.check(test, own.len() == 1 && scheme.len() == 1, format!("{list} {id}"));
        let place = path(own[0]);
        let bare = place.split('?').next().unwrap();
        r.check(test, bare == format!("{list}/{id}"), place);
        r.check("/conf/oas30/completeness", described(api, place).is_some(), place);
        tileset(r, api, place, &uri).await;
    }
}

async fn tileset(r: &mut Report, api: &Json, place: &str, uri: &str) {
    let test = "/conf/tileset/description";
    let answer = get_as(place.split('?').next().unwrap(), "application/json").await;
    r.check(test, answer.status == 200 && kind(&answer) == "application/json", place);
    let set = answer.json();
    let schema = serde_json::json!({"type": "object", "required": ["dataType", "crs", "links"],
        "properties": {"dataType": {"enum": ["map", "vector", "coverage"]},
            "crs": {"type": "string", "format": "uri"}, "tileMatrixSetURI": {"const": uri},
            "links": {"type": "array", "items": {"type": "object", "required": ["href", "rel"]}},
            "layers": {"type": "array", "items": {"type": "object", "required": ["id"]}},
            "boundingBox": {"required": ["lowerLeft", "upperRight"]}}});
    r.check(test, jsonschema::validator_for(&schema).unwrap().is_valid(&set), place);
    let scheme = get(path(links(&set, &rel("tiling-scheme"))[0])).await.json();
    let matrix = &scheme["tileMatrices"][0];
    let members = ["id", "scaleDenominator", "cellSize", "pointOfOrigin", "tileWidth"];
    let more = ["tileHeight", "matrixWidth", "matrixHeight"];
    let whole = members.iter().chain(&more).all(|m| !matrix[m].is_null());
    r.check(test, scheme["uri"] == uri && whole && scheme["crs"].is_string(), place);
    let items = set["links"].as_array().unwrap().iter().filter(|l| l["rel"] == "item");
    let items: Vec<&Json> = items.collect();
    r.check(test, !items.is_empty(), place);
    let is_map = set["dataType"] == "map";
    for item in &items {
        let template = path(item["href"].as_str().unwrap());
        let variables = ["{tileMatrix}", "{tileRow}", "{tileCol}"];
        r.check(test, variables.iter().all(|v| template.contains(v)), template);
        r.check(test, item["templated"] == true && item["type"].is_string(), template);
        let described = described(api, template);
        r.check("/conf/oas30/completeness", described.is_some(), template);
        // A tile of each list in a set that all have, and of the dataset's in all.
        if !uri.ends_with("/WebMercatorQuad") && !place.starts_with("/map/") {
            continue;
        }
        if item != &items[0] && !place.starts_with("/map/") {
            continue;
        }
        let zoom = if uri.contains("UTM") { "1" } else { "7" };
        let (row, column) = if zoom == "1" { ("0", "0") } else { ("48", "80") };
        let tile = template.replace("{tileMatrix}", zoom).replace("{tileRow}", row);
        let tile = tile.replace("{tileCol}", column);
        let wanted = item["type"].as_str().unwrap();
        let bare = tile.split('?').next().unwrap();
        // Both by the link and by what the client says that it takes.
        for answer in [get(&tile).await, get_as(bare, wanted).await] {
            let empty = answer.status == 204 && answer.body.is_empty() && !is_map;
            r.check("/conf/core/tc-op", answer.status == 200 || empty, told(&tile, &answer));
            let right = kind(&answer) == wanted && (!is_map || begins_as(wanted, &answer.body));
            r.check("/conf/core/tc-success", empty || right, told(&tile, &answer));
        }
    }
}

fn definition(r: &mut Report, api: &Json) {
    let paths: Vec<&String> = api["paths"].as_object().unwrap().keys().collect();
    let of_tiles: Vec<&&String> = paths.iter().filter(|p| p.ends_with("/{tileCol}")).collect();
    r.check("/conf/core/tc-op", of_tiles.len() == 5, of_tiles.len());
    for path in of_tiles {
        let own = parameters(api, path);
        let one = |name: &str| own.iter().find(|p| p["name"] == name);
        for (test, name) in [
            ("/conf/core/tc-tilematrix-definition", "tileMatrix"),
            ("/conf/core/tc-tilerow-definition", "tileRow"),
            ("/conf/core/tc-tilecol-definition", "tileCol"),
        ] {
            let found = one(name).is_some_and(|p| p["in"] == "path" && p["required"] == true);
            r.check(test, found, path);
            let kind = one(name).map_or(&Json::Null, |p| &p["schema"]["type"]);
            let wanted = if name == "tileMatrix" { "string" } else { "integer" };
            r.check(test, kind == wanted, format!("{path}: {name} is {kind}"));
        }
        let of_all = path.starts_with("/tiles/");
        r.check("/conf/oas30/completeness", one("datetime").is_some(), path);
        r.check("/conf/oas30/completeness", one("collections").is_some() || !of_all, path);
        r.check("/conf/oas30/completeness", one("f").is_some(), format!("{path}: no f"));
    }
    for (end, suffix) in [
        ("/tiles", ".getTileSetsList"),
        ("/tiles/{tileMatrixSetId}", ".getTileSet"),
        ("/{tileCol}", ".getTile"),
    ] {
        for path in paths.iter().filter(|p| p.ends_with(end)) {
            let id = api["paths"][path.as_str()]["get"]["operationId"].as_str().unwrap();
            let test = "/conf/oas30/operation-id";
            r.check(test, !id.is_empty(), path);
            r.check(test, id.ends_with(suffix), format!("{path}: {id}, no {suffix} at its end"));
        }
    }
}

async fn errors(r: &mut Report, lists: &[String]) {
    let test = "/conf/core/tc-error";
    for list in lists {
        for place in ["23/0/0", "3/8/0", "3/0/8", "-1/0/0", "a/0/0"] {
            let tile = format!("{list}/WebMercatorQuad/{place}");
            let status = get(&tile).await.status;
            r.check(test, status == 404 || status == 400, format!("{tile} {status}"));
        }
    }
    let empty = get("/tiles/WebMercatorQuad/8/0/0").await;
    r.check(test, empty.status == 204 && empty.body.is_empty(), told("8/0/0", &empty));
    let tile = "/collections/control/map/tiles/WebMercatorQuad/8/0/0?f=png";
    let empty = get(tile).await;
    let clear = picture(&empty).is_some_and(|p| p.pixels().all(|p| p[3] == 0));
    r.check(test, empty.status == 200 && clear, told(tile, &empty));
}
