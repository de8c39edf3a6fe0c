//! What a character is to shaping, by itself: seen or not, joined to others, another from right to
//! left.

use unicode_script::{Script, UnicodeScript as _};

/// Characters that steer shaping and are never seen.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// Whether the character belongs to the one before it.
pub(super) fn continues(c: char) -> bool {
    c.script() == Script::Inherited
        || is_invisible(c)
        || matches!(c, '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Scripts whose letters are joined to one another: spacing would tear them apart.
pub(super) fn is_joined(script: Script) -> bool {
    use Script as S;
    matches!(
        script,
        S::Arabic
            | S::Duployan
            | S::Mongolian
            | S::Old_Uyghur
            | S::Syriac
            | S::Nko
            | S::Adlam
            | S::Hanifi_Rohingya
    )
}

/// A bracket's mirror image.
pub(super) fn mirrored(c: char) -> char {
    const PAIRS: [(char, char); 6] =
        [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>'), ('«', '»'), ('‹', '›')];
    PAIRS
        .iter()
        .find_map(|(a, b)| if c == *a { Some(*b) } else { (c == *b).then_some(*a) })
        .unwrap_or(c)
}
