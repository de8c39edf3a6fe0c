//! The operators that look at the feature.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{FEATURE, Function, NOTHING, Params, changed, fixed, function, reading};
use crate::feature::{FeatureId, Value};
use crate::style::expression::datum::{
    Datum,
    Type::{self, Boolean, Object, String, Value as Any},
};
use crate::style::expression::eval_error::{EvalError, not_of};
use crate::style::expression::{Context, Expr};

/// The operator called `name`; `None` where it is none of these.
pub(super) fn lookup(name: &str, count: usize) -> Option<Function> {
    let of_feature_or_object =
        || vec![Params::Fixed(vec![String]), Params::Fixed(vec![String, Object])];
    let looks_at = if count == 1 { FEATURE } else { NOTHING };
    Some(match name {
        "get" => {
            let get = function(of_feature_or_object(), Any, |c, a, key| {
                Ok(property(c, a, key)?.map_or(Datum::NULL, Datum::Plain))
            });
            changed(reading(get, looks_at), |e| e.is_get = true)
        }
        "has" => {
            let has = function(of_feature_or_object(), Boolean, |c, a, key| {
                Ok(Datum::bool(property(c, a, key)?.is_some()))
            });
            reading(has, looks_at)
        }
        "feature-state" => reading(
            function(fixed(&[String]), Any, |c, a, _| {
                let key = a[0].eval_text(c)?;
                Ok(c.feature_state
                    .and_then(|s| s.get(&*key))
                    .cloned()
                    .map_or(Datum::NULL, Datum::Plain))
            }),
            FEATURE,
        ),
        "id" => reading(
            function(fixed(&[]), Any, |c, _, _| {
                Ok(match c.feature.and_then(|f| f.id.as_ref()) {
                    Some(FeatureId::Number(n)) => Datum::number(*n),
                    Some(FeatureId::Large(n)) => Datum::number(n.get() as f64),
                    Some(FeatureId::Text(t)) => Datum::text(t.clone()),
                    None => Datum::NULL,
                })
            }),
            FEATURE,
        ),
        "geometry-type" => reading(
            function(fixed(&[]), String, |c, _, _| Ok(Datum::text(c.geometry_type))),
            FEATURE,
        ),
        "properties" => reading(
            function(fixed(&[]), Object, |c, _, _| {
                let all = c.feature.into_iter().flat_map(|f| &f.properties);
                let all: BTreeMap<Arc<str>, Value> =
                    all.map(|(name, value)| (name.clone(), value.clone())).collect();
                Ok(Datum::Plain(Value::Object(all.into())))
            }),
            FEATURE,
        ),
        _ => return None,
    })
}

/// `get` and `has`: from the object given, or else from the feature.
fn property(c: &Context, args: &[Expr], key: &str) -> Result<Option<Value>, EvalError> {
    if let (1, Some(name)) = (args.len(), args[0].as_word()) {
        let value = c.feature.and_then(|f| f.properties.get(name));
        return Ok(value.cloned().map(Value::in_style));
    }
    let name = args[0].eval_text(c)?;
    match args.get(1) {
        None => Ok(c.feature.and_then(|f| f.properties.get(&name)).cloned().map(Value::in_style)),
        Some(object) => match object.eval(c)? {
            Datum::Plain(Value::Object(map)) => Ok(map.get(&name).cloned()),
            other => Err(not_of(&Type::Object, &other, key)),
        },
    }
}
