//! Many maps in one call: `contactline export --batch jobs.json` or `jobs.csv`. A job that fails is told, and the rest go on.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map as JsonObject, Value as Json, json};

use super::export::{MAX_PX, write_place};
use super::terminal::tell;
use super::{Failure, progress, written};
use crate::diag::without_mark;
use crate::geo::Effort;
use crate::map::{Map, Output, Spec};
use crate::source::Table;

/// One map: where it goes, in which style, and what it is.
struct Job {
    output: PathBuf,
    style: Option<String>,
    spec: JsonObject<String, Json>,
}

/// Renders every job of a file. With `resume`, those whose file is there already are left as they are.
pub(super) fn run(file: &Path, map: &Map, style: &str, resume: bool) -> Result<(), Failure> {
    let jobs = read(file)?;
    let bar = progress(jobs.len() as u64);
    let (mut made, mut kept, mut failed) = (0, 0, 0);
    for job in jobs {
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
    let picture = spec.picture(map, style, MAX_PX, recipe, &Effort::default()).map_err(|e| of_job(e.to_string()))?;
    picture.warnings.iter().for_each(|told| tell(format_args!("warning: {}: {told}", job.output.display())));
    let bytes = map.draw(&picture).map_err(|e| of_job(e.to_string()))?;
    // A job that is broken off leaves no half of a file, which a later run would keep.
    written::write(&job.output, &bytes).map_err(|e| e.message)?;
    if spec.geo { write_place(map, &picture, &job.output).map_err(|e| e.message) } else { Ok(()) }
}

fn read(file: &Path) -> Result<Vec<Job>, Failure> {
    let failed = |e: String| Failure::usage(format!("{}: {e}", file.display()));
    let bytes = fs::read(file).map_err(|e| failed(e.to_string()))?;
    let is_table = file.extension().is_some_and(|x| x.eq_ignore_ascii_case("csv") || x.eq_ignore_ascii_case("tsv"));
    let rows = match is_table {
        true => {
            let table = Table::read(&bytes).map_err(|e| failed(e.to_string()))?;
            if let Some(told) = table.skipped() {
                tell(format_args!(
                    "warning: {}: {told}; help: give every row as many cells as the head",
                    file.display()
                ));
            }
            of_table(&table).map_err(failed)?
        }
        false => serde_json::from_slice(without_mark(&bytes)).map_err(|e| failed(format!("no array of jobs: {e}")))?,
    };
    let job = |(i, mut spec): (usize, JsonObject<String, Json>)| {
        let mut text = |key: &str| spec.remove(key).and_then(|v| v.as_str().map(str::to_string));
        let (output, style) = (text("output"), text("style"));
        let output = output.ok_or_else(|| failed(format!("job {i} has no 'output', the file to be written")))?;
        Ok(Job { output: output.into(), style, spec })
    };
    rows.into_iter().enumerate().map(job).collect()
}

/// A row a job; columns are members, `date`, `lang` and `worldview` the style's settings; empty cells say nothing.
fn of_table(table: &Table) -> Result<Vec<JsonObject<String, Json>>, String> {
    let mut out = Vec::new();
    for (line, row) in &table.rows {
        let mut spec = JsonObject::new();
        let mut state = JsonObject::new();
        for (name, cell) in table.names.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
            let number = |text: &str| {
                text.trim()
                    .parse::<f64>()
                    .map(|n| if n.fract() == 0.0 { json!(n as i64) } else { json!(n) })
                    .map_err(|_| format!("line {line}: {name}: '{text}' is no number"))
            };
            match name.as_str() {
                "date" | "lang" | "worldview" => drop(state.insert(name.clone(), json!(cell))),
                "bbox" | "center" => {
                    let numbers: Result<Vec<Json>, String> =
                        cell.split([',', ' ']).filter(|n| !n.is_empty()).map(number).collect();
                    spec.insert(name.clone(), Json::Array(numbers?));
                }
                "zoom" | "maxzoom" | "bearing" | "padding" | "width" | "height" | "ratio" | "dpi" | "quality" => {
                    spec.insert(name.clone(), number(cell)?);
                }
                _ => drop(spec.insert(name.clone(), json!(cell))),
            }
        }
        if !state.is_empty() {
            spec.insert("state".to_string(), Json::Object(state));
        }
        out.push(spec);
    }
    Ok(out)
}
