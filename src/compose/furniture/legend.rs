//! The legend: the entries of the style that something in the picture belongs to, each with a piece
//! of the map itself.

use std::collections::BTreeMap;

use super::boxes::Panel;
use super::write::Block;
use super::yielding::Line;
use super::{CssRect, Furnish, Part, PxRect, REGULAR, Theme};
use crate::color::Color;
use crate::compose::features::passes;
use crate::compose::place::Place;
use crate::compose::{Batch, Composer, Fetched, Images, Inputs, LayerData, Parts, context};
use crate::feature::Value;
use crate::geo::{Camera, Kind, Shape, Snapped, World};
use crate::scene::{Group, Item};
use crate::style::{Datum, Layer, LegendEntry, Paint};

/// How much of what the legend tells of it may hide, in the measure of [`Furnish::hidden`].
const MOST_HIDDEN: usize = 16;

/// How much of the page's height a legend below the map may take.
const MOST_OF_PAGE: f64 = 0.33;

/// The share of the page's width that a legend on the map may take.
const MOST_OF_WIDTH: f64 = 0.42;

/// How much of its height a piece of the map may reach beyond its box.
const WIDER: f64 = 0.15;

/// The lightness of a map's ground.
const GROUND: Color = Color::new(0.95, 0.95, 0.94, 1.0);

/// A feature in the picture, seen by a layer.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub part: Fetched<'a>,
    pub copy: i64,
    /// Where on the page its map begins, device px.
    pub left_px: u32,
    /// The style's state that it is seen in.
    pub state: &'a BTreeMap<String, Value>,
    /// Whether only its outline is drawn.
    pub outline: bool,
}

/// A row of the legend for a page: its words, the layers that draw it, and the piece of the map
/// that stands before them, with its size, CSS px.
pub struct Piece {
    pub label: String,
    pub layers: Vec<String>,
    pub size: [f64; 2],
    pub items: Vec<Item>,
}

/// An entry with what it is drawn by, a sample of it, and its words.
pub(super) struct Row<'a> {
    layers: &'a [&'a Layer],
    sample: Seen<'a>,
    label: Block,
}

/// What of a layer's features can be seen within an area of the picture: those that the layer's
/// filter lets through, whose own shape (not only its envelope) is there.
pub fn seen<'a>(
    inputs: &Inputs<'a>,
    layer: &Layer,
    data: &LayerData<'a>,
    area: &PxRect,
) -> Vec<Seen<'a>> {
    let LayerData::Features(batches) = data else { return Vec::new() };
    let images = Images(inputs.sprite);
    let composer = Composer { inputs, images: &images };
    let outline = matches!(layer.paint, Paint::Line(_));
    let mut out = Vec::new();
    for batch in batches {
        let camera = inputs.camera.in_copy(batch.copy);
        for part in batch.parts.iter() {
            if passes(layer, &composer.context(Some(part)))
                && is_within(part.shape, outline, &camera, area)
            {
                out.push(Seen { part, copy: batch.copy, left_px: 0, state: inputs.state, outline });
            }
        }
    }
    out
}

/// Whether a feature is one of an entry's.
pub fn belongs(entry: &LegendEntry, inputs: &Inputs, part: Fetched) -> bool {
    let of = context(inputs, Some(part));
    entry.filter.as_ref().is_none_or(|f| matches!(f.eval(&of), Ok(Datum::Plain(Value::Bool(true)))))
}

/// Whether any of a shape, or of its outline, lies within an area, device px.
fn is_within(shape: &Shape, outline: bool, camera: &Camera, area: &PxRect) -> bool {
    let at = |p: &World| {
        let Snapped { x, y } = camera.snap(*p);
        geo::Coord { x: x as f64 / 256.0, y: y as f64 / 256.0 }
    };
    use geo::Intersects;
    let rect = geo::Rect::new((area.left, area.top), (area.right, area.bottom));
    match shape {
        Shape::Point(p) => rect.intersects(&at(p)),
        Shape::Line(line) => geo::LineString(line.iter().map(at).collect()).intersects(&rect),
        Shape::Polygon(rings) if outline => {
            rings.iter().any(|r| geo::LineString(r.iter().map(at).collect()).intersects(&rect))
        }
        Shape::Polygon(rings) => {
            let mut rings = rings.iter().map(|r| geo::LineString(r.iter().map(at).collect()));
            let Some(outer) = rings.next() else { return false };
            geo::Polygon::new(outer, rings.collect()).intersects(&rect)
        }
    }
}

impl<'a> Furnish<'a> {
    /// Width and height of a piece of the map, and the gap before its words, CSS px.
    fn swatch_size(&self) -> (f64, f64, f64) {
        let [width, height] = self.sizes.swatch;
        (width * self.unit, height * self.unit, self.sizes.swatch_gap * self.unit)
    }

    /// The legend's rows as pieces of their own.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let (width, height, _) = self.swatch_size();
        // Bands reach beyond their box.
        let over = (WIDER * height).ceil();
        let size = [width + 2.0 * over, height + 2.0 * over];
        let piece = |(entry, layers, seen): &(&LegendEntry, Vec<&Layer>, Vec<Seen>)| {
            let at = CssRect::sized([over, over], [width, height]);
            Some(Piece {
                label: entry.label(self.words.language).to_string(),
                layers: entry.layers.clone(),
                size,
                items: self.swatch(layers, seen.first()?, at),
            })
        };
        self.subject.entries.iter().filter_map(piece).collect()
    }

    /// The legend's rows, each at most so wide.
    pub(super) fn legend_rows(&self, most: f64) -> Vec<Row<'a>> {
        let (width, _, gap) = self.swatch_size();
        let most = (most - width - gap).max(8.0 * self.unit);
        let row = |(entry, layers, seen): &'a (&'a LegendEntry, Vec<&'a Layer>, Vec<Seen<'a>>)| {
            let label = self.text(
                entry.label(self.words.language),
                REGULAR,
                self.unit,
                most,
                self.palette.ink,
            )?;
            Some(Row { layers, sample: *seen.first()?, label })
        };
        self.subject.entries.iter().filter_map(row).collect()
    }

    pub(super) fn row_width(&self, row: &Row) -> f64 {
        let (width, _, gap) = self.swatch_size();
        width + gap + row.label.width
    }

    pub(super) fn row_height(&self, row: &Row) -> f64 {
        row.label.height.max(self.swatch_size().1)
    }

    /// A row from `left` to `right`, `y` below the top.
    pub(super) fn legend_row(&self, row: &Row, left: f64, right: f64, y: f64) -> Vec<Item> {
        let (width, height, gap) = self.swatch_size();
        let (swatch_x, label_x) = match self.words.is_rtl() {
            true => (right - width, right - width - gap - row.label.width),
            false => (left, left + width + gap),
        };
        let middle = y + self.row_height(row) / 2.0;
        let mut items = self.swatch(
            row.layers,
            &row.sample,
            CssRect::sized([swatch_x, middle - height / 2.0], [width, height]),
        );
        items.push(row.label.at(label_x, middle - row.label.height / 2.0, None));
        items
    }

    /// Whether the legend stands in the band below the map.
    pub(super) fn has_legend_strip(&self) -> bool {
        let asked = self.wanted.parts.get(&Part::Legend).copied().flatten();
        self.subject.strip
            && self.wants(Part::Legend)
            && asked.is_none()
            && !self.is_gone(Line::Legend)
    }

    /// Whether it should: in every corner of the map it would hide too much of what it tells of, or
    /// find no room.
    pub(super) fn needs_legend_strip(&self, map: CssRect) -> bool {
        let asked = self.wanted.parts.get(&Part::Legend).copied().flatten();
        if !self.wants(Part::Legend) || asked.is_some() {
            return false;
        }
        if self.subject.captions.len() > 1 {
            return true;
        }
        // A strip takes room, too.
        let fits = self.legend_strip(0.0).1 <= MOST_OF_PAGE * self.page.height();
        fits && self.legend_hides(map).is_some_and(|hidden| hidden > MOST_HIDDEN)
    }

    /// The legend in rows from side to side, and its height.
    pub(super) fn legend_strip(&self, top: f64) -> (Vec<Item>, f64) {
        let (pad, gap) = (self.pad(), self.sizes.entry_gap * self.unit);
        let (left, right) = (pad, self.page.width() - pad);
        let (mut x, mut y, mut tallest) = (0.0, top, 0.0f64);
        let mut items = Vec::new();
        for row in self.legend_rows(right - left) {
            let width = self.row_width(&row);
            if x > 0.0 && x + width > right - left {
                (x, y, tallest) = (0.0, y + tallest + self.sizes.row_gap * self.unit, 0.0);
            }
            items.extend(match self.words.is_rtl() {
                true => self.legend_row(&row, left, right - x, y),
                false => self.legend_row(&row, left + x, right, y),
            });
            tallest = tallest.max(self.row_height(&row));
            x += width + gap;
        }
        let height = if items.is_empty() { 0.0 } else { y + tallest - top + 0.5 * self.unit };
        (items, height)
    }

    /// A piece of the map as the layers draw it for a feature: an area, a line or a point in the
    /// box, CSS px.
    fn swatch(&self, layers: &[&Layer], sample: &Seen, at: CssRect) -> Vec<Item> {
        let inputs = &Inputs { state: sample.state, ..*self.inputs };
        let camera = inputs.camera;
        let middle = (at.top + at.bottom) / 2.0;
        let ends = [[at.left, middle], [at.right, middle]];
        let shape = match sample.part.shape.kind() {
            Kind::Polygon => {
                let [first, second, third, fourth] = at.corners();
                let ring = [first, second, third, fourth, first];
                Shape::Polygon(vec![ring.map(|at| self.world(at)).to_vec()])
            }
            Kind::Line => Shape::Line(ends.map(|at| self.world(at)).to_vec()),
            Kind::Point => Shape::Point(self.world([(at.left + at.right) / 2.0, middle])),
        };
        let images = Images(inputs.sprite);
        let composer = Composer { inputs, images: &images };
        let mut out = Vec::new();
        if self.wanted.theme == Theme::Dark {
            // The map is light under every theme, and so is what its colours are mixed with.
            out.extend(self.rectangle(at, Some(GROUND), None));
        }
        let part = Fetched {
            feature: sample.part.feature,
            shape: &shape,
            worths: None,
            pieces: &[],
            number: 0,
        };
        let place = Place::new(*camera);
        let batch = Batch { parts: Parts::given(vec![part]), ..Batch::default() };
        for layer in layers {
            let of_layer = composer.context(None);
            let paint = layer.paint.settled(&of_layer, &of_layer);
            let opacity = match &paint {
                Paint::Fill(fill) => fill.layer_opacity.eval(&of_layer),
                Paint::Line(line) => line.layer_opacity.eval(&of_layer),
                _ => 1.0,
            };
            let mut items = Vec::new();
            composer.batch(layer, &paint, &batch, &place, &mut items);
            match opacity < 1.0 && !items.is_empty() {
                true => out.push(Item::Group(Group { items, opacity, clip: None })),
                false => out.append(&mut items),
            }
        }
        // Wide bands stay within their box.
        let over = WIDER * at.height();
        let within = CssRect {
            left: at.left - 2.0,
            top: at.top - over,
            right: at.right + 2.0,
            bottom: at.bottom + over,
        };
        let clip = Some(within.corners().map(|at| self.at(at)));
        vec![Item::Group(Group { items: out, opacity: 1.0, clip })]
    }

    /// How much the legend would hide where it hides least; all where it finds no room; none where
    /// there is no legend.
    fn legend_hides(&self, map: CssRect) -> Option<usize> {
        let panel = self.legend_box(map)?;
        Some(self.place(&panel, map, &[]).map_or(usize::MAX, |place| self.hidden(&place)))
    }

    pub(super) fn legend_box(&self, map: CssRect) -> Option<Panel> {
        if !self.wants(Part::Legend) || self.has_legend_strip() {
            return None;
        }
        let (pad, gap) = (self.sizes.legend_pad * self.unit, self.sizes.row_gap * self.unit);
        let above = 0.8 * pad;
        let rows = self.legend_rows(MOST_OF_WIDTH * self.page.width() - 2.0 * pad);
        let widest = rows.iter().map(|row| self.row_width(row)).reduce(f64::max)?;
        let width = 2.0 * pad + widest;
        let mut items = Vec::new();
        let mut y = above;
        for row in &rows {
            items.extend(self.legend_row(row, pad, width - pad, y));
            y += self.row_height(row) + gap;
            if y > map.height() {
                break;
            }
        }
        Some(Panel { part: Part::Legend, size: [width, y - gap + above], items })
    }
}
