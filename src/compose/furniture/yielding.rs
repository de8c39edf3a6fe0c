//! What of the furniture gives way where a picture is small, and in which order: nothing is cut or
//! laid over another, and what is left out is told.

use super::{Furnish, Part};

/// What the bands above and below the map hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Subtitle,
    Accuracy,
    Sources,
    Attribution,
    Date,
    Notes,
    Legend,
    Title,
}

impl Line {
    /// First those that give way first.
    const ORDER: [Line; 8] = [
        Line::Subtitle,
        Line::Accuracy,
        Line::Sources,
        Line::Attribution,
        Line::Date,
        Line::Notes,
        Line::Legend,
        Line::Title,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Line::Subtitle => "subtitle",
            Line::Accuracy => "accuracy",
            Line::Sources => "sources",
            Line::Attribution => "attribution",
            Line::Date => "date",
            Line::Notes => "note",
            Line::Legend => "legend",
            Line::Title => "title",
        }
    }
}

/// The boxes in the corners of the map, first those that stay longest.
pub(super) const BOXES: [Part; 7] =
    [Part::Legend, Part::Date, Part::Scale, Part::Logo, Part::North, Part::Inset, Part::Globe];

/// The share of the picture's height that the bands may take; the rest is the map's.
const MOST_OF_PICTURE: f64 = 0.75;

impl Furnish<'_> {
    /// Lets lines of the bands go, one after another, until the map has its share of the picture.
    pub(super) fn yielded(mut self) -> Self {
        while self.gone < Line::ORDER.len()
            && self.head().height + self.foot().height > MOST_OF_PICTURE * self.page.height()
        {
            self.gone += 1;
        }
        self
    }

    /// Whether a line has given way.
    pub(super) fn is_gone(&self, line: Line) -> bool {
        Line::ORDER[..self.gone].contains(&line)
    }
}
