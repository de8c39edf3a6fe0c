//! Where a label's lines end: at the opportunities of Unicode's line breaking algorithm (UAX #14),
//! chosen so that the lines are as even as can be, by the measure MapLibre uses.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use icu_segmenter::LineSegmenter;

use super::clusters::Unplaced;

/// The cluster indices at which lines end, the last of them the end of the text. Lines hold about
/// `max_width` (1/24 em); `advance` is a cluster's width with its spacing.
pub(super) fn line_ends(
    text: &str,
    clusters: &[Unplaced],
    max_width: f64,
    advance: impl Fn(&Unplaced) -> f64,
    is_image: impl Fn(&Unplaced) -> bool,
) -> Vec<usize> {
    let total: f64 = clusters.iter().map(&advance).sum();
    let lines = (total / max_width.max(1e-9)).ceil().clamp(1.0, clusters.len().max(1) as f64);
    let target = total / lines;
    // One line has no place to end before its end: any would leave both parts shorter than it.
    let widths = || clusters.iter().map(&advance);
    let is_one = lines == 1.0
        && widths().all(|width| width >= 0.0)
        && clusters.iter().any(|c| !c.first.is_whitespace() && advance(c) > 0.0)
        && !clusters.iter().any(|c| c.first == '\n');
    let opportunities = if is_one { BTreeSet::new() } else { opportunities(text) };
    let mut chosen: Vec<Break> = Vec::new();
    let mut x = 0.0;
    for (i, cluster) in clusters.iter().enumerate().filter(|_| !is_one) {
        if !cluster.first.is_whitespace() {
            x += advance(cluster);
        }
        let Some(next) = clusters.get(i + 1) else { break };
        let forced = cluster.first == '\n';
        // A bracket opens a line, where more than itself follows.
        let opens = next.first == '(' && i + 2 < clusters.len();
        if forced || opens || is_image(cluster) || opportunities.contains(&next.bytes.start) {
            let mut penalty: f64 = if forced { -10_000.0 } else { 0.0 };
            // Brackets want to stay with what they hold.
            if matches!(cluster.first, '(' | '（') {
                penalty += 50.0;
            }
            if matches!(next.first, ')' | '）') {
                penalty += 50.0;
            }
            let best = Break::best(i + 1, x, target, &chosen, penalty, false);
            chosen.push(best);
            // Text without end is not weighed against all that came before.
            if chosen.len() > 500 {
                break;
            }
        }
    }
    let mut ends = vec![clusters.len()];
    let mut at = Break::best(clusters.len(), x, target, &chosen, 0.0, true).prior;
    while let Some(i) = at {
        ends.push(chosen[i].end);
        at = chosen[i].prior;
    }
    // Paragraphs end lines, whatever else does.
    let separator = |c: &Unplaced| matches!(c.first, '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2029}');
    ends.extend(clusters.iter().enumerate().filter(|(_, c)| separator(c)).map(|(i, _)| i + 1));
    ends.sort_unstable();
    ends.dedup();
    ends
}

struct Break {
    end: usize,
    x: f64,
    prior: Option<usize>,
    badness: f64,
}

impl Break {
    fn best(end: usize, x: f64, target: f64, earlier: &[Break], penalty: f64, last: bool) -> Self {
        let badness = |width: f64| {
            let raggedness = (width - target).powi(2);
            match last {
                // A short last line is better than a long one.
                true if width < target => raggedness / 2.0,
                true => raggedness * 2.0,
                false => raggedness + penalty.abs() * penalty,
            }
        };
        let mut best = Self { end, x, prior: None, badness: badness(x) };
        for (i, prior) in earlier.iter().enumerate() {
            let sum = badness(x - prior.x) + prior.badness;
            if sum <= best.badness {
                best = Self { end, x, prior: Some(i), badness: sum };
            }
        }
        best
    }
}

/// The byte positions before which a line may begin.
fn opportunities(text: &str) -> BTreeSet<usize> {
    static SEGMENTER: OnceLock<icu_segmenter::LineSegmenterBorrowed<'static>> = OnceLock::new();
    let segmenter = SEGMENTER.get_or_init(|| LineSegmenter::new_lstm(Default::default()));
    segmenter.segment_str(text).collect()
}
