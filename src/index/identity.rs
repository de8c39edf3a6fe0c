//! The features of a collection by id, and in an order of ids that data added or taken away later
//! does not change.
//!
//! A feature without an id goes by its position in the source, `_0` and on; of several with one id
//! the first is meant.

use std::cmp::Ordering;

use super::Index;
use crate::feature::{FeatureId, Value, large_order};

/// The order of ids: features without one first, then numbers, then text.
#[derive(Debug, Clone)]
pub(super) struct Ids {
    order: Vec<u32>,
    /// Where each feature is in the order.
    rank: Vec<u32>,
}

/// An id as it is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Id<'a> {
    Position(u32),
    Number(f64),
    Large(i128),
    Text(&'a str),
}

impl Id<'_> {
    pub fn order(&self, other: &Id) -> Ordering {
        match (self, other) {
            (Id::Position(a), Id::Position(b)) => a.cmp(b),
            (Id::Number(a), Id::Number(b)) => (a + 0.0).total_cmp(&(b + 0.0)),
            (Id::Large(a), Id::Large(b)) => a.cmp(b),
            (Id::Large(a), Id::Number(b)) => large_order(*a, *b),
            (Id::Number(a), Id::Large(b)) => large_order(*b, *a).reverse(),
            (Id::Text(a), Id::Text(b)) => a.cmp(b),
            _ => self.kind().cmp(&other.kind()),
        }
    }

    fn kind(&self) -> u8 {
        match self {
            Id::Position(_) => 0,
            Id::Number(_) | Id::Large(_) => 1,
            Id::Text(_) => 2,
        }
    }
}

impl std::fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Id::Position(n) => write!(f, "_{n}"),
            Id::Number(n) => FeatureId::Number(*n).fmt(f),
            Id::Large(n) => write!(f, "{n}"),
            Id::Text(t) => f.write_str(t),
        }
    }
}

impl Index {
    /// What the feature at a position goes by.
    pub fn id(&self, feature: u32) -> Id<'_> {
        match self.collection().features.get(feature as usize).and_then(|f| f.id.as_ref()) {
            Some(FeatureId::Number(n)) => Id::Number(*n),
            Some(FeatureId::Large(n)) => Id::Large(n.get()),
            Some(FeatureId::Text(t)) => Id::Text(t),
            None => Id::Position(feature),
        }
    }

    /// The feature that goes by this id.
    pub fn by_id(&self, text: &str) -> Option<u32> {
        let order = &self.ids().order;
        let find = |wanted: Id| {
            let at = order.partition_point(|i| self.id(*i).order(&wanted) == Ordering::Less);
            order.get(at).copied().filter(|i| self.id(*i).order(&wanted) == Ordering::Equal)
        };
        let number =
            || text.parse().ok().map(Id::Number).filter(|id| id.to_string() == text).and_then(find);
        let large = || match Value::whole(text.parse().ok()?) {
            Value::Large(n) if n.to_string() == text => find(Id::Large(n.get())),
            _ => None,
        };
        let position = || text.strip_prefix('_')?.parse().ok().and_then(|n| find(Id::Position(n)));
        find(Id::Text(text)).or_else(number).or_else(large).or_else(position)
    }

    /// The features whose ids are text that begins so, in the order of their ids.
    pub fn beginning(&self, text: &str) -> impl Iterator<Item = u32> {
        let order = &self.ids().order;
        let first = order.partition_point(|i| self.id(*i).order(&Id::Text(text)) == Ordering::Less);
        let begins = move |i: &u32| matches!(self.id(*i), Id::Text(own) if own.starts_with(text));
        order[first..].iter().copied().take_while(begins)
    }

    /// Puts features in the order of their ids.
    pub fn sort_by_id(&self, features: &mut [u32]) {
        let rank = &self.ids().rank;
        features.sort_unstable_by_key(|i| rank[*i as usize]);
    }

    /// How many features of the same id come before this one.
    pub fn nth_of_id(&self, feature: u32) -> u32 {
        let ids = self.ids();
        let at = ids.rank[feature as usize] as usize;
        let same = |i: &&u32| self.id(**i).order(&self.id(feature)) == Ordering::Equal;
        ids.order[..at].iter().rev().take_while(same).count() as u32
    }

    fn ids(&self) -> &Ids {
        self.ids.get_or_init(|| {
            let mut order: Vec<u32> = (0..self.collection().features.len() as u32).collect();
            order.sort_by(|a, b| self.id(*a).order(&self.id(*b)));
            let mut rank = vec![0; order.len()];
            for (at, feature) in (0..).zip(&order) {
                rank[*feature as usize] = at;
            }
            Ids { order, rank }
        })
    }
}
