//! Sprite sheets as other tools make them: one picture, and an index of what lies where in it.

use std::sync::Arc;

use serde::Deserialize;

use super::{Fit, Image, Sprite, TextFit};

/// Why a sheet cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    #[error("its index is not one: {0}")]
    Index(#[from] serde_json::Error),
    #[error("its image '{0}' does not lie in the picture")]
    Outside(String),
}

#[derive(Deserialize)]
struct Entry {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    #[serde(rename = "pixelRatio", default = "one")]
    ratio: f64,
    #[serde(default)]
    sdf: bool,
    #[serde(rename = "stretchX", default)]
    stretch_x: Vec<[f64; 2]>,
    #[serde(rename = "stretchY", default)]
    stretch_y: Vec<[f64; 2]>,
    content: Option<[f64; 4]>,
    #[serde(rename = "textFitWidth")]
    fit_width: Option<TextFit>,
    #[serde(rename = "textFitHeight")]
    fit_height: Option<TextFit>,
}

fn one() -> f64 {
    1.0
}

impl Sprite {
    /// Adds the images of a sheet that was made for `ratio` device px per CSS px.
    pub fn add_sheet(
        &mut self,
        index: &str,
        picture: &Image,
        ratio: u32,
    ) -> Result<(), SheetError> {
        let entries: std::collections::BTreeMap<String, Entry> = serde_json::from_str(index)?;
        for (name, entry) in entries {
            let inside = |at: u32, size: u32, limit: u32| {
                at.checked_add(size).is_some_and(|end| end <= limit)
            };
            let fits = inside(entry.x, entry.width, picture.width_px)
                && inside(entry.y, entry.height, picture.height_px);
            if !fits || !(0.05..=20.0).contains(&entry.ratio) {
                return Err(SheetError::Outside(name));
            }
            if entry.width == 0 || entry.height == 0 {
                continue;
            }
            let mut rgba = Vec::with_capacity((entry.width * entry.height * 4) as usize);
            for y in entry.y..entry.y + entry.height {
                let start = (y as usize * picture.width_px as usize + entry.x as usize) * 4;
                rgba.extend_from_slice(&picture.rgba[start..start + entry.width as usize * 4]);
            }
            let mut image = Image::new(entry.width, entry.height, entry.ratio, rgba);
            image.sdf = entry.sdf;
            let fit = Fit {
                stretch_x: zones(entry.stretch_x, entry.width),
                stretch_y: zones(entry.stretch_y, entry.height),
                content: entry.content.filter(|c| {
                    let within = |low: f64, high: f64, side: u32| {
                        0.0 <= low && low < high && high <= f64::from(side)
                    };
                    within(c[0], c[2], entry.width) && within(c[1], c[3], entry.height)
                }),
                width: entry.fit_width,
                height: entry.fit_height,
            };
            image.fit = (fit != Fit::default()).then(|| Arc::new(fit));
            self.images.entry(name.into()).or_default().insert(ratio, Arc::new(image));
        }
        Ok(())
    }
}

/// The zones that lie in the image, one after the other.
fn zones(zones: Vec<[f64; 2]>, side: u32) -> Vec<[f64; 2]> {
    let mut end = 0.0;
    let sane = |z: &[f64; 2]| {
        let fits = z[0] >= end && z[0] < z[1] && z[1] <= f64::from(side);
        if fits {
            end = z[1];
        }
        fits
    };
    zones.into_iter().filter(sane).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_cut_out() {
        let rgba = (0..4 * 2 * 4).map(|i| i as u8).collect();
        let picture = Image::new(4, 2, 1.0, rgba);
        let mut sprite = Sprite::default();
        let index = r#"{"a": {"x": 1, "y": 1, "width": 2, "height": 1, "pixelRatio": 2}}"#;
        sprite.add_sheet(index, &picture, 1).unwrap();
        let image = sprite.image("a", 1).unwrap();
        assert_eq!((image.width_px, image.height_px, image.ratio), (2, 1, 2.0));
        assert_eq!(image.rgba, [20, 21, 22, 23, 24, 25, 26, 27]);
        let outside = r#"{"a": {"x": 3, "y": 1, "width": 2, "height": 1}}"#;
        assert!(matches!(sprite.add_sheet(outside, &picture, 1), Err(SheetError::Outside(_))));
        assert!(matches!(sprite.add_sheet("[1]", &picture, 1), Err(SheetError::Index(_))));
    }
}
