//! A picture that is asked for, and its way to bytes: what lies over the map is joined to it, its features are bent into
//! the picture's projection, the scene is composed, painted and encoded.

use std::borrow::Cow;

use xxhash_rust::xxh3::xxh3_128;

use super::{Frame, Furnishing, Map, Output, Overlay, PictureError, State, StyledMap, furnished, picture};
use crate::feature::Date;
use crate::geo::{Georeference, Projector};
use crate::paint::About;
use crate::paint::raster;
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
    /// Of pictures that are not documents, only what is drawn of it decides their bytes.
    pub furnishing: Furnishing,
}

/// The second of two maps of one place in one picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    pub state: State,
    pub day: Date,
    /// CSS px of the whole picture where the maps stand side by side, each in a frame of half of it; none where they share
    /// the frame, each with its half.
    pub page_width: Option<u32>,
}

impl Picture {
    /// A picture of a style, and nothing else.
    pub fn plain(style: String, state: State, frame: Frame, output: Output) -> Self {
        Self { style, state, frame, overlay: None, output, compared: None, furnishing: Furnishing::default() }
    }

    /// A hash of everything that decides the bytes, in hexadecimal: the cache key and, quoted, the ETag.
    pub fn key(&self, map: &Map) -> String {
        let over = self.overlay.as_ref().map_or(0, Overlay::key);
        let Picture { style, state, frame, output, compared, .. } = self;
        let is_said = self.furnishing.furniture.is_some() || output.is_document();
        let furnishing = is_said.then_some(&self.furnishing);
        let text =
            format!("{:x}|{style}|{state:?}|{frame:?}|{over:x}|{output:?}|{compared:?}|{furnishing:?}", map.revision());
        format!("{:032x}", xxh3_128(text.as_bytes()))
    }
}

/// A styled map as one picture draws it.
pub(super) struct Drawn<'a> {
    pub plain: Cow<'a, StyledMap>,
    /// In the picture's projection, where it is not Web Mercator.
    projected: Option<(Projector, StyledMap)>,
}

impl<'a> Drawn<'a> {
    fn new(styled: &'a StyledMap, overlay: Option<&Overlay>, frame: &Frame) -> Result<Self, PictureError> {
        let plain = overlay.map_or(Cow::Borrowed(styled), |overlay| Cow::Owned(styled.overlaid(overlay)));
        let projected = match frame.projection() {
            None => None,
            Some(projection) => {
                let projector = projection.projector()?;
                let map = plain.projected(&projector, frame.camera())?;
                Some((projector, map))
            }
        };
        Ok(Self { plain, projected })
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
        let styled = self.style(&picture.style).ok_or_else(|| PictureError::Style(picture.style.clone()))?;
        Drawn::new(styled, picture.overlay.as_ref(), &picture.frame)
    }

    /// Draws the frame in a style as PNG.
    pub fn png(&self, style: &str, state: &State, frame: &Frame) -> Result<Vec<u8>, PictureError> {
        self.draw(&Picture::plain(style.to_string(), state.clone(), *frame, Output::PNG))
    }

    /// The alternative text of a picture: what is on it, in words.
    pub fn alternative(&self, picture: &Picture) -> Result<String, PictureError> {
        let drawn = self.drawn(picture)?;
        Ok(furnished::scene(&drawn, picture).1.alt)
    }

    /// Where a picture lies on the Earth.
    pub fn place(&self, picture: &Picture) -> Result<Option<Georeference>, PictureError> {
        let drawn = self.drawn(picture)?;
        Ok(furnished::scene(&drawn, picture).1.place)
    }

    /// A picture's pixels, not premultiplied.
    pub fn pixels(&self, picture: &Picture) -> Result<image::RgbaImage, PictureError> {
        let drawn = self.drawn(picture)?;
        let (scene, _) = scene(&drawn, picture, false);
        let pixmap = raster::paint(&scene, &drawn.plain.stamps).ok_or(PictureError::Memory)?;
        let plain = pixmap.data().chunks_exact(4).flat_map(crate::color::straight).collect();
        image::RgbaImage::from_raw(scene.width_px, scene.height_px, plain).ok_or(PictureError::Memory)
    }

    /// Draws a picture in its format, with what lies over it.
    pub fn draw(&self, picture: &Picture) -> Result<Vec<u8>, PictureError> {
        let drawn = self.drawn(picture)?;
        let (scene, about) = scene(&drawn, picture, picture.output.is_document());
        picture.output.write(&scene, &drawn.plain.stamps, about.as_ref())
    }
}

/// A picture's scene, with what its document says of itself where it is furnished or `is_document`.
fn scene(drawn: &Drawn, picture: &Picture, is_document: bool) -> (Scene, Option<About>) {
    if picture.furnishing.furniture.is_some() || picture.compared.is_some() || is_document {
        let (scene, about) = furnished::scene(drawn, picture);
        return (scene, Some(about));
    }
    (picture::scene(drawn.map(), &picture.state, picture.frame.camera()), None)
}
