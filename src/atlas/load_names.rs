//! Names that a style writes out and that lead to nothing: images and fonts.

use super::load::Loader;
use crate::diag::{Diagnostic, meant};
use crate::sprite::Sprite;
use crate::style::Style;
use crate::text::GlyphRanges;

impl Loader {
    /// Names the images that a style writes out and has not, for each layer, and such fonts, each
    /// once.
    pub(super) fn missing_names(
        &mut self,
        style: &Style,
        file: &str,
        sprite: &Sprite,
        ranges: Option<&dyn GlyphRanges>,
    ) {
        for layer in &style.layers {
            let at = |property: &str| {
                let listed = style.json["layers"].as_array().into_iter().flatten();
                let i = listed.into_iter().position(|l| l["id"] == *layer.id).unwrap_or_default();
                format!("/layers/{i}/{property}")
            };
            for (property, name) in layer.paint.image_names() {
                if sprite.image(&name, 1).is_some() || !sprite.misses(&name) {
                    continue;
                }
                let told = format!(
                    "no sprite of the style has an image '{name}': layer '{}' draws nothing",
                    layer.id
                );
                let help = match meant(&name, sprite.names()) {
                    Some(other) => format!("did you mean '{other}'?"),
                    None => "add the image to the sprite, or name one that is there".to_string(),
                };
                self.problem(Diagnostic::warning(told).in_file(file).at(at(property)).help(help));
            }
            for (property, names) in layer.paint.font_names() {
                let names = names.join(",");
                let stack = self.fonts.stack(&names);
                let has_range = ranges.is_some_and(|ranges| ranges.range(&names, 0).is_some());
                if has_range || !stack.is_stand_in || !self.fonts.misses_fonts(&names) {
                    continue;
                }
                let in_place = stack.faces.first().map_or("nothing", |face| &face.name);
                let told = format!("no font is called '{names}': '{in_place}' takes its place");
                let help = "add the font by --fonts, or name one that is there";
                self.problem(Diagnostic::warning(told).in_file(file).at(at(property)).help(help));
            }
        }
    }
}
