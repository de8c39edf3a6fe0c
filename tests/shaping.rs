//! What our text looks like, glyph by glyph, for `tests/browser/shaping.mjs` to compare with
//! Chromium: 200 names of the map in six languages, written to `target/shaping/ours.json`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use contactline::text::{
    Alphabet, Anchor, EM, Fonts, Justify, Mark, Paragraph, Section, Shaped, VerticalAlign, Writing,
};
use serde_json::{Value as Json, json};

/// What names of places do not hold.
const SPECIAL: [&str; 14] = [
    "آتش‌بس ۱۲ مه ۱۹۹۴",
    "می‌خواهم ۱۲۳ کتاب (۴۵)",
    "خان‌کندی / استپاناکرت",
    "قره‌باغ کوهستانی ۲۰۲۰–۲۰۲۳",
    "لَا إِلٰهَ",
    "և Արևիկ մեն մին վնաս",
    "ԼԵՌՆԱՅԻՆ ՂԱՐԱԲԱՂ",
    "ᲛᲗᲘᲐᲜᲘ ᲧᲐᲠᲐᲑᲐᲦᲘ",
    "მთიანი ყარაბაღი, 1923–1991",
    "İIıi Şuşa şəhəri, DAĞLIQ QARABAĞ",
    "office fjord AVATAR To, Wa.",
    "Щёлково, Ґалаґан, Ӡыхра",
    "Ăn e\u{301}te\u{301} na\u{308}her",
    "Shusha شوشا Շուշի",
];

fn shape(fonts: &Fonts, text: &str) -> Shaped {
    let section = Section {
        text: text.into(),
        fonts: "Noto Sans Regular".into(),
        scale: 1.0,
        align: VerticalAlign::Bottom,
        image_px: None,
    };
    let paragraph = Paragraph {
        sections: &[section],
        max_width: f64::INFINITY,
        line_height: EM,
        letter_spacing: 0.0,
        anchor: Anchor::CENTER,
        justify: Justify::Center,
        offset: [0.0; 2],
        writing: Writing::Horizontal,
        breaking_size_px: EM,
        size_px: EM,
        language: "",
    };
    paragraph.shape(Alphabet { fonts, ranges: None }).unwrap()
}

/// Names of the map's places, `counts` of each language.
fn names(counts: &[(&str, usize)]) -> Vec<String> {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata/places.geojson"))
            .unwrap();
    let places: Json = serde_json::from_str(&text).unwrap();
    let mut names = Vec::new();
    for (language, count) in counts {
        let key = format!("name:{language}");
        let mut seen = BTreeSet::new();
        let all = places["features"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|f| f["properties"][&key].as_str());
        names.extend(all.filter(|n| seen.insert(*n)).take(*count).map(str::to_string));
    }
    names
}

#[test]
fn every_name_is_shaped_without_a_missing_glyph() {
    let fonts = Fonts::embedded();
    let mut texts: Vec<String> = SPECIAL.iter().map(|s| s.to_string()).collect();
    texts.extend(names(&[("fa", 46), ("hy", 40), ("ka", 30), ("az", 30), ("ru", 24), ("en", 16)]));
    assert_eq!(texts.len(), 200);
    let mut ours = Vec::new();
    for text in &texts {
        let shaped = shape(&fonts, text);
        let mut glyphs = Vec::new();
        for cluster in shaped.clusters.iter().filter(|c| !c.first.is_whitespace()) {
            let unseen = matches!(cluster.first, '\u{200b}'..='\u{200f}' | '\u{300}'..='\u{36f}');
            assert!(
                !cluster.glyphs.is_empty() || unseen,
                "{text}: {:?} has no glyph",
                cluster.first
            );
            for glyph in &cluster.glyphs {
                if let Mark::Outline { face, glyph } = &glyph.mark {
                    glyphs.push(json!([face.name, glyph]));
                }
            }
        }
        ours.push(
            json!({"text": text, "width_em": (shaped.right - shaped.left) / EM, "glyphs": glyphs}),
        );
    }
    let space = |name: &str| fonts.named(name).and_then(|f| f.glyph(' ').map(|g| json!([name, g])));
    let spaces: Vec<Json> = fonts.faces().iter().filter_map(|f| space(&f.name)).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/shaping");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("ours.json"), json!({"spaces": spaces, "strings": ours}).to_string())
        .unwrap();
}
