//! What a map says in words: the sources of what it shows, and the text for those who can't see it.

use super::Subject;
use super::words::{Words, filled};
use std::sync::Arc;

/// What the features in the picture that the legend tells of rest on; each once, in the legend's
/// order.
pub fn all_sources(subject: &Subject) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for seen in subject.entries.iter().flat_map(|(.., seen)| seen) {
        for source in
            seen.part.feature.text("source").into_iter().flat_map(sources_in).map(str::trim)
        {
            // Where more is said of it is for those who have the data.
            let source = source.split(" (geodata/").next().unwrap_or(source).trim();
            if !source.is_empty() && !all.iter().any(|known| known == source) {
                all.push(source.to_string());
            }
        }
    }
    all
}

/// The sources in a text: between semicolons that are not in brackets.
fn sources_in(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0i32;
    text.split(move |c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == ';' && depth <= 0
    })
}

/// The alternative text of a map: its title, its day, what its legend tells of, and the largest
/// names on it.
pub fn alternative(
    title: &str,
    subtitle: Option<&str>,
    subject: &Subject,
    places: &[Arc<str>],
) -> String {
    let words = Words::of(subject.language);
    let mut sentences = vec![title.to_string()];
    sentences.extend(subtitle.map(str::to_string));
    if !subject.captions.is_empty() {
        sentences.extend(subject.captions.iter().map(|(day, _)| words.of_days(None, *day)));
    } else if let Some(day) = subject.day {
        sentences.push(words.of_days(subject.since, day));
    }
    sentences.extend(subject.notes.iter().cloned());
    let mut labels: Vec<&str> = Vec::new();
    for (entry, _, seen) in &subject.entries {
        if !seen.is_empty() {
            labels.push(entry.label(words.language));
        }
    }
    if !labels.is_empty() {
        sentences.push(filled(words.shows, &[&labels.join("; ")]));
    }
    if !places.is_empty() {
        let names: Vec<String> = places.iter().map(|p| p.replace('\n', " ")).collect();
        sentences.push(filled(words.places, &[&names.join("; ")]));
    }
    sentences.iter().map(|s| s.trim_end_matches('.')).collect::<Vec<_>>().join(". ") + "."
}
