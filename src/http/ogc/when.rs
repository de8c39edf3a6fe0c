//! The time that maps and tiles are asked for: `datetime`, or an axis of `subset` (OGC 20-058, 14;
//! OGC 20-057, 11).

use super::parameters::period;
use crate::atlas::StyledMap;
use crate::http::Problem;
use crate::http::request::{Params, short};

/// What the axis of time is called.
const AXES: [&str; 2] = ["time", "datetime"];

/// Takes the time that is asked for, as `datetime` has it; what else `subset` says stays, as one.
///
/// # Errors
/// Where it is said twice, or cannot be read.
pub fn take_time(params: &mut Params) -> Result<Option<String>, Problem> {
    let mut time = params.take("datetime");
    let subsets = params.take_list("subset");
    if subsets.is_empty() {
        return Ok(time);
    }
    let mut others = Vec::new();
    for part in subsets.iter().flat_map(|subset| subset.split(',')) {
        let axis = part.trim().split('(').next().unwrap_or_default().to_lowercase();
        if !AXES.contains(&axis.as_str()) {
            others.push(part);
            continue;
        }
        let span = part.trim().split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
        let span = span.ok_or_else(|| {
            let told = format!(
                "'{}' is no value for subset: time(\"2020-11-25\") or time(\"from\":\"to\")",
                short(part)
            );
            Problem::bad_request(told)
        })?;
        // Colons stand in timestamps, too: ends are in quotes.
        let said = span.replace("\":\"", "/").replace("\":*", "/..").replace("*:\"", "../");
        let said = said.replace('"', "");
        let said = if said == "*" { "../..".to_string() } else { said };
        if time.replace(said).is_some() {
            return Err(Problem::bad_request("the time is said twice"));
        }
    }
    if !others.is_empty() {
        params.put("subset", &others.join(","))?;
    }
    Ok(time)
}

/// The day that a map of a time is of: of an interval its last; of one without an end the last on
/// which the map changes.
///
/// # Errors
/// Where it is no time.
pub fn day_of(time: &str, styled: Option<&StyledMap>) -> Result<String, Problem> {
    period(time)?;
    let (from, to) = time.split_once('/').unwrap_or((time, time));
    let day = |text: &str| text.get(..10).map(str::to_string);
    if let Some(day) = day(to) {
        return Ok(day);
    }
    let last = styled.and_then(|styled| styled.changes().last().map(ToString::to_string));
    let default = || styled.and_then(|styled| styled.default_day().map(|day| day.to_string()));
    day(from).max(last).or_else(default).ok_or_else(|| {
        Problem::bad_request("datetime: the map is of a day; here an open interval has none")
    })
}
