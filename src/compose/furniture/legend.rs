//! The legend: the entries of the style that something in the picture belongs to, each with a piece of the map itself.

use super::{Area, Furnish};
use crate::compose::features::passes;
use crate::compose::place::Place;
use crate::compose::{Composer, Fetched, Images, Inputs, LayerData, context};
use crate::feature::{Feature, Value};
use crate::geo::{Camera, Kind, Shape, Snapped, World};
use crate::scene::{Group, Item};
use crate::style::{Datum, Layer, LegendEntry, Paint};

/// A feature in the picture, seen by a layer.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub part: Fetched<'a>,
    pub copy: i64,
}

/// What of a layer's features can be seen within an area of the picture: those that the layer's filter lets through,
/// whose own shape (not only its envelope) is there.
pub fn seen<'a>(inputs: &Inputs, layer: &Layer, data: &LayerData<'a>, area: &Area) -> Vec<Seen<'a>> {
    let LayerData::Features(batches) = data else { return Vec::new() };
    let images = Images(inputs.sprite);
    let composer = Composer { inputs, images: &images };
    let mut out = Vec::new();
    for batch in batches {
        let camera = inputs.camera.in_copy(batch.copy);
        for part in &batch.parts {
            if passes(layer, &composer.context(Some(*part))) && is_within(part.shape, &camera, area) {
                out.push(Seen { part: *part, copy: batch.copy });
            }
        }
    }
    out
}

/// Whether a feature is one of an entry's.
pub fn belongs(entry: &LegendEntry, inputs: &Inputs, part: Fetched) -> bool {
    let of = context(inputs, Some(part));
    entry.filter.as_ref().is_none_or(|f| matches!(f.eval(&of), Ok(Datum::Plain(Value::Bool(true)))))
}

/// Whether any of a shape lies within an area, device px.
fn is_within(shape: &Shape, camera: &Camera, area: &Area) -> bool {
    let at = |p: &World| {
        let Snapped { x, y } = camera.snap(*p);
        geo::Coord { x: x as f64 / 256.0, y: y as f64 / 256.0 }
    };
    use geo::Intersects;
    let rect = geo::Rect::new((area.left, area.top), (area.right, area.bottom));
    match shape {
        Shape::Point(p) => rect.intersects(&at(p)),
        Shape::Line(line) => geo::LineString(line.iter().map(at).collect()).intersects(&rect),
        Shape::Polygon(rings) => {
            let mut rings = rings.iter().map(|r| geo::LineString(r.iter().map(at).collect()));
            let Some(outer) = rings.next() else { return false };
            geo::Polygon::new(outer, rings.collect()).intersects(&rect)
        }
    }
}

impl Furnish<'_> {
    /// A piece of the map as the layers draw it for a feature: an area, a line or a point in the box, CSS px.
    pub(super) fn swatch(
        &self,
        layers: &[&Layer],
        feature: &Feature,
        kind: Kind,
        [x, y, width, height]: [f64; 4],
    ) -> Vec<Item> {
        let camera = self.inputs.camera;
        let ratio = camera.ratio();
        let world = |x: f64, y: f64| {
            let (wx, wy) = camera.to_world_px().apply(x * ratio, y * ratio);
            World { x: wx / camera.world_px(), y: wy / camera.world_px() }
        };
        let (right, bottom, middle) = (x + width, y + height, y + height / 2.0);
        let shape = match kind {
            Kind::Polygon => Shape::Polygon(vec![vec![
                world(x, y),
                world(right, y),
                world(right, bottom),
                world(x, bottom),
                world(x, y),
            ]]),
            Kind::Line => Shape::Line(vec![world(x, middle), world(right, middle)]),
            Kind::Point => Shape::Point(world(x + width / 2.0, middle)),
        };
        let images = Images(self.inputs.sprite);
        let composer = Composer { inputs: self.inputs, images: &images };
        let part = Fetched { feature, shape: &shape, number: 0 };
        let place = Place::new(*camera);
        let mut out = Vec::new();
        for layer in layers {
            let of_layer = composer.context(None);
            let paint = layer.paint.settled(&of_layer, &of_layer);
            let opacity = match &paint {
                Paint::Fill(fill) => fill.layer_opacity.eval(&of_layer),
                Paint::Line(line) => line.layer_opacity.eval(&of_layer),
                _ => 1.0,
            };
            let mut items = Vec::new();
            composer.batch(layer, &paint, &[part], &place, &mut items);
            match opacity < 1.0 && !items.is_empty() {
                true => out.push(Item::Group(Group { items, opacity, clip: None })),
                false => out.append(&mut items),
            }
        }
        // Wide bands stay within their box.
        let corner = |x: f64, y: f64| {
            let px = |v: f64| (v * ratio * 256.0).round() as i64;
            Snapped { x: px(x), y: px(y) }
        };
        let (over, under) = (y - height * 0.15, bottom + height * 0.15);
        let clip = Some([
            corner(x - 2.0, over),
            corner(right + 2.0, over),
            corner(right + 2.0, under),
            corner(x - 2.0, under),
        ]);
        vec![Item::Group(Group { items: out, opacity: 1.0, clip })]
    }
}
