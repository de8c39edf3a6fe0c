//! OGC API - Tiles Part 1 (OGC 20-057), annex A: what tiles hold. The class of times takes in tests
//! of Common Part 2, which are asked of tiles.

use fast_mvt::MvtReaderRef;
use geo::BoundingRect as _;
use serde_json::Value as Json;

use crate::app::{Answer, get, get_as};
use crate::report::{Report, apart, begins_as, count, kind, parameters, picture, refused, told};

const MVT: &str = "application/vnd.mapbox-vector-tile";
/// A tile where much is, by row and column.
const TILE: &str = "WebMercatorQuad/8/97/161";

pub async fn run(r: &mut Report) {
    selection(r).await;
    times(r).await;
    pictures(r).await;
    vectors(r).await;
}

/// The layers of a tile, in their order; names in letters of their own are of a layer before.
fn layers(answer: &Answer) -> Vec<String> {
    let tile = MvtReaderRef::new(&answer.body).unwrap();
    let names = tile.layers().map(|l| l.name().to_string());
    names.filter(|name| !name.ends_with("_labels")).collect()
}

async fn selection(r: &mut Report) {
    let (query, response) = (
        "/conf/collections-selection/query-collections",
        "/conf/collections-selection/collections-response",
    );
    let set = get("/tiles/WebMercatorQuad").await.json();
    let ids = set["layers"].as_array().unwrap().iter().filter_map(|l| l["id"].as_str());
    let ids: Vec<&str> = ids.collect();
    let mut lists: Vec<Vec<&str>> = ids.iter().map(|id| vec![*id]).collect();
    lists.extend([vec!["control", "districts"], vec!["districts", "control"], ids[..5].to_vec()]);
    for list in lists {
        let tile = format!("/tiles/{TILE}?collections={}", list.join(","));
        let answer = get(&tile).await;
        r.check(query, [200, 204].contains(&answer.status.as_u16()), told(&tile, &answer));
        if answer.status != 200 {
            continue;
        }
        let own = layers(&answer);
        let places: Vec<_> = own.iter().map(|name| list.iter().position(|id| id == name)).collect();
        r.check(response, places.iter().all(Option::is_some), format!("{tile}: {own:?}"));
        r.check(response, places.is_sorted(), format!("{tile}: {own:?}"));
    }
    for path in ["/tiles/WebMercatorQuad?collections=control", "/tiles?collections=control"] {
        let answer = get(path).await;
        r.wanted(query, answer.status == 200, told(path, &answer));
    }
}

/// What a tile says that is held by whom.
fn held(answer: &Answer) -> Vec<String> {
    let tile = MvtReaderRef::new(&answer.body).unwrap();
    let features: Vec<_> = tile.layers().flat_map(|l| l.features()).collect();
    let id = |f: &fast_mvt::MvtFeatureRef| {
        f.properties().flatten().find(|(k, _)| *k == "id").map(|(_, v)| format!("{v:?}"))
    };
    features.iter().filter_map(id).collect()
}

async fn times(r: &mut Report) {
    let api = get("/api").await.json();
    let template = "/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}";
    let own = parameters(&api, template);
    let own = own.iter().find(|p| p["name"] == "datetime").copied().unwrap_or(&Json::Null);
    let definition = "/conf/collections/rc-datetime-definition";
    r.check(definition, own["in"] == "query" && own["required"] == false, own);
    r.check(definition, own["schema"]["type"] == "string", own);
    r.check(definition, own["style"] == "form" && own["explode"] == false, own);
    let op = "/conf/collections/rc-op-datetime";
    let tile = format!("/collections/control/tiles/{TILE}");
    let mut days = Vec::new();
    for day in ["2020-09-01", "2020-12-15T00:00:00Z", "2020-09-01/2020-12-15", "2020-12-15/.."] {
        let path = format!("{tile}?datetime={day}");
        let answer = get(&path).await;
        r.check(op, answer.status == 200 && kind(&answer) == MVT, told(&path, &answer));
        r.check(op, answer.header("content-datetime") == day, &path);
        days.push(held(&answer));
    }
    let response = "/conf/collections/rc-datetime-response";
    let all = held(&get(&tile).await);
    r.check(response, days[0] != days[1] && days[0].len() < all.len(), "two days");
    r.check(response, days[2].iter().all(|id| all.contains(id)), "an interval");
    let both = days[0].iter().chain(&days[1]).all(|id| days[2].contains(id));
    r.check(response, both, "an interval has what its ends have");
    // What has no time is there at any.
    let rivers = format!("/collections/rivers/tiles/{TILE}");
    let (any, then) = (get(&rivers).await, get(&format!("{rivers}?datetime=2020-09-01")).await);
    r.check(response, !any.body.is_empty() && any.body == then.body, &rivers);
    for wrong in ["soon", "2020-13-01", "2021-01-01/2020-01-01"] {
        let answer = get(&format!("{tile}?datetime={wrong}")).await;
        r.check(op, answer.status == 400, told(wrong, &answer));
    }
    let path = format!("/map/tiles/{TILE}?datetime=2020-12-15/..");
    let answer = get(&path).await;
    r.check(op, answer.status == 200, told(&path, &answer));
    let path = format!("{tile}?subset=datetime(%222020-12-15%22)");
    let answer = get(&path).await;
    for test in [
        "/conf/collections/rc-op-subset",
        "/conf/collections/rc-subset-definition",
        "/conf/collections/rc-subset-response",
        "/conf/datetime/axis",
    ] {
        // No subset is served as if it were the whole.
        r.check(test, answer.status != 200 || held(&answer) != all, &path);
        r.check(test, answer.status == 200, told(&path, &answer));
    }
}

async fn pictures(r: &mut Report) {
    let tile = format!("/map/tiles/{TILE}");
    let (png, jpeg) = (get_as(&tile, "image/png").await, get_as(&tile, "image/jpeg").await);
    let (one, other) = (picture(&png).unwrap(), picture(&jpeg).unwrap());
    for (test, answer, image, kind_) in [
        ("/conf/png/content", &png, &one, "image/png"),
        ("/conf/jpeg/content", &jpeg, &other, "image/jpeg"),
    ] {
        r.check(test, kind(answer) == kind_ && begins_as(kind_, &answer.body), kind_);
        r.check(test, image.dimensions() == (256, 256), format!("{:?}", image.dimensions()));
        let colours: std::collections::BTreeSet<_> = image.pixels().map(|p| p.0).collect();
        r.check(test, colours.len() > 100, colours.len());
        // The same style by another address is drawn by the same rules.
        let styled = get_as(&format!("/styles/conflict/map/tiles/{TILE}"), kind_).await;
        r.check(test, styled.body == answer.body, kind_);
        r.check(test, apart(&one, &other) < 12.0, apart(&one, &other));
    }
    let places = get(&format!("/collections/places/map/tiles/{TILE}?f=png")).await;
    let places = picture(&places).unwrap();
    let (clear, part) = (count(&places, |p| p[3] == 0), count(&places, |p| p[3] % 255 != 0));
    r.check("/conf/png/content", clear > 1_000 && part > 100, format!("{clear} {part}"));
    // Rows of tiles go down and columns right: they are one picture side by side.
    for (next, x, y) in [("8/97/162", 256, 0), ("8/98/161", 0, 256)] {
        let next = get(&format!("/map/tiles/WebMercatorQuad/{next}?f=png")).await;
        let next = picture(&next).unwrap();
        let (mut off, edge) = (0_u64, 255);
        for i in 0..256 {
            let (a, b) = if x > 0 { ((edge, i), (0, i)) } else { ((i, edge), (i, 0)) };
            let (a, b) = (one.get_pixel(a.0, a.1), next.get_pixel(b.0, b.1));
            off += (0..3).map(|k| u64::from(a[k].abs_diff(b[k]))).sum::<u64>();
        }
        r.check("/conf/png/content", off / 768 < 16, format!("{x} {y}: {off}"));
    }
}

async fn vectors(r: &mut Report) {
    let test = "/conf/mvt/content";
    let answer = get_as(&format!("/tiles/{TILE}"), MVT).await;
    r.check(test, answer.status == 200 && kind(&answer) == MVT, told(TILE, &answer));
    let tile = MvtReaderRef::new(&answer.body).unwrap();
    r.check(test, tile.layers().count() > 8, tile.layers().count());
    for layer in tile.layers() {
        let span = f64::from(layer.extent());
        for feature in layer.features() {
            let known = feature.geom_type_value().is_some_and(|kind| (1..=3).contains(&kind));
            r.check(test, known && !feature.geometry_commands().is_empty(), layer.name());
            let float = |c: geo::Coord<i32>| geo::Coord { x: f64::from(c.x), y: f64::from(c.y) };
            let shape = geo::MapCoords::map_coords(&feature.geometry().unwrap(), float);
            let bounds = shape.bounding_rect().unwrap();
            // With what is drawn over the edge from next door.
            let (low, high) = (-span / 8.0, span * 1.125);
            let inside = bounds.max().x >= low && bounds.min().x <= high;
            let inside = inside && bounds.max().y >= low && bounds.min().y <= high;
            r.check("/conf/core/tc-success", inside, layer.name());
        }
    }
    // The grid is laid over the tile from its upper left corner: towns lie where the data has them.
    let tile = get(&format!("/collections/places/tiles/{TILE}")).await;
    let items = get("/collections/places/items?bbox=46.4,38,47.9,40.5&limit=1000").await.json();
    let real: Vec<[f64; 2]> = items["features"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|f| serde_json::from_value(f["geometry"]["coordinates"].clone()).ok())
        .collect();
    let tile = MvtReaderRef::new(&tile.body).unwrap();
    let mut seen = 0;
    for feature in tile.layers().flat_map(|l| l.features()) {
        let Ok(geo::Geometry::Point(at)) = feature.geometry() else { continue };
        let (x, y) = (f64::from(at.x()) / 4096.0, f64::from(at.y()) / 4096.0);
        if !(0.0..=1.0).contains(&x) || !(0.0..=1.0).contains(&y) {
            continue;
        }
        let lon = (161.0 + x) / 256.0 * 360.0 - 180.0;
        let north = std::f64::consts::PI * (1.0 - 2.0 * (97.0 + y) / 256.0);
        let lat = north.sinh().atan().to_degrees();
        let near = |c: &[f64; 2]| (c[0] - lon).abs() < 5e-4 && (c[1] - lat).abs() < 5e-4;
        seen += 1;
        r.check(test, real.iter().any(near), format!("{lon} {lat}"));
    }
    r.check(test, seen > 20, seen);
    let missing = get("/collections/none/tiles/WebMercatorQuad/8/97/161").await;
    r.check("/conf/core/tc-error", refused(&missing), told("none", &missing));
}
