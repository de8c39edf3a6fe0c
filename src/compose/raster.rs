//! Raster layers: pictures placed in the world.

use super::place::Place;
use super::{Composer, Placed};
use crate::scene::{Adjustment, Item, Raster};
use crate::sprite::Image;
use crate::style::RasterPaint;

impl Composer<'_> {
    pub(super) fn rasters(
        &self,
        paint: &RasterPaint,
        images: &[Placed<Image>],
        items: &mut Vec<Item>,
    ) {
        let context = self.context(None);
        let adjustment = Adjustment {
            opacity: paint.opacity.eval(&context).clamp(0.0, 1.0),
            hue: paint.hue_rotate.eval(&context),
            saturation: paint.saturation.eval(&context).clamp(-1.0, 1.0),
            contrast: paint.contrast.eval(&context).clamp(-1.0, 1.0),
            brightness: [&paint.brightness_min, &paint.brightness_max]
                .map(|b| b.eval(&context).clamp(0.0, 1.0)),
        };
        let nearest = paint.takes_nearest(&context);
        // Pixels of pictures at their own size fall on the picture's pixels.
        let camera = self.inputs.camera.aligned();
        items.extend(images.iter().map(|placed| {
            let place = Place::new(camera.in_copy(placed.copy));
            Item::Raster(Raster {
                image: placed.what.clone(),
                corners: placed.corners.map(|c| place.point(c)),
                part: placed.part,
                nearest,
                adjustment,
            })
        }));
    }
}
