//! Arabic letters by the shapes they take beside one another, for glyph ranges, which have a field
//! for each shape (Unicode, Arabic Presentation Forms A and B) and none for how letters join.

/// The letters that change shape: the letter; its isolated form; how many forms it has, of
/// isolated, final, initial and medial in turn.
const LETTERS: [(char, u32, u32); 43] = [
    ('\u{621}', 0xFE80, 1),
    ('\u{622}', 0xFE81, 2),
    ('\u{623}', 0xFE83, 2),
    ('\u{624}', 0xFE85, 2),
    ('\u{625}', 0xFE87, 2),
    ('\u{626}', 0xFE89, 4),
    ('\u{627}', 0xFE8D, 2),
    ('\u{628}', 0xFE8F, 4),
    ('\u{629}', 0xFE93, 2),
    ('\u{62A}', 0xFE95, 4),
    ('\u{62B}', 0xFE99, 4),
    ('\u{62C}', 0xFE9D, 4),
    ('\u{62D}', 0xFEA1, 4),
    ('\u{62E}', 0xFEA5, 4),
    ('\u{62F}', 0xFEA9, 2),
    ('\u{630}', 0xFEAB, 2),
    ('\u{631}', 0xFEAD, 2),
    ('\u{632}', 0xFEAF, 2),
    ('\u{633}', 0xFEB1, 4),
    ('\u{634}', 0xFEB5, 4),
    ('\u{635}', 0xFEB9, 4),
    ('\u{636}', 0xFEBD, 4),
    ('\u{637}', 0xFEC1, 4),
    ('\u{638}', 0xFEC5, 4),
    ('\u{639}', 0xFEC9, 4),
    ('\u{63A}', 0xFECD, 4),
    ('\u{641}', 0xFED1, 4),
    ('\u{642}', 0xFED5, 4),
    ('\u{643}', 0xFED9, 4),
    ('\u{644}', 0xFEDD, 4),
    ('\u{645}', 0xFEE1, 4),
    ('\u{646}', 0xFEE5, 4),
    ('\u{647}', 0xFEE9, 4),
    ('\u{648}', 0xFEED, 2),
    ('\u{649}', 0xFEEF, 2),
    ('\u{64A}', 0xFEF1, 4),
    ('\u{67E}', 0xFB56, 4),
    ('\u{686}', 0xFB7A, 4),
    ('\u{698}', 0xFB8A, 2),
    ('\u{6A9}', 0xFB8E, 4),
    ('\u{6AF}', 0xFB92, 4),
    ('\u{6CC}', 0xFBFC, 4),
    ('\u{6C1}', 0xFBA6, 4),
];

/// Lam with an alef: the alef, and the isolated form of the two; the final form follows it.
const LAM_ALEF: [(char, u32); 4] =
    [('\u{622}', 0xFEF5), ('\u{623}', 0xFEF7), ('\u{625}', 0xFEF9), ('\u{627}', 0xFEFB)];

const LAM: char = '\u{644}';
const TATWEEL: char = '\u{640}';

/// Each character in its shape, with the bytes it stands for: start, length.
pub(super) fn presented(text: &str) -> Vec<(usize, usize, char)> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut out = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let (at, c) = chars[i];
        let before = chars[..i].iter().rev().map(|(_, c)| *c).find(|c| !is_mark(*c));
        let after = |from: usize| {
            chars.get(from..).and_then(|rest| rest.iter().map(|(_, c)| *c).find(|c| !is_mark(*c)))
        };
        let joins_before = before.is_some_and(joins_forward);
        let ligature = chars
            .get(i + 1)
            .and_then(|(_, next)| LAM_ALEF.iter().find(|(alef, _)| c == LAM && alef == next));
        if let Some((alef, isolated)) = ligature {
            let shaped = char::from_u32(isolated + u32::from(joins_before)).unwrap_or(c);
            out.push((at, c.len_utf8() + alef.len_utf8(), shaped));
            i += 2;
            continue;
        }
        let shaped =
            LETTERS.iter().find(|(letter, ..)| *letter == c).map(|(_, isolated, forms)| {
                let back = *forms >= 2 && joins_before;
                let forth = *forms == 4 && after(i + 1).is_some_and(joins_back);
                isolated + u32::from(back) + 2 * u32::from(forth)
            });
        out.push((at, c.len_utf8(), shaped.and_then(char::from_u32).unwrap_or(c)));
        i += 1;
    }
    out
}

fn forms(c: char) -> u32 {
    LETTERS.iter().find(|(letter, ..)| *letter == c).map_or(0, |(_, _, forms)| *forms)
}

fn joins_forward(c: char) -> bool {
    c == TATWEEL || forms(c) == 4
}

fn joins_back(c: char) -> bool {
    c == TATWEEL || forms(c) >= 2
}

/// Vowel signs, which letters are joined across.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{64B}'..='\u{65F}' | '\u{670}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_take_their_forms() {
        let shaped =
            |text: &str| presented(text).into_iter().map(|(_, _, c)| c).collect::<String>();
        // Salam: seen initial, lam with alef final, meem isolated.
        assert_eq!(shaped("سلام"), "\u{FEB3}\u{FEFC}\u{FEE1}");
        // A joiner's absence parts letters.
        assert_eq!(shaped("ب\u{200c}ب"), "\u{FE8F}\u{200c}\u{FE8F}");
        assert_eq!(shaped("بب"), "\u{FE91}\u{FE90}");
        assert_eq!(shaped("Shusha"), "Shusha");
    }
}
