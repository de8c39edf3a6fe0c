//! The coordinate reference systems that features are asked for and given in, by PROJ's formulas
//! (crate `proj4rs`).

use std::sync::OnceLock;

use geo::geometry::Coord;
use proj4rs::proj::Proj;

/// WGS 84 in WKT 1.
pub(super) const GEOGCS: &str = "GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS \
    84\",6378137,298.257223563]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433],\
    AUTHORITY[\"EPSG\",\"4326\"]]";

/// A coordinate reference system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Crs {
    /// Longitude, latitude in degrees.
    Crs84,
    /// Latitude, longitude in degrees.
    Epsg4326,
    /// Web Mercator, metres.
    WebMercator,
    /// Mercator's on the ellipsoid, metres.
    WorldMercator,
    /// UTM zone 38 north, which the west of Karabakh lies in, metres.
    Utm38N,
    /// UTM zone 39 north, which its east lies beside, metres.
    Utm39N,
}

impl Crs {
    pub const ALL: [Crs; 6] =
        [Crs::Crs84, Crs::Epsg4326, Crs::WebMercator, Crs::WorldMercator, Crs::Utm38N, Crs::Utm39N];

    /// The side of Web Mercator's square, m.
    pub const WEB_MERCATOR_SIDE_M: f64 = std::f64::consts::TAU * 6_378_137.0;

    /// The OGC's name for it.
    pub fn uri(self) -> &'static str {
        match self {
            Crs::Crs84 => "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
            Crs::Epsg4326 => "http://www.opengis.net/def/crs/EPSG/0/4326",
            Crs::WebMercator => "http://www.opengis.net/def/crs/EPSG/0/3857",
            Crs::WorldMercator => "http://www.opengis.net/def/crs/EPSG/0/3395",
            Crs::Utm38N => "http://www.opengis.net/def/crs/EPSG/0/32638",
            Crs::Utm39N => "http://www.opengis.net/def/crs/EPSG/0/32639",
        }
    }

    /// By its URI, or as `EPSG:3857` with or without square brackets.
    pub fn named(name: &str) -> Option<Crs> {
        let short = name.trim_start_matches('[').trim_end_matches(']');
        let matches = |crs: &Crs| {
            let uri = crs.uri();
            let code = uri.rsplit('/').next().unwrap_or_default();
            let authority = if *crs == Crs::Crs84 { "OGC" } else { "EPSG" };
            uri == name
                || short
                    .split_once(':')
                    .is_some_and(|(a, c)| a.eq_ignore_ascii_case(authority) && c == code)
        };
        Self::ALL.into_iter().find(matches)
    }

    /// Whether a box in it is one in degrees.
    pub fn has_straight_parallels(self) -> bool {
        !matches!(self, Crs::Utm38N | Crs::Utm39N)
    }

    /// Digits after the point that are kept: about a decimetre in degrees, a millimetre in metres.
    pub fn decimals(self) -> u8 {
        match self {
            Crs::Crs84 | Crs::Epsg4326 => 6,
            _ => 3,
        }
    }

    /// Whether its coordinates are degrees.
    pub fn is_in_degrees(self) -> bool {
        matches!(self, Crs::Crs84 | Crs::Epsg4326)
    }

    /// West, south, east, north of what it can show, degrees.
    pub fn extent(self) -> [f64; 4] {
        match self {
            Crs::Crs84 | Crs::Epsg4326 => [-180.0, -90.0, 180.0, 90.0],
            Crs::WebMercator => [-180.0, -85.06, 180.0, 85.06],
            Crs::WorldMercator => [-180.0, -89.0, 180.0, 89.0],
            Crs::Utm38N => [25.0, -80.0, 65.0, 84.0],
            Crs::Utm39N => [31.0, -80.0, 71.0, 84.0],
        }
    }

    /// From longitude and latitude in degrees; `None` where the projection has no such place.
    pub fn from_degrees(self, c: Coord<f64>) -> Option<Coord<f64>> {
        match self {
            Crs::Crs84 => Some(c),
            Crs::Epsg4326 => Some(Coord { x: c.y, y: c.x }),
            _ => projected(degrees()?, self.projection()?, (c.x.to_radians(), c.y.to_radians())),
        }
    }

    /// To longitude and latitude in degrees; `None` where there is no such place.
    pub fn to_degrees(self, c: Coord<f64>) -> Option<Coord<f64>> {
        let degrees = match self {
            Crs::Crs84 => c,
            Crs::Epsg4326 => Coord { x: c.y, y: c.x },
            _ => {
                let radians = projected(self.projection()?, degrees()?, (c.x, c.y))?;
                Coord { x: radians.x.to_degrees(), y: radians.y.to_degrees() }
            }
        };
        (degrees.x.is_finite() && degrees.y.abs() <= 90.0).then_some(degrees)
    }

    fn projection(self) -> Option<&'static Proj> {
        static PROJECTIONS: OnceLock<[Option<Proj>; 4]> = OnceLock::new();
        let all = PROJECTIONS.get_or_init(|| {
            [
                "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m \
                 +nadgrids=@null +no_defs",
                "+proj=merc +datum=WGS84 +units=m +no_defs",
                "+proj=utm +zone=38 +datum=WGS84 +units=m +no_defs",
                "+proj=utm +zone=39 +datum=WGS84 +units=m +no_defs",
            ]
            .map(|text| Proj::from_proj_string(text).ok())
        });
        match self {
            Crs::Crs84 | Crs::Epsg4326 => None,
            Crs::WebMercator => all[0].as_ref(),
            Crs::WorldMercator => all[1].as_ref(),
            Crs::Utm38N => all[2].as_ref(),
            Crs::Utm39N => all[3].as_ref(),
        }
    }
}

fn degrees() -> Option<&'static Proj> {
    static DEGREES: OnceLock<Option<Proj>> = OnceLock::new();
    DEGREES
        .get_or_init(|| Proj::from_proj_string("+proj=longlat +datum=WGS84 +no_defs").ok())
        .as_ref()
}

fn projected(from: &Proj, to: &Proj, (x, y): (f64, f64)) -> Option<Coord<f64>> {
    let mut point = (x, y, 0.0);
    proj4rs::transform::transform(from, to, &mut point).ok()?;
    (point.0.is_finite() && point.1.is_finite()).then_some(Coord { x: point.0, y: point.1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_where_proj_says_and_come_back() {
        // Shusha, by PostGIS 3.3's ST_Transform with PROJ 9.1.1.
        let shusha = Coord { x: 46.7499, y: 39.7601 };
        for (crs, x, y) in [
            (Crs::WebMercator, 5204175.0626, 4831141.6613),
            (Crs::WorldMercator, 5204175.0626, 4803808.3498),
            (Crs::Utm38N, 649896.6369, 4402595.4766),
            (Crs::Utm39N, 135885.0784, 4409777.197),
            (Crs::Epsg4326, 39.7601, 46.7499),
        ] {
            let at = crs.from_degrees(shusha).unwrap();
            assert!((at.x - x).hypot(at.y - y) < 1e-4, "{crs:?} {at:?}");
            let back = crs.to_degrees(at).unwrap();
            assert!(
                (back.x - shusha.x).abs() < 1e-9 && (back.y - shusha.y).abs() < 1e-9,
                "{crs:?} {back:?}"
            );
        }
    }

    #[test]
    fn names_are_uris_or_codes() {
        assert_eq!(Crs::named("http://www.opengis.net/def/crs/EPSG/0/32638"), Some(Crs::Utm38N));
        assert_eq!(Crs::named("EPSG:3857"), Some(Crs::WebMercator));
        assert_eq!(Crs::named("[OGC:CRS84]"), Some(Crs::Crs84));
        assert_eq!(Crs::named("EPSG:27700"), None);
    }
}
