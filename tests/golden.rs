//! Golden pictures: each `tests/golden/GROUP/NAME.json` has a `NAME.png` beside it that somebody
//! has looked at.
//!
//! An input has a `map`, a document as `/static` takes it, and perhaps a `style`; without one it is
//! of the embedded map. Each `tests/golden/answers/NAME.json` has a `question` and the `answer` to
//! it.
//!
//! `BLESS=1 cargo test --test golden` writes the pictures anew and still fails: look at them, then
//! run it again. Where a picture is another, `target/golden/GROUP-NAME.png` shows what was, where
//! they differ, and what is. `ONLY=circle-blur` takes the pictures alone whose name holds that.

use std::fs;
use std::path::{Path, PathBuf};

use contactline::ask::Question;
use contactline::atlas::{self, Map, Options};
use contactline::geo::Effort;
use contactline::sheet::Spec;
use image::{Rgba, RgbaImage};
use serde_json::Value as Json;

/// How far a channel may be from the golden one: other processors round otherwise.
const THRESHOLD: u8 = 1;
/// Pictures that there are; raise it with every new one.
const LEAST: usize = 224;
/// Answers that there are.
const LEAST_ANSWERS: usize = 65;

struct Input {
    name: String,
    path: PathBuf,
    json: Json,
}

fn inputs(folder: &Path) -> Vec<Input> {
    let mut out = Vec::new();
    let groups = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for group in groups.filter(|path| path.is_dir() && !path.ends_with("answers")) {
        let files = fs::read_dir(&group).unwrap().map(|entry| entry.unwrap().path());
        for path in files.filter(|path| path.extension().is_some_and(|e| e == "json")) {
            let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_string();
            let json = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            out.push(Input { name: format!("{}-{}", stem(&group), stem(&path)), path, json });
        }
    }
    out.sort_by(|a, b| a.name.cmp(&b.name));
    out
}

/// The embedded map with the styles of all inputs, written into `folder`, which tiles are read from
/// while it draws.
fn loaded(inputs: &[Input], golden: &Path, folder: &tempfile::TempDir) -> Map {
    fs::create_dir(folder.path().join("sprite")).unwrap();
    for file in fs::read_dir(golden.join("sprite")).unwrap().map(|entry| entry.unwrap()) {
        fs::copy(file.path(), folder.path().join("sprite").join(file.file_name())).unwrap();
    }
    let styled = inputs.iter().filter_map(|input| Some((&input.name, input.json.get("style")?)));
    let write = |(name, style): (&String, &Json)| {
        let path = folder.path().join(format!("{name}.json"));
        fs::write(&path, style.to_string()).unwrap();
        path
    };
    let styles: Vec<PathBuf> = styled.map(write).collect();
    let loaded = atlas::load(&Options { styles, ..Options::default() });
    let errors = loaded.diagnostics.iter().filter(|d| d.is_error());
    let wrong: Vec<String> = errors.map(|d| format!("{d:#}")).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    loaded.value.unwrap()
}

fn drawn(styles: &Map, embedded: &Map, input: &Input) -> RgbaImage {
    let (map, style) = match input.json.get("style") {
        Some(_) => (styles, input.name.as_str()),
        None => (embedded, "conflict"),
    };
    let spec = Spec::read(input.json["map"].to_string().as_bytes()).unwrap();
    let picture = spec.picture(map, style, String::new(), &Effort::default());
    let picture = picture.unwrap_or_else(|e| panic!("{}: {e}", input.name));
    image::load_from_memory(&map.draw(&picture).unwrap()).unwrap().to_rgba8()
}

fn differs(a: &Rgba<u8>, b: &Rgba<u8>) -> bool {
    a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > THRESHOLD)
}

/// What was, where it differs, what is.
fn panels(was: &RgbaImage, is: &RgbaImage) -> RgbaImage {
    let (width, height) = (was.width().max(is.width()), was.height().max(is.height()));
    let get =
        |image: &RgbaImage, x, y| image.get_pixel_checked(x, y).copied().unwrap_or(Rgba([0; 4]));
    RgbaImage::from_fn(3 * width, height, |x, y| {
        let at = x % width;
        let (was, is) = (get(was, at, y), get(is, at, y));
        match x / width {
            0 => was,
            1 if differs(&was, &is) => Rgba([255, 0, 0, 255]),
            1 => Rgba([255; 4]),
            _ => is,
        }
    })
}

#[test]
fn every_picture_is_the_golden_one() {
    let golden = Path::new("tests/golden");
    let mut inputs = inputs(golden);
    assert!(inputs.len() >= LEAST, "{} of {LEAST} pictures are there", inputs.len());
    let only = std::env::var("ONLY").unwrap_or_default();
    inputs.retain(|input| input.name.contains(&only));
    assert!(!inputs.is_empty(), "no picture is called {only}");
    let folder = tempfile::tempdir().unwrap();
    let styles = loaded(&inputs, golden, &folder);
    let embedded = atlas::load(&Options::default()).value.unwrap();
    let bless = std::env::var_os("BLESS").is_some();
    let told = Path::new("target/golden");
    fs::create_dir_all(told).unwrap();
    let mut wrong = Vec::new();
    for input in &inputs {
        let is = drawn(&styles, &embedded, input);
        let path = input.path.with_extension("png");
        let was = image::open(&path).map(|image| image.to_rgba8()).ok();
        let is_same = was.as_ref().is_some_and(|was| {
            was.dimensions() == is.dimensions()
                && was.pixels().zip(is.pixels()).all(|(a, b)| !differs(a, b))
        });
        if is_same {
            continue;
        }
        if bless {
            is.save(&path).unwrap();
        }
        let was = was.unwrap_or_default();
        panels(&was, &is).save(told.join(format!("{}.png", input.name))).unwrap();
        wrong.push(input.name.as_str());
    }
    assert!(
        wrong.is_empty(),
        "{} pictures are others than the golden ones{}; see target/golden: {}",
        wrong.len(),
        if bless { ", and are written anew" } else { "" },
        wrong.join(", ")
    );
}

#[test]
fn every_answer_is_the_golden_one() {
    let map = atlas::load(&Options::default()).value.unwrap();
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    let mut count = 0;
    for path in fs::read_dir("tests/golden/answers").unwrap().map(|entry| entry.unwrap().path()) {
        let mut pair: Json = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let question = Question::read(pair["question"].as_object().unwrap(), &Effort::default());
        let answer =
            match question.and_then(|question| question.ask(map.catalog(), &Effort::default())) {
                Ok(answer) => answer.to_json(),
                Err(why) => Json::from(why.to_string()),
            };
        count += 1;
        if pair.get("answer") != Some(&answer) {
            if bless {
                pair["answer"] = answer;
                fs::write(&path, format!("{pair:#}\n")).unwrap();
            }
            wrong.push(path.file_stem().unwrap().to_str().unwrap().to_string());
        }
    }
    assert!(count >= LEAST_ANSWERS, "{count} of {LEAST_ANSWERS} answers are there");
    assert!(
        wrong.is_empty(),
        "{} answers are others than the golden ones: {}",
        wrong.len(),
        wrong.join(", ")
    );
}

#[test]
fn no_picture_is_without_its_input() {
    for input in inputs(Path::new("tests/golden")) {
        assert!(input.path.with_extension("png").is_file(), "{} has no picture", input.name);
        let group = input.path.parent().unwrap();
        for file in fs::read_dir(group).unwrap().map(|entry| entry.unwrap().path()) {
            assert!(file.with_extension("json").is_file(), "{} has no input", file.display());
        }
    }
}
