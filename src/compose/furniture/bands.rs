//! The bands above and below the map: title, subtitle and date; how accurate the map is, and its sources.

use super::words::filled;
use super::write::Block;
use super::{BOLD, Furnish, Items, LEAST_UNIT, MAX_SOURCES, Part, REGULAR, all_sources};

impl Furnish<'_> {
    pub(super) fn as_of(&self) -> Option<String> {
        let day = self.subject.day.filter(|_| self.wants(Part::Date) && self.subject.captions.is_empty())?;
        Some(self.words.of_days(self.subject.since, day))
    }

    /// The band above the map, and its height: title, subtitle and date.
    pub(super) fn head(&self) -> (Items, f64) {
        let wants = self.wants(Part::Title);
        let title = self.wanted.title.as_deref().filter(|_| wants);
        let subtitle = self.wanted.subtitle.as_deref().filter(|_| wants);
        let (pad, inner) = (self.pad(), self.width - 2.0 * self.pad());
        if title.is_none() && subtitle.is_none() {
            return (Vec::new(), 0.0);
        }
        let palette = &self.palette;
        let date = self.as_of();
        let set = |factor: f64| {
            let size = factor * self.unit;
            [
                title.and_then(|t| self.text(t, BOLD, 2.1 * size, inner, palette.ink)),
                subtitle.and_then(|t| self.text(t, REGULAR, 1.25 * size, inner, palette.ink)),
                date.as_deref().and_then(|t| self.text(t, REGULAR, 1.25 * size, inner, palette.soft)),
            ]
        };
        // Smaller until no line is cut, and the map is most of the page.
        let fits = |blocks: &[Option<Block>; 3]| {
            let height: f64 = blocks.iter().flatten().map(|b| b.height).sum();
            blocks.iter().flatten().all(|b| b.width <= inner + 0.5) && height <= 0.34 * self.height
        };
        let mut factor = 1.0;
        let mut blocks = set(factor);
        while !fits(&blocks) && factor > 0.25 {
            factor *= 0.88;
            blocks = set(factor);
        }
        let mut items = Vec::new();
        let mut y = 0.8 * pad;
        for block in blocks.iter().flatten() {
            items.push(block.at(self.start(block, pad, self.width - pad), y, None));
            y += block.height + 0.1 * self.unit;
        }
        let height = (y + 0.6 * pad).ceil();
        let mut all = self.rectangle([0.0, 0.0, self.width, height], Some(palette.paper), None);
        all.extend(items);
        (all, height)
    }

    /// The band below the map, and its height: how accurate the map is, its sources.
    pub(super) fn foot(&self) -> (Items, f64) {
        if !self.wants(Part::Sources) && !self.has_legend_strip() {
            return (Vec::new(), 0.0);
        }
        let (pad, inner) = (self.pad(), self.width - 2.0 * self.pad());
        let size = (0.85 * self.unit).max(LEAST_UNIT);
        // On a small page fewer sources are named, so that the map is most of it.
        let most = if self.has_legend_strip() { 0.13 } else { 0.2 } * self.height;
        let fits =
            |text: &String| self.text(text, REGULAR, size, inner, self.palette.soft).is_none_or(|b| b.height <= most);
        let sources = (0..=MAX_SOURCES).rev().map(|named| self.sources(named)).find(fits).unwrap_or_default();
        let lines = [
            self.accuracy().map(|t| (t, self.palette.ink)),
            Some((sources, self.palette.soft)),
            Some((self.subject.attribution.to_string(), self.palette.soft)),
        ];
        let mut y = 0.6 * pad;
        let mut items = Vec::new();
        if self.has_legend_strip() {
            let (strip, height) = self.legend_strip(y);
            items.extend(strip);
            y += height;
        }
        let lines = lines.into_iter().filter(|_| self.wants(Part::Sources));
        for (text, color) in lines.flatten().filter(|(t, _)| !t.is_empty()) {
            if let Some(block) = self.text(&text, REGULAR, size, inner, color) {
                items.push(block.at(self.start(&block, pad, self.width - pad), y, None));
                y += block.height;
            }
        }
        let height = (y + 0.6 * pad).ceil();
        let mut all =
            self.rectangle([0.0, self.height - height, self.width, self.height], Some(self.palette.paper), None);
        let moved = self.at(0.0, self.height - height);
        all.extend(items.into_iter().map(|item| item.moved(moved)));
        (all, height)
    }

    /// How good what the legend tells of is, where it is not exact.
    fn accuracy(&self) -> Option<String> {
        let features = self.subject.entries.iter().flat_map(|(.., seen)| seen).map(|s| s.part.feature);
        let known: Vec<f64> = features.filter_map(|f| f.number("accuracy_m")).filter(|m| *m >= 500.0).collect();
        let (least, most) = (known.iter().copied().reduce(f64::min)?, known.iter().copied().reduce(f64::max)?);
        let km = |m: f64| self.words.digits(&format!("{}", (m / 100.0).round() / 10.0));
        Some(match least == most {
            true => filled(self.words.accuracy_one, &[&km(most)]),
            false => filled(self.words.accuracy, &[&km(least), &km(most)]),
        })
    }

    /// What the features in the picture that the legend tells of rest on; each once.
    fn sources(&self, most: usize) -> String {
        let all = all_sources(self.subject);
        let named = all.len().min(most);
        if named == 0 {
            return String::new();
        }
        let mut text = all[..named].join("; ");
        if named < all.len() {
            text =
                format!("{text}; {}", filled(self.words.more, &[&self.words.digits(&(all.len() - named).to_string())]));
        }
        if text.is_empty() { text } else { filled(self.words.sources, &[&text]) }
    }
}
