//! Layers of elevation models: the ground's light and shade, and its heights as colours.

use super::place::Place;
use super::{Composer, Placed};
use crate::color::Color;
use crate::scene::{Item, Light, Relief, ReliefInk, Shading, ShadingMethod, Tints};
use crate::style::{ColorReliefPaint, Context, HillshadeMethod, HillshadePaint, Property};
use crate::terrain::Ground;

/// How many colours there are between two stops of a ramp: curves are drawn as so many straight
/// pieces.
const PIECES: usize = 16;

impl Composer<'_> {
    pub(super) fn hillshade(
        &self,
        paint: &HillshadePaint,
        grounds: &[Placed<Ground>],
        items: &mut Vec<Item>,
    ) {
        let context = self.context(None);
        let turned = match paint.is_lit_from_picture(&context) {
            true => self.inputs.camera.bearing(),
            false => 0.0,
        };
        let shading = Shading {
            method: shading_method(paint.method.eval(&context)),
            lights: lights(paint, &context, turned),
            accent: paint.accent_color.eval(&context),
            exaggeration: paint.exaggeration.eval(&context).clamp(0.0, 1.0),
        };
        self.reliefs(ReliefInk::Shading(shading), paint.takes_nearest(&context), grounds, items);
    }

    pub(super) fn color_relief(
        &self,
        paint: &ColorReliefPaint,
        grounds: &[Placed<Ground>],
        items: &mut Vec<Item>,
    ) {
        let context = self.context(None);
        let Some(color) = &paint.color else { return };
        let tints = Tints {
            stops: stops(color, &context),
            opacity: paint.opacity.eval(&context).clamp(0.0, 1.0),
        };
        self.reliefs(ReliefInk::Tints(tints), paint.takes_nearest(&context), grounds, items);
    }

    fn reliefs(
        &self,
        ink: ReliefInk,
        nearest: bool,
        grounds: &[Placed<Ground>],
        items: &mut Vec<Item>,
    ) {
        let camera = self.inputs.camera.aligned();
        items.extend(grounds.iter().map(|placed| {
            let place = Place::new(camera.in_copy(placed.copy));
            Item::Relief(Relief {
                ground: placed.what.clone(),
                corners: placed.corners.map(|c| place.point(c)),
                part: placed.part,
                nearest,
                ink: ink.clone(),
            })
        }));
    }
}

/// As many lights as the longest list has; of a shorter one the last value is taken again.
fn lights(paint: &HillshadePaint, context: &Context, turned: f64) -> Vec<Light> {
    let (directions, altitudes) = (paint.direction.eval(context), paint.altitude.eval(context));
    let (shadows, highlights) =
        (paint.shadow_color.eval(context), paint.highlight_color.eval(context));
    let count = directions.len().max(altitudes.len()).max(shadows.len()).max(highlights.len());
    let number = |list: &[f64], i: usize| list.get(i).or(list.last()).copied().unwrap_or_default();
    let color = |list: &[Color], i: usize| {
        list.get(i).or(list.last()).copied().unwrap_or(Color::TRANSPARENT)
    };
    let light = |i| Light {
        azimuth: (number(&directions, i) + turned).to_radians(),
        altitude: number(&altitudes, i).to_radians(),
        shadow: color(&shadows, i),
        highlight: color(&highlights, i),
    };
    (0..count.max(1)).map(light).collect()
}

fn shading_method(method: HillshadeMethod) -> ShadingMethod {
    match method {
        HillshadeMethod::Standard => ShadingMethod::Standard,
        HillshadeMethod::Basic => ShadingMethod::Basic,
        HillshadeMethod::Combined => ShadingMethod::Combined,
        HillshadeMethod::Igor => ShadingMethod::Igor,
        HillshadeMethod::Multidirectional => ShadingMethod::Multidirectional,
    }
}

/// A ramp's colours at its own stops, just below them, and evenly spaced in between.
fn stops(color: &Property<Color>, context: &Context) -> Vec<(f64, Color)> {
    let named = color.stops();
    let between = |pair: &[f64]| {
        let (low, high) = (pair[0], pair[1]);
        (1..PIECES)
            .map(|i| low + (high - low) * i as f64 / PIECES as f64)
            .chain([high.next_down(), high])
            .collect()
    };
    let pieces: Vec<Vec<f64>> = named.windows(2).map(between).collect();
    let first = named.first().copied().unwrap_or_default();
    let heights = [first.next_down(), first].into_iter().chain(pieces.into_iter().flatten());
    heights.map(|elevation| (elevation, color.eval(&Context { elevation, ..*context }))).collect()
}
