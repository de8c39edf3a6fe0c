//! MapLibre styles, parsed once into types that cannot be wrong.
//!
//! [`parse`] takes a style's JSON and gives a [`Style`] with every problem listed; a layer that
//! cannot be read is left out and the rest still draws. Drawing code asks a [`Property`] for its
//! value in a [`Context`] and has no error case: where an expression has no answer for a feature,
//! the specification's default is used.

mod document;
mod expression;
mod filter;
mod folded;
mod from_datum;
mod keyword;
mod layer;
mod layer_type;
mod legacy;
mod legend;
mod property;
mod reader;
mod reads;
mod reference;
mod relief;
mod resolved;
mod source_spec;
mod state;
mod symbol;
mod translate;

use std::collections::BTreeMap;

pub use document::parse;
pub use expression::{
    AnchorOffset, Context, Datum, Dependence, EvalError, Expr, Formatted, HasImage, Image,
    ParseError, Type,
};
pub use from_datum::{FromDatum, ImageName};
pub use keyword::{
    Anchor, HillshadeMethod, IconTextFit, Keyword, LineCap, LineJoin, Overlap, SymbolPlacement,
    SymbolZOrder, TextJustify, TextTransform, VerticalAlign, Visibility, WritingMode,
};
pub use layer::{
    BackgroundPaint, CirclePaint, FillPaint, HeatmapPaint, Layer, LinePaint, Paint, RasterPaint,
};
pub use legend::LegendEntry;
pub use property::{Property, parse_property};
pub use reads::Reads;
pub use reference::PropertySpec;
pub use relief::{ColorReliefPaint, HillshadePaint};
pub use resolved::resolved;
pub use source_spec::{
    ClusterSpec, DemSource, GeoJsonData, GeoJsonSource, ImageSource, SourceSpec, TileSource,
};
pub use state::StateError;
pub use symbol::{Alignment, SymbolPaint};
pub use translate::Translate;

use crate::feature::Value;

/// A style document: <https://maplibre.org/maplibre-style-spec/root/>.
#[derive(Debug, Clone)]
pub struct Style {
    pub name: String,
    /// Where the style would like a map to open: longitude and latitude in degrees, and style zoom.
    pub center: Option<[f64; 2]>,
    pub zoom: Option<f64>,
    /// Each key of `state` with its default.
    pub state: BTreeMap<String, Value>,
    /// For state keys that the style limits (`metadata."contactline:state"`), the values allowed.
    pub state_values: BTreeMap<String, Vec<String>>,
    state_use: state::StateUse,
    pub sources: BTreeMap<String, SourceSpec>,
    /// Each sprite's id and place; the images of all but `default` are named `id:name`.
    pub sprites: Vec<(String, String)>,
    pub layers: Vec<Layer>,
    /// What a legend says, in its order (`metadata."contactline:legend"`).
    pub legend: Vec<LegendEntry>,
    /// The document as it was given.
    pub json: serde_json::Value,
}

impl Style {
    /// The style's layers and legend, and another's after them.
    pub fn joined(&self, other: &Style) -> Style {
        let layers = [self.layers.as_slice(), &other.layers].concat();
        let legend = [self.legend.as_slice(), &other.legend].concat();
        Style { layers, legend, ..other.clone() }
    }

    /// The style with another's layers over its own: areas below the lines that follow `under` (its
    /// own uppermost area where that is none), lines below the lowest points and labels, all else
    /// on top. The layers' sources are to be found by the other's names.
    pub fn overlaid(&self, over: &Style, under: Option<usize>) -> Style {
        let is_on_ground = |l: &Layer| !matches!(l.paint, Paint::Symbol(_) | Paint::Circle(_));
        let top = self.layers.iter().position(|l| !is_on_ground(l)).unwrap_or(self.layers.len());
        let at = under.unwrap_or(top).min(top);
        let (mut areas, mut lines, mut above) = (Vec::new(), Vec::new(), Vec::new());
        for layer in over.layers.iter().cloned() {
            match layer.paint {
                Paint::Fill(_) => areas.push(layer),
                Paint::Line(_) => lines.push(layer),
                _ => above.push(layer),
            }
        }
        let (ground, rest) = self.layers.split_at(at);
        let (middle, last) = rest.split_at(top - at);
        let legend = [over.legend.as_slice(), &self.legend].concat();
        Style {
            layers: [ground, &areas, middle, &lines, last, &above].concat(),
            legend,
            ..self.clone()
        }
    }
}

impl Layer {
    /// Whether the layer is drawn at style `zoom`: `minzoom` is part of the range, `maxzoom` is
    /// not.
    pub fn drawn_at(&self, zoom: f64, state: &BTreeMap<String, Value>) -> bool {
        let context = Context { state, ..Context::nowhere() };
        zoom >= self.minzoom
            && zoom < self.maxzoom
            && self.visibility.eval(&context) == Visibility::Visible
    }
}
