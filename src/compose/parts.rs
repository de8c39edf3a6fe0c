//! Parts of features, as fetched: which, of what; each is looked at where it lies in its index.

use std::rc::Rc;

use crate::feature::Feature;
use crate::geo::{Detail, Shape, World};
use crate::index::Index;

/// One part of a feature, as fetched.
#[derive(Debug, Clone, Copy)]
pub struct Fetched<'a> {
    pub feature: &'a Feature,
    pub shape: &'a Shape,
    /// What its positions are worth; where nothing is said, all of them are drawn.
    pub worths: Option<&'a [Detail]>,
    /// Position in the source or tile.
    pub number: u32,
}

/// A line or ring, as fetched.
#[derive(Debug, Clone, Copy)]
pub struct Chain<'a> {
    pub positions: &'a [World],
    worths: Option<&'a [Detail]>,
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
        let worths = if detail == Detail::ALL { None } else { index.worths().of_part(number) };
        Some(Self { feature: index.feature(part), shape: &part.shape, worths, number })
    }

    /// Its line, or its rings.
    pub fn chains(&self) -> impl Iterator<Item = Chain<'a>> + Clone + use<'a> {
        let mut left = self.worths;
        self.shape.chains().map(move |positions| {
            let worths = left.and_then(|left| left.split_at_checked(positions.len()));
            left = worths.map(|(_, rest)| rest);
            Chain { positions, worths: worths.map(|(own, _)| own) }
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

    /// The positions that matter.
    pub fn kept(&self, least: Detail) -> impl Iterator<Item = World> + use<'a> {
        let Self { positions, worths } = *self;
        let matters = move |i: usize| worths.is_none_or(|w| w.get(i).is_none_or(|w| *w >= least));
        positions.iter().enumerate().filter(move |(i, _)| matters(*i)).map(|(_, p)| *p)
    }
}
