//! Who works when: a few threads for each kind of work, fair between clients, and nobody waits long
//! for nothing.
//!
//! Each lane has threads of its own, so that questions, films and exports never hold those of
//! tiles; where they share a core, the system gives most of it to tiles (their threads are not
//! nice). A thread is the permit: it is free again when the work has ended, not when its client has
//! gone. Work that would wait longer than its lane allows is refused, at once where that can be
//! told; and it is told to stop when nobody waits for it any more.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::geo::Stop;
use crate::sheet::Work;

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// tiles, glyphs.
    Tile,
    /// A picture of any other place.
    Picture,
    /// A question, or a page of features.
    Question,
    /// The pieces of an answer that leaves as it is made.
    Export,
    /// A film, a large picture, one with things on top.
    Long,
}

impl Lane {
    /// The lane of a picture that may take so long.
    pub fn of(work: Work) -> Self {
        match work {
            Work::Tile => Self::Tile,
            Work::Picture => Self::Picture,
            Work::Long => Self::Long,
        }
    }
}

/// Whom work is for: clients share a lane alike, however much each of them asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Client(pub Option<IpAddr>);

/// What a lane may do.
struct Rule {
    threads: usize,
    /// Added to the system's niceness.
    nice: i32,
    most_wait: Duration,
    /// Pixels that may be drawn before a job that comes in. They bound its wait by what a job
    /// takes, on machines of any speed, and let a page's small tiles in all at once.
    most_px_before: u64,
    /// Jobs that may wait.
    most_waiting: usize,
}

impl Lane {
    const ALL: [Lane; 5] = [Self::Tile, Self::Picture, Self::Question, Self::Export, Self::Long];

    fn rule(self, cores: usize) -> Rule {
        let some = cores.saturating_sub(1).max(1);
        // Four turns of tiles of 256 CSS px at a ratio of 3.
        let most_px_before =
            if self == Lane::Tile { 4 * 768 * 768 * cores as u64 } else { u64::MAX };
        let (threads, nice, most_wait, most_waiting) = match self {
            Lane::Tile => (cores, 0, Duration::from_secs(2), 2_048),
            Lane::Picture => (some, 5, Duration::from_secs(2), 256),
            Lane::Question => (some, 5, Duration::from_secs(2), 256),
            // The answer has begun: its client has waited, and goes on waiting for the next piece.
            Lane::Export => (some, 7, Duration::from_secs(30), 256),
            Lane::Long => (cores.div_ceil(2), 10, Duration::from_secs(10), 32),
        };
        Rule { threads, nice, most_wait, most_px_before, most_waiting }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Lane::Tile => "tile",
            Lane::Picture => "picture",
            Lane::Question => "question",
            Lane::Export => "export",
            Lane::Long => "long",
        }
    }
}

/// Work that waits for a thread.
pub(super) struct Job {
    pub client: Client,
    /// What it draws, in device px; 0 for other work.
    pub px: u64,
    /// Told when it begins; asked first, and whenever the work looks whether to go on.
    pub stop: Stop,
    pub work: Box<dyn FnOnce() + Send>,
}

/// It would wait too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

/// The lanes with their threads, which end when it is dropped and what they do is done.
pub(super) struct Scheduler {
    lanes: Vec<Arc<Queue>>,
}

impl Scheduler {
    /// # Errors
    /// Where the system gives no threads.
    pub fn new(cores: usize) -> std::io::Result<Self> {
        let lanes: Vec<Arc<Queue>> =
            Lane::ALL.iter().map(|lane| Arc::new(Queue::new(lane.rule(cores)))).collect();
        for (lane, queue) in Lane::ALL.iter().zip(&lanes) {
            for number in 0..queue.rule.threads {
                let queue = queue.clone();
                let thread = std::thread::Builder::new().name(format!("{}-{number}", lane.name()));
                thread.spawn(move || queue.serve())?;
            }
        }
        Ok(Self { lanes })
    }

    /// Puts a job into its lane.
    ///
    /// # Errors
    /// Where it would wait longer than the lane allows.
    pub fn put(&self, lane: Lane, job: Job) -> Result<(), Full> {
        self.lanes[lane as usize].put(job)
    }

    /// The jobs of all lanes: those at work, each with a thread of its own, and those that wait.
    pub fn jobs(&self) -> (usize, usize) {
        let counts = self.lanes.iter().map(|queue| {
            let waiting = queue.lock();
            (waiting.clients.values().map(|share| share.running).sum::<usize>(), waiting.count)
        });
        counts.fold((0, 0), |(running, all), (r, w)| (running + r, all + w))
    }

    /// How long a job of a lane may wait.
    pub fn most_wait(&self, lane: Lane) -> Duration {
        self.lanes[lane as usize].rule.most_wait
    }
}

impl Drop for Scheduler {
    fn drop(&mut self) {
        for queue in &self.lanes {
            queue.lock().is_closed = true;
            queue.changed.notify_all();
        }
    }
}

struct Queue {
    rule: Rule,
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    clients: HashMap<Client, Share>,
    count: usize,
    /// What a job takes, lately.
    usual: Duration,
    /// The share of the client that was served last: who comes new begins there.
    now: Duration,
    is_closed: bool,
}

/// One client's part of a lane.
#[derive(Default)]
struct Share {
    jobs: VecDeque<Job>,
    running: usize,
    /// What it has had of the lane's time.
    had: Duration,
}

impl Queue {
    fn new(rule: Rule) -> Self {
        Self { rule, waiting: Mutex::default(), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing panics while it is held; were it so, the counts would still be whole.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, job: Job) -> Result<(), Full> {
        let mut waiting = self.lock();
        if self.is_full(&waiting, job.client) {
            // Jobs of clients that have gone keep no place.
            for share in waiting.clients.values_mut() {
                share.jobs.retain(|job| job.stop.check().is_ok());
            }
            waiting.count = waiting.clients.values().map(|share| share.jobs.len()).sum();
            if self.is_full(&waiting, job.client) {
                return Err(Full);
            }
        }
        let now = waiting.now;
        let share = waiting.clients.entry(job.client).or_default();
        if share.jobs.is_empty() && share.running == 0 {
            share.had = share.had.max(now);
        }
        share.jobs.push_back(job);
        waiting.count += 1;
        self.changed.notify_one();
        Ok(())
    }

    /// Whether a client's next job would wait longer than it may, or there are too many. Who would
    /// be next is never refused: what runs may be at its end.
    fn is_full(&self, waiting: &Waiting, client: Client) -> bool {
        /// A browser asks for so many tiles at a time of a host, and does not come again for one
        /// that is refused.
        const ALWAYS: usize = 6;
        let own = waiting.clients.get(&client).map_or(0, |share| share.jobs.len());
        let before = || waiting.clients.values().flat_map(|share| share.jobs.iter().take(own + 1));
        let (jobs, px) = (before().count(), before().map(|job| job.px).sum::<u64>());
        let turns = u32::try_from(jobs / self.rule.threads).unwrap_or(u32::MAX);
        let wait = waiting.usual.saturating_mul(turns);
        let is_long =
            wait > self.rule.most_wait || (jobs >= ALWAYS && px >= self.rule.most_px_before);
        is_long || waiting.count >= self.rule.most_waiting
    }

    /// What a thread of the lane does until it is closed.
    fn serve(&self) {
        be_nice(self.rule.nice);
        while let Some(job) = self.next() {
            let began = Instant::now();
            let client = job.client;
            if job.stop.check().is_ok() {
                // Whoever waits for it learns of a panic by never being answered.
                if catch_unwind(AssertUnwindSafe(job.work)).is_err() {
                    tracing::error!("work on the map failed");
                }
                self.done(client, Some(began.elapsed()));
            } else {
                self.done(client, None);
            }
        }
    }

    fn next(&self) -> Option<Job> {
        let mut waiting = self.lock();
        loop {
            // The client that has had least.
            let least = waiting.clients.iter().filter(|(_, share)| !share.jobs.is_empty());
            let client = least.min_by_key(|(_, share)| share.had).map(|(client, _)| *client);
            if let Some(client) = client
                && let Some(share) = waiting.clients.get_mut(&client)
                && let Some(job) = share.jobs.pop_front()
            {
                share.running += 1;
                let had = share.had;
                waiting.now = waiting.now.max(had);
                waiting.count -= 1;
                return Some(job);
            }
            if waiting.is_closed {
                return None;
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn done(&self, client: Client, took: Option<Duration>) {
        let mut waiting = self.lock();
        if let Some(took) = took {
            waiting.usual = (waiting.usual * 7 + took) / 8;
        }
        let now = waiting.now;
        if let Some(share) = waiting.clients.get_mut(&client) {
            share.running -= 1;
            share.had += took.unwrap_or_default();
            if share.running == 0 && share.jobs.is_empty() && share.had <= now {
                waiting.clients.remove(&client);
            }
        }
        if waiting.clients.len() > 10_000 {
            waiting.clients.retain(|_, share| share.running > 0 || !share.jobs.is_empty());
        }
    }
}

/// Lets this thread give way to others: Linux counts niceness by thread. Where it is refused, and
/// on other systems, which count it by process, cores are shared alike.
#[cfg(target_os = "linux")]
fn be_nice(by: i32) {
    if by > 0 {
        let _ = rustix::process::nice(by);
    }
}

#[cfg(not(target_os = "linux"))]
fn be_nice(_: i32) {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    const TILE_PX: u64 = 256 * 256;

    fn client(n: u8) -> Client {
        Client(Some(IpAddr::from([127, 0, 0, n])))
    }

    fn job(client: Client, work: impl FnOnce() + Send + 'static) -> Job {
        Job { client, px: TILE_PX, stop: Stop::never(), work: Box::new(work) }
    }

    #[test]
    fn a_client_that_asks_little_does_not_wait_for_one_that_asks_much() {
        let scheduler = Scheduler::new(2).unwrap();
        let (done, order) = mpsc::channel();
        let put = |client: Client, name: &'static str| {
            let done = done.clone();
            scheduler.put(
                Lane::Question,
                job(client, move || {
                    std::thread::sleep(Duration::from_millis(20));
                    done.send(name).unwrap();
                }),
            )
        };
        for _ in 0..10 {
            put(client(1), "much").unwrap();
        }
        put(client(2), "little").unwrap();
        let order: Vec<&str> = order.iter().take(11).collect();
        let at = order.iter().position(|name| *name == "little").unwrap();
        assert!(at <= 2, "{order:?}");
    }

    #[test]
    fn what_would_wait_too_long_is_refused_and_what_panics_harms_nothing() {
        let scheduler = Scheduler::new(1).unwrap();
        for _ in 0..20 {
            let (done, wait) = mpsc::channel();
            scheduler
                .put(
                    Lane::Tile,
                    job(client(1), move || {
                        std::thread::sleep(Duration::from_millis(30));
                        done.send(()).unwrap();
                    }),
                )
                .unwrap();
            wait.recv().unwrap();
        }
        let slow =
            |n, px| Job { px, ..job(client(n), || std::thread::sleep(Duration::from_millis(30))) };
        let accepted = |scheduler: &Scheduler, px| {
            (0..100).filter(|_| scheduler.put(Lane::Tile, slow(1, px)).is_ok()).count()
        };
        // Six large ones wait, and one may have begun; or all the small ones of a page.
        let large = accepted(&scheduler, 16 * TILE_PX);
        assert!((6..=7).contains(&large), "{large}");
        let scheduler = Scheduler::new(1).unwrap();
        let small = accepted(&scheduler, TILE_PX);
        assert!((36..=38).contains(&small), "{small}");
        // Another client's share is not full.
        assert_eq!(scheduler.put(Lane::Tile, job(client(2), || panic!("a test"))), Ok(()));
        let (done, wait) = mpsc::channel();
        scheduler.put(Lane::Tile, job(client(3), move || done.send(()).unwrap())).unwrap();
        wait.recv_timeout(Duration::from_secs(10)).unwrap();
    }

    #[test]
    fn what_nobody_waits_for_is_not_begun() {
        let scheduler = Scheduler::new(1).unwrap();
        let stop = Stop::when(|| Some(crate::geo::Stopped::Unwanted));
        let work = Box::new(|| panic!("begun"));
        scheduler.put(Lane::Tile, Job { client: client(1), px: 0, stop, work }).unwrap();
        let (done, wait) = mpsc::channel();
        scheduler.put(Lane::Tile, job(client(1), move || done.send(()).unwrap())).unwrap();
        wait.recv_timeout(Duration::from_secs(10)).unwrap();
    }
}
