//! OGC's services of key-value pairs and XML: WMTS, WMS, and KML. They ask for the pictures and
//! answers that the other doors give.

mod capabilities;
mod dimensions;
mod info;
mod kml;
mod kvp;
mod wms;
mod wmts;
mod xml;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kvp::Kvp;
use xml::Element;

use super::Problem;
use super::request::short;
use crate::service::Service;

pub fn routes() -> Router<Service> {
    Router::new()
        .route("/styles/{id}/map.kml", get(kml::root))
        .route("/styles/{id}/kml/{zoom}/{row}/{column}", get(kml::tile))
        .route("/wms", get(wms::by_pairs))
        .route("/wmts", get(wmts::by_pairs))
        .route("/wmts/1.0.0/WMTSCapabilities.xml", get(wmts::capabilities))
        .route("/styles/{id}/wmts.xml", get(wmts::capabilities_of_style))
        .route("/styles/{id}/wmts/{set}/{matrix}/{row}/{file}", get(wmts::by_path))
}

/// A request that is not answered, as OWS Common 1.1 has it (OGC 06-121r3, 8).
#[derive(Debug, Clone)]
pub struct Exception {
    code: &'static str,
    locator: Option<String>,
    text: String,
    status: StatusCode,
}

impl Exception {
    fn new(code: &'static str, locator: &str, text: impl Into<String>) -> Self {
        let status = match code {
            "OperationNotSupported" => StatusCode::NOT_IMPLEMENTED,
            _ => StatusCode::BAD_REQUEST,
        };
        Self { code, locator: Some(locator.to_string()), text: text.into(), status }
    }

    /// What cannot be read of a parameter.
    fn of(name: &str, error: &impl ToString) -> Self {
        Self::new("InvalidParameterValue", name, error.to_string())
    }

    /// The same under another code.
    fn coded(self, code: &'static str) -> Self {
        Self { code, ..self }
    }

    /// The same where it is a path that names what is not there.
    fn not_found(self) -> Self {
        Self { status: StatusCode::NOT_FOUND, ..self }
    }

    fn missing(name: &str) -> Self {
        Self::new("MissingParameterValue", name, format!("the parameter {name} is missing"))
    }

    fn invalid(name: &str, value: &str, known: &str) -> Self {
        let text = format!("'{}' is no value for {name}: {known}", short(value));
        Self::new("InvalidParameterValue", name, text)
    }
}

/// What the other doors refuse, with what they say of it.
impl From<Problem> for Exception {
    fn from(problem: Problem) -> Self {
        let status = problem.status();
        let code = match status.is_client_error() {
            true => "InvalidParameterValue",
            false => "NoApplicableCode",
        };
        Self { code, locator: None, text: problem.detail().to_string(), status }
    }
}

impl IntoResponse for Exception {
    fn into_response(self) -> Response {
        let mut exception = Element::new("Exception").attribute("exceptionCode", self.code);
        if let Some(locator) = &self.locator {
            exception = exception.attribute("locator", locator);
        }
        let report = Element::new("ExceptionReport")
            .attribute("xmlns", "http://www.opengis.net/ows/1.1")
            .attribute("version", "1.1.0")
            .attribute("xml:lang", "en")
            .child(exception.child(Element::of("ExceptionText", &self.text)));
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        (self.status, headers, report.document()).into_response()
    }
}
