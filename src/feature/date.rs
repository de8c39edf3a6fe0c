//! Calendar dates, ISO 8601 `YYYY-MM-DD`, in the proleptic Gregorian calendar.

use crate::identity::identified_by_fields;
use std::fmt;
use std::str::FromStr;

/// A calendar date that exists; ordered in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// Text that is not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a calendar date; write it as YYYY-MM-DD, for example 2020-11-10")]
pub struct DateError(String);

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        parse(text).ok_or_else(|| DateError(text.chars().take(40).collect()))
    }
}

fn parse(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| -> Option<u16> {
        let digits = text.get(range)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    Date::of(number(0..4)?, u8::try_from(number(5..7)?).ok()?, u8::try_from(number(8..10)?).ok()?)
}

/// The last day of a month; none where there is no such month.
fn last_day(year: u16, month: u8) -> Option<u8> {
    let divides = |n: u16| year.is_multiple_of(n);
    let leap = divides(4) && (!divides(100) || divides(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 if leap => Some(29),
        2 => Some(28),
        _ => None,
    }
}

impl Date {
    /// Year, month and day.
    pub fn parts(self) -> (u16, u8, u8) {
        (self.year, self.month, self.day)
    }

    /// So many days later; none after the year 9999.
    pub fn after(self, days: u32) -> Option<Date> {
        // The inverse of the count below.
        let z = self.days_since_1970() + i64::from(days) + 719_468;
        let era = z.div_euclid(146_097);
        let of_era = z - era * 146_097;
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let m = (5 * of_year + 2) / 153;
        let (day, month) = (of_year - (153 * m + 2) / 5 + 1, if m < 10 { m + 3 } else { m - 9 });
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year <= 9_999).then_some(Date { year: year as u16, month: month as u8, day: day as u8 })
    }

    fn of(year: u16, month: u8, day: u8) -> Option<Date> {
        (1..=last_day(year, month)?).contains(&day).then_some(Date { year, month, day })
    }

    /// The day before; none before the year 1.
    pub fn before(self) -> Option<Date> {
        let Date { year, month, day } = self;
        match (month, day) {
            (1, 1) => Date::of(year.checked_sub(1).filter(|year| *year > 0)?, 12, 31),
            (month, 1) => Date::of(year, month - 1, last_day(year, month - 1)?),
            (month, day) => Date::of(year, month, day - 1),
        }
    }

    /// Days from 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
    /// `days_from_civil`).
    pub fn days_since_1970(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let of_era = year - era * 400;
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

identified_by_fields!(Date { year, month, day });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dates_that_exist() {
        for good in ["2020-11-10", "2024-02-29", "0001-01-01"] {
            assert_eq!(good.parse::<Date>().unwrap().to_string(), good);
        }
        let before = |s: &str| s.parse::<Date>().unwrap().before().unwrap().to_string();
        assert_eq!(before("2024-03-01"), "2024-02-29");
        assert_eq!(before("2021-01-01"), "2020-12-31");
        assert_eq!(before("2021-05-10"), "2021-05-09");
        for bad in [
            "2020-13-01",
            "2023-02-29",
            "20-11-10",
            "2020-11-1",
            "2020-11-10T00:00",
            "+020-11-10",
            "",
            "２020-1-1",
        ] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
    }
}
