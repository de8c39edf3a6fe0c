//! One style property: a constant or an expression, its default, and its value in a context.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::expression::{self, Context, Datum, Dependence, Expr, Formatted, ParseError, ZoomCurve};
use super::from_datum::{FromDatum, ImageName};
use super::legacy;
use super::reference::PropertySpec;
use crate::feature::Value;

/// A property of a layer, ready to be evaluated.
#[derive(Debug, Clone)]
pub struct Property<T> {
    value: Either<T>,
    default: T,
}

#[derive(Debug, Clone)]
enum Either<T> {
    Constant(T),
    Computed(Expr),
}

/// Reads what a style says of a property: a constant, an expression or an older function. Checks
/// that it gives the property's type and looks only at what the property may hang on.
pub fn parse_property(json: &Json, spec: &PropertySpec) -> Result<Expr, Vec<ParseError>> {
    let fail =
        |message: &str| Err(vec![ParseError { key: String::new(), message: message.to_string() }]);
    let json = match json {
        Json::Object(_) if !spec.is("projectionDefinition") => {
            match legacy::function_to_expression(json, spec) {
                Ok(expression) => expression,
                Err(message) => return fail(&message),
            }
        }
        Json::Array(_)
            if !is_expression(json) && spec.expected().is_some_and(|t| takes_bare_array(&t)) =>
        {
            json!(["literal", json])
        }
        Json::String(text) if spec.tokens => legacy::tokens_to_expression(text),
        other => other.clone(),
    };
    let expr = match spec.kind() {
        "string" => expression::parse_to_text(&json)?,
        _ => expression::parse(&json, spec.expected().as_ref())?,
    };
    let dependence = expr.dependence();
    if dependence.feature && !spec.takes_features() {
        return fail("data expressions not supported");
    }
    if dependence.zoom && !spec.takes_zoom() {
        return fail("zoom expressions not supported");
    }
    if spec.is_elevation_ramp() && !expr.is_ramp() {
        return fail(
            "\"elevation\" may only be the input of a top-level \"interpolate\" or \"step\"",
        );
    }
    match expr.zoom_curve() {
        ZoomCurve::Refused(why) => fail(why),
        ZoomCurve::Interpolate if !spec.interpolates() => {
            fail("\"interpolate\" expressions cannot be used with this property")
        }
        _ => Ok(expr),
    }
}

/// Whether an array is meant as an expression: it begins with an operator's name.
fn is_expression(json: &Json) -> bool {
    json.get(0).and_then(Json::as_str).is_some_and(expression::is_operator)
}

/// Types whose constants are written as plain arrays.
fn takes_bare_array(ty: &expression::Type) -> bool {
    use expression::Type;
    matches!(
        ty,
        Type::Array(..)
            | Type::Padding
            | Type::NumberArray
            | Type::ColorArray
            | Type::AnchorOffsets
            | Type::Projection
    )
}

impl<T: FromDatum> Property<T> {
    /// `default` is used where the expression has no answer.
    pub(super) fn parse(
        json: &Json,
        spec: &PropertySpec,
        default: T,
    ) -> Result<Self, Vec<ParseError>> {
        let expr = parse_property(json, spec)?;
        let value = match expr.as_literal() {
            Some(datum) if !fits(datum, spec) => {
                let found = if let Datum::Plain(Value::Text(t)) = datum {
                    t.to_string()
                } else {
                    datum.to_text()
                };
                let message =
                    format!("expected one of [{}], '{found}' found", spec.values.join(", "));
                return Err(vec![ParseError { key: String::new(), message }]);
            }
            Some(datum) => match T::from_datum(datum) {
                Some(value) => Either::Constant(value),
                None => {
                    let message = format!("{} expected, {} found", spec.kind(), datum.type_of());
                    return Err(vec![ParseError { key: String::new(), message }]);
                }
            },
            None => Either::Computed(expr),
        };
        Ok(Self { value, default })
    }

    /// One that a style says nothing of.
    pub(super) fn unsaid(default: T) -> Self {
        Self { value: Either::Constant(default.clone()), default }
    }

    /// The value in `context`, or the default where the expression has none.
    pub fn eval(&self, context: &Context) -> T {
        match &self.value {
            Either::Constant(value) => value.clone(),
            Either::Computed(expr) => expr
                .eval(context)
                .ok()
                .and_then(|d| T::from_datum(&d))
                .unwrap_or_else(|| self.default.clone()),
        }
    }

    /// The value, where it is the same in every context.
    pub fn as_constant(&self) -> Option<&T> {
        match &self.value {
            Either::Constant(value) => Some(value),
            Either::Computed(_) => None,
        }
    }

    /// The inputs at which the property's curves have stops, rising; none of a constant.
    pub fn stops(&self) -> Vec<f64> {
        match &self.value {
            Either::Constant(_) => Vec::new(),
            Either::Computed(expr) => expr.stops(),
        }
    }

    pub fn dependence(&self) -> Dependence {
        match &self.value {
            Either::Constant(_) => Dependence::default(),
            Either::Computed(expr) => expr.dependence(),
        }
    }

    /// With its value put in, where that is the same for every feature of a picture.
    pub(super) fn settled(&self, context: &Context) -> Self {
        let own = |d: Dependence| d.feature || d.progress || d.other;
        match &self.value {
            Either::Computed(expr) if !own(expr.dependence()) => {
                Self { value: Either::Constant(self.eval(context)), default: self.default.clone() }
            }
            _ => self.clone(),
        }
    }
}

impl Property<ImageName> {
    /// The images that are named outright, whatever the feature.
    pub(super) fn written(&self) -> Vec<Arc<str>> {
        match &self.value {
            Either::Constant(name) => name.0.iter().cloned().collect(),
            Either::Computed(expr) => expr.written_texts(),
        }
    }
}

impl Property<Vec<Arc<str>>> {
    /// The lists of words that are written out, whatever the feature.
    pub(super) fn written(&self) -> Vec<Vec<Arc<str>>> {
        match &self.value {
            Either::Constant(words) => vec![words.clone()],
            Either::Computed(expr) => expr.written_lists(),
        }
    }
}

impl Property<Arc<Formatted>> {
    /// The images and lists of fonts that sections name outright.
    pub(super) fn written(&self) -> (Vec<Arc<str>>, Vec<Vec<Arc<str>>>) {
        match &self.value {
            Either::Constant(text) => {
                let images =
                    text.sections.iter().filter_map(|s| Some(s.image.as_ref()?.name.clone()));
                let fonts = text.sections.iter().filter_map(|s| s.fonts.clone());
                (images.collect(), fonts.map(|f| f.split(',').map(Arc::from).collect()).collect())
            }
            Either::Computed(expr) => expr.written_in_sections(),
        }
    }
}

/// Whether an enum's constant is one of its words.
fn fits(datum: &Datum, spec: &PropertySpec) -> bool {
    match datum {
        Datum::Plain(Value::Text(word)) if spec.is("enum") => {
            spec.values.iter().any(|v| **v == **word)
        }
        _ => true,
    }
}
