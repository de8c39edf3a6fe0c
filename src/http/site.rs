//! Where the server is reached, for the absolute URLs in answers: never where only a request says
//! so.

use std::convert::Infallible;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::guard::HostUsed;

/// How links in answers begin.
///
/// With a public URL they begin with it. Otherwise they begin with the host that the request names,
/// if it is an address or `localhost` (which nobody else can own) or one of `hosts`; with any other
/// host links are relative to the server, so that no cache can be made to keep links to somebody
/// else's.
#[derive(Debug, Clone, Default)]
pub struct Site {
    pub public_url: Option<BaseUrl>,
    /// Names, perhaps with a port, that requests may call the server by.
    pub hosts: Vec<String>,
}

/// `http(s)://host[:port][/path]` without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

/// Text that is no such URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no public URL: write it as https://maps.example.org, perhaps with a path")]
pub struct BaseUrlError(String);

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]_/~%".contains(c);
        match rest {
            Some(rest) if !rest.is_empty() && !rest.starts_with('/') && rest.chars().all(plain) => {
                Ok(Self(text.trim_end_matches('/').to_string()))
            }
            _ => Err(BaseUrlError(text.chars().take(200).collect())),
        }
    }
}

impl Site {
    /// How links begin in the answer to a request with this host and scheme.
    fn base(&self, host: &str, scheme: &str) -> String {
        match self.knows(host) {
            true => format!("{scheme}://{host}"),
            false => String::new(),
        }
    }

    fn knows(&self, host: &str) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => (name, port),
            _ => (host, ""),
        };
        let bare = name.strip_prefix('[').and_then(|n| n.strip_suffix(']')).unwrap_or(name);
        port.chars().all(|c| c.is_ascii_digit())
            && (bare.parse::<IpAddr>().is_ok()
                || name.eq_ignore_ascii_case("localhost")
                || self.hosts.iter().any(|known| {
                    known.eq_ignore_ascii_case(name) || known.eq_ignore_ascii_case(host)
                }))
    }
}

/// A site as its requests carry it.
#[derive(Debug, Clone, Default)]
pub struct Reached {
    site: Arc<Site>,
    /// Whether it was said that a host is not known.
    told: Arc<AtomicBool>,
}

impl Reached {
    pub fn new(site: Site) -> Self {
        Self { site: Arc::new(site), told: Arc::default() }
    }

    /// The public URL, if one was given, and nothing otherwise.
    pub fn public_url(&self) -> &str {
        self.site.public_url.as_ref().map_or("", |BaseUrl(url)| url)
    }

    fn tell(&self, host: &str) {
        if !self.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "a request calls this server '{host}', which it does not know: links in such \
                 answers have no host; say --public-url https://{host}, or --host {host}, if it \
                 is right"
            );
        }
    }
}

/// How links begin in an answer.
pub struct PublicUrl(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PublicUrl {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let reached = parts.extensions.get::<Reached>().cloned().unwrap_or_default();
        if let Some(BaseUrl(url)) = &reached.site.public_url {
            return Ok(Self(url.clone()));
        }
        if let Some(used) = parts.extensions.get::<HostUsed>() {
            used.note();
        }
        let header =
            |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let scheme = if header("x-forwarded-proto") == "https" { "https" } else { "http" };
        let host = header("host");
        let base = reached.site.base(host, scheme);
        if base.is_empty() && !host.is_empty() {
            reached.tell(host);
        }
        Ok(Self(base))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_that_are_nobodys_or_named_are_known() {
        let site = Site {
            hosts: vec!["maps.example".into(), "other.example:81".into()],
            ..Site::default()
        };
        for known in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:80",
            "[::1]:8080",
            "[::1]",
            "10.1.2.3",
            "maps.example:8",
            "Maps.Example",
            "other.example:81",
        ] {
            assert_eq!(site.base(known, "http"), format!("http://{known}"));
        }
        for unknown in [
            "evil.example",
            "maps.example.evil",
            "localhost.evil",
            "other.example",
            "maps.example:x",
            "[::1",
            "",
            "127.0.0.1.evil",
        ] {
            assert_eq!(site.base(unknown, "http"), "", "{unknown}");
        }
    }

    #[test]
    fn a_public_url_is_a_plain_one() {
        assert_eq!("https://a.example/maps/".parse(), Ok(BaseUrl("https://a.example/maps".into())));
        for wrong in [
            "a.example",
            "ftp://a",
            "https://",
            "https:///x",
            "https://a?x",
            "https://a#x",
            "https://a b",
            "https://u@a",
        ] {
            assert!(wrong.parse::<BaseUrl>().is_err(), "{wrong}");
        }
    }
}
