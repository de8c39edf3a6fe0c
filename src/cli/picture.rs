//! Where an exported picture lies on the Earth, said beside it.

use std::path::Path;

use super::{Failure, written};
use crate::atlas::Map;
use crate::sheet::Picture;

/// Writes beside a picture where it lies, if it does not say so itself: a world file and what GDAL
/// reads.
pub(super) fn write_place(map: &Map, picture: &Picture, output: &Path) -> Result<(), Failure> {
    if picture.output.holds_place() {
        return Ok(());
    }
    let Some(place) = map.place(picture).map_err(Failure::new)? else { return Ok(()) };
    let extension = output.extension().unwrap_or_default().to_string_lossy().into_owned();
    // As GIS tools look for it: png has pgw, jpg jgw, webp wpw.
    let ends = [extension.chars().next(), extension.chars().last()]
        .into_iter()
        .flatten()
        .collect::<String>();
    let beside = [
        (format!("{ends}w"), place.world_file()),
        (format!("{extension}.aux.xml"), place.aux_xml()),
    ];
    for (extension, text) in beside {
        written::write(&output.with_extension(extension), text.as_bytes())?;
    }
    Ok(())
}
