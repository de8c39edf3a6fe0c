//! A style's own glyph ranges, read from its folder as they are asked for.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use moka::sync::Cache;

use crate::identity::Identity;
use crate::source::roots::{Roots, RootsError};
use crate::text::{GlyphRange, GlyphRanges};

/// Files named by a template with `{fontstack}` and `{range}`.
#[derive(Debug)]
pub struct RangeFiles {
    template: String,
    roots: Roots,
    kept: Cache<(String, u32), Option<Arc<GlyphRange>>>,
}

/// Files whose changes are noticed.
const MAX_STAMPED: usize = 20_000;

/// Ranges kept in memory.
const KEPT: u64 = 512;

impl RangeFiles {
    /// `None` for a template that names no files: those of a server are not fetched.
    ///
    /// # Errors
    /// Where the files are not within the roots.
    pub fn new(template: &str, folder: &Path, roots: Roots) -> Option<Result<Self, RootsError>> {
        if template.contains("://")
            || !template.contains("{fontstack}")
            || !template.contains("{range}")
        {
            return None;
        }
        let template = folder.join(template).display().to_string();
        let files = Self { template, roots, kept: Cache::new(KEPT) };
        Some(files.roots.find(&files.root()).map(|_| files))
    }

    /// The folder of the stacks.
    fn root(&self) -> PathBuf {
        let (before, _) = self.template.split_once("{fontstack}").unwrap_or_default();
        match before.rsplit_once('/') {
            Some(("", _)) => PathBuf::from("/"),
            Some((folder, _)) => PathBuf::from(folder),
            None => PathBuf::from("."),
        }
    }

    /// The names, sizes and times of change of every range of every stack, as far as they lie where
    /// the template says.
    pub fn stamp(&self) -> u128 {
        let entries = |path: &Path| -> Vec<PathBuf> {
            let mut found: Vec<PathBuf> = fs::read_dir(path)
                .into_iter()
                .flatten()
                .filter_map(|e| Some(e.ok()?.path()))
                .collect();
            found.sort();
            found
        };
        let stacks = entries(&self.root());
        let files =
            stacks.iter().flat_map(|p| if p.is_dir() { entries(p) } else { vec![p.clone()] });
        files
            .take(MAX_STAMPED)
            .fold(Identity::of_kind("glyphs"), |all, path| {
                let known = fs::metadata(&path).ok().map(|file| (file.len(), file.modified().ok()));
                all.with(path.as_path()).with(&known)
            })
            .number128()
    }

    fn read(&self, stack: &str, first: u32) -> Option<Arc<GlyphRange>> {
        // A stack is one name of a folder, whatever an expression makes of it.
        if stack.contains(['/', '\\', '\0']) || stack.starts_with('.') {
            return None;
        }
        let path = self
            .template
            .replace("{fontstack}", stack)
            .replace("{range}", &format!("{first}-{}", first + 255));
        let bytes = fs::read(self.roots.find(Path::new(&path)).ok()?).ok()?;
        match GlyphRange::decode(&bytes) {
            Ok(range) => Some(Arc::new(range)),
            Err(e) => {
                tracing::warn!("{path} is left out: {e}");
                None
            }
        }
    }
}

impl GlyphRanges for RangeFiles {
    fn range(&self, stack: &str, first: u32) -> Option<Arc<GlyphRange>> {
        self.kept.get_with((stack.to_string(), first), || self.read(stack, first))
    }
}
