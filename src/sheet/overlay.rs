//! What is drawn over a style's map in one picture: the features of an answer, things that a spec
//! names, a change.
//!
//! An overlay is no second way to draw: its layers are a MapLibre style over one source, `overlay`,
//! joined to the map's own layers; its labels take their places on the same board, before the
//! map's, and its legend stands before the map's.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use xxhash_rust::xxh3::xxh3_64;

use super::checked::OverlayError;
use super::own;
use crate::ask::Question;
use crate::atlas::{Map, Role, Source, Sourced, StyledMap, Styles};
use crate::compose::furniture::Words;
use crate::diag::Diagnostic;
use crate::feature::{Collection, Date};
use crate::geo::{Effort, WorldBox, round};
use crate::index::Index;
use crate::source;
use crate::sprite::Sprite;
use crate::style::{self, Paint, Style};

/// The source that an overlay's layers draw, by a name that no style has for one of its own.
pub(super) const SOURCE: &str = "contactline:overlay";

/// Positions of a user's own features; the same, each as often as it is drawn; and letters of
/// expressions, each as often as it is read.
const MAX_POSITIONS: usize = 20_000;
const MAX_DRAWN: u64 = 200_000;
const MAX_READ: u64 = 50_000_000;

/// Features to be drawn over a map; cheap to clone.
#[derive(Debug, Clone)]
pub struct Overlay {
    features: Arc<Index>,
    /// A user's own, which have layers of their own.
    own: Option<Arc<Index>>,
    style: Arc<Style>,
    sprite: Arc<Sprite>,
    /// Whether the map's own areas of its legend are left out.
    replaces: bool,
    key: u64,
}

impl Overlay {
    /// The features of an answer, as GeoJSON.
    ///
    /// # Errors
    /// Where the GeoJSON cannot be read.
    pub fn of_answer(geojson: &[u8]) -> Result<Overlay, OverlayError> {
        Self::new("the answer", geojson, embedded("overlays/answer.json")?, Sprite::default())
    }

    /// Features with simplestyle properties (see `things`).
    ///
    /// # Errors
    /// Where the GeoJSON cannot be read, or a feature of it is bad.
    pub(super) fn of_things(geojson: Json) -> Result<Overlay, OverlayError> {
        let sprite = pins(&geojson)?;
        let style = embedded("overlays/simplestyle.json")?;
        Self::new("/geojson", geojson.to_string().as_bytes(), style, sprite)
    }

    /// The same with a user's own features, drawn by MapLibre layers of their own below the others.
    /// A layer with a label in `metadata."contactline:legend"` stands in the legend.
    ///
    /// Each part of the features is drawn by each layer: parts times layers are at most `most`.
    /// What is ignored of the layers on this map is told.
    ///
    /// # Errors
    /// Where a feature or a layer is bad, or there are too many.
    pub(super) fn with_own(
        self,
        (geojson, layers): (&Json, &Json),
        most: u64,
        map: &StyledMap,
        told: &mut Vec<String>,
    ) -> Result<Overlay, OverlayError> {
        let wrong = |pointer: &str, message: &str| {
            OverlayError::from(Diagnostic::error(message).at(pointer))
        };
        let (own, text) = own::layers(layers, told)?;
        own::missing_names(&own, map, &self.sprite, told);
        let index = Index::new(own::features(geojson, told)?);
        let (parts, layers) =
            (index.parts().len() as u64, layers.as_array().map_or(1, Vec::len).max(1) as u64);
        let positions: usize = index.parts().iter().map(|part| part.shape.positions()).sum();
        if positions > MAX_POSITIONS {
            let told = format!(
                "features on top have at most {MAX_POSITIONS} positions in all, not {positions}"
            );
            return Err(wrong("/geojson", &told));
        }
        let told = |what: &str, most: u64| {
            format!("{what} are too many here: at most {most}; take fewer features or layers")
        };
        if parts * layers > most {
            return Err(wrong("/layers", &told("parts of features times layers", most)));
        }
        if positions as u64 * layers > MAX_DRAWN {
            return Err(wrong("/layers", &told("positions times layers", MAX_DRAWN)));
        }
        if parts * text.len() as u64 > MAX_READ {
            return Err(wrong(
                "/layers",
                &told("parts of features times letters of layers", MAX_READ),
            ));
        }
        let key = self.key
            ^ xxh3_64(geojson.to_string().as_bytes()).rotate_left(1)
            ^ xxh3_64(text.as_bytes());
        let style = Arc::new(own.joined(&self.style));
        Ok(Overlay { own: Some(Arc::new(index)), style, key, ..self })
    }

    /// What changed between two days, each change in a colour of its own, with its area in the
    /// legend.
    ///
    /// # Errors
    /// Where nothing changes between them.
    pub(super) fn of_change(
        map: &Map,
        (from, to): (Date, Date),
        language: &str,
        effort: &Effort,
    ) -> Result<Overlay, OverlayError> {
        let members = json!({"between": format!("{from}/{to}"), "limit": 10_000});
        let members = members.as_object().cloned().unwrap_or_default();
        let asked = Question::read(&members, effort)
            .and_then(|question| question.ask(map.catalog(), effort));
        let of_change = |e: String| OverlayError::from(Diagnostic::error(e).at("/change"));
        let answer = asked.map_err(|e| of_change(e.to_string()))?;
        let geojson = answer.to_bytes();
        let read: Json = serde_json::from_slice(&geojson).unwrap_or_default();
        let style = change_style(&read, &Words::of(language));
        let checked = style::parse(&style.to_string());
        let style = checked.value.ok_or_else(|| OverlayError::of("the change cannot be drawn"))?;
        // What the answer says beside the geometry are properties here.
        let sources: Vec<&str> =
            read["sources"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        let source = sources.join("; ");
        // As the names of sums have it.
        let held = |value: &Json| value.as_str().unwrap_or("none").to_string();
        let features: Vec<Json> = read["features"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|f| {
                json!({
                    "type": "Feature",
                    "geometry": f["geometry"],
                    "properties": {
                        "from": held(&f["from"]),
                        "to": held(&f["to"]),
                        "source": source,
                        "accuracy_m": f["accuracy_m"],
                    },
                })
            })
            .collect();
        if features.is_empty() {
            let told = format!("the data tells of no change between {from} and {to}");
            return Err(OverlayError::from(Diagnostic::error(told).at("/change")));
        }
        let features = json!({"type": "FeatureCollection", "features": features}).to_string();
        let overlay =
            Self::new("the change", features.as_bytes(), Arc::new(style), Sprite::default())?;
        Ok(Overlay { replaces: true, ..overlay })
    }

    fn new(
        name: &str,
        geojson: &[u8],
        style: Arc<Style>,
        sprite: Sprite,
    ) -> Result<Overlay, OverlayError> {
        let read =
            source::read(SOURCE, name, geojson).map_err(|problem| OverlayError::from(*problem))?;
        if let Some(first) = read.diagnostics.iter().find(|d| d.is_error()) {
            return Err(first.clone().refused().into());
        }
        let collection: Collection = read.value;
        let key = xxh3_64(geojson) ^ xxh3_64(style.json.to_string().as_bytes());
        let features = Arc::new(Index::new(collection));
        Ok(Overlay { features, own: None, style, sprite: Arc::new(sprite), replaces: false, key })
    }

    /// The narrowest box that holds the features, but for a veil; it may run past the east side of
    /// the world. `None` where there are none.
    pub fn frame(&self) -> Option<WorldBox> {
        let seen = self
            .features
            .parts()
            .iter()
            .filter(|p| self.features.feature(p).text("kind") != Some("veil"));
        let own = self.own.iter().flat_map(|own| own.parts());
        round::around(seen.chain(own).filter_map(|p| p.shape.bounds()))
    }

    /// Differs where what is drawn differs.
    pub(super) fn key(&self) -> u64 {
        self.key
    }
}

fn embedded(path: &str) -> Result<Arc<Style>, OverlayError> {
    let file =
        Styles::get(path).ok_or_else(|| OverlayError::of(format!("the program lacks {path}")))?;
    let parsed = style::parse(&String::from_utf8_lossy(&file.data)).value;
    parsed
        .map(Arc::new)
        .ok_or_else(|| OverlayError::of(format!("the program's {path} cannot be read")))
}

/// Pins and arrow heads of different colours and sizes on one map.
const MAX_PINS: usize = 200;

/// Drawings of the pins and arrow heads that features want.
fn pins(geojson: &Json) -> Result<Sprite, OverlayError> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for feature in geojson["features"].as_array().into_iter().flatten() {
        let text = |key: &str, usual: &str| {
            feature["properties"][key].as_str().unwrap_or(usual).to_string()
        };
        match feature["properties"]["kind"].as_str() {
            Some("marker") => {
                names.insert(format!(
                    "pin:{}:{}",
                    text("marker-color", "#7e7e7e"),
                    text("marker-size", "medium")
                ));
            }
            Some("arrow") => {
                names.insert(format!("arrow:{}", text("stroke", "#555555")));
            }
            _ => {}
        }
    }
    if names.len() > MAX_PINS {
        return Err(OverlayError::of(format!(
            "pins and arrows have at most {MAX_PINS} different looks on one map"
        )));
    }
    let drawing = |name: &str| {
        let mut parts = name.splitn(2, ':');
        let (kind, rest) = (parts.next()?, parts.next()?);
        let (color, size) = if kind == "pin" { rest.rsplit_once(':')? } else { (rest, "") };
        // Only what is a colour gets into the drawing.
        let [r, g, b, _] = crate::color::Color::parse(color)?.premultiplied_rgba8();
        let fill = format!("#{r:02x}{g:02x}{b:02x}");
        Some(match kind {
            "pin" => {
                let (width, height) = match size {
                    "small" => (18, 24),
                    "large" => (33, 44),
                    _ => (24, 32),
                };
                format!(
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 24 32\">\
                     <path d=\"M12 31C10 25 2 19 2 11.5A10 10 0 0 1 22 11.5C22 19 14 25 12 31Z\" fill=\"{fill}\" stroke=\"#ffffff\" stroke-width=\"1.6\"/></svg>"
                )
            }
            _ => format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"24\" height=\"24\" viewBox=\"0 \
                 0 24 24\"><path d=\"M12 3L20 18L12 14.5L4 18Z\" fill=\"{fill}\"/></svg>"
            ),
        })
    };
    let svgs: Vec<(&str, String)> =
        names.iter().filter_map(|n| Some((n.as_str(), drawing(n)?))).collect();
    Ok(Sprite::from_svgs(svgs.iter().map(|(name, svg)| (*name, svg.as_str()))).0)
}

/// Colours of changes, in the order of their areas: told apart also by those who see few colours
/// (after P. Tol, 2021).
const CHANGES: [&str; 7] =
    ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb"];

fn change_style(answer: &Json, words: &Words) -> Json {
    let mut groups: Vec<(&String, f64)> = answer["sums"]["groups"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, sum)| (name, sum["area_km2"].as_f64().unwrap_or_default()))
        .collect();
    groups.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (mut layers, mut legend) = (Vec::new(), Vec::new());
    for (i, (name, area_km2)) in groups.into_iter().enumerate() {
        let (from, to) = name.split_once(" → ").unwrap_or((name, ""));
        let color = CHANGES[i % CHANGES.len()];
        let id = format!("change-{i}");
        let filter = json!([
            "all",
            ["==", ["to-string", ["get", "from"]], from],
            ["==", ["to-string", ["get", "to"]], to]
        ]);
        layers.push(json!({"id": id, "type": "fill", "source": SOURCE, "filter": filter,
            "paint": {"fill-color": color, "fill-opacity": 0.55, "fill-outline-color": color}}));
        let area = words.digits(&format!("{:.0}", (area_km2 / 10.0).round() * 10.0));
        // The fonts have no arrows.
        let arrow = if words.is_rtl() { "‹" } else { "›" };
        let label =
            format!("{} {arrow} {}: {area} {}²", words.holder(from), words.holder(to), words.km);
        legend.push(json!({"label": label, "layers": [id]}));
    }
    json!({"version": 8, "name": "change", "metadata": {"contactline:legend": legend},
        "sources": {SOURCE: {"type": "geojson", "data": {"type": "FeatureCollection", "features": []}}}, "layers": layers})
}

impl StyledMap {
    /// The map with the overlay on it.
    pub(super) fn overlaid(&self, overlay: &Overlay) -> StyledMap {
        let sourced = |role, features: &Arc<Index>| Sourced {
            role,
            source: Arc::new(Source::Features(features.clone())),
        };
        let over = (SOURCE.to_string(), sourced(Role::Overlay, &overlay.features));
        let given = overlay.own.as_ref();
        let given = given.map(|own| (own::SOURCE.to_string(), sourced(Role::Own, own)));
        let own: BTreeSet<&String> = self.style.legend.iter().flat_map(|e| &e.layers).collect();
        let hidden = |l: &style::Layer| {
            overlay.replaces && matches!(l.paint, Paint::Fill(_)) && own.contains(&l.id)
        };
        // What replaces areas stands where they stood.
        let under = self.style.layers.iter().position(hidden);
        let mut style = self.style.overlaid(&overlay.style, under);
        style.layers.retain(|l| !hidden(l));
        let mut sprite = self.sprite.clone();
        if !overlay.sprite.is_empty() {
            let mut all = (*sprite).clone();
            all.add("default", (*overlay.sprite).clone());
            sprite = Arc::new(all);
        }
        self.with(std::iter::once(over).chain(given), style, sprite)
    }
}
