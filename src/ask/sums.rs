//! Measures and numbers of many features together. Where areas lie over one another, what they
//! share counts once.

use std::collections::BTreeMap;

use geo::BoundingRect;
use geo::geometry::{Geometry, MultiPolygon};
use rstar::primitives::Rectangle;
use rstar::{RTree, RTreeObject};

use super::measure::{Measures, PER_KM, rounded};
use crate::feature::Feature;
use crate::geo::{Effort, Stopped, cost, geodesic, overlay};

/// What features add up to: all of them, and those that share a group.
#[derive(Debug, Clone)]
pub struct Sums<G> {
    pub total: Sum,
    pub groups: BTreeMap<G, Sum>,
}

/// What some features add up to.
#[derive(Debug, Clone, PartialEq)]
pub struct Sum {
    pub count: usize,
    pub measures: Measures,
    /// What areas that lie over one another share; it counts once.
    pub shared_km2: Option<f64>,
    /// Of the property whose numbers are summed, where one is.
    pub number: Option<NumberSum>,
}

/// The numbers of a property, summed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NumberSum {
    pub sum: f64,
    /// Features that had a number.
    pub summed: usize,
}

impl NumberSum {
    /// The sum as the whole number that it is.
    pub fn whole(&self) -> Option<i64> {
        (self.sum.fract() == 0.0 && self.sum.abs() < EXACT).then_some(self.sum as i64)
    }
}

/// Sums in the making.
#[derive(Debug)]
pub(super) struct Summing<'a, G> {
    /// The property whose numbers are summed.
    property: Option<&'a str>,
    total: Part<'a>,
    groups: BTreeMap<G, Part<'a>>,
}

#[derive(Debug, Default)]
struct Part<'a> {
    count: usize,
    measures: Measures,
    shared_km2: Option<f64>,
    /// The areas among what was measured.
    areas: Vec<&'a Geometry<f64>>,
    number: f64,
    /// Features that had a number.
    numbers: usize,
}

/// Areas that are looked at for what they share; of more, each counts on its own.
const MOST_UNITED: usize = 2_000;
/// Of an area: less than that is no overlap, but two drawings of one border, or rounding.
const LEAST_SHARED: f64 = 1e-6;
/// From here on not every whole number has a place among numbers.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl<'a, G: Ord + Clone> Summing<'a, G> {
    /// Sums of measures, and of a property's numbers where one is named.
    pub fn of(property: Option<&'a str>) -> Self {
        Self { property, total: Part::default(), groups: BTreeMap::new() }
    }

    /// Adds measures to the total, and to those of the group that they are in.
    pub fn add(&mut self, group: Option<G>, measures: &Measures) {
        self.each(group, |sum| sum.add(measures));
    }

    /// Adds a feature, with what was measured of it.
    pub fn add_feature(&mut self, group: Option<G>, feature: &'a Feature, measures: &Measures) {
        let number = self.property.and_then(|property| feature.number(property));
        self.each(group, |sum| {
            sum.add(measures);
            if let Some(number) = number {
                sum.number += number;
                sum.numbers += 1;
            }
            if measures.area_km2.is_some() {
                sum.areas.push(&feature.geometry);
            }
        });
    }

    fn each(&mut self, group: Option<G>, mut add: impl FnMut(&mut Part<'a>)) {
        add(&mut self.total);
        if let Some(group) = group {
            add(self.groups.entry(group).or_default());
        }
    }

    /// Counts once what areas share, also of what lies in the polygon that was asked for; with
    /// warnings of what was not, and of numbers that were not there.
    ///
    /// # Errors
    /// Where the work is not wanted any more, or late.
    pub fn settled(
        mut self,
        operand: Option<&MultiPolygon<f64>>,
        effort: &Effort,
    ) -> Result<(Sums<G>, Vec<String>), Stopped> {
        let mut warnings = Vec::new();
        match self.unite(operand, effort) {
            Ok(()) => {}
            Err(Stopped::Spent) => warnings.push(NOT_UNITED.to_string()),
            Err(why) => return Err(why),
        }
        if let Some(property) = self.property {
            let Part { count, numbers, number, .. } = self.total;
            if numbers < count {
                warnings.push(format!(
                    "{} of {count} features have no number in '{property}'",
                    count - numbers
                ));
            }
            if number.abs() >= EXACT {
                warnings.push(format!(
                    "the sum of '{property}' is rounded: it has more than 15 digits"
                ));
            }
        }
        Ok((self.sums(), warnings))
    }

    /// The sums as they stand, whatever areas share.
    pub fn sums(&self) -> Sums<G> {
        let has_number = self.property.is_some();
        let groups = self.groups.iter();
        Sums {
            total: self.total.sum(has_number),
            groups: groups.map(|(name, part)| (name.clone(), part.sum(has_number))).collect(),
        }
    }

    fn unite(
        &mut self,
        operand: Option<&MultiPolygon<f64>>,
        effort: &Effort,
    ) -> Result<(), Stopped> {
        // Where nothing is shared in all, nothing is in a group.
        if self.total.unite(operand, effort)? {
            self.groups
                .values_mut()
                .try_for_each(|group| group.unite(operand, effort).map(drop))?;
        }
        Ok(())
    }
}

const NOT_UNITED: &str = "areas are summed up one by one, since looking at what they share is too \
    much work: where they lie over one another, that counts as often as it is covered; narrow the \
    question";

impl Part<'_> {
    fn add(&mut self, measures: &Measures) {
        self.count += 1;
        self.measures.add(measures);
    }

    /// Whether areas share something, which then counts once.
    fn unite(
        &mut self,
        operand: Option<&MultiPolygon<f64>>,
        effort: &Effort,
    ) -> Result<bool, Stopped> {
        let near = near(&self.areas, effort)?;
        if near.is_empty() {
            return Ok(false);
        }
        if near.len() > MOST_UNITED {
            return Err(Stopped::Spent);
        }
        let near =
            MultiPolygon(near.into_iter().flat_map(|area| overlay::polygons(area).0).collect());
        let united = overlay::painted(&near, effort)?;
        let apart_m2: f64 =
            near.iter().map(|p| geodesic::area_m2(&Geometry::Polygon(p.clone()))).sum();
        let united_m2 = geodesic::area_m2(&Geometry::MultiPolygon(united.clone()));
        let is_shared = apart_m2 - united_m2 > LEAST_SHARED * apart_m2;
        if is_shared {
            let shared_km2 = (apart_m2 - united_m2) / 1e6;
            *self.measures.area_km2.get_or_insert(0.0) -= shared_km2;
            self.shared_km2 = Some(shared_km2);
        }
        if is_shared
            && let Some(operand) = operand
            && let Some(overlap) = &mut self.measures.overlap_km2
        {
            let inside = |area: &MultiPolygon<f64>| -> Result<f64, Stopped> {
                let common = overlay::common(area, operand, effort)?;
                Ok(geodesic::area_m2(&Geometry::MultiPolygon(common)) / 1e6)
            };
            let apart: Result<Vec<f64>, Stopped> =
                near.iter().map(|p| inside(&MultiPolygon(vec![p.clone()]))).collect();
            *overlap -= (apart?.iter().sum::<f64>() - inside(&united)?).max(0.0);
        }
        Ok(is_shared)
    }

    fn sum(&self, has_number: bool) -> Sum {
        Sum {
            count: self.count,
            measures: self.measures.rounded(),
            shared_km2: self.shared_km2.map(|n| rounded(n, PER_KM)),
            number: has_number.then_some(NumberSum { sum: self.number, summed: self.numbers }),
        }
    }
}

/// The areas whose boxes lie over another's.
fn near<'a>(
    areas: &[&'a Geometry<f64>],
    effort: &Effort,
) -> Result<Vec<&'a Geometry<f64>>, Stopped> {
    effort.spend(areas.len() * cost::EDGES)?;
    let boxes: Vec<(&Geometry<f64>, Rectangle<[f64; 2]>)> = areas
        .iter()
        .filter_map(|area| {
            let rect = area.bounding_rect()?;
            Some((
                *area,
                Rectangle::from_corners([rect.min().x, rect.min().y], [rect.max().x, rect.max().y]),
            ))
        })
        .collect();
    let tree = RTree::bulk_load(boxes.iter().map(|(_, rect)| *rect).collect());
    let shares = |a: &Rectangle<[f64; 2]>, b: &Rectangle<[f64; 2]>| {
        (0..2).all(|i| a.lower()[i] < b.upper()[i] && b.lower()[i] < a.upper()[i])
    };
    let is_near = |rect: &Rectangle<[f64; 2]>| {
        // One is itself.
        tree.locate_in_envelope_intersecting(rect.envelope())
            .filter(|other| shares(rect, other))
            .nth(1)
            .is_some()
    };
    Ok(boxes.iter().filter(|(_, rect)| is_near(rect)).map(|(area, _)| *area).collect())
}
