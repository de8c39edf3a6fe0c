//! The small map beside features, on pages for people.

use geo::{BoundingRect, Rect};
use serde_json::Value as Json;

use super::{link, relations};
use crate::feature::Feature;
use crate::geo::MAX_LATITUDE;

/// Px across.
const WIDTH_PX: u32 = 640;
/// To every side of the features, of their longer side, and at least so many degrees.
const AROUND: f64 = 0.15;
const LEAST_DEGREES: f64 = 0.05;

/// A link to the map around features, on a day where one is said; none where they are nowhere, or
/// beyond what maps show.
pub fn small_map<'a>(
    url: &str,
    features: impl Iterator<Item = &'a Feature>,
    day: Option<&str>,
) -> Option<Json> {
    let boxes = features.filter_map(|feature| feature.geometry.bounding_rect());
    let all = boxes.reduce(|a, b| {
        let (least, most) = ((a.min(), b.min()), (a.max(), b.max()));
        Rect::new(
            (least.0.x.min(least.1.x), least.0.y.min(least.1.y)),
            (most.0.x.max(most.1.x), most.0.y.max(most.1.y)),
        )
    })?;
    let around = (all.width().max(all.height()) * AROUND).max(LEAST_DEGREES);
    let west = (all.min().x - around).max(-180.0);
    let south = (all.min().y - around).max(-MAX_LATITUDE);
    let east = (all.max().x + around).min(180.0);
    let north = (all.max().y + around).min(MAX_LATITUDE);
    if !(west < east && south < north) {
        return None;
    }
    let day = day.map(|day| format!("&datetime={day}")).unwrap_or_default();
    let place = format!(
        "{url}/map?f=png&crs=EPSG:3857&width={WIDTH_PX}\
         &bbox={west:.4},{south:.4},{east:.4},{north:.4}{day}"
    );
    Some(link(relations::MAP, "image/png", place, "The map around"))
}
