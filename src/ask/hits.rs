//! The answer to a question for features: those that fit, measured and summed up.

use geo::geometry::MultiPolygon;

use super::answer::{Answer, Credits, FoundName, Hit, Hits, NamedPlace, Results};
use super::measure::{Measures, rounded, text_of};
use super::search::{Conditions, Match, Places, Target, matches, targets};
use super::sums::{Summing, Sums};
use super::{MAX_ANSWER, Question, QuestionError};
use crate::catalog::Catalog;
use crate::diag::meant;
use crate::geo::{Effort, Held, Stopped, cost, geodesic, overlay};

/// Matches that are summed up; of more there are no sums.
const MAX_SUMMED: usize = 100_000;

/// Where nothing found is called so, nor begins so, names fit less well than this.
const LEAST_SCORE: f64 = 0.7;

/// Answers a question for features.
pub(super) fn answered<'a>(
    catalog: &'a Catalog,
    question: &Question,
    effort: &Effort,
) -> Result<Answer<'a>, QuestionError> {
    let places = Places::of(question, catalog)?;
    let conditions = Conditions::of(&places, effort)?;
    let targets = targets(catalog, question, effort)?;
    check_summed(catalog, question, &targets)?;
    let matches = matches(catalog, question, &conditions, &targets, effort)?;
    let mut credits = Credits::default();
    let mut warnings: Vec<String> = Vec::new();
    let mut named = Vec::new();
    for place in places.all() {
        warnings.extend(place.swapped(catalog));
        place.feature.iter().for_each(|(_, f)| credits.note(f));
        named.extend(place.named.iter().map(|n| NamedPlace {
            collection: n.collection.to_string(),
            id: n.id(catalog),
            name: n.name.to_string(),
            matched: n.how(),
        }));
    }
    warnings.extend(question.name.as_deref().and_then(|name| unlike(name, &matches)));
    let area = places.related.iter().find(|(_, p)| geodesic::area_m2(&p.geometry) > 0.0);
    let area = area.map(|(_, place)| overlay::polygons(&place.geometry));
    let (hits, sums, more) = measured(question, &matches, area.as_ref(), effort)?;
    hits.iter().for_each(|hit| credits.note(hit.feature));
    warnings.extend(more);
    Ok(Answer {
        results: Results::Features(Hits { hits, places: named, sums }),
        matched: matches.len(),
        warnings,
        credits,
        skip_geometry: question.skip_geometry,
    })
}

/// What is summed, or summed by, is a property of what is asked.
fn check_summed(
    catalog: &Catalog,
    question: &Question,
    targets: &[Target],
) -> Result<(), QuestionError> {
    let known =
        |target: &Target| catalog.schema(target.collection).map(|schema| &schema.properties);
    for (member, property) in [("sum_by", &question.sum_by), ("sum", &question.sum)] {
        let Some(property) = property else { continue };
        if !targets
            .iter()
            .filter_map(known)
            .any(|properties| properties.contains_key(property.as_str()))
        {
            let names = targets.iter().filter_map(known).flat_map(|p| p.keys().map(|k| &**k));
            let help = meant(property, names)
                .map_or(String::new(), |near| format!("; did you mean '{near}'?"));
            let property: String = property.chars().take(60).collect();
            return Err(QuestionError::missing(
                member,
                format!("nothing asked has a property '{property}'{help}"),
            ));
        }
    }
    Ok(())
}

/// A warning where names are only spelt like the one that was asked for.
fn unlike(name: &str, matches: &[Match]) -> Option<String> {
    let best = matches.iter().filter_map(|found| Some(found.named?.1)).reduce(f64::max)?;
    let name: String = name.chars().take(60).collect();
    (best < LEAST_SCORE).then(|| format!("nothing is called '{name}'; these are spelt alike"))
}

/// The hits that the answer holds, the sums of all that match, and warnings of the sums.
type Measured<'a> = (Vec<Hit<'a>>, Option<Sums<String>>, Vec<String>);

fn measured<'a>(
    question: &Question,
    matches: &[Match<'a>],
    area: Option<&MultiPolygon<f64>>,
    effort: &Effort,
) -> Result<Measured<'a>, QuestionError> {
    let returned = matches.len().min(question.limit).min(MAX_ANSWER);
    let is_summed = matches.len() <= MAX_SUMMED;
    let mut sums = is_summed.then(|| Summing::of(question.sum.as_deref()));
    let mut hits: Vec<Hit> = Vec::with_capacity(returned);
    let mut held = Held::nothing(effort);
    for (n, found) in matches.iter().enumerate() {
        let is_returned = n < returned;
        if !is_returned && sums.is_none() {
            break;
        }
        let feature = found.feature();
        let measures = match Measures::of(feature, area, effort) {
            Ok(measures) => measures,
            // What the answer holds is measured, or there is no answer; what is only summed up may
            // be too many.
            Err(Stopped::Spent) if !is_returned => {
                sums = None;
                break;
            }
            Err(why) => return Err(why.into()),
        };
        if let Some(sums) = &mut sums {
            let group = question.sum_by.as_deref();
            let group = group.map(|property| text_of(feature.properties.get(property)));
            sums.add_feature(group, feature, &measures);
        }
        if is_returned {
            let hit = hit(found, &measures);
            let comma = usize::from(!hits.is_empty());
            let bytes = comma + hit.bytes_written(question.skip_geometry);
            // Once as it is written, and once as it leaves.
            held.grow(2 * bytes)?;
            effort.spend(bytes * cost::POSITION)?;
            hits.push(hit);
        }
    }
    let Some(sums) = sums else { return Ok((hits, None, Vec::new())) };
    let (sums, warnings) = sums.settled(area, effort)?;
    Ok((hits, Some(sums), warnings))
}

fn hit<'a>(found: &Match<'a>, measures: &Measures) -> Hit<'a> {
    Hit {
        collection: found.collection,
        id: found.index.id(found.position),
        feature: found.feature(),
        name: found.named.map(|(name, score)| FoundName { name, score }),
        distance_m: found.distance_m.map(|d| rounded(d, 10.0)),
        measures: measures.rounded(),
        share: measures.share(),
    }
}
