//! Which labels are shown: one answer for the whole world.
//!
//! Every label that could be drawn at a zoom and state is a [`Candidate`] with a place in a total
//! order. A candidate is shown where its first free position overlaps nothing shown of those before
//! it. That is a fact of the map, which no picture's frame can change, and it can be asked of any
//! part of the map: whether a candidate is shown hangs only on earlier candidates that overlap it.
//! A [`Board`] asks them in turn and remembers each answer, so that all pictures together decide
//! every candidate once.
//!
//! **Why this ends.** The candidates that one answer needs are all earlier in the order, so no
//! question leads back to itself; each is decided once; the questions wait on a stack in memory,
//! not on the thread's. A board that has grown too large is forgotten as a whole, between two
//! pictures, and the same answers are found again.
//!
//! The world lies beside itself without end, but there is one answer for each of its labels: a copy
//! of a candidate shows what the candidate of the world itself shows, so that no chain of overlaps
//! leads round and round the world.
//!
//! A board of one picture may have [`Obstacles`] on it before any label: then labels move aside
//! from the picture's furniture and edges, or leave their room to others, as they do among
//! themselves.
//!
//! Positions are CSS px of a plane: the world's square at one zoom, turned so that up is the
//! picture's up.

mod board;
mod bounds;
mod cells;
mod obstacles;
mod supply;

pub use board::Board;
pub use bounds::{Area, Bound};
pub use obstacles::{Obstacles, Yields};
use smallvec::SmallVec;
pub use supply::{CLASSES, REACH, REACHES, Supplied, Supply, class_of};

/// What a label may lie over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    Never,
    Always,
    /// Labels that are not `Never`.
    Cooperative,
}

impl Overlap {
    /// Whether a label of this kind may be placed over a shown one of the `other` kind.
    fn allows(self, other: Overlap) -> bool {
        self == Overlap::Always || (self != Overlap::Never && other != Overlap::Never)
    }
}

/// A candidate's place in the order: the least is placed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank {
    /// 0 is the uppermost layer.
    pub layer: u32,
    /// The sort key, made comparable with [`Rank::key`].
    pub key: u64,
    /// Which tile it comes from, in an order that has nothing to do with where tiles lie; 0 for a
    /// source without tiles.
    pub tile: u64,
    /// Position in the source, and position among the candidates of one part.
    pub part: u32,
    pub nth: u64,
}

impl Rank {
    /// A number as bits in the same order.
    pub fn key(n: f64) -> u64 {
        let bits = (n + 0.0).to_bits();
        if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
    }
}

/// One position that a label's text may take.
#[derive(Debug, Clone, PartialEq)]
pub struct Try {
    pub bounds: Vec<Bound>,
    /// How much of the bounds is kept free around the text on each side, CSS px.
    pub padding: f64,
    /// Whether it is taken only where it overlaps nothing, whatever the text may lie over.
    pub strict: bool,
    /// What must be free, too: the icon that is drawn around the text.
    pub around: Vec<Bound>,
}

/// A label's text: its positions in the order of preference.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub tries: Vec<Try>,
    pub overlap: Overlap,
    /// Whether it keeps others away.
    pub blocks: bool,
    /// Whether the icon may be shown without it.
    pub optional: bool,
}

/// A label's icon.
#[derive(Debug, Clone, PartialEq)]
pub struct Icon {
    pub bounds: Vec<Bound>,
    /// For an icon that goes where the text goes: its bounds for each of the text's positions.
    pub with_text: Vec<Vec<Bound>>,
    pub overlap: Overlap,
    pub blocks: bool,
    pub optional: bool,
}

impl Icon {
    /// Its bounds where the text takes that one of its positions, or none.
    fn beside(&self, text: Option<usize>) -> &[Bound] {
        text.and_then(|t| self.with_text.get(t)).unwrap_or(&self.bounds)
    }

    /// Whether its place hangs on which position the text takes.
    fn moves(&self) -> bool {
        self.with_text.iter().any(|bounds| *bounds != self.bounds)
    }
}

/// Keeps one name from being repeated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Repeat {
    /// Stands for the name and its layer.
    pub name: u64,
    pub at: [f64; 2],
    /// How near another text of the name may be, CSS px.
    pub distance: f64,
}

/// A label that could be drawn.
#[derive(Debug, Clone)]
pub struct Candidate<T> {
    /// The same in every copy of the world.
    pub rank: Rank,
    /// How many worlds to the east.
    pub copy: i64,
    /// The point that it belongs to.
    pub at: [f64; 2],
    pub text: Option<Text>,
    pub icon: Option<Icon>,
    pub repeat: Option<Repeat>,
    /// What of it keeps clear of what is on the board before any label.
    pub yields: Yields,
    /// All that it may paint.
    pub ink: Area,
    /// What the caller draws it from.
    pub payload: T,
}

/// What is known of a candidate before its text is shaped, which is most of what it costs: enough
/// to leave it alone where it is not near, or its place is taken.
#[derive(Debug, Clone)]
pub struct Sketch {
    pub rank: Rank,
    pub copy: i64,
    /// All that the candidate may touch, or keep free, lies in it.
    pub area: Area,
    /// All that it may paint.
    pub ink: Area,
    /// A point of the room that the text takes in each of its positions: where others that may not
    /// be overlapped hold one of all, nothing of the candidate is shown. Empty where none is known.
    pub hearts: SmallVec<[[f64; 2]; 1]>,
}

impl<T> Candidate<T> {
    /// Everything that it may touch, or keep free.
    fn touched(&self) -> Area {
        let at = Area { min: self.at, max: self.at };
        self.touches().reduce(|all, area| all.union(&area)).unwrap_or(at)
    }

    /// The room that what is shown of it takes, without padding.
    pub fn room(&self, shown: Shown) -> Area {
        let text = self.text.as_ref().zip(shown.text).map(|(text, at)| &text.tries[at]);
        let icon = self.icon.as_ref().filter(|_| shown.icon);
        let words = text.into_iter().flat_map(|t| t.bounds.iter().map(|b| b.grown(-t.padding)));
        let around = text.into_iter().flat_map(|t| t.around.iter().copied());
        let icon = icon.into_iter().flat_map(|i| i.beside(shown.text).iter().copied());
        words.chain(around).chain(icon).fold(Area::EMPTY, |all, bound| all.union(&bound.area()))
    }

    /// Everything it may paint or touch.
    pub fn areas(&self) -> impl Iterator<Item = Area> {
        std::iter::once(self.ink).chain(self.touches())
    }

    fn touches(&self) -> impl Iterator<Item = Area> {
        let tries =
            self.text.iter().flat_map(|t| &t.tries).flat_map(|t| t.bounds.iter().chain(&t.around));
        let icons =
            self.icon.iter().flat_map(|i| i.bounds.iter().chain(i.with_text.iter().flatten()));
        let repeat = self.repeat.map(|r| Area { min: r.at, max: r.at });
        tries.chain(icons).map(Bound::area).chain(repeat)
    }
}

/// What is shown of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shown {
    /// Which of the text's positions is taken.
    pub text: Option<usize>,
    pub icon: bool,
}

impl Shown {
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}
