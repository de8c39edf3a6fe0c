//! The display list: everything of one picture, fully resolved, in drawing order. Painters only draw it.
//!
//! Positions are [`Snapped`]: 1/256 device px from the picture's top left corner, y down. Widths and radii are device
//! px. Nothing here refers to styles or features.

use std::sync::Arc;

use crate::color::Color;
use crate::geo::Snapped;
use crate::sprite::Image;

/// One picture.
#[derive(Debug, Clone)]
pub struct Scene {
    pub width_px: u32,
    pub height_px: u32,
    /// World position of the top left corner in whole device px: what patterns are anchored to.
    pub origin_px: (i64, i64),
    pub items: Vec<Item>,
}

/// One thing to draw.
#[derive(Debug, Clone)]
pub enum Item {
    /// Covers the whole picture.
    Background(Ink),
    /// Closed rings, filled by the non-zero rule.
    Fill {
        rings: Vec<Vec<Snapped>>,
        ink: Ink,
    },
    Stroke(Stroke),
    Circle(Circle),
}

/// What a shape is filled with.
#[derive(Debug, Clone)]
pub enum Ink {
    Color(Color),
    /// Repeated from the world's origin; `opacity` 0..=1.
    Pattern {
        image: Arc<Image>,
        opacity: f64,
    },
}

/// The lines of one feature, drawn as one shape: where they cross, nothing is blended twice.
#[derive(Debug, Clone)]
pub struct Stroke {
    pub lines: Vec<Line>,
    pub color: Color,
    pub width_px: f64,
    /// Width of the soft edge, inward from half a pixel outside the stroke.
    pub blur_px: f64,
    pub cap: Cap,
    pub join: Join,
    /// Lengths of dash and gap in turn; empty for a solid line. The phase is 0 at a line's first point.
    pub dashes_px: Vec<f64>,
}

/// At least two different points in a row; a closed line does not repeat its first point.
#[derive(Debug, Clone)]
pub struct Line {
    pub points: Vec<Snapped>,
    pub closed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cap {
    Butt,
    Round,
    Square,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Join {
    /// Bevelled where the mitre would be longer than `limit` half widths.
    Miter {
        limit: f64,
    },
    Bevel,
    Round,
}

/// A disc and the ring around it.
#[derive(Debug, Clone)]
pub struct Circle {
    pub center: Snapped,
    pub radius_px: f64,
    pub color: Color,
    /// Outside the radius.
    pub stroke_px: f64,
    pub stroke_color: Color,
    /// Width of the soft edge, inward from the outer edge.
    pub blur_px: f64,
}

impl Line {
    /// Drops repeated points; `None` where fewer than two are left.
    pub fn new(mut points: Vec<Snapped>, closed: bool) -> Option<Self> {
        points.dedup();
        if closed && points.len() > 1 && points.first() == points.last() {
            points.pop();
        }
        (points.len() > 1).then_some(Self { points, closed })
    }
}

impl Join {
    /// How far, in half widths, a corner reaches from its point.
    pub fn reach(self) -> f64 {
        match self {
            Join::Miter { limit } => limit.max(1.0),
            Join::Bevel | Join::Round => 1.0,
        }
    }
}
