//! Values in rows and columns, and what lies between them.

/// `side` rows of as many values, and a margin of more around them.
#[derive(Debug)]
pub struct Grid<const N: usize> {
    side: usize,
    margin: usize,
    values: Vec<[f32; N]>,
}

/// Columns that are mixed at once at the most, where places lie in one row.
const MOST_COLUMNS: usize = 64;

impl<const N: usize> Grid<N> {
    /// Columns and rows count from the first that is not of the margin.
    pub fn new(side: usize, margin: usize, value: impl FnMut((i64, i64)) -> [f32; N]) -> Self {
        let reach = -(margin as i64)..(side + margin) as i64;
        let row = |y: i64| reach.clone().map(move |x| (x, y));
        let values = reach.clone().flat_map(row).map(value).collect();
        Self { side, margin, values }
    }

    pub fn side(&self) -> usize {
        self.side
    }

    pub fn bytes(&self) -> usize {
        size_of_val(&self.values[..])
    }

    /// The value in a column and row, which may lie in the margin.
    pub fn at(&self, x: i64, y: i64) -> [f32; N] {
        let margin = self.margin as i64;
        self.values[((y + margin) * self.width() as i64 + x + margin) as usize]
    }

    /// The values at places, which count columns and rows from the upper left corner of the first:
    /// each the nearest, or a mix of the four around it. There must be a margin for that.
    pub fn values_at<const R: usize>(
        &self,
        xs: &[f64; R],
        ys: &[f64; R],
        nearest: bool,
    ) -> [[f32; N]; R] {
        let (width, mut found) = (self.width(), [[0.0; N]; R]);
        let (columns, along) = self.spots(xs, nearest);
        let mixed = |left: [f32; N], right: [f32; N], share: f32| {
            std::array::from_fn(|i| left[i] + (right[i] - left[i]) * share)
        };
        let column = |column: usize, row: usize, down: f32| {
            let above = row * width + column;
            mixed(self.values[above], self.values[above + width], down)
        };
        // Places in one row from the left have most columns in common.
        let (first, last) = (columns[0], columns[R - 1] + 1);
        let of_a_row = ys.iter().all(|y| *y == ys[0]);
        if of_a_row && columns.is_sorted() && last - first < MOST_COLUMNS {
            let ([row], [down]) = self.spots(&[ys[0]], nearest);
            let mut both = [[0.0; N]; MOST_COLUMNS];
            for (both, at) in both.iter_mut().zip(first..=last) {
                *both = column(at, row, down);
            }
            for i in 0..R {
                let at = (columns[i] - first).min(MOST_COLUMNS - 2);
                found[i] = mixed(both[at], both[at + 1], along[i]);
            }
        } else {
            let (rows, down) = self.spots(ys, nearest);
            for i in 0..R {
                let at = |place: usize| column(place, rows[i], down[i]);
                found[i] = mixed(at(columns[i]), at(columns[i] + 1), along[i]);
            }
        }
        found
    }

    fn width(&self) -> usize {
        self.side + 2 * self.margin
    }

    /// Of each place along an axis: the value before it, counted with the margin, and how far it is
    /// from that one's middle to the next one's, 0..=1.
    #[inline]
    fn spots<const R: usize>(&self, places: &[f64; R], nearest: bool) -> ([usize; R], [f32; R]) {
        let (mut before, mut share) = ([0; R], [0.0; R]);
        let side = self.side as f64;
        for i in 0..R {
            // What is no number is 0.
            let place = if places[i] > 0.0 { places[i].min(side) } else { 0.0 };
            if nearest {
                before[i] = (place as usize).min(self.side - 1) + self.margin;
            } else {
                let of_middles = place + 0.5;
                let whole = of_middles as u32;
                before[i] = whole as usize + self.margin - 1;
                share[i] = (of_middles - f64::from(whole)) as f32;
            }
        }
        (before, share)
    }
}
