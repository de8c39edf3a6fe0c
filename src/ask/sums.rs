//! Measures and numbers of many features together. Where areas lie over one another, what they
//! share counts once.

use std::collections::BTreeMap;

use geo::BoundingRect;
use geo::geometry::{Geometry, MultiPolygon};
use rstar::primitives::Rectangle;
use rstar::{RTree, RTreeObject};
use serde_json::{Value as Json, json};

use super::measure::rounded;
use crate::feature::Feature;
use crate::geo::{Effort, Stopped, cost, geodesic, overlay};

/// What features add up to: all of them, and those that share a group.
#[derive(Debug, Default)]
pub(super) struct Sums<'a> {
    /// The property whose numbers are summed.
    property: Option<&'a str>,
    total: Sum<'a>,
    groups: BTreeMap<String, Sum<'a>>,
}

#[derive(Debug, Default)]
struct Sum<'a> {
    count: usize,
    measures: BTreeMap<&'static str, f64>,
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

impl<'a> Sums<'a> {
    /// Sums of measures, and of a property's numbers where one is named.
    pub fn of(property: Option<&'a str>) -> Self {
        Self { property, ..Self::default() }
    }

    /// Adds measures to the total, and to those of each group that they are in.
    pub fn add<'g>(
        &mut self,
        groups: impl IntoIterator<Item = &'g str>,
        measures: &[(&'static str, f64)],
    ) {
        self.each(groups, |sum| sum.add(measures));
    }

    /// Adds a feature, with what was measured of it.
    pub fn add_feature(
        &mut self,
        group: Option<&str>,
        feature: &'a Feature,
        measures: &[(&'static str, f64)],
    ) {
        let number = self.property.and_then(|property| feature.number(property));
        let is_area = measures.iter().any(|(name, _)| *name == "area_km2");
        self.each(group, |sum| {
            sum.add(measures);
            if let Some(number) = number {
                sum.number += number;
                sum.numbers += 1;
            }
            if is_area {
                sum.areas.push(&feature.geometry);
            }
        });
    }

    fn each<'g>(
        &mut self,
        groups: impl IntoIterator<Item = &'g str>,
        mut add: impl FnMut(&mut Sum<'a>),
    ) {
        add(&mut self.total);
        for group in groups {
            add(self.groups.entry(group.to_string()).or_default());
        }
    }

    /// Counts once what areas share, also of what lies in the polygon that was asked for. What is
    /// to be known of it, and of numbers that were not there, is told.
    ///
    /// # Errors
    /// Where the work is not wanted any more, or late.
    pub fn settle(
        &mut self,
        operand: Option<&MultiPolygon<f64>>,
        effort: &Effort,
    ) -> Result<Vec<String>, Stopped> {
        let mut told = Vec::new();
        match self.unite(operand, effort) {
            Ok(()) => {}
            Err(Stopped::Spent) => told.push(NOT_UNITED.to_string()),
            Err(why) => return Err(why),
        }
        if let Some(property) = self.property {
            let Sum { count, numbers, number, .. } = self.total;
            if numbers < count {
                told.push(format!(
                    "{} of {count} features have no number in '{property}'",
                    count - numbers
                ));
            }
            if number.abs() >= EXACT {
                told.push(format!(
                    "the sum of '{property}' is rounded: it has more than 15 digits"
                ));
            }
        }
        Ok(told)
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

    pub fn to_json(&self) -> Json {
        let of = |sum: &Sum| sum.to_json(self.property.is_some());
        let groups: serde_json::Map<String, Json> =
            self.groups.iter().map(|(name, sum)| (name.clone(), of(sum))).collect();
        json!({"total": of(&self.total), "groups": groups})
    }
}

const NOT_UNITED: &str = "areas are summed up one by one, since looking at what they share is too much work: where they lie \
                          over one another, that counts as often as it is covered; narrow the question";

impl Sum<'_> {
    fn add(&mut self, measures: &[(&'static str, f64)]) {
        self.count += 1;
        measures.iter().for_each(|(name, n)| *self.measures.entry(name).or_default() += n);
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
            *self.measures.entry("area_km2").or_default() -= shared_km2;
            self.measures.insert("shared_km2", shared_km2);
        }
        if is_shared
            && let Some(operand) = operand
            && let Some(overlap) = self.measures.get_mut("overlap_km2")
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

    fn to_json(&self, has_number: bool) -> Json {
        let mut out = json!({"count": self.count});
        self.measures.iter().for_each(|(name, n)| out[name] = json!(rounded(*n, 1000.0)));
        if has_number {
            let is_whole = self.number.fract() == 0.0 && self.number.abs() < EXACT;
            out["sum"] = if is_whole { json!(self.number as i64) } else { json!(self.number) };
            out["summed"] = json!(self.numbers);
        }
        out
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
