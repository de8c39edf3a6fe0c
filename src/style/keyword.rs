//! The closed sets of words that the reference calls enums, each a type from the parse on.
//!
//! A constant that is none of a property's words is refused where it is read; where an expression
//! gives such a word, the property's default is used.

/// A value that styles write as one of a few words. Its default is the reference's.
pub trait Keyword: Copy + Default + 'static {
    const ALL: &'static [Self];

    /// As styles write it.
    fn word(self) -> &'static str;

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|keyword| keyword.word() == word)
    }
}

/// Makes enums of words, each variant with the reference's word; the first is the default.
macro_rules! keywords {
    ($(
        $(#[$doc:meta])*
        $name:ident {
            $(#[$default_doc:meta])*
            $default:ident = $default_word:literal,
            $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+
        }
    )+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $name {
            $(#[$default_doc])*
            #[default]
            $default,
            $($(#[$variant_doc])* $variant,)+
        }

        impl Keyword for $name {
            const ALL: &'static [Self] = &[Self::$default, $(Self::$variant,)+];

            fn word(self) -> &'static str {
                match self {
                    Self::$default => $default_word,
                    $(Self::$variant => $word,)+
                }
            }
        }
    )+};
}

keywords! {
    /// Whether a layer is drawn.
    Visibility {
        Visible = "visible",
        None = "none",
    }

    /// Whose right and down a translation goes to.
    TranslateAnchor {
        /// The map's, which turn with its bearing.
        Map = "map",
        /// The picture's.
        Viewport = "viewport",
    }

    /// The ends of a line.
    LineCap {
        Butt = "butt",
        Round = "round",
        Square = "square",
    }

    /// The corners of a line.
    LineJoin {
        Miter = "miter",
        Bevel = "bevel",
        Round = "round",
    }

    /// How a picture's or an elevation model's pixels are drawn larger or smaller.
    Resampling {
        /// A mix of the four around.
        Linear = "linear",
        Nearest = "nearest",
    }

    /// How shade is computed from slopes.
    HillshadeMethod {
        Standard = "standard",
        Basic = "basic",
        Combined = "combined",
        Igor = "igor",
        Multidirectional = "multidirectional",
    }

    /// What the direction of light is measured from.
    IlluminationAnchor {
        /// The picture's upper side.
        Viewport = "viewport",
        /// North.
        Map = "map",
    }

    /// Where a feature's symbols are.
    SymbolPlacement {
        /// At points, at the start of lines, in the middle of polygons.
        Point = "point",
        /// Along lines, again and again.
        Line = "line",
        /// In the middle of lines.
        LineCenter = "line-center",
    }

    /// Which symbol of a layer is drawn over which.
    SymbolZOrder {
        /// By the sort key, where there is one; else as `ViewportY` where symbols may overlap.
        Auto = "auto",
        /// The lower in the picture over the higher.
        ViewportY = "viewport-y",
        /// As in the source; by the sort key, where there is one.
        Source = "source",
    }

    /// What a symbol may lie over.
    Overlap {
        Never = "never",
        Always = "always",
        /// Others that are not `Never`.
        Cooperative = "cooperative",
    }

    /// Whose directions a symbol takes, as a style says it; see `Alignment`.
    RotationAlignment {
        /// The picture's at points, the line's along lines.
        Auto = "auto",
        Map = "map",
        Viewport = "viewport",
        /// Of text only.
        ViewportGlyph = "viewport-glyph",
    }

    /// Which sides of an icon follow its text.
    IconTextFit {
        None = "none",
        Width = "width",
        Height = "height",
        Both = "both",
    }

    /// Which point of a label or icon lies on its position.
    Anchor {
        Center = "center",
        Left = "left",
        Right = "right",
        Top = "top",
        Bottom = "bottom",
        TopLeft = "top-left",
        TopRight = "top-right",
        BottomLeft = "bottom-left",
        BottomRight = "bottom-right",
    }

    /// How lines of different lengths lie below one another.
    TextJustify {
        Center = "center",
        /// Toward the anchor.
        Auto = "auto",
        Left = "left",
        Right = "right",
    }

    /// How a label's letters are changed.
    TextTransform {
        None = "none",
        Uppercase = "uppercase",
        Lowercase = "lowercase",
    }

    /// The direction a label's lines run in.
    WritingMode {
        Horizontal = "horizontal",
        Vertical = "vertical",
    }

    /// Where a smaller section of text sits in its line.
    VerticalAlign {
        Bottom = "bottom",
        Center = "center",
        Top = "top",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::style::reference::REFERENCE;

    /// What is said of a style whose one layer of type `kind` has the property.
    fn said(kind: &str, group: &str, name: &str, value: &Json) -> Vec<String> {
        let (source, of) = match kind {
            "raster" => (json!({"type": "raster", "tiles": ["{z}/{x}/{y}.png"]}), None),
            "hillshade" | "color-relief" => {
                (json!({"type": "raster-dem", "tiles": ["{z}/{x}/{y}.png"]}), None)
            }
            _ => (json!({"type": "vector", "tiles": ["{z}/{x}/{y}.pbf"]}), Some("a")),
        };
        let mut layer = json!({"id": "l", "type": kind, "source": "s", group: {name: value}});
        if let Some(of) = of {
            layer["source-layer"] = of.into();
        }
        let style = json!({"version": 8, "sources": {"s": source}, "layers": [layer]});
        let checked = crate::style::parse(&style.to_string());
        checked.diagnostics.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_word_of_the_reference_is_read() {
        let mut words = 0;
        let drawn = |kind: &str| kind != "fill-extrusion";
        for (kind, spec) in REFERENCE.layers.iter().filter(|(kind, _)| drawn(kind)) {
            for (group, properties) in [("layout", &spec.layout), ("paint", &spec.paint)] {
                for (name, property) in properties {
                    for word in &property.values {
                        let value = if property.is("enum") { json!(word) } else { json!([word]) };
                        assert_eq!(said(kind, group, name, &value), [""; 0], "{name}: {word}");
                        words += 1;
                    }
                }
            }
        }
        assert!(words > 100, "{words}");
        assert_eq!(said("line", "layout", "line-cap", &json!("rund")).len(), 1);
    }
}
