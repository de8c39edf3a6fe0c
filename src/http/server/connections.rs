//! The connections there are, and which of them goes when there are too many: one that does
//! nothing, of whoever has most.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::service::Lease;

/// All connections; each is in it for as long as it lives.
#[derive(Default)]
pub(super) struct Connections {
    all: Mutex<HashMap<u64, Arc<Connection>>>,
    next: AtomicU64,
    /// Told when one has gone.
    gone: Notify,
}

/// One connection.
pub(super) struct Connection {
    number: u64,
    peer: SocketAddr,
    /// Requests whose answers are not made to their end.
    busy: AtomicUsize,
    /// Whether an answer is not sent to its end.
    is_sending: AtomicBool,
    /// Told when nothing is under way any more.
    idle: Notify,
    /// The memory of the answer that is being sent.
    answer: Mutex<Option<Lease>>,
    /// When it last had one, in milliseconds after `began`.
    idle_since: AtomicU64,
    began: Instant,
    evicted: Notify,
}

/// A connection's place among all, for as long as it is held.
pub(super) struct Place {
    pub connection: Arc<Connection>,
    connections: Arc<Connections>,
}

impl Connections {
    /// A place for a new connection, perhaps another's; `None` where all are busy.
    pub fn admit(self: &Arc<Self>, peer: SocketAddr, limit: usize) -> Option<Place> {
        let mut all = self.lock();
        if all.len() >= limit {
            let evicted = idlest(&all)?;
            all.remove(&evicted.number);
            evicted.evicted.notify_one();
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let connection = Arc::new(Connection {
            number,
            peer,
            busy: AtomicUsize::new(0),
            is_sending: AtomicBool::new(false),
            idle: Notify::new(),
            answer: Mutex::default(),
            idle_since: AtomicU64::new(0),
            began: Instant::now(),
            evicted: Notify::new(),
        });
        all.insert(number, connection.clone());
        Some(Place { connection, connections: self.clone() })
    }

    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// Waits until there are none.
    pub async fn empty(&self) {
        loop {
            let gone = self.gone.notified();
            if self.count() == 0 {
                return;
            }
            gone.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Arc<Connection>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of the address that has most connections doing nothing, the one that has done so longest.
fn idlest(all: &HashMap<u64, Arc<Connection>>) -> Option<Arc<Connection>> {
    let mut idle: HashMap<IpAddr, Vec<&Arc<Connection>>> = HashMap::new();
    for connection in all.values().filter(|c| c.is_idle()) {
        idle.entry(connection.peer.ip()).or_default().push(connection);
    }
    let most = idle.into_values().max_by_key(Vec::len)?;
    most.into_iter()
        .min_by_key(|c| c.began + Duration::from_millis(c.idle_since.load(Ordering::Relaxed)))
        .cloned()
}

impl Connection {
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    pub fn is_idle(&self) -> bool {
        self.busy.load(Ordering::Relaxed) == 0 && !self.is_sending.load(Ordering::Relaxed)
    }

    /// Waits until it is.
    pub async fn is_over(&self) {
        while !self.is_idle() {
            self.idle.notified().await;
        }
    }

    /// Waits until another takes its place.
    pub async fn evicted(&self) {
        self.evicted.notified().await;
    }

    pub fn begin(&self) {
        self.is_sending.store(true, Ordering::Relaxed);
        self.busy.fetch_add(1, Ordering::Relaxed);
    }

    pub fn end(&self) {
        self.busy.fetch_sub(1, Ordering::Relaxed);
    }

    /// Holds the memory of an answer until it is sent.
    pub fn hold(&self, lease: Lease) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(lease);
    }

    /// Everything that was made is sent.
    pub fn sent(&self) {
        if self.busy.load(Ordering::Relaxed) == 0 && self.is_sending.swap(false, Ordering::Relaxed)
        {
            self.idle_since.store(self.began.elapsed().as_millis() as u64, Ordering::Relaxed);
            *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = None;
            self.idle.notify_one();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.lock().remove(&self.connection.number);
        self.connections.gone.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_most_idle_connections_loses_the_idlest() {
        let all = Arc::new(Connections::default());
        let peer = |n: u8| SocketAddr::from(([127, 0, 0, n], 1));
        let held: Vec<_> = [1, 2, 2, 2].iter().map(|n| all.admit(peer(*n), 4).unwrap()).collect();
        held[1].connection.begin();
        let new = all.admit(peer(3), 4).unwrap();
        assert_eq!((all.count(), new.connection.peer()), (4, peer(3)));
        let kept: Vec<u64> = all.lock().keys().copied().filter(|n| *n < 4).collect();
        assert!(kept.contains(&0) && kept.contains(&1), "{kept:?}");
        for place in held.iter().chain([&new]) {
            place.connection.begin();
        }
        assert!(all.admit(peer(4), 4).is_none());
    }
}
