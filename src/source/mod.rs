//! Data in: GeoJSON text, sequences of it and tables, packed or not, to validated features, with
//! every problem listed.
//!
//! A document's text is held while it is read: a file by all of the machine's cores, what comes
//! with a request by the request's own thread. A bad feature is skipped and reported; what can be
//! mended without guessing (an unclosed ring, a ring wound the wrong way, an antimeridian crossing)
//! is mended and reported; a file that is not JSON is refused with its line, column and offset.

mod columns;
mod content;
mod convert;
mod crew;
mod dates;
mod folder;
mod large;
mod other_system;
mod places;
mod quick;
pub mod roots;
mod rows;
mod schema;
mod sound;
mod stream;
mod table;
pub mod tiles;
mod time;
mod wkt;

use std::fs::File;
use std::io::Read;
use std::num::NonZero;
use std::path::Path;
use std::thread::available_parallelism;

pub use folder::files;
pub use schema::{Schema, SchemaError};
use serde_json::Value as Json;
use stream::{Document, Each};
pub use table::{Table, TableError};

use crate::diag::{Checked, Diagnostic};
use crate::feature::Collection;

/// The extensions of files that are read as data; `.gz` may follow.
pub const EXTENSIONS: [&str; 8] =
    ["geojson", "json", "geojsonl", "geojsons", "geojsonseq", "ndjson", "csv", "tsv"];

/// Whether a file's name is that of data.
pub fn is_data(path: &Path) -> bool {
    extension(path).is_some_and(|x| EXTENSIONS.contains(&&*x))
}

/// A file's name without what says how it is written.
pub fn stem(path: &Path) -> String {
    let inner = path.file_stem().unwrap_or_default();
    let whole =
        if is_packed(path) { Path::new(inner).file_stem().unwrap_or_default() } else { inner };
    whole.to_string_lossy().into_owned()
}

/// What a file's name ends with, in small letters, `.gz` passed over.
fn extension(path: &Path) -> Option<String> {
    let path = if is_packed(path) { Path::new(path.file_stem()?) } else { path };
    Some(path.extension()?.to_string_lossy().to_ascii_lowercase())
}

fn is_packed(path: &Path) -> bool {
    path.extension().is_some_and(|x| x.eq_ignore_ascii_case("gz"))
}

/// Reads one document as the collection `name`; `file` is what diagnostics call it, and where it
/// ends in `.csv` or `.tsv`, perhaps packed, it is a table.
///
/// Takes a FeatureCollection, a Feature or a bare geometry, many of them one after the other, or a
/// table with columns of longitude and latitude or one of well-known text. `Err` where nothing of
/// it can be used.
pub fn read(
    name: &str,
    file: &str,
    input: impl Read,
) -> Result<Checked<Collection>, Box<Diagnostic>> {
    read_by(1, name, file, input)
}

fn read_by(
    threads: usize,
    name: &str,
    file: &str,
    input: impl Read,
) -> Result<Checked<Collection>, Box<Diagnostic>> {
    let text = text(file, input)?;
    let (document, mut features, mut diagnostics) =
        crew::features(file, threads, |each| document(file, &text, each))?;
    drop(text);
    let title =
        document.text("title").or_else(|| document.text("name")).unwrap_or_else(|| name.into());
    let gazetteer = document.is_true("gazetteer");
    let backdrop = document.is_true("backdrop");
    let (timing, told) = time::of(&mut features, document.member("time").as_ref(), file);
    diagnostics.extend(document.problems);
    diagnostics.extend(told);
    Ok(Checked::new(
        Collection { name: name.to_string(), title, gazetteer, backdrop, timing, features },
        diagnostics,
    ))
}

/// The same of a file, by all of the machine's cores, that is asked about: areas that cross
/// themselves are taken as what is painted of them.
///
/// # Errors
/// Where nothing of it can be used.
pub fn read_sound(
    name: &str,
    file: &str,
    input: impl Read,
) -> Result<Checked<Collection>, Box<Diagnostic>> {
    let threads = available_parallelism().map_or(1, NonZero::get);
    let mut checked = read_by(threads, name, file, input)?;
    checked.diagnostics.extend(sound::mend(&mut checked.value, file, threads));
    Ok(checked)
}

/// The features of one document as they stand, as one Feature or a FeatureCollection; takes what
/// [`read`] takes.
pub fn collected(file: &str, input: impl Read) -> Result<Checked<Json>, Box<Diagnostic>> {
    let text = text(file, input)?;
    let mut features: Vec<Json> = Vec::new();
    let document = document(file, &text, &mut |_, raw| {
        features.extend(serde_json::from_str::<Json>(raw.get()));
    })?;
    let single = if document.is_single { features.pop() } else { None };
    let whole = || serde_json::json!({"type": "FeatureCollection", "features": features});
    Ok(Checked::new(single.unwrap_or_else(whole), document.problems))
}

fn text(file: &str, input: impl Read) -> Result<Vec<u8>, Box<Diagnostic>> {
    // What is no text of data is not read to its end, which it may not have.
    let is_wanted = |start: &[u8]| places::is_table(file) || content::other(start).is_none();
    content::read(input, is_wanted).map_err(|e| {
        let d = Diagnostic::error(format!("cannot be read: {e}")).in_file(file);
        Box::new(d.help("check that the file is whole"))
    })
}

fn document<'t>(
    file: &str,
    text: &'t [u8],
    each: &mut Each<'_, 't>,
) -> Result<Document, Box<Diagnostic>> {
    match places::is_table(file) {
        true => places::read(file, text, each),
        false => stream::read(file, text, each).map_err(|e| Box::new(e.into_diagnostic(file))),
    }
}

/// Checks every feature of one document against `schema`, and that the document can be read at all.
pub fn check(schema: &Schema, file: &str, input: impl Read) -> Vec<Diagnostic> {
    let text = match text(file, input) {
        Ok(text) => text,
        Err(problem) => return vec![*problem],
    };
    let mut problems = Vec::new();
    let read =
        document(file, &text, &mut |place, raw| problems.extend(schema.check(file, place, &raw)));
    problems.extend(read.err().map(|e| *e));
    problems
}

/// The schema a GeoJSON document names in its `$schema` member, relative to itself.
pub fn schema_reference(input: impl Read) -> Option<String> {
    let text = text("", input).ok()?;
    stream::read("", &text, &mut |_, _| ()).ok()?.text("$schema")
}

/// Opens a file for reading; the error names it.
pub fn open(path: &Path) -> Result<File, Box<Diagnostic>> {
    File::open(path).map_err(|e| {
        let d =
            Diagnostic::error(format!("cannot be opened: {e}")).in_file(path.display().to_string());
        Box::new(d.help("check the path and that it may be read"))
    })
}
