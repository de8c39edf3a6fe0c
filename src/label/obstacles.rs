//! What is on a board before any label: the edges of a picture's map, and its furniture.

use super::bounds::{Area, Bound};
use super::{Candidate, Shown, Try};

/// Which of a candidate keeps clear of the obstacles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Yields {
    #[default]
    Nothing,
    /// The icon stays where it is.
    Text,
    Whole,
}

/// What no label may be cut by, CSS px of the plane.
#[derive(Debug, Clone, PartialEq)]
pub struct Obstacles {
    /// Where labels may be.
    pub map: Area,
    pub boxes: Vec<Area>,
    /// Straight lines, from one end to the other.
    pub lines: Vec<[[f64; 2]; 2]>,
}

/// How many copies of the world to either side a picture may show.
const COPIES: i64 = 2;

/// What of a label is to be clear: bounds, and how much of them is padding, CSS px.
#[derive(Clone, Copy)]
pub(super) struct Room<'a> {
    bounds: &'a [Bound],
    padding: f64,
}

/// What of a label's padding is kept free beside furniture; none at the map's edges.
const MOST_PADDING: f64 = 2.0;

impl<'a> Room<'a> {
    /// Without padding.
    pub fn of(bounds: &'a [Bound]) -> Self {
        Self { bounds, padding: 0.0 }
    }
}

impl Try {
    pub(super) fn rooms(&self) -> [Room<'_>; 2] {
        [Room { bounds: &self.bounds, padding: self.padding }, Room::of(&self.around)]
    }
}

impl Obstacles {
    /// Whether rooms of a candidate, moved by some px, lie in the map, clear of everything, as the
    /// place that it names does. Of what a user put there only the room counts, not lines.
    fn leave<T>(&self, candidate: &Candidate<T>, rooms: &[Room], by: [f64; 2]) -> bool {
        let is_whole = candidate.yields == Yields::Whole;
        let at = Area { min: candidate.at, max: candidate.at }.moved(by);
        let lines = if is_whole { self.lines.as_slice() } else { &[] };
        let has_room = |bound: Bound, padding: f64| {
            let text = bound.moved(by).grown(-padding);
            let padded = text.grown(padding.min(MOST_PADDING));
            self.map.holds(&text.area())
                && !self.boxes.iter().any(|one| padded.collides(&Bound::Box(*one)))
                && !lines.iter().any(|line| padded.is_crossed(*line))
        };
        (!is_whole || self.map.holds(&at))
            && rooms.iter().all(|room| room.bounds.iter().all(|b| has_room(*b, room.padding)))
    }

    /// The same in any copy of the world: a label is shown in all copies or in none, but for where
    /// it would be cut.
    pub(super) fn leave_somewhere<T>(
        &self,
        candidate: &Candidate<T>,
        rooms: &[Room],
        period: [f64; 2],
    ) -> bool {
        let copies = if period == [0.0; 2] { 0..=0 } else { -COPIES..=COPIES };
        let mut moved = copies.map(|copy| period.map(|p| p * copy as f64));
        moved.any(|by| self.leave(candidate, rooms, by))
    }

    /// What of a candidate is shown where it lies: not what would be cut there.
    pub(super) fn uncut<T>(&self, candidate: &Candidate<T>, shown: Shown) -> Shown {
        let text = candidate.text.as_ref().zip(shown.text).map(|(text, at)| &text.tries[at]);
        let icon = candidate.icon.as_ref().filter(|_| shown.icon);
        let is_cut = |rooms: &[Room]| !self.leave(candidate, rooms, [0.0; 2]);
        let text_is_cut = text.is_some_and(|text| is_cut(&text.rooms()));
        let icon_is_cut = || icon.is_some_and(|i| is_cut(&[Room::of(i.beside(shown.text))]));
        match candidate.yields {
            Yields::Text if text_is_cut => Shown { text: None, ..shown },
            Yields::Whole if text_is_cut || icon_is_cut() => Shown::default(),
            _ => shown,
        }
    }

    /// Whether a candidate whose icon stays would be seen to have a text, but has room for it in
    /// none of its positions.
    pub(super) fn silences<T>(&self, candidate: &Candidate<T>) -> bool {
        let text = candidate.text.as_ref().filter(|_| candidate.yields == Yields::Text);
        text.is_some_and(|text| {
            let is_seen = |bound: &Bound| self.map.meets(&bound.area());
            text.tries.iter().all(|one| !self.leave(candidate, &one.rooms(), [0.0; 2]))
                && text.tries.iter().flat_map(|one| &one.bounds).any(is_seen)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::{Board, Icon, Overlap, Rank, Supplied, Supply, Text};

    struct Once(Vec<Candidate<&'static str>>);

    impl Supply<&'static str> for Once {
        fn candidates(&mut self, _: &Area, _: usize) -> Supplied<&'static str> {
            std::mem::take(&mut self.0).into()
        }
    }

    fn square(x: f64, y: f64) -> Area {
        Area { min: [x, y], max: [x + 10.0, y + 10.0] }
    }

    fn label(
        name: &'static str,
        part: u32,
        at: &[[f64; 2]],
        yields: Yields,
    ) -> Candidate<&'static str> {
        let tries = at.iter().map(|[x, y]| Try {
            bounds: vec![Bound::Box(square(*x, *y))],
            padding: 0.0,
            strict: false,
            around: Vec::new(),
        });
        let tries: Vec<Try> = tries.collect();
        let overlap = Overlap::Never;
        Candidate {
            rank: Rank { layer: 0, key: 0, tile: 0, part, nth: 0 },
            copy: 0,
            at: at[0],
            text: Some(Text { tries, overlap, blocks: true, optional: true }),
            icon: None,
            repeat: None,
            yields,
            ink: Area { min: [0.0; 2], max: [100.0; 2] },
            payload: name,
        }
    }

    fn shown(
        obstacles: Obstacles,
        labels: Vec<Candidate<&'static str>>,
    ) -> (Vec<(&'static str, Shown)>, usize) {
        let mut board = Board::default().around(obstacles);
        let page = Area { min: [0.0; 2], max: [100.0; 2] };
        let found = board.shown(&page, &mut Once(labels));
        let found =
            found.into_iter().map(|(candidate, shown)| (candidate.payload, shown)).collect();
        (found, board.silenced())
    }

    fn page(boxes: Vec<Area>, lines: Vec<[[f64; 2]; 2]>) -> Obstacles {
        Obstacles { map: Area { min: [0.0; 2], max: [100.0; 2] }, boxes, lines }
    }

    const TEXT: Shown = Shown { text: Some(0), icon: false };

    #[test]
    fn a_label_moves_aside_or_leaves_its_room_to_others() {
        let all = || {
            vec![
                label("first", 0, &[[20.0, 20.0], [40.0, 20.0]], Yields::Whole),
                label("second", 1, &[[22.0, 22.0]], Yields::Whole),
                label("third", 2, &[[42.0, 22.0]], Yields::Whole),
            ]
        };
        assert_eq!(shown(page(vec![], vec![]), all()).0, [("first", TEXT), ("third", TEXT)]);
        // The first moves to where the third would be; the second would be cut, too.
        let legend = square(15.0, 15.0);
        let (found, _) = shown(page(vec![legend], vec![]), all());
        assert_eq!(found, [("first", Shown { text: Some(1), icon: false })]);
        // It has no room, and what it would have displaced is there.
        let boxes = vec![square(15.0, 12.0), square(51.0, 20.0)];
        let mut without = all();
        without[0].text.as_mut().unwrap().tries.truncate(2);
        without[0].text.as_mut().unwrap().tries[1].bounds = vec![Bound::Box(square(45.0, 12.0))];
        without[2].text.as_mut().unwrap().tries[0].bounds = vec![Bound::Box(square(40.0, 23.0))];
        let (found, _) = shown(page(boxes, vec![]), without);
        assert_eq!(found, [("third", TEXT)].map(|(name, at)| (name, at)));
    }

    #[test]
    fn edges_and_lines_are_in_the_way_of_whole_labels() {
        let cut = label("cut", 0, &[[95.0, 50.0]], Yields::Whole);
        assert!(shown(page(vec![], vec![]), vec![cut.clone()]).0.is_empty());
        let mut nameless = label("of what lies outside", 0, &[[80.0, 50.0]], Yields::Whole);
        nameless.at = [101.0, 55.0];
        assert!(shown(page(vec![], vec![]), vec![nameless]).0.is_empty());
        let free = Candidate { yields: Yields::Nothing, ..cut };
        assert_eq!(shown(page(vec![], vec![]), vec![free]).0.len(), 1);
        // What it keeps free of other labels may be cut.
        let mut padded = label("padded", 0, &[[91.0, 50.0]], Yields::Whole);
        padded.text.as_mut().unwrap().tries[0].padding = 1.0;
        assert_eq!(shown(page(vec![], vec![]), vec![padded]).0.len(), 1);
        let struck = label("struck", 0, &[[50.0, 50.0]], Yields::Whole);
        let leader = [[0.0, 0.0], [100.0, 100.0]];
        assert!(shown(page(vec![], vec![leader]), vec![struck]).0.is_empty());
    }

    #[test]
    fn what_a_user_put_there_keeps_its_icon() {
        let icon = Icon {
            bounds: vec![Bound::Box(square(20.0, 20.0))],
            with_text: Vec::new(),
            overlap: Overlap::Never,
            blocks: true,
            optional: true,
        };
        let pin = |yields| Candidate {
            icon: Some(icon.clone()),
            ..label("pin", 0, &[[20.0, 20.0]], yields)
        };
        let boxes = || page(vec![square(15.0, 15.0)], vec![]);
        let stays = [("pin", Shown { text: None, icon: true })];
        assert_eq!(shown(boxes(), vec![pin(Yields::Text)]), (stays.to_vec(), 1));
        assert_eq!(shown(boxes(), vec![pin(Yields::Whole)]), (vec![], 0));
    }
}
