//! The scene of a camera: what its layers draw from is fetched, and composed.

use super::frame::PictureError;
use super::labels::{self, Room};
use super::tiles::Held;
use super::{State, StyledMap};
use crate::compose::{self, Inputs, LayerData};
use crate::geo::Camera;
use crate::scene::{Item, Scene};
use crate::style::{Layer, Paint};

/// The scene of a camera. Labels of what lies on top are where there is room for them.
///
/// # Errors
/// Where a tile that it shows cannot be read.
pub fn scene(
    map: &StyledMap,
    state: &State,
    camera: &Camera,
    room: &Room,
) -> Result<Scene, PictureError> {
    composed(map, state, camera, labels::shown(map, state, camera, room)?)
}

/// The scene's areas and lines.
pub fn bare_scene(map: &StyledMap, state: &State, camera: &Camera) -> Result<Scene, PictureError> {
    let mut scene = composed(map, state, camera, vec![Vec::new(); map.style.layers.len()])?;
    // What lies on top is drawn at its own size, which is not the inset's.
    let on_top = map.layers_on_top();
    scene.layers.retain(|layer| !on_top.contains(&layer.id.as_str()));
    let is_point = |item: &Item| matches!(item, Item::Circle(_));
    scene.layers.iter_mut().for_each(|l| l.items.retain(|item| !is_point(item)));
    Ok(scene)
}

fn composed(
    map: &StyledMap,
    state: &State,
    camera: &Camera,
    labels: Vec<labels::ShownLabels>,
) -> Result<Scene, PictureError> {
    let inputs = Inputs { camera, state, sprite: &map.sprite };
    let held = Held::default();
    let layers =
        map.style.layers.iter().zip(labels).filter(|(l, _)| l.drawn_at(camera.zoom(), state));
    let data = |layer: &Layer, labels| match layer.paint {
        Paint::Symbol(_) => LayerData::Labels(labels),
        _ => fetch(map, layer, &inputs, &held),
    };
    let scene =
        compose::compose(&inputs, layers.map(|(layer, labels)| (layer, data(layer, labels))));
    held.whole().map(|()| scene)
}

pub fn fetch<'a>(
    map: &'a StyledMap,
    layer: &Layer,
    inputs: &Inputs,
    held: &'a Held,
) -> LayerData<'a> {
    let sourced = map.source_of(layer);
    sourced.map_or(LayerData::Nothing, |sourced| sourced.source.fetch(layer, inputs, held))
}
