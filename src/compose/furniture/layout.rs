//! Furniture is measured, placed, and painted.

use super::boxes::Boxes;
use super::callouts::Placed;
use super::graticule::Graticule;
use super::{Band, CssRect, Furnish, Furniture, Items, Part, Subject, Theme, grey};
use crate::compose::Inputs;
use crate::scene::{FURNITURE, Layer, Scene};

/// Heights of the bands above and below the map, CSS px.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bands {
    pub top: f64,
    pub bottom: f64,
    /// Whether the legend stands in the lower one.
    pub strip: bool,
}

impl Bands {
    /// No lower than others.
    pub fn over(self, others: Self) -> Self {
        Self {
            top: self.top.max(others.top),
            bottom: self.bottom.max(others.bottom),
            strip: self.strip || others.strip,
        }
    }
}

/// The bands that a picture needs, before its camera is settled.
pub fn bands(wanted: &Furniture, subject: &Subject, inputs: &Inputs) -> Bands {
    let furnish = Furnish::new(wanted, subject, inputs).yielded();
    let (top, bottom) = (furnish.head().height, furnish.foot().height);
    let map = furnish.map_between(top, bottom);
    Bands { top, bottom, strip: subject.strip || furnish.needs_legend_strip(map) }
}

/// Furniture measured and in its place, for a scene whose map leaves room for the bands.
pub struct Layout<'a> {
    furnish: Furnish<'a>,
    head: Band,
    foot: Band,
    /// What of the page is the map's.
    map: CssRect,
    boxes: Boxes,
    graticule: Option<Graticule>,
    callouts: Vec<Placed>,
}

impl<'a> Layout<'a> {
    /// Everything but callouts, whose place hangs on where the map's labels are.
    pub fn new(wanted: &'a Furniture, subject: &'a Subject<'a>, inputs: &'a Inputs<'a>) -> Self {
        let furnish = Furnish::new(wanted, subject, inputs).yielded();
        let (head, foot) = (furnish.head(), furnish.foot());
        let map = furnish.map_between(head.height, foot.height);
        let boxes = furnish.boxes(map);
        let taken: Vec<CssRect> = boxes.placed.iter().map(|(_, place)| *place).collect();
        let graticule = furnish.graticule(map, &taken);
        Self { furnish, head, foot, map, boxes, graticule, callouts: Vec::new() }
    }

    /// Puts the callouts where they hide least of the map and of its labels.
    pub fn place_callouts(&mut self, labels: &[CssRect]) {
        self.callouts = self.furnish.callouts(self.map, &self.taken(), labels);
    }

    /// The rows of the legend as pieces of their own.
    pub fn pieces(&self) -> Vec<super::Piece> {
        self.furnish.pieces()
    }

    /// Whether nothing of it is drawn.
    pub fn is_bare(&self) -> bool {
        self.taken().is_empty()
            && self.map == self.furnish.page
            && self.furnish.wanted.parts.is_empty()
            && self.furnish.subject.captions.len() < 2
    }

    /// What of the page its boxes and words on the map take.
    pub fn taken(&self) -> Vec<CssRect> {
        let boxes = self.boxes.placed.iter().map(|(_, place)| *place);
        let degrees = self.graticule.iter().flat_map(|graticule| graticule.taken());
        boxes.chain(self.callouts.iter().map(|callout| callout.place)).chain(degrees).collect()
    }

    /// The lines that lead from callouts to their places, both ends.
    pub fn leaders(&self) -> Vec<[[f64; 2]; 2]> {
        self.callouts.iter().map(|callout| callout.leader).collect()
    }

    /// The names of what there is no room for.
    pub fn left_out(&self) -> Vec<&'static str> {
        let all = [&self.head.left_out, &self.foot.left_out, &self.boxes.left_out];
        let mut names: Vec<&str> = all.into_iter().flatten().copied().collect();
        if self.callouts.len() < self.furnish.subject.callouts.len() {
            names.push("callout");
        }
        names.dedup();
        names
    }

    /// Adds the furniture to a scene.
    pub fn paint(self, scene: &mut Scene) {
        let Self { furnish, head, foot, map, boxes, graticule, callouts } = self;
        let mut items: Items = graticule.into_iter().flat_map(Graticule::painted).collect();
        items.extend(furnish.dividers(map));
        items.extend(callouts.into_iter().flat_map(|callout| furnish.painted_callout(callout)));
        items.extend(boxes.placed.into_iter().flat_map(|placed| furnish.painted(placed)));
        items.extend(head.items);
        items.extend(foot.items);
        if furnish.wants(Part::Frame) {
            let line = Some((furnish.palette.ink, furnish.sizes.frame_line));
            items.extend(furnish.rectangle(map, None, line));
        }
        scene.layers.push(Layer { id: FURNITURE.to_string(), items });
        if furnish.wanted.theme == Theme::PrintGrey {
            grey::apply(scene);
        }
    }
}

impl Furnish<'_> {
    /// What is left of the page between bands of such heights.
    fn map_between(&self, top: f64, bottom: f64) -> CssRect {
        CssRect { top, bottom: self.page.bottom - bottom, ..self.page }
    }

    /// Lines between several maps.
    fn dividers(&self, map: CssRect) -> Items {
        let captions = self.subject.captions.iter().skip(1);
        let between = captions.map(|(_, left_px)| left_px / self.pen.ratio);
        let line = |x: f64| {
            let ends = [[x, map.top], [x, map.bottom]].map(|at| self.at(at)).to_vec();
            self.line(vec![ends], false, self.palette.ink, self.sizes.divider_line)
        };
        between.filter_map(line).collect()
    }
}
