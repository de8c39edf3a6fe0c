//! The abstract test suites of OGC API - Features, test by test: Part 1 (OGC 17-069r4), Part 2
//! (18-058r1) and Part 3 (19-079r2), on every collection of the embedded map. CQL2's own suite is
//! in `cql2.rs`.

mod app;

use std::collections::{BTreeMap, BTreeSet};

use app::{Answer, app, get, get_as, send};
use axum::body::Body;
use axum::http::Request;
use form_urlencoded::byte_serialize;
use serde_json::{Value as Json, json};

/// Every test of the suites that there is something to test for: GML is not served.
const TESTS: [&str; 71] = [
    "core/http",
    "core/crs84",
    "core/root-op",
    "core/root-success",
    "core/api-definition-op",
    "core/api-definition-success",
    "core/conformance-op",
    "core/conformance-success",
    "core/fc-md-op",
    "core/fc-md-success",
    "core/fc-md-links",
    "core/fc-md-items",
    "core/fc-md-items-links",
    "core/fc-md-extent",
    "core/fc-md-extent-multi",
    "core/sfc-md-op",
    "core/sfc-md-success",
    "core/fc-op",
    "core/fc-bbox-definition",
    "core/fc-bbox-response",
    "core/fc-limit-definition",
    "core/fc-limit-response",
    "core/fc-time-definition",
    "core/fc-time-response",
    "core/query-param-invalid",
    "core/query-param-unknown",
    "core/fc-response",
    "core/fc-links",
    "core/fc-timeStamp",
    "core/fc-numberMatched",
    "core/fc-numberReturned",
    "core/f-op",
    "core/f-success",
    "core/f-links",
    "geojson/definition",
    "geojson/content",
    "html/definition",
    "html/content",
    "oas30/completeness",
    "oas30/exceptions-codes",
    "oas30/oas-definition-1",
    "oas30/oas-definition-2",
    "oas30/oas-impl",
    "oas30/security",
    "crs/crs-uri",
    "crs/default-crs",
    "crs/storageCrs",
    "crs/crs-parameter",
    "crs/crs-parameter-invalid",
    "crs/crs-parameter-default",
    "crs/crs-parameter-transform",
    "crs/bbox-crs-parameter",
    "crs/bbox-crs-parameter-invalid",
    "crs/bbox-crs-parameter-default",
    "queryables/get-conformance",
    "queryables/get-queryables-uris",
    "queryables/get-queryables",
    "queryables-query-parameters/get-conformance",
    "queryables-query-parameters/query-param",
    "filter/get-conformance",
    "filter/filter-param",
    "filter/filter-lang-default",
    "filter/expression-construction",
    "filter/filter-crs-wgs84",
    "filter/filter-crs-param",
    "filter/get-functions",
    "features-filter/get-conformance",
    "features-filter/get-collections",
    "features-filter/get-collection",
    "features-filter/filter-on-items",
    "features-filter/mixing-expression",
];

const GEOJSON: &str = "application/geo+json";
const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
const QUERYABLES: &str = "http://www.opengis.net/def/rel/ogc/1.0/queryables";

/// What was checked, by test, with what failed.
#[derive(Default)]
struct Report {
    checks: BTreeMap<&'static str, usize>,
    failures: Vec<String>,
    /// Operations of the API definition with the statuses that they answered with.
    statuses: BTreeSet<(String, String)>,
}

impl Report {
    fn check(&mut self, test: &'static str, holds: bool, about: impl std::fmt::Display) {
        assert!(TESTS.contains(&test), "{test} is not listed");
        *self.checks.entry(test).or_default() += 1;
        if !holds {
            self.failures.push(format!("/conf/{test}: {about}"));
        }
    }

    /// Asks for GeoJSON or JSON, whichever there is.
    async fn get(&mut self, path: &str) -> Answer {
        self.get_as(
            path,
            &format!("{GEOJSON}, application/json;q=0.9, application/schema+json;q=0.9"),
        )
        .await
    }

    async fn get_as(&mut self, path: &str, accept: &str) -> Answer {
        let answer = get_as(path, accept).await;
        let bare = path.split('?').next().unwrap_or_default();
        let template = match bare.split_once("/items/") {
            Some((collection, _)) => format!("{collection}/items/{{featureId}}"),
            None => bare.to_string(),
        };
        self.statuses.insert((template, answer.status.as_str().to_string()));
        answer
    }
}

fn links(json: &Json) -> impl Iterator<Item = &Json> {
    json["links"].as_array().into_iter().flatten()
}

fn linked<'a>(json: &'a Json, rel: &str) -> Vec<&'a str> {
    links(json).filter(|l| l["rel"] == rel).filter_map(|l| l["href"].as_str()).collect()
}

fn all_typed(json: &Json) -> bool {
    links(json).all(|l| {
        ["rel", "type", "href"].iter().all(|k| l[k].as_str().is_some_and(|t| !t.is_empty()))
    })
}

/// A link's path on this server.
fn path(href: &str) -> &str {
    href.strip_prefix("http://maps.example:8080").unwrap_or(href)
}

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

fn media_type(answer: &Answer) -> &str {
    answer.header("content-type")
}

/// All positions of a geometry.
fn positions(json: &Json, out: &mut Vec<[f64; 2]>) {
    match json {
        Json::Array(items) => {
            match (items.first().and_then(Json::as_f64), items.get(1).and_then(Json::as_f64)) {
                (Some(x), Some(y)) => out.push([x, y]),
                _ => items.iter().for_each(|i| positions(i, out)),
            }
        }
        Json::Object(object) => object.values().for_each(|v| positions(v, out)),
        _ => {}
    }
}

fn positions_of(collection: &Json) -> Vec<[f64; 2]> {
    let mut out = Vec::new();
    for feature in collection["features"].as_array().into_iter().flatten() {
        positions(&feature["geometry"], &mut out);
    }
    out
}

fn ids(collection: &Json) -> BTreeSet<String> {
    collection["features"].as_array().into_iter().flatten().map(|f| f["id"].to_string()).collect()
}

fn fits(schema: &Json, json: &Json) -> bool {
    jsonschema::validator_for(schema).unwrap().is_valid(json)
}

/// Features as Part 1 has them, in the words of JSON Schema.
fn feature_schema() -> Json {
    json!({"type": "object", "required": ["type", "geometry", "properties"], "properties": {
        "type": {"const": "Feature"}, "id": {"type": ["string", "number"]},
        "properties": {"type": ["object", "null"]},
        "geometry": {"oneOf": [{"type": "null"}, {"type": "object", "required": ["type"], "properties": {
            "type": {"enum": ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"]},
            "coordinates": {"type": "array"}}}]},
        "links": {"type": "array", "items": {"type": "object", "required": ["href"]}}}})
}

fn collection_schema() -> Json {
    json!({"type": "object", "required": ["type", "features"], "properties": {
        "type": {"const": "FeatureCollection"}, "features": {"type": "array", "items": feature_schema()},
        "links": {"type": "array", "items": {"type": "object", "required": ["href"]}},
        "timeStamp": {"type": "string"}, "numberMatched": {"type": "integer", "minimum": 0},
        "numberReturned": {"type": "integer", "minimum": 0}}})
}

#[tokio::test]
async fn the_abstract_tests_of_parts_1_2_and_3_pass() {
    let mut report = Report::default();
    let r = &mut report;
    over_a_socket(r).await;
    landing(r).await;
    let api = definition(r).await;
    conformance(r).await;
    let collections = collections(r).await;
    for collection in collections["collections"].as_array().unwrap() {
        let id = collection["id"].as_str().unwrap();
        one_collection(r, collection, id).await;
        let whole = features(r, &api, collection, id).await;
        parameters(r, collection, id, &whole).await;
        one_feature(r, id, &whole).await;
        reference_systems(r, collection, id, &whole).await;
        queryables(r, id, &whole).await;
        filters(r, collection, id, &whole).await;
        pages(r, id).await;
    }
    functions(r).await;
    described(r, &api);
    let Report { checks, failures, .. } = report;
    let total: usize = checks.values().sum();
    println!(
        "{} of {} abstract tests, {total} checks, {} failures",
        checks.len(),
        TESTS.len(),
        failures.len()
    );
    assert_eq!(failures, Vec::<String>::new());
    let left: Vec<&&str> = TESTS.iter().filter(|t| !checks.contains_key(**t)).collect();
    assert_eq!(left, Vec::<&&str>::new(), "not run");
}

/// Everything else asks the routes themselves; this goes over HTTP/1.1.
async fn over_a_socket(r: &mut Report) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app()).await });
    for target in ["/?f=json", "/conformance", "/collections", "/collections/places/items?limit=1"]
    {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request =
            format!("GET {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        r.check(
            "core/http",
            text.starts_with("HTTP/1.1 200 OK\r\n"),
            format!("{target}: {text:.60}"),
        );
    }
    server.abort();
}

async fn landing(r: &mut Report) {
    let answer = r.get("/").await;
    r.check("core/root-op", answer.status == 200, answer.status);
    let json = answer.json();
    for rel in ["service-desc", "service-doc", "conformance", "data"] {
        r.check("core/root-success", linked(&json, rel).len() == 1, rel);
    }
    r.check("geojson/definition", media_type(&answer) == "application/json", "/");
    r.check("core/root-success", all_typed(&json), &json["links"]);
    for rel in ["service-desc", "service-doc", "conformance", "data"] {
        for link in links(&json).filter(|l| l["rel"] == rel) {
            let kind = link["type"].as_str().unwrap();
            let target = r.get_as(path(link["href"].as_str().unwrap()), kind).await;
            let test = match rel {
                "conformance" => "core/conformance-op",
                "data" => "core/fc-md-op",
                _ => "core/api-definition-op",
            };
            r.check(test, target.status == 200, &link["href"]);
            if rel.starts_with("service") {
                let kinds = ["application/vnd.oai.openapi+json;version=3.0", "text/html"];
                r.check("oas30/oas-definition-1", kinds.contains(&kind), kind);
                let is_html = media_type(&target).starts_with("text/html") && kind == "text/html";
                r.check(
                    "core/api-definition-success",
                    media_type(&target) == kind || is_html,
                    media_type(&target),
                );
            }
        }
    }
}

async fn definition(r: &mut Report) -> Json {
    let api = r.get("/api").await.json();
    let version = api["openapi"].as_str().unwrap_or_default();
    r.check("oas30/oas-definition-2", version.starts_with("3.0."), version);
    r.check(
        "oas30/security",
        api["components"].get("securitySchemes").is_none(),
        "there is nothing to log in to",
    );
    // Every reference leads somewhere; every path template has its parameters; operations have
    // names of their own.
    let mut references = Vec::new();
    gather_references(&api, &mut references);
    for reference in references {
        let found = reference.strip_prefix('#').and_then(|p| api.pointer(p)).is_some();
        r.check("oas30/oas-definition-2", found, &reference);
    }
    let mut names = BTreeSet::new();
    for (path, methods) in api["paths"].as_object().unwrap() {
        for operation in methods.as_object().unwrap().values() {
            let name = operation["operationId"].as_str().unwrap_or_default().to_string();
            r.check("oas30/oas-definition-2", !name.is_empty() && names.insert(name), path);
            r.check(
                "oas30/oas-definition-2",
                operation["responses"].as_object().is_some_and(|o| !o.is_empty()),
                path,
            );
        }
    }
    api
}

fn gather_references(json: &Json, out: &mut Vec<String>) {
    match json {
        Json::Object(object) => {
            out.extend(object.get("$ref").and_then(Json::as_str).map(str::to_string));
            object.values().for_each(|v| gather_references(v, out));
        }
        Json::Array(items) => items.iter().for_each(|v| gather_references(v, out)),
        _ => {}
    }
}

async fn conformance(r: &mut Report) {
    let answer = r.get("/conformance").await;
    r.check("core/conformance-op", answer.status == 200, answer.status);
    let json = answer.json();
    let classes: Vec<&str> =
        json["conformsTo"].as_array().unwrap().iter().filter_map(Json::as_str).collect();
    for (part, class) in [
        (1, "core"),
        (1, "geojson"),
        (1, "html"),
        (1, "oas30"),
        (2, "crs"),
        (3, "queryables"),
        (3, "queryables-query-parameters"),
        (3, "filter"),
        (3, "features-filter"),
    ] {
        let uri = format!("http://www.opengis.net/spec/ogcapi-features-{part}/1.0/conf/{class}");
        let listed = classes.contains(&uri.as_str());
        r.check("core/conformance-success", listed, &uri);
        let plain = answer.status == 200 && media_type(&answer) == "application/json";
        match class {
            "queryables" => r.check("queryables/get-conformance", listed && plain, uri),
            "queryables-query-parameters" => {
                r.check("queryables-query-parameters/get-conformance", listed && plain, uri)
            }
            "filter" => r.check("filter/get-conformance", listed && plain, uri),
            "features-filter" => r.check("features-filter/get-conformance", listed && plain, uri),
            _ => {}
        }
    }
}

async fn collections(r: &mut Report) -> Json {
    let answer = r.get("/collections").await;
    r.check("core/fc-md-op", answer.status == 200, answer.status);
    let plain = answer.status == 200 && media_type(&answer) == "application/json";
    let json = answer.json();
    r.check(
        "features-filter/get-collections",
        plain && json["collections"].is_array(),
        media_type(&answer),
    );
    r.check(
        "core/fc-md-success",
        json["links"].is_array() && json["collections"].is_array(),
        "members",
    );
    r.check("core/fc-md-links", all_typed(&json), &json["links"]);
    r.check(
        "core/fc-md-links",
        linked(&json, "self").len() == 1 && linked(&json, "alternate").len() == 1,
        "links",
    );
    let files = std::fs::read_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata"))
        .unwrap();
    // What lies behind the map is no collection.
    let served = files
        .map(|f| f.unwrap().path())
        .filter(|path| path.extension().is_some_and(|x| x == "geojson"))
        .filter(|path| !std::fs::read_to_string(path).unwrap().contains("\"backdrop\":true"))
        .count();
    r.check("core/fc-md-items", json["collections"].as_array().unwrap().len() == served, served);
    for uri in json["crs"].as_array().unwrap() {
        let uri = uri.as_str().unwrap_or_default();
        r.check("crs/crs-uri", uri.starts_with("http://www.opengis.net/def/crs/"), uri);
    }
    json
}

async fn one_collection(r: &mut Report, listed: &Json, id: &str) {
    r.check("core/fc-md-success", listed["crs"][0] == CRS84, &listed["crs"]);
    r.check("core/fc-md-items", !id.is_empty() && listed["links"].is_array(), id);
    r.check("core/fc-md-items-links", all_typed(listed), id);
    for kind in [GEOJSON, "text/html"] {
        let there = links(listed).any(|l| l["rel"] == "items" && l["type"] == kind);
        r.check("core/fc-md-items-links", there, format!("{id} {kind}"));
    }
    let answer = r.get(&format!("/collections/{id}")).await;
    r.check("core/sfc-md-op", answer.status == 200, id);
    let json = answer.json();
    for key in ["id", "title", "description", "extent", "itemType"] {
        r.check("core/sfc-md-success", json[key] == listed[key], format!("{id} {key}"));
    }
    r.check("core/sfc-md-success", links(listed).all(|l| links(&json).any(|k| k == l)), id);
    let queryables = linked(&json, QUERYABLES);
    let expected = format!("http://maps.example:8080/collections/{id}/queryables");
    r.check("features-filter/get-collection", queryables == [expected], id);
    let supported: Vec<&str> =
        json["crs"].as_array().unwrap().iter().filter_map(Json::as_str).collect();
    r.check(
        "crs/crs-uri",
        supported.iter().all(|u| u.starts_with("http://www.opengis.net/def/crs/")),
        id,
    );
    r.check("crs/default-crs", supported.contains(&CRS84), id);
    r.check(
        "crs/storageCrs",
        json["storageCrs"].as_str().is_some_and(|s| supported.contains(&s)),
        id,
    );
}

/// All features of a collection; checks on the way what pages of them say.
async fn features(r: &mut Report, api: &Json, collection: &Json, id: &str) -> Json {
    let here = format!("/collections/{id}/items");
    let answer = r.get(&format!("{here}?limit=100000")).await;
    r.check("core/fc-op", answer.status == 200, id);
    r.check("geojson/definition", media_type(&answer) == GEOJSON, id);
    r.check("core/fc-timeStamp", answer.json().get("timeStamp").is_none(), id);
    let whole = answer.json();
    r.check("geojson/content", fits(&collection_schema(), &whole), id);
    r.check(
        "core/fc-response",
        whole["type"] == "FeatureCollection" && whole["features"].is_array(),
        id,
    );
    let count = whole["features"].as_array().unwrap().len();
    r.check("core/fc-numberReturned", whole["numberReturned"] == count, id);
    r.check("core/fc-numberMatched", whole["numberMatched"] == count, id);
    let rels = ["self", "alternate"].map(|rel| linked(&whole, rel).len());
    r.check(
        "core/fc-links",
        rels[0] == 1 && rels[1] == 4 && all_typed(&whole),
        format!("{id} {rels:?}"),
    );
    // Page by page: each feature once, and the same number said on every page.
    let (mut seen, mut next) = (Vec::new(), Some(format!("{here}?limit=7")));
    while let Some(page) = next {
        let json = r.get(&page).await.json();
        let features = json["features"].as_array().unwrap();
        r.check("core/fc-limit-response", features.len() <= 7, &page);
        r.check("core/fc-numberReturned", json["numberReturned"] == features.len(), &page);
        r.check("core/fc-numberMatched", json["numberMatched"] == count, &page);
        seen.extend(features.iter().map(|f| f["id"].to_string()));
        next = linked(&json, "next").first().map(|n| path(n).to_string());
    }
    r.check(
        "core/fc-numberMatched",
        seen.len() == count && seen.iter().collect::<BTreeSet<_>>().len() == count,
        id,
    );
    let much = r.get(&format!("{here}?limit=99999999999")).await;
    r.check("core/fc-limit-response", much.status == 200, id);
    // The extent holds everything.
    let extent = &collection["extent"];
    let bbox: Vec<f64> =
        extent["spatial"]["bbox"][0].as_array().unwrap().iter().filter_map(Json::as_f64).collect();
    let within = |[x, y]: &[f64; 2]| {
        (bbox[0] - 1e-6..=bbox[2] + 1e-6).contains(x)
            && (bbox[1] - 1e-6..=bbox[3] + 1e-6).contains(y)
    };
    r.check("core/fc-md-extent", positions_of(&whole).iter().all(within), id);
    r.check(
        "core/fc-md-extent-multi",
        extent["spatial"]["bbox"].as_array().unwrap().len() == 1,
        id,
    );
    let interval = extent["temporal"]["interval"][0].as_array().unwrap();
    for feature in whole["features"].as_array().unwrap() {
        let mut ends = ["valid_from", "valid_to"].map(|k| feature["properties"][k].as_str());
        // What happened is of its day.
        if collection["time"] == "instant" {
            ends[1] = ends[0];
        }
        let covers = |end: &Json, own: Option<&str>, before: bool| match (end.as_str(), own) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(end), Some(own)) => {
                if before {
                    &end[..10] <= own
                } else {
                    own <= &end[..10]
                }
            }
        };
        let held = covers(&interval[0], ends[0], true) && covers(&interval[1], ends[1], false);
        r.check("core/fc-md-extent", held, format!("{id} {:?}", feature["id"]));
    }
    let far = |p: &[f64; 2]| (-180.0..=180.0).contains(&p[0]) && (-90.0..=90.0).contains(&p[1]);
    r.check("core/crs84", positions_of(&whole).iter().all(far), id);
    let parameters = &api["paths"][&here]["get"]["parameters"];
    let named = |name: &str| {
        let resolved = |p: &Json| match p["$ref"].as_str() {
            Some(reference) => api.pointer(&reference[1..]).cloned().unwrap_or_default(),
            None => p.clone(),
        };
        parameters
            .as_array()
            .unwrap()
            .iter()
            .map(resolved)
            .find(|p| p["name"] == name)
            .unwrap_or_default()
    };
    for (test, name, kind) in [
        ("core/fc-bbox-definition", "bbox", "array"),
        ("core/fc-limit-definition", "limit", "integer"),
        ("core/fc-time-definition", "datetime", "string"),
    ] {
        let p = named(name);
        let form = p["in"] == "query"
            && p["required"] == false
            && p["style"] == "form"
            && p["explode"] == false;
        r.check(test, form && p["schema"]["type"] == kind, &p);
    }
    whole
}

async fn parameters(r: &mut Report, collection: &Json, id: &str, whole: &Json) {
    let here = format!("/collections/{id}/items");
    for bbox in ["46.5,39.5,47,40", "46.5,39.5,-10,47,40,3000", "47,39,46,40", "-180,-90,180,90"] {
        let answer = r.get(&format!("{here}?bbox={bbox}&limit=100000")).await;
        let json = answer.json();
        r.check("core/fc-op", answer.status == 200, bbox);
        let n: Vec<f64> = bbox.split(',').map(|n| n.parse().unwrap()).collect();
        let (w, s, e, n) = (n[0], n[1], n[n.len() / 2], n[n.len() / 2 + 1]);
        let all = ids(&json);
        for feature in whole["features"].as_array().unwrap() {
            let mut at = Vec::new();
            positions(&feature["geometry"], &mut at);
            // A position in the box is enough; whether an edge crosses it is PostGIS's matter
            // (tests/clients/postgis.py).
            let inside = at.iter().any(|p| {
                let lon = if w > e { p[0] >= w || p[0] <= e } else { (w..=e).contains(&p[0]) };
                lon && (s..=n).contains(&p[1])
            });
            let clear = !at.is_empty()
                && w <= e
                && (at.iter().all(|p| p[0] < w)
                    || at.iter().all(|p| p[0] > e)
                    || at.iter().all(|p| p[1] < s)
                    || at.iter().all(|p| p[1] > n));
            let found = all.contains(&feature["id"].to_string());
            let right = if inside || at.is_empty() { found } else { !(clear && found) };
            r.check("core/fc-bbox-response", right, format!("{id} {bbox} {}", feature["id"]));
        }
    }
    for (period, from, to) in [
        ("2020-11-10", "2020-11-10", "2020-11-10"),
        ("2020-09-27/2020-12-01", "2020-09-27", "2020-12-01"),
        ("../2000-01-01", "0000-00-00", "2000-01-01"),
        ("/2000-01-01", "0000-00-00", "2000-01-01"),
        ("2021-01-01/..", "2021-01-01", "9999-99-99"),
        ("2021-01-01/", "2021-01-01", "9999-99-99"),
        ("2020-11-10T12:00:00Z", "2020-11-10", "2020-11-10"),
    ] {
        let answer = r.get(&format!("{here}?datetime={}&limit=100000", encoded(period))).await;
        r.check("core/fc-op", answer.status == 200, period);
        let all = ids(&answer.json());
        for feature in whole["features"].as_array().unwrap() {
            let ends = ["valid_from", "valid_to"].map(|k| feature["properties"][k].as_str());
            // Half open: what holds to a day does not hold on it.
            let ceased = if collection["time"] == "instant" {
                ends[0] < Some(from)
            } else {
                ends[1].is_some_and(|t| t <= from)
            };
            let holds = ends[0].is_none_or(|f| f <= to) && !ceased;
            let found = all.contains(&feature["id"].to_string());
            r.check(
                "core/fc-time-response",
                found == holds,
                format!("{id} {period} {}", feature["id"]),
            );
        }
        let both = r
            .get(&format!("{here}?datetime={}&bbox=46.5,39.5,47,40&limit=100000", encoded(period)))
            .await
            .json();
        let boxed = r.get(&format!("{here}?bbox=46.5,39.5,47,40&limit=100000")).await.json();
        let common: BTreeSet<String> = all.intersection(&ids(&boxed)).cloned().collect();
        r.check("core/fc-op", ids(&both) == common, format!("{id} {period} in a box"));
    }
    for wrong in [
        "limit=abc",
        "limit=0",
        "limit=-1",
        "bbox=1,2,3",
        "bbox=a,b,c,d",
        "bbox=1,50,2,40",
        "datetime=now",
        "datetime=2020-13-01",
        "datetime=../..",
    ] {
        let answer = r.get(&format!("{here}?{wrong}")).await;
        let told = media_type(&answer) == "application/problem+json"
            && answer.json()["detail"].is_string();
        r.check(
            "core/query-param-invalid",
            answer.status == 400 && told,
            format!("{id} {wrong}: {}", answer.status),
        );
    }
    let unknown = r.get(&format!("{here}?this_is_no_parameter=1")).await;
    r.check("core/query-param-unknown", unknown.status == 400, id);
}

async fn one_feature(r: &mut Report, id: &str, whole: &Json) {
    for feature in whole["features"]
        .as_array()
        .unwrap()
        .iter()
        .step_by(1 + whole["features"].as_array().unwrap().len() / 20)
    {
        let own = feature["id"].as_str().map_or_else(|| feature["id"].to_string(), str::to_string);
        let answer =
            r.get(&format!("/collections/{id}/items/{}", encoded(&own).replace('+', "%20"))).await;
        r.check("core/f-op", answer.status == 200, &own);
        let json = answer.json();
        r.check("core/f-success", fits(&feature_schema(), &json), &own);
        r.check("geojson/definition", media_type(&answer) == GEOJSON, &own);
        r.check(
            "geojson/content",
            json["id"] == feature["id"] && json["geometry"] == feature["geometry"],
            &own,
        );
        let rels = ["self", "alternate", "collection"].map(|rel| linked(&json, rel).len());
        r.check("core/f-links", rels == [1, 1, 1] && all_typed(&json), format!("{own} {rels:?}"));
    }
    let missing = r.get(&format!("/collections/{id}/items/there-is-no-such-feature")).await;
    r.check("core/f-op", missing.status == 404, id);
}

async fn reference_systems(r: &mut Report, collection: &Json, id: &str, whole: &Json) {
    let here = format!("/collections/{id}/items");
    let first = whole["features"][0]["id"]
        .as_str()
        .map_or_else(|| whole["features"][0]["id"].to_string(), str::to_string);
    let one = format!("{here}/{}", encoded(&first).replace('+', "%20"));
    let degrees = positions_of(whole);
    for uri in collection["crs"].as_array().unwrap().iter().filter_map(Json::as_str) {
        for target in [
            format!("{here}?limit=100000&precision=9&crs={}", encoded(uri)),
            format!("{one}?crs={}", encoded(uri)),
        ] {
            let answer = r.get(&target).await;
            let named = answer.header("content-crs") == format!("<{uri}>");
            r.check("crs/crs-parameter", answer.status == 200 && named, &target);
            let json = answer.json();
            if json["type"] == "FeatureCollection" {
                let moved = positions_of(&json);
                let back = moved.iter().map(|p| to_degrees(uri, *p));
                // Krüger's series, and so this check, is good for some tens of degrees.
                let near = |a: &[f64; 2]| !uri.contains("326") || (a[0] - 48.0).abs() < 25.0;
                let off = degrees.iter().zip(back).filter(|(a, _)| near(a));
                let off = off.map(|(a, b)| (a[0] - b[0]).abs().max((a[1] - b[1]).abs()));
                let most = off.fold(0.0, f64::max);
                r.check(
                    "crs/crs-parameter-transform",
                    moved.len() == degrees.len() && most < 1e-6,
                    format!("{id} {uri} {most}"),
                );
            }
        }
        // A box in every system finds what meets it; its corners are those of a box in degrees.
        let corners = [[46.4, 39.4], [47.1, 40.1]].map(|p| from_degrees(uri, p));
        let bbox = corners.concat().iter().map(f64::to_string).collect::<Vec<_>>().join(",");
        let answer =
            r.get(&format!("{here}?limit=100000&bbox={bbox}&bbox-crs={}", encoded(uri))).await;
        r.check("crs/bbox-crs-parameter", answer.status == 200, format!("{id} {uri} {bbox}"));
        let plain = r.get(&format!("{here}?limit=100000&bbox=46.4,39.4,47.1,40.1")).await.json();
        let wide = r.get(&format!("{here}?limit=100000&bbox=46.35,39.35,47.15,40.15")).await.json();
        let narrow =
            r.get(&format!("{here}?limit=100000&bbox=46.45,39.45,47.05,40.05")).await.json();
        let found = ids(&answer.json());
        let between = ids(&narrow).is_subset(&found) && found.is_subset(&ids(&wide));
        r.check("crs/bbox-crs-parameter", between, format!("{id} {uri}"));
        if uri == CRS84 {
            r.check("crs/bbox-crs-parameter-default", found == ids(&plain), id);
        }
    }
    for target in [&here, &one] {
        let wrong =
            r.get(&format!("{target}?crs=http://www.opengis.net/def/crs/EPSG/0/99999")).await;
        r.check("crs/crs-parameter-invalid", wrong.status == 400, target);
        let plain = r.get(target).await;
        r.check(
            "crs/crs-parameter-default",
            plain.header("content-crs") == format!("<{CRS84}>"),
            target,
        );
    }
    let wrong = r
        .get(&format!("{here}?bbox=1,2,3,4&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/99999"))
        .await;
    r.check("crs/bbox-crs-parameter-invalid", wrong.status == 400, id);
}

/// By formulas of their own: the sphere's for Web Mercator, Krüger's series (as in J. Karney,
/// "Transverse Mercator with an accuracy of a few nanometers", 2011, to the third order) for UTM.
fn from_degrees(uri: &str, [lon, lat]: [f64; 2]) -> [f64; 2] {
    match uri.rsplit('/').next().unwrap() {
        "CRS84" => [lon, lat],
        "4326" => [lat, lon],
        "3857" => {
            let r = 6_378_137.0;
            [
                r * lon.to_radians(),
                r * (std::f64::consts::FRAC_PI_4 + lat.to_radians() / 2.0).tan().ln(),
            ]
        }
        // Mercator's on the ellipsoid (J. P. Snyder, "Map projections: a working manual", 1987, 7-7).
        "3395" => {
            let (r, e) = (6_378_137.0, 0.081_819_190_842_621_5_f64);
            let sine = e * lat.to_radians().sin();
            let turned = ((1.0 - sine) / (1.0 + sine)).powf(e / 2.0);
            let half = std::f64::consts::FRAC_PI_4 + lat.to_radians() / 2.0;
            [r * lon.to_radians(), r * (half.tan() * turned).ln()]
        }
        utm => {
            let middle: f64 = if utm == "32638" { 45.0 } else { 51.0 };
            let (n, a) = (0.001_679_220_386_383_705, 6_367_449.145_823_415);
            let (phi, lambda) = (lat.to_radians(), (lon - middle).to_radians());
            let e = 2.0 * f64::sqrt(n) / (1.0 + n);
            let t = (phi.sin().atanh() - e * (e * phi.sin()).atanh()).sinh();
            let (xi, eta) = (t.atan2(lambda.cos()), (lambda.sin() / t.hypot(1.0)).atanh());
            let alpha = [
                n / 2.0 - 2.0 * n * n / 3.0 + 5.0 * n * n * n / 16.0,
                13.0 * n * n / 48.0 - 3.0 * n * n * n / 5.0,
                61.0 * n * n * n / 240.0,
            ];
            let (mut x, mut y) = (eta, xi);
            for (j, alpha) in (1..).zip(alpha) {
                let k = 2.0 * f64::from(j);
                x += alpha * (k * xi).cos() * (k * eta).sinh();
                y += alpha * (k * xi).sin() * (k * eta).cosh();
            }
            [500_000.0 + 0.9996 * a * x, 0.9996 * a * y]
        }
    }
}

/// The inverse, by Newton's method on the formulas above.
fn to_degrees(uri: &str, p: [f64; 2]) -> [f64; 2] {
    match uri.rsplit('/').next().unwrap() {
        "CRS84" => return p,
        "4326" => return [p[1], p[0]],
        _ => {}
    }
    let mut at = [47.0, 40.0];
    for _ in 0..30 {
        let f = from_degrees(uri, at);
        let h = 1e-5;
        let (dx, dy) =
            (from_degrees(uri, [at[0] + h, at[1]]), from_degrees(uri, [at[0], at[1] + h]));
        let j =
            [[(dx[0] - f[0]) / h, (dy[0] - f[0]) / h], [(dx[1] - f[1]) / h, (dy[1] - f[1]) / h]];
        let d = j[0][0] * j[1][1] - j[0][1] * j[1][0];
        let (ex, ey) = (p[0] - f[0], p[1] - f[1]);
        at = [at[0] + (ex * j[1][1] - ey * j[0][1]) / d, at[1] + (ey * j[0][0] - ex * j[1][0]) / d];
    }
    at
}

async fn queryables(r: &mut Report, id: &str, whole: &Json) {
    let head = send(
        Request::head(format!("/collections/{id}/items"))
            .header("host", "maps.example:8080")
            .body(Body::empty())
            .unwrap(),
    )
    .await;
    let link = head.header("link");
    let href =
        format!("<http://maps.example:8080/collections/{id}/queryables>; rel=\"{QUERYABLES}\"");
    r.check("queryables/get-queryables-uris", head.status == 200 && link.contains(&href), link);
    let answer =
        r.get_as(&format!("/collections/{id}/queryables"), "application/schema+json").await;
    let json = answer.json();
    let said = json["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        && json["$id"] == format!("http://maps.example:8080/collections/{id}/queryables")
        && json["type"] == "object";
    r.check(
        "queryables/get-queryables",
        answer.status == 200 && media_type(&answer) == "application/schema+json" && said,
        id,
    );
    r.check("queryables/get-queryables", jsonschema::validator_for(&json).is_ok(), id);
    for (name, property) in json["properties"].as_object().unwrap() {
        let spatial = property["format"].as_str().is_some_and(|f| f.starts_with("geometry-"));
        r.check(
            "queryables/get-queryables",
            spatial != property.get("type").is_some(),
            format!("{id} {name}"),
        );
    }
    // A simple property as a parameter: what it finds is what has it.
    let features = whole["features"].as_array().unwrap();
    for (name, property) in json["properties"].as_object().unwrap() {
        let kind = property["type"].as_str().unwrap_or_default();
        if !["string", "number", "boolean"].contains(&kind)
            || name == "id" && features[0]["properties"]["id"].is_null()
        {
            continue;
        }
        let Some(value) = features.iter().map(|f| &f["properties"][name]).find(|v| !v.is_null())
        else {
            continue;
        };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_string);
        let answer = r
            .get(&format!(
                "/collections/{id}/items?limit=100000&{}={}",
                encoded(name),
                encoded(&text)
            ))
            .await;
        let expected = features.iter().filter(|f| f["properties"][name] == *value).count();
        let got = answer.json();
        let right = answer.status == 200
            && got["features"].as_array().is_some_and(|all| {
                all.len() == expected && all.iter().all(|f| f["properties"][name] == *value)
            });
        r.check("queryables-query-parameters/query-param", right, format!("{id} {name}={text}"));
        if kind == "number" {
            let wrong = r.get(&format!("/collections/{id}/items?{}=abc", encoded(name))).await;
            r.check(
                "queryables-query-parameters/query-param",
                wrong.status == 400,
                format!("{id} {name}=abc"),
            );
        }
    }
}

async fn filters(r: &mut Report, collection: &Json, id: &str, whole: &Json) {
    let here = format!("/collections/{id}/items?limit=100000");
    let property =
        whole["features"][0]["properties"].as_object().unwrap().keys().next().unwrap().clone();
    let null = format!("\"{property}\" IS NULL");
    let with = |filter: &str, more: &str| format!("{here}&filter={}{more}", encoded(filter));
    let expected: BTreeSet<String> = whole["features"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["properties"][&property].is_null())
        .map(|f| f["id"].to_string())
        .collect();
    let json = json!({"op": "isNull", "args": [{"property": property}]}).to_string();
    for (test, good, bad) in [
        (
            "filter/filter-param",
            with(&null, "&filter-lang=cql2-text"),
            with("THIS IS NOT A FILTER", "&filter-lang=cql2-text"),
        ),
        (
            "filter/filter-param",
            with(&json, "&filter-lang=cql2-json"),
            with("{\"op\": 3}", "&filter-lang=cql2-json"),
        ),
        ("filter/filter-lang-default", with(&null, ""), with("THIS IS NOT A FILTER", "")),
    ] {
        let answer = r.get(&good).await;
        let right = answer.status == 200
            && media_type(&answer) == GEOJSON
            && ids(&answer.json()) == expected;
        r.check(test, right, &good);
        r.check("features-filter/filter-on-items", right, &good);
        let refused = r.get(&bad).await.status == 400;
        r.check(test, refused, &bad);
        r.check("features-filter/filter-on-items", refused, &bad);
    }
    let unknown = r.get(&with("this_is_not_a_queryable IS NULL", "")).await;
    r.check("filter/expression-construction", unknown.status == 400, id);
    let b: Vec<f64> = collection["extent"]["spatial"]["bbox"][0]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Json::as_f64)
        .collect();
    let (low, high) = ([b[0] - 0.5, b[1] - 0.5], [b[2] + 0.5, b[3] + 0.5]);
    let boxed = |low: [f64; 2], high: [f64; 2]| {
        format!("S_INTERSECTS(geometry,BBOX({},{},{},{}))", low[0], low[1], high[0], high[1])
    };
    let all = ids(whole);
    let answer = r.get(&with(&boxed(low, high), "")).await;
    r.check("filter/filter-crs-wgs84", answer.status == 200 && ids(&answer.json()) == all, id);
    let far =
        r.get(&with("S_INTERSECTS(geometry,BBOX(1000000,1000000,2000000,2000000))", "")).await;
    r.check("filter/filter-crs-wgs84", far.status == 400, id);
    let around_here = low[0] > 30.0 && high[0] < 65.0;
    for uri in collection["crs"].as_array().unwrap().iter().filter_map(Json::as_str) {
        if uri.contains("326") && !around_here {
            continue;
        }
        // A box of UTM's is not one of degrees: it is drawn wide enough.
        let wide = if uri.contains("326") { 1.5 } else { 0.0 };
        let (low, high) = (
            from_degrees(uri, [low[0] - wide, low[1] - wide]),
            from_degrees(uri, [high[0] + wide, high[1] + wide]),
        );
        let answer =
            r.get(&with(&boxed(low, high), &format!("&filter-crs={}", encoded(uri)))).await;
        r.check(
            "filter/filter-crs-param",
            answer.status == 200 && ids(&answer.json()) == all,
            format!("{id} {uri}"),
        );
    }
    let none = r
        .get(&with(
            &boxed(low, high),
            "&filter-crs=http://www.opengis.net/def/crs/OGC/0/does_not_exist",
        ))
        .await;
    r.check("filter/filter-crs-param", none.status == 400, id);
    let extent = format!("&bbox={},{},{},{}", low[0], low[1], high[0], high[1]);
    let both = r.get(&with(&boxed(low, high), &extent)).await;
    r.check(
        "features-filter/mixing-expression",
        both.status == 200 && ids(&both.json()) == all,
        id,
    );
    let apart = r.get(&with(&boxed(low, high), "&bbox=-60,-30,-50,-20")).await;
    r.check(
        "features-filter/mixing-expression",
        apart.status == 200 && ids(&apart.json()).is_empty(),
        id,
    );
}

async fn functions(r: &mut Report) {
    let answer = r.get("/functions").await;
    let schema = json!({"type": "object", "required": ["functions"], "properties": {"functions": {"type": "array", "minItems": 1, "items": {
        "type": "object", "required": ["name", "returns"], "properties": {"name": {"type": "string"}, "returns": {"type": "array", "items": {"type": "string"}},
            "arguments": {"type": "array", "items": {"type": "object", "required": ["type"], "properties": {"type": {"type": "array"}}}}}}}}});
    let plain = answer.status == 200 && media_type(&answer) == "application/json";
    r.check("filter/get-functions", plain && fits(&schema, &answer.json()), "/functions");
}

/// Every resource as a page: it holds what its JSON says, and its links lead on.
async fn pages(r: &mut Report, id: &str) {
    let here = format!("/collections/{id}");
    for target in [
        "/conformance",
        "/collections",
        &here,
        &format!("{here}/queryables"),
        &format!("{here}/items?limit=3"),
    ] {
        let answer = r.get_as(target, "text/html").await;
        r.check(
            "html/definition",
            answer.status == 200 && media_type(&answer).starts_with("text/html"),
            target,
        );
        let text = String::from_utf8(answer.body).unwrap();
        r.check("html/content", text.starts_with("<!doctype html>"), target);
        let json = r.get(target).await.json();
        for title in [
            &json["title"],
            &json["description"],
            &json["collections"][0]["title"],
            &json["features"][0]["properties"]["name"],
        ] {
            if let Some(title) = title.as_str().filter(|t| !t.contains(['&', '<', '\'', '"'])) {
                r.check("html/content", text.contains(title), format!("{target}: {title}"));
            }
        }
        for link in links(&json)
            .filter(|l| !["self", "alternate"].contains(&l["rel"].as_str().unwrap_or_default()))
        {
            let href = link["href"].as_str().unwrap();
            // A page's own links lead to pages.
            let stem = href.split('?').next().unwrap();
            r.check(
                "html/content",
                text.contains(&format!("<a href=\"{stem}")),
                format!("{target}: {href}"),
            );
        }
    }
}

/// The definition names every operation that was asked and every status that came back.
fn described(r: &mut Report, api: &Json) {
    for (path, status) in r.statuses.clone() {
        if path == "/api" || path == "/api.html" {
            continue;
        }
        let operation = &api["paths"][&path]["get"];
        r.check("oas30/oas-impl", operation.is_object(), &path);
        let test = if status == "200" { "oas30/completeness" } else { "oas30/exceptions-codes" };
        r.check(test, operation["responses"].get(&status).is_some(), format!("{path} {status}"));
    }
}

#[tokio::test]
async fn a_page_that_was_linked_to_is_there() {
    let landing = get("/?f=json").await.json();
    for href in links(&landing).filter_map(|l| l["href"].as_str()) {
        assert_eq!(get(path(href)).await.status, 200, "{href}");
    }
}

#[tokio::test]
async fn pages_are_kept_as_their_data_is() {
    for path in ["/collections?f=html", "/collections/places?f=html", "/api?f=html", "/api.html"] {
        let page = get(path).await;
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{path}");
        assert!(page.header("cache-control").contains("max-age"), "{path}");
        let request = axum::http::Request::get(path).header("host", "maps.example:8080");
        let request = request.header("if-none-match", page.header("etag"));
        let again = app::send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(again.status, 304, "{path}");
    }
}
