//! Loading files: of data, which a path names and their collections by name, and of a base map.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

use super::base::Base;
use super::load::{Loader, Options};
use crate::diag::Diagnostic;
use crate::feature::Collection;
use crate::index::Index;
use crate::source::{self, stem};

impl Loader {
    /// The base map that is named, of which the embedded styles may read.
    pub(super) fn base(&mut self, options: &Options, is_embedded: bool) -> Option<Base> {
        let path = options.base.as_ref()?;
        let opened = match is_embedded {
            true => Base::open(path).map_err(|e| e.to_string()),
            false => Err("a base map is drawn under the embedded styles only".to_string()),
        };
        match opened {
            Ok(base) => {
                self.roots = self.roots.with([path.as_path()]);
                Some(base)
            }
            Err(e) => {
                let d = Diagnostic::error(format!("the base map is left out: {e}"));
                let help = "give a PMTiles or MBTiles archive of vector tiles in the OpenMapTiles, \
                    Protomaps or Shortbread schema, and no --style; a style of one's own names its \
                    sources itself";
                self.problem(d.in_file(path.display().to_string()).help(help));
                self.lose("--base", path);
                None
            }
        }
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
    pub(super) fn data_files(&mut self, path: &Path) -> Option<Vec<PathBuf>> {
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

    pub(super) fn collection(
        &mut self,
        name: String,
        file: &str,
        input: impl Read,
    ) -> Option<String> {
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
