//! What operations are described with: parameters of the query, and the forms of their answers.

use serde_json::{Map as JsonObject, Value as Json, json};

/// A media type of answers with the schema of what it holds.
pub type AnswerForm = (&'static str, Json);

/// One of the parameters that operations share.
pub fn parameter(name: &str) -> Json {
    json!({"$ref": format!("#/components/parameters/{name}")})
}

/// One of the schemas that operations share.
pub fn schema(name: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// A text.
pub fn text() -> Json {
    json!({"type": "string"})
}

/// A text of a format.
pub fn text_of(format: &str) -> Json {
    json!({"type": "string", "format": format})
}

/// An answer as a page for people.
pub fn page_form() -> AnswerForm {
    ("text/html", text())
}

/// A parameter of the query.
pub fn query(name: &str, description: &str, schema: Json) -> Json {
    json!({
        "name": name,
        "in": "query",
        "description": description,
        "required": false,
        "schema": schema,
    })
}

/// A parameter of the query; of a list, the values have commas between.
pub fn query_list(name: &str, description: &str, schema: Json) -> Json {
    json!({
        "name": name,
        "in": "query",
        "description": description,
        "required": false,
        "style": "form",
        "explode": false,
        "schema": schema,
    })
}

/// The response of an operation that fails.
pub fn problem(description: &str) -> Json {
    json!({
        "description": description,
        "content": {"application/problem+json": {"schema": schema("problem")}},
    })
}

/// The responses of an operation that succeeds with one of these forms.
pub fn responses(forms: &[AnswerForm], may_be_missing: bool) -> Json {
    let content: JsonObject<String, Json> =
        forms.iter().map(|(kind, schema)| (kind.to_string(), json!({"schema": schema}))).collect();
    let mut out = json!({
        "200": {"description": "The answer", "content": content},
        "304": {"description": "What the client has is still right"},
        "400": problem("Something about the request is wrong; the detail says what"),
        "422": problem("It asks for more than one request may have; the detail says of what"),
        "405": problem("Another method than those named here"),
        "503": problem("The server is working as much as it can"),
    });
    if may_be_missing {
        out["404"] = problem("There is no such thing");
    }
    out
}
