//! The map behind async code: lanes of threads, one render for equal requests, a cache, and one
//! budget of memory.
//!
//! What a request starts is its own: it ends when its client goes, unless others wait for the same;
//! and until it has ended it keeps its thread. A panic in a render is caught and becomes an error.

mod budget;
mod flight;
mod scheduler;

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use bytes::Bytes;
use moka::sync::Cache;
use tokio::sync::oneshot;

pub use budget::{Budget, Lease};
pub use scheduler::{Client, Lane};

use crate::atlas::Map;
use crate::catalog::QueryError;
use crate::encode::{Coding, Tile};
use crate::geo::{Effort, Limits, Stop, Stopped};
use crate::sheet::{Finished, Picture, PictureError};
use crate::text::GlyphRange;
use flight::Flights;
use scheduler::{Full, Job, Scheduler};

/// Why a picture was not served.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ServiceError {
    #[error("the server is doing as much as it can; try again shortly")]
    Busy,
    #[error(
        "the server has not enough memory for this at the moment; try again shortly, or ask for \
         less"
    )]
    Memory,
    #[error("{0}")]
    Picture(Arc<PictureError>),
    #[error("{0}")]
    Query(QueryError),
    #[error("drawing failed inside the server")]
    Panic,
}

/// What was made for whoever asks; cheap to clone.
#[derive(Debug, Clone)]
pub struct Made {
    pub bytes: Bytes,
    /// What they should know of it.
    pub warnings: Arc<[String]>,
}

impl From<Vec<u8>> for Made {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes: bytes.into(), warnings: Arc::new([]) }
    }
}

impl From<Finished> for Made {
    fn from(Finished { bytes, warnings }: Finished) -> Self {
        Self { bytes: bytes.into(), warnings: warnings.into() }
    }
}

impl From<Full> for ServiceError {
    fn from(_: Full) -> Self {
        Self::Busy
    }
}

/// A map and the means to draw it, for one client; cheap to clone. A request holds one from its
/// first line to its last, and with it the same map.
#[derive(Clone)]
pub struct Service {
    map: Arc<Map>,
    shared: Arc<Shared>,
    client: Client,
}

struct Shared {
    cache: Cache<String, Made>,
    flights: Flights,
    scheduler: Scheduler,
    /// For drawing, for the documents of requests, and for answers on their way.
    budget: Budget,
    documents: Budget,
    answers: Budget,
}

/// Pictures kept, in bytes, at the most; no more than an eighth of the memory.
const CACHE_BYTES: u64 = 256 << 20;
/// What an entry of the cache takes besides, so that empty tiles are no free ones.
const ENTRY_BYTES: usize = 512;
/// What one picture may take of a processor; three times that by the clock.
const MOST_DRAWING: Duration = Duration::from_secs(20);
/// What one question, or piece of an answer: with reading and writing it, 2 s.
const MOST_COMPUTING: Duration = Duration::from_millis(1_700);
/// What any work may take by the clock, or three times what it may of a processor.
const MOST_WAITED: Duration = Duration::from_secs(15);

impl Service {
    /// A service of some processors, with the memory that this machine gives.
    ///
    /// # Errors
    /// Where the system gives no threads.
    pub fn new(map: Map, cores: usize) -> std::io::Result<Self> {
        Self::with_budget(map, cores, Budget::of_this_machine())
    }

    /// # Errors
    /// Where the system gives no threads.
    pub fn with_budget(map: Map, cores: usize, budget: Budget) -> std::io::Result<Self> {
        let weigh = |key: &String, made: &Made| {
            u32::try_from(key.len() + made.bytes.len() + ENTRY_BYTES).unwrap_or(u32::MAX)
        };
        let kept = CACHE_BYTES.min(budget.total() / 8);
        let shared = Shared {
            cache: Cache::builder().max_capacity(kept).weigher(weigh).build(),
            flights: Flights::default(),
            scheduler: Scheduler::new(cores.max(1))?,
            budget: Budget::new(budget.total() / 2),
            documents: Budget::new(budget.total() / 8),
            answers: Budget::new(budget.total() / 4),
        };
        Ok(Self { map: Arc::new(map), shared: Arc::new(shared), client: Client::default() })
    }

    /// The same for a client, whose share of the work is then its own.
    pub fn for_client(&self, client: Client) -> Self {
        Self { client, ..self.clone() }
    }

    pub fn map(&self) -> &Map {
        &self.map
    }

    /// The memory that documents of requests may take together.
    pub fn documents(&self) -> &Budget {
        &self.shared.documents
    }

    /// The memory that answers on their way to clients may take together.
    pub fn answers(&self) -> &Budget {
        &self.shared.answers
    }

    /// How many jobs are at work, each with a thread of its own, and how many wait for one.
    pub fn jobs(&self) -> (usize, usize) {
        self.shared.scheduler.jobs()
    }

    /// The picture with what is told of it as drawn, drawn or from the cache. `key` is the
    /// picture's own.
    ///
    /// # Errors
    /// Where it cannot be drawn, or not now.
    pub async fn picture(&self, picture: Picture, key: String) -> Result<Made, ServiceError> {
        let (lane, px) = (Lane::of(picture.work()), picture.device_px());
        let budget = self.shared.budget.clone();
        self.kept(lane, px, key, move |map, stop| {
            let _lease = budget.take(picture.bytes_needed()).ok_or(ServiceError::Memory)?;
            map.draw_within(&picture, &Effort::new(Limits::PICTURE, stop.clone()))
                .map(Made::from)
                .map_err(|e| ServiceError::Picture(Arc::new(e)))
        })
        .await
    }

    /// A vector tile, made or from the cache; compressed once for each coding that is asked for.
    /// Empty where nothing is in it.
    ///
    /// # Errors
    /// Where it cannot be made, or not now.
    pub async fn vector_tile(
        &self,
        key: String,
        coding: Option<Coding>,
        make: impl FnOnce(&Map, &Effort) -> Result<Tile, QueryError> + Send + 'static,
    ) -> Result<Made, ServiceError> {
        let plain = self.kept(Lane::Tile, 0, key.clone(), move |map, stop| {
            // It waits as tiles do, and is as much work as a question.
            let stop = limited(Lane::Question, stop.clone());
            let effort = Effort::new(Limits::QUESTION, stop);
            let Tile { bytes, left_out, .. } = make(map, &effort).map_err(ServiceError::Query)?;
            let told = (left_out > 0).then(|| {
                format!(
                    "{left_out} features are left out of this tile, the smallest of it: ask for \
                     less by filter, datetime or properties, or for deeper tiles"
                )
            });
            Ok(Made { bytes: bytes.into(), warnings: told.into_iter().collect() })
        });
        let plain = plain.await?;
        let Some(coding) = coding.filter(|_| !plain.bytes.is_empty()) else { return Ok(plain) };
        let key = format!("{key}/{}", coding.name());
        self.kept(Lane::Tile, 0, key, move |_, _| {
            let bytes = coding.coded(&plain.bytes).map_err(|e| {
                tracing::error!("a tile could not be compressed: {e}");
                ServiceError::Panic
            })?;
            Ok(Made { bytes: bytes.into(), warnings: plain.warnings })
        })
        .await
    }

    /// A glyph range of the map's faces (see [`crate::text::GlyphRange`]), made or from the cache.
    ///
    /// # Errors
    /// Where it cannot be made now.
    pub async fn glyphs(
        &self,
        stack: String,
        first: u32,
        key: String,
    ) -> Result<Bytes, ServiceError> {
        let make = move |map: &Map, _: &Stop| {
            Ok(Made::from(GlyphRange::of(&map.fonts().stack(&stack), first).encode(&stack, first)))
        };
        // A client asks once, and draws no letters of a range that it was refused.
        self.kept(Lane::Picture, 0, format!("glyphs/{key}"), make).await.map(|made| made.bytes)
    }

    /// What is in the cache, or is made and put there; equal keys are made once.
    async fn kept(
        &self,
        lane: Lane,
        px: u64,
        key: String,
        make: impl FnOnce(&Map, &Stop) -> Result<Made, ServiceError> + Send + 'static,
    ) -> Result<Made, ServiceError> {
        let Shared { cache, flights, scheduler, .. } = &*self.shared;
        if let Some(made) = cache.get(&key) {
            return Ok(made);
        }
        let (flight, render) = flights.join(&key);
        if let Some(render) = render {
            let (map, cache, wanted) = (self.map.clone(), cache.clone(), render.stop());
            flight.is_done_by(move || {
                render.begin();
                let outcome = make(&map, &limited(lane, wanted));
                if let Ok(made) = &outcome {
                    cache.insert(key, made.clone());
                }
                render.end(outcome);
            });
        }
        if flight.is_waiting() {
            let (stop, work) = flight.job();
            scheduler.put(lane, Job { client: self.client, px, stop, work: Box::new(work) })?;
        }
        flight.outcome(scheduler.most_wait(lane)).await
    }

    /// Runs work on the map on a thread of a lane. It is told to stop when this is dropped.
    ///
    /// # Errors
    /// Where the work would wait too long, or fails.
    pub async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce(&Map, &Stop) -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let wanted = Arc::new(());
        let waits = Arc::downgrade(&wanted);
        let stop = Stop::when(move || (waits.strong_count() == 0).then_some(Stopped::Unwanted));
        let (begin, begins) = oneshot::channel();
        let (tell, told) = oneshot::channel();
        let (map, own) = (self.map.clone(), stop.clone());
        let work = Box::new(move || {
            // Nobody may be left to be told.
            let _ = begin.send(());
            let _ = tell.send(work(&map, &limited(lane, own)));
        });
        let scheduler = &self.shared.scheduler;
        scheduler.put(lane, Job { client: self.client, px: 0, stop, work })?;
        match tokio::time::timeout(scheduler.most_wait(lane), begins).await {
            Err(_) => return Err(ServiceError::Busy),
            Ok(Err(_)) => return Err(ServiceError::Panic),
            Ok(Ok(())) => {}
        }
        let outcome = told.await.map_err(|_| ServiceError::Panic);
        drop(wanted);
        outcome
    }
}

/// Work that has begun on this thread, with the time that its lane gives it.
fn limited(lane: Lane, wanted: Stop) -> Stop {
    let began = Instant::now();
    // Of each thread that asks: what it had when it first did, and now.
    let threads: Mutex<Vec<(ThreadId, Duration, Duration)>> = Mutex::default();
    let had = move || {
        let now = computed()?;
        let this = std::thread::current().id();
        let mut threads = threads.lock().unwrap_or_else(PoisonError::into_inner);
        match threads.iter_mut().find(|(thread, ..)| *thread == this) {
            Some(own) => own.2 = now,
            None => threads.push((this, now, now)),
        }
        Some(threads.iter().map(|(_, before, now)| now.saturating_sub(*before)).sum::<Duration>())
    };
    had();
    let most = match lane {
        Lane::Question | Lane::Export => MOST_COMPUTING,
        Lane::Tile | Lane::Picture | Lane::Long => MOST_DRAWING,
    };
    Stop::when(move || {
        // What it had of a processor is its own doing; that it is late after much longer is the
        // server's.
        let is_spent = had().is_some_and(|had| had > most);
        let is_late = began.elapsed() > MOST_WAITED.max(most * 3);
        let over = is_spent.then_some(Stopped::Spent).or(is_late.then_some(Stopped::Late));
        wanted.check().err().or(over)
    })
}

/// What this thread has had of a processor, where the system tells.
#[cfg(unix)]
fn computed() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Some(Duration::new(u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?))
}

#[cfg(not(unix))]
fn computed() -> Option<Duration> {
    None
}
