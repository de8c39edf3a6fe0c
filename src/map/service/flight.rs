//! Equal requests wait for one render. It goes on while anybody waits for it, whoever asked first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;

use super::ServiceError;
use crate::geo::{Stop, Stopped};

type Outcome = Result<Bytes, ServiceError>;

/// How far a render is.
#[derive(Clone)]
enum Progress {
    Waiting,
    Begun,
    Done(Outcome),
}

/// A render that others may wait for, too.
pub(super) struct Flight(watch::Receiver<Progress>);

/// The render's own end of it. Where it is dropped without an outcome, who waits is told of a failure.
pub(super) struct Render {
    key: String,
    tell: watch::Sender<Progress>,
    flight: Weak<Flight>,
    flights: Flights,
}

/// The renders under way, by what they make; cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Flights(Arc<Mutex<HashMap<String, Weak<Flight>>>>);

impl Flights {
    /// The render of a key that is under way, or a new one that is to be done.
    pub fn join(&self, key: &str) -> (Arc<Flight>, Option<Render>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = all.get(key).and_then(Weak::upgrade) {
            return (flight, None);
        }
        let (tell, watch) = watch::channel(Progress::Waiting);
        let flight = Arc::new(Flight(watch));
        all.insert(key.to_string(), Arc::downgrade(&flight));
        let render = Render { key: key.to_string(), tell, flight: Arc::downgrade(&flight), flights: self.clone() };
        (flight, Some(render))
    }
}

impl Flight {
    /// Waits until the render begins, but no longer than so, and then for its outcome.
    pub async fn outcome(&self, most_wait: Duration) -> Outcome {
        let mut watch = self.0.clone();
        let begins = watch.wait_for(|progress| !matches!(progress, Progress::Waiting));
        match tokio::time::timeout(most_wait, begins).await {
            Err(_) => return Err(ServiceError::Busy),
            Ok(Err(_)) => return Err(ServiceError::Panic),
            Ok(Ok(_)) => {}
        }
        match watch.wait_for(|progress| matches!(progress, Progress::Done(_))).await.as_deref() {
            Ok(Progress::Done(outcome)) => outcome.clone(),
            _ => Err(ServiceError::Panic),
        }
    }
}

impl Render {
    /// Ends the render when nobody waits for it.
    pub fn stop(&self) -> Stop {
        let flight = self.flight.clone();
        Stop::when(move || (flight.strong_count() == 0).then_some(Stopped::Unwanted))
    }

    pub fn begin(&self) {
        self.tell.send_replace(Progress::Begun);
    }

    pub fn end(self, outcome: Outcome) {
        self.tell.send_replace(Progress::Done(outcome));
    }
}

impl Drop for Render {
    fn drop(&mut self) {
        let mut all = self.flights.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.get(&self.key).is_some_and(|flight| flight.ptr_eq(&self.flight)) {
            all.remove(&self.key);
        }
    }
}
