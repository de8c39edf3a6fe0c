//! A question from its members.

use serde_json::{Map as JsonObject, Value as Json};

use super::{Change, MAX_ANSWER, Place, Question, QuestionError};
use crate::catalog::Period;
use crate::cql2::{self, Relation};
use crate::feature::Date;
use crate::geo::Effort;

/// Every member with what it is for.
pub const MEMBERS: [(&str, &str); 24] = [
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

impl Question {
    /// Reads a question; its members may be text, as a query string has them, or JSON of their own
    /// kind.
    ///
    /// # Errors
    /// Where a member is not known or cannot be read, or nothing is asked.
    pub fn read(
        members: &JsonObject<String, Json>,
        effort: &Effort,
    ) -> Result<Question, QuestionError> {
        if let Some(key) = members.keys().find(|k| !MEMBERS.iter().any(|(name, _)| name == k)) {
            let known: Vec<&str> = MEMBERS.iter().map(|(name, _)| *name).collect();
            let key: String = key.chars().take(60).collect();
            let message = format!("there is no such member; there are: {}", known.join(", "));
            return Err(QuestionError::member(&key, message));
        }
        let place =
            |key: &str| members.get(key).map(|json| Place::read(key, json, effort)).transpose();
        let mut question = Question { limit: DEFAULT_LIMIT, ..Question::default() };
        if let Some(at) = place("at")? {
            question.relations.push((Relation::Intersects, at));
        }
        for (name, relation) in Relation::ALL {
            if let Some(place) = place(name)? {
                question.relations.push((relation, place));
            }
        }
        let k = number(members, "k", 1.0, MAX_K as f64)?.map(|k| k as usize);
        question.near = place("near")?.map(|place| (k.unwrap_or(1), place));
        if k.is_some() && question.near.is_none() && !members.contains_key("between") {
            return Err(QuestionError::member(
                "near",
                "say what the k nearest are near to; 'limit' bounds any answer",
            ));
        }
        // Half of the Earth's girth.
        question.within = match (number(members, "distance_m", 0.0, 20_040_000.0)?, place("of")?) {
            (Some(distance_m), Some(of)) => Some((distance_m, of)),
            (Some(_), None) => {
                return Err(QuestionError::member("of", "say what distance_m is measured from"));
            }
            (None, Some(_)) => {
                return Err(QuestionError::member(
                    "distance_m",
                    "say how far from 'of', in metres",
                ));
            }
            (None, None) => None,
        };
        question.name = text(members, "name")?.filter(|n| !n.trim().is_empty());
        question.change = change(members)?;
        question.collections = list(members, "collections")?;
        if let Some(text) = text(members, "datetime")? {
            let wrong = "a date (YYYY-MM-DD) or timestamp, or two of them with a slash between; \
                an end may be '..'";
            question.during =
                Some(Period::parse(&text).ok_or_else(|| QuestionError::member("datetime", wrong))?);
            question.day = text.rsplit('/').find_map(|end| end.get(..10)?.parse().ok());
        }
        if question.change.is_some() {
            let read = [
                "between",
                "property",
                "split",
                "collections",
                "at",
                "intersects",
                "within",
                "limit",
                "skipGeometry",
            ];
            if let Some(key) = members.keys().find(|k| !read.contains(&k.as_str())) {
                let message = format!(
                    "this does not go with 'between', which goes with {}",
                    read[1..].join(", ")
                );
                return Err(QuestionError::member(key, message));
            }
        }
        question.day = question.change.as_ref().map(|c| c.to).or(question.day);
        question.filter = match members.get("filter") {
            None => None,
            Some(Json::String(text)) if !text.trim_start().starts_with('{') => {
                Some(cql2::from_text(text)?)
            }
            Some(Json::String(text)) => {
                let json: Json = serde_json::from_str(text)
                    .map_err(|e| QuestionError::member("filter", format!("not JSON: {e}")))?;
                Some(cql2::from_json(&json)?)
            }
            Some(json) => Some(cql2::from_json(json)?),
        };
        question.filter = question.filter.map(|filter| filter.sound(effort)).transpose()?;
        question.sum_by = text(members, "sum_by")?;
        question.sum = text(members, "sum")?;
        if let Some(limit) = number(members, "limit", 1.0, MAX_ANSWER as f64)? {
            question.limit = limit as usize;
        }
        question.skip_geometry = match members.get("skipGeometry") {
            None => false,
            Some(Json::Bool(b)) => *b,
            Some(Json::String(t)) if t == "true" || t == "false" => t == "true",
            Some(_) => return Err(QuestionError::member("skipGeometry", "true or false")),
        };
        question.asks().then_some(question).ok_or_else(|| {
            let asks = "ask something: at=lon,lat for what is there, near=lon,lat&k=3 for what is nearest, name=Shusha, \
                        within=districts/az-shusha, of=lines/line-of-contact-1994&distance_m=5000, \
                        between=2020-09-27/2020-12-01, collections=control&sum_by=control, or a filter";
            QuestionError::member("question", asks)
        })
    }

    fn asks(&self) -> bool {
        !self.relations.is_empty()
            || self.near.is_some()
            || self.within.is_some()
            || self.name.is_some()
            || self.change.is_some()
            || self.filter.is_some()
            || self.sum_by.is_some()
            || self.sum.is_some()
    }
}

fn text(members: &JsonObject<String, Json>, key: &str) -> Result<Option<String>, QuestionError> {
    match members.get(key) {
        None => Ok(None),
        Some(Json::String(t)) => Ok(Some(t.clone())),
        Some(_) => Err(QuestionError::member(key, "this must be text")),
    }
}

fn number(
    members: &JsonObject<String, Json>,
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

fn list(members: &JsonObject<String, Json>, key: &str) -> Result<Vec<String>, QuestionError> {
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

fn change(members: &JsonObject<String, Json>) -> Result<Option<Change>, QuestionError> {
    let (property, split) = (text(members, "property")?, text(members, "split")?);
    let Some(between) = text(members, "between")? else {
        return match property.or(split) {
            None => Ok(None),
            Some(_) => {
                Err(QuestionError::member("between", "'property' and 'split' go with 'between'"))
            }
        };
    };
    let wrong =
        || QuestionError::member("between", "two days, the earlier first: 2020-09-27/2020-12-01");
    let (from, to) = between.split_once('/').ok_or_else(wrong)?;
    let day = |text: &str| text.parse::<Date>().map_err(|_| wrong());
    let (from, to) = (day(from)?, day(to)?);
    if from > to {
        return Err(wrong());
    }
    Ok(Some(Change {
        from,
        to,
        property: property.unwrap_or_else(|| "control".to_string()),
        split,
    }))
}
