//! What WMTS offers, and its dimensions: a style's own settings.

use super::{Exception, Kvp};
use crate::atlas::StyledMap;
use crate::cql2::Instant;
use crate::feature::Value;
use crate::http::matrix::{MatrixSet, SETS};

/// The formats of tiles, with the ends of their names.
pub const FORMATS: [(&str, &str); 3] =
    [("image/png", "png"), ("image/webp", "webp"), ("image/jpeg", "jpg")];
/// The deepest tile matrix: GoogleMapsCompatible ends there.
pub const DEEPEST: u8 = 18;

/// The sets of tile matrices by what they are called here, with their px for a CSS px: tiles of
/// 256 CSS px.
pub fn matrix_sets() -> impl Iterator<Item = (String, &'static MatrixSet, u32)> {
    let first = SETS.first().map(|set| (format!("{}x2", set.id), set, 2));
    SETS.iter().map(|set| (set.id.to_string(), set, 1)).chain(first)
}

/// What a dimension is called that is a style's setting.
pub fn dimension(key: &str) -> &str {
    if key == "date" { "Time" } else { key }
}

/// The values of a setting that are listed, the days on which the map changes or those that the style
/// names, and its default; none where there are none to list.
pub fn listed(styled: &StyledMap, key: &str, default: &Value) -> Option<(Vec<String>, String)> {
    let values: Vec<String> = match key {
        "date" => styled.changes().iter().map(ToString::to_string).collect(),
        key => styled.style.state_values.get(key)?.clone(),
    };
    let default = match default {
        Value::Text(text) => text.to_string(),
        other => other.to_json().to_string(),
    };
    (!values.is_empty()).then_some((values, default))
}

/// The style's settings as a request says them.
#[derive(Debug, Default)]
pub struct Settings {
    pairs: Vec<(String, String)>,
    /// What is to be told of them.
    pub told: Option<String>,
}

impl Settings {
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(own, _)| *own == key).map(|(_, value)| value)
    }
}

/// Takes the dimensions that are said: by their names, or with a `prefix` before these.
pub fn settings(styled: &StyledMap, pairs: &mut Kvp, prefix: &str) -> Result<Settings, Exception> {
    let mut settings = Settings::default();
    for key in styled.style.state.keys() {
        let name = dimension(key).to_uppercase();
        let said = pairs.take(&name).or_else(|| pairs.take(&format!("{prefix}{name}")));
        let Some(mut value) = said else { continue };
        if ["default", "current"].iter().any(|word| value.eq_ignore_ascii_case(word)) {
            continue;
        }
        if key == "date" {
            let (day, said) = day(&value).ok_or_else(|| {
                Exception::invalid(&name, &value, "a day, such as 2020-11-25, or a timestamp")
            })?;
            (value, settings.told) = (day, said);
        }
        settings.pairs.push((key.clone(), value));
    }
    Ok(settings)
}

/// The day that a time names: of a timestamp its day, of an interval its last one, which is to be
/// told.
fn day(value: &str) -> Option<(String, Option<String>)> {
    let (from, to) = value.split_once('/').unwrap_or((value, value));
    let is_open = from.is_empty() || from == "..";
    Instant::parse_leniently(to).filter(|_| is_open || Instant::parse_leniently(from).is_some())?;
    let day = to.get(..10)?.to_string();
    let is_interval = value.contains('/');
    let told = is_interval.then(|| format!("the map is of {day}, the last day of the interval"));
    Some((day, told))
}
