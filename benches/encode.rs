//! How long a tile's PNG takes to be written. `cargo bench --bench encode`.

use std::hint::black_box;

use contactline::encode::{Pixels, PngFacts, png};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const SIDE: u32 = 256;

/// Areas with soft edges, as wide as so many px, that are seen through unless they are opaque.
fn areas(width: f64, opaque: bool) -> Vec<u8> {
    let pixel = |x: u32, y: u32| {
        let (x, y) = (f64::from(x), f64::from(y));
        let edge = (x + width * (y / width).sin()) % width - width / 2.0;
        let cover = (0.5 - edge).clamp(0.0, 1.0);
        let under = if opaque { [190.0, 207.0, 219.0, 255.0] } else { [0.0; 4] };
        let over = [120.0, 90.0 + (y / 64.0).floor() * 20.0, 60.0, 180.0];
        let color: [f64; 4] =
            std::array::from_fn(|i| over[i] * cover + under[i] * (1.0 - over[3] / 255.0 * cover));
        color.map(|c| c.round() as u8)
    };
    (0..SIDE).flat_map(|y| (0..SIDE).flat_map(move |x| pixel(x, y))).collect()
}

fn write(c: &mut Criterion) {
    let mut group = c.benchmark_group("write a PNG of 256 px");
    group.throughput(Throughput::Elements(u64::from(SIDE * SIDE)));
    for (name, pixels) in [
        ("empty", vec![0; (SIDE * SIDE * 4) as usize]),
        ("few areas", areas(90.0, false)),
        ("many areas", areas(20.0, false)),
        ("many areas, opaque", areas(20.0, true)),
    ] {
        let pixels = Pixels { premultiplied: &pixels, width_px: SIDE, height_px: SIDE };
        group.bench_function(name, |b| b.iter(|| png(black_box(pixels), &PngFacts::default())));
    }
    group.finish();
}

criterion_group!(benches, write);
criterion_main!(benches);
