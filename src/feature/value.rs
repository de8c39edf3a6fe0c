//! A property's value: JSON's types, cheap to clone.

use crate::identity::{Identified, Identity};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A JSON value as features and styles carry it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(f64),
    /// A whole number that no `f64` is, such as the ids of posts.
    Large(Large),
    Text(Arc<str>),
    Array(Arc<[Value]>),
    Object(Arc<BTreeMap<Arc<str>, Value>>),
}

/// A whole number that no `f64` is. Packed, so that values without one are no larger for it: there
/// are millions of them.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(Rust, packed(8))]
pub struct Large(i128);

impl Large {
    pub fn get(self) -> i128 {
        self.0
    }
}

impl std::fmt::Display for Large {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.get().fmt(f)
    }
}

impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Value::Null,
            Json::Bool(b) => Value::Bool(*b),
            Json::Number(n) => match n.as_i128() {
                Some(whole) => Value::whole(whole),
                // Without arbitrary precision every JSON number has an f64.
                None => n.as_f64().map_or(Value::Null, Value::Number),
            },
            Json::String(s) => Value::Text(s.as_str().into()),
            Json::Array(items) => Value::Array(items.iter().map(Value::from).collect()),
            Json::Object(map) => Value::Object(Arc::new(
                map.iter().map(|(k, v)| (k.as_str().into(), Value::from(v))).collect(),
            )),
        }
    }
}

impl Value {
    /// A whole number with all its digits.
    pub fn whole(n: i128) -> Self {
        let near = n as f64;
        if near as i128 == n { Value::Number(near) } else { Value::Large(Large(n)) }
    }

    /// As styles have numbers: none has more digits than an `f64`.
    pub fn in_style(self) -> Self {
        match self {
            Value::Large(n) => Value::Number(n.get() as f64),
            other => other,
        }
    }

    /// The value as JSON; whole numbers are written without a fraction.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Value::Null => Json::Null,
            Value::Bool(b) => Json::Bool(*b),
            Value::Number(n) => whole_of(*n)
                .and_then(serde_json::Number::from_i128)
                .or_else(|| serde_json::Number::from_f64(*n))
                .map_or(Json::Null, Json::Number),
            Value::Large(n) => {
                serde_json::Number::from_i128(n.get()).map_or(Json::Null, Json::Number)
            }
            Value::Text(t) => Json::String(t.to_string()),
            Value::Array(items) => Json::Array(items.iter().map(Value::to_json).collect()),
            Value::Object(map) => {
                Json::Object(map.iter().map(|(k, v)| (k.to_string(), v.to_json())).collect())
            }
        }
    }
}

/// A number as the whole number of 64 bits, with or without a sign, that it is; those are written
/// with all their digits.
pub fn whole_of(n: f64) -> Option<i128> {
    const LEAST: f64 = i64::MIN as f64;
    // It rounds to the number after it.
    const BEYOND: f64 = u64::MAX as f64;
    (n.fract() == 0.0 && (LEAST..BEYOND).contains(&n)).then_some(n as i128)
}

/// A large whole number beside an `f64`, which it never equals.
pub fn large_order(large: i128, n: f64) -> Ordering {
    match (large as f64).total_cmp(&n) {
        // It was rounded to that number.
        Ordering::Equal => large.cmp(&(n as i128)),
        apart => apart,
    }
}

impl Identified for Value {
    fn identify(&self, to: &mut Identity) {
        match self {
            Value::Null => 0u8.identify(to),
            Value::Bool(value) => (1u8, *value).identify(to),
            Value::Number(value) => (2u8, *value).identify(to),
            Value::Large(value) => (3u8, value.get()).identify(to),
            Value::Text(value) => (4u8, value.as_ref()).identify(to),
            Value::Array(value) => (5u8, value.as_ref()).identify(to),
            Value::Object(value) => (6u8, value.as_ref()).identify(to),
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
        let large = serde_json::json!([
            1_366_012_299_262_230_533_u64,
            u64::MAX,
            i64::MIN + 1,
            1_u64 << 60,
            i64::MIN,
            1_u64 << 63,
            u64::MAX - 2047
        ]);
        assert_eq!(Value::from(&large).to_json().to_string(), large.to_string());
    }
}
