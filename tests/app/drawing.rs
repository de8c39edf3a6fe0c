//! The embedded map, and pictures as documents ask for them.

use std::sync::OnceLock;

use contactline::atlas::{self, Map, Options};
use contactline::geo::Effort;
use contactline::sheet::{Picture, Spec};
use serde_json::Value as Json;

/// The map in the binary, loaded once.
pub fn embedded() -> &'static Map {
    static MAP: OnceLock<Map> = OnceLock::new();
    MAP.get_or_init(|| atlas::load(&Options::default()).value.unwrap())
}

/// The picture of a document, or what is wrong with it.
pub fn picture(map: &Map, style: &str, spec: &Json) -> Result<Picture, String> {
    let spec = Spec::read(spec.to_string().as_bytes()).map_err(|e| e.to_string())?;
    spec.picture(map, style, "a test".to_string(), &Effort::default()).map_err(|e| e.to_string())
}
