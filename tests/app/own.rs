//! Maps of data that a test writes, and questions to them.

use std::fs;
use std::path::PathBuf;

use contactline::ask::Question;
use contactline::atlas::{self, Map, Options};
use contactline::geo::Effort;
use serde_json::{Value as Json, json};

/// A map with files of these names and texts as its data, beside the embedded one.
pub fn with(files: &[(&str, Json)]) -> Map {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = files
        .iter()
        .map(|(name, json)| {
            let path = folder.path().join(name);
            fs::write(&path, json.to_string()).unwrap();
            path
        })
        .collect();
    atlas::load(&Options { data: paths, ..Options::default() }).value.unwrap()
}

pub fn ask(map: &Map, question: Json) -> Result<Json, String> {
    let effort = Effort::default();
    let question =
        Question::read(question.as_object().unwrap(), &effort).map_err(|e| e.to_string())?;
    question.ask(map.catalog(), &effort).map(|answer| answer.to_json()).map_err(|e| e.to_string())
}

pub fn feature(id: &str, geometry: Json, properties: Json) -> Json {
    json!({"type": "Feature", "id": id, "properties": properties, "geometry": geometry})
}

pub fn collection(features: &[Json]) -> Json {
    json!({"type": "FeatureCollection", "features": features})
}
