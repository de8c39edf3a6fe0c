//! What the map is made of: features with an identity, properties, a geometry in degrees and an
//! interval in which they hold. A [`Feature`] has been validated; files are `source`'s matter, and
//! every geometry that comes as GeoJSON, from wherever, is read in `geometry`.

mod coordinates;
mod date;
pub mod geometry;
mod properties;
mod timing;
mod validity;
mod value;

use std::fmt;
use std::sync::Arc;

pub use coordinates::Coordinates;
pub use date::{Date, DateError};
use geo::geometry::Geometry;
pub use properties::{Properties, Shared};
pub use timing::Timing;
pub use validity::Validity;
pub use value::{Large, Value, large_order, whole_of};

use crate::identity::{Identified, Identity, identified_by_fields};

/// A GeoJSON feature id.
#[derive(Debug, Clone, PartialEq)]
pub enum FeatureId {
    Number(f64),
    /// A whole number that no `f64` is.
    Large(Large),
    Text(Arc<str>),
}

impl FeatureId {
    /// A whole number with all its digits.
    pub fn whole(n: i128) -> Self {
        match Value::whole(n) {
            Value::Large(n) => Self::Large(n),
            _ => Self::Number(n as f64),
        }
    }

    /// A number or text as an id.
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(n) => Some(Self::Number(*n)),
            Value::Large(n) => Some(Self::Large(*n)),
            Value::Text(t) => Some(Self::Text(t.clone())),
            _ => None,
        }
    }

    pub fn to_value(&self) -> Value {
        match self {
            Self::Number(n) => Value::Number(*n),
            Self::Large(n) => Value::Large(*n),
            Self::Text(t) => Value::Text(t.clone()),
        }
    }
}

impl fmt::Display for FeatureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FeatureId::Number(n) => match whole_of(*n) {
                Some(whole) => write!(f, "{whole}"),
                None => write!(f, "{n}"),
            },
            FeatureId::Large(n) => write!(f, "{n}"),
            FeatureId::Text(t) => f.write_str(t),
        }
    }
}

impl Identified for FeatureId {
    fn identify(&self, to: &mut Identity) {
        self.to_value().identify(to);
    }
}

/// One validated feature; its geometry is in degrees, EPSG:4326, rings closed and right-handed (RFC
/// 7946, 3.1.6).
#[derive(Debug, Clone)]
pub struct Feature {
    pub id: Option<FeatureId>,
    pub properties: Properties,
    pub geometry: Geometry<f64>,
    pub validity: Validity,
}

impl Feature {
    /// A feature with nothing in it.
    pub fn nowhere() -> Self {
        let geometry = Geometry::GeometryCollection(geo::GeometryCollection::default());
        Self { id: None, properties: Properties::new(), geometry, validity: Validity::default() }
    }

    /// The property `key` where it is text.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.properties.get(key) {
            Some(Value::Text(t)) => Some(t),
            _ => None,
        }
    }

    /// The property `key` where it is a number.
    pub fn number(&self, key: &str) -> Option<f64> {
        match self.properties.get(key) {
            Some(Value::Number(n)) => Some(*n),
            Some(Value::Large(n)) => Some(n.get() as f64),
            _ => None,
        }
    }
}

identified_by_fields!(Feature { id, properties, geometry, validity });

/// The features of one file or table, in source order, under the name that styles and URLs call it
/// by.
#[derive(Debug, Clone)]
pub struct Collection {
    pub name: String,
    pub title: String,
    /// Whether `near` looks here when it is not told where (the document's member `gazetteer`).
    pub gazetteer: bool,
    /// Whether it only lies behind the rest, and is none of what the map is about: its extent is
    /// not the map's, and it is in no catalog (the document's member `backdrop`).
    pub backdrop: bool,
    /// What its features' dates mean.
    pub timing: Timing,
    pub features: Vec<Feature>,
}
