//! Lines that run from the top down: which letters stand upright in them, and the forms that
//! punctuation takes.

/// Whether a letter stands upright where lines run from the top down (Unicode's
/// `Vertical_Orientation`, by blocks).
pub fn is_upright(c: char) -> bool {
    matches!(u32::from(c),
        0x1100..=0x11FF | 0x2E80..=0x2FDF | 0x2FF0..=0x2FFF | 0x3001..=0x3007 | 0x3012..=0x3013
        | 0x3020..=0x302F | 0x3031..=0x309F | 0x30A1..=0x30FB | 0x30FD..=0x4DBF | 0x4E00..=0xA4CF
        | 0xA960..=0xA97F | 0xAC00..=0xD7FF | 0xF900..=0xFAFF | 0xFE10..=0xFE1F | 0xFE30..=0xFE48
        | 0xFE50..=0xFE57 | 0xFF01..=0xFF07 | 0xFF0A..=0xFF0C | 0xFF0E..=0xFF19 | 0xFF1F..=0xFF3A
        | 0xFF3C | 0xFF3E | 0xFF40..=0xFF5A | 0x1B000..=0x1B2FF | 0x1F000..=0x1FAFF
        | 0x20000..=0x3FFFD)
}

/// Which characters stand upright in a vertical line among letters that lie on their side: letters
/// that stand by themselves, and the digits of a number beside such, if no lying letter is beside
/// it, too.
pub(super) fn standing(text: &[char]) -> Vec<bool> {
    let digit = |c: &&char| c.is_ascii_digit();
    let stands = |(i, c): (usize, &char)| {
        if is_upright(*c) || !c.is_ascii_digit() {
            return is_upright(*c);
        }
        let (before, after) =
            (text[..i].iter().rev().find(|c| !digit(c)), text[i..].iter().find(|c| !digit(c)));
        let mut beside = [before, after].into_iter().flatten();
        beside.clone().any(|c| is_upright(*c))
            && !beside.any(|c| c.is_alphabetic() && !is_upright(*c))
    };
    text.iter().enumerate().map(stands).collect()
}

/// Whether a character of upright scripts lies along vertical lines all the same: dashes, long
/// vowels, brackets that have no form of their own there (Unicode's `Vertical_Orientation`, `R` and
/// `Tr`).
pub(super) fn lies(c: char) -> bool {
    matches!(u32::from(c),
        0x2013..=0x2015 | 0x2025..=0x2026 | 0x3008..=0x3011 | 0x3014..=0x301F | 0x3030 | 0x30A0
        | 0x30FC | 0xFF08..=0xFF09 | 0xFF0D | 0xFF1A..=0xFF1E | 0xFF3B | 0xFF3D | 0xFF3F
        | 0xFF5B..=0xFF60 | 0xFFE3)
}

/// Punctuation in the forms it takes in vertical lines, unless letters that lie on their side stand
/// beside it.
pub(super) fn verticalized(text: &str) -> impl Iterator<Item = char> {
    let chars: Vec<char> = text.chars().collect();
    let lies = |c: Option<&char>| c.is_some_and(|c| c.is_alphabetic() && !is_upright(*c));
    (0..chars.len()).map(move |i| {
        let beside = lies(i.checked_sub(1).and_then(|i| chars.get(i))) || lies(chars.get(i + 1));
        let form = VERTICAL.iter().find(|(plain, _)| *plain == chars[i]).filter(|_| !beside);
        form.map_or(chars[i], |(_, vertical)| *vertical)
    })
}

/// Punctuation and its forms in vertical lines (Unicode, Vertical Forms and CJK Compatibility
/// Forms).
const VERTICAL: [(char, char); 65] = [
    ('!', '︕'),
    ('#', '＃'),
    ('$', '＄'),
    ('%', '％'),
    ('&', '＆'),
    ('(', '︵'),
    (')', '︶'),
    ('*', '＊'),
    ('+', '＋'),
    (',', '︐'),
    ('-', '︲'),
    ('.', '・'),
    ('/', '／'),
    (':', '︓'),
    (';', '︔'),
    ('<', '︿'),
    ('=', '＝'),
    ('>', '﹀'),
    ('?', '︖'),
    ('@', '＠'),
    ('[', '﹇'),
    (']', '﹈'),
    ('{', '︷'),
    ('}', '︸'),
    ('、', '︑'),
    ('。', '︒'),
    ('「', '﹁'),
    ('」', '﹂'),
    ('（', '︵'),
    ('）', '︶'),
    ('–', '︲'),
    ('—', '︱'),
    ('‥', '︰'),
    ('…', '︙'),
    ('〈', '︿'),
    ('〉', '﹀'),
    ('《', '︽'),
    ('》', '︾'),
    ('『', '﹃'),
    ('』', '﹄'),
    ('【', '︻'),
    ('】', '︼'),
    ('〔', '︹'),
    ('〕', '︺'),
    ('〖', '︗'),
    ('〗', '︘'),
    ('〘', '︹'),
    ('〙', '︺'),
    ('！', '︕'),
    ('，', '︐'),
    ('．', '・'),
    ('：', '︓'),
    ('；', '︔'),
    ('＜', '︿'),
    ('＞', '﹀'),
    ('？', '︖'),
    ('［', '﹇'),
    ('］', '﹈'),
    ('＿', '︳'),
    ('｛', '︷'),
    ('｝', '︸'),
    ('｡', '︒'),
    ('｢', '﹁'),
    ('｣', '﹂'),
    ('－', '︲'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_vowels_lie_and_numbers_stand() {
        let standing = |text: &str| {
            let chars: Vec<char> = text.chars().collect();
            standing(&chars)
                .iter()
                .map(|stands| if *stands { '|' } else { '-' })
                .collect::<String>()
        };
        assert_eq!(standing("センター"), "|||-");
        assert_eq!(standing("国道21号"), "|||||");
        assert_eq!(standing("12月"), "|||");
        assert_eq!(standing("国道A21号"), "||---|");
        assert_eq!(standing("Route 21"), "--------");
    }

    #[test]
    fn brackets_take_their_vertical_forms() {
        let vertical: String = verticalized("【東京】『京』〈都〉").collect();
        assert_eq!(vertical, "︻東京︼﹃京﹄︿都﹀");
        let forms = VERTICAL.iter().map(|(_, form)| *form);
        assert!(
            forms.clone().all(|form| is_upright(form) != lies(form)),
            "{:?}",
            forms.collect::<String>()
        );
    }
}
