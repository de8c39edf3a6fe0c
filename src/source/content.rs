//! What a file is before it is read: what is packed is unpacked, and what is no text of data is
//! named by what it is.

use std::io::{self, BufRead as _, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

/// How large a file may be when it is unpacked.
const MAX_UNPACKED_BYTES: u64 = 2 << 30;

const GZIP: &[u8] = b"\x1f\x8b";

/// The file, or what is in it if it is packed by gzip: all of it where its first bytes are wanted,
/// or else those alone.
pub(super) fn read<'a>(
    input: impl Read + 'a,
    is_wanted: impl Fn(&[u8]) -> bool,
) -> io::Result<Vec<u8>> {
    let mut input = unpacked(input)?;
    let mut bytes = Vec::new();
    input.by_ref().take(BEGINNING).read_to_end(&mut bytes)?;
    if is_wanted(&bytes) {
        input.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// Bytes by which a file is known.
pub(super) const BEGINNING: u64 = 1 << 16;

fn unpacked<'a>(input: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    match input.fill_buf()?.starts_with(GZIP) {
        true => {
            Ok(Box::new(Bounded { input: MultiGzDecoder::new(input), left: MAX_UNPACKED_BYTES }))
        }
        false => Ok(Box::new(input)),
    }
}

/// Fails where there is more than there may be.
struct Bounded<R> {
    input: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        let too_large = || {
            io::Error::other("it is larger than 2 GiB when it is unpacked; give its parts as files")
        };
        self.left = self.left.checked_sub(count as u64).ok_or_else(too_large)?;
        Ok(count)
    }
}

/// A file that holds no data that could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Other {
    pub what: &'static str,
    pub help: &'static str,
}

const CONVERT: &str = "convert it: ogr2ogr -t_srs EPSG:4326 -lco RFC7946=YES out.geojson FILE";
const UTF_8: &str = "save it as UTF-8: iconv -f UTF-16 -t UTF-8 FILE > FILE-utf8";
const DOWNLOAD: &str = "download the data itself; a page may ask for a login, or show the file";
const UNPACK: &str = "unpack it, and give the files in it";

/// What files begin with that are something else.
const BEGINNINGS: [(&[u8], &str, &str); 13] = [
    (GZIP, "a gzip archive within another", UNPACK),
    (b"PK\x03\x04", "a ZIP archive", UNPACK),
    (b"BZh", "a bzip2 archive", UNPACK),
    (b"\xfd7zXZ\0", "an xz archive", UNPACK),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", UNPACK),
    (b"7z\xbc\xaf", "a 7z archive", UNPACK),
    (b"fgb\x03fgb", "FlatGeobuf", CONVERT),
    (b"SQLite format 3\0", "a database of SQLite, such as a GeoPackage", CONVERT),
    (b"PAR1", "Parquet", CONVERT),
    (b"\0\0\x27\x0a", "a shapefile", CONVERT),
    (b"%PDF-", "a PDF document", DOWNLOAD),
    (b"\x89PNG", "a picture (PNG)", DOWNLOAD),
    (b"\xff\xd8\xff", "a picture (JPEG)", DOWNLOAD),
];

/// What a file is that begins with these bytes, all of them if it is short; `None` where it may be
/// data.
pub(super) fn other(start: &[u8]) -> Option<Other> {
    let found = |what, help| Some(Other { what, help });
    if let Some((_, what, help)) = BEGINNINGS.iter().find(|(magic, _, _)| start.starts_with(magic))
    {
        return found(what, help);
    }
    let is_utf_16 = match start {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => true,
        [a, b, c, d, ..] => matches!((a, b, c, d), (0, 1.., 0, 1..) | (1.., 0, 1.., 0)),
        _ => false,
    };
    if is_utf_16 {
        return found("text in UTF-16, not in UTF-8", UTF_8);
    }
    if start.contains(&0) {
        return found("binary data", CONVERT);
    }
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let begins = |with: &[u8]| text.get(..with.len()).is_some_and(|t| t.eq_ignore_ascii_case(with));
    if text.is_empty() {
        return found(
            "an empty file",
            "write it anew, or fetch it again: it may have been cut short",
        );
    }
    if begins(b"version https://git-lfs") {
        return found(
            "a pointer of Git LFS, not the file that it stands for",
            "fetch the file: git lfs pull",
        );
    }
    if begins(b"<!doctype html") || begins(b"<html") {
        return found("a web page (HTML), not data", DOWNLOAD);
    }
    if begins(b"<") {
        return found("XML, not GeoJSON", CONVERT);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_what_they_are() {
        let utf_16 =
            |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        for (start, what) in [
            (b"".to_vec(), "empty"),
            (b" \r\n\t".to_vec(), "empty"),
            (b"\xef\xbb\xbf".to_vec(), "empty"),
            (utf_16("{\"type\": \"Feature\"}"), "UTF-16"),
            (utf_16("\u{feff}{}"), "UTF-16"),
            ("{}".encode_utf16().flat_map(u16::to_be_bytes).collect(), "UTF-16"),
            (b"\n<!DOCTYPE html>\n<html>".to_vec(), "HTML"),
            (b"<?xml version='1.0'?><kml/>".to_vec(), "XML"),
            (b"version https://git-lfs.github.com/spec/v1\noid".to_vec(), "Git LFS"),
            (b"PK\x03\x04\0\0".to_vec(), "ZIP"),
            (b"fgb\x03fgb\x01\0\0".to_vec(), "FlatGeobuf"),
            (b"SQLite format 3\0".to_vec(), "SQLite"),
            (b"\x7fELF\x02\x01\x01\0".to_vec(), "binary"),
        ] {
            let told = other(&start);
            assert!(told.is_some_and(|o| o.what.contains(what)), "{what}: {told:?}");
        }
        for data in [&b"{\"type\""[..], b"\x1e{}", b"[1]", b"lon,lat\n", b"\xef\xbb\xbf{}"] {
            assert_eq!(other(data), None);
        }
    }

    #[test]
    fn what_is_not_wanted_is_not_read_to_its_end() {
        let read = read(io::repeat(0), |start| other(start).is_none()).unwrap();
        assert_eq!(read.len() as u64, BEGINNING);
    }

    #[test]
    fn what_is_unpacked_is_bounded() {
        let mut bounded = Bounded { input: io::repeat(b' '), left: 1_000 };
        let mut out = Vec::new();
        let e = bounded.read_to_end(&mut out).unwrap_err();
        assert!(e.to_string().contains("larger than 2 GiB") && out.len() <= 1_000);
    }
}
