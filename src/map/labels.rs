//! The labels of a styled map: a board for each zoom, bearing and state that pictures have been asked for.
//!
//! A board is shared by all pictures of its kind and grows as they ask for more of the world. When all of them together
//! hold too much, some are forgotten whole; asked again, they give the same answers.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use moka::sync::Cache;

use super::sources::{Held, Source};
use super::{PictureError, State, StyledMap};
use crate::compose::{self, Inputs, Label, LabelPaths, LabelPlace, LayerData, SymbolInputs, SymbolLayer};
use crate::geo::{Camera, Plane};
use crate::label::{Area, Board, Candidate, Shown, Supply};
use crate::style::{Layer, Paint};
use crate::text::Alphabet;

/// What is kept of all boards of a style, in candidates: two to four kilobytes each.
const KEPT_CANDIDATES: u64 = 150_000;

/// A world smaller than this, CSS px, has no labels: they would be larger than what they name.
const LEAST_WORLD: f64 = 64.0;

/// A layer's shown labels.
pub type ShownLabels = Vec<(Arc<Label>, Shown)>;

/// Every board in use; clones share them.
#[derive(Clone)]
pub struct Boards(Cache<String, Arc<Shared>>);

/// A board that several threads ask.
struct Shared {
    labels: Mutex<Labels>,
    /// Candidates in it, as far as is known.
    held: AtomicU64,
}

/// A board, and the parts of the sources that it has seen.
struct Labels {
    board: Board<Arc<Label>>,
    seen: HashSet<LabelPlace>,
    paths: LabelPaths,
}

impl Labels {
    fn new(plane: &Plane) -> Self {
        let board = Board::of_world(plane.turned([plane.world_px(), 0.0]));
        Self { board, seen: HashSet::new(), paths: LabelPaths::default() }
    }
}

impl Default for Boards {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(64).build())
    }
}

impl Boards {
    fn get(&self, plane: &Plane, state: &State, drift: u64) -> Arc<Shared> {
        let key = format!("{}|{}|{drift}|{state:?}", plane.zoom().to_bits(), plane.bearing().to_bits());
        let new = || Shared { labels: Mutex::new(Labels::new(plane)), held: AtomicU64::new(0) };
        self.0.get_with(key, || Arc::new(new()))
    }

    /// Forgets boards until the others hold no more than they may.
    fn trim(&self) {
        let mut held: u64 = self.0.iter().map(|(_, shared)| shared.held.load(Ordering::Relaxed)).sum();
        for (key, shared) in self.0.iter() {
            if held <= KEPT_CANDIDATES {
                break;
            }
            held -= shared.held.load(Ordering::Relaxed).min(held);
            self.0.invalidate(&*key);
        }
    }
}

/// The labels that a picture shows, for each of the style's layers.
///
/// # Errors
/// Where a tile that a label may come from cannot be read.
pub(super) fn shown(map: &StyledMap, state: &State, camera: &Camera) -> Result<Vec<ShownLabels>, PictureError> {
    let mut by_layer = vec![Vec::new(); map.style.layers.len()];
    let drawn = |l: &&Layer| matches!(l.paint, Paint::Symbol(_)) && l.drawn_at(camera.zoom(), state);
    if !map.style.layers.iter().any(|l| drawn(&l)) {
        return Ok(by_layer);
    }
    let plane = camera.plane();
    if plane.world_px() < LEAST_WORLD {
        return Ok(by_layer);
    }
    let shared = map.boards.get(&plane, state, map.drift());
    {
        let mut labels = shared.labels.lock().unwrap_or_else(|poisoned| {
            // A thread that panicked may have left parts marked as seen whose candidates are missing: begin anew.
            shared.labels.clear_poison();
            let mut labels = poisoned.into_inner();
            *labels = Labels::new(&plane);
            labels
        });
        let Labels { board, seen, paths } = &mut *labels;
        let alphabet = Alphabet { fonts: &map.fonts, ranges: map.ranges.as_deref() };
        let inputs = SymbolInputs { plane, state, sprite: &map.sprite, alphabet };
        let mut supply = Sources { map, inputs: &inputs, seen, paths, whole: Ok(()) };
        let (min, max) = camera.on_plane();
        let found = board.shown(&Area { min, max }, &mut supply);
        if let Err(fault) = supply.whole {
            // The board has settled the places of labels without some that belong on it.
            *labels = Labels::new(&plane);
            return Err(fault);
        }
        for (candidate, shown) in found {
            let label = &candidate.payload;
            // Ranks count from the uppermost layer.
            if let Some(layer) = by_layer.iter_mut().rev().nth(label.layer as usize) {
                layer.push((label.clone(), shown));
            }
        }
        shared.held.store(board.len() as u64, Ordering::Relaxed);
    }
    map.boards.trim();
    Ok(by_layer)
}

/// Gives a board the candidates of a style's sources.
struct Sources<'a> {
    map: &'a StyledMap,
    inputs: &'a SymbolInputs<'a>,
    seen: &'a mut HashSet<LabelPlace>,
    paths: &'a mut LabelPaths,
    /// Whether every tile could be read.
    whole: Result<(), PictureError>,
}

impl Supply<Arc<Label>> for Sources<'_> {
    fn candidates(&mut self, area: &Area) -> Vec<Candidate<Arc<Label>>> {
        let SymbolInputs { plane, state, sprite, .. } = self.inputs;
        let camera = plane.camera(area.min, area.max);
        let inputs = Inputs { camera: &camera, state, sprite };
        let mut candidates = Vec::new();
        for (rank, layer) in (0..).zip(self.map.style.layers.iter().rev()) {
            let Paint::Symbol(paint) = &layer.paint else { continue };
            let source: Option<&Arc<Source>> = layer.source.as_ref().and_then(|id| self.map.sources.get(id));
            let Some(source) = source.filter(|_| layer.drawn_at(plane.zoom(), state)) else { continue };
            let held = Held::default();
            if let LayerData::Features(batches) = source.fetch(layer, &inputs, &held) {
                let is_new = |place| self.seen.insert(place);
                let layer = SymbolLayer { rank, layer, paint };
                candidates.extend(compose::symbols(self.inputs, area, layer, &batches, self.paths, is_new));
            }
            if self.whole.is_ok() {
                self.whole = held.whole();
            }
        }
        candidates
    }
}
