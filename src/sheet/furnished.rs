//! A map with its furniture: what the picture shows is looked up first, so that legend and sources
//! tell of nothing else.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value as Json;

use super::drawn::Drawn;
use super::furnishing::Furnishing;
use super::panes::{Pane, composed, panes};
use super::picture::{Film, Picture};
use crate::atlas::{Frame, PictureError, State, StyledMap, scenes};
use crate::atlas::{Held, Source};
use crate::compose::furniture::{self, Bands, Furniture, Part, Seen, Subject, Words};
use crate::compose::{Inputs, LayerData};
use crate::feature::{Date, Feature, Value};
use crate::geo::{Camera, Georeference, World};
use crate::paint::About;
use crate::scene::{self, FURNITURE, Item, Scene};
use crate::sprite::Image;
use crate::style::{Layer, LegendEntry, Paint};

/// The longer side of an inset, as a share of the picture's shorter.
const INSET_SHARE: f64 = 0.17;
/// A picture of more than this share of the inset needs none.
const MAX_INSET_SHARE: f64 = 0.4;
/// Names in the alternative text.
const NAMED_PLACES: usize = 12;

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
    let inputs = Inputs { camera: &on_page, state, sprite: &drawn.map().sprite };
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
    let taken = furniture::taken(&settled.furniture, &subject, &inputs);
    let hidden = subject.hidden(&taken, camera);
    if hidden > 0 {
        tracing::warn!(
            "things on the map that its furniture hides: {hidden}; name its parts or their \
             corners (furniture)"
        );
    }
    let mut scene = composed(drawn, &panes, camera, &on_page, (bands, &taken))?;
    let left_out = furniture::furnish(&mut scene, &settled.furniture, &subject, &inputs);
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
        about.place = Some(Georeference::new(camera, frame.projection().zip(drawn.projector())));
    }
    if let Some(projection) = frame.projection() {
        about.facts.push(("Projection".to_string(), projection.name()));
    }
    held.whole().map(|()| (scene, about))
}

/// The scenes of a moving picture. Nothing moves in them but what changes: furniture is laid out
/// once for all of them, and its legend tells of what any of them shows.
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
    let camera = settled.frame.camera();
    let mut subject = subject(drawn, &panes, camera, &held, &picture.furnishing, settled.bands);
    held.whole()?;
    subject.logo = logo(&picture.furnishing, camera);
    for ((day, state), pane) in film.days.iter().zip(&panes) {
        subject.day = Some(parts(*day));
        if settled.furniture.parts.contains_key(&Part::Inset) {
            subject.inset = inset(drawn, state, camera, settled.bands)?;
        }
        let inputs = Inputs { camera, state, sprite: &drawn.map().sprite };
        let taken = furniture::taken(&settled.furniture, &subject, &inputs);
        let room = pane.room(camera, settled.bands, &taken);
        let mut scene = scenes::scene(drawn.map(), state, camera, &room)?;
        drawn.cuts(room.cut());
        if picture.furnishing.furniture.is_some() {
            drawn.lacks_room(&furniture::furnish(
                &mut scene,
                &settled.furniture,
                &subject,
                &inputs,
            ));
        }
        take(*day, scene)?;
    }
    Ok(())
}

fn logo(wanted: &Furnishing, camera: &Camera) -> Option<Arc<Image>> {
    wanted.logo.as_ref()?.image(furniture::logo_room(camera), camera.ratio())
}

/// A picture's frame with room for the bands of its furniture.
struct Settled {
    furniture: Furniture,
    frame: Frame,
    bands: Bands,
}

impl Settled {
    fn new(
        drawn: &Drawn,
        picture: &Picture,
        panes: &[Pane],
        page_of: &dyn Fn(&Camera) -> Camera,
    ) -> Result<Self, PictureError> {
        let Picture { state, frame, furnishing: wanted, .. } = picture;
        let held = Held::default();
        let furniture = wanted.furniture.clone().unwrap_or_default();
        // The bands hang on what is seen, which hangs on the bands; and whether the legend is in
        // one, on what it would hide.
        let mut settled = Self { furniture, frame: *frame, bands: Bands::default() };
        for pass in 0..3 {
            let camera = settled.frame.camera();
            let on_page = page_of(camera);
            let inputs = Inputs { camera: &on_page, state, sprite: &drawn.map().sprite };
            let mut subject = subject(drawn, panes, camera, &held, wanted, settled.bands);
            if picture.compared.is_some() {
                subject.captions = captions(panes, camera);
            }
            let found = furniture::bands(&settled.furniture, &subject, &inputs);
            let bands = Bands {
                top: found.top.max(settled.bands.top),
                bottom: found.bottom.max(settled.bands.bottom),
                // Decided when the map has its bands, and before the last of them are measured.
                strip: settled.bands.strip || pass == 1 && found.strip,
            };
            settled = Self { frame: frame.leaving(bands.top, bands.bottom), bands, ..settled };
        }
        held.whole().map(|()| settled)
    }
}

/// The days of a picture's maps, and where on the page each begins, device px.
fn captions(panes: &[Pane], camera: &Camera) -> Vec<((i32, u8, u8), f64)> {
    let left = |pane: &Pane| f64::from(pane.left_px) + pane.shown[0] * f64::from(camera.width_px());
    panes.iter().filter_map(|pane| Some((parts(pane.day?), left(pane)))).collect()
}

fn parts(day: Date) -> (i32, u8, u8) {
    let (year, month, day) = day.parts();
    (i32::from(year), month, day)
}

fn language(state: &State) -> &str {
    match state.get("lang") {
        Some(Value::Text(language)) => language,
        _ => "en",
    }
}

fn subject<'a>(
    drawn: &'a Drawn,
    panes: &[Pane<'a>],
    camera: &'a Camera,
    held: &'a Held,
    wanted: &'a Furnishing,
    bands: Bands,
) -> Subject<'a> {
    let map = drawn.map();
    let entry = |entry: &'a LegendEntry| {
        let mut shown: Vec<&Layer> = Vec::new();
        let mut seen: Vec<Seen> = Vec::new();
        let mut known: HashSet<(*const Feature, u32, u32)> = HashSet::new();
        for pane in panes {
            let inputs = Inputs { camera, state: pane.state, sprite: &map.sprite };
            let area = pane.area(camera, bands);
            let layers =
                entry.layers.iter().filter_map(|id| map.style.layers.iter().find(|l| l.id == *id));
            for layer in layers.filter(|l| l.drawn_at(camera.zoom(), pane.state)) {
                if !shown.iter().any(|l| l.id == layer.id) {
                    shown.push(layer);
                }
                let data = match layer.paint {
                    Paint::Symbol(_) => LayerData::Nothing,
                    _ => scenes::fetch(map, layer, &inputs, held),
                };
                let all = furniture::seen(&inputs, layer, &data, &area);
                for one in all {
                    let key = (std::ptr::from_ref(one.part.feature), one.part.number, pane.left_px);
                    if furniture::belongs(entry, &inputs, one.part) && known.insert(key) {
                        seen.push(Seen { left_px: pane.left_px, state: pane.state, ..one });
                    }
                }
            }
        }
        (entry, shown, seen)
    };
    let entries = map.style.legend.iter().map(entry).filter(|(.., seen)| !seen.is_empty());
    let metadata = |key: &str| map.style.json.get("metadata")?.get(key)?.as_str();
    let language = panes.first().map_or("en", |pane| language(pane.state));
    let days: Vec<Date> = panes.iter().filter_map(|pane| pane.day).chain(wanted.since).collect();
    Subject {
        fonts: &map.fonts,
        language,
        notes: notes(map, &days, language),
        day: wanted.day.map(parts),
        since: wanted.since.map(parts),
        entries: entries.collect(),
        attribution: metadata("contactline:attribution").unwrap_or_default(),
        inset: None,
        strip: bands.strip,
        on_top: drawn.map().on_top(),
        layers_on_top: drawn.map().layers_on_top(),
        bearing: camera.bearing(),
        projector: drawn.projector(),
        map_width_px: camera.width_px(),
        captions: Vec::new(),
        callouts: &wanted.callouts,
        logo: None,
    }
}

/// The layers that say what is not on the map of a day (`metadata."contactline:notes"`).
fn note_layers(map: &StyledMap) -> Vec<&str> {
    let named = map.style.json.pointer("/metadata/contactline:notes").and_then(Json::as_array);
    named.into_iter().flatten().filter_map(Json::as_str).collect()
}

/// What they say of any of the days, wherever it is written on the map.
fn notes(map: &StyledMap, days: &[Date], language: &str) -> Vec<String> {
    let named = note_layers(map);
    let layers = map.style.layers.iter().filter(|layer| named.contains(&layer.id.as_str()));
    let mut told: Vec<String> = Vec::new();
    for sourced in layers.filter_map(|layer| map.source_of(layer)) {
        let Source::Features(index) = &*sourced.source else { continue };
        let holds = |feature: &&Feature| days.iter().any(|day| feature.validity.holds_on(*day));
        for feature in index.collection().features.iter().filter(holds) {
            let text = feature.text(&format!("name:{language}")).or_else(|| feature.text("name"));
            if let Some(text) = text.filter(|text| !told.iter().any(|known| known == text)) {
                told.push(text.to_string());
            }
        }
    }
    told
}

/// All that the style draws, small and without labels, and where in it the picture's corners lie.
fn inset(
    drawn: &Drawn,
    state: &State,
    camera: &Camera,
    bands: Bands,
) -> Result<Option<Inset>, PictureError> {
    let Some((small, corners)) = inset_camera(drawn, camera, bands) else { return Ok(None) };
    Ok(Some((scenes::bare_scene(&drawn.plain, state, &small)?, corners)))
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

fn about(
    map: &StyledMap,
    state: &State,
    wanted: &Furnishing,
    subject: &Subject,
    scene: &Scene,
) -> About {
    let said = wanted.furniture.as_ref();
    let title = said.and_then(|f| f.title.clone()).unwrap_or_else(|| map.style.name.clone());
    let subtitle = said.and_then(|f| f.subtitle.as_deref());
    let words = Words::of(language(state));
    let day = wanted.day.map(Date::parts);
    let second = |(year, month, day): &(i32, u8, u8)| format!("; {year:04}-{month:02}-{day:02}");
    let also: String = subject.captions.iter().skip(1).map(|(day, _)| second(day)).collect();
    let mut facts = Vec::new();
    if let Some(day) = wanted.day {
        let since = wanted.since.map_or(String::new(), |since| format!("{since}/"));
        facts.push(("Date of the map".to_string(), format!("{since}{day}{also}")));
    }
    facts.push(("Style".to_string(), map.style.name.clone()));
    if !wanted.recipe.is_empty() {
        facts.push(("Made by".to_string(), wanted.recipe.clone()));
    }
    let alt = furniture::alternative(&title, subtitle, subject, &places(scene, &note_layers(map)));
    let (language, sources) = (words.language.to_string(), furniture::all_sources(subject));
    About { title, alt, language, sources, day, facts, place: None }
}

/// The largest names on the map, each once; what notes say is none.
fn places(scene: &Scene, notes: &[&str]) -> Vec<Arc<str>> {
    let mut named: Vec<(f64, Arc<str>)> = Vec::new();
    let mut gather = |item: &Item| {
        if let Item::Text(text) = item
            && text.part != crate::scene::TextPart::Halo
            && !named.iter().any(|(_, known)| *known == text.shape.text)
        {
            let size = text.shape.glyphs.first().map_or(0.0, |g| g.right[0].hypot(g.right[1]));
            named.push((size, text.shape.text.clone()));
        }
    };
    let is_of_map = |l: &&scene::Layer| l.id != FURNITURE && !notes.contains(&l.id.as_str());
    for item in scene.layers.iter().filter(is_of_map).flat_map(|l| &l.items) {
        match item {
            Item::Group(group) => group.items.iter().for_each(&mut gather),
            item => gather(item),
        }
    }
    named.sort_by(|a, b| b.0.total_cmp(&a.0));
    named.into_iter().take(NAMED_PLACES).map(|(_, name)| name).collect()
}
