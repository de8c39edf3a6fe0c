//! One raw GeoJSON feature to one validated [`Feature`].
//!
//! What a feature says and cannot be kept (members beside those of RFC 7946, heights, numbers
//! larger than any type here) is told once a file, by name.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::large::Large;
use super::other_system::OtherSystem;
use super::stream::Place;
use crate::diag::Diagnostic;
use crate::feature::geometry::{self, Mended};
use crate::feature::{Feature, FeatureId, Properties, Shared, Validity, Value};

/// Collects a document's features and what was wrong with them.
pub(super) struct Converter<'a> {
    file: &'a str,
    features: Vec<Feature>,
    /// What their properties have in common.
    shared: Shared,
    diagnostics: Vec<Diagnostic>,
    ids: HashSet<String>,
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

impl<'a> Converter<'a> {
    pub fn new(file: &'a str) -> Self {
        Self {
            file,
            features: Vec::new(),
            shared: Shared::default(),
            diagnostics: Vec::new(),
            ids: HashSet::new(),
            mended: Vec::new(),
            foreign: Named::new(),
            large: Named::new(),
        }
    }

    /// Adds the feature that stands in a place.
    pub fn add(&mut self, place: Place, raw: &RawValue) {
        let told = self.diagnostics.len();
        self.add_text(&place.pointer(), raw.get());
        let new = self.diagnostics.split_off(told);
        self.diagnostics.extend(new.into_iter().map(|problem| place.of(problem)));
    }

    /// Adds a document that is one feature.
    pub fn add_single(&mut self, raw: &RawValue) {
        self.add_text("", raw.get());
    }

    fn add_text(&mut self, pointer: &str, text: &str) {
        match self.convert(pointer, text) {
            Ok(feature) => self.features.push(feature),
            Err(problem) => self.diagnostics.push((*problem).in_file(self.file)),
        }
    }

    fn convert(&mut self, pointer: &str, text: &str) -> Result<Feature, Box<Diagnostic>> {
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
        let named = |d: Diagnostic| match &id {
            Some(id) => d.of_feature(format!("'{id}'")),
            None => d,
        };
        let mut foreign: Vec<String> = Vec::new();
        for (key, value) in parsed.foreign_members.iter().flatten() {
            match OtherSystem::of(value).filter(|_| key == "crs") {
                Some(system) => {
                    let d = Diagnostic::error(format!("skipped, {system}"))
                        .at(format!("{pointer}/crs"));
                    return Err(Box::new(named(d).help(OtherSystem::HELP)));
                }
                None if key == "crs" || value.is_null() => {}
                None => foreign.push(key.clone()),
            }
        }
        let mut mended = Vec::new();
        let geometry = match parsed.geometry {
            None => ::geo::Geometry::GeometryCollection(Default::default()),
            Some(given) => geometry::mended(given.value, &mut mended).map_err(|p| {
                let d = Diagnostic::error(format!("skipped, {}", p.message))
                    .at(format!("{pointer}/geometry{}", p.pointer));
                Box::new(named(d).help(p.help))
            })?,
        };
        let mut properties: Properties = parsed
            .properties
            .iter()
            .flatten()
            .map(|(k, v)| (k.as_str().into(), Value::from(v)))
            .collect();
        for (key, value) in large.properties {
            *self.large.entry(key.clone()).or_default() += 1;
            properties.insert(key.into(), value);
        }
        self.shared.share(&mut properties);
        if large.id.is_some() {
            *self.large.entry("id".to_string()).or_default() += 1;
        }
        for key in foreign {
            *self.foreign.entry(key).or_default() += 1;
        }
        for kind in mended {
            self.tally(kind, || named(Diagnostic::warning("").at(format!("{pointer}/geometry"))));
        }
        if let Some(id) = &id
            && !self.ids.insert(id.to_string())
        {
            let d = named(
                Diagnostic::warning("this id is used before in the file")
                    .at(format!("{pointer}/id")),
            );
            self.diagnostics.push(
                d.in_file(self.file)
                    .help("give every feature an id of its own; by id, the first is found"),
            );
        }
        // Its dates are read when all of them are known.
        Ok(Feature { id, properties, geometry, validity: Validity::default() })
    }

    fn tally(&mut self, kind: Mended, first: impl FnOnce() -> Diagnostic) {
        match self.mended.iter_mut().find(|t| t.kind == kind) {
            Some(tally) => tally.count += 1,
            None => self.mended.push(Tally { kind, count: 1, first: first() }),
        }
    }

    pub fn finish(mut self) -> (Vec<Feature>, Vec<Diagnostic>) {
        for Tally { kind, count, mut first } in self.mended {
            first.message = match count {
                1 => kind.describe().to_string(),
                n => format!("{} (and {} more like it)", kind.describe(), n - 1),
            };
            self.diagnostics.push(first.in_file(self.file));
        }
        if !self.foreign.is_empty() {
            let d = Diagnostic::warning(format!(
                "members of features are not kept: {}",
                listed(&self.foreign)
            ));
            self.diagnostics
                .push(d.in_file(self.file).help("put what is to be kept into 'properties'"));
        }
        if !self.large.is_empty() {
            let told = format!(
                "whole numbers of more than 64 bits are kept as text: {}",
                listed(&self.large)
            );
            let d = Diagnostic::warning(told).in_file(self.file);
            self.diagnostics.push(d.help("write them as text to say so, and compare them as text"));
        }
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
