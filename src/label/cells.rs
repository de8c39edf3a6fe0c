//! Where on the plane candidates lie, by square cells.

use foldhash::HashMap;

use super::bounds::Area;
use super::supply::REACH;

/// Side of a cell, CSS px.
const CELL: f64 = 64.0;

/// Cells that one candidate may lie in, in each direction.
const MAX_CELLS: i64 = (2.0 * REACH / CELL) as i64 + 2;

/// Numbers of candidates by the cells that an area of each meets.
#[derive(Debug, Default)]
pub(super) struct Cells(HashMap<(i64, i64), Vec<u32>>);

impl Cells {
    pub fn add(&mut self, number: u32, area: &Area) {
        for cell in tiles(area, CELL, MAX_CELLS) {
            self.0.entry(cell).or_default().push(number);
        }
    }

    /// Those whose areas meet one, each once. An area may have shrunk since it was added; what has
    /// none any more is forgotten.
    pub fn meeting(&mut self, wanted: &Area, area: impl Fn(u32) -> Option<Area>) -> Vec<u32> {
        let mut found = Vec::new();
        for cell in tiles(wanted, CELL, i64::MAX) {
            let Some(numbers) = self.0.get_mut(&cell) else { continue };
            numbers.retain(|number| {
                let own = area(*number);
                if let Some(own) = own
                    && own.meets(wanted)
                    && of_point([0, 1].map(|i| own.min[i].max(wanted.min[i])), CELL) == cell
                {
                    found.push(*number);
                }
                own.is_some()
            });
        }
        found
    }

    /// Whether any of those in the cells that an area meets is so; some are asked more than once.
    pub fn any(&self, area: &Area, mut is_so: impl FnMut(u32) -> bool) -> bool {
        tiles(area, CELL, MAX_CELLS)
            .filter_map(|cell| self.0.get(&cell))
            .flatten()
            .any(|number| is_so(*number))
    }
}

/// The square of a side that a point lies in.
fn of_point(at: [f64; 2], side: f64) -> (i64, i64) {
    ((at[0] / side).floor() as i64, (at[1] / side).floor() as i64)
}

/// The squares of a side that an area meets, no more than `max` of them in each direction.
pub(super) fn tiles(area: &Area, side: f64, max: i64) -> impl Iterator<Item = (i64, i64)> + use<> {
    let (first, last) = (of_point(area.min, side), of_point(area.max, side));
    let columns = first.0..=last.0.min(first.0.saturating_add(max));
    let rows = first.1..=last.1.min(first.1.saturating_add(max));
    rows.flat_map(move |y| columns.clone().map(move |x| (x, y)))
}
