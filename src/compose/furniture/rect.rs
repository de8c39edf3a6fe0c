//! Parts of a page, in its two units.

/// A part of the page in CSS px from its upper left.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CssRect {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

/// A part of the picture in device px from its upper left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PxRect {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl CssRect {
    /// By its upper left corner and its size.
    pub fn sized([left, top]: [f64; 2], [width, height]: [f64; 2]) -> Self {
        Self { left, top, right: left + width, bottom: top + height }
    }

    /// Left, top, right, bottom.
    pub fn sides(&self) -> [f64; 4] {
        [self.left, self.top, self.right, self.bottom]
    }

    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// Clockwise from the upper left.
    pub fn corners(&self) -> [[f64; 2]; 4] {
        [
            [self.left, self.top],
            [self.right, self.top],
            [self.right, self.bottom],
            [self.left, self.bottom],
        ]
    }

    /// Whether all of another lies in it.
    pub fn holds(&self, other: &Self) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && other.right <= self.right
            && other.bottom <= self.bottom
    }

    /// Whether a point lies in it; its right and lower sides belong to its neighbours.
    pub fn owns(&self, [x, y]: [f64; 2]) -> bool {
        (self.left..self.right).contains(&x) && (self.top..self.bottom).contains(&y)
    }

    /// Whether they share more than a side, or are nearer to one another than a gap.
    pub fn is_near(&self, other: &Self, gap: f64) -> bool {
        self.left < other.right + gap
            && other.left < self.right + gap
            && self.top < other.bottom + gap
            && other.top < self.bottom + gap
    }

    pub fn meets(&self, other: &Self) -> bool {
        self.is_near(other, 0.0)
    }

    /// Whether a straight line between two points runs over it.
    pub fn is_crossed(&self, [from, to]: [[f64; 2]; 2]) -> bool {
        use geo::Intersects;
        let rect = geo::Rect::new([self.left, self.top], [self.right, self.bottom]);
        geo::Line::new(from, to).intersects(&rect)
    }

    /// The point of it that is nearest to another.
    pub fn nearest(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [x.clamp(self.left, self.right), y.clamp(self.top, self.bottom)]
    }

    pub fn moved(&self, [x, y]: [f64; 2]) -> Self {
        let [left, top, right, bottom] = self.sides();
        Self { left: left + x, top: top + y, right: right + x, bottom: bottom + y }
    }

    /// In the device px of a picture of a ratio.
    pub fn px(&self, ratio: f64) -> PxRect {
        let [left, top, right, bottom] = self.sides().map(|v| v * ratio);
        PxRect { left, top, right, bottom }
    }
}

impl PxRect {
    /// In the CSS px of a picture of a ratio.
    pub fn css(&self, ratio: f64) -> CssRect {
        let [left, top, right, bottom] =
            [self.left, self.top, self.right, self.bottom].map(|v| v / ratio);
        CssRect { left, top, right, bottom }
    }
}
