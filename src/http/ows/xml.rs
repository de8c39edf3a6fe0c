//! XML documents, as trees that are written whole.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// An element with its attributes, and either its text or its children.
#[derive(Debug, Clone)]
pub struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    pub fn new(name: &'static str) -> Self {
        Self { name, attributes: Vec::new(), text: String::new(), children: Vec::new() }
    }

    /// An element that holds text and nothing else.
    pub fn of(name: &'static str, text: impl ToString) -> Self {
        Self { text: text.to_string(), ..Self::new(name) }
    }

    pub fn attribute(mut self, name: &'static str, value: impl ToString) -> Self {
        self.attributes.push((name, value.to_string()));
        self
    }

    pub fn child(mut self, child: Element) -> Self {
        self.children.push(child);
        self
    }

    pub fn children(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.children.extend(children);
        self
    }

    /// The document of which it is the root.
    pub fn document(&self) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new());
        let head = Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None));
        // Writing to memory does not fail.
        let _ = writer.write_event(head).and_then(|()| self.write(&mut writer));
        writer.into_inner()
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        let mut start = BytesStart::new(self.name);
        for (name, value) in &self.attributes {
            start.push_attribute((*name, plain(value).as_str()));
        }
        if self.text.is_empty() && self.children.is_empty() {
            return writer.write_event(Event::Empty(start));
        }
        writer.write_event(Event::Start(start))?;
        if !self.text.is_empty() {
            writer.write_event(Event::Text(BytesText::new(&plain(&self.text))))?;
        }
        self.children.iter().try_for_each(|child| child.write(writer))?;
        writer.write_event(Event::End(BytesEnd::new(self.name)))
    }
}

/// Text without the characters that no XML may have (XML 1.0, 2.2).
fn plain(text: &str) -> String {
    let is_allowed = |c: &char| {
        matches!(c, '\t' | '\n' | '\r') || (*c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'))
    };
    text.chars().filter(is_allowed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_only_text() {
        let element = Element::new("a")
            .attribute("b", "\"<\u{1}")
            .child(Element::of("c", "x < y & </c>\u{0}\u{ffff}"));
        let text = String::from_utf8(element.document()).unwrap();
        assert!(
            text.ends_with("<a b=\"&quot;&lt;\"><c>x &lt; y &amp; &lt;/c&gt;</c></a>"),
            "{text}"
        );
    }
}
