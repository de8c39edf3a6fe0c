//! Evaluation of a parsed tree.

use std::cmp::Ordering;
use std::sync::Arc;

use super::collation::{self, Collation};
use super::datum::{Datum, Image, Type};
use super::structured::{self, Formatted, Section};
use super::text_forms::{NumberFormatExpr, SectionExpr};
use super::{Context, Expr, Node, functions, interpolate, spatial};
use crate::color::Color;
use crate::feature::Value;
use crate::style::keyword::{Keyword, VerticalAlign};

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

/// `==`, `!=`, `<`, `>`, `<=`, `>=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
}

impl Comparison {
    pub(super) fn name(self) -> &'static str {
        match self {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::Greater => ">",
            Comparison::LessOrEqual => "<=",
            Comparison::GreaterOrEqual => ">=",
        }
    }

    fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Comparison::Equal => order == Some(Ordering::Equal),
            Comparison::NotEqual => order != Some(Ordering::Equal),
            Comparison::Less => order == Some(Ordering::Less),
            Comparison::Greater => order == Some(Ordering::Greater),
            Comparison::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Comparison::GreaterOrEqual => {
                matches!(order, Some(Ordering::Greater | Ordering::Equal))
            }
        }
    }
}

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
            Node::All(args) => {
                for arg in args {
                    if !arg.eval_bool(context)? {
                        return Ok(Datum::bool(false));
                    }
                }
                Ok(Datum::bool(true))
            }
            Node::Any(args) => {
                for arg in args {
                    if arg.eval_bool(context)? {
                        return Ok(Datum::bool(true));
                    }
                }
                Ok(Datum::bool(false))
            }
            Node::Case(branches, otherwise) => {
                for (test, output) in branches {
                    if test.eval_bool(context)? {
                        return output.eval(context);
                    }
                }
                otherwise.eval(context)
            }
            Node::Match { input, arms, otherwise } => {
                let input = input.eval(context)?;
                let hit = arms.iter().find(|(labels, _)| {
                    labels.iter().any(|l| matches!(&input, Datum::Plain(v) if v == l))
                });
                hit.map_or(&**otherwise, |(_, output)| output).eval(context)
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
                let i = interpolate::stop_below(stops, at);
                let (low, output) = &stops[i];
                if at <= *low || i + 1 == stops.len() {
                    return output.eval(context);
                }
                let (high, next) = &stops[i + 1];
                let t = curve.factor(at, *low, *high);
                let (a, b) = (output.eval(context)?, next.eval(context)?);
                interpolate::mix(*space, &a, &b, t)
                    .map_err(|message| EvalError::new(&self.key, message))
            }
            Node::List(items) => {
                let items =
                    items.iter().map(|i| i.eval(context)).collect::<Result<Vec<_>, EvalError>>()?;
                functions::bounded(Datum::list(items), &self.key)
            }
            Node::GlobalState(key) => {
                Ok(context.state.get(&**key).cloned().map_or(Datum::NULL, Datum::Plain))
            }
            Node::Image(name) => {
                let name = name.eval_text(context)?;
                let available = context.has_image.is_some_and(|images| images.has_image(&name));
                Ok(if name.is_empty() {
                    Datum::NULL
                } else {
                    Datum::Image(Image { name, available })
                })
            }
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
            match coerced(&self.ty, &last) {
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

pub(super) fn not_of(expected: &Type, found: &Datum, key: &str) -> EvalError {
    let found = found.type_of();
    EvalError::new(
        key,
        format!("Expected value to be of type {expected}, but found {found} instead."),
    )
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

/// The datum as `ty`; an error may say why it can't be.
fn coerced(ty: &Type, datum: &Datum) -> Result<Datum, Option<String>> {
    match ty {
        Type::Boolean => Ok(Datum::bool(datum.is_truthy())),
        Type::Number => to_number(datum).map(Datum::number).ok_or(None),
        Type::Color => match datum {
            Datum::Color(_) => Ok(datum.clone()),
            Datum::Plain(Value::Text(t)) => Color::parse(t).map(Datum::Color).ok_or(None),
            Datum::Plain(Value::Array(parts)) if parts.len() == 3 || parts.len() == 4 => {
                color_of_parts(parts).map(Datum::Color).map_err(Some)
            }
            Datum::Plain(Value::Array(_)) => Err(Some(format!(
                "Invalid rgba value {}: expected an array containing either three or four numeric \
                 values.",
                datum.json_text()
            ))),
            _ => Err(None),
        },
        Type::Padding => structured::padding(datum).ok_or(None),
        Type::NumberArray => structured::number_array(datum).ok_or(None),
        Type::ColorArray => structured::color_array(datum).ok_or(None),
        Type::AnchorOffsets => structured::anchor_offsets(datum).ok_or(None),
        Type::Projection if structured::is_projection(datum) => Ok(datum.clone()),
        Type::Projection => Err(None),
        Type::Formatted => match datum {
            Datum::Formatted(_) => Ok(datum.clone()),
            other => Ok(Datum::Formatted(Arc::new(Formatted::plain(other.to_text())))),
        },
        Type::Image => Ok(Datum::image(&datum.to_text())),
        _ => Ok(Datum::text(datum.to_text())),
    }
}

/// ECMAScript's `Number`.
fn to_number(datum: &Datum) -> Option<f64> {
    match datum {
        Datum::Plain(Value::Null) => Some(0.0),
        Datum::Plain(Value::Bool(b)) => Some(f64::from(u8::from(*b))),
        Datum::Plain(Value::Number(n)) if !n.is_nan() => Some(*n),
        Datum::Plain(Value::Text(t)) => match t.trim() {
            "" => Some(0.0),
            "Infinity" | "+Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            hex if hex.starts_with("0x") || hex.starts_with("0X") => {
                u64::from_str_radix(&hex[2..], 16).ok().map(|n| n as f64)
            }
            digits
                if digits
                    .bytes()
                    .all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')) =>
            {
                digits.parse().ok()
            }
            _ => None,
        },
        Datum::Plain(Value::Array(items)) => match &**items {
            [] => Some(0.0),
            [Value::Bool(_)] => None,
            [one] => to_number(&Datum::Plain(one.clone())),
            _ => None,
        },
        _ => None,
    }
}

/// A colour from `[r, g, b]` or `[r, g, b, a]`, 0..=255 but alpha 0..=1; or why it is none.
pub(super) fn color_of_parts(parts: &[Value]) -> Result<Color, String> {
    let number = |i: usize| match parts.get(i) {
        Some(Value::Number(n)) => Some(*n),
        _ => None,
    };
    let shown = || {
        let texts: Vec<String> = parts.iter().map(|p| Datum::Plain(p.clone()).to_text()).collect();
        texts.join(", ")
    };
    let channel = |i: usize| number(i).filter(|v| (0.0..=255.0).contains(v));
    let (Some(r), Some(g), Some(b)) = (channel(0), channel(1), channel(2)) else {
        return Err(format!(
            "Invalid rgba value [{}]: 'r', 'g', and 'b' must be between 0 and 255.",
            shown()
        ));
    };
    let alpha = if parts.len() > 3 { number(3) } else { Some(1.0) };
    match alpha.filter(|a| (0.0..=1.0).contains(a)) {
        Some(a) => Ok(Color::new(r / 255.0, g / 255.0, b / 255.0, a)),
        None => Err(format!("Invalid rgba value [{}]: 'a' must be between 0 and 1.", shown())),
    }
}
