//! A map as a document: where, how large, how furnished, and what is drawn on top. The same JSON
//! goes to `POST /styles/{id}/static` and to `contactline export --spec`; query parameters and
//! flags are made into it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::marks::{CalloutSpec, Circle, Marker, Path};

/// A map.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// West, south, east, north in degrees.
    pub bbox: Option<[f64; 4]>,
    /// Longitude and latitude in degrees; goes with `zoom`.
    pub center: Option<[f64; 2]>,
    /// Style zoom (512 px tiles).
    pub zoom: Option<f64>,
    /// Degrees clockwise from north that point up; goes with `center`.
    pub bearing: Option<f64>,
    /// `web-mercator`, `lambert` or `utm`.
    pub projection: Option<String>,
    /// CSS px left around `bbox`, or around what is drawn on top where neither `bbox` nor `center`
    /// is given.
    pub padding: Option<u32>,
    /// The deepest style zoom of a map that is fitted to bounds, or to what is drawn on top.
    pub maxzoom: Option<f64>,
    /// CSS px.
    pub width: Option<u32>,
    /// CSS px.
    pub height: Option<u32>,
    /// Device px per CSS px.
    pub ratio: Option<u32>,
    /// A size by name, in place of `width`, `height`, `ratio` and `dpi`.
    pub preset: Option<String>,
    /// Device px an inch.
    pub dpi: Option<f64>,
    /// `png`, `webp`, `jpg`, `tif`, `svg` or `pdf`.
    pub format: Option<String>,
    /// Whether a PDF says where on the Earth it lies; GeoTIFF always does.
    #[serde(default)]
    pub geo: bool,
    /// Whether a PNG has at most 256 colours.
    #[serde(default)]
    pub palette: bool,
    /// `outline` or `live`: how SVG writes letters.
    pub text: Option<String>,
    /// Of JPEG.
    pub quality: Option<u8>,
    /// The style's own settings: `{"date": "2020-11-25", "lang": "hy"}`.
    #[serde(default)]
    pub state: BTreeMap<String, String>,
    /// Layers of the style that are not drawn.
    #[serde(default)]
    pub hide: Vec<String>,
    /// `all`, `none`, or parts with commas between.
    pub furniture: Option<String>,
    pub title: Option<String>,
    pub subtitle: Option<String>,
    pub theme: Option<String>,
    /// What changed between two days, drawn in place of who holds what: `2020-09-27/2020-12-01`.
    pub change: Option<String>,
    /// Two days, each with a map of its own: `2020-09-27/2020-12-01`.
    pub compare: Option<String>,
    /// Whether the two maps of `compare` share one frame, each with its half, and do not stand side
    /// by side.
    #[serde(default)]
    pub split: bool,
    /// Words about places, each with a line that leads there.
    #[serde(default)]
    pub callouts: Vec<CalloutSpec>,
    /// A logo as a data URI: PNG, JPEG, WebP or SVG.
    pub logo: Option<String>,
    /// A moving picture: a map for each of several days.
    pub animate: Option<Animate>,
    #[serde(default)]
    pub markers: Vec<Marker>,
    #[serde(default)]
    pub paths: Vec<Path>,
    #[serde(default)]
    pub circles: Vec<Circle>,
    /// Features to be highlighted, `collection/id`: areas, with everything else dimmed, and points,
    /// with a pin and their names.
    #[serde(default)]
    pub highlight: Vec<String>,
    /// Features with simplestyle properties, or with `layers` of their own.
    pub geojson: Option<Json>,
    /// MapLibre layers that draw `geojson`.
    pub layers: Option<Json>,
}

/// The days of a moving picture.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Animate {
    pub from: String,
    pub to: String,
    /// Days from one map to the next; a map for each day on which something changes where it is not
    /// said.
    pub step: Option<u32>,
    /// How long each is shown; 1 where it is not said.
    pub seconds: Option<f64>,
}
