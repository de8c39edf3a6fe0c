//! Questions to the map: what is here, what is near, what lies within or across something, what
//! changed hands.
//!
//! A question is a set of members, from a query string or a JSON body alike. Its conditions hold
//! together: a feature is in the answer if all of them are true of it.

mod answer;
mod change;
mod difference;
mod geojson;
mod hits;
mod join;
mod measure;
mod place;
mod read;
mod search;
mod series;
mod sums;

pub use answer::{
    Answer, ChangedArea, Changes, Credits, DaySums, Event, FoundName, Hit, Hits, NamedPlace,
    Results, Transition,
};
pub use join::{Join, Joined};
pub use measure::Measures;
pub use place::Place;
pub use read::{FORM_MEMBERS, MEMBERS};
pub use sums::{NumberSum, Sum, Sums};

use crate::catalog::{Catalog, Period, QueryError};
use crate::cql2::{Expr, FilterError, Relation};
use crate::feature::Date;
use crate::geo::{Effort, Stopped};

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
    /// Each day of change of a span, which begins on a day or is open.
    over: Option<(Period, Option<Date>)>,
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

    /// The question for what changed of `control` from one day to another.
    ///
    /// # Errors
    /// Where the first day is after the last.
    pub fn of_change(from: Date, to: Date) -> Result<Question, QuestionError> {
        let change = Change::between(from, to)?;
        Ok(Question { change: Some(change), day: Some(to), limit: MAX_ANSWER, ..Self::default() })
    }

    /// The question, asked for features with their geometry.
    pub fn with_geometry(self) -> Question {
        Question { skip_geometry: false, ..self }
    }

    /// Answers the question.
    ///
    /// # Errors
    /// Where the question names what is not there, a filter does not fit the collections, or it is
    /// too much work.
    pub fn ask<'a>(
        &self,
        catalog: &'a Catalog,
        effort: &Effort,
    ) -> Result<Answer<'a>, QuestionError> {
        match (&self.change, self.over) {
            (Some(change), _) => change::answered(catalog, self, change, effort),
            (None, Some(over)) => series::answered(catalog, self, over, effort),
            (None, None) => hits::answered(catalog, self, effort),
        }
    }
}

/// What `between` is.
const TWO_DAYS: &str = "two days, the earlier first: 2020-09-27/2020-12-01";

/// A question for what changed between two days.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    from: Date,
    to: Date,
    /// The property whose change is meant.
    property: String,
    /// The collection by whose features the change is divided.
    split: Option<String>,
}

impl Change {
    fn between(from: Date, to: Date) -> Result<Self, QuestionError> {
        if from > to {
            return Err(QuestionError::member("between", TWO_DAYS));
        }
        Ok(Self { from, to, property: "control".to_string(), split: None })
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
