//! A style's own glyph ranges, read from its folder as they are asked for.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use moka::sync::Cache;

use crate::text::{GlyphRange, GlyphRanges};

/// Files named by a template with `{fontstack}` and `{range}`.
#[derive(Debug)]
pub struct RangeFiles {
    template: String,
    kept: Cache<(String, u32), Option<Arc<GlyphRange>>>,
}

/// Ranges kept in memory.
const KEPT: u64 = 512;

impl RangeFiles {
    /// `None` for a template that names no files: those of a server are not fetched.
    pub fn new(template: &str, folder: &Path) -> Option<Self> {
        if template.contains("://") || !template.contains("{fontstack}") || !template.contains("{range}") {
            return None;
        }
        let template = folder.join(template).display().to_string();
        Some(Self { template, kept: Cache::new(KEPT) })
    }

    fn read(&self, stack: &str, first: u32) -> Option<Arc<GlyphRange>> {
        // A stack is one name of a folder, whatever an expression makes of it.
        if stack.contains(['/', '\\', '\0']) || stack.starts_with('.') {
            return None;
        }
        let path = self.template.replace("{fontstack}", stack).replace("{range}", &format!("{first}-{}", first + 255));
        let bytes = fs::read(PathBuf::from(&path)).ok()?;
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
