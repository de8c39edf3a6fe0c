//! Snap rounding (J. D. Hobby, 1999; M. T. Goodrich et al., 1997): a segment that passes through
//! the unit around a rounded position is led through its middle. So rounding makes nothing cross
//! that did not, and what borders share they share in every tile.

use super::grid::{FINE, Fine, Grid, Unit};

/// The rounded positions of a layer's areas that are in a tile.
pub struct Nodes {
    lowest: i64,
    /// Squares in a row.
    squares: usize,
    /// Where each square's positions begin, and where the last one's end.
    starts: Vec<u32>,
    units: Vec<Unit>,
}

/// Units of a square's side.
const SQUARE: i64 = 32;

impl Nodes {
    pub fn of(grid: &Grid, positions: impl Iterator<Item = Unit>) -> Self {
        let (low, high) = grid.window();
        let (lowest, highest) = (low - 1, high + 1);
        let squares = ((highest - lowest) / SQUARE + 1) as usize;
        let within = |v: i64| (lowest..=highest).contains(&v);
        let mut units: Vec<Unit> = positions.filter(|u| within(u.x) && within(u.y)).collect();
        let square = |u: &Unit| square_of(u, lowest, squares);
        units.sort_unstable_by_key(|u| (square(u), *u));
        units.dedup();
        let mut starts = vec![0; squares * squares + 1];
        for unit in &units {
            starts[square(unit) + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        Self { lowest, squares, starts, units }
    }

    /// Whether a position is one of them.
    pub fn has(&self, unit: Unit) -> bool {
        let at = square_of(&unit, self.lowest, self.squares);
        let ends = self.starts.get(at).zip(self.starts.get(at + 1));
        let own = ends.and_then(|(from, to)| self.units.get(*from as usize..*to as usize));
        own.is_some_and(|own| own.binary_search(&unit).is_ok())
    }

    /// Adds the positions that a segment is led through after its beginning, with its end; says how
    /// many squares and positions were looked at.
    pub fn lead(&self, a: Fine, b: Fine, out: &mut Vec<Unit>) -> usize {
        let (from, to) = (a.rounded(), b.rounded());
        let mut looked = 1;
        let first = out.len();
        if from != to {
            // The same whichever end it begins at.
            let (low, high) = (a.min(b), a.max(b));
            looked += self.each_near(low, high, |unit| {
                if unit != from && unit != to && passes(low, high, unit) {
                    out.push(unit);
                }
            });
            let (dx, dy) = (i128::from(b.x - a.x), i128::from(b.y - a.y));
            let along = |u: &Unit| {
                let (x, y) = (i128::from(u.x * FINE - a.x), i128::from(u.y * FINE - a.y));
                (x * dx + y * dy, *u)
            };
            out[first..].sort_unstable_by_key(along);
        }
        out.push(to);
        looked
    }

    /// Gives the positions in the squares that a segment, from the west, passes; says how many of
    /// both there are.
    fn each_near(&self, a: Fine, b: Fine, mut take: impl FnMut(Unit)) -> usize {
        let mut looked = 0;
        let last = self.squares as i64 - 1;
        let square = |v: i64| (v.div_euclid(FINE) - self.lowest).div_euclid(SQUARE);
        // A unit reaches over the sides of its square.
        let (west, east) = (square(a.x - FINE).max(0), square(b.x + FINE).min(last));
        for column in west..=east {
            let side = |column: i64| (self.lowest + column * SQUARE) * FINE;
            let at = |x: i64| {
                let x = x.clamp(a.x, b.x);
                match b.x - a.x {
                    0 => a.y,
                    width => {
                        a.y + (i128::from(b.y - a.y) * i128::from(x - a.x) / i128::from(width))
                            as i64
                    }
                }
            };
            let mut ends = [at(side(column) - FINE), at(side(column + 1) + FINE)];
            if a.x == b.x {
                ends = [a.y, b.y];
            }
            let (top, bottom) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
            let (top, bottom) =
                (square(top - 2 * FINE).max(0), square(bottom + 2 * FINE).min(last));
            for row in top..=bottom {
                let at = (row * self.squares as i64 + column) as usize;
                let (from, to) = (self.starts[at] as usize, self.starts[at + 1] as usize);
                self.units[from..to].iter().for_each(|unit| take(*unit));
                looked += 1 + to - from;
            }
        }
        looked
    }
}

/// The square that a position is in, row by row.
fn square_of(unit: &Unit, lowest: i64, squares: usize) -> usize {
    let square = |v: i64| ((v - lowest) / SQUARE) as usize;
    square(unit.y) * squares + square(unit.x)
}

/// Whether a segment passes through the unit around a position.
fn passes(a: Fine, b: Fine, unit: Unit) -> bool {
    let half = FINE / 2;
    let (west, north) = (unit.x * FINE - half, unit.y * FINE - half);
    // What lies on its east or south side is its neighbour's.
    let (east, south) = (west + FINE - 1, north + FINE - 1);
    let is_beside =
        a.x.max(b.x) < west || a.x.min(b.x) > east || a.y.max(b.y) < north || a.y.min(b.y) > south;
    if is_beside {
        return false;
    }
    let (dx, dy) = (i128::from(b.x - a.x), i128::from(b.y - a.y));
    let side = |x: i64, y: i64| (dx * i128::from(y - a.y) - dy * i128::from(x - a.x)).signum();
    let sides = [side(west, north), side(east, north), side(west, south), side(east, south)];
    !(sides.iter().all(|s| *s > 0) || sides.iter().all(|s| *s < 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::TileId;

    fn grid() -> Grid {
        Grid { tile: TileId::new(0, 0, 0).unwrap(), extent: 4096, buffer: 64 }
    }

    #[test]
    fn segments_go_through_the_units_on_their_way() {
        let at = |x: i64, y: i64| Fine { x: x * FINE, y: y * FINE };
        let on =
            [at(10, 10), at(500, 501), at(900, 400), Fine { x: 700 * FINE + 100, y: 700 * FINE }];
        let nodes = Nodes::of(&grid(), on.into_iter().map(Fine::rounded));
        let mut way = Vec::new();
        nodes.lead(at(0, 0), at(1000, 1000), &mut way);
        let unit = |x: i64, y: i64| Unit { x, y };
        assert_eq!(way, [unit(10, 10), unit(700, 700), unit(1000, 1000)]);
        let mut back = Vec::new();
        nodes.lead(at(1000, 1000), at(0, 0), &mut back);
        assert_eq!(back, [unit(700, 700), unit(10, 10), unit(0, 0)]);
    }

    proptest::proptest! {
        #[test]
        fn squares_find_what_looking_at_all_finds(
            points in proptest::collection::vec((-300_000..1_400_000_i64, -300_000..1_400_000_i64), 0..200),
            a in (-9_000_000..9_000_000_i64, -9_000_000..9_000_000_i64),
            b in (-9_000_000..9_000_000_i64, -9_000_000..9_000_000_i64),
        ) {
            let fine = |(x, y): (i64, i64)| Fine { x, y };
            let grid = grid();
            let nodes = Nodes::of(&grid, points.iter().map(|p| fine(*p).rounded()));
            let (a, b) = (fine(a), fine(b));
            let mut way = Vec::new();
            nodes.lead(a, b, &mut way);
            way.pop();
            way.sort();
            let (low, high) = (a.min(b), a.max(b));
            let ends = [a.rounded(), b.rounded()];
            let mut all: Vec<Unit> = nodes.units.iter().copied()
                .filter(|u| !ends.contains(u) && ends[0] != ends[1] && passes(low, high, *u)).collect();
            all.sort();
            proptest::prop_assert_eq!(way, all);
        }
    }
}
