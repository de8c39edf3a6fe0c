//! A feature's properties: names and values in name order. Features of one kind have the same names
//! and often the same words, and share them.

use std::collections::HashMap;
use std::sync::Arc;

use super::Value;
use crate::identity::{Identified, Identity};

/// Property name to value, in name order.
#[derive(Debug, Clone, PartialEq)]
pub struct Properties {
    /// In order, each once.
    names: Names,
    values: Box<[Value]>,
}

type Names = Arc<[Arc<str>]>;

/// Names that are compared one by one.
const FEW: usize = 16;

impl Default for Properties {
    fn default() -> Self {
        Self { names: Arc::new([]), values: Box::default() }
    }
}

impl Properties {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.place(name).ok().and_then(|at| self.values.get(at))
    }

    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_ok()
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        // Of few names it is quicker to look for the same one: most differ in their lengths.
        let few = self.names.get(..FEW.min(self.names.len())).unwrap_or_default();
        match few.iter().position(|own| **own == *name) {
            Some(at) => Ok(at),
            None => self.names.binary_search_by(|own| (**own).cmp(name)),
        }
    }

    /// Puts a value in; gives the one of this name that was there.
    pub fn insert(&mut self, name: Arc<str>, value: Value) -> Option<Value> {
        match self.place(&name) {
            Ok(at) => self.values.get_mut(at).map(|own| std::mem::replace(own, value)),
            Err(at) => {
                let mut names = self.names.to_vec();
                let mut values = std::mem::take(&mut self.values).into_vec();
                names.insert(at, name);
                values.insert(at, value);
                (self.names, self.values) = (names.into(), values.into());
                None
            }
        }
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Value)> + Clone {
        self.names.iter().zip(&self.values)
    }
}

impl FromIterator<(Arc<str>, Value)> for Properties {
    /// Of several values of one name, the last.
    fn from_iter<T: IntoIterator<Item = (Arc<str>, Value)>>(all: T) -> Self {
        let mut all: Vec<(Arc<str>, Value)> = all.into_iter().collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all.dedup_by(|later, kept| {
            let is_again = later.0 == kept.0;
            if is_again {
                std::mem::swap(&mut later.1, &mut kept.1);
            }
            is_again
        });
        let (names, values): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        Self { names: names.into(), values: values.into() }
    }
}

impl<const N: usize> From<[(Arc<str>, Value); N]> for Properties {
    fn from(all: [(Arc<str>, Value); N]) -> Self {
        all.into_iter().collect()
    }
}

impl<'a> IntoIterator for &'a Properties {
    type Item = (&'a Arc<str>, &'a Value);
    type IntoIter = std::iter::Zip<std::slice::Iter<'a, Arc<str>>, std::slice::Iter<'a, Value>>;

    fn into_iter(self) -> Self::IntoIter {
        self.names.iter().zip(self.values.iter())
    }
}

impl Identified for Properties {
    fn identify(&self, to: &mut Identity) {
        (self.values.len() as u64).identify(to);
        for (name, value) in self {
            name.as_ref().identify(to);
            value.identify(to);
        }
    }
}

/// What the features of one file have in common, while it is read.
#[derive(Debug, Default)]
pub struct Shared {
    names: HashMap<Names, ()>,
    last: Option<Names>,
    words: HashMap<Arc<str>, ()>,
    /// Words that were met, and of these again.
    met: usize,
    again: usize,
}

/// No more words than this are kept to be shared.
const MOST_WORDS: usize = 1 << 16;
/// After so many words it is seen whether they come again at all.
const TRIED_WORDS: usize = 1 << 14;
/// Longer texts hardly come twice.
const LONGEST_WORD: usize = 64;

impl Shared {
    /// The same properties, with names and words that other features have shared with those.
    pub fn share(&mut self, properties: &mut Properties) {
        self.share_names(properties);
        for value in &mut properties.values {
            if let Value::Text(text) = value {
                self.word(text);
            }
        }
    }

    /// The same properties, with names that other features have shared with those.
    pub fn share_names(&mut self, properties: &mut Properties) {
        match &self.last {
            Some(last) if *last == properties.names => properties.names = last.clone(),
            _ => {
                match self.names.get_key_value(&properties.names) {
                    Some((known, ())) => properties.names = known.clone(),
                    None => drop(self.names.insert(properties.names.clone(), ())),
                }
                self.last = Some(properties.names.clone());
            }
        }
    }

    fn word(&mut self, text: &mut Arc<str>) {
        let is_useless = self.met > TRIED_WORDS && self.again * 4 < self.met;
        if text.len() > LONGEST_WORD || is_useless {
            return;
        }
        self.met += 1;
        match self.words.get_key_value(text) {
            Some((known, ())) => {
                self.again += 1;
                *text = known.clone();
            }
            None if self.words.len() < MOST_WORDS => drop(self.words.insert(text.clone(), ())),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_and_each_there_once() {
        let mut some: Properties = [
            ("b".into(), Value::Number(1.0)),
            ("a".into(), Value::Null),
            ("b".into(), Value::Number(2.0)),
        ]
        .into();
        assert_eq!(some.get("b"), Some(&Value::Number(2.0)));
        assert_eq!(some.insert("aa".into(), Value::Bool(true)), None);
        assert_eq!(some.insert("a".into(), Value::Number(3.0)), Some(Value::Null));
        let names: Vec<&str> = some.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["a", "aa", "b"]);
        assert!(some.contains_key("aa") && !some.contains_key("ab") && some.get("c").is_none());
    }

    #[test]
    fn what_is_shared_is_the_same() {
        let of = |n: usize| -> Properties {
            let word = Value::Text(["road", "rail"][n % 2].into());
            [("class".into(), word), ("n".into(), Value::Number(n as f64))].into()
        };
        let mut shared = Shared::default();
        let mut all: Vec<Properties> = (0..4).map(of).collect();
        all.iter_mut().for_each(|properties| shared.share(properties));
        assert!(all.iter().enumerate().all(|(n, properties)| *properties == of(n)));
        assert!(Arc::ptr_eq(&all[0].names, &all[3].names));
        let word = |n: usize| match all[n].get("class") {
            Some(Value::Text(text)) => text.clone(),
            other => panic!("{other:?}"),
        };
        assert!(Arc::ptr_eq(&word(0), &word(2)) && !Arc::ptr_eq(&word(0), &word(1)));
    }
}
