//! A tile by the library: the map of a day around Shusha, 256 px at 2x.
//!
//! `cargo run --release --example tile -- tile.png`

use std::error::Error;
use std::{env, fs};

use contactline::atlas::{self, Frame, Options};
use contactline::geo::TileId;

fn main() -> Result<(), Box<dyn Error>> {
    let file = env::args().nth(1).unwrap_or_else(|| "tile.png".to_string());
    let loaded = atlas::load(&Options::default());
    for problem in &loaded.diagnostics {
        eprintln!("{problem:#}");
    }
    let map = loaded.value.ok_or("there is no map")?;
    let style = map.style("conflict").ok_or("there is no such style")?;
    let state = style.state([("date", "2020-11-25")])?;
    let png = map.png("conflict", &state, &Frame::tile(TileId::new(9, 322, 194)?, 256, 2))?;
    fs::write(&file, &png)?;
    println!("{file}: {} bytes", png.len());
    Ok(())
}
