//! `contactline serve`

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use tokio::net::TcpListener;

use super::terminal::print;
use super::{DataArgs, Failure, load};
use crate::http::{self, BaseUrl, Site};
use crate::map::{Options, Service};

/// Serve the map over HTTP: tiles, static maps, answers, and a viewer page
#[derive(Args)]
#[command(after_help = "Example:\n  contactline serve --listen 127.0.0.1:8080 --data my-layers/ --style my-style.json")]
pub(super) struct Serve {
    /// Address and port to listen on
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR:PORT")]
    listen: SocketAddr,
    #[command(flatten)]
    data: DataArgs,
    /// A MapLibre style, or a folder of them; may be given often. Without one, the embedded map is served
    #[arg(long, value_name = "PATH")]
    style: Vec<PathBuf>,
    /// Serve what can be read where something of --data, --style or --root cannot be; it is named in the log and at /health
    #[arg(long)]
    lenient: bool,
    /// Where the server is reached, such as https://maps.example.org: links in answers begin with it, whatever a request says
    #[arg(long, value_name = "URL")]
    public_url: Option<BaseUrl>,
    /// A name, perhaps with a port, that requests may call the server by; may be given often. Links in answers begin with the
    /// request's host only if it is one of these, localhost or an address, and are relative otherwise
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), Failure> {
        let map = load(&Options { strict: !self.lenient, ..self.data.options(self.style) })?;
        let runtime = tokio::runtime::Runtime::new().map_err(Failure::new)?;
        let site = Site { public_url: self.public_url, hosts: self.host };
        runtime.block_on(serve(self.listen, map, site))
    }
}

async fn serve(listen: SocketAddr, map: crate::map::Map, site: Site) -> Result<(), Failure> {
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|e| Failure::new(format!("cannot listen on {listen}: {e}; choose another with --listen")))?;
    let address = listener.local_addr().map_err(Failure::new)?;
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    if let Err(e) = print(format_args!("Open http://{address}/ (Ctrl-C stops)")) {
        tracing::warn!("{}", e.message);
    }
    axum::serve(listener, http::router(Service::new(map, threads), site))
        .with_graceful_shutdown(stop_signal())
        .await
        .map_err(Failure::new)
}

/// Ends on Ctrl-C and, on Unix, on SIGTERM; requests under way are finished.
async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
