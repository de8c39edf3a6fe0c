//! The labels of a styled map: a board for each zoom, bearing and state that pictures have been asked for.
//!
//! A board is shared by all pictures of its kind and grows as they ask for more of the world. When all of them together
//! hold too much, those not asked for longest are forgotten; asked again, they give the same answers.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use moka::sync::Cache;

use super::sources::{Held, Source};
use super::{State, StyledMap};
use crate::compose::{self, Inputs, Label, LabelPlace, LayerData, SymbolInputs};
use crate::geo::{Camera, Plane};
use crate::label::{Area, Board, Candidate, Shown, Supply};
use crate::style::{Layer, Paint};
use crate::text::Alphabet;

/// What is kept of all boards of a style, in candidates: about a kilobyte each.
const KEPT_CANDIDATES: u64 = 400_000;

/// A layer's shown labels.
pub type ShownLabels = Vec<(Arc<Label>, Shown)>;

/// Every board in use.
pub struct Boards(Cache<String, Arc<Mutex<Labels>>>);

/// A board, and the parts of the sources that it has seen.
#[derive(Default)]
struct Labels {
    board: Board<Arc<Label>>,
    seen: HashSet<LabelPlace>,
}

impl Default for Boards {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(64).build())
    }
}

impl Boards {
    fn get(&self, plane: &Plane, state: &State) -> Arc<Mutex<Labels>> {
        let key = format!("{}|{}|{state:?}", plane.zoom().to_bits(), plane.bearing().to_bits());
        self.0.get_with(key, Arc::default)
    }

    /// Forgets boards until the others hold no more than they may.
    fn trim(&self) {
        let size = |labels: &Arc<Mutex<Labels>>| labels.try_lock().map_or(0, |l| l.board.len() as u64);
        let mut held: u64 = self.0.iter().map(|(_, labels)| size(&labels)).sum();
        for (key, labels) in self.0.iter() {
            if held <= KEPT_CANDIDATES {
                break;
            }
            held -= size(&labels).min(held);
            self.0.invalidate(&*key);
        }
    }
}

/// The labels that a picture shows, for each of the style's layers.
pub(super) fn shown(map: &StyledMap, state: &State, camera: &Camera) -> Vec<ShownLabels> {
    let mut by_layer = vec![Vec::new(); map.style.layers.len()];
    let drawn = |l: &&Layer| matches!(l.paint, Paint::Symbol(_)) && l.drawn_at(camera.zoom(), state);
    if !map.style.layers.iter().any(|l| drawn(&l)) {
        return by_layer;
    }
    let plane = camera.plane();
    let labels = map.boards.get(&plane, state);
    {
        // A thread that panicked has left the board as it was between two answers.
        let mut labels = labels.lock().unwrap_or_else(|e| e.into_inner());
        let Labels { board, seen } = &mut *labels;
        let alphabet = Alphabet { fonts: &map.fonts, ranges: map.ranges.as_deref() };
        let inputs = SymbolInputs { plane, state, sprite: &map.sprite, alphabet };
        let mut supply = Sources { map, inputs: &inputs, seen };
        let (min, max) = camera.on_plane();
        for (candidate, shown) in board.shown(&Area { min, max }, &mut supply) {
            let label = &candidate.payload;
            // Ranks count from the uppermost layer.
            if let Some(layer) = by_layer.iter_mut().rev().nth(label.layer as usize) {
                layer.push((label.clone(), shown));
            }
        }
    }
    map.boards.trim();
    by_layer
}

/// Gives a board the candidates of a style's sources.
struct Sources<'a> {
    map: &'a StyledMap,
    inputs: &'a SymbolInputs<'a>,
    seen: &'a mut HashSet<LabelPlace>,
}

impl Supply<Arc<Label>> for Sources<'_> {
    fn candidates(&mut self, area: &Area) -> Vec<Candidate<Arc<Label>>> {
        let SymbolInputs { plane, state, sprite, .. } = self.inputs;
        let camera = plane.camera(area.min, area.max);
        let inputs = Inputs { camera: &camera, state, sprite };
        let mut candidates = Vec::new();
        for (rank, layer) in (0..).zip(self.map.style.layers.iter().rev()) {
            let Paint::Symbol(paint) = &layer.paint else { continue };
            let source: Option<&Source> = layer.source.as_ref().and_then(|id| self.map.sources.get(id));
            let Some(source) = source.filter(|_| layer.drawn_at(plane.zoom(), state)) else { continue };
            let held = Held::default();
            if let LayerData::Features(batches) = source.fetch(layer, &inputs, &held) {
                let is_new = |place| self.seen.insert(place);
                candidates.extend(compose::symbols(self.inputs, rank, layer, paint, &batches, is_new));
            }
        }
        candidates
    }
}
