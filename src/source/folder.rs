//! A folder of data: the files in it that are read, and the names of those that may have been meant
//! and are not.
//!
//! Subfolders are not looked into, but for whether they hold data. What belongs beside data (a
//! README, licences, styles, tiles for styles, hidden files) is no matter of this.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::{extension, is_data};
use crate::diag::Diagnostic;

/// Extensions of data that is not read here, and of what it is packed in.
const OTHERS: [&str; 30] = [
    "kml",
    "kmz",
    "gpx",
    "gml",
    "shp",
    "gpkg",
    "gdb",
    "fgb",
    "parquet",
    "geoparquet",
    "topojson",
    "tab",
    "mif",
    "dxf",
    "osm",
    "sqlite",
    "xlsx",
    "xls",
    "ods",
    "jsonl",
    "ndgeojson",
    "zip",
    "7z",
    "rar",
    "tar",
    "tgz",
    "bz2",
    "xz",
    "zst",
    "wkt",
];

/// How many are named.
const MAX_NAMED: usize = 20;

/// The files of a folder that are read as data, in name order, and a warning that names what is not
/// read.
///
/// # Errors
/// Where the folder cannot be read.
pub fn files(folder: &Path) -> io::Result<(Vec<PathBuf>, Option<Diagnostic>)> {
    let mut paths = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<PathBuf>>>()?;
    paths.sort();
    let (files, rest): (Vec<PathBuf>, Vec<PathBuf>) =
        paths.into_iter().partition(|p| p.is_file() && is_data(p));
    let rest: Vec<&PathBuf> = rest.iter().filter(|p| !name(p).starts_with('.')).collect();
    let is_other = |p: &Path| extension(p).is_some_and(|x| OTHERS.contains(&&*x));
    let holds_data = |p: &Path| {
        let mut inside = fs::read_dir(p).into_iter().flatten().flatten();
        p.is_dir()
            && inside.any(|entry| is_geojson_or_table(&entry.path()) || is_other(&entry.path()))
    };
    let named = |what: &str, is: &dyn Fn(&Path) -> bool| {
        let all: Vec<String> =
            rest.iter().filter(|p| is(p)).map(|p| format!("'{}'", name(p))).collect();
        let more = match all.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        (!all.is_empty())
            .then(|| format!("{what}: {}{more}", all[..all.len().min(MAX_NAMED)].join(", ")))
    };
    let told: Vec<String> = [
        named("files of other types are not read", &|p| p.exists() && is_other(p)),
        named("links lead nowhere", &|p| !p.exists() && (is_data(p) || is_other(p))),
        named("subfolders are not read", &|p| !is_other(p) && holds_data(p)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let warning = (!told.is_empty()).then(|| {
        let d = Diagnostic::warning(told.join("; ")).in_file(folder.display().to_string());
        d.help(
            "convert files to GeoJSON (ogr2ogr -t_srs EPSG:4326 -lco RFC7946=YES out.geojson \
             FILE), unpack archives, and name subfolders one by one",
        )
    });
    Ok((files, warning))
}

/// Whether a file in a subfolder is data; what ends in `.json` may be anything, also a style, and
/// is looked at.
fn is_geojson_or_table(path: &Path) -> bool {
    const LOOKED_AT: u64 = 1_000;
    const TYPE: &[u8] = b"\"FeatureCollection\"";
    if path.extension().is_none_or(|x| !x.eq_ignore_ascii_case("json")) {
        return is_data(path);
    }
    let mut start = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(LOOKED_AT).read_to_end(&mut start));
    let has = |text: &[u8]| start.windows(text.len()).any(|w| w == text);
    read.is_ok() && has(TYPE) && !has(b"\"layers\"") && !has(b"\"sources\"")
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_have_been_meant_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str| fs::write(folder.path().join(name), r#"{"title": "Feature"}"#).unwrap();
        for name in [
            "b.geojson",
            "a.csv",
            "c.KML",
            "d.geojson.zip",
            "README.md",
            "LICENSE",
            "style.json",
            ".e.zip",
            "f.pmtiles",
        ] {
            write(name);
        }
        for (inner, file) in [("sub", "g.geojson"), ("img", "h.png"), ("styles", "j.json")] {
            fs::create_dir(folder.path().join(inner)).unwrap();
            write(&format!("{inner}/{file}"));
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink("nowhere", folder.path().join("i.geojson")).unwrap();
        let (read, told) = files(folder.path()).unwrap();
        assert_eq!(
            read.iter().map(|p| name(p)).collect::<Vec<_>>(),
            ["a.csv", "b.geojson", "style.json"]
        );
        let told = told.unwrap().message;
        let expected = "files of other types are not read: 'c.KML', 'd.geojson.zip'; \
                        links lead nowhere: 'i.geojson'; \
                        subfolders are not read: 'sub'";
        assert_eq!(told, expected);
        let plain = tempfile::tempdir().unwrap();
        fs::write(plain.path().join("a.csv"), "lon,lat\n").unwrap();
        assert_eq!(files(plain.path()).unwrap().1, None);
    }
}
