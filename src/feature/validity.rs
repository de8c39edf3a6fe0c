//! The interval in which a feature holds: half-open days `[from, to)`, either end open where it is
//! unknown or unbounded.

use super::Date;
use crate::identity::identified_by_fields;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Validity {
    from: Option<Date>,
    to: Option<Date>,
}

impl Validity {
    /// `None` where the interval would be empty or run backwards.
    pub fn new(from: Option<Date>, to: Option<Date>) -> Option<Self> {
        match (from, to) {
            (Some(from), Some(to)) if from >= to => None,
            _ => Some(Self { from, to }),
        }
    }

    pub fn from(&self) -> Option<Date> {
        self.from
    }

    pub fn to(&self) -> Option<Date> {
        self.to
    }

    pub fn holds_on(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date < to)
    }
}

identified_by_fields!(Validity { from, to });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_not_part_of_the_interval() {
        let date = |s: &str| s.parse::<Date>().unwrap();
        let v = Validity::new(Some(date("1994-05-12")), Some(date("2020-11-20"))).unwrap();
        assert!(v.holds_on(date("1994-05-12")) && v.holds_on(date("2020-11-19")));
        assert!(!v.holds_on(date("2020-11-20")) && !v.holds_on(date("1994-05-11")));
        assert!(Validity::new(Some(date("2020-11-20")), Some(date("2020-11-20"))).is_none());
        assert!(Validity::default().holds_on(date("1900-01-01")));
    }
}
