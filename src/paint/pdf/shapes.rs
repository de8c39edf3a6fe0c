//! Paths, inks and transforms, as the writer of PDFs takes them.

use krilla::color::rgb;
use krilla::geom::{PathBuilder, Transform};
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, FillRule, LineCap, LineJoin, Stroke, StrokeDash};
use krilla::surface::Surface;

use crate::color::Color;
use crate::paint::vector::{Lines, Matrix, Point};
use crate::scene::{Cap, Join};

pub(super) fn draw_lines(lines: &Lines, surface: &mut Surface) {
    let stroke = |offset: f64| Stroke {
        width: lines.width as f32,
        line_cap: match lines.cap {
            Cap::Butt => LineCap::Butt,
            Cap::Round => LineCap::Round,
            Cap::Square => LineCap::Square,
        },
        line_join: match lines.join {
            Join::Miter { .. } => LineJoin::Miter,
            Join::Bevel => LineJoin::Bevel,
            Join::Round { .. } => LineJoin::Round,
        },
        miter_limit: if let Join::Miter { limit } = lines.join {
            limit.max(1.0) as f32
        } else {
            4.0
        },
        dash: (!lines.dashes.is_empty()).then(|| {
            // An odd number of lengths is meant twice over, as SVG has it.
            let once = lines.dashes.iter().map(|d| *d as f32);
            let array = if lines.dashes.len() % 2 == 1 {
                once.clone().chain(once).collect()
            } else {
                once.collect()
            };
            StrokeDash { array, offset: offset as f32 }
        }),
        ..line(&lines.color)
    };
    surface.set_fill(None);
    if lines.dashes.is_empty() {
        let all: Vec<(&[Point], bool)> =
            lines.lines.iter().map(|(points, closed, _)| (points.as_slice(), *closed)).collect();
        if let Some(path) = path(&all) {
            surface.set_stroke(Some(stroke(0.0)));
            surface.draw_path(&path);
        }
        return;
    }
    for (points, closed, along) in &lines.lines {
        if let Some(path) = path(&[(points, *closed)]) {
            surface.set_stroke(Some(stroke(*along)));
            surface.draw_path(&path);
        }
    }
}

pub(super) fn path(lines: &[(&[Point], bool)]) -> Option<krilla::geom::Path> {
    let mut builder = PathBuilder::new();
    for (points, closed) in lines {
        for (i, [x, y]) in points.iter().enumerate() {
            let (x, y) = (*x as f32, *y as f32);
            if i == 0 { builder.move_to(x, y) } else { builder.line_to(x, y) }
        }
        if *closed {
            builder.close();
        }
    }
    builder.finish()
}

/// A circle of four cubic curves, to 0.03 % of its radius.
pub(super) fn circle(center: &Point, radius: f64) -> Option<krilla::geom::Path> {
    const K: f64 = 0.552_284_749_8;
    let mut builder = PathBuilder::new();
    let at = |x: f64, y: f64| ((center[0] + radius * x) as f32, (center[1] + radius * y) as f32);
    let (x, y) = at(1.0, 0.0);
    builder.move_to(x, y);
    for (a, b, c) in [
        ((1.0, K), (K, 1.0), (0.0, 1.0)),
        ((-K, 1.0), (-1.0, K), (-1.0, 0.0)),
        ((-1.0, -K), (-K, -1.0), (0.0, -1.0)),
        ((K, -1.0), (1.0, -K), (1.0, 0.0)),
    ] {
        let ((ax, ay), (bx, by), (cx, cy)) = (at(a.0, a.1), at(b.0, b.1), at(c.0, c.1));
        builder.cubic_to(ax, ay, bx, by, cx, cy);
    }
    builder.close();
    builder.finish()
}

pub(super) fn transform(m: &Matrix) -> Transform {
    let [a, b, c, d, e, f] = m.map(|v| v as f32);
    Transform::from_row(a, b, c, d, e, f)
}

pub(super) fn share(v: f64) -> NormalizedF32 {
    NormalizedF32::new(v.clamp(0.0, 1.0) as f32).unwrap_or(NormalizedF32::ONE)
}

pub(super) fn rgb_of(color: &Color) -> rgb::Color {
    let byte = |v: f64| (v.clamp(0.0, 1.0) * 255.0).round() as u8;
    rgb::Color::new(byte(color.r), byte(color.g), byte(color.b))
}

pub(super) fn flat(color: &Color) -> Fill {
    Fill { paint: rgb_of(color).into(), opacity: share(color.a), rule: FillRule::NonZero }
}

pub(super) fn line(color: &Color) -> Stroke {
    Stroke { paint: rgb_of(color).into(), opacity: share(color.a), ..Stroke::default() }
}
