//! What a user puts on a map: features with layers of their own, callouts, a logo.

#[path = "app/drawing.rs"]
mod drawing;

use base64::Engine as _;
use contactline::atlas::{self, Map, Options};
use contactline::sheet::Picture;
use drawing::embedded;
use serde_json::{Value as Json, json};

fn picture(members: &Json) -> Result<Picture, String> {
    picture_over(embedded(), "conflict", members)
}

fn picture_over(map: &Map, style: &str, members: &Json) -> Result<Picture, String> {
    let mut spec = json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 900, "height": 700});
    if style == "conflict" {
        spec["state"] = json!({"date": "2020-11-08"});
    }
    spec.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    drawing::picture(map, style, &spec)
}

fn drawn(members: &Json) -> Result<Vec<u8>, String> {
    embedded().draw(&picture(members)?).map_err(|e| e.to_string())
}

/// What is told of a picture before it is drawn: just so many lines, each with its words.
fn told(members: Json, expected: &[&str]) {
    let warnings = picture(&members).unwrap().warnings;
    assert_eq!(warnings.len(), expected.len(), "{members}: {warnings:#?}");
    for words in expected {
        assert!(warnings.iter().any(|told| told.contains(words)), "{words}: {warnings:#?}");
    }
}

fn of_properties(geometry: Json, properties: Json) -> Json {
    json!({"geojson": {"type": "Feature", "properties": properties, "geometry": geometry}})
}

fn dot() -> Json {
    json!({"type": "Point", "coordinates": [46.5, 39.6]})
}

fn svg(members: Json) -> String {
    let mut members = members;
    members["format"] = json!("svg");
    String::from_utf8(drawn(&members).unwrap()).unwrap()
}

fn line() -> Json {
    json!({"type": "Feature", "properties": {"n": 3, "source": "Our reporter"}, "geometry": {"type": "LineString", "coordinates": [[46.0, 39.2], [47.2, 40.1]]}})
}

#[test]
fn a_user_s_features_have_layers_of_their_own() {
    let layers = json!([{"id": "a", "type": "line", "metadata": {"contactline:legend": "Advance"},
        "paint": {"line-color": "#7a0019", "line-width": ["*", ["get", "n"], 2]}}]);
    let map = svg(json!({"title": "T", "geojson": line(), "layers": layers}));
    assert!(
        map.contains("data-layer=\"own-a\"")
            && map.contains("#7a0019")
            && map.contains("aria-label=\"Advance\"")
    );
    // Not drawn a second time by simplestyle, told of among the sources, and together with other
    // things.
    assert!(!map.contains("data-layer=\"overlay-line\"") && map.contains("Our reporter"));
    let both = svg(
        json!({"geojson": line(), "layers": layers, "circles": [{"at": [46.5, 39.5], "radius_km": 9}]}),
    );
    assert!(both.contains("data-layer=\"own-a\"") && both.contains("data-layer=\"overlay-line\""));
    for (layers, told) in [
        (json!({}), "/layers"),
        (json!([{"id": "a", "type": "lime"}]), "/layers/0/type"),
        (
            json!([{"id": "a", "type": "line", "paint": {"line-width": "wide"}}]),
            "/layers/0/paint/line-width",
        ),
    ] {
        let told_us = drawn(&json!({"geojson": line(), "layers": layers})).unwrap_err();
        assert!(told_us.contains(told), "{told_us}");
    }
    assert!(drawn(&json!({"layers": layers})).unwrap_err().contains("/layers"));
}

/// The boxes of callouts: rectangles of paper under the words.
fn boxes(map: &str, texts: &[&str]) -> Vec<[f64; 4]> {
    let tree = resvg::usvg::Tree::from_str(map, &resvg::usvg::Options::default()).unwrap();
    let mut out = Vec::new();
    for text in texts {
        // The words are a group; the last area before it is their box.
        let words = map.find(&format!("aria-label=\"{text}\"")).unwrap_or_else(|| panic!("{text}"));
        let path = map[..words].rfind(" d=\"M").unwrap();
        let numbers: Vec<f64> = map[path + 4..words]
            .split('"')
            .next()
            .unwrap()
            .split(|c: char| !c.is_ascii_digit() && c != '.' && c != '-')
            .filter_map(|n| n.parse().ok())
            .collect();
        let fold = |i: usize, f: fn(f64, f64) -> f64| {
            numbers.iter().skip(i).step_by(2).copied().reduce(f).unwrap()
        };
        out.push([fold(0, f64::min), fold(1, f64::min), fold(0, f64::max), fold(1, f64::max)]);
    }
    assert_eq!(tree.size().width(), 900.0);
    out
}

#[test]
fn callouts_stand_free() {
    let texts = ["Shusha: the fortress", "Lachin: the road", "Agdam: handed over", "Hadrut: taken"];
    let places = [[46.75, 39.76], [46.55, 39.64], [46.93, 39.99], [47.03, 39.51]];
    let callouts: Vec<Json> =
        texts.iter().zip(places).map(|(text, at)| json!({"at": at, "text": text})).collect();
    for more in [
        json!({}),
        json!({"title": "T"}),
        json!({"projection": "lambert"}),
        json!({"state": {"date": "2020-11-08", "lang": "fa"}}),
    ] {
        let mut members = json!({"callouts": callouts});
        members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let map = svg(members);
        let boxes = boxes(&map, &texts);
        for (i, a) in boxes.iter().enumerate() {
            assert!(a[0] >= 0.0 && a[1] >= 0.0 && a[2] <= 900.0 && a[3] <= 700.0, "{more}: {a:?}");
            for b in &boxes[i + 1..] {
                assert!(
                    a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1],
                    "{more}: {a:?} {b:?}"
                );
            }
        }
    }
    // Where nothing else is said, they are what the map is about.
    let alone = drawn(&json!({"bbox": null, "callouts": callouts})).unwrap();
    assert_ne!(alone, drawn(&json!({"bbox": null})).unwrap());
    for (callout, told) in [
        (json!([{"at": [46.0, 99.0], "text": "x"}]), "/callouts/0/at"),
        (json!([{"at": [12.0, 39.0], "text": "off the map"}]), "/callouts/0/at"),
        (json!([{"at": [46.0, 39.0], "text": ""}]), "/callouts/0/text"),
        (json!([{"at": [46.0, 39.0]}]), "/callouts/0"),
        (Json::Array(vec![json!({"at": [46.0, 39.0], "text": "x"}); 41]), "/callouts"),
    ] {
        let told_us = drawn(&json!({"callouts": callout})).unwrap_err();
        assert!(told_us.contains(told), "{told_us}");
    }
}

#[test]
fn a_logo_is_drawn_in_its_corner() {
    let sign = "<svg xmlns='http://www.w3.org/2000/svg' width='60' height='20'><rect width='60' \
        height='20' fill='#0f0'/></svg>";
    let uri = |kind: &str, bytes: &[u8]| {
        format!("data:{kind};base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes))
    };
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbaImage::from_pixel(300, 100, image::Rgba([0, 255, 0, 255]))
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    for logo in [uri("image/svg+xml", sign.as_bytes()), uri("image/png", png.get_ref())] {
        let map = drawn(&json!({"logo": logo, "furniture": "logo:bottom-right"})).unwrap();
        let map = image::load_from_memory(&map).unwrap().to_rgb8();
        let green =
            map.enumerate_pixels().filter(|(.., p)| p.0 == [0, 255, 0]).map(|(x, y, _)| (x, y));
        let green: Vec<(u32, u32)> = green.collect();
        let [left, right] =
            [green.iter().map(|p| p.0).min().unwrap(), green.iter().map(|p| p.0).max().unwrap()];
        let [top, bottom] =
            [green.iter().map(|p| p.1).min().unwrap(), green.iter().map(|p| p.1).max().unwrap()];
        assert!(
            left > 700 && bottom > 640 && (right - left) / (bottom - top) == 3,
            "{left} {top} {right} {bottom}"
        );
    }
    // As shapes in documents that have them.
    assert!(svg(json!({"logo": uri("image/svg+xml", sign.as_bytes())})).contains("#00ff00"));
    for wrong in
        ["logo.png".to_string(), uri("image/png", b"no picture"), uri("image/svg+xml", b"<p/>")]
    {
        assert!(drawn(&json!({"logo": wrong})).unwrap_err().starts_with("/logo"), "{wrong}");
    }
}

/// Where two pictures differ: west, north, east, south in px.
fn difference(a: &[u8], b: &[u8]) -> Option<[u32; 4]> {
    let read = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().to_rgba8();
    let (a, b) = (read(a), read(b));
    let differs = a.enumerate_pixels().filter(|(x, y, p)| *p != b.get_pixel(*x, *y));
    differs
        .map(|(x, y, _)| [x, y, x, y])
        .reduce(|[w, n, e, s], [x, y, ..]| [w.min(x), n.min(y), e.max(x), s.max(y)])
}

#[test]
fn a_point_of_a_collection_has_its_pin() {
    let point = json!({"type": "Point", "coordinates": [47.6, 39.2]});
    let line = json!({"type": "LineString", "coordinates": [[46.0, 39.2], [46.4, 39.3]]});
    let drawn = |geometry: Json| {
        let feature =
            json!({"type": "Feature", "properties": {"title": "Post"}, "geometry": geometry});
        drawn(&json!({"geojson": feature})).unwrap()
    };
    let alone = drawn(line.clone());
    for both in [
        json!({"type": "GeometryCollection", "geometries": [line, point]}),
        json!({"type": "GeometryCollection", "geometries": [line, {"type": "MultiPoint", "coordinates": [[47.6, 39.2]]}]}),
        json!({"type": "GeometryCollection", "geometries": [line, {"type": "GeometryCollection", "geometries": [point]}]}),
    ] {
        let [west, north, east, south] = difference(&alone, &drawn(both.clone())).unwrap();
        // The pin's tip is at 718, 546; its title beside it. No other label is near.
        assert!(
            north < 528 && (533..=558).contains(&south),
            "{both}: {west} {north} {east} {south}"
        );
        assert!(west < 718 && east > 718, "{both}: {west} {north} {east} {south}");
    }
}

#[test]
fn a_highlighted_event_has_its_pin_and_its_name() {
    let at = [46.7499, 39.7601];
    let pin = |label: &str| drawn(&json!({"markers": [{"at": at, "label": label}]})).unwrap();
    let event = drawn(&json!({"highlight": ["events/2020-shusha"]})).unwrap();
    assert_eq!(event, pin("Azerbaijan takes Shusha"));
    let place = json!({"highlight": ["places/shusha-shushi"],
        "state": {"date": "2020-11-08", "lang": "hy"}});
    let pin = json!({"markers": [{"at": at, "label": "Շուշի / Şuşa"}],
        "state": {"date": "2020-11-08", "lang": "hy"}});
    assert_eq!(drawn(&place).unwrap(), drawn(&pin).unwrap());
    for (worldview, label) in [("AZ", "Shusha"), ("AM", "Shushi")] {
        let state = json!({"date": "2020-11-08", "worldview": worldview});
        let place = json!({"highlight": ["places/shusha-shushi"], "state": state});
        let pin = json!({"markers": [{"at": at, "label": label}], "state": state});
        assert_eq!(drawn(&place).unwrap(), drawn(&pin).unwrap());
    }
    let line = json!({"highlight": ["lines/line-of-contact-1994"]});
    assert!(drawn(&line).unwrap_err().contains("only areas and points can be highlighted"));
}

#[test]
fn labels_keep_within_the_picture_and_pins_out_of_its_furniture() {
    // A map of nothing, so that no other label makes room.
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("none.geojson");
    std::fs::write(&data, r#"{"type": "FeatureCollection", "features": []}"#).unwrap();
    let empty = atlas::load(&Options { data: vec![data], ..Options::default() }).value.unwrap();
    for at in [[45.45, 40.5], [47.95, 40.5], [45.45, 38.9], [47.95, 38.9], [47.97, 39.7]] {
        let with = |label: &str| {
            let members = json!({"markers": [{"at": at, "label": label}]});
            empty.draw(&picture_over(&empty, "data", &members).unwrap()).unwrap()
        };
        let [west, north, east, south] =
            difference(&with(""), &with("Checkpoint Charlie 23")).unwrap();
        assert!(
            west > 0 && north > 0 && east < 899 && south < 699,
            "{at:?}: {west} {north} {east} {south}"
        );
        assert!(east - west > 70, "{at:?}: {west} {east}");
    }
    // Where a pin stands, there is no box, as long as there is another corner.
    let furnished = json!({"furniture": "legend,inset,scale"});
    let stands = |at: [f64; 2]| {
        let mut with = furnished.clone();
        with["markers"] = json!([{"at": at}]);
        difference(&drawn(&furnished).unwrap(), &drawn(&with).unwrap()).is_some()
    };
    for at in [[45.6, 40.45], [47.8, 40.45], [45.6, 39.0], [47.8, 39.0]] {
        assert!(stands(at), "{at:?}");
    }
}

#[test]
fn positions_in_another_system_are_refused_by_its_name() {
    let mut points = json!({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": dot()}],
        "crs": {"type": "name", "properties": {"name": "EPSG:3857"}}});
    let layers = json!([{"id": "a", "type": "circle"}]);
    for members in [json!({"geojson": points}), json!({"geojson": points, "layers": layers})] {
        let refused = picture(&members).unwrap_err();
        assert!(refused.contains("/geojson/crs") && refused.contains("'EPSG:3857'"), "{refused}");
    }
    points["crs"]["properties"]["name"] = json!("urn:ogc:def:crs:OGC:1.3:CRS84");
    told(json!({"geojson": points}), &[]);
}

#[test]
fn what_is_ignored_of_a_user_s_layers_is_told() {
    let told = |layer: Json, expected: &[&str]| {
        let mut layers = json!([{"id": "before", "type": "circle"}, {"id": "a", "type": "circle"}]);
        layers[1].as_object_mut().unwrap().extend(layer.as_object().unwrap().clone());
        let geojson = json!({"type": "Feature", "properties": {}, "geometry": dot()});
        told(json!({"geojson": geojson, "layers": layers}), expected);
    };
    told(json!({}), &[]);
    told(json!({"source": "geojson"}), &[]);
    told(json!({"paint": {"circle-raduis": 20}}), &["/layers/1/paint/circle-raduis"]);
    told(
        json!({"filtre": true}),
        &["at /layers/1/filtre: unknown property 'filtre'; help: did you mean 'filter'?"],
    );
    told(
        json!({"source": "zz"}),
        &["at /layers/1/source: the layer draws the document's geojson, and no source 'zz'"],
    );
    told(json!({"type": "fill-extrusion"}), &["/layers/1/type"]);
    told(
        json!({"type": "symbol", "layout": {"icon-image": "no-such"}}),
        &["at /layers/1/layout/icon-image: the style has no image 'no-such'"],
    );
    let layout = json!({"text-field": "A", "text-font": ["No Such Font"]});
    for _ in 0..2 {
        // Each who asks is told.
        told(
            json!({"type": "symbol", "layout": layout}),
            &["at /layers/1/layout/text-font: no font is called"],
        );
    }
}

#[test]
fn misspelt_properties_of_simplestyle_are_told() {
    for (key, value, meant) in [
        ("marker-colour", json!("red"), "marker-color"),
        ("marker-colr", json!("red"), "marker-color"),
        ("marker_color", json!("red"), "marker-color"),
        ("marker-sise", json!("small"), "marker-size"),
        ("stroke-widht", json!(3), "stroke-width"),
        ("strok", json!("#f00"), "stroke"),
    ] {
        let expected = format!(
            "/geojson/properties/{key}: simplestyle has no property '{key}'; did you mean \
             '{meant}'?"
        );
        told(of_properties(dot(), json!({key: value})), &[&expected]);
    }
    // Properties of a user's own, which mean nothing here.
    told(
        of_properties(
            dot(),
            json!({"file": "a.jpg", "name": "X", "n": 1, "titel": "T", "marker": "red", "fell": 3}),
        ),
        &[],
    );
    // Each once.
    let one = json!({"type": "Feature", "properties": {"marker-colour": "red"}, "geometry": dot()});
    told(
        json!({"geojson": {"type": "FeatureCollection", "features": [one, one]}}),
        &["/geojson/features/0/properties"],
    );
    told(of_properties(dot(), json!({"marker-symbol": 12345})), &["'12345' is left out"]);
    told(of_properties(dot(), json!({"marker-symbol": 123})), &[]);
}

#[test]
fn faults_of_a_user_s_features_are_named_by_their_own_places() {
    let feature =
        |geometry: Json| json!({"type": "Feature", "properties": {}, "geometry": geometry});
    let many =
        json!({"type": "MultiPoint", "coordinates": [[46.0, 39.0], [46.1, 39.0], [46.2, 39.0]]});
    let collection = json!({"type": "GeometryCollection", "geometries": [many, dot()]});
    let bad = json!({"type": "Point", "coordinates": [46.0]});
    for before in [many, collection] {
        let all = json!({"type": "FeatureCollection", "features": [feature(before), feature(bad.clone())]});
        for layers in [Json::Null, json!([{"id": "a", "type": "circle"}])] {
            let refused = picture(&json!({"geojson": all, "layers": layers})).unwrap_err();
            assert!(
                refused.contains("/geojson/features/1/geometry")
                    || refused.contains("/geojson/features/1:"),
                "{refused}"
            );
            assert!(!refused.contains("skipped"), "{refused}");
        }
    }
    // What is mended is told.
    let open =
        json!({"type": "Polygon", "coordinates": [[[46, 39], [47, 39], [47, 40], [46, 40]]]});
    told(json!({"geojson": feature(open)}), &["at /geojson/geometry: "]);
}

#[test]
fn a_user_s_features_beside_the_picture_are_told() {
    let at = |x: f64, y: f64| json!({"type": "Point", "coordinates": [x, y]});
    told(of_properties(at(46.5, 39.6), json!({})), &[]);
    told(
        of_properties(at(39.6, 46.5), json!({})),
        &["/geojson: 39.6,46.5 is not in the picture; did you mean 46.5,39.6 (longitude, then \
             latitude)?"],
    );
    let layers = json!([{"id": "a", "type": "circle"}]);
    told(json!({"geojson": at(39.6, 46.5), "layers": layers}), &["did you mean 46.5,39.6"]);
    let feature =
        |x: f64, y: f64| json!({"type": "Feature", "properties": {}, "geometry": at(x, y)});
    let all = [feature(46.5, 39.6), feature(10.0, 10.0), feature(39.6, 46.5)];
    told(
        json!({"geojson": {"type": "FeatureCollection", "features": all}}),
        &["/geojson/features/2: 39.6,46.5 is not in the picture; did you mean 46.5,39.6 \
             (longitude, then latitude)? (2 of its 3 features are not)"],
    );
    // In a frame around them there is nothing of the map.
    told(
        json!({"bbox": null, "geojson": at(39.6, 46.5)}),
        &["did you mean 46.5,39.6 (longitude, then latitude)?"],
    );
}

#[test]
fn letters_that_no_font_has_are_told() {
    told(
        json!({"title": "漢字 and more"}),
        &["/title: no font has a glyph for '漢' (U+6F22), '字' (U+5B57): left out"],
    );
    told(json!({"title": "Şuşa Շուշի შუშა Шуша", "subtitle": "漢"}), &["/subtitle: no font has"]);
    told(
        json!({"markers": [{"at": [46.5, 39.6], "symbol": "😀"}]}),
        &["/markers/0/symbol: no font has"],
    );
    told(
        json!({"callouts": [{"at": [46.5, 39.6], "text": "漢"}]}),
        &["/callouts/0/text: no font has"],
    );
    told(of_properties(dot(), json!({"title": "漢"})), &["/geojson/properties/title: no font has"]);
    // And they are in no text of a document whose letters are text.
    let labelled = svg(json!({"markers": [{"at": [46.5, 39.6], "label": "A漢B"}], "text": "live"}));
    assert!(
        labelled.contains(">AB</text>") && !labelled.contains("漢B</text>"),
        "the letters of the label"
    );
}

#[test]
fn titles_that_are_not_drawn_are_told() {
    let title = |more: Json| {
        let mut members = json!({"title": "T"});
        members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        members
    };
    told(title(json!({})), &[]);
    told(title(json!({"furniture": "title,date", "subtitle": "S"})), &[]);
    told(title(json!({"furniture": "all"})), &[]);
    told(
        title(json!({"furniture": "date", "subtitle": "S"})),
        &[
            "/title: not drawn, since furniture does not list it; it is in the file's metadata \
             only; to draw it, list it: furniture=title,date",
            "/subtitle: not drawn",
        ],
    );
    told(
        title(json!({"furniture": "date", "format": "jpg"})),
        &["it is nowhere in a file of this format"],
    );
    // As it was asked for, if the file has room for it.
    told(title(json!({"furniture": "none"})), &[]);
    told(title(json!({"furniture": "none", "format": "webp"})), &["/title: not drawn"]);
}

#[test]
fn a_title_that_is_only_said_changes_no_pixel() {
    let pixels =
        |members: Json| image::load_from_memory(&drawn(&members).unwrap()).unwrap().to_rgba8();
    for width in [300, 517, 900] {
        let bare = pixels(json!({"width": width, "height": 200, "furniture": "none"}));
        assert!(
            bare == pixels(
                json!({"width": width, "height": 200, "furniture": "none", "title": "T"})
            ),
            "{width}"
        );
        assert!(bare == pixels(json!({"width": width, "height": 200})), "{width}");
    }
}
