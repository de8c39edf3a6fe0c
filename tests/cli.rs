//! The program as a person runs it: what it draws, what it answers, how it complains.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value as Json, json};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_contactline")).args(arguments).output().unwrap()
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn written(folder: &std::path::Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn five_dates_are_five_maps() {
    let folder = folder("dates");
    let mut seen: Vec<Vec<u8>> = Vec::new();
    for date in ["2020-09-01", "2020-11-10", "2020-11-25", "2020-12-01", "2023-10-01"] {
        let path = folder.join(format!("{date}.png")).display().to_string();
        let state = format!("date={date}");
        let output = run(&[
            "export",
            "--style",
            "conflict",
            "--bbox",
            "45.4,38.8,48.0,40.6",
            "--size",
            "320x240",
            "--state",
            &state,
            "-o",
            &path,
        ]);
        assert!(output.status.success(), "{}", stderr(&output));
        let png = fs::read(&path).unwrap();
        let image = image::load_from_memory(&png).unwrap();
        assert_eq!((image.width(), image.height()), (320, 240));
        assert!(!seen.contains(&png), "{date} is like an earlier map");
        seen.push(png);
    }
}

#[test]
fn characters_without_a_glyph_are_warned_of_and_drawn_only_where_asked() {
    let folder = folder("missing-glyphs");
    let layer = json!({"id": "l", "type": "symbol", "source": "s", "layout": {
        "text-field": ["get", "name"], "text-size": 20, "text-font": ["Noto Sans Regular"]}});
    let feature = json!({"type": "Feature", "properties": {"name": "\u{6f22}A\u{6f22}"},
        "geometry": {"type": "Point", "coordinates": [0, 0]}});
    let style = json!({"version": 8, "sources": {"s": {"type": "geojson", "data": feature}}, "layers": [layer]});
    let style = written(&folder, "han.json", &style.to_string());
    let path = folder.join("han.png").display().to_string();
    let drawn = |more: &[&str]| {
        let mut arguments =
            vec!["export", "--style", &style, "--center", "0,0", "--zoom", "3", "--size", "80x40"];
        arguments.extend(more);
        arguments.extend(["-o", &path]);
        let output = run(&arguments);
        assert!(output.status.success(), "{}", stderr(&output));
        let ink = image::open(&path).unwrap().to_rgba8().pixels().filter(|p| p[3] > 0).count();
        (stderr(&output), ink)
    };
    let (warned, left_out) = drawn(&[]);
    assert_eq!(warned.matches("U+6F22").count(), 1, "{warned}");
    let (_, boxes) = drawn(&["--notdef"]);
    assert!(left_out > 50 && boxes > left_out * 3 / 2, "{left_out} {boxes}");
}

#[test]
fn a_file_that_is_no_font_is_named() {
    let folder = folder("fonts");
    written(&folder, "broken.ttf", "not a font");
    let path = folder.join("map.png").display().to_string();
    let fonts = folder.display().to_string();
    let output = run(&[
        "export", "--fonts", &fonts, "--center", "46,40", "--zoom", "3", "--size", "80x40", "-o",
        &path,
    ]);
    assert!(output.status.success());
    assert!(
        stderr(&output).contains("broken.ttf: the font is left out: it holds no TrueType"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn answers_are_json() {
    let output = run(&["query", "--at", "46.7499,39.7601", "--date", "2020-11-09"]);
    let answer: Json = serde_json::from_slice(&output.stdout).unwrap();
    let cities =
        answer["features"].as_array().unwrap().iter().filter(|f| f["collection"] == "cities");
    assert_eq!(
        cities.map(|c| c["properties"]["name"].as_str().unwrap()).collect::<Vec<_>>(),
        ["Shusha / Shushi"; 2]
    );
    let output = run(&["query", "--near", "46.7528,39.8177", "--k", "3"]);
    let answer: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["features"][0]["properties"]["name"], "Khankendi / Stepanakert");
}

#[test]
fn any_geojson_and_any_style_will_do() {
    let folder = folder("own");
    let data = json!({"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]]}});
    let data = written(&folder, "square.geojson", &data.to_string());
    let style = json!({"version": 8, "sources": {"a": {"type": "geojson", "data": "square.geojson"}}, "layers": [
        {"id": "b", "type": "background", "paint": {"background-color": "#ffffff"}},
        {"id": "a", "type": "fill", "source": "a", "paint": {"fill-color": "#ff0000"}}]});
    let style = written(&folder, "red.json", &style.to_string());
    let png = folder.join("out.png").display().to_string();
    for arguments in [vec!["--style", &style], vec!["--style", "data", "--data", &data]] {
        let mut all = vec!["export", "--bbox", "-5,-5,15,15", "--size", "100x100", "-o", &png];
        all.extend(arguments);
        let output = run(&all);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let output = run(&[
        "export",
        "--style",
        &style,
        "--bbox",
        "-5,-5,15,15",
        "--size",
        "100x100",
        "-o",
        &png,
    ]);
    assert!(output.status.success());
    let image = image::open(&png).unwrap().to_rgb8();
    assert_eq!(
        (image.get_pixel(50, 50).0, image.get_pixel(5, 5).0),
        ([255, 0, 0], [255, 255, 255])
    );
}

#[test]
fn our_own_data_and_style_are_without_fault() {
    let root = env!("CARGO_MANIFEST_DIR");
    let output = run(&["check", &format!("{root}/geodata"), &format!("{root}/styles")]);
    assert!(
        output.status.success() && stderr(&output).contains(" 0 errors, 0 warnings"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn tiles_are_measured_by_zoom_and_saved() {
    let folder = folder("bench");
    fs::create_dir_all(&folder).unwrap();
    let (tiles, saved) = (folder.join("tiles.txt"), folder.join("saved"));
    fs::write(&tiles, "9 322 194\n5/20/12\n\n").unwrap();
    let [file, to] = [&tiles, &saved].map(|path| path.to_str().unwrap());
    let output = run(&["bench", "--tiles", file, "--passes", "1", "--threads", "2", "--save", to]);
    assert!(output.status.success(), "{}", stderr(&output));
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    for row in ["| z5-6 | 1 |", "| z9-10 | 1 |", "| all | 2 |"] {
        assert!(table.contains(row), "{row}: {table}");
    }
    assert!(saved.join("9/322/194.png").is_file() && saved.join("5/20/12.png").is_file());
    fs::write(&tiles, "9 322 194\n3 8 0\n").unwrap();
    let output = run(&["bench", "--tiles", file]);
    let told = stderr(&output);
    assert!(output.status.code() == Some(2) && told.contains("line 2"), "{told}");
}

#[test]
fn tiles_of_a_server_are_measured_as_our_own_are() {
    let folder = folder("bench_url");
    let file = written(&folder, "tiles.txt", "9 322 194\n5/20/12\n");
    let (listens, _) = serve(&[], |host| {
        let url = |end: &str| format!("http://{host}/styles/conflict/{end}");
        let asked = |template: &str| {
            let saved = folder.join("saved").display().to_string();
            run(&["bench", "--tiles", &file, "--url", template, "--passes", "1", "--save", &saved])
        };
        let output = asked(&url("{z}/{x}/{y}.png"));
        let table = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && table.contains("| all | 2 |"), "{}", stderr(&output));
        let tile = fs::read(folder.join("saved/9/322/194.png")).unwrap();
        assert!(image::load_from_memory(&tile).is_ok());
        // What is not answered with tiles is an error, not a fast server.
        let output = asked(&url("{z}/{x}/{y}.gif"));
        assert!(!output.status.success() && stderr(&output).contains("404"), "{}", stderr(&output));
        let output = asked(&url("9/322/194.png"));
        assert!(output.status.code() == Some(2) && stderr(&output).contains("{z}/{x}/{y}"));
    });
    assert!(listens);
}

#[test]
fn the_schema_names_file_feature_and_pointer() {
    let folder = folder("schema");
    fs::create_dir_all(folder.join("schema")).unwrap();
    fs::copy(
        concat!(env!("CARGO_MANIFEST_DIR"), "/geodata/schema/conflict.json"),
        folder.join("schema/conflict.json"),
    )
    .unwrap();
    let feature = json!({"type": "Feature", "id": "x", "geometry": {"type": "Point", "coordinates": [1, 2]},
        "properties": {"id": "x", "name": "X", "name:en": "X", "kind": "city", "status": "maybe", "source": "S", "license": "L", "accuracy_m": -1, "note": "n", "valid_from": "2020-1-1"}});
    let data = json!({"$schema": "schema/conflict.json", "type": "FeatureCollection", "features": [feature]});
    let path = written(&folder, "bad.geojson", &data.to_string());
    let output = run(&["check", &path]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    for part in [
        "bad.geojson",
        "feature \"x\"",
        "/features/0/properties/status",
        "/features/0/properties/accuracy_m",
        "/features/0/properties/valid_from",
    ] {
        assert!(said.contains(part), "{part} not in {said}");
    }
}

/// File name, text, and a part of what is said about it.
fn bad_files() -> Vec<(&'static str, String, &'static str)> {
    let feature = |geometry: Json| {
        json!({"type": "FeatureCollection", "features": [{"type": "Feature", "id": "f1", "properties": {}, "geometry": geometry}]}).to_string()
    };
    let style = |layer: Json| json!({"version": 8, "sources": {}, "layers": [layer]}).to_string();
    vec![
        (
            "truncated.geojson",
            "{\"type\": \"FeatureCollection\",\n \"features\": [{\"ty".into(),
            "truncated.geojson:2:",
        ),
        ("notjson.geojson", "hello".into(), "not JSON"),
        ("empty.geojson", String::new(), "this is an empty file"),
        (
            "nan.geojson",
            "{\"type\": \"Point\", \"coordinates\": [NaN, 1]}".into(),
            "NaN and Infinity are not JSON",
        ),
        (
            "array.geojson",
            "[1, 2]".into(),
            "not GeoJSON: invalid type: sequence, expected a GeoJSON object",
        ),
        ("type.geojson", "{\"type\": \"Topology\"}".into(), "'Topology' is no GeoJSON type"),
        (
            "nofeatures.geojson",
            "{\"type\": \"FeatureCollection\"}".into(),
            "without an array 'features'",
        ),
        (
            "features.geojson",
            "{\"type\": \"FeatureCollection\", \"features\": 7}".into(),
            "an array of features",
        ),
        (
            "range.geojson",
            feature(json!({"type": "Point", "coordinates": [500000, 4400000]})),
            "reproject data in metres first",
        ),
        (
            "swapped.geojson",
            feature(json!({"type": "Point", "coordinates": [39.8, 146.7]})),
            "swap the two numbers",
        ),
        (
            "short.geojson",
            feature(json!({"type": "Point", "coordinates": [39.8]})),
            "at /features/0: skipped, no GeoJSON feature: A position must contain two or more \
             elements",
        ),
        (
            "ring.geojson",
            feature(json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]})),
            "a closed ring has at least 4",
        ),
        (
            "line.geojson",
            feature(json!({"type": "LineString", "coordinates": [[0, 0]]})),
            "at /features/0/geometry/coordinates: skipped, the line has only one position",
        ),
        (
            "wide.geojson",
            feature(
                json!({"type": "Polygon", "coordinates": [[[-200, 0], [60, 0], [200, 9], [0, 9], [-200, 0]]]}),
            ),
            "at /features/0/geometry/coordinates: skipped, the polygon reaches more than once \
             round the Earth",
        ),
        (
            "geometry.geojson",
            feature(json!({"type": "Circle", "coordinates": [0, 0]})),
            "feature \"f1\" at /features/0: skipped",
        ),
        (
            "time.geojson",
            json!({"type": "FeatureCollection", "time": "weekly", "features": []}).to_string(),
            "at /time: 'weekly' is no kind of time",
        ),
        ("style-version.json", "{\"version\": 7, \"layers\": []}".into(), "version must be 8"),
        (
            "style-type.json",
            style(json!({"id": "a", "type": "blob", "source": "s"})),
            "at /layers/0/type: unknown layer type 'blob'",
        ),
        (
            "style-color.json",
            style(
                json!({"id": "a", "type": "background", "paint": {"background-color": "reddish"}}),
            ),
            "/layers/0/paint/background-color",
        ),
        (
            "style-expression.json",
            style(
                json!({"id": "a", "type": "background", "paint": {"background-opacity": ["interpolate", ["linear"], ["zoom"], 5, 1, 3, 0]}}),
            ),
            "ascending order",
        ),
    ]
}

#[test]
fn bad_files_are_told_what_is_wrong() {
    let folder = folder("bad");
    for (name, text, part) in bad_files() {
        let output = run(&["check", &written(&folder, name, &text)]);
        let said = stderr(&output);
        println!("{name}: {}", said.lines().next().unwrap_or_default());
        assert_eq!(output.status.code(), Some(1), "{name}: {said}");
        assert!(said.contains(part) && said.contains(name), "{name}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn a_bad_feature_does_not_cost_the_layer() {
    let folder = folder("partly");
    let data = json!({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [999, 0]}},
        {"type": "Feature", "properties": {"name": "good"}, "geometry": {"type": "Point", "coordinates": [1, 2]}},
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [1, 0]]]}}]});
    let path = written(&folder, "mixed.geojson", &data.to_string());
    let output =
        run(&["query", "--near", "1,2", "--collection", "mixed", "--data", &path, "--k", "5"]);
    let answer: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["features"].as_array().unwrap().len(), 2);
    let said = stderr(&output);
    assert!(
        said.contains("/features/0/geometry")
            && said.contains("it was closed")
            && said.contains("it was turned round"),
        "{said}"
    );
}

#[test]
fn wrong_calls_exit_with_two_and_failures_with_one() {
    let png = folder("exit").join("x.png").display().to_string();
    for (arguments, code, part) in [
        (vec!["nonsense"], 2, "unrecognized subcommand"),
        (vec!["export", "-o", &png], 2, "say how large"),
        (
            vec!["export", "--size", "10x10", "--preset", "web-1200", "-o", &png],
            2,
            "cannot be used with",
        ),
        (
            vec!["export", "--size", "10x10", "--theme", "pink", "-o", &png],
            2,
            "there are: light, dark",
        ),
        (vec!["export", "--bbox", "1,2,3", "--size", "10x10", "-o", &png], 2, "not 4 numbers"),
        (vec!["export", "--bbox", "1,2,3,4", "--size", "10", "-o", &png], 2, "WIDTHxHEIGHT"),
        (vec!["export", "--bbox", "1,2,3,4", "--size", "10x10", "-o", "x.bmp"], 2, "only .png"),
        (
            vec!["export", "--bbox", "1,2,3,4", "--size", "10x10", "--state", "date=x", "-o", &png],
            2,
            "YYYY-MM-DD",
        ),
        (
            vec!["export", "--style", "nope", "--bbox", "1,2,3,4", "--size", "10x10", "-o", &png],
            1,
            "there are: conflict",
        ),
        (
            vec![
                "export",
                "--style",
                "missing.json",
                "--bbox",
                "1,2,3,4",
                "--size",
                "10x10",
                "-o",
                &png,
            ],
            1,
            "missing.json",
        ),
        (vec!["query", "--at", "1,200"], 2, "latitude -90..90"),
        (vec!["query"], 2, "ask something"),
        (vec!["query", "colour=red"], 2, "there is no such member"),
        (vec!["query", "red"], 2, "write name=value"),
        (vec!["check", "missing.geojson"], 1, "missing.geojson: cannot be opened"),
        (vec!["serve", "--listen", "nowhere"], 2, "--listen"),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(part), "{arguments:?}: {}", stderr(&output));
    }
    for command in ["serve", "export", "animate", "query", "check"] {
        let output = run(&[command, "--help"]);
        assert!(
            output.status.success() && String::from_utf8_lossy(&output.stdout).contains("Example")
        );
    }
}

#[test]
fn a_batch_goes_on_past_what_fails_and_takes_up_where_it_was_left() {
    let folder = folder("batch");
    let table = format!(
        "output,bbox,width,height,title,date\n{0}/a.png,\"45.4,38.8,48,40.6\",300,200,One,2020-09-01\n{0}/b.svg,45.4 \
         38.8 48 40.6,300,200,,\n{0}/c.png,\"1,2,3\",300,200,,\n",
        folder.display()
    );
    let jobs = written(&folder, "jobs.csv", &table);
    let output = run(&["export", "--batch", &jobs]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.contains("/bbox") && said.contains("2 made, 0 kept, 1 failed"), "{said}");
    assert!(
        folder.join("a.png").is_file()
            && folder.join("b.svg").is_file()
            && !folder.join("c.png").exists()
    );
    let again = stderr(&run(&["export", "--batch", &jobs, "--resume"]));
    assert!(again.contains("0 made, 2 kept, 1 failed"), "{again}");
    let list = written(
        &folder,
        "jobs.json",
        "[{\"bbox\": [45, 38, 48, 41], \"width\": 30, \"height\": 20}]",
    );
    assert!(stderr(&run(&["export", "--batch", &list])).contains("at /0: no 'output'"));
    // A job that cannot be read holds up no other.
    let table = format!(
        "output;bbox;width;height\n{0}/d.png;45.4 38.8 48 40.6;300;abc\n;45.4 38.8 48 \
         40.6;30;20\n{0}/e.png;45.4 38.8 48 40.6;30;20\nx.png;1\n\n",
        folder.display()
    );
    let output = run(&["export", "--batch", &written(&folder, "more.csv", &table)]);
    let said = stderr(&output);
    assert!(
        said.contains("line 2: height: 'abc' is no number") && said.contains("line 3: no 'output'"),
        "{said}"
    );
    assert!(said.contains("1 made, 0 kept, 3 failed") && output.status.code() == Some(1), "{said}");
    assert!(folder.join("e.png").is_file());
    let list = format!(
        "[{{\"output\": 5}}, 7, {{\"output\": \"{0}/f.png\", \"bbox\": [45.4, 38.8, 48, 40.6], \
         \"width\": 30, \"height\": 20}}]",
        folder.display()
    );
    let said = stderr(&run(&["export", "--batch", &written(&folder, "more.json", &list)]));
    assert!(
        said.contains("at /0: 'output' must be text") && said.contains("1 made, 0 kept, 2 failed"),
        "{said}"
    );
}

#[test]
fn features_on_top_that_are_refused_are_named_by_their_line() {
    let folder = folder("on-top-lines");
    let point = |x: f64| json!({"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [x, 39.8]}});
    let lines =
        written(&folder, "lines.ndjson", &format!("{}\n\n{}\n", point(46.7), point(4600.0)));
    let table = written(&folder, "points.csv", "lon,lat\n46.7,39.8\n4600,39.8\n");
    for (file, line) in [(lines, 3), (table, 3)] {
        let out = folder.join("a.png").display().to_string();
        let output = run(&[
            "export",
            "--geojson",
            &file,
            "--center",
            "46.8,39.8",
            "--zoom",
            "8",
            "--size",
            "30x20",
            "-o",
            &out,
        ]);
        let said = stderr(&output);
        assert!(said.contains(&format!("{file}:{line}")) && !said.contains("skipped"), "{said}");
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
fn an_animation_has_a_frame_for_each_day_of_change() {
    let folder = folder("animate");
    let spec = written(
        &folder,
        "map.json",
        "{\"bbox\": [45.4, 38.8, 48, 40.6], \"width\": 200, \"height\": 160}",
    );
    let frames = |file: &str, how: &[&str]| {
        let path = folder.join(file).display().to_string();
        let days = ["--from", "2020-11-01", "--to", "2020-12-05", "-o", &path];
        let output = run(&[&["animate", "--spec", &spec][..], &days, how].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        String::from_utf8_lossy(&output.stdout).trim().to_string()
    };
    // The first day; Shusha on the 8th; then 10, 20 and 25 November and 1 December.
    assert_eq!(frames("a.gif", &["--events"]), "6 frames");
    assert_eq!(frames("a.png", &["--step", "7"]), "5 frames");
    assert_eq!(frames("a.webp", &["--step", "7"]), "5 frames");
    if std::process::Command::new("ffmpeg").arg("-version").output().is_ok() {
        assert_eq!(frames("a.mp4", &["--step", "7"]), "5 frames");
        assert_eq!(&fs::read(folder.join("a.mp4")).unwrap()[4..8], b"ftyp");
    } else {
        println!("skipped: an .mp4, for want of ffmpeg");
    }
    use image::AnimationDecoder;
    let gif = std::io::BufReader::new(fs::File::open(folder.join("a.gif")).unwrap());
    let gif =
        image::codecs::gif::GifDecoder::new(gif).unwrap().into_frames().collect_frames().unwrap();
    assert!(gif.len() == 6 && gif[0].buffer() != gif[2].buffer());
    let png =
        png::Decoder::new(std::io::BufReader::new(fs::File::open(folder.join("a.png")).unwrap()));
    assert_eq!(png.read_info().unwrap().info().animation_control().unwrap().num_frames, 5);
}

/// Runs it until it says where it listens, or ends; then stops it. What it said on both, and
/// whether it listened.
fn serve(arguments: &[&str], ask: impl FnOnce(&str)) -> (bool, String) {
    let mut server = Command::new(env!("CARGO_BIN_EXE_contactline"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(arguments)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stdout = std::io::BufReader::new(server.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
    let listens = line.starts_with("Open http://");
    if listens {
        ask(line["Open http://".len()..].split('/').next().unwrap());
    }
    let _ = server.kill();
    (listens, stderr(&server.wait_with_output().unwrap()))
}

/// The body of a page, by a client that knows no more HTTP than it must.
fn get(address: &str, path: &str) -> String {
    String::from_utf8(answer(address, &format!("GET {path}"), address, "").1).unwrap()
}

/// The head of an answer but for its date, and its body.
fn answer(address: &str, what: &str, host: &str, headers: &str) -> (String, Vec<u8>) {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let head = format!("{what} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|some| some == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let dateless: Vec<&str> = head.lines().filter(|line| !line.starts_with("date:")).collect();
    (dateless.join("\n"), answer[end + 4..].to_vec())
}

#[test]
fn a_tile_that_is_asked_for_again_is_answered_as_before() {
    let (listens, said) = serve(&[], |address| {
        let of = |what: &str, headers: &str| answer(address, what, address, headers);
        for tile in
            ["/styles/conflict/7/80/48.png", "/styles/conflict/7/80/48@2x.png?date=2021-01-01"]
        {
            let ask = format!("GET {tile}");
            let first = of(&ask, "");
            assert!(first.0.starts_with("HTTP/1.1 200") && first.1.starts_with(b"\x89PNG"));
            assert_eq!(of(&ask, ""), first);
            let tag = first.0.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
            let known = format!("If-None-Match: {tag}\r\n");
            let kept = of(&ask, &known);
            assert!(kept.0.starts_with("HTTP/1.1 304") && kept.1.is_empty(), "{}", kept.0);
            // By another URL the router answers, and says the same.
            let other = format!("{ask}{}", if tile.contains('?') { "&" } else { "?" });
            assert_eq!(of(&other, &known).0.replace("content-length: 0\n", ""), kept.0);
            assert_eq!(of(&ask, "If-None-Match: \"other\"\r\n"), first);
            let head = of(&format!("HEAD {tile}"), "");
            assert_eq!((head.0, head.1.len()), (first.0.clone(), 0));
            assert!(answer(address, &ask, "a b", "").0.starts_with("HTTP/1.1 400"));
            assert!(of(&format!("PUT {tile}"), "").0.starts_with("HTTP/1.1 405"));
        }
    });
    assert!(listens, "{said}");
}

#[test]
fn what_is_named_and_cannot_be_used_stops_the_start() {
    let folder = folder("wrong-start");
    let good =
        written(&folder, "good.geojson", "{\"type\": \"FeatureCollection\", \"features\": []}");
    let no_geojson = written(&folder, "notes.geojson", "{\"type\": \"Note\"}");
    let no_style = written(&folder, "style.json", "{\"version\": 7}");
    let missing = folder.join("missing.geojson").display().to_string();
    for (flag, path, name) in [
        ("--data", &missing, "missing.geojson"),
        ("--data", &no_geojson, "notes.geojson"),
        ("--style", &no_style, "style.json"),
        ("--style", &missing, "missing.geojson"),
        ("--root", &missing, "missing.geojson"),
    ] {
        let output = run(&["serve", "--listen", "127.0.0.1:0", flag, path, "--data", &good]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{flag} {path}: {said}");
        assert!(
            said.contains(name) && said.contains("--lenient") && said.contains("help:"),
            "{said}"
        );
    }
    let (listens, said) = serve(&["--data", &missing, "--data", &good, "--lenient"], |address| {
        let health: Json = serde_json::from_str(&get(address, "/health")).unwrap();
        assert_eq!(health["status"], "degraded");
        assert_eq!(health["faults"], json!(["'missing.geojson' of --data could not be read"]));
        assert!(get(address, "/collections").contains("\"good\""));
    });
    assert!(listens && said.contains("missing.geojson: cannot be opened"), "{said}");
    // A folder that is still empty is no mistake.
    let empty = folder.join("empty");
    fs::create_dir_all(&empty).unwrap();
    let (listens, said) = serve(&["--data", &empty.display().to_string()], |_| ());
    assert!(listens && said.contains("holds no file"), "{said}");
}

#[test]
fn no_text_forges_a_line_of_the_log() {
    let folder = folder("forged");
    let png = folder.join("x.png").display().to_string();
    let marker = "46.5,39.5,\u{f8f0}\n2026-01-01T00:00:00Z ERROR forged\r\u{1b}[31m\u{202e}";
    let arguments =
        ["export", "--bbox", "45,38,48,41", "--size", "200x200", "--marker", marker, "-o", &png];
    let said = stderr(&run(&arguments));
    assert!(said.contains("forged"), "{said}");
    assert!(!said.lines().any(|line| line.starts_with("2026-01-01")), "{said}");
    assert!(
        !said.contains("\u{202e}") && !said.contains("\u{1b}[31m\u{202e}") && !said.contains('\r'),
        "{said:?}"
    );
    let id = json!({"type": "Feature", "id": "a\nerror: forged", "properties": {}, "geometry": {"type": "Point", "coordinates": [1]}});
    let said = stderr(&run(&["check", &written(&folder, "ids.geojson", &id.to_string())]));
    assert!(!said.lines().any(|line| line.starts_with("error: forged")), "{said}");
}

/// A program of the shell around ours.
fn shell(script: &str, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_contactline");
    Command::new("sh").args(["-c", script, program]).args(arguments).output().unwrap()
}

#[test]
fn a_full_disk_leaves_no_half_file() {
    let folder = folder("full");
    for name in fs::read_dir(&folder).unwrap() {
        fs::remove_file(name.unwrap().path()).unwrap();
    }
    let kept = written(&folder, "kept.png", "what was there before");
    let new = folder.join("new.png").display().to_string();
    let jobs = written(
        &folder,
        "jobs.json",
        &json!([{"bbox": [45, 38, 48, 41], "width": 200, "height": 200, "output": new}])
            .to_string(),
    );
    let spec = written(
        &folder,
        "map.json",
        "{\"bbox\": [45, 38, 48, 41], \"width\": 200, \"height\": 200}",
    );
    let film = folder.join("film.gif").display().to_string();
    let small = "trap '' XFSZ; ulimit -f 2; exec \"$0\" \"$@\"";
    let map = ["export", "--bbox", "45,38,48,41", "--size", "200x200", "-o"];
    for arguments in [
        [&map[..], &[&new]].concat(),
        [&map[..], &[&kept]].concat(),
        vec!["export", "--batch", &jobs],
        vec![
            "animate",
            "--spec",
            &spec,
            "--from",
            "2020-11-01",
            "--to",
            "2020-12-05",
            "--events",
            "-o",
            &film,
        ],
    ] {
        let output = shell(small, &arguments);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(
            said.contains("File too large") && said.contains("nothing was left behind"),
            "{said}"
        );
    }
    let mut left: Vec<_> = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["jobs.json", "kept.png", "map.json"]);
    assert_eq!(fs::read_to_string(&kept).unwrap(), "what was there before");
    // Streams are written as they are.
    let on_stdout =
        |output: &str| shell("exec \"$0\" \"$@\"", &[&map[..], &[output]].concat()).stdout;
    assert!(on_stdout("-").starts_with(b"\x89PNG") && on_stdout("/dev/stdout") == on_stdout("-"));
    // A symbolic link stays one.
    std::os::unix::fs::symlink(&kept, folder.join("link.png")).unwrap();
    let link = folder.join("link.png").display().to_string();
    assert!(run(&[&map[..], &[&link]].concat()).status.success());
    assert!(
        fs::read(&kept).unwrap().starts_with(b"\x89PNG")
            && fs::symlink_metadata(&link).unwrap().is_symlink()
    );
}

#[test]
fn nobody_need_listen() {
    let full = |arguments: &[&str]| shell("exec \"$0\" \"$@\" > /dev/full", arguments);
    let asked = full(&["query", "--at", "46.75,39.76"]);
    assert_eq!(asked.status.code(), Some(1), "{}", stderr(&asked));
    assert!(stderr(&asked).contains("standard output: No space left"), "{}", stderr(&asked));
    let gone = shell("\"$0\" \"$@\" | true", &["query", "--near", "46.75,39.76", "--k", "1000"]);
    assert!(gone.status.success() && stderr(&gone).is_empty(), "{}", stderr(&gone));
    let deaf = shell("exec \"$0\" \"$@\" 2> /dev/full", &["check", "missing.geojson"]);
    assert_eq!(deaf.status.code(), Some(1));
    // The server goes on.
    let served = full(&["serve", "--listen", "127.0.0.1:0", "--data", "missing.geojson"]);
    assert!(!stderr(&served).contains("panicked"), "{}", stderr(&served));
    let script = "timeout 3 \"$0\" \"$@\" > /dev/full";
    let served = shell(script, &["serve", "--listen", "127.0.0.1:0"]);
    let said = stderr(&served);
    assert!(said.contains("standard output") && !said.contains("panicked"), "{said}");
}

#[test]
fn without_room_for_temporary_files_flatgeobuf_says_what_to_set() {
    let mut server = Command::new(env!("CARGO_BIN_EXE_contactline"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("TMPDIR", "/nowhere/at/all")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(server.stdout.take().unwrap()),
        &mut line,
    )
    .unwrap();
    let address = line["Open http://".len()..].split('/').next().unwrap();
    let problem: Json =
        serde_json::from_str(&get(address, "/collections/places/items?f=fgb&limit=3")).unwrap();
    let _ = server.kill();
    let _ = server.wait();
    assert_eq!(problem["status"], 503);
    let told = problem["detail"].as_str().unwrap();
    assert!(told.contains("TMPDIR") && !told.contains("/nowhere"), "{told}");
}
