//! The tile matrix set of our tiles, WebMercatorQuad (OGC 17-083r4, annex D.1), in numbers.

/// The scale denominator of tile matrix 0 for tiles of 256 px, at px of 0.28 mm.
pub const SCALE: f64 = 559_082_264.028_717_8;
/// Half of the world's girth in EPSG:3857, m: the corners are that far from the middle.
pub const HALF: f64 = 20_037_508.342_789_244;
/// Px of a tile's side at a ratio of 1.
pub const TILE_PX: u32 = 256;
