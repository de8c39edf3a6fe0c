//! Tiles as files in folders, by a path with `{z}`, `{x}` and `{y}` in it.

use std::fs;
use std::hash::Hash as _;
use std::io::ErrorKind;
use std::path::{self, Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

use super::TilesError;
use crate::geo::TileId;
use crate::source::roots::{Roots, RootsError};

/// Files of one folder whose changes are noticed at a start; looking at as many takes some seconds.
pub const MAX_STAMPED: usize = 1_000_000;

#[derive(Debug)]
pub struct Folder {
    template: String,
    /// What of the template is the same for all tiles.
    base: PathBuf,
    roots: Roots,
}

impl Folder {
    /// # Errors
    /// Where the folder is not there, or lies outside of the roots.
    pub fn open(template: &Path, roots: &Roots) -> Result<Self, TilesError> {
        let template = template.display().to_string();
        let (fixed, _) = template.split_once('{').unwrap_or((&template, ""));
        let base = match fixed.rsplit_once(path::is_separator) {
            Some(("", _)) => PathBuf::from("/"),
            Some((folder, _)) => PathBuf::from(folder),
            None => PathBuf::from("."),
        };
        roots.find(&base)?;
        Ok(Self { template, base, roots: roots.clone() })
    }

    pub fn tile(&self, id: TileId, tms: bool) -> Result<Option<Vec<u8>>, TilesError> {
        let row = if tms { (1u32 << id.z()) - 1 - id.y() } else { id.y() };
        let path = self
            .template
            .replace("{z}", &id.z().to_string())
            .replace("{x}", &id.x().to_string())
            .replace("{y}", &row.to_string())
            .replace("{ratio}", "")
            .replace("{r}", "");
        let read = self
            .roots
            .find(Path::new(&path))
            .and_then(|found| fs::read(found).map_err(|e| RootsError::Io(path, e)));
        match read {
            Ok(bytes) => Ok(Some(bytes)),
            // Of a folder that has gone, as of a disk that is not mounted, nothing can be said.
            Err(RootsError::Io(_, e)) if e.kind() == ErrorKind::NotFound && self.base.is_dir() => {
                Ok(None)
            }
            Err(e) => Err(e.into()),
        }
    }

    /// A hash of the name, length and time of change of every file there is, and whether these were
    /// all.
    pub fn stamp(&self) -> (u128, bool) {
        let mut hash = Xxh3::new();
        let mut left = MAX_STAMPED;
        hash_folder(&self.base, &mut hash, &mut left);
        (hash.digest128(), left > 0)
    }
}

fn hash_folder(folder: &Path, hash: &mut Xxh3, left: &mut usize) {
    let mut entries: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).collect();
    // In name order, so that it is the same at every start.
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        if *left == 0 {
            return;
        }
        hash.update(entry.file_name().as_encoded_bytes());
        let kind = entry.file_type();
        if kind.is_ok_and(|kind| kind.is_dir()) {
            hash.update(b"/");
            hash_folder(&entry.path(), hash, left);
            hash.update(b"..");
            continue;
        }
        *left -= 1;
        // Of a link, what it leads to; links to folders count by themselves.
        if let Ok(file) = fs::metadata(entry.path()) {
            (file.len(), file.modified().ok()).hash(hash);
        }
    }
}
