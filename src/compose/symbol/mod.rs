//! Symbol layers: from features to candidates for the label board, and from what it shows to scene
//! items.
//!
//! Layout follows MapLibre: a symbol is laid out at the whole zoom below the picture's and grows
//! with it until the next; its room is that of the whole zoom above. Nothing here looks at a
//! picture: a candidate is the same whoever asks.

mod along;
mod anchors;
mod asides;
mod candidates;
mod draw;
mod fit;
mod icon;
mod join;
mod layout;
mod lengths;
mod maker;
mod path;
mod room;
mod setting;
mod sketch;
mod turn;

use std::collections::BTreeMap;

pub use candidates::{Asked, Paths, SymbolLayer, drawn_out, symbols};
pub use draw::{Label, draw};
pub use lengths::{Lengths, Reaches};
pub use maker::PartId;

use crate::feature::Value;
use crate::geo::{Effort, Plane};
use crate::sprite::Sprite;
use crate::style::{Context, HasImage};
use crate::text::Alphabet;

/// What candidates are made from.
pub struct SymbolInputs<'a> {
    pub plane: Plane,
    /// The style's state, every key filled in.
    pub state: &'a BTreeMap<String, Value>,
    pub sprite: &'a Sprite,
    pub alphabet: Alphabet<'a>,
    pub effort: &'a Effort,
}

impl<'a> SymbolInputs<'a> {
    /// The whole zoom that layout happens at.
    fn whole_zoom(&self) -> f64 {
        self.plane.zoom().floor().max(0.0)
    }

    /// How much larger the map is than at that zoom.
    fn growth(&self) -> f64 {
        (self.plane.zoom() - self.whole_zoom()).exp2()
    }

    /// What an expression sees of a feature at another zoom.
    fn at_zoom<'b>(&self, zoom: f64, context: &Context<'b>) -> Context<'b> {
        Context { zoom, ..*context }
    }

    /// The language that the style is asked for, where its state has one.
    fn language(&self) -> &str {
        match self.state.get("lang") {
            Some(Value::Text(language)) => language,
            _ => "",
        }
    }
}

/// The sprite's images, as expressions ask for them.
impl HasImage for SymbolInputs<'_> {
    fn has_image(&self, name: &str) -> bool {
        self.sprite.image(name, 1).is_some()
    }
}

impl std::fmt::Debug for SymbolInputs<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SymbolInputs({:?})", self.plane)
    }
}
