//! A map with its furniture: what the picture shows is looked up first, so that legend and sources
//! tell of nothing else; furniture is put in its place before labels are.

use super::drawn::Drawn;
use super::error::PictureError;
use super::furnishing::Furnishing;
use super::inset::inset;
use super::panes::{self, Pane, panes};
use super::picture::{Film, Picture};
use super::said::about;
use super::settled::Settled;
use super::shown::Fit;
use super::subject::{captions, parts, subject};
use crate::atlas::Held;
use crate::compose::Inputs;
use crate::compose::furniture::{self, CssRect, Layout, Part};
use crate::feature::Date;
use crate::geo::{Camera, Georeference};
use crate::paint::About;
use crate::scene::Scene;
use crate::sprite::Image;
use std::collections::HashSet;
use std::sync::Arc;

/// The scene with its furniture, and what its document says of itself.
///
/// # Errors
/// Where a tile that it shows cannot be read.
pub(super) fn scene(drawn: &Drawn, picture: &Picture) -> Result<(Scene, About), PictureError> {
    let Picture { state, frame, furnishing: wanted, .. } = picture;
    let held = Held::default();
    let (panes, page) = panes(picture);
    let page_of = |camera: &Camera| page.map_or(*camera, |width| camera.widened(width));
    let settled = Settled::new(drawn, picture, &panes, &page_of)?;
    let (camera, bands) = (settled.frame.camera(), settled.bands);
    let on_page = page_of(camera);
    let inputs =
        Inputs { camera: &on_page, state, sprite: &drawn.map().sprite, effort: drawn.effort };
    let mut subject = subject(drawn, &panes, camera, &held, wanted, bands);
    if panes.len() > 1 {
        subject.captions = captions(&panes, camera);
    }
    subject.logo = logo(wanted, camera);
    if settled.furniture.parts.contains_key(&Part::Inset) {
        subject.inset = inset(drawn, state, camera, bands)?;
        if let (Some(_), Some((scene, _))) = (&picture.compared, &mut subject.inset) {
            // One inset for two days tells of neither.
            let told: HashSet<&String> =
                drawn.map().style.legend.iter().flat_map(|entry| &entry.layers).collect();
            scene.layers.retain(|layer| !told.contains(&layer.id));
        }
    }
    let mut layout = Layout::new(&settled.furniture, &subject, &inputs);
    if !subject.callouts.is_empty() {
        let labels = panes::labels(drawn, &panes, camera, (bands, &layout))?;
        layout.place_callouts(&labels);
    }
    warn_of_hidden(subject.hidden(&layout.taken(), camera));
    let mut scene = panes::composed(drawn, &panes, camera, &on_page, (bands, &layout))?;
    let left_out = layout.left_out();
    layout.paint(&mut scene);
    let mut about = about(drawn.map(), state, wanted, &subject, &scene);
    if !left_out.is_empty() {
        drawn.lacks_room(&left_out);
        about.facts.push(("Left out for lack of room".to_string(), left_out.join(", ")));
    }
    if let Some(compared) = &picture.compared {
        about.day = Some(compared.day.parts());
    }
    // Two maps side by side have two places.
    if page.is_none() {
        let place = Georeference::new(camera, frame.projection().zip(drawn.projector()));
        about.place = Some(match picture.shown.fit {
            Fit::Stretched(width_px, height_px) => {
                let times = |drawn: u32, own: u32| f64::from(drawn) / f64::from(own);
                let (width, height) = (camera.width_px(), camera.height_px());
                place.stretched(times(width, width_px), times(height, height_px))
            }
            Fit::AsDrawn | Fit::Furniture => place,
        });
    }
    if let Some(projection) = frame.projection() {
        about.facts.push(("Projection".to_string(), projection.name()));
    }
    held.whole()?;
    Ok((scene, about))
}

fn warn_of_hidden(things: usize) {
    if things > 0 {
        tracing::warn!(
            "things on the map that its furniture hides: {things}; name its parts or their \
             corners (furniture)"
        );
    }
}

/// The scenes of a moving picture. Nothing moves in them but what changes: furniture is laid out
/// alike for all of them, and its legend tells of what any of them shows.
pub(super) fn film<E: From<PictureError>>(
    drawn: &Drawn,
    picture: &Picture,
    film: &Film,
    mut take: impl FnMut(Date, Scene) -> Result<(), E>,
) -> Result<(), E> {
    let held = Held::default();
    let panes: Vec<Pane> = film
        .days
        .iter()
        .map(|(day, state)| Pane { state, day: Some(*day), left_px: 0, shown: [0.0, 1.0] })
        .collect();
    let settled = Settled::new(drawn, picture, &panes, &|camera| *camera)?;
    let (camera, bands) = (settled.frame.camera(), settled.bands);
    let mut subject = subject(drawn, &panes, camera, &held, &picture.furnishing, bands);
    held.whole().map_err(PictureError::from)?;
    subject.logo = logo(&picture.furnishing, camera);
    // Callouts stay where they are on the first day.
    let mut labels: Option<Vec<CssRect>> = None;
    for (pane, (day, state)) in panes.chunks(1).zip(&film.days) {
        subject.day = Some(parts(*day));
        if settled.furniture.parts.contains_key(&Part::Inset) {
            subject.inset = inset(drawn, state, camera, bands)?;
        }
        let inputs = Inputs { camera, state, sprite: &drawn.map().sprite, effort: drawn.effort };
        let mut layout = Layout::new(&settled.furniture, &subject, &inputs);
        if !subject.callouts.is_empty() {
            let labels = match &mut labels {
                Some(labels) => labels,
                None => labels.insert(panes::labels(drawn, pane, camera, (bands, &layout))?),
            };
            layout.place_callouts(labels);
        }
        let mut scene = panes::composed(drawn, pane, camera, camera, (bands, &layout))?;
        if !layout.is_bare() {
            drawn.lacks_room(&layout.left_out());
            layout.paint(&mut scene);
        }
        take(*day, scene)?;
    }
    Ok(())
}

fn logo(wanted: &Furnishing, camera: &Camera) -> Option<Arc<Image>> {
    let theme = wanted.furniture.as_ref().map(|furniture| furniture.theme).unwrap_or_default();
    wanted.logo.as_ref()?.image(furniture::logo_room(camera, theme), camera.ratio())
}
