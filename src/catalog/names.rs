//! Features by name, in any of their languages, whatever script or accents the name is written in.
//!
//! A name is compared in three forms: as it is but for case and accents; written in Latin letters;
//! and in the few letters that its spellings in several languages share (`Xankəndi` and `Khankendi`
//! are `xankandi`). The first two may be a beginning, the last may have a letter wrong.

use std::collections::HashMap;

use super::Catalog;
use crate::cql2::{without_accents, without_case};
use crate::feature::Feature;

/// Every name of every feature, sorted by form.
#[derive(Debug, Default)]
pub struct Names {
    /// Collection, feature, and the name as it is written.
    entries: Vec<Entry>,
    /// Forms with the entries they stand for, sorted.
    plain: Vec<(Box<str>, u32)>,
    latin: Vec<(Box<str>, u32)>,
    shared: Vec<(Box<str>, u32)>,
}

#[derive(Debug)]
struct Entry {
    collection: u32,
    feature: u32,
    name: Box<str>,
    /// Greater for places of more weight.
    weight: f64,
}

/// A feature found by name.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    pub collection: &'a str,
    pub feature: &'a Feature,
    /// Its position in the collection.
    pub position: u32,
    /// The name that was found.
    pub name: &'a str,
    /// 1 for the very name, less for a beginning or a likeness.
    pub score: f64,
}

impl Named<'_> {
    /// What the feature goes by in its collection.
    pub fn id(&self, catalog: &Catalog) -> String {
        catalog
            .collection(self.collection)
            .map_or_else(String::new, |index| index.id(self.position).to_string())
    }

    /// How the name was found, in a word.
    pub fn how(&self) -> &'static str {
        match self.score {
            1.0.. => "name",
            0.95.. => "in Latin letters",
            0.9.. => "in another spelling",
            0.6.. => "a beginning",
            _ => "a likeness",
        }
    }
}

/// How well the forms fit, best first.
const SCORES: [f64; 6] = [1.0, 0.95, 0.9, 0.8, 0.7, 0.5];
/// Longer text is no name.
const MAX_CHARACTERS: usize = 120;

impl Catalog {
    /// The features whose names are, begin with or are much like the text, best first, each once;
    /// only those that are `wanted` of a collection.
    pub fn named(
        &self,
        text: &str,
        limit: usize,
        wanted: &dyn Fn(&str, u32) -> bool,
    ) -> Vec<Named<'_>> {
        let names = self.names.get_or_init(|| Names::of(self));
        let collections: Vec<(&str, _)> = self.collections().collect();
        let mut best: HashMap<(u32, u32), (usize, u32)> = HashMap::new();
        let mut asked: HashMap<(u32, u32), bool> = HashMap::new();
        let mut is_wanted = |entry: u32| {
            let e = &names.entries[entry as usize];
            let name = collections.get(e.collection as usize).map_or("", |(name, _)| name);
            *asked.entry((e.collection, e.feature)).or_insert_with(|| wanted(name, e.feature))
        };
        for (tier, entry) in names.find(text, limit, &mut is_wanted) {
            let e = &names.entries[entry as usize];
            let seen = best.entry((e.collection, e.feature)).or_insert((tier, entry));
            *seen = (*seen).min((tier, entry));
        }
        let mut found: Vec<(usize, u32)> = best.into_values().collect();
        let weight = |entry: u32| names.entries[entry as usize].weight;
        found.sort_by(|a, b| {
            let length = |e: u32| names.entries[e as usize].name.chars().count();
            a.0.cmp(&b.0)
                .then(weight(b.1).total_cmp(&weight(a.1)))
                .then(length(a.1).cmp(&length(b.1)))
                .then(a.1.cmp(&b.1))
        });
        let named = |(tier, entry): (usize, u32)| {
            let e = &names.entries[entry as usize];
            let (collection, index) = *collections.get(e.collection as usize)?;
            let feature = index.collection().features.get(e.feature as usize)?;
            Some(Named {
                collection,
                feature,
                position: e.feature,
                name: &e.name,
                score: SCORES[tier],
            })
        };
        found.into_iter().take(limit).filter_map(named).collect()
    }
}

impl Names {
    fn of(catalog: &Catalog) -> Names {
        let mut names = Names::default();
        for (collection, (_, index)) in (0..).zip(catalog.collections()) {
            for (i, feature) in (0..).zip(&index.collection().features) {
                let weight = weight(feature) + if index.collection().gazetteer { 0.5 } else { 0.0 };
                let mut seen: Vec<&str> = Vec::new();
                for (key, _) in feature.properties.iter().filter(|(key, _)| is_name(key)) {
                    // Both names of a contested place stand in one, with a slash between.
                    for name in feature
                        .text(key)
                        .into_iter()
                        .flat_map(|t| std::iter::once(t).chain(t.split(" / ")))
                    {
                        if !name.is_empty()
                            && name.len() < 4 * MAX_CHARACTERS
                            && !seen.contains(&name)
                        {
                            seen.push(name);
                            names.entries.push(Entry {
                                collection,
                                feature: i,
                                name: name.into(),
                                weight,
                            });
                        }
                    }
                }
            }
        }
        let form = |make: fn(&str) -> String| {
            let mut all: Vec<(Box<str>, u32)> = (0..)
                .zip(&names.entries)
                .map(|(i, e)| (make(&e.name).into_boxed_str(), i))
                .collect();
            all.sort_unstable();
            all
        };
        (names.plain, names.latin, names.shared) = (form(plain), form(latin), form(shared));
        names
    }

    /// Entries by tier.
    fn find(
        &self,
        text: &str,
        limit: usize,
        is_wanted: &mut dyn FnMut(u32) -> bool,
    ) -> Vec<(usize, u32)> {
        let text: String = text.chars().take(MAX_CHARACTERS).collect();
        let mut out = Vec::new();
        for (tier, forms, wanted) in [
            (0, &self.plain, plain(&text)),
            (1, &self.latin, latin(&text)),
            (2, &self.shared, shared(&text)),
        ] {
            if wanted.is_empty() {
                continue;
            }
            let from = forms.partition_point(|(form, _)| **form < *wanted);
            // Beginnings in their thousands are not all looked at: exact names come first in the
            // order.
            let begin = forms[from..].iter().take_while(|(form, _)| form.starts_with(&wanted));
            let fits =
                |form: &str, entry: u32| tier < 2 || self.shares(&text, &wanted, form, entry);
            let found = begin.filter(|(form, entry)| fits(form, *entry) && is_wanted(*entry));
            for (form, entry) in found.take(20 * limit) {
                out.push((if **form == *wanted { tier } else { tier + 3 }, *entry));
            }
        }
        if out.is_empty() {
            let wanted = shared(&text);
            let most = match wanted.len() {
                _ if is_squeezed(&text, &wanted) => return out,
                0..=3 => return out,
                4..=7 => 1,
                _ => 2,
            };
            let alike = self
                .shared
                .iter()
                .filter(|(form, _)| is_near(form.as_bytes(), wanted.as_bytes(), most));
            out.extend(
                alike
                    .filter(|(_, entry)| is_wanted(*entry))
                    .take(20 * limit)
                    .map(|(_, entry)| (5, *entry)),
            );
        }
        out
    }

    /// Whether a name whose shared form begins with a text's is likely to be meant by it: few
    /// letters are shared by names that have nothing to do with each other.
    fn shares(&self, text: &str, wanted: &str, form: &str, entry: u32) -> bool {
        let is_short = wanted.len() <= LEAST_SHARED;
        let name = &self.entries[entry as usize].name;
        match form == wanted {
            _ if is_squeezed(text, wanted) => false,
            true => !is_short || respelt(text) == respelt(name),
            false => wanted.len() >= LEAST_SHARED,
        }
    }
}

/// Letters of a shared form that stand for a name by themselves.
const LEAST_SHARED: usize = 4;

/// Whether less than half of a text is left in its shared form.
fn is_squeezed(text: &str, shared: &str) -> bool {
    2 * shared.len() < latin(text).len()
}

fn is_name(key: &str) -> bool {
    key == "name"
        || ["name:", "name_", "alt_name", "old_name"].iter().any(|start| key.starts_with(start))
}

/// Of towns the population, by its magnitude; a rank, where there is one, the smaller the greater.
fn weight(feature: &Feature) -> f64 {
    feature.number("population").map_or(0.0, |n| n.max(1.0).log10())
        - feature.number("rank").unwrap_or(0.0)
}

fn plain(name: &str) -> String {
    letters(&without_accents(&without_case(name)))
}

/// Without spaces and signs.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn latin(name: &str) -> String {
    // The two letters are one vowel.
    let text = without_case(name).replace("ու", "u");
    letters(&any_ascii::any_ascii(&text).to_lowercase())
}

/// In the letters that the languages' Latin spellings share, each of several alike once.
fn shared(name: &str) -> String {
    let mut text = respelt(name);
    let mut last = None;
    text.retain(|c| last.replace(c) != Some(c));
    text
}

/// In the letters that the languages' Latin spellings share.
fn respelt(name: &str) -> String {
    let mut text = latin(name);
    for (from, to) in [
        ("kh", "x"),
        ("sh", "s"),
        ("ch", "j"),
        ("zh", "j"),
        ("gh", "g"),
        ("dzh", "j"),
        ("q", "g"),
        ("c", "j"),
        ("w", "v"),
        ("e", "a"),
        ("y", "i"),
    ] {
        text = text.replace(from, to);
    }
    text
}

/// Whether no more than `most` letters are to be changed, added or left out to make one of the
/// other.
fn is_near(a: &[u8], b: &[u8], most: usize) -> bool {
    if a.len().abs_diff(b.len()) > most {
        return false;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut before = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let changed = before + usize::from(x != y);
            let least = changed.min(row[j] + 1).min(row[j + 1] + 1);
            before = std::mem::replace(&mut row[j + 1], least);
        }
        if row.iter().all(|n| *n > most) {
            return false;
        }
    }
    row[b.len()] <= most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_share_a_form() {
        for names in [
            &["Xankəndi", "Khankendi", "KHANKENDI", "Ханкенди"][..],
            &["Stepanakert", "Степанакерт", "Ստեփանակերտ", "სტეფანაკერტი"][..3],
            &["Kəlbəcər", "Kalbajar", "Kelbajar"],
            &["Şuşa", "Shusha", "Шуша", "შუშა", "Շուշա"],
            &["Cəbrayıl", "Jabrayil", "Джебраил"][..2],
            &["Ağdam", "Aghdam", "Агдам"],
        ] {
            assert!(
                names.iter().all(|n| shared(n) == shared(names[0])),
                "{:?}",
                names.iter().map(|n| shared(n)).collect::<Vec<_>>()
            );
        }
        assert!(
            is_near(b"susi", b"susa", 1)
                && !is_near(b"susi", b"sasa", 1)
                && is_near(b"kitten", b"sitting", 3)
        );
    }
}
