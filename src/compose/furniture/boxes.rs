//! Boxes in the corners of the map: each is measured, put where it hides least, and painted.

use super::yielding::{BOXES, Line};
use super::{BOLD, Corner, CssRect, Furnish, Items, Part};

/// A box whose place is not settled: its size, CSS px, and what is in it from its upper left
/// corner.
pub(super) struct Panel {
    pub part: Part,
    pub size: [f64; 2],
    pub items: Items,
}

/// Boxes in their places.
#[derive(Default)]
pub(super) struct Boxes {
    pub placed: Vec<(Panel, CssRect)>,
    /// The names of those that there is no room for.
    pub left_out: Vec<&'static str>,
}

impl Boxes {
    fn taken(&self) -> Vec<CssRect> {
        self.placed.iter().map(|(_, place)| *place).collect()
    }
}

impl Furnish<'_> {
    /// Every box in its place. Where there is no room for all of them, those that are told first
    /// stay (see [`BOXES`]).
    pub(super) fn boxes(&self, map: CssRect) -> Boxes {
        let mut out = self.captions(map);
        let mut panels = self.panels(map);
        let captions = out.taken();
        let mut kept: Vec<Part> = BOXES.to_vec();
        let mut places = self.places(&panels, &kept, map, &captions);
        if places.is_none() {
            kept.clear();
            places = Some(Vec::new());
            for part in BOXES.into_iter().filter(|part| panels.iter().any(|p| p.part == *part)) {
                kept.push(part);
                match self.places(&panels, &kept, map, &captions) {
                    Some(found) => places = Some(found),
                    None => {
                        kept.pop();
                        out.left_out.push(part.name());
                    }
                }
            }
        }
        panels.retain(|panel| kept.contains(&panel.part));
        out.placed.extend(panels.into_iter().zip(places.unwrap_or_default()));
        out
    }

    /// The boxes that are wanted, measured, in the order in which they take their places.
    fn panels(&self, map: CssRect) -> Vec<Panel> {
        let date = if self.has_date_above() { None } else { self.as_of() };
        let boxes = [
            self.legend_box(map),
            self.inset_box(),
            self.scale_box(map),
            self.globe_box(map),
            self.north_box(map),
            date.and_then(|text| self.words_box(&text, MOST_OF_WORDS * self.page.width())),
            self.logo_box(),
        ];
        boxes.into_iter().flatten().collect()
    }

    /// The places of some of the boxes, in their order; none where one of them finds no room.
    fn places(
        &self,
        panels: &[Panel],
        of: &[Part],
        map: CssRect,
        taken: &[CssRect],
    ) -> Option<Vec<CssRect>> {
        let mut taken = taken.to_vec();
        let first = taken.len();
        for panel in panels.iter().filter(|panel| of.contains(&panel.part)) {
            let place = self.place(panel, map, &taken)?;
            taken.push(place);
        }
        Some(taken.split_off(first))
    }

    /// The days of several maps, each over its own.
    fn captions(&self, map: CssRect) -> Boxes {
        let margin = self.sizes.margin * self.unit;
        let mut out = Boxes::default();
        let maps = self.subject.captions.len().max(1) as f64;
        let wide = self.page.width() / maps - 2.0 * margin;
        for (day, left_px) in self.subject.captions.iter().filter(|_| self.wants(Part::Date)) {
            let text = self.words.of_days(None, *day);
            let most = wide.min(MOST_OF_WORDS * self.page.width());
            let Some(panel) = self.words_box(&text, most) else { continue };
            let corner = [left_px / self.pen.ratio + margin, map.top + margin];
            let place = CssRect::sized(corner, panel.size);
            if place.width() > wide + margin || place.bottom > map.bottom {
                out.left_out.push(Line::Date.name());
            } else {
                out.placed.push((panel, place));
            }
        }
        out
    }

    /// The corner that is asked for, or else the one where the box hides the least of what the
    /// legend tells of.
    pub(super) fn place(&self, panel: &Panel, map: CssRect, taken: &[CssRect]) -> Option<CssRect> {
        let at = |corner: Corner| self.in_corner(corner, panel.size, map, taken);
        let fits =
            |place: &CssRect| map.holds(place) && !taken.iter().any(|other| other.meets(place));
        match self.wanted.parts.get(&panel.part).copied().flatten() {
            Some(corner) => Some(at(corner)).filter(fits),
            None => {
                let places = panel.part.corners().into_iter().map(at).filter(fits);
                places.min_by_key(|place| self.hidden(place))
            }
        }
    }

    /// A box in a corner of the map, beside what stands there already.
    fn in_corner(
        &self,
        corner: Corner,
        [width, height]: [f64; 2],
        map: CssRect,
        taken: &[CssRect],
    ) -> CssRect {
        let margin = self.sizes.margin * self.unit;
        let left = match corner {
            Corner::TopLeft | Corner::BottomLeft => map.left + margin,
            Corner::TopRight | Corner::BottomRight => map.right - margin - width,
        };
        let upward = matches!(corner, Corner::BottomLeft | Corner::BottomRight);
        let mut top = if upward { map.bottom - margin - height } else { map.top + margin };
        for other in taken.iter().filter(|t| t.left < left + width && left < t.right) {
            if other.top < top + height + margin && top < other.bottom + margin {
                top = if upward { other.top - margin - height } else { other.bottom + margin };
            }
        }
        CssRect::sized([left, top], [width, height])
    }

    /// Paper, what is in the box, and the line around it.
    pub(super) fn painted(&self, (panel, place): (Panel, CssRect)) -> Items {
        let paper = self.palette.paper.with_opacity(self.palette.box_opacity);
        let line = Some((self.palette.line, self.sizes.box_line));
        let mut items = self.rectangle(place, Some(paper), line);
        let by = self.at([place.left, place.top]);
        items.extend(panel.items.into_iter().map(|item| item.moved(by)));
        if panel.part == Part::Inset {
            let line = Some((self.palette.ink, self.sizes.inset_line));
            items.extend(self.rectangle(place, None, line));
        }
        items
    }

    /// Words in a box, at most so wide.
    fn words_box(&self, text: &str, most: f64) -> Option<Panel> {
        let pad = self.sizes.words_pad * self.unit;
        let above = 0.6 * pad;
        let size = self.sizes.words * self.unit;
        let block = self.text(text, BOLD, size, most, self.palette.ink)?;
        let size = [block.width + 2.0 * pad, block.height + 2.0 * above];
        Some(Panel { part: Part::Date, size, items: vec![block.at(pad, above, None)] })
    }
}

/// The share of the page's width that a box of words may take.
const MOST_OF_WORDS: f64 = 0.6;
