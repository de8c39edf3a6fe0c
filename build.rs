//! Says which build this is, and bundles what web pages load from npm into the binary, so that they
//! need nothing from elsewhere. Where npm is missing or cannot reach its registry the build says
//! so, and the viewer is a picture with links.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use pulldown_cmark::html::push_html;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// What decides what the program draws and answers.
const MADE_FROM: [&str; 6] = ["src", "styles", "geodata", "fonts", "web", "Cargo.lock"];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = Vec::new();
    for made_from in MADE_FROM {
        println!("cargo::rerun-if-changed={made_from}");
        collect(Path::new(made_from), &mut files)?;
    }
    println!("cargo::rustc-env=CONTACTLINE_BUILD={:016x}", identity(files)?);
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo::rerun-if-changed={CLIENTS}");
    fs::write(out.join("clients.html"), page_of(&fs::read_to_string(CLIENTS)?))?;
    if let Err(e) = bundle(&out.join("npm"), &out) {
        println!(
            "cargo::warning=the scripts of web pages could not be bundled ({e}): the viewer will be \
             a picture with links, and there are no pages of MapLibre GL JS and OpenLayers"
        );
        for name in SCRIPTS.map(|(_, name)| name).into_iter().chain([VIEWER]) {
            fs::write(out.join(name), "")?;
        }
    }
    Ok(())
}

/// The page for whoever adds the map to something.
const CLIENTS: &str = "docs/clients.md";

/// Markdown as HTML; links to other files lead nowhere from a page, and are plain text.
fn page_of(markdown: &str) -> String {
    let is_file = |event: &Event| match event {
        Event::Start(Tag::Link { dest_url, .. }) => !dest_url.starts_with("http"),
        _ => false,
    };
    let mut inside = false;
    let events = Parser::new(markdown).filter(|event| {
        let begins = is_file(event);
        let ends = inside && matches!(event, Event::End(TagEnd::Link));
        inside = (inside || begins) && !ends;
        !begins && !ends
    });
    let mut page = String::new();
    push_html(&mut page, events);
    page
}

/// What pages load: where it is in npm's packages, and what it is called here.
const SCRIPTS: [(&str, &str); 8] = [
    ("leaflet/dist/leaflet.js", "leaflet.js"),
    ("leaflet/dist/leaflet.css", "leaflet.css"),
    ("maplibre-gl/dist/maplibre-gl.mjs", "maplibre-gl.mjs"),
    ("maplibre-gl/dist/maplibre-gl-worker.mjs", "maplibre-gl-worker.mjs"),
    ("maplibre-gl/dist/maplibre-gl.css", "maplibre-gl.css"),
    ("ol/dist/ol.js", "ol.js"),
    ("ol/ol.css", "ol.css"),
    ("ol-mapbox-style/dist/olms.js", "olms.js"),
];

/// The viewer's script, of all of `web/viewer/`.
const VIEWER: &str = "viewer.js";

/// Copies what pages load, and bundles the viewer by esbuild; both are installed by `npm ci` from the
/// committed lock file into `folder`.
fn bundle(folder: &Path, out: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let lock = |folder: &Path| fs::read(folder.join("package-lock.json")).ok();
    let is_same = lock(folder).is_some_and(|known| Some(known) == lock(Path::new("web")));
    for file in ["package.json", "package-lock.json"] {
        fs::copy(Path::new("web").join(file), folder.join(file))?;
    }
    let copy = || {
        SCRIPTS.iter().try_for_each(|(from, name)| {
            fs::copy(folder.join("node_modules").join(from), out.join(name)).map(|_| ())
        })?;
        let esbuild = folder.join("node_modules/esbuild/bin/esbuild");
        let output = Command::new("node")
            .arg(esbuild)
            .args(["web/viewer/main.ts", "--bundle", "--minify", "--target=es2022"])
            .args(["--format=iife", "--log-level=error"])
            .arg(format!("--outfile={}", out.join(VIEWER).display()))
            .output()?;
        match output.status.success() {
            true => Ok(()),
            false => Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned())),
        }
    };
    // What is there is of this lock file: a build after a change of the source asks npm for nothing.
    if is_same && copy().is_ok() {
        return Ok(());
    }
    let output = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
        .args([
            "ci",
            "--omit=dev",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ])
        .current_dir(folder)
        .output()
        .map_err(|e| io::Error::other(format!("npm: {e}")))?;
    if !output.status.success() {
        let last =
            String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_string();
        return Err(io::Error::other(format!("npm ci: {last}")));
    }
    copy()
}

/// The files below a path, or itself.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    let is_kept = |path: &Path| !path.file_name().is_some_and(|n| n == ".cache" || n == "build");
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        if is_kept(&path) {
            collect(&path, files)?;
        }
    }
    Ok(())
}

/// Names and contents of the files, and the version, as one number (FNV-1a, 64 bits).
fn identity(mut files: Vec<PathBuf>) -> io::Result<u64> {
    files.sort();
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add = |bytes: &[u8]| {
        for byte in (bytes.len() as u64).to_le_bytes().iter().chain(bytes) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    add(env::var("CARGO_PKG_VERSION").unwrap_or_default().as_bytes());
    for file in files {
        add(file.to_string_lossy().replace('\\', "/").as_bytes());
        add(&fs::read(&file)?);
    }
    Ok(hash)
}
