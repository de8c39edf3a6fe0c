//! The render suite.

use std::path::Path;

use super::report::Outcome;

pub fn run(_folder: &Path) -> Vec<Outcome> {
    vec![Outcome { id: "none".into(), families: vec!["none".into()], passed: false, detail: String::new() }]
}
