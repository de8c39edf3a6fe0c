//! The answer to a question: the features that fit, found through the index.

use geo::BoundingRect;
use geo::geometry::Geometry;
use serde_json::{Map as JsonObject, Value as Json, json};

use super::measure::{Credits, measures, rounded, share, text_of};
use super::place::Found;
use super::sums::Sums;
use super::{Answer, MAX_ANSWER, Question, QuestionError};
use crate::catalog::Catalog;
use crate::cql2::{Filter, Relation};
use crate::diag::meant;
use crate::encode::{FeatureJson, Form};
use crate::feature::Feature;
use crate::geo::relate::Prepared;
use crate::geo::{Effort, LonLat, Outline, Stopped, WorldBox, cost, geodesic, overlay, round};
use crate::index::Index;

/// A feature of the answer.
struct Hit<'a> {
    collection: &'a str,
    index: &'a Index,
    position: u32,
    distance_m: Option<f64>,
    /// The name that was found, and how well it fits.
    named: Option<(&'a str, f64)>,
}

impl<'a> Hit<'a> {
    fn feature(&self) -> &'a Feature {
        &self.index.collection().features[self.position as usize]
    }
}

/// A place with its edges, to measure from.
struct Reach<'a> {
    place: &'a Found<'a>,
    outline: Outline<'a>,
}

impl<'a> Reach<'a> {
    fn of(place: &'a Found<'a>, effort: &Effort) -> Result<Self, Stopped> {
        Ok(Self { place, outline: Outline::new(&place.geometry, effort)? })
    }
}

impl Question {
    /// Answers a question.
    ///
    /// # Errors
    /// Where the question names what is not there, a filter does not fit the collections, or it is
    /// too much work.
    pub fn ask(&self, catalog: &Catalog, effort: &Effort) -> Result<Answer, QuestionError> {
        asked_of(catalog, self, effort)
    }
}

fn asked_of(
    catalog: &Catalog,
    question: &Question,
    effort: &Effort,
) -> Result<Answer, QuestionError> {
    if let Some(change) = &question.change {
        return super::change::changed(catalog, question, change, effort);
    }
    let places: Vec<(Relation, Found)> = question
        .relations
        .iter()
        .map(|(r, p)| Ok((*r, p.find(catalog)?)))
        .collect::<Result<_, QuestionError>>()?;
    let within = question
        .within
        .as_ref()
        .map(|(d, p)| Ok::<_, QuestionError>((*d, p.find(catalog)?)))
        .transpose()?;
    let near = question
        .near
        .as_ref()
        .map(|(k, p)| Ok::<_, QuestionError>((*k, p.find(catalog)?)))
        .transpose()?;
    let prepared: Vec<(Relation, Prepared)> = places
        .iter()
        .map(|(r, p)| Ok((*r, Prepared::new(&p.geometry, effort)?)))
        .collect::<Result<_, Stopped>>()?;
    let reach = |place| Reach::of(place, effort);
    let within_reach = within
        .as_ref()
        .map(|(most_m, place)| Ok::<_, Stopped>((*most_m, reach(place)?)))
        .transpose()?;
    let near_reach =
        near.as_ref().map(|(k, place)| Ok::<_, Stopped>((*k, reach(place)?))).transpose()?;
    let grounds = asked(catalog, question, effort)?;
    check_summed(catalog, question, &grounds)?;
    let asked: Vec<Asked> = grounds
        .iter()
        .map(|ground| Asked {
            ground,
            question,
            places: &prepared,
            within: within_reach.as_ref(),
            effort,
        })
        .collect();
    let mut hits: Vec<Hit> = match (&question.name, &near_reach) {
        (Some(name), near) => {
            called(catalog, name, question.limit, near.as_ref().map(|(_, r)| r), &asked)
        }
        (None, Some((k, reach))) => asked.iter().flat_map(|a| a.nearest(*k, reach)).collect(),
        (None, None) => asked.iter().flat_map(Asked::all).collect(),
    };
    if hits.iter().any(|h| h.distance_m.is_some()) {
        hits.sort_by(|a, b| a.distance_m.unwrap_or(0.0).total_cmp(&b.distance_m.unwrap_or(0.0)));
    }
    if let Some((k, _)) = &near {
        hits.truncate(*k);
    }
    if let Some(why) = effort.over() {
        return Err(why.into());
    }
    let operand = places.iter().map(|(_, p)| p).find(|p| geodesic::area_m2(&p.geometry) > 0.0);
    let mut credits = Credits::default();
    let found = places
        .iter()
        .map(|(_, p)| p)
        .chain(within.iter().map(|w| &w.1))
        .chain(near.iter().map(|n| &n.1));
    let mut named: Vec<Json> = Vec::new();
    let mut warnings: Vec<Json> = Vec::new();
    for place in found {
        warnings.extend(place.swapped(catalog).map(Json::from));
        place.feature.iter().for_each(|(_, f)| credits.note(f));
        named.extend(
            place
                .named
                .iter()
                .map(|n| json!({"collection": n.collection, "id": n.id(catalog), "name": n.name, "matched": n.how()})),
        );
    }
    warnings.extend(question.name.as_deref().and_then(|name| unlike(name, &hits)).map(Json::from));
    let (mut answer, told) = answer(question, &hits, operand, credits, effort)?;
    warnings.extend(told.into_iter().map(Json::from));
    match named.len() {
        0 => {}
        1 => drop(answer.members.insert("place".to_string(), named.remove(0))),
        _ => drop(answer.members.insert("place".to_string(), Json::Array(named))),
    }
    if !warnings.is_empty() {
        answer.members.insert("warnings".to_string(), Json::Array(warnings));
    }
    Ok(answer)
}

/// What is summed, or summed by, is a property of what is asked.
fn check_summed(
    catalog: &Catalog,
    question: &Question,
    grounds: &[Ground],
) -> Result<(), QuestionError> {
    let known =
        |ground: &Ground| catalog.schema(ground.collection).map(|schema| &schema.properties);
    for (member, property) in [("sum_by", &question.sum_by), ("sum", &question.sum)] {
        let Some(property) = property else { continue };
        if !grounds
            .iter()
            .filter_map(known)
            .any(|properties| properties.contains_key(property.as_str()))
        {
            let names = grounds.iter().filter_map(known).flat_map(|p| p.keys().map(|k| &**k));
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

/// The features of a name that fit, best first; measured from a place, where one is given.
fn called<'a>(
    catalog: &'a Catalog,
    name: &str,
    limit: usize,
    near: Option<&Reach>,
    asked: &[Asked<'a>],
) -> Vec<Hit<'a>> {
    let of = |collection: &str| asked.iter().find(|a| a.ground.collection == collection);
    let fits = |collection: &str, i: u32| of(collection).is_some_and(|a| a.fits(i).is_some());
    let hit = |named: &crate::catalog::Named<'a>| {
        let asked = of(named.collection)?;
        let distance_m = match near {
            Some(reach) => Some(asked.between_m(named.position, reach, f64::INFINITY)?),
            None => asked.fits(named.position)?,
        };
        Some(Hit {
            named: Some((named.name, named.score)),
            ..asked.hit(named.position, distance_m)
        })
    };
    catalog.named(name, limit.max(100), &fits).iter().filter_map(hit).collect()
}

/// Where a question looks.
fn asked<'a>(
    catalog: &'a Catalog,
    question: &Question,
    effort: &Effort,
) -> Result<Vec<Ground<'a>>, QuestionError> {
    if let Some(name) = question.collections.iter().find(|c| catalog.collection(c).is_none()) {
        return Err(catalog.no_collection(name).into());
    }
    // What is nearest is looked for among the gazetteers, where there are any and nothing else
    // is asked.
    let only_near =
        question.near.is_some() && question.relations.is_empty() && question.within.is_none();
    let gazetteers = only_near && catalog.collections().any(|(_, i)| i.collection().gazetteer);
    let wanted = |name: &str, index: &Index| match question.collections.is_empty() {
        true => !gazetteers || index.collection().gazetteer,
        false => question.collections.iter().any(|c| c == name),
    };
    let mut out = Vec::new();
    let mut refused = None;
    for (name, index) in catalog.collections().filter(|(name, i)| wanted(name, i)) {
        let filter = match (&question.filter, catalog.schema(name)) {
            (Some(expr), Some(schema)) => {
                match Filter::new(expr.clone(), &schema.properties, effort) {
                    Ok(filter) => Some(filter),
                    Err(e) => {
                        refused = Some(e);
                        continue;
                    }
                }
            }
            _ => None,
        };
        out.push(Ground { collection: name, index, filter });
    }
    match refused {
        Some(e) if out.is_empty() || !question.collections.is_empty() => Err(e.into()),
        _ => Ok(out),
    }
}

/// What is told where nothing found is called so, nor begins so: how well names fit is below this
/// then.
const LEAST_SCORE: f64 = 0.7;

fn unlike(name: &str, hits: &[Hit]) -> Option<String> {
    let best = hits.iter().filter_map(|hit| Some(hit.named?.1)).reduce(f64::max)?;
    let name: String = name.chars().take(60).collect();
    (best < LEAST_SCORE).then(|| format!("nothing is called '{name}'; these are spelt alike"))
}

/// A collection where a question looks, with the question's filter made for its properties.
struct Ground<'a> {
    collection: &'a str,
    index: &'a Index,
    filter: Option<Filter>,
}

/// What is asked of one collection.
struct Asked<'a> {
    ground: &'a Ground<'a>,
    question: &'a Question,
    places: &'a [(Relation, Prepared<'a>)],
    within: Option<&'a (f64, Reach<'a>)>,
    effort: &'a Effort,
}

impl<'a> Asked<'a> {
    fn hit(&self, position: u32, distance_m: Option<f64>) -> Hit<'a> {
        Hit {
            collection: self.ground.collection,
            index: self.ground.index,
            position,
            distance_m,
            named: None,
        }
    }

    /// Every feature that fits, with its distance where one is asked for.
    fn all(&self) -> Vec<Hit<'a>> {
        let boxes = self
            .places
            .iter()
            .filter(|(r, _)| *r != Relation::Disjoint)
            .map(|(_, p)| around(p.geometry(), 0.0));
        let boxes = boxes.chain(
            self.within.iter().map(|(most_m, reach)| around(&reach.place.geometry, *most_m)),
        );
        let boxes =
            boxes.chain(self.ground.filter.as_ref().and_then(Filter::bounds).map(|b| vec![b]));
        // Any one condition bounds the rest: the one that leaves the least.
        let area =
            |boxes: &Vec<[f64; 4]>| boxes.iter().map(|[w, s, e, n]| (e - w) * (n - s)).sum::<f64>();
        let bounds = boxes.min_by(|a, b| area(a).total_cmp(&area(b)));
        let found = self.candidates(bounds.as_deref());
        found.into_iter().filter_map(|i| Some(self.hit(i, self.fits(i)?))).collect()
    }

    /// The features whose envelopes meet one of the boxes; all where there are none.
    fn candidates(&self, boxes: Option<&[[f64; 4]]>) -> Vec<u32> {
        let index = self.ground.index;
        let Some(boxes) = boxes else {
            return (0..index.collection().features.len() as u32).collect();
        };
        let mut found: Vec<u32> = boxes
            .iter()
            .flat_map(|b| index.features_in(&WorldBox::from_degrees(*b).grown(1e-12)))
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The nearest that fit.
    fn nearest(&self, k: usize, reach: &Reach) -> Vec<Hit<'a>> {
        if let Geometry::Point(p) = &*reach.place.geometry
            && let Some(position) = LonLat::new(p.x(), p.y())
        {
            let near =
                self.ground.index.near(position, k, self.effort, &|i| self.fits(i).is_some());
            return near.into_iter().map(|n| self.hit(n.feature, Some(n.distance_m))).collect();
        }
        // In ever wider rings, until there are enough that none beyond could be nearer. Half the
        // Earth's girth is the widest.
        let mut measured: std::collections::HashMap<u32, f64> = std::collections::HashMap::new();
        let mut reach_m = 1_000.0;
        loop {
            let is_last = reach_m > 20_040_000.0;
            let boxes = around(&reach.place.geometry, reach_m);
            for i in self.candidates((!is_last).then_some(&boxes)) {
                if !measured.contains_key(&i)
                    && self.fits(i).is_some()
                    && let Some(d) = self.between_m(i, reach, f64::INFINITY)
                {
                    measured.insert(i, d);
                }
            }
            if is_last
                || self.effort.over().is_some()
                || measured.values().filter(|d| **d <= reach_m).count() >= k
            {
                let mut found: Vec<(f64, u32)> =
                    measured.into_iter().map(|(i, d)| (d, i)).collect();
                found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                found.truncate(k);
                return found.into_iter().map(|(d, i)| self.hit(i, Some(d))).collect();
            }
            reach_m *= 4.0;
        }
    }

    /// Metres between a feature and a place; `None` where it is more, or no more work may be done.
    fn between_m(&self, i: u32, reach: &Reach, most_m: f64) -> Option<f64> {
        let geometry = &self.ground.index.collection().features[i as usize].geometry;
        let measured = match geometry {
            Geometry::Point(p) => reach.outline.distance_m(*p, most_m, self.effort),
            other => Outline::new(other, self.effort)
                .and_then(|o| o.between_m(&reach.outline, most_m, self.effort)),
        };
        measured.ok().flatten()
    }

    /// Whether a feature fits; with its distance where one is asked for. Nothing does when no more
    /// work may be done.
    fn fits(&self, i: u32) -> Option<Option<f64>> {
        let feature = &self.ground.index.collection().features[i as usize];
        let relates = || -> Result<bool, Stopped> {
            if self.places.is_empty() {
                return Ok(true);
            }
            let geometry = Prepared::new(&feature.geometry, self.effort)?;
            for (relation, place) in self.places {
                if !relation.holds(&geometry, place, self.effort)? {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let holds = self.effort.spend(cost::POSITION).is_ok()
            && self.question.during.is_none_or(|p| p.meets(feature))
            && self.ground.filter.as_ref().is_none_or(|f| f.matches(feature))
            && relates().unwrap_or(false);
        match self.within {
            _ if !holds => None,
            None => Some(None),
            Some((most_m, reach)) => self.between_m(i, reach, *most_m).map(Some),
        }
    }
}

/// West, south, east, north in degrees of boxes that hold everything within so many metres of a
/// geometry.
fn around(geometry: &Geometry<f64>, by_m: f64) -> Vec<[f64; 4]> {
    let Some(rect) = geometry.bounding_rect() else { return Vec::new() };
    let (west, east) = (rect.min().x, rect.max().x);
    if by_m == 0.0 {
        return vec![[west, rect.min().y, east, rect.max().y]];
    }
    // No degree of latitude is shorter than 110,574 m, nor of longitude than cos φ times 111,319 m;
    // a little more is taken.
    let by_lat = by_m / 110_000.0;
    let (south, north) = ((rect.min().y - by_lat).max(-90.0), (rect.max().y + by_lat).min(90.0));
    let widest = south.abs().max(north.abs());
    let by_lon = by_m / (110_000.0 * widest.to_radians().cos());
    if widest >= 89.0 || by_lon + (east - west) / 2.0 >= 180.0 {
        return vec![[-180.0, south, 180.0, north]];
    }
    let boxes = round::boxes([west - by_lon, south, east + by_lon, north]);
    boxes.into_iter().map(|r| [r.min().x, r.min().y, r.max().x, r.max().y]).collect()
}

/// Hits that are summed up; of more there are no sums.
const MAX_SUMMED: usize = 100_000;

/// The answer, and what is to be said of it.
fn answer<'a>(
    question: &'a Question,
    hits: &[Hit<'a>],
    operand: Option<&Found>,
    mut credits: Credits,
    effort: &Effort,
) -> Result<(Answer, Vec<String>), QuestionError> {
    let form = Form { skip_geometry: question.skip_geometry, ..Form::PLAIN };
    let operand = operand.map(|o| overlay::polygons(&o.geometry));
    let returned = hits.len().min(question.limit).min(MAX_ANSWER);
    let mut sums = (hits.len() <= MAX_SUMMED).then(|| Sums::of(question.sum.as_deref()));
    let mut out = Answer::default();
    let mut held = Vec::new();
    for (n, hit) in hits.iter().enumerate() {
        let written = n < returned;
        if !written && sums.is_none() {
            break;
        }
        let feature = hit.feature();
        let measures = match measures(feature, operand.as_ref(), effort) {
            Ok(measures) => measures,
            // What the answer holds is measured, or there is no answer; what is only summed up may
            // be too many.
            Err(Stopped::Spent) if !written => {
                sums = None;
                break;
            }
            Err(why) => return Err(why.into()),
        };
        if let Some(sums) = &mut sums {
            let group =
                question.sum_by.as_ref().map(|p| text_of(feature.properties.get(p.as_str())));
            sums.add_feature(group.as_deref(), feature, &measures);
        }
        if !written {
            continue;
        }
        credits.note(feature);
        let mut extra = JsonObject::new();
        extra.insert("id".to_string(), json!(hit.index.id(hit.position).to_string()));
        extra.insert("collection".to_string(), json!(hit.collection));
        if let Some((name, score)) = hit.named {
            extra.insert("matched".to_string(), json!(name));
            extra.insert("score".to_string(), json!(score));
        }
        if let Some(d) = hit.distance_m {
            extra.insert("distance_m".to_string(), json!(rounded(d, 10.0)));
        }
        measures.iter().for_each(|(k, v)| {
            extra.insert(k.to_string(), json!(rounded(*v, 1000.0)));
        });
        if let Some(share) = share(&measures) {
            extra.insert("share".to_string(), json!(rounded(share, 10_000.0)));
        }
        let before = out.len();
        out.push(&FeatureJson { feature, extra, form: &form });
        // Once as it is written, and once as it leaves.
        held.push(effort.hold(2 * (out.len() - before))?);
        effort.spend((out.len() - before) * cost::POSITION)?;
    }
    out.members.insert("numberMatched".to_string(), json!(hits.len()));
    out.members.insert("numberReturned".to_string(), json!(returned));
    let told = sums.as_mut().map(|sums| sums.settle(operand.as_ref(), effort)).transpose()?;
    // Where there were too many to be summed up, there is null.
    out.members.insert("sums".to_string(), json!(sums.map(|s| s.to_json())));
    credits.write(&mut out);
    Ok((out, told.unwrap_or_default()))
}
