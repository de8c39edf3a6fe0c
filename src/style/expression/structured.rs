//! Values with a structure of their own that properties can have: rich text, images, projections,
//! anchor offsets.

use std::sync::Arc;

use crate::color::Color;
use crate::style::keyword::{Anchor, VerticalAlign};

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

/// The name of an image, and whether the sprite is known to have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    pub name: Arc<str>,
    pub available: bool,
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
