//! The scene of a camera: what its layers draw from is fetched, and composed.

use super::error::SceneError;
use super::labels::{self, Room};
use super::sources::Fetching;
use super::tiles::Held;
use super::{State, StyledMap};
use crate::compose::{self, Inputs, LayerData};
use crate::geo::{Camera, Effort, cost};
use crate::scene::{Item, Scene};
use crate::style::{Layer, Paint};

/// The scene of a camera. Labels of what lies on top are where there is room for them.
///
/// # Errors
/// Where a tile that it shows cannot be read, or it is too much.
pub fn scene(
    map: &StyledMap,
    state: &State,
    camera: &Camera,
    room: &Room,
    effort: &Effort,
) -> Result<Scene, SceneError> {
    let labels = labels::shown(map, state, camera, room, effort)?;
    composed(map, state, camera, labels, effort)
}

/// The scene's areas and lines.
///
/// # Errors
/// Where a tile that it shows cannot be read, or it is too much.
pub fn bare_scene(
    map: &StyledMap,
    state: &State,
    camera: &Camera,
    effort: &Effort,
) -> Result<Scene, SceneError> {
    let no_labels = vec![Vec::new(); map.style.layers.len()];
    let mut scene = composed(map, state, camera, no_labels, effort)?;
    // What lies on top is drawn at its own size, which is not the inset's.
    let on_top = map.layers_on_top();
    scene.layers.retain(|layer| !on_top.contains(&layer.id.as_str()));
    let is_point = |item: &Item| matches!(item, Item::Circles(_));
    scene.layers.iter_mut().for_each(|l| l.items.retain(|item| !is_point(item)));
    Ok(scene)
}

fn composed(
    map: &StyledMap,
    state: &State,
    camera: &Camera,
    labels: Vec<labels::ShownLabels>,
    effort: &Effort,
) -> Result<Scene, SceneError> {
    let inputs = Inputs { camera, state, sprite: &map.sprite, effort };
    let held = Held::default();
    let layers =
        map.style.layers.iter().zip(labels).filter(|(l, _)| l.drawn_at(camera.zoom(), state));
    let data = |layer: &Layer, labels| match layer.paint {
        Paint::Symbol(_) => LayerData::Labels(labels),
        _ => fetch(map, layer, &inputs, &held),
    };
    let scene =
        compose::compose(&inputs, layers.map(|(layer, labels)| (layer, data(layer, labels))));
    // What was broken off is no scene.
    effort.check()?;
    held.whole().map(|()| scene)
}

/// What a layer draws from near a camera; where the effort ends, perhaps less.
pub fn fetch<'a>(
    map: &'a StyledMap,
    layer: &Layer,
    inputs: &Inputs,
    held: &'a Held,
) -> LayerData<'a> {
    let data = match map.source_of(layer) {
        Some(sourced) if inputs.effort.over().is_none() => {
            let tolerance_px = sourced.tolerance_px;
            let (known, projector) = (Some(&map.known), map.projector.as_deref());
            let by = Fetching { held, tolerance_px, known, projector };
            sourced.source.fetch(layer, inputs, &by)
        }
        _ => LayerData::Nothing,
    };
    if let LayerData::Features(batches) = &data {
        let parts: usize = batches.iter().map(|batch| batch.parts.len()).sum();
        let _ = inputs.effort.spend(parts * cost::POSITION);
    }
    data
}
