//! How much may be computed for one request, and whether anybody still waits for it.
//!
//! What is counted decides, so that every machine gives the same answer. The clock and the client
//! are asked now and then besides: they end what is over, whatever was counted.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

/// Why work ended before it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    #[error("it is too much work for one request")]
    Spent,
    #[error("it takes more memory than one request may have")]
    Memory,
    #[error("the server is too busy to finish it in time; try again shortly")]
    Late,
    #[error("nobody waits for it any more")]
    Unwanted,
}

impl Stopped {
    const ALL: [Stopped; 4] = [Self::Spent, Self::Memory, Self::Late, Self::Unwanted];
}

/// Asks whether work is over: by a clock, or because its client has gone. Both are known above;
/// here is only the question.
#[derive(Clone, Default)]
pub struct Stop(Option<Arc<Ask>>);

type Ask = dyn Fn() -> Option<Stopped> + Send + Sync;

impl Stop {
    /// Work that nothing ends.
    pub fn never() -> Self {
        Self(None)
    }

    /// Work that is over when `ask` says why; it is asked every few milliseconds.
    pub fn when(ask: impl Fn() -> Option<Stopped> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(ask)))
    }

    /// # Errors
    /// Where the work is over.
    pub fn check(&self) -> Result<(), Stopped> {
        match self.0.as_ref().and_then(|ask| ask()) {
            None => Ok(()),
            Some(why) => Err(why),
        }
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Stop(when asked)" } else { "Stop(never)" })
    }
}

/// The work of one request: steps of computing and bytes of memory. Clones share what is left.
#[derive(Debug, Clone)]
pub struct Effort(Arc<Left>);

#[derive(Debug)]
struct Left {
    limits: Limits,
    steps: AtomicI64,
    bytes: AtomicI64,
    stop: Stop,
    /// Why it is over: 0 where it isn't, else one more than the place in [`Stopped::ALL`].
    over: AtomicU8,
}

/// What one request may take (`docs/limits.md` has all limits in one table).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Steps of computing (see [`cost`]), at about 2.5 ns of one thread of 2024.
    pub steps: i64,
    /// Bytes held at a time, beside the text of the request, pixels and the answer.
    pub bytes: i64,
    /// Device px of a picture in all.
    pub px: u64,
}

/// Device px of a picture over HTTP: 144 MB as it is drawn.
const SERVED_PX: u64 = 36_000_000;
/// Device px of a picture that is written by a command: an A1 sheet of 600 dpi.
const WRITTEN_PX: u64 = 400_000_000;

impl Limits {
    /// A question over HTTP: 1.5 s.
    pub const QUESTION: Self = Self { steps: 600_000_000, bytes: 150 << 20, px: SERVED_PX };
    /// A picture over HTTP: 20 s.
    pub const PICTURE: Self = Self { steps: 8_000_000_000, bytes: 512 << 20, px: SERVED_PX };
    /// A table of points over HTTP: 30 s, in pieces of which each is a question's.
    pub const TABLE: Self = Self { steps: 12_000_000_000, bytes: 512 << 20, px: SERVED_PX };
    /// A question by a command, which is answered or refused as over HTTP.
    pub const COMMAND: Self = Self { px: WRITTEN_PX, ..Self::QUESTION };
    /// A picture that a command writes: whoever gave it can end it.
    pub const UNBOUNDED: Self = Self { steps: i64::MAX, bytes: i64::MAX, px: WRITTEN_PX };
}
/// Steps between two looks at the clock: some milliseconds.
const LOOK_EVERY: i64 = 1 << 21;

/// What things cost, in steps.
pub mod cost {
    /// Looking at an edge's box.
    pub const BOX: usize = 1;
    /// Comparing two edges, or a position with an edge.
    pub const EDGES: usize = 24;
    /// Looking at a position of a geometry, or at a node of a filter.
    pub const POSITION: usize = 4;
    /// A geodesic.
    pub const GEODESIC: usize = 400;
    /// An edge of a geodesic area or length.
    pub const MEASURE: usize = 200;
    /// An edge that an overlay of areas takes in.
    pub const OVERLAY: usize = 400;
    /// A feature that a layer is asked of: its filter, and its properties evaluated.
    pub const FEATURE: usize = 400;
    /// A label that could be shown: its text shaped, and its place looked for.
    pub const LABEL: usize = 8_000;
    /// Something to be drawn, and a letter of a text.
    pub const ITEM: usize = 100;
    /// A pixel that ink is blended over.
    pub const PX: usize = 1;
    /// A pixel of a picture that is placed in the world, or of relief.
    pub const PLACED_PX: usize = 16;
    /// A square that a point of a heatmap adds to.
    pub const HEAT: usize = 8;
    /// A byte of an SVG, as it is written.
    pub const BYTE: usize = 4;
    /// A position, a letter, or a pixel of a picture, that a PDF is written with: before it is
    /// compressed and checked, which cannot be ended.
    pub const PDF: usize = 200;
}

/// A question by a command.
impl Default for Effort {
    fn default() -> Self {
        Self::new(Limits::COMMAND, Stop::never())
    }
}

impl Effort {
    /// A request's work, which also ends when `stop` says so.
    pub fn new(limits: Limits, stop: Stop) -> Self {
        let left = Left {
            limits,
            steps: AtomicI64::new(limits.steps),
            bytes: AtomicI64::new(limits.bytes),
            stop,
            over: AtomicU8::new(0),
        };
        Self(Arc::new(left))
    }

    /// A picture that a command writes.
    pub fn unbounded() -> Self {
        Self::new(Limits::UNBOUNDED, Stop::never())
    }

    /// What there was of it at first.
    pub fn limits(&self) -> Limits {
        self.0.limits
    }

    /// Whether any more may be done, by the clock and the client, too.
    ///
    /// # Errors
    /// Where it may not; from then on always.
    pub fn check(&self) -> Result<(), Stopped> {
        match self.over() {
            Some(why) => Err(why),
            None => self.0.stop.check().map_err(|why| self.end(why)),
        }
    }

    /// Takes so many steps (see [`cost`]).
    ///
    /// # Errors
    /// Where they are no longer to be had; from then on always.
    pub fn spend(&self, steps: usize) -> Result<(), Stopped> {
        let cost = i64::try_from(steps).unwrap_or(i64::MAX / 2);
        let before = self.0.steps.fetch_sub(cost, Ordering::Relaxed);
        if before < cost {
            return Err(self.end(Stopped::Spent));
        }
        if before / LOOK_EVERY != (before - cost) / LOOK_EVERY {
            self.0.stop.check().map_err(|why| self.end(why))?;
        }
        Ok(())
    }

    /// Takes bytes of memory, which come back when the answer is dropped.
    ///
    /// # Errors
    /// Where there are not so many left.
    pub fn hold(&self, bytes: usize) -> Result<Held, Stopped> {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX / 2);
        // Made first: where it is not to be had, dropping it gives back what was taken.
        let held = Held { left: self.0.clone(), bytes };
        match self.0.bytes.fetch_sub(bytes, Ordering::Relaxed) {
            before if before >= bytes => Ok(held),
            _ => Err(self.end(Stopped::Memory)),
        }
    }

    /// Why no more may be done; `None` while it may.
    pub fn over(&self) -> Option<Stopped> {
        let over = usize::from(self.0.over.load(Ordering::Relaxed));
        over.checked_sub(1).and_then(|i| Stopped::ALL.get(i)).copied()
    }

    /// Ends it: what is tried after that fails at once.
    pub fn end(&self, why: Stopped) -> Stopped {
        let code = Stopped::ALL.iter().position(|s| *s == why).map_or(1, |i| i as u8 + 1);
        let _ = self.0.over.compare_exchange(0, code, Ordering::Relaxed, Ordering::Relaxed);
        self.0.steps.store(-1, Ordering::Relaxed);
        self.over().unwrap_or(why)
    }
}

/// Bytes that are taken from a request's own, given back when dropped.
#[derive(Debug)]
pub struct Held {
    left: Arc<Left>,
    bytes: i64,
}

impl Held {
    /// None yet.
    pub fn nothing(effort: &Effort) -> Self {
        Self { left: effort.0.clone(), bytes: 0 }
    }

    /// Takes more.
    ///
    /// # Errors
    /// Where there are not so many left.
    pub fn grow(&mut self, bytes: usize) -> Result<(), Stopped> {
        let mut more = Effort(self.left.clone()).hold(bytes)?;
        self.bytes += std::mem::take(&mut more.bytes);
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.left.bytes.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_stays_over_for_its_first_reason() {
        let effort = Effort::default();
        assert_eq!(effort.spend(1_000), Ok(()));
        assert_eq!(effort.hold(1 << 40).map(|_| ()), Err(Stopped::Memory));
        assert_eq!(effort.spend(1), Err(Stopped::Memory));
        assert_eq!(effort.clone().over(), Some(Stopped::Memory));
    }

    #[test]
    fn memory_comes_back() {
        let effort = Effort::default();
        for _ in 0..10 {
            drop(effort.hold(100 << 20).unwrap());
        }
        assert_eq!(effort.over(), None);
    }

    #[test]
    fn a_client_that_has_gone_ends_it() {
        let effort = Effort::new(Limits::QUESTION, Stop::when(|| Some(Stopped::Unwanted)));
        let ended = (0..LOOK_EVERY).find_map(|_| effort.spend(1_000).err());
        assert_eq!(ended, Some(Stopped::Unwanted));
    }
}
