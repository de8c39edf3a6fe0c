//! Loading a style's images: folders of SVG files, and sprite sheets.

use std::fs;
use std::path::{Path, PathBuf};

use super::load::{Loader, StyleBase, Styles};
use super::load_sources::picture;
use super::sources;
use crate::diag::Diagnostic;
use crate::source::roots::{Roots, RootsError};
use crate::source::stem;
use crate::sprite::{self, Sprite};
use crate::style::Style;

impl Loader {
    /// The style's images, from each of its sprites.
    pub(super) fn sprite(&mut self, style: &Style, file: &str, base: &StyleBase) -> Sprite {
        let mut all = Sprite::default();
        for (id, reference) in &style.sprites {
            let sprite = match base {
                StyleBase::Embedded => {
                    let folder = format!("{}/", reference.trim_end_matches('/'));
                    let named =
                        |p: &str| Some(p.strip_prefix(&folder)?.strip_suffix(".svg")?.to_string());
                    let text =
                        |p: &str| Some(String::from_utf8_lossy(&Styles::get(p)?.data).into_owned());
                    self.drawn(
                        Styles::iter().filter_map(|p| Some((named(&p)?, text(&p)?))).collect(),
                    )
                }
                StyleBase::Folder(folder) => {
                    let (path, roots) = (folder.join(reference), self.roots(base));
                    match roots.find(&path) {
                        Err(e @ RootsError::Outside(_)) => {
                            let d = Diagnostic::error(format!("the sprite is left out: {e}"))
                                .in_file(file);
                            self.problem(d.at("/sprite").help(e.help()));
                            Sprite::default()
                        }
                        Ok(folder) if folder.is_dir() => self.svgs(&path, &roots),
                        _ => self.sheets(&path, reference, file, &roots),
                    }
                }
            };
            all.add(id, sprite);
        }
        all
    }

    /// A folder of SVG files.
    fn svgs(&mut self, folder: &Path, roots: &Roots) -> Sprite {
        // In name order, so that the revision is the same at every start.
        let mut svgs = Vec::new();
        for path in self.files(folder, &["svg"]).unwrap_or_default() {
            match text_of(&path, roots) {
                Ok(svg) => svgs.push((stem(&path), svg)),
                Err(e) => {
                    let d = Diagnostic::error(format!("the image is left out: {e}"));
                    self.problem(d.in_file(path.display().to_string()).help(e.help()));
                }
            }
        }
        self.drawn(svgs)
    }

    fn drawn(&mut self, svgs: Vec<(String, String)>) -> Sprite {
        for (name, svg) in &svgs {
            self.hash.update(name.as_bytes());
            self.hash.update(svg.as_bytes());
        }
        let (sprite, problems) =
            Sprite::from_svgs(svgs.iter().map(|(n, s)| (n.as_str(), s.as_str())));
        self.diagnostics.extend(problems);
        sprite
    }

    /// Sheets `name.json` and `name.png`, `name@2x.json` and so on: at least one of them.
    fn sheets(&mut self, path: &Path, reference: &str, file: &str, roots: &Roots) -> Sprite {
        let mut sprite = Sprite::default();
        let mut found = false;
        for ratio in sprite::RATIOS {
            let suffix = if ratio == 1 { String::new() } else { format!("@{ratio}x") };
            let beside =
                |extension: &str| PathBuf::from(format!("{}{suffix}.{extension}", path.display()));
            let index = match text_of(&beside("json"), roots) {
                Ok(index) => index,
                Err(RootsError::Io(..)) => continue,
                Err(e) => {
                    found = true;
                    let d = Diagnostic::error(format!("the sprite sheet is left out: {e}"));
                    self.problem(d.in_file(file).at("/sprite").help(e.help()));
                    continue;
                }
            };
            found = true;
            self.hash.update(index.as_bytes());
            let added = picture(&beside("png"), roots).map_err(|e| e.to_string()).and_then(|p| {
                self.hash.update(&p.rgba);
                sprite.add_sheet(&index, &sources::image(p), ratio).map_err(|e| e.to_string())
            });
            if let Err(e) = added {
                let d = Diagnostic::error(format!("the sprite sheet is left out: {e}"));
                self.problem(d.in_file(beside("json").display().to_string()));
            }
        }
        if !found {
            let d = Diagnostic::error(format!(
                "the sprite '{reference}' is neither a folder of SVG files nor a sheet"
            ));
            let help =
                "give the path of a folder, or of a sheet without its .json, relative to the style";
            self.problem(d.in_file(file).at("/sprite").help(help));
        }
        sprite
    }
}

/// Reads a file within the roots.
fn text_of(path: &Path, roots: &Roots) -> Result<String, RootsError> {
    fs::read_to_string(roots.find(path)?).map_err(|e| RootsError::Io(path.display().to_string(), e))
}
