//! The operators of colours.

use std::sync::Arc;

use super::{Function, fixed, function};
use crate::feature::Value;
use crate::style::expression::conversion::color_of_parts;
use crate::style::expression::datum::{
    Datum,
    Type::{self, Color, Number},
};
use crate::style::expression::eval_error::{EvalError, not_of};
use crate::style::expression::{Context, Expr};

/// The operator called `name`; `None` where it is none of these.
pub(super) fn lookup(name: &str) -> Option<Function> {
    Some(match name {
        "rgb" => function(fixed(&[Number, Number, Number]), Color, rgba),
        "rgba" => function(fixed(&[Number, Number, Number, Number]), Color, rgba),
        "to-rgba" => {
            function(fixed(&[Color]), Type::Array(Box::new(Number), Some(4)), |c, a, _| {
                match a[0].eval(c)? {
                    Datum::Color(color) => {
                        let [r, g, b] = [color.r, color.g, color.b]
                            .map(|v| if color.a == 0.0 { 0.0 } else { v * 255.0 });
                        let parts = [r, g, b, color.a].map(Value::Number);
                        Ok(Datum::Plain(Value::Array(Arc::new(parts))))
                    }
                    other => Err(not_of(&Color, &other, &a[0].key)),
                }
            })
        }
        _ => return None,
    })
}

fn rgba(c: &Context, args: &[Expr], key: &str) -> Result<Datum, EvalError> {
    let parts: Vec<Value> = args
        .iter()
        .map(|a| a.eval_number(c).map(Value::Number))
        .collect::<Result<_, EvalError>>()?;
    color_of_parts(&parts).map(Datum::Color).map_err(|e| EvalError::new(key, e.to_string()))
}
