//! Coordinates and the pure mathematics of the map: degrees, the world's unit square, tiles,
//! cameras, shapes and geodesic measures. No features, no styles, no I/O.
//!
//! Two coordinate types keep the two spaces apart: [`LonLat`] in degrees (EPSG:4326) and [`World`]
//! in the unit square of Web Mercator (EPSG:3857), x to the east and y to the *south*. Device
//! pixels are [`World`] times a camera's `world_px`, and are snapped once, in [`Camera::snap`].

mod camera;
mod crs;
mod detail;
mod effort;
pub mod geodesic;
mod identity;
mod outline;
pub mod overlay;
mod plane;
mod pole;
mod position;
mod projection;
mod projector;
mod reference;
pub mod relate;
pub mod round;
mod shape;
mod soundness;
mod tile;

pub use camera::{Affine, Camera, SUBPIXELS, Snapped, nearest, settled_zoom};
pub use crs::Crs;
pub use detail::Detail;
pub use effort::{Effort, Held, Limits, Stop, Stopped, cost};
pub use outline::{Outline, distance_to_m};
pub use plane::Plane;
pub use pole::pole;
pub use position::{LonLat, MAX_LATITUDE, NumbersError, World, WorldBox, numbers};
pub use projection::{Projection, ProjectionError};
pub use projector::Projector;
pub use reference::{GeoKeys, Georeference};
pub use shape::{Kind, Shape, shapes_of};
pub use soundness::{Fault, fault, mended};
pub use tile::{TileError, TileId};
