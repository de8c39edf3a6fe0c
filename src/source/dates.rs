//! Dates as data has them, one property of all features at a time.
//!
//! They are ISO 8601's, from the year to the second; with the day first or the month first where
//! some day past 12 in the column tells which; or with the month's English name. A coarse date
//! names all of its days: what begins in 2013 begins on its first, what ends in 2013 ends after its
//! last.

use crate::diag::Diagnostic;
use crate::feature::{Date, Feature, Value};

/// The days that a date names: to before the second, or to no end where there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Days {
    pub from: Date,
    pub to: Option<Date>,
    pub is_day: bool,
    /// Whether styles can compare its text as it is.
    pub is_iso: bool,
}

/// One property of all features, read as dates.
pub(super) struct Column {
    name: String,
    /// Of each feature.
    pub days: Vec<Option<Days>>,
    /// How many texts are no date, or one of two, and the first of them.
    unread: Option<(u32, String)>,
    /// How many are written in another way than ISO 8601's.
    other: Option<(u32, String)>,
}

impl Column {
    pub fn of(features: &[Feature], name: &str) -> Self {
        let texts: Vec<Option<String>> =
            features.iter().map(|f| text(f.properties.get(name))).collect();
        let order = Order::of(texts.iter().flatten());
        let mut column = Self {
            name: name.to_string(),
            days: Vec::with_capacity(texts.len()),
            unread: None,
            other: None,
        };
        for text in texts {
            let days = text.as_deref().and_then(|text| days(text, order));
            match (&text, days) {
                (Some(text), None) => column.unread.get_or_insert((0, text.clone())).0 += 1,
                (Some(text), Some(days)) if !days.is_iso => {
                    column.other.get_or_insert((0, text.clone())).0 += 1
                }
                _ => {}
            }
            column.days.push(days);
        }
        column
    }

    pub fn is_empty(&self) -> bool {
        self.days.iter().all(Option::is_none)
    }

    /// Whether at least three in four of its values are dates.
    pub fn is_mostly_read(&self) -> bool {
        let read = self.days.iter().flatten().count();
        read > 0 && self.unread.as_ref().is_none_or(|(count, _)| *count as usize * 3 <= read)
    }

    /// That its dates are not taken for those of the features, where some cannot be read.
    pub fn not_taken(&self, file: &str) -> Option<Diagnostic> {
        let (count, first) = self.unread.as_ref()?;
        let (all, first): (_, String) = (
            *count as usize + self.days.iter().flatten().count(),
            first.chars().take(40).collect(),
        );
        let d = Diagnostic::warning(format!(
            "'{}' is not taken for the time: {count} of its {all} values are no dates, or may be \
             one of two, such as '{first}'",
            self.name
        ));
        Some(d.in_file(file).at(self.pointer()).help("write dates as YYYY-MM-DD"))
    }

    fn pointer(&self) -> String {
        format!("/features/*/properties/{}", self.name)
    }

    pub fn told(&self, file: &str) -> Vec<Diagnostic> {
        let one = |(count, first): &(u32, String), what: &str, help: &str| {
            let first: String = first.chars().take(40).collect();
            let d = Diagnostic::warning(format!(
                "{count} values of '{}' {what}, such as '{first}'",
                self.name
            ));
            d.in_file(file).at(self.pointer()).help(help.to_string())
        };
        let unread = self.unread.as_ref().map(|unread| {
            one(
                unread,
                "are no dates, or may be one of two, and count as an open end",
                "write dates as YYYY-MM-DD",
            )
        });
        let other = self.other.as_ref().map(|other| {
            one(
                other,
                "were read as dates in another form than ISO 8601's",
                "write dates as YYYY-MM-DD",
            )
        });
        unread.into_iter().chain(other).collect()
    }
}

/// What stands where a date should.
fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Text(text) => Some(text.trim().to_string()).filter(|text| !text.is_empty()),
        Value::Null => None,
        other => Some(other.to_json().to_string()),
    }
}

/// Whether dates of three numbers have their day or their month first; `None` where nothing in the
/// column tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    DayFirst,
    MonthFirst,
}

impl Order {
    fn of<'a>(texts: impl Iterator<Item = &'a String>) -> Option<Self> {
        let (mut day_first, mut month_first) = (false, false);
        for text in texts {
            if let Some((first, second, _)) = three_numbers(text) {
                day_first |= first > 12;
                month_first |= second > 12;
            }
        }
        match (day_first, month_first) {
            (true, false) => Some(Self::DayFirst),
            (false, true) => Some(Self::MonthFirst),
            _ => None,
        }
    }
}

/// `13.05.2021` of `13.05.2021 14:00`, and of `13.05.2021 2:00 PM`.
fn without_time(text: &str) -> &str {
    let is_time = |text: &str| {
        text.contains(':') && text.bytes().all(|b| b.is_ascii_digit() || b" :.AMPamp".contains(&b))
    };
    text.split_once(' ').filter(|(_, time)| is_time(time)).map_or(text, |(day, _)| day)
}

/// `15/02/2013`, `2-15-2013`.
fn three_numbers(text: &str) -> Option<(u16, u16, u16)> {
    let parts: Vec<&str> = without_time(text).split(['/', '-']).collect();
    let [first, second, year] = parts.as_slice() else { return None };
    let is_short = |part: &str| matches!(part.len(), 1 | 2);
    if !is_short(first) || !is_short(second) || year.len() != 4 {
        return None;
    }
    Some((first.parse().ok()?, second.parse().ok()?, year.parse().ok()?))
}

/// The day of a date or timestamp as styles can compare it.
pub(super) fn iso_day(text: &str) -> Option<Date> {
    days(text, None).filter(|days| days.is_iso).map(|days| days.from)
}

fn days(text: &str, order: Option<Order>) -> Option<Days> {
    let day =
        |date: Date, is_iso: bool| Days { from: date, to: date.after(1), is_day: true, is_iso };
    let made = |year: u16, month: u16, of_month: u16| -> Option<Date> {
        format!("{year:04}-{month:02}-{of_month:02}").parse().ok()
    };
    if let Ok(date) = text.parse::<Date>() {
        return Some(day(date, true));
    }
    // A timestamp is of the day that is written in it.
    if let Some(date) = text.get(..10).and_then(|day| day.parse::<Date>().ok())
        && text[10..].starts_with(['T', 't', ' '])
        && text[11..].bytes().all(|b| b.is_ascii_digit() || b":.+-Zz".contains(&b))
    {
        return Some(day(date, true));
    }
    let text = without_time(text);
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = text.split(['/', '.', '-']).collect();
    match parts.as_slice() {
        [year] if year.len() == 4 && is_digits(year) => {
            let year: u16 = year.parse().ok()?;
            return Some(Days {
                from: made(year, 1, 1)?,
                to: made(year + 1, 1, 1),
                is_day: false,
                is_iso: false,
            });
        }
        [all] if all.len() == 8 && is_digits(all) => {
            return made(all[..4].parse().ok()?, all[4..6].parse().ok()?, all[6..].parse().ok()?)
                .map(|d| day(d, false));
        }
        [year, month]
            if year.len() == 4 && month.len() == 2 && is_digits(year) && is_digits(month) =>
        {
            let (year, month): (u16, u16) = (year.parse().ok()?, month.parse().ok()?);
            let next = if month == 12 { made(year + 1, 1, 1) } else { made(year, month + 1, 1) };
            return Some(Days {
                from: made(year, month, 1)?,
                to: next,
                is_day: false,
                is_iso: false,
            });
        }
        [year, month, of_month] if year.len() == 4 && is_digits(year) => {
            return made(year.parse().ok()?, month.parse().ok()?, of_month.parse().ok()?)
                .map(|d| day(d, false));
        }
        // With points between, the day is first wherever dates are written so.
        [of_month, month, year] if text.contains('.') && year.len() == 4 => {
            return made(year.parse().ok()?, month.parse().ok()?, of_month.parse().ok()?)
                .map(|d| day(d, false));
        }
        _ => {}
    }
    if let Some((first, second, year)) = three_numbers(text) {
        let (of_month, month) = match order {
            Some(Order::DayFirst) => (first, second),
            Some(Order::MonthFirst) => (second, first),
            None if first == second => (first, second),
            None => return None,
        };
        return made(year, month, of_month).map(|d| day(d, false));
    }
    named_month(text)
        .and_then(|(year, month, of_month)| made(year, month, of_month))
        .map(|d| day(d, false))
}

/// `28-Feb-21`, `28 February 2021`, `Feb 28, 2021`: year, month, day.
fn named_month(text: &str) -> Option<(u16, u16, u16)> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let parts: Vec<&str> =
        text.split(['-', ' ', ',', '/', '.']).filter(|part| !part.is_empty()).collect();
    let month_of = |part: &str| {
        let lower = part.to_ascii_lowercase();
        let is_month = |month: &&str| lower.len() >= 3 && month.starts_with(&lower);
        MONTHS.iter().position(is_month).map(|i| i as u16 + 1)
    };
    let [a, b, year] = parts.as_slice() else { return None };
    let (month, of_month) =
        month_of(b).zip(a.parse().ok()).or_else(|| month_of(a).zip(b.parse().ok()))?;
    let year: u16 = match (year.len(), year.parse().ok()?) {
        (4, year) => year,
        // As POSIX has years of two digits.
        (2, short @ 69..) => 1900 + short,
        (2, short) => 2000 + short,
        _ => return None,
    };
    Some((year, month, of_month))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_texts(texts: &[&str]) -> Vec<Option<String>> {
        let feature = |text: &&str| Feature {
            properties: [("d".into(), Value::Text((*text).into()))].into(),
            ..Feature::nowhere()
        };
        let features: Vec<Feature> = texts.iter().map(feature).collect();
        let days = Column::of(&features, "d").days;
        days.into_iter()
            .map(|days| {
                days.map(|d| {
                    format!("{}/{}", d.from, d.to.map_or(String::new(), |d| d.to_string()))
                })
            })
            .collect()
    }

    #[test]
    fn dates_as_they_come() {
        for (text, days) in [
            ("2020-10-01", "2020-10-01/2020-10-02"),
            (" 2020-10-01", "2020-10-01/2020-10-02"),
            ("2020-10-01T08:00:00Z", "2020-10-01/2020-10-02"),
            ("2020-10-01 23:30:00-04:00", "2020-10-01/2020-10-02"),
            ("2013", "2013-01-01/2014-01-01"),
            ("2020-11", "2020-11-01/2020-12-01"),
            ("2020-12", "2020-12-01/2021-01-01"),
            ("2020/10/01", "2020-10-01/2020-10-02"),
            ("20201001", "2020-10-01/2020-10-02"),
            ("15/02/2013", "2013-02-15/2013-02-16"),
            ("2/15/2013", "2013-02-15/2013-02-16"),
            ("5/5/2013", "2013-05-05/2013-05-06"),
            ("01.10.2020", "2020-10-01/2020-10-02"),
            ("01.10.2020 14:00", "2020-10-01/2020-10-02"),
            ("2/15/2013 3:45 PM", "2013-02-15/2013-02-16"),
            ("28-Feb-21", "2021-02-28/2021-03-01"),
            ("28 February 1988", "1988-02-28/1988-02-29"),
            ("Sept 27, 2020", "2020-09-27/2020-09-28"),
            ("9999-12-31", "9999-12-31/"),
        ] {
            assert_eq!(of_texts(&[text]), [Some(days.to_string())], "{text}");
        }
        for text in [
            "01/02/2013",
            "soon",
            "2013-13-01",
            "31.02.2020",
            "2020-1",
            "12-Foo-2020",
            "01.10.2020 at 14:00",
            "1/2/3",
        ] {
            assert_eq!(of_texts(&[text]), [None], "{text}");
        }
        // A day past 12 tells the order of its column; two orders tell nothing.
        assert!(
            of_texts(&["01/02/2013", "15/02/2013"])[0].as_deref() == Some("2013-02-01/2013-02-02")
        );
        assert!(
            of_texts(&["01/02/2013", "02/15/2013"])[0].as_deref() == Some("2013-01-02/2013-01-03")
        );
        assert_eq!(of_texts(&["01/02/2013", "02/15/2013", "15/02/2013"])[0], None);
    }
}
