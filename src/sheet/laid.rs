//! What a document lays on top of the map, gathered and bounded.

use serde_json::Value as Json;

use super::checked::SpecError;
use super::document::Spec;
use super::{Overlay, things};
use crate::atlas::{Map, StyledMap};
use crate::geo::Effort;

/// Device px times things that may cover all of them.
const MAX_WIDE_PX: u64 = 4_000_000_000;
/// Things on top of a map, in all; positions of its paths.
const MAX_THINGS: usize = 1_000;
const MAX_POINTS: usize = 10_000;

impl Spec {
    /// What is drawn on top.
    pub(super) fn overlay(
        &self,
        (map, styled): (&Map, &StyledMap),
        px: u64,
        effort: &Effort,
        told: &mut Vec<String>,
    ) -> Result<Option<Overlay>, SpecError> {
        let things = self.things(map, px, effort, told)?;
        let Some(layers) = &self.layers else {
            return Ok(things.map(Overlay::of_things).transpose()?);
        };
        let Some(geojson) = &self.geojson else {
            return Err(SpecError::at("/layers", "layers draw a geojson"));
        };
        let none = || serde_json::json!({"type": "FeatureCollection", "features": []});
        let overlay = Overlay::of_things(things.unwrap_or_else(none))?;
        Ok(Some(overlay.with_own((geojson, layers), MAX_WIDE_PX / px.max(1), styled, told)?))
    }

    /// What is drawn on top, as GeoJSON with simplestyle properties; `None` where there is nothing.
    fn things(
        &self,
        map: &Map,
        px: u64,
        effort: &Effort,
        told: &mut Vec<String>,
    ) -> Result<Option<Json>, SpecError> {
        let count =
            self.markers.len() + self.paths.len() + self.circles.len() + self.highlight.len();
        if count > MAX_THINGS {
            return Err(SpecError::at(
                "/markers",
                format!("a map has at most {MAX_THINGS} things on top"),
            ));
        }
        let points: usize = self.paths.iter().map(|p| p.points.len()).sum();
        if points > MAX_POINTS {
            return Err(SpecError::at(
                "/paths",
                format!("the paths of a map have at most {MAX_POINTS} points"),
            ));
        }
        // What covers much is drawn over all of the picture, each time.
        let wide = self.paths.len() + self.circles.len();
        if wide as u64 * px > MAX_WIDE_PX {
            let most = MAX_WIDE_PX / px.max(1);
            return Err(SpecError::at(
                "/paths",
                format!("a picture as large has at most {most} paths and circles"),
            ));
        }
        let mut features = things::highlighted(map, &self.highlight, &self.state, effort)?;
        if let Some(json) = self.geojson.as_ref().filter(|_| self.layers.is_none()) {
            features.extend(things::given(json, (MAX_WIDE_PX / px.max(1)) as usize, told)?);
        }
        for (i, circle) in self.circles.iter().enumerate() {
            features.push(things::circle(circle, &format!("/circles/{i}"))?);
        }
        for (i, path) in self.paths.iter().enumerate() {
            features.extend(things::path(path, &format!("/paths/{i}"))?);
        }
        for (i, marker) in self.markers.iter().enumerate() {
            features.push(things::marker(marker, &format!("/markers/{i}"))?);
        }
        Ok((!features.is_empty())
            .then(|| serde_json::json!({"type": "FeatureCollection", "features": features})))
    }
}
