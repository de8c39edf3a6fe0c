//! Lines that run from the top down: which letters stand upright in them, and the forms that punctuation takes.

/// Whether a letter stands upright where lines run from the top down (Unicode's `Vertical_Orientation`, by blocks).
pub fn is_upright(c: char) -> bool {
    matches!(u32::from(c),
        0x1100..=0x11FF | 0x2E80..=0x2FDF | 0x2FF0..=0x2FFF | 0x3001..=0x3007 | 0x3012..=0x3013 | 0x3020..=0x302F
        | 0x3031..=0x4DBF | 0x4E00..=0xA4CF | 0xA960..=0xA97F | 0xAC00..=0xD7FF | 0xF900..=0xFAFF | 0xFE10..=0xFE1F
        | 0xFE30..=0xFE48 | 0xFE50..=0xFE57 | 0xFF01..=0xFF07 | 0xFF0A..=0xFF0C | 0xFF0E..=0xFF19 | 0xFF1F..=0xFF3A
        | 0xFF3C | 0xFF3E | 0xFF40..=0xFF5A | 0x1B000..=0x1B2FF | 0x1F000..=0x1FAFF | 0x20000..=0x3FFFD)
}

/// Punctuation in the forms it takes in vertical lines, unless letters that lie on their side stand beside it.
pub(super) fn verticalized(text: &str) -> impl Iterator<Item = char> {
    let chars: Vec<char> = text.chars().collect();
    let lies = |c: Option<&char>| c.is_some_and(|c| c.is_alphabetic() && !is_upright(*c));
    (0..chars.len()).map(move |i| {
        let beside = lies(i.checked_sub(1).and_then(|i| chars.get(i))) || lies(chars.get(i + 1));
        let form = VERTICAL.iter().find(|(plain, _)| *plain == chars[i]).filter(|_| !beside);
        form.map_or(chars[i], |(_, vertical)| *vertical)
    })
}

/// Punctuation and its forms in vertical lines (Unicode, Vertical Forms and CJK Compatibility Forms).
const VERTICAL: [(char, char); 30] = [
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
];
