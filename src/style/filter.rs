//! Filters of layers and of entries of the legend.

use serde_json::Value as Json;

use super::expression;
use super::legacy;
use super::reference::PropertySpec;
use crate::diag::Diagnostic;

/// The outer `None` is a filter that can't be read: its layer is left out, since drawing everything
/// would be wrong.
pub(super) fn read_filter(
    json: Option<&Json>,
    pointer: &str,
    out: &mut Vec<Diagnostic>,
) -> Option<Option<expression::Expr>> {
    let Some(json) = json else { return Some(None) };
    let expression = legacy::filter_to_expression(json);
    match expression::parse(&expression, PropertySpec::filter().expected().as_ref()) {
        Ok(expr) => Some(Some(expr)),
        Err(errors) => {
            let same = expression == *json;
            out.extend(errors.into_iter().map(|e| {
                // A rewritten filter's places are not the document's.
                let tail = if same { e.pointer_tail() } else { String::new() };
                Diagnostic::error(e.message).at(format!("{pointer}/filter{tail}"))
            }));
            None
        }
    }
}
