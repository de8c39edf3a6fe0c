//! Pages that follow one another while the data changes: what is there throughout comes exactly
//! once.

mod random;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use contactline::atlas::{self, Map, Options};
use contactline::catalog::{ItemsQuery, SortKey};
use random::Random;
use serde_json::{Value as Json, json};

fn load(features: &[Json]) -> Map {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("paging");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("moving.geojson");
    fs::write(&path, json!({"type": "FeatureCollection", "features": features}).to_string())
        .unwrap();
    atlas::load(&Options { data: vec![path], ..Options::default() }).value.unwrap()
}

/// One of so many.
fn pick(random: &mut Random, count: usize) -> usize {
    (random.unit() * count as f64) as usize
}

#[test]
fn what_is_there_before_and_after_a_reload_comes_exactly_once() {
    let mut random = Random(7);
    let numbers =
        [json!(-0.0), json!(0.0), json!(1), json!(2.5), Json::Null, json!("text"), json!(true)];
    let all: Vec<Json> = (0..300)
        .map(|i| {
            let id = if i % 3 == 0 { json!(i) } else { json!(format!("f{i}")) };
            let v = &numbers[pick(&mut random, numbers.len())];
            json!({"type": "Feature", "id": id, "properties": {"v": v}, "geometry": {"type": "Point", "coordinates": [46, 40]}})
        })
        .collect();
    // Each state of the data lacks some features that another has, and has them in another order.
    let states: Vec<(Vec<String>, Map)> = (0..4)
        .map(|_| {
            let mut kept: Vec<Json> = all.iter().filter(|_| random.unit() < 0.8).cloned().collect();
            for i in (1..kept.len()).rev() {
                kept.swap(i, pick(&mut random, i + 1));
            }
            let name =
                |f: &Json| f["id"].as_str().map_or_else(|| f["id"].to_string(), str::to_string);
            (kept.iter().map(name).collect(), load(&kept))
        })
        .collect();
    for (descending, limit) in
        [(None, 1), (None, 17), (Some(false), 7), (Some(true), 1), (Some(true), 13)]
    {
        let sort = descending.map(|descending| SortKey { property: "v".to_string(), descending });
        let mut query =
            ItemsQuery { sort: sort.into_iter().collect(), limit, ..ItemsQuery::default() };
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for page in 0.. {
            assert!(page < 1_000, "the pages do not end");
            let (_, map) = &states[page % states.len()];
            let selection = map.catalog().select("moving", &query).unwrap();
            for i in &selection.found {
                *seen.entry(selection.feature(*i).0).or_default() += 1;
            }
            match selection.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        assert!(seen.values().all(|n| *n == 1), "{descending:?} {limit}: a feature came twice");
        let throughout =
            states[0].0.iter().filter(|id| states.iter().all(|(ids, _)| ids.contains(id)));
        let missing: Vec<&String> = throughout.filter(|id| !seen.contains_key(*id)).collect();
        assert!(missing.is_empty(), "{descending:?} {limit}: {missing:?}");
    }
}
