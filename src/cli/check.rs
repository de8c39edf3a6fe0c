//! `contactline check`

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Failure;
use super::terminal::{report, tell};
use crate::atlas::{self, Options};
use crate::diag::{Diagnostic, without_mark};
use crate::source::{self, Schema};

/// Check GeoJSON files and styles, and list everything that is wrong with them
#[derive(Args)]
#[command(
    after_help = "Example:\n  contactline check geodata/ styles/conflict.json\n\nA GeoJSON file \
        that names a JSON Schema in its \"$schema\" member has each feature checked against \
        it.\nWith no path, the map in the binary is checked. Exit code 1 where there are errors; \
        warnings alone give 0."
)]
pub(super) struct Check {
    /// Files of data or styles, or folders of them
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// A folder that styles may read files of, beside their own and those that are checked; may be
    /// repeated
    #[arg(long, value_name = "FOLDER")]
    root: Vec<PathBuf>,
}

impl Check {
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut diagnostics = Vec::new();
        let mut files = 0;
        if self.paths.is_empty() {
            diagnostics = atlas::load(&Options::default()).diagnostics;
            files = 1;
        }
        let mut all = Vec::new();
        for path in &self.paths {
            all.extend(files_of(path, &mut diagnostics));
        }
        files += all.len();
        let (styles, data): (Vec<PathBuf>, Vec<PathBuf>) =
            all.into_iter().partition(|file| is_style(file));
        match styles.is_empty() {
            true => data.iter().for_each(|file| check_data(file, &mut diagnostics)),
            // Together, as they would be served: styles may draw the collections that are given
            // with them.
            false => {
                let folders = self.paths.iter().filter(|path| path.is_dir());
                let roots = self.root.iter().chain(folders).cloned().collect();
                let options = Options { data: data.clone(), styles, roots, ..Options::default() };
                diagnostics.extend(atlas::load(&options).diagnostics);
            }
        }
        data.iter().for_each(|file| check_schema(file, &mut diagnostics));
        if files == 0 {
            diagnostics
                .push(Diagnostic::error("there is nothing to check: no file of data was found"));
        }
        diagnostics.iter().for_each(report);
        let errors = diagnostics.iter().filter(|d| d.is_error()).count();
        let warnings = diagnostics.len() - errors;
        let plural = if files == 1 { "" } else { "s" };
        tell(format_args!("checked {files} file{plural}: {errors} errors, {warnings} warnings"));
        if errors > 0 { Err(Failure::new("")) } else { Ok(()) }
    }
}

fn files_of(path: &Path, out: &mut Vec<Diagnostic>) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_path_buf()];
    }
    match source::files(path) {
        Ok((files, told)) => {
            out.extend(told);
            files
        }
        Err(e) => {
            out.push(
                Diagnostic::error(format!("the folder cannot be read: {e}"))
                    .in_file(path.display().to_string()),
            );
            Vec::new()
        }
    }
}

fn check_data(path: &Path, out: &mut Vec<Diagnostic>) {
    match source::open(path)
        .and_then(|file| source::read_sound("check", &path.display().to_string(), file))
    {
        Ok(checked) => out.extend(checked.diagnostics),
        Err(problem) => out.push(*problem),
    }
}

/// Checks a file of data against the schema that it names, if it names one.
fn check_schema(path: &Path, out: &mut Vec<Diagnostic>) {
    let name = path.display().to_string();
    let Some(reference) = source::open(path).ok().and_then(source::schema_reference) else {
        return;
    };
    match schema(path, &reference) {
        Ok(schema) => {
            if let Ok(file) = source::open(path) {
                out.extend(source::check(&schema, &name, file));
            }
        }
        Err(message) => out.push(
            Diagnostic::error(message)
                .in_file(&name)
                .at("/$schema")
                .help("name a JSON Schema file relative to this one"),
        ),
    }
}

/// Whether the file is a style: JSON, with `layers` and nothing of GeoJSON's.
fn is_style(path: &Path) -> bool {
    let json = path.extension().is_some_and(|x| x.eq_ignore_ascii_case("json"));
    let text = if json { fs::read_to_string(path).ok() } else { None };
    let value: Option<serde_json::Value> =
        text.and_then(|t| serde_json::from_slice(without_mark(t.as_bytes())).ok());
    value.is_some_and(|v| v.get("layers").is_some() && v.get("type").is_none())
}

/// A schema by its path relative to the data file, or else from the binary.
fn schema(data: &Path, reference: &str) -> Result<Schema, String> {
    let beside = data.parent().unwrap_or(Path::new("")).join(reference);
    let text = fs::read_to_string(&beside)
        .ok()
        .or_else(|| atlas::embedded_schemas().remove(reference))
        .ok_or_else(|| format!("the schema '{reference}' cannot be read"))?;
    Schema::new(&text).map_err(|e| format!("the schema '{reference}' is {e}"))
}
