//! What became of each test, told in three ways: lines, a table and a page.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// What became of one test.
pub struct Outcome {
    pub id: String,
    /// Families it counts in; the first is its own.
    pub families: Vec<String>,
    pub passed: bool,
    /// What was wrong, or how much.
    pub detail: String,
}

/// `suite family passed/total`.
pub fn print(suite: &str, outcomes: &[Outcome]) {
    let mut families: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for outcome in outcomes {
        for family in &outcome.families {
            let (passed, total) = families.entry(family).or_default();
            *passed += usize::from(outcome.passed);
            *total += 1;
        }
    }
    for (family, (passed, total)) in families {
        println!("{suite} {family} {passed}/{total}");
    }
}

/// `results.tsv`, one line per test, and a page of what fails.
pub fn write(suite: &str, outcomes: &[Outcome]) {
    let folder = super::output();
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("results.tsv");
    let others: String = fs::read_to_string(&path)
        .unwrap_or_default()
        .lines()
        .filter(|l| !l.starts_with(&format!("{suite}\t")) && !l.starts_with("suite\t"))
        .map(|l| format!("{l}\n"))
        .collect();
    let mut table = format!("suite\tfamily\tid\tresult\tdetail\n{others}");
    let mut page = format!(
        "<!doctype html><meta charset=utf-8><title>{suite}: failures</title>\n\
         <style>body{{font:14px sans-serif}}img{{image-rendering:pixelated;background:#ddd}}</style>\n"
    );
    for outcome in outcomes {
        let result = if outcome.passed { "pass" } else { "fail" };
        let detail = outcome.detail.replace(['\t', '\n'], " ");
        writeln!(table, "{suite}\t{}\t{}\t{result}\t{detail}", outcome.families[0], outcome.id)
            .unwrap();
        if !outcome.passed {
            let text = detail.replace('&', "&amp;").replace('<', "&lt;");
            let panels = PathBuf::from(suite).join(format!("{}.diff.png", file_name(&outcome.id)));
            let image = if folder.join(&panels).is_file() {
                format!("<br><img src='{}'>", panels.display().to_string().replace('#', "%23"))
            } else {
                String::new()
            };
            writeln!(page, "<p><b>{}</b> {text}{image}", outcome.id).unwrap();
        }
    }
    fs::write(path, table).unwrap();
    fs::write(folder.join(format!("{suite}-failures.html")), page).unwrap();
}

/// A test's id as the name of a file.
pub fn file_name(id: &str) -> String {
    id.replace('/', "~")
}

/// Fails where a test that once passed does not.
pub fn hold_to_the_list(suite: &str, outcomes: &[Outcome]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suites-pass.txt");
    let mut listed: BTreeSet<String> =
        fs::read_to_string(&path).unwrap_or_default().lines().map(str::to_string).collect();
    let line = |o: &Outcome| format!("{suite} {}", o.id);
    let lost: Vec<String> = outcomes
        .iter()
        .filter(|o| !o.passed && listed.contains(&line(o)))
        .map(|o| format!("{}: {}", o.id, o.detail))
        .collect();
    let gained: Vec<String> =
        outcomes.iter().filter(|o| o.passed).map(line).filter(|l| !listed.contains(l)).collect();
    println!(
        "{suite}: {} pass that are not in tests/suites-pass.txt, {} listed fail",
        gained.len(),
        lost.len()
    );
    if std::env::var_os("BLESS").is_some() {
        listed.extend(gained);
        let text: String = listed.iter().map(|l| format!("{l}\n")).collect();
        fs::write(path, text).unwrap();
    }
    assert!(lost.is_empty(), "these passed before: {lost:#?}");
}
