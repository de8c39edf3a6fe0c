//! CQL2 held to the standard: its own examples, and the predicates of its abstract test suite with
//! the results it says.
//!
//! Examples and test data come from published crates that carry them (`tests/standards`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use contactline::atlas::{self, Map, Options};
use contactline::catalog::ItemsQuery;
use contactline::cql2::{
    Expr, FUNCTIONS, Filter, FilterError, Kind, Queryables, from_json, from_text,
};
use contactline::feature::Feature;
use contactline::geo::Effort;
use geozero::ToGeo;
use serde_json::{Value as Json, json};

/// The folder of a crate that `tests/standards` names.
fn package(name: &str) -> Option<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/standards/Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--manifest-path"])
        .arg(manifest)
        .output()
        .ok()?;
    if !output.status.success() {
        eprintln!(
            "skipped: the standard's examples were not found: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        return None;
    }
    let json: Json = serde_json::from_slice(&output.stdout).ok()?;
    let found = json["packages"].as_array()?.iter().find(|p| p["name"] == name)?;
    Some(Path::new(found["manifest_path"].as_str()?).parent()?.to_path_buf())
}

/// A filter in which every property is taken to be there.
fn filter(expr: Expr) -> Result<Filter, FilterError> {
    let queryables: Queryables =
        expr.properties().into_iter().map(|p| (p.into(), Kind::Any)).collect();
    Filter::new(expr, &queryables, &Effort::default())
}

#[test]
fn the_examples_of_the_standard_parse_and_run() {
    let Some(folder) = package("cql2") else { return };
    let mut names: BTreeSet<String> = BTreeSet::new();
    for entry in fs::read_dir(folder.join("examples/text")).unwrap() {
        names.insert(entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned());
    }
    let (mut run, mut both, mut uncalled, mut unlike) = (0, 0, Vec::new(), Vec::<String>::new());
    for name in &names {
        let text = fs::read_to_string(folder.join(format!("examples/text/{name}.txt"))).unwrap();
        let expr = from_text(&text).unwrap_or_else(|e| panic!("{name}: {e}\n{text}"));
        let mut trees = vec![expr];
        if let Ok(json) = fs::read_to_string(folder.join(format!("examples/json/{name}.json"))) {
            let json: Json = serde_json::from_str(&json).unwrap();
            trees.push(from_json(&json).unwrap_or_else(|e| panic!("{name}: {e}\n{json}")));
            both += 1;
            if trees[0] != trees[1] {
                unlike.push(format!("{name}: {:?}\n{:?}", trees[0], trees[1]));
            }
        }
        for expr in trees {
            match filter(expr) {
                Ok(filter) => {
                    filter.matches(&Feature::nowhere());
                    run += 1;
                }
                // Functions that the examples make up.
                Err(e) => uncalled.push(format!("{name}: {e}")),
            }
        }
    }
    println!(
        "{} examples, {both} of them also as JSON; {run} run, {} not: {uncalled:#?}",
        names.len(),
        uncalled.len()
    );
    assert_eq!(unlike, Vec::<String>::new());
    assert_eq!((names.len(), both), (120, 109));
    assert!(uncalled.iter().all(|e| e.contains("there is no function")), "{uncalled:#?}");
    assert_eq!((run, uncalled.len()), (219, 10));
}

/// A table of the test data, a GeoPackage, as a GeoJSON file in a folder of its own.
fn collection(data: &Path, name: &str) -> PathBuf {
    let database =
        rusqlite::Connection::open_with_flags(data, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
            .unwrap();
    let mut statement = database.prepare(&format!("SELECT * FROM {name}")).unwrap();
    let columns: Vec<String> = statement.column_names().map(str::to_string).collect();
    let mut rows = statement.query([]).unwrap();
    let mut features = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let (mut properties, mut geometry) = (BTreeMap::new(), Json::Null);
        for (i, column) in columns.iter().enumerate() {
            use rusqlite::types::ValueRef;
            let value = match row.get_ref(i).unwrap() {
                ValueRef::Null => Json::Null,
                ValueRef::Integer(n) if column == "boolean" => json!(n == 1),
                ValueRef::Integer(n) => json!(n),
                ValueRef::Real(n) => json!(n),
                ValueRef::Text(t) => json!(String::from_utf8_lossy(t)),
                ValueRef::Blob(b) => {
                    let read = geozero::wkb::GpkgWkb(b.to_vec()).to_geo().unwrap();
                    geometry = serde_json::to_value(geojson::Geometry::new(
                        geojson::GeometryValue::from(&read),
                    ))
                    .unwrap();
                    continue;
                }
            };
            properties.insert(column, value);
        }
        features.push(json!({"type": "Feature", "properties": properties, "geometry": geometry}));
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cql2");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{name}.geojson"));
    fs::write(&path, json!({"type": "FeatureCollection", "features": features}).to_string())
        .unwrap();
    path
}

/// The strings of a source file in their order, each with the number that follows it, if one does;
/// and the names of constants.
enum Piece<'a> {
    Constant(&'a str),
    Text(&'a str, Option<usize>),
}

fn pieces(source: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', 'c']) {
        rest = &rest[at..];
        let is_raw = source[..source.len() - rest.len()].ends_with("r#");
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if let Some(name) = rest.strip_prefix("const ") {
            out.push(Piece::Constant(name.split(':').next().unwrap_or_default()));
            rest = name;
        } else if rest.starts_with('"') {
            let close = if is_raw { "\"#" } else { "\"" };
            let Some((text, after)) = rest[1..].split_once(close) else { break };
            rest = after;
            let next = rest.trim_start_matches([',', ' ', '\n']);
            let digits = next.find(|c: char| !c.is_ascii_digit()).unwrap_or(next.len());
            out.push(Piece::Text(text, next[..digits].parse().ok()));
        } else {
            rest = &rest[1..];
        }
    }
    out
}

/// The predicates of a test of the suite: which table, which filter, how many rows.
fn predicates(source: &str) -> Vec<(&'static str, String, usize)> {
    const TABLES: [(&str, &str, &str); 3] = [
        ("COUNTRIES", "CountryGPkg", "ne_110m_admin_0_countries"),
        ("RIVERS", "RiverGPkg", "ne_110m_rivers_lake_centerlines"),
        ("PLACES", "PlaceGPkg", "ne_110m_populated_places_simple"),
    ];
    let of_file = TABLES.iter().find(|(_, reader, _)| source.contains(reader)).map_or("", |t| t.2);
    let mut table = of_file;
    let (mut out, mut strings) = (Vec::new(), Vec::new());
    for piece in pieces(source) {
        match piece {
            Piece::Constant(name) => {
                table = TABLES
                    .iter()
                    .find(|(word, ..)| name.starts_with(word))
                    .map_or(of_file, |t| t.2);
                strings.clear();
            }
            Piece::Text(text, None) => strings.push(text),
            Piece::Text(text, Some(count)) => {
                strings.push(text);
                match strings.as_slice() {
                    [filter] => out.push((table, filter.to_string(), count)),
                    // The suite joins four predicates so.
                    [p1, p2, p3, p4] => {
                        let joined = format!(
                            "(NOT ({p2}) AND {p1}) OR ({p3} and {p4}) or not ({p1} OR {p4})"
                        );
                        out.push((table, joined, count));
                    }
                    _ => {}
                }
                strings.clear();
            }
        }
    }
    out
}

#[test]
fn the_predicates_of_the_test_suite_find_what_it_says() {
    let Some(folder) = package("ogc-cql2") else { return };
    let data = folder.join("tests/samples/data/ne110m4cql2.gpkg");
    let tables = [
        "ne_110m_admin_0_countries",
        "ne_110m_populated_places_simple",
        "ne_110m_rivers_lake_centerlines",
    ];
    let data = tables.map(|name| collection(&data, name)).to_vec();
    let map: Map = atlas::load(&Options { data, ..Options::default() }).value.unwrap();
    let (mut right, mut wrong) = (0, Vec::new());
    let mut files: Vec<PathBuf> = Vec::new();
    for annex in 1..=14 {
        let entries = fs::read_dir(folder.join(format!("tests/a{annex}"))).unwrap();
        files.extend(entries.map(|e| e.unwrap().path()));
    }
    files.sort();
    for file in files {
        let source = fs::read_to_string(&file).unwrap();
        // Tests of other matters have numbers of another meaning.
        if !source.contains("against the test dataset") && !source.contains("not ({p1} OR {p4})") {
            continue;
        }
        for (table, text, count) in predicates(&source) {
            let text = text
                .replace("(geom,", "(geometry,")
                .replace(",geom)", ",geometry)")
                .replace(", geom)", ",geometry)");
            let found = from_text(&text)
                .and_then(|expr| {
                    Filter::new(
                        expr,
                        &map.catalog().schema(table).unwrap().properties,
                        &Effort::default(),
                    )
                })
                .map(|filter| {
                    let query =
                        ItemsQuery { filters: vec![filter], limit: 1, ..ItemsQuery::default() };
                    map.catalog().select(table, &query).unwrap().matched
                });
            match found {
                Ok(found) if found == count => right += 1,
                found => wrong.push(format!("{}: {text}: {found:?}, not {count}", file.display())),
            }
        }
    }
    println!("{right} predicates of the abstract test suite find what it says");
    assert_eq!(wrong, Vec::<String>::new());
    assert!(right >= 367, "{right}");
}

#[test]
fn mistakes_are_told_where_they_are() {
    let queryables: Queryables =
        [("name", Kind::Text), ("n", Kind::Number), ("day", Kind::Temporal), ("tags", Kind::Array)]
            .map(|(name, kind)| (name.into(), kind))
            .into();
    for (text, message) in [
        ("", "at the end of the filter: expected a property, a value or a function"),
        ("name = ", "at the end of the filter: expected a property, a value or a function"),
        ("name = 'Shusha", "at character 8 of the filter, ''Shusha': the ' is not closed"),
        (
            "name = 'a' b",
            "at character 12 of the filter, 'b': the filter should end here, or go on with AND, \
             OR or an operator",
        ),
        ("name = NULL", "null is asked for with IS NULL"),
        ("nmae = 'a'", "there is no property 'nmae'; there are: geometry, id, day, n, name, tags"),
        ("n = 'a'", "the property 'n' is a number, but 'a' is text"),
        ("n LIKE 'a%'", "the property 'n' is a number; LIKE compares text"),
        ("n", "the filter is a number, not a condition"),
        ("tags = 'a'", "the property 'tags' is an array, which cannot be compared"),
        (
            "S_INTERSECTS(name, POINT(1 2))",
            "the property 'name' is text; a spatial relation takes geometries",
        ),
        ("S_INTERSECTS(geometry, POINT(1))", "expected a position"),
        (
            "S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 0 0)))",
            "these are not the coordinates of a POLYGON",
        ),
        ("S_INTERSECTS(geometry)", "S_INTERSECTS takes two arguments, not 1"),
        ("T_DURING(day, DATE('2020-01-01'))", "takes intervals"),
        ("day > DATE('2020-13-01')", "'2020-13-01' is no such time"),
        ("buffer(geometry, 1) = 1", "there is no function 'buffer'"),
        ("BBOX(1,2,3)", "BBOX takes four numbers"),
        ("n # 1", "'#' has no meaning here"),
    ] {
        let error = from_text(text)
            .and_then(|e| Filter::new(e, &queryables, &Effort::default()))
            .unwrap_err()
            .to_string();
        assert!(error.contains(message), "{text}: {error}");
    }
    let json = json!({"op": "and", "args": [{"op": "=", "args": [{"property": "n"}, 1]}, {"op": "like", "args": [1]}]});
    assert_eq!(
        from_json(&json).unwrap_err().to_string(),
        "at /args/1/args of the filter: 'like' takes two arguments, not 1"
    );
    assert!(!FUNCTIONS.is_empty());
}

#[test]
fn what_is_nested_too_deep_or_too_long_is_refused() {
    for text in [
        format!("{}1=1{}", "(".repeat(5_000), ")".repeat(5_000)),
        format!("{}1=1", "NOT ".repeat(5_000)),
        format!("1{}=1", "+1".repeat(5_000)),
        format!("1{}=1", "^1".repeat(5_000)),
        format!("{}1=1", "-".repeat(5_000)),
        format!("x IN ({}1)", "1,".repeat(50_000)),
        format!("S_INTERSECTS(geometry, LINESTRING({}1 1))", "1 1,".repeat(20_000)),
    ] {
        assert!(from_text(&text).is_err(), "{}", &text[..60]);
    }
    let mut json = json!(true);
    for _ in 0..120 {
        json = json!({"op": "not", "args": [json]});
    }
    assert!(from_json(&json).unwrap_err().to_string().contains("nested more than"));
}

proptest::proptest! {
    #[test]
    fn no_text_panics(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "and", "or", "not", "like", "between", "in", "is", "null", "name", "\"n\"", "'a'", "''", "'", "1", "-", "1e999", ".5",
                "(", ")", ",", "=", "<>", "+", "^", "div", "casei", "S_INTERSECTS", "T_AFTER", "A_CONTAINS", "POINT", "POLYGON",
                "EMPTY", "GEOMETRYCOLLECTION", "BBOX", "DATE", "INTERVAL", "'..'", "'2020-01-01'", "true", "geometry", "\\", "é", "\u{0}",
            ]),
            0..14,
        ),
    ) {
        if let Ok(filter) = from_text(&words.join(" ")).and_then(filter) {
            filter.matches(&Feature::nowhere());
        }
    }
}
