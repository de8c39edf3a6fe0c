//! The program as its clients meet it, without a socket between: over the embedded map.

mod wire;

use axum::body::Body;
use axum::http::Request;
use contactline::atlas::{self, Options};
use contactline::http::{Site, router};
use contactline::service::Service;
pub use wire::{Answer, send_to};

/// The program's routes over the embedded map.
pub fn app() -> axum::Router {
    static SERVICE: std::sync::OnceLock<Service> = std::sync::OnceLock::new();
    let service = SERVICE
        .get_or_init(|| Service::new(atlas::load(&Options::default()).value.unwrap(), 2).unwrap());
    router(service.clone(), Site { hosts: vec!["maps.example".to_string()], ..Site::default() })
}

pub async fn send(request: Request<Body>) -> Answer {
    send_to(app(), request).await
}

pub async fn get(path: &str) -> Answer {
    send(Request::get(path).header("host", "maps.example:8080").body(Body::empty()).unwrap()).await
}

/// As a client that wants some media type.
pub async fn get_as(path: &str, accept: &str) -> Answer {
    let request = Request::get(path).header("host", "maps.example:8080").header("accept", accept);
    send(request.body(Body::empty()).unwrap()).await
}
