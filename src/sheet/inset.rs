//! A small map of all that there is, with the picture's place in it.

use super::drawn::Drawn;
use super::error::PictureError;
use crate::atlas::{State, scenes};
use crate::compose::furniture::Bands;
use crate::geo::{Camera, World};
use crate::scene::Scene;

/// The longer side of an inset, as a share of the picture's shorter.
const INSET_SHARE: f64 = 0.17;
/// A picture of more than this share of the inset needs none.
const MAX_INSET_SHARE: f64 = 0.4;

/// All that the style draws, small and without labels, and where in it the picture's corners lie.
pub(super) fn inset(
    drawn: &Drawn,
    state: &State,
    camera: &Camera,
    bands: Bands,
) -> Result<Option<Inset>, PictureError> {
    let Some((small, corners)) = inset_camera(drawn, camera, bands) else { return Ok(None) };
    Ok(Some((scenes::bare_scene(&drawn.plain, state, &small, drawn.effort)?, corners)))
}

type Inset = (Scene, [[f64; 2]; 4]);

/// The camera of an inset, where it has room and shows more than the picture.
fn inset_camera(drawn: &Drawn, camera: &Camera, bands: Bands) -> Option<(Camera, [[f64; 2]; 4])> {
    let map = &drawn.plain;
    let whole = map.own_bounds()?;
    let ratio = camera.ratio();
    let (width, height) =
        (f64::from(camera.width_px()) / ratio, f64::from(camera.height_px()) / ratio);
    let long = INSET_SHARE * width.min(height);
    let aspect = whole.width() / whole.height().max(f64::MIN_POSITIVE);
    let size = if aspect > 1.0 { (long, long / aspect) } else { (long * aspect, long) };
    let size = ((size.0.round() as u32).clamp(24, 2_000), (size.1.round() as u32).clamp(24, 2_000));
    let small = Camera::fitted(whole, size, ratio as u32);
    let share = |x: f64, y: f64| {
        let (x, y) = camera.to_world_px().apply(x * ratio, y * ratio);
        let at = World { x: x / camera.world_px(), y: y / camera.world_px() };
        let at = drawn.projector().map_or(Some(at), |projector| projector.inverse(at))?;
        Some([(at.x - whole.min.x) / whole.width(), (at.y - whole.min.y) / whole.height()])
    };
    let (top, bottom) = (bands.top, height - bands.bottom);
    let corners =
        [share(0.0, top)?, share(width, top)?, share(width, bottom)?, share(0.0, bottom)?];
    let inside = corners.iter().flatten().all(|v| (-0.2..=1.2).contains(v));
    let side = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
    let small_enough =
        side(corners[0], corners[1]) * side(corners[1], corners[2]) < MAX_INSET_SHARE;
    (inside && small_enough).then_some((small, corners))
}
