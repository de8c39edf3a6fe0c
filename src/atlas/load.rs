//! Loading a map: the data and styles in the binary, or the files and folders given instead.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rust_embed::RustEmbed;
use xxhash_rust::xxh3::Xxh3;

use super::glyphs::RangeFiles;
use super::plain;
use super::sources::Source;
use super::{Map, Role, Sourced, StyledMap};
use crate::catalog::Catalog;
use crate::diag::{Checked, Diagnostic, meant};
use crate::feature::{Collection, Date};
use crate::identity;
use crate::index::Index;
use crate::source;
use crate::source::roots::Roots;
use crate::source::stem;
use crate::sprite::Sprite;
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
    /// Whether nothing is served where something that is named here cannot be used at all.
    pub strict: bool,
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
    for root in &options.roots {
        if let Err(e) = fs::read_dir(root) {
            let d = Diagnostic::error(format!("the folder cannot be read: {e}"))
                .in_file(root.display().to_string());
            loader.problem(d.help("give --root a folder that is there"));
            loader.lose("--root", root);
        }
    }
    loader.roots = Roots::new(options.data.iter().chain(&options.roots).map(PathBuf::as_path));
    for path in &options.fonts {
        for file in loader.files(path, &["ttf", "otf", "ttc", "otc"]).unwrap_or_default() {
            loader.font(&file);
        }
    }
    let mut styles = Vec::new();
    for path in &options.styles {
        match loader.files(path, &["json"]) {
            Some(files) => styles.extend(files),
            None => loader.lose("--style", path),
        }
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
        let Some(files) = loader.data_files(path) else {
            loader.lose("--data", path);
            continue;
        };
        for file in files {
            match loader.file(&file) {
                Some(name) => own.push(name),
                None => loader.lose("--data", &file),
            }
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
            let collections = own.iter().filter_map(|name| {
                Some((name.as_str(), loader.collections.get(name)?.collection()))
            });
            let style = plain::style(&collections.collect::<Vec<_>>());
            loader.style(
                Path::new("data.json"),
                "the style made for --data",
                &style,
                &Place::Embedded,
            );
        }
    }
    for path in &styles {
        let file = path.display().to_string();
        match fs::read_to_string(path) {
            Ok(text) => {
                let place = Place::Folder(path.parent().unwrap_or(Path::new("")));
                if loader.style(path, &file, &text, &place).is_none() {
                    loader.lose("--style", path);
                }
            }
            Err(e) => {
                let d = Diagnostic::error(format!("the style cannot be read: {e}")).in_file(file);
                loader.problem(d.help("check the path and that it may be read"));
                loader.lose("--style", path);
            }
        }
    }
    loader.finish(options.strict)
}

/// Where a style's relative paths lead.
pub(super) enum Place<'a> {
    Embedded,
    Folder(&'a Path),
}

#[derive(Default)]
pub(super) struct Loader {
    pub(super) collections: BTreeMap<String, Arc<Index>>,
    /// The collections that were read from files, by their whole path.
    files: BTreeMap<PathBuf, String>,
    styles: BTreeMap<String, StyledMap>,
    fonts: Fonts,
    /// Where the files of styles may lie, beside each style's own folder.
    roots: Roots,
    /// What was named and cannot be used, as it was named.
    lost: Vec<String>,
    /// The same and the sources that styles lack, without paths.
    missing: Vec<String>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) hash: Xxh3,
}

impl Loader {
    pub(super) fn problem(&mut self, problem: Diagnostic) {
        self.diagnostics.push(problem);
    }

    /// Notes that nothing of a path that was named can be used.
    fn lose(&mut self, flag: &str, path: &Path) {
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
        let map = Map {
            catalog: Catalog::new(self.collections),
            styles: self.styles,
            fonts: self.fonts,
            revision: self.hash.digest(),
            missing: self.missing,
        };
        Checked::new((!empty && !lost).then_some(map), self.diagnostics)
    }

    /// The files that a path names: itself, or those in a folder that are of one of the types, in
    /// name order; `None` where the folder cannot be read, which is said.
    pub(super) fn files(&mut self, path: &Path, types: &[&str]) -> Option<Vec<PathBuf>> {
        self.listed(path, types, |folder| {
            let entries = fs::read_dir(folder)?.filter_map(|e| Some(e.ok()?.path()));
            let mut files: Vec<PathBuf> =
                entries.filter(|p| p.is_file() && has_extension(p, types)).collect();
            files.sort();
            Ok((files, None))
        })
    }

    /// The same of data; what may have been meant and is not read is said.
    fn data_files(&mut self, path: &Path) -> Option<Vec<PathBuf>> {
        self.listed(path, &source::EXTENSIONS, source::files)
    }

    fn listed(
        &mut self,
        path: &Path,
        types: &[&str],
        list: impl FnOnce(&Path) -> io::Result<(Vec<PathBuf>, Option<Diagnostic>)>,
    ) -> Option<Vec<PathBuf>> {
        if !path.is_dir() {
            return Some(vec![path.to_path_buf()]);
        }
        let of_folder = |d: Diagnostic| d.in_file(path.display().to_string());
        match list(path) {
            Ok((files, told)) => {
                self.diagnostics.extend(told);
                if files.is_empty() {
                    let message =
                        format!("the folder holds no file of type {}", types.join(" or "));
                    self.problem(of_folder(Diagnostic::warning(message)));
                }
                Some(files)
            }
            Err(e) => {
                self.problem(of_folder(Diagnostic::error(format!(
                    "the folder cannot be read: {e}"
                ))));
                None
            }
        }
    }

    /// Loads a file, once, as the collection of its stem; gives the name. An embedded collection of
    /// that name gives way; one from another file keeps it, and this one gets a number.
    pub(super) fn file(&mut self, path: &Path) -> Option<String> {
        let whole = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        if let Some(name) = self.files.get(&whole) {
            return Some(name.clone());
        }
        let stem = stem(path);
        let taken = |name: &String| self.files.values().any(|n| n == name);
        let name = std::iter::once(stem.clone())
            .chain((2..).map(|n| format!("{stem}-{n}")))
            .find(|name| !taken(name))?;
        if name != stem {
            let d = Diagnostic::warning(format!(
                "another file is the collection '{stem}'; this one is called '{name}'"
            ));
            self.problem(
                d.in_file(path.display().to_string()).help("give the files different names"),
            );
        }
        match source::open(path) {
            Ok(file) => {
                let replaces = self.collections.contains_key(&name);
                let name = self.collection(name, &path.display().to_string(), file)?;
                if replaces {
                    let told = format!(
                        "it takes the place of the embedded collection '{name}', in every style"
                    );
                    let d = Diagnostic::warning(told).in_file(path.display().to_string());
                    self.problem(d.help("to have both, give the file another name"));
                }
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
        let told = self.diagnostics.len();
        let collection = self.read(&name, file, input)?;
        if collection.features.is_empty()
            && self.diagnostics[told..].iter().any(Diagnostic::is_error)
        {
            let d = Diagnostic::error("none of its features can be used").in_file(file);
            self.problem(d.help("mend the problems above"));
            return None;
        }
        self.collections.insert(name.clone(), Arc::new(Index::new(collection)));
        Some(name)
    }

    pub(super) fn read(&mut self, name: &str, file: &str, input: impl Read) -> Option<Collection> {
        let mut input = Hashing { input, hash: &mut self.hash };
        match source::read_sound(name, file, &mut input) {
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

    /// Loads a style; `None` where it cannot be used, which is said.
    fn style(&mut self, path: &Path, file: &str, text: &str, place: &Place) -> Option<()> {
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
            match self.source((&id, source), spec, file, place) {
                Some(opened) => {
                    let sourced = Sourced { role: Role::Map, source: Arc::new(opened) };
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
        let sprite = Arc::new(self.sprite(&style, file, place));
        let ranges = self.glyphs(&style, file, place);
        self.missing_names(&style, file, &sprite, ranges.as_deref());
        let (fonts, boards, stamps) = (self.fonts.clone(), Default::default(), Default::default());
        self.styles.insert(
            id,
            StyledMap { style, sprite, sources, changes, fonts, ranges, boards, stamps },
        );
        Some(())
    }

    /// Names the images that a style writes out and has not, for each layer, and such fonts, each
    /// once.
    fn missing_names(
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

    /// Where the files of a style in a place may lie.
    pub(super) fn roots(&self, place: &Place) -> Roots {
        match place {
            Place::Embedded => self.roots.clone(),
            Place::Folder(folder) => self.roots.with([*folder]),
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
    fn glyphs(&mut self, style: &Style, file: &str, place: &Place) -> Option<Arc<dyn GlyphRanges>> {
        let template = style.json.get("glyphs")?.as_str()?;
        let folder = if let Place::Folder(folder) = place { folder } else { Path::new("") };
        match RangeFiles::new(template, folder, self.roots(place)) {
            Some(Ok(files)) => {
                self.hash.update(files.stamp().as_bytes());
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

/// Whether a file's extension is one of some, in small letters or capitals.
fn has_extension(path: &Path, some: &[&str]) -> bool {
    path.extension().is_some_and(|x| some.iter().any(|one| x.eq_ignore_ascii_case(one)))
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
