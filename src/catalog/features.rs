//! The features of a collection that a request asks for: chosen, put in order, cut into pages.
//!
//! Pages follow one another by key, not by count: a page begins after the last feature of the one
//! before it in the order of the sort keys and then of ids. So a feature that is there before and
//! after the data is reloaded comes exactly once.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::Value as Json;

use super::Catalog;
use crate::cql2::{Filter, Instant, Relation};
use crate::encode::MvtTileError;
use crate::feature::{Feature, FeatureId, Value, large_order};
use crate::geo::relate::Prepared;
use crate::geo::{Effort, Stopped, WorldBox, cost, round};
use crate::index::{Id, Index};

/// Why a query has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    #[error("there is no collection '{name}'; there are: {known}")]
    Collection { name: String, known: String },
    #[error("this cursor is of another query; begin again without it")]
    Cursor,
    #[error("{0}; narrow the query: a smaller box, a simpler geometry or filter")]
    Stopped(#[from] Stopped),
    #[error("the tile cannot be written: {0}")]
    Tile(String),
}

impl From<MvtTileError> for QueryError {
    fn from(e: MvtTileError) -> Self {
        match e {
            MvtTileError::Stopped(why) => why.into(),
            MvtTileError::Format(why) => Self::Tile(why),
        }
    }
}

/// What features are asked for.
#[derive(Debug, Clone, Default)]
pub struct ItemsQuery {
    /// Areas of which one must be met.
    pub areas: Option<Vec<geo::Geometry<f64>>>,
    pub during: Option<Period>,
    /// All of them must hold.
    pub filters: Vec<Filter>,
    pub sort: Vec<SortKey>,
    /// Where the page begins.
    pub after: Option<Cursor>,
    pub limit: usize,
    /// What the query may cost; the filters share it.
    pub effort: Effort,
}

/// The areas of a box of west, south, east and north in degrees; one whose west is past its east
/// reaches across the antimeridian.
pub fn areas_of(bounds: [f64; 4]) -> Vec<geo::Geometry<f64>> {
    round::boxes(bounds).into_iter().map(geo::Geometry::Rect).collect()
}

/// A time or a span of time, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub from: Instant,
    pub to: Instant,
}

impl Period {
    /// An instant, a date, or two of them with a slash between; an end may be open: `..` or
    /// nothing.
    pub fn parse(text: &str) -> Option<Period> {
        let (from, to) = text.split_once('/').unwrap_or((text, text));
        let open = |end: &str| end.is_empty() || end == "..";
        if open(from) && open(to) {
            return None;
        }
        let from = if open(from) { Instant::PAST } else { Instant::parse_leniently(from)? };
        let to = if open(to) { Instant::FUTURE } else { Instant::end_of(to)? };
        (from <= to).then_some(Period { from, to })
    }

    /// Which features of an index hold at any time of it: those of two periods for which this is
    /// the same are the same.
    pub fn place(&self, index: &Index) -> (u64, u64) {
        let until = |at: Instant| index.ends().partition_point(|d| Instant::of(*d) <= at) as u64;
        (until(self.from), until(self.to))
    }

    /// Whether the feature holds at any time of it.
    pub fn meets(&self, feature: &Feature) -> bool {
        let validity = &feature.validity;
        validity.from().is_none_or(|from| Instant::of(from) <= self.to)
            && validity.to().is_none_or(|to| self.from < Instant::of(to))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    pub property: String,
    pub descending: bool,
}

/// The last feature of a page: its values of the sort keys, its id, and how many of that id came
/// before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    values: Vec<Value>,
    id: CursorId,
    nth: u32,
}

#[derive(Debug, Clone, PartialEq)]
enum CursorId {
    Position(u32),
    Given(FeatureId),
}

impl Cursor {
    /// Reads what [`Cursor::to_text`] wrote.
    pub fn parse(text: &str) -> Option<Cursor> {
        let json: Json = serde_json::from_str(text).ok()?;
        let [values, id, nth] = json.as_array()?.as_slice() else { return None };
        let id = match id {
            Json::Array(position) => {
                CursorId::Position(u32::try_from(position.first()?.as_u64()?).ok()?)
            }
            number @ Json::Number(_) => CursorId::Given(FeatureId::of(&Value::from(number))?),
            Json::String(t) => CursorId::Given(FeatureId::Text(t.as_str().into())),
            _ => return None,
        };
        let values = values.as_array()?.iter().map(Value::from).collect();
        Some(Cursor { values, id, nth: u32::try_from(nth.as_u64()?).ok()? })
    }

    pub fn to_text(&self) -> String {
        let id = match &self.id {
            CursorId::Position(n) => Json::Array(vec![Json::from(*n)]),
            CursorId::Given(id) => id.to_value().to_json(),
        };
        let values: Vec<Json> = self.values.iter().map(Value::to_json).collect();
        serde_json::json!([values, id, self.nth]).to_string()
    }

    fn id(&self) -> Id<'_> {
        match &self.id {
            CursorId::Position(n) => Id::Position(*n),
            CursorId::Given(FeatureId::Number(n)) => Id::Number(*n),
            CursorId::Given(FeatureId::Large(n)) => Id::Large(n.get()),
            CursorId::Given(FeatureId::Text(t)) => Id::Text(t),
        }
    }
}

/// A page of features.
#[derive(Debug, Clone)]
pub struct Selection {
    index: Arc<Index>,
    /// Positions in the collection.
    pub found: Vec<u32>,
    /// On all pages.
    pub matched: usize,
    pub next: Option<Cursor>,
    /// `Some(None)` where the page before begins at the beginning.
    pub prev: Option<Option<Cursor>>,
}

impl Selection {
    /// The feature at a position of the collection, and what it goes by.
    pub fn feature(&self, i: u32) -> (String, &Feature) {
        (self.index.id(i).to_string(), &self.index.collection().features[i as usize])
    }
}

impl Catalog {
    /// The problem that a collection of this name is not there.
    pub(crate) fn no_collection(&self, name: &str) -> QueryError {
        let known: Vec<&str> = self.collections().map(|(name, _)| name).collect();
        QueryError::Collection { name: name.chars().take(60).collect(), known: known.join(", ") }
    }

    /// The page of a collection's features that a query asks for.
    ///
    /// # Errors
    /// Where there is no such collection, or the cursor is of another query.
    pub fn select(&self, collection: &str, query: &ItemsQuery) -> Result<Selection, QueryError> {
        let index = self.shared(collection).ok_or_else(|| self.no_collection(collection))?.clone();
        if query.after.as_ref().is_some_and(|c| c.values.len() != query.sort.len()) {
            return Err(QueryError::Cursor);
        }
        let mut found = chosen(&index, query)?;
        if let Some(why) = query.effort.over() {
            return Err(why.into());
        }
        let comparisons = found.len() * (found.len() + 2).ilog2() as usize;
        query.effort.spend(comparisons * (1 + query.sort.len()) * cost::POSITION)?;
        index.sort_by_id(&mut found);
        let features = &index.collection().features;
        if !query.sort.is_empty() {
            // Stable: equal features stay in the order of their ids.
            found.sort_by(|a, b| {
                let (a, b) = (&features[*a as usize], &features[*b as usize]);
                query
                    .sort
                    .iter()
                    .map(|key| key.order(&value(a, key), &value(b, key)))
                    .find(|o| o.is_ne())
                    .unwrap_or(Ordering::Equal)
            });
        }
        let matched = found.len();
        let start = match &query.after {
            None => 0,
            Some(cursor) => {
                found.partition_point(|i| past(&index, query, *i, cursor) != Ordering::Greater)
            }
        };
        let end = start.saturating_add(query.limit).min(matched);
        let cursor = |i: usize| cursor(&index, query, found[i]);
        let next = (end < matched && end > 0).then(|| cursor(end - 1));
        let prev = (start > 0).then(|| start.checked_sub(query.limit + 1).map(cursor));
        let page = found[start..end].to_vec();
        Ok(Selection { index: index.clone(), found: page, matched, next, prev })
    }
}

/// The features that match, in source order.
fn chosen(index: &Index, query: &ItemsQuery) -> Result<Vec<u32>, Stopped> {
    let bounds = query.filters.iter().filter_map(Filter::bounds);
    let boxes: Option<Vec<[f64; 4]>> = match &query.areas {
        Some(areas) => {
            let rects = areas.iter().filter_map(geo::BoundingRect::bounding_rect);
            Some(rects.map(|r| [r.min().x, r.min().y, r.max().x, r.max().y]).collect())
        }
        None => bounds
            .reduce(|a, b| [a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])])
            .map(|b| vec![b]),
    };
    let mut candidates: Vec<u32> = match &boxes {
        // A bound is met by rounding outward.
        Some(boxes) => boxes
            .iter()
            .flat_map(|b| index.features_in(&WorldBox::from_degrees(*b).grown(1e-12)))
            .collect(),
        None => (0..index.collection().features.len() as u32).collect(),
    };
    if boxes.is_some() {
        // What is nowhere is in every box (OGC 17-069r4, 7.15.3).
        candidates.extend(index.placeless());
        candidates.sort_unstable();
        candidates.dedup();
    }
    let effort = &query.effort;
    let areas = query.areas.iter().flatten().map(|area| Prepared::new(area, effort));
    let areas: Vec<Prepared> = areas.collect::<Result<_, _>>()?;
    let in_areas = |i: &u32| {
        let meets = || -> Result<bool, Stopped> {
            let geometry =
                Prepared::new(&index.collection().features[*i as usize].geometry, effort)?;
            for area in &areas {
                if Relation::Intersects.holds(&geometry, area, effort)? {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        index.placeless().binary_search(i).is_ok() || meets().unwrap_or(false)
    };
    candidates.retain(|i| {
        let feature = &index.collection().features[*i as usize];
        query.during.is_none_or(|p| p.meets(feature))
            && (query.areas.is_none() || in_areas(i))
            && query.filters.iter().all(|f| f.matches(feature))
    });
    Ok(candidates)
}

impl SortKey {
    /// Null comes last, whichever way.
    fn order(&self, a: &Value, b: &Value) -> Ordering {
        let order = match (a, b) {
            (Value::Null, Value::Null) => return Ordering::Equal,
            (Value::Null, _) => return Ordering::Greater,
            (_, Value::Null) => return Ordering::Less,
            // Adding nothing takes the sign off nothing: -0 and 0 are one value.
            (Value::Number(a), Value::Number(b)) => (a + 0.0).total_cmp(&(b + 0.0)),
            (Value::Large(a), Value::Large(b)) => a.get().cmp(&b.get()),
            (Value::Large(a), Value::Number(b)) => large_order(a.get(), *b),
            (Value::Number(a), Value::Large(b)) => large_order(b.get(), *a).reverse(),
            (Value::Text(a), Value::Text(b)) => order_of_texts(a, b),
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (a, b) => kind(a).cmp(&kind(b)),
        };
        if self.descending { order.reverse() } else { order }
    }
}

/// Dates and timestamps by their instants, and before other texts, which go by their letters.
fn order_of_texts(a: &str, b: &str) -> Ordering {
    let instant = |text: &str| {
        let is_dated =
            text.len() >= 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[0].is_ascii_digit();
        if is_dated { Instant::parse_leniently(text) } else { None }
    };
    match (instant(a), instant(b)) {
        (Some(at), Some(other)) => at.cmp(&other).then_with(|| a.cmp(b)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

fn kind(value: &Value) -> u8 {
    match value {
        Value::Bool(_) => 0,
        Value::Number(_) | Value::Large(_) => 1,
        Value::Text(_) => 2,
        Value::Array(_) => 3,
        Value::Object(_) => 4,
        Value::Null => 5,
    }
}

/// A feature's value of a key; `id`, where no property is called so, is what it goes by.
fn value<'a>(feature: &'a Feature, key: &SortKey) -> Cow<'a, Value> {
    match (feature.properties.get(key.property.as_str()), &feature.id) {
        (Some(value), _) => Cow::Borrowed(value),
        (None, Some(id)) if key.property == "id" => Cow::Owned(id.to_value()),
        _ => Cow::Owned(Value::Null),
    }
}

/// Where a feature lies from a cursor.
fn past(index: &Index, query: &ItemsQuery, i: u32, cursor: &Cursor) -> Ordering {
    let feature = &index.collection().features[i as usize];
    let keys =
        query.sort.iter().zip(&cursor.values).map(|(key, at)| key.order(&value(feature, key), at));
    keys.chain(std::iter::once_with(|| index.id(i).order(&cursor.id())))
        .find(|o| o.is_ne())
        .unwrap_or_else(|| index.nth_of_id(i).cmp(&cursor.nth))
}

fn cursor(index: &Index, query: &ItemsQuery, i: u32) -> Cursor {
    let feature = &index.collection().features[i as usize];
    Cursor {
        values: query.sort.iter().map(|key| value(feature, key).into_owned()).collect(),
        id: feature.id.clone().map_or(CursorId::Position(i), CursorId::Given),
        nth: index.nth_of_id(i),
    }
}
