//! A whole picture in greys, for print without colours.

use crate::color::Color;
use crate::scene::{Ink, Item, LineInk, Scene};

/// The whole picture in greys, as film sees it through an orange filter: by luminance alone the
/// warm and the cool side of a map are one grey.
pub(super) fn apply(scene: &mut Scene) {
    scene.layers.iter_mut().flat_map(|l| &mut l.items).for_each(grey_item);
}

/// How much of red, green and blue is in a grey.
const WEIGHTS: [f64; 3] = [0.75, 0.25, 0.0];

/// How much darker the grey of an image's warm colour is.
const WARMTH: f64 = 0.4;

fn grey_color(c: &mut Color) {
    let v = WEIGHTS[0] * c.r + WEIGHTS[1] * c.g + WEIGHTS[2] * c.b;
    *c = Color { r: v, g: v, b: v, a: c.a };
}

fn grey_image(image: &mut std::sync::Arc<crate::sprite::Image>) {
    let mut own = (**image).clone();
    for p in own.rgba.chunks_exact_mut(4) {
        let share = |i: usize| WEIGHTS[i] * f64::from(p[i]);
        // The filter would make a warm hatching and its cool ground one grey, so warm is darkened.
        let warm = f64::from(p[0].saturating_sub(p[1].min(p[2])));
        let v = (share(0) + share(1) + share(2) - WARMTH * warm).clamp(0.0, 255.0).round() as u8;
        p[..3].fill(v);
    }
    // The drawing has colours of its own.
    own.svg = None;
    *image = own.into();
}

fn grey_item(item: &mut Item) {
    match item {
        Item::Background(ink) => grey_ink(ink),
        Item::Fill(fill) => grey_ink(&mut fill.ink),
        Item::Areas(areas) => areas.looks.iter_mut().for_each(|look| grey_color(&mut look.color)),
        Item::Stroke(stroke) => match &mut stroke.ink {
            LineInk::Color(color) => grey_color(color),
            LineInk::Gradient { colors, .. } => {
                *colors = colors
                    .iter()
                    .map(|c| {
                        let mut c = *c;
                        grey_color(&mut c);
                        c
                    })
                    .collect();
            }
            LineInk::Pattern { image, .. } => grey_image(image),
        },
        Item::Hairline(hairline) => grey_color(&mut hairline.color),
        Item::Circles(circles) => circles.looks.iter_mut().for_each(|look| {
            grey_color(&mut look.color);
            grey_color(&mut look.stroke_color);
        }),
        Item::Raster(raster) => raster.adjustment.saturation = -1.0,
        Item::Relief(relief) => relief.ink.recolor(grey_color),
        Item::Heatmap(heatmap) => {
            heatmap.colors = heatmap
                .colors
                .iter()
                .map(|c| {
                    let mut c = *c;
                    grey_color(&mut c);
                    c
                })
                .collect();
        }
        Item::Icon(icon) => {
            grey_image(&mut icon.image);
            grey_color(&mut icon.ink.color);
            grey_color(&mut icon.ink.halo_color);
        }
        Item::Text(text) => {
            grey_color(&mut text.ink.color);
            grey_color(&mut text.ink.halo_color);
        }
        Item::Group(group) => group.items.iter_mut().for_each(grey_item),
    }
}

fn grey_ink(ink: &mut Ink) {
    match ink {
        Ink::Color(color) => grey_color(color),
        Ink::Pattern(pattern) => grey_image(&mut pattern.image),
    }
}
