//! `contactline serve`

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use ipnet::IpNet;
use tokio::net::TcpListener;

use super::terminal::print;
use super::{DataArgs, Failure, load};
use crate::atlas::{Map, Options};
use crate::http::{self, BaseUrl, Limits, Proxies, Site};
use crate::service::Service;

/// Serve the map over HTTP: tiles, static maps, answers, and a viewer page
#[derive(Args)]
#[command(
    after_help = "Example:\n  contactline serve --listen 127.0.0.1:8080 --data my-layers/ --style \
        my-style.json"
)]
pub(super) struct Serve {
    /// Address and port to listen on
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR:PORT")]
    listen: SocketAddr,
    #[command(flatten)]
    data: DataArgs,
    /// A MapLibre style, or a folder of them; may be repeated. Without one, the embedded map is
    /// served
    #[arg(long, value_name = "PATH")]
    style: Vec<PathBuf>,
    /// Serve what can be read where something of --data, --style or --root cannot be; it is named
    /// in the log and at /health
    #[arg(long)]
    lenient: bool,
    /// Where the server is reached, such as https://maps.example.org: links in answers begin with
    /// it, whatever a request says
    #[arg(long, value_name = "URL")]
    public_url: Option<BaseUrl>,
    /// A name, perhaps with a port, that requests may call the server by; may be repeated. Links
    /// in answers begin with the request's host only if it is one of these, localhost or an
    /// address, and are relative otherwise
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
    /// A trusted proxy, whose X-Forwarded-For and X-Forwarded-Proto headers are believed: an
    /// address or a network (10.0.0.0/8); may be repeated
    #[arg(long, value_name = "ADDR", value_parser = network)]
    trusted_proxy: Vec<IpNet>,
    /// Connections at a time; fewer where the process may open fewer files
    #[arg(long, default_value_t = Limits::MOST_CONNECTIONS, value_name = "COUNT")]
    connections: usize,
}

fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse::<std::net::IpAddr>().map(IpNet::from);
    text.parse()
        .or_else(|_| address())
        .map_err(|_| "an address, or a network such as 10.0.0.0/8".to_string())
}

impl Serve {
    pub(super) fn run(self) -> Result<(), Failure> {
        let runtime = tokio::runtime::Runtime::new().map_err(Failure::new)?;
        let hang_up = {
            let _inside = runtime.enter();
            hang_up()
        };
        let map = load(&Options { strict: !self.lenient, ..self.data.options(self.style) })?;
        let mut limits = Limits::of_descriptors(descriptors());
        limits.connections = limits.connections.min(self.connections.max(1));
        let site = Site { public_url: self.public_url, hosts: self.host };
        let proxies = Proxies(self.trusted_proxy);
        let served = runtime.block_on(serve(self.listen, map, site, limits, proxies, hang_up));
        // What is still computed has had its time.
        runtime.shutdown_background();
        served
    }
}

async fn serve(
    listen: SocketAddr,
    map: Map,
    site: Site,
    limits: Limits,
    proxies: Proxies,
    hang_up: HangUp,
) -> Result<(), Failure> {
    let listener = TcpListener::bind(listen).await.map_err(|e| {
        Failure::new(format!("cannot listen on {listen}: {e}; choose another with --listen"))
    })?;
    let address = listener.local_addr().map_err(Failure::new)?;
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let service = Service::new(map, threads).map_err(Failure::new)?;
    let stop = stop_signal(hang_up);
    if let Err(e) = print(format_args!("Open http://{address}/ (Ctrl-C stops)")) {
        tracing::warn!("{}", e.message);
    }
    let answers = service.answers().clone();
    http::serve(listener, http::router(service, site), limits, proxies, answers, stop).await;
    Ok(())
}

/// The descriptors that the process may open, as many as it can get.
#[cfg(unix)]
fn descriptors() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let now = getrlimit(Resource::Nofile);
    let most = Rlimit { current: now.maximum, maximum: now.maximum };
    match setrlimit(Resource::Nofile, most) {
        Ok(()) => now.maximum,
        Err(_) => now.current,
    }
}

#[cfg(not(unix))]
fn descriptors() -> Option<u64> {
    None
}

#[cfg(unix)]
type HangUp = Option<tokio::signal::unix::Signal>;
#[cfg(not(unix))]
type HangUp = ();

/// SIGHUP, which from now on does not end the process, also while the map is loaded.
#[cfg(unix)]
fn hang_up() -> HangUp {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok()
}

#[cfg(not(unix))]
fn hang_up() -> HangUp {}

/// Ends on Ctrl-C and, on Unix, on SIGTERM, which are waited for from the call on: requests under
/// way are finished. A second signal ends the process at once.
#[cfg(unix)]
fn stop_signal(mut hang_up: HangUp) -> impl Future<Output = ()> {
    use tokio::signal::unix::{Signal, SignalKind, signal};
    async fn next(signal: &mut Option<Signal>) {
        match signal {
            Some(signal) => {
                signal.recv().await;
            }
            None => std::future::pending().await,
        }
    }
    let mut interrupt = signal(SignalKind::interrupt()).ok();
    let mut terminate = signal(SignalKind::terminate()).ok();
    async move {
        loop {
            tokio::select! {
                () = next(&mut interrupt) => break,
                () = next(&mut terminate) => break,
                () = next(&mut hang_up) => tracing::info!("SIGHUP: nothing is read anew; restart \
                    the server for that"),
            }
        }
        tracing::info!("ending: what is under way is finished; a second signal ends at once");
        tokio::spawn(async move {
            tokio::select! {
                () = next(&mut interrupt) => {}
                () = next(&mut terminate) => {}
            }
            std::process::exit(1);
        });
    }
}

#[cfg(not(unix))]
async fn stop_signal((): HangUp) {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
