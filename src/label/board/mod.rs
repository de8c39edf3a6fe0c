//! The answers of one zoom and state, found as they are asked for.

mod place;

use foldhash::{HashMap, HashSet};
use smallvec::SmallVec;

use super::bounds::{Area, Bound};
use super::cells::{Cells, tiles};
use super::supply::{BLOCKS, CLASSES, REACHES, Supply};
use super::{Candidate, Icon, Obstacles, Overlap, Rank, Repeat, Shown};

/// Candidates by place, and what is known of each.
#[derive(Debug)]
pub struct Board<T> {
    candidates: Vec<Entry<T>>,
    /// How many of them are no sketches.
    drawn_out: usize,
    /// The candidates that are not decided, by all that they may touch.
    open: Cells,
    /// Those that are shown, by all that they may paint.
    painted: Cells,
    /// The same by what they keep free.
    blockers: Cells,
    /// The candidates of the world itself.
    originals: HashMap<Rank, u32>,
    /// How far any candidate may paint beyond what it may touch, CSS px.
    beside: f64,
    /// The candidates whose text is shown, by name.
    named: HashMap<u64, Vec<u32>>,
    /// The blocks of the plane whose candidates of a class are all here.
    supplied: HashSet<(usize, (i64, i64))>,
    /// From one copy of the world to the next, CSS px.
    period: [f64; 2],
    /// What is there before any label.
    obstacles: Option<Obstacles>,
}

#[derive(Debug)]
struct Entry<T> {
    rank: Rank,
    copy: i64,
    what: What<T>,
    /// Everything it may touch, or keep free.
    area: Area,
    /// Everything it may paint.
    ink: Area,
    answer: Option<Shown>,
    /// What keeps others away.
    blocking: Vec<(Bound, Overlap)>,
}

#[derive(Debug)]
enum What<T> {
    Candidate(Box<Candidate<T>>),
    /// Not known yet, but for a point of the room that its text takes in each of its positions.
    Sketch(SmallVec<[[f64; 2]; 1]>),
    /// It is not shown, or was the sketch of none.
    Nothing,
}

impl<T> Entry<T> {
    fn candidate(&self) -> Option<&Candidate<T>> {
        match &self.what {
            What::Candidate(candidate) => Some(candidate),
            What::Sketch(_) | What::Nothing => None,
        }
    }
}

impl<T> Default for Board<T> {
    fn default() -> Self {
        Self {
            candidates: Vec::new(),
            drawn_out: 0,
            open: Cells::default(),
            painted: Cells::default(),
            blockers: Cells::default(),
            originals: HashMap::default(),
            beside: 0.0,
            named: HashMap::default(),
            supplied: HashSet::default(),
            period: [0.0; 2],
            obstacles: None,
        }
    }
}

impl<T> Board<T> {
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
        let silences = |candidate: &&Candidate<T>| {
            self.obstacles.as_ref().is_some_and(|o| o.silences(candidate))
        };
        self.candidates.iter().filter_map(Entry::candidate).filter(silences).count()
    }

    /// What is shown of every candidate that may paint in the area, in order.
    pub fn shown(
        &mut self,
        area: &Area,
        supply: &mut dyn Supply<T>,
    ) -> Vec<(&Candidate<T>, Shown)> {
        self.fetch(area, supply);
        let near = area.grown(self.beside);
        let mut found = self.open.meeting(&near, |i| open_area(&self.candidates, i));
        found.sort_unstable_by_key(|i| (self.rank(*i), self.entry(*i).copy));
        for i in found {
            if self.entry(i).ink.meets(area) {
                self.draw_out(i, supply);
            }
            if self.entry(i).ink.meets(area) {
                self.decide(i, supply);
            }
        }
        let candidates = &self.candidates;
        let mut found = self.painted.meeting(area, |i| Some(candidates[i as usize].ink));
        found.sort_unstable_by_key(|i| (self.rank(*i), self.entry(*i).copy));
        let answer = |i: u32| {
            let entry = self.entry(i);
            let candidate = entry.candidate()?;
            let uncut = |shown: Shown| match &self.obstacles {
                Some(obstacles) => obstacles.uncut(candidate, shown),
                None => shown,
            };
            Some((candidate, entry.answer.map(uncut).filter(|a| !a.is_nothing())?))
        };
        found.into_iter().filter_map(answer).collect()
    }

    /// What memory is held by: candidates known so far, and those that are not shown, or only
    /// sketches, as a tenth of one.
    pub fn len(&self) -> usize {
        self.drawn_out + (self.candidates.len() - self.drawn_out) / 10
    }

    pub fn is_empty(&self) -> bool {
        self.candidates.is_empty()
    }

    fn entry(&self, i: u32) -> &Entry<T> {
        &self.candidates[i as usize]
    }

    fn rank(&self, i: u32) -> Rank {
        self.entry(i).rank
    }

    /// Makes sure that every candidate that may touch the area is here.
    fn fetch(&mut self, area: &Area, supply: &mut dyn Supply<T>) {
        let blocks = (0..CLASSES).flat_map(|class| {
            let near = tiles(&area.grown(REACHES[class]), BLOCKS[class], i64::MAX);
            near.map(move |block| (class, block))
        });
        for (class, block) in blocks {
            if supply.is_over() {
                return;
            }
            if !self.supplied.insert((class, block)) {
                continue;
            }
            let side = BLOCKS[class];
            let min = [block.0 as f64 * side, block.1 as f64 * side];
            let supplied = supply.candidates(&Area { min, max: min.map(|v| v + side) }, class);
            for sketch in supplied.sketches {
                self.add(Entry {
                    rank: sketch.rank,
                    copy: sketch.copy,
                    area: sketch.area,
                    ink: sketch.ink,
                    what: What::Sketch(sketch.hearts),
                    answer: None,
                    blocking: Vec::new(),
                });
            }
            for candidate in supplied.candidates {
                self.drawn_out += 1;
                self.add(Entry {
                    rank: candidate.rank,
                    copy: candidate.copy,
                    area: candidate.touched(),
                    ink: candidate.ink,
                    what: What::Candidate(Box::new(candidate)),
                    answer: None,
                    blocking: Vec::new(),
                });
            }
        }
    }

    fn add(&mut self, entry: Entry<T>) {
        let i = self.candidates.len() as u32;
        self.open.add(i, &entry.area);
        let (area, ink) = (&entry.area, &entry.ink);
        let beside = (0..2).map(|i| (area.min[i] - ink.min[i]).max(ink.max[i] - area.max[i]));
        self.beside = beside.fold(self.beside, f64::max);
        if entry.copy == 0 {
            self.originals.insert(entry.rank, i);
        }
        self.candidates.push(entry);
    }

    /// Makes a sketch the candidate that it is of, unless it is clear that nothing of it is shown:
    /// then that is settled.
    fn draw_out(&mut self, i: u32, supply: &mut dyn Supply<T>) {
        let Entry { rank, copy, .. } = *self.entry(i);
        let What::Sketch(hearts) = &self.entry(i).what else { return };
        // A copy shows what the candidate of the world itself shows, whatever is near it.
        let is_hidden = match copy {
            0 => self.is_hidden(hearts, rank),
            _ => match self.original(i, supply) {
                Some(original) => {
                    self.draw_out(original, supply);
                    self.entry(original).answer.is_some_and(Shown::is_nothing)
                }
                None => false,
            },
        };
        if is_hidden {
            self.settle(i, Shown::default());
            return;
        }
        let candidate = supply.drawn_out(rank, copy);
        let entry = &mut self.candidates[i as usize];
        match candidate.map(|candidate| (candidate.touched(), candidate)) {
            Some((area, candidate))
                if entry.area.holds(&area) && entry.ink.holds(&candidate.ink) =>
            {
                (entry.area, entry.ink) = (area, candidate.ink);
                entry.what = What::Candidate(Box::new(candidate));
                self.drawn_out += 1;
            }
            outcome => {
                // Its neighbours were told that it does not reach so far.
                debug_assert!(outcome.is_none(), "a sketch is too small");
                if outcome.is_some() {
                    tracing::error!("a label that reaches further than was known is left out");
                }
                self.settle(i, Shown::default());
            }
        }
    }

    /// Whether each place that a sketch's text may take is taken.
    fn is_hidden(&self, hearts: &[[f64; 2]], rank: Rank) -> bool {
        let is_taken = |heart: &[f64; 2]| {
            let heart = Bound::Box(Area { min: *heart, max: *heart });
            !self.is_free(&heart, Overlap::Never, rank)
        };
        !hearts.is_empty() && hearts.iter().all(is_taken)
    }

    /// Decides a candidate, and before it whatever that hangs on.
    fn decide(&mut self, i: u32, supply: &mut dyn Supply<T>) {
        let mut waiting = vec![(i, None::<std::vec::IntoIter<u32>>)];
        while let Some((i, earlier)) = waiting.last_mut() {
            if supply.is_over() {
                return;
            }
            let i = *i;
            self.draw_out(i, supply);
            if self.entry(i).answer.is_some() {
                waiting.pop();
                continue;
            }
            if self.entry(i).copy != 0 {
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
            let icon = self.entry(i).candidate().and_then(|candidate| candidate.icon.as_ref());
            let moves = icon.is_some_and(Icon::moves);
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
            // Of a sketch it is not known whether it is in the way.
            let area = self.in_way(i);
            let open = earlier.find(|e| {
                self.draw_out(*e, supply);
                self.entry(*e).answer.is_none() && self.entry(*e).area.meets(&area)
            });
            match open {
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
        let Entry { rank, copy, area, .. } = *self.entry(i);
        let by = self.period.map(|p| p * copy as f64);
        let moved = |v: [f64; 2]| [v[0] - by[0], v[1] - by[1]];
        self.fetch(&Area { min: moved(area.min), max: moved(area.max) }.grown(1.0), supply);
        self.originals.get(&rank).copied()
    }

    /// Writes the answer down.
    fn settle(&mut self, i: u32, shown: Shown) {
        let blocking = self.blocking(i, shown);
        if !blocking.is_empty() {
            let areas = blocking.iter().map(|(bound, _)| bound.area());
            self.blockers.add(i, &areas.fold(Area::EMPTY, |all, area| all.union(&area)));
        }
        let entry = &mut self.candidates[i as usize];
        entry.answer = Some(shown);
        entry.blocking = blocking;
        if !shown.is_nothing() {
            self.painted.add(i, &entry.ink);
        } else if self.obstacles.is_none() {
            self.drawn_out -= usize::from(entry.candidate().is_some());
            entry.what = What::Nothing;
        }
        let repeat = entry.candidate().and_then(|candidate| candidate.repeat);
        if let (Some(repeat), Some(_)) = (repeat, shown.text) {
            self.named.entry(repeat.name).or_default().push(i);
        }
    }

    /// The earlier candidates that may be in this one's way, in order; none where nothing can be.
    fn earlier(&mut self, i: u32, supply: &mut dyn Supply<T>) -> Vec<u32> {
        let Some(candidate) = self.entry(i).candidate() else { return Vec::new() };
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
        let (rank, area) = (candidate.rank, self.in_way(i));
        self.fetch(&area, supply);
        let mut earlier = self.open.meeting(&area, |e| open_area(&self.candidates, e));
        earlier.retain(|e| self.rank(*e) < rank);
        earlier.sort_unstable_by_key(|e| self.rank(*e));
        earlier
    }

    /// Where others may be in a candidate's way.
    fn in_way(&self, i: u32) -> Area {
        let entry = self.entry(i);
        match entry.candidate().and_then(|candidate| candidate.repeat) {
            Some(Repeat { at, distance, .. }) => {
                entry.area.union(&Area { min: at, max: at }.grown(distance))
            }
            None => entry.area,
        }
    }
}

/// Everything that a candidate may touch which is not decided.
fn open_area<T>(candidates: &[Entry<T>], i: u32) -> Option<Area> {
    let entry = &candidates[i as usize];
    entry.answer.is_none().then_some(entry.area)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::{Sketch, Supplied, Text, Try, Yields, class_of};

    /// Boxes in a plane, given when their part of it is asked for.
    struct Boxes {
        all: Vec<Area>,
        given: Vec<bool>,
        /// Whether sketches are given, those of each class where it is asked for; and how many
        /// candidates have been drawn out.
        sketched: bool,
        drawn_out: usize,
    }

    impl Boxes {
        fn new(all: Vec<Area>) -> Self {
            Self { given: vec![false; all.len()], all, sketched: false, drawn_out: 0 }
        }

        /// More than the candidate takes, of a size that hangs on its number.
        fn sketch(&self, i: usize) -> Sketch {
            let area = self.all[i].grown((i % 90) as f64);
            let middle = [0, 1].map(|k| (self.all[i].min[k] + self.all[i].max[k]) / 2.0);
            // Of some there is none, or a second place that is always free.
            let hearts = match i % 5 {
                0 => SmallVec::new(),
                1 => [middle, [-1e6; 2]].into_iter().collect(),
                _ => [middle].into_iter().collect(),
            };
            let Candidate { rank, copy, .. } = candidate(i, &self.all[i]);
            Sketch { rank, copy, area, ink: area, hearts }
        }
    }

    impl Supply<usize> for Boxes {
        fn candidates(&mut self, area: &Area, class: usize) -> Supplied<usize> {
            let mut out = Supplied::default();
            for i in 0..self.all.len() {
                let at = Area { min: self.all[i].min, max: self.all[i].min };
                let reach = 320.0 + (i % 90) as f64;
                let is_asked = at.meets(area) && (!self.sketched || class_of(reach) == class);
                if !is_asked || std::mem::replace(&mut self.given[i], true) {
                    continue;
                }
                match self.sketched && i % 7 > 0 {
                    true => out.sketches.push(self.sketch(i)),
                    false => out.candidates.push(candidate(i, &self.all[i])),
                }
            }
            out
        }

        fn drawn_out(&mut self, rank: Rank, _: i64) -> Option<Candidate<usize>> {
            self.drawn_out += 1;
            let i = rank.part as usize;
            Some(candidate(i, self.all.get(i)?))
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
            let mut supply = Boxes { sketched: round % 2 == 1, ..Boxes::new(all.clone()) };
            for _ in 0..=round % 3 {
                let min = [random(&mut state) * 5_500.0, random(&mut state) * 5_500.0];
                let area = Area { min, max: min.map(|v| v + 256.0) };
                let shown: Vec<usize> =
                    board.shown(&area, &mut supply).iter().map(|(c, _)| c.payload).collect();
                let expected: Vec<usize> =
                    kept.iter().copied().filter(|i| all[*i].meets(&area)).collect();
                assert_eq!(shown, expected);
            }
            // Most of what was fetched is never drawn out.
            let given = supply.given.iter().filter(|given| **given).count();
            assert!(supply.drawn_out < given / 2, "{} of {given}", supply.drawn_out);
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
            fn candidates(&mut self, _: &Area, _: usize) -> Supplied<usize> {
                std::mem::take(&mut self.0).into()
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
        let mut supply = Boxes::new((0..200).map(link).collect());
        let mut board = Board::default();
        let end = Area { min: [1_980.0, 0.0], max: [1_985.0, 1.0] };
        assert_eq!(
            board.shown(&end, &mut supply).iter().map(|(c, _)| c.payload).collect::<Vec<_>>(),
            [198]
        );
        // The same, all at once: the stack is not the thread's.
        struct Line(usize);
        impl Supply<usize> for Line {
            fn candidates(&mut self, _: &Area, _: usize) -> Supplied<usize> {
                let link = |i: usize| {
                    let x = i as f64 * 10.0;
                    candidate(i, &Area { min: [x, 0.0], max: [x + 15.0, 10.0] })
                };
                (0..std::mem::take(&mut self.0)).map(link).collect::<Vec<_>>().into()
            }
        }
        let x = n as f64 * 10.0 - 10.0;
        let mut board = Board::default();
        let end = Area { min: [x, 0.0], max: [x + 1.0, 1.0] };
        assert_eq!(board.shown(&end, &mut Line(n)).len(), 1);
        assert_eq!(board.len(), n / 2 + n / 20);
    }
}
