//! Many maps in one call: `contactline export --batch jobs.json` or `jobs.csv`. A job that fails is
//! told, and the rest go on.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map as JsonObject, Value as Json, json};

use super::picture::write_place;
use super::terminal::tell;
use super::{Failure, progress, written};
use crate::atlas::Map;
use crate::diag::without_mark;
use crate::geo::Effort;
use crate::sheet::{Finished, Output, Spec};
use crate::source::Table;

/// One map: where it goes, in which style, and what it is.
struct Job {
    output: PathBuf,
    style: Option<String>,
    spec: JsonObject<String, Json>,
}

/// The jobs of a file, each read or why it cannot be; and how many of its rows are none and are
/// named already.
struct Jobs {
    all: Vec<Result<Job, String>>,
    skipped: usize,
}

/// Renders every job of a file. With `resume`, those whose file is there already are left as they
/// are. A job that cannot be read, and a row that is none, count as failed.
pub(super) fn run(file: &Path, map: &Map, style: &str, resume: bool) -> Result<(), Failure> {
    let Jobs { all, skipped } = read(file)?;
    let bar = progress(all.len() as u64);
    let (mut made, mut kept, mut failed) = (0, 0, skipped);
    for job in all {
        let job = match job {
            Ok(job) => job,
            Err(e) => {
                failed += 1;
                bar.suspend(|| tell(format_args!("error: {e}")));
                bar.inc(1);
                continue;
            }
        };
        bar.set_message(job.output.display().to_string());
        if resume && job.output.is_file() {
            kept += 1;
        } else {
            match render(&job, map, style) {
                Ok(()) => made += 1,
                Err(e) => {
                    failed += 1;
                    bar.suspend(|| tell(format_args!("error: {e}")));
                }
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    tell(format_args!("{made} made, {kept} kept, {failed} failed"));
    if failed > 0 { Err(Failure { usage: false, message: String::new() }) } else { Ok(()) }
}

fn render(job: &Job, map: &Map, style: &str) -> Result<(), String> {
    let of_job = |e: String| format!("{}: {e}", job.output.display());
    let mut spec = job.spec.clone();
    let extension = job.output.extension().unwrap_or_default().to_string_lossy().into_owned();
    if Output::of_extension(&extension).is_none() {
        return Err(of_job(format!("'{extension}' is no format of pictures")));
    }
    spec.insert("format".to_string(), json!(extension));
    let recipe = Json::Object(spec.clone()).to_string();
    let spec = Spec::read(recipe.as_bytes()).map_err(|e| of_job(e.to_string()))?;
    let style = job.style.as_deref().unwrap_or(style);
    let picture = spec
        .picture(map, style, recipe, &Effort::unbounded())
        .map_err(|e| of_job(e.to_string()))?;
    let drawn = map.draw_within(&picture, &Effort::unbounded()).map_err(|e| of_job(e.to_string()));
    let Finished { bytes, warnings } = drawn?;
    let told = picture.warnings.iter().chain(&warnings);
    told.for_each(|told| tell(format_args!("warning: {}: {told}", job.output.display())));
    // A job that is broken off leaves no half of a file, which a later run would keep.
    written::write(&job.output, &bytes).map_err(|e| e.message)?;
    if spec.geo { write_place(map, &picture, &job.output).map_err(|e| e.message) } else { Ok(()) }
}

fn read(file: &Path) -> Result<Jobs, Failure> {
    let failed = |e: String| format!("{}: {e}", file.display());
    let refused = |e: String| Failure::usage(failed(e));
    let bytes = fs::read(file).map_err(|e| refused(e.to_string()))?;
    let is_table = file
        .extension()
        .is_some_and(|x| x.eq_ignore_ascii_case("csv") || x.eq_ignore_ascii_case("tsv"));
    let mut skipped = 0;
    let rows: Vec<(String, Result<Json, String>)> = match is_table {
        true => {
            let table = Table::read(&bytes).map_err(|e| refused(e.to_string()))?;
            if let Some(told) = table.skipped() {
                skipped = table.misfits;
                let told = failed(told);
                tell(format_args!(
                    "warning: {told}; help: give every row as many cells as the head"
                ));
            }
            let row = |(line, row): &(usize, Vec<String>)| {
                (format!("line {line}"), of_row(&table.names, row))
            };
            table.rows.iter().map(row).collect()
        }
        false => {
            let jobs: Vec<Json> = serde_json::from_slice(without_mark(&bytes))
                .map_err(|e| refused(format!("no array of jobs: {e}")))?;
            jobs.into_iter().enumerate().map(|(i, job)| (format!("at /{i}"), Ok(job))).collect()
        }
    };
    let job = |(at, row): (String, Result<Json, String>)| {
        let wrong = |e: String| failed(format!("{at}: {e}"));
        let Json::Object(mut spec) = row.map_err(wrong)? else {
            return Err(wrong("a job is a JSON object".to_string()));
        };
        let mut text = |key: &str| match spec.remove(key) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(format!("'{key}' must be text"))),
        };
        let (output, style) = (text("output")?, text("style")?);
        let output =
            output.ok_or_else(|| wrong("no 'output', the file to be written".to_string()))?;
        Ok(Job { output: output.into(), style, spec })
    };
    Ok(Jobs { all: rows.into_iter().map(job).collect(), skipped })
}

/// A row as a job: columns are members, `date`, `lang` and `worldview` the style's settings; empty
/// cells say nothing.
fn of_row(names: &[String], row: &[String]) -> Result<Json, String> {
    let mut spec = JsonObject::new();
    let mut state = JsonObject::new();
    for (name, cell) in names.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
        let number = |text: &str| {
            text.trim()
                .parse::<f64>()
                .map(|n| if n.fract() == 0.0 { json!(n as i64) } else { json!(n) })
                .map_err(|_| format!("{name}: '{text}' is no number"))
        };
        match name.as_str() {
            "date" | "lang" | "worldview" => drop(state.insert(name.clone(), json!(cell))),
            "bbox" | "center" => {
                let numbers: Result<Vec<Json>, String> =
                    cell.split([',', ' ']).filter(|n| !n.is_empty()).map(number).collect();
                spec.insert(name.clone(), Json::Array(numbers?));
            }
            "zoom" | "maxzoom" | "bearing" | "padding" | "width" | "height" | "ratio" | "dpi"
            | "quality" => {
                spec.insert(name.clone(), number(cell)?);
            }
            _ => drop(spec.insert(name.clone(), json!(cell))),
        }
    }
    if !state.is_empty() {
        spec.insert("state".to_string(), Json::Object(state));
    }
    Ok(Json::Object(spec))
}
