//! What is known of a feature's symbols at a point before its text is shaped: how far they may reach
//! at the most, and a point of the room that the text takes wherever it is put.

use smallvec::SmallVec;

use super::SymbolInputs;
use super::asides::{asides, sides};
use super::icon::icon_reach;
use super::layout::{icon_layout, translation};
use super::maker::{PartId, Place, rank};
use super::setting::{limited, text_offset};
use super::turn::map_angle;
use crate::compose::size;
use crate::label::{Area, Overlap, Sketch};
use crate::style::{
    Alignment, Context, Dependence, Formatted, IconTextFit, SymbolPaint, TextTransform,
};
use crate::text::{self, Anchor, EM, LINE_TOP};

/// No letter of the scripts that are sketched is wider, ems; nor does its glyph reach further from
/// its origin.
const WIDEST: f64 = 2.0;

/// What a cluster of letters may paint beyond the box of its lines, ems: half of its own width, its
/// glyphs, what marks may be moved by, and what is added to all ink.
const BESIDE: f64 = 6.5;

/// Letters that one becomes in another case, at the most (Unicode's `SpecialCasing`).
const MOST_OF_ONE: f64 = 3.0;

/// Texts whose room is much smaller than what is drawn are shaped at once.
const MOST_RATIO: f64 = 2.0;

/// Less padding, CSS px, might be lost in rounding.
const LEAST_PADDING: f64 = 0.5;

/// A text by its letters alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bulk {
    pub letters: f64,
    pub lines: f64,
    /// Times the label's size, of the largest section.
    pub scale: f64,
}

impl Bulk {
    /// `None` where there are none, for letters whose widths are not known to be bounded, and for
    /// images.
    pub fn of(paint: &SymbolPaint, whole: &Context, field: &Formatted) -> Option<Self> {
        let mut bulk = Self { letters: 0.0, lines: 1.0, scale: 1.0 };
        for section in &field.sections {
            if section.image.is_some() {
                return None;
            }
            bulk.scale = bulk.scale.max(section.scale.unwrap_or(1.0).min(100.0));
            for c in section.text.chars() {
                if !text::is_plain(c) {
                    return None;
                }
                bulk.letters += 1.0;
                // Lines end beside what is neither letter nor digit.
                bulk.lines += if c.is_alphanumeric() { 0.0 } else { 1.0 };
            }
        }
        if paint.text_transform.eval(whole) != TextTransform::None {
            bulk.letters *= MOST_OF_ONE;
        }
        (bulk.letters > 0.0).then_some(bulk)
    }
}

/// How far symbols reach around their place, but for how long their text is.
pub(super) struct Reach {
    /// Each place that the text may take: its anchor, and how far it is moved, 1/24 em.
    places: SmallVec<[(Anchor, [f64; 2]); 1]>,
    /// Whether it has a choice of them.
    is_aside: bool,
    /// As room is kept for it and as it is drawn, CSS px.
    sizes: [f64; 2],
    /// Ems.
    spacing: f64,
    line_height: f64,
    /// CSS px.
    padding: f64,
    halo: f64,
    shift: [f64; 2],
    is_turned: bool,
    /// What the icon may touch, and may paint.
    icon: Option<(Area, Area)>,
    /// Whether nothing is shown where the text's place is taken.
    is_bound: bool,
}

impl Reach {
    /// Of a feature, or of all where it is the same for them; `None` where it takes shaping to
    /// tell.
    pub fn of(
        inputs: &SymbolInputs,
        paint: &SymbolPaint,
        context: &Context,
        whole: &Context,
    ) -> Option<Self> {
        let room_context = inputs.at_zoom(inputs.whole_zoom() + 1.0, context);
        let sizes = [&room_context, context].map(|at| limited(paint.text_size.eval(at)));
        let line_height = paint.text_line_height.eval(whole).clamp(-100.0, 100.0);
        if inputs.alphabet.ranges.is_some()
            || paint.icon_text_fit.eval(whole) != IconTextFit::None
            || sizes[0] <= 0.0
            || sizes[1] > MOST_RATIO * sizes[0]
            || line_height < 0.0
        {
            return None;
        }
        let asides = asides(paint, whole);
        let is_aside = asides.is_some();
        let own = sides(paint.text_anchor.eval(whole));
        let places = match asides {
            Some(asides) => asides.into_iter().collect(),
            None => [(own, text_offset(paint, whole, own))].into_iter().collect(),
        };
        let icon = icon_layout(inputs, paint, None, context, whole);
        let icon = icon.map(|icon| icon_reach(inputs, &icon));
        let padding = size(paint.text_padding.eval(whole)).min(1_000.0);
        let halo = [&paint.text_halo_width, &paint.text_halo_blur];
        let is_turned = paint.text_rotate.eval(whole) != 0.0
            || (paint.text_alignment(whole) == Alignment::Map && map_angle(inputs) != 0.0);
        Some(Self {
            places,
            is_aside,
            sizes,
            spacing: paint.text_letter_spacing.eval(whole).clamp(-100.0, 100.0).abs(),
            line_height,
            padding,
            halo: halo.map(|part| size(part.eval(context)).min(100.0)).iter().sum(),
            shift: translation(inputs, &paint.text_translate, context),
            is_turned,
            is_bound: Overlap::from(paint.text_overlap(whole)) == Overlap::Never
                && (icon.is_none() || !paint.text_optional.eval(whole))
                && !is_turned
                && padding >= LEAST_PADDING,
            icon,
        })
    }

    /// Whether it is the same for all features of a layer.
    pub fn is_of_layer(paint: &SymbolPaint) -> bool {
        let image = paint.icon_image.as_ref().map(|image| image.dependence());
        let offsets = paint.text_variable_anchor_offset.as_ref().map(|o| o.dependence());
        let radius = paint.text_radial_offset.as_ref().map(|o| o.dependence());
        let hangs = [
            paint.icon_size.dependence(),
            paint.icon_rotate.dependence(),
            paint.icon_padding.dependence(),
            paint.icon_offset.dependence(),
            paint.icon_anchor.dependence(),
            paint.icon_text_fit.dependence(),
            paint.text_size.dependence(),
            paint.text_padding.dependence(),
            paint.text_halo_width.dependence(),
            paint.text_halo_blur.dependence(),
            paint.text_line_height.dependence(),
            paint.text_letter_spacing.dependence(),
            paint.text_anchor.dependence(),
            paint.text_offset.dependence(),
            paint.text_rotate.dependence(),
        ];
        let all = hangs.into_iter().chain(image).chain(offsets).chain(radius);
        all.into_iter().all(|Dependence { feature, other, .. }| !feature && !other)
    }

    /// What symbols may touch and what they may paint, around their place.
    pub fn areas(&self, bulk: &Bulk) -> (Area, Area) {
        let [room, drawn] = self.sizes;
        let scale = bulk.scale;
        let most =
            [bulk.letters * (WIDEST * scale + self.spacing), bulk.lines * self.line_height * scale];
        let across = (BESIDE + scale - 1.0) * scale;
        let beside = [across, across - LINE_TOP / EM + self.line_height * scale];
        let padding = MOST_RATIO * 2.0 * self.padding;
        let mut area = self.hull(&[room], most, [padding; 2], [0.0; 2]);
        let mut ink = self.hull(&[room, drawn], most, [padding + 1.2 * self.halo + 3.0; 2], beside);
        if let Some((touched, painted)) = &self.icon {
            area = area.union(touched);
            ink = ink.union(painted);
        }
        (area, ink.union(&area))
    }

    /// The box of all places of a text of so many ems across and down, some px and ems larger.
    fn hull(&self, sizes: &[f64], most: [f64; 2], px: [f64; 2], ems: [f64; 2]) -> Area {
        let mut area = Area::EMPTY;
        for (anchor, offset) in &self.places {
            let shares: [f64; 2] = anchor.shares().into();
            for size in sizes {
                let beside = [0, 1].map(|i| ems[i] * size + px[i]);
                let most = most.map(|most| most * size);
                let start = [0, 1].map(|i| offset[i] / EM * size - shares[i] * most[i]);
                let min = [0, 1].map(|i| start[i] - beside[i]);
                let max = [0, 1].map(|i| start[i] + most[i] + beside[i]);
                area = area.union(&Area { min, max });
            }
        }
        if self.is_turned {
            let furthest = |i: usize| area.min[i].abs().max(area.max[i].abs());
            area = Area { min: [0.0; 2], max: [0.0; 2] }.grown(furthest(0).hypot(furthest(1)));
        }
        area.moved(self.shift)
    }

    /// How far from their place symbols may reach, CSS px.
    pub fn furthest(&self, bulk: &Bulk) -> f64 {
        let (_, ink) = self.areas(bulk);
        (0..2).fold(0.0, |most: f64, i| most.max(-ink.min[i]).max(ink.max[i]))
    }

    /// A point of the room of a text in each place that it may take.
    fn hearts(&self, at: [f64; 2]) -> SmallVec<[[f64; 2]; 1]> {
        let unit = self.sizes[0] / EM;
        // The padded box begins at the place beside the anchor, the letters at the anchor itself.
        let inward = |side: i8| if self.is_aside { -f64::from(side) * self.padding } else { 0.0 };
        let heart = |(anchor, offset): &(Anchor, [f64; 2])| {
            let inward = [inward(anchor.x), inward(anchor.y)];
            [0, 1].map(|i| at[i] + self.shift[i] + offset[i] * unit + inward[i])
        };
        self.places.iter().map(heart).collect()
    }
}

/// A sketch of a part's symbols at a place, of a text that is so long; within `most` px of it.
pub(super) fn sketch(
    inputs: &SymbolInputs,
    paint: &SymbolPaint,
    (context, whole): (&Context, &Context),
    (part, place): (PartId, &Place),
    (reach, bulk, most): (&Reach, &Bulk, f64),
) -> Sketch {
    let (area, ink) = reach.areas(bulk);
    // What reaches further is no candidate.
    let limit = Area { min: [-most; 2], max: [most; 2] };
    let within = |area: Area| {
        let min = [0, 1].map(|i| area.min[i].max(limit.min[i]));
        let max = [0, 1].map(|i| area.max[i].min(limit.max[i]));
        Area { min, max }.moved(place.at)
    };
    // An icon is shown without a text that turns out to be nothing.
    let is_bound = reach.is_bound && (reach.icon.is_none() || is_seen(inputs, paint, whole));
    let hearts = if is_bound { reach.hearts(place.at) } else { SmallVec::new() };
    let sort_key = paint.sort_key.as_ref().map_or(0.0, |key| key.eval(whole));
    let rank = rank(inputs, paint, context, (part, place.world, 0), sort_key);
    Sketch { rank, copy: part.copy, area: within(area), ink: within(ink), hearts }
}

/// Whether some letter is sure to have a glyph.
fn is_seen(inputs: &SymbolInputs, paint: &SymbolPaint, whole: &Context) -> bool {
    let fonts = paint.text_font.eval(whole).join(",");
    paint.text_field.eval(whole).sections.iter().any(|section| {
        let mut letter = section.text.chars().filter(|c| c.is_alphanumeric());
        letter.next().is_some_and(|c| {
            let stack = inputs.alphabet.fonts.stack(section.fonts.as_deref().unwrap_or(&fonts));
            stack.lacking(c.encode_utf8(&mut [0; 4])).is_empty()
        })
    })
}
