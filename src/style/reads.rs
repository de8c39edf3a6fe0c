//! Which properties of features a layer reads, so that no others need be sent to whoever draws it.

use std::collections::BTreeSet;

use serde_json::Value as Json;

/// What layers read of the features that they draw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    names: BTreeSet<String>,
    /// How names begin that are put together.
    prefixes: BTreeSet<String>,
    all: bool,
    /// Whether the id, and the geometry or its kind, are read.
    pub id: bool,
    pub geometry_type: bool,
}

impl Reads {
    /// Adds what a layer of a style's document reads.
    pub fn add(&mut self, layer: &Json) {
        for part in ["filter", "layout", "paint"] {
            self.see(&layer[part], part == "layout");
        }
    }

    pub fn wants(&self, name: &str) -> bool {
        self.all
            || self.names.contains(name)
            || self.prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()))
    }

    fn see(&mut self, json: &Json, has_tokens: bool) {
        match json {
            Json::Array(items) => self.see_array(items, has_tokens),
            Json::Object(members) => {
                // A function of the first version of styles.
                if let Some(Json::String(name)) = members.get("property") {
                    self.name(name);
                }
                members.values().for_each(|member| self.see(member, has_tokens));
            }
            Json::String(text) if has_tokens => self.tokens(text),
            _ => {}
        }
    }

    fn see_array(&mut self, items: &[Json], has_tokens: bool) {
        let (operator, arguments) = match items.split_first() {
            Some((Json::String(operator), arguments)) => (operator.as_str(), arguments),
            _ => return items.iter().for_each(|item| self.see(item, has_tokens)),
        };
        match (operator, arguments) {
            ("literal", _) => return,
            ("id", []) => self.id = true,
            ("properties", []) => self.all = true,
            ("geometry-type", []) | ("within" | "distance", _) => self.geometry_type = true,
            ("get" | "has", [Json::String(name)]) => self.name(name),
            ("get" | "has", [name]) => self.composed(name),
            // Filters of the first version of styles name properties first.
            (
                "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "!in" | "!has",
                [Json::String(name), ..],
            ) => self.name(name),
            _ => {}
        }
        arguments.iter().for_each(|argument| self.see(argument, has_tokens));
    }

    fn name(&mut self, name: &str) {
        match name {
            "$type" => self.geometry_type = true,
            "$id" => self.id = true,
            name => {
                self.names.insert(name.to_string());
            }
        }
    }

    /// A name that is known only when it is read.
    fn composed(&mut self, name: &Json) {
        let parts = name.as_array().map(Vec::as_slice);
        match parts {
            Some([Json::String(operator), Json::String(prefix), ..]) if operator == "concat" => {
                self.prefixes.insert(prefix.clone());
            }
            _ => self.all = true,
        }
    }

    /// Names in braces.
    fn tokens(&mut self, text: &str) {
        for piece in text.split('{').skip(1) {
            if let Some((name, _)) = piece.split_once('}') {
                self.name(name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn reads(layer: Json) -> Reads {
        let mut reads = Reads::default();
        reads.add(&layer);
        reads
    }

    #[test]
    fn names_are_found_in_expressions_filters_functions_and_tokens() {
        let reads = reads(json!({
            "id": "not-read",
            "filter": ["all", ["==", "class", "main"], ["!has", "tunnel"], ["in", "$type", "Point"]],
            "layout": {"text-field": "{name:latin}\n{ref}", "icon-image": ["get", "shield"]},
            "paint": {
                "line-width": {"property": "lanes", "stops": [[1, 2]]},
                "line-color": ["match", ["get", "kind"], ["a", "b"], ["literal", ["get", "none"]], "red"],
            },
        }));
        for name in ["class", "tunnel", "name:latin", "ref", "shield", "lanes", "kind"] {
            assert!(reads.wants(name), "{name}");
        }
        assert!(reads.geometry_type && !reads.id);
        for name in ["not-read", "none", "name"] {
            assert!(!reads.wants(name), "{name}");
        }
    }

    #[test]
    fn names_that_are_put_together_are_known_by_how_they_begin_or_not_at_all() {
        let lang = json!(["global-state", "lang"]);
        let by_prefix =
            reads(json!({"layout": {"text-field": ["get", ["concat", "name:", lang]]}}));
        assert!(by_prefix.wants("name:hy") && !by_prefix.wants("name") && !by_prefix.id);
        assert!(reads(json!({"layout": {"text-field": ["get", lang]}})).wants("anything"));
        assert!(reads(json!({"filter": ["==", ["id"], 1]})).id);
    }
}
