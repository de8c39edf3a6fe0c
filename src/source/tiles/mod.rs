//! Tiles from disk: folders of files, MBTiles and PMTiles archives; read one by one as pictures ask
//! for them.

mod archive;
mod folder;
mod heights;
mod picture;
mod vector;

use std::borrow::Cow;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;

pub use folder::MAX_STAMPED;
pub use heights::decode as decode_heights;
pub use picture::{Picture, decode as decode_picture};
pub use vector::{VectorTile, decode as decode_vector};

use super::roots::{Roots, RootsError};
use crate::geo::{TileId, World, WorldBox};
use crate::identity::Identity;
use archive::{Archive, Held, Kind};
use folder::Folder;

/// Why tiles can't be read.
#[derive(Debug, thiserror::Error)]
pub enum TilesError {
    #[error("{0} cannot be read: {1}")]
    Io(String, std::io::Error),
    #[error("{0} is no TileJSON: {1}")]
    TileJson(String, String),
    #[error("{0} is no MBTiles archive: {1}")]
    MbTiles(String, rusqlite::Error),
    #[error("{0} is no PMTiles archive: {1}")]
    PmTiles(String, Box<pmtiles::PmtError>),
    #[error("what {0} says of itself is no JSON: {1}")]
    Metadata(String, String),
    #[error("tiles in the encoding '{0}' are not read; only Mapbox Vector Tiles (mvt) are")]
    Encoding(String),
    #[error("'{0}' is on the network; tiles are read from disk only")]
    Remote(String),
    #[error(transparent)]
    Place(#[from] RootsError),
    #[error("{0} changed while it was read")]
    Changed(String),
    #[error("{0}")]
    Broken(Arc<TilesError>),
    #[error("a tile is not a vector tile: {0}")]
    Vector(#[from] fast_mvt::MvtError),
    #[error("a tile is no picture: {0}")]
    Picture(#[from] image::ImageError),
    #[error("a tile of an elevation model must be square; this one is {0} x {1} px")]
    NotSquare(u32, u32),
    #[error("a tile's gzip is damaged: {0}")]
    Gzip(std::io::Error),
    #[error("a tile is larger than {max} bytes when it is unzipped", max = MAX_TILE_BYTES)]
    TooLarge,
}

/// Where a source's tiles are, and which there are.
#[derive(Debug)]
pub struct TileSet {
    reader: Reader,
    minzoom: u8,
    maxzoom: u8,
    bounds: Option<WorldBox>,
    /// Rows are counted from the south.
    tms: bool,
}

#[derive(Debug)]
enum Reader {
    Folder(Folder),
    Archive(Archive),
    Held(Held),
}

/// What a style says of its tiles; what it leaves out comes from the TileJSON or the archive.
#[derive(Debug, Clone, Default)]
pub struct TileSetOptions {
    pub url: Option<String>,
    pub tiles: Vec<String>,
    pub minzoom: Option<u8>,
    pub maxzoom: Option<u8>,
    /// West, south, east, north in degrees.
    pub bounds: Option<[f64; 4]>,
    pub tms: bool,
}

/// What tiles say of themselves.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// The layers of vector tiles.
    pub layers: Vec<String>,
    pub attribution: Option<String>,
}

/// How large a tile may be.
const MAX_TILE_BYTES: u64 = 64 << 20;

/// The deepest zoom that tiles have where nothing else is said.
const DEFAULT_MAXZOOM: u8 = TileId::MAX_ZOOM;

impl TileSet {
    /// Opens the tiles; relative paths start at `folder`, and all must lead into `roots`.
    pub fn open(
        options: &TileSetOptions,
        folder: &Path,
        roots: &Roots,
    ) -> Result<Self, TilesError> {
        let mut options = options.clone();
        let mut folder = folder.to_path_buf();
        if let Some(url) = options.url.clone() {
            let path = local(&url, &folder)?;
            let file = roots.find(&path)?;
            let kind = match path.extension().and_then(|e| e.to_str()) {
                Some("mbtiles") => Some(Kind::MbTiles),
                Some("pmtiles") => Some(Kind::PmTiles),
                _ => None,
            };
            if let Some(kind) = kind {
                return Archive::open(kind, &file).map(|a| Self::new(Reader::Archive(a), &options));
            }
            read_tilejson(&file, &mut options)?;
            folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        }
        let Some(template) = options.tiles.first() else {
            let what = options.url.clone().unwrap_or_default();
            return Err(TilesError::TileJson(what, "it names no tiles".to_string()));
        };
        let tiles = Folder::open(&local(template, &folder)?, roots)?;
        Ok(Self::new(Reader::Folder(tiles), &options))
    }

    /// Those of a PMTiles archive that is in memory.
    pub fn held(
        options: &TileSetOptions,
        name: &str,
        bytes: Cow<'static, [u8]>,
    ) -> Result<Self, TilesError> {
        let held = Held::new(name, bytes)?;
        let zooms = held.zooms()?;
        Ok(Self::with(Reader::Held(held), zooms, options))
    }

    fn new(reader: Reader, options: &TileSetOptions) -> Self {
        let zooms = match &reader {
            Reader::Archive(archive) => archive.zooms(),
            _ => (0, DEFAULT_MAXZOOM),
        };
        Self::with(reader, zooms, options)
    }

    fn with(reader: Reader, (minzoom, maxzoom): (u8, u8), options: &TileSetOptions) -> Self {
        Self {
            reader,
            minzoom: options.minzoom.unwrap_or(minzoom),
            maxzoom: options.maxzoom.unwrap_or(maxzoom).min(TileId::MAX_ZOOM),
            bounds: options.bounds.and_then(bounds),
            tms: options.tms,
        }
    }

    /// What an archive of them says of itself; nothing for other tiles.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn about(&self) -> Result<About, TilesError> {
        let Reader::Archive(archive) = &self.reader else { return Ok(About::default()) };
        let said = archive.metadata()?;
        let layers = said.get("vector_layers").and_then(Json::as_array).into_iter().flatten();
        let layers = layers.filter_map(|l| Some(l.get("id")?.as_str()?.to_string())).collect();
        let attribution = said.get("attribution").and_then(Json::as_str).filter(|a| !a.is_empty());
        Ok(About { layers, attribution: attribution.map(str::to_string) })
    }

    /// The zooms that there are tiles of, from the first to the last.
    pub fn zooms(&self) -> (u8, u8) {
        (self.minzoom, self.maxzoom)
    }

    /// What tells these tiles from others at a start, or from themselves after a change, and
    /// whether that is sure: the length and time of change of an archive, or of every file in a
    /// folder, and the bytes of what is in memory.
    pub fn stamp(&self) -> (u128, bool) {
        let (reader, sure) = match &self.reader {
            Reader::Folder(folder) => folder.stamp(),
            Reader::Archive(archive) => (archive.stamp(), true),
            Reader::Held(held) => (held.stamp(), true),
        };
        let zooms = (self.minzoom, self.maxzoom, self.tms);
        let whole = Identity::of_kind("tiles").with(&reader).with(&self.bounds).with(&zooms);
        (whole.number128(), sure)
    }

    /// A number that is another while the server runs when an archive's file has changed; 0 for
    /// what is in memory, and for folders, whose tiles are taken to be the same from one start to
    /// the next.
    pub fn version(&self) -> u64 {
        match &self.reader {
            Reader::Folder(_) | Reader::Held(_) => 0,
            Reader::Archive(archive) => {
                Identity::of_kind("archive").with(&archive.file_stamp()).number()
            }
        }
    }

    /// The bytes of one tile, unzipped; none where there is no such tile.
    ///
    /// # Errors
    /// Where it, or the archive that may have it, cannot be read.
    pub fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>, TilesError> {
        if !self.reaches(id) {
            return Ok(None);
        }
        let bytes = match &self.reader {
            Reader::Folder(folder) => folder.tile(id, self.tms)?,
            Reader::Archive(archive) => archive.tile(id)?,
            Reader::Held(held) => held.tile(id)?,
        };
        bytes.map(unzipped).transpose()
    }

    /// Whether there may be a tile, by the zooms and bounds of the set.
    pub fn reaches(&self, id: TileId) -> bool {
        // In whichever copy of the world: bounds may run over the antimeridian.
        let meets = |b: &WorldBox| {
            [-1.0, 0.0, 1.0].into_iter().map(|copy| id.bounds().moved(copy)).any(|t| {
                t.min.x < b.max.x && b.min.x < t.max.x && t.min.y < b.max.y && b.min.y < t.max.y
            })
        };
        (self.minzoom..=self.maxzoom).contains(&id.z()) && self.bounds.as_ref().is_none_or(meets)
    }
}

/// Bounds in the world, from west to east: those whose west is greater run over the antimeridian,
/// and so do those beyond 180 degrees. `None` where they are no bounds.
fn bounds([west, south, east, north]: [f64; 4]) -> Option<WorldBox> {
    let is_box = south < north && west != east && [west, east].iter().all(|lon| lon.abs() <= 540.0);
    let east = if east < west { east + 360.0 } else { east };
    // No more than once around, from the world's own part of it.
    let turn = 360.0 * ((west + 180.0) / 360.0).floor();
    is_box
        .then(|| WorldBox::from_degrees([west - turn, south, east.min(west + 360.0) - turn, north]))
}

/// A path from a style, relative to its folder.
fn local(reference: &str, folder: &Path) -> Result<PathBuf, TilesError> {
    let path =
        reference.strip_prefix("pmtiles://").or_else(|| reference.strip_prefix("mbtiles://"));
    let path = path.or_else(|| reference.strip_prefix("file://")).unwrap_or(reference);
    if path.contains("://") {
        return Err(TilesError::Remote(reference.to_string()));
    }
    Ok(folder.join(path))
}

fn read_tilejson(path: &Path, options: &mut TileSetOptions) -> Result<(), TilesError> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|e| TilesError::Io(name.clone(), e))?;
    let json: Json =
        serde_json::from_str(&text).map_err(|e| TilesError::TileJson(name, e.to_string()))?;
    let zoom = |key: &str| json.get(key).and_then(Json::as_f64).map(|z| z.clamp(0.0, 24.0) as u8);
    let bounds = json.get("bounds").and_then(Json::as_array);
    let bounds = bounds.and_then(|b| b.iter().map(Json::as_f64).collect::<Option<Vec<f64>>>());
    let tiles =
        json.get("tiles").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
    if let Some(encoding) = json.get("encoding").and_then(Json::as_str).filter(|e| *e == "mlt") {
        return Err(TilesError::Encoding(encoding.to_string()));
    }
    options.minzoom = options.minzoom.or(zoom("minzoom"));
    options.maxzoom = options.maxzoom.or(zoom("maxzoom"));
    options.bounds = options.bounds.or(bounds.and_then(|b| b.try_into().ok()));
    options.tms |= json.get("scheme").and_then(Json::as_str) == Some("tms");
    options.tiles = tiles.map(str::to_string).collect();
    Ok(())
}

fn unzipped(bytes: Vec<u8>) -> Result<Vec<u8>, TilesError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut out = Vec::new();
    let mut decoder = flate2::read::MultiGzDecoder::new(&bytes[..]).take(MAX_TILE_BYTES + 1);
    decoder.read_to_end(&mut out).map_err(TilesError::Gzip)?;
    if out.len() as u64 > MAX_TILE_BYTES { Err(TilesError::TooLarge) } else { Ok(out) }
}

/// A place within a tile, 0..=1 from its north-west corner, in the world.
fn world_in(id: TileId, x: f64, y: f64) -> World {
    let n = f64::from(1u32 << id.z());
    World { x: (f64::from(id.x()) + x) / n, y: (f64::from(id.y()) + y) / n }
}
