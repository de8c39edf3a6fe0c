//! Icons stretched around text, and the pieces that a stretched image is drawn in.

use crate::sprite::{Fit, Image, TextFit};
use crate::style::IconTextFit;
use crate::text::Shaped;

/// An icon's box around its anchor, CSS px before `icon-size`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IconBox {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
    /// What the image has around its content, which stays free, too: left, top, right, bottom.
    pub padding: Option<[f64; 4]>,
}

/// Which sides of an icon follow the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Follows {
    pub width: bool,
    pub height: bool,
}

impl Follows {
    /// `None` for an icon of its own size.
    pub fn of(fit: IconTextFit) -> Option<Self> {
        match fit {
            IconTextFit::None => None,
            IconTextFit::Width => Some(Self { width: true, height: false }),
            IconTextFit::Height => Some(Self { width: false, height: true }),
            IconTextFit::Both => Some(Self { width: true, height: true }),
        }
    }
}

/// The icon's box around a text, `scale` CSS px a 1/24 em; `padding` is top, right, bottom, left.
pub fn around_text(
    image: &Image,
    text: &Shaped,
    follows: Follows,
    padding: [f64; 4],
    offset: [f64; 2],
    scale: f64,
) -> IconBox {
    let [width, height] = image.size();
    let span =
        |follows: bool, low: f64, high: f64, size: f64, offset: f64, before: f64, after: f64| {
            match follows {
                true => (offset + low * scale - before, offset + high * scale + after),
                false => {
                    let start = offset + ((low + high) * scale - size) / 2.0;
                    (start, start + size)
                }
            }
        };
    let (left, right) =
        span(follows.width, text.left, text.right, width, offset[0], padding[3], padding[1]);
    let (top, bottom) =
        span(follows.height, text.top, text.bottom, height, offset[1], padding[0], padding[2]);
    let free = image.fit.as_ref().and_then(|f| f.content).map(|c| {
        [
            c[0] / image.ratio,
            c[1] / image.ratio,
            width - c[2] / image.ratio,
            height - c[3] / image.ratio,
        ]
    });
    IconBox { left, top, right, bottom, padding: free }
}

impl IconBox {
    /// The box with the image's own demands on its proportions met.
    pub fn proportioned(&self, image: &Image) -> Self {
        let Some((fit, content)) = image.fit.as_deref().and_then(|f| Some((f, f.content?))) else {
            return *self;
        };
        if fit.width.is_none() && fit.height.is_none() {
            return *self;
        }
        let how = |f: Option<TextFit>| f.unwrap_or(TextFit::StretchOrShrink);
        let (across, upright) = (how(fit.width), how(fit.height));
        let shape = (content[2] - content[0]) / (content[3] - content[1]);
        let (width, height) = (self.right - self.left, self.bottom - self.top);
        let mut fitted = *self;
        if upright == TextFit::Proportional {
            if across == TextFit::Proportional
                || (across == TextFit::StretchOnly && width / height < shape)
            {
                let wider = (height * shape).ceil();
                fitted.left *= wider / width;
                fitted.right = fitted.left + wider;
            }
        } else if across == TextFit::Proportional
            && upright == TextFit::StretchOnly
            && shape != 0.0
            && width / height > shape
        {
            let higher = (width / shape).ceil();
            fitted.top *= higher / height;
            fitted.bottom = fitted.top + higher;
        }
        fitted
    }
}

/// A piece of an icon: where it is drawn, CSS px around the anchor, and which part of the image it
/// shows, image px.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    pub min: [f64; 2],
    pub max: [f64; 2],
    pub part: [f64; 4],
}

/// Pixels of nothing around an image, that its edges are mixed with.
const BORDER: f64 = 1.0;

/// The pieces of an icon at its `size`; with `stretched`, columns and rows that the image says
/// stretch, and the others keep their own size.
pub fn pieces(image: &Image, icon: &IconBox, size: f64, stretched: bool) -> Vec<Piece> {
    let fit = image.fit.as_deref().filter(|_| stretched);
    let place = if fit.is_some() { icon.proportioned(image) } else { *icon };
    let sides = [f64::from(image.width_px), f64::from(image.height_px)];
    let zones = |i: usize| -> Vec<[f64; 2]> {
        let zones =
            fit.map(|f: &Fit| if i == 0 { f.stretch_x.clone() } else { f.stretch_y.clone() });
        zones.filter(|z| !z.is_empty()).unwrap_or_else(|| vec![[0.0, sides[i]]])
    };
    let whole = fit.is_none_or(|f| f.stretch_x.is_empty() && f.stretch_y.is_empty());
    let content = fit.and_then(|f| f.content);
    let (low, high) = ([place.left, place.top], [place.right, place.bottom]);
    let axis = |i: usize| {
        let content = content.map(|c| [c[i], c[i + 2]]);
        Axis::new(&zones(i), sides[i], content, low[i], high[i], image.ratio, size).cuts(whole)
    };
    let (columns, rows) = (axis(0), axis(1));
    let mut pieces = Vec::new();
    for x in columns.windows(2) {
        for y in rows.windows(2) {
            pieces.push(Piece {
                min: [x[0].place, y[0].place],
                max: [x[1].place, y[1].place],
                part: [x[0].image, y[0].image, x[1].image, y[1].image],
            });
        }
    }
    pieces
}

/// One direction of a stretched image.
struct Axis<'a> {
    zones: &'a [[f64; 2]],
    side: f64,
    stretch: f64,
    fixed: f64,
    stretch_before: f64,
    stretch_content: f64,
    fixed_before: f64,
    fixed_content: f64,
    low: f64,
    length: f64,
    ratio: f64,
    /// CSS px per unit of the box; fixed parts never shrink with it below their own size.
    scale: f64,
}

/// A line between two pieces: in the image, and on the map.
#[derive(Debug, Clone, Copy)]
struct Cut {
    image: f64,
    place: f64,
}

impl<'a> Axis<'a> {
    fn new(
        zones: &'a [[f64; 2]],
        side: f64,
        content: Option<[f64; 2]>,
        low: f64,
        high: f64,
        ratio: f64,
        size: f64,
    ) -> Self {
        let stretch_in = |from: f64, to: f64| -> f64 {
            zones.iter().map(|z| z[1].clamp(from, to) - z[0].clamp(from, to)).sum()
        };
        let stretch = stretch_in(0.0, side);
        let (from, to) = content.map_or((0.0, side), |c| (c[0], c[1]));
        let stretch_content = stretch_in(from, to);
        let fixed_content = to - from - stretch_content;
        let length = high - low;
        Self {
            zones,
            side,
            stretch,
            fixed: side - stretch,
            stretch_before: stretch_in(0.0, from),
            stretch_content,
            fixed_before: from - stretch_in(0.0, from),
            fixed_content,
            low,
            length,
            ratio,
            scale: size.max(fixed_content / ratio / length),
        }
    }

    fn cut(&self, stretch: f64, fixed: f64) -> Cut {
        let em = (stretch - self.stretch_before) / self.stretch_content * self.length + self.low;
        let px = (fixed - self.fixed_before) - self.fixed_content * stretch / self.stretch;
        Cut { image: stretch + fixed, place: em * self.scale + px / self.ratio }
    }

    fn cuts(&self, whole: bool) -> Vec<Cut> {
        if whole {
            return vec![self.cut(-BORDER, 0.0), self.cut(self.side + BORDER, 0.0)];
        }
        let mut cuts = vec![self.cut(0.0, -BORDER)];
        let mut stretched = 0.0;
        for [from, to] in self.zones {
            let fixed = from - stretched;
            cuts.push(self.cut(stretched, fixed));
            stretched += to - from;
            cuts.push(self.cut(stretched, fixed));
        }
        cuts.push(self.cut(self.stretch, self.fixed + BORDER));
        cuts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn corners_keep_their_size() {
        let mut image = Image::new(40, 40, 1.0, vec![0; 40 * 40 * 4]);
        image.fit = Some(Arc::new(Fit {
            stretch_x: vec![[10.0, 30.0]],
            stretch_y: vec![[10.0, 30.0]],
            ..Fit::default()
        }));
        let icon = IconBox { left: -50.0, top: -20.0, right: 50.0, bottom: 20.0, padding: None };
        let pieces = pieces(&image, &icon, 1.0, true);
        assert_eq!(pieces.len(), 9);
        let corner = &pieces[0];
        assert_eq!(
            (corner.min, corner.max, corner.part),
            ([-51.0, -21.0], [-40.0, -10.0], [-1.0, -1.0, 10.0, 10.0])
        );
        let middle = &pieces[4];
        assert_eq!((middle.min, middle.max), ([-40.0, -10.0], [40.0, 10.0]));
    }
}
