//! What the dates of a collection's features mean.

use std::fmt;

/// How a collection's features are in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Timing {
    /// They hold from a day to another, or to no end.
    Interval,
    /// They are of a day.
    Instant,
    /// They hold from a day on.
    FromOn,
    /// They hold from a day until the collection's next one.
    Snapshots,
    /// They have no dates.
    #[default]
    Timeless,
}

impl Timing {
    pub const ALL: [Timing; 5] =
        [Self::Interval, Self::Instant, Self::FromOn, Self::Snapshots, Self::Timeless];

    pub fn name(self) -> &'static str {
        match self {
            Timing::Interval => "interval",
            Timing::Instant => "instant",
            Timing::FromOn => "from-on",
            Timing::Snapshots => "snapshots",
            Timing::Timeless => "timeless",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|timing| timing.name() == name)
    }
}

impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
