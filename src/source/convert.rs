//! One raw GeoJSON feature to one validated [`Feature`].
//!
//! What a feature says and cannot be kept (members beside those of RFC 7946, heights, numbers
//! larger than any type here) is told once a file, by name.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::large::Large;
use super::other_system::OtherSystem;
use super::quick::{self, Names, Quick};
use super::stream::Place;
use crate::diag::Diagnostic;
use crate::feature::geometry::{self, Mended};
use crate::feature::{Feature, FeatureId, Properties, Shared, Validity, Value};

/// Features as they are written, with their places.
pub(super) type Written<'t> = Vec<(Place, Cow<'t, RawValue>)>;

/// What some features of a file have become, and what was wrong with them.
#[derive(Default)]
pub(super) struct Batch {
    features: Vec<(Place, Feature)>,
    /// Each with how many of the features stand before what it tells of.
    diagnostics: Vec<(usize, Diagnostic)>,
    mended: Vec<Tally>,
    /// Members of features, beside GeoJSON's own, that are not kept: how many features have each.
    foreign: Named,
    /// Properties with whole numbers that are kept as text.
    large: Named,
}

/// How often something was met, by its name.
type Named = BTreeMap<String, usize>;

/// How often one kind of fault was mended, and where first.
struct Tally {
    kind: Mended,
    count: usize,
    first: Diagnostic,
}

/// What a feature says, and what of it was mended or is not kept.
struct Said {
    id: Option<FeatureId>,
    properties: Properties,
    geometry: ::geo::Geometry<f64>,
    mended: Vec<Mended>,
    foreign: Vec<String>,
}

/// Makes batches, one after the other.
pub(super) struct Converter<'a> {
    file: &'a str,
    /// What properties have in common.
    shared: Shared,
    names: Names,
    batch: Batch,
}

impl<'a> Converter<'a> {
    pub fn new(file: &'a str) -> Self {
        let (shared, names, batch) = Default::default();
        Self { file, shared, names, batch }
    }

    pub fn batch(&mut self, written: &Written) -> Batch {
        for (place, raw) in written {
            let told = match self.feature(*place, raw.get()) {
                Ok(feature) => {
                    self.batch.features.push((*place, feature));
                    continue;
                }
                Err(problem) => place.of((*problem).in_file(self.file)),
            };
            self.batch.diagnostics.push((self.batch.features.len(), told));
        }
        std::mem::take(&mut self.batch)
    }

    fn feature(&mut self, place: Place, text: &str) -> Result<Feature, Box<Diagnostic>> {
        match quick::read(text, &mut self.names) {
            Some(quick) => self.of_quick(place, quick),
            None => self.by_the_book(place, text),
        }
    }

    fn of_quick(&mut self, place: Place, quick: Quick) -> Result<Feature, Box<Diagnostic>> {
        let Quick { id, properties, geometry, has_heights, foreign } = quick;
        let mut mended = if has_heights { vec![Mended::Heights] } else { Vec::new() };
        let geometry = match geometry {
            None => ::geo::Geometry::GeometryCollection(Default::default()),
            Some(given) => geometry::mended_coordinates(given, &mut mended)
                .map_err(|p| refused(&p, &place.pointer(), &id))?,
        };
        let properties = properties.into_iter().collect();
        Ok(self.kept(place, Said { id, properties, geometry, mended, foreign }))
    }

    /// The feature, what is to be told of it being noted.
    fn kept(&mut self, place: Place, said: Said) -> Feature {
        let Said { id, mut properties, geometry, mended, foreign } = said;
        self.shared.share(&mut properties);
        for key in foreign {
            *self.batch.foreign.entry(key).or_default() += 1;
        }
        for kind in mended {
            self.batch.tally(kind, || {
                named(Diagnostic::warning("").at(format!("{}/geometry", place.pointer())), &id)
            });
        }
        // Its dates are read when all of them are known.
        Feature { id, properties, geometry, validity: Validity::default() }
    }

    fn by_the_book(&mut self, place: Place, text: &str) -> Result<Feature, Box<Diagnostic>> {
        let pointer = &place.pointer();
        let parsed: geojson::Feature = serde_json::from_str(text).map_err(|e| {
            let what = if e.is_syntax() || e.is_eof() { "not JSON" } else { "no GeoJSON feature" };
            let id = serde_json::from_str::<Json>(text)
                .ok()
                .and_then(|v| v.get("id").map(Json::to_string));
            let mut d = Diagnostic::error(format!("skipped, {what}: {e}")).at(pointer);
            d.feature = id;
            Box::new(d.help("see RFC 7946, sections 3.1 and 3.2"))
        })?;
        let large = Large::of(text);
        let id = match parsed.id {
            Some(geojson::feature::Id::Number(_)) if large.id.is_some() => {
                large.id.clone().map(FeatureId::Text)
            }
            Some(geojson::feature::Id::String(s)) => Some(FeatureId::Text(s.into())),
            Some(geojson::feature::Id::Number(n)) => FeatureId::of(&Value::from(&Json::Number(n))),
            None => None,
        };
        let mut foreign: Vec<String> = Vec::new();
        for (key, value) in parsed.foreign_members.iter().flatten() {
            match OtherSystem::of(value).filter(|_| key == "crs") {
                Some(system) => {
                    let d = Diagnostic::error(format!("skipped, {system}"))
                        .at(format!("{pointer}/crs"));
                    return Err(Box::new(named(d, &id).help(OtherSystem::HELP)));
                }
                None if key == "crs" || value.is_null() => {}
                None => foreign.push(key.clone()),
            }
        }
        let mut mended = Vec::new();
        let geometry = match parsed.geometry {
            None => ::geo::Geometry::GeometryCollection(Default::default()),
            Some(given) => {
                geometry::mended(given.value, &mut mended).map_err(|p| refused(&p, pointer, &id))?
            }
        };
        let mut properties: Properties = parsed
            .properties
            .iter()
            .flatten()
            .map(|(k, v)| (k.as_str().into(), Value::from(v)))
            .collect();
        for (key, value) in large.properties {
            *self.batch.large.entry(key.clone()).or_default() += 1;
            properties.insert(key.into(), value);
        }
        if large.id.is_some() {
            *self.batch.large.entry("id".to_string()).or_default() += 1;
        }
        Ok(self.kept(place, Said { id, properties, geometry, mended, foreign }))
    }
}

impl Batch {
    fn tally(&mut self, kind: Mended, first: impl FnOnce() -> Diagnostic) {
        match self.mended.iter_mut().find(|t| t.kind == kind) {
            Some(tally) => tally.count += 1,
            None => self.mended.push(Tally { kind, count: 1, first: first() }),
        }
    }
}

/// A feature whose geometry is refused.
fn refused(
    problem: &geometry::GeometryError,
    pointer: &str,
    id: &Option<FeatureId>,
) -> Box<Diagnostic> {
    let d = Diagnostic::error(format!("skipped, {}", problem.message))
        .at(format!("{pointer}/geometry{}", problem.pointer));
    Box::new(named(d, id).help(problem.help))
}

fn named(diagnostic: Diagnostic, id: &Option<FeatureId>) -> Diagnostic {
    match id {
        Some(id) => diagnostic.of_feature(format!("'{id}'")),
        None => diagnostic,
    }
}

/// The batches of a file, in order, as one.
pub(super) struct Merged<'a> {
    file: &'a str,
    features: Vec<Feature>,
    diagnostics: Vec<Diagnostic>,
    ids: HashSet<String>,
    rest: Batch,
}

impl<'a> Merged<'a> {
    pub fn new(file: &'a str) -> Self {
        let (features, diagnostics, ids, rest) = Default::default();
        Self { file, features, diagnostics, ids, rest }
    }

    /// Adds the next batch.
    pub fn add(&mut self, batch: Batch) {
        let Batch { features, diagnostics, mended, foreign, large } = batch;
        let mut told = diagnostics.into_iter().peekable();
        self.features.reserve(features.len());
        for (i, (place, feature)) in features.into_iter().enumerate() {
            while let Some((_, problem)) = told.next_if(|(before, _)| *before <= i) {
                self.diagnostics.push(problem);
            }
            if let Some(id) = &feature.id
                && !self.ids.insert(id.to_string())
            {
                let d = Diagnostic::warning("this id is used before in the file")
                    .at(format!("{}/id", place.pointer()))
                    .of_feature(format!("'{id}'"))
                    .in_file(self.file)
                    .help("give every feature an id of its own; by id, the first is found");
                self.diagnostics.push(place.of(d));
            }
            self.features.push(feature);
        }
        self.diagnostics.extend(told.map(|(_, problem)| problem));
        for Tally { kind, count, first } in mended {
            match self.rest.mended.iter_mut().find(|tally| tally.kind == kind) {
                Some(tally) => tally.count += count,
                None => self.rest.mended.push(Tally { kind, count, first }),
            }
        }
        let add = |to: &mut Named, from: Named| {
            from.into_iter().for_each(|(name, count)| *to.entry(name).or_default() += count)
        };
        add(&mut self.rest.foreign, foreign);
        add(&mut self.rest.large, large);
    }

    /// All features, and what is to be told of them.
    pub fn finish(mut self) -> (Vec<Feature>, Vec<Diagnostic>) {
        for Tally { kind, count, mut first } in self.rest.mended {
            first.message = match count {
                1 => kind.describe().to_string(),
                n => format!("{} (and {} more like it)", kind.describe(), n - 1),
            };
            self.diagnostics.push(first.in_file(self.file));
        }
        if !self.rest.foreign.is_empty() {
            let d = Diagnostic::warning(format!(
                "members of features are not kept: {}",
                listed(&self.rest.foreign)
            ));
            self.diagnostics
                .push(d.in_file(self.file).help("put what is to be kept into 'properties'"));
        }
        if !self.rest.large.is_empty() {
            let told = format!(
                "whole numbers of more than 64 bits are kept as text: {}",
                listed(&self.rest.large)
            );
            let d = Diagnostic::warning(told).in_file(self.file);
            self.diagnostics.push(d.help("write them as text to say so, and compare them as text"));
        }
        self.features.shrink_to_fit();
        (self.features, self.diagnostics)
    }
}

/// Names in quotes, each with how often it was met; many are cut.
fn listed(named: &Named) -> String {
    const MOST: usize = 20;
    let one = |(name, count): (&String, &usize)| {
        let name: String = name.chars().take(40).collect();
        format!("'{name}' ({count})")
    };
    let mut all: Vec<String> = named.iter().take(MOST).map(one).collect();
    if named.len() > MOST {
        all.push(format!("and {} more", named.len() - MOST));
    }
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All that a text becomes and what is told of it, by one way or the other.
    fn became(text: &str, by_the_book: bool) -> String {
        let mut converter = Converter::new("some.geojson");
        let place = Place::Member(3);
        let feature = match by_the_book {
            true => converter.by_the_book(place, text),
            false => converter.feature(place, text),
        };
        let mut merged = Merged::new("some.geojson");
        merged.add(std::mem::take(&mut converter.batch));
        format!("{feature:?} {:?}", merged.finish().1)
    }

    #[test]
    fn the_quick_way_gives_what_the_book_gives() {
        let properties = [
            "null",
            "{}",
            r#"{"b": 1, "a": "\u0259\n", "c": [1.5, null, {"d": true}], "b": -2}"#,
            r#"{"n": 9007199254740993, "m": -9223372036854775808, "o": 1e300, "p": -0.0}"#,
            r#"{"n": 18446744073709551616}"#,
        ];
        let geometries = [
            "null",
            r#"{"type": "Point", "coordinates": [46.75, 39.76]}"#,
            r#"{"coordinates": [[190, 1], [10, 2, 300]], "type": "MultiPoint"}"#,
            r#"{"type": "LineString", "coordinates": [[170, 1], [190, 2]]}"#,
            r#"{"type": "LineString", "coordinates": [[1, 1]]}"#,
            r#"{"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [1, 0]]]}"#,
            r#"{"type": "Polygon", "coordinates": [[[0, 0], [4, 0, 7], [0, 4], [0, 0]], []]}"#,
            r#"{"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [0, 1]]], []]}"#,
            r#"{"type": "MultiLineString", "coordinates": [[[0, 0], [1, 95]]]}"#,
            r#"{"type": "Point", "coordinates": []}"#,
            r#"{"type": "Point", "coordinates": [1]}"#,
            r#"{"type": "Point", "coordinates": [1, 2], "bbox": [1, 2, 1, 2]}"#,
        ];
        let rests = ["", r#", "id": 7"#, r#", "id": "x", "note": {}, "empty": null"#];
        let mut quick = 0;
        for properties in properties {
            for (geometry, rest) in geometries.iter().flat_map(|g| rests.map(|rest| (g, rest))) {
                let members =
                    format!(r#""properties": {properties}, "geometry": {geometry}{rest}"#);
                let text = format!(r#"{{"type": "Feature", {members}}}"#);
                quick += usize::from(quick::read(&text, &mut Names::new()).is_some());
                assert_eq!(became(&text, false), became(&text, true), "{text}");
            }
        }
        // Three of the properties and nine of the geometries are of the usual kind.
        assert_eq!(quick, 3 * 9 * 3);
    }
}
