//! What was checked, by identifier, and how answers are read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use image::RgbaImage;
use serde_json::Value as Json;
use usvg::roxmltree::Node;

use crate::app::Answer;

/// A standard's tests with their checks.
pub struct Report {
    standard: &'static str,
    tests: &'static [&'static str],
    checks: BTreeMap<&'static str, usize>,
    failures: Vec<String>,
    unmet: Vec<(&'static str, String)>,
}

impl Report {
    pub fn new(standard: &'static str, tests: &'static [&'static str]) -> Report {
        let distinct: BTreeSet<_> = tests.iter().collect();
        assert_eq!(distinct.len(), tests.len(), "{standard}: an identifier is listed twice");
        Report { standard, tests, checks: BTreeMap::new(), failures: Vec::new(), unmet: Vec::new() }
    }

    pub fn check(&mut self, test: &'static str, holds: bool, about: impl Display) {
        assert!(self.tests.contains(&test), "{test} is not listed");
        *self.checks.entry(test).or_default() += 1;
        if !holds {
            self.failures.push(format!("{test}: {about}"));
        }
    }

    /// A requirement that the server is known not to meet: told, and no failure.
    pub fn wanted(&mut self, test: &'static str, holds: bool, about: impl Display) {
        assert!(self.tests.contains(&test), "{test} is not listed");
        *self.checks.entry(test).or_default() += usize::from(holds);
        if holds {
            println!("met, which can be a check: {test}: {about}");
        } else {
            self.unmet.push((test, about.to_string()));
        }
    }

    /// Prints the counts; fails where a check did, where a test was not run, or where more
    /// requirements are not met than `known`, which may only become less.
    pub fn end(self, known: usize) {
        let Report { standard, tests, checks, failures, unmet } = self;
        for (test, about) in &unmet {
            println!("not met: {test}: {about}");
        }
        let short: BTreeSet<_> = unmet.iter().map(|(test, _)| *test).collect();
        let total: usize = checks.values().sum();
        println!(
            "{standard}: {} of {} abstract tests, {total} checks, {} failures; {} met in full, {} \
             requirements of the others not met",
            checks.len(),
            tests.len(),
            failures.len(),
            checks.len() - short.len(),
            unmet.len()
        );
        assert_eq!(failures, Vec::<String>::new());
        let left: Vec<_> = tests.iter().filter(|t| !checks.contains_key(**t)).collect();
        assert_eq!(left, Vec::<&&str>::new(), "not run");
        assert_eq!(unmet.len(), known, "{standard}: requirements not met: state less, never more");
    }
}

/// The media type without its parameters.
pub fn kind(answer: &Answer) -> &str {
    answer.header("content-type").split(';').next().unwrap_or_default().trim()
}

pub fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// A request and how it was answered, for a message.
pub fn told(path: &str, answer: &Answer) -> String {
    let told: String = match kind(answer) {
        kind if kind.contains("json") || kind.contains("xml") => {
            text(answer).chars().take(200).collect()
        }
        kind => kind.to_string(),
    };
    format!("{path} -> {} {told}", answer.status.as_u16())
}

pub fn refused(answer: &Answer) -> bool {
    answer.status.is_client_error()
}

pub fn picture(answer: &Answer) -> Option<RgbaImage> {
    image::load_from_memory(&answer.body).ok().map(|image| image.to_rgba8())
}

/// The size of a picture, which is not decoded.
pub fn size(answer: &Answer) -> Option<(u32, u32)> {
    let reader = image::ImageReader::new(std::io::Cursor::new(&answer.body));
    reader.with_guessed_format().ok()?.into_dimensions().ok()
}

/// Whether a picture is there and all its pixels are of one colour.
pub fn all_of(answer: &Answer, colour: [u8; 4]) -> bool {
    picture(answer).is_some_and(|image| image.pixels().all(|p| p.0 == colour))
}

pub fn count(image: &RgbaImage, holds: impl Fn([u8; 4]) -> bool) -> usize {
    image.pixels().filter(|p| holds(p.0)).count()
}

/// How far apart two pictures are, as a mean of their channels.
pub fn apart(a: &RgbaImage, b: &RgbaImage) -> f64 {
    if a.dimensions() != b.dimensions() {
        return f64::INFINITY;
    }
    let pairs = a.as_raw().iter().zip(b.as_raw());
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.as_raw().len() as f64
}

/// What a format's files begin with.
pub fn begins_as(kind: &str, body: &[u8]) -> bool {
    match kind {
        "image/png" => body.starts_with(b"\x89PNG\r\n\x1a\n"),
        "image/jpeg" => body.starts_with(b"\xff\xd8\xff"),
        "image/webp" => body.starts_with(b"RIFF") && body[8..].starts_with(b"WEBP"),
        "image/tiff" => body.starts_with(b"II*\0") || body.starts_with(b"MM\0*"),
        "image/svg+xml" => body.starts_with(b"<svg") || body.starts_with(b"<?xml"),
        "application/pdf" => body.starts_with(b"%PDF-"),
        _ => false,
    }
}

/// A link's path on this server.
pub fn path(href: &str) -> &str {
    href.strip_prefix("http://maps.example:8080").unwrap_or(href)
}

pub fn rel(name: &str) -> String {
    format!("http://www.opengis.net/def/rel/ogc/1.0/{name}")
}

pub fn links<'a>(json: &'a Json, rel: &str) -> Vec<&'a str> {
    let all = json["links"].as_array().into_iter().flatten();
    all.filter(|l| l["rel"] == rel).filter_map(|l| l["href"].as_str()).collect()
}

pub fn declared(conformance: &Json, class: &str) -> bool {
    conformance["conformsTo"].as_array().is_some_and(|all| {
        all.iter().any(|c| c.as_str().is_some_and(|c| c.ends_with(&format!("/spec/{class}"))))
    })
}

/// The parameters of an operation of the API definition, references followed.
pub fn parameters<'a>(api: &'a Json, path: &str) -> Vec<&'a Json> {
    let own = api["paths"][path]["get"]["parameters"].as_array();
    own.into_iter()
        .flatten()
        .map(|p| match p["$ref"].as_str().and_then(|r| r.strip_prefix('#')) {
            Some(pointer) => api.pointer(pointer).unwrap_or(p),
            None => p,
        })
        .collect()
}

/// All elements of a name in a document.
pub fn all<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Vec<Node<'a, 'i>> {
    node.descendants().filter(|n| n.is_element() && n.tag_name().name() == name).collect()
}

/// The elements of a name that an element holds itself.
pub fn own<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Vec<Node<'a, 'i>> {
    node.children().filter(|n| n.is_element() && n.tag_name().name() == name).collect()
}

/// What stands in an element's own element of a name.
pub fn value<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    own(node, name).first().and_then(|n| n.text()).unwrap_or_default().trim()
}

pub fn number(node: Node, name: &str) -> f64 {
    value(node, name).parse().unwrap_or(f64::NAN)
}

/// Whether an element's elements come in the order that a schema has.
pub fn ordered(node: Node, order: &[&str]) -> bool {
    let places: Vec<Option<usize>> = node
        .children()
        .filter(Node::is_element)
        .map(|child| order.iter().position(|name| *name == child.tag_name().name()))
        .collect();
    places.iter().all(Option::is_some) && places.is_sorted()
}

pub fn distinct<T: Ord>(items: impl IntoIterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    items.into_iter().all(|item| seen.insert(item))
}
