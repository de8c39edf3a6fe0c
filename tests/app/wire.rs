//! What is sent to routes, and what comes back.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::Value as Json;
use tower::ServiceExt;

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.body)))
    }
}

/// To routes over some other map. As every client does, it names a host.
pub async fn send_to(app: axum::Router, mut request: Request<Body>) -> Answer {
    request
        .headers_mut()
        .entry(header::HOST)
        .or_insert(header::HeaderValue::from_static("maps.example:8080"));
    let response = app.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 1 << 26).await.unwrap().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}
