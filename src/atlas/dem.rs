//! Sources of elevation models: tiles of heights, each looked at with those around it.

use std::sync::Arc;

use moka::sync::Cache;

use super::tiles::{Held, Tiles, nearest, placed};
use crate::compose::Placed;
use crate::geo::{Camera, Projector, TileId};
use crate::source::tiles::{self, TileSet};
use crate::style::DemSource;
use crate::terrain::{Around, Ground, Heights};

/// The tiles of an elevation model.
pub struct Dem {
    tiles: Tiles<Heights>,
    /// By the version of the tiles; what lacks a tile that could not be read is not kept.
    kept: Cache<(u64, TileId), Arc<Ground>>,
}

/// How many bytes of the ground are kept for each source.
const KEPT_BYTES: u64 = 64 << 20;

pub fn source(name: String, set: TileSet, spec: &DemSource) -> Dem {
    let (factors, base) = (spec.factors, spec.base);
    let decode = move |_, bytes: &[u8]| match bytes.is_empty() {
        true => Ok(None),
        false => tiles::decode_heights(bytes, factors, base).map(Some),
    };
    let tiles = Tiles::new(name, set, spec.tiles.tile_size, Box::new(decode));
    let weight =
        |_: &(u64, TileId), ground: &Arc<Ground>| u32::try_from(ground.bytes()).unwrap_or(u32::MAX);
    let kept = Cache::builder().weigher(weight).max_capacity(KEPT_BYTES).build();
    Dem { tiles, kept }
}

impl Dem {
    /// What is wrong with its files now.
    pub fn fault(&self) -> Option<String> {
        self.tiles.fault()
    }

    pub fn tile_set(&self) -> &TileSet {
        &self.tiles.set
    }

    /// 0 while its files are those that the map was loaded with.
    pub fn drift(&self) -> u64 {
        self.tiles.drift()
    }

    /// The tiles that a picture shows, or their parts of larger ones, bent by a projection.
    pub fn fetch(
        &self,
        camera: &Camera,
        held: &Held,
        projector: Option<&Projector>,
    ) -> Vec<Placed<Ground>> {
        placed(&self.tiles, camera, projector, |id| {
            let (up, heights) = nearest(&self.tiles, id, held)?;
            let larger = TileId::new(u32::from(id.z() - up), id.x() >> up, id.y() >> up).ok()?;
            let ground = self.ground(larger, heights, held)?;
            let side = ground.side() as u32;
            Some((ground, [side, side], up))
        })
    }

    fn ground(&self, id: TileId, middle: Arc<Heights>, held: &Held) -> Option<Arc<Ground>> {
        let key = (self.tiles.version(), id);
        if let Some(ground) = self.kept.get(&key) {
            return Some(ground);
        }
        let mut around: Around = Default::default();
        for (i, slot) in around.iter_mut().enumerate() {
            *slot = match beside(id, i as i64 % 3 - 1, i as i64 / 3 - 1) {
                _ if i == 4 => Some(middle.clone()),
                Some(id) => self.tiles.held(id, held),
                None => None,
            };
        }
        let ground = Arc::new(Ground::new(id, &around)?);
        if held.whole().is_ok() {
            self.kept.insert(key, ground.clone());
        }
        Some(ground)
    }
}

/// The tile so many columns and rows away; none beyond the poles.
fn beside(id: TileId, columns: i64, rows: i64) -> Option<TileId> {
    let n = 1i64 << id.z();
    let row = u32::try_from(i64::from(id.y()) + rows).ok()?;
    TileId::new(u32::from(id.z()), (i64::from(id.x()) + columns).rem_euclid(n) as u32, row).ok()
}
