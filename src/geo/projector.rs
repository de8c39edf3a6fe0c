//! A projection at work. Shapes are bent once, before they are indexed; cameras, labels and
//! painters see a plane like any other. The formulas are PROJ's (crate `proj4rs`).

use geo::geometry as g;
use geo::{BooleanOps, Coord};
use proj4rs::proj::Proj;

use super::geodesic::meters_per_turn;
use super::{Shape, World, WorldBox};

/// A projection at work: from Web Mercator's unit square to the picture's plane and back.
pub struct Projector {
    degrees: Proj,
    metres: Proj,
    /// Where both agree, and where that is in metres.
    middle: World,
    origin: Coord<f64>,
    /// Metres that the plane's unit stands for.
    unit_m: f64,
    domain: WorldBox,
}

impl Projector {
    /// One by PROJ's definition, for a picture with its middle at a longitude and latitude,
    /// degrees, and what of the world it can draw without tearing; `None` where the formulas refuse
    /// the parameters.
    pub(super) fn new(definition: &str, (lon, lat): (f64, f64), domain: WorldBox) -> Option<Self> {
        let read = |text: &str| Proj::from_proj_string(text).ok();
        let mut projector = Self {
            degrees: read("+proj=longlat +datum=WGS84 +no_defs")?,
            metres: read(definition)?,
            middle: World::from_degrees(lon, lat),
            origin: Coord { x: 0.0, y: 0.0 },
            unit_m: meters_per_turn(lat),
            domain,
        };
        projector.origin = projector.to_metres(projector.middle)?;
        Some(projector)
    }

    /// Metres east and north in the projection's own coordinates.
    fn to_metres(&self, at: World) -> Option<Coord<f64>> {
        let (lon, lat) = at.to_degrees();
        let mut point = (lon.to_radians(), lat.to_radians(), 0.0);
        proj4rs::transform::transform(&self.degrees, &self.metres, &mut point).ok()?;
        (point.0.is_finite() && point.1.is_finite()).then_some(Coord { x: point.0, y: point.1 })
    }

    /// A place of the plane in the projection's own metres.
    pub fn metres_of(&self, at: World) -> Coord<f64> {
        Coord {
            x: self.origin.x + (at.x - self.middle.x) * self.unit_m,
            y: self.origin.y - (at.y - self.middle.y) * self.unit_m,
        }
    }

    /// Where the projection's own metres lie in the plane.
    pub fn plane_of(&self, Coord { x, y }: Coord<f64>) -> World {
        World {
            x: self.middle.x + (x - self.origin.x) / self.unit_m,
            y: self.middle.y - (y - self.origin.y) / self.unit_m,
        }
    }

    /// Where a place of Web Mercator's lies in the plane.
    pub fn forward(&self, at: World) -> Option<World> {
        Some(self.plane_of(self.to_metres(at)?))
    }

    /// Where a place of the plane lies in Web Mercator's square.
    pub fn inverse(&self, at: World) -> Option<World> {
        self.of_metres(self.metres_of(at))
    }

    /// Where the projection's own metres lie in Web Mercator's square.
    pub fn of_metres(&self, Coord { x, y }: Coord<f64>) -> Option<World> {
        let mut point = (x, y, 0.0);
        proj4rs::transform::transform(&self.metres, &self.degrees, &mut point).ok()?;
        let (lon, lat) = (point.0.to_degrees(), point.1.to_degrees());
        let world = World::from_degrees(lon, lat);
        // The copy of the world that the picture is in.
        let turns = (self.middle.x - world.x).round();
        (lon.is_finite() && lat.is_finite()).then_some(World { x: world.x + turns, y: world.y })
    }

    /// The box of the plane around a box of Web Mercator's, whose sides are bent.
    pub fn around(&self, bounds: &WorldBox) -> Option<WorldBox> {
        WorldBox::around(&sides(bounds).filter_map(|p| self.forward(p)).collect::<Vec<_>>())
    }

    /// A box of Web Mercator's that holds a box of the plane, as far as that can be projected.
    pub fn around_inverse(&self, bounds: &WorldBox) -> WorldBox {
        let side = bounds.width().max(bounds.height());
        // What is beyond the projection's ends may come back from its other side.
        let comes_back = |p: World| {
            let place = self.inverse(p).filter(|place| self.domain.owns(*place))?;
            let again = self.forward(place)?;
            ((again.x - p.x).hypot(again.y - p.y) < COMES_BACK * side).then_some(place)
        };
        let (mut places, mut is_whole) = (Vec::new(), true);
        for place in within(bounds).map(comes_back) {
            is_whole &= place.is_some();
            places.extend(place);
        }
        let Some(around) = WorldBox::around(&places) else {
            return WorldBox { min: self.domain.min, max: self.domain.min };
        };
        // Between two places it may reach a little further, and beyond the last that there is as far
        // as to the next, which Web Mercator has ever further off towards the poles.
        let reach = match is_whole {
            true => SAMPLE_REACH * around.width().max(around.height()),
            false => side / f64::from(SAMPLES) * MOST_STRETCH,
        };
        let WorldBox { min, max } = around.grown(reach);
        let (low, high) = (self.domain.min, self.domain.max);
        WorldBox {
            min: World { x: min.x.max(low.x), y: min.y.max(low.y) },
            max: World { x: max.x.min(high.x), y: max.y.min(high.y) },
        }
    }

    /// What can be projected, in Web Mercator's square.
    pub fn domain(&self) -> &WorldBox {
        &self.domain
    }

    /// A shape in the plane, `worlds` worlds to the east, its edges bent to within a `tolerance`
    /// (unit square) where they come `near`; parts of it beyond what can be projected are cut off.
    pub fn bent(&self, shape: &Shape, worlds: f64, tolerance: f64, near: &WorldBox) -> Vec<Shape> {
        let Some(bounds) = shape.bounds().map(|b| b.moved(worlds)) else { return Vec::new() };
        if !bounds.meets(&self.domain) {
            return Vec::new();
        }
        let moved = |line: &[World]| -> Vec<World> {
            line.iter().map(|p| World { x: p.x + worlds, y: p.y }).collect()
        };
        let inside = |p: World| self.domain.owns(p);
        let whole = inside(bounds.min) && inside(bounds.max);
        match shape {
            Shape::Point(p) => {
                let p = World { x: p.x + worlds, y: p.y };
                let at = if inside(p) { self.forward(p) } else { None };
                at.map(Shape::Point).into_iter().collect()
            }
            Shape::Line(line) => {
                let lines = if whole { vec![moved(line)] } else { self.cut_line(&moved(line)) };
                lines
                    .iter()
                    .map(|l| self.curve(l, tolerance, near))
                    .filter(|l| l.len() > 1)
                    .map(Shape::Line)
                    .collect()
            }
            Shape::Polygon(rings) => {
                let rings: Vec<Vec<World>> = rings.iter().map(|r| moved(r)).collect();
                let polygons = if whole { vec![rings] } else { self.cut_polygon(rings) };
                let bend = |rings: Vec<Vec<World>>| -> Vec<Vec<World>> {
                    rings
                        .iter()
                        .map(|r| self.curve(r, tolerance, near))
                        .filter(|r| r.len() > 3)
                        .collect()
                };
                polygons
                    .into_iter()
                    .map(bend)
                    .filter(|r| !r.is_empty())
                    .map(Shape::Polygon)
                    .collect()
            }
        }
    }

    fn window(&self) -> g::Polygon<f64> {
        let WorldBox { min, max } = self.domain;
        g::Rect::new((min.x, min.y), (max.x, max.y)).to_polygon()
    }

    fn cut_line(&self, line: &[World]) -> Vec<Vec<World>> {
        let lines = g::MultiLineString(vec![ring(line)]);
        self.window().clip(&lines, false).0.iter().map(worlds_of).collect()
    }

    fn cut_polygon(&self, rings: Vec<Vec<World>>) -> Vec<Vec<Vec<World>>> {
        let mut rings = rings.iter().map(|r| ring(r));
        let Some(exterior) = rings.next() else { return Vec::new() };
        let polygon = g::Polygon::new(exterior, rings.collect());
        let all = |p: &g::Polygon<f64>| {
            std::iter::once(p.exterior()).chain(p.interiors()).map(worlds_of).collect()
        };
        self.window().intersection(&polygon).0.iter().map(all).collect()
    }

    /// A line in the plane.
    fn curve(&self, line: &[World], tolerance: f64, near: &WorldBox) -> Vec<World> {
        let mut out: Vec<World> = Vec::with_capacity(line.len());
        let mut last: Option<(World, World)> = None;
        for at in line {
            let Some(there) = self.forward(*at) else { continue };
            match last {
                Some(from) => {
                    self.bend(from, (*at, there), (tolerance, near), MAX_HALVINGS, &mut out)
                }
                None => out.push(there),
            }
            last = Some((*at, there));
        }
        out
    }

    fn bend(
        &self,
        a: (World, World),
        b: (World, World),
        (tolerance, near): (f64, &WorldBox),
        depth: u32,
        out: &mut Vec<World>,
    ) {
        let half = |p: World, q: World| World { x: (p.x + q.x) / 2.0, y: (p.y + q.y) / 2.0 };
        let middle = half(a.0, b.0);
        let straight = half(a.1, b.1);
        let long = (a.0.x - b.0.x).abs().max((a.0.y - b.0.y).abs()) > LONG;
        // An edge that lies apart by more than it is off cannot be seen where it should not be.
        let is_off = |bent: World| {
            let off = (bent.x - straight.x).hypot(bent.y - straight.y);
            let edge = WorldBox::around(&[a.0, b.0]);
            off > tolerance && edge.is_some_and(|edge| edge.grown(2.0 * off).meets(near))
        };
        match self.forward(middle).filter(|_| depth > 0) {
            Some(bent) if long || is_off(bent) => {
                self.bend(a, (middle, bent), (tolerance, near), depth - 1, out);
                self.bend((middle, bent), b, (tolerance, near), depth - 1, out);
            }
            _ => out.push(b.1),
        }
    }
}

/// Longer edges are always halved: the middle of an S lies on its chord.
const LONG: f64 = 0.02;
const MAX_HALVINGS: u32 = 12;

fn ring(line: &[World]) -> g::LineString<f64> {
    g::LineString(line.iter().map(|p| Coord { x: p.x, y: p.y }).collect())
}

fn worlds_of(line: &g::LineString<f64>) -> Vec<World> {
    line.coords().map(|c| World { x: c.x, y: c.y }).collect()
}

/// How far a place may be from itself that is projected there and back, in sides of its box, and how
/// far a box may reach beyond places in it, in sides of theirs.
const COMES_BACK: f64 = 1e-3;
const SAMPLE_REACH: f64 = 0.02;
/// Steps of a side of a box that is looked at all over.
const SAMPLES: u32 = 24;
/// How much further apart than in the plane places may be in Web Mercator's square: at 85 degrees.
const MOST_STRETCH: f64 = 12.0;

/// Points all over a box.
fn within(b: &WorldBox) -> impl Iterator<Item = World> {
    let WorldBox { min, max } = *b;
    let share = |i: u32| f64::from(i) / f64::from(SAMPLES);
    (0..=SAMPLES).flat_map(move |i| {
        (0..=SAMPLES).map(move |j| World {
            x: min.x + share(i) * (max.x - min.x),
            y: min.y + share(j) * (max.y - min.y),
        })
    })
}

/// Points along the sides of a box.
fn sides(b: &WorldBox) -> impl Iterator<Item = World> {
    const STEPS: u32 = 16;
    let WorldBox { min, max } = *b;
    let (width, height) = (max.x - min.x, max.y - min.y);
    (0..=STEPS).map(|i| f64::from(i) / f64::from(STEPS)).flat_map(move |t| {
        let (x, y) = (min.x + t * width, min.y + t * height);
        [World { x, y: min.y }, World { x, y: max.y }, World { x: min.x, y }, World { x: max.x, y }]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::Projection;

    fn karabakh() -> WorldBox {
        WorldBox::from_degrees([45.4, 38.8, 48.0, 40.6])
    }

    #[test]
    fn places_come_back_and_the_middle_stays() {
        for name in ["lambert", "utm"] {
            let projection = Projection::named(name, &karabakh()).unwrap().unwrap();
            let projector = projection.projector().unwrap();
            for (lon, lat) in [(46.7499, 39.7601), (45.4, 38.8), (48.0, 40.6), (30.0, 50.0)] {
                let world = World::from_degrees(lon, lat);
                let back = projector.inverse(projector.forward(world).unwrap()).unwrap();
                assert!(
                    (back.x - world.x).abs() < 1e-9 && (back.y - world.y).abs() < 1e-9,
                    "{name} {lon} {lat}"
                );
            }
            let middle = karabakh().center();
            let at = projector.forward(middle).unwrap();
            assert!((at.x - middle.x).abs() < 1e-12 && (at.y - middle.y).abs() < 1e-12);
        }
    }

    #[test]
    fn utm_is_epsg_s() {
        let projector =
            Projection::named("utm", &karabakh()).unwrap().unwrap().projector().unwrap();
        // Shusha in EPSG:32638, by PostGIS.
        let at =
            projector.metres_of(projector.forward(World::from_degrees(46.7499, 39.7601)).unwrap());
        assert!((at.x - 649896.6369).hypot(at.y - 4402595.4766) < 1e-3, "{at:?}");
    }

    #[test]
    fn a_parallel_is_an_arc() {
        let projector =
            Projection::named("lambert", &karabakh()).unwrap().unwrap().projector().unwrap();
        let parallel =
            Shape::Line(vec![World::from_degrees(40.0, 40.0), World::from_degrees(54.0, 40.0)]);
        let tolerance = 1e-7;
        let near = WorldBox::from_degrees([40.0, 30.0, 54.0, 50.0]);
        let bent = projector.bent(&parallel, 0.0, tolerance, &near);
        let [Shape::Line(line)] = bent.as_slice() else { panic!("{bent:?}") };
        assert!(line.len() > 8);
        for pair in line.windows(2) {
            let middle =
                World { x: (pair[0].x + pair[1].x) / 2.0, y: (pair[0].y + pair[1].y) / 2.0 };
            let (_, lat) = projector.inverse(middle).unwrap().to_degrees();
            assert!((lat - 40.0).abs() < 1e-4, "{lat}");
        }
        // Far from where it is looked at, it need not be.
        let elsewhere = WorldBox::from_degrees([46.0, 60.0, 46.1, 60.1]);
        let [Shape::Line(coarse)] = &projector.bent(&parallel, 0.0, tolerance, &elsewhere)[..]
        else {
            panic!()
        };
        assert!(coarse.len() < line.len() / 2);
    }

    #[test]
    fn what_is_too_far_is_cut_off() {
        let projector =
            Projection::named("utm", &karabakh()).unwrap().unwrap().projector().unwrap();
        let world = vec![
            World { x: 0.0, y: 0.0 },
            World { x: 1.0, y: 0.0 },
            World { x: 1.0, y: 1.0 },
            World { x: 0.0, y: 1.0 },
            World { x: 0.0, y: 0.0 },
        ];
        let bent = projector.bent(&Shape::Polygon(vec![world.clone()]), 0.0, 1e-6, &karabakh());
        let bounds = bent[0].bounds().unwrap();
        assert!(bounds.width() < 0.5 && bounds.height() < 1.5, "{bounds:?}");
        assert!(
            projector.bent(&Shape::Line(world[..2].to_vec()), 0.0, 1e-6, &karabakh()).len() <= 1
        );
        assert!(
            projector
                .bent(&Shape::Point(World { x: 0.1, y: 0.5 }), 0.0, 1e-6, &karabakh())
                .is_empty()
        );
    }
}
