//! Where the value of a property differs between two days, in one collection.

use std::collections::BTreeMap;

use geo::geometry::{Geometry, MultiPolygon};
use geo::{BoundingRect, Intersects};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::Change;
use super::measure::text_of;
use crate::catalog::Period;
use crate::cql2::Instant;
use crate::feature::Feature;
use crate::geo::{Effort, Stopped, cost, geodesic, overlay};
use crate::index::Index;

/// What has a value on one of both days only is no difference where it is narrower than this, m:
/// it lies between two drawings of one border.
const LEAST_M: f64 = 50.0;

/// Where one value became another.
pub(super) struct Difference<'a> {
    /// The value before, where there was one, and that after.
    pub from: Option<String>,
    pub to: Option<String>,
    pub area: MultiPolygon<f64>,
    /// The features it follows from.
    pub sources: Vec<&'a Feature>,
}

/// Features with their boxes, by the value that they are of.
type Held<'a> = BTreeMap<String, Vec<(&'a Feature, geo::Rect<f64>)>>;

/// What was of one value before and is of another after; and what has a value on one of both days
/// only.
///
/// # Errors
/// Where the effort ends.
pub(super) fn differences<'a>(
    index: &'a Index,
    change: &Change,
    effort: &Effort,
) -> Result<Vec<Difference<'a>>, Stopped> {
    let held = |at| held_at(index, &change.property, at);
    // The last instant of the day before, and the day after.
    let (old, new) = (held(Instant::before(change.from)), held(Instant::of(change.to)));
    let mut out = Vec::new();
    for (from, were) in &old {
        for (to, are) in new.iter().filter(|(to, _)| *to != from) {
            let (area, sources) = shared(were, are, effort)?;
            if !area.0.is_empty() {
                out.push(Difference {
                    from: Some(from.clone()),
                    to: Some(to.clone()),
                    area,
                    sources,
                });
            }
        }
    }
    for (value, area, sources) in alone(&old, &new, effort)? {
        out.push(Difference { from: Some(value), to: None, area, sources });
    }
    for (value, area, sources) in alone(&new, &old, effort)? {
        out.push(Difference { from: None, to: Some(value), area, sources });
    }
    Ok(out)
}

fn held_at<'a>(index: &'a Index, property: &str, at: Instant) -> Held<'a> {
    let period = Period { from: at, to: at };
    let mut states = Held::new();
    for feature in &index.collection().features {
        if let Some(value) = feature.properties.get(property)
            && period.meets(feature)
            && let Some(bounds) = feature.geometry.bounding_rect()
        {
            states.entry(text_of(Some(value))).or_default().push((feature, bounds));
        }
    }
    states
}

/// What is of features before and of others after, with all of them.
fn shared<'a>(
    were: &[(&'a Feature, geo::Rect<f64>)],
    are: &[(&'a Feature, geo::Rect<f64>)],
    effort: &Effort,
) -> Result<(MultiPolygon<f64>, Vec<&'a Feature>), Stopped> {
    let mut sources: Vec<&Feature> = Vec::new();
    let mut common = MultiPolygon(Vec::new());
    for (was, bounds) in were {
        effort.spend(are.len() * cost::POSITION)?;
        for (is, _) in are.iter().filter(|(_, b)| b.intersects(bounds)) {
            // They are cut out of the whole features, which are copied for it.
            effort.spend((positions(was) + positions(is)) * cost::POSITION)?;
            let (before, after) =
                (overlay::polygons(&was.geometry), overlay::polygons(&is.geometry));
            let part = overlay::common(&before, &after, effort)?;
            if !part.0.is_empty() {
                common = joined(common, part, effort)?;
                sources.extend([*was, *is]);
            }
        }
    }
    Ok((common, sources))
}

/// What has a value on one of both days, with the features it follows from.
type Alone<'a> = (String, MultiPolygon<f64>, Vec<&'a Feature>);

/// What has a value in one state and none in the other, by the value.
fn alone<'a>(one: &Held<'a>, other: &Held<'a>, effort: &Effort) -> Result<Vec<Alone<'a>>, Stopped> {
    let mut out = Vec::new();
    let entry = |(feature, bounds): &(&'a Feature, geo::Rect<f64>)| {
        let (min, max) = (bounds.min(), bounds.max());
        GeomWithData::new(Rectangle::from_corners([min.x, min.y], [max.x, max.y]), *feature)
    };
    let count: usize = other.values().map(Vec::len).sum();
    effort.spend(count * cost::EDGES)?;
    let tree = RTree::bulk_load(other.values().flatten().map(entry).collect());
    for (value, features) in one {
        let (mut area, mut sources) = (MultiPolygon(Vec::new()), Vec::new());
        for (feature, bounds) in features {
            // What goes on holding is in both.
            let (min, max) = (bounds.min(), bounds.max());
            let window = AABB::from_corners([min.x, min.y], [max.x, max.y]);
            let there: Vec<&Feature> =
                tree.locate_in_envelope_intersecting(window).map(|entry| entry.data).collect();
            effort.spend((there.len() + 1) * cost::EDGES)?;
            if there.iter().any(|there| std::ptr::eq(*there, *feature)) {
                continue;
            }
            effort.spend(positions(feature) * cost::POSITION)?;
            let mut left = overlay::polygons(&feature.geometry);
            for there in there {
                if left.0.is_empty() {
                    break;
                }
                effort.spend(positions(there) * cost::POSITION)?;
                left = overlay::difference(&left, &overlay::polygons(&there.geometry), effort)?;
            }
            // What is left between two drawings of one border is no change.
            left.0.retain(is_wide);
            if !left.0.is_empty() {
                area = joined(area, left, effort)?;
                sources.push(*feature);
            }
        }
        if !area.0.is_empty() {
            out.push((value.clone(), area, sources));
        }
    }
    Ok(out)
}

fn positions(feature: &Feature) -> usize {
    geo::CoordsIter::coords_count(&feature.geometry)
}

/// Both areas together, what they share once.
fn joined(
    a: MultiPolygon<f64>,
    b: MultiPolygon<f64>,
    effort: &Effort,
) -> Result<MultiPolygon<f64>, Stopped> {
    let meets = |b: &geo::Polygon<f64>| {
        let bounds = b.bounding_rect();
        a.iter().any(|a| a.bounding_rect().zip(bounds).is_some_and(|(a, b)| a.intersects(&b)))
    };
    if b.iter().any(meets) {
        return overlay::union(&a, &b, effort);
    }
    Ok(MultiPolygon(a.0.into_iter().chain(b.0).collect()))
}

/// Whether an area is more than a sliver: as wide, on average, as [`LEAST_M`].
fn is_wide(piece: &geo::Polygon<f64>) -> bool {
    let rings = std::iter::once(piece.exterior()).chain(piece.interiors());
    let outline_m: f64 =
        rings.map(|ring| geodesic::length_m(&Geometry::LineString(ring.clone()))).sum();
    2.0 * geodesic::area_m2(&Geometry::Polygon(piece.clone())) > LEAST_M * outline_m
}
