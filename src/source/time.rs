//! The time of a collection's features: which of their properties it stands in, and how its dates
//! are written.
//!
//! A document says so in its member `time`: `"instant"`, `"interval"`, `"from-on"`, `"snapshots"`
//! or `"timeless"`, with the properties `valid_from` and `valid_to`; or an object with `kind` and
//! the properties' names, `from` and `to`. Where it says nothing, the properties are looked for by
//! their names, in small letters or capitals, which is told; so is one that has such a name and is
//! not taken, because less than three in four of its values are dates. How dates are written is
//! `dates`' matter; what cannot be read is told once for its property, and the feature kept without
//! that end.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::dates::{Column, iso_day};
use crate::diag::Diagnostic;
use crate::feature::{Date, Feature, Shared, Timing, Validity, Value};

const FROM: &str = "valid_from";
const TO: &str = "valid_to";

/// Names of the property of a moment, and of those of both ends, that data has, the commonest
/// first.
const MOMENTS: [&str; 6] = ["date", "event_date", "datetime", "timestamp", "day", "time"];
const ENDS: [[&str; 2]; 5] = [
    ["start_date", "end_date"],
    ["date_start", "date_end"],
    ["start", "end"],
    ["begin", "end"],
    ["from_date", "to_date"],
];

/// What a document's member `time` says.
struct Said {
    timing: Option<Timing>,
    from: Option<String>,
    to: Option<String>,
}

/// The properties that hold the dates on which features begin and end, and what they hold.
struct Dates {
    from: String,
    to: String,
    begins: Column,
    ends: Column,
}

/// Gives features their validity by their dates; says how it was found, and what cannot be read.
pub(super) fn of(
    features: &mut [Feature],
    member: Option<&Json>,
    file: &str,
) -> (Timing, Vec<Diagnostic>) {
    let member = member.filter(|member| !member.is_null());
    let mut told = Vec::new();
    let said = match member.map(said).transpose() {
        Ok(said) => said,
        Err(message) => {
            told.push(Diagnostic::error(message).in_file(file).at("/time").help(
                "\"instant\", \"interval\", \"from-on\", \"snapshots\", \"timeless\", or \
                 {\"kind\": one of them, \"from\": property, \"to\": property}",
            ));
            None
        }
    };
    if said.as_ref().is_some_and(|said| said.timing == Some(Timing::Timeless)) {
        return (Timing::Timeless, told);
    }
    let is_named = said.as_ref().is_some_and(|said| said.from.is_some());
    let guess = if is_named { None } else { guessed(features, file, &mut told) };
    let (guessed_timing, from, to) = match (&said, guess) {
        (Some(Said { from: Some(from), to, .. }), _) => {
            (None, from.clone(), to.clone().unwrap_or_else(|| TO.to_string()))
        }
        (_, Some((timing, from, to))) => (timing, from, to),
        (Some(_), None) => (None, FROM.to_string(), TO.to_string()),
        (None, None) => return (Timing::Timeless, told),
    };
    let dates = Dates::of(features, from, to);
    told.extend([&dates.begins, &dates.ends].into_iter().flat_map(|column| column.told(file)));
    let timing =
        said.and_then(|said| said.timing).or(guessed_timing).unwrap_or_else(|| dates.timing());
    if !features.is_empty() {
        let is_said = member.is_some();
        told.extend(dates.missing(file).filter(|_| is_said));
        told.extend(dates.taken(timing, file).filter(|_| !is_said));
    }
    told.extend(dates.bound(features, timing, file));
    if timing == Timing::Snapshots {
        until_the_next(features);
    }
    let mut shared = Shared::default();
    for feature in &mut *features {
        settle(feature, timing);
        shared.share_names(&mut feature.properties);
    }
    (timing, told)
}

impl Dates {
    fn of(features: &[Feature], from: String, to: String) -> Self {
        let (begins, ends) = (Column::of(features, &from), Column::of(features, &to));
        Self { from, to, begins, ends }
    }

    /// What time they make where nothing says so.
    fn timing(&self) -> Timing {
        if self.ends.is_empty() { Timing::FromOn } else { Timing::Interval }
    }

    /// That there are none where the document has its time.
    fn missing(&self, file: &str) -> Option<Diagnostic> {
        if !(self.begins.is_empty() && self.ends.is_empty()) {
            return None;
        }
        let Self { from, to, .. } = self;
        let d = Diagnostic::error(format!(
            "no feature has a date in '{from}' or '{to}', where the document's time is"
        ));
        Some(
            d.in_file(file)
                .at("/time")
                .help("name the properties that hold the dates: {\"kind\": ..., \"from\": ...}"),
        )
    }

    /// Where they were taken from without being said, unless it is where they belong.
    fn taken(&self, timing: Timing, file: &str) -> Option<Diagnostic> {
        let Self { from, to, ends, .. } = self;
        if from == FROM && to == TO && timing == Timing::Interval {
            return None;
        }
        let by = match ends.is_empty() {
            true => format!("'{from}'"),
            false => format!("'{from}' and '{to}'"),
        };
        let d = Diagnostic::warning(format!("its time is taken from {by}, as of kind '{timing}'"))
            .in_file(file);
        Some(d.help(
            "say so in the document's member \"time\": \"instant\", \"interval\", \"from-on\", \
             \"snapshots\" or \"timeless\"",
        ))
    }

    /// Gives features their validity; tells of those that end before they begin.
    fn bound(&self, features: &mut [Feature], timing: Timing, file: &str) -> Option<Diagnostic> {
        let mut backwards: Option<(u32, String)> = None;
        for (i, feature) in features.iter_mut().enumerate() {
            match self.validity(i, timing) {
                Some(validity) => feature.validity = validity,
                None => {
                    let name =
                        feature.id.as_ref().map_or(format!("number {i}"), |id| format!("'{id}'"));
                    backwards.get_or_insert((0, name)).0 += 1;
                }
            }
        }
        let (count, first) = backwards?;
        let d = Diagnostic::warning(format!(
            "{count} features end before they begin, and are kept without dates; the first is \
             {first}"
        ));
        Some(
            d.in_file(file)
                .help("the interval is half open: it ends on the day on which it no longer holds"),
        )
    }

    /// When a feature holds; `None` where it ends before it begins.
    fn validity(&self, feature: usize, timing: Timing) -> Option<Validity> {
        match (timing, self.begins.days[feature], self.ends.days[feature]) {
            (Timing::Instant | Timing::FromOn | Timing::Snapshots, Some(begin), _) => {
                let to = if timing == Timing::Instant { begin.to } else { None };
                Validity::new(Some(begin.from), to)
            }
            // What begins and ends on one day is of that day, or of the month or year that ends
            // with it.
            (_, Some(begin), Some(end)) if begin.from == end.from => {
                Validity::new(Some(begin.from), end.to)
            }
            (_, begin, end) => {
                let last = end.and_then(|end| if end.is_day { Some(end.from) } else { end.to });
                Validity::new(begin.map(|begin| begin.from), last)
            }
        }
    }
}

/// Writes a feature's days where styles look for them, as they compare them. A timestamp of the day
/// stays as it is.
fn settle(feature: &mut Feature, timing: Timing) {
    // On the map, what begins once and has no end stays.
    let stays = matches!(timing, Timing::Instant | Timing::FromOn);
    let to = feature.validity.to().filter(|_| !stays);
    for (key, day) in [(FROM, feature.validity.from()), (TO, to)] {
        let own = if let Some(Value::Text(text)) = feature.properties.get(key) {
            iso_day(text)
        } else {
            None
        };
        match day {
            Some(day) if own == Some(day) => {}
            Some(day) => {
                drop(feature.properties.insert(key.into(), Value::Text(day.to_string().into())))
            }
            None if feature.properties.contains_key(key) => {
                feature.properties.insert(key.into(), Value::Null);
            }
            None => {}
        }
    }
}

fn said(member: &Json) -> Result<Said, String> {
    let named =
        |name: &str| Timing::named(name).ok_or_else(|| format!("'{name}' is no kind of time"));
    match member {
        Json::String(name) => Ok(Said { timing: Some(named(name)?), from: None, to: None }),
        Json::Object(object) => {
            let text = |key: &str| match object.get(key) {
                None | Some(Json::Null) => Ok(None),
                Some(Json::String(text)) => Ok(Some(text.clone())),
                Some(_) => Err(format!("'{key}' of time is no text")),
            };
            let timing = text("kind")?.map(|name| named(&name)).transpose()?;
            Ok(Said { timing, from: text("from")?, to: text("to")? })
        }
        _ => Err("time is text or an object".to_string()),
    }
}

/// The properties that features have their time in, by name; tells of one before them that is not
/// taken.
fn guessed(
    features: &[Feature],
    file: &str,
    told: &mut Vec<Diagnostic>,
) -> Option<(Option<Timing>, String, String)> {
    let filled: BTreeSet<&str> = features
        .iter()
        .flat_map(|f| &f.properties)
        .filter(|(_, v)| **v != Value::Null)
        .map(|(k, _)| &**k)
        .collect();
    // As it is written; else in other letters.
    let called = |name: &str| {
        let other = || filled.iter().find(|key| key.eq_ignore_ascii_case(name)).copied();
        filled.get(name).copied().or_else(other).map(str::to_string)
    };
    let or_own = |name: &str| called(name).unwrap_or_else(|| name.to_string());
    if called(FROM).is_some() || called(TO).is_some() {
        return Some((None, or_own(FROM), or_own(TO)));
    }
    let mut read = |name: &str| {
        let column = Column::of(features, &called(name)?);
        match column.is_mostly_read() {
            true => called(name),
            false => {
                // What is called `start` or `day` may be something else altogether.
                let is_meant = name.contains("date") || name == "timestamp" || !column.is_empty();
                if is_meant && told.is_empty() {
                    told.extend(column.not_taken(file));
                }
                None
            }
        }
    };
    if let Some((from, to)) = ENDS.into_iter().find_map(|[from, to]| Some((read(from)?, to))) {
        return Some((None, from, or_own(to)));
    }
    let moment = MOMENTS.into_iter().find_map(read)?;
    Some((Some(Timing::Instant), moment, TO.to_string()))
}

/// Each holds until the next day on which one begins.
fn until_the_next(features: &mut [Feature]) {
    let mut days: Vec<Date> = features.iter().filter_map(|f| f.validity.from()).collect();
    days.sort_unstable();
    days.dedup();
    for feature in features {
        let Some(from) = feature.validity.from() else { continue };
        let next = days.get(days.partition_point(|day| *day <= from)).copied();
        if let Some(validity) = Validity::new(Some(from), next) {
            feature.validity = validity;
        }
    }
}
