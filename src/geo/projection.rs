//! Projections for pictures: a part of the world, laid over the unit square so that at one place
//! (the picture's middle, or the same for all pictures of a coordinate reference system) place
//! and scale are Web Mercator's. Here it is chosen and described; [`Projector`] does the work.

use super::WorldBox;
use super::crs::{Crs, GEOGCS};
use super::projector::Projector;
use crate::identity::{Identified, Identity, identified_by_fields};

/// Which projection, and the place where it agrees with Web Mercator, degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection {
    kind: Kind,
    lon: f64,
    lat: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// Lambert's conformal conic: its standard parallels, and its origin, degrees.
    Lambert { south: f64, north: f64, lon: f64, lat: f64 },
    /// Universal Transverse Mercator.
    Utm { zone: u8, south: bool },
    /// Longitude and latitude as they are, both in degrees.
    PlateCarree,
    /// Mercator's on the ellipsoid.
    Mercator,
}

/// Why a picture cannot have a projection.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ProjectionError {
    #[error("'{0}' is no projection; there are: {known}", known = Projection::NAMES.join(", "))]
    Name(String),
    #[error(
        "{projection} is for {most} degrees of longitude at most, and {latitudes}; the picture \
         has {degrees:.1}, from {south:.1} to {north:.1} north"
    )]
    Extent {
        projection: &'static str,
        most: f64,
        latitudes: &'static str,
        degrees: f64,
        south: f64,
        north: f64,
    },
    #[error("the projection has no such place")]
    Place,
}

/// Degrees of longitude that a picture may have.
const MOST_LAMBERT: f64 = 60.0;
const MOST_UTM: f64 = 12.0;
/// Degrees to either side of the middle beyond which nothing is drawn.
const REACH_LAMBERT: f64 = 80.0;
const REACH_UTM: f64 = 20.0;

impl Projection {
    pub const NAMES: [&'static str; 3] = ["web-mercator", "lambert", "utm"];

    /// The projection of a name, suited to an area of Web Mercator's unit square; none where it is
    /// Web Mercator itself. Lambert's parallels lie a sixth of the area within its edges; UTM's
    /// zone is that of its middle.
    ///
    /// # Errors
    /// Where there is no such projection, or it does not suit an area so large or so near a pole.
    pub fn named(name: &str, area: &WorldBox) -> Result<Option<Projection>, ProjectionError> {
        let ((west, north), (east, south)) = (area.min.to_degrees(), area.max.to_degrees());
        let degrees = east - west;
        let (lon, lat) = area.center().to_degrees();
        let refuse = |projection, most, latitudes| ProjectionError::Extent {
            projection,
            most,
            latitudes,
            degrees,
            south,
            north,
        };
        let hundredth = |v: f64| (v * 100.0).round() / 100.0;
        let kind = match name {
            "web-mercator" => return Ok(None),
            "lambert" => {
                let one_side = south > 0.0 || north < 0.0;
                if degrees > MOST_LAMBERT || !one_side || south < -80.0 || north > 80.0 {
                    return Err(refuse(
                        "lambert",
                        MOST_LAMBERT,
                        "one side of the equator, to 80 degrees",
                    ));
                }
                let sixth = (north - south) / 6.0;
                Kind::Lambert {
                    south: hundredth(south + sixth),
                    north: hundredth(north - sixth),
                    lon: hundredth(lon),
                    lat: hundredth(lat),
                }
            }
            "utm" => {
                if degrees > MOST_UTM || south < -80.0 || north > 84.0 {
                    return Err(refuse("utm", MOST_UTM, "80 south to 84 north"));
                }
                let zone = ((lon + 180.0).rem_euclid(360.0) / 6.0).floor() as u8 + 1;
                Kind::Utm { zone: zone.min(60), south: lat < 0.0 }
            }
            other => return Err(ProjectionError::Name(other.chars().take(60).collect())),
        };
        Ok(Some(Projection { kind, lon, lat }))
    }

    /// That of a coordinate reference system, which all its pictures have alike; none where it is
    /// Web Mercator itself. Of UTM the scale is Web Mercator's at a latitude, degrees.
    pub fn of(crs: Crs, latitude: f64) -> Option<Projection> {
        let zone = |zone: u8| Projection {
            kind: Kind::Utm { zone, south: false },
            lon: meridian(zone),
            lat: latitude.clamp(0.0, 80.0),
        };
        match crs {
            Crs::WebMercator => None,
            Crs::Crs84 | Crs::Epsg4326 => {
                Some(Projection { kind: Kind::PlateCarree, lon: 0.0, lat: 0.0 })
            }
            Crs::WorldMercator => Some(Projection { kind: Kind::Mercator, lon: 0.0, lat: 0.0 }),
            Crs::Utm38N => Some(zone(38)),
            Crs::Utm39N => Some(zone(39)),
        }
    }

    /// Metres that a unit of its coordinates is: of degrees those on the equator.
    pub fn unit_m(&self) -> f64 {
        match self.kind {
            Kind::PlateCarree => super::geodesic::meters_per_turn(0.0) / 360.0,
            _ => 1.0,
        }
    }

    /// As PROJ writes it; coordinates are metres.
    pub fn definition(&self) -> String {
        match self.kind {
            Kind::Lambert { south, north, lon, lat } => format!(
                "+proj=lcc +lat_1={south} +lat_2={north} +lat_0={lat} +lon_0={lon} +x_0=0 +y_0=0 \
                 +datum=WGS84 +units=m +no_defs"
            ),
            Kind::Utm { zone, south } => {
                let side = if south { "+south " } else { "" };
                format!("+proj=utm +zone={zone} {side}+datum=WGS84 +units=m +no_defs")
            }
            Kind::PlateCarree => "+proj=eqc +datum=WGS84 +units=m +no_defs".to_string(),
            Kind::Mercator => "+proj=merc +datum=WGS84 +units=m +no_defs".to_string(),
        }
    }

    /// The EPSG's code, where it has one.
    pub fn epsg(&self) -> Option<u16> {
        match self.kind {
            Kind::Utm { zone, south } => {
                Some(if south { 32_700 } else { 32_600 } + u16::from(zone))
            }
            Kind::PlateCarree => Some(4326),
            Kind::Mercator => Some(3395),
            Kind::Lambert { .. } => None,
        }
    }

    /// Whether its coordinates are degrees.
    pub fn is_geographic(&self) -> bool {
        self.kind == Kind::PlateCarree
    }

    /// The southern and northern parallel, longitude and latitude of the origin of a conic.
    pub fn parallels(&self) -> Option<(f64, f64, f64, f64)> {
        match self.kind {
            Kind::Lambert { south, north, lon, lat } => Some((south, north, lon, lat)),
            Kind::Utm { .. } | Kind::PlateCarree | Kind::Mercator => None,
        }
    }

    /// As WKT 1.
    pub fn wkt(&self) -> String {
        let parameters = |all: &[(&str, f64)]| {
            all.iter()
                .map(|(name, value)| format!("PARAMETER[\"{name}\",{value}],"))
                .collect::<String>()
        };
        let (name, method, parameters, authority) = match self.kind {
            Kind::PlateCarree => return GEOGCS.to_string(),
            Kind::Mercator => {
                let all = [
                    ("central_meridian", 0.0),
                    ("scale_factor", 1.0),
                    ("false_easting", 0.0),
                    ("false_northing", 0.0),
                ];
                (
                    "WGS 84 / World Mercator".to_string(),
                    "Mercator_1SP",
                    parameters(&all),
                    ",AUTHORITY[\"EPSG\",\"3395\"]".to_string(),
                )
            }
            Kind::Lambert { south, north, lon, lat } => {
                let all = [
                    ("latitude_of_origin", lat),
                    ("central_meridian", lon),
                    ("standard_parallel_1", south),
                    ("standard_parallel_2", north),
                    ("false_easting", 0.0),
                    ("false_northing", 0.0),
                ];
                (
                    "Lambert conformal conic".to_string(),
                    "Lambert_Conformal_Conic_2SP",
                    parameters(&all),
                    String::new(),
                )
            }
            Kind::Utm { zone, south } => {
                let all = [
                    ("latitude_of_origin", 0.0),
                    ("central_meridian", meridian(zone)),
                    ("scale_factor", 0.9996),
                    ("false_easting", 500_000.0),
                    ("false_northing", if south { 10_000_000.0 } else { 0.0 }),
                ];
                let side = if south { "S" } else { "N" };
                let authority = self.epsg().map(|code| format!(",AUTHORITY[\"EPSG\",\"{code}\"]"));
                (
                    format!("WGS 84 / UTM zone {zone}{side}"),
                    "Transverse_Mercator",
                    parameters(&all),
                    authority.unwrap_or_default(),
                )
            }
        };
        format!(
            "PROJCS[\"{name}\",{GEOGCS},PROJECTION[\"{method}\"],{parameters}\
             UNIT[\"metre\",1]{authority}]"
        )
    }

    /// In words: `Lambert conformal conic, standard parallels 39.1° and 40.3°`.
    pub fn name(&self) -> String {
        match self.kind {
            Kind::Lambert { south, north, lon, .. } => {
                format!(
                    "Lambert conformal conic, standard parallels {south}° and {north}°, meridian \
                     {lon}°"
                )
            }
            Kind::Utm { zone, south } => {
                format!("UTM, zone {zone}{}", if south { "S" } else { "N" })
            }
            Kind::PlateCarree => "plate carrée (degrees as they are)".to_string(),
            Kind::Mercator => "Mercator on the ellipsoid".to_string(),
        }
    }

    /// # Errors
    /// Where the formulas refuse the parameters.
    pub fn projector(&self) -> Result<Projector, ProjectionError> {
        Projector::new(&self.definition(), (self.lon, self.lat), self.domain())
            .ok_or(ProjectionError::Place)
    }

    /// What can be projected without tearing, in Web Mercator's square.
    fn domain(&self) -> WorldBox {
        let (reach, south, north) = match self.kind {
            Kind::Utm { .. } => (REACH_UTM, -80.0, 84.0),
            Kind::PlateCarree | Kind::Mercator => (180.0, -90.0, 90.0),
            Kind::Lambert { .. } if self.lat > 0.0 => {
                (REACH_LAMBERT, -30.0f64.max(self.lat - 60.0), 84.0)
            }
            Kind::Lambert { .. } => (REACH_LAMBERT, -84.0, 30.0f64.min(self.lat + 60.0)),
        };
        WorldBox::from_degrees([self.lon - reach, south, self.lon + reach, north])
    }
}

/// The central meridian of a zone of UTM, degrees.
fn meridian(zone: u8) -> f64 {
    f64::from(zone) * 6.0 - 183.0
}

identified_by_fields!(Projection { kind, lon, lat });

impl Identified for Kind {
    fn identify(&self, to: &mut Identity) {
        match self {
            Kind::Lambert { south, north, lon, lat } => {
                (0u8, (*south, *north), (*lon, *lat)).identify(to);
            }
            Kind::Utm { zone, south } => (1u8, *zone, *south).identify(to),
            Kind::PlateCarree => 2u8.identify(to),
            Kind::Mercator => 3u8.identify(to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_that_do_not_suit_are_refused() {
        let named = |name, bbox| Projection::named(name, &WorldBox::from_degrees(bbox));
        assert!(named("utm", [40.0, 38.0, 55.0, 40.0]).is_err());
        assert!(named("lambert", [40.0, -5.0, 50.0, 40.0]).is_err());
        assert!(
            named("peters", [45.0, 38.0, 48.0, 40.0]).unwrap_err().to_string().contains("lambert")
        );
        assert_eq!(named("web-mercator", [45.0, 38.0, 48.0, 40.0]), Ok(None));
    }
}
