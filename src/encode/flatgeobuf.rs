//! Features as FlatGeobuf (<https://flatgeobuf.org>), with its spatial index, through files that vanish with their handle.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom};

use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::{ColumnValue, PropertyProcessor};

use super::{Form, csv};
use crate::feature::{Feature, Value};
use crate::geo::Crs;

#[derive(Debug, thiserror::Error)]
pub enum FlatGeobufError {
    #[error("the file cannot be written: {0}")]
    Write(#[from] flatgeobuf::Error),
    #[error("a feature cannot be written: {0}")]
    Feature(#[from] geozero::error::GeozeroError),
    #[error("no room for a temporary file: {0}")]
    File(#[from] std::io::Error),
}

/// What a column of the file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Number,
    Boolean,
    Text,
}

/// A file of the features, ready to be read from its beginning; features without a place are left out, since a spatial
/// index has none for them.
pub fn flatgeobuf<'a>(
    name: &str,
    features: impl Iterator<Item = (String, &'a Feature)>,
    columns: &[(&str, Column)],
    form: &Form,
) -> Result<File, FlatGeobufError> {
    let code = form.crs.uri().rsplit('/').next().and_then(|c| c.parse().ok());
    let crs = match form.crs {
        // Always longitude first in the file.
        Crs::Crs84 | Crs::Epsg4326 => FgbCrs { code: 4326, ..FgbCrs::default() },
        _ => FgbCrs { code: code.unwrap_or_default(), ..FgbCrs::default() },
    };
    let options = FgbWriterOptions { crs, detect_type: false, promote_to_multi: false, ..FgbWriterOptions::default() };
    let mut writer = FgbWriter::create_with_options(name, GeometryType::Unknown, options)?;
    writer.add_column("feature_id", ColumnType::String, |_, _| {});
    for (name, column) in columns {
        let kind = match column {
            Column::Number => ColumnType::Double,
            Column::Boolean => ColumnType::Bool,
            Column::Text => ColumnType::String,
        };
        writer.add_column(name, kind, |_, _| {});
    }
    let form = Form {
        crs: if form.crs == Crs::Epsg4326 { Crs::Crs84 } else { form.crs },
        skip_geometry: false,
        ..form.clone()
    };
    for (id, feature) in features {
        let Some(geometry) = form.rounded_geometry(feature) else { continue };
        let mut failed = None;
        let written = writer.add_feature_geom(geometry, |row| {
            let mut put = |i: usize, name: &str, value: &ColumnValue| {
                if let Err(e) = row.property(i, name, value) {
                    failed = Some(e);
                }
            };
            put(0, "feature_id", &ColumnValue::String(&id));
            for (i, (name, column)) in (1..).zip(columns) {
                match (feature.properties.get(*name), column) {
                    (None | Some(Value::Null), _) => {}
                    (Some(Value::Number(n)), Column::Number) => put(i, name, &ColumnValue::Double(*n)),
                    (Some(Value::Bool(b)), Column::Boolean) => put(i, name, &ColumnValue::Bool(*b)),
                    (Some(other), _) => put(i, name, &ColumnValue::String(&csv::cell(other))),
                }
            }
        });
        written.and(failed.map_or(Ok(()), Err))?;
    }
    let mut file = tempfile::tempfile()?;
    writer.write(BufWriter::new(&mut file))?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}
