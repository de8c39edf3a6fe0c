//! Boxes in the corners of the map: legend, scale bar, inset, north arrow, date.

use super::yielding::{BOXES, Line};
use super::{Area, BOLD, Corner, Furnish, Items, Part};
use crate::color::Color;
use crate::geo::{Camera, SUBPIXELS, Shape, Snapped, World};
use crate::scene::{FieldInk, Fill, Group, Icon, Ink, Item};

/// A box whose place is not settled: its size, CSS px, and what is in it from its upper left
/// corner.
pub(super) struct Panel {
    pub part: Part,
    pub width: f64,
    pub height: f64,
    pub items: Items,
    /// Without paper of its own.
    pub bare: bool,
}

/// Boxes in their places.
pub(super) struct Boxes {
    pub items: Vec<Items>,
    pub taken: Vec<[f64; 4]>,
    /// The names of those that there is no room for.
    pub left_out: Vec<&'static str>,
}

impl Furnish<'_> {
    /// Every box in its place. Where there is no room for all of them, those that are told first
    /// stay (see [`BOXES`]).
    pub(super) fn boxes(&self, map: [f64; 4]) -> Boxes {
        let date = if self.has_date_above() { None } else { self.as_of() };
        let date = date.and_then(|text| self.words_box(&text, Part::Date, 0.6 * self.width));
        let boxes = [
            self.legend_box(map),
            self.inset_box(),
            self.scale_box(map),
            self.globe_box(map),
            self.north_box(map),
            date,
            self.logo_box(),
        ];
        let boxes: Vec<Panel> = boxes.into_iter().flatten().collect();
        let mut out = self.captions(map);
        let mut kept: Vec<Part> = BOXES.to_vec();
        let mut places = self.places(&boxes, &kept, map, &out.taken);
        if places.is_none() {
            kept.clear();
            places = Some(Vec::new());
            for part in BOXES.into_iter().filter(|part| boxes.iter().any(|one| one.part == *part)) {
                kept.push(part);
                match self.places(&boxes, &kept, map, &out.taken) {
                    Some(found) => places = Some(found),
                    None => {
                        kept.pop();
                        out.left_out.extend(
                            Part::ALL.iter().find(|(_, p)| *p == part).map(|(name, _)| *name),
                        );
                    }
                }
            }
        }
        let stay = boxes.into_iter().filter(|one| kept.contains(&one.part));
        for (one, place) in stay.zip(places.unwrap_or_default()) {
            out.taken.push(place);
            let mut items = match one.bare {
                true => Vec::new(),
                false => self.rectangle(
                    place,
                    Some(self.palette.paper.with_opacity(self.palette.box_opacity)),
                    Some((self.palette.line, 0.6)),
                ),
            };
            let by = self.at(place[0], place[1]);
            let edge = one.part == Part::Inset;
            items.extend(one.items.into_iter().map(|item| item.moved(by)));
            if edge {
                items.extend(self.rectangle(place, None, Some((self.palette.ink, 0.8))));
            }
            out.items.push(items);
        }
        out
    }

    /// The places of some of the boxes, in their order; none where one of them finds no room.
    fn places(
        &self,
        boxes: &[Panel],
        of: &[Part],
        map: [f64; 4],
        taken: &[[f64; 4]],
    ) -> Option<Vec<[f64; 4]>> {
        let mut taken = taken.to_vec();
        let first = taken.len();
        for one in boxes.iter().filter(|one| of.contains(&one.part)) {
            let asked = self.wanted.parts.get(&one.part).copied().flatten();
            let place = self.place(one, asked, map, &taken)?;
            taken.push(place);
        }
        Some(taken.split_off(first))
    }

    /// The days of several maps, each over its own.
    fn captions(&self, map: [f64; 4]) -> Boxes {
        let margin = 0.8 * self.unit;
        let mut out = Boxes { items: Vec::new(), taken: Vec::new(), left_out: Vec::new() };
        let wide = self.width / self.subject.captions.len().max(1) as f64 - 2.0 * margin;
        for (day, left_px) in self.subject.captions.iter().filter(|_| self.wants(Part::Date)) {
            let text = self.words.of_days(None, *day);
            let Some(panel) = self.words_box(&text, Part::Date, wide.min(0.6 * self.width)) else {
                continue;
            };
            let (left, top) = (left_px / self.pen.ratio + margin, map[1] + margin);
            let place = [left, top, left + panel.width, top + panel.height];
            if panel.width > wide + margin || place[3] > map[3] {
                out.left_out.push(Line::Date.name());
                continue;
            }
            let by = self.at(left, top);
            let paper = self.palette.paper.with_opacity(self.palette.box_opacity);
            let mut items = self.rectangle(place, Some(paper), Some((self.palette.line, 0.6)));
            items.extend(panel.items.into_iter().map(|item| item.moved(by)));
            out.taken.push(place);
            out.items.push(items);
        }
        out
    }

    /// Lines between several maps.
    pub(super) fn dividers(&self, map: [f64; 4]) -> Items {
        let between =
            self.subject.captions.iter().skip(1).map(|(_, left_px)| left_px / self.pen.ratio);
        between
            .filter_map(|x| {
                self.line(
                    vec![vec![self.at(x, map[1]), self.at(x, map[3])]],
                    false,
                    self.palette.ink,
                    1.4,
                )
            })
            .collect()
    }

    /// The corner that is asked for, or else the one where the box hides the least of what the
    /// legend tells of.
    fn place(
        &self,
        one: &Panel,
        asked: Option<Corner>,
        map: [f64; 4],
        taken: &[[f64; 4]],
    ) -> Option<[f64; 4]> {
        let margin = 0.8 * self.unit;
        let order = match one.part {
            Part::Scale => {
                [Corner::BottomRight, Corner::BottomLeft, Corner::TopRight, Corner::TopLeft]
            }
            Part::Inset | Part::North | Part::Globe => {
                [Corner::TopRight, Corner::TopLeft, Corner::BottomRight, Corner::BottomLeft]
            }
            Part::Date => {
                [Corner::TopLeft, Corner::TopRight, Corner::BottomLeft, Corner::BottomRight]
            }
            _ => [Corner::BottomLeft, Corner::TopLeft, Corner::TopRight, Corner::BottomRight],
        };
        let at = |corner: Corner| {
            let left = match corner {
                Corner::TopLeft | Corner::BottomLeft => map[0] + margin,
                Corner::TopRight | Corner::BottomRight => map[2] - margin - one.width,
            };
            let upward = matches!(corner, Corner::BottomLeft | Corner::BottomRight);
            let mut top = if upward { map[3] - margin - one.height } else { map[1] + margin };
            // Beside what stands in the corner already.
            for other in taken.iter().filter(|t| t[0] < left + one.width && left < t[2]) {
                let meets = other[1] < top + one.height + margin && top < other[3] + margin;
                if meets {
                    top = if upward { other[1] - margin - one.height } else { other[3] + margin };
                }
            }
            [left, top, left + one.width, top + one.height]
        };
        let fits = |place: &[f64; 4]| {
            let inside = place[0] >= map[0]
                && place[1] >= map[1]
                && place[2] <= map[2]
                && place[3] <= map[3];
            inside
                && !taken.iter().any(|t| {
                    t[0] < place[2] && place[0] < t[2] && t[1] < place[3] && place[1] < t[3]
                })
        };
        if let Some(corner) = asked {
            return Some(at(corner)).filter(fits);
        }
        let places = order.into_iter().map(at).filter(fits);
        let hidden = |place: &[f64; 4]| self.hidden(place);
        places.min_by_key(hidden)
    }

    /// How much a box would hide: of areas that the legend tells of, points of a grid of 64 in it;
    /// of lines, their length by that of a cell; of what a user put on the map, many times as much.
    pub(super) fn hidden(&self, place: &[f64; 4]) -> usize {
        use geo::{Contains, Intersects};
        const STEPS: u32 = 8;
        const OF_USER: f64 = 12.0;
        // More than a box can hide of anything else.
        const POINT_OF_USER: f64 = 1_000.0;
        let ratio = self.pen.ratio;
        let rect = geo::Rect::new(
            (place[0] * ratio, place[1] * ratio),
            (place[2] * ratio, place[3] * ratio),
        );
        let cell = (rect.width() + rect.height()) / 2.0 / f64::from(STEPS);
        let grid: Vec<geo::Coord<f64>> = (0..STEPS * STEPS)
            .map(|i| {
                let share = |n: u32| (f64::from(n) + 0.5) / f64::from(STEPS);
                let (x, y) = (share(i % STEPS), share(i / STEPS));
                geo::Coord {
                    x: rect.min().x + x * rect.width(),
                    y: rect.min().y + y * rect.height(),
                }
            })
            .collect();
        let along = |line: &[geo::Coord<f64>]| -> f64 {
            line.windows(2).map(|pair| inside(pair[0], pair[1], &rect)).sum::<f64>() / cell
        };
        let of_shape = |shape: &Shape, outline: bool, camera: &Camera, left_px: u32| -> f64 {
            let at = |p: &World| {
                let Snapped { x, y } = camera.snap(*p);
                geo::Coord {
                    x: x as f64 / SUBPIXELS as f64 + f64::from(left_px),
                    y: y as f64 / SUBPIXELS as f64,
                }
            };
            let line = |line: &[World]| line.iter().map(at).collect::<Vec<_>>();
            match shape {
                Shape::Point(p) => 4.0 * f64::from(u8::from(rect.intersects(&at(p)))),
                Shape::Line(points) => 0.5 * along(&line(points)),
                Shape::Polygon(rings) if outline => {
                    0.5 * rings.iter().map(|ring| along(&line(ring))).sum::<f64>()
                }
                Shape::Polygon(rings) => {
                    let Some(outer) = rings.first() else { return 0.0 };
                    let polygon = geo::Polygon::new(geo::LineString(line(outer)), Vec::new());
                    let covered = polygon.intersects(&rect);
                    grid.iter().filter(|c| covered && polygon.contains(*c)).count() as f64
                }
            }
        };
        let seen = self.subject.entries.iter().flat_map(|(.., seen)| seen);
        let of_legend: f64 = seen
            .map(|seen| {
                of_shape(
                    seen.part.shape,
                    seen.outline,
                    &self.inputs.camera.in_copy(seen.copy),
                    seen.left_px,
                )
            })
            .sum();
        let of_user: f64 = self
            .subject
            .on_top
            .iter()
            .map(|shape| match shape {
                Shape::Point(_) if self.subject.hides(place, shape, self.inputs.camera) => {
                    POINT_OF_USER / OF_USER
                }
                Shape::Point(_) => 0.0,
                _ => of_shape(shape, true, self.inputs.camera, 0),
            })
            .sum();
        let places = self.subject.callouts.iter().filter_map(|callout| self.on_page(callout.at));
        let callouts = places
            .filter(|[x, y]| place[0] <= *x && *x <= place[2] && place[1] <= *y && *y <= place[3]);
        (of_legend + OF_USER * of_user + POINT_OF_USER * callouts.count() as f64).round() as usize
    }

    /// Words in a box, at most so wide.
    fn words_box(&self, text: &str, part: Part, most: f64) -> Option<Panel> {
        let pad = 0.5 * self.unit;
        let block = self.text(text, BOLD, 1.1 * self.unit, most, self.palette.ink)?;
        let items = vec![block.at(pad, 0.6 * pad, None)];
        Some(Panel {
            part,
            width: block.width + 2.0 * pad,
            height: block.height + 1.2 * pad,
            items,
            bare: false,
        })
    }

    /// How much the legend would hide where it hides least; all where it finds no room; none where
    /// there is no legend.
    pub(super) fn legend_hides(&self, map: [f64; 4]) -> Option<usize> {
        let panel = self.legend_box(map)?;
        Some(self.place(&panel, None, map, &[]).map_or(usize::MAX, |place| self.hidden(&place)))
    }

    fn legend_box(&self, map: [f64; 4]) -> Option<Panel> {
        if !self.wants(Part::Legend) || self.has_legend_strip() {
            return None;
        }
        let (pad, size) = (0.8 * self.unit, self.unit);
        let most = 0.42 * self.width - 2.0 * pad;
        let rows = self.legend_rows(most);
        let widest = rows.iter().map(|row| self.row_width(row)).reduce(f64::max)?;
        let width = 2.0 * pad + widest;
        let mut items = Vec::new();
        let mut y = 0.8 * pad;
        for row in &rows {
            items.extend(self.legend_row(row, pad, width - pad, y));
            y += self.row_height(row) + 0.35 * size;
            if y > map[3] - map[1] {
                break;
            }
        }
        Some(Panel {
            part: Part::Legend,
            width,
            height: y - 0.35 * size + 0.8 * pad,
            items,
            bare: false,
        })
    }

    /// The middle of the map, in the world's plane.
    pub(super) fn middle(&self, map: [f64; 4]) -> World {
        self.world(
            f64::from(self.subject.map_width_px) / self.pen.ratio / 2.0,
            (map[1] + map[3]) / 2.0,
        )
    }

    /// Where in the world's plane a place of the page lies, CSS px.
    pub(super) fn world(&self, x: f64, y: f64) -> World {
        let (camera, ratio) = (self.inputs.camera, self.pen.ratio);
        let (x, y) = camera.to_world_px().apply(x * ratio, y * ratio);
        World { x: x / camera.world_px(), y: y / camera.world_px() }
    }

    /// A house's own sign.
    fn logo_box(&self) -> Option<Panel> {
        let image = self.subject.logo.as_ref().filter(|_| self.wants(Part::Logo))?;
        let ratio = self.pen.ratio;
        let (width_px, height_px) = (f64::from(image.width_px), f64::from(image.height_px));
        let pad = 0.4 * self.unit;
        let sign = Item::Icon(Icon {
            image: image.clone(),
            anchor: self.at(pad, pad),
            origin: [0.0, 0.0],
            right: [width_px, 0.0],
            down: [0.0, height_px],
            part: [0.0, 0.0, width_px, height_px],
            nearest: false,
            ink: FieldInk {
                color: self.palette.ink,
                halo_color: Color::TRANSPARENT,
                halo_width: 0.0,
                halo_blur: 0.0,
                opacity: 1.0,
                scale: 1.0,
                ratio,
            },
        });
        let (width, height) = (width_px / ratio + 2.0 * pad, height_px / ratio + 2.0 * pad);
        Some(Panel { part: Part::Logo, width, height, items: vec![sign], bare: false })
    }

    /// Where the picture lies in what is around it.
    fn inset_box(&self) -> Option<Panel> {
        let (scene, corners) = self.subject.inset.as_ref().filter(|_| self.wants(Part::Inset))?;
        let ratio = self.pen.ratio;
        let (width, height) =
            (f64::from(scene.width_px) / ratio, f64::from(scene.height_px) / ratio);
        let all: Items = scene.layers.iter().flat_map(|l| l.items.iter().cloned()).collect();
        let clip = Some([
            self.at(0.0, 0.0),
            self.at(width, 0.0),
            self.at(width, height),
            self.at(0.0, height),
        ]);
        let mut items = vec![Item::Group(Group { items: all, opacity: 1.0, clip })];
        // Never so small that it can't be found.
        let least = 0.5 * self.unit;
        let at = corners.map(|[x, y]| [x * width, y * height]);
        let middle = [0, 1].map(|i| at.iter().map(|c| c[i]).sum::<f64>() / 4.0);
        let reach = at
            .iter()
            .map(|c| (c[0] - middle[0]).abs().max((c[1] - middle[1]).abs()))
            .fold(0.0, f64::max);
        let grow = (least / 2.0 / reach.max(f64::MIN_POSITIVE)).max(1.0);
        let within = |v: f64, side: f64| v.clamp(0.0, side);
        let ring: Vec<Snapped> = at
            .iter()
            .map(|c| [0, 1].map(|i| middle[i] + (c[i] - middle[i]) * grow))
            .map(|[x, y]| self.at(within(x, width), within(y, height)))
            .collect();
        let red = Color::new(0.78, 0.1, 0.12, 1.0);
        let veil = Ink::Color(red.with_opacity(0.12));
        items.push(Item::Fill(Fill { rings: vec![ring.clone()], ink: veil, antialias: true }));
        items.extend(self.line(vec![ring], true, red, 1.4));
        Some(Panel { part: Part::Inset, width, height, items, bare: false })
    }
}

/// The length of a piece of line within a box.
fn inside(a: geo::Coord<f64>, b: geo::Coord<f64>, rect: &geo::Rect<f64>) -> f64 {
    let (mut from, mut to) = (0.0f64, 1.0f64);
    // Liang and Barsky's clipping.
    for (start, step, low, high) in
        [(a.x, b.x - a.x, rect.min().x, rect.max().x), (a.y, b.y - a.y, rect.min().y, rect.max().y)]
    {
        if step == 0.0 {
            if start < low || start > high {
                return 0.0;
            }
            continue;
        }
        let (first, last) = ((low - start) / step, (high - start) / step);
        (from, to) = (from.max(first.min(last)), to.min(first.max(last)));
    }
    (to - from).max(0.0) * (b.x - a.x).hypot(b.y - a.y)
}

/// The room that a label takes, device px; none for what is no label.
pub(super) fn extent(item: &Item) -> Option<Area> {
    let around = |points: &[[f64; 2]], by: f64| {
        let fold = |i: usize, f: fn(f64, f64) -> f64| points.iter().map(|p| p[i]).reduce(f);
        Some(Area {
            left: fold(0, f64::min)? - by,
            top: fold(1, f64::min)? - by,
            right: fold(0, f64::max)? + by,
            bottom: fold(1, f64::max)? + by,
        })
    };
    let px = |p: &Snapped| [p.x as f64 / SUBPIXELS as f64, p.y as f64 / SUBPIXELS as f64];
    match item {
        Item::Text(text) => {
            let at = px(&text.shape.anchor);
            let ends = text.shape.glyphs.iter().flat_map(|g| {
                let (x, y) = (at[0] + g.origin[0], at[1] + g.origin[1]);
                let em = g.right.map(|v| v * crate::text::EM);
                // From the foot of the glyph to its head, and half an em on.
                [[x, y], [x + 0.6 * em[0] + em[1], y + 0.6 * em[1] - em[0]]]
            });
            around(&ends.collect::<Vec<_>>(), 1.0)
        }
        Item::Icon(icon) => {
            let at = px(&icon.anchor);
            let corner = [at[0] + icon.origin[0], at[1] + icon.origin[1]];
            let far = [
                corner[0] + icon.right[0] + icon.down[0],
                corner[1] + icon.right[1] + icon.down[1],
            ];
            around(&[corner, far], 0.0)
        }
        _ => None,
    }
}
