//! Bundles Leaflet from npm into the binary, so that the viewer page needs nothing from elsewhere.
//! Where npm is missing or cannot reach its registry the build says so, and the page loads Leaflet
//! from a public CDN, by integrity hash.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

const BUNDLED: &str = r#"<link rel="stylesheet" href="/assets/leaflet.css"><script src="/assets/leaflet.js"></script>"#;
/// The hashes are of the files in the npm package leaflet 1.9.4.
const FROM_CDN: &str = concat!(
    r#"<link rel="stylesheet" href="https://unpkg.com/leaflet@1.9.4/dist/leaflet.css" crossorigin="anonymous" "#,
    r#"integrity="sha384-sHL9NAb7lN7rfvG5lfHpm643Xkcjzp4jFvuavGOndn6pjVqS6ny56CAt3nsEVT4H">"#,
    r#"<script src="https://unpkg.com/leaflet@1.9.4/dist/leaflet.js" crossorigin="anonymous" "#,
    r#"integrity="sha384-cxOPjt7s7Iz04uaHJceBmS+qpjv2JkIHNVcuOrM+YHwZOmJGBXI00mdUXEq65HTH"></script>"#,
);

fn main() -> io::Result<()> {
    for file in ["build.rs", "web/package.json", "web/package-lock.json"] {
        println!("cargo::rerun-if-changed={file}");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let (tags, script, style) = match leaflet(&out.join("npm")) {
        Ok((script, style)) => (BUNDLED, script, style),
        Err(e) => {
            println!(
                "cargo::warning=Leaflet could not be bundled ({e}); the viewer page will load it \
                 from a public CDN"
            );
            (FROM_CDN, String::new(), String::new())
        }
    };
    fs::write(out.join("leaflet-tags.html"), tags)?;
    fs::write(out.join("leaflet.js"), script)?;
    fs::write(out.join("leaflet.css"), style)
}

/// Leaflet's script and style sheet, installed by `npm ci` from the committed lock file into
/// `folder`.
fn leaflet(folder: &Path) -> io::Result<(String, String)> {
    fs::create_dir_all(folder)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(Path::new("web").join(file), folder.join(file))?;
    }
    let output = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(folder)
        .output()
        .map_err(|e| io::Error::other(format!("npm: {e}")))?;
    if !output.status.success() {
        let last =
            String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_string();
        return Err(io::Error::other(format!("npm ci: {last}")));
    }
    let dist = folder.join("node_modules/leaflet/dist");
    Ok((
        fs::read_to_string(dist.join("leaflet.js"))?,
        fs::read_to_string(dist.join("leaflet.css"))?,
    ))
}
