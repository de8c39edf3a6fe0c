//! A question from its members.

use serde_json::{Map as JsonObject, Value as Json};

use super::{Change, MAX_ANSWER, Place, Question, QuestionError, TWO_DAYS};
use crate::catalog::Period;
use crate::cql2::{self, Expr, Relation};
use crate::feature::Date;
use crate::geo::Effort;

/// Every member with what it is for.
pub const MEMBERS: [(&str, &str); 25] = [
    ("at", "a position: what is there"),
    ("near", "a place: what is nearest to it"),
    ("k", "how many of the nearest, 1 unless it is said"),
    ("of", "the place that distance_m is measured from"),
    ("distance_m", "metres: what is no further than that from 'of'"),
    ("intersects", "a place: what meets it"),
    ("contains", "a place: what holds it"),
    ("within", "a place: what lies in it"),
    ("crosses", "a place: what crosses it"),
    ("touches", "a place: what touches it"),
    ("overlaps", "a place: what overlaps it"),
    ("disjoint", "a place: what is clear of it"),
    ("equals", "a place: what is just so"),
    ("name", "a name in any language, or its beginning"),
    ("between", "two days with a slash between: what changed"),
    ("property", "the property whose change is meant, 'control' unless it is said"),
    ("split", "a collection: the change in each of its features"),
    ("collections", "where to look, with commas between"),
    ("datetime", "only what holds then"),
    ("over", "a span of days: the sums on each day on which they change"),
    ("filter", "a condition in CQL2, text or JSON"),
    ("sum_by", "a property: measures, and numbers, summed by its values"),
    ("sum", "a property: its numbers summed"),
    ("limit", "the most features of an answer"),
    ("skipGeometry", "true: without geometries"),
];

/// Members that say in what form an answer is wanted.
pub const FORM_MEMBERS: [(&str, &str); 3] = [
    ("f", "geojson, or png for the answer drawn on the map"),
    ("size", "of the picture: WIDTHxHEIGHT in CSS px, and perhaps @2x"),
    ("style", "of the picture: a style's id"),
];

const DEFAULT_LIMIT: usize = 100;
const MAX_K: usize = 1_000;
/// No place on Earth is further than half of its girth.
const HALF_GIRTH_M: f64 = 20_040_000.0;

/// What goes with `between`.
const MEMBERS_OF_CHANGE: [&str; 8] =
    ["property", "split", "collections", "at", "intersects", "within", "limit", "skipGeometry"];

const ASK_SOMETHING: &str = "ask something: at=lon,lat for what is there, near=lon,lat&k=3 for \
    what is nearest, name=Shusha, within=districts/az-shusha, \
    of=lines/line-of-contact-1994&distance_m=5000, between=2020-09-27/2020-12-01, \
    collections=control&sum_by=control, or a filter";

type Members = JsonObject<String, Json>;

impl Question {
    /// Reads a question; its members may be text, as a query string has them, or JSON of their own
    /// kind.
    ///
    /// # Errors
    /// Where a member is not known or cannot be read, or nothing is asked.
    pub fn read(members: &Members, effort: &Effort) -> Result<Question, QuestionError> {
        all_are_known(members)?;
        let relations = relations(members, effort)?;
        let near = near(members, effort)?;
        let within = within(members, effort)?;
        let name = text(members, "name")?.filter(|n| !n.trim().is_empty());
        let change = change(members)?;
        let collections = list(members, "collections")?;
        let (during, last_day) = period(members, "datetime")?.map(|(p, days)| (p, days[1])).unzip();
        let over = over(members)?;
        if change.is_some() {
            all_go_with_change(members)?;
        }
        let filter = filter(members, effort)?;
        let sum_by = text(members, "sum_by")?;
        let sum = text(members, "sum")?;
        let limit = number(members, "limit", 1.0, MAX_ANSWER as f64)?;
        let question = Question {
            relations,
            within,
            near,
            name,
            day: change.as_ref().map(|c| c.to).or(last_day.flatten()),
            change,
            collections,
            during,
            over,
            filter,
            sum_by,
            sum,
            limit: limit.map_or(DEFAULT_LIMIT, |limit| limit as usize),
            skip_geometry: flag(members, "skipGeometry")?,
        };
        match question.asks() {
            true => Ok(question),
            false => Err(QuestionError::member("question", ASK_SOMETHING)),
        }
    }

    fn asks(&self) -> bool {
        !self.relations.is_empty()
            || self.near.is_some()
            || self.within.is_some()
            || self.name.is_some()
            || self.change.is_some()
            || self.filter.is_some()
            || self.over.is_some()
            || self.sum_by.is_some()
            || self.sum.is_some()
    }
}

fn all_are_known(members: &Members) -> Result<(), QuestionError> {
    let is_known = |key: &str| MEMBERS.iter().any(|(name, _)| *name == key);
    let Some(key) = members.keys().find(|key| !is_known(key)) else { return Ok(()) };
    let known: Vec<&str> = MEMBERS.iter().map(|(name, _)| *name).collect();
    let key: String = key.chars().take(60).collect();
    let message = format!("there is no such member; there are: {}", known.join(", "));
    Err(QuestionError::member(&key, message))
}

fn all_go_with_change(members: &Members) -> Result<(), QuestionError> {
    let goes = |key: &str| key == "between" || MEMBERS_OF_CHANGE.contains(&key);
    let Some(key) = members.keys().find(|key| !goes(key)) else { return Ok(()) };
    let message = format!(
        "this does not go with 'between', which goes with {}",
        MEMBERS_OF_CHANGE.join(", ")
    );
    Err(QuestionError::member(key, message))
}

fn place(members: &Members, key: &str, effort: &Effort) -> Result<Option<Place>, QuestionError> {
    members.get(key).map(|json| Place::read(key, json, effort)).transpose()
}

fn relations(members: &Members, effort: &Effort) -> Result<Vec<(Relation, Place)>, QuestionError> {
    let mut out = Vec::new();
    for (name, relation) in [("at", Relation::Intersects)].into_iter().chain(Relation::ALL) {
        out.extend(place(members, name, effort)?.map(|place| (relation, place)));
    }
    Ok(out)
}

fn near(members: &Members, effort: &Effort) -> Result<Option<(usize, Place)>, QuestionError> {
    let k = number(members, "k", 1.0, MAX_K as f64)?.map(|k| k as usize);
    let near = place(members, "near", effort)?;
    if k.is_some() && near.is_none() && !members.contains_key("between") {
        return Err(QuestionError::member(
            "near",
            "say what the k nearest are near to; 'limit' bounds any answer",
        ));
    }
    Ok(near.map(|place| (k.unwrap_or(1), place)))
}

fn within(members: &Members, effort: &Effort) -> Result<Option<(f64, Place)>, QuestionError> {
    let distance_m = number(members, "distance_m", 0.0, HALF_GIRTH_M)?;
    match (distance_m, place(members, "of", effort)?) {
        (Some(distance_m), Some(of)) => Ok(Some((distance_m, of))),
        (Some(_), None) => Err(QuestionError::member("of", "say what distance_m is measured from")),
        (None, Some(_)) => {
            Err(QuestionError::member("distance_m", "say how far from 'of', in metres"))
        }
        (None, None) => Ok(None),
    }
}

/// What goes with `over`: all but what asks for other days, or for features one by one.
const MEMBERS_WITHOUT_OVER: [&str; 6] = ["datetime", "between", "near", "k", "name", "limit"];

/// The span of a series, and its first day where it has one.
fn over(members: &Members) -> Result<Option<(Period, Option<Date>)>, QuestionError> {
    let Some((span, [first, _])) = period(members, "over")? else { return Ok(None) };
    match MEMBERS_WITHOUT_OVER.iter().find(|member| members.contains_key(**member)) {
        Some(member) => Err(QuestionError::member(member, "this does not go with 'over'")),
        None => Ok(Some((span, first))),
    }
}

/// A period, and its first and last day where it has such.
type Span = (Period, [Option<Date>; 2]);

fn period(members: &Members, member: &str) -> Result<Option<Span>, QuestionError> {
    let Some(text) = text(members, member)? else { return Ok(None) };
    let wrong = "a date (YYYY-MM-DD) or timestamp, or two of them with a slash between; an end \
        may be '..'";
    let period = Period::parse(&text).ok_or_else(|| QuestionError::member(member, wrong))?;
    let day = |end: &str| end.get(..10)?.parse().ok();
    let first_day = text.split('/').next().and_then(day);
    let last_day = text.rsplit('/').find_map(day);
    Ok(Some((period, [first_day, last_day])))
}

fn filter(members: &Members, effort: &Effort) -> Result<Option<Expr>, QuestionError> {
    let expr = match members.get("filter") {
        None => return Ok(None),
        Some(Json::String(text)) if !text.trim_start().starts_with('{') => cql2::from_text(text)?,
        Some(Json::String(text)) => {
            let json: Json = serde_json::from_str(text)
                .map_err(|e| QuestionError::member("filter", format!("not JSON: {e}")))?;
            cql2::from_json(&json)?
        }
        Some(json) => cql2::from_json(json)?,
    };
    Ok(Some(expr.sound(effort)?))
}

fn flag(members: &Members, key: &str) -> Result<bool, QuestionError> {
    match members.get(key) {
        None => Ok(false),
        Some(Json::Bool(b)) => Ok(*b),
        Some(Json::String(t)) if t == "true" || t == "false" => Ok(t == "true"),
        Some(_) => Err(QuestionError::member(key, "true or false")),
    }
}

fn text(members: &Members, key: &str) -> Result<Option<String>, QuestionError> {
    match members.get(key) {
        None => Ok(None),
        Some(Json::String(t)) => Ok(Some(t.clone())),
        Some(_) => Err(QuestionError::member(key, "this must be text")),
    }
}

fn number(
    members: &Members,
    key: &str,
    least: f64,
    most: f64,
) -> Result<Option<f64>, QuestionError> {
    let n = match members.get(key) {
        None => return Ok(None),
        Some(Json::Number(n)) => n.as_f64(),
        Some(Json::String(t)) => t.parse().ok(),
        Some(_) => None,
    };
    let whole = key != "distance_m";
    match n {
        Some(n) if (least..=most).contains(&n) && (!whole || n.fract() == 0.0) => Ok(Some(n)),
        _ => {
            let what = if whole { "a whole number" } else { "a number" };
            Err(QuestionError::member(key, format!("{what} from {least} to {most}")))
        }
    }
}

fn list(members: &Members, key: &str) -> Result<Vec<String>, QuestionError> {
    let wrong = || QuestionError::member(key, "names, in an array or with commas between");
    match members.get(key) {
        None => Ok(Vec::new()),
        Some(Json::String(t)) => {
            Ok(t.split(',').filter(|n| !n.is_empty()).map(str::to_string).collect())
        }
        Some(Json::Array(all)) => {
            all.iter().map(|n| n.as_str().map(str::to_string).ok_or_else(wrong)).collect()
        }
        Some(_) => Err(wrong()),
    }
}

fn change(members: &Members) -> Result<Option<Change>, QuestionError> {
    let (property, split) = (text(members, "property")?, text(members, "split")?);
    let Some(between) = text(members, "between")? else {
        return match property.or(split) {
            None => Ok(None),
            Some(_) => {
                Err(QuestionError::member("between", "'property' and 'split' go with 'between'"))
            }
        };
    };
    let wrong = || QuestionError::member("between", TWO_DAYS);
    let (from, to) = between.split_once('/').ok_or_else(wrong)?;
    let day = |text: &str| text.parse::<Date>().map_err(|_| wrong());
    let change = Change::between(day(from)?, day(to)?)?;
    Ok(Some(Change { property: property.unwrap_or(change.property), split, ..change }))
}
