//! Moving pictures: a frame for each day, in which nothing moves but what changes.

mod app;
#[path = "app/drawing.rs"]
mod drawing;

use app::{get, get_as};
use contactline::geo::{Effort, Limits, Stop, Stopped};
use contactline::sheet::PictureError;
use drawing::{embedded, picture};
use image::{AnimationDecoder, RgbImage};
use serde_json::{Value as Json, json};

fn frames(spec: &Json) -> Vec<(String, RgbImage)> {
    let map = embedded();
    let picture = picture(map, "conflict", spec).unwrap();
    let mut out = Vec::new();
    let taken =
        map.frames(&picture, &Effort::unbounded(), |day, pixels| -> Result<(), PictureError> {
            let rgb =
                pixels.premultiplied.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
            out.push((
                day.to_string(),
                RgbImage::from_raw(pixels.width_px, pixels.height_px, rgb).unwrap(),
            ));
            Ok(())
        });
    taken.unwrap();
    out
}

/// The box around the pixels that differ: left, top, right, bottom.
fn changed(a: &RgbImage, b: &RgbImage) -> Option<[u32; 4]> {
    let differ = a.enumerate_pixels().filter(|(x, y, p)| b.get_pixel(*x, *y) != *p);
    differ
        .map(|(x, y, _)| [x, y, x, y])
        .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
}

#[test]
fn nothing_moves_but_what_changes() {
    let spec = json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 700, "height": 560, "title": "The war of 2020",
        "furniture": "title,date,legend,scale,sources,frame", "animate": {"from": "2020-09-26", "to": "2020-12-05"}});
    let frames = frames(&spec);
    let days: Vec<&str> = frames.iter().map(|(day, _)| day.as_str()).collect();
    assert_eq!(days.first(), Some(&"2020-09-26"));
    assert!(days.len() >= 6 && days.contains(&"2020-11-10"), "{days:?}");
    // Each frame by itself has another legend and other bands; all of them have one.
    for pair in frames.windows(2) {
        let [left, top, right, bottom] = changed(&pair[0].1, &pair[1].1).unwrap();
        // The date and the area of conflict: not the title above, nor the sources below, nor what
        // lies at the sides.
        let within = left > 40 && top > 30 && right < 500 && bottom < 480;
        assert!(within, "{} to {}: {left}, {top}, {right}, {bottom}", pair[0].0, pair[1].0);
    }
    // Far from the conflict every pixel is the same from the first frame to the last, with its
    // labels.
    let (first, last) = (&frames[0].1, &frames[frames.len() - 1].1);
    for x in 0..95 {
        for y in 60..480 {
            assert_eq!(first.get_pixel(x, y), last.get_pixel(x, y), "{x}, {y}");
        }
    }
}

#[test]
fn steps_are_days() {
    let spec = json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 60, "height": 50, "animate": {"from": "2020-11-01", "to": "2020-12-05", "step": 7}});
    let days: Vec<String> = frames(&spec).into_iter().map(|(day, _)| day).collect();
    assert_eq!(days, ["2020-11-01", "2020-11-08", "2020-11-15", "2020-11-22", "2020-11-29"]);
}

#[test]
fn drawing_is_given_up_in_time() {
    let map = embedded();
    for spec in [
        json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 3000, "height": 2000, "ratio": 4}),
        json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 300, "height": 200, "animate": {"from": "2020-01-01", "to": "2020-12-05", "step": 1}}),
    ] {
        let picture = picture(map, "conflict", &spec);
        let late = map.draw_within(
            &picture.unwrap(),
            &Effort::new(Limits::PICTURE, Stop::when(|| Some(Stopped::Late))),
        );
        assert!(matches!(late, Err(PictureError::Stopped(Stopped::Late))), "{spec}");
    }
}

/// Every painter is given up alike, for whatever reason.
#[test]
fn what_is_too_much_is_refused_in_every_format() {
    let map = embedded();
    for format in ["png", "webp", "jpg", "gif", "tif", "svg", "pdf"] {
        let spec = json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 600, "height": 500,
            "furniture": "all", "title": "T", "format": format});
        let picture = picture(map, "conflict", &spec).unwrap();
        let drawn = |limits: Limits, why: Option<Stopped>| {
            map.draw_within(&picture, &Effort::new(limits, Stop::when(move || why)))
        };
        let whole = drawn(Limits::PICTURE, None).unwrap().bytes;
        // From a first step to what it takes: never a part of a picture.
        let mut refused = 0;
        for exponent in 12..34 {
            match drawn(Limits { steps: 1 << exponent, ..Limits::PICTURE }, None) {
                Ok(finished) => assert!(finished.bytes == whole, "{format}: 2^{exponent}"),
                Err(PictureError::Stopped(Stopped::Spent)) => refused += 1,
                Err(other) => panic!("{format}: 2^{exponent}: {other}"),
            }
        }
        assert!((5..22).contains(&refused), "{format}: {refused}");
        for why in [Stopped::Late, Stopped::Unwanted] {
            let ended = drawn(Limits::PICTURE, Some(why));
            assert!(matches!(ended, Err(PictureError::Stopped(w)) if w == why), "{format}");
        }
    }
    let spec = json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 600, "height": 500,
        "format": "svg"});
    let picture = picture(map, "conflict", &spec).unwrap();
    let small = Effort::new(Limits { bytes: 20_000, ..Limits::PICTURE }, Stop::never());
    let refused = map.draw_within(&picture, &small);
    assert!(matches!(refused, Err(PictureError::Stopped(Stopped::Memory))));
}

#[tokio::test]
async fn films_are_served_within_bounds() {
    let url = |file: &str, more: &str| {
        format!(
            "/styles/conflict/static/45.4,38.8,48,40.6/{file}?from=2020-11-01&to=2020-12-05{more}"
        )
    };
    let gif = get(&url("200x160.gif", "&seconds=0.5")).await;
    assert_eq!((gif.status.as_u16(), gif.header("content-type")), (200, "image/gif"));
    let read = image::codecs::gif::GifDecoder::new(std::io::Cursor::new(&gif.body)).unwrap();
    let read = read.into_frames().collect_frames().unwrap();
    assert!(read.len() == 6 && read[0].delay().numer_denom_ms() == (500, 1));
    let again = get_as(&url("200x160.gif", "&seconds=0.5"), "*/*").await;
    assert_eq!(gif.body, again.body);
    let webp = get(&url("200x160.webp", "&step=7")).await;
    let webp = image::codecs::webp::WebPDecoder::new(std::io::Cursor::new(&webp.body)).unwrap();
    assert_eq!(webp.into_frames().collect_frames().unwrap().len(), 5);
    for (file, more, told) in [
        ("200x160.pdf", "", "/format: moving pictures are gif"),
        ("200x160.gif", "&date=2020-11-01", "/state/date"),
        (
            "200x160.gif",
            "&change=2020-09-27/2020-12-01",
            "/animate: changes and comparisons do not move",
        ),
        ("200x160.gif", "&step=0", "'0' is no value for step"),
        ("200x160.gif", "&seconds=100", "/animate/seconds"),
    ] {
        let answer = get(&url(file, more)).await;
        let detail = answer.json()["detail"].as_str().unwrap().to_string();
        assert!(answer.status.as_u16() == 400 && detail.contains(told), "{file}{more}: {detail}");
    }
    // A frame for each of 500 days and no more, of so many px in all.
    for (size, days) in [
        ("10x10", "from=1990-01-01&to=1999-12-31&step=1"),
        ("2000x2000", "from=2020-01-01&to=2020-12-31&step=2"),
    ] {
        let answer =
            get(&format!("/styles/conflict/static/45.4,38.8,48,40.6/{size}.gif?{days}")).await;
        assert!(
            answer.status.as_u16() == 400
                && answer.json()["detail"].as_str().unwrap().contains("too many"),
            "{size}"
        );
    }
}
