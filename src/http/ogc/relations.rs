//! Relations of links to tiles (OGC 20-057, table 5), maps (20-058) and styles (20-009).

pub const TILING_SCHEME: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme";
pub const TILING_SCHEMES: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes";
pub const VECTOR_SETS: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";
pub const MAP_SETS: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-map";
pub const MAP: &str = "http://www.opengis.net/def/rel/ogc/1.0/map";
pub const STYLES: &str = "http://www.opengis.net/def/rel/ogc/1.0/styles";
