//! Data in: GeoJSON text to validated features, with every problem listed.
//!
//! A file is read as a stream, one feature in memory at a time. A bad feature is skipped and reported; what can be
//! mended without guessing (an unclosed ring, a ring wound the wrong way, an antimeridian crossing) is mended and
//! reported; a file that is not JSON is refused with its line, column and offset.

mod convert;
pub mod roots;
mod schema;
mod sound;
mod stream;
pub mod tiles;
mod time;

use std::fs::File;
use std::io::Read;
use std::path::Path;

pub use schema::{Schema, SchemaError};

use crate::diag::{Checked, Diagnostic};
use crate::feature::Collection;

/// Reads one GeoJSON document as the collection `name`; `file` is what diagnostics call it.
///
/// Takes a FeatureCollection, a Feature or a bare geometry. `Err` where nothing of it can be used.
pub fn read(name: &str, file: &str, input: impl Read) -> Result<Checked<Collection>, Box<Diagnostic>> {
    let mut converter = convert::Converter::new(file);
    let document = stream::read(input, &mut |index, raw| converter.add(index, raw))
        .map_err(|e| Box::new(e.into_diagnostic(file)))?;
    if let Some(single) = &document.single {
        converter.add_single(single);
    }
    let title = document.text("title").or_else(|| document.text("name")).unwrap_or(name).to_string();
    let gazetteer = document.is_true("gazetteer");
    let (mut features, mut diagnostics) = converter.finish();
    let (timing, told) = time::of(&mut features, document.member("time"), file);
    diagnostics.extend(told);
    Ok(Checked::new(Collection { name: name.to_string(), title, gazetteer, timing, features }, diagnostics))
}

/// The same of data that is asked about: areas that cross themselves are taken as what is painted of them.
///
/// # Errors
/// Where nothing of it can be used.
pub fn read_sound(name: &str, file: &str, input: impl Read) -> Result<Checked<Collection>, Box<Diagnostic>> {
    let mut checked = read(name, file, input)?;
    checked.diagnostics.extend(sound::mend(&mut checked.value, file));
    Ok(checked)
}

/// Checks every feature of one GeoJSON document against `schema`, and that the document can be read at all.
pub fn check(schema: &Schema, file: &str, input: impl Read) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let read = stream::read(input, &mut |index, raw| problems.extend(schema.check(file, index, raw)));
    problems.extend(read.err().map(|e| e.into_diagnostic(file)));
    problems
}

/// The schema a GeoJSON document names in its `$schema` member, relative to itself.
pub fn schema_reference(input: impl Read) -> Option<String> {
    let document = stream::read(input, &mut |_, _| ()).ok()?;
    document.text("$schema").map(str::to_string)
}

/// Opens a file for reading; the error names it.
pub fn open(path: &Path) -> Result<File, Box<Diagnostic>> {
    File::open(path).map_err(|e| {
        let d = Diagnostic::error(format!("cannot be opened: {e}")).in_file(path.display().to_string());
        Box::new(d.help("check the path and that it may be read"))
    })
}
