//! What every answer says to browsers and caches, and what every request must say: the host that it
//! is for, once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Problem;

/// Pages at this path and below may stand in frames of other sites; no other page may.
const FRAMED: &str = "/embed";

/// Of pages, but for who may frame them: scripts, styles and pictures of our own, nothing inline;
/// and workers that these scripts make.
const PAGE_POLICY: &str = "default-src 'none'; img-src 'self' data:; connect-src 'self'; base-uri \
    'none'; form-action 'none'; worker-src 'self' blob:; script-src 'self'; style-src 'self'";

/// Of drawings, should one be opened as a page: nothing runs and nothing is loaded.
const DRAWING_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
    font-src data:; frame-ancestors 'none'; sandbox";

/// Noted by whoever makes links of what the request says of its host; the answer then says so to
/// caches.
#[derive(Clone, Default)]
pub struct HostUsed(Arc<AtomicBool>);

impl HostUsed {
    pub fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Checks a request's host and completes the answer's headers.
pub async fn guard(mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let may_be_framed =
        path.strip_prefix(FRAMED).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let host_used = HostUsed::default();
    request.extensions_mut().insert(host_used.clone());
    let mut response = match has_one_host(&request) {
        true => next.run(request).await,
        false => Problem::bad_request(
            "the request must name one host in its Host header (RFC 9112, 3.2)",
        )
        .into_response(),
    };
    let headers = response.headers_mut();
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Which map was looked at is told to nobody else.
    set(headers, header::REFERRER_POLICY, "strict-origin-when-cross-origin");
    if host_used.0.load(Ordering::Relaxed) {
        headers.append(header::VARY, HeaderValue::from_static("host, x-forwarded-proto"));
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if kind.starts_with("text/html") {
        let framing = if may_be_framed { "" } else { "; frame-ancestors 'none'" };
        let policy = format!("{PAGE_POLICY}{framing}");
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        if !may_be_framed {
            set(headers, header::X_FRAME_OPTIONS, "DENY");
        }
    } else if kind.starts_with("image/svg+xml") {
        set(headers, header::CONTENT_SECURITY_POLICY, DRAWING_POLICY);
    }
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// Whether an HTTP/1.1 request names its host exactly once, and in letters that hosts are written
/// in.
pub fn has_one_host<B>(request: &axum::http::Request<B>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().is_ok_and(is_host),
        (None, _) => request.version() != Version::HTTP_11,
        _ => false,
    }
}

fn is_host(text: &str) -> bool {
    (1..256).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]_".contains(c))
}
