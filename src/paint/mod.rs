//! Painters: a scene to pixels. Each painter draws every kind of scene item and decides nothing.

pub mod raster;
