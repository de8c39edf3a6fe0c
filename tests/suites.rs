//! The scoreboard: MapLibre's own test suites, from the folder in `SUITES` (default
//! `../shared/suites`); where neither is there, the part of them in `tests/suites/maplibre`, which
//! is said.
//!
//! Prints `suite family passed/total`, writes each result to `target/suites/results.tsv` and each
//! picture to `target/suites/render`, with three panels (expected, drawn, difference) and an index
//! page for what fails. Fails if a test listed in `tests/suites-pass.txt` does not pass; `BLESS=1`
//! adds those that pass now, and never takes one off.

#[path = "suites/expression.rs"]
mod expression;
#[path = "suites/pixelmatch.rs"]
mod pixelmatch;
#[path = "suites/render.rs"]
mod render;
#[path = "suites/report.rs"]
mod report;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use report::Outcome;

/// The suites' folder.
fn folder() -> PathBuf {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    if let Some(folder) = std::env::var_os("SUITES") {
        return PathBuf::from(folder);
    }
    let whole = home.join("../shared/suites");
    if whole.is_dir() {
        return whole;
    }
    // Straight to the stream: what a passing test prints is not shown.
    let _ = writeln!(
        std::io::stderr(),
        "skipped: most of MapLibre's suites, which are not here; set SUITES to the folder that \
         holds them"
    );
    home.join("tests/suites/maplibre")
}

/// Where a suite's results go.
fn output() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from);
    target.join("suites")
}

/// Runs one suite.
fn run(suite: &str, tests: impl FnOnce(&Path) -> Vec<Outcome>) {
    let folder = folder().join(suite);
    assert!(folder.is_dir(), "{} is not there", folder.display());
    let outcomes = tests(&folder);
    assert!(!outcomes.is_empty(), "{} holds no tests", folder.display());
    report::print(suite, &outcomes);
    report::write(suite, &outcomes);
    report::hold_to_the_list(suite, &outcomes);
}

#[test]
fn expression_suite() {
    run("expression", expression::run);
}

#[test]
fn render_suite() {
    run("render", render::run);
}
