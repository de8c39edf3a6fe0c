//! A paragraph's lines, laid out one below another and justified; then all of them moved to where
//! the anchor has them.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Cluster, Paragraph, Section, Shaped, Writing};
use crate::text::clusters::Unplaced;
use crate::text::vertical::{lies, standing};
use crate::text::{EM, LINE_TOP};

/// What is laid out so far. Lengths are in 1/24 em.
pub(super) struct Lines<'a> {
    paragraph: &'a Paragraph<'a>,
    /// The space that follows a cluster.
    spacing: &'a dyn Fn(&Unplaced) -> f64,
    /// Where the clusters begin that stand upright among letters that lie on their side.
    standing: HashSet<usize>,
    clusters: Vec<Cluster>,
    count: usize,
    /// Where the next line begins.
    y: f64,
    longest: f64,
    highest: f64,
}

/// The largest of what a line holds.
struct Largest {
    /// Of its sections, times the label's size.
    scale: f64,
    /// Of its letters and images.
    width: f64,
    height: f64,
}

impl<'a> Lines<'a> {
    /// No lines yet of a paragraph whose clusters are `all`.
    pub fn new(
        paragraph: &'a Paragraph<'a>,
        all: &[Unplaced],
        spacing: &'a dyn Fn(&Unplaced) -> f64,
    ) -> Self {
        let standing = match paragraph.writing {
            Writing::Vertical { alone: false } => {
                let stands = standing(&all.iter().map(|c| c.first).collect::<Vec<_>>());
                all.iter()
                    .zip(stands)
                    .filter(|(_, stands)| *stands)
                    .map(|(c, _)| c.bytes.start)
                    .collect()
            }
            _ => HashSet::new(),
        };
        Self {
            paragraph,
            spacing,
            standing,
            clusters: Vec::with_capacity(all.len()),
            count: 0,
            y: 0.0,
            longest: 0.0,
            highest: 0.0,
        }
    }

    /// Lays out the next line, below those that are there.
    pub fn add(&mut self, line: &[Unplaced]) {
        self.count += 1;
        let line = visual(trimmed(line));
        if line.is_empty() {
            self.y += self.paragraph.line_height;
            return;
        }
        let largest = self.largest(&line);
        let first = self.clusters.len();
        let (mut x, mut image_offset) = (0.0, 0.0f64);
        for cluster in &line {
            let placed = self.placed(cluster, x, &largest);
            let width = match self.section(cluster).image_px {
                Some(size) => {
                    let across = if placed.vertical { size[0] } else { size[1] };
                    image_offset = image_offset.max(across * placed.scale - EM * largest.scale);
                    placed.advance
                }
                None if placed.vertical => EM,
                None => placed.advance,
            };
            x += width * placed.scale + (self.spacing)(cluster);
            self.clusters.push(placed);
        }
        let last_spacing = line.last().map_or(0.0, |c| (self.spacing)(c));
        self.longest = self.longest.max(x - last_spacing);
        let placed = &mut self.clusters[first..];
        let indent = placed.last().map_or(0.0, |c| c.x + c.advance * c.scale)
            * self.paragraph.justify.share();
        let line_offset = image_offset.max((largest.scale - 1.0) * EM);
        for cluster in placed {
            cluster.x -= indent;
            cluster.line_offset = line_offset;
        }
        let height = self.paragraph.line_height * largest.scale + image_offset;
        self.y += height;
        self.highest = self.highest.max(height);
    }

    /// The lines where the paragraph's anchor has them.
    pub fn anchored(mut self, text: Arc<str>, ascender: f64) -> Shaped {
        let Paragraph { line_height, justify, offset, .. } = *self.paragraph;
        let (across, down) = self.paragraph.anchor.shares();
        let shift_x = (justify.share() - across) * self.longest;
        let shift_y = match self.highest == line_height {
            true => -down * self.count as f64 * line_height + 0.5 * line_height,
            false => -self.y * down - LINE_TOP,
        };
        for cluster in &mut self.clusters {
            cluster.x += shift_x;
            cluster.y += shift_y;
        }
        let top = offset[1] - down * self.y;
        let left = offset[0] - across * self.longest;
        Shaped {
            lines: self.count,
            left,
            top,
            right: left + self.longest,
            bottom: top + self.y,
            text,
            upright: self.clusters.iter().any(|c| c.vertical),
            ascender,
            clusters: self.clusters,
        }
    }

    fn section(&self, cluster: &Unplaced) -> &'a Section {
        &self.paragraph.sections[cluster.section]
    }

    /// 1/24 em of an image's CSS px.
    fn image_scale(&self) -> f64 {
        EM / self.paragraph.size_px.max(1e-9)
    }

    fn largest(&self, line: &[&Unplaced]) -> Largest {
        let sections = || line.iter().map(|c| self.section(c));
        let scale = sections().map(|s| s.scale).fold(0.0, f64::max);
        let image = |i: usize| {
            let side = |s: &Section| s.image_px.map_or(0.0, |size| size[i] * s.scale);
            sections().map(side).fold(0.0, f64::max) * self.image_scale()
        };
        Largest { scale, width: (scale * EM).max(image(0)), height: (scale * EM).max(image(1)) }
    }

    /// A cluster at the pen's place in the next line.
    fn placed(&self, cluster: &Unplaced, x: f64, largest: &Largest) -> Cluster {
        let section = self.section(cluster);
        let vertical = self.stands(cluster);
        let (scale, own_height, advance) = match section.image_px {
            Some(size) => {
                let scale = section.scale * self.image_scale();
                (scale, size[1] * scale, if vertical { size[1] } else { size[0] })
            }
            None => (section.scale, EM * section.scale, cluster.advance),
        };
        let down = match vertical {
            true => largest.width - own_height,
            false => (largest.height - own_height) * section.align.share(),
        };
        Cluster {
            glyphs: cluster.glyphs.clone(),
            x,
            y: self.y + LINE_TOP + down,
            advance,
            scale,
            section: cluster.section,
            vertical,
            line_offset: 0.0,
            first: cluster.first,
            bytes: (cluster.bytes.start as u32, cluster.bytes.end as u32),
        }
    }

    /// Whether a cluster stands upright in a vertical line.
    fn stands(&self, cluster: &Unplaced) -> bool {
        match self.paragraph.writing {
            Writing::Horizontal => false,
            Writing::Vertical { alone: false } => self.standing.contains(&cluster.bytes.start),
            Writing::Vertical { alone: true } => {
                !(cluster.first.is_whitespace() || cluster.joined || lies(cluster.first))
            }
        }
    }
}

/// Without the white space at both ends.
fn trimmed(line: &[Unplaced]) -> &[Unplaced] {
    let seen = |c: &Unplaced| !c.first.is_whitespace();
    match (line.iter().position(seen), line.iter().rposition(seen)) {
        (Some(first), Some(last)) => &line[first..=last],
        _ => &[],
    }
}

/// A line's clusters from left to right (UAX #9, L2).
fn visual(line: &[Unplaced]) -> Vec<&Unplaced> {
    let mut order: Vec<&Unplaced> = line.iter().collect();
    let highest = line.iter().map(|c| c.level).max().unwrap_or(0);
    for level in (1..=highest).rev() {
        let mut start = 0;
        while start < order.len() {
            let end = order[start..]
                .iter()
                .position(|c| c.level < level)
                .map_or(order.len(), |n| start + n);
            order[start..end].reverse();
            start = end + 1;
        }
    }
    order
}
