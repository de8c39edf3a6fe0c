//! What expressions give as the values that the drawing code wants.

use std::sync::Arc;

use super::expression::{self, AnchorOffset, Datum, Formatted};
use super::keyword::Keyword;
use crate::color::Color;
use crate::feature::Value;

/// A property's value as the drawing code wants it.
pub trait FromDatum: Sized + Clone {
    fn from_datum(datum: &Datum) -> Option<Self>;

    /// What stands where the reference has no default.
    fn fallback() -> Self;
}

impl<T: Keyword> FromDatum for T {
    fn fallback() -> Self {
        Self::default()
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        match datum {
            Datum::Plain(Value::Text(word)) => Self::from_word(word),
            _ => None,
        }
    }
}

/// Of a property without a default in the reference: `None` where nothing else stands.
impl<T: Keyword> FromDatum for Option<T> {
    fn fallback() -> Self {
        None
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        T::from_datum(datum).map(Some)
    }
}

/// Of an array; in the place of an unknown word stands the default, so that the others keep theirs.
impl<T: Keyword> FromDatum for Vec<T> {
    fn fallback() -> Self {
        Vec::new()
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        let Datum::Plain(Value::Array(items)) = datum else { return None };
        let one = |item: &Value| match item {
            Value::Text(word) => Some(T::from_word(word).unwrap_or_default()),
            _ => None,
        };
        items.iter().map(one).collect()
    }
}

impl FromDatum for f64 {
    fn fallback() -> Self {
        0.0
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        match datum {
            Datum::Plain(Value::Number(n)) if n.is_finite() => Some(*n),
            _ => None,
        }
    }
}

impl FromDatum for bool {
    fn fallback() -> Self {
        false
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        match datum {
            Datum::Plain(Value::Bool(b)) => Some(*b),
            _ => None,
        }
    }
}

impl FromDatum for Color {
    fn fallback() -> Self {
        Color::TRANSPARENT
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        match datum {
            Datum::Color(c) => Some(*c),
            _ => None,
        }
    }
}

/// The name of an image; `None` where an expression gives no image for a feature.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageName(pub Option<Arc<str>>);

impl FromDatum for ImageName {
    fn fallback() -> Self {
        Self(None)
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        match datum {
            Datum::Image(image) => Some(Self(Some(image.name.clone()))),
            Datum::Plain(Value::Text(name)) => {
                Some(Self(Some(name.clone()).filter(|n| !n.is_empty())))
            }
            Datum::Plain(Value::Null) => Some(Self(None)),
            _ => None,
        }
    }
}

impl FromDatum for Arc<Formatted> {
    fn fallback() -> Self {
        Self::default()
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        match datum {
            Datum::Formatted(text) => Some(text.clone()),
            Datum::Plain(Value::Null) => Some(Self::default()),
            Datum::Plain(Value::Text(text)) => Some(Formatted::plain(text.clone()).into()),
            other => Some(Formatted::plain(other.to_text()).into()),
        }
    }
}

/// Words of an array.
impl FromDatum for Vec<Arc<str>> {
    fn fallback() -> Self {
        Vec::new()
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        let Datum::Plain(Value::Array(items)) = datum else { return None };
        let one = |item: &Value| match item {
            Value::Text(word) => Some(word.clone()),
            _ => None,
        };
        items.iter().map(one).collect()
    }
}

/// Top, right, bottom, left.
impl FromDatum for [f64; 4] {
    fn fallback() -> Self {
        [0.0; 4]
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        match datum {
            Datum::Padding(sides) => Some(*sides),
            Datum::Plain(Value::Number(n)) => Some([*n; 4]),
            other => match Vec::from_datum(other)?[..] {
                [all] => Some([all; 4]),
                [y, x] => Some([y, x, y, x]),
                [top, x, bottom] => Some([top, x, bottom, x]),
                [top, right, bottom, left] => Some([top, right, bottom, left]),
                _ => None,
            },
        }
    }
}

impl FromDatum for Arc<[AnchorOffset]> {
    fn fallback() -> Self {
        [].into()
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        match expression::anchor_offsets(datum)? {
            Datum::AnchorOffsets(offsets) => Some(offsets),
            _ => None,
        }
    }
}

impl FromDatum for [f64; 2] {
    fn fallback() -> Self {
        [0.0; 2]
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        Vec::from_datum(datum)?.try_into().ok()
    }
}

impl FromDatum for Vec<f64> {
    fn fallback() -> Self {
        Vec::new()
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        match datum {
            Datum::Numbers(numbers) => Some(numbers.to_vec()),
            Datum::Plain(Value::Array(items)) => {
                items.iter().map(|i| f64::from_datum(&Datum::Plain(i.clone()))).collect()
            }
            _ => None,
        }
    }
}

impl FromDatum for Vec<Color> {
    fn fallback() -> Self {
        Vec::new()
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        match datum {
            Datum::Colors(colors) => Some(colors.to_vec()),
            _ => None,
        }
    }
}
