//! CQL2 text cut into tokens.

use super::{FilterError, FilterPlace};
use crate::feature::Value;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name or a word of the language; words are told by their place, whatever their case.
    Word(String),
    /// A name in double quotes.
    Quoted(String),
    Number(f64),
    Large(i128),
    Text(String),
    /// Punctuation and operators of signs.
    Sign(&'static str),
}

/// The longer before the shorter.
const SIGNS: [&str; 15] =
    ["<>", "!=", "<=", ">=", "=", "<", ">", "(", ")", ",", "+", "-", "*", "/", "%"];

/// Tokens, each with the byte that it begins at.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, FilterError> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let start = at;
        let token = if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        } else if c == '\'' || c == '"' {
            let (inner, length) = quoted(rest, c)
                .ok_or_else(|| error(text, start, format!("the {c} is not closed")))?;
            at += length;
            if c == '"' { Token::Quoted(inner) } else { Token::Text(inner) }
        } else if c.is_ascii_digit()
            || (c == '.' && rest[1..].starts_with(|d: char| d.is_ascii_digit()))
        {
            let length = number_length(rest);
            at += length;
            let n = rest[..length].parse().ok().filter(|n: &f64| n.is_finite());
            let n =
                n.ok_or_else(|| error(text, start, format!("{} is no number", &rest[..length])))?;
            match rest[..length].parse().map(Value::whole) {
                Ok(Value::Large(n)) => Token::Large(n.get()),
                _ => Token::Number(n),
            }
        } else if is_name_start(c) {
            let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            at += length;
            Token::Word(rest[..length].to_string())
        } else if c == '^' {
            at += 1;
            Token::Sign("^")
        } else {
            let sign = SIGNS.iter().find(|s| rest.starts_with(**s));
            let sign =
                sign.ok_or_else(|| error(text, start, format!("'{c}' has no meaning here")))?;
            at += sign.len();
            Token::Sign(sign)
        };
        out.push((start, token));
    }
    Ok(out)
}

/// Names begin so: a letter, a low line or a colon.
fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == ':'
}

fn is_name(c: char) -> bool {
    is_name_start(c)
        || c.is_numeric()
        || c == '.'
        || unicode_script::UnicodeScript::script(&c) == unicode_script::Script::Inherited
}

/// The text within quotes and the length with them; a quote is written twice, or after a backslash.
fn quoted(rest: &str, quote: char) -> Option<(String, usize)> {
    let mut inner = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let escaped = next.filter(|_| c == '\\' && quote == '\'').and_then(control);
        if (c == quote || c == '\\') && next == Some(quote) {
            inner.push(quote);
            chars.next();
        } else if let Some(control) = escaped {
            inner.push(control);
            chars.next();
        } else if c == quote {
            return Some((inner, at + 1));
        } else {
            inner.push(c);
        }
    }
    None
}

/// The control character that a letter after a backslash stands for; other backslashes are left for
/// LIKE.
fn control(letter: char) -> Option<char> {
    Some(match letter {
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        _ => return None,
    })
}

fn number_length(rest: &str) -> usize {
    let digits = |from: usize| rest[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(0);
    if rest[length..].starts_with('.') {
        length += 1 + digits(length + 1);
    }
    if rest[length..].starts_with(['e', 'E']) {
        let sign = usize::from(rest[length + 1..].starts_with(['+', '-']));
        match digits(length + 1 + sign) {
            0 => {}
            exponent => length += 1 + sign + exponent,
        }
    }
    length
}

/// A fault at a byte of the text.
pub(super) fn error(text: &str, at: usize, message: impl Into<String>) -> FilterError {
    let before = text[..at.min(text.len())].chars().count();
    let near: String = text[at.min(text.len())..].chars().take(24).collect();
    let place = match near.is_empty() {
        true => FilterPlace::End,
        false => FilterPlace::Character { number: before + 1, near },
    };
    FilterError { place, message: message.into() }
}
