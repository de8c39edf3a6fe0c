//! Connections: accepted up to a bound below the process's descriptors, cut when they are silent,
//! ended in order when the server ends.

mod body;
mod client;
mod connections;
mod io;

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt as _;

use self::io::Watched;
use super::Problem;
use super::warm::Warm;
use crate::service::{Budget, Client, ServiceError};
use body::Busy;
pub use client::Proxies;
use connections::{Connection, Connections, Place};

/// How a server treats its connections.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at a time.
    pub connections: usize,
    /// A request's line and headers, and the silence before them.
    pub head: Duration,
    /// A client that takes no byte of an answer.
    pub write: Duration,
    /// After the signal to end, for what is under way.
    pub drain: Duration,
}

impl Limits {
    /// Connections where nothing else is asked for.
    pub const MOST_CONNECTIONS: usize = 8_192;

    /// Those for a process that may open so many descriptors.
    pub fn of_descriptors(descriptors: Option<u64>) -> Self {
        /// For files, archives and the program's own.
        const KEPT: u64 = 96;
        let most = descriptors.map_or(usize::MAX, |most| {
            usize::try_from(most.saturating_sub(KEPT)).unwrap_or(usize::MAX)
        });
        Self {
            connections: most.clamp(1, Self::MOST_CONNECTIONS),
            head: Duration::from_secs(10),
            write: Duration::from_secs(30),
            drain: Duration::from_secs(10),
        }
    }
}

/// Bytes of a request's line and headers.
const MOST_HEAD: usize = 64 << 10;

/// Serves until `end` is ready and what is under way is done, or has had its time. Answers that are on
/// their way take their memory from `answers`; `router` is that of one map.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    proxies: Proxies,
    answers: Budget,
    end: impl Future<Output = ()>,
) {
    let connections = Arc::new(Connections::default());
    // A sixteenth of the memory.
    let warm = Warm::of_bytes(answers.total() / 4);
    let shared = Arc::new(Shared { router, warm, proxies, limits, answers });
    let (ending, ended) = watch::channel(false);
    let mut refused = Seldom::default();
    tokio::pin!(end);
    loop {
        let accepted = tokio::select! {
            () = &mut end => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let limit = shared.limits.connections;
                match connections.admit(peer, limit) {
                    Some(place) => {
                        tokio::spawn(connected(shared.clone(), stream, place, ended.clone()));
                    }
                    None if refused.now() => {
                        tracing::warn!("all {limit} connections are busy; others are refused")
                    }
                    None => {}
                }
            }
            Err(e) if is_of_client(&e) => {}
            Err(e) => {
                if refused.now() {
                    tracing::error!("connections cannot be accepted: {e}");
                }
                // Mostly a want of descriptors, which others have to give back first.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    let _ = ending.send(true);
    if tokio::time::timeout(shared.limits.drain, connections.empty()).await.is_err() {
        tracing::warn!("{} connections are cut that did not end in time", connections.count());
    }
}

fn is_of_client(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

struct Shared {
    router: Router,
    warm: Warm,
    proxies: Proxies,
    limits: Limits,
    answers: Budget,
}

/// Smaller answers are not counted: bytes.
const LEAST_COUNTED: u64 = 64 << 10;

/// One connection from its first byte to its last.
async fn connected(
    shared: Arc<Shared>,
    stream: TcpStream,
    place: Place,
    mut ending: watch::Receiver<bool>,
) {
    // Answers are written whole: waiting for more would only delay them.
    let _ = stream.set_nodelay(true);
    let connection = &place.connection;
    let io = Watched::new(stream, shared.limits.write, connection.clone());
    let (peer, own) = (connection.peer(), connection.clone());
    let answers = service_fn(|request: Request<Incoming>| {
        let (shared, own) = (shared.clone(), own.clone());
        async move { Ok::<_, Infallible>(answered(&shared, peer, request, &own).await) }
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(shared.limits.head)
        .max_buf_size(MOST_HEAD);
    let serving = builder.serve_connection(TokioIo::new(io), answers);
    tokio::pin!(serving);
    tokio::select! {
        // Whatever went wrong went wrong between client and server: there is nobody to be told.
        _ = serving.as_mut() => return,
        () = connection.evicted() => return,
        () = until(&mut ending) => {}
    }
    // What is under way is finished; a client that goes on asking is cut when the time for it is
    // over.
    tokio::select! {
        _ = serving.as_mut() => {}
        () = connection.is_over() => {}
    }
}

async fn until(ending: &mut watch::Receiver<bool>) {
    let _ = ending.wait_for(|ending| *ending).await;
}

async fn answered(
    shared: &Shared,
    peer: SocketAddr,
    request: Request<Incoming>,
    connection: &Arc<Connection>,
) -> Response {
    let busy = Busy::of(connection.clone());
    let response = match shared.warm.answer(&request) {
        Some(answer) => answer,
        None => routed(shared, peer, request.map(Body::new)).await,
    };
    let bytes = response.body().size_hint().exact().filter(|bytes| *bytes > LEAST_COUNTED);
    let response = match bytes.map(|bytes| shared.answers.take(bytes)) {
        None => response,
        Some(Some(lease)) => {
            connection.hold(lease);
            response
        }
        Some(None) => Problem::from(ServiceError::Memory).into_response(),
    };
    response.map(|body| busy.until_made(body))
}

async fn routed(shared: &Shared, peer: SocketAddr, mut request: Request) -> Response {
    let client: Client = shared.proxies.client(peer.ip(), request.headers());
    request.extensions_mut().insert(client);
    if !shared.proxies.knows(peer.ip()) {
        // Who is no known proxy says nothing of how the server is reached.
        request.headers_mut().remove("x-forwarded-proto");
    }
    let (method, url) = (request.method().clone(), request.uri().clone());
    let routed = shared.router.clone().oneshot(request).await;
    let response = routed.unwrap_or_else(|never| match never {});
    shared.warm.note(&method, &url, &response);
    response
}

/// Says once a second at most.
#[derive(Default)]
struct Seldom(Option<Instant>);

impl Seldom {
    fn now(&mut self) -> bool {
        let is_due = self.0.is_none_or(|last| last.elapsed() >= Duration::from_secs(1));
        if is_due {
            self.0 = Some(Instant::now());
        }
        is_due
    }
}
