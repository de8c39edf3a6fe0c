//! Strokes: one strip or two, whole or dashed, hard or soft, in one colour, a gradient or an image.
//!
//! A pixel's opacity falls from full to nothing over the edge's softness, one px at least, half of
//! it outside the line; the ends of dashes are as soft as those of MapLibre's.

use super::band::{Bands, Profile};
use super::blend::{Canvas, Edge, mixed};
use super::pen::Fragment;
use super::pixel::scale;
use super::solid::SolidPen;
use super::strip::Strip;
use crate::geo::SUBPIXELS;
use crate::scene::{Cap, Line, LineInk, Stroke};

/// Draws the stroke's lines one after the other.
pub fn draw(stroke: &Stroke, bands: &mut Bands, canvas: &mut Canvas) {
    let size = (canvas.width(), canvas.height());
    for line in &stroke.lines {
        let shape = Shape::new(stroke, line);
        if shape.outset <= 0.0 {
            return;
        }
        if let (LineInk::Color(color), true) = (&stroke.ink, shape.is_band(stroke)) {
            let Shape { outset, inset, softness, .. } = shape;
            let profile = Profile { outset, inset, softness };
            let ends = (stroke.cap, stroke.join);
            bands.draw(line, &profile, ends, color.premultiplied_rgba8(), canvas);
            continue;
        }
        if let (LineInk::Color(color), true) = (&stroke.ink, shape.is_solid()) {
            let mut pen = SolidPen::new(canvas, color.premultiplied_rgba8(), shape.outset);
            Strip::new(size, stroke.ratio, shape.outset, (stroke.cap, stroke.join), &mut pen)
                .draw(line);
            continue;
        }
        let ink = Ink::new(stroke, line);
        let mut emit = |fragment: Fragment| {
            if canvas.seen(fragment.y, fragment.x, 1).is_empty() {
                return canvas.has_time();
            }
            let alpha = (shape.opacity(&fragment) * 255.0 + 0.5) as u8;
            if alpha > 0 {
                canvas.blend_pixel(fragment.x, fragment.y, ink.at(&fragment), alpha);
            }
            canvas.has_time()
        };
        Strip::new(size, stroke.ratio, shape.outset, (stroke.cap, stroke.join), &mut emit)
            .draw(line);
    }
}

/// Which part of its strip a stroke covers. Lengths are device px.
struct Shape<'a> {
    /// Half the strip's width.
    outset: f64,
    /// Where the line begins, counted from the middle.
    inset: f64,
    softness: f64,
    dashes: Option<Dashes<'a>>,
}

impl<'a> Shape<'a> {
    fn new(stroke: &'a Stroke, line: &Line) -> Self {
        let (gap, width) = (stroke.gap_px / 2.0, stroke.width_px);
        let hollow = gap > 0.0;
        let edge = if width > 0.0 { 0.5 } else { 0.0 };
        Self {
            outset: gap + if hollow { width } else { width / 2.0 } + edge,
            inset: if hollow { gap + 0.5 } else { 0.0 },
            softness: stroke.blur_px + 1.0,
            dashes: Dashes::new(stroke, line),
        }
    }

    /// Whether the stroke is mostly softness.
    fn is_band(&self, stroke: &Stroke) -> bool {
        self.dashes.is_none() && stroke.blur_px > 0.5 * self.outset
    }

    /// Whether the same lies on both sides of the middle and all along the line.
    fn is_solid(&self) -> bool {
        self.inset == 0.0 && self.softness == 1.0 && self.dashes.is_none()
    }

    /// At a distance from the middle, px.
    fn opacity_at(&self, distance: f64) -> f64 {
        let inward = (distance - (self.inset - self.softness)).min(self.outset - distance);
        (inward / self.softness).clamp(0.0, 1.0)
    }

    fn opacity(&self, fragment: &Fragment) -> f64 {
        let alpha = self.opacity_at(length(fragment.across, fragment.beyond) * self.outset);
        match &self.dashes {
            Some(dashes) if alpha > 0.0 => {
                alpha * dashes.opacity(fragment.along / SUBPIXELS as f64, fragment.across)
            }
            _ => alpha,
        }
    }
}

/// Dashes along a line, px.
struct Dashes<'a> {
    /// Lengths of dash and gap in turn. Of an odd number the last dash goes on into the first.
    lengths: &'a [f64],
    period: f64,
    /// Half the line's width, where dashes are rounded by it.
    round: Option<f64>,
    /// How far from its end a dash is neither full nor gone.
    softness: f64,
    /// How much longer than on the line they are.
    stretch: f64,
}

impl<'a> Dashes<'a> {
    fn new(stroke: &'a Stroke, line: &Line) -> Option<Self> {
        let period: f64 = stroke.dashes_px.iter().sum();
        (period > 0.0 && stroke.dashes_px.len() > 1).then_some(Self {
            lengths: &stroke.dashes_px,
            period,
            round: (stroke.cap == Cap::Round).then_some(stroke.width_px / 2.0),
            softness: stroke.dash_softness_px,
            stretch: stroke
                .dash_line_px
                .map_or(1.0, |px| px * SUBPIXELS as f64 / line.length().max(1.0)),
        })
    }

    fn opacity(&self, along: f64, across: f64) -> f64 {
        let inside = self.depth((along * self.stretch).rem_euclid(self.period));
        let depth = match self.round {
            None => inside,
            Some(half) => {
                let aside = across * (half + 0.5);
                if inside > 0.0 {
                    length(inside, (half - aside.abs()).max(0.0))
                } else {
                    half - length(inside, aside)
                }
            }
        };
        let t = (depth / self.softness / 2.0 + 0.5).clamp(0.0, 1.0);
        t * t * (3.0 - 2.0 * t)
    }

    /// How far within a dash a place of the period lies, or (below 0) how far from one.
    fn depth(&self, at: f64) -> f64 {
        let odd = self.lengths.len() % 2 == 1;
        let last = self.lengths.len() - 1;
        let mut start = 0.0;
        for (i, length) in self.lengths.iter().enumerate() {
            let end = start + length;
            if at < end || i == last {
                let (mut from, mut to) = (at - start, end - at);
                if odd && i == 0 {
                    from += self.lengths[last];
                } else if odd && i == last {
                    to += self.lengths[0];
                }
                let depth = from.min(to).max(0.0);
                return if i % 2 == 0 { depth } else { -depth };
            }
            start = end;
        }
        0.0
    }
}

/// What one line is painted with.
struct Ink<'a> {
    ink: &'a LineInk,
    /// 1/256 px; 0 where nothing hangs on it.
    length: f64,
}

impl<'a> Ink<'a> {
    fn new(stroke: &'a Stroke, line: &Line) -> Self {
        let has_ends = matches!(stroke.ink, LineInk::Gradient { .. });
        Self { ink: &stroke.ink, length: if has_ends { line.length() } else { 0.0 } }
    }

    /// Premultiplied.
    fn at(&self, fragment: &Fragment) -> [u8; 4] {
        match self.ink {
            LineInk::Color(color) => color.premultiplied_rgba8(),
            LineInk::Gradient { colors, opacity } => {
                let last = colors.len() - 1;
                let at =
                    ((fragment.along / self.length).clamp(0.0, 1.0) * last as f64).round() as usize;
                colors[at.min(last)].with_opacity(*opacity).premultiplied_rgba8()
            }
            LineInk::Pattern { image, opacity, length_px } => {
                let x = (fragment.along / SUBPIXELS as f64 / length_px).rem_euclid(1.0);
                let y = 0.5 * fragment.across + 0.5;
                // The image is stretched by a pixel at each end, into its next repetition, of which
                // no more is seen.
                let at = |unit: f64, size: u32| unit * (f64::from(size) + 2.0) - 1.0;
                let rgba =
                    mixed(image, at(x, image.width_px), at(y, image.height_px), Edge::Margin);
                scale(rgba, (opacity.clamp(0.0, 1.0) * 255.0).round() as u8)
            }
        }
    }
}

/// How long the way is across and along. A square root is rounded alike on every machine, and
/// quick; `hypot` is neither, and guards against what no picture has.
fn length(a: f64, b: f64) -> f64 {
    (a * a + b * b).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dashes<'a>(lengths: &'a [f64], round: Option<f64>) -> Dashes<'a> {
        Dashes { lengths, period: lengths.iter().sum(), round, softness: 1.0, stretch: 1.0 }
    }

    #[test]
    fn dashes_and_gaps_take_turns() {
        let even = dashes(&[10.0, 6.0], None);
        assert_eq!([5.0, 13.0, 21.0, 29.0].map(|at| even.opacity(at, 0.0)), [1.0, 0.0, 1.0, 0.0]);
        assert_eq!(even.opacity(10.0, 0.0), 0.5);
        // The third dash goes on into the first.
        let odd = dashes(&[10.0, 6.0, 4.0], None);
        assert_eq!(
            [5.0, 13.0, 18.0, 20.0, 25.0].map(|at| odd.opacity(at, 0.0)),
            [1.0, 0.0, 1.0, 1.0, 1.0]
        );
        let round = dashes(&[10.0, 20.0], Some(5.0));
        assert!(
            round.opacity(12.0, 0.0) == 1.0
                && round.opacity(17.0, 0.0) == 0.0
                && round.opacity(13.5, 0.9) == 0.0
        );
    }
}
