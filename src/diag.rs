//! What went wrong, where, and how to mend it: the one shape every parser reports in.
//!
//! A [`Diagnostic`] names a file, a place in it (line and column, or a JSON pointer) and, where
//! there is one, the feature. [`Checked`] carries a value together with the problems met while
//! making it, so that one bad feature never costs a whole layer. Nothing here decides what to do
//! about a problem; the callers do.

use std::fmt;

/// How bad a [`Diagnostic`] is. An error means that something was left out; a warning that it was
/// mended or ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Warning,
    Error,
}

/// One problem, with everything a person needs to find and mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub message: String,
    pub file: Option<String>,
    /// JSON pointer (RFC 6901) into `file`.
    pub pointer: Option<String>,
    /// The feature's id, quoted as the reader would search for it.
    pub feature: Option<String>,
    /// One-based line and column in `file`.
    pub line_column: Option<(usize, usize)>,
    /// Zero-based byte offset in `file`.
    pub offset: Option<usize>,
    pub help: Option<String>,
}

impl Diagnostic {
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message.into())
    }

    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message.into())
    }

    fn new(severity: Severity, message: String) -> Self {
        Self {
            severity,
            message,
            file: None,
            pointer: None,
            feature: None,
            line_column: None,
            offset: None,
            help: None,
        }
    }

    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    pub fn of_feature(mut self, id: impl Into<String>) -> Self {
        self.feature = Some(id.into());
        self
    }

    pub fn on_line(mut self, line: usize, column: usize, offset: usize) -> Self {
        self.line_column = Some((line, column));
        self.offset = Some(offset);
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same where the whole is refused for it, and nothing was skipped.
    pub fn refused(mut self) -> Self {
        if let Some(rest) = self.message.strip_prefix("skipped, ") {
            self.message = rest.to_string();
        }
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    /// `error: FILE:LINE:COLUMN (byte N): feature 'ID' at /pointer: message; help: ...` with the
    /// unknown parts left out; in the alternate form (`{:#}`), within a message of its own, without
    /// the first word.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            f.write_str(match self.severity {
                Severity::Warning => "warning: ",
                Severity::Error => "error: ",
            })?;
        }
        if let Some(file) = &self.file {
            f.write_str(file)?;
            if let Some((line, column)) = self.line_column {
                write!(f, ":{line}:{column}")?;
            }
            if let Some(offset) = self.offset {
                write!(f, " (byte {offset})")?;
            }
            f.write_str(": ")?;
        }
        if let Some(feature) = &self.feature {
            write!(f, "feature {feature}")?;
        }
        if let Some(pointer) = &self.pointer {
            let space = if self.feature.is_some() { " " } else { "" };
            write!(f, "{space}at {}", if pointer.is_empty() { "/" } else { pointer })?;
        }
        if self.feature.is_some() || self.pointer.is_some() {
            f.write_str(": ")?;
        }
        f.write_str(&self.message)?;
        if let Some(help) = &self.help {
            write!(f, "; help: {help}")?;
        }
        Ok(())
    }
}

/// Text on one line as it is, and so that nothing in it can be taken for anything else: line
/// breaks, control characters and those that turn the direction of text are written as escapes.
pub struct Escaped<T>(pub T);

impl<T: fmt::Display> fmt::Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::write(&mut Escaping(f), format_args!("{}", self.0))
    }
}

struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl fmt::Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| misleads(*c)) {
            self.0.write_str(&rest[..at])?;
            write!(self.0, "{}", c.escape_default())?;
            rest = &rest[at + c.len_utf8()..];
        }
        self.0.write_str(rest)
    }
}

/// Whether a character breaks a line, steers a terminal, turns or joins the text around it, or is
/// not seen at all.
fn misleads(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(c, '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A value and the problems met while making it.
#[derive(Debug, Clone)]
pub struct Checked<T> {
    pub value: T,
    pub diagnostics: Vec<Diagnostic>,
}

impl<T> Checked<T> {
    pub fn new(value: T, diagnostics: Vec<Diagnostic>) -> Self {
        Self { value, diagnostics }
    }

    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Appends one reference token to a JSON pointer, escaped as RFC 6901 asks.
pub fn pointer_join(pointer: &str, token: impl fmt::Display) -> String {
    let token = token.to_string().replace('~', "~0").replace('/', "~1");
    format!("{pointer}/{token}")
}

/// The one of the known words that a misspelt one is likeliest to mean, if it is near enough: two
/// letters from it at the most, and a quarter of its own.
pub fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = (word.chars().count() / 4).clamp(1, 2);
    let near = known.into_iter().map(|other| (letters_apart(word, other), other));
    near.filter(|(apart, _)| *apart <= most).min_by_key(|(apart, _)| *apart).map(|(_, other)| other)
}

/// How many letters are left out, put in, changed or swapped with their neighbours between two
/// words.
fn letters_apart(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (mut before, mut last): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..=b.len()).collect());
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        (before, last) = (last, row);
    }
    last[b.len()]
}

/// A text's bytes without the byte order mark that Windows programs write before them.
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_says_what_where_and_how_to_mend() {
        let d = Diagnostic::error("the ring has 3 positions")
            .in_file("a.geojson")
            .of_feature("'agdam'")
            .at("/features/3/geometry")
            .help("close it");
        assert_eq!(
            d.to_string(),
            "error: a.geojson: feature 'agdam' at /features/3/geometry: the ring has 3 positions; \
             help: close it"
        );
        assert!(format!("{d:#}").starts_with("a.geojson: feature 'agdam'"));
    }

    #[test]
    fn a_misspelt_word_is_known_again() {
        let known = ["fill-color", "fill-opacity", "line-width", "text-size"];
        for (word, meant_by_it) in [
            ("fill-colour", Some("fill-color")),
            ("fil-color", Some("fill-color")),
            ("line-wdith", Some("line-width")),
            ("text_size", Some("text-size")),
            ("stroke", None),
            ("", None),
        ] {
            assert_eq!(meant(word, known), meant_by_it, "{word}");
        }
    }

    #[test]
    fn text_cannot_forge_a_line() {
        let text = "Şuşa Շուշի\n2026 \u{1b}[31mERROR\u{202e}\u{2028}\r\t\u{9b}\u{e0041} end";
        let told = Escaped(text).to_string();
        assert_eq!(
            told,
            r"Şuşa Շուշի\n2026 \u{1b}[31mERROR\u{202e}\u{2028}\r\t\u{9b}\u{e0041} end"
        );
    }

    #[test]
    fn pointer_tokens_are_escaped() {
        assert_eq!(pointer_join("/a", "b/c~d"), "/a/b~1c~0d");
    }
}
