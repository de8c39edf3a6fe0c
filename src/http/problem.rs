//! The one shape of an HTTP error: RFC 9457 problem details. Every error of the floors below is
//! mapped to a status here.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::ask::QuestionError;
use crate::atlas::{FrameError, SceneError};
use crate::catalog::QueryError;
use crate::encode::FlatGeobufError;
use crate::geo::{NumbersError, Stopped};
use crate::service::ServiceError;
use crate::sheet::PictureError;
use crate::sheet::SpecError;
use crate::style::StateError;

/// An error as the client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    detail: String,
}

impl Problem {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into() }
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }

    pub fn detail(&self) -> &str {
        &self.detail
    }

    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    pub fn method_not_allowed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, detail)
    }

    pub fn unsupported_media_type(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
    }

    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    }

    pub fn too_slow(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, detail)
    }

    pub fn not_implemented(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, detail)
    }

    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }

    pub fn internal(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            header::HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
        }
        response
    }
}

impl From<FlatGeobufError> for Problem {
    fn from(error: FlatGeobufError) -> Self {
        tracing::error!("a FlatGeobuf file could not be made: {error}");
        match error {
            FlatGeobufError::File(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "FlatGeobuf is made in a temporary file, for which the server has no room: give it \
                 a folder that can be written to by the environment variable TMPDIR, or ask for \
                 another format",
            ),
            FlatGeobufError::Index(_) => Self::internal("the file could not be made"),
        }
    }
}

impl From<NumbersError> for Problem {
    fn from(error: NumbersError) -> Self {
        Self::bad_request(error.to_string())
    }
}

impl From<StateError> for Problem {
    fn from(error: StateError) -> Self {
        Self::bad_request(error.to_string())
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        match &error {
            QueryError::Collection { .. } => Self::not_found(error.to_string()),
            QueryError::Stopped(why) => Self::new(status_of(*why), error.to_string()),
            QueryError::Cursor => Self::bad_request(error.to_string()),
            QueryError::Tile(_) => Self::internal(error.to_string()),
        }
    }
}

impl From<QuestionError> for Problem {
    fn from(error: QuestionError) -> Self {
        match error {
            QuestionError::Missing { .. } => Self::not_found(error.to_string()),
            QuestionError::Collection(e) => Self::from(e),
            QuestionError::Stopped(why) => Self::new(status_of(why), error.to_string()),
            _ => Self::bad_request(error.to_string()),
        }
    }
}

impl From<SpecError> for Problem {
    fn from(error: SpecError) -> Self {
        match error {
            SpecError::Picture(e) => Self::from(&e),
            SpecError::Frame(e) => Self::from(&e),
            other => Self::bad_request(other.to_string()),
        }
    }
}

impl From<FrameError> for Problem {
    fn from(error: FrameError) -> Self {
        Self::from(&error)
    }
}

impl From<&FrameError> for Problem {
    fn from(error: &FrameError) -> Self {
        match error {
            FrameError::TooLarge { .. } => Self::new(TOO_MUCH, error.to_string()),
            _ => Self::bad_request(error.to_string()),
        }
    }
}

impl From<PictureError> for Problem {
    fn from(error: PictureError) -> Self {
        Self::from(&error)
    }
}

impl From<&PictureError> for Problem {
    fn from(error: &PictureError) -> Self {
        let status = match error {
            PictureError::Style(_) => StatusCode::NOT_FOUND,
            PictureError::Frame(error) => return Self::from(error),
            PictureError::Stopped(why) => status_of(*why),
            PictureError::Memory | PictureError::Scene(SceneError::Source(_)) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            PictureError::Encode(_) => StatusCode::INTERNAL_SERVER_ERROR,
            PictureError::Scene(_) | PictureError::Still | PictureError::Pdf(_) => {
                StatusCode::BAD_REQUEST
            }
        };
        Self::new(status, error.to_string())
    }
}

/// A request that is understood, and asks for more than one request may have.
const TOO_MUCH: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// What is too much is the request's doing; what is late, the server's.
fn status_of(why: Stopped) -> StatusCode {
    match why {
        Stopped::Spent | Stopped::Memory => TOO_MUCH,
        Stopped::Late | Stopped::Unwanted => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        match &error {
            ServiceError::Busy | ServiceError::Memory => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
            }
            ServiceError::Picture(inner) => Self::from(&**inner),
            ServiceError::Query(inner) => Self::from(inner.clone()),
            ServiceError::Panic => Self::internal(error.to_string()),
        }
    }
}
