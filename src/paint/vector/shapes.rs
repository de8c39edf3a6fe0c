//! Fills, lines, circles and icons as marks.

use super::{Lines, Mark, Paint, Point, Writer, clip, point};
use crate::color::Color;
use crate::geo::{SUBPIXELS, Snapped};
use crate::scene::{self, Cap, CircleLook, LineInk, offset};

impl Writer<'_> {
    pub(super) fn paint(&self, ink: &scene::Ink) -> Paint {
        match ink {
            scene::Ink::Color(color) => Paint::Color(*color),
            scene::Ink::Pattern(pattern) => {
                // World px are pattern px divided by its scale; the page's are the world's turned
                // back.
                let w = self.scene.to_world_px;
                let determinant = w.a * w.e - w.b * w.d;
                let (ia, ib) = (w.e / determinant, -w.b / determinant);
                let (ic, id) = (-w.d / determinant, w.a / determinant);
                let s = 1.0 / pattern.scale.max(1e-9);
                let (e, f) = (-(ia * w.c + ib * w.f), -(ic * w.c + id * w.f));
                // Whole repetitions are taken off, so that the numbers stay small.
                let upright = (w.b, w.d) == (0.0, 0.0);
                let near = |v: f64, period: f64| if upright { v.rem_euclid(period) } else { v };
                let period = |side: u32| f64::from(side) * s;
                let (e, f) = (
                    near(e, period(pattern.image.width_px)),
                    near(f, period(pattern.image.height_px)),
                );
                Paint::Pattern {
                    image: pattern.image.clone(),
                    matrix: [ia * s, ic * s, ib * s, id * s, e, f],
                    opacity: pattern.opacity.clamp(0.0, 1.0),
                }
            }
        }
    }

    /// What of the lines can be seen.
    pub(super) fn lines(&self, lines: &[scene::Line], width: f64) -> Vec<(Vec<Point>, bool, f64)> {
        lines
            .iter()
            .flat_map(|l| self.page.line(l.points.iter().map(point).collect(), l.closed, width))
            .collect()
    }

    /// `None` where it is drawn with images.
    pub(super) fn stroke(&self, stroke: &scene::Stroke) -> Option<Vec<Mark>> {
        if matches!(stroke.ink, LineInk::Pattern { .. }) {
            return None;
        }
        let mut out = Vec::new();
        // Beside a gap there are two lines.
        let aside = (stroke.gap_px + stroke.width_px) / 2.0 * SUBPIXELS as f64;
        let sides: scene::Lines = match stroke.gap_px > 0.0 {
            false => stroke.lines.clone(),
            true => stroke
                .lines
                .iter()
                .flat_map(|l| [offset(l, aside), offset(l, -aside)])
                .flatten()
                .collect(),
        };
        let lines = self.lines(&sides, stroke.width_px + stroke.blur_px);
        if lines.is_empty() {
            return Some(out);
        }
        let look = |color: Color, width: f64| Lines {
            lines: lines.clone(),
            color,
            width,
            cap: stroke.cap,
            join: stroke.join,
            dashes: stroke.dashes_px.clone(),
        };
        match &stroke.ink {
            LineInk::Color(color) if stroke.blur_px > 0.5 => {
                // From the widest in: each adds an equal share of what shows in the middle.
                let outset = stroke.width_px / 2.0 + 0.5;
                let softness = stroke.blur_px + 1.0;
                let steps = (softness / 1.5).ceil().clamp(3.0, 14.0);
                let mut below = 0.0;
                for step in 1..=steps as u32 {
                    let width = 2.0 * (outset - softness * (f64::from(step) - 0.5) / steps);
                    if width <= 0.0 {
                        break;
                    }
                    let so_far = color.a * f64::from(step) / steps;
                    let alpha = 1.0 - (1.0 - so_far) / (1.0 - below);
                    below = so_far;
                    out.push(Mark::Lines(look(Color { a: alpha, ..*color }, width)));
                    if so_far >= 1.0 {
                        break;
                    }
                }
            }
            LineInk::Color(color) => out.push(Mark::Lines(look(*color, stroke.width_px))),
            LineInk::Gradient { colors, opacity } => {
                for line in &lines {
                    for (piece, share) in clip::pieces(line, 48) {
                        let color = colors[((share * (colors.len() - 1) as f64).round() as usize)
                            .min(colors.len() - 1)];
                        let lines = vec![(piece, false, 0.0)];
                        let color = color.with_opacity(*opacity);
                        out.push(Mark::Lines(Lines {
                            lines,
                            cap: Cap::Butt,
                            ..look(color, stroke.width_px)
                        }));
                    }
                }
            }
            LineInk::Pattern { .. } => {}
        }
        Some(out)
    }

    pub(super) fn circle(&self, at: Snapped, circle: &CircleLook) -> Vec<Mark> {
        let mut out = Vec::new();
        let center = point(&at);
        let outer = circle.radius_px + circle.stroke_px;
        if !self.page.meets(center, outer) {
            return out;
        }
        if circle.blur_px > 1.5 {
            let steps = (circle.blur_px / 1.5).ceil().clamp(3.0, 14.0);
            let mut below = 0.0;
            for step in 1..=steps as u32 {
                let radius = outer - circle.blur_px * (f64::from(step) - 0.5) / steps;
                let so_far = circle.color.a * f64::from(step) / steps;
                let color = Color { a: 1.0 - (1.0 - so_far) / (1.0 - below), ..circle.color };
                below = so_far;
                if radius <= 0.0 || color.a <= 0.0 {
                    break;
                }
                out.push(Mark::Disc { center, radius, color });
                if so_far >= 1.0 {
                    break;
                }
            }
            return out;
        }
        if circle.color.a > 0.0 && circle.radius_px > 0.0 {
            out.push(Mark::Disc { center, radius: circle.radius_px, color: circle.color });
        }
        if circle.stroke_px > 0.0 && circle.stroke_color.a > 0.0 {
            let radius = circle.radius_px + circle.stroke_px / 2.0;
            out.push(Mark::Rim {
                center,
                radius,
                width: circle.stroke_px,
                color: circle.stroke_color,
            });
        }
        out
    }
}

pub(super) fn icon_mark(icon: &scene::Icon) -> Option<Mark> {
    let [left, top, right, bottom] = icon.part;
    let (width, height) = (right - left, bottom - top);
    let (a, b) = (icon.right[0] / width, icon.right[1] / width);
    let (c, d) = (icon.down[0] / height, icon.down[1] / height);
    let at = point(&icon.anchor);
    let (x, y) = (at[0] + icon.origin[0], at[1] + icon.origin[1]);
    // The image's own corner, left of and above the part shown.
    let (e, f) = (x - a * left - c * top, y - b * left - d * top);
    let opacity = icon.ink.opacity.clamp(0.0, 1.0);
    let seen = opacity > 0.0 && (a * d - b * c).abs() > 1e-9;
    seen.then(|| Mark::Picture {
        image: icon.image.clone(),
        matrix: [a, b, c, d, e, f],
        opacity,
        smooth: !icon.nearest,
    })
}
