//! The legend of a map row by row, for pages: its words, and the pieces of the map that the printed
//! legend has beside them.

use super::error::PictureError;
use super::panes::panes;
use super::picture::Picture;
use super::subject::subject;
use crate::atlas::{Held, Map};
use crate::compose::Inputs;
use crate::compose::furniture::{Bands, Layout, Piece};
use crate::encode::{self, Pixels, PngFacts};
use crate::geo::{Affine, Effort};
use crate::paint::raster::{self, Brush};
use crate::scene::{FURNITURE, Layer, Scene};

/// A row of a legend.
#[derive(Debug, Clone)]
pub struct LegendRow {
    pub label: String,
    /// The layers that draw what it tells of, lowest first.
    pub layers: Vec<String>,
    /// A piece of the map, as PNG; CSS px, and its bytes.
    pub size: [f64; 2],
    pub png: Vec<u8>,
}

impl Map {
    /// What stands in the legend of a picture: of what is seen in it, in the style's order.
    ///
    /// # Errors
    /// Where the style is not there, a tile that it shows cannot be read, or it is too much.
    pub fn legend(
        &self,
        picture: &Picture,
        effort: &Effort,
    ) -> Result<Vec<LegendRow>, PictureError> {
        let drawn = self.drawn(picture, effort)?;
        let held = Held::default();
        let (panes, _) = panes(picture);
        let camera = picture.frame.camera();
        let none = Bands::default();
        let subject = subject(&drawn, &panes, camera, &held, &picture.furnishing, none);
        held.whole()?;
        let sprite = &drawn.map().sprite;
        let inputs = Inputs { camera, state: &picture.state, sprite, effort };
        let furniture = picture.furnishing.furniture.clone().unwrap_or_default();
        let layout = Layout::new(&furniture, &subject, &inputs);
        let row = |Piece { label, layers, size, items }| {
            let ratio = camera.ratio();
            let [width_px, height_px] = size.map(|side| (side * ratio).ceil() as u32);
            let layers_of_it = vec![Layer { id: FURNITURE.to_string(), items }];
            let scene = Scene {
                width_px,
                height_px,
                to_world_px: Affine { a: 1.0, b: 0.0, c: 0.0, d: 0.0, e: 1.0, f: 0.0 },
                ratio,
                layers: layers_of_it,
            };
            let brush = Brush { stamps: &drawn.plain.stamps, effort };
            let pixmap = raster::paint(&scene, brush)?;
            let pixels = Pixels { premultiplied: pixmap.data(), width_px, height_px };
            let png = encode::png(pixels, &PngFacts::default())?;
            Ok(LegendRow { label, layers, size, png })
        };
        layout.pieces().into_iter().map(row).collect()
    }
}
