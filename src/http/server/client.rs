//! Whom a request is from: its peer, or whom a proxy that is known names.

use std::net::IpAddr;

use axum::http::HeaderMap;
use ipnet::IpNet;

use crate::service::Client;

/// The proxies whose word is taken for whom they ask.
#[derive(Debug, Clone, Default)]
pub struct Proxies(pub Vec<IpNet>);

impl Proxies {
    pub fn knows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|net| net.contains(&address))
    }

    /// The last address of `X-Forwarded-For` that is no known proxy's: what stands before it
    /// anybody could have written.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let mut client = peer;
        if self.knows(peer) {
            let lines = headers
                .get_all("x-forwarded-for")
                .into_iter()
                .filter_map(|line| line.to_str().ok());
            let named: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
            for name in named.into_iter().rev() {
                let Ok(address) = name.parse() else { break };
                client = address;
                if !self.knows(address) {
                    break;
                }
            }
        }
        Client(Some(household(client)))
    }
}

/// An address; of version 6 its network of 64 bits, all of which one client commonly has.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_known_proxy_says_whom_it_asks_for() {
        let proxies = Proxies(vec!["10.0.0.0/8".parse().unwrap()]);
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "1.1.1.1, 2.2.2.2".parse().unwrap());
        headers.append("x-forwarded-for", "10.0.0.7".parse().unwrap());
        let of =
            |peer: &str| proxies.client(peer.parse().unwrap(), &headers).0.unwrap().to_string();
        assert_eq!(of("10.0.0.1"), "2.2.2.2");
        assert_eq!(of("::ffff:10.0.0.1"), "2.2.2.2");
        assert_eq!(of("9.9.9.9"), "9.9.9.9");
        assert_eq!(of("2001:db8::1"), "2001:db8::");
    }
}
