//! A style's document as clients get it: what it draws from is named by URLs of this server, and no
//! path of the server's files leaves it.

use serde_json::{Map, Value as Json, json};

use super::ogc::segment;
use super::{Problem, attribution};
use crate::atlas::{State, StyledMap, is_at_points};
use crate::encode::free_name;
use crate::source::tiles::TileSet;
use crate::style::{self, Paint};

/// How clients get the features that a style draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Features {
    /// As one source of vector tiles.
    Tiles,
    /// As the style has them: a source of GeoJSON for each collection.
    GeoJson,
}

/// The style `id` for clients of `url`. What only this server can draw, such as a picture in a
/// file here, is left out with its layers, and named in `metadata."contactline:left-out"`.
pub fn document(styled: &StyledMap, features: Features, id: &str, url: &str) -> Json {
    published(styled, styled.style.json.clone(), features, (id, url))
}

/// The same with a state written in, which `metadata."contactline:resolved"` says.
pub fn resolved(
    styled: &StyledMap,
    state: &State,
    features: Features,
    (id, url): (&str, &str),
) -> Result<Json, Problem> {
    // Vector tiles have no nulls.
    let in_tiles = |source: &str| {
        features == Features::Tiles && styled.source_collections().any(|(own, _)| own == source)
    };
    let mut style = style::resolved(&styled.style.json, state, in_tiles).map_err(|layer| {
        Problem::bad_request(format!(
            "the layer '{layer}' has a line-opacity and a line-layer-opacity that cannot be \
             written as one; make one of them a plain number, or take the style without settings"
        ))
    })?;
    let said: Map<String, Json> = state.iter().map(|(k, v)| (k.clone(), v.to_json())).collect();
    if let Some(root) = style.as_object_mut()
        && let Some(metadata) = root.entry("metadata").or_insert_with(|| json!({})).as_object_mut()
    {
        metadata.insert("contactline:resolved".to_string(), Json::Object(said));
    }
    Ok(published(styled, style, features, (id, url)))
}

fn published(
    styled: &StyledMap,
    mut style: Json,
    features: Features,
    (id, url): (&str, &str),
) -> Json {
    if features == Features::Tiles {
        serve_features(&mut style, styled, &format!("{url}/styles/{}/vector.json", segment(id)));
    }
    for (source, collection) in styled.source_collections() {
        if let Some(data) = style.pointer_mut(&format!("/sources/{}/data", token(source)))
            && data.is_string()
        {
            *data = json!(format!("{url}/collections/{}/items?limit=100000", segment(collection)));
        }
    }
    for (source, json) in sources_of(&mut style) {
        let place = format!("{url}/styles/{}/sources/{}", segment(id), segment(source));
        if styled.backdrop(source).is_some() {
            json.insert("data".to_string(), json!(place));
        }
        if let Some(set) = styled.tiles_of(source).as_ref().and_then(|source| source.tile_set()) {
            serve_tiles(json, set, &place, url);
        }
    }
    let left_out = leave_out_files(&mut style, url);
    match styled.sprite.is_empty() {
        false => style["sprite"] = json!(format!("{url}/styles/{id}/sprite")),
        true => drop_file(&mut style, "sprite"),
    }
    // What clients draw labels with: our faces, and not the style's own ranges, which are files
    // here.
    match styled.style.layers.iter().any(|l| matches!(l.paint, Paint::Symbol(_))) {
        true => style["glyphs"] = json!(format!("{url}/fonts/{{fontstack}}/{{range}}.pbf")),
        false => drop_file(&mut style, "glyphs"),
    }
    let metadata = style.get_mut("metadata").and_then(Json::as_object_mut);
    if let Some(said) = metadata.and_then(|metadata| metadata.get_mut("contactline:attribution")) {
        clean(said);
    }
    if !left_out.is_empty()
        && let Some(root) = style.as_object_mut()
        && let Some(metadata) = root.entry("metadata").or_insert_with(|| json!({})).as_object_mut()
    {
        metadata.insert("contactline:left-out".to_string(), json!(left_out));
    }
    style
}

/// Puts one source of vector tiles in place of those whose features are in it.
fn serve_features(style: &mut Json, styled: &StyledMap, tilejson: &str) {
    let layers = styled.vector_layers();
    let Some(sources) = style.get_mut("sources").and_then(Json::as_object_mut) else { return };
    if layers.is_empty() {
        return;
    }
    let (mut promoted, mut attributions) = (Map::new(), Vec::new());
    for layer in layers {
        let Some(mut own) = sources.remove(&layer.source) else { continue };
        if let Some(id) = own.get_mut("promoteId").filter(|id| id.is_string()) {
            let id = id.take();
            for name in std::iter::once(&layer.source).chain(&layer.labels) {
                promoted.insert(name.clone(), id.clone());
            }
        }
        if let Some(Json::String(text)) = own.get_mut("attribution").map(Json::take)
            && !attributions.contains(&text)
        {
            attributions.push(text);
        }
    }
    let name = free_name("features", sources.keys().map(String::as_str));
    let mut source = json!({"type": "vector", "url": tilejson});
    if !promoted.is_empty() {
        source["promoteId"] = Json::Object(promoted);
    }
    if !attributions.is_empty() {
        source["attribution"] = json!(attributions.join(" | "));
    }
    sources.insert(name.clone(), source);
    for drawn in style["layers"].as_array_mut().into_iter().flatten() {
        let of = layers.iter().find(|layer| drawn["source"] == layer.source);
        if let Some(layer) = of {
            let labels = layer.labels.as_ref().filter(|_| is_at_points(drawn));
            drawn["source-layer"] = json!(labels.unwrap_or(&layer.source));
            drawn["source"] = json!(name);
        }
    }
}

/// The sources of a style, by their ids.
fn sources_of(style: &mut Json) -> impl Iterator<Item = (&String, &mut Map<String, Json>)> {
    let sources = style.get_mut("sources").and_then(Json::as_object_mut).into_iter().flatten();
    sources.filter_map(|(id, source)| Some((id, source.as_object_mut()?)))
}

/// Names the tiles of a source that are files here by their place on this server.
fn serve_tiles(source: &mut Map<String, Json>, set: &TileSet, place: &str, url: &str) {
    let is_file = |key: &str| source.get(key).is_some_and(|named| !is_public(named, url));
    if is_file("url") || is_file("tiles") {
        source.remove("url");
        source.remove("scheme");
        source.insert("tiles".to_string(), json!([format!("{place}/{{z}}/{{x}}/{{y}}")]));
        let (minzoom, maxzoom) = set.zooms();
        source.insert("minzoom".to_string(), json!(minzoom));
        source.insert("maxzoom".to_string(), json!(maxzoom));
    }
}

/// Takes out the sources that are files, with the layers that draw them, and cleans the attribution
/// of the others; gives the ids of those taken out.
fn leave_out_files(style: &mut Json, url: &str) -> Vec<String> {
    let mut left_out = Vec::new();
    if let Some(sources) = style.get_mut("sources").and_then(Json::as_object_mut) {
        sources.retain(|id, source| {
            let keep = !["url", "data", "tiles", "urls"]
                .iter()
                .any(|key| source.get(key).is_some_and(|v| !is_public(v, url)));
            if !keep {
                left_out.push(id.clone());
            }
            keep
        });
        sources.values_mut().filter_map(|source| source.get_mut("attribution")).for_each(clean);
    }
    let is_out = |json: &Json| {
        json.get("source").and_then(Json::as_str).is_some_and(|s| left_out.iter().any(|o| o == s))
    };
    if let Some(layers) = style.get_mut("layers").and_then(Json::as_array_mut) {
        layers.retain(|layer| !is_out(layer));
    }
    if let Some(root) = style.as_object_mut()
        && root.get("terrain").is_some_and(is_out)
    {
        root.remove("terrain");
    }
    left_out
}

/// Whether what a source is made from is on the network, one of our own URLs, or written into the
/// style.
fn is_public(json: &Json, url: &str) -> bool {
    match json {
        Json::String(text) => {
            let is_ours = |folder| text.starts_with(&format!("{url}/{folder}/"));
            is_on_network(text) || is_ours("collections") || is_ours("styles")
        }
        Json::Array(all) => all.iter().all(|one| is_public(one, url)),
        _ => true,
    }
}

fn is_on_network(text: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme))
}

/// Takes a member of the root out where it names files.
fn drop_file(style: &mut Json, key: &str) {
    if let Some(root) = style.as_object_mut() {
        let is_file = |json: &Json| match json {
            Json::String(text) => !is_on_network(text),
            // Of many sprites, one file takes all out: their names belong together.
            other => !other.as_array().is_some_and(|all| {
                all.iter()
                    .all(|one| one.get("url").and_then(Json::as_str).is_some_and(is_on_network))
            }),
        };
        if root.get(key).is_some_and(is_file) {
            root.remove(key);
        }
    }
}

fn clean(attribution: &mut Json) {
    if let Json::String(text) = attribution {
        *text = attribution::cleaned(text);
    }
}

/// A name as part of a JSON pointer.
fn token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
