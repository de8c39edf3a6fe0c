//! The labels of a styled map: a board for each zoom, bearing and state that pictures have been
//! asked for.
//!
//! A board is shared by all pictures of its kind and grows as they ask for more of the world. When
//! all of them together hold too much, some are forgotten whole; asked again, they give the same
//! answers.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use foldhash::HashSet;
use moka::sync::Cache;

use super::sources::Fetching;
use super::tiles::Held;
use super::{SceneError, State, StyledMap};
use crate::compose::{
    self, Asked, Inputs, Label, LabelPaths, LayerData, PartId, Reaches, SymbolInputs, SymbolLayer,
};
use crate::geo::{Camera, Effort, Plane};
use crate::identity::Identity;
use crate::label::{
    Area, Board, CLASSES, Candidate, Obstacles, Rank, Shown, Supplied, Supply, Yields,
};
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
pub struct Boards(Cache<u128, Arc<Shared>>);

/// A board that several threads ask.
struct Shared {
    labels: Mutex<Labels>,
    /// Candidates in it, as far as is known.
    held: AtomicU64,
}

impl Shared {
    fn new(labels: Labels) -> Self {
        Self { labels: Mutex::new(labels), held: AtomicU64::new(0) }
    }
}

/// A board, and the parts of the sources that it has seen.
struct Labels {
    board: Board<Arc<Label>>,
    seen: HashSet<PartId>,
    paths: LabelPaths,
}

impl Labels {
    fn new(plane: &Plane) -> Self {
        let board = Board::of_world(plane.turned([plane.world_px(), 0.0]));
        Self { board, seen: HashSet::default(), paths: LabelPaths::default() }
    }

    /// For one picture.
    fn beside(plane: &Plane, room: &Room) -> Self {
        let Self { board, seen, paths } = Self::new(plane);
        Self { board: board.around(room.obstacles.clone()), seen, paths }
    }
}

impl Default for Boards {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(64).build())
    }
}

impl Boards {
    fn get(&self, plane: &Plane, state: &State, drift: u64) -> Arc<Shared> {
        let turned = (plane.zoom(), plane.bearing(), drift);
        let key = Identity::of_kind("board").with(&turned).with(state).number128();
        self.0.get_with(key, || Arc::new(Shared::new(Labels::new(plane))))
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

/// Where in one picture labels may be: in its map, clear of its furniture.
pub struct Room {
    obstacles: Obstacles,
    /// Whether the map's own labels keep within it, too, not only those of what lies on top.
    is_for_all: bool,
    /// Labels of what lies on top that had none.
    cut: Cell<usize>,
}

impl Room {
    /// All of a picture, for the labels of what lies on top. The map's own are cut by its edges, as
    /// those of a tile are.
    pub fn whole(camera: &Camera) -> Self {
        let (min, max) = camera.on_plane();
        let obstacles = Obstacles { map: Area { min, max }, boxes: Vec::new(), lines: Vec::new() };
        Self { obstacles, is_for_all: false, cut: Cell::new(0) }
    }

    /// The room for all labels of a map with furniture, CSS px from the picture's upper left: left,
    /// top, right, bottom of the map and of each box, and both ends of lines.
    pub fn beside(
        camera: &Camera,
        map: [f64; 4],
        boxes: impl IntoIterator<Item = [f64; 4]>,
        lines: impl IntoIterator<Item = [[f64; 2]; 2]>,
    ) -> Self {
        let (origin, _) = camera.on_plane();
        let area = |[left, top, right, bottom]: [f64; 4]| {
            Area { min: [left, top], max: [right, bottom] }.moved(origin)
        };
        let point = |[x, y]: [f64; 2]| [x + origin[0], y + origin[1]];
        let obstacles = Obstacles {
            map: area(map),
            boxes: boxes.into_iter().map(area).collect(),
            lines: lines.into_iter().map(|ends| ends.map(point)).collect(),
        };
        Self { obstacles, is_for_all: true, cut: Cell::new(0) }
    }

    /// How many labels of what lies on top had no room in it.
    pub fn cut(&self) -> usize {
        self.cut.get()
    }

    /// What of a layer's labels keeps within it.
    fn yields(&self, is_on_top: bool) -> Yields {
        match (is_on_top, self.is_for_all) {
            // What a user puts on the map stays.
            (true, _) => Yields::Text,
            (false, true) => Yields::Whole,
            (false, false) => Yields::Nothing,
        }
    }
}

/// The labels that a picture shows, for each of the style's layers.
///
/// # Errors
/// Where a tile that a label may come from cannot be read, or it is too much.
pub fn shown(
    map: &StyledMap,
    state: &State,
    camera: &Camera,
    room: &Room,
    effort: &Effort,
) -> Result<Vec<ShownLabels>, SceneError> {
    let mut by_layer = vec![Vec::new(); map.style.layers.len()];
    ask(map, state, camera, (room, effort), |candidate, shown| {
        let label = &candidate.payload;
        // Ranks count from the uppermost layer.
        if let Some(layer) = by_layer.iter_mut().rev().nth(label.layer as usize) {
            layer.push((label.clone(), shown));
        }
    })?;
    Ok(by_layer)
}

/// The room that the labels of a picture take: left, top, right, bottom in CSS px from its upper
/// left.
///
/// # Errors
/// Where a tile that a label may come from cannot be read, or it is too much.
pub fn taken(
    map: &StyledMap,
    state: &State,
    camera: &Camera,
    room: &Room,
    effort: &Effort,
) -> Result<Vec<[f64; 4]>, SceneError> {
    let ([x, y], _) = camera.on_plane();
    let mut taken = Vec::new();
    ask(map, state, camera, (room, effort), |candidate, shown| {
        let Area { min, max } = candidate.room(shown).moved([-x, -y]);
        taken.push([min[0], min[1], max[0], max[1]]);
    })?;
    Ok(taken)
}

/// Asks the board of a picture's kind, or one of its own, for what the picture shows.
fn ask(
    map: &StyledMap,
    state: &State,
    camera: &Camera,
    (room, effort): (&Room, &Effort),
    mut take: impl FnMut(&Candidate<Arc<Label>>, Shown),
) -> Result<(), SceneError> {
    let drawn = |l: &Layer| matches!(l.paint, Paint::Symbol(_)) && l.drawn_at(camera.zoom(), state);
    let plane = camera.plane();
    if !map.style.layers.iter().any(drawn) || plane.world_px() < LEAST_WORLD {
        return Ok(());
    }
    // Furniture and what lies on top are of this picture alone.
    let room = Some(room).filter(|room| room.is_for_all || !map.layers_on_top().is_empty());
    let shared = match room {
        Some(room) => Arc::new(Shared::new(Labels::beside(&plane, room))),
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
        let inputs = SymbolInputs { plane, state, sprite: &map.sprite, alphabet, effort };
        let mut supply =
            Sources { map, inputs: &inputs, room, seen, paths, is_torn: false, whole: Ok(()) };
        let (min, max) = camera.on_plane();
        let found = board.shown(&Area { min, max }, &mut supply);
        // What was broken off between two blocks of the world another picture may go on with.
        let is_torn = supply.is_torn;
        if let Err(fault) = supply.whole.and_then(|()| Ok(effort.check()?)) {
            if is_torn {
                // The board may settle the places of labels without some that belong on it.
                *labels = Labels::new(&plane);
            }
            return Err(fault);
        }
        found.into_iter().for_each(|(candidate, shown)| take(candidate, shown));
        if let Some(room) = room {
            room.cut.set(board.silenced());
        }
        shared.held.store(board.len() as u64, Ordering::Relaxed);
    }
    map.boards.trim();
    Ok(())
}

/// Gives a board the candidates of a style's sources.
struct Sources<'a> {
    map: &'a StyledMap,
    inputs: &'a SymbolInputs<'a>,
    /// Where labels may be, if the picture has a board of its own.
    room: Option<&'a Room>,
    seen: &'a mut HashSet<PartId>,
    paths: &'a mut LabelPaths,
    /// Whether not all candidates of a block were given.
    is_torn: bool,
    /// Whether every tile could be read.
    whole: Result<(), SceneError>,
}

impl Supply<Arc<Label>> for Sources<'_> {
    fn candidates(&mut self, area: &Area, class: usize) -> Supplied<Arc<Label>> {
        let SymbolInputs { plane, state, sprite, effort, .. } = self.inputs;
        let camera = plane.camera(area.min, area.max);
        let inputs = Inputs { camera: &camera, state, sprite, effort };
        let mut supplied = Supplied::default();
        for (rank, layer) in (0..).zip(self.map.style.layers.iter().rev()) {
            let Paint::Symbol(paint) = &layer.paint else { continue };
            let sourced = self.map.source_of(layer);
            let Some(sourced) = sourced.filter(|_| layer.drawn_at(plane.zoom(), state)) else {
                continue;
            };
            // What has no room in a picture is told of each, so each must be known.
            let is_sketched = self.room.is_none();
            let lengths = || self.map.known.lengths(&sourced.source, layer, self.inputs);
            let reaches =
                || is_sketched.then(|| Reaches::of(self.inputs, paint, lengths)).flatten();
            let reaches = self.paths.reaches(rank, reaches);
            let is_asked = match &reaches {
                Some(reaches) => reaches.has(class),
                None => class == CLASSES - 1,
            };
            if !is_asked {
                continue;
            }
            let held = Held::default();
            let by = Fetching { held: &held, tolerance_px: 0.0, known: None, projector: None };
            if let LayerData::Features(batches) = sourced.source.fetch(layer, &inputs, &by) {
                let is_new = |place| self.seen.insert(place);
                let layer = SymbolLayer { rank, layer, paint };
                let asked = Asked { area, class, reaches: reaches.as_deref(), is_sketched };
                let mut found =
                    compose::symbols(self.inputs, asked, layer, &batches, self.paths, is_new);
                if let Some(room) = self.room {
                    let yields = room.yields(sourced.is_on_top());
                    found.candidates.iter_mut().for_each(|one| one.yields = yields);
                }
                supplied.candidates.append(&mut found.candidates);
                supplied.sketches.append(&mut found.sketches);
            }
            if self.whole.is_ok() {
                self.whole = held.whole();
            }
        }
        self.is_torn |= self.whole.is_err() || self.is_over();
        supplied
    }

    fn drawn_out(&mut self, rank: Rank, copy: i64) -> Option<Candidate<Arc<Label>>> {
        let Rank { layer: rank, part, .. } = rank;
        let layer = self.map.style.layers.iter().rev().nth(rank as usize)?;
        let Paint::Symbol(paint) = &layer.paint else { return None };
        let part = self.map.source_of(layer)?.source.part(part, self.inputs.plane.zoom())?;
        let layer = SymbolLayer { rank, layer, paint };
        compose::drawn_out(self.inputs, layer, (part, copy), self.paths)
    }

    fn is_over(&self) -> bool {
        self.inputs.effort.over().is_some()
    }
}
