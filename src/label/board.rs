//! The answers of one zoom and state, found as they are asked for.

use std::collections::{HashMap, HashSet};

use super::bounds::{Area, Bound};
use super::obstacles::Room;
use super::{Candidate, Icon, Obstacles, Overlap, Rank, Shown, Yields};

/// Gives a board its candidates.
pub trait Supply<T> {
    /// Every candidate whose position lies in the area; others may be among them, but none that was
    /// given before. No candidate reaches further than [`Board::REACH`] from its position.
    fn candidates(&mut self, area: &Area) -> Vec<Candidate<T>>;

    /// Whether the answer is no longer wanted: then what is given is not all of it, and the next
    /// who asks goes on from there.
    fn is_over(&self) -> bool {
        false
    }
}

/// Candidates by place, and what is known of each.
#[derive(Debug)]
pub struct Board<T> {
    candidates: Vec<Entry<T>>,
    /// The candidates that meet each cell of the plane.
    cells: HashMap<(i64, i64), Vec<u32>>,
    /// The shown candidates that keep each cell free.
    blockers: HashMap<(i64, i64), Vec<u32>>,
    /// The candidates whose text is shown, by name.
    named: HashMap<u64, Vec<u32>>,
    /// The blocks of the plane whose candidates are all here.
    supplied: HashSet<(i64, i64)>,
    /// From one copy of the world to the next, CSS px.
    period: [f64; 2],
    /// What is there before any label.
    obstacles: Option<Obstacles>,
}

#[derive(Debug)]
struct Entry<T> {
    candidate: Candidate<T>,
    /// Everything it may touch.
    area: Area,
    answer: Option<Shown>,
    /// What keeps others away.
    blocking: Vec<(Bound, Overlap)>,
}

/// Side of a block that candidates are fetched by, and of a cell that they are found by, CSS px.
const BLOCK: f64 = 512.0;
const CELL: f64 = 64.0;

/// Cells that one candidate may lie in, in each direction.
const MAX_CELLS: i64 = (2.0 * Board::<()>::REACH / CELL) as i64 + 2;

impl<T> Default for Board<T> {
    fn default() -> Self {
        Self {
            candidates: Vec::new(),
            cells: HashMap::new(),
            blockers: HashMap::new(),
            named: HashMap::new(),
            supplied: HashSet::new(),
            period: [0.0; 2],
            obstacles: None,
        }
    }
}

impl<T> Board<T> {
    /// How far from its position a label may reach, CSS px.
    pub const REACH: f64 = 1024.0;

    /// For a world whose copies lie side by side, each moved by the period, CSS px, from the one
    /// before it.
    pub fn of_world(period: [f64; 2]) -> Self {
        Self { period, ..Self::default() }
    }

    /// The same with something on it before any label: for one picture.
    pub fn around(self, obstacles: Obstacles) -> Self {
        Self { obstacles: Some(obstacles), ..self }
    }

    /// How many labels that keep their icon have no room for their text, of those that would be
    /// seen.
    pub fn silenced(&self) -> usize {
        let silences = |entry: &&Entry<T>| {
            self.obstacles.as_ref().is_some_and(|o| o.silences(&entry.candidate))
        };
        self.candidates.iter().filter(silences).count()
    }

    /// What is shown of every candidate that may paint in the area, in order.
    pub fn shown(
        &mut self,
        area: &Area,
        supply: &mut dyn Supply<T>,
    ) -> Vec<(&Candidate<T>, Shown)> {
        self.fetch(area, supply);
        let mut found: Vec<u32> =
            self.meeting(area).filter(|i| self.entry(*i).candidate.ink.meets(area)).collect();
        found.sort_unstable_by_key(|i| (self.rank(*i), self.entry(*i).candidate.copy));
        for i in &found {
            self.decide(*i, supply);
        }
        let answer = |i: u32| {
            let entry = self.entry(i);
            let uncut = |shown: Shown| match &self.obstacles {
                Some(obstacles) => obstacles.uncut(&entry.candidate, shown),
                None => shown,
            };
            Some((&entry.candidate, entry.answer.map(uncut).filter(|a| !a.is_nothing())?))
        };
        found.into_iter().filter_map(answer).collect()
    }

    /// Candidates known so far, and cells they are kept in: what memory is held by.
    pub fn len(&self) -> usize {
        self.candidates.len()
    }

    pub fn is_empty(&self) -> bool {
        self.candidates.is_empty()
    }

    fn entry(&self, i: u32) -> &Entry<T> {
        &self.candidates[i as usize]
    }

    fn rank(&self, i: u32) -> Rank {
        self.entry(i).candidate.rank
    }

    /// Makes sure that every candidate that may touch the area is here.
    fn fetch(&mut self, area: &Area, supply: &mut dyn Supply<T>) {
        for block in tiles(&area.grown(Self::REACH), BLOCK, i64::MAX) {
            if supply.is_over() {
                return;
            }
            if !self.supplied.insert(block) {
                continue;
            }
            let min = [block.0 as f64 * BLOCK, block.1 as f64 * BLOCK];
            for candidate in supply.candidates(&Area { min, max: min.map(|v| v + BLOCK) }) {
                self.add(candidate);
            }
        }
    }

    fn add(&mut self, candidate: Candidate<T>) {
        let area = candidate.areas().fold(Area::EMPTY, |all, area| all.union(&area));
        if area.is_empty() {
            return;
        }
        let i = self.candidates.len() as u32;
        for cell in tiles(&area, CELL, MAX_CELLS) {
            self.cells.entry(cell).or_default().push(i);
        }
        self.candidates.push(Entry { candidate, area, answer: None, blocking: Vec::new() });
    }

    /// The candidates that may touch the area, each once.
    fn meeting(&self, area: &Area) -> impl Iterator<Item = u32> {
        let mut found: Vec<u32> = tiles(area, CELL, i64::MAX)
            .filter_map(|cell| self.cells.get(&cell))
            .flatten()
            .copied()
            .filter(|i| self.entry(*i).area.meets(area))
            .collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter()
    }

    /// Decides a candidate, and before it whatever that hangs on.
    fn decide(&mut self, i: u32, supply: &mut dyn Supply<T>) {
        let mut waiting = vec![(i, None::<std::vec::IntoIter<u32>>)];
        while let Some((i, earlier)) = waiting.last_mut() {
            if supply.is_over() {
                return;
            }
            let i = *i;
            if self.entry(i).answer.is_some() {
                waiting.pop();
                continue;
            }
            if self.entry(i).candidate.copy != 0 {
                match self.original(i, supply) {
                    Some(original) if self.entry(original).answer.is_none() => {
                        waiting.push((original, None))
                    }
                    _ if supply.is_over() => return,
                    original => {
                        let shown = original.and_then(|o| self.entry(o).answer);
                        self.settle(i, shown.unwrap_or_default());
                        waiting.pop();
                    }
                }
                continue;
            }
            // What those already shown leave no room for, no later answer will make room for; but
            // an icon that goes with its text may yet find room where the text finds none.
            let moves = self.entry(i).candidate.icon.as_ref().is_some_and(Icon::moves);
            if !moves && self.place(i).is_nothing() {
                self.settle(i, Shown::default());
                waiting.pop();
                continue;
            }
            let earlier = match earlier {
                Some(earlier) => earlier,
                None => {
                    let list = self.earlier(i, supply);
                    // Not all of them may be there.
                    if supply.is_over() {
                        return;
                    }
                    earlier.insert(list.into_iter())
                }
            };
            match earlier.find(|e| self.entry(*e).answer.is_none()) {
                Some(first) => waiting.push((first, None)),
                None => {
                    self.settle(i, self.place(i));
                    waiting.pop();
                }
            }
        }
    }

    /// The candidate of the world itself that this one is a copy of: every copy shows what it
    /// shows.
    fn original(&mut self, i: u32, supply: &mut dyn Supply<T>) -> Option<u32> {
        let (candidate, area) = (&self.entry(i).candidate, self.entry(i).area);
        let (rank, by) = (candidate.rank, self.period.map(|p| p * candidate.copy as f64));
        let moved = |v: [f64; 2]| [v[0] - by[0], v[1] - by[1]];
        let area = Area { min: moved(area.min), max: moved(area.max) }.grown(1.0);
        self.fetch(&area, supply);
        self.meeting(&area).find(|o| self.rank(*o) == rank && self.entry(*o).candidate.copy == 0)
    }

    /// Writes the answer down.
    fn settle(&mut self, i: u32, shown: Shown) {
        let blocking = self.blocking(i, shown);
        let mut cells: Vec<(i64, i64)> =
            blocking.iter().flat_map(|(b, _)| tiles(&b.area(), CELL, MAX_CELLS)).collect();
        cells.sort_unstable();
        cells.dedup();
        for cell in cells {
            self.blockers.entry(cell).or_default().push(i);
        }
        let entry = &mut self.candidates[i as usize];
        entry.answer = Some(shown);
        entry.blocking = blocking;
        if let (Some(repeat), Some(_)) = (&entry.candidate.repeat, shown.text) {
            self.named.entry(repeat.name).or_default().push(i);
        }
    }

    /// The earlier candidates that may be in this one's way, in order; none where nothing can be.
    fn earlier(&mut self, i: u32, supply: &mut dyn Supply<T>) -> Vec<u32> {
        let candidate = &self.entry(i).candidate;
        let free = |o: Overlap| o == Overlap::Always;
        let text_free = candidate
            .text
            .as_ref()
            .is_none_or(|t| free(t.overlap) && t.tries.iter().all(|t| !t.strict));
        if text_free
            && candidate.icon.as_ref().is_none_or(|i| free(i.overlap))
            && candidate.repeat.is_none()
        {
            return Vec::new();
        }
        let mut area = self.entry(i).area;
        if let Some(repeat) = &candidate.repeat {
            area = area.union(&Area { min: repeat.at, max: repeat.at }.grown(repeat.distance));
        }
        let rank = candidate.rank;
        self.fetch(&area, supply);
        let mut earlier: Vec<u32> = self.meeting(&area).filter(|e| self.rank(*e) < rank).collect();
        earlier.sort_unstable_by_key(|e| self.rank(*e));
        earlier
    }

    /// What is shown of a candidate, all that it hangs on being decided.
    fn place(&self, i: u32) -> Shown {
        let candidate = &self.entry(i).candidate;
        if candidate.repeat.is_some_and(|r| self.is_repeated(&r, candidate.rank)) {
            return Shown::default();
        }
        let is_free = |bounds: &[Bound], overlap: Overlap| {
            overlap == Overlap::Always
                || bounds.iter().all(|b| self.is_free(b, overlap, candidate.rank))
        };
        let has_room = |rooms: &[Room]| {
            self.obstacles.as_ref().is_none_or(|o| o.leave_somewhere(candidate, rooms, self.period))
        };
        let text = candidate.text.as_ref().and_then(|text| {
            text.tries.iter().position(|t| {
                let overlap = if t.strict { Overlap::Never } else { text.overlap };
                (candidate.yields == Yields::Nothing || has_room(&t.rooms()))
                    && is_free(&t.bounds, overlap)
                    && is_free(&t.around, overlap)
            })
        });
        let icon = candidate.icon.as_ref().is_some_and(|icon| {
            let bounds = icon.beside(text);
            (candidate.yields != Yields::Whole || has_room(&[Room::of(bounds)]))
                && is_free(bounds, icon.overlap)
        });
        let icon_alone = candidate.text.as_ref().is_none_or(|t| t.optional);
        let text_alone = candidate.icon.as_ref().is_none_or(|i| i.optional);
        let both = icon && text.is_some();
        match (icon_alone, text_alone) {
            (false, false) => Shown { text: text.filter(|_| both), icon: both },
            (true, false) => Shown { text: text.filter(|_| icon), icon },
            (false, true) => Shown { text, icon: both },
            (true, true) => Shown { text, icon },
        }
    }

    /// What a candidate keeps free where so much of it is shown.
    fn blocking(&self, i: u32, shown: Shown) -> Vec<(Bound, Overlap)> {
        let candidate = &self.entry(i).candidate;
        let mut blocking = Vec::new();
        if let (Some(text), Some(t)) = (&candidate.text, shown.text)
            && text.blocks
        {
            blocking.extend(text.tries[t].bounds.iter().map(|b| (*b, text.overlap)));
        }
        if let (Some(icon), true) = (&candidate.icon, shown.icon)
            && icon.blocks
        {
            blocking.extend(icon.beside(shown.text).iter().map(|b| (*b, icon.overlap)));
        }
        blocking
    }

    fn is_free(&self, bound: &Bound, overlap: Overlap, rank: Rank) -> bool {
        let in_way = |entry: &Entry<T>| {
            entry.candidate.rank < rank
                && entry
                    .blocking
                    .iter()
                    .any(|(other, kind)| !overlap.allows(*kind) && bound.collides(other))
        };
        let blockers = tiles(&bound.area(), CELL, MAX_CELLS)
            .filter_map(|cell| self.blockers.get(&cell))
            .flatten();
        !blockers.into_iter().any(|e| in_way(self.entry(*e)))
    }

    /// Whether an earlier text of the same name is shown too near.
    fn is_repeated(&self, repeat: &super::Repeat, rank: Rank) -> bool {
        let near = |entry: &Entry<T>| {
            entry.candidate.rank < rank
                && entry.candidate.repeat.is_some_and(|other| {
                    (other.at[0] - repeat.at[0]).hypot(other.at[1] - repeat.at[1]) < repeat.distance
                })
        };
        self.named.get(&repeat.name).is_some_and(|same| same.iter().any(|e| near(self.entry(*e))))
    }
}

/// The squares of a side that an area meets, no more than `max` of them in each direction.
fn tiles(area: &Area, side: f64, max: i64) -> impl Iterator<Item = (i64, i64)> + use<> {
    let range = |i: usize| {
        let first = (area.min[i] / side).floor() as i64;
        first..=((area.max[i] / side).floor() as i64).min(first.saturating_add(max))
    };
    let (columns, rows) = (range(0), range(1));
    rows.flat_map(move |y| columns.clone().map(move |x| (x, y)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::{Text, Try};

    /// Boxes in a plane, given when their part of it is asked for.
    struct Boxes {
        all: Vec<Area>,
        given: Vec<bool>,
    }

    impl Supply<usize> for Boxes {
        fn candidates(&mut self, area: &Area) -> Vec<Candidate<usize>> {
            let mut out = Vec::new();
            for (i, b) in self.all.iter().enumerate() {
                let at = Area { min: b.min, max: b.min };
                if at.meets(area) && !std::mem::replace(&mut self.given[i], true) {
                    out.push(candidate(i, b));
                }
            }
            out
        }
    }

    fn candidate(i: usize, area: &Area) -> Candidate<usize> {
        let bounds = vec![Bound::Box(*area)];
        let tries = vec![Try { bounds, padding: 0.0, strict: false, around: Vec::new() }];
        Candidate {
            rank: Rank { layer: 0, key: 0, tile: 0, part: i as u32, nth: 0 },
            copy: 0,
            at: area.min,
            text: Some(Text { tries, overlap: Overlap::Never, blocks: true, optional: false }),
            icon: None,
            repeat: None,
            yields: Yields::Nothing,
            ink: *area,
            payload: i,
        }
    }

    fn random(state: &mut u64) -> f64 {
        *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (*state >> 33) as f64 / (1u64 << 31) as f64
    }

    #[test]
    fn any_part_of_the_map_gives_the_answer_of_the_whole() {
        let mut state = 7;
        let all: Vec<Area> = (0..6_000)
            .map(|_| {
                let min = [random(&mut state) * 6_000.0, random(&mut state) * 6_000.0];
                Area { min, max: [min[0] + 20.0 + random(&mut state) * 300.0, min[1] + 15.0] }
            })
            .collect();
        // The plain rule, from the first to the last.
        let mut kept: Vec<usize> = Vec::new();
        for i in 0..all.len() {
            if kept.iter().all(|k| !all[*k].meets(&all[i])) {
                kept.push(i);
            }
        }
        for round in 0..40 {
            let mut board = Board::default();
            let mut supply = Boxes { given: vec![false; all.len()], all: all.clone() };
            for _ in 0..=round % 3 {
                let min = [random(&mut state) * 5_500.0, random(&mut state) * 5_500.0];
                let area = Area { min, max: min.map(|v| v + 256.0) };
                let shown: Vec<usize> =
                    board.shown(&area, &mut supply).iter().map(|(c, _)| c.payload).collect();
                let expected: Vec<usize> =
                    kept.iter().copied().filter(|i| all[*i].meets(&area)).collect();
                assert_eq!(shown, expected);
            }
        }
    }

    #[test]
    fn an_icon_that_goes_with_its_text_is_judged_when_all_is_known() {
        let at = |x: f64| Area { min: [x, 0.0], max: [x + 10.0, 10.0] };
        let in_way = |part: usize, x: f64| candidate(part, &at(x));
        // Its icon would lie over the first where the text is, and is free by itself once the
        // second takes the text's place.
        let mut last = candidate(2, &at(100.0));
        let icon = |x: f64| vec![Bound::Box(at(x))];
        let (bounds, with_text) = (icon(300.0), vec![icon(200.0)]);
        last.icon = Some(Icon {
            bounds,
            with_text,
            overlap: Overlap::Never,
            blocks: true,
            optional: false,
        });
        last.text.iter_mut().for_each(|t| t.optional = true);
        last.ink = Area { min: [100.0, 0.0], max: [310.0, 10.0] };
        struct Three(Vec<Candidate<usize>>);
        impl Supply<usize> for Three {
            fn candidates(&mut self, _: &Area) -> Vec<Candidate<usize>> {
                std::mem::take(&mut self.0)
            }
        }
        let all = [in_way(0, 200.0), in_way(1, 105.0), last];
        for asked in [at(200.0), at(300.0), at(105.0)] {
            let (mut board, mut supply) = (Board::default(), Three(all.to_vec()));
            board.shown(&asked, &mut supply);
            let shown = board.shown(&at(300.0), &mut supply);
            assert_eq!(
                shown.iter().map(|(c, s)| (c.payload, *s)).collect::<Vec<_>>(),
                [(2, Shown { text: None, icon: true })]
            );
        }
    }

    #[test]
    fn a_chain_as_long_as_the_map_is_followed() {
        // Each overlaps the one before it only: every other one is shown.
        let n = 40_000;
        let link = |i: usize| {
            let x = i as f64 * 10.0;
            Area { min: [x, 0.0], max: [x + 15.0, 10.0] }
        };
        let mut supply = Boxes { all: (0..200).map(link).collect(), given: vec![false; 200] };
        let mut board = Board::default();
        let end = Area { min: [1_980.0, 0.0], max: [1_985.0, 1.0] };
        assert_eq!(
            board.shown(&end, &mut supply).iter().map(|(c, _)| c.payload).collect::<Vec<_>>(),
            [198]
        );
        // The same, all at once: the stack is not the thread's.
        struct Line(usize);
        impl Supply<usize> for Line {
            fn candidates(&mut self, _: &Area) -> Vec<Candidate<usize>> {
                let link = |i: usize| {
                    let x = i as f64 * 10.0;
                    candidate(i, &Area { min: [x, 0.0], max: [x + 15.0, 10.0] })
                };
                (0..std::mem::take(&mut self.0)).map(link).collect()
            }
        }
        let x = n as f64 * 10.0 - 10.0;
        let mut board = Board::default();
        let end = Area { min: [x, 0.0], max: [x + 1.0, 1.0] };
        assert_eq!(board.shown(&end, &mut Line(n)).len(), 1);
        assert_eq!(board.len(), n);
    }
}
