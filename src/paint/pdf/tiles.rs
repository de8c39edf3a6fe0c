//! Patterns: an image's own drawing repeated as paths, each shape one path of all its copies.

use krilla::color::rgb;
use krilla::geom::{PathBuilder, Transform};
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use resvg::usvg;

use crate::paint::vector::{Matrix, Point};
use crate::sprite::{Image, svg_tree};

/// Copies of a drawing that are drawn one by one.
pub(super) const MAX_TILES: i64 = 20_000;
/// Copies of it on a side of a pattern's cell, where there would be more.
pub(super) const TILES_A_SIDE: i64 = 32;

/// Which repetitions of an image the rings need: left, top, right, bottom.
pub(super) fn cells(rings: &[Vec<Point>], image: &Image, m: &Matrix) -> Option<[i64; 4]> {
    let determinant = m[0] * m[3] - m[1] * m[2];
    let back = |p: &Point| {
        let (x, y) = (p[0] - m[4], p[1] - m[5]);
        [(m[3] * x - m[2] * y) / determinant, (m[0] * y - m[1] * x) / determinant]
    };
    let mut out = [i64::MAX, i64::MAX, i64::MIN, i64::MIN];
    for [x, y] in rings.iter().flatten().map(back) {
        let (x, y) = (x / f64::from(image.width_px), y / f64::from(image.height_px));
        out = [
            out[0].min(x.floor() as i64),
            out[1].min(y.floor() as i64),
            out[2].max(x.ceil() as i64),
            out[3].max(y.ceil() as i64),
        ];
    }
    (determinant != 0.0 && out[0] < out[2] && out[1] < out[3]).then_some(out)
}

/// The plain shapes that an image was made from.
pub(super) struct Drawing {
    tree: usvg::Tree,
    width: f32,
    height: f32,
}

impl Drawing {
    /// `None` where there is no drawing, or it has more than plain shapes.
    pub fn of(image: &Image) -> Option<Drawing> {
        let tree = svg_tree(image.svg.as_deref()?).ok()?;
        plain_shapes(tree.root(), &mut Vec::new()).then_some(Drawing {
            tree,
            width: image.width_px as f32,
            height: image.height_px as f32,
        })
    }

    /// Draws it, to the image's size, in every cell from left, top to right, bottom.
    pub fn draw(&self, [left, top, right, bottom]: [i64; 4], surface: &mut Surface) {
        let mut shapes = Vec::new();
        plain_shapes(self.tree.root(), &mut shapes);
        let size = self.tree.size();
        surface.push_transform(&Transform::from_scale(
            self.width / size.width(),
            self.height / size.height(),
        ));
        for shape in shapes {
            let color = |paint: &usvg::Paint| match paint {
                usvg::Paint::Color(c) => Some(rgb::Color::new(c.red, c.green, c.blue)),
                _ => None,
            };
            let share =
                |o: usvg::Opacity| NormalizedF32::new(o.get()).unwrap_or(NormalizedF32::ONE);
            let fill = shape.fill().and_then(|f| {
                Some(Fill {
                    paint: color(f.paint())?.into(),
                    opacity: share(f.opacity()),
                    rule: FillRule::NonZero,
                })
            });
            let stroke = shape.stroke().and_then(|s| {
                let (paint, width) = (color(s.paint())?.into(), s.width().get());
                Some(Stroke { paint, width, opacity: share(s.opacity()), ..Stroke::default() })
            });
            if fill.is_none() && stroke.is_none() {
                continue;
            }
            let t = shape.abs_transform();
            let mut builder = PathBuilder::new();
            for (column, row) in
                (top..bottom).flat_map(|row| (left..right).map(move |column| (column, row)))
            {
                let by = (column as f32 * size.width(), row as f32 * size.height());
                copied(shape.data(), t, by, &mut builder);
            }
            if let Some(path) = builder.finish() {
                surface.set_fill(fill);
                surface.set_stroke(stroke);
                surface.draw_path(&path);
            }
        }
        surface.pop();
    }
}

/// A path, transformed and moved.
fn copied(path: &tiny_skia::Path, t: usvg::Transform, by: (f32, f32), out: &mut PathBuilder) {
    use tiny_skia::PathSegment as S;
    let at = |p: tiny_skia::Point| {
        (t.sx * p.x + t.kx * p.y + t.tx + by.0, t.ky * p.x + t.sy * p.y + t.ty + by.1)
    };
    for segment in path.segments() {
        match segment {
            S::MoveTo(p) => {
                let (x, y) = at(p);
                out.move_to(x, y);
            }
            S::LineTo(p) => {
                let (x, y) = at(p);
                out.line_to(x, y);
            }
            S::QuadTo(c, p) => {
                let ((cx, cy), (x, y)) = (at(c), at(p));
                out.quad_to(cx, cy, x, y);
            }
            S::CubicTo(c, d, p) => {
                let ((cx, cy), (dx, dy), (x, y)) = (at(c), at(d), at(p));
                out.cubic_to(cx, cy, dx, dy, x, y);
            }
            S::Close => out.close(),
        }
    }
}

/// The paths of a drawing; `false` where it has anything else.
fn plain_shapes<'a>(group: &'a usvg::Group, out: &mut Vec<&'a usvg::Path>) -> bool {
    let plain =
        group.opacity().get() == 1.0 && group.clip_path().is_none() && group.mask().is_none();
    plain
        && group.filters().is_empty()
        && group.children().iter().all(|node| match node {
            usvg::Node::Group(inner) => plain_shapes(inner, out),
            usvg::Node::Path(path) => {
                let solid = |p: &usvg::Paint| matches!(p, usvg::Paint::Color(_));
                let is_plain = path.fill().is_none_or(|f| solid(f.paint()))
                    && path.stroke().is_none_or(|s| solid(s.paint()));
                if is_plain && path.is_visible() {
                    out.push(path);
                }
                is_plain
            }
            _ => false,
        })
}
