//! Loading what a style draws from: its GeoJSON, tiles and pictures, each from where the style may
//! read.

use std::borrow::Cow;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use geo::geometry::Geometry;

use super::dem;
use super::load::{Geodata, Loader, StyleBase};
use super::sources::{self, Source};
use crate::diag::Diagnostic;
use crate::feature::{Feature, FeatureId, Value};
use crate::index::Index;
use crate::source::tiles::{self, TileSet, TileSetOptions, TilesError};
use crate::source::{self, roots::Roots};
use crate::style::{Context, Datum, GeoJsonData, GeoJsonSource, SourceSpec, TileSource};

impl Loader {
    /// The source of a style, by their ids.
    pub(super) fn source(
        &mut self,
        (style, id): (&str, &str),
        spec: &SourceSpec,
        file: &str,
        base: &StyleBase,
    ) -> Option<Source> {
        let (name, roots) = (format!("{style}/{id}"), self.roots(base));
        let folder = if let StyleBase::Folder(folder) = base { folder } else { Path::new("") };
        let open = |t: &TileSource| {
            let options = TileSetOptions {
                url: t.url.clone(),
                tiles: t.tiles.clone(),
                minzoom: t.minzoom,
                maxzoom: t.maxzoom,
                bounds: t.bounds,
                tms: t.tms,
            };
            match held(&options, base) {
                Some((name, bytes)) => TileSet::held(&options, name, bytes),
                None => TileSet::open(&options, folder, &roots),
            }
        };
        let opened = match spec {
            SourceSpec::GeoJson(spec) => {
                let index = self.features(id, spec, file, base)?;
                return Some(match &spec.cluster {
                    Some(cluster) => sources::clusters(&index, cluster),
                    None => Source::Features(index),
                });
            }
            SourceSpec::Unsupported(_) | SourceSpec::Broken => return None,
            SourceSpec::Vector(tiles) => open(tiles)
                .map(|set| (self.stamp(&set, file, id), sources::vector(name, set, tiles))),
            SourceSpec::Raster(tiles) => open(tiles)
                .map(|set| (self.stamp(&set, file, id), sources::raster(name, set, tiles))),
            SourceSpec::RasterDem(dem) => open(&dem.tiles).map(|set| {
                (self.stamp(&set, file, id), Source::Dem(Box::new(dem::source(name, set, dem))))
            }),
            SourceSpec::Image(image) => {
                let picture = picture(&folder.join(&image.url), &roots);
                picture.map(|p| (p.rgba.clone(), sources::fixed(p, image)))
            }
        };
        match opened {
            Ok((stamp, source)) => {
                self.hash.update(&stamp);
                Some(source)
            }
            Err(e) => {
                let d = Diagnostic::error(format!("the source cannot be read: {e}"));
                let help = if let TilesError::Place(e) = &e {
                    e.help()
                } else {
                    "give paths relative to the style"
                };
                self.problem(d.in_file(file).at(format!("/sources/{id}")).help(help));
                None
            }
        }
    }

    /// What tells a source's tiles from others.
    fn stamp(&mut self, set: &TileSet, file: &str, id: &str) -> Vec<u8> {
        let (stamp, sure) = set.stamp();
        if !sure {
            let most = tiles::MAX_STAMPED;
            let d = Diagnostic::warning(format!(
                "only {most} files of the folder are looked at for changes"
            ));
            let help = "put the tiles into an archive (MBTiles or PMTiles), so that caches see \
                when they change";
            self.problem(d.in_file(file).at(format!("/sources/{id}")).help(help));
        }
        stamp.to_le_bytes().into()
    }

    fn features(
        &mut self,
        id: &str,
        spec: &GeoJsonSource,
        file: &str,
        base: &StyleBase,
    ) -> Option<Arc<Index>> {
        let index = self.geojson(id, spec, file, base)?;
        if spec.filter.is_none() && !spec.generate_id && spec.promote_id.is_none() {
            return Some(index);
        }
        let mut collection = index.collection().clone();
        let whole = std::mem::take(&mut collection.features);
        collection.features =
            whole.into_iter().enumerate().filter_map(|(i, f)| adopted(f, i, spec)).collect();
        Some(Arc::new(Index::new(collection)))
    }

    fn geojson(
        &mut self,
        id: &str,
        spec: &GeoJsonSource,
        file: &str,
        base: &StyleBase,
    ) -> Option<Arc<Index>> {
        let reference = match &spec.data {
            GeoJsonData::Inline(text) => {
                let name = format!("{file}#/sources/{id}/data");
                return self.read(id, &name, text.as_bytes()).map(|c| Arc::new(Index::new(c)));
            }
            GeoJsonData::Reference(reference) => reference,
        };
        if let StyleBase::Folder(folder) = base {
            let path = folder.join(reference);
            if path.is_file() {
                if let Err(e) = self.roots(base).find(&path) {
                    let d =
                        Diagnostic::error(format!("the source cannot be read: {e}")).in_file(file);
                    self.problem(d.at(format!("/sources/{id}/data")).help(e.help()));
                    return None;
                }
                let name = self.file(&path)?;
                return self.collections.get(&name).cloned();
            }
        }
        // A collection's own name, which may hold dots; or that of a file which is not here, of
        // which it is the stem.
        let is_file = source::is_data(Path::new(reference));
        let by_stem =
            || self.collections.get(&source::stem(Path::new(reference))).filter(|_| is_file);
        let found = self.collections.get(reference.as_str()).or_else(by_stem).cloned();
        if found.is_none() {
            let known: Vec<&str> = self.collections.keys().map(String::as_str).collect();
            let help = format!(
                "give a path relative to the style, or the name of a collection ({})",
                known.join(", ")
            );
            let d = Diagnostic::error(format!(
                "the source's data '{reference}' is neither a file nor a collection"
            ));
            self.problem(d.in_file(file).at(format!("/sources/{id}/data")).help(help));
        }
        found
    }
}

/// What the binary holds of the tiles of a style that it holds, with their name.
fn held<'a>(
    options: &'a TileSetOptions,
    base: &StyleBase,
) -> Option<(&'a str, Cow<'static, [u8]>)> {
    let name = Path::new(options.url.as_deref()?).file_name()?.to_str()?;
    matches!(base, StyleBase::Embedded).then(|| Some((name, Geodata::get(name)?.data)))?
}

/// Reads a picture from a file within the roots.
pub(super) fn picture(path: &Path, roots: &Roots) -> Result<tiles::Picture, TilesError> {
    let bytes =
        fs::read(roots.find(path)?).map_err(|e| TilesError::Io(path.display().to_string(), e))?;
    tiles::decode_picture(&bytes)
}

/// The `i`-th feature of a source as the source's options make it; none where its filter has it
/// out.
fn adopted(mut feature: Feature, i: usize, spec: &GeoJsonSource) -> Option<Feature> {
    if let Some(filter) = &spec.filter {
        let geometry_type = match feature.geometry {
            Geometry::Point(_) | Geometry::MultiPoint(_) => "Point",
            Geometry::Line(_) | Geometry::LineString(_) | Geometry::MultiLineString(_) => {
                "LineString"
            }
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
        feature.id = feature.properties.get(name).and_then(FeatureId::of);
    }
    Some(feature)
}
