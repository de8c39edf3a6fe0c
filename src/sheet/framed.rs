//! What part of the world a document shows.

use super::Overlay;
use super::checked::{SpecError, within};
use super::document::Spec;
use crate::atlas::{Frame, Size};
use crate::geo::{LonLat, World, WorldBox, round};

/// CSS px around what is drawn on top.
const PADDING_PX: u32 = 48;

impl Spec {
    /// The frame of a picture of some size.
    pub(super) fn frame(
        &self,
        size: Size,
        overlay: Option<&Overlay>,
        whole: Option<WorldBox>,
    ) -> Result<Frame, SpecError> {
        let padding = self.padding.unwrap_or(0);
        if u64::from(padding) * 2 >= u64::from(size.width().min(size.height())) && padding > 0 {
            return Err(SpecError::at(
                "/padding",
                "less than half of the picture's shorter side, CSS px",
            ));
        }
        if self.bearing.is_some() && self.center.is_none() {
            return Err(SpecError::at("/bearing", "a bearing goes with a center"));
        }
        if self.padding.is_some() && self.center.is_some() {
            return Err(SpecError::at(
                "/padding",
                "a padding goes with a bbox, or with what is drawn on top",
            ));
        }
        if self.maxzoom.is_some() && self.center.is_some() {
            return Err(SpecError::at(
                "/maxzoom",
                "a maxzoom goes with a bbox, or with what is drawn on top",
            ));
        }
        if let Some(zoom) = self.maxzoom {
            within(zoom, Frame::ZOOMS, "/maxzoom")?;
        }
        match (self.bbox, self.center, self.zoom) {
            (Some(_), Some(_), _) => {
                Err(SpecError::at("/center", "say where once: bbox, or center with zoom"))
            }
            (Some(_), None, Some(_)) => {
                Err(SpecError::at("/zoom", "say where once: bbox, or center with zoom"))
            }
            (Some(bbox), None, None) => {
                let frame = Frame::bounds(bbox, size)?;
                if padding == 0 && self.maxzoom.is_none() {
                    return Ok(frame);
                }
                let deepest = self.maxzoom.unwrap_or(*Frame::ZOOMS.end());
                Ok(frame.padded(padding, deepest))
            }
            (None, Some([lon, lat]), Some(zoom)) => {
                let center = LonLat::new(lon, lat).ok_or_else(|| {
                    SpecError::at("/center", "longitude, then latitude, in degrees")
                })?;
                Ok(match self.bearing {
                    Some(bearing) => Frame::viewport(center, zoom, bearing, size)?,
                    None => Frame::centered(center, zoom, size)?,
                })
            }
            (None, Some(_), None) => Err(SpecError::at("/zoom", "a center needs a zoom")),
            (None, None, Some(_)) => Err(SpecError::at("/center", "a zoom needs a center")),
            (None, None, None) => {
                let places = self.callouts.iter().filter_map(|c| LonLat::new(c.at[0], c.at[1]));
                let places = places.map(|at| World::from_degrees(at.lon(), at.lat()));
                let on_top = overlay.and_then(Overlay::frame);
                let on_top =
                    on_top.into_iter().chain(places.map(|at| WorldBox { min: at, max: at }));
                let bounds = round::around(on_top).or(whole);
                let nothing = || {
                    SpecError::at(
                        "/bbox",
                        "say where: bbox, center with zoom, or something to be drawn on top",
                    )
                };
                let padding =
                    self.padding.unwrap_or(PADDING_PX.min(size.width().min(size.height()) / 5));
                let bounds = bounds.ok_or_else(nothing)?;
                let deepest = self.maxzoom.unwrap_or_else(|| Frame::deepest_zoom(&bounds));
                Ok(Frame::around(bounds, padding, deepest, size))
            }
        }
    }
}
