//! The map behind async code: a bounded pool of render threads, and a cache in which equal requests wait for one
//! another.
//!
//! A render runs as its own task: a client that goes away neither cancels it for others nor blocks them. What may take long
//! leaves a thread to tiles. When the queue is full a request is turned away at once. A panic in a render is caught and becomes an error.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use moka::future::Cache;
use tokio::sync::Semaphore;

use super::{Map, Picture, PictureError};
use crate::text::GlyphRange;

/// Why a picture was not served.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ServiceError {
    #[error("the server is drawing as much as it can; try again shortly")]
    Busy,
    #[error("{0}")]
    Picture(Arc<PictureError>),
    #[error("drawing failed inside the server")]
    Panic,
}

/// A map and the means to draw it; cheap to clone.
#[derive(Clone)]
pub struct Service {
    map: Arc<Map>,
    cache: Cache<String, Bytes>,
    threads: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    max_waiting: usize,
    /// Of the threads, those that long work may have at once: where there are several, one is left for tiles.
    long: Arc<Semaphore>,
    long_waiting: Arc<AtomicUsize>,
}

/// Pictures kept, in bytes.
const CACHE_BYTES: u64 = 256 << 20;
/// How long one picture may take.
const MAX_TIME: Duration = Duration::from_secs(20);
/// Renders that may wait for a thread, per thread.
const QUEUE_PER_THREAD: usize = 64;

impl Service {
    /// `threads` renders at a time.
    pub fn new(map: Map, threads: usize) -> Self {
        let weigh = |key: &String, bytes: &Bytes| u32::try_from(key.len() + bytes.len()).unwrap_or(u32::MAX);
        Self {
            map: Arc::new(map),
            cache: Cache::builder().max_capacity(CACHE_BYTES).weigher(weigh).build(),
            threads: Arc::new(Semaphore::new(threads)),
            waiting: Arc::new(AtomicUsize::new(0)),
            max_waiting: threads * QUEUE_PER_THREAD,
            long: Arc::new(Semaphore::new(threads.saturating_sub(1).max(1))),
            long_waiting: Arc::new(AtomicUsize::new(0)),
        }
    }

    pub fn map(&self) -> &Map {
        &self.map
    }

    /// The picture, drawn or from the cache. `key` is the picture's own.
    pub async fn picture(&self, picture: Picture, key: String) -> Result<Bytes, ServiceError> {
        if let Some(bytes) = self.cache.get(&key).await {
            return Ok(bytes);
        }
        let service = self.clone();
        let task = tokio::spawn(async move {
            let cache = service.cache.clone();
            cache.try_get_with(key, service.draw(picture)).await.map_err(|e| (*e).clone())
        });
        task.await.unwrap_or(Err(ServiceError::Panic))
    }

    /// A glyph range of the map's faces (see [`crate::text::GlyphRange`]), made or from the cache.
    pub async fn glyphs(&self, stack: String, first: u32, key: String) -> Result<Bytes, ServiceError> {
        let key = format!("glyphs/{key}");
        if let Some(bytes) = self.cache.get(&key).await {
            return Ok(bytes);
        }
        let service = self.clone();
        let make = move |map: &Map| Bytes::from(GlyphRange::of(&map.fonts.stack(&stack), first).encode(&stack, first));
        let task = tokio::spawn(async move {
            let made = service.run(make);
            service.cache.try_get_with(key, made).await.map_err(|e| (*e).clone())
        });
        task.await.unwrap_or(Err(ServiceError::Panic))
    }

    async fn draw(self, picture: Picture) -> Result<Bytes, ServiceError> {
        let long = picture.may_take_long();
        let _place = long.then(|| Place::take(&self.long_waiting, self.max_waiting)).transpose()?;
        let _lane = match long {
            true => Some(self.long.acquire().await.map_err(|_| ServiceError::Busy)?),
            false => None,
        };
        let drawn = self.run(move |map| map.draw_until(&picture, Instant::now().checked_add(MAX_TIME))).await?;
        drawn.map(Bytes::from).map_err(|e| ServiceError::Picture(Arc::new(e)))
    }

    /// Runs work on the map on one of the bounded threads.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Map) -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let _place = Place::take(&self.waiting, self.max_waiting)?;
        let _thread = self.threads.acquire().await.map_err(|_| ServiceError::Busy)?;
        let map = self.map.clone();
        tokio::task::spawn_blocking(move || work(&map)).await.map_err(|e| {
            tracing::error!("work on the map failed: {e}");
            ServiceError::Panic
        })
    }
}

/// A place in the queue, given back when dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, max: usize) -> Result<Self, ServiceError> {
        let place = Self(waiting);
        match waiting.fetch_add(1, Ordering::Relaxed) {
            before if before < max => Ok(place),
            _ => Err(ServiceError::Busy),
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
