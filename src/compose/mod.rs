//! Style + features + camera → scene: all decisions of style, time and place end here.
//!
//! Layers are walked in order, features in source order or by their sort key. [`reach_px`] tells
//! beforehand how far beyond the picture features must be fetched, so that whatever can leave a
//! mark in the picture is there.

mod classes;
mod features;
mod fill;
pub mod furniture;
mod line;
mod parts;
mod place;
mod point;
mod raster;
mod reach;
mod relief;
mod sieve;
mod symbol;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use classes::Classes;
pub use parts::{Fetched, Numbers, Parts};
pub use reach::reach_px;
pub use sieve::Sieve;
pub use symbol::{
    Asked, Label, Lengths, PartId, Paths as LabelPaths, Reaches, SymbolInputs, SymbolLayer,
    drawn_out, symbols,
};

use crate::feature::Value;
use crate::geo::{Camera, Detail, Effort, Kind, World, WorldBox};
use crate::label::Shown;
use crate::scene::{self, Group, Ink, Item, Pattern, Scene};
use crate::sprite::{Image, Sprite};
use crate::style::{BackgroundPaint, Context, HasImage, ImageName, Layer, Paint, Property};
use crate::terrain::Ground;
use place::Place;

/// Parts that are drawn together: of a whole source, or of one of its tiles.
#[derive(Debug, Clone, Default)]
pub struct Batch<'a> {
    pub parts: Parts<'a>,
    /// How many worlds to the east they are drawn.
    pub copy: i64,
    /// The tile they come from, beyond which they are not drawn.
    pub clip: Option<WorldBox>,
    /// What matters of their lines and rings.
    pub detail: Detail,
    /// What of their world may leave a mark in the picture.
    pub near: Option<WorldBox>,
    /// Whether the layer's filter has been asked of each.
    pub sifted: bool,
    /// Which of them look alike, where that is remembered.
    pub classes: Option<Arc<Classes>>,
}

/// A picture, or a tile of the ground, placed in the world.
#[derive(Debug)]
pub struct Placed<T> {
    pub what: Arc<T>,
    /// Top left, top right, bottom right, bottom left.
    pub corners: [World; 4],
    /// The part of it that is shown there, in its px or heights: left, top, right, bottom.
    pub part: [f64; 4],
    /// How many worlds to the east it is drawn.
    pub copy: i64,
}

impl<T> Placed<T> {
    /// The same in another copy of the world.
    pub fn in_copy(&self, copy: i64) -> Self {
        Self { what: self.what.clone(), copy, ..*self }
    }
}

impl<T> Clone for Placed<T> {
    fn clone(&self) -> Self {
        self.in_copy(self.copy)
    }
}

/// What a layer is drawn from.
#[derive(Debug, Clone)]
pub enum LayerData<'a> {
    Nothing,
    Features(Vec<Batch<'a>>),
    Images(Vec<Placed<Image>>),
    Grounds(Vec<Placed<Ground>>),
    /// The labels of a symbol layer that are shown.
    Labels(Vec<(Arc<Label>, Shown)>),
}

/// What a picture is composed from.
pub struct Inputs<'a> {
    pub camera: &'a Camera,
    /// The style's state, every key filled in.
    pub state: &'a BTreeMap<String, Value>,
    pub sprite: &'a Sprite,
    /// What the picture may take. Where it ends, what is composed is not whole.
    pub effort: &'a Effort,
}

/// The sprite's images, as expressions ask for them.
#[derive(Debug)]
struct Images<'a>(&'a Sprite);

impl HasImage for Images<'_> {
    fn has_image(&self, name: &str) -> bool {
        self.0.image(name, 1).is_some()
    }
}

/// Composes `layers`, each with what was fetched for it. What is composed is whole if the effort is
/// not over then.
pub fn compose<'a>(
    inputs: &Inputs,
    layers: impl IntoIterator<Item = (&'a Layer, LayerData<'a>)>,
) -> Scene {
    let camera = inputs.camera;
    let images = Images(inputs.sprite);
    let composer = Composer { inputs, images: &images };
    let mut drawn = Vec::new();
    for (layer, data) in layers {
        if layer.drawn_at(camera.zoom(), inputs.state) {
            let mut items = Vec::new();
            composer.layer(layer, data, &mut items);
            if !items.is_empty() {
                drawn.push(scene::Layer { id: layer.id.clone(), items });
            }
        }
    }
    Scene {
        width_px: camera.width_px(),
        height_px: camera.height_px(),
        to_world_px: camera.to_world_px(),
        ratio: camera.ratio(),
        layers: drawn,
    }
}

struct Composer<'a> {
    inputs: &'a Inputs<'a>,
    images: &'a Images<'a>,
}

impl<'a> Composer<'a> {
    fn layer(&self, layer: &Layer, data: LayerData, items: &mut Vec<Item>) {
        let context = self.context(None);
        let paint = layer.paint.settled(&context, &whole_zoom(&context));
        match (&paint, data) {
            (Paint::Background(paint), _) => {
                items.extend(self.background(paint).map(Item::Background))
            }
            (Paint::Raster(paint), LayerData::Images(images)) => {
                self.rasters(paint, &images, items)
            }
            (Paint::Hillshade(paint), LayerData::Grounds(grounds)) => {
                self.hillshade(paint, &grounds, items)
            }
            (Paint::ColorRelief(paint), LayerData::Grounds(grounds)) => {
                self.color_relief(paint, &grounds, items)
            }
            (Paint::Symbol(_), LayerData::Labels(labels)) => {
                symbol::draw(&labels, self.inputs.camera, self.inputs.sprite, items);
            }
            (Paint::Heatmap(paint), LayerData::Features(batches)) => {
                self.heatmap(layer, paint, &batches, items)
            }
            (paint, LayerData::Features(batches)) => {
                let opacity = match paint {
                    Paint::Fill(fill) => fill.layer_opacity.eval(&context),
                    Paint::Line(line) => line.layer_opacity.eval(&context),
                    _ => 1.0,
                };
                if opacity <= 0.0 {
                    return;
                }
                let mut drawn = Vec::new();
                for batch in &batches {
                    let mut inside = Vec::new();
                    let place = self.place(batch);
                    self.batch(layer, paint, batch, &place, &mut inside);
                    // Circles are whole, whatever tile their centre lies in.
                    match batch.clip.filter(|_| paint.reaches_beyond_tiles().is_none()) {
                        Some(_) if inside.is_empty() => {}
                        Some(tile) => {
                            drawn.push(Item::Group(Group {
                                items: inside,
                                opacity: 1.0,
                                clip: Some(place.corners(&tile)),
                            }));
                        }
                        None => drawn.append(&mut inside),
                    }
                }
                match opacity < 1.0 && !drawn.is_empty() {
                    true => items.push(Item::Group(Group { items: drawn, opacity, clip: None })),
                    false => items.append(&mut drawn),
                }
            }
            _ => {}
        }
    }

    fn place(&self, batch: &Batch) -> Place {
        Place::new(self.inputs.camera.in_copy(batch.copy))
            .of_tile(batch.clip)
            .within(batch.detail, batch.near)
    }

    fn background(&self, paint: &BackgroundPaint) -> Option<Ink> {
        self.ink(&self.context(None), &paint.color, &paint.opacity, paint.pattern.as_ref())
    }

    /// `None` where nothing would be seen. A pattern that the sprite lacks draws nothing, as in
    /// MapLibre.
    fn ink(
        &self,
        context: &Context,
        color: &Property<crate::color::Color>,
        opacity: &Property<f64>,
        pattern: Option<&Property<ImageName>>,
    ) -> Option<Ink> {
        let opacity = opacity.eval(context).clamp(0.0, 1.0);
        if opacity == 0.0 {
            return None;
        }
        match pattern {
            Some(pattern) => {
                let image = self.pattern(pattern, context)?;
                let scale = image.ratio / (self.inputs.camera.ratio() * self.overscale());
                Some(Ink::Pattern(Pattern { image, opacity, scale }))
            }
            None => {
                let color = color.eval(context).with_opacity(opacity);
                (color.a > 0.0).then_some(Ink::Color(color))
            }
        }
    }

    fn pattern(&self, pattern: &Property<ImageName>, context: &Context) -> Option<Arc<Image>> {
        let name = pattern.eval(&whole_zoom(context)).0?;
        self.inputs.sprite.drawn(&name, self.inputs.camera.ratio() as u32).cloned()
    }

    /// How much larger the map is drawn than at the whole zoom below: patterns and dashes grow with
    /// it.
    fn overscale(&self) -> f64 {
        let zoom = self.inputs.camera.zoom();
        (zoom - zoom.floor()).exp2()
    }

    /// What an expression sees of `part`.
    fn context<'b>(&'b self, part: Option<Fetched<'b>>) -> Context<'b> {
        Context { has_image: Some(self.images), ..context(self.inputs, part) }
    }
}

/// Patterns and dashes do not change between two whole zooms.
fn whole_zoom<'a>(context: &Context<'a>) -> Context<'a> {
    Context { zoom: context.zoom.floor(), ..*context }
}

/// A length in CSS px, or a factor, within what can be drawn: a style may say 1e300.
fn size(value: f64) -> f64 {
    value.clamp(0.0, 100_000.0)
}

/// What an expression sees of `part`.
fn context<'a>(inputs: &'a Inputs, part: Option<Fetched<'a>>) -> Context<'a> {
    Context {
        zoom: inputs.camera.zoom(),
        feature: part.map(|p| p.feature),
        geometry_type: match part.map(|p| p.shape.kind()) {
            None => "",
            Some(Kind::Point) => "Point",
            Some(Kind::Line) => "LineString",
            Some(Kind::Polygon) => "Polygon",
        },
        state: inputs.state,
        ..Context::nowhere()
    }
}
