//! What a spec says in words that its picture does not show: titles that its furniture leaves out,
//! and letters that no font has. Told before anything is drawn.

use serde_json::Value as Json;

use super::document::Spec;
use super::{Furnishing, Output, Part};
use crate::atlas::StyledMap;

/// The fonts in which furniture and what lies on top are written.
const FONTS: &str = "Noto Sans Bold";
/// Letters of one text that are named.
const MOST_NAMED: usize = 8;
/// Features whose titles are looked at.
const MOST_LOOKED_AT: usize = 10_000;

impl Spec {
    /// What is told of the words.
    pub(super) fn undrawn(
        &self,
        map: &StyledMap,
        output: Output,
        furnishing: &Furnishing,
    ) -> Vec<String> {
        let mut told = self.untitled(output, furnishing);
        if !map.fonts.draw_missing {
            told.extend(
                self.words()
                    .into_iter()
                    .filter_map(|(pointer, text)| lacking(map, &pointer, &text)),
            );
        }
        told
    }

    /// A title and a subtitle that are not drawn.
    fn untitled(&self, output: Output, furnishing: &Furnishing) -> Vec<String> {
        let parts = self.furniture.as_deref().unwrap_or_default();
        let is_drawn =
            furnishing.furniture.as_ref().is_some_and(|f| f.parts.contains_key(&Part::Title));
        let is_meant = parts == "none";
        let (with_title, with_subtitle) =
            if self.animate.is_some() { (false, false) } else { output.holds_words() };
        let mut told = Vec::new();
        for (pointer, given, is_held) in [
            ("/title", self.title.is_some(), with_title),
            ("/subtitle", self.subtitle.is_some(), with_subtitle),
        ] {
            if !given || is_drawn || is_meant && is_held {
                continue;
            }
            let held = if is_held {
                "is in the file's metadata only"
            } else {
                "is nowhere in a file of this format"
            };
            let help = match is_meant {
                true => "draw it (furniture=title), or take png, svg or pdf".to_string(),
                false => format!("to draw it, list it: furniture=title,{parts}"),
            };
            told.push(format!(
                "{pointer}: not drawn, since furniture does not list it; it {held}; {help}"
            ));
        }
        told
    }

    /// Every text that is drawn in the program's own fonts, by its pointer.
    fn words(&self) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> = Vec::new();
        let mut add = |pointer: String, text: Option<&str>| {
            all.extend(
                text.filter(|text| !text.is_ascii()).map(|text| (pointer, text.to_string())),
            );
        };
        add("/title".to_string(), self.title.as_deref());
        add("/subtitle".to_string(), self.subtitle.as_deref());
        for (i, callout) in self.callouts.iter().enumerate() {
            add(format!("/callouts/{i}/text"), Some(&callout.text));
        }
        for (i, marker) in self.markers.iter().enumerate() {
            add(format!("/markers/{i}/label"), marker.label.as_deref());
            add(format!("/markers/{i}/symbol"), marker.symbol.as_deref());
        }
        for (i, path) in self.paths.iter().enumerate() {
            add(format!("/paths/{i}/label"), path.label.as_deref());
        }
        for (i, circle) in self.circles.iter().enumerate() {
            add(format!("/circles/{i}/label"), circle.label.as_deref());
        }
        let Some(geojson) = self.geojson.as_ref().filter(|_| self.layers.is_none()) else {
            return all;
        };
        let mut look = |pointer: String, feature: &Json| {
            for key in ["title", "marker-symbol"] {
                let text = feature.get("properties").and_then(|properties| properties.get(key));
                add(format!("{pointer}/properties/{key}"), text.and_then(Json::as_str));
            }
        };
        match geojson.get("features").and_then(Json::as_array) {
            Some(features) => {
                let features = features.iter().take(MOST_LOOKED_AT).enumerate();
                features.for_each(|(i, one)| look(format!("/geojson/features/{i}"), one));
            }
            None => look("/geojson".to_string(), geojson),
        }
        all
    }
}

/// What is told of a text some letters of which no font has.
fn lacking(map: &StyledMap, pointer: &str, text: &str) -> Option<String> {
    let lacking = map.fonts.stack(FONTS).lacking(text);
    let named: Vec<String> = lacking
        .iter()
        .take(MOST_NAMED)
        .map(|c| format!("'{c}' (U+{:04X})", u32::from(*c)))
        .collect();
    let more = match lacking.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let named = named.join(", ");
    (!lacking.is_empty()).then(|| {
        format!("{pointer}: no font has a glyph for {named}{more}: left out; add a font by --fonts")
    })
}
