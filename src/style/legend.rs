//! What a style says of its own legend: `metadata."contactline:legend"`, an array of entries in the
//! order they are listed.
//!
//! An entry has a `label` (text, or text by language), the `layers` that draw it, lowest first, and
//! perhaps a `filter` that tells its features from the layers' others. How it looks is not said: it
//! is drawn by the layers themselves.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::filter::read_filter;
use super::{Expr, Layer};
use crate::diag::Diagnostic;

/// An entry of the legend.
#[derive(Debug, Clone)]
pub struct LegendEntry {
    /// By language; `""` for one that is not of any.
    label: BTreeMap<String, String>,
    /// Ids of layers, lowest first.
    pub layers: Vec<String>,
    pub filter: Option<Expr>,
}

impl LegendEntry {
    /// The label in a language, or in English, or in whichever there is.
    pub fn label(&self, language: &str) -> &str {
        let in_one = |language: &str| self.label.get(language);
        in_one(language)
            .or_else(|| in_one(""))
            .or_else(|| in_one("en"))
            .or_else(|| self.label.values().next())
            .map_or("", String::as_str)
    }
}

pub(super) fn read(
    root: &Map<String, Json>,
    layers: &[Layer],
    out: &mut Vec<Diagnostic>,
) -> Vec<LegendEntry> {
    const AT: &str = "/metadata/contactline:legend";
    let Some(json) = root.get("metadata").and_then(|m| m.get("contactline:legend")) else {
        return Vec::new();
    };
    let Some(entries) = json.as_array() else {
        out.push(Diagnostic::error("a legend is an array of entries").at(AT));
        return Vec::new();
    };
    let entry = |(i, entry): (usize, &Json)| read_entry(entry, &format!("{AT}/{i}"), layers, out);
    entries.iter().enumerate().filter_map(entry).collect()
}

fn read_entry(
    json: &Json,
    at: &str,
    layers: &[Layer],
    out: &mut Vec<Diagnostic>,
) -> Option<LegendEntry> {
    let help = "write {\"label\": \"Roads\", \"layers\": [\"roads\"]}";
    let label: BTreeMap<String, String> = match json.get("label") {
        Some(Json::String(text)) => [(String::new(), text.clone())].into(),
        Some(Json::Object(all)) => {
            all.iter().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_string()))).collect()
        }
        _ => BTreeMap::new(),
    };
    if label.is_empty() {
        out.push(
            Diagnostic::error("an entry of the legend needs a label, text or text by language")
                .at(at)
                .help(help),
        );
        return None;
    }
    let names: Vec<&str> = json
        .get("layers")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .collect();
    let mut found = Vec::new();
    for (i, name) in names.iter().enumerate() {
        match layers.iter().any(|l| l.id == *name) {
            true => found.push(name.to_string()),
            false => out.push(
                Diagnostic::error(format!("the style has no layer '{name}'"))
                    .at(format!("{at}/layers/{i}")),
            ),
        }
    }
    if found.is_empty() {
        out.push(
            Diagnostic::error("an entry of the legend names the layers that draw it")
                .at(at)
                .help(help),
        );
        return None;
    }
    let filter = read_filter(json.get("filter"), at, out)?;
    Some(LegendEntry { label, layers: found, filter })
}
