//! What a spec draws on top of a map, as documents and URLs write it.

use serde::Deserialize;

use super::checked::position;
use super::{Callout, SpecError};

/// A pin.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marker {
    pub at: [f64; 2],
    /// Beside the pin; it gives way to nothing.
    pub label: Option<String>,
    /// In the pin: a letter or a number.
    pub symbol: Option<String>,
    pub color: Option<String>,
    /// `small`, `medium` or `large`.
    pub size: Option<String>,
    /// The name of an icon that a URL asks for: there are none, and that is told.
    #[serde(skip)]
    pub icon: Option<String>,
}

/// A line or an area.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Path {
    pub points: Vec<[f64; 2]>,
    pub color: Option<String>,
    pub width: Option<f64>,
    pub opacity: Option<f64>,
    /// Makes an area of it.
    pub fill: Option<String>,
    pub fill_opacity: Option<f64>,
    #[serde(default)]
    pub dashed: bool,
    /// A head at its end.
    #[serde(default)]
    pub arrow: bool,
    pub label: Option<String>,
}

/// All within so many kilometres, geodesic.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Circle {
    pub at: [f64; 2],
    pub radius_km: f64,
    pub color: Option<String>,
    pub fill: Option<String>,
    pub fill_opacity: Option<f64>,
    pub label: Option<String>,
}

/// Words about a place, in a box off it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalloutSpec {
    pub at: [f64; 2],
    pub text: String,
}

/// Characters of a callout.
const MAX_CALLOUT: usize = 300;

impl CalloutSpec {
    /// `lon,lat,text`.
    ///
    /// # Errors
    /// Where it does not begin with a position, or has no text.
    pub fn of_text(text: &str) -> Result<CalloutSpec, SpecError> {
        let Marker { at, label, .. } = Marker::of_text(text).map_err(|_| {
            let text: String = text.chars().take(60).collect();
            SpecError::at("/callouts", format!("'{text}' is no callout: lon,lat,text"))
        })?;
        Ok(CalloutSpec { at, text: label.unwrap_or_default() })
    }

    pub(super) fn read(&self, at: &str) -> Result<Callout, SpecError> {
        let place = position(self.at, &format!("{at}/at"))?;
        let count = self.text.chars().count();
        let is_plain = !self.text.chars().any(|c| c.is_control() && c != '\n');
        match (1..=MAX_CALLOUT).contains(&count) && is_plain {
            true => Ok(Callout { at: place, text: self.text.clone() }),
            false => Err(SpecError::at(
                format!("{at}/text"),
                format!("1 to {MAX_CALLOUT} characters, none of control"),
            )),
        }
    }
}

impl Marker {
    /// `lon,lat` or `lon,lat,label`.
    ///
    /// # Errors
    /// Where it does not begin with a position.
    pub fn of_text(text: &str) -> Result<Marker, SpecError> {
        let mut parts = text.splitn(3, ',');
        let mut number = || parts.next()?.trim().parse::<f64>().ok();
        let at = number().zip(number());
        let label = parts.next().map(str::to_string).filter(|l| !l.is_empty());
        let wrong = || {
            SpecError::at(
                "/markers",
                format!(
                    "'{}' is no marker: lon,lat or lon,lat,label",
                    text.chars().take(60).collect::<String>()
                ),
            )
        };
        at.map(|(lon, lat)| Marker { at: [lon, lat], label, ..Marker::default() }).ok_or_else(wrong)
    }
}

impl Path {
    /// Positions `lon,lat` with spaces between.
    ///
    /// # Errors
    /// Where one is none.
    pub fn of_text(text: &str) -> Result<Path, SpecError> {
        let wrong = || {
            SpecError::at(
                "/paths",
                format!(
                    "'{}' is no path: positions lon,lat with spaces between",
                    text.chars().take(60).collect::<String>()
                ),
            )
        };
        let point = |p: &str| {
            let (lon, lat) = p.split_once(',')?;
            Some([lon.parse().ok()?, lat.parse().ok()?])
        };
        let points: Option<Vec<[f64; 2]>> = text.split_whitespace().map(point).collect();
        points
            .filter(|p| p.len() > 1)
            .map(|points| Path { points, ..Path::default() })
            .ok_or_else(wrong)
    }
}
