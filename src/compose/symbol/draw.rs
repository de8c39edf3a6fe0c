//! From a shown label to scene items.

use std::sync::Arc;

use super::along::OnLine;
use super::fit::{IconBox, pieces};
use super::layout::HaloOrder;
use super::path::turned;
use crate::color::Color;
use crate::geo::{Camera, SUBPIXELS, Snapped, World};
use crate::label::Shown;
use crate::scene::{self, FieldInk, Item, Text, TextGlyph, TextPart, TextShape};
use crate::sprite::{Image, Sprite};
use crate::text::{Cluster, EM, Glyph, LINE_TOP, Mark, SdfGlyph, Shaped};

/// What a candidate is drawn from. CSS px and radians.
#[derive(Debug)]
pub struct Label {
    /// The layer's rank: 0 for the uppermost.
    pub layer: u32,
    /// Drawing order within the layer.
    pub order: (u64, i64),
    pub anchor: World,
    /// How many worlds to the east.
    pub copy: i64,
    pub text: Option<TextLook>,
    pub icon: Option<IconLook>,
}

/// Text, in each of the positions it may take.
#[derive(Debug)]
pub struct TextLook {
    /// The layout, how far it is moved from the anchor, and whether its lines run from the top
    /// down.
    pub variants: Vec<(Arc<Shaped>, [f64; 2], bool)>,
    /// Where its clusters lie on a line.
    pub along: Option<Along>,
    pub size: f64,
    pub rotate: f64,
    /// The map's own right.
    pub turn: f64,
    /// 1/24 em.
    pub offset: [f64; 2],
    pub colors: Vec<Option<Color>>,
    pub images: Vec<Option<Arc<str>>>,
    pub ink: FieldInk,
    pub halo: HaloOrder,
    pub translate: [f64; 2],
}

/// Each cluster's place on a line, from the anchor.
#[derive(Debug)]
pub struct Along {
    pub places: Vec<OnLine>,
}

#[derive(Debug)]
pub struct IconLook {
    pub name: Arc<str>,
    pub icon_box: IconBox,
    pub vertical_box: Option<IconBox>,
    pub fits: bool,
    /// Whether it is not drawn where no text is shown.
    pub only_with_text: bool,
    pub crisp: bool,
    pub size: f64,
    pub rotate: f64,
    pub turn: f64,
    pub ink: FieldInk,
    pub translate: [f64; 2],
}

/// Appends what a layer shows, lowest first: icons, then halos, then letters.
pub fn draw(
    labels: &[(Arc<Label>, Shown)],
    camera: &Camera,
    sprite: &Sprite,
    items: &mut Vec<Item>,
) {
    let mut order: Vec<&(Arc<Label>, Shown)> = labels.iter().collect();
    order.sort_by_key(|(label, _)| label.order);
    let (mut halos, mut letters) = (Vec::new(), Vec::new());
    for (label, shown) in order {
        let at = camera.in_copy(label.copy).snap(label.anchor);
        if let Some(icon) = label
            .icon
            .as_ref()
            .filter(|icon| shown.icon && (shown.text.is_some() || !icon.only_with_text))
        {
            let variant = label.text.as_ref().zip(shown.text).and_then(|(t, i)| t.variants.get(i));
            icon.draw(at, variant, camera, sprite, items);
        }
        if let Some((text, variant)) = label.text.as_ref().zip(shown.text) {
            let (shape, images) = text.shape(at, variant, camera, sprite);
            let ink = FieldInk { ratio: camera.ratio(), ..text.ink };
            let item = |part: TextPart| Item::Text(Text { shape: shape.clone(), ink, part });
            match text.halo {
                HaloOrder::Glyphs => letters.push(item(TextPart::Both)),
                HaloOrder::Label => letters.extend([item(TextPart::Halo), item(TextPart::Letters)]),
                HaloOrder::Layer => {
                    halos.push(item(TextPart::Halo));
                    letters.push(item(TextPart::Letters));
                }
            }
            letters.extend(images.into_iter().map(Item::Icon));
        }
    }
    items.append(&mut halos);
    items.append(&mut letters);
}

fn moved(at: Snapped, by: [f64; 2], ratio: f64) -> Snapped {
    let snap = |v: f64| (v * ratio * SUBPIXELS as f64).round() as i64;
    Snapped { x: at.x + snap(by[0]), y: at.y + snap(by[1]) }
}

impl IconLook {
    fn draw(
        &self,
        at: Snapped,
        variant: Option<&(Arc<Shaped>, [f64; 2], bool)>,
        camera: &Camera,
        sprite: &Sprite,
        items: &mut Vec<Item>,
    ) {
        let ratio = camera.ratio();
        let Some(image) = sprite.image(&self.name, ratio as u32) else { return };
        let (shift, vertical) = match variant {
            Some((_, shift, vertical)) => (if self.fits { *shift } else { [0.0; 2] }, *vertical),
            None => ([0.0; 2], false),
        };
        let icon_box = self.vertical_box.as_ref().filter(|_| vertical).unwrap_or(&self.icon_box);
        let anchor = moved(at, [self.translate[0] + shift[0], self.translate[1] + shift[1]], ratio);
        let quarter =
            if vertical && self.vertical_box.is_some() { std::f64::consts::FRAC_PI_2 } else { 0.0 };
        let angle = self.rotate + self.turn + quarter;
        let nearest = !image.sdf && self.crisp && image.ratio == ratio;
        for piece in pieces(image, icon_box, self.size, self.fits) {
            let place = |p: [f64; 2]| turned(p.map(|v| v * ratio), angle);
            let (width, height) = (piece.max[0] - piece.min[0], piece.max[1] - piece.min[1]);
            items.push(Item::Icon(scene::Icon {
                image: image.clone(),
                anchor,
                origin: place(piece.min),
                right: place([width, 0.0]),
                down: place([0.0, height]),
                part: piece.part,
                nearest,
                // A field's distances are in its own pixels.
                ink: FieldInk { ratio, ..self.ink },
            }));
        }
    }
}

impl TextLook {
    /// The glyphs in their places, and the images among them.
    fn shape(
        &self,
        at: Snapped,
        shown: usize,
        camera: &Camera,
        sprite: &Sprite,
    ) -> (Arc<TextShape>, Vec<scene::Icon>) {
        let ratio = camera.ratio();
        let unit = self.size / EM * ratio;
        let (shaped, shift, vertical) = &self.variants[shown.min(self.variants.len() - 1)];
        let shift = turned(*shift, self.turn);
        let anchor = moved(at, [self.translate[0] + shift[0], self.translate[1] + shift[1]], ratio);
        let quarter =
            if *vertical && self.along.is_none() { std::f64::consts::FRAC_PI_2 } else { 0.0 };
        let mut shape = TextShape { anchor, text: shaped.text.clone(), glyphs: Vec::new() };
        let mut images = Vec::new();
        for (i, cluster) in shaped.clusters.iter().enumerate() {
            let half = cluster.advance * cluster.scale / 2.0;
            let name = self.images.get(cluster.section).and_then(Option::as_ref);
            let image = name.and_then(|name| sprite.image(name, ratio as u32));
            let width = image.map(|image| image.size()[0] * cluster.scale);
            let line_offset =
                if *vertical && shaped.upright { line_offset(cluster, width) } else { 0.0 };
            // The middle of the cluster's line, from the anchor; and how it is turned there.
            let (middle, angle, own) = match &self.along {
                Some(along) => {
                    let place = along.places[i];
                    let from = place.at.map(|v| v * ratio);
                    (from, place.angle, [0.0, cluster.y])
                }
                None => {
                    let own = [
                        cluster.x + half + self.offset[0],
                        cluster.y + self.offset[1] - line_offset,
                    ];
                    ([0.0; 2], self.turn + quarter, own)
                }
            };
            let (upright, is_image) = (cluster.vertical, image.is_some());
            let frame =
                Frame { middle, angle, own, rotate: self.rotate, unit, upright, is_image, half };
            let color = self.colors.get(cluster.section).copied().flatten();
            shape.glyphs.extend(glyphs_of(cluster, shaped, &frame, color));
            images.extend(image.map(|image| self.image(image, cluster, &frame, (anchor, ratio))));
        }
        (Arc::new(shape), images)
    }

    /// An image of the text.
    fn image(
        &self,
        image: &Arc<Image>,
        cluster: &Cluster,
        frame: &Frame,
        (anchor, ratio): (Snapped, f64),
    ) -> scene::Icon {
        let (scale, half) = (cluster.scale, frame.half);
        let [width, height] = image.size().map(|v| v * scale);
        // The reference leaves room for one px around an image, and three around a glyph.
        let corner = [-half + scale - scale / image.ratio, 3.0 * scale - scale / image.ratio];
        let (origin, right) = frame.place(corner, 1.0);
        let border = 2.0 * scale / image.ratio;
        let down = [-right[1], right[0]];
        // As it is, where it has its own size and stands straight.
        let own_size = [right[0] * scale - image.ratio, right[1]];
        let nearest = !image.sdf && own_size.iter().all(|off| off.abs() < 1e-9);
        scene::Icon {
            image: image.clone(),
            anchor,
            origin,
            right: right.map(|v| v * (width + border)),
            down: down.map(|v| v * (height + border)),
            part: [-1.0, -1.0, f64::from(image.width_px) + 1.0, f64::from(image.height_px) + 1.0],
            nearest,
            ink: FieldInk { ratio, ..self.ink },
        }
    }
}

/// A cluster's glyphs in their places.
fn glyphs_of(
    cluster: &Cluster,
    shaped: &Shaped,
    frame: &Frame,
    color: Option<Color>,
) -> Vec<TextGlyph> {
    let scale = cluster.scale;
    let glyph = |glyph: &Glyph| {
        let (x, y) = (glyph.x * scale - frame.half, glyph.y * scale);
        let corner = match &glyph.mark {
            Mark::Outline { .. } => [x, y + shaped.ascender * scale],
            Mark::Field(field) => {
                let border = f64::from(SdfGlyph::BORDER);
                let left = (f64::from(field.left) - border) * scale;
                [x + left, y + (-f64::from(field.top) - border) * scale]
            }
        };
        let (origin, right) = frame.place(corner, scale);
        TextGlyph { mark: glyph.mark.clone(), origin, right, color, bytes: cluster.bytes }
    };
    cluster.glyphs.iter().map(glyph).collect()
}

/// How far a cluster is moved to stand in the middle of a vertical line; an image by its width,
/// 1/24 em.
fn line_offset(cluster: &Cluster, image_width: Option<f64>) -> f64 {
    match image_width {
        Some(width) => cluster.line_offset / 2.0 + (EM - width) / 2.0,
        None => cluster.line_offset / 2.0 - (cluster.scale - 1.0) * EM,
    }
}

/// How a cluster's own units become the picture's.
struct Frame {
    /// Device px from the anchor.
    middle: [f64; 2],
    angle: f64,
    /// The cluster's middle in the label, 1/24 em.
    own: [f64; 2],
    rotate: f64,
    /// Device px per 1/24 em.
    unit: f64,
    /// Whether it stands upright in a vertical line, against the line's own turn.
    upright: bool,
    is_image: bool,
    half: f64,
}

impl Frame {
    /// Where a point around the cluster's middle lies, and a glyph's right there; device px from
    /// the anchor.
    fn place(&self, corner: [f64; 2], scale: f64) -> ([f64; 2], [f64; 2]) {
        let mut at = [corner[0] + self.own[0], corner[1] + self.own[1]];
        let mut right = [scale, 0.0];
        if self.upright {
            // Letters are turned back around the middle of the left side of a box of one em below
            // the line's middle.
            let center = [-self.half, self.half - LINE_TOP];
            let back = turned(
                [corner[0] - center[0], corner[1] - center[1]],
                -std::f64::consts::FRAC_PI_2,
            );
            let narrow = EM / 2.0 - self.half;
            let aside = 5.0 - LINE_TOP - narrow;
            let down = if self.is_image { -narrow } else { 0.0 };
            at = [
                back[0] + center[0] + aside + self.own[0],
                back[1] + center[1] + down + self.own[1],
            ];
            right = [0.0, -scale];
        }
        let angle = self.rotate + self.angle;
        let at = turned(at.map(|v| v * self.unit), angle);
        (
            [self.middle[0] + at[0], self.middle[1] + at[1]],
            turned(right.map(|v| v * self.unit), angle),
        )
    }
}
