//! A layer's properties, checked against the reference and handed out by name and type.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::expression::Context;
use super::from_datum::FromDatum;
use super::property::{Property, parse_property};
use super::reference::{LayerSpec, PropertySpec};
use crate::diag::{Diagnostic, meant, pointer_join};

/// Where a layer has a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    Layout,
    Paint,
}

impl Group {
    fn name(self) -> &'static str {
        match self {
            Group::Layout => "layout",
            Group::Paint => "paint",
        }
    }

    fn other(self) -> Self {
        match self {
            Group::Layout => Group::Paint,
            Group::Paint => Group::Layout,
        }
    }
}

/// Reads one layer's `layout` and `paint`; what is wrong is noted, and the property's default takes
/// its place.
pub(super) struct Reader<'a> {
    layout: Option<&'a Map<String, Json>>,
    paint: Option<&'a Map<String, Json>>,
    spec: &'static LayerSpec,
    pointer: &'a str,
    kind: &'a str,
    /// Properties that were asked for, by their group; the others are only checked.
    read: BTreeSet<(Group, &'static str)>,
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

    /// A field of the layer's `layout`.
    pub(super) fn layout<F: Field>(&mut self, name: &str) -> F {
        F::read(self, Group::Layout, name)
    }

    /// A field of the layer's `paint`.
    pub(super) fn paint<F: Field>(&mut self, name: &str) -> F {
        F::read(self, Group::Paint, name)
    }

    /// What the style says of a property; `None` where that is nothing, or wrong.
    fn given<T: FromDatum>(&mut self, group: Group, name: &str) -> Option<Property<T>> {
        let (name, spec) = self.known(group).get_key_value(name)?;
        self.read.insert((group, name));
        let json = self.members(group)?.get(name).filter(|j| !j.is_null())?;
        let pointer = self.pointer_to(group, name);
        check_range(json, spec, &pointer, self.out);
        match Property::parse(json, spec, default_of(spec)) {
            Ok(property) => Some(property),
            Err(errors) => {
                note(errors, json, &pointer, self.out);
                None
            }
        }
    }

    /// The value that a property has where the style gives none.
    fn default<T: FromDatum>(&self, group: Group, name: &str) -> T {
        self.known(group).get(name).map_or_else(T::fallback, default_of)
    }

    /// The properties that there are.
    fn known(&self, group: Group) -> &'static BTreeMap<String, PropertySpec> {
        match group {
            Group::Layout => &self.spec.layout,
            Group::Paint => &self.spec.paint,
        }
    }

    /// The properties that the style gives.
    fn members(&self, group: Group) -> Option<&'a Map<String, Json>> {
        match group {
            Group::Layout => self.layout,
            Group::Paint => self.paint,
        }
    }

    fn pointer_to(&self, group: Group, name: &str) -> String {
        pointer_join(&format!("{}/{}", self.pointer, group.name()), name)
    }

    /// Checks what nobody asked for.
    pub(super) fn finish(self) {
        for group in [Group::Layout, Group::Paint] {
            let known = self.known(group);
            let is_read = |name: &str| self.read.contains(&(group, name));
            for (name, json) in
                self.members(group).into_iter().flatten().filter(|(name, _)| !is_read(name))
            {
                let pointer = self.pointer_to(group, name);
                match known.get(name) {
                    None => self.out.push(self.unknown(group, name).at(pointer)),
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

    fn unknown(&self, group: Group, name: &str) -> Diagnostic {
        let d = Diagnostic::warning(format!("unknown property '{name}' of a {} layer", self.kind));
        let all = self.known(group).keys().chain(self.known(group.other()).keys());
        match meant(name, all.map(String::as_str)) {
            Some(near) if near == name => {
                d.help(format!("it belongs to the layer's {}", group.other().name()))
            }
            Some(near) => d.help(format!("did you mean '{near}'?")),
            None => d,
        }
    }
}

/// What a layer type's field may be: a property, with a default or without, or several of one
/// matter.
pub(super) trait Field: Sized {
    /// Reads the field from the property of that name.
    fn read(reader: &mut Reader, group: Group, name: &str) -> Self;

    /// The field with its value put in, where that is the same for every feature of a picture.
    fn settled(&self, context: &Context) -> Self;
}

/// A property whose default stands where a style says nothing.
impl<T: FromDatum> Field for Property<T> {
    fn read(reader: &mut Reader, group: Group, name: &str) -> Self {
        reader.given(group, name).unwrap_or_else(|| Property::unsaid(reader.default(group, name)))
    }

    fn settled(&self, context: &Context) -> Self {
        Property::settled(self, context)
    }
}

/// A property that a style may leave out.
impl<T: FromDatum> Field for Option<Property<T>> {
    fn read(reader: &mut Reader, group: Group, name: &str) -> Self {
        reader.given(group, name)
    }

    fn settled(&self, context: &Context) -> Self {
        self.as_ref().map(|property| property.settled(context))
    }
}

/// The value that the reference gives where a style gives none.
fn default_of<T: FromDatum>(spec: &PropertySpec) -> T {
    let value = || {
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
