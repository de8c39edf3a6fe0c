//! A layer's properties, checked against the reference and handed out by name and type.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::property::{FromDatum, Property, parse_property};
use super::reference::{LayerSpec, PropertySpec};
use crate::diag::{Diagnostic, meant, pointer_join};

/// Reads one layer's `layout` and `paint`; what is wrong is noted, and the property's default takes
/// its place.
pub(super) struct Reader<'a> {
    layout: Option<&'a Map<String, Json>>,
    paint: Option<&'a Map<String, Json>>,
    spec: &'static LayerSpec,
    pointer: &'a str,
    kind: &'a str,
    /// Properties that were asked for, by their group; the others are only checked.
    read: BTreeSet<(&'static str, &'static str)>,
    out: &'a mut Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        layer: &'a Map<String, Json>,
        spec: &'static LayerSpec,
        pointer: &'a str,
        kind: &'a str,
        out: &'a mut Vec<Diagnostic>,
    ) -> Self {
        for group in ["layout", "paint"] {
            if layer.get(group).is_some_and(|g| !g.is_object()) {
                out.push(
                    Diagnostic::error("an object expected; it is ignored")
                        .at(pointer_join(pointer, group)),
                );
            }
        }
        let group = |name: &str| layer.get(name).and_then(Json::as_object);
        Self {
            layout: group("layout"),
            paint: group("paint"),
            spec,
            pointer,
            kind,
            read: BTreeSet::new(),
            out,
        }
    }

    /// A paint property, its default where the style says nothing.
    pub(super) fn paint<T: FromDatum>(&mut self, name: &'static str) -> Property<T> {
        let spec = self.spec.paint.get(name);
        self.optional_paint(name).unwrap_or_else(|| Property::constant(default_of(spec)))
    }

    pub(super) fn optional_paint<T: FromDatum>(
        &mut self,
        name: &'static str,
    ) -> Option<Property<T>> {
        self.property("paint", self.paint, self.spec.paint.get(name)?, name)
    }

    /// A layout property, its default where the style says nothing.
    pub(super) fn layout<T: FromDatum>(&mut self, name: &'static str) -> Property<T> {
        let spec = self.spec.layout.get(name);
        self.optional_layout(name).unwrap_or_else(|| Property::constant(default_of(spec)))
    }

    pub(super) fn optional_layout<T: FromDatum>(
        &mut self,
        name: &'static str,
    ) -> Option<Property<T>> {
        self.property("layout", self.layout, self.spec.layout.get(name)?, name)
    }

    fn property<T: FromDatum>(
        &mut self,
        group: &'static str,
        members: Option<&Map<String, Json>>,
        spec: &PropertySpec,
        name: &'static str,
    ) -> Option<Property<T>> {
        self.read.insert((group, name));
        let json = members?.get(name).filter(|j| !j.is_null())?;
        let pointer = pointer_join(&format!("{}/{group}", self.pointer), name);
        check_range(json, spec, &pointer, self.out);
        match Property::parse(json, spec, default_of(Some(spec))) {
            Ok(property) => Some(property),
            Err(errors) => {
                note(errors, json, &pointer, self.out);
                None
            }
        }
    }

    /// Checks what nobody asked for.
    pub(super) fn finish(self) {
        for (group, members, known) in
            [("layout", self.layout, &self.spec.layout), ("paint", self.paint, &self.spec.paint)]
        {
            let is_read = |name: &str| self.read.iter().any(|read| *read == (group, name));
            for (name, json) in members.into_iter().flatten().filter(|(name, _)| !is_read(name)) {
                let pointer = pointer_join(&format!("{}/{group}", self.pointer), name);
                match known.get(name) {
                    None => {
                        let message = format!("unknown property '{name}' of a {} layer", self.kind);
                        let d = Diagnostic::warning(message).at(pointer);
                        let (other, others) = match group {
                            "layout" => ("paint", &self.spec.paint),
                            _ => ("layout", &self.spec.layout),
                        };
                        self.out.push(
                            match meant(name, known.keys().chain(others.keys()).map(String::as_str))
                            {
                                Some(near) if near == name => {
                                    d.help(format!("it belongs to the layer's {other}"))
                                }
                                Some(near) => d.help(format!("did you mean '{near}'?")),
                                None => d,
                            },
                        );
                    }
                    Some(_) if json.is_null() => {}
                    Some(spec) => {
                        check_range(json, spec, &pointer, self.out);
                        if let Err(errors) = parse_property(json, spec) {
                            note(errors, json, &pointer, self.out);
                        }
                    }
                }
            }
        }
    }
}

/// The value that the reference gives where a style gives none.
fn default_of<T: FromDatum>(spec: Option<&PropertySpec>) -> T {
    let value = || {
        let spec = spec?;
        let expr = parse_property(spec.default.as_ref()?, spec).ok()?;
        T::from_datum(expr.as_literal()?)
    };
    value().unwrap_or_else(T::fallback)
}

fn note(
    errors: Vec<super::expression::ParseError>,
    json: &Json,
    pointer: &str,
    out: &mut Vec<Diagnostic>,
) {
    out.extend(errors.into_iter().map(|e| {
        // A rewritten function's places are not the document's.
        let tail = if json.is_array() { e.pointer_tail() } else { String::new() };
        Diagnostic::error(e.message).at(format!("{pointer}{tail}"))
    }));
}

fn check_range(json: &Json, spec: &PropertySpec, pointer: &str, out: &mut Vec<Diagnostic>) {
    let Some(n) = json.as_f64() else { return };
    let mut warn = |message: String| out.push(Diagnostic::warning(message).at(pointer));
    if let Some(least) = spec.minimum.filter(|least| n < *least) {
        warn(format!("{n} is less than the minimum value {least}"));
    }
    if let Some(most) = spec.maximum.filter(|most| n > *most) {
        warn(format!("{n} is greater than the maximum value {most}"));
    }
}
