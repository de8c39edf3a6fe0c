//! Holds the source to ARCHITECTURE.md: imports go strictly down the floors, every file says what
//! it is for, files stay small enough to hold in the head, and nothing is called by a name that
//! says nothing.

use std::fs;
use std::path::{Path, PathBuf};

/// Each module with what it may import: only modules of lower floors, never one of its own floor.
const FLOORS: &[(&str, &[&str])] = &[
    ("diag", &[]),
    ("color", &[]),
    ("geo", &[]),
    ("feature", &["diag", "geo"]),
    ("text", &["diag", "geo"]),
    ("sprite", &["diag"]),
    ("terrain", &["geo"]),
    ("style", &["feature", "color", "geo", "diag"]),
    ("index", &["feature", "geo"]),
    ("scene", &["geo", "color", "text", "sprite", "terrain"]),
    ("label", &["geo", "text"]),
    ("cql2", &["feature", "geo"]),
    ("source", &["index", "feature", "terrain", "geo", "diag"]),
    (
        "compose",
        &["style", "label", "scene", "feature", "text", "sprite", "terrain", "color", "geo"],
    ),
    ("paint", &["scene", "text", "sprite", "color", "geo"]),
    ("encode", &["feature", "color", "geo"]),
    ("catalog", &["cql2", "index", "feature", "geo"]),
    (
        "atlas",
        &[
            "catalog", "source", "compose", "paint", "encode", "style", "index", "scene", "label",
            "feature", "text", "sprite", "terrain", "geo", "diag",
        ],
    ),
    ("ask", &["catalog", "cql2", "encode", "index", "feature", "geo", "diag"]),
    (
        "sheet",
        &[
            "ask", "atlas", "source", "compose", "paint", "encode", "style", "index", "scene",
            "feature", "sprite", "color", "geo", "diag",
        ],
    ),
    ("service", &["sheet", "atlas", "text", "geo"]),
    (
        "http",
        &[
            "service", "sheet", "ask", "atlas", "catalog", "cql2", "encode", "style", "feature",
            "geo", "diag",
        ],
    ),
    (
        "cli",
        &[
            "http", "service", "sheet", "ask", "atlas", "catalog", "cql2", "source", "style",
            "feature", "geo", "diag",
        ],
    ),
    ("main", &["cli"]),
    ("lib", &[]),
];
const MAX_LINES: usize = 500;
const SAYS_NOTHING: &[&str] = &["utils", "util", "common", "helpers", "helper", "types", "misc"];

fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    assert!(files.len() > 40, "the source was not found");
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => collect(&path, files),
            false if path.extension().is_some_and(|x| x == "rs") => files.push(path),
            false => {}
        }
    }
}

/// The file's text without its unit tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_string()
}

/// The top-level module that a file belongs to.
fn module(path: &Path) -> String {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_string()
}

#[test]
fn imports_go_strictly_down() {
    let mut wrong = Vec::new();
    for path in sources() {
        let module = module(&path);
        let allowed = FLOORS
            .iter()
            .find(|(name, _)| *name == module)
            .unwrap_or_else(|| panic!("{module} has no floor"))
            .1;
        for (number, line) in code(&path).lines().enumerate() {
            for (at, _) in line.match_indices("crate::") {
                let used: String = line[at + 7..]
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                if used != module && !allowed.contains(&used.as_str()) && !used.is_empty() {
                    wrong.push(format!(
                        "{}:{}: {module} may not use {used}",
                        path.display(),
                        number + 1
                    ));
                }
            }
            if line.contains("crate::{") {
                wrong.push(format!(
                    "{}:{}: name one module per use line",
                    path.display(),
                    number + 1
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// GeoJSON becomes geometry in one place, which checks it: the crate's own conversion panics on a
/// position of one number.
#[test]
fn geojson_becomes_geometry_in_one_place() {
    let reads = |p: &PathBuf| {
        ["GeometryValue", "geojson::Geometry", "geo_types"].iter().any(|w| code(p).contains(w))
    };
    let readers: Vec<_> = sources().into_iter().filter(reads).collect();
    assert!(
        matches!(readers.as_slice(), [only] if only.ends_with("feature/geometry.rs")),
        "{readers:#?}"
    );
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<_> = sources()
        .into_iter()
        .filter(|p| !fs::read_to_string(p).unwrap().starts_with("//!"))
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn files_can_be_held_in_the_head() {
    let long: Vec<_> = sources()
        .into_iter()
        .map(|p| (code(&p).lines().count(), p))
        .filter(|(n, _)| *n > MAX_LINES)
        .collect();
    assert!(long.is_empty(), "{long:#?}");
    let main = code(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs"));
    assert!(main.lines().count() <= 40);
}

#[test]
fn names_say_something() {
    let empty: Vec<_> = sources()
        .into_iter()
        .filter(|p| SAYS_NOTHING.contains(&p.file_stem().unwrap().to_str().unwrap()))
        .collect();
    assert!(empty.is_empty(), "{empty:#?}");
}

#[test]
fn every_module_stands_in_the_architecture() {
    let document =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md")).unwrap();
    for (name, _) in FLOORS.iter().filter(|(name, _)| *name != "lib") {
        assert!(document.contains(&format!("`{name}`")), "ARCHITECTURE.md does not name `{name}`");
    }
}
