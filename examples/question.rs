//! An answer by the library: who held a place on a day, and what says so.
//!
//! `cargo run --release --example question -- 46.7499,39.7601 2020-12-01`

use std::env;
use std::error::Error;

use contactline::ask::Question;
use contactline::atlas::{self, Options};
use contactline::geo::Effort;
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let at = arguments.next().unwrap_or_else(|| "46.7499,39.7601".to_string());
    let day = arguments.next().unwrap_or_else(|| "2020-12-01".to_string());
    let members = json!({
        "at": at, "datetime": day, "collections": "control", "skipGeometry": true,
    });
    let members = members.as_object().ok_or("a question is an object")?;

    let map = atlas::load(&Options::default()).value.ok_or("there is no map")?;
    // Counts what is done: a question of a stranger should have a bound.
    let effort = Effort::default();
    let answer = Question::read(members, &effort)?.ask(map.catalog(), &effort)?.to_json();
    for feature in answer["features"].as_array().into_iter().flatten() {
        println!("{at} on {day}: {}", feature["properties"]["control"]);
    }
    println!("good to {} m, by {:#}", answer["accuracy_m"], answer["sources"]);
    Ok(())
}
