//! What tells values apart, as a number that lasts: fields are written one after the other, each
//! with its length where that differs, and before them which build of the program writes. Two
//! builds share no number, and one build has the same tomorrow and on another machine: what is kept
//! on disk or by replicas can be named by it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use xxhash_rust::xxh3::Xxh3;

/// Which build this is: a hash of everything that it is made from.
pub const BUILD: &str = env!("CONTACTLINE_BUILD");

/// The number in the making.
pub struct Identity(Xxh3);

/// A value that is told from others by its fields.
pub trait Identified {
    fn identify(&self, to: &mut Identity);
}

impl Identity {
    /// Of a kind of values: numbers of two kinds are never the same.
    pub fn of_kind(kind: &str) -> Self {
        Self(Xxh3::new()).with(BUILD).with(kind)
    }

    pub fn with(mut self, value: &(impl Identified + ?Sized)) -> Self {
        value.identify(&mut self);
        self
    }

    /// The number, in hexadecimal.
    pub fn text(&self) -> String {
        format!("{:032x}", self.number128())
    }

    pub fn number128(&self) -> u128 {
        self.0.digest128()
    }

    pub fn number(&self) -> u64 {
        self.0.digest()
    }
}

/// Every field of a struct, in order; one that is left out does not compile.
macro_rules! identified_by_fields {
    ($type:ident { $($field:ident),* $(,)? }) => {
        impl $crate::identity::Identified for $type {
            fn identify(&self, to: &mut $crate::identity::Identity) {
                let $type { $($field),* } = self;
                $($crate::identity::Identified::identify($field, to);)*
            }
        }
    };
}

pub(crate) use identified_by_fields;

macro_rules! numbers {
    ($($type:ident),*) => {
        $(impl Identified for $type {
            fn identify(&self, to: &mut Identity) {
                to.0.update(&self.to_le_bytes());
            }
        })*
    };
}

numbers!(u8, u16, u32, u64, u128, i64, i128);

impl Identified for f64 {
    fn identify(&self, to: &mut Identity) {
        // 0 and -0 are one.
        (self + 0.0).to_bits().identify(to);
    }
}

impl Identified for bool {
    fn identify(&self, to: &mut Identity) {
        u8::from(*self).identify(to);
    }
}

impl Identified for str {
    fn identify(&self, to: &mut Identity) {
        (self.len() as u64).identify(to);
        to.0.update(self.as_bytes());
    }
}

impl Identified for String {
    fn identify(&self, to: &mut Identity) {
        self.as_str().identify(to);
    }
}

impl Identified for Path {
    fn identify(&self, to: &mut Identity) {
        self.as_os_str().as_encoded_bytes().identify(to);
    }
}

/// Of a file: nanoseconds from 1970 on, or before it.
impl Identified for SystemTime {
    fn identify(&self, to: &mut Identity) {
        let (after, by) = match self.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(by) => (true, by),
            Err(before) => (false, before.duration()),
        };
        (after, by.as_secs(), by.subsec_nanos()).identify(to);
    }
}

impl<T: Identified + ?Sized> Identified for Arc<T> {
    fn identify(&self, to: &mut Identity) {
        (**self).identify(to);
    }
}

impl<T: Identified + ?Sized> Identified for &T {
    fn identify(&self, to: &mut Identity) {
        (**self).identify(to);
    }
}

impl<T: Identified> Identified for Option<T> {
    fn identify(&self, to: &mut Identity) {
        self.is_some().identify(to);
        if let Some(value) = self {
            value.identify(to);
        }
    }
}

impl<T: Identified> Identified for [T] {
    fn identify(&self, to: &mut Identity) {
        (self.len() as u64).identify(to);
        self.iter().for_each(|value| value.identify(to));
    }
}

impl<T: Identified> Identified for Vec<T> {
    fn identify(&self, to: &mut Identity) {
        self.as_slice().identify(to);
    }
}

impl<K: Identified, V: Identified> Identified for BTreeMap<K, V> {
    fn identify(&self, to: &mut Identity) {
        (self.len() as u64).identify(to);
        for (key, value) in self {
            key.identify(to);
            value.identify(to);
        }
    }
}

impl<A: Identified, B: Identified> Identified for (A, B) {
    fn identify(&self, to: &mut Identity) {
        self.0.identify(to);
        self.1.identify(to);
    }
}

impl<A: Identified, B: Identified, C: Identified> Identified for (A, B, C) {
    fn identify(&self, to: &mut Identity) {
        self.0.identify(to);
        self.1.identify(to);
        self.2.identify(to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &(impl Identified + ?Sized)) -> u64 {
        Identity::of_kind("test").with(value).number()
    }

    #[test]
    fn what_differs_has_another_number() {
        assert_eq!(of("a"), of(&"a".to_string()));
        assert_ne!(of(&("ab", "c")), of(&("a", "bc")));
        assert_ne!(of(&None::<u8>), of(&Some(0u8)));
        assert_ne!(of(&vec![vec![1u8], vec![2]]), of(&vec![vec![1u8, 2], vec![]]));
        assert_eq!(of(&0.0), of(&-0.0));
        assert_ne!(Identity::of_kind("a").text(), Identity::of_kind("b").text());
    }
}
