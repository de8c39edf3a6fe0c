//! MBTiles (<https://github.com/mapbox/mbtiles-spec>) and PMTiles
//! (<https://docs.protomaps.com/pmtiles/>) archives.
//!
//! An archive whose file has changed is opened anew, and a tile counts only if its file was the
//! same before and after it was read: so an archive that was cut short or replaced under the
//! server's hands gives errors while it is broken, and right tiles as soon as it is whole.

use std::borrow::Cow;
use std::fmt;
use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use pmtiles::{
    AsyncBackend, AsyncPmTilesReader, BackendResponse, PmtError, PmtResult, TileCoord, TileType,
};
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use serde_json::Value as Json;

use super::TilesError;
use crate::geo::TileId;
use crate::identity::{Identity, identified_by_fields};

/// What a file is known by: another file, or the same after a change, has another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileStamp {
    place: Place,
    length: u64,
    changed: Option<SystemTime>,
}

identified_by_fields!(FileStamp { place, length, changed });

impl FileStamp {
    fn of(path: &Path) -> Result<Self, TilesError> {
        let file =
            std::fs::metadata(path).map_err(|e| TilesError::Io(path.display().to_string(), e))?;
        Ok(Self { place: place(&file), length: file.len(), changed: file.modified().ok() })
    }
}

/// Where a file lies on a disk: the device and the inode.
#[cfg(unix)]
type Place = (u64, u64);

#[cfg(unix)]
fn place(file: &Metadata) -> Place {
    use std::os::unix::fs::MetadataExt as _;
    (file.dev(), file.ino())
}

/// Windows does not say where a file lies, but when it was made.
#[cfg(not(unix))]
type Place = Option<SystemTime>;

#[cfg(not(unix))]
fn place(file: &Metadata) -> Place {
    file.created().ok()
}

/// The formats of archives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    MbTiles,
    PmTiles,
}

/// An archive of tiles.
pub struct Archive {
    kind: Kind,
    path: PathBuf,
    opened: Mutex<Opened>,
    zooms: (u8, u8),
}

struct Opened {
    /// Of the file that the reader reads.
    stamp: FileStamp,
    reader: Result<Arc<Reader>, Arc<TilesError>>,
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Archive").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Archive {
    pub fn open(kind: Kind, path: &Path) -> Result<Self, TilesError> {
        let stamp = FileStamp::of(path)?;
        let reader = Reader::open(kind, path)?;
        let zooms = reader.zooms()?;
        let opened = Mutex::new(Opened { stamp, reader: Ok(Arc::new(reader)) });
        Ok(Self { kind, path: path.to_path_buf(), opened, zooms })
    }

    /// Those of the archive as it was first opened.
    pub fn zooms(&self) -> (u8, u8) {
        self.zooms
    }

    /// `None` while the file is not there.
    pub fn file_stamp(&self) -> Option<FileStamp> {
        FileStamp::of(&self.path).ok()
    }

    /// What it says of itself.
    pub fn metadata(&self) -> Result<Json, TilesError> {
        self.reader(FileStamp::of(&self.path)?)?.metadata(&self.path)
    }

    /// A number for the file's path, length and time of change.
    pub fn stamp(&self) -> u128 {
        let known = self.file_stamp().map(|file| (file.length, file.changed));
        Identity::of_kind("archive").with(self.path.as_path()).with(&known).number128()
    }

    pub fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>, TilesError> {
        let before = FileStamp::of(&self.path)?;
        let tile = self.reader(before)?.tile(&self.path, id);
        match FileStamp::of(&self.path)? == before {
            true => tile,
            false => Err(TilesError::Changed(self.path.display().to_string())),
        }
    }

    /// The reader of the file as it is now.
    fn reader(&self, now: FileStamp) -> Result<Arc<Reader>, TilesError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.stamp != now {
            let reader = Reader::open(self.kind, &self.path).map(Arc::new).map_err(Arc::new);
            *opened = Opened { stamp: now, reader };
        }
        opened.reader.clone().map_err(TilesError::Broken)
    }
}

/// A PMTiles archive in memory.
pub struct Held {
    name: String,
    reader: Reader,
    stamp: u128,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Held {
    pub fn new(name: &str, bytes: Cow<'static, [u8]>) -> Result<Self, TilesError> {
        let stamp = Identity::of_kind("held archive").with(&*bytes).number128();
        let bytes = match bytes {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => bytes.into(),
        };
        let reader = Reader::pmtiles(name.to_string(), Backend::Held(bytes))?;
        Ok(Self { name: name.to_string(), reader, stamp })
    }

    pub fn zooms(&self) -> Result<(u8, u8), TilesError> {
        self.reader.zooms()
    }

    /// A number for its bytes.
    pub fn stamp(&self) -> u128 {
        self.stamp
    }

    pub fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>, TilesError> {
        self.reader.tile(Path::new(&self.name), id)
    }
}

enum Reader {
    /// One reader at a time: the tiles that are read are kept decoded.
    MbTiles(String, Mutex<Connection>),
    PmTiles(Box<AsyncPmTilesReader<Backend>>),
}

impl Reader {
    fn open(kind: Kind, path: &Path) -> Result<Self, TilesError> {
        let name = path.display().to_string();
        match kind {
            Kind::MbTiles => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let database = Connection::open_with_flags(path, flags);
                let database = database.map_err(|e| TilesError::MbTiles(name.clone(), e))?;
                Ok(Self::MbTiles(name, Mutex::new(database)))
            }
            Kind::PmTiles => {
                let file = File::open(path).map_err(|e| TilesError::Io(name.clone(), e))?;
                Self::pmtiles(name, Backend::File(file))
            }
        }
    }

    fn pmtiles(name: String, backend: Backend) -> Result<Self, TilesError> {
        // Reading never waits for anything else, so no runtime is needed.
        let reader = pollster::block_on(AsyncPmTilesReader::try_from_source(backend));
        let reader = reader.map_err(|e| TilesError::PmTiles(name, Box::new(e)))?;
        match reader.get_header().tile_type {
            TileType::Mlt => Err(TilesError::Encoding("mlt".to_string())),
            _ => Ok(Self::PmTiles(Box::new(reader))),
        }
    }

    fn zooms(&self) -> Result<(u8, u8), TilesError> {
        match self {
            Self::MbTiles(name, database) => {
                let database = database.lock().unwrap_or_else(PoisonError::into_inner);
                zooms(&database).map_err(|e| TilesError::MbTiles(name.clone(), e))
            }
            Self::PmTiles(reader) => {
                Ok((reader.get_header().min_zoom, reader.get_header().max_zoom))
            }
        }
    }

    /// What the archive says of itself, as JSON: `vector_layers`, `attribution` and more.
    fn metadata(&self, path: &Path) -> Result<Json, TilesError> {
        match self {
            Self::MbTiles(name, database) => {
                let database = database.lock().unwrap_or_else(PoisonError::into_inner);
                said(&database).map_err(|e| TilesError::MbTiles(name.clone(), e))
            }
            Self::PmTiles(reader) => {
                let name = path.display().to_string();
                let text = pollster::block_on(reader.get_metadata())
                    .map_err(|e| TilesError::PmTiles(name.clone(), Box::new(e)))?;
                serde_json::from_str(&text).map_err(|e| TilesError::Metadata(name, e.to_string()))
            }
        }
    }

    fn tile(&self, path: &Path, id: TileId) -> Result<Option<Vec<u8>>, TilesError> {
        match self {
            Self::MbTiles(name, database) => {
                let row = (1u32 << id.z()) - 1 - id.y();
                let database = database.lock().unwrap_or_else(PoisonError::into_inner);
                let query = "SELECT tile_data FROM tiles WHERE zoom_level = ?1 AND tile_column = \
                    ?2 AND tile_row = ?3";
                database
                    .prepare_cached(query)
                    .and_then(|mut found| {
                        found.query_row((id.z(), id.x(), row), |r| r.get(0)).optional()
                    })
                    .map_err(|e| TilesError::MbTiles(name.clone(), e))
            }
            Self::PmTiles(reader) => {
                let wrong =
                    |e: PmtError| TilesError::PmTiles(path.display().to_string(), Box::new(e));
                let at = TileCoord::new(id.z(), id.x(), id.y()).map_err(wrong)?;
                let bytes = pollster::block_on(reader.get_tile(at)).map_err(wrong)?;
                Ok(bytes.map(|b| b.to_vec()))
            }
        }
    }
}

/// The first and the last zoom there are tiles of. Where an index begins with the zoom, each is one
/// look-up in it; SQLite reads every row to answer for both at once. Without such an index what the
/// archive says of itself is believed.
fn zooms(database: &Connection) -> rusqlite::Result<(u8, u8)> {
    let indexed = "SELECT count(*) FROM sqlite_master t, pragma_index_list(t.name) i, \
                   pragma_index_info(i.name) c \
                   WHERE t.type = 'table' AND c.seqno = 0 AND c.name = 'zoom_level'";
    let indexed = database.query_row(indexed, [], |row| row.get::<_, u32>(0))? > 0;
    if !indexed && let Some(said) = said_zooms(database) {
        return Ok(said);
    }
    let both = "SELECT (SELECT min(zoom_level) FROM tiles), (SELECT max(zoom_level) FROM tiles)";
    database.query_row(both, [], |row| {
        Ok((row.get::<_, Option<u8>>(0)?.unwrap_or(0), row.get::<_, Option<u8>>(1)?.unwrap_or(0)))
    })
}

/// The metadata of MBTiles: its rows, and the members of the one that is JSON.
fn said(database: &Connection) -> rusqlite::Result<Json> {
    let mut all = serde_json::Map::new();
    let mut rows = database.prepare("SELECT name, value FROM metadata")?;
    let both = |row: &rusqlite::Row| Ok((row.get::<_, SqlValue>(0)?, row.get::<_, SqlValue>(1)?));
    for row in rows.query_map([], both)? {
        // What is no text says nothing here.
        let (SqlValue::Text(name), SqlValue::Text(value)) = row? else { continue };
        match serde_json::from_str(&value) {
            Ok(Json::Object(members)) if name == "json" => all.extend(members),
            _ => drop(all.insert(name, Json::String(value))),
        }
    }
    Ok(Json::Object(all))
}

/// What the archive's metadata says of its zooms.
fn said_zooms(database: &Connection) -> Option<(u8, u8)> {
    let zoom = |name: &str| {
        let query = "SELECT CAST(value AS INTEGER) FROM metadata WHERE name = ?1";
        database.query_row(query, [name], |row| row.get::<_, u8>(0)).ok()
    };
    zoom("minzoom").zip(zoom("maxzoom")).filter(|(min, max)| min <= max && *max <= TileId::MAX_ZOOM)
}

enum Backend {
    File(File),
    Held(Bytes),
}

impl AsyncBackend for Backend {
    async fn read(&self, offset: u64, length: usize) -> PmtResult<BackendResponse> {
        let size = match self {
            Self::File(file) => file.metadata().map_err(PmtError::Reading)?.len(),
            Self::Held(bytes) => bytes.len() as u64,
        };
        let offset = offset.min(size);
        let length = (length as u64).min(size - offset) as usize;
        let read = match self {
            Self::Held(bytes) => bytes.slice(offset as usize..offset as usize + length),
            Self::File(file) => {
                let mut bytes = vec![0; length];
                read_at(file, &mut bytes, offset).map_err(PmtError::Reading)?;
                bytes.into()
            }
        };
        Ok(BackendResponse::new(read))
    }
}

/// Fills `bytes` from a place in the file; threads may do so at once.
#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    use std::os::unix::fs::FileExt as _;
    file.read_exact_at(bytes, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt as _;
    while !bytes.is_empty() {
        match file.seek_read(bytes, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                bytes = &mut bytes[count..];
                offset += count as u64;
            }
        }
    }
    Ok(())
}
