//! Data whose areas cross or lie over themselves: taken as what is painted of it, so that every
//! door shows, measures and relates the same areas.

use crate::diag::Diagnostic;
use crate::feature::{Collection, Feature};
use crate::geo::{Effort, mended};

/// Features that are told of one by one.
const TOLD: usize = 20;

/// Fewer features are not worth a thread.
const LEAST_SHARE: usize = 1_000;

/// Mends a collection's features by so many threads; says which. One that is too large to be looked
/// at stays as it is.
pub(super) fn mend(collection: &mut Collection, file: &str, threads: usize) -> Vec<Diagnostic> {
    let features = &mut collection.features;
    let share = features.len().div_ceil(threads).max(LEAST_SHARE);
    let found: Vec<(usize, String)> = std::thread::scope(|scope| {
        let mend_share = |(nth, some): (usize, &mut [Feature])| {
            let places = nth * share..;
            places.zip(some).filter_map(|(i, f)| Some((i, mend_one(f)?))).collect::<Vec<_>>()
        };
        let mut shares = features.chunks_mut(share).enumerate();
        let first = shares.next();
        let others: Vec<_> = shares.map(|one| scope.spawn(move || mend_share(one))).collect();
        let first = first.map(mend_share).unwrap_or_default();
        let others = others
            .into_iter()
            .map(|one| one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(first).chain(others).flatten().collect()
    });
    let more = found.len().saturating_sub(TOLD);
    let mut told = Vec::new();
    for (place, message) in found.into_iter().take(TOLD) {
        let id = features[place].id.as_ref();
        let name = id.map_or(format!("number {place}"), |id| format!("'{id}'"));
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
