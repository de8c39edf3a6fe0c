//! Decoded tiles of a source: which a picture shows, from where, and what could not be read.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use moka::sync::Cache;

use super::bent::bent;
use super::error::SceneError;
use super::faults::Failing;
use crate::compose::Placed;
use crate::geo::{Camera, Projector, TileId, WorldBox};
use crate::index::Index;
use crate::source::tiles::{TileSet, TilesError, VectorTile};

/// Decoded tiles, the last used kept.
pub struct Tiles<T> {
    pub set: TileSet,
    decode: Decode<T>,
    /// CSS px.
    pub size: u32,
    /// By the version of the tiles; what could not be read is not kept.
    kept: Cache<(u64, TileId), Option<Arc<T>>>,
    failing: Failing,
    /// The version of the tiles that the map was loaded with.
    loaded: u64,
}

/// `None` where what was read stands for no tile.
pub type Decode<T> = Box<dyn Fn(TileId, &[u8]) -> Result<Option<T>, TilesError> + Send + Sync>;

/// How many decoded tiles of one source are kept.
const KEPT_TILES: u64 = 256;

/// How many zooms further up a tile is looked for that stands for a missing one.
const MAX_OVERZOOM: u8 = 10;

/// How many copies of the world to either side can be shown: more than the widest picture has at
/// its least zoom.
pub const MAX_COPIES: i64 = 96;

impl<T: Send + Sync + 'static> Tiles<T> {
    pub fn new(name: String, set: TileSet, size: u32, decode: Decode<T>) -> Self {
        let loaded = set.version();
        Self {
            set,
            decode,
            size,
            kept: Cache::new(KEPT_TILES),
            failing: Failing::new(name),
            loaded,
        }
    }

    /// A tile; none where there is none.
    pub fn get(&self, id: TileId) -> Result<Option<Arc<T>>, Arc<TilesError>> {
        let read = || {
            let bytes = self.set.tile(id)?;
            let tile = bytes.map(|bytes| (self.decode)(id, &bytes)).transpose();
            tile.map(|tile| tile.flatten().map(Arc::new))
        };
        let tile = self.kept.try_get_with((self.set.version(), id), read);
        self.failing.note(id, tile.as_ref().err().map(|e| &**e));
        tile
    }

    /// The same; where it cannot be read, what is drawn of it is told.
    pub fn held(&self, id: TileId, held: &Held) -> Option<Arc<T>> {
        self.get(id).unwrap_or_else(|_| {
            let _ = held.fault.set(self.failing.name().to_string());
            None
        })
    }

    /// A number that is another when the tiles have changed.
    pub fn version(&self) -> u64 {
        self.set.version()
    }

    /// What is wrong with the tiles now: those that could not be read are tried again.
    pub fn fault(&self) -> Option<String> {
        self.failing.tiles().into_iter().for_each(|id| drop(self.get(id)));
        self.failing.told()
    }

    /// 0 while the tiles are those that the map was loaded with.
    pub fn drift(&self) -> u64 {
        match self.set.version() {
            version if version == self.loaded => 0,
            version => version.max(1),
        }
    }
}

/// What a picture is being drawn from: it lives as long as that takes.
#[derive(Default)]
pub struct Held {
    tiles: elsa::FrozenVec<Arc<VectorTile>>,
    /// What was found in sources that several layers draw.
    found: RefCell<Vec<Found>>,
    /// The first source of which a tile could not be read.
    fault: OnceCell<String>,
}

/// The parts of an index in a part of the world.
struct Found {
    /// Which index it is, by where it is.
    index: *const Index,
    bounds: WorldBox,
    numbers: Rc<[u32]>,
}

/// How much further than a layer paints its source is asked, CSS px, so that what is found is
/// enough for the next layer.
const ASKED_BEYOND_PX: f64 = 16.0;

impl Held {
    /// The numbers of the parts that may leave a mark in the picture, and of some beside it, in
    /// source order, where a layer paints so many device px beyond its geometry.
    pub fn found(&self, index: &Index, copy: i64, camera: &Camera, reach_px: f64) -> Rc<[u32]> {
        let there = |reach_px: f64| camera.bounds(reach_px).moved(-(copy as f64));
        let (which, wanted) = (std::ptr::from_ref(index), there(reach_px));
        let mut found = self.found.borrow_mut();
        let known = found.iter().find(|f| f.index == which && f.bounds.holds(&wanted));
        if let Some(known) = known {
            return known.numbers.clone();
        }
        let bounds = there(reach_px + ASKED_BEYOND_PX * camera.ratio());
        let numbers: Rc<[u32]> = index.numbers_in(&bounds).into();
        found.push(Found { index: which, bounds, numbers: numbers.clone() });
        numbers
    }

    pub fn keep(&self, tile: Arc<VectorTile>) -> &VectorTile {
        self.tiles.push_get(tile)
    }

    /// Whether all that was asked for was there.
    ///
    /// # Errors
    /// Where a tile could not be read: what is drawn without it is wrong.
    pub fn whole(&self) -> Result<(), SceneError> {
        self.fault.get().map_or(Ok(()), |source| Err(SceneError::Source(source.clone())))
    }
}

/// The tiles of a zoom, or the nearest that the source has above it, that cover what is shown, each
/// with the copy of the world it is drawn in.
pub fn covering<T: Send + Sync + 'static>(
    zoom: f64,
    shown: &WorldBox,
    tiles: &Tiles<T>,
) -> Vec<(TileId, i64)> {
    let (minzoom, maxzoom) = tiles.set.zooms();
    // A world smaller than its one tile is that tile.
    let zoom = zoom.max(0.0);
    if zoom < f64::from(minzoom) {
        return Vec::new();
    }
    let z = (zoom as u8).min(maxzoom);
    let n = i64::from(1u32 << z);
    let cells =
        |low: f64, high: f64| (low * n as f64).floor() as i64..=(high * n as f64).floor() as i64;
    let mut found = Vec::new();
    for y in cells(shown.min.y, shown.max.y).filter(|y| (0..n).contains(y)) {
        for x in cells(shown.min.x, shown.max.x) {
            let copy = x.div_euclid(n);
            if copy.abs() <= MAX_COPIES
                && let Ok(id) = TileId::new(u32::from(z), x.rem_euclid(n) as u32, y as u32)
            {
                found.push((id, copy));
            }
        }
    }
    found
}

/// A tile, or the nearest larger one that there is, with how many zooms further up it is; none
/// outside the set's bounds.
pub fn nearest<T: Send + Sync + 'static>(
    tiles: &Tiles<T>,
    id: TileId,
    held: &Held,
) -> Option<(u8, Arc<T>)> {
    if !tiles.set.reaches(id) {
        return None;
    }
    let (minzoom, _) = tiles.set.zooms();
    (0..=(id.z() - minzoom.min(id.z())).min(MAX_OVERZOOM)).find_map(|up| {
        let larger = TileId::new(u32::from(id.z() - up), id.x() >> up, id.y() >> up).ok()?;
        Some((up, tiles.held(larger, held)?))
    })
}

/// The pictures of the tiles that an upright picture shows, each from `of` with its size and how many
/// zooms above the tile it is, bent by a projection.
pub fn placed<T: Send + Sync + 'static, P>(
    tiles: &Tiles<T>,
    camera: &Camera,
    projector: Option<&Projector>,
    of: impl Fn(TileId) -> Option<(Arc<P>, [u32; 2], u8)>,
) -> Vec<Placed<P>> {
    let camera = camera.aligned();
    let seen = camera.bounds(0.0);
    let shown = match projector {
        None => seen,
        Some(projector) => projector.around_inverse(&seen),
    };
    // The nearest to that at which a tile has its size.
    let zoom = (camera.zoom() + (512.0 / f64::from(tiles.size)).log2() + 0.5).floor();
    let found = covering(zoom, &shown, tiles).into_iter().filter_map(|(id, copy)| {
        let (what, size, up) = of(id)?;
        Some(placed_part(what, size, (id, up), copy))
    });
    match projector {
        None => found.collect(),
        Some(projector) => bent(&found.collect::<Vec<_>>(), &shown, projector, &camera),
    }
}

/// A tile, or the part of a tile `up` zooms above it that lies in its place; `size` is that of the
/// whole.
fn placed_part<T>(what: Arc<T>, size: [u32; 2], (id, up): (TileId, u8), copy: i64) -> Placed<T> {
    let share = 1.0 / f64::from(1u32 << up);
    let place = |at: u32, size: u32| {
        let size = f64::from(size) * share;
        let start = f64::from(at & ((1u32 << up) - 1)) * size;
        (start, start + size)
    };
    let (left, right) = place(id.x(), size[0]);
    let (top, bottom) = place(id.y(), size[1]);
    Placed { what, corners: id.bounds().corners(), part: [left, top, right, bottom], copy }
}
