//! What is drawn over a style's map in one picture: the features of an answer, things that a spec
//! names, a change.
//!
//! An overlay is no second way to draw: its layers are a MapLibre style over one source, `overlay`,
//! joined to the map's own layers; its labels take their places on the same board, before the
//! map's, and its legend stands before the map's.

use std::collections::BTreeSet;
use std::sync::Arc;

use geo::geometry::Geometry;
use geo::orient::{Direction, Orient};
use serde_json::{Value as Json, json};
use xxhash_rust::xxh3::xxh3_64;

use super::checked::OverlayError;
use super::own;
use crate::ask::{Answer, ChangedArea, Question, Results, Sum, Sums, Transition};
use crate::atlas::{Map, Role, Source, Sourced, StyledMap, Styles};
use crate::compose::furniture::Words;
use crate::diag::Diagnostic;
use crate::encode::Form;
use crate::feature::{Collection, Date, Feature, Properties, Timing, Value};
use crate::geo::overlay::polygons;
use crate::geo::{Effort, WorldBox, round};
use crate::identity::Identity;
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
    /// The features of an answer.
    ///
    /// # Errors
    /// Where the program's own style for them cannot be read.
    pub fn of_answer(answer: &Answer) -> Result<Overlay, OverlayError> {
        let features = match &answer.results {
            Results::Features(found) => {
                found.hits.iter().map(|hit| as_written(hit.feature)).collect()
            }
            Results::Changes(changes) => {
                changes.areas.iter().map(|area| changed(area, Properties::new())).collect()
            }
            Results::Series(_) => Vec::new(),
        };
        Ok(Self::of_features(features, embedded("overlays/answer.json")?))
    }

    /// Features with simplestyle properties (see `things`).
    ///
    /// # Errors
    /// Where the GeoJSON cannot be read, or a feature of it is bad.
    pub(super) fn of_things(geojson: Json) -> Result<Overlay, OverlayError> {
        let sprite = drawings(&geojson)?;
        let style = embedded("overlays/simplestyle.json")?;
        Self::new("/geojson", geojson.to_string().as_bytes(), style, sprite)
    }

    /// The same with a user's own features, drawn by MapLibre layers of their own below the others.
    /// A layer with a label in `metadata."contactline:legend"` stands in the legend.
    ///
    /// Each part of the features is drawn by each layer: parts times layers are at most `most`.
    /// Warnings say what is ignored of the layers on this map.
    ///
    /// # Errors
    /// Where a feature or a layer is bad, or there are too many.
    pub(super) fn with_own(
        self,
        (geojson, layers): (&Json, &Json),
        most: u64,
        map: &StyledMap,
        warnings: &mut Vec<String>,
    ) -> Result<Overlay, OverlayError> {
        let wrong = |pointer: &str, message: &str| {
            OverlayError::from(Diagnostic::error(message).at(pointer))
        };
        let (own, text) = own::layers(layers, warnings)?;
        own::missing_names(&own, map, &self.sprite, warnings);
        let index = Index::new(own::features(geojson, warnings)?);
        let (parts, layers) =
            (index.parts().len() as u64, layers.as_array().map_or(1, Vec::len).max(1) as u64);
        let positions: usize = index.parts().iter().map(|part| part.shape.positions()).sum();
        if positions > MAX_POSITIONS {
            let message = format!(
                "features on top have at most {MAX_POSITIONS} positions in all, not {positions}"
            );
            return Err(wrong("/geojson", &message));
        }
        let too_many = |what: &str, most: u64| {
            format!("{what} are too many here: at most {most}; take fewer features or layers")
        };
        if parts * layers > most {
            return Err(wrong("/layers", &too_many("parts of features times layers", most)));
        }
        if positions as u64 * layers > MAX_DRAWN {
            return Err(wrong("/layers", &too_many("positions times layers", MAX_DRAWN)));
        }
        if parts * text.len() as u64 > MAX_READ {
            return Err(wrong(
                "/layers",
                &too_many("parts of features times letters of layers", MAX_READ),
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
        let of_change = |e: String| OverlayError::from(Diagnostic::error(e).at("/change"));
        let answer = Question::of_change(from, to)
            .and_then(|question| question.ask(map.catalog(), effort))
            .map_err(|e| of_change(e.to_string()))?;
        let changes = match &answer.results {
            Results::Changes(changes) if !changes.areas.is_empty() => changes,
            _ => {
                let message = format!("the data tells of no change between {from} and {to}");
                return Err(of_change(message));
            }
        };
        let style = change_style(&changes.sums, &Words::of(language));
        let checked = style::parse(&style.to_string());
        let style = checked.value.ok_or_else(|| OverlayError::of("the change cannot be drawn"))?;
        let source = Value::Text(answer.credits.sources.join("; ").into());
        let feature = |area: &ChangedArea| {
            let Transition { from, to } = area.transition();
            let properties = [
                ("from", Value::Text(from.into())),
                ("to", Value::Text(to.into())),
                ("source", source.clone()),
                ("accuracy_m", area.accuracy_m.map_or(Value::Null, Value::Number)),
            ];
            changed(area, properties.map(|(key, value)| (key.into(), value)).into())
        };
        let features = changes.areas.iter().map(feature).collect();
        Ok(Overlay { replaces: true, ..Self::of_features(features, Arc::new(style)) })
    }

    fn of_features(features: Vec<Feature>, style: Arc<Style>) -> Overlay {
        let text = style.json.to_string();
        let key = Identity::of_kind("overlay").with(&features).with(&text).number();
        let (name, title) = (SOURCE.to_string(), SOURCE.to_string());
        let timing = Timing::default();
        let (gazetteer, backdrop) = (false, false);
        let collection = Collection { name, title, gazetteer, backdrop, timing, features };
        Overlay {
            features: Arc::new(Index::new(collection)),
            own: None,
            style,
            sprite: Arc::default(),
            replaces: false,
            key,
        }
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

/// The feature with the geometry that GeoJSON of it would have: drawn either way it is the same.
fn as_written(feature: &Feature) -> Feature {
    Feature {
        id: feature.id.clone(),
        properties: feature.properties.clone(),
        geometry: Form::PLAIN
            .rounded_geometry(feature)
            .unwrap_or_else(|| Feature::nowhere().geometry),
        validity: feature.validity,
    }
}

/// Where something changed, as a feature; its rings wound as those of all features.
fn changed(area: &ChangedArea, properties: Properties) -> Feature {
    let geometry = area.geometry.clone().into();
    let Feature { geometry, .. } = as_written(&Feature { geometry, ..Feature::nowhere() });
    let geometry = Geometry::MultiPolygon(polygons(&geometry).orient(Direction::Default));
    Feature { properties, geometry, ..Feature::nowhere() }
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
const MAX_DRAWINGS: usize = 200;

/// A drawing that features want, as simplestyle says it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Drawing {
    Pin { color: String, size: String },
    ArrowHead { color: String },
}

impl Drawing {
    fn of(properties: &Json) -> Option<Drawing> {
        let text = |key: &str, usual: &str| properties[key].as_str().unwrap_or(usual).to_string();
        match properties["kind"].as_str()? {
            "marker" => Some(Drawing::Pin {
                color: text("marker-color", "#7e7e7e"),
                size: text("marker-size", "medium"),
            }),
            "arrow" => Some(Drawing::ArrowHead { color: text("stroke", "#555555") }),
            _ => None,
        }
    }

    /// As the style names it.
    fn name(&self) -> String {
        match self {
            Drawing::Pin { color, size } => format!("pin:{color}:{size}"),
            Drawing::ArrowHead { color } => format!("arrow:{color}"),
        }
    }

    fn svg(&self) -> Option<String> {
        let (Drawing::Pin { color, .. } | Drawing::ArrowHead { color }) = self;
        // Only what is a colour gets into the drawing.
        let [r, g, b, _] = crate::color::Color::parse(color)?.premultiplied_rgba8();
        let fill = format!("#{r:02x}{g:02x}{b:02x}");
        Some(match self {
            Drawing::Pin { size, .. } => {
                let (width, height) = match size.as_str() {
                    "small" => (18, 24),
                    "large" => (33, 44),
                    _ => (24, 32),
                };
                format!(
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" \
                     height=\"{height}\" viewBox=\"0 0 24 32\"><path d=\"M12 31C10 25 2 19 2 \
                     11.5A10 10 0 0 1 22 11.5C22 19 14 25 12 31Z\" fill=\"{fill}\" \
                     stroke=\"#ffffff\" stroke-width=\"1.6\"/></svg>"
                )
            }
            Drawing::ArrowHead { .. } => format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"24\" height=\"24\" viewBox=\"0 \
                 0 24 24\"><path d=\"M12 3L20 18L12 14.5L4 18Z\" fill=\"{fill}\"/></svg>"
            ),
        })
    }
}

/// Drawings of the pins and arrow heads that features want.
fn drawings(geojson: &Json) -> Result<Sprite, OverlayError> {
    let features = geojson["features"].as_array().into_iter().flatten();
    let drawings: BTreeSet<Drawing> =
        features.filter_map(|feature| Drawing::of(&feature["properties"])).collect();
    if drawings.len() > MAX_DRAWINGS {
        return Err(OverlayError::of(format!(
            "pins and arrows have at most {MAX_DRAWINGS} different looks on one map"
        )));
    }
    let svgs: Vec<(String, String)> =
        drawings.iter().filter_map(|drawing| Some((drawing.name(), drawing.svg()?))).collect();
    Ok(Sprite::from_svgs(svgs.iter().map(|(name, svg)| (name.as_str(), svg.as_str()))).0)
}

/// Colours of changes, in the order of their areas: told apart also by those who see few colours
/// (after P. Tol, 2021).
const CHANGES: [&str; 7] =
    ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb"];

fn change_style(sums: &Sums<Transition>, words: &Words) -> Json {
    let area_km2 = |sum: &Sum| sum.measures.area_km2.unwrap_or_default();
    let mut groups: Vec<(&Transition, f64)> =
        sums.groups.iter().map(|(change, sum)| (change, area_km2(sum))).collect();
    groups.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (mut layers, mut legend) = (Vec::new(), Vec::new());
    for (i, (Transition { from, to }, area_km2)) in groups.into_iter().enumerate() {
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
    let nothing = json!({"type": "FeatureCollection", "features": []});
    json!({"version": 8, "name": "change", "metadata": {"contactline:legend": legend},
        "sources": {SOURCE: {"type": "geojson", "data": nothing}}, "layers": layers})
}

impl StyledMap {
    /// The map with the overlay on it.
    pub(super) fn overlaid(&self, overlay: &Overlay) -> StyledMap {
        let sourced = |role, features: &Arc<Index>| Sourced {
            role,
            source: Arc::new(Source::Features(features.clone())),
            // What is given with one picture is drawn as it is.
            tolerance_px: 0.0,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::{self, Options};

    #[test]
    fn an_answer_is_drawn_as_its_geojson_would_be() {
        let map = atlas::load(&Options::default()).value.unwrap();
        for question in [
            json!({"at": "46.7499,39.7601"}),
            json!({"within": "districts/az-shusha"}),
            json!({"near": "46.7528,39.8177", "k": 5}),
            json!({"of": "lines/line-of-contact-1994", "distance_m": 5000, "limit": 1000}),
            json!({"filter": "kind = 'line-of-contact'"}),
            json!({"sum_by": "control", "collections": "control", "limit": 1000}),
            json!({"between": "2020-09-27/2020-12-01", "split": "districts", "limit": 1000}),
            json!({"between": "1988-01-01/1994-05-12", "limit": 1000}),
        ] {
            let effort = Effort::default();
            let asked = Question::read(question.as_object().unwrap(), &effort).unwrap();
            let answer = asked.ask(map.catalog(), &effort).unwrap();
            let geojson = answer.geojson(serde_json::Map::new());
            let read = source::read(SOURCE, "the answer", geojson.as_slice()).unwrap().value;
            let overlay = Overlay::of_answer(&answer).unwrap();
            let drawn = &overlay.features.collection().features;
            assert!(drawn.len() == read.features.len() && !drawn.is_empty(), "{question}");
            for (drawn, read) in drawn.iter().zip(&read.features) {
                assert_eq!(drawn.geometry, read.geometry, "{question}");
                assert_eq!(drawn.properties, read.properties, "{question}");
            }
        }
    }
}
