//! MBTiles (<https://github.com/mapbox/mbtiles-spec>) and PMTiles (<https://docs.protomaps.com/pmtiles/>) archives.

use std::fmt;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Mutex;

use pmtiles::{AsyncBackend, AsyncPmTilesReader, BackendResponse, PmtError, PmtResult, TileCoord};
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::TilesError;
use crate::geo::TileId;

pub struct MbTiles {
    name: String,
    /// One reader at a time: the tiles that are read are kept decoded.
    database: Mutex<Connection>,
    zooms: (u8, u8),
}

impl fmt::Debug for MbTiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MbTiles").field("name", &self.name).finish_non_exhaustive()
    }
}

impl MbTiles {
    pub fn stamp(&self) -> String {
        stamp(&self.name)
    }

    pub fn open(path: &Path) -> Result<Self, TilesError> {
        let name = path.display().to_string();
        let wrong = |e| TilesError::MbTiles(name.clone(), e);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Connection::open_with_flags(path, flags).map_err(wrong)?;
        let zooms = database
            .query_row("SELECT min(zoom_level), max(zoom_level) FROM tiles", [], |row| {
                Ok((row.get::<_, Option<u8>>(0)?.unwrap_or(0), row.get::<_, Option<u8>>(1)?.unwrap_or(0)))
            })
            .map_err(wrong)?;
        Ok(Self { database: Mutex::new(database), zooms, name })
    }

    pub fn zooms(&self) -> (u8, u8) {
        self.zooms
    }

    pub fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>, TilesError> {
        let row = (1u32 << id.z()) - 1 - id.y();
        let database = self.database.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let query = "SELECT tile_data FROM tiles WHERE zoom_level = ?1 AND tile_column = ?2 AND tile_row = ?3";
        database
            .prepare_cached(query)
            .and_then(|mut found| found.query_row((id.z(), id.x(), row), |r| r.get(0)).optional())
            .map_err(|e| TilesError::MbTiles(self.name.clone(), e))
    }
}

pub struct PmTiles {
    name: String,
    reader: AsyncPmTilesReader<Backend>,
}

impl fmt::Debug for PmTiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PmTiles").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A file's path, size and time of its last change.
fn stamp(name: &str) -> String {
    let changed = std::fs::metadata(name).ok().map(|m| (m.len(), m.modified().ok()));
    format!("{name} {changed:?}")
}

impl PmTiles {
    pub fn stamp(&self) -> String {
        stamp(&self.name)
    }

    pub fn open(path: &Path) -> Result<Self, TilesError> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|e| TilesError::Io(name.clone(), e))?;
        // Reading from a file never waits for anything else, so no runtime is needed.
        let reader = pollster::block_on(AsyncPmTilesReader::try_from_source(Backend(file)))
            .map_err(|e| TilesError::PmTiles(name.clone(), Box::new(e)))?;
        Ok(Self { name, reader })
    }

    pub fn zooms(&self) -> (u8, u8) {
        let header = self.reader.get_header();
        (header.min_zoom, header.max_zoom)
    }

    pub fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>, TilesError> {
        let wrong = |e: PmtError| TilesError::PmTiles(self.name.clone(), Box::new(e));
        let at = TileCoord::new(id.z(), id.x(), id.y()).map_err(wrong)?;
        let bytes = pollster::block_on(self.reader.get_tile(at)).map_err(wrong)?;
        Ok(bytes.map(|b| b.to_vec()))
    }
}

struct Backend(File);

impl AsyncBackend for Backend {
    async fn read(&self, offset: u64, length: usize) -> PmtResult<BackendResponse> {
        let size = self.0.metadata().map_err(PmtError::Reading)?.len();
        let length = (length as u64).min(size.saturating_sub(offset)) as usize;
        let mut bytes = vec![0; length];
        self.0.read_exact_at(&mut bytes, offset).map_err(PmtError::Reading)?;
        Ok(BackendResponse::new(bytes.into()))
    }
}
