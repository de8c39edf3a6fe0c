//! JSON Schema for the features of a collection: what each must say about itself.

use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::stream::Place;
use crate::diag::Diagnostic;

/// A compiled schema for one feature.
pub struct Schema {
    validator: jsonschema::Validator,
}

/// Text that is no JSON Schema.
#[derive(Debug, thiserror::Error)]
#[error("not a JSON Schema: {0}")]
pub struct SchemaError(String);

impl Schema {
    /// Compiles a schema, which may not refer to others.
    pub fn new(text: &str) -> Result<Self, SchemaError> {
        let json: Json = serde_json::from_str(text).map_err(|e| SchemaError(e.to_string()))?;
        let options = jsonschema::options().should_validate_formats(true);
        let validator = options.build(&json).map_err(|e| SchemaError(e.to_string()))?;
        Ok(Self { validator })
    }

    /// What the feature in a place breaks, by JSON pointer. Text that is no JSON is not the
    /// schema's matter.
    pub(super) fn check(&self, file: &str, place: Place, raw: &RawValue) -> Vec<Diagnostic> {
        let Ok(json) = serde_json::from_str::<Json>(raw.get()) else { return Vec::new() };
        let id = json.get("id").map(Json::to_string);
        let report = |error: jsonschema::ValidationError| {
            let mut d = Diagnostic::error(error.to_string()).in_file(file).at(format!(
                "{}{}",
                place.pointer(),
                error.instance_path()
            ));
            d.feature = id.clone();
            place.of(d)
        };
        self.validator.iter_errors(&json).map(report).collect()
    }
}
