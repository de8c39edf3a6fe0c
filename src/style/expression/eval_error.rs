//! Why an expression has no answer.

use super::datum::{Datum, Type};

/// Why an expression has no answer for one feature: a value was not of the type it was said to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EvalError {
    /// Where in the expression, `[1][2]`.
    pub key: String,
    pub message: String,
}

impl EvalError {
    pub(super) fn new(key: &str, message: impl Into<String>) -> Self {
        Self { key: key.to_string(), message: message.into() }
    }
}

/// That a value is of another type than the one that is wanted.
pub(super) fn not_of(expected: &Type, found: &Datum, key: &str) -> EvalError {
    let found = found.type_of();
    EvalError::new(
        key,
        format!("Expected value to be of type {expected}, but found {found} instead."),
    )
}
