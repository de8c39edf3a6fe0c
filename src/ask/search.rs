//! Where a question looks and which features fit, found through the index.

use geo::BoundingRect;
use geo::geometry::Geometry;

use super::place::Found;
use super::{Question, QuestionError};
use crate::catalog::{Catalog, Named};
use crate::cql2::{Filter, Relation};
use crate::feature::{Date, Feature};
use crate::geo::relate::Prepared;
use crate::geo::{Effort, LonLat, Outline, Stopped, WorldBox, cost, round};
use crate::index::Index;

/// The places of a question, found among the collections.
pub(super) struct Places<'p> {
    pub related: Vec<(Relation, Found<'p>)>,
    within: Option<(f64, Found<'p>)>,
    near: Option<(usize, Found<'p>)>,
}

impl<'p> Places<'p> {
    pub fn of(question: &'p Question, catalog: &'p Catalog) -> Result<Self, QuestionError> {
        let related = question.relations.iter().map(|(r, p)| Ok((*r, p.find(catalog)?)));
        let related = related.collect::<Result<_, QuestionError>>()?;
        let within = match &question.within {
            None => None,
            Some((most_m, place)) => Some((*most_m, place.find(catalog)?)),
        };
        let near = match &question.near {
            None => None,
            Some((k, place)) => Some((*k, place.find(catalog)?)),
        };
        Ok(Self { related, within, near })
    }

    pub fn all(&self) -> impl Iterator<Item = &Found<'p>> {
        let within = self.within.iter().map(|(_, place)| place);
        let near = self.near.iter().map(|(_, place)| place);
        self.related.iter().map(|(_, place)| place).chain(within).chain(near)
    }
}

/// What a question asks of places, made ready to be asked of many features.
pub(super) struct Conditions<'p> {
    related: Vec<(Relation, Prepared<'p>)>,
    /// No further than so many metres.
    within: Option<(f64, Reach<'p>)>,
    /// The so many nearest.
    near: Option<(usize, Reach<'p>)>,
}

impl<'p> Conditions<'p> {
    pub fn of(places: &'p Places<'p>, effort: &Effort) -> Result<Self, Stopped> {
        let prepared =
            |(r, p): &'p (Relation, Found<'p>)| Ok((*r, Prepared::new(&p.geometry, effort)?));
        let related = places.related.iter().map(prepared).collect::<Result<_, Stopped>>()?;
        let within = match &places.within {
            None => None,
            Some((most_m, place)) => Some((*most_m, Reach::of(place, effort)?)),
        };
        let near = match &places.near {
            None => None,
            Some((k, place)) => Some((*k, Reach::of(place, effort)?)),
        };
        Ok(Self { related, within, near })
    }
}

/// A place with its edges, to measure from.
struct Reach<'p> {
    place: &'p Found<'p>,
    outline: Outline<'p>,
}

impl<'p> Reach<'p> {
    fn of(place: &'p Found<'p>, effort: &Effort) -> Result<Self, Stopped> {
        Ok(Self { place, outline: Outline::new(&place.geometry, effort)? })
    }
}

/// A collection where a question looks, with the question's filter made for its properties.
pub(super) struct Target<'a> {
    pub collection: &'a str,
    index: &'a Index,
    filter: Option<Filter>,
}

impl Target<'_> {
    /// The days on which a feature begins or ceases to hold.
    pub fn ends(&self) -> &[Date] {
        self.index.ends()
    }
}

/// Where a question looks.
pub(super) fn targets<'a>(
    catalog: &'a Catalog,
    question: &Question,
    effort: &Effort,
) -> Result<Vec<Target<'a>>, QuestionError> {
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
        out.push(Target { collection: name, index, filter });
    }
    match refused {
        Some(e) if out.is_empty() || !question.collections.is_empty() => Err(e.into()),
        _ => Ok(out),
    }
}

/// A feature that fits.
pub(super) struct Match<'a> {
    pub collection: &'a str,
    pub index: &'a Index,
    pub position: u32,
    pub distance_m: Option<f64>,
    /// The name that was found, and how well it fits.
    pub named: Option<(&'a str, f64)>,
}

impl<'a> Match<'a> {
    pub fn feature(&self) -> &'a Feature {
        &self.index.collection().features[self.position as usize]
    }
}

/// All features that fit: the best named or the nearest first, where the question asks for that.
///
/// # Errors
/// Where the effort ends.
pub(super) fn matches<'a>(
    catalog: &'a Catalog,
    question: &Question,
    conditions: &Conditions,
    targets: &[Target<'a>],
    effort: &Effort,
) -> Result<Vec<Match<'a>>, Stopped> {
    let searches: Vec<Search> =
        targets.iter().map(|target| Search { target, question, conditions, effort }).collect();
    let mut found: Vec<Match> = match (&question.name, &conditions.near) {
        (Some(name), _) => called(catalog, name, question.limit, &searches),
        (None, Some((k, reach))) => searches.iter().flat_map(|s| s.nearest(*k, reach)).collect(),
        (None, None) => searches.iter().flat_map(Search::all).collect(),
    };
    if found.iter().any(|h| h.distance_m.is_some()) {
        found.sort_by(|a, b| a.distance_m.unwrap_or(0.0).total_cmp(&b.distance_m.unwrap_or(0.0)));
    }
    if let Some((k, _)) = &conditions.near {
        found.truncate(*k);
    }
    match effort.over() {
        Some(why) => Err(why),
        None => Ok(found),
    }
}

/// The features of a name that fit, best first; measured from a place, where one is given.
fn called<'a>(
    catalog: &'a Catalog,
    name: &str,
    limit: usize,
    searches: &[Search<'_, 'a>],
) -> Vec<Match<'a>> {
    let of = |collection: &str| searches.iter().find(|s| s.target.collection == collection);
    let fits = |collection: &str, i: u32| of(collection).is_some_and(|s| s.fits(i).is_some());
    let found = |named: &Named<'a>| {
        let search = of(named.collection)?;
        let distance_m = match &search.conditions.near {
            Some((_, reach)) => Some(search.between_m(named.position, reach, f64::INFINITY)?),
            None => search.fits(named.position)?,
        };
        Some(Match {
            named: Some((named.name, named.score)),
            ..search.found(named.position, distance_m)
        })
    };
    catalog.named(name, limit.max(100), &fits).iter().filter_map(found).collect()
}

/// What is asked of one collection.
struct Search<'s, 'a> {
    target: &'s Target<'a>,
    question: &'s Question,
    conditions: &'s Conditions<'s>,
    effort: &'s Effort,
}

impl<'a> Search<'_, 'a> {
    fn found(&self, position: u32, distance_m: Option<f64>) -> Match<'a> {
        Match {
            collection: self.target.collection,
            index: self.target.index,
            position,
            distance_m,
            named: None,
        }
    }

    /// Every feature that fits, with its distance where one is asked for.
    fn all(&self) -> Vec<Match<'a>> {
        let boxes = self
            .conditions
            .related
            .iter()
            .filter(|(r, _)| *r != Relation::Disjoint)
            .map(|(_, p)| around(p.geometry(), 0.0));
        let boxes = boxes.chain(
            self.conditions
                .within
                .iter()
                .map(|(most_m, reach)| around(&reach.place.geometry, *most_m)),
        );
        let boxes =
            boxes.chain(self.target.filter.as_ref().and_then(Filter::bounds).map(|b| vec![b]));
        // Any one condition bounds the rest: the one that leaves the least.
        let area =
            |boxes: &Vec<[f64; 4]>| boxes.iter().map(|[w, s, e, n]| (e - w) * (n - s)).sum::<f64>();
        let bounds = boxes.min_by(|a, b| area(a).total_cmp(&area(b)));
        let found = self.candidates(bounds.as_deref());
        found.into_iter().filter_map(|i| Some(self.found(i, self.fits(i)?))).collect()
    }

    /// The features whose envelopes meet one of the boxes; all where there are none.
    fn candidates(&self, boxes: Option<&[[f64; 4]]>) -> Vec<u32> {
        let index = self.target.index;
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
    fn nearest(&self, k: usize, reach: &Reach) -> Vec<Match<'a>> {
        if let Geometry::Point(p) = &*reach.place.geometry
            && let Some(position) = LonLat::new(p.x(), p.y())
        {
            let near =
                self.target.index.near(position, k, self.effort, &|i| self.fits(i).is_some());
            return near.into_iter().map(|n| self.found(n.feature, Some(n.distance_m))).collect();
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
                return found.into_iter().map(|(d, i)| self.found(i, Some(d))).collect();
            }
            reach_m *= 4.0;
        }
    }

    /// Metres between a feature and a place; `None` where it is more, or no more work may be done.
    fn between_m(&self, i: u32, reach: &Reach, most_m: f64) -> Option<f64> {
        let geometry = &self.target.index.collection().features[i as usize].geometry;
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
        let feature = &self.target.index.collection().features[i as usize];
        let relates = || -> Result<bool, Stopped> {
            if self.conditions.related.is_empty() {
                return Ok(true);
            }
            let geometry = Prepared::new(&feature.geometry, self.effort)?;
            for (relation, place) in &self.conditions.related {
                if !relation.holds(&geometry, place, self.effort)? {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let holds = self.effort.spend(cost::POSITION).is_ok()
            && self.question.during.is_none_or(|p| p.meets(feature))
            && self.target.filter.as_ref().is_none_or(|f| f.matches(feature))
            && relates().unwrap_or(false);
        match &self.conditions.within {
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
