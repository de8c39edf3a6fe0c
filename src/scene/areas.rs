//! The areas of one layer, in one list of points: a town has thousands of buildings.

use super::Line;
use crate::color::Color;
use crate::geo::Snapped;

/// Areas, the lowest first, each of closed rings that are filled by the non-zero rule.
#[derive(Debug, Clone, Default)]
pub struct Areas {
    pub looks: Vec<AreaLook>,
    pub points: Vec<Snapped>,
    /// Where each ring ends among the points.
    ring_ends: Vec<u32>,
    areas: Vec<Area>,
    /// Fringes of rings that are cut where the world or a tile ends, with their look's number.
    pub cut_fringes: Vec<(u32, Line)>,
}

/// What an area is filled with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AreaLook {
    pub color: Color,
    /// Whether pixels on the edge are blended by how much of them is covered; or else drawn whole
    /// or not at all.
    pub antialias: bool,
}

#[derive(Debug, Clone, Copy)]
struct Area {
    look: u32,
    /// Where it ends among the rings.
    end: u32,
    is_fringed: bool,
}

/// One of them.
#[derive(Debug, Clone, Copy)]
pub struct AreaOf<'a> {
    /// The number of its look.
    pub look: usize,
    /// Whether its edges are drawn as lines of one device px, below all the areas, so that nothing
    /// shines through between two of them. Painters that have no pixels leave that out.
    pub is_fringed: bool,
    points: &'a [Snapped],
    ring_ends: &'a [u32],
    /// Where its points begin.
    first: u32,
}

impl Areas {
    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    pub fn len(&self) -> usize {
        self.areas.len()
    }

    /// The number of a look, which is most often that of the last area.
    pub fn look(&mut self, look: AreaLook) -> u32 {
        if self.looks.last() != Some(&look) {
            self.looks.push(look);
        }
        self.looks.len() as u32 - 1
    }

    /// Adds a ring to the area that is being made.
    pub fn add_ring(&mut self, add: impl FnOnce(&mut Vec<Snapped>)) {
        add(&mut self.points);
        self.ring_ends.push(self.points.len() as u32);
    }

    /// Ends the area that is being made.
    pub fn end(&mut self, look: u32, is_fringed: bool) {
        self.areas.push(Area { look, end: self.ring_ends.len() as u32, is_fringed });
    }

    /// Each of them, the lowest first.
    pub fn each(&self) -> impl Iterator<Item = AreaOf<'_>> {
        let mut first_ring = 0;
        self.areas.iter().map(move |area| {
            let rings = first_ring..area.end as usize;
            first_ring = area.end as usize;
            let first = rings.start.checked_sub(1).map_or(0, |ring| self.ring_ends[ring]);
            AreaOf {
                look: area.look as usize,
                is_fringed: area.is_fringed,
                points: &self.points,
                ring_ends: &self.ring_ends[rings],
                first,
            }
        })
    }
}

impl<'a> AreaOf<'a> {
    /// Its rings; the first point of a ring may come again at its end.
    pub fn rings(&self) -> impl Iterator<Item = &'a [Snapped]> + use<'a> {
        let (points, mut from) = (self.points, self.first as usize);
        self.ring_ends.iter().map(move |end| {
            let ring = &points[from..*end as usize];
            from = *end as usize;
            ring
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_come_back_with_their_areas() {
        let at = |v: i64| Snapped { x: v, y: -v };
        let mut areas = Areas::default();
        let look = AreaLook { color: Color::new(1.0, 0.0, 0.0, 1.0), antialias: true };
        let red = areas.look(look);
        areas.add_ring(|points| points.extend((0..3).map(at)));
        areas.add_ring(|points| points.extend((3..7).map(at)));
        areas.end(red, true);
        let again = areas.look(look);
        let crisp = areas.look(AreaLook { antialias: false, ..look });
        areas.add_ring(|points| points.extend((7..9).map(at)));
        areas.end(crisp, false);
        assert_eq!((red, again, crisp, areas.len()), (0, 0, 1, 2));
        let all: Vec<(usize, bool, Vec<usize>)> = areas
            .each()
            .map(|area| (area.look, area.is_fringed, area.rings().map(<[_]>::len).collect()))
            .collect();
        assert_eq!(all, [(0, true, vec![3, 4]), (1, false, vec![2])]);
        assert_eq!(areas.each().nth(1).unwrap().rings().next().unwrap(), [at(7), at(8)]);
    }
}
