//! Holds the source to ARCHITECTURE.md: imports go strictly down the floors and in no circles, what
//! reads files, clocks or the environment is where it may be, every file says what it is for and can
//! be held in the head. The page's table of floors is written from here: `BLESS=1` writes it anew.

#[path = "architecture/tree.rs"]
mod tree;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tree::{Module, Tree};

/// A module of the first level, and what it may do that its floor does not give it.
struct Room {
    floor: u8,
    name: &'static str,
    does: &'static str,
    may: &'static [Deed],
}

/// What a program does beyond computing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Files,
    Clock,
    Environment,
    Network,
    Threads,
}

/// Each deed with the code that does it.
const DEEDS: &[(Deed, &[&str])] = &[
    (Deed::Files, &["fs::", "File::"]),
    (Deed::Clock, &["SystemTime::now", "Instant::now"]),
    (Deed::Environment, &["env::"]),
    (Deed::Network, &["TcpListener", "TcpStream"]),
    (Deed::Threads, &["thread::", "spawn(", "spawn_blocking("]),
];

/// From the lowest up.
const ROOMS: &[Room] = &[
    Room {
        floor: 0,
        name: "identity",
        does: "what tells values apart, as a number that lasts: keys, tags, the revision of a map",
        may: &[],
    },
    Room {
        floor: 1,
        name: "diag",
        does: "problems: what, where (file, line, JSON pointer, feature), how to mend it",
        may: &[],
    },
    Room {
        floor: 1,
        name: "color",
        does: "CSS colours and the spaces they are mixed in",
        may: &[],
    },
    Room {
        floor: 1,
        name: "geo",
        does: "degrees, the world's unit square, tiles, the camera and its pixel grid, shapes, \
            geodesic measures, relations (`geo/relate`), overlays, what they may cost, the \
            antimeridian and the poles (`geo/round`), projections, where a picture lies",
        may: &[],
    },
    Room {
        floor: 2,
        name: "feature",
        does: "features, values, dates, validity, what dates mean (`feature/timing`); GeoJSON \
            to geometry (`feature/geometry`), the one way there is",
        may: &[],
    },
    Room {
        floor: 2,
        name: "text",
        does: "fonts, clusters by script, face and direction, shaping, line breaking, outlines, \
             glyph ranges; no placement",
        may: &[],
    },
    Room {
        floor: 2,
        name: "terrain",
        does: "heights of the ground, tile by tile with their neighbours' edges, and slopes",
        may: &[],
    },
    Room {
        floor: 2,
        name: "sprite",
        does: "images that styles name: SVG drawn at each ratio, sprite sheets read and made",
        may: &[],
    },
    Room {
        floor: 3,
        name: "style",
        does: "a MapLibre style as types: layers, properties (by the published reference, \
            `style/reference`), expressions, state",
        may: &[],
    },
    Room {
        floor: 3,
        name: "index",
        does: "an R-tree over feature parts; features by id; what is here, what is nearest; which \
             positions of lines matter at which scale",
        may: &[],
    },
    Room {
        floor: 3,
        name: "scene",
        does: "the display list: snapped points, resolved paint, nothing else",
        may: &[],
    },
    Room {
        floor: 3,
        name: "label",
        does: "candidates in, what is shown out: one answer for the whole world; knows no style",
        may: &[],
    },
    Room {
        floor: 3,
        name: "cql2",
        does: "filters over features: CQL2 text and JSON to one checked tree, and what it says \
            of a feature",
        may: &[],
    },
    Room {
        floor: 3,
        name: "encode",
        does: "pixels → PNG, WebP, JPEG, GeoTIFF; features → GeoJSON, CSV, FlatGeobuf, \
            vector tiles (`encode/mvt`)",
        may: &[Deed::Files],
    },
    Room {
        floor: 4,
        name: "source",
        does: "GeoJSON, lines of it and tables to validated features, their time \
            (`source/time`), JSON Schema checks; tiles from disk (`source/tiles`), and where \
             files may lie (`source/roots`)",
        may: &[Deed::Files, Deed::Threads],
    },
    Room {
        floor: 4,
        name: "compose",
        does: "style + features + camera → scene; the map's furniture (`compose/furniture`)",
        may: &[],
    },
    Room {
        floor: 4,
        name: "paint",
        does: "scene → pixels; scene → marks of vectors (`paint/vector`) → SVG, PDF",
        may: &[],
    },
    Room {
        floor: 5,
        name: "catalog",
        does: "what there is, without a style: collections, schemas, names, pages of features",
        may: &[],
    },
    Room {
        floor: 6,
        name: "atlas",
        does: "a loaded map: styles joined to their sources; what a picture shows is fetched, \
            labelled and composed to a scene",
        may: &[Deed::Files, Deed::Clock],
    },
    Room {
        floor: 6,
        name: "ask",
        does: "questions, answers, measures, change: on the catalog alone",
        may: &[],
    },
    Room {
        floor: 7,
        name: "sheet",
        does: "a checked document → a page: things on top, furniture, one map, two, or moving; \
            its way to bytes",
        may: &[Deed::Threads],
    },
    Room {
        floor: 8,
        name: "service",
        does: "lanes of threads, one drawing for equal requests, the cache, memory",
        may: &[Deed::Files, Deed::Clock, Deed::Threads],
    },
    Room {
        floor: 9,
        name: "http",
        does: "connections (`http/server`), routes, one error mapping, the viewer page; OGC API \
             - Features, Tiles, Maps and Styles (`http/ogc`), WMTS, WMS and KML (`http/ows`), tables of \
             points (`http/batch`)",
        may: &[Deed::Files, Deed::Clock, Deed::Network, Deed::Threads],
    },
    Room {
        floor: 10,
        name: "cli",
        does: "one file per subcommand",
        may: &[Deed::Files, Deed::Environment, Deed::Clock, Deed::Network, Deed::Threads],
    },
    Room { floor: 11, name: "main", does: "runs the command line", may: &[] },
];

/// Files that use one another in a circle, still: none may be added, and what is mended is taken off.
const KNOWN_CIRCLES: &[&str] = &[];

const MAX_LINES: usize = 400;
const SAYS_NOTHING: &[&str] = &["utils", "util", "common", "helpers", "helper", "types", "misc"];

fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(&home().join("src"), &mut files);
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

fn whole() -> Tree {
    let src = home().join("src");
    Tree::new(sources().into_iter().map(|path| {
        let name = path.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
        (name, fs::read_to_string(&path).unwrap())
    }))
}

fn written(module: &Module) -> String {
    module.join("/")
}

/// What goes up, or sideways, between rooms.
fn upward(tree: &Tree, rooms: &[Room]) -> Vec<String> {
    let room = |module: &Module| rooms.iter().find(|r| module.first().is_some_and(|m| m == r.name));
    let mut wrong = Vec::new();
    for module in tree.modules().filter(|m| !m.is_empty()) {
        let Some(from) = room(module) else {
            wrong.push(format!("{} has no floor", written(module)));
            continue;
        };
        for used in tree.uses(module) {
            match room(&used) {
                Some(to) if to.name == from.name || to.floor < from.floor => {}
                _ => wrong.push(format!("{} may not use {}", written(module), written(&used))),
            }
        }
    }
    wrong
}

/// Circles within rooms, as `room: file file`.
fn circles(tree: &Tree, rooms: &'static [Room]) -> BTreeSet<String> {
    let told = |room: &Room, circle: Vec<Module>| {
        let files: Vec<String> = circle.iter().map(|m| m[1..].join("/")).collect();
        format!("{}: {}", room.name, files.join(" "))
    };
    let of_room = |room: &'static Room| {
        tree.circles(room.name).into_iter().map(move |circle| told(room, circle))
    };
    rooms.iter().flat_map(of_room).collect()
}

/// Deeds without a permit, and permits without a deed.
fn deeds(tree: &Tree, rooms: &[Room]) -> Vec<String> {
    let mut wrong = Vec::new();
    for room in rooms {
        let of_room = || tree.modules().filter(|m| m.first().is_some_and(|m| m == room.name));
        for (deed, words) in DEEDS {
            let does = |module: &&Module| {
                let code = tree.code(module);
                words.iter().any(|word| has(code, word))
            };
            match (of_room().find(does), room.may.contains(deed)) {
                (Some(module), false) => wrong.push(format!("{}: {deed:?}", written(module))),
                (None, true) => wrong.push(format!("{} does not need {deed:?}", room.name)),
                _ => {}
            }
        }
    }
    wrong
}

/// Whether a word stands in code, not as the end of a longer one.
fn has(code: &str, word: &str) -> bool {
    let begins = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    code.match_indices(word).any(|(at, _)| begins(code[..at].chars().next_back()))
}

#[test]
fn imports_go_strictly_down() {
    let wrong = upward(&whole(), ROOMS);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_use_one_another_in_no_circle() {
    let found = circles(&whole(), ROOMS);
    let known: BTreeSet<String> = KNOWN_CIRCLES.iter().map(|c| c.to_string()).collect();
    let new: Vec<_> = found.difference(&known).collect();
    let mended: Vec<_> = known.difference(&found).collect();
    assert!(new.is_empty() && mended.is_empty(), "new: {new:#?}; no longer there: {mended:#?}");
}

#[test]
fn rooms_do_what_they_may() {
    let wrong = deeds(&whole(), ROOMS);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Five offences, each caught.
#[test]
fn offences_are_caught() {
    const TWO: &[Room] = &[
        Room { floor: 0, name: "low", does: "", may: &[] },
        Room { floor: 1, name: "high", does: "", may: &[Deed::Files] },
    ];
    let tree = |files: &[(&str, &str)]| {
        Tree::new(files.iter().map(|(path, text)| (path.to_string(), text.to_string())))
    };
    let high = ("high/mod.rs", "mod a;\npub use a::A;\nfn f() { std::fs::read(\"\"); }\n");
    let a = ("high/a.rs", "pub struct A;\n");
    let sound = tree(&[high, a, ("low/mod.rs", "pub fn low() {}\n")]);
    assert!(upward(&sound, TWO).is_empty() && deeds(&sound, TWO).is_empty());
    assert!(circles(&sound, TWO).is_empty());

    let up = tree(&[high, a, ("low/mod.rs", "use crate::high::A;\n")]);
    assert_eq!(upward(&up, TWO), ["low may not use high/a"]);

    let around =
        tree(&[high, a, ("low/mod.rs", "mod b;\n"), ("low/b.rs", "use super::super::high::A;\n")]);
    assert_eq!(upward(&around, TWO), ["low/b may not use high/a"]);

    let pair = tree(&[
        ("high/mod.rs", "mod a;\nmod b;\nfn f() { fs::read(); }\n"),
        ("high/a.rs", "use super::b::B;\npub struct A;\n"),
        ("high/b.rs", "pub struct B;\nfn f() -> super::a::A { todo() }\n"),
    ]);
    assert_eq!(circles(&pair, TWO), BTreeSet::from(["high: a b".to_string()]));

    let clock = tree(&[high, a, ("low/mod.rs", "fn f() { std::time::SystemTime::now(); }\n")]);
    assert_eq!(deeds(&clock, TWO), ["low: Clock"]);

    let idle = tree(&[("high/mod.rs", "mod a;\n"), a, ("low/mod.rs", "")]);
    assert_eq!(deeds(&idle, TWO), ["high does not need Files"]);
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

/// `docs/limits.md` names constants, and says their values.
#[test]
fn the_limits_are_those_of_the_page() {
    let page = fs::read_to_string(home().join("docs/limits.md")).unwrap();
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let mut compared = 0;
    for row in page.lines().filter(|line| line.starts_with("| ") && line.contains(".rs`")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let numbers: Vec<String> = cells[2]
            .split(|c: char| !c.is_ascii_digit() && c != ',' && c != '.')
            .map(digits)
            .collect();
        for place in cells[3].split(';') {
            let (file, names) = place.trim().split_once(':').unwrap();
            let code = fs::read_to_string(home().join("src").join(file.trim_matches('`'))).unwrap();
            for name in names.split(',').map(|name| name.trim().trim_matches('`')) {
                let own = name.rsplit("::").next().unwrap();
                let at =
                    code.find(&format!("const {own}: ")).unwrap_or_else(|| panic!("{file}: {own}"));
                let value = code[at..].split_once(" = ").unwrap().1;
                let value = value.split([';', '}']).next().unwrap();
                let value = value.replace('_', "");
                let mut written = value.split(|c: char| !c.is_ascii_digit());
                let is_said =
                    written.any(|n| !n.is_empty() && numbers.iter().any(|said| said == n));
                assert!(is_said, "{row}: {own} is {value}");
                compared += 1;
            }
        }
    }
    assert!(compared > 35, "{compared}");
}

/// What must stay true names the tests that hold it.
#[test]
fn the_page_names_tests_that_exist() {
    let page = fs::read_to_string(home().join("ARCHITECTURE.md")).unwrap();
    let mut named = 0;
    for (path, test) in page.split('`').filter_map(|quoted| quoted.split_once("::")) {
        if !path.starts_with("tests/") && !path.starts_with("src/") {
            continue;
        }
        let code = fs::read_to_string(home().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
        let is_there = |word: &str| code.contains(&format!("{word} {test}("));
        assert!(is_there("fn") || is_there("def"), "{path} has no {test}");
        named += 1;
    }
    assert!(named > 40, "{named}");
}

#[test]
fn names_say_something() {
    let empty: Vec<_> = sources()
        .into_iter()
        .filter(|p| SAYS_NOTHING.contains(&p.file_stem().unwrap().to_str().unwrap()))
        .collect();
    assert!(empty.is_empty(), "{empty:#?}");
}

/// The table of floors, as ARCHITECTURE.md has it.
#[test]
fn the_page_has_the_floors() {
    const BEGINS: &str = "| floor | module | does |\n|---|---|---|\n";
    let rows: Vec<String> =
        ROOMS.iter().map(|r| format!("| {} | `{}` | {} |\n", r.floor, r.name, r.does)).collect();
    let path = home().join("ARCHITECTURE.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, after) = page.split_once(BEGINS).expect("the page has the table");
    let end = after.find("\n\n").map_or(after.len(), |end| end + 1);
    let is_same = after[..end] == rows.concat();
    if !is_same && std::env::var_os("BLESS").is_some() {
        fs::write(&path, [before, BEGINS, &rows.concat(), &after[end..]].concat()).unwrap();
    }
    assert!(is_same, "the table of floors is another; BLESS=1 writes it");
}
