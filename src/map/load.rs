//! Loading a map: the data and styles in the binary, or the files and folders given instead.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rust_embed::RustEmbed;
use xxhash_rust::xxh3::Xxh3;

use geo::geometry::Geometry;

use super::glyphs::RangeFiles;
use super::sources::{self, Source};
use super::{Map, StyledMap};
use crate::diag::{Checked, Diagnostic};
use crate::feature::{Collection, Date, Feature, FeatureId, Value};
use crate::index::Index;
use crate::source;
use crate::source::tiles::{self, TileSet, TileSetOptions, TilesError};
use crate::style::{self, Context, Datum, GeoJsonData, GeoJsonSource, SourceSpec, Style, TileSource};
use crate::text::{Fonts, GlyphRanges};

/// What to load. With no style given, the map in the binary is loaded; collections given beside it are added, or take
/// the place of those of the same name, and are shown by a plain style of their own, `data`.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `.geojson` and `.json` files, or folders of them.
    pub data: Vec<PathBuf>,
    /// Style files, or folders of `.json` styles.
    pub styles: Vec<PathBuf>,
    /// Font files, or folders of `.ttf`, `.otf`, `.ttc` and `.otc`, to be preferred to those in the binary.
    pub fonts: Vec<PathBuf>,
    /// Whether a character that no font has is drawn as the font's glyph for it, and not left out.
    pub draw_missing_glyphs: bool,
}

#[derive(RustEmbed)]
#[folder = "geodata/"]
#[include = "*.geojson"]
#[include = "schema/*.json"]
#[exclude = "build/*"]
struct Geodata;

#[derive(RustEmbed)]
#[folder = "styles/"]
pub(super) struct Styles;

/// The embedded schemas by their path below `geodata/`.
pub fn embedded_schemas() -> BTreeMap<String, String> {
    let schema = |path: &str| Some((path.to_string(), String::from_utf8(Geodata::get(path)?.data.into_owned()).ok()?));
    Geodata::iter().filter(|p| p.starts_with("schema/")).filter_map(|p| schema(&p)).collect()
}

/// Loads everything. What is bad is left out and reported; `None` where nothing is left to serve.
pub fn load(options: &Options) -> Checked<Option<Map>> {
    let mut loader = Loader { fonts: Fonts::embedded(), ..Loader::default() };
    loader.fonts.draw_missing = options.draw_missing_glyphs;
    loader.hash.update(env!("CARGO_PKG_VERSION").as_bytes());
    loader.hash.update(&[u8::from(options.draw_missing_glyphs)]);
    for path in &options.fonts {
        for file in loader.files(path, &["ttf", "otf", "ttc", "otc"]) {
            loader.font(&file);
        }
    }
    let mut styles = Vec::new();
    for path in &options.styles {
        styles.extend(loader.files(path, &["json"]));
    }
    let embedded = styles.is_empty();
    if embedded {
        for path in Geodata::iter().filter(|p| p.ends_with(".geojson")) {
            if let Some(file) = Geodata::get(&path) {
                loader.collection(stem(Path::new(&*path)), &format!("geodata/{path}"), &*file.data);
            }
        }
    }
    let mut own = Vec::new();
    for path in &options.data {
        for file in loader.files(path, &["geojson", "json"]) {
            own.extend(loader.file(&file));
        }
    }
    if embedded {
        for path in Styles::iter().filter(|p| p.ends_with(".json") && !p.contains('/')) {
            if let Some(file) = Styles::get(&path) {
                let text = String::from_utf8_lossy(&file.data);
                loader.style(Path::new(&*path), &format!("styles/{path}"), &text, &Place::Embedded);
            }
        }
        if !own.is_empty() {
            loader.style(Path::new("data.json"), "the style made for --data", &plain_style(&own), &Place::Embedded);
        }
    }
    for path in &styles {
        let file = path.display().to_string();
        match fs::read_to_string(path) {
            Ok(text) => loader.style(path, &file, &text, &Place::Folder(path.parent().unwrap_or(Path::new("")))),
            Err(e) => loader.problem(Diagnostic::error(format!("the style cannot be read: {e}")).in_file(file)),
        }
    }
    let Loader { collections, styles, fonts, hash, .. } = &mut loader;
    let (collections, styles) = (std::mem::take(collections), std::mem::take(styles));
    let schemas = collections.keys().map(|id| (id.clone(), Default::default())).collect();
    let map =
        Map { collections, schemas, names: Default::default(), styles, fonts: fonts.clone(), revision: hash.digest() };
    let empty = map.styles.is_empty();
    if empty {
        loader
            .diagnostics
            .push(Diagnostic::error("there is no style to draw with").help("mend the problems above, or give --style"));
    }
    Checked::new((!empty).then_some(map), loader.diagnostics)
}

/// Where a style's relative paths lead.
pub(super) enum Place<'a> {
    Embedded,
    Folder(&'a Path),
}

#[derive(Default)]
pub(super) struct Loader {
    collections: BTreeMap<String, Arc<Index>>,
    /// The collections that were read from files, by their whole path.
    files: BTreeMap<PathBuf, String>,
    styles: BTreeMap<String, StyledMap>,
    fonts: Fonts,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) hash: Xxh3,
}

impl Loader {
    pub(super) fn problem(&mut self, problem: Diagnostic) {
        self.diagnostics.push(problem);
    }

    /// The files that a path names: itself, or those in a folder with one of the extensions, in name order.
    pub(super) fn files(&mut self, path: &Path, extensions: &[&str]) -> Vec<PathBuf> {
        if !path.is_dir() {
            return vec![path.to_path_buf()];
        }
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(e) => {
                self.problem(
                    Diagnostic::error(format!("the folder cannot be read: {e}")).in_file(path.display().to_string()),
                );
                return Vec::new();
            }
        };
        let mut files: Vec<PathBuf> = entries
            .filter_map(|e| Some(e.ok()?.path()))
            .filter(|p| p.is_file() && p.extension().is_some_and(|x| extensions.iter().any(|e| x == *e)))
            .collect();
        files.sort();
        if files.is_empty() {
            let d = Diagnostic::warning(format!("the folder holds no file of type {}", extensions.join(" or ")))
                .in_file(path.display().to_string());
            self.problem(d);
        }
        files
    }

    /// Loads a file, once, as the collection of its stem; gives the name. An embedded collection of that name gives way;
    /// one from another file keeps it, and this one gets a number.
    fn file(&mut self, path: &Path) -> Option<String> {
        let whole = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        if let Some(name) = self.files.get(&whole) {
            return Some(name.clone());
        }
        let stem = stem(path);
        let taken = |name: &String| self.files.values().any(|n| n == name);
        let name =
            std::iter::once(stem.clone()).chain((2..).map(|n| format!("{stem}-{n}"))).find(|name| !taken(name))?;
        if name != stem {
            let d =
                Diagnostic::warning(format!("another file is the collection '{stem}'; this one is called '{name}'"));
            self.problem(d.in_file(path.display().to_string()).help("give the files different names"));
        }
        match source::open(path) {
            Ok(file) => {
                let name = self.collection(name, &path.display().to_string(), file)?;
                self.files.insert(whole, name.clone());
                Some(name)
            }
            Err(problem) => {
                self.problem(*problem);
                None
            }
        }
    }

    fn collection(&mut self, name: String, file: &str, input: impl Read) -> Option<String> {
        let collection = self.read(&name, file, input)?;
        self.collections.insert(name.clone(), Arc::new(Index::new(collection)));
        Some(name)
    }

    fn read(&mut self, name: &str, file: &str, input: impl Read) -> Option<Collection> {
        let mut input = Hashing { input, hash: &mut self.hash };
        match source::read(name, file, &mut input) {
            Ok(checked) => {
                self.diagnostics.extend(checked.diagnostics);
                Some(checked.value)
            }
            Err(problem) => {
                self.problem(*problem);
                None
            }
        }
    }

    fn style(&mut self, path: &Path, file: &str, text: &str, place: &Place) {
        self.hash.update(text.as_bytes());
        let Checked { value, diagnostics } = style::parse(text);
        self.diagnostics.extend(diagnostics.into_iter().map(|d| d.in_file(file)));
        let Some(style) = value else { return };
        let id = stem(path);
        if self.styles.contains_key(&id) {
            let d = Diagnostic::error(format!("another style is called '{id}'; this one is left out"));
            return self.problem(d.in_file(file).help("give the style files different names"));
        }
        let sources: BTreeMap<String, Arc<Source>> = style
            .sources
            .iter()
            .filter_map(|(source, spec)| Some((source.clone(), Arc::new(self.source(source, spec, file, place)?))))
            .collect();
        let dated =
            |s: &Arc<Source>| if let Source::Features(index) = &**s { index.change_dates() } else { Vec::new() };
        let mut changes: Vec<Date> = sources.values().flat_map(dated).collect();
        changes.sort_unstable();
        changes.dedup();
        let sprite = Arc::new(self.sprite(&style, file, place));
        for (i, layer) in style.layers.iter().enumerate() {
            for name in layer.paint.image_names().filter(|name| sprite.image(name, 1).is_none()) {
                let d = Diagnostic::error(format!(
                    "the sprite has no image '{name}'; the layer '{}' draws nothing",
                    layer.id
                ));
                self.diagnostics.push(d.in_file(file).at(format!("/layers/{i}/paint")));
            }
        }
        let ranges = self.glyphs(&style, file, place);
        let (fonts, boards, stamps) = (self.fonts.clone(), Default::default(), Default::default());
        self.styles.insert(id, StyledMap { style, sprite, sources, changes, fonts, ranges, boards, stamps });
    }

    /// Adds the faces of a font file.
    fn font(&mut self, path: &Path) {
        let file = path.display().to_string();
        let read = fs::read(path).map_err(|e| e.to_string()).and_then(|data| {
            self.hash.update(&data);
            self.fonts.add(data).map_err(|e| e.to_string())
        });
        match read {
            Ok(faces) => {
                if let Some(face) = faces.iter().find(|f| f.colored) {
                    let message =
                        format!("the colours of '{}' are not drawn; its glyphs are in the text's colour", face.name);
                    self.problem(Diagnostic::warning(message).in_file(file));
                }
            }
            Err(e) => {
                let d = Diagnostic::error(format!("the font is left out: {e}"));
                self.problem(d.in_file(file).help("give TrueType or OpenType files with outlines"));
            }
        }
    }

    /// The style's own glyph ranges, where they are files.
    fn glyphs(&mut self, style: &Style, file: &str, place: &Place) -> Option<Arc<dyn GlyphRanges>> {
        let template = style.json.get("glyphs")?.as_str()?;
        let folder = if let Place::Folder(folder) = place { folder } else { Path::new("") };
        match RangeFiles::new(template, folder) {
            Some(files) => {
                self.hash.update(files.stamp().as_bytes());
                Some(Arc::new(files))
            }
            None => {
                let d =
                    Diagnostic::warning(format!("the glyphs at '{template}' are not fetched; fonts take their place"));
                let help = "give the path of local files with {fontstack} and {range} in it to draw with them";
                self.problem(d.in_file(file).at("/glyphs").help(help));
                None
            }
        }
    }

    fn source(&mut self, id: &str, spec: &SourceSpec, file: &str, place: &Place) -> Option<Source> {
        let folder = if let Place::Folder(folder) = place { folder } else { Path::new("") };
        let open = |t: &TileSource| {
            let options = TileSetOptions {
                url: t.url.clone(),
                tiles: t.tiles.clone(),
                minzoom: t.minzoom,
                maxzoom: t.maxzoom,
                bounds: t.bounds,
                tms: t.tms,
            };
            TileSet::open(&options, folder)
        };
        let opened = match spec {
            SourceSpec::GeoJson(spec) => {
                let index = self.features(id, spec, file, place)?;
                return Some(match &spec.cluster {
                    Some(cluster) => sources::clusters(&index, cluster),
                    None => Source::Features(index),
                });
            }
            SourceSpec::Unsupported(_) | SourceSpec::Broken => return None,
            SourceSpec::Vector(tiles) => open(tiles).map(|set| (set.stamp().into(), sources::vector(set, tiles))),
            SourceSpec::Raster(tiles) => open(tiles).map(|set| (set.stamp().into(), sources::raster(set, tiles))),
            SourceSpec::Image(image) => {
                picture(&folder.join(&image.url)).map(|p| (p.rgba.clone(), sources::placed(p, image)))
            }
        };
        match opened {
            Ok((stamp, source)) => {
                let stamp: Vec<u8> = stamp;
                self.hash.update(&stamp);
                Some(source)
            }
            Err(e) => {
                let d = Diagnostic::error(format!("the source cannot be read: {e}"));
                self.problem(d.in_file(file).at(format!("/sources/{id}")).help("give paths relative to the style"));
                None
            }
        }
    }

    fn features(&mut self, id: &str, spec: &GeoJsonSource, file: &str, place: &Place) -> Option<Arc<Index>> {
        let index = self.geojson(id, spec, file, place)?;
        if spec.filter.is_none() && !spec.generate_id && spec.promote_id.is_none() {
            return Some(index);
        }
        let mut collection = index.collection().clone();
        let whole = std::mem::take(&mut collection.features);
        collection.features = whole.into_iter().enumerate().filter_map(|(i, f)| adopted(f, i, spec)).collect();
        Some(Arc::new(Index::new(collection)))
    }

    fn geojson(&mut self, id: &str, spec: &GeoJsonSource, file: &str, place: &Place) -> Option<Arc<Index>> {
        let reference = match &spec.data {
            GeoJsonData::Inline(text) => {
                let name = format!("{file}#/sources/{id}/data");
                return self.read(id, &name, text.as_bytes()).map(|c| Arc::new(Index::new(c)));
            }
            GeoJsonData::Reference(reference) => reference,
        };
        if let Place::Folder(folder) = place {
            let path = folder.join(reference);
            if path.is_file() {
                let name = self.file(&path)?;
                return self.collections.get(&name).cloned();
            }
        }
        let name = stem(Path::new(reference));
        let found = self.collections.get(&name).cloned();
        if found.is_none() {
            let known: Vec<&str> = self.collections.keys().map(String::as_str).collect();
            let help = format!("give a path relative to the style, or the name of a collection ({})", known.join(", "));
            let d = Diagnostic::error(format!("the source's data '{reference}' is neither a file nor a collection"));
            self.problem(d.in_file(file).at(format!("/sources/{id}/data")).help(help));
        }
        found
    }
}

/// Reads a picture from a file.
pub(super) fn picture(path: &Path) -> Result<tiles::Picture, TilesError> {
    let bytes = fs::read(path).map_err(|e| TilesError::Io(path.display().to_string(), e))?;
    tiles::decode_picture(&bytes)
}

/// The `i`-th feature of a source as the source's options make it; none where its filter has it out.
fn adopted(mut feature: Feature, i: usize, spec: &GeoJsonSource) -> Option<Feature> {
    if let Some(filter) = &spec.filter {
        let geometry_type = match feature.geometry {
            Geometry::Point(_) | Geometry::MultiPoint(_) => "Point",
            Geometry::Line(_) | Geometry::LineString(_) | Geometry::MultiLineString(_) => "LineString",
            _ => "Polygon",
        };
        let context = Context { feature: Some(&feature), geometry_type, ..Context::nowhere() };
        if !matches!(filter.eval(&context), Ok(Datum::Plain(Value::Bool(true)))) {
            return None;
        }
    }
    if spec.generate_id {
        feature.id = Some(FeatureId::Number(i as f64));
    }
    if let Some(name) = &spec.promote_id {
        feature.id = match feature.properties.get(&**name) {
            Some(Value::Number(n)) => Some(FeatureId::Number(*n)),
            Some(Value::Text(t)) => Some(FeatureId::Text(t.clone())),
            _ => None,
        };
    }
    Some(feature)
}

/// A file's name without its extension.
pub(super) fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Passes bytes through and into the revision's hash.
struct Hashing<'a, R> {
    input: R,
    hash: &'a mut Xxh3,
}

impl<R: Read> Read for Hashing<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.hash.update(&buffer[..count]);
        Ok(count)
    }
}

/// Every collection in plain sight: polygons tinted, lines and points in one blue.
fn plain_style(collections: &[String]) -> String {
    let mut sources = serde_json::Map::new();
    let mut layers =
        vec![serde_json::json!({"id": "paper", "type": "background", "paint": {"background-color": "#f7f6f2"}})];
    for name in collections {
        sources.insert(name.clone(), serde_json::json!({"type": "geojson", "data": name}));
        let is = |kind: &str| serde_json::json!(["==", ["geometry-type"], kind]);
        layers.push(
            serde_json::json!({"id": format!("{name}-fill"), "type": "fill", "source": name, "filter": is("Polygon"),
            "paint": {"fill-color": "#4c7fb0", "fill-opacity": 0.25}}),
        );
        layers.push(serde_json::json!({"id": format!("{name}-line"), "type": "line", "source": name,
            "paint": {"line-color": "#2c5f90", "line-width": 1.2}, "layout": {"line-join": "round"}}));
        layers.push(serde_json::json!({"id": format!("{name}-point"), "type": "circle", "source": name, "filter": is("Point"),
            "paint": {"circle-color": "#2c5f90", "circle-radius": 4, "circle-stroke-color": "#fff", "circle-stroke-width": 1}}));
    }
    serde_json::json!({"version": 8, "name": "Data", "sources": sources, "layers": layers}).to_string()
}
