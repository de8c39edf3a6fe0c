//! What is wrong with a filter, and where.

use std::fmt;

use crate::geo::Stopped;

/// What is wrong with a filter, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct FilterError {
    pub place: FilterPlace,
    pub message: String,
}

/// Where something is wrong with a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterPlace {
    Anywhere,
    /// A character of its text, counted from 1, and what follows.
    Character {
        number: usize,
        near: String,
    },
    /// The end of its text.
    End,
    /// A JSON pointer.
    Pointer(String),
}

impl FilterPlace {
    /// The place, said of a text that is not called a filter.
    pub fn of_text(&self) -> String {
        self.of("")
    }

    fn of(&self, whole: &str) -> String {
        match self {
            FilterPlace::Anywhere => "in the filter".to_string(),
            FilterPlace::Character { number, near } => {
                format!("at character {number}{whole}, '{near}'")
            }
            FilterPlace::End => format!("at the end{whole}"),
            FilterPlace::Pointer(pointer) => format!("at {pointer}{whole}"),
        }
    }
}

impl fmt::Display for FilterPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.of(" of the filter"))
    }
}

impl FilterError {
    /// Of the filter as a whole.
    pub fn new(message: impl Into<String>) -> Self {
        Self { place: FilterPlace::Anywhere, message: message.into() }
    }
}

impl From<Stopped> for FilterError {
    fn from(why: Stopped) -> Self {
        Self::new(format!("{why}; make it simpler"))
    }
}
