//! The answer to a question, as values: what was found, what it adds up to, what whoever asks
//! should know.
//!
//! Numbers have the digits that an answer vouches for. `geojson` alone writes them; whoever draws
//! or prints an answer takes them from here.

use std::collections::BTreeMap;

use geo::geometry::MultiPolygon;

use super::measure::Measures;
use super::sums::{Sum, Sums};
use crate::feature::{Date, Feature, FeatureId};
use crate::index::Id;

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    pub results: Results<'a>,
    /// Features that match, also those beyond the question's limit; of a series its days.
    pub matched: usize,
    /// The answer may not be what is meant.
    pub warnings: Vec<String>,
    pub credits: Credits,
    /// Whether it is written without geometries.
    pub skip_geometry: bool,
}

/// What was found.
#[derive(Debug, Clone)]
pub enum Results<'a> {
    Features(Hits<'a>),
    Changes(Changes<'a>),
    Series(Vec<DaySums>),
}

/// What the features that match on a day add up to, until the day on which that changes.
#[derive(Debug, Clone)]
pub struct DaySums {
    pub day: Date,
    /// None of the last one.
    pub until: Option<Date>,
    pub sums: Sums<String>,
}

/// The features that fit, as many as the question's limit.
#[derive(Debug, Clone)]
pub struct Hits<'a> {
    pub hits: Vec<Hit<'a>>,
    /// The question's places that were given by name.
    pub places: Vec<NamedPlace>,
    /// Of all that match; none where they are too many.
    pub sums: Option<Sums<String>>,
}

/// A feature that fits.
#[derive(Debug, Clone)]
pub struct Hit<'a> {
    pub collection: &'a str,
    pub id: Id<'a>,
    pub feature: &'a Feature,
    /// The name that was found, where one was asked for.
    pub name: Option<FoundName<'a>>,
    /// From the question's place, to 0.1 m.
    pub distance_m: Option<f64>,
    pub measures: Measures,
    /// How much of it lies in the question's area, 0..=1.
    pub share: Option<f64>,
}

/// A name, and how well it fits: 1 for the very name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FoundName<'a> {
    pub name: &'a str,
    pub score: f64,
}

/// The feature that a place's name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPlace {
    pub collection: String,
    pub id: String,
    pub name: String,
    /// How the name was found, in a word.
    pub matched: &'static str,
}

/// What changed between two days.
#[derive(Debug, Clone)]
pub struct Changes<'a> {
    /// The first day and the last.
    pub between: [Date; 2],
    /// The largest first, as many as the question's limit.
    pub areas: Vec<ChangedArea<'a>>,
    pub sums: Sums<Transition>,
    /// By the features of the question's split, where it has one.
    pub parts: Option<BTreeMap<String, Sum>>,
    /// In time order.
    pub events: Vec<Event<'a>>,
}

/// Where a value became another.
#[derive(Debug, Clone)]
pub struct ChangedArea<'a> {
    pub collection: &'a str,
    /// The feature of the question's split that it lies in.
    pub part: Option<String>,
    /// The value before; none where nothing held.
    pub from: Option<String>,
    /// The value after; none where nothing holds.
    pub to: Option<String>,
    pub geometry: MultiPolygon<f64>,
    pub area_km2: f64,
    /// That of the least accurate feature it follows from.
    pub accuracy_m: Option<f64>,
}

/// What stands for no value in a [`Transition`].
const NO_VALUE: &str = "none";

/// From one value to another, both as text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transition {
    pub from: String,
    pub to: String,
}

impl Transition {
    pub(super) fn of(from: Option<&str>, to: Option<&str>) -> Self {
        let text = |value: Option<&str>| value.unwrap_or(NO_VALUE).to_string();
        Self { from: text(from), to: text(to) }
    }
}

impl ChangedArea<'_> {
    pub fn transition(&self) -> Transition {
        Transition::of(self.from.as_deref(), self.to.as_deref())
    }
}

/// Something that happened on a day.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    pub date: Date,
    pub collection: &'a str,
    pub id: Option<&'a FeatureId>,
    pub name: Option<&'a str>,
    pub note: Option<&'a str>,
    pub source: Option<&'a str>,
}

/// What an answer rests on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Credits {
    /// Each once, in the order in which they are met.
    pub sources: Vec<String>,
    /// That of the least accurate feature.
    pub accuracy_m: Option<f64>,
}

impl Credits {
    pub(super) fn extend(&mut self, other: Credits) {
        for source in other.sources {
            if !self.sources.contains(&source) {
                self.sources.push(source);
            }
        }
        let both = [self.accuracy_m, other.accuracy_m];
        self.accuracy_m = both.into_iter().flatten().reduce(f64::max);
    }

    pub(super) fn note(&mut self, feature: &Feature) {
        if let Some(source) = feature.text("source")
            && !self.sources.iter().any(|s| s == source)
        {
            self.sources.push(source.to_string());
        }
        if let Some(accuracy) = feature.number("accuracy_m") {
            self.accuracy_m = Some(self.accuracy_m.map_or(accuracy, |a| a.max(accuracy)));
        }
    }
}
