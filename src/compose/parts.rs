//! Parts of features, as fetched: which, of what; each is looked at where it lies in its index.

use std::rc::Rc;

use smallvec::SmallVec;

use crate::feature::Feature;
use crate::geo::{Detail, Shape, World, WorldBox, round};
use crate::index::{Index, PIECE, PieceBox};

/// One part of a feature, as fetched.
#[derive(Debug, Clone, Copy)]
pub struct Fetched<'a> {
    pub feature: &'a Feature,
    pub shape: &'a Shape,
    /// What its positions are worth; where nothing is said, all of them are drawn.
    pub worths: Option<&'a [Detail]>,
    /// Boxes of pieces of its chains, where these are long.
    pub pieces: &'a [PieceBox],
    /// Position in the source or tile.
    pub number: u32,
}

/// A line or ring, as fetched.
#[derive(Debug, Clone, Copy)]
pub struct Chain<'a> {
    pub positions: &'a [World],
    worths: Option<&'a [Detail]>,
    /// Of so many positions each; empty where it is drawn as a whole.
    pieces: &'a [PieceBox],
}

/// Some parts, in source order.
#[derive(Debug, Clone)]
pub struct Parts<'a>(Which<'a>);

#[derive(Debug, Clone)]
enum Which<'a> {
    Given(Vec<Fetched<'a>>),
    Of(Numbered<'a>),
}

/// Parts of an index, by their numbers.
#[derive(Debug, Clone)]
struct Numbered<'a> {
    index: &'a Index,
    numbers: Numbers,
    detail: Detail,
}

/// Numbers of parts: of this layer alone, or shared with others.
#[derive(Debug, Clone)]
pub enum Numbers {
    Own(Vec<u32>),
    Shared(Rc<[u32]>),
}

impl Numbers {
    fn all(&self) -> &[u32] {
        match self {
            Numbers::Own(numbers) => numbers,
            Numbers::Shared(numbers) => numbers,
        }
    }
}

impl Default for Parts<'_> {
    fn default() -> Self {
        Self(Which::Given(Vec::new()))
    }
}

impl<'a> Parts<'a> {
    /// Parts that are in no index, or in one of another kind.
    pub fn given(parts: Vec<Fetched<'a>>) -> Self {
        Self(Which::Given(parts))
    }

    /// Parts of an index; of their lines and rings what matters.
    pub fn of(index: &'a Index, numbers: Numbers, detail: Detail) -> Self {
        Self(Which::Of(Numbered { index, numbers, detail }))
    }

    pub fn len(&self) -> usize {
        match &self.0 {
            Which::Given(parts) => parts.len(),
            Which::Of(of) => of.numbers.all().len(),
        }
    }

    /// Takes each of them, until one cannot be taken.
    ///
    /// # Errors
    /// That of the one.
    pub fn try_each<E>(&self, mut take: impl FnMut(Fetched<'a>) -> Result<(), E>) -> Result<(), E> {
        match &self.0 {
            Which::Given(parts) => parts.iter().try_for_each(|part| take(*part)),
            Which::Of(Numbered { index, numbers, detail }) => numbers
                .all()
                .iter()
                .filter_map(|number| Fetched::of(index, *number, *detail))
                .try_for_each(take),
        }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Fetched<'a>> + Clone {
        let (given, of) = match &self.0 {
            Which::Given(parts) => (parts.as_slice(), None),
            Which::Of(of) => (&[][..], Some(of)),
        };
        let numbered = of.into_iter().flat_map(|of| {
            let fetched = |number: &u32| Fetched::of(of.index, *number, of.detail);
            of.numbers.all().iter().filter_map(fetched)
        });
        given.iter().copied().chain(numbered)
    }
}

impl<'a> Fetched<'a> {
    /// A part of an index; of its lines and rings what matters.
    pub fn of(index: &'a Index, number: u32, detail: Detail) -> Option<Self> {
        let part = index.part(number)?;
        let (feature, shape) = (index.feature(part), &part.shape);
        if detail == Detail::ALL || matches!(shape, Shape::Point(_)) {
            return Some(Self { feature, shape, worths: None, pieces: &[], number });
        }
        let worths = index.worths();
        let (worths, pieces) = (worths.of_part(number), worths.pieces(number));
        Some(Self { feature, shape, worths, pieces, number })
    }

    /// Its line, or its rings.
    pub fn chains(&self) -> impl Iterator<Item = Chain<'a>> + Clone + use<'a> {
        let (mut left, mut pieces) = (self.worths, self.pieces);
        self.shape.chains().map(move |positions| {
            let worths = left.and_then(|left| left.split_at_checked(positions.len()));
            left = worths.map(|(_, rest)| rest);
            let own = pieces.split_at_checked(positions.len().div_ceil(PIECE)).unwrap_or_default();
            pieces = own.1;
            Chain { positions, worths: worths.map(|(own, _)| own), pieces: own.0 }
        })
    }
}

impl<'a> Chain<'a> {
    /// How many positions matter.
    pub fn count(&self, least: Detail) -> usize {
        match self.worths {
            Some(worths) => worths.iter().filter(|worth| **worth >= least).count(),
            None => self.positions.len(),
        }
    }

    /// Whether it may have edges at which the world is cut.
    pub fn is_cut(&self, least: Detail) -> bool {
        let may_be = self.pieces.is_empty() || self.pieces.iter().any(PieceBox::is_on_cut);
        may_be && self.kept(least).any(round::is_on_cut)
    }

    /// The positions that matter, placed; of pieces that lie beside a box, wholly on one side of it,
    /// no more than the first and the last, up to a second one of each that is placed elsewhere: a
    /// corner hangs on both its segments. So whatever lies in the box is the same.
    pub fn near<T: PartialEq>(
        &self,
        least: Detail,
        wanted: &WorldBox,
        placed: impl Fn(World) -> T,
        mut take: impl FnMut(T),
    ) {
        if self.pieces.is_empty() {
            return self.kept(least).for_each(|p| take(placed(p)));
        }
        let pieces = self.positions.chunks(PIECE).zip(self.pieces);
        for (at, (positions, bounds)) in (0..).step_by(PIECE).zip(pieces) {
            let worths = self.worths.and_then(|worths| worths.get(at..at + positions.len()));
            let matters = |i: &usize| worths.is_none_or(|worths| worths[*i] >= least);
            let kept: SmallVec<[usize; PIECE]> = (0..positions.len()).filter(matters).collect();
            let point = |i: &usize| placed(positions[*i]);
            let (first, last) = match (kept.first(), kept.last()) {
                (Some(first), Some(last)) if bounds.is_beside(wanted) => {
                    let differs = |from: &usize| {
                        let from = point(from);
                        move |i: &usize| point(i) != from
                    };
                    let first = kept.iter().position(differs(first));
                    (first, kept.iter().rposition(differs(last)))
                }
                _ => (None, None),
            };
            let beyond = first.zip(last).filter(|(first, last)| first < last);
            let left_out = beyond.map_or(0..0, |(first, last)| first + 1..last);
            let drawn = (0..kept.len()).filter(|i| !left_out.contains(i));
            drawn.for_each(|i| take(point(&kept[i])));
        }
    }

    /// The positions that matter.
    pub fn kept(&self, least: Detail) -> impl Iterator<Item = World> + use<'a> {
        let Self { positions, worths, .. } = *self;
        let matters = move |i: usize| worths.is_none_or(|w| w.get(i).is_none_or(|w| *w >= least));
        positions.iter().enumerate().filter(move |(i, _)| matters(*i)).map(|(_, p)| *p)
    }
}
