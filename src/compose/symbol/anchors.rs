//! Where symbols are put on a line: again and again along it, or in its middle.

use super::path::{Path, Spot, between, direction, distance};
use crate::label::Area;

/// How a line's symbols are spread. CSS px and radians.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    pub spacing: f64,
    pub max_angle: f64,
    pub label_length: f64,
    /// Size of the text, or 0 where there is none.
    pub text_size: f64,
    /// How much larger the largest text of the layer is than this one's units.
    pub unit: f64,
    /// How many times the size of its tile's own zoom the line is laid out at.
    pub overscaling: f64,
}

/// Lines bend no more than allowed within this share of the text's size.
const ANGLE_WINDOW: f64 = 0.6;

/// Places along a line that lie in `area`, each with its number. The first is clear of the line's
/// start, so that labels keep away from junctions.
pub fn along(path: &Path, spread: &Spread, area: &Area) -> Vec<(u64, Spot)> {
    let Spread { mut spacing, label_length, .. } = *spread;
    // A quarter of the spacing stays free between two labels.
    if spacing - label_length < spacing / 4.0 {
        spacing = label_length + spacing / 4.0;
    }
    if spacing.is_nan() || spacing < 1.0 {
        return Vec::new();
    }
    let length = path.length();
    let clear = 2.0 * 24.0 * spread.unit;
    let first = match path.continued {
        true => (spacing / 2.0 * spread.overscaling) % spacing,
        false => (label_length / 2.0 + clear) % spacing,
    };
    if length / spacing > FEW {
        return every(path, first, spacing, length, spread, Some(area));
    }
    let mut spots = every(path, first, spacing, length, spread, None);
    if spots.is_empty() && !path.continued {
        spots = every(path, length / 2.0, length, length, spread, None);
    }
    spots.retain(|(_, spot)| area.owns(spot.at));
    spots
}

/// Lines with more places than this are looked at only where they are asked for, and need no place
/// in the middle.
const FEW: f64 = 100.0;

/// More places than are looked at in one area.
const MAX_SPOTS: usize = 1_000;

/// Places at `first` and every `spacing` from there, of all of the line or of the part in an area.
fn every(
    path: &Path,
    first: f64,
    spacing: f64,
    length: f64,
    spread: &Spread,
    area: Option<&Area>,
) -> Vec<(u64, Spot)> {
    let half = spread.label_length / 2.0;
    let mut spots = Vec::new();
    let mut passed = 0.0;
    for (segment, pair) in path.points.windows(2).enumerate() {
        let step = distance(pair[0], pair[1]);
        let end = passed + step;
        if area.is_none_or(|area| area.meets(&Area::around([pair[0], pair[1]]))) {
            // Counted, not added up, so that a place is the same wherever the counting begins.
            let mut nth = ((passed - first) / spacing).floor().max(0.0);
            // Only a part of a long segment is near.
            if let Some(area) = area {
                let near = between(pair[0], pair[1], nearest_share(pair, area));
                let side = (area.max[0] - area.min[0]).hypot(area.max[1] - area.min[1]);
                nth =
                    nth.max(((passed + distance(pair[0], near) - side - first) / spacing).floor());
            }
            loop {
                let place = first + nth * spacing;
                if place >= end {
                    break;
                }
                let at = between(pair[0], pair[1], (place - passed) / step);
                let past = area.is_some_and(|a| is_past(pair, at, a));
                let fits = place >= passed && place - half >= 0.0 && place + half <= length;
                let spot = Spot { segment, at };
                if spots.len() >= MAX_SPOTS {
                    return spots;
                }
                if fits && area.is_none_or(|a| a.owns(at)) && bends_gently(path, &spot, spread) {
                    spots.push((nth as u64, spot));
                }
                if past {
                    break;
                }
                nth += 1.0;
            }
        }
        passed = end;
    }
    spots
}

/// How far along a segment it is nearest to an area's middle, 0..=1.
fn nearest_share(pair: &[[f64; 2]], area: &Area) -> f64 {
    let (dx, dy) = (pair[1][0] - pair[0][0], pair[1][1] - pair[0][1]);
    let middle = [
        (area.min[0] + area.max[0]) / 2.0 - pair[0][0],
        (area.min[1] + area.max[1]) / 2.0 - pair[0][1],
    ];
    ((middle[0] * dx + middle[1] * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0)
}

/// Whether a place on a segment lies beyond an area that the segment leaves.
fn is_past(pair: &[[f64; 2]], at: [f64; 2], area: &Area) -> bool {
    (0..2).any(|i| {
        let along = pair[1][i] - pair[0][i];
        (along > 0.0 && at[i] > area.max[i]) || (along < 0.0 && at[i] < area.min[i])
    })
}

/// The middle of a line.
pub fn middle(path: &Path, spread: &Spread) -> Option<Spot> {
    let half = path.length() / 2.0;
    let mut passed = 0.0;
    for (segment, pair) in path.points.windows(2).enumerate() {
        let step = distance(pair[0], pair[1]);
        if passed + step > half {
            let at = between(pair[0], pair[1], (half - passed) / step);
            let spot = Spot { segment, at };
            return bends_gently(path, &spot, spread).then_some(spot);
        }
        passed += step;
    }
    None
}

/// Whether a label around the place fits on the line, and the line turns by no more than allowed
/// anywhere under it.
fn bends_gently(path: &Path, spot: &Spot, spread: &Spread) -> bool {
    let window = ANGLE_WINDOW * 24.0 * spread.unit;
    let half = spread.label_length / 2.0;
    if spread.text_size == 0.0 || half == 0.0 {
        return true;
    }
    let points = &path.points;
    // Back to the segment that the label begins on.
    let mut index = spot.segment + 1;
    let (mut at, mut place) = (spot.at, 0.0);
    while place > -half {
        let Some(before) = index.checked_sub(1) else { return false };
        index = before;
        place -= distance(points[index], at);
        at = points[index];
    }
    place += distance(points[index], points[index + 1]);
    index += 1;
    let mut corners: std::collections::VecDeque<(f64, f64)> = Default::default();
    let mut sum = 0.0;
    while place < half {
        let Some(next) = points.get(index + 1) else { return false };
        let turn = direction(points[index], points[index - 1]) - direction(*next, points[index]);
        let turn = ((turn + 3.0 * std::f64::consts::PI).rem_euclid(std::f64::consts::TAU)
            - std::f64::consts::PI)
            .abs();
        corners.push_back((place, turn));
        sum += turn;
        while let Some((_, turn)) = corners.front().filter(|(at, _)| place - at > window) {
            sum -= turn;
            corners.pop_front();
        }
        if sum > spread.max_angle {
            return false;
        }
        place += distance(points[index], *next);
        index += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(spacing: f64, label_length: f64) -> Spread {
        Spread {
            spacing,
            max_angle: 0.7,
            label_length,
            text_size: 16.0,
            unit: 16.0 / 24.0,
            overscaling: 1.0,
        }
    }

    #[test]
    fn labels_are_spread_along_a_line() {
        let path = Path::new(vec![[0.0, 0.0], [1000.0, 0.0]], false).unwrap();
        let all = Area { min: [-1e9; 2], max: [1e9; 2] };
        let spots = along(&path, &spread(250.0, 60.0), &all);
        let xs: Vec<f64> = spots.iter().map(|(_, s)| s.at[0]).collect();
        assert_eq!(xs, [62.0, 312.0, 562.0, 812.0]);
        // Too short for the offset: one in the middle.
        let short = Path::new(vec![[0.0, 0.0], [80.0, 0.0]], false).unwrap();
        assert_eq!(along(&short, &spread(250.0, 60.0), &all)[0].1.at, [40.0, 0.0]);
        assert!(along(&short, &spread(250.0, 100.0), &all).is_empty());
        // A part of a long line has the same places as the whole.
        for step in [25.0, 4_000.0] {
            let points = (0..(100_000.0 / step) as u32)
                .map(|i| [f64::from(i) * step, f64::from(i % 2)])
                .collect();
            let long = Path::new(points, false).unwrap();
            let part = Area { min: [50_000.0, -10.0], max: [51_000.0, 10.0] };
            let mut inside = along(&long, &spread(250.0, 60.0), &all);
            inside.retain(|(_, s)| part.owns(s.at));
            assert!(inside.len() == 4 && along(&long, &spread(250.0, 60.0), &part) == inside);
        }
    }

    #[test]
    fn no_label_lies_over_a_sharp_bend() {
        let path = Path::new(vec![[0.0, 0.0], [100.0, 0.0], [100.0, 100.0]], false).unwrap();
        assert!(middle(&path, &spread(250.0, 60.0)).is_none());
        let gentle = Path::new(vec![[0.0, 0.0], [100.0, 0.0], [200.0, 30.0]], false).unwrap();
        assert!(middle(&gentle, &spread(250.0, 60.0)).is_some());
    }
}
