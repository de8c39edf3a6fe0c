//! Sizes by name: of paper, screens and the places where pictures are posted.

use crate::atlas::{FrameError, Size};
use crate::diag::meant;

/// A size by name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Preset {
    pub name: &'static str,
    /// CSS px.
    width: u32,
    height: u32,
    ratio: u32,
    /// Device px an inch.
    pub dpi: f64,
}

const fn preset(name: &'static str, width: u32, height: u32, ratio: u32, dpi: f64) -> Preset {
    Preset { name, width, height, ratio, dpi }
}

impl Preset {
    /// Paper has 300 device px an inch, to a third of a millimetre; its text is as large as on a
    /// screen of 100 px an inch.
    pub const ALL: [Preset; 12] = [
        preset("a4-landscape-300dpi", 1169, 827, 3, 300.0),
        preset("a4-portrait-300dpi", 827, 1169, 3, 300.0),
        preset("a3-landscape-300dpi", 1654, 1169, 3, 300.0),
        preset("a3-portrait-300dpi", 1169, 1654, 3, 300.0),
        preset("a0-portrait-300dpi", 3311, 4681, 3, 300.0),
        preset("web-1200", 1200, 800, 1, 96.0),
        preset("web-1200-2x", 1200, 800, 2, 192.0),
        preset("social-square", 540, 540, 2, 192.0),
        preset("social-story", 540, 960, 2, 192.0),
        preset("newspaper-1col", 177, 354, 3, 300.0),
        preset("newspaper-2col", 374, 354, 3, 300.0),
        preset("slide-16x9", 960, 540, 2, 192.0),
    ];

    pub fn named(name: &str) -> Option<Preset> {
        Self::ALL.into_iter().find(|p| p.name == name)
    }

    /// What is told where no preset has a name: those that there are, and the one that is likely
    /// meant.
    pub fn none_is(name: &str) -> String {
        let known = Self::ALL.map(|p| p.name);
        let short: String = name.chars().take(60).collect();
        let help = meant(&name.to_lowercase(), known)
            .map_or(String::new(), |near| format!(" (did you mean '{near}'?)"));
        format!("'{short}' is no preset{help}; there are: {}", known.join(", "))
    }

    /// The size, of at most so many device px.
    ///
    /// # Errors
    /// Where it is larger.
    pub fn size(&self, max_px: u64) -> Result<Size, FrameError> {
        Size::new(self.width, self.height, self.ratio, max_px)
    }
}
