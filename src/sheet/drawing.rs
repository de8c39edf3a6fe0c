//! A picture that is asked for, and its way to bytes: what lies over the map is joined to it, its
//! features are bent into the picture's projection, the scene is composed, painted and encoded.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use xxhash_rust::xxh3::xxh3_128;

use super::{Furnishing, Output, Overlay, furnished};
use crate::atlas::{Frame, Map, PictureError, Room, State, StyledMap, scenes};
use crate::encode::{Animation, Pixels};
use crate::feature::Date;
use crate::geo::{Georeference, Projector, Stop};
use crate::paint::About;
use crate::paint::raster::{self, Brush};
use crate::scene::Scene;

/// A picture to be drawn: everything that decides its bytes.
#[derive(Debug, Clone)]
pub struct Picture {
    pub style: String,
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
        let Picture { style, state, frame, output, compared, film, .. } = self;
        let Furnishing { furniture, callouts, .. } = &self.furnishing;
        let is_said = furniture.is_some() || !callouts.is_empty() || output.is_document();
        let furnishing = is_said.then_some(&self.furnishing);
        let text = format!(
            "{:x}|{style}|{state:?}|{frame:?}|{over:x}|{output:?}|{compared:?}|{film:?}|{furnishing:?}",
            map.revision()
        );
        format!("{:032x}", xxh3_128(text.as_bytes()))
    }
}

/// A picture's bytes, and what whoever asks for it should know that is known only when it is drawn.
#[derive(Debug, Clone, Default)]
pub struct Finished {
    pub bytes: Vec<u8>,
    pub warnings: Vec<String>,
}

/// A styled map as one picture draws it.
pub(super) struct Drawn<'a> {
    pub plain: Cow<'a, StyledMap>,
    /// In the picture's projection, where it is not Web Mercator.
    projected: Option<(Projector, StyledMap)>,
    /// Parts of its furniture that it has no room for.
    without_room: RefCell<Vec<String>>,
    /// Labels of what lies on top that it has no room for.
    cut: Cell<usize>,
}

impl<'a> Drawn<'a> {
    fn new(
        styled: &'a StyledMap,
        overlay: Option<&Overlay>,
        frame: &Frame,
    ) -> Result<Self, PictureError> {
        let plain =
            overlay.map_or(Cow::Borrowed(styled), |overlay| Cow::Owned(styled.overlaid(overlay)));
        let projected = match frame.projection() {
            None => None,
            Some(projection) => {
                let projector = projection.projector()?;
                let map = plain.projected(&projector, frame.camera())?;
                Some((projector, map))
            }
        };
        Ok(Self { plain, projected, without_room: RefCell::default(), cut: Cell::new(0) })
    }

    /// Notes the parts of its furniture that one of its maps has no room for.
    pub fn lacks_room(&self, parts: &[&str]) {
        let mut known = self.without_room.borrow_mut();
        for part in parts {
            if !known.iter().any(|known| known == part) {
                known.push((*part).to_string());
            }
        }
    }

    /// Notes how many labels of what lies on top one of its pictures has no room for.
    pub fn cuts(&self, labels: usize) {
        self.cut.set(self.cut.get().max(labels));
    }

    /// What is told of it when it is drawn.
    fn warnings(&self) -> Vec<String> {
        let mut told = Vec::new();
        let parts = self.without_room.borrow();
        if !parts.is_empty() {
            let parts = parts.join(", ");
            told.push(format!(
                "the picture has no room for all of its furniture; left out: {parts}"
            ));
        }
        match self.cut.get() {
            0 => {}
            n => told.push(format!(
                "labels left out that the picture's edge or its furniture would cut: {n}"
            )),
        }
        told
    }

    pub fn map(&self) -> &StyledMap {
        self.projected.as_ref().map_or(&self.plain, |(_, map)| map)
    }

    pub fn projector(&self) -> Option<&Projector> {
        self.projected.as_ref().map(|(projector, _)| projector)
    }
}

impl Map {
    fn drawn(&self, picture: &Picture) -> Result<Drawn<'_>, PictureError> {
        let styled =
            self.style(&picture.style).ok_or_else(|| PictureError::Style(picture.style.clone()))?;
        Drawn::new(styled, picture.overlay.as_ref(), &picture.frame)
    }

    /// Draws the frame in a style as PNG.
    pub fn png(&self, style: &str, state: &State, frame: &Frame) -> Result<Vec<u8>, PictureError> {
        self.draw(&Picture::plain(style.to_string(), state.clone(), *frame, Output::PNG))
    }

    /// The alternative text of a picture: what is on it, in words.
    pub fn alternative(&self, picture: &Picture) -> Result<String, PictureError> {
        let drawn = self.drawn(picture)?;
        Ok(furnished::scene(&drawn, picture)?.1.alt)
    }

    /// Where a picture lies on the Earth.
    pub fn place(&self, picture: &Picture) -> Result<Option<Georeference>, PictureError> {
        let drawn = self.drawn(picture)?;
        Ok(furnished::scene(&drawn, picture)?.1.place)
    }

    /// Draws the frames of a moving picture one after another, each with its day; gives what is
    /// told of them.
    ///
    /// # Errors
    /// Where the style is not there, or `take` fails.
    pub fn frames<E: From<PictureError>>(
        &self,
        picture: &Picture,
        stop: &Stop,
        mut take: impl FnMut(Date, Pixels) -> Result<(), E>,
    ) -> Result<Vec<String>, E> {
        let Some(film) = &picture.film else { return Ok(Vec::new()) };
        let drawn = self.drawn(picture)?;
        furnished::film(&drawn, picture, film, |day, scene| {
            let brush = Brush { stamps: &drawn.plain.stamps, stop };
            let pixmap = raster::paint(&scene, brush).map_err(PictureError::from)?;
            let (width_px, height_px) = (scene.width_px, scene.height_px);
            take(day, Pixels { premultiplied: pixmap.data(), width_px, height_px })
        })?;
        Ok(drawn.warnings())
    }

    /// Draws a moving picture in its format; `watch` is told the day of each frame.
    ///
    /// # Errors
    /// Where the style is not there, or the picture does not move.
    pub fn film(
        &self,
        picture: &Picture,
        stop: &Stop,
        mut watch: impl FnMut(Date),
    ) -> Result<Finished, PictureError> {
        let (Some(film), Some(format)) = (&picture.film, picture.output.moving()) else {
            return Err(PictureError::Still);
        };
        let mut animation: Option<Animation> = None;
        let warnings = self.frames(picture, stop, |day, pixels| -> Result<(), PictureError> {
            watch(day);
            let size = (pixels.width_px, pixels.height_px);
            let writer = match &mut animation {
                Some(writer) => writer,
                None => animation.insert(Animation::new(
                    format,
                    size,
                    film.days.len() as u32,
                    film.seconds,
                )?),
            };
            Ok(writer.frame(pixels.premultiplied)?)
        })?;
        Ok(Finished { bytes: animation.ok_or(PictureError::Still)?.finish()?, warnings })
    }

    /// Draws a picture in its format, with what lies over it.
    pub fn draw(&self, picture: &Picture) -> Result<Vec<u8>, PictureError> {
        self.draw_while(picture, &Stop::never()).map(|finished| finished.bytes)
    }

    /// The same with what is told of it, given up when `stop` says so.
    ///
    /// # Errors
    /// [`PictureError::Stopped`] where it is not drawn by then.
    pub fn draw_while(&self, picture: &Picture, stop: &Stop) -> Result<Finished, PictureError> {
        if picture.film.is_some() {
            return self.film(picture, stop, |_| {});
        }
        let drawn = self.drawn(picture)?;
        let (scene, about) = scene(&drawn, picture, picture.output.is_document())?;
        stop.check()?;
        let bytes = picture.output.write(
            &scene,
            Brush { stamps: &drawn.plain.stamps, stop },
            about.as_ref(),
        )?;
        Ok(Finished { bytes, warnings: drawn.warnings() })
    }
}

/// A picture's scene, with what its document says of itself where it is furnished or `is_document`.
fn scene(
    drawn: &Drawn,
    picture: &Picture,
    is_document: bool,
) -> Result<(Scene, Option<About>), PictureError> {
    let Furnishing { furniture, callouts, .. } = &picture.furnishing;
    if furniture.is_some() || !callouts.is_empty() || picture.compared.is_some() || is_document {
        let (scene, about) = furnished::scene(drawn, picture)?;
        return Ok((scene, Some(about)));
    }
    let camera = picture.frame.camera();
    let room = Room::whole(camera);
    let scene = scenes::scene(drawn.map(), &picture.state, camera, &room)?;
    drawn.cuts(room.cut());
    Ok((scene, None))
}
