//! Questions to the map: what is here, what is near, what lies within or across something, what
//! changed hands.
//!
//! A question is a set of members, from a query string or a JSON body alike. Its conditions hold
//! together: a feature is in the answer if all of them are true of it.

mod answer;
mod change;
mod measure;
mod place;
mod read;
mod sums;

pub use place::Place;
pub use read::{FORM_MEMBERS, MEMBERS};

use serde_json::{Map as JsonObject, Value as Json};

use crate::catalog::{Period, QueryError};
use crate::cql2::{Expr, FilterError, Relation};
use crate::encode::{FeatureJson, feature_collection};
use crate::feature::Date;
use crate::geo::Stopped;

/// Features that an answer may hold.
pub const MAX_ANSWER: usize = 10_000;

/// A question.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Relations that features have to places.
    relations: Vec<(Relation, Place)>,
    /// No further than so many metres from a place.
    within: Option<(f64, Place)>,
    /// The so many nearest to a place.
    near: Option<(usize, Place)>,
    name: Option<String>,
    change: Option<Change>,
    collections: Vec<String>,
    during: Option<Period>,
    filter: Option<Expr>,
    /// The property that measures are summed by.
    sum_by: Option<String>,
    /// The property whose numbers are summed.
    sum: Option<String>,
    limit: usize,
    skip_geometry: bool,
    /// The last day that the question is about.
    day: Option<Date>,
}

impl Question {
    /// The last day that the question is about, where it is about time.
    pub fn day(&self) -> Option<Date> {
        self.day
    }

    /// The question, asked for features with their geometry.
    pub fn with_geometry(self) -> Question {
        Question { skip_geometry: false, ..self }
    }
}

/// A question for what changed between two days.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    from: Date,
    to: Date,
    /// The property whose change is meant.
    property: String,
    /// The collection whose features the change is told by.
    split: Option<String>,
}

/// An answer: a GeoJSON FeatureCollection, its features written already.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// What stands beside the features.
    pub members: JsonObject<String, Json>,
    features: Vec<u8>,
}

impl Answer {
    /// The answer as JSON text.
    pub fn to_bytes(&self) -> Vec<u8> {
        feature_collection(&self.features, &self.members)
    }

    /// The answer as a tree.
    pub fn to_json(&self) -> Json {
        serde_json::from_slice(&self.to_bytes()).unwrap_or_default()
    }

    /// Bytes of the features.
    fn len(&self) -> usize {
        self.features.len()
    }

    fn push(&mut self, feature: &FeatureJson) {
        if !self.features.is_empty() {
            self.features.push(b',');
        }
        feature.write(&mut self.features);
    }
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// A member of the question is wrong.
    #[error("{member}: {message}")]
    Member { member: String, message: String },
    /// Something that the question names is not there.
    #[error("{member}: {message}")]
    Missing { member: String, message: String },
    #[error(
        "{0}; narrow the question: name collections, a smaller place, a simpler geometry or filter"
    )]
    Stopped(#[from] Stopped),
    #[error(transparent)]
    Filter(#[from] FilterError),
    #[error(transparent)]
    Collection(#[from] QueryError),
}

impl QuestionError {
    fn member(member: &str, message: impl Into<String>) -> Self {
        Self::Member { member: member.to_string(), message: message.into() }
    }

    fn missing(member: &str, message: impl Into<String>) -> Self {
        Self::Missing { member: member.to_string(), message: message.into() }
    }
}
