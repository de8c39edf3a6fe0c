//! The bands above and below the map: title, subtitle and date; how accurate the map is, and its
//! sources.

use super::sizes::LEAST_TEXT;
use super::words::filled;
use super::write::Block;
use super::yielding::Line;
use super::{BOLD, Band, CssRect, Furnish, MAX_SOURCES, Part, REGULAR, all_sources};

impl Furnish<'_> {
    pub(super) fn as_of(&self) -> Option<String> {
        let day = self
            .subject
            .day
            .filter(|_| self.wants(Part::Date) && self.subject.captions.is_empty())?;
        Some(self.words.of_days(self.subject.since, day))
    }

    /// The band above the map: title, subtitle and date.
    pub(super) fn head(&self) -> Band {
        let wants = self.wants(Part::Title);
        let title = self.wanted.title.as_deref().filter(|_| wants);
        let subtitle = self.wanted.subtitle.as_deref().filter(|_| wants);
        let (pad, width) = (self.pad(), self.page.width());
        let inner = width - 2.0 * pad;
        if title.is_none() && subtitle.is_none() {
            return Band::default();
        }
        let palette = &self.palette;
        let date = self.as_of();
        let all = [
            (Line::Title, title, BOLD, self.sizes.title, palette.ink),
            (Line::Subtitle, subtitle, REGULAR, self.sizes.subtitle, palette.ink),
            (Line::Date, date.as_deref(), REGULAR, self.sizes.subtitle, palette.soft),
        ];
        let kept = |line: Line| !self.is_gone(line);
        let set = |factor: f64| {
            all.map(|(line, text, font, size, color)| {
                let text = text.filter(|_| kept(line))?;
                self.text(text, font, size * factor * self.unit, inner, color)
            })
        };
        // Smaller until no line is cut, and the map is most of the page.
        let fits = |blocks: &[Option<Block>; 3]| {
            let height: f64 = blocks.iter().flatten().map(|b| b.height).sum();
            blocks.iter().flatten().all(|b| b.width <= inner + 0.5)
                && height <= 0.34 * self.page.height()
        };
        let mut factor = 1.0;
        let mut blocks = set(factor);
        while !fits(&blocks) && factor > 0.25 {
            factor *= 0.88;
            blocks = set(factor);
        }
        let mut band = Band::default();
        let mut items = Vec::new();
        let mut y = 0.8 * pad;
        for ((line, text, ..), block) in all.iter().zip(&blocks) {
            match block.as_ref().filter(|block| block.width <= width - pad) {
                Some(block) => {
                    items.push(block.at(self.start(block, pad, width - pad), y, None));
                    y += block.height + self.sizes.line_gap * self.unit;
                }
                // A date without room in the band may yet find some in a corner.
                None if text.is_some() && *line != Line::Date => band.left_out.push(line.name()),
                None => {}
            }
        }
        if !items.is_empty() {
            band.height = (y + 0.6 * pad).ceil();
            band.items = self.rectangle(
                CssRect { bottom: band.height, ..self.page },
                Some(palette.paper),
                None,
            );
            band.items.extend(items);
        }
        band
    }

    /// Whether the date stands above the map.
    pub(super) fn has_date_above(&self) -> bool {
        let has_head = self.wants(Part::Title)
            && (self.wanted.title.is_some() || self.wanted.subtitle.is_some());
        has_head && !self.is_gone(Line::Date)
    }

    /// The band below the map: what is not on it, how accurate it is, its sources.
    pub(super) fn foot(&self) -> Band {
        if !self.wants(Part::Sources) && !self.has_legend_strip() {
            return Band::default();
        }
        let (pad, width) = (self.pad(), self.page.width());
        let inner = width - 2.0 * pad;
        let size = (self.sizes.small * self.unit).max(LEAST_TEXT);
        // On a small page fewer sources are named, so that the map is most of it.
        let most = if self.has_legend_strip() { 0.13 } else { 0.2 } * self.page.height();
        let fits = |text: &String| {
            self.text(text, REGULAR, size, inner, self.palette.soft)
                .is_none_or(|b| b.height <= most)
        };
        let sources =
            (0..=MAX_SOURCES).rev().map(|named| self.sources(named)).find(fits).unwrap_or_default();
        let (ink, soft) = (self.palette.ink, self.palette.soft);
        let lines = [
            (Line::Notes, self.subject.notes.join(" "), ink),
            (Line::Accuracy, self.accuracy().unwrap_or_default(), ink),
            (Line::Sources, sources, soft),
            (Line::Attribution, self.subject.attribution.to_string(), soft),
        ];
        let mut y = 0.6 * pad;
        let mut band = Band::default();
        let mut items = Vec::new();
        if self.has_legend_strip() {
            let (strip, height) = self.legend_strip(y);
            items.extend(strip);
            y += height;
        }
        for (line, text, color) in lines.into_iter().filter(|_| self.wants(Part::Sources)) {
            let is_cut = |block: &Block| block.width > width - pad;
            match self
                .text(&text, REGULAR, size, inner, color)
                .filter(|b| !self.is_gone(line) && !is_cut(b))
            {
                Some(block) => {
                    items.push(block.at(self.start(&block, pad, width - pad), y, None));
                    y += block.height;
                }
                None if !text.is_empty()
                    || line == Line::Sources && !all_sources(self.subject).is_empty() =>
                {
                    band.left_out.push(line.name());
                }
                None => {}
            }
        }
        if items.is_empty() {
            return band;
        }
        band.height = (y + 0.6 * pad).ceil();
        let top = self.page.height() - band.height;
        band.items = self.rectangle(CssRect { top, ..self.page }, Some(self.palette.paper), None);
        let moved = self.at([0.0, top]);
        band.items.extend(items.into_iter().map(|item| item.moved(moved)));
        band
    }

    /// How good what the legend tells of is, where it is not exact.
    fn accuracy(&self) -> Option<String> {
        let features =
            self.subject.entries.iter().flat_map(|(.., seen)| seen).map(|s| s.part.feature);
        let known: Vec<f64> =
            features.filter_map(|f| f.number("accuracy_m")).filter(|m| *m >= 500.0).collect();
        let (least, most) =
            (known.iter().copied().reduce(f64::min)?, known.iter().copied().reduce(f64::max)?);
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
            text = format!(
                "{text}; {}",
                filled(self.words.more, &[&self.words.digits(&(all.len() - named).to_string())])
            );
        }
        if text.is_empty() { text } else { filled(self.words.sources, &[&text]) }
    }
}
