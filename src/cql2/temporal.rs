//! Instants and intervals, and the relations between them.
//!
//! A date is the instant at which it begins, in UTC; an instant is an interval of no length.

use crate::feature::Date;

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(i64);

/// Both ends included; an open end is the least or the greatest instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    pub from: Instant,
    pub to: Instant,
}

const DAY: i64 = 86_400_000_000;

impl Instant {
    /// Before everything.
    pub const PAST: Instant = Instant(i64::MIN);
    /// After everything.
    pub const FUTURE: Instant = Instant(i64::MAX);

    /// Reads an RFC 3339 full date or timestamp.
    pub fn parse(text: &str) -> Option<Instant> {
        match text.split_once(['T', 't', ' ']) {
            None => text.parse().ok().map(Instant::of),
            Some((day, time)) => Some(Instant(Instant::of(day.parse().ok()?).0 + micros(time)?)),
        }
    }

    /// Reads what clients send for times: also without a zone, which is UTC then, or with a bare
    /// `T` after the day.
    pub fn parse_leniently(text: &str) -> Option<Instant> {
        let day = text.trim_end_matches(['T', 't']);
        Instant::parse(day).or_else(|| Instant::parse(&format!("{day}Z")))
    }

    /// The last instant of what the text names: of the whole day where it is a date.
    pub fn end_of(text: &str) -> Option<Instant> {
        let start = Instant::parse_leniently(text)?;
        let is_day = text.trim_end_matches(['T', 't']).len() == 10;
        Some(if is_day { Instant(start.0 + DAY - 1) } else { start })
    }

    /// The last instant before a day.
    pub fn before(date: Date) -> Instant {
        Instant(Instant::of(date).0 - 1)
    }

    /// The beginning of a day.
    pub fn of(date: Date) -> Instant {
        Instant(date.days_since_1970() * DAY)
    }
}

/// A time of day with its offset from UTC, `20:17:40.5Z` or `20:17:40+04:00`: microseconds from
/// midnight, UTC.
fn micros(time: &str) -> Option<i64> {
    let (time, offset_min) = match time.strip_suffix(['Z', 'z']) {
        Some(time) => (time, 0),
        None => {
            let at = time.rfind(['+', '-'])?;
            let (time, offset) = time.split_at(at);
            let (hours, minutes) = offset[1..].split_once(':')?;
            let size = two(hours, 23)? * 60 + two(minutes, 59)?;
            (time, if offset.starts_with('-') { -size } else { size })
        }
    };
    let (whole, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut parts = whole.split(':');
    let (h, m, s) = (two(parts.next()?, 23)?, two(parts.next()?, 59)?, two(parts.next()?, 60)?);
    if parts.next().is_some()
        || fraction.is_empty()
        || !fraction.bytes().all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    Some(((h * 60 + m - offset_min) * 60 + s) * 1_000_000 + micros)
}

fn two(text: &str, most: i64) -> Option<i64> {
    let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|n| *n <= most)
}

/// A relation between two intervals, as Allen has them (J. F. Allen, CACM 26:11, 1983), and two
/// more of CQL2's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    After,
    Before,
    Contains,
    Disjoint,
    During,
    Equals,
    FinishedBy,
    Finishes,
    Intersects,
    Meets,
    MetBy,
    OverlappedBy,
    Overlaps,
    StartedBy,
    Starts,
}

impl Relation {
    const ALL: [(&'static str, Relation); 15] = [
        ("after", Relation::After),
        ("before", Relation::Before),
        ("contains", Relation::Contains),
        ("disjoint", Relation::Disjoint),
        ("during", Relation::During),
        ("equals", Relation::Equals),
        ("finishedBy", Relation::FinishedBy),
        ("finishes", Relation::Finishes),
        ("intersects", Relation::Intersects),
        ("meets", Relation::Meets),
        ("metBy", Relation::MetBy),
        ("overlappedBy", Relation::OverlappedBy),
        ("overlaps", Relation::Overlaps),
        ("startedBy", Relation::StartedBy),
        ("starts", Relation::Starts),
    ];

    /// By the name it has in CQL2 after `t_`.
    pub fn named(name: &str) -> Option<Relation> {
        Self::ALL.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, r)| *r)
    }

    /// Whether it has a meaning for intervals only.
    pub fn is_of_intervals(self) -> bool {
        use Relation::*;
        !matches!(self, After | Before | Disjoint | Equals | Intersects)
    }

    pub fn holds(self, a: Interval, b: Interval) -> bool {
        match self {
            Relation::After => a.from > b.to,
            Relation::Before => a.to < b.from,
            Relation::Contains => a.from < b.from && a.to > b.to,
            Relation::Disjoint => a.to < b.from || a.from > b.to,
            Relation::During => a.from > b.from && a.to < b.to,
            Relation::Equals => a.from == b.from && a.to == b.to,
            Relation::FinishedBy => a.from < b.from && a.to == b.to,
            Relation::Finishes => a.from > b.from && a.to == b.to,
            Relation::Intersects => a.to >= b.from && a.from <= b.to,
            Relation::Meets => a.to == b.from,
            Relation::MetBy => a.from == b.to,
            Relation::OverlappedBy => a.from > b.from && a.from < b.to && a.to > b.to,
            Relation::Overlaps => a.from < b.from && a.to > b.from && a.to < b.to,
            Relation::StartedBy => a.from == b.from && a.to > b.to,
            Relation::Starts => a.from == b.from && a.to < b.to,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_apart_and_offsets_taken_off() {
        let at = |t: &str| Instant::parse(t).unwrap();
        assert_eq!(at("1970-01-02"), Instant(DAY));
        assert_eq!(at("1969-12-31T23:59:59.5Z"), Instant(-500_000));
        assert_eq!(at("2020-11-10T01:00:00+04:00"), at("2020-11-09T21:00:00Z"));
        assert!(at("2000-02-29") < at("2000-03-01") && at("0001-01-01") < at("1969-01-01"));
        for bad in [
            "2020-11-10T",
            "2020-11-10T1:00:00Z",
            "2020-11-10T01:00:00",
            "2020-02-30",
            "T01:00:00Z",
            "..",
            "",
        ] {
            assert_eq!(Instant::parse(bad), None, "{bad}");
        }
    }
}
