//! The room that text takes: what must be free for it, and what it is drawn from.

use std::sync::Arc;

use super::along::{Letter, Mooring, OnLine, apart, circles};
use super::draw::{Along, TextLook};
use super::icon::icon_area;
use super::layout::TextLayout;
use super::maker::{Maker, Site};
use super::path::{Path, Spot, turned};
use super::setting::Variant;
use super::turn::{map_angle, rotated, turned_area};
use crate::label::{Area, Bound, Overlap, Text, Try};
use crate::style::Alignment;
use crate::text::{Cluster, EM, Glyph, Mark, Shaped};

/// The least height that is kept free along a line, 1/24 em.
const LEAST_HEIGHT: f64 = 10.0;

/// A style that lets a label turn by more than this has its letters lie over one another, as
/// MapLibre draws it; radians.
const SHARPEST: f64 = std::f64::consts::FRAC_PI_2;

impl Maker<'_> {
    /// A text's room in each of its positions, and what it is drawn from; `ink` grows by all that
    /// it may paint.
    pub(super) fn text(
        &self,
        text: &TextLayout,
        site: &Site,
        ink: &mut Area,
    ) -> Option<(Text, TextLook)> {
        match site.line {
            Some((path, spot)) if text.alignment != Alignment::Viewport => {
                self.text_along(text, site, (path, spot), ink)
            }
            _ => Some(self.text_at(text, site, ink)),
        }
    }

    /// Of a text set along its line.
    fn text_along(
        &self,
        text: &TextLayout,
        site: &Site,
        (path, spot): (&Path, Spot),
        ink: &mut Area,
    ) -> Option<(Text, TextLook)> {
        let (scale, drawn) = (text.room_size / EM, text.size / EM);
        let (shaped, along, way) = self.along(text, path, spot)?;
        let height = (shaped.bottom - shaped.top).max(LEAST_HEIGHT);
        let radius = (height * scale / 2.0 + text.padding).max(1.0);
        let moved = |p: [f64; 2]| [p[0] + text.translate[0], p[1] + text.translate[1]];
        let circle = |c: [f64; 2]| Bound::Circle { center: moved(c), radius };
        let only = Try {
            bounds: circles(&way, radius).into_iter().map(circle).collect(),
            padding: text.padding,
            strict: false,
            around: Vec::new(),
        };
        let room = halo_room(text);
        for (cluster, place) in shaped.clusters.iter().zip(&along.places) {
            let at = moved([site.at[0] + place.at[0], site.at[1] + place.at[1]]);
            let (_, reach) = painted(cluster, &text.image_sizes);
            let reach = (reach + cluster.y.abs()) * drawn + room;
            *ink = ink.union(&Area { min: at, max: at }.grown(reach));
        }
        let variants = vec![(shaped, [0.0; 2], false)];
        Some((tried(text, vec![only]), look(text, variants, Some(along), 0.0)))
    }

    /// Of a text around its anchor.
    fn text_at(&self, text: &TextLayout, site: &Site, ink: &mut Area) -> (Text, TextLook) {
        let turn = if text.alignment == Alignment::Map { map_angle(self.inputs) } else { 0.0 };
        let strict =
            text.overlap != crate::style::Overlap::Never && text.variants[0].aside.is_some();
        let (mut tries, mut variants) = (Vec::new(), Vec::new());
        for variant in &text.variants {
            let (placed, shift) = self.placed(text, variant, site, turn);
            let ratio = text.size / text.room_size.max(1e-9);
            let drawn_shift = shift.map(|v| v * ratio);
            let own = own_ink(text, variant);
            let [dx, dy] = turned(drawn_shift, turn);
            let by = [site.at[0] + dx + text.translate[0], site.at[1] + dy + text.translate[1]];
            *ink = ink.union(&turned_area(own, turn).moved(by)).union(&placed);
            tries.push(Try {
                bounds: vec![Bound::Box(placed)],
                padding: text.padding,
                strict,
                around: self.icon_around(variant, site, shift).into_iter().collect(),
            });
            variants.push((variant.shaped.clone(), drawn_shift, variant.vertical));
        }
        if strict {
            let again: Vec<Try> =
                tries.iter().map(|t| Try { strict: false, ..t.clone() }).collect();
            tries.extend(again);
            variants.extend(variants.clone());
        }
        (tried(text, tries), look(text, variants, None, turn))
    }

    /// The room that a text takes on its side of the anchor, and how far it is moved there, before
    /// it is turned.
    fn placed(
        &self,
        text: &TextLayout,
        variant: &Variant,
        site: &Site,
        turn: f64,
    ) -> (Area, [f64; 2]) {
        let (shaped, scale, padding) = (&variant.shaped, text.room_size / EM, text.padding);
        let corners = [shaped.left, shaped.top, shaped.right, shaped.bottom].map(|v| v * scale);
        let padded = [
            corners[0] - padding,
            corners[1] - padding,
            corners[2] + padding,
            corners[3] + padding,
        ];
        let area = rotated(padded, text.rotate + quarter(variant));
        let shift = variant.aside.map_or([0.0; 2], |(anchor, offset)| {
            let (across, down) = anchor.shares();
            let size = [area.max[0] - area.min[0], area.max[1] - area.min[1]];
            let shift = [(0.5 - across) * size[0], (0.5 - down) * size[1]];
            [shift[0] + offset[0] * scale, shift[1] + offset[1] * scale]
        });
        let [x, y] = turned(shift, turn);
        let by = [site.at[0] + x + text.translate[0], site.at[1] + y + text.translate[1]];
        (turned_area(area, turn).moved(by), shift)
    }

    /// The icon that is drawn around a text on its side of the anchor, where it must be free.
    fn icon_around(&self, variant: &Variant, site: &Site, shift: [f64; 2]) -> Option<Bound> {
        let icon = self.layout.icon.as_ref().filter(|icon| {
            icon.fits && variant.aside.is_some() && icon.overlap == crate::style::Overlap::Never
        })?;
        let icon_area = icon_area(icon, variant.vertical);
        let tilt = if icon.alignment == Alignment::Map { map_angle(self.inputs) } else { 0.0 };
        let at =
            [site.at[0] + shift[0] + icon.translate[0], site.at[1] + shift[1] + icon.translate[1]];
        Some(Bound::Box(turned_area(icon_area, tilt).moved(at)))
    }

    /// The text set along its line, the right way up, and the stretch of line that it takes.
    fn along(
        &self,
        text: &TextLayout,
        path: &Path,
        spot: Spot,
    ) -> Option<(Arc<Shaped>, Along, Vec<[f64; 2]>)> {
        let unit = text.size / EM;
        let offset = text.offset.map(|v| v * unit);
        let mut shaped = text.variants[0].shaped.clone();
        let mut mooring = Mooring { path, spot, offset, flipped: false };
        let middle = |c: &Cluster| (c.x + c.advance * c.scale / 2.0) * unit;
        let ends = |shaped: &Shaped, mooring: &Mooring| {
            let (first, last) = (shaped.clusters.first()?, shaped.clusters.last()?);
            let mut scratch = Vec::new();
            let a = mooring.walk(middle(first), &mut scratch)?;
            Some((a, mooring.walk(middle(last), &mut scratch)?))
        };
        let (a, b) = ends(&shaped, &mooring)?;
        if text.keep_upright {
            let (mut first, mut last) = (a.at, b.at);
            if shaped.clusters.len() == 1 {
                (first, last) = (spot.at, path.points[spot.segment + 1]);
            }
            let steep = (last[1] - first[1]).abs() > (last[0] - first[0]).abs();
            let vertical = text.upright.as_ref().filter(|_| steep);
            let wrong = match vertical {
                Some(_) => first[1] > last[1],
                None => first[0] > last[0],
            };
            if let Some(upright) = vertical {
                shaped = upright.clone();
            }
            mooring.flipped = wrong;
        }
        let letters: Vec<Letter> = shaped
            .clusters
            .iter()
            .map(|c| Letter { middle: middle(c), half: c.advance * c.scale / 2.0 * unit })
            .collect();
        let turned = text.alignment == Alignment::Map;
        let middles = match turned && self.layout.max_angle <= SHARPEST {
            true => apart(&letters, unit, &mooring)?,
            false => letters.iter().map(|l| l.middle).collect(),
        };
        let (mut before, mut after) = (Vec::new(), Vec::new());
        // The room is taken as if the label ran along the line's own direction, as in MapLibre.
        let own = Mooring { flipped: false, ..mooring };
        own.walk(*middles.first()?, &mut before)?;
        own.walk(*middles.last()?, &mut after)?;
        before.reverse();
        before.pop();
        before.extend(after.into_iter().skip(1));
        let mut places = Vec::with_capacity(middles.len());
        let mut scratch = Vec::new();
        for middle in middles {
            let place = mooring.walk(middle, &mut scratch)?;
            let angle = if turned { place.angle } else { 0.0 };
            places.push(OnLine { at: [place.at[0] - spot.at[0], place.at[1] - spot.at[1]], angle });
        }
        Some((shaped, Along { places }, before))
    }
}

/// A text in the positions that it may take.
fn tried(text: &TextLayout, tries: Vec<Try>) -> Text {
    Text { tries, overlap: text.overlap.into(), blocks: text.blocks, optional: text.optional }
}

/// What a text is drawn from.
fn look(
    text: &TextLayout,
    variants: Vec<(Arc<Shaped>, [f64; 2], bool)>,
    along: Option<Along>,
    turn: f64,
) -> TextLook {
    TextLook {
        variants,
        along,
        size: text.size,
        rotate: text.rotate,
        turn,
        offset: text.offset,
        colors: text.colors.clone(),
        images: text.images.clone(),
        ink: text.ink,
        halo: text.halo,
        translate: text.translate,
    }
}

/// How far a text's halo may reach beyond its letters, CSS px.
fn halo_room(text: &TextLayout) -> f64 {
    1.2 * (text.ink.halo_width + text.ink.halo_blur) + 3.0
}

/// How much lines from the top down are turned, radians.
fn quarter(variant: &Variant) -> f64 {
    if variant.vertical { std::f64::consts::FRAC_PI_2 } else { 0.0 }
}

/// All that a text may paint, from its anchor, before it is moved aside.
fn own_ink(text: &TextLayout, variant: &Variant) -> Area {
    let (drawn, room) = (text.size / EM, halo_room(text));
    let own = variant.shaped.clusters.iter().fold(Area::EMPTY, |all, cluster| {
        let (middle, reach) = painted(cluster, &text.image_sizes);
        let at = [middle[0] + text.offset[0], middle[1] + text.offset[1]].map(|v| v * drawn);
        all.union(&Area { min: at, max: at }.grown(reach * drawn + room))
    });
    let corners = [own.min[0], own.min[1], own.max[0], own.max[1]];
    rotated(corners, text.rotate + quarter(variant))
}

/// Where the middle of a cluster lies in its label, and how far from there it may paint; 1/24 em.
fn painted(cluster: &Cluster, images: &[Option<[f64; 2]>]) -> ([f64; 2], f64) {
    let half = cluster.advance * cluster.scale / 2.0;
    let image = images.get(cluster.section).copied().flatten().map_or(0.0, |[w, h]| w.max(h));
    let offset = cluster.glyphs.iter().map(|g| g.x.abs().max(g.y.abs())).fold(0.0, f64::max);
    // Glyphs stay within two ems of their origin; a field says how large it is.
    let field = |g: &Glyph| match &g.mark {
        Mark::Field(f) => f64::from(f.width + f.height) + f64::from(f.left.abs() + f.top.abs()),
        Mark::Outline { .. } => 0.0,
    };
    let field = cluster.glyphs.iter().map(field).fold(0.0, f64::max);
    let own = (2.0 * EM).max(field).max(image) + offset + cluster.line_offset.abs();
    ([cluster.x + half, cluster.y], half + own * cluster.scale + 2.0 * EM)
}

impl From<crate::style::Overlap> for Overlap {
    fn from(mode: crate::style::Overlap) -> Self {
        match mode {
            crate::style::Overlap::Never => Overlap::Never,
            crate::style::Overlap::Always => Overlap::Always,
            crate::style::Overlap::Cooperative => Overlap::Cooperative,
        }
    }
}
