//! Whole numbers of more than 64 bits, which the parser of JSON would round: they are kept as text,
//! wherever in a feature's `id` or properties they stand.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::feature::Value;

/// What of a feature holds such numbers, with those as text.
#[derive(Default)]
pub(super) struct Large {
    pub id: Option<Arc<str>>,
    pub properties: Vec<(String, Value)>,
}

impl Large {
    /// Those of a feature's text, which is GeoJSON.
    pub fn of(text: &str) -> Self {
        /// As many digits as the first number that is too large for a sign and 63 bits.
        const DIGITS: usize = 19;
        #[derive(serde::Deserialize)]
        struct Raw<'a> {
            #[serde(borrow)]
            id: Option<&'a RawValue>,
            #[serde(borrow)]
            properties: Option<BTreeMap<String, &'a RawValue>>,
        }
        if !text.as_bytes().split(|b| !b.is_ascii_digit()).any(|digits| digits.len() >= DIGITS) {
            return Self::default();
        }
        let Ok(raw) = serde_json::from_str::<Raw>(text) else { return Self::default() };
        let properties = raw.properties.into_iter().flatten();
        Self {
            id: raw.id.map(RawValue::get).filter(|raw| is_large(raw)).map(Arc::from),
            properties: properties
                .filter_map(|(key, raw)| Some((key, as_text(raw.get())?)))
                .collect(),
        }
    }
}

/// Whether JSON is a whole number of more than 64 bits.
fn is_large(raw: &str) -> bool {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    let is_whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_whole && raw.parse::<i64>().is_err() && raw.parse::<u64>().is_err()
}

/// JSON with its large whole numbers as text; `None` where it holds none.
fn as_text(raw: &str) -> Option<Value> {
    let inner = |raw: &RawValue| {
        let large = as_text(raw.get());
        let is_large = large.is_some();
        let value = large
            .or_else(|| serde_json::from_str(raw.get()).ok().map(|json: Json| Value::from(&json)));
        (value.unwrap_or(Value::Null), is_large)
    };
    match raw.as_bytes().first()? {
        b'{' => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(raw).ok()?;
            let members: BTreeMap<String, (Value, bool)> =
                members.into_iter().map(|(k, v)| (k, inner(v))).collect();
            let any = members.values().any(|(_, is_large)| *is_large);
            any.then(|| {
                Value::Object(Arc::new(
                    members.into_iter().map(|(k, (v, _))| (k.into(), v)).collect(),
                ))
            })
        }
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
            let items: Vec<(Value, bool)> = items.into_iter().map(inner).collect();
            let any = items.iter().any(|(_, is_large)| *is_large);
            any.then(|| Value::Array(items.into_iter().map(|(v, _)| v).collect()))
        }
        _ => is_large(raw).then(|| Value::Text(raw.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_beyond_64_bits_are_large() {
        for raw in
            ["18446744073709551616", "-9223372036854775809", "123456789012345678901234567890"]
        {
            assert!(is_large(raw), "{raw}");
        }
        for raw in [
            "18446744073709551615",
            "-9223372036854775808",
            "1e30",
            "0.12345678901234567890",
            "\"1\"",
            "-",
            "",
        ] {
            assert!(!is_large(raw), "{raw}");
        }
    }
}
