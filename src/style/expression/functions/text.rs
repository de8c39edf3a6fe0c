//! The operators of text, and of its scripts and languages.

use super::{Function, OTHER, Params, bounded, fixed, function, reading};
use crate::feature::Value;
use crate::style::expression::datum::{
    Datum,
    Type::{self, Boolean, String, Value as Any},
};
use crate::style::expression::eval_error::not_of;

/// The operator called `name`; `None` where it is none of these.
pub(super) fn lookup(name: &str) -> Option<Function> {
    Some(match name {
        "upcase" => function(fixed(&[String]), String, |c, a, _| {
            Ok(Datum::text(a[0].eval_text(c)?.to_uppercase()))
        }),
        "downcase" => function(fixed(&[String]), String, |c, a, _| {
            Ok(Datum::text(a[0].eval_text(c)?.to_lowercase()))
        }),
        "concat" => function(vec![Params::Any(Any)], String, |c, a, key| {
            let parts: Result<Vec<_>, _> =
                a.iter().map(|arg| arg.eval(c).map(|d| d.to_text())).collect();
            bounded(Datum::text(parts?.concat()), key)
        }),
        "split" => function(fixed(&[String, String]), Type::array_of(String), |c, a, _| {
            let (text, by) = (a[0].eval_text(c)?, a[1].eval_text(c)?);
            let parts: Vec<Value> = match &*by {
                "" => text.chars().map(|c| Value::Text(c.to_string().into())).collect(),
                by => text.split(by).map(|t| Value::Text(t.into())).collect(),
            };
            Ok(Datum::Plain(Value::Array(parts.into())))
        }),
        "join" => function(fixed(&[Type::array_of(String), String]), String, |c, a, key| {
            let by = a[1].eval_text(c)?;
            let parts: Vec<_> =
                a[0].eval_items(c)?.iter().map(|v| Datum::Plain(v.clone()).to_text()).collect();
            bounded(Datum::text(parts.join(&by)), key)
        }),
        // Every script has a glyph or a box: what is drawn is decided where text is shaped.
        "is-supported-script" => reading(
            function(fixed(&[String]), Boolean, |c, a, _| {
                a[0].eval_text(c).map(|_| Datum::bool(true))
            }),
            OTHER,
        ),
        "resolved-locale" => {
            function(fixed(&[Type::Collator]), String, |c, a, _| match a[0].eval(c)? {
                Datum::Collator(collation) => Ok(Datum::text(collation.resolved_locale())),
                other => Err(not_of(&Type::Collator, &other, &a[0].key)),
            })
        }
        _ => return None,
    })
}
