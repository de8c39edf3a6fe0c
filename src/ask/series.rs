//! The answer for every day of a span on which it changes: what matches then, summed up.

use super::answer::{Answer, Credits, DaySums, Results};
use super::search::targets;
use super::{Question, QuestionError, hits};
use crate::catalog::{Catalog, Period};
use crate::cql2::Instant;
use crate::feature::Date;
use crate::geo::Effort;

/// Days of a series at the most.
const MOST_DAYS: usize = 2_000;

/// Answers a question for each day of a span on which what it is asked of changes, and for the
/// span's first day.
pub(super) fn answered<'a>(
    catalog: &'a Catalog,
    question: &Question,
    (over, first): (Period, Option<Date>),
    effort: &Effort,
) -> Result<Answer<'a>, QuestionError> {
    let targets = targets(catalog, question, effort)?;
    let mut days: Vec<Date> = targets.iter().flat_map(|target| target.ends()).copied().collect();
    days.retain(|day| (over.from..=over.to).contains(&Instant::of(*day)));
    days.extend(first);
    days.sort_unstable();
    days.dedup();
    if days.len() > MOST_DAYS {
        let message = format!("it changes on {} days of the span; at most {MOST_DAYS}", days.len());
        return Err(QuestionError::member("over", message));
    }
    let mut series = Vec::with_capacity(days.len());
    let (mut credits, mut warnings) = (Credits::default(), Vec::new());
    for (i, day) in days.iter().enumerate() {
        let instant = Instant::of(*day);
        let during = Some(Period { from: instant, to: instant });
        let daily = Question { during, over: None, limit: 1, ..question.clone() };
        let Answer { results, warnings: told, credits: rests, .. } =
            hits::answered(catalog, &daily, effort)?;
        let Results::Features(found) = results else { continue };
        let sums = found.sums.ok_or_else(|| {
            QuestionError::member("over", format!("on {day} too much matches to be summed up"))
        })?;
        warnings.extend(told.into_iter().map(|told| format!("{day}: {told}")));
        credits.extend(rests);
        series.push(DaySums { day: *day, until: days.get(i + 1).copied(), sums });
    }
    Ok(Answer {
        matched: series.len(),
        results: Results::Series(series),
        warnings,
        credits,
        skip_geometry: true,
    })
}
