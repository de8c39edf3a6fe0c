//! The two versions, and what they name differently.

use super::Kvp;
use crate::geo::Crs;

/// A version of WMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    V111,
    V130,
}

/// A coordinate reference system, by its name in both versions.
pub const SYSTEMS: [(&str, Crs); 6] = [
    ("EPSG:3857", Crs::WebMercator),
    ("EPSG:4326", Crs::Epsg4326),
    ("CRS:84", Crs::Crs84),
    ("EPSG:3395", Crs::WorldMercator),
    ("EPSG:32638", Crs::Utm38N),
    ("EPSG:32639", Crs::Utm39N),
];

impl Version {
    /// The version that is meant by VERSION or WMTVER (06-042, 6.2.4): the lower one by what is below
    /// 1.3.0, the higher by all else, and where nothing is said.
    pub fn taken(pairs: &mut Kvp) -> Self {
        let said = pairs.take("VERSION").or(pairs.take("WMTVER"));
        let mut parts = said.iter().flat_map(|text| text.split('.')).map(|part| part.parse());
        let mut part = || parts.next().and_then(|part: Result<u32, _>| part.ok());
        match (part(), part()) {
            (Some(0), _) | (Some(1), Some(0..3)) => Self::V111,
            _ => Self::V130,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::V111 => "1.1.1",
            Self::V130 => "1.3.0",
        }
    }

    /// The parameter that names the coordinate reference system.
    pub fn crs_name(self) -> &'static str {
        match self {
            Self::V111 => "SRS",
            Self::V130 => "CRS",
        }
    }

    /// The parameters that name a pixel's column and row.
    pub fn pixel_names(self) -> (&'static str, &'static str) {
        match self {
            Self::V111 => ("X", "Y"),
            Self::V130 => ("I", "J"),
        }
    }

    /// Whether boxes have latitudes first.
    pub fn has_latitudes_first(self, crs: Crs) -> bool {
        self == Self::V130 && crs == Crs::Epsg4326
    }

    pub fn capabilities_type(self) -> &'static str {
        match self {
            Self::V111 => "application/vnd.ogc.wms_xml",
            Self::V130 => "text/xml",
        }
    }

    pub fn exception_type(self) -> &'static str {
        match self {
            Self::V111 => "application/vnd.ogc.se_xml",
            Self::V130 => "text/xml",
        }
    }

    /// The names of the three ways to be told of errors: XML, in the picture, an empty picture.
    pub fn exception_names(self) -> [&'static str; 3] {
        match self {
            Self::V111 => [
                "application/vnd.ogc.se_xml",
                "application/vnd.ogc.se_inimage",
                "application/vnd.ogc.se_blank",
            ],
            Self::V130 => ["XML", "INIMAGE", "BLANK"],
        }
    }
}
