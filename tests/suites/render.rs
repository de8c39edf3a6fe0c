//! The render suite: each style is drawn as a viewport and compared with its expected pictures.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use contactline::atlas::{self, Frame, Options, Size};
use contactline::geo::LonLat;
use image::{Rgba, RgbaImage};
use serde_json::Value as Json;

use super::pixelmatch::differences;
use super::report::{Outcome, file_name};

/// One line of the manifest.
struct Entry {
    id: String,
    layers: Vec<String>,
    flags: Vec<String>,
}

pub fn run(folder: &Path) -> Vec<Outcome> {
    let folder = folder.canonicalize().unwrap();
    let manifest = fs::read_to_string(folder.join("MANIFEST.tsv")).unwrap();
    let words = |text: Option<&str>| text.unwrap_or("").split(',').map(str::to_string).collect();
    let entries: Vec<Entry> = manifest
        .lines()
        .skip(1)
        .map(|line| {
            let mut columns = line.split('\t');
            let id = columns.next().unwrap().to_string();
            let layers = words(columns.nth(1));
            Entry { id, layers, flags: words(columns.next()) }
        })
        .collect();
    for part in ["render", "styles", "tilesets"] {
        fs::create_dir_all(super::output().join(part)).unwrap();
    }
    write_tilesets(&folder);
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let mut outcomes: Vec<(usize, Outcome)> = std::thread::scope(|scope| {
        let worker = || {
            let mut done = Vec::new();
            loop {
                let i = next.fetch_add(1, Ordering::Relaxed);
                let Some(entry) = entries.get(i) else { return done };
                done.push((i, test(&folder, entry)));
            }
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|w| w.join().unwrap()).collect()
    });
    outcomes.sort_by_key(|(i, _)| *i);
    outcomes.into_iter().map(|(_, o)| o).collect()
}

/// The TileJSON files, with paths in place of the server they were made for.
fn write_tilesets(folder: &Path) {
    let assets = folder.join("assets");
    // The part of the suite that is in the repository needs none.
    if !assets.is_dir() {
        return;
    }
    for entry in fs::read_dir(assets.join("tilesets")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let text = text.replace("http://localhost:2900/", &format!("{}/", assets.display()));
        fs::write(super::output().join("tilesets").join(path.file_name().unwrap()), text).unwrap();
    }
}

/// The families a test counts in: its category, the kinds of layer it draws, and the same again
/// where all its data is GeoJSON. Tests with symbols are one family of their own; a background
/// counts only where there is nothing else.
fn families(entry: &Entry) -> Vec<String> {
    let category = entry.id.split('/').next().unwrap().to_string();
    let others: Vec<&String> = entry.layers.iter().filter(|l| *l != "background").collect();
    let kinds: Vec<String> = if entry.layers.iter().any(|l| l == "symbol") {
        vec!["symbol".to_string()]
    } else if others.is_empty() {
        vec!["background".to_string()]
    } else {
        others.into_iter().cloned().collect()
    };
    let tiles = entry.flags.iter().any(|f| f == "vector" || f == "raster" || f == "image");
    let mut families = vec![category];
    for kind in kinds {
        families.push(format!("({kind})"));
        if !tiles {
            families.push(format!("({kind}, GeoJSON only)"));
        }
    }
    // Symbols apart: icons alone, and whatever has text.
    let flag = |name: &str| entry.flags.iter().any(|f| f == name);
    if flag("icon-only") {
        families.push("(icons)".to_string());
    }
    if flag("text") {
        families.push("(text)".to_string());
    }
    if entry.id.starts_with("symbol-") {
        families.push("(symbol-*)".to_string());
    }
    families.push("(all)".to_string());
    families
}

fn test(folder: &Path, entry: &Entry) -> Outcome {
    let mut outcome = Outcome {
        id: entry.id.clone(),
        families: families(entry),
        passed: false,
        detail: String::new(),
    };
    let source = folder.join("tests").join(&entry.id);
    let style: Json =
        serde_json::from_str(&fs::read_to_string(source.join("style.json")).unwrap()).unwrap();
    let settings = &style["metadata"]["test"];
    let number = |json: &Json, default: f64| json.as_f64().unwrap_or(default);
    let allowed = number(&settings["allowed"], 0.00025);
    let threshold = number(&settings["threshold"], 0.1285);
    let mut expected: Vec<PathBuf> = fs::read_dir(&source)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.file_name().unwrap().to_string_lossy().starts_with("expected"))
        .collect();
    expected.sort();
    let expected: Vec<RgbaImage> =
        expected.iter().map(|p| image::open(p).unwrap().to_rgba8()).collect();
    let drawn = match draw(folder, entry, &style) {
        Ok(drawn) => drawn,
        Err(why) => {
            outcome.detail = why;
            // A blank picture is what there is to see.
            let size = |key: &str| {
                (number(&settings[key], 512.0) * number(&settings["pixelRatio"], 1.0)) as u32
            };
            RgbaImage::new(size("width"), size("height"))
        }
    };
    let stem = file_name(&entry.id);
    let render = super::output().join("render");
    drawn.save(render.join(format!("{stem}.png"))).unwrap();
    let diff_path = render.join(format!("{stem}.diff.png"));
    let best = expected
        .iter()
        .filter(|e| e.dimensions() == drawn.dimensions())
        .map(|e| (differences(e, &drawn, threshold), e))
        .min_by_key(|(d, _)| d.iter().filter(|d| **d).count());
    let Some((different, expected)) = best else {
        outcome.detail = format!("drawn {:?}, expected another size", drawn.dimensions());
        return outcome;
    };
    let share = different.iter().filter(|d| **d).count() as f64 / different.len() as f64;
    outcome.passed = share <= allowed && outcome.detail.is_empty();
    if outcome.passed {
        let _ = fs::remove_file(diff_path);
    } else {
        outcome.detail = format!(
            "{:.3} % of pixels differ, {:.3} % may {}",
            share * 100.0,
            allowed * 100.0,
            outcome.detail
        );
        panels(expected, &drawn, &different).save(diff_path).unwrap();
    }
    outcome
}

/// Draws the style as MapLibre's viewport shows it; or why it can't be.
fn draw(folder: &Path, entry: &Entry, style: &Json) -> Result<RgbaImage, String> {
    let assets = folder.join("assets").display().to_string();
    let tilesets = super::output().join("tilesets").canonicalize().unwrap().display().to_string();
    let text = style.to_string();
    let text =
        text.replace("local://tilesets", &tilesets).replace("local://", &format!("{assets}/"));
    let path = super::output().join("styles").join(format!("{}.json", file_name(&entry.id)));
    fs::write(&path, text).unwrap();
    let roots = vec![assets.into(), tilesets.into()];
    let loaded = atlas::load(&Options { styles: vec![path], roots, ..Options::default() });
    let map = loaded.value.ok_or("it cannot be loaded")?;
    let (id, styled) = map.styles().next().ok_or("it has no style")?;
    let settings = &style["metadata"]["test"];
    let side = |key: &str| settings[key].as_u64().unwrap_or(512) as u32;
    let ratio = settings["pixelRatio"].as_f64().unwrap_or(1.0);
    if ratio.fract() != 0.0 {
        return Err(format!("a pixel ratio of {ratio}"));
    }
    let size = Size::new(side("width"), side("height"), ratio as u32, u64::MAX)
        .map_err(|e| e.to_string())?;
    let center = |i: usize| style["center"][i].as_f64().unwrap_or(0.0);
    let center = LonLat::new(center(0), center(1)).ok_or("its center is nowhere")?;
    let number = |key: &str| style[key].as_f64().unwrap_or(0.0);
    let frame = Frame::viewport(center, number("zoom"), number("bearing"), size)
        .map_err(|e| e.to_string())?;
    let state = styled.state(BTreeMap::<&str, &str>::new()).map_err(|e| e.to_string())?;
    let png = map.png(id, &state, &frame).map_err(|e| e.to_string())?;
    Ok(image::load_from_memory(&png).unwrap().to_rgba8())
}

/// Expected, drawn and what differs, side by side.
fn panels(expected: &RgbaImage, drawn: &RgbaImage, different: &[bool]) -> RgbaImage {
    let (width, height) = drawn.dimensions();
    RgbaImage::from_fn(width * 3 + 8, height, |x, y| match x {
        x if x < width => *expected.get_pixel(x, y),
        x if (width + 4..width * 2 + 4).contains(&x) => *drawn.get_pixel(x - width - 4, y),
        x if x >= width * 2 + 8 => {
            let x = x - width * 2 - 8;
            if different[(y * width + x) as usize] {
                Rgba([255, 0, 0, 255])
            } else {
                let [r, g, b, a] = drawn.get_pixel(x, y).0;
                Rgba([r, g, b, a / 4])
            }
        }
        _ => Rgba([128, 128, 128, 255]),
    })
}
