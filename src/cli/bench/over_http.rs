//! Tiles asked of a server, one after the other on a connection that stays open.

use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Request, StatusCode, Uri, header};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use super::super::Failure;
use crate::geo::TileId;

/// Larger answers are no tiles.
const MOST_BYTES: usize = 64 << 20;

/// Where a server's tiles are.
pub(super) struct Template(String);

impl Template {
    /// # Errors
    /// Where it does not say where a tile is, or it is not plain HTTP.
    pub fn new(template: &str) -> Result<Self, Failure> {
        let has_place = ["{z}", "{x}", "{y}"].iter().all(|part| template.contains(part));
        let here = Self(template.to_string());
        let uri = here.of([0; 3]).parse::<Uri>().ok();
        match uri.and_then(|uri| uri.host().map(|_| uri.scheme_str() == Some("http"))) {
            Some(true) if has_place => Ok(here),
            _ => Err(Failure::usage(format!(
                "'{template}' is no template of tiles; expected one such as \
                 http://127.0.0.1:8080/styles/conflict/{{z}}/{{x}}/{{y}}.png"
            ))),
        }
    }

    /// The URL of a tile: of its zoom, column and row.
    fn of(&self, tile: [u32; 3]) -> String {
        let names = ["{z}", "{x}", "{y}"].into_iter().zip(tile);
        names.fold(self.0.clone(), |url, (name, number)| url.replace(name, &number.to_string()))
    }
}

/// A connection to a server, and the thread's own runtime.
pub(super) struct Connection {
    runtime: Runtime,
    sender: SendRequest<Body>,
}

impl Connection {
    /// # Errors
    /// Where nobody answers.
    pub fn open(template: &Template) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Failure::new)?;
        let uri: Uri = template.of([0; 3]).parse().map_err(Failure::usage)?;
        let address =
            format!("{}:{}", uri.host().unwrap_or_default(), uri.port_u16().unwrap_or(80));
        let sender = runtime.block_on(async {
            let failed =
                |e: &dyn std::fmt::Display| Failure::new(format!("{address} does not answer: {e}"));
            let stream = TcpStream::connect(&address).await.map_err(|e| failed(&e))?;
            stream.set_nodelay(true).map_err(|e| failed(&e))?;
            let (sender, connection) =
                handshake(TokioIo::new(stream)).await.map_err(|e| failed(&e))?;
            tokio::spawn(connection);
            Ok::<_, Failure>(sender)
        })?;
        Ok(Self { runtime, sender })
    }

    /// Asks for a tile: how long its last byte took to come, and its bytes.
    ///
    /// # Errors
    /// Where it is not answered with a tile.
    pub fn ask(&mut self, template: &Template, tile: TileId) -> Result<(Duration, Bytes), Failure> {
        let url = template.of([tile.z().into(), tile.x(), tile.y()]);
        let failed = |e: &dyn std::fmt::Display| Failure::new(format!("{url}: {e}"));
        let uri: Uri = url.parse().map_err(|e| failed(&e))?;
        let host = uri.authority().map_or("", |authority| authority.as_str());
        let host = HeaderValue::from_str(host).map_err(|e| failed(&e))?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let request = Request::get(path).header(header::HOST, host).body(Body::empty());
        let request = request.map_err(|e| failed(&e))?;
        let began = Instant::now();
        let (status, bytes) = self.runtime.block_on(async {
            self.sender.ready().await.map_err(|e| failed(&e))?;
            let answer = self.sender.send_request(request).await.map_err(|e| failed(&e))?;
            let status = answer.status();
            let body = axum::body::to_bytes(Body::new(answer.into_body()), MOST_BYTES).await;
            Ok::<_, Failure>((status, body.map_err(|e| failed(&e))?))
        })?;
        match status {
            StatusCode::OK => Ok((began.elapsed(), bytes)),
            other => Err(failed(&format_args!("the server answers {other}"))),
        }
    }
}
