//! What a picture's furniture is about: what is seen of its maps, and what is said of them.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::drawn::Drawn;
use super::furnishing::Furnishing;
use super::panes::Pane;
use crate::atlas::{Held, Source, State, StyledMap, scenes};
use crate::compose::furniture::{self, Bands, Seen, Subject};
use crate::compose::{Inputs, LayerData};
use crate::feature::{Date, Feature, Value};
use crate::geo::Camera;
use crate::style::{Layer, LegendEntry, Paint};

/// The days of a picture's maps, and where on the page each begins, device px.
pub(super) fn captions(panes: &[Pane], camera: &Camera) -> Vec<((i32, u8, u8), f64)> {
    let left = |pane: &Pane| f64::from(pane.left_px) + pane.shown[0] * f64::from(camera.width_px());
    panes.iter().filter_map(|pane| Some((parts(pane.day?), left(pane)))).collect()
}

/// Year, month and day.
pub(super) fn parts(day: Date) -> (i32, u8, u8) {
    let (year, month, day) = day.parts();
    (i32::from(year), month, day)
}

/// The language that names are in.
pub(super) fn language(state: &State) -> &str {
    match state.get("lang") {
        Some(Value::Text(language)) => language,
        _ => "en",
    }
}

/// What the furniture of a picture's maps is about: of what is seen of them between its bands.
pub(super) fn subject<'a>(
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
            let inputs =
                Inputs { camera, state: pane.state, sprite: &map.sprite, effort: drawn.effort };
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
        bearing: camera.bearing(),
        projector: drawn.projector(),
        map_width_px: camera.width_px(),
        captions: Vec::new(),
        callouts: &wanted.callouts,
        logo: None,
    }
}

/// The layers that say what is not on the map of a day (`metadata."contactline:notes"`).
pub(super) fn note_layers(map: &StyledMap) -> Vec<&str> {
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
