//! Requests set a style's own state (`global-state`): which keys it has, and of what kind, the
//! style alone says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::Style;
use crate::feature::{Date, Value};

/// Why a state key or its value is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StateError {
    #[error("the style has no state '{key}'; it has: {known}")]
    Unknown { key: String, known: String },
    #[error("'{value}' is no value for '{key}'; expected {expected}")]
    Value { key: String, value: String, expected: String },
}

/// The state key that holds the day the map shows.
const DATE: &str = "date";
/// A day before every change, and the texts that styles put for an unknown first and last day.
const BEFORE_ALL: &str = "0001-01-01";
const OPEN_ENDS: [&str; 2] = ["0000", "9999"];

/// How a style's layers use the state.
#[derive(Debug, Clone, Default)]
pub(super) struct StateUse {
    keys: BTreeSet<String>,
    /// A key is computed, so any may be read.
    any: bool,
    /// Every use of `date` asks whether an interval from `valid_from` to before `valid_to` holds.
    date_is_of_validity: bool,
}

impl StateUse {
    pub(super) fn of(layers: &Json) -> Self {
        let mut found = Self { date_is_of_validity: true, ..Self::default() };
        found.visit(layers);
        found
    }

    fn reads(&self, key: &str) -> bool {
        self.any || self.keys.contains(key)
    }

    fn visit(&mut self, json: &Json) {
        match json {
            Json::Array(items) if asks_validity(items) => {
                self.keys.insert(DATE.to_string());
            }
            Json::Array(items) if items.first().and_then(Json::as_str) == Some("global-state") => {
                match items.get(1).and_then(Json::as_str) {
                    Some(key) => {
                        self.date_is_of_validity &= key != DATE;
                        self.keys.insert(key.to_string());
                    }
                    None => {
                        self.any = true;
                        self.date_is_of_validity = false;
                    }
                }
            }
            Json::Array(items) => items.iter().for_each(|i| self.visit(i)),
            Json::Object(members) => members.values().for_each(|m| self.visit(m)),
            _ => {}
        }
    }
}

/// `valid_from <= date` or `date < valid_to`, written either way round.
fn asks_validity(items: &[Json]) -> bool {
    let [op, a, b] = items else { return false };
    let date = |side: &Json| *side == json!(["global-state", DATE]);
    match op.as_str() {
        Some("<=") => is_end(a, "valid_from") && date(b),
        Some(">=") => date(a) && is_end(b, "valid_from"),
        Some("<") => date(a) && is_end(b, "valid_to"),
        Some(">") => is_end(a, "valid_to") && date(b),
        _ => false,
    }
}

/// The property `key`, or an open end where it is missing.
fn is_end(side: &Json, key: &str) -> bool {
    let get = json!(["get", key]);
    // Also of the day of a timestamp.
    let day = |open: &str| json!(["slice", ["to-string", ["coalesce", get, open]], 0, 10]);
    if OPEN_ENDS.iter().any(|open| *side == day(open)) {
        return true;
    }
    *side == get || OPEN_ENDS.iter().any(|open| *side == json!(["coalesce", get, open]))
}

impl Style {
    /// Whether the style asks for its date only what holds on it, so that between two days of change
    /// all maps are one.
    pub fn is_stepwise(&self) -> bool {
        self.state_use.date_is_of_validity
    }

    /// The style's state with `settings` put in, each checked against the style; keys that no layer
    /// looks at are left out, so that requests which differ in them share pictures.
    ///
    /// Where the style uses `date` only to ask whether a feature's `valid_from` and `valid_to` hold
    /// that day, it is moved to the last of `changes` (the days on which something begins or ceases
    /// to hold) not after it, so that all days with the same map share one state. A style that does
    /// anything else with the date gets the date as it is.
    pub fn state_with<'a>(
        &self,
        settings: impl IntoIterator<Item = (&'a str, &'a str)>,
        changes: &[Date],
    ) -> Result<BTreeMap<String, Value>, StateError> {
        let mut state = self.state.clone();
        for (key, text) in settings {
            let Some(default) = self.state.get(key) else {
                let known: Vec<&str> = self.state.keys().map(String::as_str).collect();
                return Err(StateError::Unknown { key: shortened(key), known: known.join(", ") });
            };
            let value = self.state_value(key, default, text)?;
            state.insert(key.to_string(), value);
        }
        state.retain(|key, _| self.state_use.reads(key));
        if self.state_use.date_is_of_validity
            && let Some(Value::Text(text)) = state.get(DATE)
            && let Ok(date) = text.parse::<Date>()
        {
            let last = changes
                .partition_point(|change| *change <= date)
                .checked_sub(1)
                .map(|i| changes[i]);
            let canonical = last.map_or_else(|| BEFORE_ALL.to_string(), |d| d.to_string());
            state.insert(DATE.to_string(), Value::Text(canonical.into()));
        }
        Ok(state)
    }

    /// Moves a default day that lies after the last day on which the map changes to that, or to
    /// today where that is earlier.
    pub fn settle_date(&mut self, last_change: Date, today: Date) {
        let latest = last_change.min(today);
        if let Some(Value::Text(day)) = self.state.get(DATE)
            && day.parse::<Date>().is_ok_and(|day| day > latest)
        {
            self.state.insert(DATE.to_string(), Value::Text(latest.to_string().into()));
            if let Some(default) = self.json.pointer_mut("/state/date/default") {
                *default = Json::from(latest.to_string());
            }
        }
    }

    fn state_value(&self, key: &str, default: &Value, text: &str) -> Result<Value, StateError> {
        let refuse = |expected: String| {
            Err(StateError::Value { key: key.to_string(), value: shortened(text), expected })
        };
        if let Some(values) = self.state_values.get(key)
            && !values.iter().any(|v| v == text)
        {
            return refuse(format!("one of {}", values.join(", ")));
        }
        match default {
            Value::Text(_) if key == DATE && text.parse::<Date>().is_err() => {
                refuse("a date, YYYY-MM-DD".to_string())
            }
            Value::Number(_) => match text.parse::<f64>() {
                Ok(n) if n.is_finite() => Ok(Value::Number(n)),
                _ => refuse("a number".to_string()),
            },
            Value::Bool(_) => match text {
                "true" => Ok(Value::Bool(true)),
                "false" => Ok(Value::Bool(false)),
                _ => refuse("true or false".to_string()),
            },
            _ => Ok(Value::Text(text.into())),
        }
    }
}

/// Enough of the user's text to recognise it by.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(filter: Json) -> Style {
        let json = json!({
            "version": 8, "sources": {"s": {"type": "geojson", "data": "s"}},
            "layers": [{
                "id": "l", "type": "line", "source": "s", "filter": filter,
                "paint": {"line-width": ["global-state", "size"]}
            }],
            "state": {
                "date": {"default": "2026-01-01"},
                "lang": {"default": "en"},
                "size": {"default": 1}
            },
            "metadata": {"contactline:state": {"lang": ["en", "hy"]}}
        });
        super::super::parse(&json.to_string()).value.unwrap()
    }

    fn validity() -> Json {
        let date = json!(["global-state", "date"]);
        json!([
            "all",
            ["<=", ["coalesce", ["get", "valid_from"], "0000"], date],
            ["<", date, ["get", "valid_to"]]
        ])
    }

    #[test]
    fn days_with_one_map_share_a_state() {
        let changes: Vec<Date> =
            ["2020-11-20", "2020-11-25"].iter().map(|d| d.parse().unwrap()).collect();
        let date = |d: &str| {
            style(validity()).state_with([("date", d)], &changes).unwrap()["date"].clone()
        };
        assert_eq!(date("2020-11-20"), date("2020-11-24"));
        assert_eq!(date("2020-11-24"), Value::Text("2020-11-20".into()));
        assert_ne!(date("2020-11-24"), date("2020-11-25"));
        assert_eq!(date("1990-01-01"), date("2020-11-19"));
        // Any other use of the date wants the date itself.
        let since = json!(["<=", ["get", "since"], ["global-state", "date"]]);
        let state = style(since).state_with([("date", "2022-01-01")], &changes).unwrap();
        assert_eq!(state["date"], Value::Text("2022-01-01".into()));
    }

    #[test]
    fn the_default_day_is_the_last_change_or_today() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        for (last, today, expected) in [
            ("2025-08-08", "2026-11-26", "2025-08-08"),
            ("2030-01-01", "2025-11-26", "2025-11-26"),
            // A style that opens on an earlier day does so.
            ("2026-02-01", "2026-11-26", "2026-01-01"),
        ] {
            let mut style = style(validity());
            style.settle_date(day(last), day(today));
            assert_eq!(style.state["date"], Value::Text(expected.into()));
            assert_eq!(style.json["state"]["date"]["default"], expected);
        }
    }

    #[test]
    fn what_no_layer_reads_is_left_out() {
        let state = style(validity()).state_with([("lang", "hy")], &[]).unwrap();
        assert!(
            !state.contains_key("lang") && state.contains_key("size") && state.contains_key("date")
        );
    }

    #[test]
    fn what_the_style_does_not_declare_is_refused() {
        for (key, value, part) in [
            ("nope", "1", "it has: date, lang, size"),
            ("lang", "xx", "one of en, hy"),
            ("date", "2020-02-30", "YYYY-MM-DD"),
            ("size", "NaN", "a number"),
        ] {
            let error = style(validity()).state_with([(key, value)], &[]).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
