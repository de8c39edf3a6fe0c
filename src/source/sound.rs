//! Data whose areas cross or lie over themselves: taken as what is painted of it, so that every
//! door shows, measures and relates the same areas.

use crate::diag::Diagnostic;
use crate::feature::{Collection, Feature};
use crate::geo::{Effort, mended};

/// Features that are told of one by one.
const TOLD: usize = 20;

/// Mends a collection's features; says which. One that is too large to be looked at stays as it is.
pub(super) fn mend(collection: &mut Collection, file: &str) -> Vec<Diagnostic> {
    let mut told = Vec::new();
    let mut more = 0;
    for (place, feature) in collection.features.iter_mut().enumerate() {
        let Some(message) = mend_one(feature) else { continue };
        if told.len() == TOLD {
            more += 1;
            continue;
        }
        let name = feature.id.as_ref().map_or(format!("number {place}"), |id| format!("'{id}'"));
        let d = Diagnostic::warning(message).of_feature(name).in_file(file);
        told.push(d.help("mend it in the file, for instance with ogr2ogr -makevalid"));
    }
    if more > 0 {
        told.push(Diagnostic::warning(format!("{more} more features like these")).in_file(file));
    }
    told
}

/// What is to be said of a feature that is not sound.
fn mend_one(feature: &mut Feature) -> Option<String> {
    match mended(&feature.geometry, &Effort::default()) {
        Ok(found) => found.map(|(geometry, fault)| {
            feature.geometry = geometry;
            format!("{fault}; taken as what is painted: inside its outlines, outside its holes")
        }),
        Err(_) => Some(
            "it is too large to be looked at for crossings; it is measured right where it has none"
                .to_string(),
        ),
    }
}
