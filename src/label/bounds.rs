//! The shapes that labels keep free: boxes, and circles along lines.

/// A box on the plane, CSS px.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    pub min: [f64; 2],
    pub max: [f64; 2],
}

impl Area {
    /// Holds nothing.
    pub const EMPTY: Self = Self { min: [f64::INFINITY; 2], max: [f64::NEG_INFINITY; 2] };

    pub fn is_empty(&self) -> bool {
        self.min[0] > self.max[0] || self.min[1] > self.max[1]
    }

    /// Whether the areas share a point; touching counts.
    pub fn meets(&self, other: &Self) -> bool {
        (0..2).all(|i| self.min[i] <= other.max[i] && other.min[i] <= self.max[i])
    }

    /// Whether all of another area lies in this one.
    pub fn holds(&self, other: &Self) -> bool {
        (0..2).all(|i| self.min[i] <= other.min[i] && other.max[i] <= self.max[i])
    }

    /// Whether the point lies in the area; its right and lower sides belong to its neighbours.
    pub fn owns(&self, p: [f64; 2]) -> bool {
        (0..2).all(|i| self.min[i] <= p[i] && p[i] < self.max[i])
    }

    pub fn union(&self, other: &Self) -> Self {
        Self {
            min: std::array::from_fn(|i| self.min[i].min(other.min[i])),
            max: std::array::from_fn(|i| self.max[i].max(other.max[i])),
        }
    }

    pub fn grown(&self, by: f64) -> Self {
        Self { min: self.min.map(|v| v - by), max: self.max.map(|v| v + by) }
    }

    pub fn moved(&self, [x, y]: [f64; 2]) -> Self {
        let of = |v: [f64; 2]| [v[0] + x, v[1] + y];
        Self { min: of(self.min), max: of(self.max) }
    }

    pub fn around(points: impl IntoIterator<Item = [f64; 2]>) -> Self {
        points.into_iter().fold(Self::EMPTY, |area, p| area.union(&Self { min: p, max: p }))
    }
}

/// What must be free for a label, or is kept free by it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    Box(Area),
    Circle { center: [f64; 2], radius: f64 },
}

impl Bound {
    pub fn area(&self) -> Area {
        match *self {
            Bound::Box(area) => area,
            Bound::Circle { center, radius } => Area { min: center, max: center }.grown(radius),
        }
    }

    pub fn moved(&self, [x, y]: [f64; 2]) -> Self {
        match *self {
            Bound::Box(area) => Bound::Box(area.moved([x, y])),
            Bound::Circle { center, radius } => {
                Bound::Circle { center: [center[0] + x, center[1] + y], radius }
            }
        }
    }

    pub fn grown(&self, by: f64) -> Self {
        match *self {
            Bound::Box(area) => Bound::Box(area.grown(by)),
            Bound::Circle { center, radius } => Bound::Circle { center, radius: radius + by },
        }
    }

    /// Whether a straight line between two points runs over it.
    pub fn is_crossed(&self, [from, to]: [[f64; 2]; 2]) -> bool {
        use geo::{Distance as _, Euclidean, Intersects as _};
        let line = geo::Line::new(from, to);
        match *self {
            Bound::Box(area) => line.intersects(&geo::Rect::new(area.min, area.max)),
            Bound::Circle { center, radius } => {
                Euclidean.distance(&geo::Point::from(center), &line) < radius
            }
        }
    }

    /// Touching boxes collide, touching circles do not, as in MapLibre.
    pub fn collides(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Bound::Box(a), Bound::Box(b)) => a.meets(&b),
            (Bound::Circle { center: a, radius: r }, Bound::Circle { center: b, radius: s }) => {
                (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2) < (r + s).powi(2)
            }
            (Bound::Box(area), Bound::Circle { center, radius })
            | (Bound::Circle { center, radius }, Bound::Box(area)) => {
                let off =
                    |i: usize| (area.min[i] - center[i]).max(center[i] - area.max[i]).max(0.0);
                off(0).powi(2) + off(1).powi(2) <= radius.powi(2)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_and_circles_collide() {
        let square = Bound::Box(Area { min: [0.0; 2], max: [10.0; 2] });
        let circle = |x: f64, y: f64, radius: f64| Bound::Circle { center: [x, y], radius };
        assert!(
            square.collides(&circle(12.0, 5.0, 3.0)) && !square.collides(&circle(12.0, 12.0, 2.5))
        );
        assert!(circle(5.0, 5.0, 1.0).collides(&square));
        assert!(circle(0.0, 0.0, 2.0).collides(&circle(3.0, 0.0, 1.5)));
        assert!(!circle(0.0, 0.0, 1.0).collides(&circle(2.0, 0.0, 1.0)));
        let line = [[-5.0, 5.0], [20.0, 5.0]];
        assert!(square.is_crossed(line) && circle(30.0, 5.0, 10.5).is_crossed(line));
        assert!(!square.moved([0.0, 6.0]).is_crossed(line));
        assert!(!circle(5.0, 8.0, 2.5).is_crossed(line));
    }
}
