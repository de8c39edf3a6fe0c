//! Tiles with 50,000 labels to choose from: how long each takes the first time and once the answers
//! are known, and what memory the answers hold. `cargo bench --bench labels`.

#[path = "../tests/random/mod.rs"]
mod random;

use std::time::{Duration, Instant};

use contactline::atlas::{self, Frame, Options};
use contactline::geo::{TileId, World};
use random::Random;
use serde_json::{Value, json};

const LABELS: usize = 50_000;
const ZOOM: u8 = 11;
/// Tiles to a side of the square that holds all the labels.
const SIDE: u32 = 32;

fn main() {
    let mut random = Random(3);
    let words = [
        "Şuşa",
        "Ստեփանակերտ",
        "შუშა",
        "شوشا",
        "Степанакерт",
        "Kalbajar",
        "Lachin",
        "Agdam",
        "Fizuli",
        "Martuni",
    ];
    let home = TileId::containing(World::from_degrees(46.7, 39.7), ZOOM).expect("a tile");
    let tiles = f64::from(1u32 << ZOOM);
    let features: Vec<Value> = (0..LABELS)
        .map(|i| {
            let at = |tile: u32, unit: f64| (f64::from(tile) + unit * f64::from(SIDE)) / tiles;
            let (lon, lat) = World { x: at(home.x(), random.unit()), y: at(home.y(), random.unit()) }.to_degrees();
            let name = format!("{} {i}", words[(random.unit() * 10.0) as usize]);
            json!({"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Point", "coordinates": [lon, lat]}})
        })
        .collect();
    let style = json!({"version": 8,
        "sources": {"s": {"type": "geojson", "data": {"type": "FeatureCollection", "features": features}}},
        "layers": [{"id": "names", "type": "symbol", "source": "s",
            "layout": {"text-field": ["get", "name"], "text-font": ["Noto Sans Regular"], "text-size": 12},
            "paint": {"text-halo-color": "#fff", "text-halo-width": 1.2}}]});
    let path = std::env::temp_dir().join("contactline-labels-bench.json");
    std::fs::write(&path, style.to_string()).expect("a place for the style");
    let map = atlas::load(&Options { styles: vec![path], ..Options::default() })
        .value
        .expect("the bench's own style");
    let state =
        map.style("contactline-labels-bench").expect("the style").state([]).expect("no settings");
    let tiles: Vec<TileId> = (0..SIDE * SIDE)
        .map(|_| {
            let at = |from: u32, unit: f64| from + (unit * f64::from(SIDE)) as u32;
            TileId::new(u32::from(ZOOM), at(home.x(), random.unit()), at(home.y(), random.unit()))
                .expect("a tile")
        })
        .collect();
    let before = resident();
    for round in ["first", "again"] {
        let mut times: Vec<Duration> = Vec::with_capacity(tiles.len());
        let started = Instant::now();
        for tile in &tiles {
            let one = Instant::now();
            let frame = Frame::tile(*tile, 512, 1);
            map.png("contactline-labels-bench", &state, &frame).expect("a picture");
            times.push(one.elapsed());
        }
        let rate = tiles.len() as f64 / started.elapsed().as_secs_f64();
        times.sort();
        let at =
            |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        println!(
            "{round}: {} tiles of 512 px, one thread: {rate:.0} tiles/s, p50 {:.2} ms, p99 {:.2} \
             ms, longest {:.2} ms",
            tiles.len(),
            at(0.5),
            at(0.99),
            at(1.0)
        );
    }
    let held = resident().saturating_sub(before);
    println!(
        "held for {LABELS} labels: {:.1} MB, {:.2} kB a label",
        held as f64 / 1e6,
        held as f64 / LABELS as f64 / 1e3
    );
}

/// Bytes of memory in use, where the system tells.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    pages.and_then(|s| s.split(' ').nth(1)?.parse::<usize>().ok()).map_or(0, |pages| pages * 4096)
}
