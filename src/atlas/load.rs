//! Loading a map: the data and styles in the binary, or the files and folders given instead.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rust_embed::RustEmbed;
use xxhash_rust::xxh3::Xxh3;

use super::base::Base;
use super::glyphs::RangeFiles;
use super::plain;
use super::sources::Source;
use super::{Map, Role, Sourced, StyledMap};
use crate::catalog::Catalog;
use crate::diag::{Checked, Diagnostic};
use crate::feature::Date;
use crate::identity;
use crate::index::Index;
use crate::source::roots::Roots;
use crate::source::stem;
use crate::style::{self, SourceSpec, Style};
use crate::text::{Fonts, GlyphRanges};

/// What to load. With no style given, the map in the binary is loaded; collections given beside it
/// are added, or take the place of those of the same name, and are shown by a plain style of their
/// own, `data`.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Files of data, or folders of them (see [`source::is_data`]).
    pub data: Vec<PathBuf>,
    /// Style files, or folders of `.json` styles.
    pub styles: Vec<PathBuf>,
    /// Font files, or folders of `.ttf`, `.otf`, `.ttc` and `.otc`, to be preferred to those in the
    /// binary.
    pub fonts: Vec<PathBuf>,
    /// Folders beside those of `data` and the styles' own that styles may read files of.
    pub roots: Vec<PathBuf>,
    /// An archive of vector tiles to be drawn under the map in the binary (see [`super::base`]).
    pub base: Option<PathBuf>,
    /// Whether nothing is served where something that is named here cannot be used at all.
    pub strict: bool,
    /// Whether a character that no font has is drawn as the font's glyph for it, and not left out.
    pub draw_missing_glyphs: bool,
}

#[derive(RustEmbed)]
#[folder = "geodata/"]
#[include = "*.geojson"]
#[include = "*.pmtiles"]
#[include = "schema/*.json"]
#[exclude = "build/*"]
pub(super) struct Geodata;

#[derive(RustEmbed)]
#[folder = "styles/"]
pub struct Styles;

/// The embedded schemas by their path below `geodata/`.
pub fn embedded_schemas() -> BTreeMap<String, String> {
    let schema = |path: &str| {
        Some((path.to_string(), String::from_utf8(Geodata::get(path)?.data.into_owned()).ok()?))
    };
    Geodata::iter().filter(|p| p.starts_with("schema/")).filter_map(|p| schema(&p)).collect()
}

/// Loads everything. What is bad is left out and reported; `None` where nothing is left to serve.
pub fn load(options: &Options) -> Checked<Option<Map>> {
    let mut loader = Loader { fonts: Fonts::embedded(), ..Loader::default() };
    loader.fonts.draw_missing = options.draw_missing_glyphs;
    loader.hash.update(identity::BUILD.as_bytes());
    loader.hash.update(&[u8::from(options.draw_missing_glyphs)]);
    loader.root_folders(options);
    loader.font_files(options);
    let styles = loader.named_styles(options);
    if styles.is_empty() {
        loader.embedded_collections();
    }
    let own = loader.named_data(options);
    let base = loader.base(options, styles.is_empty());
    if styles.is_empty() {
        loader.embedded_styles(&own, base.as_ref());
    }
    for path in &styles {
        loader.style_file(path);
    }
    loader.finish(options.strict)
}

/// Where a style's relative paths lead.
pub(super) enum StyleBase<'a> {
    Embedded,
    Folder(&'a Path),
}

#[derive(Default)]
pub(super) struct Loader {
    pub(super) collections: BTreeMap<String, Arc<Index>>,
    /// The collections that were read from files, by their whole path.
    pub(super) files: BTreeMap<PathBuf, String>,
    styles: BTreeMap<String, StyledMap>,
    pub(super) fonts: Fonts,
    /// Where the files of styles may lie, beside each style's own folder.
    pub(super) roots: Roots,
    /// What was named and cannot be used, as it was named.
    lost: Vec<String>,
    /// The same and the sources that styles lack, without paths.
    missing: Vec<String>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) hash: Xxh3,
}

impl Loader {
    /// Takes note of the folders that styles may read files of.
    fn root_folders(&mut self, options: &Options) {
        for root in &options.roots {
            if let Err(e) = fs::read_dir(root) {
                let d = Diagnostic::error(format!("the folder cannot be read: {e}"))
                    .in_file(root.display().to_string());
                self.problem(d.help("give --root a folder that is there"));
                self.lose("--root", root);
            }
        }
        self.roots = Roots::new(options.data.iter().chain(&options.roots).map(PathBuf::as_path));
    }

    fn font_files(&mut self, options: &Options) {
        for path in &options.fonts {
            for file in self.files(path, &["ttf", "otf", "ttc", "otc"]).unwrap_or_default() {
                self.font(&file);
            }
        }
    }

    /// The style files that are named.
    fn named_styles(&mut self, options: &Options) -> Vec<PathBuf> {
        let mut styles = Vec::new();
        for path in &options.styles {
            match self.files(path, &["json"]) {
                Some(files) => styles.extend(files),
                None => self.lose("--style", path),
            }
        }
        styles
    }

    fn embedded_collections(&mut self) {
        for path in Geodata::iter().filter(|p| p.ends_with(".geojson")) {
            if let Some(file) = Geodata::get(&path) {
                self.collection(stem(Path::new(&*path)), &format!("geodata/{path}"), &*file.data);
            }
        }
    }

    /// Loads the data that is named; gives the names of its collections.
    fn named_data(&mut self, options: &Options) -> Vec<String> {
        let mut names = Vec::new();
        for path in &options.data {
            let Some(files) = self.data_files(path) else {
                self.lose("--data", path);
                continue;
            };
            for file in files {
                match self.file(&file) {
                    Some(name) => names.push(name),
                    None => self.lose("--data", &file),
                }
            }
        }
        names
    }

    /// The embedded styles, over the base map, and one made for the data that is named.
    fn embedded_styles(&mut self, own: &[String], base: Option<&Base>) {
        for path in Styles::iter().filter(|p| p.ends_with(".json") && !p.contains('/')) {
            if let Some(file) = Styles::get(&path) {
                let text = String::from_utf8_lossy(&file.data);
                let over = base
                    .and_then(|base| base.under(&text, &Styles::get(&base.layers_file())?.data));
                let text = over.map_or(text, Cow::Owned);
                let name = format!("styles/{path}");
                self.style(Path::new(&*path), &name, &text, &StyleBase::Embedded);
            }
        }
        if own.is_empty() {
            return;
        }
        let named = |name: &'_ String| self.collections.get(name).cloned();
        let read: Vec<_> = own.iter().filter_map(|name| Some((name, named(name)?))).collect();
        let collections = read.iter().map(|(name, index)| (name.as_str(), index.collection()));
        let style = plain::style(&collections.collect::<Vec<_>>());
        let name = "the style made for --data";
        self.style(Path::new("data.json"), name, &style, &StyleBase::Embedded);
    }

    fn style_file(&mut self, path: &Path) {
        let file = path.display().to_string();
        match fs::read_to_string(path) {
            Ok(text) => {
                let base = StyleBase::Folder(path.parent().unwrap_or(Path::new("")));
                if self.style(path, &file, &text, &base).is_none() {
                    self.lose("--style", path);
                }
            }
            Err(e) => {
                let d = Diagnostic::error(format!("the style cannot be read: {e}")).in_file(file);
                self.problem(d.help("check the path and that it may be read"));
                self.lose("--style", path);
            }
        }
    }

    pub(super) fn problem(&mut self, problem: Diagnostic) {
        self.diagnostics.push(problem);
    }

    /// Notes that nothing of a path that was named can be used.
    pub(super) fn lose(&mut self, flag: &str, path: &Path) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.missing.push(format!("'{name}' of {flag} could not be read"));
        self.lost.push(format!("{flag} {}", path.display()));
    }

    /// The map, unless there is nothing to draw with, or something is lost and `strict`.
    fn finish(mut self, strict: bool) -> Checked<Option<Map>> {
        let (empty, lost) = (self.styles.is_empty(), strict && !self.lost.is_empty());
        if empty {
            let d = Diagnostic::error("there is no style to draw with");
            self.problem(d.help("mend the problems above, or give --style"));
        }
        if lost {
            let d = Diagnostic::error(format!("nothing of {} can be served", self.lost.join(", ")));
            self.problem(d.help("mend the problems above, or serve the rest with --lenient"));
        }
        self.collections.retain(|_, index| !index.collection().backdrop);
        let map = Map {
            catalog: Catalog::new(self.collections),
            styles: self.styles,
            fonts: self.fonts,
            revision: self.hash.digest(),
            missing: self.missing,
        };
        Checked::new((!empty && !lost).then_some(map), self.diagnostics)
    }

    /// Loads a style; `None` where it cannot be used, which is said.
    fn style(&mut self, path: &Path, file: &str, text: &str, base: &StyleBase) -> Option<()> {
        self.hash.update(text.as_bytes());
        let Checked { value, diagnostics } = style::parse(text);
        self.diagnostics.extend(diagnostics.into_iter().map(|d| d.in_file(file)));
        let mut style = value?;
        let id = stem(path);
        if self.styles.contains_key(&id) {
            let d =
                Diagnostic::error(format!("another style is called '{id}'; this one is left out"));
            self.problem(d.in_file(file).help("give the style files different names"));
            return None;
        }
        let mut sources: BTreeMap<String, Sourced> = BTreeMap::new();
        for (source, spec) in &style.sources {
            match self.source((&id, source), spec, file, base) {
                Some(opened) => {
                    let tolerance_px = spec.tolerance();
                    if let (Source::Features(index), true) = (&opened, tolerance_px > 0.0) {
                        // Before anybody waits for a picture.
                        index.worths();
                    }
                    let opened = Arc::new(opened);
                    let sourced = Sourced { role: Role::Map, source: opened, tolerance_px };
                    sources.insert(source.clone(), sourced);
                }
                None if matches!(spec, SourceSpec::Unsupported(_)) => {}
                None => self.missing.push(format!("source {id}/{source} could not be read")),
            }
        }
        let dated = |sourced: &Sourced| match &*sourced.source {
            Source::Features(index) => index.change_dates(),
            _ => Vec::new(),
        };
        let mut changes: Vec<Date> = sources.values().flat_map(dated).collect();
        changes.sort_unstable();
        changes.dedup();
        if let Some((last, today)) = changes.last().zip(today()) {
            style.settle_date(*last, today);
        }
        let sprite = Arc::new(self.sprite(&style, file, base));
        let ranges = self.glyphs(&style, file, base);
        self.missing_names(&style, file, &sprite, ranges.as_deref());
        let (fonts, (boards, known, stamps, vector)) = (self.fonts.clone(), Default::default());
        let styled = StyledMap {
            style,
            sprite,
            sources,
            changes,
            fonts,
            ranges,
            boards,
            known,
            stamps,
            vector,
            projector: None,
        };
        self.styles.insert(id, styled);
        Some(())
    }

    /// Where the files of a style in a place may lie.
    pub(super) fn roots(&self, base: &StyleBase) -> Roots {
        match base {
            StyleBase::Embedded => self.roots.clone(),
            StyleBase::Folder(folder) => self.roots.with([*folder]),
        }
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
                    let message = format!(
                        "the colours of '{}' are not drawn; its glyphs are in the text's colour",
                        face.name
                    );
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
    fn glyphs(
        &mut self,
        style: &Style,
        file: &str,
        base: &StyleBase,
    ) -> Option<Arc<dyn GlyphRanges>> {
        let template = style.json.get("glyphs")?.as_str()?;
        let folder = if let StyleBase::Folder(folder) = base { folder } else { Path::new("") };
        match RangeFiles::new(template, folder, self.roots(base)) {
            Some(Ok(files)) => {
                self.hash.update(&files.stamp().to_le_bytes());
                Some(Arc::new(files))
            }
            Some(Err(e)) => {
                let d = Diagnostic::error(format!("the glyphs are left out: {e}")).in_file(file);
                self.problem(d.at("/glyphs").help(e.help()));
                None
            }
            None => {
                let d = Diagnostic::warning(format!(
                    "the glyphs at '{template}' are not fetched; fonts take their place"
                ));
                let help = "give the path of local files with {fontstack} and {range} in it to \
                    draw with them";
                self.problem(d.in_file(file).at("/glyphs").help(help));
                None
            }
        }
    }
}

/// The day that it is, UTC.
fn today() -> Option<Date> {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let days = u32::try_from(since_1970.as_secs() / 86_400).ok()?;
    "1970-01-01".parse::<Date>().ok()?.after(days)
}
