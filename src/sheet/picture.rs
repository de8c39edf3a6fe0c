//! A picture that is asked for: everything that decides its bytes.

use super::furnishing::Furnishing;
use super::output::Output;
use super::overlay::Overlay;
use super::shown::Shown;
use crate::atlas::{Frame, Map, State};
use crate::feature::Date;
use crate::identity::{Identity, identified_by_fields};

/// A picture to be drawn: everything that decides its bytes.
#[derive(Debug, Clone)]
pub struct Picture {
    pub style: String,
    pub shown: Shown,
    pub state: State,
    pub frame: Frame,
    pub overlay: Option<Overlay>,
    pub output: Output,
    /// A second map in the picture.
    pub compared: Option<Compared>,
    /// Where it moves: its maps one after another.
    pub film: Option<Film>,
    /// Of pictures that are not documents, only what is drawn of it decides their bytes.
    pub furnishing: Furnishing,
    /// What whoever asks for it should know: it may not be what is meant.
    pub warnings: Vec<String>,
}

/// How long drawing a picture may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// As long as a tile.
    Tile,
    /// As long as some tiles.
    Picture,
    Long,
}

/// The second of two maps of one place in one picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    pub state: State,
    pub day: Date,
    /// CSS px of the whole picture where the maps stand side by side, each in a frame of half of
    /// it; none where they share the frame, each with its half.
    pub page_width: Option<u32>,
}

/// The maps of a moving picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Film {
    /// Each with its own state; at least one.
    pub days: Vec<(Date, State)>,
    /// How long each is shown.
    pub seconds: f64,
}

impl Picture {
    /// A picture of a style, and nothing else.
    pub fn plain(style: String, state: State, frame: Frame, output: Output) -> Self {
        Self {
            style,
            shown: Shown::default(),
            state,
            frame,
            overlay: None,
            output,
            compared: None,
            film: None,
            furnishing: Furnishing::default(),
            warnings: Vec::new(),
        }
    }

    /// How long it may take: longer than others if it is large, moves, or has things on top.
    pub fn work(&self) -> Work {
        /// A tile of 512 CSS px at the largest ratio.
        const LARGE_PX: u64 = 2_048 * 2_048;
        let is_bare = self.overlay.is_none() && self.frame.projection().is_none();
        match self.film.is_none() && is_bare && self.device_px() <= LARGE_PX {
            false => Work::Long,
            true if self.frame.has_size_of_tile() && self.is_plain() => Work::Tile,
            true => Work::Picture,
        }
    }

    /// Whether it is a map and nothing else, as tiles are.
    fn is_plain(&self) -> bool {
        let bare = self.furnishing.furniture.is_none() && self.furnishing.callouts.is_empty();
        bare && self.compared.is_none() && !self.output.is_document()
    }

    /// Bytes of memory that drawing and encoding it take, about: its own pixels, those of what is
    /// blended as a whole, and what is written.
    pub fn bytes_needed(&self) -> u64 {
        const BYTES_PER_PX: u64 = 12;
        const LEAST: u64 = 4 << 20;
        let frames = if self.film.is_some() { 2 } else { 1 };
        LEAST + self.device_px() * BYTES_PER_PX * frames
    }

    pub fn device_px(&self) -> u64 {
        let camera = self.frame.camera();
        u64::from(camera.width_px()) * u64::from(camera.height_px())
    }

    /// A hash of everything that decides the bytes, in hexadecimal: the cache key and, quoted, the
    /// ETag.
    pub fn key(&self, map: &Map) -> String {
        let over = self.overlay.as_ref().map_or(0, Overlay::key);
        let Picture { style, shown, state, frame, output, compared, film, .. } = self;
        let Furnishing { furniture, callouts, .. } = &self.furnishing;
        let is_said = furniture.is_some() || !callouts.is_empty() || output.is_document();
        let furnishing = is_said.then_some(&self.furnishing);
        Identity::of_kind("picture")
            .with(&map.revision())
            .with(style)
            .with(shown)
            .with(state)
            .with(frame)
            .with(&over)
            .with(output)
            .with(compared)
            .with(film)
            .with(&furnishing)
            .text()
    }
}

identified_by_fields!(Compared { state, day, page_width });
identified_by_fields!(Film { days, seconds });
