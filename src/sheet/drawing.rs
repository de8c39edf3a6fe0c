//! A picture's way to bytes: its scene is composed, painted and encoded.

use super::drawn::Drawn;
use super::error::PictureError;
use super::furnished;
use super::furnishing::Furnishing;
use super::output::{Output, Written};
use super::picture::Picture;
use super::shown::Fit;
use crate::atlas::{Frame, Map, Room, State, scenes};
use crate::encode::{self, Animation, Pixels, PngFacts};
use crate::feature::Date;
use crate::geo::{Effort, Georeference};
use crate::paint::About;
use crate::paint::raster::{self, Brush};
use crate::scene::{FURNITURE, Ink, Item, Layer, Scene};

/// A picture's bytes, and what whoever asks for it should know that is known only when it is drawn.
#[derive(Debug, Clone, Default)]
pub struct Finished {
    pub bytes: Vec<u8>,
    pub warnings: Vec<String>,
}

/// A stage of drawing that is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Features are fetched, labels placed, the scene composed.
    Composed,
    Painted,
    Encoded,
}

impl Map {
    pub(super) fn drawn<'a>(
        &'a self,
        picture: &Picture,
        effort: &'a Effort,
    ) -> Result<Drawn<'a>, PictureError> {
        let styled =
            self.style(&picture.style).ok_or_else(|| PictureError::Style(picture.style.clone()))?;
        Drawn::new(styled, picture, effort)
    }

    /// Draws the frame in a style as PNG.
    pub fn png(&self, style: &str, state: &State, frame: &Frame) -> Result<Vec<u8>, PictureError> {
        self.draw(&Picture::plain(style.to_string(), state.clone(), *frame, Output::PNG))
    }

    /// Draws a picture without furniture as PNG; `after` is told when a stage of it is done, for
    /// whoever measures them.
    ///
    /// # Errors
    /// Where the style is not there, or a tile that it shows cannot be read.
    pub fn png_in_stages(
        &self,
        picture: &Picture,
        mut after: impl FnMut(Stage),
    ) -> Result<Vec<u8>, PictureError> {
        let effort = Effort::unbounded();
        let drawn = self.drawn(picture, &effort)?;
        let (scene, _) = scene(&drawn, picture, false)?;
        after(Stage::Composed);
        let brush = Brush { stamps: &drawn.plain.stamps, effort: &effort };
        let pixmap = raster::paint(&scene, brush)?;
        after(Stage::Painted);
        let (width_px, height_px) = (scene.width_px, scene.height_px);
        let pixels = Pixels { premultiplied: pixmap.data(), width_px, height_px };
        let bytes = encode::png(pixels, &PngFacts::default())?;
        after(Stage::Encoded);
        Ok(bytes)
    }

    /// The alternative text of a picture: what is on it, in words.
    pub fn alternative(&self, picture: &Picture) -> Result<String, PictureError> {
        let effort = Effort::unbounded();
        let drawn = self.drawn(picture, &effort)?;
        Ok(furnished::scene(&drawn, picture)?.1.alt)
    }

    /// Where a picture lies on the Earth.
    pub fn place(&self, picture: &Picture) -> Result<Option<Georeference>, PictureError> {
        let effort = Effort::unbounded();
        let drawn = self.drawn(picture, &effort)?;
        Ok(furnished::scene(&drawn, picture)?.1.place)
    }

    /// Draws the frames of a moving picture one after another, each with its day; gives what is
    /// told of them.
    ///
    /// # Errors
    /// Where the style is not there, `take` fails, or it is too much.
    pub fn frames<E: From<PictureError>>(
        &self,
        picture: &Picture,
        effort: &Effort,
        mut take: impl FnMut(Date, Pixels) -> Result<(), E>,
    ) -> Result<Vec<String>, E> {
        let Some(film) = &picture.film else { return Ok(Vec::new()) };
        let drawn = self.drawn(picture, effort)?;
        furnished::film(&drawn, picture, film, |day, scene| {
            let brush = Brush { stamps: &drawn.plain.stamps, effort };
            let pixmap = raster::paint(&scene, brush).map_err(PictureError::from)?;
            let (width_px, height_px) = (scene.width_px, scene.height_px);
            take(day, Pixels { premultiplied: pixmap.data(), width_px, height_px })
        })?;
        Ok(drawn.warnings())
    }

    /// Draws a moving picture in its format; `watch` is told the day of each frame.
    ///
    /// # Errors
    /// Where the style is not there, the picture does not move, or it is too much.
    pub fn film(
        &self,
        picture: &Picture,
        effort: &Effort,
        mut watch: impl FnMut(Date),
    ) -> Result<Finished, PictureError> {
        let (Some(film), Some(format)) = (&picture.film, picture.output.moving()) else {
            return Err(PictureError::Still);
        };
        let mut animation: Option<Animation> = None;
        let warnings = self.frames(picture, effort, |day, pixels| -> Result<(), PictureError> {
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
        self.draw_within(picture, &Effort::unbounded()).map(|finished| finished.bytes)
    }

    /// The same with what is told of it, within an effort.
    ///
    /// # Errors
    /// [`PictureError::Stopped`] where it is too much, late, or no longer waited for.
    pub fn draw_within(
        &self,
        picture: &Picture,
        effort: &Effort,
    ) -> Result<Finished, PictureError> {
        if picture.film.is_some() {
            return self.film(picture, effort, |_| {});
        }
        let drawn = self.drawn(picture, effort)?;
        let (scene, about) = scene(&drawn, picture, picture.output.is_document())?;
        effort.check()?;
        let brush = Brush { stamps: &drawn.plain.stamps, effort };
        let written = Written { scene: &scene, fit: picture.shown.fit, brush };
        let bytes = picture.output.write(written, about.as_ref())?;
        Ok(Finished { bytes, warnings: drawn.warnings() })
    }
}

/// A picture's scene, with what its document says of itself where it is furnished or `is_document`.
fn scene(
    drawn: &Drawn,
    picture: &Picture,
    is_document: bool,
) -> Result<(Scene, Option<About>), PictureError> {
    let grounded = |mut scene: Scene| {
        if picture.shown.fit == Fit::Furniture {
            scene.layers.retain(|layer| layer.id == FURNITURE);
        }
        if let Some(ground) = picture.shown.ground {
            let items = vec![Item::Background(Ink::Color(ground))];
            scene.layers.insert(0, Layer { id: "ground".to_string(), items });
        }
        scene
    };
    let Furnishing { furniture, callouts, .. } = &picture.furnishing;
    if furniture.is_some() || !callouts.is_empty() || picture.compared.is_some() || is_document {
        let (scene, about) = furnished::scene(drawn, picture)?;
        return Ok((grounded(scene), Some(about)));
    }
    let camera = picture.frame.camera();
    let room = Room::whole(camera);
    let scene = scenes::scene(drawn.map(), &picture.state, camera, &room, drawn.effort)?;
    drawn.cuts(room.cut());
    Ok((grounded(scene), None))
}
