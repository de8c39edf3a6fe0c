//! What a picture's document says of itself: title, alternative text, sources, date.

use std::sync::Arc;

use super::furnishing::Furnishing;
use super::subject::{language, note_layers};
use crate::atlas::{State, StyledMap};
use crate::compose::furniture::{self, Subject, Words};
use crate::feature::Date;
use crate::paint::About;
use crate::scene::{self, FURNITURE, Item, Scene};

/// Names in the alternative text.
const NAMED_PLACES: usize = 12;

/// What a picture's document says of itself.
pub(super) fn about(
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
