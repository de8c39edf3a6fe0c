//! Data whose areas cross or lie over themselves: taken as what is painted of it, so that every door shows, measures and
//! relates the same areas.

use std::ops::ControlFlow;

use crate::diag::Diagnostic;
use crate::feature::{Collection, Feature};
use crate::geo::{Effort, mended};

/// Features that are told of one by one.
const TOLD: usize = 20;

/// Mends a collection's features; says which. One that is beyond it is left out.
pub(super) fn mend(collection: &mut Collection, file: &str) -> Vec<Diagnostic> {
    let mut told = Vec::new();
    let mut more = 0;
    let mut number = 0;
    collection.features.retain_mut(|feature| {
        let place = number;
        number += 1;
        let (kept, message) = match mend_one(feature) {
            ControlFlow::Continue(()) => return true,
            ControlFlow::Break(end) => end,
        };
        if told.len() == TOLD {
            more += 1;
            return kept;
        }
        let name = feature.id.as_ref().map_or(format!("number {place}"), |id| format!("'{id}'"));
        let d = if kept { Diagnostic::warning(message) } else { Diagnostic::error(message) };
        told.push(d.of_feature(name).in_file(file).help("mend it in the file, for instance with ogr2ogr -makevalid"));
        kept
    });
    if more > 0 {
        told.push(Diagnostic::warning(format!("{more} more features like these")).in_file(file));
    }
    told
}

/// Breaks with whether the feature is kept, and what is to be said of it.
fn mend_one(feature: &mut Feature) -> ControlFlow<(bool, String)> {
    match mended(&feature.geometry, &Effort::default()) {
        Ok(None) => ControlFlow::Continue(()),
        Ok(Some((geometry, fault))) => {
            feature.geometry = geometry;
            ControlFlow::Break((
                true,
                format!("{fault}; taken as what is painted: inside its outlines, outside its holes"),
            ))
        }
        Err(why) => ControlFlow::Break((false, format!("skipped, its outlines cannot be made sound: {why}"))),
    }
}
