//! Values with a structure of their own that properties can have: rich text, padding, projections,
//! anchor offsets.

use std::sync::Arc;

use super::datum::{Datum, Image};
use crate::color::Color;
use crate::feature::Value;
use crate::style::keyword::{Anchor, Keyword, VerticalAlign};

/// Rich text: what `format` gives.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Formatted {
    pub sections: Vec<Section>,
}

/// A run of text, or one image.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Section {
    pub text: Arc<str>,
    pub image: Option<Image>,
    /// Times the layer's text size.
    pub scale: Option<f64>,
    /// Font names with commas between.
    pub fonts: Option<Arc<str>>,
    pub color: Option<Color>,
    pub vertical_align: Option<VerticalAlign>,
}

impl Formatted {
    pub(in crate::style) fn plain(text: impl Into<Arc<str>>) -> Self {
        Self { sections: vec![Section { text: text.into(), ..Section::default() }] }
    }
}

/// A map projection, or a place on the way from one to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    pub from: Arc<str>,
    pub to: Arc<str>,
    /// 0..=1.
    pub transition: f64,
}

/// One of the places a label may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnchorOffset {
    pub anchor: Anchor,
    /// Right and down, ems.
    pub offset: [f64; 2],
}

pub(super) fn numbers(items: &[Value]) -> Option<Vec<f64>> {
    items.iter().map(|v| if let Value::Number(n) = v { Some(*n) } else { None }).collect()
}

/// One to four numbers in the order of CSS.
pub(super) fn padding(datum: &Datum) -> Option<Datum> {
    let sides = match datum {
        Datum::Padding(sides) => *sides,
        Datum::Plain(Value::Number(n)) => [*n; 4],
        Datum::Plain(Value::Array(items)) => match numbers(items)?[..] {
            [all] => [all; 4],
            [y, x] => [y, x, y, x],
            [top, x, bottom] => [top, x, bottom, x],
            [top, right, bottom, left] => [top, right, bottom, left],
            _ => return None,
        },
        _ => return None,
    };
    Some(Datum::Padding(sides))
}

pub(super) fn number_array(datum: &Datum) -> Option<Datum> {
    match datum {
        Datum::Numbers(_) => Some(datum.clone()),
        Datum::Plain(Value::Number(n)) => Some(Datum::Numbers([*n].into())),
        Datum::Plain(Value::Array(items)) => Some(Datum::Numbers(numbers(items)?.into())),
        _ => None,
    }
}

pub(super) fn color_array(datum: &Datum) -> Option<Datum> {
    let parse = |v: &Value| if let Value::Text(t) = v { Color::parse(t) } else { None };
    match datum {
        Datum::Colors(_) => Some(datum.clone()),
        Datum::Plain(text @ Value::Text(_)) => Some(Datum::Colors([parse(text)?].into())),
        Datum::Plain(Value::Array(items)) => {
            Some(Datum::Colors(items.iter().map(parse).collect::<Option<Vec<_>>>()?.into()))
        }
        _ => None,
    }
}

/// Anchor names and offsets in turn.
pub(in crate::style) fn anchor_offsets(datum: &Datum) -> Option<Datum> {
    let items = match datum {
        Datum::AnchorOffsets(_) => return Some(datum.clone()),
        Datum::Plain(Value::Array(items)) if !items.is_empty() && items.len() % 2 == 0 => items,
        _ => return None,
    };
    let one = |pair: &[Value]| match pair {
        [Value::Text(name), Value::Array(offset)] => Some(AnchorOffset {
            anchor: Anchor::from_word(name)?,
            offset: numbers(offset)?.try_into().ok()?,
        }),
        _ => None,
    };
    Some(Datum::AnchorOffsets(items.chunks_exact(2).map(one).collect::<Option<Vec<_>>>()?.into()))
}

/// Whether the value names a projection; it is used as it is.
pub(super) fn is_projection(datum: &Datum) -> bool {
    match datum {
        Datum::Projection(_) | Datum::Plain(Value::Text(_)) => true,
        Datum::Plain(Value::Array(items)) => {
            matches!(&**items, [Value::Text(_), Value::Text(_), Value::Number(_)])
        }
        Datum::Plain(Value::Object(o)) => {
            let text = |key: &str| matches!(o.get(key), Some(Value::Text(_)));
            text("from") && text("to") && matches!(o.get("transition"), Some(Value::Number(_)))
        }
        _ => false,
    }
}
