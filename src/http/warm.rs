//! Tiles that are asked for again: the URL as it stands finds the answer that the router gave
//! before, and nothing is worked out anew.
//!
//! What is answered here is what the router would answer: the same headers and the same bytes of
//! the one map that is served. What hangs on anything of a request but its URL and `If-None-Match`
//! is left to the router.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, Uri, header};
use axum::response::Response;
use xxhash_rust::xxh3::{Xxh3Builder, xxh3_64};

use super::guard::has_one_host;
use super::request::has_tag;

/// What is kept, in bytes, at the most; less where there is less memory.
const KEPT_BYTES: usize = 64 << 20;
/// What an answer takes beside its URL and body: its headers.
const BYTES_EACH: usize = 1_200;
/// Longer URLs are not kept.
const LONGEST_URL: usize = 2_000;
/// So that threads seldom wait for each other.
const SHARDS: usize = 16;

/// Answers that were given, by their URLs.
pub(super) struct Warm {
    shards: [RwLock<Shard>; SHARDS],
    /// Bytes that the newer answers of a shard may have.
    most_newer: usize,
}

/// Some of them. When the newer ones are too many they become the older ones, and those that were
/// so are forgotten; what is asked for again is new again.
#[derive(Default)]
struct Shard {
    newer: Answers,
    older: Answers,
    bytes: usize,
}

type Answers = HashMap<Box<str>, Arc<Given>, Xxh3Builder>;

struct Given {
    headers: HeaderMap,
    body: Bytes,
}

impl Shard {
    fn put(&mut self, url: Box<str>, given: Arc<Given>, most_newer: usize) {
        let bytes = url.len() + BYTES_EACH + given.body.len();
        if self.bytes + bytes > most_newer {
            (self.older, self.bytes) = (std::mem::take(&mut self.newer), 0);
        }
        if self.newer.insert(url, given).is_none() {
            self.bytes += bytes;
        }
    }
}

/// Among an answer's extensions: its body, which hangs on nothing of the request but its URL.
#[derive(Clone)]
pub(super) struct Lasting(pub Bytes);

impl Warm {
    /// For some bytes at the most.
    pub fn of_bytes(most: u64) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(KEPT_BYTES);
        // As much again is older.
        Self { shards: Default::default(), most_newer: most / SHARDS / 2 }
    }

    /// The answer, where the URL was asked for before.
    pub fn answer<B>(&self, request: &Request<B>) -> Option<Response> {
        let url = url_of(request.method(), request.uri())?;
        if !has_one_host(request) {
            return None;
        }
        let Given { headers, body } = &*self.given(url)?;
        let is_conditional = request.headers().contains_key(header::IF_NONE_MATCH);
        if is_conditional && has_tag(request.headers(), headers.get(header::ETAG)?.to_str().ok()?) {
            let mut answer = Response::new(Body::empty());
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
            let of_body = [header::CONTENT_TYPE, header::CONTENT_LENGTH];
            let kept = headers.iter().filter(|(name, _)| !of_body.contains(name));
            answer.headers_mut().extend(kept.map(|(name, value)| (name.clone(), value.clone())));
            return Some(answer);
        }
        let mut answer = Response::new(Body::from(body.clone()));
        *answer.headers_mut() = headers.clone();
        Some(answer)
    }

    /// Notes what was answered.
    pub fn note(&self, method: &Method, url: &Uri, answer: &Response) {
        let is_whole = answer.status() == StatusCode::OK;
        if let Some(url) = url_of(method, url).filter(|_| is_whole)
            && let Some(Lasting(body)) = answer.extensions().get()
        {
            let given = Given { headers: answer.headers().clone(), body: body.clone() };
            let mut shard = self.shard(url).write().unwrap_or_else(PoisonError::into_inner);
            shard.put(url.into(), given.into(), self.most_newer);
        }
    }

    fn given(&self, url: &str) -> Option<Arc<Given>> {
        let shard = self.shard(url);
        let old = {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(given) = shard.newer.get(url) {
                return Some(given.clone());
            }
            shard.older.get(url)?.clone()
        };
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        shard.put(url.into(), old.clone(), self.most_newer);
        Some(old)
    }

    fn shard(&self, url: &str) -> &RwLock<Shard> {
        &self.shards[xxh3_64(url.as_bytes()) as usize % SHARDS]
    }
}

/// The part of a URL that says what is asked for, where it can be known.
fn url_of<'a>(method: &Method, uri: &'a Uri) -> Option<&'a str> {
    let url = uri.path_and_query()?.as_str();
    (method == Method::GET && url.len() <= LONGEST_URL).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_is_forgotten_in_time() {
        let mut shard = Shard::default();
        let given = || Arc::new(Given { headers: HeaderMap::new(), body: vec![0; 500_000].into() });
        let url = |n: usize| Box::from(format!("/{n}"));
        let most_newer = KEPT_BYTES / SHARDS / 2;
        let most = 2 * most_newer / 500_000;
        for n in 0..3 * most {
            shard.put(url(n), given(), most_newer);
            assert!(shard.newer.len() + shard.older.len() <= most);
        }
        assert!(shard.newer.contains_key(&*url(3 * most - 1)));
        assert!(!shard.newer.contains_key(&*url(0)) && !shard.older.contains_key(&*url(0)));
    }
}
