//! The paths of tiles, maps and styles.

use serde_json::{Map as JsonObject, Value as Json, json};

use super::operation::{AnswerForm, page_form, parameter, query, responses, schema, text, text_of};
use crate::geo::Crs;
use crate::http::matrix::MatrixSet;
use crate::http::request::{JSON, STYLE};

const MVT: &str = "application/vnd.mapbox-vector-tile";

/// A path's operation: what it does, its name, and the section it stands in.
type About<'a> = (&'a str, &'a str, &'a str);

fn get((summary, id, tag): About, parameters: Vec<Json>, forms: &[AnswerForm]) -> Json {
    json!({"get": {
        "summary": summary,
        "operationId": id,
        "tags": [tag],
        "parameters": parameters,
        "responses": responses(forms, true),
    }})
}

/// A parameter of the path.
fn in_path(name: &str, description: &str, schema: Json) -> Json {
    json!({
        "name": name, "in": "path", "required": true, "description": description,
        "schema": schema,
    })
}

fn images() -> [AnswerForm; 3] {
    ["image/png", "image/webp", "image/jpeg"].map(|kind| (kind, text_of("binary")))
}

/// Adds all of them, with examples of what there is.
pub fn paths(collections: &[&str], styles: &[&str], paths: &mut JsonObject<String, Json>) {
    let plain = || [(JSON, schema("object")), page_form()];
    let collection =
        || in_path("collectionId", "A collection", json!({"type": "string", "enum": collections}));
    let style = || in_path("styleId", "A style", json!({"type": "string", "enum": styles}));
    let matrix_set = |is_map: bool| {
        let known: Vec<&str> = MatrixSet::of(is_map).iter().map(|set| set.id).collect();
        in_path("tileMatrixSetId", "A set", json!({"type": "string", "enum": known}))
    };
    let mut add = |path: String, operation: Json| drop(paths.insert(path, operation));
    add(
        "/tileMatrixSets".into(),
        get(
            ("How tiles divide the world", "tileMatrixSets", "tiles"),
            vec![parameter("f")],
            &plain(),
        ),
    );
    add(
        "/tileMatrixSets/{tileMatrixSetId}".into(),
        get(
            ("A tile matrix set", "tileMatrixSet", "tiles"),
            vec![parameter("f"), matrix_set(true)],
            &plain(),
        ),
    );
    for (root, name, own, is_map) in [
        ("", "dataset", None, false),
        ("/collections/{collectionId}", "collection", Some(collection()), false),
        ("/map", "map", None, true),
        ("/styles/{styleId}/map", "styledMap", Some(style()), true),
        ("/collections/{collectionId}/map", "collectionMap", Some(collection()), true),
    ] {
        let with = |more: Vec<Json>| own.iter().cloned().chain(more).collect::<Vec<_>>();
        let id = |what: &str| format!("{name}.{what}");
        add(
            format!("{root}/tiles"),
            get(
                ("Tilesets", &id("getTileSetsList"), "tiles"),
                with(vec![parameter("f")]),
                &plain(),
            ),
        );
        let set = format!("{root}/tiles/{{tileMatrixSetId}}");
        add(
            set.clone(),
            get(
                ("A tileset", &id("getTileSet"), "tiles"),
                with(vec![matrix_set(is_map), parameter("f")]),
                &plain(),
            ),
        );
        let number = |most: u32| json!({"type": "integer", "minimum": 0, "maximum": most});
        let mut parameters = vec![
            matrix_set(is_map),
            in_path("tileMatrix", "The zoom", json!({"type": "string", "pattern": "^[0-9]{1,2}$"})),
            in_path("tileRow", "The row", number(4_194_303)),
            in_path("tileCol", "The column", number(4_194_303)),
            parameter("datetime"),
            query(
                "f",
                "The format",
                json!({"type": "string", "enum": if is_map {
                    vec!["png", "webp", "jpeg"]
                } else {
                    vec!["mvt"]
                }}),
            ),
        ];
        if name == "dataset" {
            parameters.push(query("collections", "Only these", text_of("collection-ids")));
        }
        let forms = images();
        let vector = [(MVT, text_of("binary"))];
        let forms: &[AnswerForm] = if is_map { &forms } else { &vector };
        let mut tile = get(("A tile", &id("getTile"), "tiles"), with(parameters), forms);
        if !is_map {
            tile["get"]["responses"]["204"] = json!({"description": "Nothing is in the tile"});
        }
        add(format!("{set}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"), tile);
    }
    for (path, name, own) in [
        ("/map", "map.getMap", None),
        ("/styles/{styleId}/map", "styledMap.getMap", Some(style())),
        ("/collections/{collectionId}/map", "collection.getMap", Some(collection())),
    ] {
        let mut parameters: Vec<Json> = own.into_iter().collect();
        parameters.extend(of_maps());
        if name != "collection.getMap" {
            parameters.push(query("collections", "Only these", text_of("collection-ids")));
        }
        let svg = [("image/tiff", text_of("binary")), ("image/svg+xml", text())];
        let forms: Vec<AnswerForm> = images().into_iter().chain(svg).collect();
        add(path.to_string(), get(("A map", name, "maps"), parameters, &forms));
    }
    add("/styles".into(), get(("The styles", "styles", "styles"), vec![parameter("f")], &plain()));
    add(
        "/styles/{styleId}".into(),
        get(
            ("A style, as MapLibre has it", "style", "styles"),
            vec![style(), query("f", "Its form", json!({"type": "string", "enum": ["mapbox"]}))],
            &[(STYLE, schema("object"))],
        ),
    );
    add(
        "/styles/{styleId}/metadata".into(),
        get(
            ("What is known of a style", "style.metadata", "styles"),
            vec![style(), parameter("f")],
            &plain(),
        ),
    );
}

/// The parameters that all maps have.
fn of_maps() -> Vec<Json> {
    let crs = json!({
        "type": "string", "format": "uri", "enum": Crs::ALL.map(Crs::uri),
        "default": Crs::Crs84.uri(),
    });
    let side = json!({"type": "integer", "minimum": 1, "maximum": 16_384});
    let above = json!({"type": "number", "minimum": 0, "exclusiveMinimum": true});
    let formats = json!({"type": "string", "enum": ["png", "webp", "jpeg", "tiff", "svg"]});
    vec![
        parameter("bbox"),
        parameter("bbox-crs"),
        query("crs", "The CRS of the map", crs.clone()),
        query("width", "Width in px", side.clone()),
        query("height", "Height in px", side),
        query("subset", "The box by its axes: Lat(39:41),Lon(45:48)", text_of("subset")),
        query("subset-crs", "The CRS of subset", crs.clone()),
        query("center", "The middle, with scale-denominator", text_of("lon-lat")),
        query("center-crs", "The CRS of center", crs),
        query("mm-per-pixel", "How large a pixel is, for scale-denominator", above.clone()),
        query("scale-denominator", "The scale, one to so many", above),
        parameter("datetime"),
        query(
            "transparent",
            "Whether what is not drawn is seen through",
            json!({"type": "boolean"}),
        ),
        query("bgcolor", "The colour under the map", text_of("color")),
        query("f", "The format", formats),
    ]
}
