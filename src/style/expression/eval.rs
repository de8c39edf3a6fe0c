//! Evaluation of a parsed tree.

use std::cmp::Ordering;
use std::sync::Arc;

use super::collation::{self, Collation};
use super::comparison::Comparison;
use super::conversion::converted;
use super::datum::{Datum, Type};
use super::eval_error::{EvalError, not_of};
use super::interpolate::{Curve, Space};
use super::structured::{Formatted, Image, Section};
use super::text_forms::{NumberFormatExpr, SectionExpr};
use super::{Context, Expr, Node, functions, interpolate, spatial};
use crate::feature::Value;
use crate::style::keyword::{Keyword, VerticalAlign};

impl Expr {
    /// The answer in `context`.
    pub fn eval(&self, context: &Context) -> Result<Datum, EvalError> {
        match &self.node {
            Node::Literal(datum) => Ok(datum.clone()),
            Node::Call(f, args) => (f.eval)(context, args, &self.key),
            Node::Bound(expr) => expr.eval(context),
            Node::Let(_, result) => result.eval(context),
            Node::Assert(args) => self.assert(args, context),
            Node::Coerce(args) => self.coerce(args, context),
            Node::All(args) => Ok(Datum::bool(!one_is(false, args, context)?)),
            Node::Any(args) => Ok(Datum::bool(one_is(true, args, context)?)),
            Node::Case(branches, otherwise) => {
                for (test, output) in branches {
                    if test.eval_bool(context)? {
                        return output.eval(context);
                    }
                }
                otherwise.eval(context)
            }
            Node::Match { input, arms, otherwise } => {
                let of = |value: &Value| {
                    let hit = arms.iter().find(|(labels, _)| labels.contains(value));
                    hit.map_or(&**otherwise, |(_, output)| output)
                };
                let output = match input.property(context) {
                    Some(value) => of(value),
                    None => match input.eval(context)? {
                        Datum::Plain(value) => of(&value),
                        _ => otherwise,
                    },
                };
                output.eval(context)
            }
            Node::Coalesce(args) => coalesce(args, context),
            Node::Compare(op, sides, collator) => {
                self.compare(*op, sides, collator.as_deref(), context)
            }
            Node::Step { input, stops } => {
                let at = self.eval_input(input, context)?;
                stops[interpolate::stop_below(stops, at)].1.eval(context)
            }
            Node::Interpolate { curve, space, input, stops } => {
                let at = self.eval_input(input, context)?;
                self.mixed(at, *curve, *space, stops, context)
            }
            Node::List(items) => {
                let items =
                    items.iter().map(|i| i.eval(context)).collect::<Result<Vec<_>, EvalError>>()?;
                functions::bounded(Datum::list(items), &self.key)
            }
            Node::GlobalState(key) => {
                Ok(context.state.get(&**key).cloned().map_or(Datum::NULL, Datum::Plain))
            }
            Node::Image(name) => image(name, context),
            Node::Format(sections) => {
                let sections = sections
                    .iter()
                    .map(|s| section(s, context))
                    .collect::<Result<_, EvalError>>()?;
                Ok(Datum::Formatted(Arc::new(Formatted { sections })))
            }
            Node::Collator { case_sensitive, diacritic_sensitive, locale } => {
                let locale = match locale {
                    Some(locale) => Some(locale.eval_text(context)?.to_string()),
                    None => None,
                };
                Ok(Datum::Collator(Arc::new(Collation {
                    case_sensitive: case_sensitive.eval_bool(context)?,
                    diacritic_sensitive: diacritic_sensitive.eval_bool(context)?,
                    locale,
                })))
            }
            Node::NumberFormat(format) => self.number_format(format, context),
            Node::Within(polygons) => Ok(Datum::bool(spatial::within(context, polygons))),
            Node::Distance(geometry) => Ok(Datum::number(spatial::distance_m(context, geometry))),
        }
    }

    /// What a curve gives between its stops; before the first and after the last, what those give.
    fn mixed(
        &self,
        at: f64,
        curve: Curve,
        space: Space,
        stops: &[(f64, Expr)],
        context: &Context,
    ) -> Result<Datum, EvalError> {
        let i = interpolate::stop_below(stops, at);
        let (low, output) = &stops[i];
        if at <= *low || i + 1 == stops.len() {
            return output.eval(context);
        }
        let (high, next) = &stops[i + 1];
        let t = curve.factor(at, *low, *high);
        let (a, b) = (output.eval(context)?, next.eval(context)?);
        interpolate::mix(space, &a, &b, t).map_err(|e| EvalError::new(&self.key, e.to_string()))
    }

    /// The word that it is, where it is nothing else.
    pub(super) fn as_word(&self) -> Option<&str> {
        match &self.node {
            Node::Literal(Datum::Plain(Value::Text(word))) => Some(word),
            _ => None,
        }
    }

    /// The feature's property that it gives as it is, where it gives one and the feature has it.
    fn property<'a>(&self, context: &Context<'a>) -> Option<&'a Value> {
        match &self.node {
            Node::Call(f, args) if f.is_get && args.len() == 1 => {
                let value = context.feature?.properties.get(args[0].as_word()?)?;
                (!matches!(value, Value::Large(_))).then_some(value)
            }
            // What is said of its type is so.
            Node::Assert(args) if args.len() == 1 => {
                let value = args[0].property(context)?;
                let is_so = match value {
                    Value::Text(_) => self.ty.takes(&Type::String),
                    Value::Number(_) => self.ty.takes(&Type::Number),
                    _ => false,
                };
                is_so.then_some(value)
            }
            _ => None,
        }
    }

    /// The input of a curve, which must be a number indeed.
    fn eval_input(&self, input: &Expr, context: &Context) -> Result<f64, EvalError> {
        match input.eval_number(context)? {
            n if n.is_nan() => Err(EvalError::new(&self.key, "Input is not a number.")),
            n => Ok(n),
        }
    }

    pub(super) fn eval_number(&self, context: &Context) -> Result<f64, EvalError> {
        match self.eval(context)? {
            Datum::Plain(Value::Number(n)) => Ok(n),
            other => Err(not_of(&Type::Number, &other, &self.key)),
        }
    }

    pub(super) fn eval_bool(&self, context: &Context) -> Result<bool, EvalError> {
        match self.eval(context)? {
            Datum::Plain(Value::Bool(b)) => Ok(b),
            other => Err(not_of(&Type::Boolean, &other, &self.key)),
        }
    }

    pub(super) fn eval_text(&self, context: &Context) -> Result<Arc<str>, EvalError> {
        match self.eval(context)? {
            Datum::Plain(Value::Text(t)) => Ok(t),
            other => Err(not_of(&Type::String, &other, &self.key)),
        }
    }

    pub(super) fn eval_items(&self, context: &Context) -> Result<Arc<[Value]>, EvalError> {
        match self.eval(context)? {
            Datum::Plain(Value::Array(items)) => Ok(items),
            other => Err(not_of(&Type::array_of(Type::Value), &other, &self.key)),
        }
    }

    /// The first argument of the wanted type.
    fn assert(&self, args: &[Expr], context: &Context) -> Result<Datum, EvalError> {
        let mut last = Datum::NULL;
        for arg in args {
            last = arg.eval(context)?;
            if self.ty.takes(&last.type_of()) {
                return Ok(last);
            }
        }
        Err(not_of(&self.ty, &last, &self.key))
    }

    /// The first argument that can be turned into the wanted type.
    fn coerce(&self, args: &[Expr], context: &Context) -> Result<Datum, EvalError> {
        let mut last = Datum::NULL;
        let mut why = None;
        for arg in args {
            last = arg.eval(context)?;
            match converted(&self.ty, &last) {
                Ok(datum) => return Ok(datum),
                Err(message) => why = message,
            }
        }
        Err(EvalError::new(
            &self.key,
            match (why, &self.ty) {
                (Some(message), _) => message,
                (None, Type::Number) => {
                    format!("Could not convert {} to number.", last.json_text())
                }
                (None, ty) => {
                    let shown = match &last {
                        Datum::Plain(Value::Text(t)) => t.to_string(),
                        other => other.json_text(),
                    };
                    format!("Could not parse {ty} from value '{shown}'")
                }
            },
        ))
    }

    fn compare(
        &self,
        op: Comparison,
        sides: &[Expr; 2],
        collator: Option<&Expr>,
        context: &Context,
    ) -> Result<Datum, EvalError> {
        if let (Comparison::Equal | Comparison::NotEqual, None, Some(word)) =
            (op, collator, sides[1].as_word())
            && let Some(Value::Text(text)) = sides[0].property(context)
        {
            return Ok(Datum::bool((**text == *word) == (op == Comparison::Equal)));
        }
        let (a, b) = (sides[0].eval(context)?, sides[1].eval(context)?);
        let ordering = !matches!(op, Comparison::Equal | Comparison::NotEqual);
        let order = match (&a, &b) {
            (Datum::Plain(Value::Text(a)), Datum::Plain(Value::Text(b))) => match collator {
                None => Some(a.encode_utf16().cmp(b.encode_utf16())),
                Some(collator) => match collator.eval(context)? {
                    Datum::Collator(collation) => Some(collation.compare(a, b)),
                    other => return Err(not_of(&Type::Collator, &other, &collator.key)),
                },
            },
            (Datum::Plain(Value::Number(a)), Datum::Plain(Value::Number(b))) => a.partial_cmp(b),
            _ if ordering => {
                let (name, a, b) = (op.name(), a.type_of().kind(), b.type_of().kind());
                let message = format!(
                    "Expected arguments for \"{name}\" to be (string, string) or (number, \
                     number), but found ({a}, {b}) instead."
                );
                return Err(EvalError::new(&self.key, message));
            }
            (Datum::Plain(Value::Array(_) | Value::Object(_)), _) => None,
            _ => (a == b).then_some(Ordering::Equal),
        };
        Ok(Datum::bool(op.holds(order)))
    }

    fn number_format(
        &self,
        format: &NumberFormatExpr,
        context: &Context,
    ) -> Result<Datum, EvalError> {
        let text = |e: &Option<Expr>| e.as_ref().map(|e| e.eval_text(context)).transpose();
        let number = |e: &Option<Expr>| e.as_ref().map(|e| e.eval_number(context)).transpose();
        let (locale, currency, unit) =
            (text(&format.locale)?, text(&format.currency)?, text(&format.unit)?);
        let style = collation::NumberStyle {
            locale: locale.as_deref(),
            currency: currency.as_deref(),
            unit: unit.as_deref(),
            min_fraction_digits: number(&format.min_fraction_digits)?,
            max_fraction_digits: number(&format.max_fraction_digits)?,
        };
        collation::format_number(format.number.eval_number(context)?, &style)
            .map(Datum::text)
            .ok_or_else(|| {
                EvalError::new(&self.key, "maximumFractionDigits value is out of range.")
            })
    }
}

/// Whether a condition is so; those after it are not looked at.
fn one_is(so: bool, conditions: &[Expr], context: &Context) -> Result<bool, EvalError> {
    for condition in conditions {
        if condition.eval_bool(context)? == so {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The image of a name, and whether there is one.
fn image(name: &Expr, context: &Context) -> Result<Datum, EvalError> {
    let name = name.eval_text(context)?;
    let available = context.has_image.is_some_and(|images| images.has_image(&name));
    Ok(if name.is_empty() { Datum::NULL } else { Datum::Image(Image { name, available }) })
}

/// The first that is not null; an image that is not there counts as null, but where all are missing
/// the first is named.
fn coalesce(args: &[Expr], context: &Context) -> Result<Datum, EvalError> {
    let mut missing = None;
    for arg in args {
        match arg.eval(context)? {
            Datum::Plain(Value::Null) => {}
            Datum::Image(image) if !image.available => {
                missing.get_or_insert(image);
            }
            datum => return Ok(datum),
        }
    }
    Ok(missing.map_or(Datum::NULL, Datum::Image))
}

fn section(section: &SectionExpr, context: &Context) -> Result<Section, EvalError> {
    let align = section.vertical_align.as_ref().map(|e| e.eval_text(context)).transpose()?;
    let vertical_align = align.and_then(|word| VerticalAlign::from_word(&word));
    let content = section.content.eval(context)?;
    if let Datum::Image(image) = content {
        return Ok(Section { image: Some(image), vertical_align, ..Section::default() });
    }
    let fonts = match &section.fonts {
        Some(fonts) => {
            let names = fonts.eval_items(context)?;
            Some(
                names
                    .iter()
                    .map(|n| Datum::Plain(n.clone()).to_text())
                    .collect::<Vec<_>>()
                    .join(",")
                    .into(),
            )
        }
        None => None,
    };
    let color = match section.color.as_ref().map(|c| c.eval(context)).transpose()? {
        Some(Datum::Color(color)) => Some(color),
        _ => None,
    };
    let scale = section.scale.as_ref().map(|s| s.eval_number(context)).transpose()?;
    Ok(Section { text: content.to_text().into(), image: None, scale, fonts, color, vertical_align })
}
