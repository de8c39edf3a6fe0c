//! A base map under the embedded one: an extract of OpenStreetMap in one of the schemas in use,
//! told by the layers that it says it has.
//!
//! The style says where it goes, `contactline:base` of its metadata: `below` which of its layers,
//! and `until` which zoom its own `layers` that say the same are drawn.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::source::roots::Roots;
use crate::source::tiles::{About, TileSet, TileSetOptions, TilesError};

/// The schemas, each with layers that no other has.
const SCHEMAS: [(&str, &[&str]); 3] = [
    ("openmaptiles", &["transportation", "water", "place"]),
    ("protomaps", &["roads", "water", "places"]),
    ("shortbread", &["streets", "water_polygons", "place_labels"]),
];

/// The id of the source, and the beginning of its layers' ids.
const ID: &str = "base";

/// Why a file is no base map.
#[derive(Debug, thiserror::Error)]
pub(super) enum BaseError {
    #[error(transparent)]
    Tiles(#[from] TilesError),
    #[error(
        "its layers ({0}) are those of none of the schemas OpenMapTiles, Protomaps and Shortbread"
    )]
    Schema(String),
    #[error("it names no layers of vector tiles")]
    NoLayers,
}

/// A base map that is there.
pub(super) struct Base {
    url: String,
    schema: &'static str,
    about: About,
}

impl Base {
    /// Looks into an archive.
    pub(super) fn open(path: &Path) -> Result<Self, BaseError> {
        let roots = Roots::new([path]);
        let url = roots.find(path).map_err(TilesError::from)?.display().to_string();
        let options = TileSetOptions { url: Some(url.clone()), ..TileSetOptions::default() };
        let about = TileSet::open(&options, Path::new(""), &roots)?.about()?;
        let has = |layer: &&str| about.layers.iter().any(|l| l == layer);
        let schema = SCHEMAS.iter().find(|(_, layers)| layers.iter().all(has));
        match schema {
            Some((schema, _)) => Ok(Self { url, schema, about }),
            None if about.layers.is_empty() => Err(BaseError::NoLayers),
            None => Err(BaseError::Schema(about.layers.join(", "))),
        }
    }

    /// The file of its layers, below `styles/`.
    pub(super) fn layers_file(&self) -> String {
        format!("base/{}.json", self.schema)
    }

    /// A style with the base map's layers under it.
    pub(super) fn under(&self, style: &str, layers: &[u8]) -> Option<String> {
        let mut style: Json = serde_json::from_str(style).ok()?;
        let mut drawn: Vec<Json> = serde_json::from_slice(layers).ok()?;
        let place = style.pointer(&format!("/metadata/contactline:{ID}")).cloned();
        let place = place.unwrap_or_default();
        let until = place["until"].as_f64().unwrap_or(0.0);
        let own: Vec<&str> =
            place["layers"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        style["sources"][ID] = json!({"type": "vector", "url": self.url});
        // It has no dates, and the map above it has.
        let mut attribution = "roads and waters as of their file".to_string();
        if let Some(whose) = self.about.attribution.as_deref() {
            attribution.push_str(&format!(": {}", plain(whose)));
        }
        let said = &mut style["metadata"]["contactline:attribution"];
        *said = match said.as_str() {
            Some(said) => json!(format!("{said}; {attribution}")),
            None => json!(attribution),
        };
        let layers = style.get_mut("layers")?.as_array_mut()?;
        for layer in
            layers.iter_mut().filter(|l| l["id"].as_str().is_some_and(|id| own.contains(&id)))
        {
            let max = layer["maxzoom"].as_f64().map_or(until, |max| max.min(until));
            layer["maxzoom"] = json!(max);
        }
        layers.retain(|l| {
            l["minzoom"].as_f64().unwrap_or(0.0) < l["maxzoom"].as_f64().unwrap_or(25.0)
        });
        for layer in &mut drawn {
            layer["minzoom"] = json!(layer["minzoom"].as_f64().unwrap_or(0.0).max(until));
        }
        // Lines and areas below the layer that is named, names below the style's first names.
        let is_name = |layer: &Json| layer["type"] == "symbol";
        let (names, ground): (Vec<Json>, Vec<Json>) = drawn.into_iter().partition(is_name);
        let at = layers.iter().position(&is_name).unwrap_or(layers.len());
        layers.splice(at..at, names);
        let below = place["below"].as_str();
        let at = layers.iter().position(|l| l["id"].as_str().is_some_and(|id| Some(id) == below));
        let at =
            at.unwrap_or_else(|| layers.iter().take_while(|l| l["type"] == "background").count());
        layers.splice(at..at, ground);
        serde_json::to_string(&style).ok()
    }
}

/// An attribution without HTML's tags, which pictures would show as they are written.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for c in html.chars() {
        match c {
            '<' => is_tag = true,
            '>' if is_tag => is_tag = false,
            _ if !is_tag => text.push(c),
            _ => {}
        }
    }
    let known =
        [("&copy;", "©"), ("&#169;", "©"), ("&quot;", "\""), ("&nbsp;", " "), ("&amp;", "&")];
    let text = known.iter().fold(text, |text, (entity, letter)| text.replace(entity, letter));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
