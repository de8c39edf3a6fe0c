//! What a character is to shaping, by itself: seen or not, joined to others, another from right to
//! left.

use unicode_script::{Script, UnicodeScript as _};

/// Characters that steer shaping and are never seen.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// A character's script.
pub(super) fn script(c: char) -> Script {
    match c {
        'a'..='z' | 'A'..='Z' => Script::Latin,
        // The rest of ASCII is of none.
        '\0'..='\x7f' => Script::Common,
        _ => c.script(),
    }
}

/// Whether the character is a letter of a script whose letters follow one another, each of its own
/// width and seldom joined with the next, or what stands between such.
pub fn is_plain(c: char) -> bool {
    matches!(c,
        ' '..='~' | '\u{a0}'..='\u{ac}' | '\u{ae}'..='\u{24f}' | '\u{386}'..='\u{3ff}'
        | '\u{400}'..='\u{482}' | '\u{48a}'..='\u{52f}' | '\u{531}'..='\u{58a}'
        | '\u{60c}' | '\u{621}'..='\u{63a}' | '\u{641}'..='\u{64a}' | '\u{660}'..='\u{669}'
        | '\u{671}'..='\u{6d3}' | '\u{6f0}'..='\u{6f9}' | '\u{10a0}'..='\u{10ff}'
        | '\u{1c90}'..='\u{1cbf}' | '\u{1e00}'..='\u{1eff}' | '\u{2010}'..='\u{2014}'
        | '\u{2018}'..='\u{201e}' | '\u{2116}')
}

/// Whether the character belongs to the one before it.
pub(super) fn continues(c: char) -> bool {
    script(c) == Script::Inherited
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
