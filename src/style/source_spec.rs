//! The sources of a style: where features and pictures come from.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::expression::{self, Expr};
use super::legacy;
use super::reference::{PropertySpec, REFERENCE};
use crate::diag::{Diagnostic, pointer_join};

/// One source: <https://maplibre.org/maplibre-style-spec/sources/>.
#[derive(Debug, Clone)]
pub enum SourceSpec {
    GeoJson(Box<GeoJsonSource>),
    Vector(TileSource),
    Raster(TileSource),
    RasterDem(DemSource),
    Image(ImageSource),
    /// Of a type that is not supported, which was said.
    Unsupported(String),
    /// It could not be read, which was said.
    Broken,
}

impl SourceSpec {
    /// How far its lines may be drawn from where they are, px; those of tiles are as they come.
    pub fn tolerance(&self) -> f64 {
        if let SourceSpec::GeoJson(spec) = self { spec.tolerance } else { 0.0 }
    }

    pub fn kind(&self) -> &str {
        match self {
            SourceSpec::GeoJson(_) => "geojson",
            SourceSpec::Vector(_) => "vector",
            SourceSpec::Raster(_) => "raster",
            SourceSpec::RasterDem(_) => "raster-dem",
            SourceSpec::Image(_) => "image",
            SourceSpec::Unsupported(kind) => kind,
            SourceSpec::Broken => "broken",
        }
    }
}

/// Features from GeoJSON.
#[derive(Debug, Clone)]
pub struct GeoJsonSource {
    pub data: GeoJsonData,
    /// Which features there are at all.
    pub filter: Option<Expr>,
    /// Features are numbered in source order.
    pub generate_id: bool,
    /// The property that is the features' id.
    pub promote_id: Option<String>,
    pub cluster: Option<ClusterSpec>,
    /// How far a line may be drawn from where it is, px; the reference's own where it is not said.
    pub tolerance: f64,
}

/// Where a style's GeoJSON is.
#[derive(Debug, Clone, PartialEq)]
pub enum GeoJsonData {
    /// By reference: a path relative to the style, or the name of a collection.
    Reference(String),
    /// Written into the style, as its JSON text.
    Inline(String),
}

/// How points are gathered.
#[derive(Debug, Clone)]
pub struct ClusterSpec {
    /// CSS px.
    pub radius: f64,
    /// The last zoom at which points are gathered.
    pub max_zoom: f64,
    pub min_points: usize,
    /// Name, how two values are joined, and what each point gives.
    pub properties: Vec<(String, Expr, Expr)>,
}

/// Tiles in a folder or archive.
#[derive(Debug, Clone, Default)]
pub struct TileSource {
    /// A TileJSON file, an MBTiles or PMTiles archive.
    pub url: Option<String>,
    /// Paths with `{z}`, `{x}`, `{y}` in them.
    pub tiles: Vec<String>,
    /// West, south, east, north in degrees.
    pub bounds: Option<[f64; 4]>,
    pub minzoom: Option<u8>,
    pub maxzoom: Option<u8>,
    /// CSS px at which a tile is drawn at its own zoom.
    pub tile_size: u32,
    /// Rows are counted from the south.
    pub tms: bool,
    /// By layer, or for all, the property that is the features' id.
    pub promote_id: BTreeMap<String, String>,
}

/// Tiles of an elevation model, as pictures.
#[derive(Debug, Clone)]
pub struct DemSource {
    pub tiles: TileSource,
    /// What a step of red, green and blue is worth, metres.
    pub factors: [f64; 3],
    /// What is taken from their sum, metres.
    pub base: f64,
}

/// One picture, stretched between four places.
#[derive(Debug, Clone)]
pub struct ImageSource {
    pub url: String,
    /// Longitude and latitude in degrees: top left, top right, bottom right, bottom left.
    pub coordinates: [[f64; 2]; 4],
}

pub(super) fn read_all(
    root: &Map<String, Json>,
    out: &mut Vec<Diagnostic>,
) -> BTreeMap<String, SourceSpec> {
    let mut sources = BTreeMap::new();
    for (id, source) in root.get("sources").and_then(Json::as_object).into_iter().flatten() {
        let mut reader = SourceReader { json: source, pointer: pointer_join("/sources", id), out };
        sources.insert(id.clone(), reader.read().unwrap_or(SourceSpec::Broken));
    }
    sources
}

struct SourceReader<'a> {
    json: &'a Json,
    pointer: String,
    out: &'a mut Vec<Diagnostic>,
}

impl SourceReader<'_> {
    fn error(&mut self, key: &str, message: impl Into<String>, help: &str) {
        let pointer =
            if key.is_empty() { self.pointer.clone() } else { pointer_join(&self.pointer, key) };
        let mut d = Diagnostic::error(message).at(pointer);
        if !help.is_empty() {
            d = d.help(help);
        }
        self.out.push(d);
    }

    fn read(&mut self) -> Option<SourceSpec> {
        let Some(members) = self.json.as_object() else {
            self.error("", "a source must be an object", "");
            return None;
        };
        let kind = members.get("type").and_then(Json::as_str).unwrap_or_default();
        let Some(keys) = REFERENCE.source_keys(kind) else {
            self.error(
                "type",
                format!("unknown source type '{kind}'"),
                "expected geojson, vector, raster, raster-dem or image",
            );
            return None;
        };
        for key in members.keys().filter(|k| !keys.contains(k)) {
            let message = format!("unknown property '{key}' of a {kind} source");
            self.out.push(Diagnostic::warning(message).at(pointer_join(&self.pointer, key)));
        }
        match kind {
            "geojson" => self.geojson().map(|g| SourceSpec::GeoJson(Box::new(g))),
            "vector" => self.tiles().map(SourceSpec::Vector),
            "raster" => self.tiles().map(SourceSpec::Raster),
            "raster-dem" => self.dem().map(SourceSpec::RasterDem),
            "image" => self.image().map(SourceSpec::Image),
            other => {
                let message = format!(
                    "sources of type '{other}' are not supported; layers that draw it are left out"
                );
                self.out.push(Diagnostic::warning(message).at(pointer_join(&self.pointer, "type")));
                Some(SourceSpec::Unsupported(other.to_string()))
            }
        }
    }

    fn number(&mut self, key: &str) -> Option<f64> {
        let json = self.json.get(key)?;
        if json.as_f64().is_none() {
            let found = kind_of(json);
            self.error(key, format!("number expected, {found} found; it is ignored"), "");
        }
        json.as_f64()
    }

    fn flag(&mut self, key: &str) -> bool {
        match self.json.get(key) {
            None => false,
            Some(Json::Bool(b)) => *b,
            Some(other) => {
                self.error(
                    key,
                    format!("boolean expected, {} found; it is ignored", kind_of(other)),
                    "",
                );
                false
            }
        }
    }

    fn expression(&mut self, pointer: String, json: &Json, spec: &PropertySpec) -> Option<Expr> {
        match expression::parse(json, spec.expected().as_ref()) {
            Ok(expr) => Some(expr),
            Err(errors) => {
                let place = |e: &expression::ParseError| format!("{pointer}{}", e.pointer_tail());
                self.out.extend(
                    errors.into_iter().map(|e| Diagnostic::error(e.message.clone()).at(place(&e))),
                );
                None
            }
        }
    }

    fn geojson(&mut self) -> Option<GeoJsonSource> {
        let data = match self.json.get("data") {
            Some(Json::String(reference)) => GeoJsonData::Reference(reference.clone()),
            Some(inline @ Json::Object(_)) => GeoJsonData::Inline(inline.to_string()),
            _ => {
                let help = "give a path relative to the style, or the GeoJSON itself";
                self.error("data", "a geojson source needs 'data'", help);
                return None;
            }
        };
        let filter = match self.json.get("filter") {
            None => None,
            Some(filter) => {
                let pointer = pointer_join(&self.pointer, "filter");
                let filter = legacy::filter_to_expression(filter);
                Some(self.expression(pointer, &filter, &PropertySpec::filter())?)
            }
        };
        let cluster = if self.flag("cluster") { Some(self.cluster()) } else { None };
        // Nothing is cut at a buffer, and what lines measure is always known.
        for key in ["maxzoom", "buffer"] {
            self.number(key);
        }
        let tolerance = self.number("tolerance").unwrap_or(0.375).clamp(0.0, 100.0);
        self.flag("lineMetrics");
        Some(GeoJsonSource {
            data,
            filter,
            generate_id: self.flag("generateId"),
            promote_id: self.json.get("promoteId").and_then(Json::as_str).map(str::to_string),
            cluster,
            tolerance,
        })
    }

    fn cluster(&mut self) -> ClusterSpec {
        let mut properties = Vec::new();
        let anything = PropertySpec::default();
        for (name, json) in
            self.json.get("clusterProperties").and_then(Json::as_object).into_iter().flatten()
        {
            let pointer = pointer_join(&pointer_join(&self.pointer, "clusterProperties"), name);
            let [how, what] = json.as_array().map_or(&[][..], |a| a.as_slice()) else {
                self.out.push(
                    Diagnostic::error("expected [operator or expression, expression]")
                        .at(pointer)
                        .help("for example [\"+\", [\"get\", \"population\"]]"),
                );
                continue;
            };
            let how = match how {
                Json::String(op) => serde_json::json!([op, ["accumulated"], ["get", name]]),
                other => other.clone(),
            };
            let how = self.expression(format!("{pointer}/0"), &how, &anything);
            let what = self.expression(format!("{pointer}/1"), what, &anything);
            if let (Some(how), Some(what)) = (how, what) {
                properties.push((name.clone(), how, what));
            }
        }
        ClusterSpec {
            radius: self.number("clusterRadius").unwrap_or(50.0).clamp(0.0, 10_000.0),
            max_zoom: match self.number("clusterMaxZoom") {
                Some(zoom) => zoom,
                None => self.number("maxzoom").unwrap_or(18.0) - 1.0,
            },
            min_points: self.number("clusterMinPoints").unwrap_or(2.0).clamp(2.0, 1e9) as usize,
            properties,
        }
    }

    fn tiles(&mut self) -> Option<TileSource> {
        let url = self.json.get("url").and_then(Json::as_str).map(str::to_string);
        let texts = |a: &Vec<Json>| a.iter().filter_map(Json::as_str).map(str::to_string).collect();
        let tiles: Vec<String> =
            self.json.get("tiles").and_then(Json::as_array).map(texts).unwrap_or_default();
        if url.is_none() && tiles.is_empty() {
            let help = "give paths like \"tiles/{z}/{x}/{y}.pbf\", or the path of a TileJSON, \
                MBTiles or PMTiles file";
            self.error("", "a source of tiles needs 'tiles' or 'url'", help);
            return None;
        }
        if let Some(encoding) =
            self.json.get("encoding").and_then(Json::as_str).filter(|e| *e == "mlt")
        {
            let help = "give the tiles as Mapbox Vector Tiles, the encoding 'mvt'";
            self.error(
                "encoding",
                format!("tiles in the encoding '{encoding}' (MapLibre Tiles) are not read"),
                help,
            );
            return None;
        }
        let bounds = self.json.get("bounds").and_then(Json::as_array);
        let bounds = bounds.and_then(|b| b.iter().map(Json::as_f64).collect::<Option<Vec<f64>>>());
        let bounds: Option<[f64; 4]> = bounds.and_then(|b| b.try_into().ok());
        let is_box = bounds.is_some_and(|[west, south, east, north]| south < north && west != east);
        if self.json.get("bounds").is_some() && !is_box {
            let help = "give west, south, east, north in degrees; over the antimeridian west is \
                greater than east";
            self.error("bounds", "these are no bounds; they are ignored", help);
        }
        let promote_id = match self.json.get("promoteId") {
            Some(Json::String(all)) => BTreeMap::from([(String::new(), all.clone())]),
            Some(Json::Object(layers)) => layers
                .iter()
                .filter_map(|(layer, name)| Some((layer.clone(), name.as_str()?.to_string())))
                .collect(),
            _ => BTreeMap::new(),
        };
        let zoom = |n: f64| n.clamp(0.0, 24.0) as u8;
        Some(TileSource {
            url,
            tiles,
            bounds,
            minzoom: self.number("minzoom").map(zoom),
            maxzoom: self.number("maxzoom").map(zoom),
            tile_size: self.number("tileSize").unwrap_or(512.0).clamp(16.0, 4096.0) as u32,
            tms: self.json.get("scheme").and_then(Json::as_str) == Some("tms"),
            promote_id,
        })
    }

    fn dem(&mut self) -> Option<DemSource> {
        let named = self.json.get("encoding").map(|e| e.as_str().unwrap_or_default().to_string());
        let (factors, base) = match named.as_deref().unwrap_or("mapbox") {
            "mapbox" => ([6553.6, 25.6, 0.1], 10_000.0),
            "terrarium" => ([256.0, 1.0, 1.0 / 256.0], 32_768.0),
            "custom" => {
                let factors = ["redFactor", "greenFactor", "blueFactor"]
                    .map(|key| self.number(key).unwrap_or(1.0));
                (factors, self.number("baseShift").unwrap_or(0.0))
            }
            other => {
                let message = format!("elevation models in the encoding '{other}' are not read");
                self.error("encoding", message, "expected mapbox, terrarium or custom");
                return None;
            }
        };
        Some(DemSource { tiles: self.tiles()?, factors, base })
    }

    fn image(&mut self) -> Option<ImageSource> {
        let Some(url) = self.json.get("url").and_then(Json::as_str) else {
            self.error("url", "an image source needs 'url', the path of a picture", "");
            return None;
        };
        let degrees =
            |p: &Json, i: usize, most: f64| p.get(i)?.as_f64().filter(|n| n.abs() <= most);
        let position =
            |p: &Json| -> Option<[f64; 2]> { Some([degrees(p, 0, 540.0)?, degrees(p, 1, 90.0)?]) };
        let corners: Option<Vec<[f64; 2]>> = self
            .json
            .get("coordinates")
            .and_then(Json::as_array)
            .and_then(|a| a.iter().map(position).collect());
        let Some(coordinates) = corners.and_then(|c| c.try_into().ok()) else {
            let help = "give longitude and latitude of its top left, top right, bottom right and \
                bottom left corner";
            self.error(
                "coordinates",
                "an image source needs 'coordinates', four positions in range",
                help,
            );
            return None;
        };
        Some(ImageSource { url: url.to_string(), coordinates })
    }
}

/// The JSON type's name.
pub(super) fn kind_of(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}
