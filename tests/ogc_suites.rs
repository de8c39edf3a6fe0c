//! Four more of OGC's suites, test by test, beside `ogc.rs`: the abstract tests of OGC API - Tiles
//! Part 1 (OGC 20-057, annex A), of OGC API - Maps Part 1 (20-058, annex A; the classes that are
//! declared) and of WMTS 1.0.0 (07-057r7, annex A, of servers), and of WMS 1.3.0 (06-042), whose
//! annex has no tests by requirement, those of the CITE team engine and its clauses.
//!
//! What a standard requires and the server does not do is printed as not met, and fails nothing.

mod app;
#[path = "suites_of_ogc/maps.rs"]
mod maps;
#[path = "suites_of_ogc/maps_by_place.rs"]
mod maps_by_place;
#[path = "suites_of_ogc/report.rs"]
mod report;
#[path = "suites_of_ogc/tiles.rs"]
mod tiles;
#[path = "suites_of_ogc/tiles_of_data.rs"]
mod tiles_of_data;
#[path = "suites_of_ogc/wms.rs"]
mod wms;
#[path = "suites_of_ogc/wms_layers.rs"]
mod wms_layers;
#[path = "suites_of_ogc/wms_maps.rs"]
mod wms_maps;
#[path = "suites_of_ogc/wmts.rs"]
mod wmts;
#[path = "suites_of_ogc/wmts_tiles.rs"]
mod wmts_tiles;

use report::Report;

#[tokio::test]
async fn the_abstract_tests_of_tiles_pass() {
    let mut report = Report::new("OGC API - Tiles Part 1", &tiles::TESTS);
    tiles::run(&mut report).await;
    tiles_of_data::run(&mut report).await;
    report.end(2);
}

#[tokio::test]
async fn the_abstract_tests_of_maps_pass() {
    let mut report = Report::new("OGC API - Maps Part 1", &maps::TESTS);
    maps::run(&mut report).await;
    maps_by_place::run(&mut report).await;
    report.end(21);
}

#[tokio::test]
async fn the_abstract_tests_of_wmts_pass() {
    let mut report = Report::new("WMTS 1.0.0", &wmts::TESTS);
    wmts::run(&mut report).await;
    wmts_tiles::run(&mut report).await;
    report.end(5);
}

#[tokio::test]
async fn the_tests_of_wms_pass() {
    let mut report = Report::new("WMS 1.3.0", &wms::TESTS);
    wms::run(&mut report).await;
    wms_layers::run(&mut report).await;
    wms_maps::run(&mut report).await;
    report.end(10);
}
