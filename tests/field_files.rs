//! Files for others and from others, as they come in the field.

#[path = "app/wire.rs"]
mod wire;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use axum::body::Body;
use axum::http::Request;
use contactline::atlas::{self, Frame, Map, Options, Size};
use contactline::geo::LonLat;
use contactline::http::{Site, router};
use contactline::service::Service;
use fast_mvt::{MvtCoord, MvtTileBuilder};
use flatgeobuf::{FallibleStreamingIterator as _, FeatureProperties as _, FgbReader};
use rusqlite::Connection;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

fn point(name: &str, x: f64) -> Json {
    json!({"type": "Feature", "id": name, "properties": {"name": name}, "geometry": {"type": "Point", "coordinates": [x, 39.8]}})
}

fn collection(features: &[Json]) -> Json {
    json!({"type": "FeatureCollection", "features": features})
}

fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What is loaded of one file, and what is said of it.
fn load(name: &str, bytes: &[u8]) -> (Option<Map>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    let loaded = atlas::load(&Options { data: vec![path], strict: true, ..Options::default() });
    (loaded.value, loaded.diagnostics.iter().map(ToString::to_string).collect())
}

fn names(map: &Map, collection: &str) -> String {
    let found = map
        .catalog()
        .collection(collection)
        .unwrap_or_else(|| panic!("no collection '{collection}'"));
    found
        .collection()
        .features
        .iter()
        .map(|f| f.text("name").unwrap_or("?"))
        .collect::<Vec<_>>()
        .join(" ")
}

fn routes(data: &[(&str, Json)]) -> axum::Router {
    let folder = tempfile::tempdir().unwrap();
    for (name, json) in data {
        fs::write(folder.path().join(name), json.to_string()).unwrap();
    }
    let map =
        atlas::load(&Options { data: vec![folder.path().to_path_buf()], ..Options::default() })
            .value
            .unwrap();
    router(Service::new(map, 2).unwrap(), Site::default())
}

async fn get(routes: &axum::Router, path: &str) -> wire::Answer {
    wire::send_to(routes.clone(), Request::get(path).body(Body::empty()).unwrap()).await
}

fn run(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_contactline"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn every_kind() -> Vec<Json> {
    let ring = json!([[46, 39], [47, 39], [47, 40], [46, 40], [46, 39]]);
    let geometries = [
        json!({"type": "Point", "coordinates": [46, 39]}),
        json!({"type": "MultiPoint", "coordinates": [[46, 39]]}),
        json!({"type": "LineString", "coordinates": [[46, 39], [47, 40]]}),
        json!({"type": "MultiLineString", "coordinates": [[[46, 39], [47, 40]]]}),
        json!({"type": "Polygon", "coordinates": [ring]}),
        json!({"type": "MultiPolygon", "coordinates": [[ring]]}),
        json!({"type": "GeometryCollection", "geometries": [
            {"type": "Point", "coordinates": [46, 39]}, {"type": "MultiLineString", "coordinates": [[[46, 39], [47, 40]]]}]}),
        json!({"type": "MultiPoint", "coordinates": []}),
        json!({"type": "LineString", "coordinates": []}),
        json!({"type": "MultiLineString", "coordinates": []}),
        json!({"type": "Polygon", "coordinates": []}),
        json!({"type": "MultiPolygon", "coordinates": []}),
        Json::Null,
    ];
    let feature = |(i, geometry)| json!({"type": "Feature", "id": i, "properties": {"n": i}, "geometry": geometry});
    (0..).zip(geometries).map(feature).collect()
}

#[tokio::test]
async fn every_geometry_is_in_every_form() {
    let features = every_kind();
    let routes = routes(&[
        ("kinds.geojson", collection(&features)),
        ("placed.geojson", collection(&features[..7])),
    ]);
    let json = get(&routes, "/collections/kinds/items?limit=100").await.json();
    for (given, written) in features.iter().zip(json["features"].as_array().unwrap()) {
        assert_eq!(given["geometry"], written["geometry"]);
    }
    let csv = get(&routes, "/collections/kinds/items?limit=100&f=csv").await;
    let text = String::from_utf8(csv.body).unwrap();
    assert!(!text.contains("()"), "{text}");
    for empty in [
        "MULTIPOINT EMPTY",
        "LINESTRING EMPTY",
        "MULTILINESTRING EMPTY",
        "POLYGON EMPTY",
        "MULTIPOLYGON EMPTY",
    ] {
        assert!(text.contains(&format!(",{empty}\r\n")), "{empty}: {text}");
    }
    // A spatial index knows no features without a place: it is there where all have one.
    for (collection, count, indexed) in [("kinds", 13, false), ("placed", 7, true)] {
        let answer =
            get(&routes, &format!("/collections/{collection}/items?limit=100&f=fgb")).await;
        let reader = FgbReader::open(std::io::Cursor::new(answer.body)).unwrap();
        assert_eq!(
            (reader.header().features_count(), reader.header().index_node_size() > 0),
            (count, indexed)
        );
        let mut rows = reader.select_all_seq().unwrap();
        let mut seen = 0;
        while let Some(row) = rows.next().unwrap() {
            let n: f64 = row.property("n").unwrap();
            let kind = features[n as usize]["geometry"]["type"].as_str();
            let written = row.fbs_feature().geometry();
            assert_eq!(written.map(|g| format!("{:?}", g.type_())).as_deref(), kind);
            // What readers of GDAL 3.6 take for damaged where it is missing.
            if let (Some(geometry), Some(kind)) = (written, kind) {
                let nested = matches!(kind, "MultiPolygon" | "GeometryCollection");
                assert_eq!(geometry.parts().is_some(), nested, "{kind}");
                assert_eq!(geometry.xy().is_none(), nested, "{kind}");
                assert!(kind != "MultiLineString" || geometry.ends().is_some());
            }
            seen += 1;
        }
        assert_eq!(seen, count);
    }
}

#[tokio::test]
async fn a_property_called_as_a_column_of_ours_has_its_own() {
    let mut feature = point("a", 46.7);
    feature["properties"] = json!({"geometry": "rough", "Feature_ID": 7, "geometry_": 1});
    let routes = routes(&[("odd.geojson", collection(&[feature]))]);
    let csv = String::from_utf8(get(&routes, "/collections/odd/items?f=csv").await.body).unwrap();
    let mut lines = csv.split("\r\n");
    assert_eq!(lines.next(), Some("feature_id_,Feature_ID,geometry,geometry_,geometry__"));
    assert_eq!(lines.next(), Some("a,7,rough,1,POINT(46.7 39.8)"));
    let json = get(&routes, "/collections/odd/items").await.json();
    assert_eq!(json["features"][0]["properties"]["geometry"], "rough");
    assert_eq!(json["features"][0]["geometry"]["type"], "Point");
}

#[test]
fn features_one_after_the_other_are_read() {
    let [a, b, c] = [point("A", 46.7), point("B", 46.9), point("C", 47.1)].map(|f| f.to_string());
    let pretty = |text: &str| {
        serde_json::to_string_pretty(&serde_json::from_str::<Json>(text).unwrap()).unwrap()
    };
    let whole = collection(&[point("B", 46.9), point("C", 47.1)]).to_string();
    let bare = "{\"type\": \"Point\", \"coordinates\": [1, 2]}";
    for (text, expected) in [
        (format!("{a}\n{b}\n{c}\n"), "A B C"),
        (format!("{a}\r\n\r\n{b}\r\n{c}"), "A B C"),
        (format!("\u{1e}{a}\n\u{1e}{b}\n\u{1e}{c}\n"), "A B C"),
        (format!("\u{1e}{}\n\u{1e}{}\n", pretty(&a), pretty(&b)), "A B"),
        (format!("\u{feff}\u{1e}{a}\u{1e}{b}"), "A B"),
        (format!("{a}\n\u{1e}{b}\n"), "A B"),
        (format!("\u{feff}{a}\n{b}"), "A B"),
        (format!("{a}\n{whole}\n"), "A B C"),
        (format!("{bare}\n{a}\n"), "? A"),
        (a.clone(), "A"),
        (whole.clone(), "B C"),
    ] {
        for name in [
            "data.geojsonl",
            "data.geojsons",
            "data.ndjson",
            "data.json",
            "data.geojson",
            "data.GeoJSONL",
        ] {
            let (map, said) = load(name, text.as_bytes());
            assert!(said.is_empty(), "{name}: {said:?}: {text}");
            assert_eq!(names(&map.unwrap(), "data"), expected, "{name}: {text}");
        }
        let (map, said) = load("data.geojson.gz", &zipped(text.as_bytes()));
        assert!(said.is_empty(), "{said:?}");
        assert_eq!(names(&map.unwrap(), "data"), expected);
    }
}

#[test]
fn a_bad_line_is_told_by_its_number_and_the_others_are_read() {
    let [a, b] = [point("A", 46.7), point("B", 46.9)].map(|f| f.to_string());
    let off = json!({"type": "Feature", "id": "far", "properties": {}, "geometry": {"type": "Point", "coordinates": [1, 200]}});
    let text = format!(
        "{a}\n\n{{\"type\": \"Feature\", \n{off}\n{{\"type\": \"Topology\"}}\nnonsense\n{b}\n"
    );
    let (map, said) = load("data.ndjson", text.as_bytes());
    assert_eq!(names(&map.unwrap(), "data"), "A B");
    for (line, words) in [
        (3, "not JSON"),
        (4, "out of range"),
        (5, "'Topology' is no GeoJSON type"),
        (6, "not JSON"),
    ] {
        let place = format!("data.ndjson:{line}:1");
        assert!(
            said.iter().any(|s| s.contains(&place) && s.contains(words)),
            "{place} {words}: {said:#?}"
        );
    }
    assert_eq!(said.len(), 4, "{said:#?}");
    // What follows a collection is no line of it.
    let (map, said) = load("data.json", format!("{}\n]", collection(&[])).as_bytes());
    assert!(
        map.is_none()
            && said[0].contains("data.json:2:1")
            && said[0].contains("end of the document"),
        "{said:?}"
    );
}

#[test]
fn what_is_no_data_is_named_by_what_it_is() {
    let utf_16: Vec<u8> = "\u{feff}{\"type\": \"FeatureCollection\"}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let cases: [(&[u8], &str, &str); 9] = [
        (&utf_16, "UTF-16", "iconv"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 12\n",
            "Git LFS",
            "git lfs pull",
        ),
        (b"", "an empty file", "cut short"),
        (b"  \n", "an empty file", "cut short"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "HTML", "download"),
        (b"<?xml version='1.0'?><kml/>", "XML", "ogr2ogr"),
        (b"PK\x03\x04\x14\0", "ZIP", "unpack"),
        (b"SQLite format 3\0\x10\0", "SQLite", "ogr2ogr"),
        (b"\x7fELF\x02\x01\x01\0\0", "binary data", "ogr2ogr"),
    ];
    for (bytes, what, help) in cases {
        for (name, bytes) in [
            ("data.geojson", bytes.to_vec()),
            ("data.geojson.gz", zipped(bytes)),
            ("data.csv", bytes.to_vec()),
        ] {
            let (map, said) = load(name, &bytes);
            assert!(map.is_none(), "{name} {what}");
            assert!(said[0].contains(what) && said[0].contains(help), "{name}: {said:?}");
        }
    }
    let cut = zipped(collection(&[point("A", 46.7)]).to_string().as_bytes());
    let (map, said) = load("data.json.gz", &cut[..cut.len() / 2]);
    assert!(map.is_none() && said[0].contains("cannot be read"), "{said:?}");
}

#[test]
fn tables_of_points_are_read() {
    let text = "\u{feff}Name,Longitude,LATITUDE,count,code,valid_from,open\r\nA,46.7,39.8,3,007,2020-11-10,true\r\n\r\nB,46.9,39.9,,12,,false\r\nC,47\r\n";
    let (map, said) = load("pts.csv", text.as_bytes());
    assert!(
        said.len() == 2
            && said[1].contains("'from-on'")
            && said[0].contains("line 3 is blank")
            && said[0].contains("line 5 has 2 cells"),
        "{said:?}"
    );
    let map = map.unwrap();
    let features = &map.catalog().collection("pts").unwrap().collection().features;
    let json: Vec<Json> = features
        .iter()
        .map(|f| {
            f.properties
                .iter()
                .map(|(k, v)| (k.to_string(), v.to_json()))
                .collect::<serde_json::Map<_, _>>()
                .into()
        })
        .collect();
    assert_eq!(
        json[0],
        json!({"Name": "A", "count": 3, "code": "007", "valid_from": "2020-11-10", "open": true})
    );
    assert_eq!(json[1], json!({"Name": "B", "code": "12", "open": false}));
    assert_eq!(features.len(), 2);
    assert_eq!(features[0].validity.from().unwrap().to_string(), "2020-11-10");
    for head in [
        "lon,lat,name",
        "lat,lng,name",
        "x,y,name",
        "id,long,latitude,name",
        "name;X;Y",
        "name\tlon\tlat",
    ] {
        let mark = head.chars().find(|c| [',', ';', '\t'].contains(c)).unwrap();
        let cell = |name: &str| match name.to_ascii_lowercase().as_str() {
            "name" => "A",
            "id" => "7",
            "lat" | "latitude" | "y" => {
                if mark == ';' {
                    "39,8"
                } else {
                    "39.8"
                }
            }
            _ => "46.7",
        };
        let row: Vec<&str> = head.split(mark).map(cell).collect();
        let text = format!("{head}\n{}\n", row.join(&mark.to_string()));
        let name = if mark == '\t' { "pts.tsv" } else { "pts.csv" };
        let (map, said) = load(name, text.as_bytes());
        assert!(said.is_empty(), "{head}: {said:?}");
        let map = map.unwrap();
        let found = map.catalog().collection("pts").unwrap();
        assert_eq!(
            found.collection().features[0].geometry,
            geo::Point::new(46.7, 39.8).into(),
            "{head}"
        );
        assert_eq!(found.by_id("7").is_some(), head.starts_with("id"));
    }
    for (text, words) in [
        ("name,place\nA,Shusha\n", "no columns of longitude and latitude; it has 'name', 'place'"),
        ("", "an empty file"),
        ("lon,lat\n", ""),
    ] {
        let (map, said) = load("pts.csv", text.as_bytes());
        assert!(map.is_none() != words.is_empty(), "{text}: {said:?}");
        assert!(said.first().map_or("", |s| s).contains(words), "{said:?}");
    }
    let (map, said) = load("pts.csv", b"lon,lat,name\n46.7,north,A\n400,39,B\n,,C\n46.7,39.8,D\n");
    assert_eq!(names(&map.unwrap(), "pts"), "C D");
    for words in [
        "pts.csv:2:1",
        "'north' is no longitude or latitude",
        "pts.csv:3:1",
        "1 rows say no position",
    ] {
        assert!(said.iter().any(|s| s.contains(words)), "{words}: {said:?}");
    }
}

#[test]
fn a_server_whose_data_cannot_be_read_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pts.csv"), "name,place\nA,Shusha\n").unwrap();
    for data in ["pts.csv", "none.csv"] {
        let served = run(&["serve", "--listen", "127.0.0.1:0", "--data", data], folder.path());
        assert_eq!(served.status.code(), Some(1), "{data}: {}", told(&served));
        assert!(told(&served).contains(data), "{}", told(&served));
    }
}

#[test]
fn a_batch_goes_on_past_rows_that_do_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "output,center,zoom,width,height\none.png,\"46.7,39.8\",7,90,60\n\ntwo.png\n,,,,\nthree.png,\"46.7,39.8\",7,90,60\n";
    fs::write(folder.path().join("jobs.csv"), rows).unwrap();
    let made = run(&["export", "--batch", "jobs.csv"], folder.path());
    let said = told(&made);
    assert_eq!(made.status.code(), Some(1), "a row that is no job is a job that failed: {said}");
    assert!(folder.path().join("one.png").is_file() && folder.path().join("three.png").is_file());
    for words in [
        "line 3 is blank",
        "line 4 has 1 cell, its head 5",
        "line 5 is blank",
        "2 made, 0 kept, 1 failed",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn things_on_top_come_in_the_same_files() {
    let folder = tempfile::tempdir().unwrap();
    let [a, b] = [point("A", 46.7), point("B", 46.9)];
    fs::write(folder.path().join("0.geojson"), collection(&[a.clone(), b.clone()]).to_string())
        .unwrap();
    fs::write(folder.path().join("1.geojsonl"), format!("{a}\nnonsense\n{b}\n")).unwrap();
    fs::write(
        folder.path().join("2.json.gz"),
        zipped(format!("\u{1e}{a}\n\u{1e}{b}\n").as_bytes()),
    )
    .unwrap();
    fs::write(folder.path().join("3.csv"), "name,lon,lat\nA,46.7,39.8\nB,46.9,39.8\n").unwrap();
    let drawn = ["0.geojson", "1.geojsonl", "2.json.gz", "3.csv"].map(|file| {
        let place = ["--center", "46.8,39.8", "--zoom", "8", "--size", "300x100"];
        let made = run(
            &[&["export", "--geojson", file, "-o", "out.png"][..], &place].concat(),
            folder.path(),
        );
        let said = told(&made);
        assert!(made.status.success(), "{file}: {said}");
        assert_eq!(said.contains("1.geojsonl:2:1"), file == "1.geojsonl", "{said}");
        image::open(folder.path().join("out.png")).unwrap().into_rgba8()
    });
    assert!(drawn.iter().all(|picture| *picture == drawn[0]));
}

#[test]
fn an_error_is_called_so_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("bad.json"),
        json!({"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1]}}).to_string(),
    )
    .unwrap();
    for arguments in [
        &["export", "--geojson", "bad.json", "-o", "out.png"][..],
        &["export", "--style", "none.json", "-o", "out.png"],
        &["export", "--spec", "bad.json", "-o", "out.png"],
        &["query", "--json", "bad.json"],
        &["check", "bad.json"],
    ] {
        let said = told(&run(arguments, folder.path()));
        assert!(
            said.contains("error: ") && !said.contains("error: error"),
            "{arguments:?}: {said}"
        );
    }
}

#[tokio::test]
async fn a_slash_at_the_end_leads_to_what_is_without() {
    let routes = routes(&[]);
    for (path, expected) in [
        ("/collections/", "/collections"),
        ("/collections/places/items/?limit=1&f=json", "/collections/places/items?limit=1&f=json"),
        ("/styles/conflict/style.json//", "/styles/conflict/style.json"),
        ("//evil.example/", "/evil.example"),
    ] {
        let answer = get(&routes, path).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (308, expected), "{path}");
    }
    assert_eq!(get(&routes, "/").await.status, 200);
    assert_eq!(get(&routes, "/nothing").await.status, 404);
    assert_eq!(get(&routes, "//").await.status, 404);
    let map = atlas::load(&Options::default()).value.unwrap();
    let site =
        Site { public_url: Some("https://maps.example/atlas".parse().unwrap()), ..Site::default() };
    let routes = router(Service::new(map, 1).unwrap(), site);
    assert_eq!(
        get(&routes, "/collections/").await.header("location"),
        "https://maps.example/atlas/collections"
    );
}

#[test]
fn an_archive_is_opened_without_reading_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    // As many as would take long to read, as a table and as the view that many programs write.
    let counted = |sql: &str| {
        sql.replace(
            "ROWS",
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1500000)",
        )
    };
    let flat = "CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);
        ROWS INSERT INTO tiles SELECT 3 + i % 9, i / 9, 0, x'' FROM n;
        CREATE UNIQUE INDEX a ON tiles (zoom_level, tile_column, tile_row);";
    let view = "CREATE TABLE map (zoom_level integer, tile_column integer, tile_row integer, tile_id text);
        CREATE TABLE images (tile_data blob, tile_id text);
        CREATE VIEW tiles AS SELECT map.zoom_level AS zoom_level, map.tile_column AS tile_column, map.tile_row AS tile_row,
            images.tile_data AS tile_data FROM map JOIN images ON images.tile_id = map.tile_id;
        ROWS INSERT INTO map SELECT 3 + i % 9, i / 9, 0, i % 100 FROM n;
        ROWS INSERT INTO images SELECT x'', i FROM n WHERE i < 100;
        CREATE UNIQUE INDEX a ON map (zoom_level, tile_column, tile_row);
        CREATE UNIQUE INDEX b ON images (tile_id);";
    for (name, sql) in [("flat", flat), ("view", view)] {
        let database = Connection::open(folder.path().join(format!("{name}.mbtiles"))).unwrap();
        let quick = "PRAGMA synchronous = off; PRAGMA journal_mode = off; CREATE TABLE metadata \
            (name text, value text);";
        database.execute_batch(&format!("{quick} BEGIN; {} COMMIT", counted(sql))).unwrap();
        database.close().unwrap();
        let style = json!({"version": 8, "sources": {"v": {"type": "vector", "url": format!("{name}.mbtiles")}},
            "layers": [{"id": "l", "type": "fill", "source": "v", "source-layer": "l"}]});
        let path = folder.path().join(format!("{name}.json"));
        fs::write(&path, style.to_string()).unwrap();
        let load = || {
            let started = Instant::now();
            let loaded = atlas::load(&Options { styles: vec![path.clone()], ..Options::default() });
            assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
            started.elapsed()
        };
        // Reading every row took 0.1 s and more.
        let best = (0..5).map(|_| load()).min().unwrap();
        assert!(best.as_millis() < 50, "{name}: {best:?}");
    }
}

/// A style with tiles in a folder of its own, drawn around a place.
struct Tiled(TempDir);

impl Tiled {
    fn new(tiles: &[(&str, Vec<u8>)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in tiles {
            let path = folder.path().join("t").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        Self(folder)
    }

    fn load(&self, source: Json) -> (Option<Map>, Vec<String>) {
        let mut vector = json!({"type": "vector", "tiles": ["t/{z}/{x}/{y}.pbf"]});
        vector.as_object_mut().unwrap().extend(source.as_object().unwrap().clone());
        let style = json!({"version": 8, "sources": {"v": vector}, "layers": [
            {"id": "bg", "type": "background", "paint": {"background-color": "#ffffff"}},
            {"id": "l", "type": "fill", "source": "v", "source-layer": "l", "paint": {"fill-color": "#ff0000", "fill-antialias": false}},
            {"id": "c", "type": "circle", "source": "v", "source-layer": "p", "paint": {"circle-radius": 10, "circle-color": "#0000ff", "circle-opacity": 0.5}}]});
        let path = self.0.path().join("style.json");
        fs::write(&path, style.to_string()).unwrap();
        let loaded = atlas::load(&Options { styles: vec![path], ..Options::default() });
        (loaded.value, loaded.diagnostics.iter().map(ToString::to_string).collect())
    }

    fn draw(
        &self,
        source: Json,
        center: (f64, f64),
        zoom: f64,
        size: (u32, u32),
    ) -> image::RgbaImage {
        let (map, said) = self.load(source);
        assert!(said.is_empty(), "{said:?}");
        let map = map.unwrap();
        let size = Size::new(size.0, size.1, 1, u64::MAX).unwrap();
        let frame = Frame::centered(LonLat::new(center.0, center.1).unwrap(), zoom, size).unwrap();
        let (id, style) = map.styles().next().unwrap();
        image::load_from_memory(&map.png(id, &style.state([]).unwrap(), &frame).unwrap())
            .unwrap()
            .into_rgba8()
    }
}

const RED: [u8; 4] = [255, 0, 0, 255];
const WHITE: [u8; 4] = [255; 4];

fn at(x: i32, y: i32) -> MvtCoord {
    MvtCoord { x, y }
}

/// A tile with an area from one corner to another, in its 4096 units.
fn tile_of(from: i32, to: i32) -> Vec<u8> {
    let ring = vec![at(from, from), at(to, from), at(to, to), at(from, to), at(from, from)];
    let layer = MvtTileBuilder::new().layer("l").unwrap();
    let shape = geo::Geometry::Polygon(geo::Polygon::new(ring.into(), vec![]));
    layer.feature(&shape).unwrap().end().end().encode()
}

#[test]
fn holes_of_tiles_are_holes_whichever_way_rings_are_wound() {
    // Written by hand, since encoders wind rings as the second version of the format has it.
    let zigzag = |n: i32| ((n << 1) ^ (n >> 31)) as u32;
    let message = |field: u8, body: &[u8]| {
        let mut out = vec![field << 3 | 2];
        out.extend(varint(body.len() as u32));
        out.extend(body);
        out
    };
    fn varint(mut n: u32) -> Vec<u8> {
        let mut out = Vec::new();
        while n > 127 {
            out.push(n as u8 | 128);
            n >>= 7;
        }
        out.push(n as u8);
        out
    }
    let tile = |rings: &[Vec<[i32; 2]>], version: u8| {
        let (mut commands, mut pen) = (Vec::new(), [0, 0]);
        for ring in rings {
            for (i, p) in ring.iter().enumerate() {
                match i {
                    0 => commands.push(9),
                    1 => commands.push(((ring.len() as u32 - 1) << 3) | 2),
                    _ => {}
                }
                commands.extend([zigzag(p[0] - pen[0]), zigzag(p[1] - pen[1])]);
                pen = *p;
            }
            commands.push(15);
        }
        let packed: Vec<u8> = commands.into_iter().flat_map(varint).collect();
        let feature = [vec![3 << 3, 3], message(4, &packed)].concat();
        let layer = [
            message(1, b"l"),
            message(2, &feature),
            [vec![5 << 3], varint(4096)].concat(),
            vec![15 << 3, version],
        ];
        message(3, &layer.concat())
    };
    let square = |from: i32, to: i32, turned: bool| {
        let mut ring = vec![[from, from], [to, from], [to, to], [from, to]];
        if turned {
            ring.reverse();
        }
        ring
    };
    for version in [1, 2] {
        for turned in [false, true] {
            let rings = [square(512, 3584, turned), square(1536, 2560, !turned)];
            let tiled = Tiled::new(&[("0/0/0.pbf", tile(&rings, version))]);
            let drawn = tiled.draw(json!({"maxzoom": 0}), (0.0, 0.0), 0.0, (512, 512));
            let colors = [(100, 100), (256, 256), (400, 256), (20, 20)]
                .map(|(x, y)| drawn.get_pixel(x, y).0);
            assert_eq!(colors, [RED, WHITE, RED, WHITE], "version {version}, turned: {turned}");
        }
    }
}

#[test]
fn bounds_of_tiles_run_over_the_antimeridian() {
    let tiles: Vec<(String, Vec<u8>)> = (0..4)
        .flat_map(|x| (0..4).map(move |y| (format!("2/{x}/{y}.pbf"), tile_of(0, 4096))))
        .collect();
    let tiles: Vec<(&str, Vec<u8>)> =
        tiles.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    let tiled = Tiled::new(&tiles);
    // 2,048 px a world: 256 px are 45 degrees.
    for bounds in
        [[150, -60, 210, 60], [150, -60, -150, 60], [-210, -60, -150, 60], [510, -60, 570, 60]]
    {
        let source = json!({"minzoom": 2, "maxzoom": 2, "bounds": bounds});
        if bounds[2] > 540 {
            continue;
        }
        let drawn = tiled.draw(source, (180.0, 0.0), 2.0, (1_400, 300));
        let colors = [300, 650, 750, 1_100, 20, 1_380].map(|x| drawn.get_pixel(x, 150).0);
        assert_eq!(colors, [RED, RED, RED, RED, WHITE, WHITE], "{bounds:?}");
    }
    let inside = tiled.draw(
        json!({"minzoom": 2, "maxzoom": 2, "bounds": [10, -60, 80, 60]}),
        (0.0, 0.0),
        2.0,
        (1_400, 300),
    );
    assert_eq!([300, 900].map(|x| inside.get_pixel(x, 150).0), [WHITE, RED]);
    let (_, said) = tiled.load(json!({"bounds": [10, 60, 80, -60]}));
    assert!(
        said.iter().any(|s| s.contains("/sources/v/bounds") && s.contains("these are no bounds")),
        "{said:?}"
    );
}

#[test]
fn a_missing_tile_is_drawn_from_the_nearest_larger_one() {
    let with_point = |tile: Vec<u8>| {
        let layer = MvtTileBuilder::new().layer("p").unwrap();
        let shape = geo::Geometry::Point(geo::Point(at(1024, 1024)));
        [tile, layer.feature(&shape).unwrap().end().end().encode()].concat()
    };
    let tiled = Tiled::new(&[
        ("0/0/0.pbf", with_point(tile_of(0, 4096))),
        ("2/3/0.pbf", tile_of(1024, 3072)),
        // There, and empty: nothing is drawn in its place.
        ("2/3/3.pbf", Vec::new()),
    ]);
    let source = json!({"minzoom": 0, "maxzoom": 2});
    let drawn = tiled.draw(source.clone(), (0.0, 0.0), 2.0, (2_048, 2_048));
    let is = |x: u32, y: u32| drawn.get_pixel(x, y).0;
    assert_eq!([is(100, 100), is(1_000, 1_000), is(700, 1_900)], [RED; 3]);
    assert_eq!([is(1_560, 20), is(1_792, 256), is(1_792, 1_792)], [WHITE, RED, WHITE]);
    // A point on the corner of four tiles is drawn once.
    assert!(
        is(512, 512)[0] > 100 && is(512, 512)[2] < 150,
        "a circle drawn again: {:?}",
        is(512, 512)
    );
    // Outside the bounds of the set nothing stands for anything.
    let bounded = tiled.draw(
        json!({"minzoom": 0, "maxzoom": 2, "bounds": [-180, 0, 0, 85]}),
        (0.0, 0.0),
        2.0,
        (2_048, 2_048),
    );
    assert_eq!([(100, 100), (1_500, 1_500)].map(|(x, y)| bounded.get_pixel(x, y).0), [RED, WHITE]);
}

#[test]
fn tiles_in_another_encoding_are_refused_by_its_name() {
    let tiled = Tiled::new(&[("0/0/0.pbf", tile_of(0, 4096))]);
    let (_, said) = tiled.load(json!({"encoding": "mlt"}));
    assert!(
        said.iter().any(|s| s.contains("/sources/v/encoding") && s.contains("'mlt'")),
        "{said:?}"
    );
    let (_, said) = tiled.load(json!({"encoding": "mvt"}));
    assert!(said.is_empty(), "{said:?}");
    fs::write(
        tiled.0.path().join("tiles.json"),
        json!({"tiles": ["t/{z}/{x}/{y}.pbf"], "encoding": "mlt"}).to_string(),
    )
    .unwrap();
    let (_, said) = tiled.load(json!({"url": "tiles.json"}));
    assert!(said.iter().any(|s| s.contains("/sources/v") && s.contains("'mlt'")), "{said:?}");
}

#[test]
fn an_icon_of_a_fractional_size_stands_behind_its_text() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("sprite")).unwrap();
    let shield = "<svg xmlns='http://www.w3.org/2000/svg' width='28.8' height='14.4'><rect \
        width='28.8' height='14.4' fill='#0000ff'/></svg>";
    fs::write(folder.path().join("sprite/shield.svg"), shield).unwrap();
    let style = json!({"version": 8, "sprite": "sprite",
        "sources": {"p": {"type": "geojson", "data": {"type": "Point", "coordinates": [0, 0]}}},
        "layers": [{"id": "bg", "type": "background", "paint": {"background-color": "#ffffff"}},
            {"id": "s", "type": "symbol", "source": "p", "layout": {"icon-image": "shield"}}]});
    let path: PathBuf = folder.path().join("style.json");
    fs::write(&path, style.to_string()).unwrap();
    let loaded = atlas::load(&Options { styles: vec![path], ..Options::default() });
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    let map = loaded.value.unwrap();
    let frame = Frame::centered(
        LonLat::new(0.0, 0.0).unwrap(),
        4.0,
        Size::new(120, 60, 1, u64::MAX).unwrap(),
    )
    .unwrap();
    let png = map.png("style", &map.style("style").unwrap().state([]).unwrap(), &frame).unwrap();
    let drawn = image::load_from_memory(&png).unwrap().into_rgba8();
    let blue = |x: u32, y: u32| drawn.get_pixel(x, y).0[0] < 128;
    let (wide, high) =
        ((0..120).filter(|x| blue(*x, 30)).count(), (0..60).filter(|y| blue(60, *y)).count());
    assert!((28..=29).contains(&wide) && (14..=15).contains(&high), "{wide} x {high}");
}

#[tokio::test]
async fn live_text_is_text_for_editors() {
    let routes = routes(&[]);
    let picture = "/styles/conflict/static/46.75,39.8,8/640x480.svg?text=live&date=2020-11-25";
    let svg = String::from_utf8(get(&routes, picture).await.body).unwrap();
    let all = |mark: &str| svg.matches(mark).count();
    // Groups are layers, by their names.
    assert!(all("data-layer=") > 5 && all("data-layer=") == all("inkscape:groupmode=\"layer\""));
    assert!(
        svg.contains("data-layer=\"land\" inkscape:groupmode=\"layer\" inkscape:label=\"land\""),
        "{}",
        &svg[..3_000]
    );
    // Fonts go by family, weight and style, each embedded once.
    let faces: Vec<&str> = svg
        .lines()
        .filter(|l| l.starts_with("@font-face"))
        .map(|l| l.split("src:").next().unwrap())
        .collect();
    assert!(
        faces.iter().any(|f| f.contains("'Noto Sans';font-weight:500;font-style:normal")),
        "{faces:?}"
    );
    assert_eq!(
        faces.len(),
        faces.iter().collect::<std::collections::BTreeSet<_>>().len(),
        "{faces:?}"
    );
    assert!(!svg.contains("Noto Sans Medium") && !svg.contains("Noto Sans Regular"));
    let texts: Vec<&str> = svg.lines().filter(|l| l.starts_with("<text ")).collect();
    assert!(texts.len() > 20 && texts.iter().all(|t| t.contains("font-family=\"'Noto Sans")));
    assert!(texts.iter().any(|t| t.contains("font-weight=\"500\"")));
    // A halo is its letters' own, and no text is there twice.
    assert!(svg.contains("paint-order=\"stroke\"") && !svg.contains("aria-hidden"));
    let written = |text: &str| {
        text.rsplit_once("</").and_then(|(t, _)| t.rsplit_once('>')).unwrap().1.to_string()
    };
    let named: Vec<String> = texts.iter().map(|t| written(t)).collect();
    assert_eq!(named.iter().filter(|name| *name == "Shusha /").count(), 1, "{named:?}");
    // Letters are placed one by one along bent lines alone.
    for text in &texts {
        let list = |key: &str| {
            text.split(&format!(" {key}=\""))
                .nth(1)
                .is_some_and(|v| v.split('"').next().unwrap().contains(' '))
        };
        assert!(!list("x") || list("rotate"), "{text}");
    }
}

/// The features of a collection as an answer has them, and what was said of its file.
async fn answered(name: &str, text: &str) -> (Vec<Json>, String) {
    let (map, said) = load(name, text.as_bytes());
    let Some(map) = map else { return (Vec::new(), said.join("\n")) };
    let routes = router(Service::new(map, 1).unwrap(), Site::default());
    let json = get(&routes, "/collections/data/items?limit=100").await.json();
    (json["features"].as_array().unwrap().clone(), said.join("\n"))
}

#[tokio::test]
async fn whole_numbers_keep_all_digits_at_every_door() {
    let one = |id: i64, x: f64| {
        let mut feature = point("", x);
        (feature["id"], feature["properties"]) = (json!(id), json!({"cell": id}));
        feature
    };
    // The first is a number of 64 bits that an f64 is, the second is none.
    let ids = [4_611_686_018_427_387_904, 4_611_686_018_427_387_905, i64::MIN];
    let features: Vec<Json> =
        ids.iter().zip([46.0, 46.1, 46.2]).map(|(id, x)| one(*id, x)).collect();
    let routes = routes(&[("cells.geojson", collection(&features))]);
    let csv = String::from_utf8(get(&routes, "/collections/cells/items?f=csv").await.body).unwrap();
    let fgb = get(&routes, "/collections/cells/items?f=fgb").await.body;
    for id in ids {
        let item = get(&routes, &format!("/collections/cells/items/{id}")).await;
        assert_eq!(item.status, 200, "{id}");
        let item = item.json();
        assert_eq!((&item["id"], &item["properties"]["cell"]), (&json!(id), &json!(id)));
        assert!(csv.contains(&format!("{id},{id},POINT")), "{id}: {csv}");
        assert!(fgb.windows(id.to_string().len()).any(|w| w == id.to_string().as_bytes()), "{id}");
    }
    assert_eq!(get(&routes, "/collections/cells/items/4611686018427388000").await.status, 404);
}

#[tokio::test]
async fn larger_numbers_are_text_and_named() {
    let large = "123456789012345678901234567890";
    let feature = format!(
        r#"{{"type": "Feature", "id": {large}, "properties": {{"h": {large}, "n": 18446744073709551615, "in": {{"a": [-{large}, 2]}}, "e": 1e30}}, "geometry": {{"type": "Point", "coordinates": [46, 40]}}}}"#
    );
    let whole = format!(r#"{{"type": "FeatureCollection", "features": [{feature}]}}"#);
    let table = format!("id,h,lon,lat\n{large},{large},46,40\n");
    for (name, text) in [
        ("data.json", &feature),
        ("data.geojson", &whole),
        ("data.ndjson", &feature),
        ("data.csv", &table),
    ] {
        let (features, said) = answered(name, text).await;
        assert_eq!(features[0]["id"], large, "{name}");
        assert_eq!(features[0]["properties"]["h"], large, "{name}");
        if name != "data.csv" {
            let properties = &features[0]["properties"];
            assert_eq!(properties["in"]["a"], json!([format!("-{large}"), 2]));
            assert_eq!((&properties["n"], &properties["e"]), (&json!(u64::MAX), &json!(1e30)));
            assert!(said.contains("'h' (1), 'id' (1), 'in' (1)"), "{said}");
        }
        assert!(said.contains("more than 64 bits are kept as text"), "{name}: {said}");
    }
}

#[tokio::test]
async fn what_a_feature_says_and_is_not_kept_is_named_once() {
    let with = |x: f64, z: Json, more: Json| {
        let mut feature = point("", x);
        feature["id"] = Json::Null;
        feature["geometry"]["coordinates"] = z;
        feature.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        feature
    };
    let features = [
        with(
            46.0,
            json!([46, 40, 1200]),
            json!({"title": "a", "bbox": [46, 40, 46, 40], "links": null}),
        ),
        with(46.1, json!([46, 41]), json!({"title": "b", "when": {"start": "2020"}})),
        with(
            46.2,
            json!([46, 42, 5, 7]),
            json!({"crs": {"type": "name", "properties": {"name": "EPSG:4326"}}}),
        ),
    ];
    let (read, said) = answered("data.geojson", &collection(&features).to_string()).await;
    assert_eq!(read.len(), 3);
    assert!(said.contains("members of features are not kept: 'title' (2), 'when' (1)"), "{said}");
    assert!(said.contains("heights") && said.contains("(and 1 more like it)"), "{said}");
    assert_eq!(said.lines().count(), 2, "{said}");
}

#[test]
fn other_systems_are_refused_by_name_wherever_they_are_named() {
    let named = |name: &str| json!({"type": "name", "properties": {"name": name}});
    for (crs, words) in [
        (json!({"type": "EPSG", "properties": {"code": 3857}}), "'EPSG:3857', not in degrees"),
        (json!("EPSG:3857"), "'EPSG:3857', not in degrees"),
        (
            named("urn:ogc:def:crs:EPSG::4269"),
            "EPSG::4269', in degrees, but of another datum than WGS 84",
        ),
        (named("EPSG:4978"), "not in degrees"),
        (json!({"type": "EPSG", "properties": {"code": 4326}}), ""),
        (json!({"type": "OGC", "properties": {"urn": "urn:ogc:def:crs:OGC:1.3:CRS84"}}), ""),
        (Json::Null, ""),
    ] {
        let (mut whole, mut feature) = (collection(&[point("A", 46.7)]), point("A", 46.7));
        whole["crs"] = crs.clone();
        feature["crs"] = crs.clone();
        for text in [whole, collection(&[feature.clone()]), feature] {
            let (map, said) = load("data.geojson", text.to_string().as_bytes());
            assert_eq!(map.is_some(), words.is_empty(), "{text}: {said:?}");
            assert!(
                said.is_empty() || said[0].contains(words) && !words.is_empty(),
                "{crs}: {said:?}"
            );
        }
    }
    let twice = format!(
        r#"{{"type": "FeatureCollection", "features": [{}], "features": []}}"#,
        point("A", 46.7)
    );
    let (map, said) = load("data.geojson", twice.as_bytes());
    assert!(map.is_none() && said[0].contains("a second member 'features'"), "{said:?}");
}

#[tokio::test]
async fn tables_lose_no_cell() {
    // Commas before decimals, where the positions have them.
    let (read, said) =
        answered("data.csv", "lon;lat;v;w;x\n46,5;40,25;3,5;1.234,5;a, b\n47,5;41,25;4;2;\n").await;
    assert_eq!(read[0]["properties"], json!({"v": 3.5, "w": "1.234,5", "x": "a, b"}));
    assert_eq!(read[1]["properties"], json!({"v": 4, "w": "2"}));
    assert!(
        said.contains("column 'w' is text, not numbers: '1.234,5'") && said.lines().count() == 1,
        "{said}"
    );
    // An id of its own beside `feature_id`.
    let (read, _) = answered("data.csv", "feature_id,id,lon,lat\nA,1,46,40\n").await;
    assert_eq!(
        (&read[0]["id"], &read[0]["properties"]),
        (&json!(1), &json!({"feature_id": "A", "id": 1}))
    );
    let (read, _) = answered("data.csv", "feature_id,lon,lat,n\nA,46,40,\"  kept \"\n").await;
    assert_eq!((&read[0]["id"], &read[0]["properties"]), (&json!("A"), &json!({"n": "  kept "})));
    for (text, n) in [
        ("sep=;\nlon;lat;n\n46;40;a\n", "a"),
        ("lon|lat|n\n46|40|b\n", "b"),
        ("lon,lat,\"n;;;;\"\n46,40,c\n", "c"),
    ] {
        let (read, said) = answered("data.csv", text).await;
        assert!(
            said.is_empty() && read[0]["properties"].as_object().unwrap().values().any(|v| v == n),
            "{text}: {said}"
        );
    }
    for (text, words) in [
        ("lon,lat,n\n46,40,\"open\n47,41,b\n", "a quote opened on line 2 is not closed"),
        ("lon,lat,name,name\n46,40,a,b\n", "columns 3 and 4 are both called 'name'"),
        ("Report of today\nlon,lat,n\n46,40,a\n", "the columns are named on line 2"),
        ("# a comment, of ours\nlon,lat,n\n46,40,a\n", "the columns are named on line 2"),
    ] {
        let (map, said) = load("data.csv", text.as_bytes());
        assert!(map.is_none() && said[0].contains(words), "{text}: {said:?}");
    }
}

#[tokio::test]
async fn tables_of_well_known_text_are_read() {
    let text = "name,lon,lat,the_geom\nA,1,2,\"LINESTRING (46 40, 47 41)\"\nB,1,2,POINT \
        EMPTY\nC,1,2,\nD,1,2,POINT Z (46 40 7)\nE,1,2,POINT(46)\n";
    let (read, said) = answered("data.csv", text).await;
    assert_eq!(read.len(), 4, "{said}");
    assert_eq!(
        read[0]["geometry"],
        json!({"type": "LineString", "coordinates": [[46, 40], [47, 41]]})
    );
    assert_eq!(read[0]["properties"], json!({"name": "A", "lon": 1, "lat": 2}));
    assert_eq!(read[3]["geometry"], json!({"type": "Point", "coordinates": [46, 40]}));
    for words in [
        "places are those of column 'the_geom'",
        "heights",
        "data.csv:6:1",
        "'POINT(46)' is no geometry",
        "1 rows say no",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // What is written is read again.
    let routes = routes(&[("kinds.geojson", collection(&every_kind()))]);
    let csv =
        String::from_utf8(get(&routes, "/collections/kinds/items?limit=100&f=csv").await.body)
            .unwrap();
    let (read, said) = answered("data.csv", &csv).await;
    assert_eq!(read.len(), 13, "{said}");
    for (given, read) in
        every_kind().iter().zip(&read).filter(|(_, read)| !read["geometry"].is_null())
    {
        assert_eq!(given["geometry"], read["geometry"]);
    }
}

#[test]
fn a_file_without_one_usable_feature_stops_the_start() {
    for (name, text) in [
        (
            "esri.geojson",
            r#"{"type": "FeatureCollection", "features": [{"attributes": {}, "geometry": {"x": 46, "y": 40}}]}"#,
        ),
        ("proj.csv", "x,y\n500000,4400000\n"),
    ] {
        let (map, said) = load(name, text.as_bytes());
        assert!(map.is_none(), "{name}");
        assert!(
            said.iter().any(|s| s.contains(name) && s.contains("none of its features can be used")),
            "{said:?}"
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        assert!(
            atlas::load(&Options { data: vec![path], ..Options::default() }).value.is_some(),
            "with --lenient"
        );
    }
    let (map, said) = load("none.geojson", collection(&[]).to_string().as_bytes());
    assert!(map.is_some() && said.is_empty(), "what is empty is not spoilt: {said:?}");
}

#[test]
fn a_folder_s_files_that_are_not_read_are_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.geojson"), collection(&[point("A", 46.7)]).to_string())
        .unwrap();
    fs::write(folder.path().join("b.kml"), "<kml/>").unwrap();
    let checked = run(&["check", "."], folder.path());
    assert!(
        told(&checked).contains("files of other types are not read: 'b.kml'"),
        "{}",
        told(&checked)
    );
    let loaded = atlas::load(&Options {
        data: vec![folder.path().into()],
        strict: true,
        ..Options::default()
    });
    assert!(loaded.value.is_some() && loaded.diagnostics[0].to_string().contains("'b.kml'"));
}

#[tokio::test]
async fn the_schema_has_the_geometry_beside_a_property_of_its_name() {
    let mut feature = point("a", 46.7);
    feature["properties"] = json!({"geometry": "rough"});
    let routes = routes(&[("odd.geojson", collection(&[feature]))]);
    let schema = get(&routes, "/collections/odd/schema").await.json();
    assert_eq!(schema["properties"]["geometry"]["type"], "string");
    assert_eq!(schema["properties"]["geometry_"]["x-ogc-role"], "primary-geometry");
    let queryables = get(&routes, "/collections/odd/queryables").await.json();
    assert!(queryables["properties"].get("geometry_").is_none());
}
