//! The seam theorem for labels: no label is cut, doubled or lost where tiles meet. `AREAS` sets how
//! many random areas are compared.

mod mosaic;
mod random;

use std::fs;
use std::path::PathBuf;

use contactline::atlas::{self, Frame, Map, Options, Size};
use contactline::geo::{LonLat, World};
use contactline::label::{
    Area, Board, Bound, Candidate, Overlap, Rank, Supplied, Supply, Text, Try, Yields,
};
use mosaic::{differences, pixels};
use random::Random;
use serde_json::{Value as Json, json};

/// Loads a style from a folder of its own.
fn load(name: &str, style: &Json) -> Map {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(folder.join("images")).unwrap();
    let dot = "<svg xmlns='http://www.w3.org/2000/svg' width='14' height='10'><ellipse cx='7' \
        cy='5' rx='7' ry='5' fill='#b22'/></svg>";
    fs::write(folder.join("images/dot.svg"), dot).unwrap();
    let path = folder.join("labels.json");
    fs::write(&path, style.to_string()).unwrap();
    let loaded = atlas::load(&Options { styles: vec![path], ..Options::default() });
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    loaded.value.unwrap()
}

/// Names in several scripts, from a letter to a sentence.
fn name(random: &mut Random) -> String {
    const WORDS: [&str; 14] = [
        "Şuşa",
        "Ստեփանակերտ",
        "შუშა",
        "شوشا",
        "Степанакерт",
        "Kəlbəcər",
        "Lachin",
        "۱۹۹۲",
        "Ağdam",
        "Մարտունի",
        "of",
        "the",
        "Nagorno-Karabakh",
        "Խանքենդի",
    ];
    let count = random.magnitude(1.0, 12.0) as usize;
    let words: Vec<&str> =
        (0..count).map(|_| WORDS[random.whole(0, WORDS.len() as u32 - 1) as usize]).collect();
    words.join(" ")
}

fn point(random: &mut Random, z: u8, spread_px: f64) -> World {
    let world_px = 512.0 * f64::from(z).exp2();
    let center = World::from_degrees(46.7, 39.7);
    let mut off = || random.range(-spread_px, spread_px) / world_px;
    World { x: center.x + off(), y: center.y + off() }
}

fn degrees(at: World) -> [f64; 2] {
    let (lon, lat) = at.to_degrees();
    [lon, lat]
}

/// Compares random areas within `spread_px` of the middle; the number of pixels that differ.
fn compare(map: &Map, random: &mut Random, z: u8, spread_px: f64, areas: usize) -> usize {
    let mut wrong = 0;
    for i in 0..areas {
        let at = point(random, z, spread_px);
        let ratio = 1 + i as u32 % 3;
        let size = if random.unit() < 0.3 { 512 } else { 256 };
        let zoom = if size == 512 { z } else { z + 1 };
        wrong += differences(map, "labels", at, zoom, size, ratio, &[]);
    }
    wrong
}

/// How many pixels of a picture are unlike the same picture by another map: where two maps differ
/// by their labels only, what the labels paint.
fn painted(
    maps: [&Map; 2],
    style: &str,
    at: World,
    zoom: f64,
    state: [&[(&str, &str)]; 2],
) -> usize {
    let (lon, lat) = at.to_degrees();
    let size = Size::new(1024, 1024, 1, u64::MAX).unwrap();
    let frame = Frame::centered(LonLat::new(lon, lat).unwrap(), zoom, size).unwrap();
    let [one, other] = [0, 1].map(|i| {
        let state = maps[i].style(style).unwrap().state(state[i].iter().copied()).unwrap();
        pixels(&maps[i].png(style, &state, &frame).unwrap())
    });
    one.pixels().zip(other.pixels()).filter(|(a, b)| a != b).count()
}

/// Makes sure that a stress map shows labels: against the same style without them, a twentieth of
/// the picture differs.
fn assert_labels(map: &Map, name: &str, style: &Json, zoom: f64) {
    let mut bare = style.clone();
    bare["layers"].as_array_mut().unwrap().retain(|l| l["type"] != "symbol");
    let bare = load(name, &bare);
    let painted =
        painted([map, &bare], "labels", World::from_degrees(46.7, 39.7), zoom, [&[], &[]]);
    assert!(painted > 50_000, "labels paint only {painted} of 1,048,576 px");
}

fn areas(default: usize) -> usize {
    std::env::var("AREAS").ok().and_then(|n| n.parse().ok()).unwrap_or(default)
}

#[test]
fn no_point_label_of_50_000_is_cut() {
    let mut random = Random(50_000);
    let anchors = ["top", "left", "bottom-right", "center"];
    let z = 10;
    let features: Vec<Json> = (0..50_000)
        .map(|_| {
            let at = degrees(point(&mut random, z, 8_000.0));
            let properties = json!({
                "name": name(&mut random), "size": random.magnitude(6.0, 40.0), "key": random.whole(0, 5),
                "rotate": if random.unit() < 0.2 { random.range(0.0, 360.0) } else { 0.0 }, "kind": random.whole(0, 9),
                "anchor": anchors[random.whole(0, 3) as usize],
            });
            json!({"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": at}})
        })
        .collect();
    let layer = |id: &str, kinds: Json, layout: Json| {
        let mut all = json!({"text-field": ["get", "name"], "text-size": ["get", "size"], "text-font": ["Noto Sans Regular"],
            "text-rotate": ["get", "rotate"], "symbol-sort-key": ["get", "key"]});
        all.as_object_mut().unwrap().extend(layout.as_object().unwrap().clone());
        json!({"id": id, "type": "symbol", "source": "s", "filter": ["in", ["get", "kind"], ["literal", kinds]], "layout": all,
            "paint": {"text-halo-color": "#fff", "text-halo-width": 1.6, "text-color": ["case", [">", ["get", "key"], 2], "#225", "rgba(160,30,30,0.6)"]}})
    };
    let style = json!({"version": 8, "sprite": "images",
    "sources": {"s": {"type": "geojson", "data": {"type": "FeatureCollection", "features": features}}},
    "layers": [
        {"id": "paper", "type": "background", "paint": {"background-color": "#f4f1ea"}},
        layer("over", json!([0]), json!({"text-overlap": "always", "text-ignore-placement": true, "text-size": 9})),
        layer("plain", json!([1, 2, 3]), json!({"text-anchor": ["get", "anchor"], "text-offset": [0.5, 1.0]})),
        layer("icons", json!([4, 5]), json!({"icon-image": "dot", "text-optional": true, "text-variable-anchor": ["left", "right", "top", "bottom"],
            "text-radial-offset": 0.8, "text-justify": "auto"})),
        layer("fitted", json!([6]), json!({"icon-image": "dot", "icon-text-fit": "both", "icon-text-fit-padding": [4, 8, 4, 8], "text-max-width": 8})),
        layer("spaced", json!([7, 8, 9]), json!({"text-letter-spacing": 0.3, "text-transform": "uppercase"})),
    ]});
    let map = load("point-labels", &style);
    assert_labels(&map, "no-point-labels", &style, f64::from(z));
    assert_eq!(compare(&map, &mut random, z, 6_000.0, areas(6)), 0);
}

#[test]
fn no_label_of_5_000_lines_is_cut() {
    let mut random = Random(5_000);
    let z = 9;
    let features: Vec<Json> = (0..5_000)
        .map(|_| {
            let start = point(&mut random, z, 6_000.0);
            let world_px = 512.0 * f64::from(z).exp2();
            let (mut at, mut heading) = (start, random.range(0.0, 6.3));
            let step = random.magnitude(4.0, 300.0) / world_px;
            let line: Vec<[f64; 2]> = (0..random.whole(2, 60))
                .map(|_| {
                    heading += random.range(-0.5, 0.5);
                    at = World { x: at.x + heading.cos() * step, y: at.y + heading.sin() * step };
                    degrees(at)
                })
                .collect();
            json!({"type": "Feature", "properties": {"name": name(&mut random), "kind": random.whole(0, 3)},
                "geometry": {"type": "LineString", "coordinates": line}})
        })
        .collect();
    let layer = |id: &str, kind: u32, layout: Json| {
        let mut all = json!({"text-field": ["get", "name"], "text-size": 13, "text-font": ["Noto Sans Medium"], "symbol-placement": "line"});
        all.as_object_mut().unwrap().extend(layout.as_object().unwrap().clone());
        json!({"id": id, "type": "symbol", "source": "s", "filter": ["==", ["get", "kind"], kind], "layout": all,
            "paint": {"text-halo-color": "#fff", "text-halo-width": 1.2, "text-halo-blur": 0.5}})
    };
    let style = json!({"version": 8, "sprite": "images",
    "sources": {"s": {"type": "geojson", "data": {"type": "FeatureCollection", "features": features}}},
    "layers": [
        {"id": "lines", "type": "line", "source": "s", "paint": {"line-color": "#9ab", "line-width": 1.5}},
        layer("along", 0, json!({"symbol-spacing": 180})),
        layer("beside", 1, json!({"text-offset": [0.0, -1.0], "symbol-spacing": 120, "text-max-angle": 80})),
        layer("level", 2, json!({"text-rotation-alignment": "viewport", "icon-image": "dot", "icon-rotation-alignment": "map"})),
        layer("middle", 3, json!({"symbol-placement": "line-center", "text-letter-spacing": 0.2})),
    ]});
    let map = load("line-labels", &style);
    assert_labels(&map, "no-line-labels", &style, f64::from(z));
    assert_eq!(compare(&map, &mut random, z, 4_000.0, areas(9)), 0);
}

#[test]
fn no_label_of_the_conflict_map_is_cut() {
    let map = atlas::load(&Options::default()).value.unwrap();
    let mut random = Random(300);
    let center = World::from_degrees(46.7, 39.7);
    for (zoom, other) in [(5.0, "hy"), (8.0, "fa"), (11.0, "ka")] {
        let labelled = painted(
            [&map, &map],
            "conflict",
            center,
            zoom,
            [&[("lang", "en")], &[("lang", other)]],
        );
        assert!(labelled > 2_000, "zoom {zoom}: only {labelled} px differ from English to {other}");
    }
    let dates = [
        "1990-01-01",
        "2019-05-01",
        "2020-10-10",
        "2020-11-12",
        "2020-11-26",
        "2022-09-01",
        "2026-01-01",
    ];
    for i in 0..areas(24) {
        let at = World::from_degrees(random.range(44.5, 48.5), random.range(38.6, 41.0));
        // A tile of 256 px at zoom 5 is style zoom 4.
        let size = if random.unit() < 0.25 { 512 } else { 256 };
        let zoom = random.whole(4, 15) as u8 + u8::from(size == 256);
        let ratio = random.whole(1, 3);
        let date = dates[random.whole(0, 6) as usize];
        let lang = ["en", "az", "hy", "ru", "ka", "fa", "local"][random.whole(0, 6) as usize];
        let view = ["neutral", "AZ", "AM"][random.whole(0, 2) as usize];
        let settings = [("date", date), ("lang", lang), ("worldview", view)];
        let wrong = differences(&map, "conflict", at, zoom, size, ratio, &settings);
        assert_eq!(
            wrong,
            0,
            "area {i}: {:?} zoom {zoom} {size} px @{ratio}x {settings:?}",
            degrees(at)
        );
    }
}

#[test]
fn labels_around_the_world_are_the_same_in_each_of_its_copies() {
    let mut random = Random(180);
    let feature = |name: &str, at: [f64; 2]| json!({"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Point", "coordinates": at}});
    // Each of nine overlaps the next at zoom 0, all the way round: whether the first is shown must
    // not hang on the last.
    let mut features: Vec<Json> =
        (0..9).map(|i| feature("MMMMMMMM", [f64::from(i) * 40.0 - 180.0, 55.0])).collect();
    features.extend((0..400).map(|_| {
        let at = [random.range(-180.0, 180.0), random.range(-30.0, 30.0)];
        feature(&name(&mut random), at)
    }));
    let layout = json!({"text-field": ["get", "name"], "text-size": 12, "text-font": ["Noto Sans Regular"], "text-max-width": 1000});
    let map = load(
        "round-the-world",
        &json!({"version": 8,
        "sources": {"s": {"type": "geojson", "data": {"type": "FeatureCollection", "features": features}}},
        "layers": [
            {"id": "paper", "type": "background", "paint": {"background-color": "#fff"}},
            {"id": "names", "type": "symbol", "source": "s", "layout": layout}
        ]}),
    );
    let state = map.style("labels").unwrap().state([]).unwrap();
    for (zoom, lon, bearing) in
        [(0.0, 0.0, 0.0), (0.0, 137.0, 0.0), (1.0, 180.0, 0.0), (0.0, -90.0, 90.0)]
    {
        let world = 512 << zoom as u32;
        let long = 4 * world;
        let size = if bearing == 0.0 {
            Size::new(long, 300, 1, u64::MAX)
        } else {
            Size::new(300, long, 1, u64::MAX)
        };
        let frame =
            Frame::viewport(LonLat::new(lon, 0.0).unwrap(), zoom, bearing, size.unwrap()).unwrap();
        let png = map.png("labels", &state, &frame).unwrap();
        let picture = pixels(&png);
        let (dx, dy) = if bearing == 0.0 { (world, 0) } else { (0, world) };
        let inked = picture.pixels().filter(|p| p[0] < 128).count();
        assert!(inked > 1_000, "zoom {zoom}: only {inked} px of ink");
        let wrong = picture.enumerate_pixels().filter(|(x, y, p)| {
            x + dx < picture.width()
                && y + dy < picture.height()
                && picture.get_pixel(x + dx, y + dy) != *p
        });
        assert_eq!(wrong.count(), 0, "zoom {zoom} around {lon}");
    }
}

/// Boxes of labels; a board is given those within `limit`, as a tile server gives a tile those near
/// it.
struct Boxes {
    all: Vec<Area>,
    limit: Area,
    given: Vec<bool>,
}

impl Boxes {
    fn near(all: &[Area], limit: Area) -> Self {
        Self { all: all.to_vec(), limit, given: vec![false; all.len()] }
    }
}

impl Supply<usize> for Boxes {
    fn candidates(&mut self, area: &Area, _: usize) -> Supplied<usize> {
        let mut out = Vec::new();
        for (i, label) in self.all.iter().enumerate() {
            let middle = [0, 1].map(|k| (label.min[k] + label.max[k]) / 2.0);
            let at = Area { min: middle, max: middle };
            if at.meets(area)
                && at.meets(&self.limit)
                && !std::mem::replace(&mut self.given[i], true)
            {
                let tries = vec![Try {
                    bounds: vec![Bound::Box(*label)],
                    strict: false,
                    around: Vec::new(),
                    padding: 0.0,
                }];
                out.push(Candidate {
                    rank: Rank { layer: 0, key: 0, tile: 0, part: i as u32, nth: 0 },
                    copy: 0,
                    at: middle,
                    text: Some(Text {
                        tries,
                        overlap: Overlap::Never,
                        blocks: true,
                        optional: false,
                    }),
                    icon: None,
                    repeat: None,
                    yields: Yields::default(),
                    ink: *label,
                    payload: i,
                });
            }
        }
        out.into()
    }
}

/// How many labels are shown by one tile and not by another that they reach into, where each tile
/// of 256 px knows the labels within `margin` px of it.
fn cut(all: &[Area], tiles: usize, margin: f64) -> usize {
    let mut shown_by: Vec<Vec<bool>> = Vec::new();
    let tile = |i: usize| {
        let min = [(i % tiles) as f64 * 256.0, (i / tiles) as f64 * 256.0];
        Area { min, max: min.map(|v| v + 256.0) }
    };
    for i in 0..tiles * tiles {
        let mut shown = vec![false; all.len()];
        let mut supply = Boxes::near(all, tile(i).grown(margin));
        for (candidate, _) in Board::default().shown(&tile(i), &mut supply) {
            shown[candidate.payload] = true;
        }
        shown_by.push(shown);
    }
    let differs = |(label, area): (usize, &Area)| {
        let reached: Vec<usize> = (0..tiles * tiles).filter(|i| tile(*i).meets(area)).collect();
        reached.iter().any(|i| shown_by[*i][label]) && reached.iter().any(|i| !shown_by[*i][label])
    };
    all.iter().enumerate().filter(|l| differs(*l)).count()
}

#[test]
fn placement_by_tile_cuts_labels_and_ours_none() {
    let mut random = Random(21);
    let tiles = 8;
    let all: Vec<Area> = (0..6_000)
        .map(|_| {
            let min = [random.range(-100.0, 2_100.0), random.range(-20.0, 2_060.0)];
            Area { min, max: [min[0] + random.magnitude(20.0, 220.0), min[1] + 16.0] }
        })
        .collect();
    let by_margin = [0.0, 64.0, 128.0, 256.0].map(|margin| (margin, cut(&all, tiles, margin)));
    let ours = cut(&all, tiles, f64::INFINITY);
    println!(
        "of 6,000 labels on {} tiles, cut at a seam: by tiles that know (margin px, labels) \
         {by_margin:?}; by ours {ours}",
        tiles * tiles
    );
    assert_eq!(ours, 0);
    assert!(by_margin.iter().take(3).all(|(_, cut)| *cut > 0), "{by_margin:?}");
}
