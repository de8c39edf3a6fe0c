//! Images within a document: the drawing that an image was made from, or its pixels.

use base64::Engine as _;

use super::attributes::number;
use crate::encode;
use crate::sprite::Image;

/// An image as an element: its drawing, where there is one, or its pixels.
pub(super) fn picture(image: &Image, id: &str) -> String {
    let (width, height) = (image.width_px, image.height_px);
    if let Some(inner) = image.svg.as_deref().and_then(|svg| nested(svg, id, width, height)) {
        return inner;
    }
    let data = base64::engine::general_purpose::STANDARD.encode(png(image).unwrap_or_default());
    // Every viewer knows this name of the reference; under both, the pixels would stand twice.
    format!(
        "<image id=\"{id}\" width=\"{width}\" height=\"{height}\" \
         xlink:href=\"data:image/png;base64,{data}\"/>"
    )
}

/// `None` where the pixels are not those of the size.
fn png(image: &Image) -> Option<Vec<u8>> {
    let pixels = encode::Pixels {
        premultiplied: &image.rgba,
        width_px: image.width_px,
        height_px: image.height_px,
    };
    encode::png(pixels, &encode::PngFacts::default()).ok()
}

/// The drawing as an element of this size; `None` where it has ids, which must not meet those of
/// others.
fn nested(svg: &str, id: &str, width: u32, height: u32) -> Option<String> {
    let start = svg.find("<svg")?;
    let tag_end = start + svg[start..].find('>')?;
    let tag = &svg[start..tag_end];
    if svg.contains(" id=") || svg.contains("<style") || tag.ends_with('/') {
        return None;
    }
    let attribute = |name: &str| {
        let at = tag.find(&format!(" {name}="))? + name.len() + 2;
        let quote = tag[at..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
        tag[at + 1..].split(quote).next()
    };
    let side = |name: &str| attribute(name)?.trim_end_matches("px").parse::<f64>().ok();
    let view = match attribute("viewBox") {
        Some(view) => view.to_string(),
        None => format!("0 0 {} {}", number(side("width")?), number(side("height")?)),
    };
    let inner = svg[tag_end + 1..]
        .strip_suffix("</svg>")
        .or_else(|| svg[tag_end + 1..].trim_end().strip_suffix("</svg>"))?;
    Some(format!(
        "<svg id=\"{id}\" width=\"{width}\" height=\"{height}\" viewBox=\"{view}\" \
         preserveAspectRatio=\"none\">{inner}</svg>"
    ))
}
