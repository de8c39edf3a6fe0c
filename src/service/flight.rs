//! Equal requests wait for one render. It goes on while anybody waits for it, whoever asked first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;

use super::{Made, ServiceError};
use crate::geo::{Stop, Stopped};

type Outcome = Result<Made, ServiceError>;

/// How far a render is.
#[derive(Clone)]
enum Progress {
    Waiting,
    Begun,
    Done(Outcome),
}

/// A render that others may wait for, too. Whoever waits has a job for it in a lane, and the first
/// whose turn it is does it: so nobody waits in another's place.
pub(super) struct Flight {
    watch: watch::Receiver<Progress>,
    work: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

/// The render's own end of it. Where it is dropped without an outcome, who waits is told of a
/// failure.
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
        let flight = Arc::new(Flight { watch, work: Mutex::default() });
        all.insert(key.to_string(), Arc::downgrade(&flight));
        let render = Render {
            key: key.to_string(),
            tell,
            flight: Arc::downgrade(&flight),
            flights: self.clone(),
        };
        (flight, Some(render))
    }
}

impl Flight {
    /// Says how the render is done.
    pub fn is_done_by(&self, work: impl FnOnce() + Send + 'static) {
        *self.work.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(work));
    }

    /// Whether nobody has begun the render.
    pub fn is_waiting(&self) -> bool {
        matches!(*self.watch.borrow(), Progress::Waiting)
    }

    /// A job that does the render, if no other has begun it and anybody still waits.
    pub fn job(self: &Arc<Self>) -> (Stop, impl FnOnce() + Send + 'static) {
        let (asked, done) = (Arc::downgrade(self), Arc::downgrade(self));
        let stop = Stop::when(move || (asked.strong_count() == 0).then_some(Stopped::Unwanted));
        let work = move || {
            let taken = done
                .upgrade()
                .and_then(|f| f.work.lock().unwrap_or_else(PoisonError::into_inner).take());
            if let Some(work) = taken {
                work();
            }
        };
        (stop, work)
    }

    /// Waits until the render begins, but no longer than so, and then for its outcome.
    pub async fn outcome(&self, most_wait: Duration) -> Outcome {
        let mut watch = self.watch.clone();
        let begins = watch.wait_for(|progress| !matches!(progress, Progress::Waiting));
        match tokio::time::timeout(most_wait, begins).await {
            Err(_) => return Err(ServiceError::Busy),
            // It was never begun.
            Ok(Err(_)) => return Err(ServiceError::Busy),
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

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn who_asked_first_may_go() {
        let flights = Flights::default();
        let (first, render) = flights.join("a");
        let (second, none) = flights.join("a");
        let render = render.unwrap();
        let stop = render.stop();
        first.is_done_by(move || {
            render.begin();
            render.end(Ok(Made::from(b"done".to_vec())));
        });
        assert!(none.is_none() && second.is_waiting());
        drop(first);
        let (wanted, work) = second.job();
        assert!(wanted.check().is_ok() && stop.check().is_ok());
        work();
        // A second turn finds it done.
        second.job().1();
        assert_eq!(second.outcome(LONG).await.unwrap().bytes, "done");
        drop(second);
        assert_eq!(
            (wanted.check(), stop.check()),
            (Err(Stopped::Unwanted), Err(Stopped::Unwanted))
        );
        assert!(flights.join("a").1.is_some(), "it is made anew");
    }

    #[tokio::test]
    async fn what_was_never_begun_is_busy_and_what_broke_is_a_failure() {
        let flights = Flights::default();
        let (flight, render) = flights.join("a");
        drop(render);
        assert!(matches!(flight.outcome(LONG).await, Err(ServiceError::Busy)));
        let (flight, render) = flights.join("b");
        render.unwrap().begin();
        assert!(matches!(flight.outcome(LONG).await, Err(ServiceError::Panic)));
        let (flight, _render) = flights.join("c");
        assert!(matches!(flight.outcome(Duration::ZERO).await, Err(ServiceError::Busy)));
    }
}
