//! What leaves the map: pictures and features as bytes.

mod animation;
mod coding;
mod csv;
mod flatgeobuf;
mod geojson;
mod geotiff;
mod mvt;
mod palette;
mod pixels;
mod zlib;

use ::geo::geometry::Geometry;
pub use animation::{Animation, Moving};
pub use coding::Coding;
pub use csv::rows;
pub use flatgeobuf::{Column, FlatGeobufError, flatgeobuf};
pub use geojson::{FeatureJson, feature_collection};
pub use geotiff::{TiffFacts, geotiff};
pub use mvt::{Grid, Most, MvtTileError, Tile, TileFeature, TileLayer, mvt};
pub use pixels::{
    EncodeError, Pixels, PngFacts, PngWriter, jpeg, on_white, plain, png, png_of_palette, webp,
};

use crate::feature::{Feature, Value};
use crate::geo::Crs;

/// How features are written.
#[derive(Debug, Clone)]
pub struct Form {
    pub crs: Crs,
    /// Digits after the point of coordinates; those of the CRS where it is not said.
    pub precision: Option<u8>,
    /// Only these properties.
    pub only: Option<Vec<String>>,
    pub skip_geometry: bool,
}

impl Form {
    /// Everything, in degrees.
    pub const PLAIN: Form =
        Form { crs: Crs::Crs84, precision: None, only: None, skip_geometry: false };

    fn decimals(&self) -> u8 {
        self.precision.unwrap_or_else(|| self.crs.decimals())
    }

    fn properties<'a>(&self, feature: &'a Feature) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let wanted =
            |name: &str| self.only.as_ref().is_none_or(|only| only.iter().any(|o| o == name));
        feature.properties.iter().map(|(k, v)| (&**k, v)).filter(move |(k, _)| wanted(k))
    }

    /// In the CRS, to be rounded as it is written.
    fn geometry(&self, feature: &Feature) -> Option<Geometry<f64>> {
        (!self.skip_geometry).then(|| geojson::placed(&feature.geometry, self)).flatten()
    }

    /// With coordinates rounded as they are written; `None` where none is written.
    pub fn rounded_geometry(&self, feature: &Feature) -> Option<Geometry<f64>> {
        self.geometry(feature).map(|g| geojson::rounded(&g, self.decimals()))
    }
}

/// A name for a column of our own that none of the others has, however they are written.
pub fn free_name<'a>(wanted: &str, others: impl Iterator<Item = &'a str> + Clone) -> String {
    let mut name = wanted.to_string();
    while others.clone().any(|other| other.eq_ignore_ascii_case(&name)) {
        name.push('_');
    }
    name
}
