//! contactline: GeoJSON and MapLibre styles to seamless map tiles, printable maps and spatial
//! answers.
//!
//! Data flows one way: **source → index → compose → paint → encode**.
//!
//! - `source` reads and validates GeoJSON into `feature`s; `index` finds them by place.
//! - `style` holds a MapLibre style; `compose` joins it with features and a camera to a `scene`, a
//!   display list.
//! - `paint` draws a scene to pixels; `encode` makes PNG of them.
//! - `catalog` is what there is; `ask` answers questions about it.
//! - `atlas` is a loaded map; `sheet` makes a page of it, as a document asks for.
//! - `service` puts threads, a cache and a budget of memory before them; HTTP (`http`) and the
//!   command line (`cli`) enter there.
//!
//! A tile of the embedded map, as of a day:
//!
//! ```
//! use contactline::geo::TileId;
//! use contactline::atlas::{self, Frame, Options};
//!
//! let map = atlas::load(&Options::default()).value.expect("the map in the binary");
//! let state = map.style("conflict").expect("its style").state([("date", "2020-11-25")])?;
//! let png = map.png("conflict", &state, &Frame::tile(TileId::new(8, 161, 97)?, 256, 2))?;
//! assert_eq!(&png[1..4], b"PNG");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Modules import only from lower floors; ARCHITECTURE.md lists them and `tests/architecture.rs`
//! holds them to it.

#![forbid(unsafe_code)]

pub mod ask;
pub mod atlas;
pub mod catalog;
pub mod cli;
pub mod color;
pub(crate) mod compose;
pub mod cql2;
pub(crate) mod diag;
pub(crate) mod encode;
pub mod feature;
pub mod geo;
pub mod http;
pub(crate) mod identity;
pub mod index;
pub mod label;
pub(crate) mod paint;
pub(crate) mod scene;
pub mod service;
pub mod sheet;
pub mod source;
pub(crate) mod sprite;
pub mod style;
pub(crate) mod terrain;
pub mod text;
