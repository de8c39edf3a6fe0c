//! The coordinate reference systems that GeoJSON of before RFC 7946 may name: told, since they are
//! not read.

use std::fmt;

use serde_json::Value as Json;

/// The system that a `crs` member names (GeoJSON 2008, 3, and the drafts before it), where it is
/// not longitude and latitude on WGS 84.
pub(super) struct OtherSystem(String);

impl OtherSystem {
    pub const HELP: &'static str = "reproject it to longitude and latitude (EPSG:4326): ogr2ogr \
        -t_srs EPSG:4326 -lco RFC7946=YES";

    pub fn of(crs: &Json) -> Option<Self> {
        let name = match crs {
            Json::String(name) => name.clone(),
            _ => {
                let properties = crs.get("properties")?;
                let text =
                    ["name", "href", "urn"].iter().find_map(|key| properties.get(key)?.as_str());
                match (text, properties.get("code")) {
                    (Some(text), _) => text.to_string(),
                    (None, Some(Json::String(code))) => code.clone(),
                    (None, code) => format!("EPSG:{}", code?.as_u64()?),
                }
            }
        };
        let code = Self::code(&name);
        let is_degrees = matches!(code, "CRS84" | "CRS84h" | "4326" | "4979");
        (!is_degrees).then(|| Self(name.chars().take(100).collect()))
    }

    fn code(name: &str) -> &str {
        name.rsplit([':', '/']).next().unwrap_or_default()
    }
}

impl fmt::Display for OtherSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // EPSG numbers systems of longitude and latitude so, but for the geocentric ones.
        let code = Self::code(&self.0);
        let in_range = code.parse().is_ok_and(|n: u32| (4_001..5_000).contains(&n) && n != 4_978);
        let what = match in_range || matches!(code, "CRS83" | "CRS27") {
            true => "in degrees, but of another datum than WGS 84",
            false => "not in degrees",
        };
        write!(f, "its positions are in '{}', {what}", self.0)
    }
}
