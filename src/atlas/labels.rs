//! The labels of a styled map: a board for each zoom, bearing and state that pictures have been
//! asked for.
//!
//! A board is shared by all pictures of its kind and grows as they ask for more of the world. When
//! all of them together hold too much, some are forgotten whole; asked again, they give the same
//! answers.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use moka::sync::Cache;

use super::tiles::Held;
use super::{PictureError, State, StyledMap};
use crate::compose::{
    self, Inputs, Label, LabelPaths, LabelPlace, LayerData, SymbolInputs, SymbolLayer,
};
use crate::geo::{Camera, Plane};
use crate::label::{Area, Board, Bound, Candidate, Shown, Supply};
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

impl Shared {
    fn new(plane: &Plane) -> Self {
        Self { labels: Mutex::new(Labels::new(plane)), held: AtomicU64::new(0) }
    }
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
        let key =
            format!("{}|{}|{drift}|{state:?}", plane.zoom().to_bits(), plane.bearing().to_bits());
        self.0.get_with(key, || Arc::new(Shared::new(plane)))
    }

    /// Forgets boards until the others hold no more than they may.
    fn trim(&self) {
        let mut held: u64 =
            self.0.iter().map(|(_, shared)| shared.held.load(Ordering::Relaxed)).sum();
        for (key, shared) in self.0.iter() {
            if held <= KEPT_CANDIDATES {
                break;
            }
            held -= shared.held.load(Ordering::Relaxed).min(held);
            self.0.invalidate(&*key);
        }
    }
}

/// Where in a picture the labels of what lies on top may be: in its map, clear of its furniture.
/// CSS px of the plane.
pub struct Room {
    map: Area,
    taken: Vec<Area>,
    /// From one copy of the world to the next.
    period: [f64; 2],
    /// Labels that had none.
    cut: Cell<usize>,
}

impl Room {
    /// The room of a map, and what is taken of it: left, top, right, bottom in CSS px from the
    /// picture's upper left.
    pub fn new(camera: &Camera, map: [f64; 4], taken: &[[f64; 4]]) -> Self {
        let ([x, y], _) = camera.on_plane();
        let area = |[left, top, right, bottom]: [f64; 4]| Area {
            min: [x + left, y + top],
            max: [x + right, y + bottom],
        };
        let plane = camera.plane();
        let period = plane.turned([plane.world_px(), 0.0]);
        Self {
            map: area(map),
            taken: taken.iter().map(|taken| area(*taken)).collect(),
            period,
            cut: Cell::new(0),
        }
    }

    /// How many labels had no room in it.
    pub fn cut(&self) -> usize {
        self.cut.get()
    }

    /// All of a picture.
    pub fn whole(camera: &Camera) -> Self {
        let (min, max) = camera.on_plane();
        Self::new(camera, [0.0, 0.0, max[0] - min[0], max[1] - min[1]], &[])
    }

    /// Closes positions that would be cut: those that are in no copy of the world where there is
    /// room for them, so that every copy shows the same. Whether some of the label would be seen
    /// but for that.
    fn close(&self, candidate: &mut Candidate<Arc<Label>>) -> bool {
        let copies =
            (-2..=2).map(|copy| copy - candidate.copy).map(|by| self.period.map(|p| p * by as f64));
        let moved = |area: Area, by: [f64; 2]| {
            let of = |v: [f64; 2]| [v[0] + by[0], v[1] + by[1]];
            Area { min: of(area.min), max: of(area.max) }
        };
        let has_room = |area: Area| {
            (0..2).all(|i| self.map.min[i] <= area.min[i] && area.max[i] <= self.map.max[i])
                && !self.taken.iter().any(|taken| taken.meets(&area))
        };
        let Some(text) = &mut candidate.text else { return false };
        for one in &mut text.tries {
            let bounds = || one.bounds.iter().chain(&one.around).map(Bound::area);
            one.closed = !copies.clone().any(|by| bounds().all(|area| has_room(moved(area, by))));
        }
        let is_seen = |area: Area| self.map.meets(&area);
        text.tries.iter().all(|one| one.closed)
            && text.tries.iter().flat_map(|one| &one.bounds).any(|bound| is_seen(bound.area()))
    }
}

/// The labels that a picture shows, for each of the style's layers.
///
/// # Errors
/// Where a tile that a label may come from cannot be read.
pub fn shown(
    map: &StyledMap,
    state: &State,
    camera: &Camera,
    room: &Room,
) -> Result<Vec<ShownLabels>, PictureError> {
    let mut by_layer = vec![Vec::new(); map.style.layers.len()];
    let drawn =
        |l: &&Layer| matches!(l.paint, Paint::Symbol(_)) && l.drawn_at(camera.zoom(), state);
    if !map.style.layers.iter().any(|l| drawn(&l)) {
        return Ok(by_layer);
    }
    let plane = camera.plane();
    if plane.world_px() < LEAST_WORLD {
        return Ok(by_layer);
    }
    // What lies on top is of this picture alone, and its labels make room for what is in this
    // picture.
    let room = Some(room).filter(|_| !map.layers_on_top().is_empty());
    let shared = match room {
        Some(_) => Arc::new(Shared::new(&plane)),
        None => map.boards.get(&plane, state, map.drift()),
    };
    {
        let mut labels = shared.labels.lock().unwrap_or_else(|poisoned| {
            // A thread that panicked may have left parts marked as seen whose candidates are
            // missing: begin anew.
            shared.labels.clear_poison();
            let mut labels = poisoned.into_inner();
            *labels = Labels::new(&plane);
            labels
        });
        let Labels { board, seen, paths } = &mut *labels;
        let alphabet = Alphabet { fonts: &map.fonts, ranges: map.ranges.as_deref() };
        let inputs = SymbolInputs { plane, state, sprite: &map.sprite, alphabet };
        let mut supply = Sources { map, inputs: &inputs, room, seen, paths, cut: 0, whole: Ok(()) };
        let (min, max) = camera.on_plane();
        let found = board.shown(&Area { min, max }, &mut supply);
        let (cut, whole) = (supply.cut, supply.whole);
        if let Err(fault) = whole {
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
        if let Some(room) = room {
            room.cut.set(cut);
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
    /// Where labels of what lies on top may be, if there are any.
    room: Option<&'a Room>,
    seen: &'a mut HashSet<LabelPlace>,
    paths: &'a mut LabelPaths,
    /// Labels of what lies on top that have no room.
    cut: usize,
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
            let sourced = self.map.source_of(layer);
            let Some(sourced) = sourced.filter(|_| layer.drawn_at(plane.zoom(), state)) else {
                continue;
            };
            let held = Held::default();
            if let LayerData::Features(batches) = sourced.source.fetch(layer, &inputs, &held) {
                let is_new = |place| self.seen.insert(place);
                let layer = SymbolLayer { rank, layer, paint };
                let mut found =
                    compose::symbols(self.inputs, area, layer, &batches, self.paths, is_new);
                if let Some(room) = self.room.filter(|_| sourced.is_on_top()) {
                    self.cut +=
                        found.iter_mut().map(|one| usize::from(room.close(one))).sum::<usize>();
                }
                candidates.extend(found);
            }
            if self.whole.is_ok() {
                self.whole = held.whole();
            }
        }
        candidates
    }
}
