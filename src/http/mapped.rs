//! A map by a box of a coordinate reference system and a number of pixels, as the OGC's doors ask
//! for it: WMS and OGC API - Maps.

use geo::geometry::Coord;

use super::Problem;
use super::matrix::{SetTile, TILE_PX};
use crate::atlas::{Frame, FrameError, Map, StyledMap};
use crate::color::Color;
use crate::geo::{Crs, Limits, MAX_LATITUDE, World};
use crate::sheet::{Fit, Output, Picture, Shown};

/// The map that is asked for.
#[derive(Debug, Clone)]
pub struct MapAsked {
    pub style: String,
    /// Only these layers of the style.
    pub layers: Option<Vec<String>>,
    pub crs: Crs,
    /// In the system's own coordinates, eastings or longitudes first.
    pub bounds: [f64; 4],
    /// Device px.
    pub size_px: (u32, u32),
    /// Device px a CSS px.
    pub ratio: u32,
    /// A colour under the map.
    pub ground: Option<Color>,
    pub output: Output,
    pub settings: Vec<(String, String)>,
}

/// A picture whose sides are off by no more is not stretched, px: clients round them, QGIS up.
const UNSTRETCHED_PX: f64 = 1.001;

impl MapAsked {
    /// How many px are drawn: as many as are asked for, or more one way where these are no squares.
    fn drawn_px(&self) -> Result<(u32, u32), Problem> {
        let [west, south, east, north] = self.bounds;
        let (width, height) = (f64::from(self.size_px.0), f64::from(self.size_px.1));
        let too_large = |width: f64, height: f64| {
            let (width, height, max) = (width as u64, height as u64, Limits::PICTURE.px);
            Problem::from(FrameError::TooLarge { width, height, max })
        };
        if width * height > Limits::PICTURE.px as f64 {
            return Err(too_large(width, height));
        }
        let finest = ((east - west) / width).min((north - south) / height);
        let (wide, high) = ((east - west) / finest, (north - south) / finest);
        // One side may be a whole number of px, and the other what is nearest to its proportion.
        let proportion = (east - west) / (north - south);
        let off = (width / proportion - height).abs().min((height * proportion - width).abs());
        if off <= UNSTRETCHED_PX {
            return Ok(self.size_px);
        }
        let (wide, high) = (wide.round().max(1.0), high.round().max(1.0));
        // An empty box is told of where the frame is made.
        match wide * high <= Limits::PICTURE.px as f64 {
            true => Ok((wide as u32, high as u32)),
            false if finest > 0.0 && finest.is_finite() => Err(too_large(wide, high)),
            false => Ok(self.size_px),
        }
    }

    /// A tile in a style, `ratio` device px a CSS px.
    pub fn tile(
        style: String,
        tile: &SetTile,
        (output, ratio): (Output, u32),
        settings: impl Iterator<Item = (String, String)>,
    ) -> Self {
        Self {
            style,
            layers: None,
            crs: tile.crs,
            bounds: tile.bounds,
            size_px: (TILE_PX * ratio, TILE_PX * ratio),
            ratio,
            ground: None,
            output,
            settings: settings.collect(),
        }
    }

    fn frame(&self, styled: &StyledMap, drawn_px: (u32, u32)) -> Result<Frame, Problem> {
        let latitude = styled.frame().map_or(0.0, |bounds| bounds.center().to_degrees().1.round());
        Ok(Frame::of_box((self.crs, latitude), self.bounds, drawn_px, self.ratio)?)
    }

    /// The place in the middle of a device pixel, and the side of a CSS pixel there, unit square; none
    /// where there is no such place.
    ///
    /// # Errors
    /// Where there is no such box, or it is too large.
    pub fn pixel(
        &self,
        styled: &StyledMap,
        (i, j): (u32, u32),
    ) -> Result<Option<(World, f64)>, Problem> {
        let (x, y) = (f64::from(i) + 0.5, f64::from(j) + 0.5);
        let both = self.place(styled, (x, y))?.zip(self.place(styled, (x + 1.0, y))?);
        Ok(both.map(|(at, beside)| {
            // At the end of a world the next pixel may be at the beginning of it.
            let across = (beside.x - at.x) - (beside.x - at.x).round();
            (at, across.hypot(beside.y - at.y) * f64::from(self.ratio))
        }))
    }

    /// The place at a position of the picture, px from its upper left corner.
    fn place(&self, styled: &StyledMap, (x, y): (f64, f64)) -> Result<Option<World>, Problem> {
        let drawn_px = self.drawn_px()?;
        let share = |at: f64, asked: u32, drawn: u32| at * f64::from(drawn) / f64::from(asked);
        let (x, y) = (share(x, self.size_px.0, drawn_px.0), share(y, self.size_px.1, drawn_px.1));
        Ok(self.frame(styled, drawn_px)?.place(x, y))
    }

    /// # Errors
    /// Where there is no such style or box, or it is too large.
    pub fn picture(self, map: &Map) -> Result<Picture, Problem> {
        let styled =
            map.style(&self.style).ok_or_else(|| super::styles::no_style(map, &self.style))?;
        let drawn_px = self.drawn_px()?;
        let frame = self.frame(styled, drawn_px)?;
        let settings = self.settings.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let state = styled.state(settings)?;
        let is_stretched = drawn_px != self.size_px;
        if is_stretched && matches!(self.output, Output::Svg(_) | Output::Pdf { .. }) {
            return Err(Problem::bad_request(
                "the picture's pixels are no squares in its coordinate reference system, which this \
                 format has not: ask for a width and a height in the box's own proportion",
            ));
        }
        let fit = match is_stretched {
            true => Fit::Stretched(self.size_px.0, self.size_px.1),
            false => Fit::AsDrawn,
        };
        let warnings = self.beyond().into_iter().collect();
        let shown = Shown { layers: self.layers, ground: self.ground, fit };
        let plain = Picture::plain(self.style, state, frame, self.output);
        Ok(Picture { shown, warnings, ..plain })
    }

    /// What is told where not all of the box can be drawn.
    fn beyond(&self) -> Option<String> {
        let [west, south, east, north] = self.bounds;
        let (middle_x, middle_y) = ((west + east) / 2.0, (south + north) / 2.0);
        let places = [
            (west, south),
            (west, north),
            (east, south),
            (east, north),
            (west, middle_y),
            (east, middle_y),
            (middle_x, south),
            (middle_x, north),
        ];
        let [least_lon, least_lat, most_lon, most_lat] = match self.crs {
            // Web Mercator goes on to the east and west.
            Crs::WebMercator => {
                let [_, south_most, _, north_most] = Crs::WebMercator.extent();
                [-f64::INFINITY, south_most, f64::INFINITY, north_most]
            }
            crs => crs.extent(),
        };
        let (least_lat, most_lat) =
            (least_lat.max(-MAX_LATITUDE - ROUNDED), most_lat.min(MAX_LATITUDE + ROUNDED));
        let is_drawn = |(x, y): (f64, f64)| {
            let own = if self.crs == Crs::Epsg4326 { Coord { x: y, y: x } } else { Coord { x, y } };
            self.crs.to_degrees(own).is_some_and(|at| {
                (least_lon..=most_lon).contains(&at.x) && (least_lat..=most_lat).contains(&at.y)
            })
        };
        let beside = match self.crs {
            Crs::WebMercator => String::new(),
            _ => format!("{least_lon} to {most_lon} degrees east and "),
        };
        (!places.into_iter().all(is_drawn)).then(|| {
            format!(
                "nothing is drawn of what lies beyond {beside}{least_lat:.2} to {most_lat:.2} north"
            )
        })
    }
}

/// Degrees by which a box may be rounded.
const ROUNDED: f64 = 1e-4;

/// The layers of a style that draw from some of its sources.
pub fn layers_of(styled: &StyledMap, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let layers = styled.style.layers.iter();
    let wanted = layers.filter(|layer| layer.source.as_deref().is_some_and(&is_wanted));
    wanted.map(|layer| layer.id.clone()).collect()
}
