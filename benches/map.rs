//! How long the main jobs take: loading data, asking the index, drawing tiles. `cargo bench`.

#[path = "../tests/random/mod.rs"]
mod random;

use std::hint::black_box;
use std::time::{Duration, Instant};

use contactline::ask::Question;
use contactline::atlas::{self, Frame, Options};
use contactline::feature::{Collection, Feature, Timing, Validity};
use contactline::geo::{Effort, LonLat, TileId, World, WorldBox};
use contactline::index::Index;
use contactline::sheet::{Output, Picture, Stage};
use contactline::source;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use random::Random;

/// `count` polygons of 20 corners, about 2 km large, over the map's area, as GeoJSON text.
fn geojson(count: usize) -> String {
    let mut random = Random(5);
    let mut text = String::from("{\"type\":\"FeatureCollection\",\"features\":[");
    for i in 0..count {
        let (lon, lat) = (43.0 + 8.0 * random.unit(), 38.0 + 5.0 * random.unit());
        let corner = |k: usize| {
            let angle = std::f64::consts::TAU * (k % 20) as f64 / 20.0;
            format!("[{:.6},{:.6}]", lon + 0.01 * angle.cos(), lat + 0.01 * angle.sin())
        };
        let ring: Vec<String> = (0..=20).map(corner).collect();
        let comma = if i == 0 { "" } else { "," };
        text += &format!(
            "{comma}{{\"type\":\"Feature\",\"id\":{i},\"properties\":{{\"name\":\"feature \
             {i}\",\"rank\":{}}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[{}]]}}}}",
            i % 7,
            ring.join(",")
        );
    }
    text + "]}"
}

fn load(c: &mut Criterion) {
    let text = geojson(20_000);
    let mut group = c.benchmark_group("load");
    group.sample_size(10).throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("20,000 polygons: read and validate", |b| {
        b.iter(|| source::read("bench", "bench", text.as_bytes()).map(|c| c.value.features.len()))
    });
    let collection =
        source::read("bench", "bench", text.as_bytes()).expect("the bench's own data").value;
    group.bench_function("20,000 polygons: project and index", |b| {
        b.iter(|| Index::new(collection.clone()))
    });
    group.finish();
    c.bench_function("load the embedded map", |b| b.iter(|| atlas::load(&Options::default())));
}

fn ask(c: &mut Criterion) {
    let mut random = Random(9);
    let features = (0..200_000)
        .map(|_| Feature {
            id: None,
            properties: Default::default(),
            geometry: geo::Geometry::Point(
                (43.0 + 8.0 * random.unit(), 38.0 + 5.0 * random.unit()).into(),
            ),
            validity: Validity::default(),
        })
        .collect();
    let index = Index::new(Collection {
        name: "p".into(),
        title: "p".into(),
        gazetteer: false,
        backdrop: false,
        timing: Timing::Timeless,
        features,
    });
    let mut group = c.benchmark_group("ask 200,000 points");
    let here = LonLat::new(46.75, 39.76).expect("a position");
    group.bench_function("10 nearest", |b| {
        b.iter(|| index.near(black_box(here), 10, &Effort::default(), &|_| true))
    });
    let bounds = WorldBox::from_degrees([46.7, 39.7, 46.8, 39.8]);
    group.bench_function("box of 50", |b| b.iter(|| index.features_in(black_box(&bounds)).len()));
    group.finish();
    let map = atlas::load(&Options::default()).value.expect("the embedded map");
    let members =
        serde_json::json!({"at": [46.75, 39.76], "datetime": "2020-11-09", "skipGeometry": true});
    let question = Question::read(members.as_object().expect("an object"), &Effort::default())
        .expect("a question");
    c.bench_function("ask the map: what is at Shusha", |b| {
        b.iter(|| black_box(&question).ask(map.catalog(), &Effort::default()).expect("an answer"))
    });
}

fn draw(c: &mut Criterion) {
    let map = atlas::load(&Options::default()).value.expect("the embedded map");
    let styled = map.style("conflict").expect("the embedded style");
    let state = styled.state([("date", "2020-11-25")]).expect("a date");
    let mut group = c.benchmark_group("draw a tile of the conflict map");
    for z in [5, 7, 9, 11, 13] {
        let tile = TileId::containing(World::from_degrees(46.75, 39.76), z).expect("a tile");
        for ratio in [1, 2] {
            let frame = Frame::tile(tile, 256, ratio);
            let name = format!("zoom {z}, 256 px @{ratio}x");
            group.bench_function(BenchmarkId::from_parameter(name), |b| {
                b.iter(|| map.png("conflict", &state, &frame))
            });
        }
    }
    group.finish();
}

/// One stage of a tile at a time: composing, painting or writing it.
fn stages(c: &mut Criterion) {
    let map = atlas::load(&Options::default()).value.expect("the embedded map");
    let styled = map.style("conflict").expect("the embedded style");
    let state = styled.state([("date", "2020-11-25")]).expect("a date");
    let mut group = c.benchmark_group("a tile of the conflict map, stage by stage");
    for z in [7, 9, 12] {
        let tile = TileId::containing(World::from_degrees(46.75, 39.76), z).expect("a tile");
        let frame = Frame::tile(tile, 512, 2);
        let picture = Picture::plain("conflict".into(), state.clone(), frame, Output::PNG);
        for (name, stage) in
            [("compose", Stage::Composed), ("paint", Stage::Painted), ("encode", Stage::Encoded)]
        {
            let id = BenchmarkId::new(name, format!("zoom {z}, 512 px @2x"));
            group.bench_function(id, |b| {
                b.iter_custom(|times| {
                    let mut sum = Duration::ZERO;
                    for _ in 0..times {
                        let mut began = Instant::now();
                        let done = map.png_in_stages(&picture, |after| {
                            if after == stage {
                                sum += began.elapsed();
                            }
                            began = Instant::now();
                        });
                        black_box(done).expect("a tile");
                    }
                    sum
                })
            });
        }
    }
    group.finish();
}

criterion_group!(benches, load, ask, draw, stages);
criterion_main!(benches);
