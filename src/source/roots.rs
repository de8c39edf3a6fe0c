//! The folders that a style's files may come from: where a path leads is looked up with every
//! symbolic link followed, so that no style reaches what it was not given.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Folders, and single files, that may be read; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Roots(Arc<Vec<PathBuf>>);

/// Why a file may not be read, or cannot be.
#[derive(Debug, thiserror::Error)]
pub enum RootsError {
    #[error("'{0}' lies outside the folders that a style may read")]
    Outside(String),
    #[error("{0} cannot be read: {1}")]
    Io(String, io::Error),
}

impl RootsError {
    /// How it is mended.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Outside(_) => {
                "a style reads its own folder, those of --data and those of --root; give the \
                 file's folder with --root, if it is meant to be read"
            }
            Self::Io(..) => "check the path and that it may be read",
        }
    }
}

impl Roots {
    /// Of paths that are not there nothing can be read, so they are left out.
    pub fn new<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Self {
        Self::default().with(paths)
    }

    /// The same and more.
    pub fn with<'a>(&self, paths: impl IntoIterator<Item = &'a Path>) -> Self {
        let whole = |path: &Path| {
            fs::canonicalize(if path == Path::new("") { Path::new(".") } else { path }).ok()
        };
        Self(Arc::new(self.0.iter().cloned().chain(paths.into_iter().filter_map(whole)).collect()))
    }

    /// The file or folder that a path leads to.
    ///
    /// # Errors
    /// Where it lies in none of the roots, or is not there.
    pub fn find(&self, path: &Path) -> Result<PathBuf, RootsError> {
        let whole =
            fs::canonicalize(path).map_err(|e| RootsError::Io(path.display().to_string(), e))?;
        match self.0.iter().any(|root| whole.starts_with(root)) {
            true => Ok(whole),
            false => Err(RootsError::Outside(path.display().to_string())),
        }
    }
}
