//! Bytes for the wire: pixels as PNG, features as GeoJSON.

mod geojson;
mod png;

pub use geojson::{FeatureJson, feature_collection};
pub use png::{EncodeError, png};
