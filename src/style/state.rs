//! Requests set a style's own state (`global-state`): which keys it has, and of what kind, the style alone says.

use std::collections::BTreeMap;

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

impl Style {
    /// The style's state with `settings` put in, each checked against the style. Of `changes`, the days on which
    /// something on the map changes, `date` is moved to the last one not after it, so that all days with the same map
    /// share one state; a day before the first change stays as the day before it is: the earliest possible.
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
        if let Some(Value::Text(text)) = state.get(DATE)
            && let Ok(date) = text.parse::<Date>()
        {
            let last = changes.partition_point(|change| *change <= date).checked_sub(1).map(|i| changes[i]);
            let canonical = last.map_or_else(|| "0001-01-01".to_string(), |d| d.to_string());
            state.insert(DATE.to_string(), Value::Text(canonical.into()));
        }
        Ok(state)
    }

    fn state_value(&self, key: &str, default: &Value, text: &str) -> Result<Value, StateError> {
        let refuse =
            |expected: String| Err(StateError::Value { key: key.to_string(), value: shortened(text), expected });
        if let Some(values) = self.state_values.get(key)
            && !values.iter().any(|v| v == text)
        {
            return refuse(format!("one of {}", values.join(", ")));
        }
        match default {
            Value::Text(_) if key == DATE && text.parse::<Date>().is_err() => refuse("a date, YYYY-MM-DD".to_string()),
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

    fn style() -> Style {
        let json = serde_json::json!({
            "version": 8, "sources": {}, "layers": [],
            "state": {"date": {"default": "2026-01-01"}, "lang": {"default": "en"}, "size": {"default": 1}},
            "metadata": {"contactline:state": {"lang": ["en", "hy"]}}
        });
        super::super::parse(&json.to_string()).value.unwrap()
    }

    #[test]
    fn days_with_one_map_share_a_state() {
        let changes: Vec<Date> = ["2020-11-20", "2020-11-25"].iter().map(|d| d.parse().unwrap()).collect();
        let date = |d: &str| style().state_with([("date", d)], &changes).unwrap()["date"].clone();
        assert_eq!(date("2020-11-20"), date("2020-11-24"));
        assert_eq!(date("2020-11-24"), Value::Text("2020-11-20".into()));
        assert_ne!(date("2020-11-24"), date("2020-11-25"));
        assert_eq!(date("1990-01-01"), date("2020-11-19"));
    }

    #[test]
    fn what_the_style_does_not_declare_is_refused() {
        for (key, value, part) in [
            ("nope", "1", "it has: date, lang, size"),
            ("lang", "xx", "one of en, hy"),
            ("date", "2020-02-30", "YYYY-MM-DD"),
            ("size", "NaN", "a number"),
        ] {
            let error = style().state_with([(key, value)], &[]).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
