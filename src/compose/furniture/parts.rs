//! Which furniture there is, where it may stand, and its themes.

use std::collections::BTreeMap;

use crate::color::Color;
use crate::identity::{Identified, Identity, identified_by_fields};

/// A part of the furniture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Title,
    Date,
    Legend,
    Scale,
    North,
    Inset,
    Sources,
    Graticule,
    Frame,
    Logo,
    Globe,
}

impl Part {
    /// By the names that requests use.
    pub const ALL: [(&'static str, Part); 11] = [
        ("title", Part::Title),
        ("date", Part::Date),
        ("legend", Part::Legend),
        ("scale", Part::Scale),
        ("north", Part::North),
        ("inset", Part::Inset),
        ("sources", Part::Sources),
        ("graticule", Part::Graticule),
        ("frame", Part::Frame),
        ("logo", Part::Logo),
        ("globe", Part::Globe),
    ];

    pub fn named(name: &str) -> Option<Part> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, part)| *part)
    }

    /// The name that requests use.
    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, part)| *part == self).map_or("", |(name, _)| name)
    }

    /// The corners of the map that a box may stand in, the one that it is looked for first.
    pub(super) fn corners(self) -> [Corner; 4] {
        use Corner::{BottomLeft, BottomRight, TopLeft, TopRight};
        match self {
            Part::Scale => [BottomRight, BottomLeft, TopRight, TopLeft],
            Part::Inset | Part::North | Part::Globe => [TopRight, TopLeft, BottomRight, BottomLeft],
            Part::Date => [TopLeft, TopRight, BottomLeft, BottomRight],
            _ => [BottomLeft, TopLeft, TopRight, BottomRight],
        }
    }
}

/// A corner of the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Corner {
    TopLeft,
    TopRight,
    BottomLeft,
    BottomRight,
}

impl Corner {
    pub const ALL: [(&'static str, Corner); 4] = [
        ("top-left", Corner::TopLeft),
        ("top-right", Corner::TopRight),
        ("bottom-left", Corner::BottomLeft),
        ("bottom-right", Corner::BottomRight),
    ];

    pub fn named(name: &str) -> Option<Corner> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, corner)| *corner)
    }
}

/// How the furniture looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    #[default]
    Light,
    Dark,
    /// The whole picture in greys.
    PrintGrey,
    HighContrast,
}

impl Theme {
    pub const ALL: [(&'static str, Theme); 4] = [
        ("light", Theme::Light),
        ("dark", Theme::Dark),
        ("print-grey", Theme::PrintGrey),
        ("high-contrast", Theme::HighContrast),
    ];

    pub fn named(name: &str) -> Option<Theme> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, theme)| *theme)
    }

    pub(super) fn palette(self) -> Palette {
        let grey = |v: f64, a: f64| Color::new(v, v, v, a);
        match self {
            Theme::Light => Palette {
                paper: Color::new(1.0, 1.0, 0.99, 1.0),
                ink: Color::new(0.13, 0.12, 0.11, 1.0),
                soft: grey(0.36, 1.0),
                line: grey(0.55, 1.0),
                box_opacity: 1.0,
            },
            Theme::Dark => Palette {
                paper: grey(0.12, 1.0),
                ink: grey(0.96, 1.0),
                soft: grey(0.74, 1.0),
                line: grey(0.45, 1.0),
                box_opacity: 1.0,
            },
            Theme::PrintGrey => Palette {
                paper: grey(1.0, 1.0),
                ink: grey(0.0, 1.0),
                soft: grey(0.25, 1.0),
                line: grey(0.4, 1.0),
                box_opacity: 1.0,
            },
            Theme::HighContrast => Palette {
                paper: grey(1.0, 1.0),
                ink: grey(0.0, 1.0),
                soft: grey(0.0, 1.0),
                line: grey(0.0, 1.0),
                box_opacity: 1.0,
            },
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    pub paper: Color,
    pub ink: Color,
    pub soft: Color,
    pub line: Color,
    pub box_opacity: f64,
}

/// What furniture is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Furniture {
    /// Each with the corner it is to stand in, where one is named.
    pub parts: BTreeMap<Part, Option<Corner>>,
    pub title: Option<String>,
    pub subtitle: Option<String>,
    pub theme: Theme,
}

identified_by_fields!(Furniture { parts, title, subtitle, theme });

/// By the name that requests use.
macro_rules! identified_by_name {
    ($($type:ident),*) => {
        $(impl Identified for $type {
            fn identify(&self, to: &mut Identity) {
                let named = $type::ALL.iter().find(|(_, one)| one == self);
                named.map(|(name, _)| *name).identify(to);
            }
        })*
    };
}

identified_by_name!(Part, Corner, Theme);
