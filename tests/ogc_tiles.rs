//! OGC API - Tiles as its clients meet it; tests are named by those of the standard's own suite (OGC
//! 20-057, annex A).

mod app;

use app::{get, get_as};
use axum::http::{StatusCode, header};
use serde_json::Value as Json;

const MVT: &str = "application/vnd.mapbox-vector-tile";

fn links<'a>(json: &'a Json, rel: &str) -> Vec<&'a str> {
    let all = json["links"].as_array().unwrap();
    all.iter().filter(|l| l["rel"] == rel).map(|l| l["href"].as_str().unwrap()).collect()
}

fn path(href: &str) -> String {
    href.strip_prefix("http://maps.example:8080").unwrap().to_string()
}

fn rel(name: &str) -> String {
    format!("http://www.opengis.net/def/rel/ogc/1.0/{name}")
}

/// From the landing page to each tileset, its tile matrix set, and a tile: /conf/core/conformance,
/// /conf/tilesets-list/tsl-op, /conf/tileset/tileset, /conf/dataset-tilesets/landingpage,
/// /conf/geodata-tilesets/desc-links, tms/2.0 /conf/json-tilematrixset.
#[tokio::test]
async fn links_lead_from_the_landing_page_to_tiles() {
    let landing = get("/?f=json").await.json();
    let mut lists = vec![
        path(links(&landing, &rel("tilesets-vector"))[0]),
        path(links(&landing, &rel("tilesets-map"))[0]),
        "/styles/conflict/map/tiles".to_string(),
    ];
    let collections = get("/collections").await.json();
    for collection in collections["collections"].as_array().unwrap() {
        lists.push(path(links(collection, &rel("tilesets-vector"))[0]));
        lists.extend(links(collection, &rel("tilesets-map")).into_iter().map(path));
    }
    assert!(lists.len() > 30, "{lists:?}");
    for list in lists {
        let sets = get(&list).await.json();
        let own = sets["tilesets"].as_array().unwrap();
        let set = own.iter().find(|set| set["tileMatrixSetId"] == "WebMercatorQuad").unwrap();
        let is_map = set["dataType"] == "map";
        assert_eq!(own.len(), if is_map { 5 } else { 1 });
        let whole = get(&path(links(set, "self")[0])).await.json();
        for member in ["dataType", "crs", "tileMatrixSetURI", "title", "links"] {
            assert_eq!(whole[member], set[member], "{list} {member}");
        }
        assert!(whole["boundingBox"]["lowerLeft"].is_array(), "{list}");
        let matrices = get(&path(links(set, &rel("tiling-scheme"))[0])).await.json();
        assert_eq!(matrices["uri"], set["tileMatrixSetURI"]);
        assert_eq!(links(set, "item").len(), if is_map { 3 } else { 1 }, "{list}");
        let place = path(links(set, "item")[0]);
        let place = place.replace("{tileMatrix}", "7").replace("{tileRow}", "48");
        let tile = get(&place.replace("{tileCol}", "80")).await;
        let kind = if is_map { "image/png" } else { MVT };
        match tile.status {
            StatusCode::NO_CONTENT => assert!(!is_map, "{list}"),
            status => assert_eq!((status, tile.header("content-type")), (StatusCode::OK, kind)),
        }
    }
    let classes = get("/conformance").await.json()["conformsTo"].to_string();
    for class in ["ogcapi-tiles-1/1.0/conf/core", "ogcapi-tiles-1/1.0/conf/mvt", "tms/2.0/conf/"] {
        assert!(classes.contains(class), "{class}");
    }
}

/// tms/2.0 /conf/json-tilematrixset: the other sets have the scales and corners that the standard
/// gives them (OGC 17-083r4, annex D; UTM's of its registry).
#[tokio::test]
async fn the_other_sets_are_the_standards() {
    for (id, zoom, scale, cell, origin, size) in [
        ("WorldCRS84Quad", 1, 139_770_566.007_179, 0.351_562_5, [-180.0, 90.0], [4, 2]),
        (
            "WorldMercatorWGS84Quad",
            9,
            1_091_957.546_931_08,
            305.748_113_140_704,
            [-20_037_508.342_789_2, 20_037_508.342_789_2],
            [512, 512],
        ),
        (
            "UTM38WGS84Quad",
            1,
            279_072_704.500_914,
            78_140.357_260_255_9,
            [-9_501_965.729_312_76, 20_003_931.458_625_5],
            [1, 2],
        ),
        (
            "UTM39WGS84Quad",
            18,
            2_129.155_765_540_42,
            0.596_163_614_351_318,
            [-9_501_965.729_312_76, 20_003_931.458_625_5],
            [131_072, 262_144],
        ),
    ] {
        let set = get(&format!("/tileMatrixSets/{id}")).await.json();
        let matrices = set["tileMatrices"].as_array().unwrap();
        let name = zoom.to_string();
        let matrix = matrices.iter().find(|m| m["id"] == name.as_str()).unwrap();
        let near = |member: &serde_json::Value, wanted: f64| {
            let own = member.as_f64().unwrap();
            assert!((own / wanted - 1.0).abs() < 1e-9, "{id}: {own} {wanted}");
        };
        near(&matrix["scaleDenominator"], scale);
        near(&matrix["cellSize"], cell);
        near(&matrix["pointOfOrigin"][0], origin[0]);
        near(&matrix["pointOfOrigin"][1], origin[1]);
        assert_eq!(matrix["matrixWidth"], size[0], "{id}");
        assert_eq!(matrix["matrixHeight"], size[1], "{id}");
    }
}

/// Tiles of each set, side by side, are the map of their box: byte for byte where that is a map of
/// one tile, pixel for pixel of four.
#[tokio::test]
async fn tiles_of_each_set_are_one_map() {
    for (set, crs, [zoom, row, column]) in [
        ("WorldCRS84Quad", "CRS84", [8, 71, 322]),
        ("WorldCRS84Quad", "CRS84", [2, 0, 2]),
        ("WorldMercatorWGS84Quad", "EPSG:3395", [9, 194, 322]),
        ("UTM38WGS84Quad", "EPSG:32638", [9, 200, 130]),
        ("UTM39WGS84Quad", "EPSG:32639", [9, 200, 122]),
    ] {
        let about = get(&format!("/tileMatrixSets/{set}")).await.json();
        let matrices = about["tileMatrices"].as_array().unwrap();
        let name = zoom.to_string();
        let matrix = matrices.iter().find(|m| m["id"] == name.as_str()).unwrap();
        let number = |member: &Json| member.as_f64().unwrap();
        let side = number(&matrix["cellSize"]) * 256.0;
        let (x, y) = (number(&matrix["pointOfOrigin"][0]), number(&matrix["pointOfOrigin"][1]));
        let (west, north) = (x + side * f64::from(column), y - side * f64::from(row));
        let crs = if crs == "CRS84" { "[OGC:CRS84]".to_string() } else { format!("[{crs}]") };
        let map = |sides: f64| {
            let (east, south, px) = (west + side * sides, north - side * sides, 256.0 * sides);
            format!(
                "/map?crs={crs}&bbox-crs={crs}&bbox={west},{south},{east},{north}&width={px}\
                 &height={px}&datetime=2020-11-25&f=png"
            )
        };
        let tile = |right: i32, down: i32| {
            let place = format!("{zoom}/{}/{}", row + down, column + right);
            format!("/map/tiles/{set}/{place}?datetime=2020-11-25&f=png")
        };
        let one = get(&tile(0, 0)).await;
        assert_eq!(one.status, StatusCode::OK, "{set}: {}", String::from_utf8_lossy(&one.body));
        assert!(one.body == get(&map(1.0)).await.body, "{set}");
        let image = |body: &[u8]| image::load_from_memory(body).unwrap().to_rgba8();
        let whole = image(&get(&map(2.0)).await.body);
        for (right, down) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let part = image(&get(&tile(right, down)).await.body);
            let (left, top) = (right as u32 * 256, down as u32 * 256);
            let own = image::imageops::crop_imm(&whole, left, top, 256, 256).to_image();
            assert!(own == part, "{set} {right} {down}");
        }
    }
    // Near a pole nothing is drawn, which is told.
    let told = get("/map/tiles/WorldCRS84Quad/0/0/0").await;
    assert!(told.header("contactline-warning").contains("85.05"), "{:?}", told.headers);
}

#[tokio::test]
async fn the_tile_matrices_are_halved_from_zoom_to_zoom() {
    let set = get("/tileMatrixSets/WebMercatorQuad").await.json();
    let matrices = set["tileMatrices"].as_array().unwrap();
    assert_eq!(matrices.len(), 23);
    for (z, matrix) in matrices.iter().enumerate() {
        let number = |name: &str| matrix[name].as_f64().unwrap();
        assert_eq!(number("matrixWidth"), 2_f64.powi(z as i32));
        // As many cells as the world is wide (EPSG:3857, m), at 0.28 mm each.
        let width = number("cellSize") * number("tileWidth") * number("matrixWidth");
        assert!((width - 40_075_016.685_578).abs() < 1e-5, "{width}");
        assert!((number("scaleDenominator") * 0.28e-3 / number("cellSize") - 1.0).abs() < 1e-9);
    }
}

/// /conf/core/tc-success, /conf/collections-selection/collections, /conf/datetime: the tiles are
/// those of the other doors, with rows before columns, and say which time they are of.
#[tokio::test]
async fn tiles_are_those_of_the_other_doors() {
    for (theirs, ours, time) in [
        ("/collections/control/tiles/WebMercatorQuad/8/97/161", "/data/control/8/161/97.pbf", ""),
        (
            "/tiles/WebMercatorQuad/8/97/161?collections=districts,control&datetime=2020-11-25",
            "/data/districts,control/8/161/97.pbf?datetime=2020-11-25",
            "2020-11-25",
        ),
        ("/map/tiles/WebMercatorQuad/8/97/161", "/styles/conflict/8/161/97.png", "2025-08-08"),
        (
            "/styles/conflict/map/tiles/WebMercatorQuad/8/97/161?f=webp&datetime=2020-11-25T10:00:00Z&lang=hy",
            "/styles/conflict/8/161/97.webp?date=2020-11-25&lang=hy",
            "2020-11-25T10:00:00Z",
        ),
        (
            "/collections/control/map/tiles/WebMercatorQuad/9/194/322?datetime=2020-11-25&f=png",
            "/collections/control/map?crs=[EPSG:3857]&bbox-crs=[EPSG:3857]&width=256&datetime=2020-11-25\
             &bbox=5165920.119625352,4774562.534805075,5244191.636589374,4852834.051769096&f=png",
            "2020-11-25",
        ),
        (
            "/map/tiles/WebMercatorQuad/8/97/161?datetime=../2001-01-01",
            "/styles/conflict/8/161/97.png?date=2001-01-01",
            "2001-01-01",
        ),
        (
            "/map/tiles/WebMercatorQuad/8/97/161?subset=time(%222020-11-25%22)",
            "/styles/conflict/8/161/97.png?date=2020-11-25",
            "2020-11-25",
        ),
        // Without an end it is the last day on which the map changes.
        (
            "/map/tiles/WebMercatorQuad/8/97/161?datetime=2020-12-15/..",
            "/styles/conflict/8/161/97.png",
            "2025-08-08",
        ),
    ] {
        let (theirs_, ours_) = (get(theirs).await, get(ours).await);
        assert_eq!((theirs_.status, ours_.status), (StatusCode::OK, StatusCode::OK), "{theirs}");
        assert!(theirs_.body == ours_.body, "{theirs}");
        assert_eq!(theirs_.header("content-datetime"), time, "{theirs}");
    }
    let all = get("/tiles/WebMercatorQuad/8/97/161").await.body;
    assert!(all.len() > get("/data/districts,control/8/161/97.pbf").await.body.len());
    let jpeg = get_as("/map/tiles/WebMercatorQuad/8/97/161", "image/jpeg").await;
    assert_eq!(jpeg.header(header::CONTENT_TYPE), "image/jpeg");
}

/// /conf/core/tc-error: 404 where there is no such tile, 400 where parameters are wrong.
#[tokio::test]
async fn what_is_asked_for_wrongly_is_told() {
    for (path, status, words) in [
        ("/tileMatrixSets/Other", 404, "there is WebMercatorQuad, WorldCRS84Quad"),
        ("/tiles/Other", 404, "here; there is WebMercatorQuad"),
        ("/tiles/WorldCRS84Quad", 404, "here; there is WebMercatorQuad"),
        ("/tiles/WorldCRS84Quad/1/0/0", 404, "here; there is WebMercatorQuad"),
        ("/map/tiles/WorldCRS84Quad/1/2/0", 404, "there is no tile row 2"),
        ("/map/tiles/WorldCRS84Quad/1/0/4", 404, "there is no tile column 4"),
        ("/map/tiles/WorldCRS84Quad/22/0/0", 404, "WorldCRS84Quad has 0 to 21"),
        ("/map/tiles/UTM39WGS84Quad/0/0/0", 404, "UTM39WGS84Quad has 1 to 22"),
        ("/map/tiles/UTM39WGS84Quad/1/0/0?nothing=1", 400, "nothing"),
        ("/map/tiles/UTM39WGS84Quad/1/0/0?palette=1&f=webp", 400, "palette"),
        ("/collections/none/tiles", 404, "none"),
        ("/collections/none/tiles/WebMercatorQuad/1/0/0", 404, "none"),
        ("/collections/none/map/tiles", 404, "none"),
        ("/collections/none/map/tiles/WebMercatorQuad/1/0/0", 404, "none"),
        ("/styles/none/map/tiles", 404, "there is no style 'none'"),
        ("/styles/none/map/tiles/WebMercatorQuad/1/0/0", 404, "there is no style 'none'"),
        ("/map/tiles/WebMercatorQuad/1/2/0", 404, "0 to 1"),
        ("/map/tiles/WebMercatorQuad/23/0/0", 404, "WebMercatorQuad has 0 to 22"),
        ("/map/tiles/WebMercatorQuad/1/a/0", 404, "there is no tile 1/a/0"),
        ("/map/tiles/WebMercatorQuad/1/0/0?f=gif", 400, "png, webp or jpeg"),
        ("/map/tiles/WebMercatorQuad/1/0/0?datetime=soon", 400, "datetime"),
        ("/map/tiles/WebMercatorQuad/1/0/0?subset=time(soon)", 400, "datetime"),
        ("/map/tiles/WebMercatorQuad/1/0/0?subset=time(2020&datetime=2020", 400, "subset"),
        (
            "/map/tiles/WebMercatorQuad/1/0/0?datetime=2020-01-01&subset=time(%222020-01-01%22)",
            400,
            "twice",
        ),
        ("/map/tiles/WebMercatorQuad/1/0/0?subset=Lat(39:40)", 400, "subset"),
        ("/map/tiles/WebMercatorQuad/1/0/0?datetime=2020-01-01&date=2020-01-01", 400, "twice"),
        ("/map/tiles/WebMercatorQuad/1/0/0?nothing=1", 400, "nothing"),
        ("/tiles/WebMercatorQuad/1/0/0?collections=none", 404, "there is no collection 'none'"),
        ("/tiles/WebMercatorQuad/1/0/0?f=png", 400, "f: mvt"),
        ("/tiles?nothing=1", 400, "unknown parameter"),
        ("/tileMatrixSets?f=xml", 400, "xml"),
        ("/tileMatrixSets/WebMercatorQuad?nothing=1", 400, "unknown parameter"),
        ("/tileMatrixSets/webmercatorquad", 404, "there is WebMercatorQuad"),
        ("/tiles?f=png", 400, "png"),
        ("/tiles/WebMercatorQuad?datetime=2020-01-01", 400, "unknown parameter"),
        ("/tiles/WebMercatorQuad/0/0/1", 404, "0 to 0"),
        ("/tiles/WebMercatorQuad/0/1/0", 404, "0 to 0"),
        ("/tiles/WebMercatorQuad/-1/0/0", 404, "there is no tile -1/0/0"),
        ("/tiles/WebMercatorQuad/1.0/0/0", 404, "there is no tile 1.0/0/0"),
        ("/tiles/WebMercatorQuad/99999999999/0/0", 404, "there is no tile"),
        ("/tiles/WebMercatorQuad/5/4294967296/0", 404, "there is no tile"),
        ("/tiles/Other/1/0/0", 404, "there is WebMercatorQuad"),
        ("/tiles/WebMercatorQuad/1/0/0?collections=", 404, "there is no collection"),
        ("/tiles/WebMercatorQuad/1/0/0?collections=control,control", 400, "named twice"),
        ("/tiles/WebMercatorQuad/1/0/0?collections=control,none", 404, "none"),
        ("/tiles/WebMercatorQuad/1/0/0?datetime=2020-13-01", 400, "datetime"),
        ("/tiles/WebMercatorQuad/1/0/0?datetime=2021-01-01/2020-01-01", 400, "datetime"),
        ("/tiles/WebMercatorQuad/1/0/0?filter=%28", 400, "filter"),
        ("/collections/control/tiles/WebMercatorQuad/1/0/0?filter=none%3D1", 400, "none"),
        ("/collections/control/tiles/WebMercatorQuad/1/0/0?collections=control", 400, "unknown"),
        ("/collections/control/tiles/Other", 404, "there is WebMercatorQuad"),
        ("/map/tiles/WebMercatorQuad/1/0/0?lang=xx", 400, "lang"),
        ("/map/tiles/WebMercatorQuad/1/0/0?date=soon", 400, "date"),
        ("/map/tiles/WebMercatorQuad/1/0/0?f=", 400, "png, webp or jpeg"),
    ] {
        let answer = get(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json", "{path}");
        let told = answer.json()["detail"].as_str().unwrap().to_string();
        assert!(told.contains(words), "{path}: {told}");
    }
}
