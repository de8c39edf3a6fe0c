//! The versions of a thing: features of a collection that tell of the same thing at one time after
//! another.
//!
//! Features are versions of one thing where their ids are the same, or the same but for the day from
//! which each holds at its end: `shusha-1992-05-08`, `line-of-contact-1994`.

use crate::cql2::Instant;
use crate::feature::{Date, Feature};
use crate::index::Index;

use super::Period;

/// The versions of a thing, the earliest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// What its versions' ids have in common.
    pub thing: String,
    /// By their positions in the collection.
    pub all: Vec<u32>,
}

impl Versions {
    /// The versions of the thing that an id is of: its own, or that of one of its versions.
    pub fn of(index: &Index, id: &str) -> Option<Versions> {
        let features = &index.collection().features;
        let thing_at = |i: u32| thing_of(&index.id(i).to_string(), &features[i as usize]);
        let thing = index.by_id(id).map_or_else(|| id.to_string(), thing_at);
        // What is no text has no day at its end.
        let mut all: Vec<u32> = index.beginning(&thing).filter(|i| thing_at(*i) == thing).collect();
        if all.is_empty() {
            all.extend(index.by_id(id));
        }
        if all.is_empty() {
            return None;
        }
        all.sort_by_key(|i| (features[*i as usize].validity.from(), *i));
        Some(Versions { thing, all })
    }

    /// The version that holds on a day or held last before it, or else the first.
    pub fn about(&self, index: &Index, day: Date) -> Option<u32> {
        let from = |i: &u32| index.collection().features[*i as usize].validity.from();
        let begun = self.all.iter().rev().find(|i| from(i).is_none_or(|from| from <= day));
        self.on(index, day).or(begun.or(self.all.first()).copied())
    }

    /// The version that holds on a day, the latest of several.
    pub fn on(&self, index: &Index, day: Date) -> Option<u32> {
        let instant = Instant::of(day);
        let period = Period { from: instant, to: instant };
        let features = &index.collection().features;
        self.all.iter().rev().copied().find(|i| period.meets(&features[*i as usize]))
    }
}

/// An id without the day, the month or the year from which its feature holds, where it ends in it.
fn thing_of(id: &str, feature: &Feature) -> String {
    let Some(from) = feature.validity.from().map(|day| day.to_string()) else {
        return id.to_string();
    };
    let without = |day: &str| id.strip_suffix(day)?.strip_suffix('-').filter(|t| !t.is_empty());
    let lengths = [from.len(), 7, 4];
    let found = lengths.iter().find_map(|length| without(from.get(..*length)?));
    found.unwrap_or(id).to_string()
}
