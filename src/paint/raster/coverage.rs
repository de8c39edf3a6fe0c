//! How much of each pixel a shape covers, by exact area on 24.8 fixed-point edges.
//!
//! The method is the cell accumulator of FreeType's smooth rasterizer, LibArt and AGG: each edge
//! adds, to every pixel it passes, the height it spans there (`cover`) and twice the area between
//! it and the pixel's left side (`area`); a sweep from left to right turns the sums into coverage.
//! It is sparse: only pixels that an edge passes have cells. Where edges pass very many, rows are
//! taken some at a time, so that memory is bounded whatever is drawn. Small shapes, such as
//! buildings, have a cell for each pixel of their box instead, and nothing is sorted.
//!
//! **Invariant.** Where an edge crosses a scanline or a pixel's side is computed from the edge's
//! own end points by one floor division, never step by step. Floor division commutes with moves by
//! whole pixels, so a pixel's sums are the same in every picture that holds it. What lies above,
//! below or to the right of the picture is skipped; what lies to the left is kept as cover in
//! column -1; no edge is ever cut.

use crate::geo::{SUBPIXELS, Snapped};

/// A run of pixels in one row with the same coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub y: u32,
    pub x: u32,
    pub length: u32,
    /// 1..=255.
    pub coverage: u8,
}

impl Span {
    /// As it is drawn where edges are smooth, or else whole or not at all.
    pub fn edged(self, antialias: bool) -> Option<Self> {
        match antialias {
            true => Some(self),
            false => (self.coverage >= 128).then_some(Self { coverage: 255, ..self }),
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    y: i32,
    /// Column, or -1 for everything left of the picture.
    x: i32,
    cover: i64,
    area: i64,
}

/// A part of the picture, from an upper left pixel on.
#[derive(Debug, Clone, Copy)]
struct Dense {
    top: i64,
    left: i64,
    width: i64,
    height: i64,
}

/// Boxes of no more pixels than this, or so many for each edge, have a cell for each.
const MOST_DENSE: i64 = 1_024;
const DENSE_PER_EDGE: i64 = 16;
/// Of more edges a cell of 32 bits could run over.
const MOST_DENSE_EDGES: usize = 1 << 13;

/// Collects edges, then gives spans. Kept from shape to shape for its memory.
#[derive(Debug)]
pub struct Coverage {
    width: i64,
    height: i64,
    edges: Vec<Edge>,
    /// Cells that the edges pass, at the most.
    passed: u64,
    /// What of the picture the edges pass: rows, and columns from -1 on, first and end.
    rows: (i64, i64),
    columns: (i64, i64),
    /// The box that has a cell for each of its pixels, where there is one.
    dense: Option<Dense>,
    dense_cells: Vec<(i32, i32)>,
    most_cells: u64,
    cells: Vec<Cell>,
    sorted: Vec<Cell>,
    row_starts: Vec<u32>,
}

/// Cells held at a time, but for those of one row: some 50 MB.
const MOST_CELLS: u64 = 1 << 20;

/// No rows or columns.
const NONE: (i64, i64) = (i64::MAX, i64::MIN);

/// Twice the area of a pixel in subpixel units, as a shift.
const AREA_SHIFT: u32 = 17;

impl Coverage {
    pub fn new(width_px: u32, height_px: u32) -> Self {
        Self {
            width: i64::from(width_px),
            height: i64::from(height_px),
            edges: Vec::new(),
            passed: 0,
            rows: NONE,
            columns: NONE,
            dense: None,
            dense_cells: Vec::new(),
            most_cells: MOST_CELLS,
            cells: Vec::new(),
            sorted: Vec::new(),
            row_starts: Vec::new(),
        }
    }

    /// Adds a closed ring; its last point is joined to its first.
    pub fn add_ring(&mut self, points: &[Snapped]) {
        for pair in points.windows(2) {
            self.add_edge(pair[0], pair[1]);
        }
        if let (Some(first), Some(last)) = (points.first(), points.last()) {
            self.add_edge(*last, *first);
        }
    }

    fn add_edge(&mut self, a: Snapped, b: Snapped) {
        // Always downward, so that both directions of one edge cross at the same places.
        let (top, bottom, sign) = if a.y < b.y { (a, b, 1) } else { (b, a, -1) };
        let first_row = top.y.div_euclid(SUBPIXELS).max(0);
        let last_row = (bottom.y - 1).div_euclid(SUBPIXELS).min(self.height - 1);
        if top.y == bottom.y || first_row > last_row || a.x.min(b.x) >= self.width * SUBPIXELS {
            return;
        }
        let column = |x: i64| x.div_euclid(SUBPIXELS).clamp(-1, self.width);
        // A row's cells, and one more for each side of a pixel that is passed.
        let (left, right) = (column(a.x.min(b.x)), column(a.x.max(b.x)));
        self.passed += (last_row - first_row + 1 + right - left) as u64;
        self.rows = (self.rows.0.min(first_row), self.rows.1.max(last_row + 1));
        self.columns = (self.columns.0.min(left), self.columns.1.max(right + 1));
        self.edges.push(Edge { top, bottom, sign });
    }

    /// Makes the cells of an edge in some rows.
    fn add_rows(&mut self, edge: &Edge, rows: std::ops::Range<i64>) {
        let Edge { top, bottom, sign } = *edge;
        let first_row = top.y.div_euclid(SUBPIXELS).max(rows.start);
        let last_row = (bottom.y - 1).div_euclid(SUBPIXELS).min(rows.end - 1);
        if first_row > last_row {
            return;
        }
        let all_left = top.x.max(bottom.x) < 0;
        let mut y0 = top.y.max(first_row * SUBPIXELS);
        let mut x0 = if all_left { 0 } else { edge.x_at(y0) };
        for row in first_row..=last_row {
            let y1 = bottom.y.min((row + 1) * SUBPIXELS);
            if all_left {
                self.push(row, -1, sign * (y1 - y0), 0);
            } else {
                let x1 = edge.x_at(y1);
                self.add_row(edge, row, (x0, y0), (x1, y1), sign);
                x0 = x1;
            }
            y0 = y1;
        }
    }

    /// The piece of an edge within one row, from (x0, y0) down to (x1, y1).
    fn add_row(
        &mut self,
        edge: &Edge,
        row: i64,
        (x0, y0): (i64, i64),
        (x1, y1): (i64, i64),
        sign: i64,
    ) {
        let (first, last) = (x0.div_euclid(SUBPIXELS), x1.div_euclid(SUBPIXELS));
        let (mut x, mut y) = (x0, y0);
        if first <= last {
            if last < 0 {
                return self.push(row, -1, sign * (y1 - y0), 0);
            }
            if first < 0 {
                let crossing = edge.y_at(0).clamp(y, y1);
                self.push(row, -1, sign * (crossing - y), 0);
                (x, y) = (0, crossing);
            }
            for column in first.max(0)..=last.min(self.width - 1) {
                let left = column * SUBPIXELS;
                let (nx, ny) = if column == last {
                    (x1, y1)
                } else {
                    (left + SUBPIXELS, edge.y_at(left + SUBPIXELS).clamp(y, y1))
                };
                self.push(row, column, sign * (ny - y), sign * (ny - y) * (x + nx - 2 * left));
                (x, y) = (nx, ny);
            }
        } else {
            if last >= self.width {
                return;
            }
            if first >= self.width {
                x = self.width * SUBPIXELS;
                y = edge.y_at(x).clamp(y, y1);
            }
            for column in (last.max(0)..=first.min(self.width - 1)).rev() {
                let left = column * SUBPIXELS;
                let (nx, ny) =
                    if column == last { (x1, y1) } else { (left, edge.y_at(left).clamp(y, y1)) };
                self.push(row, column, sign * (ny - y), sign * (ny - y) * (x + nx - 2 * left));
                (x, y) = (nx, ny);
            }
            if last < 0 {
                self.push(row, -1, sign * (y1 - y), 0);
            }
        }
    }

    fn push(&mut self, row: i64, column: i64, cover: i64, area: i64) {
        if let Some(dense) = &self.dense {
            let at = (row - dense.top) * dense.width + column - dense.left;
            if let Some(cell) = self.dense_cells.get_mut(at as usize) {
                *cell = (cell.0 + cover as i32, cell.1 + area as i32);
            }
        } else if cover != 0 {
            self.cells.push(Cell { y: row as i32, x: column as i32, cover, area });
        }
    }

    /// Gives the spans of what was added, row by row from the left, by the non-zero rule, and
    /// forgets it.
    pub fn spans(&mut self, mut emit: impl FnMut(Span)) {
        let edges = std::mem::take(&mut self.edges);
        let (top, bottom) = self.rows;
        self.dense = self.dense_box(edges.len());
        if let Some(dense) = self.dense {
            self.dense_cells.clear();
            self.dense_cells.resize((dense.width * dense.height) as usize, (0, 0));
            edges.iter().for_each(|edge| self.add_rows(edge, top..bottom));
            self.dense_spans(&dense, &mut emit);
            self.dense = None;
        } else if top < bottom {
            let parts = self.passed / self.most_cells + 1;
            let rows = ((bottom - top) as u64).div_ceil(parts).max(1) as i64;
            for first in (top..bottom).step_by(rows as usize) {
                let some = first..(first + rows).min(bottom);
                edges.iter().for_each(|edge| self.add_rows(edge, some.clone()));
                self.row_spans(some, &mut emit);
            }
        }
        (self.passed, self.rows, self.columns) = (0, NONE, NONE);
        // Kept for its memory.
        self.edges = edges;
        self.edges.clear();
    }

    /// The box of the edges, where it is small for their number.
    fn dense_box(&self, edges: usize) -> Option<Dense> {
        let ((top, bottom), (left, right)) =
            (self.rows, (self.columns.0, self.columns.1.min(self.width)));
        // An edge that ends on a pixel's side has a cell beyond it.
        let (width, height) = (right.checked_sub(left)?, bottom.checked_sub(top)?);
        let px = width.checked_mul(height).filter(|_| width > 0 && height > 0)?;
        let most = MOST_DENSE.max(edges as i64 * DENSE_PER_EDGE);
        let is_held = px as u64 <= self.most_cells;
        let is_small = is_held && px <= most && edges <= MOST_DENSE_EDGES;
        is_small.then_some(Dense { top, left, width, height })
    }

    /// The spans of a box's cells.
    fn dense_spans(&self, dense: &Dense, emit: &mut impl FnMut(Span)) {
        let rows = self.dense_cells.chunks_exact(dense.width as usize);
        for (y, row) in (dense.top..).zip(rows) {
            let mut cover = 0;
            // What has not been given yet: from where, and how much it is covered.
            let (mut from, mut last) = (dense.left, 0);
            for (x, (own, area)) in (dense.left..).zip(row) {
                cover += i64::from(*own);
                let now = coverage_of((cover << 9) - i64::from(*area));
                if now != last {
                    span(y as i32, from.max(0) as i32, (x - from.max(0)) as i32, last, emit);
                    (from, last) = (x, now);
                }
            }
            let end = dense.left + dense.width;
            let beyond = coverage_of(cover << 9);
            let (middle, right) =
                if beyond == last { (self.width, self.width) } else { (end, self.width) };
            span(y as i32, from.max(0) as i32, (middle - from.max(0)) as i32, last, emit);
            span(y as i32, middle as i32, (right - middle) as i32, beyond, emit);
        }
    }

    /// The spans of the cells that there are in some rows, which are forgotten.
    fn row_spans(&mut self, rows: std::ops::Range<i64>, emit: &mut impl FnMut(Span)) {
        self.sort(rows);
        let mut i = 0;
        while i < self.sorted.len() {
            let y = self.sorted[i].y;
            let mut cover = 0;
            while i < self.sorted.len() && self.sorted[i].y == y {
                let x = self.sorted[i].x;
                let mut area = 0;
                while let Some(cell) = self.sorted.get(i).filter(|c| c.y == y && c.x == x) {
                    cover += cell.cover;
                    area += cell.area;
                    i += 1;
                }
                let next =
                    self.sorted.get(i).filter(|c| c.y == y).map_or(self.width as i32, |c| c.x);
                if x >= 0 {
                    span(y, x, 1, coverage_of((cover << 9) - area), emit);
                }
                let run = x.max(-1) + 1;
                span(y, run, next - run, coverage_of(cover << 9), emit);
            }
        }
        self.cells.clear();
    }

    /// Counting sort by row, then each row by column.
    fn sort(&mut self, rows: std::ops::Range<i64>) {
        self.sorted.clear();
        if self.cells.is_empty() {
            return;
        }
        self.row_starts.clear();
        let (top, count) = (rows.start as i32, (rows.end - rows.start) as usize);
        self.row_starts.resize(count + 1, 0);
        for cell in &self.cells {
            self.row_starts[(cell.y - top) as usize + 1] += 1;
        }
        for row in 1..self.row_starts.len() {
            self.row_starts[row] += self.row_starts[row - 1];
        }
        self.sorted.resize(self.cells.len(), Cell::default());
        for cell in &self.cells {
            let at = &mut self.row_starts[(cell.y - top) as usize];
            self.sorted[*at as usize] = *cell;
            *at += 1;
        }
        // Each start has moved to its row's end, which is the next row's start.
        let mut start = 0;
        for end in &self.row_starts[..count] {
            self.sorted[start..*end as usize].sort_unstable_by_key(|c| c.x);
            start = *end as usize;
        }
    }
}

fn span(y: i32, x: i32, length: i32, coverage: u8, emit: &mut impl FnMut(Span)) {
    if length > 0 && coverage > 0 {
        emit(Span { y: y as u32, x: x as u32, length: length as u32, coverage });
    }
}

/// From twice the covered area, with the winding number as a factor.
fn coverage_of(doubled_area: i64) -> u8 {
    (doubled_area.abs() >> (AREA_SHIFT - 8)).min(255) as u8
}

#[derive(Debug, Clone, Copy)]
struct Edge {
    top: Snapped,
    bottom: Snapped,
    /// 1 where it was given downward, -1 where upward.
    sign: i64,
}

impl Edge {
    fn x_at(&self, y: i64) -> i64 {
        if y == self.bottom.y {
            return self.bottom.x;
        }
        self.top.x
            + floor_mul_div(y - self.top.y, self.bottom.x - self.top.x, self.bottom.y - self.top.y)
    }

    /// Only asked where the edge is not vertical.
    fn y_at(&self, x: i64) -> i64 {
        let (dx, dy) = (self.bottom.x - self.top.x, self.bottom.y - self.top.y);
        if dx > 0 {
            self.top.y + floor_mul_div(x - self.top.x, dy, dx)
        } else {
            self.top.y + floor_mul_div(self.top.x - x, dy, -dx)
        }
    }
}

/// floor(a·b / c) for c > 0; edges can be longer than the product of two of them fits in 64 bits.
pub fn floor_mul_div(a: i64, b: i64, c: i64) -> i64 {
    match a.checked_mul(b) {
        Some(product) => product.div_euclid(c),
        None => (i128::from(a) * i128::from(b)).div_euclid(i128::from(c)) as i64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(points: &[(i64, i64)]) -> Vec<Snapped> {
        points.iter().map(|(x, y)| Snapped { x: *x, y: *y }).collect()
    }

    fn dense(width: u32, height: u32, rings: &[Vec<Snapped>]) -> Vec<u8> {
        dense_of(Coverage::new(width, height), width, height, rings)
    }

    fn dense_of(
        mut coverage: Coverage,
        width: u32,
        height: u32,
        rings: &[Vec<Snapped>],
    ) -> Vec<u8> {
        rings.iter().for_each(|r| coverage.add_ring(r));
        let mut out = vec![0; (width * height) as usize];
        coverage.spans(|s| {
            for x in s.x..s.x + s.length {
                out[(s.y * width + x) as usize] = s.coverage;
            }
        });
        out
    }

    proptest::proptest! {
        #[test]
        fn some_rows_at_a_time_are_all_rows(
            points in proptest::collection::vec((-3_000..9_000i64, -3_000..9_000i64), 3..30), most_cells in 1..200u64,
        ) {
            let rings = [ring(&points)];
            let few = Coverage { most_cells, ..Coverage::new(24, 20) };
            proptest::prop_assert_eq!(dense_of(few, 24, 20, &rings), dense(24, 20, &rings));
        }
    }

    #[test]
    fn a_half_covered_pixel_is_half_covered() {
        let half = ring(&[(0, 0), (128, 0), (128, 256), (0, 256)]);
        assert_eq!(dense(2, 1, &[half]), [128, 0]);
        let whole = ring(&[(-512, -256), (512, -256), (512, 512), (-512, 512)]);
        assert_eq!(dense(2, 1, &[whole]), [255, 255]);
        let diagonal = ring(&[(0, 0), (256, 256), (0, 256)]);
        assert_eq!(dense(1, 1, &[diagonal]), [128]);
    }

    #[test]
    fn a_hole_is_empty() {
        let outer = ring(&[(0, 0), (768, 0), (768, 768), (0, 768)]);
        let hole = ring(&[(256, 256), (256, 512), (512, 512), (512, 256)]);
        assert_eq!(dense(3, 3, &[outer, hole]), [255, 255, 255, 255, 0, 255, 255, 255, 255]);
    }

    proptest::proptest! {
        /// The seam theorem at its root: any window on a shape shows what the whole picture shows
        /// there.
        #[test]
        fn a_window_shows_what_the_whole_picture_shows(
            points in proptest::collection::vec((-20_000i64..36_000, -20_000i64..36_000), 3..12),
            scale in proptest::sample::select(vec![1i64, 3, 1_000, 1_000_000_000]),
        ) {
            let shape: Vec<(i64, i64)> = points.iter().map(|(x, y)| (x * scale, y * scale)).collect();
            let whole = dense(64, 64, &[ring(&shape)]);
            for (ox, oy) in [(0, 0), (32, 0), (0, 32), (32, 32), (17, 9)] {
                let moved: Vec<(i64, i64)> = shape.iter().map(|(x, y)| (x - ox * 256, y - oy * 256)).collect();
                let window = dense(32, 32, &[ring(&moved)]);
                for y in 0..32 {
                    for x in 0..32 {
                        let there = whole[((y + oy) * 64 + x + ox) as usize];
                        proptest::prop_assert_eq!(window[(y * 32 + x) as usize], there);
                    }
                }
            }
        }
    }
}
