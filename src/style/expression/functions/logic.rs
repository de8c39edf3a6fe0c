//! The operators of conditions, types and errors.

use super::{Build, Function, Params, changed, fixed, function};
use crate::style::expression::EvalError;
use crate::style::expression::datum::{
    Datum,
    Type::{self, Boolean, String, Value as Any},
};

/// The operator called `name`; `None` where it is none of these.
pub(super) fn lookup(name: &str) -> Option<Function> {
    Some(match name {
        "all" => of_conditions(Build::All),
        "any" => of_conditions(Build::Any),
        "!" => function(fixed(&[Boolean]), Boolean, |c, a, _| Ok(Datum::bool(!a[0].eval_bool(c)?))),
        "typeof" => function(fixed(&[Any]), String, |c, a, _| {
            Ok(Datum::text(a[0].eval(c)?.type_of().to_string()))
        }),
        "error" => changed(
            function(fixed(&[String]), Type::Error, |c, a, key| {
                Err(EvalError::new(key, a[0].eval_text(c)?.to_string()))
            }),
            |e| e.never_folds = true,
        ),
        _ => return None,
    })
}

fn of_conditions(build: Build) -> Function {
    Function {
        params: vec![Params::Fixed(vec![Boolean, Boolean]), Params::Any(Boolean)],
        result: Boolean,
        build,
    }
}
