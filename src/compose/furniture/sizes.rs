//! How large the furniture's parts are, in one table for each theme.

use super::parts::Theme;

/// Lengths are in units of the furniture's body text, which is in proportion to the picture; widths
/// of lines are CSS px.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// Text: of the title, of what stands below it, in boxes of words, in the lower band and the
    /// scale bar, of the graticule's degrees.
    pub title: f64,
    pub subtitle: f64,
    pub words: f64,
    pub small: f64,
    pub degree: f64,

    /// From the page's edge to what is in a band; from the map's edge to a box, and between boxes.
    pub band_pad: f64,
    pub margin: f64,
    /// From a box's edge to what is in it.
    pub legend_pad: f64,
    pub words_pad: f64,
    pub sign_pad: f64,
    /// Between lines of a band, rows of a legend, entries of a legend below the map.
    pub line_gap: f64,
    pub row_gap: f64,
    pub entry_gap: f64,

    /// A piece of the map in a legend, and from it to its words.
    pub swatch: [f64; 2],
    pub swatch_gap: f64,
    /// How thick a scale bar is; the side of the north arrow's box; the radius of the globe.
    pub bar: f64,
    pub north: f64,
    pub globe: f64,
    /// What marks the picture in an inset, and on a globe, at the least.
    pub least_mark: f64,
    /// A sign may be so high.
    pub logo: f64,
    /// The longest line of a callout, the dot at its place, and how near other boxes and other
    /// callouts' places may be.
    pub callout: f64,
    pub callout_dot: f64,
    pub callout_gap: f64,
    pub callout_clearance: f64,

    /// Lines: around boxes, around the inset and callouts, around the map, between maps, around the
    /// picture's place, of the graticule, from a callout to its place and under that.
    pub box_line: f64,
    pub inset_line: f64,
    pub frame_line: f64,
    pub divider_line: f64,
    pub mark_line: f64,
    pub graticule_line: f64,
    pub leader_line: f64,
    pub leader_halo: f64,
}

const STANDARD: Sizes = Sizes {
    title: 2.1,
    subtitle: 1.25,
    words: 1.1,
    small: 0.85,
    degree: 0.75,
    band_pad: 1.1,
    margin: 0.8,
    legend_pad: 0.8,
    words_pad: 0.5,
    sign_pad: 0.4,
    line_gap: 0.1,
    row_gap: 0.35,
    entry_gap: 1.6,
    swatch: [2.6, 1.25],
    swatch_gap: 0.6,
    bar: 0.32,
    north: 3.4,
    globe: 3.6,
    least_mark: 0.5,
    logo: 3.2,
    callout: 17.0,
    callout_dot: 0.24,
    callout_gap: 0.3,
    callout_clearance: 0.6,
    box_line: 0.6,
    inset_line: 0.8,
    frame_line: 1.0,
    divider_line: 1.4,
    mark_line: 1.4,
    graticule_line: 0.6,
    leader_line: 1.2,
    leader_halo: 3.2,
};

/// Lines that are seen from further away.
const HIGH_CONTRAST: Sizes =
    Sizes { box_line: 1.2, inset_line: 1.6, frame_line: 2.0, leader_line: 1.8, ..STANDARD };

impl Theme {
    pub(super) fn sizes(self) -> &'static Sizes {
        match self {
            Theme::Light | Theme::Dark | Theme::PrintGrey => &STANDARD,
            Theme::HighContrast => &HIGH_CONTRAST,
        }
    }
}

/// The furniture's body text in a picture of a size, CSS px: smaller pictures have less of it, but
/// it can be read in print.
pub(super) fn body_text([width, height]: [f64; 2]) -> f64 {
    /// Of a picture so wide, or as wide for its height.
    const OF_NORMAL: f64 = 12.0;
    const NORMAL_WIDTH: f64 = 900.0;
    const WIDTH_OF_HEIGHT: f64 = 1.3;
    const GROWTH: f64 = 0.7;
    const MOST: f64 = 60.0;
    let share = width.min(WIDTH_OF_HEIGHT * height) / NORMAL_WIDTH;
    (OF_NORMAL * share.powf(GROWTH)).clamp(LEAST_TEXT, MOST)
}

/// Text that can be read in print, CSS px: 6 points.
pub(super) const LEAST_TEXT: f64 = 8.0;
