//! A property's value: JSON's types, cheap to clone.

use std::collections::BTreeMap;
use std::sync::Arc;

/// A JSON value as features and styles carry it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(Arc<str>),
    Array(Arc<[Value]>),
    Object(Arc<BTreeMap<Arc<str>, Value>>),
}

impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Value::Null,
            Json::Bool(b) => Value::Bool(*b),
            // Without arbitrary precision every JSON number has an f64.
            Json::Number(n) => n.as_f64().map_or(Value::Null, Value::Number),
            Json::String(s) => Value::Text(s.as_str().into()),
            Json::Array(items) => Value::Array(items.iter().map(Value::from).collect()),
            Json::Object(map) => {
                Value::Object(Arc::new(map.iter().map(|(k, v)| (k.as_str().into(), Value::from(v))).collect()))
            }
        }
    }
}

impl Value {
    /// The value as JSON; whole numbers are written without a fraction.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Value::Null => Json::Null,
            Value::Bool(b) => Json::Bool(*b),
            Value::Number(n) if n.fract() == 0.0 && n.abs() < 9.0e15 => Json::from(*n as i64),
            Value::Number(n) => serde_json::Number::from_f64(*n).map_or(Json::Null, Json::Number),
            Value::Text(t) => Json::String(t.to_string()),
            Value::Array(items) => Json::Array(items.iter().map(Value::to_json).collect()),
            Value::Object(map) => Json::Object(map.iter().map(|(k, v)| (k.to_string(), v.to_json())).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_survives_the_round_trip() {
        let json = serde_json::json!({"a": [1, 2.5, null, true], "b": {"c": "ə"}});
        assert_eq!(Value::from(&json).to_json(), json);
    }
}
