//! The frame of one picture, and the one place where geometry meets the pixel grid.
//!
//! **Invariant (seamless).** A point is snapped in the zoom's *world* pixel space and only then
//! moved by the picture's whole-pixel origin, so two pictures of one scale give the same point the
//! same sub-pixel position. Anything drawn must come through [`Camera::snap`].

use super::{Detail, Plane, TileId, World, WorldBox};
use crate::identity::identified_by_fields;

/// Steps per device pixel: coordinates are 24.8 fixed point.
pub const SUBPIXELS: i64 = 256;

/// How far a picture of bounds may be moved to lie on whole px at a whole zoom, device px. Bounds
/// that are written with six decimals of a degree are so near to those of tiles up to zoom 16.
const SETTLED_PX: f64 = 0.25;

/// A zoom that is worked out from bounds, or the whole one next to it where that moves no point of
/// a picture so many device px long by more than [`SETTLED_PX`]: all that steps at whole zooms must
/// not hang on how bounds are rounded.
pub fn settled_zoom(zoom: f64, long_px: f64) -> f64 {
    let whole = zoom.round();
    let moved_px = ((whole - zoom).exp2() - 1.0).abs() * long_px / 2.0;
    if moved_px <= SETTLED_PX { whole } else { zoom }
}

/// The nearest whole number, away from 0 where two are as near: what [`f64::round`] gives, which
/// is a call of the C library on machines of before 2008, for which we compile.
pub fn nearest(v: f64) -> i64 {
    let whole = v as i64;
    let rest = v - whole as f64;
    whole.saturating_add(i64::from(rest >= 0.5) - i64::from(rest <= -0.5))
}

/// A point of the picture in 1/256 device px, x right, y down, from the picture's top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Snapped {
    pub x: i64,
    pub y: i64,
}

/// Where a picture lies in the world and how finely it is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
    /// Style zoom: log2(world size in CSS px / 512).
    zoom: f64,
    /// Device px per CSS px.
    ratio: f64,
    /// Side of the world's square in device px.
    world_px: f64,
    /// World position of the picture's top left corner, in 1/256 device px; of its centre where it
    /// is turned.
    origin: Snapped,
    turn: Option<Turn>,
    width_px: u32,
    height_px: u32,
}

/// A picture whose upward direction is not north.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Turn {
    bearing: f64,
    sin: f64,
    cos: f64,
}

/// Picture positions (device px from the top left corner) to world positions in device px: `x' =
/// a·x + b·y + c`, `y' = d·x + e·y + f`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine {
    pub a: f64,
    pub b: f64,
    pub c: f64,
    pub d: f64,
    pub e: f64,
    pub f: f64,
}

impl Affine {
    pub fn apply(&self, x: f64, y: f64) -> (f64, f64) {
        (self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f)
    }

    /// Whether it only moves, and by how many whole px.
    pub fn whole_move(&self) -> Option<(i64, i64)> {
        let plain = (self.a, self.b, self.d, self.e) == (1.0, 0.0, 0.0, 1.0);
        (plain && self.c.fract() == 0.0 && self.f.fract() == 0.0)
            .then_some((self.c as i64, self.f as i64))
    }
}

impl Camera {
    /// The picture of one tile, `size_px` CSS px wide (256 or 512), at `ratio` device px per CSS
    /// px.
    pub fn of_tile(tile: TileId, size_px: u32, ratio: u32) -> Self {
        let side = size_px * ratio;
        let step = i64::from(side) * SUBPIXELS;
        Self {
            zoom: f64::from(tile.z()) + f64::from(size_px).log2() - 9.0,
            ratio: f64::from(ratio),
            world_px: f64::from(1u32 << tile.z()) * f64::from(side),
            origin: Snapped { x: i64::from(tile.x()) * step, y: i64::from(tile.y()) * step },
            turn: None,
            width_px: side,
            height_px: side,
        }
    }

    /// A picture of `size` CSS px around `center` at style `zoom`; its corner is moved to the
    /// nearest whole device px.
    pub fn centered(center: World, zoom: f64, size: (u32, u32), ratio: u32) -> Self {
        let world_px = 512.0 * zoom.exp2() * f64::from(ratio);
        let (width_px, height_px) = (size.0 * ratio, size.1 * ratio);
        let corner = |c: f64, extent: u32| {
            (c * world_px - f64::from(extent) / 2.0).round() as i64 * SUBPIXELS
        };
        let origin = Snapped { x: corner(center.x, width_px), y: corner(center.y, height_px) };
        Self { zoom, ratio: f64::from(ratio), world_px, origin, turn: None, width_px, height_px }
    }

    /// The largest picture of `bounds` that fits `size` CSS px, centred; drawn to exactly the
    /// bounds (within 1/256 px) where the aspects agree, or on whole px at a whole zoom where it is
    /// as good as there (see [`settled_zoom`]).
    pub fn fitted(bounds: WorldBox, size: (u32, u32), ratio: u32) -> Self {
        Self::fitted_px(bounds, (size.0 * ratio, size.1 * ratio), ratio)
    }

    /// The same of so many device px.
    pub fn fitted_px(bounds: WorldBox, (width_px, height_px): (u32, u32), ratio: u32) -> Self {
        let fitted_px =
            (f64::from(width_px) / bounds.width()).min(f64::from(height_px) / bounds.height());
        let fitted = (fitted_px / f64::from(ratio) / 512.0).log2();
        let zoom = settled_zoom(fitted, f64::from(width_px.max(height_px)));
        let world_px =
            if zoom == fitted { fitted_px } else { 512.0 * zoom.exp2() * f64::from(ratio) };
        let center = bounds.center();
        let corner = |c: f64, extent: u32| {
            let corner = c * world_px - f64::from(extent) / 2.0;
            let whole = corner.round();
            let is_settled = zoom.fract() == 0.0 && (corner - whole).abs() <= SETTLED_PX;
            ((if is_settled { whole } else { corner }) * SUBPIXELS as f64).round() as i64
        };
        let origin = Snapped { x: corner(center.x, width_px), y: corner(center.y, height_px) };
        Self { zoom, ratio: f64::from(ratio), world_px, origin, turn: None, width_px, height_px }
    }

    /// What a map view of `size` CSS px shows: `center` exactly in the middle, not moved to a whole
    /// px, and the direction `bearing` (degrees clockwise from north) upward.
    pub fn viewport(center: World, zoom: f64, bearing: f64, size: (u32, u32), ratio: u32) -> Self {
        let mut camera = Self::centered(center, zoom, size, ratio);
        let grid = camera.world_px * SUBPIXELS as f64;
        let half = |px: u32| f64::from(px) * SUBPIXELS as f64 / 2.0;
        camera.origin = Snapped {
            x: (center.x * grid - half(camera.width_px)).round() as i64,
            y: (center.y * grid - half(camera.height_px)).round() as i64,
        };
        if bearing.rem_euclid(360.0) != 0.0 {
            let (sin, cos) = (-bearing.to_radians()).sin_cos();
            camera.turn = Some(Turn { bearing, sin, cos });
            camera.origin = Snapped {
                x: (center.x * grid).round() as i64,
                y: (center.y * grid).round() as i64,
            };
        }
        camera
    }

    /// The view as the `copy`-th copy of the world to the east (or, below zero, west) sees it.
    pub fn in_copy(&self, copy: i64) -> Self {
        let mut camera = *self;
        camera.origin.x -= copy * (self.world_px * SUBPIXELS as f64).round() as i64;
        camera
    }

    /// The same view, moved by less than a CSS px where it does not lie on whole px as it is, so
    /// that the pixels of pictures drawn at their own size fall on its own.
    pub fn aligned(&self) -> Self {
        let mut camera = *self;
        let unit = (self.ratio * SUBPIXELS as f64).round() as i64;
        let on_px = |v: i64| v.rem_euclid(SUBPIXELS) == 0;
        if self.turn.is_none() && on_px(self.origin.x) && on_px(self.origin.y) {
            return camera;
        }
        let whole = |v: i64| (v + unit / 2).div_euclid(unit) * unit;
        let Some(turn) = self.turn else {
            camera.origin = Snapped { x: whole(self.origin.x), y: whole(self.origin.y) };
            return camera;
        };
        // The centre lies on a corner of pixels where the picture's sides are even, on a pixel's
        // centre where odd.
        let odd = |px: u32| (i64::from(px) * SUBPIXELS / unit) % 2 == 1;
        let (odd_x, odd_y) = (odd(self.width_px), odd(self.height_px));
        let half = |odd: bool| if odd { unit as f64 / 2.0 } else { 0.0 };
        let shift_x = (turn.cos * half(odd_x) + turn.sin * half(odd_y)).round() as i64;
        let shift_y = (turn.cos * half(odd_y) + turn.sin * half(odd_x)).round() as i64;
        camera.origin = Snapped {
            x: whole(self.origin.x - shift_x) + shift_x,
            y: whole(self.origin.y - shift_y) + shift_y,
        };
        camera
    }

    /// The same map in a taller picture: `top` CSS px more above, and as many below as make it
    /// `height` CSS px high.
    pub fn grown(&self, top: f64, height: u32) -> Self {
        let mut camera = *self;
        camera.origin.y -= (top * self.ratio).round() as i64 * SUBPIXELS;
        camera.height_px = height * self.ratio as u32;
        camera
    }

    /// The same map in a picture of another width that begins where this one does, CSS px; of one
    /// with north up.
    pub fn widened(&self, width: u32) -> Self {
        Self { width_px: width * self.ratio as u32, ..*self }
    }

    /// The view with what it shows moved right and down, CSS px.
    pub fn moved(&self, right: f64, down: f64) -> Self {
        let px = |v: f64| (v * self.ratio).round() as i64 * SUBPIXELS;
        let mut camera = *self;
        let (x, y) = (px(right), px(down));
        match &self.turn {
            None => camera.origin = Snapped { x: self.origin.x - x, y: self.origin.y - y },
            Some(Turn { sin, cos, .. }) => {
                let (x, y) = (x as f64, y as f64);
                let by = |v: f64| v.round() as i64;
                camera.origin = Snapped {
                    x: self.origin.x - by(x * cos + y * sin),
                    y: self.origin.y - by(y * cos - x * sin),
                };
            }
        }
        camera
    }

    /// Degrees clockwise from north that point up.
    pub fn bearing(&self) -> f64 {
        self.turn.map_or(0.0, |t| t.bearing)
    }

    pub fn zoom(&self) -> f64 {
        self.zoom
    }

    pub fn ratio(&self) -> f64 {
        self.ratio
    }

    /// Device px.
    pub fn width_px(&self) -> u32 {
        self.width_px
    }

    /// Device px.
    pub fn height_px(&self) -> u32 {
        self.height_px
    }

    /// From picture to world, both in device px.
    pub fn to_world_px(&self) -> Affine {
        let px = |v: i64| v as f64 / SUBPIXELS as f64;
        let (x, y) = (px(self.origin.x), px(self.origin.y));
        match self.turn {
            None => Affine { a: 1.0, b: 0.0, c: x, d: 0.0, e: 1.0, f: y },
            Some(Turn { sin, cos, .. }) => {
                let (half_w, half_h) =
                    (f64::from(self.width_px) / 2.0, f64::from(self.height_px) / 2.0);
                Affine {
                    a: cos,
                    b: sin,
                    c: x - cos * half_w - sin * half_h,
                    d: -sin,
                    e: cos,
                    f: y + sin * half_w - cos * half_h,
                }
            }
        }
    }

    /// Side of the world's square in device px.
    pub fn world_px(&self) -> f64 {
        self.world_px
    }

    /// What matters in the picture where a line may be `tolerance_px` device px from where it is.
    pub fn detail(&self, tolerance_px: f64) -> Detail {
        let tolerance = tolerance_px / self.world_px;
        Detail::of_square(tolerance * tolerance)
    }

    /// The plane that labels are placed on for this picture.
    pub fn plane(&self) -> Plane {
        Plane::new(self.zoom, self.turn.map_or(0.0, |t| t.bearing))
    }

    /// The picture's upper left and lower right corners on its plane.
    pub fn on_plane(&self) -> ([f64; 2], [f64; 2]) {
        let (x, y) = self.to_world_px().apply(0.0, 0.0);
        let (x, y) = self.turned((x / self.ratio, y / self.ratio));
        let side = |px: u32| f64::from(px) / self.ratio;
        ([x, y], [x + side(self.width_px), y + side(self.height_px)])
    }

    /// The position of `point` in the picture: snapped to 1/256 px of world pixel space, then
    /// moved.
    pub fn snap(&self, point: World) -> Snapped {
        let grid = self.world_px * SUBPIXELS as f64;
        let (x, y) =
            (nearest(point.x * grid) - self.origin.x, nearest(point.y * grid) - self.origin.y);
        match self.turn {
            None => Snapped { x, y },
            Some(_) => {
                let turned = self.turned((x as f64, y as f64));
                let half = |px: u32| i64::from(px) * SUBPIXELS / 2;
                Snapped {
                    x: turned.0.round() as i64 + half(self.width_px),
                    y: turned.1.round() as i64 + half(self.height_px),
                }
            }
        }
    }

    /// A vector of the map (x east, y south) as one of the picture.
    pub fn turned(&self, (x, y): (f64, f64)) -> (f64, f64) {
        match self.turn {
            None => (x, y),
            Some(Turn { sin, cos, .. }) => (x * cos - y * sin, x * sin + y * cos),
        }
    }

    /// The part of the world within `reach_px` device px of the picture.
    pub fn bounds(&self, reach_px: f64) -> WorldBox {
        let to_world = self.to_world_px();
        let (w, h) = (f64::from(self.width_px), f64::from(self.height_px));
        let corner = |x: f64, y: f64| {
            let (x, y) = to_world.apply(x, y);
            World { x: x / self.world_px, y: y / self.world_px }
        };
        let corners = [corner(0.0, 0.0), corner(w, 0.0), corner(w, h), corner(0.0, h)];
        let first = WorldBox { min: corners[0], max: corners[0] };
        WorldBox::around(&corners).unwrap_or(first).grown((reach_px + 1.0) / self.world_px)
    }
}

impl Plane {
    /// A picture of this part of the plane at one device px a CSS px.
    pub fn camera(&self, min: [f64; 2], max: [f64; 2]) -> Camera {
        let center = self.world([(min[0] + max[0]) / 2.0, (min[1] + max[1]) / 2.0]);
        let side = |i: usize| (max[i] - min[i]).ceil().clamp(1.0, 65_536.0) as u32;
        Camera::viewport(center, self.zoom(), self.bearing(), (side(0), side(1)), 1)
    }
}

identified_by_fields!(Camera { zoom, ratio, world_px, origin, turn, width_px, height_px });
identified_by_fields!(Turn { bearing, sin, cos });

identified_by_fields!(Snapped { x, y });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_zoom_is_counted_in_512_px_worlds() {
        let tile = TileId::new(9, 322, 193).unwrap();
        assert_eq!(Camera::of_tile(tile, 256, 2).zoom(), 8.0);
        assert_eq!(Camera::of_tile(tile, 512, 1).zoom(), 9.0);
    }

    proptest::proptest! {
        #[test]
        fn numbers_are_rounded_as_the_library_does(v in -1e19..1e19f64, by in 0..80i32) {
            for v in [v / f64::from(by).exp2(), v, (v / 1e9).trunc() + 0.5, f64::INFINITY] {
                proptest::prop_assert_eq!(nearest(v), v.round() as i64);
            }
        }
    }

    #[test]
    fn neighbouring_tiles_see_one_point_a_whole_tile_apart() {
        let p = World::from_degrees(46.75, 39.76);
        let a = Camera::of_tile(TileId::new(9, 322, 193).unwrap(), 256, 3).snap(p);
        let b = Camera::of_tile(TileId::new(9, 323, 194).unwrap(), 256, 3).snap(p);
        assert_eq!((a.x - b.x, a.y - b.y), (768 * 256, 768 * 256));
    }

    #[test]
    fn a_turned_picture_has_its_bearing_upward() {
        let center = World { x: 0.5, y: 0.5 };
        let east = World { x: 0.5 + 100.0 / (512.0 * 16.0), y: 0.5 };
        let camera = Camera::viewport(center, 4.0, 90.0, (300, 400), 1);
        assert_eq!(camera.snap(east), Snapped { x: 150 * 256, y: 100 * 256 });
        let (x, y) = camera.to_world_px().apply(150.0, 100.0);
        assert!(
            (x / camera.world_px() - east.x).abs() < 1e-9
                && (y / camera.world_px() - 0.5).abs() < 1e-9
        );
        assert!(camera.bounds(0.0).meets(&WorldBox { min: east, max: east }));
    }

    #[test]
    fn fitted_bounds_touch_the_picture_s_edges() {
        let bounds = WorldBox::from_degrees([45.4, 38.8, 48.0, 40.6]);
        let height = (1600.0 * bounds.height() / bounds.width()).round() as u32;
        let camera = Camera::fitted(bounds, (1600, height), 1);
        let nw = camera.snap(bounds.min);
        assert!(nw.x.abs() <= 256 && nw.y.abs() <= 256, "{nw:?}");
    }
}
