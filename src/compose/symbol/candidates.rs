//! The candidates of a layer's features.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::SymbolInputs;
use super::draw::Label;
use super::join::{Joined, join};
use super::layout::layout;
use super::lengths::Reaches;
use super::maker::{Maker, PartId, Place, tile_rank};
use super::path::Path;
use super::sketch::{Bulk, Reach, sketch};
use crate::compose::{Batch, Fetched, Parts};
use crate::geo::{Kind, Shape, cost};
use crate::label::{Area, Candidate, REACH, REACHES, Supplied};
use crate::style::{Context, Layer, SymbolPaint, SymbolPlacement};

/// The lines that were labelled piece by piece, as labels see them; and what has been warned of.
#[derive(Default)]
pub struct Paths {
    lines: HashMap<PartId, Vec<Arc<Path>>>,
    /// The lines of each layer's tiles, those of one name that meet made one.
    joined: HashMap<(u32, u64), Arc<Joined>>,
    /// How far labels reach, by the rank of their layer.
    reaches: HashMap<u32, Option<Arc<Reaches>>>,
    /// The layers, by rank, with labels left out as too large.
    too_large: HashSet<u32>,
}

/// A symbol layer of a style.
#[derive(Debug, Clone, Copy)]
pub struct SymbolLayer<'a> {
    /// 0 for the uppermost of all layers.
    pub rank: u32,
    pub layer: &'a Layer,
    pub paint: &'a SymbolPaint,
}

/// What a board asks of a layer.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub area: &'a Area,
    /// Which of the labels, by how far they may reach, where that is known of the layer.
    pub class: usize,
    pub reaches: Option<&'a Reaches>,
    /// Whether sketches will do.
    pub is_sketched: bool,
}

/// The candidates in an area of every part in `batches` that `is_new`, those at points as sketches
/// where that will do.
pub fn symbols(
    inputs: &SymbolInputs,
    Asked { area, class, reaches, is_sketched }: Asked,
    SymbolLayer { rank, layer, paint }: SymbolLayer,
    batches: &[Batch],
    paths: &mut Paths,
    mut is_new: impl FnMut(PartId) -> bool,
) -> Supplied<Arc<Label>> {
    let mut out = Supplied::default();
    let along = paint.placement.eval(&Context {
        state: inputs.state,
        zoom: inputs.whole_zoom(),
        ..Context::nowhere()
    });
    let corner = (area.min[0].round() as i64, area.min[1].round() as i64);
    let piece = (along == SymbolPlacement::Line).then_some(corner);
    let too_large = Cell::new(false);
    for batch in batches {
        let tile = batch.clip.as_ref().map_or(0, tile_rank);
        let joined = (tile != 0 && piece.is_some()).then(|| {
            let join = || Arc::new(joined(inputs, layer, paint, &batch.parts));
            paths.joined.entry((rank, tile)).or_insert_with(join).clone()
        });
        for part in batch.parts.iter() {
            if reaches.is_some_and(|reaches| reaches.class(part.number) != class) {
                continue;
            }
            let id = PartId { layer: rank, tile, copy: batch.copy, part: part.number, piece };
            let elsewhere = joined
                .as_ref()
                .is_some_and(|j| j.get(&part.number).is_some_and(|line| line.is_empty()));
            if elsewhere || !is_new(id) {
                continue;
            }
            if inputs.effort.spend(cost::FEATURE + cost::POSITION * part.shape.positions()).is_err()
            {
                return out;
            }
            let context = inputs.context(part);
            let whole = inputs.at_zoom(inputs.whole_zoom(), &context);
            if !crate::compose::features::passes(layer, &whole) {
                continue;
            }
            // Tiles of a source may be gone when the candidate is asked for.
            if is_sketched && along == SymbolPlacement::Point && batch.clip.is_none() {
                let Some(place) = Place::of(inputs, &part, batch.copy) else { continue };
                let (own, at) = ((&context, &whole), (id, &place));
                let known = reaches.map(|reaches| (&reaches.reach, reaches.bulk(part.number)));
                let found = match known {
                    Some((reach, bulk)) => bulk
                        .map(|bulk| sketch(inputs, paint, own, at, (reach, &bulk, REACHES[class]))),
                    None => {
                        let bulk = Bulk::of(paint, &whole, &paint.text_field.eval(&whole));
                        bulk.and_then(|bulk| {
                            let reach = Reach::of(inputs, paint, &context, &whole)?;
                            let most = REACH;
                            Some(sketch(inputs, paint, own, at, (&reach, &bulk, most)))
                        })
                    }
                };
                if let Some(sketch) = found {
                    out.sketches.push(sketch);
                    continue;
                }
            }
            if let Some(layout) = layout(inputs, paint, &context) {
                let _ = inputs.effort.spend(cost::LABEL);
                let (layout, context) = (&layout, &context);
                let joined = joined.as_deref();
                let maker = Maker {
                    inputs,
                    area,
                    layout,
                    part: id,
                    batch,
                    joined,
                    paint,
                    context,
                    too_large: &too_large,
                };
                match piece {
                    Some(_) => {
                        let whole = PartId { piece: None, ..id };
                        let lines =
                            paths.lines.entry(whole).or_insert_with(|| maker.lines(&part, true));
                        maker.along_lines(lines, &mut out.candidates);
                    }
                    None => maker.part(&part, &mut out.candidates),
                }
            }
        }
    }
    if too_large.get() {
        paths.warn_of_size(inputs, rank, layer);
    }
    out
}

/// The candidate of one part that was given as a sketch.
pub fn drawn_out(
    inputs: &SymbolInputs,
    SymbolLayer { rank, layer, paint }: SymbolLayer,
    (part, copy): (Fetched, i64),
    paths: &mut Paths,
) -> Option<Candidate<Arc<Label>>> {
    let context = inputs.context(part);
    let layout = layout(inputs, paint, &context)?;
    let _ = inputs.effort.spend(cost::LABEL);
    let (too_large, mut out) = (Cell::new(false), Vec::new());
    let maker = Maker {
        inputs,
        area: &Area::EMPTY,
        layout: &layout,
        part: PartId { layer: rank, tile: 0, copy, part: part.number, piece: None },
        batch: &Batch { copy, ..Batch::default() },
        joined: None,
        paint,
        context: &context,
        too_large: &too_large,
    };
    maker.part(&part, &mut out);
    if too_large.get() {
        paths.warn_of_size(inputs, rank, layer);
    }
    out.pop()
}

impl Paths {
    /// How far the labels of the layer of a rank may reach, if that is known.
    pub fn reaches(
        &mut self,
        rank: u32,
        of: impl FnOnce() -> Option<Reaches>,
    ) -> Option<Arc<Reaches>> {
        self.reaches.entry(rank).or_insert_with(|| of().map(Arc::new)).clone()
    }

    /// Says once of a layer that labels of it are left out.
    fn warn_of_size(&mut self, inputs: &SymbolInputs, rank: u32, layer: &Layer) {
        if self.too_large.insert(rank) {
            let (id, zoom, reach) = (&layer.id, inputs.plane.zoom(), REACH);
            tracing::warn!(
                "layer '{id}' at zoom {zoom}: labels that reach further than {reach} px are left \
                 out"
            );
        }
    }
}

/// The lines of a tile that go on as others of the same name, made one with those; none for a line
/// that is part of one before it.
fn joined(inputs: &SymbolInputs, layer: &Layer, paint: &SymbolPaint, parts: &Parts) -> Joined {
    let mut named = Vec::new();
    for part in parts.iter() {
        let Shape::Line(line) = part.shape else { continue };
        let context = inputs.context(part);
        let whole = inputs.at_zoom(inputs.whole_zoom(), &context);
        if crate::compose::features::passes(layer, &whole) {
            let name: String =
                paint.text_field.eval(&whole).sections.iter().map(|s| &*s.text).collect();
            if !name.is_empty() {
                named.push((part.number, name, line.as_slice()));
            }
        }
    }
    join(&named)
}

impl SymbolInputs<'_> {
    pub(super) fn context<'b>(&'b self, part: Fetched<'b>) -> Context<'b> {
        Context {
            zoom: self.plane.zoom(),
            feature: Some(part.feature),
            geometry_type: match part.shape.kind() {
                Kind::Point => "Point",
                Kind::Line => "LineString",
                Kind::Polygon => "Polygon",
            },
            state: self.state,
            has_image: Some(self),
            ..Context::nowhere()
        }
    }
}
