//! Whether there is room for a candidate among those that are shown.

use super::{Board, Entry};
use crate::label::bounds::Bound;
use crate::label::obstacles::Room;
use crate::label::{Overlap, Rank, Repeat, Shown, Yields};

impl<T> Board<T> {
    /// What is shown of a candidate, all that it hangs on being decided.
    pub(super) fn place(&self, i: u32) -> Shown {
        let Some(candidate) = self.entry(i).candidate() else { return Shown::default() };
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
    pub(super) fn blocking(&self, i: u32, shown: Shown) -> Vec<(Bound, Overlap)> {
        let mut blocking = Vec::new();
        let Some(candidate) = self.entry(i).candidate() else { return blocking };
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

    pub(super) fn is_free(&self, bound: &Bound, overlap: Overlap, rank: Rank) -> bool {
        let in_way = |entry: &Entry<T>| {
            entry.rank < rank
                && entry
                    .blocking
                    .iter()
                    .any(|(other, kind)| !overlap.allows(*kind) && bound.collides(other))
        };
        !self.blockers.any(&bound.area(), |e| in_way(self.entry(e)))
    }

    /// Whether an earlier text of the same name is shown too near.
    fn is_repeated(&self, repeat: &Repeat, rank: Rank) -> bool {
        let near = |entry: &Entry<T>| {
            entry.rank < rank
                && entry.candidate().and_then(|candidate| candidate.repeat).is_some_and(|other| {
                    (other.at[0] - repeat.at[0]).hypot(other.at[1] - repeat.at[1]) < repeat.distance
                })
        };
        self.named.get(&repeat.name).is_some_and(|same| same.iter().any(|e| near(self.entry(*e))))
    }
}
