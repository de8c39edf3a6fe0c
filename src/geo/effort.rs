//! How much may be computed for one request. A bound that counts what is done, not the time it takes, gives every
//! machine the same answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Positions of geometries that one request may have looked at: a second or two of work. Clones share what is left.
#[derive(Debug, Clone)]
pub struct Effort(Arc<AtomicI64>);

const POSITIONS: i64 = 8_000_000;

impl Default for Effort {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(POSITIONS)))
    }
}

impl Effort {
    /// Takes what looking at so many positions costs; `false` where it is no longer to be had.
    pub fn spend(&self, positions: usize) -> bool {
        let cost = i64::try_from(positions).unwrap_or(i64::MAX / 2);
        self.0.fetch_sub(cost, Ordering::Relaxed) >= cost
    }

    /// Whether more was asked for than there was.
    pub fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) < 0
    }
}
