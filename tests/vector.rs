//! Vector tiles as clients of maps get them: of collections, and of a style's own layers.

mod app;

use std::collections::{BTreeMap, BTreeSet};

use app::{get, get_as, send};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use fast_mvt::{MvtFeatureRef, MvtLayerRef, MvtReaderRef, MvtValueRef};
use geo::algorithm::{Area as _, Validation as _};
use geo::geometry::{Coord, Geometry, MultiPolygon};

const PLACE: &str = "8/161/97";

async fn tile(path: &str) -> Vec<u8> {
    let answer = get_as(path, "application/vnd.mapbox-vector-tile").await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/vnd.mapbox-vector-tile");
    answer.body.to_vec()
}

fn layer<'a>(tile: &'a MvtReaderRef, name: &str) -> MvtLayerRef<'a> {
    tile.layers().find(|layer| layer.name() == name).unwrap_or_else(|| panic!("no {name}"))
}

fn properties(feature: &MvtFeatureRef) -> BTreeMap<String, String> {
    let text = |value: MvtValueRef| match value {
        MvtValueRef::String(text) => text.to_string(),
        other => format!("{other:?}"),
    };
    feature.properties().map(Result::unwrap).map(|(k, v)| (k.to_string(), text(v))).collect()
}

fn areas(feature: &MvtFeatureRef) -> MultiPolygon<f64> {
    let float = |c: Coord<i32>| Coord { x: f64::from(c.x), y: f64::from(c.y) };
    match geo::MapCoords::map_coords(&feature.geometry().unwrap(), float) {
        Geometry::Polygon(polygon) => polygon.into(),
        Geometry::MultiPolygon(polygons) => polygons,
        other => panic!("{other:?}"),
    }
}

/// The corners on a side that two tiles have in common: the tiles that have any, and each corner by
/// its feature and how far along it lies.
type Side = BTreeMap<(u32, u32), BTreeSet<(u64, i64)>>;

fn corners(areas: &MultiPolygon<f64>) -> Vec<(i64, i64)> {
    let rings = areas.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    rings.flat_map(|ring| ring.coords().map(|c| (c.x as i64, c.y as i64))).collect()
}

#[tokio::test]
async fn the_tiles_of_a_collection_say_what_is_in_them() {
    let json = get("/data/districts,control.json?datetime=2020-11-25").await.json();
    assert_eq!(json["tilejson"], "3.0.0");
    let url = json["tiles"][0].as_str().unwrap();
    assert!(url.ends_with("/data/districts,control/{z}/{x}/{y}.pbf?datetime=2020-11-25"), "{url}");
    let days = json["contactline:dates"].as_array().unwrap();
    assert!(days.iter().any(|day| day == "2020-11-10"));
    let layers = json["vector_layers"].as_array().unwrap();
    let ids: Vec<&str> = layers.iter().filter_map(|layer| layer["id"].as_str()).collect();
    assert_eq!(ids, ["districts", "districts_labels", "control", "control_labels"]);
    assert_eq!(layers[2]["fields"]["area_km2"], "Number");
    let bytes = tile(&format!("/data/districts,control/{PLACE}.pbf?datetime=2020-11-25")).await;
    let read = MvtReaderRef::new(&bytes).unwrap();
    let control = layer(&read, "control");
    assert_eq!(control.extent(), 4096);
    for feature in control.features() {
        let own = properties(&feature);
        let fields = layers[2]["fields"].as_object().unwrap();
        assert!(own.keys().all(|key| fields.contains_key(key)), "{own:?}");
        assert!(*own["valid_from"] <= *"2020-11-25" && *own["valid_to"] > *"2020-11-25", "{own:?}");
    }
    // A filter that costs much lets through what it lets through elsewhere, or is refused.
    let all = "/data/districts/6/40/24.pbf?labels=0&properties=id";
    let measured = format!("{all}&filter=area_m2(geometry)%3E1");
    assert!(tile(&measured).await == tile(all).await);
    // A feature's number hangs on its id alone.
    let one = "/data/districts/9/322/194.pbf?properties=id&labels=0&filter=id='az-lachin'";
    let (bytes, other) = (tile(one).await, tile(&one.replace("9/322/194", "8/161/97")).await);
    let (read, other) = (MvtReaderRef::new(&bytes).unwrap(), MvtReaderRef::new(&other).unwrap());
    let lachin: Vec<_> = layer(&read, "districts").features().collect();
    assert_eq!((lachin.len(), read.layers().count()), (1, 1));
    assert_eq!(properties(&lachin[0]), BTreeMap::from([("id".into(), "az-lachin".into())]));
    let again = layer(&other, "districts").features().next().unwrap().id();
    assert!(lachin[0].id() == again && again.is_some_and(|id| id < 1 << 53));
}

#[tokio::test]
async fn areas_are_sound_and_share_their_borders_in_every_tile() {
    let (mut shared, mut seams) = (0, 0);
    let mut on_sides: BTreeMap<String, Side> = BTreeMap::new();
    for (z, columns, rows) in [(6, 39..=40, 23..=24), (9, 321..=323, 193..=195)] {
        for (x, y) in columns.flat_map(|x| rows.clone().map(move |y| (x, y))) {
            let path = format!("/data/districts/{z}/{x}/{y}.pbf?labels=0&properties=id");
            let bytes = tile(&path).await;
            let read = MvtReaderRef::new(&bytes).unwrap();
            let mut all = Vec::new();
            for feature in layer(&read, "districts").features() {
                let areas = areas(&feature);
                assert!(areas.is_valid(), "{path}: {:?}", areas.validation_errors());
                // Exteriors are clockwise as tiles are seen, whose rows run down.
                assert!(areas.iter().all(|p| p.signed_area() > 0.0), "{path}");
                all.push((feature.id().unwrap(), corners(&areas)));
            }
            for (id, own) in &all {
                let inside =
                    |(x, y): &&(i64, i64)| (0..=4096).contains(x) && (0..=4096).contains(y);
                for (px, py) in own.iter().filter(inside) {
                    let sides = [
                        (*px == 0, x, y, "v", py),
                        (*px == 4096, x + 1, y, "v", py),
                        (*py == 0, x, y, "h", px),
                        (*py == 4096, x, y + 1, "h", px),
                    ];
                    for (is_on, sx, sy, way, at) in sides {
                        if is_on {
                            let side = on_sides.entry(format!("{z} {sx} {sy} {way}")).or_default();
                            side.entry((x, y)).or_default().insert((*id, *at));
                        }
                    }
                }
                for (other, theirs) in all.iter().filter(|(other, _)| other != id) {
                    let theirs: BTreeSet<&(i64, i64)> = theirs.iter().collect();
                    shared += own.iter().filter(|at| theirs.contains(at)).count();
                    // None of them lies on another's border but as a corner of it.
                    let border: Vec<_> = all.iter().filter(|(id, _)| id == other).collect();
                    let on =
                        |at: &(i64, i64)| border.iter().any(|(_, ring)| lies_between(*at, ring));
                    let lost = own.iter().filter(inside).find(|at| !theirs.contains(at) && on(at));
                    assert_eq!(lost, None, "{path}: {id} and {other}");
                }
            }
        }
    }
    for (side, tiles) in on_sides.iter().filter(|(_, tiles)| tiles.len() == 2) {
        let mut tiles = tiles.values();
        assert_eq!(tiles.next(), tiles.next(), "{side}");
        seams += 1;
    }
    assert!(shared > 1_000 && seams > 10, "{shared} corners, {seams} sides");
}

/// Whether a position lies on a ring between two corners. Of several rings in one the way from each
/// to the next is no border, and is not met by chance.
fn lies_between(at: (i64, i64), ring: &[(i64, i64)]) -> bool {
    ring.windows(2).any(|ends| {
        let ((ax, ay), (bx, by)) = (ends[0], ends[1]);
        let cross = (bx - ax) * (at.1 - ay) - (by - ay) * (at.0 - ax);
        let dot = (at.0 - ax) * (at.0 - bx) + (at.1 - ay) * (at.1 - by);
        cross == 0 && dot < 0 && (ax - bx).abs() + (ay - by).abs() < 2_000
    })
}

#[tokio::test]
async fn a_style_has_tiles_of_what_it_reads() {
    let style = get("/styles/conflict/style.json").await.json();
    let sources = style["sources"].as_object().unwrap();
    assert_eq!(sources.keys().collect::<Vec<_>>(), ["features", "notes", "relief"]);
    let url = sources["features"]["url"].as_str().unwrap();
    let (_, path) = url.split_once("/styles/").unwrap();
    let json = get(&format!("/styles/{path}")).await.json();
    let described: BTreeMap<&str, &serde_json::Value> = json["vector_layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| (layer["id"].as_str().unwrap(), layer))
        .collect();
    for layer in style["layers"].as_array().unwrap() {
        let named = layer["source-layer"].as_str();
        assert!(named.is_none_or(|name| described.contains_key(name)), "{layer}");
        assert_eq!(named.is_some(), layer["source"] == "features", "{layer}");
    }
    let bytes = tile(&format!("/styles/conflict/vector/{PLACE}.pbf")).await;
    let read = MvtReaderRef::new(&bytes).unwrap();
    for layer in read.layers() {
        let fields = described[layer.name()]["fields"].as_object().unwrap();
        for feature in layer.features() {
            let own = properties(&feature);
            assert!(own.keys().all(|key| fields.contains_key(key)), "{}: {own:?}", layer.name());
        }
    }
    assert!(layer(&read, "control").features().all(|f| properties(&f).contains_key("control")));
    // Names of areas are put at points.
    let names = layer(&read, "districts_labels");
    assert!(names.features().all(|f| matches!(f.geometry(), Ok(Geometry::Point(_)))));
    let day = format!("/styles/conflict/vector/{PLACE}.pbf?datetime=2001-01-01");
    assert!(tile(&day).await.len() < bytes.len());
    let resolved = get("/styles/conflict/style.json?date=2020-11-25&sources=geojson").await.json();
    assert!(resolved["sources"]["control"]["data"].is_string());
}

#[tokio::test]
async fn tiles_are_compressed_as_clients_accept_it_and_asked_for_once() {
    let path = format!("/data/control/{PLACE}.pbf");
    let plain = tile(&path).await;
    for (accepts, coding) in [
        ("gzip, deflate, br, zstd", "br"),
        ("zstd, gzip;q=0.5", "zstd"),
        ("gzip, br;q=0", "gzip"),
        ("*", "br"),
        ("identity", ""),
    ] {
        let request = || Request::get(&path).header("accept-encoding", accepts);
        let answer = send(request().body(Body::empty()).unwrap()).await;
        assert_eq!(answer.header(header::CONTENT_ENCODING), coding, "{accepts}");
        assert!(answer.header(header::VARY).contains("accept-encoding"));
        let whole = match coding {
            "br" => {
                let mut out = Vec::new();
                brotli::BrotliDecompress(&mut &answer.body[..], &mut out).unwrap();
                out
            }
            "zstd" => zstd::bulk::decompress(&answer.body, 1 << 20).unwrap(),
            "gzip" => {
                let mut out = Vec::new();
                let mut decoder = flate2::read::GzDecoder::new(&answer.body[..]);
                std::io::Read::read_to_end(&mut decoder, &mut out).unwrap();
                out
            }
            _ => answer.body.to_vec(),
        };
        assert!(whole == plain, "{accepts}");
        let tag = answer.header(header::ETAG).to_string();
        let again =
            send(request().header("if-none-match", &tag).body(Body::empty()).unwrap()).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{accepts}");
    }
    let empty = get("/data/control/8/0/0.pbf").await;
    assert_eq!((empty.status, empty.body.len()), (StatusCode::NO_CONTENT, 0));
}

#[tokio::test]
async fn what_is_asked_for_wrongly_is_told() {
    for (path, status, words) in [
        ("/data/none.json", 404, "there is no collection 'none'"),
        ("/data/districts", 404, "/data/{collections}.json"),
        ("/data/districts/3/8/0.pbf", 404, "0 to 7"),
        ("/data/districts/a/0/0.pbf", 400, "'a' is no zoom"),
        ("/data/districts/3/1/1.png", 404, "vector tiles are"),
        ("/data/districts,districts/3/1/1.pbf", 400, "named twice"),
        ("/data/districts/3/1/1.pbf?extent=1", 400, "256 to 8192"),
        ("/data/districts/3/1/1.pbf?buffer=-1", 400, "0 to 2048"),
        ("/data/districts/3/1/1.pbf?datetime=soon", 400, "datetime"),
        ("/data/districts/3/1/1.pbf?filter=nothing%3D1", 400, "nothing"),
        ("/data/districts/3/1/1.pbf?properties=nothing", 400, "there is no property 'nothing'"),
        ("/data/districts/3/1/1.pbf?labels=some", 400, "labels: 1 or 0"),
        ("/data/districts/3/1/1.pbf?size=3", 400, "unknown parameter 'size'"),
        ("/styles/none/vector.json", 404, "there is no style 'none'"),
        ("/styles/none/vector/3/1/1.pbf", 404, "there is no style 'none'"),
        ("/styles/conflict/vector/3/1/1.pbf?filter=a%3D1", 400, "unknown parameter 'filter'"),
        ("/styles/conflict/style.json?sources=tiles", 400, "vector or geojson"),
        ("/styles/conflict/vector.json?date=soon", 400, "date"),
        ("/styles/conflict/vector.json?date=2020-01-01&datetime=2020-01-01", 400, "twice"),
        ("/styles/conflict/vector.json?lang=xx", 400, "lang"),
        ("/styles/conflict/vector.json?extent=0", 400, "256 to 8192"),
        ("/styles/conflict/vector/3/8/0.pbf", 404, "0 to 7"),
        ("/styles/conflict/vector/3/1/1.mbt", 404, "vector tiles are"),
        ("/data/districts/23/0/0.pbf", 404, "zoom 23"),
        ("/data/districts/-1/0/0.pbf", 400, "'-1' is no zoom"),
        ("/data/districts/3/1/x.pbf", 400, "row"),
        ("/data/districts/3/99999999999/1.pbf", 400, "column"),
        ("/data/districts/3/1/1", 404, "vector tiles are"),
        ("/data/districts,none/3/1/1.pbf", 404, "none"),
        ("/data/,/3/1/1.pbf", 404, "there is no collection"),
        ("/data/districts/3/1/1.pbf?extent=8193", 400, "256 to 8192"),
        ("/data/districts/3/1/1.pbf?extent=4096.5", 400, "256 to 8192"),
        ("/data/districts/3/1/1.pbf?buffer=2049", 400, "0 to 2048"),
        ("/data/districts/3/1/1.pbf?datetime=../..", 400, "datetime"),
        ("/data/districts/3/1/1.pbf?filter=name%3D", 400, "filter"),
        ("/data/districts/3/1/1.pbf?filter=name%3D%27a%27&filter-lang=sql", 400, "cql2"),
        ("/data/districts/3/1/1.pbf?filter=name%3D%27a%27&filter-crs=moon", 400, "filter-crs"),
        ("/data/districts/3/1/1.pbf?properties=id,nothing", 400, "nothing"),
        ("/data/districts/3/1/1.pbf?labels=", 400, "labels"),
        ("/data/districts.json?size=3", 400, "unknown parameter 'size'"),
        ("/data/districts.json?filter=nothing%3D1", 400, "nothing"),
    ] {
        let answer = get(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json", "{path}");
        let told = answer.json()["detail"].as_str().unwrap().to_string();
        assert!(told.contains(words), "{path}: {told}");
    }
}

/// The areas of the districts that lie in a tile as a whole, in units of zoom 14.
async fn whole_districts(z: u32, x: u32, y: u32) -> BTreeMap<u64, f64> {
    let path = format!("/data/districts/{z}/{x}/{y}.pbf?labels=0&properties=id");
    let answer = get(&path).await;
    if answer.status == StatusCode::NO_CONTENT {
        return BTreeMap::new();
    }
    let read = MvtReaderRef::new(&answer.body).unwrap();
    let mut found = BTreeMap::new();
    for feature in layer(&read, "districts").features() {
        let areas = areas(&feature);
        let is_in = |(x, y): &(i64, i64)| (1..4096).contains(x) && (1..4096).contains(y);
        if corners(&areas).iter().all(is_in) {
            found.insert(feature.id().unwrap(), areas.unsigned_area() * 4_f64.powi(14 - z as i32));
        }
    }
    found
}

/// Thinned or not, wherever their rings begin.
#[tokio::test]
async fn areas_are_as_large_at_each_zoom() {
    let coarse = whole_districts(6, 40, 24).await;
    let mut compared = 0;
    for (x, y) in (160..164).flat_map(|x| (96..100).map(move |y| (x, y))) {
        for (id, fine) in whole_districts(8, x, y).await {
            // Of the smallest two units of tolerance are much.
            if let Some(coarse) = coarse.get(&id).filter(|area| **area > 1e8) {
                let off = (coarse / fine - 1.0).abs();
                assert!(off < 0.03, "{id} in {x}/{y}: {coarse} beside {fine}");
                compared += 1;
            }
        }
    }
    assert!(compared > 10, "{compared}");
}
