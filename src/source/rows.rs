//! Text to rows of cells (RFC 4180). A cell in quotes is kept as it is, another without the blanks
//! around it; a quote that is not closed would swallow the rows after it, and is refused by the
//! line that it stands on.

/// A row's cells, with the line that it begins on.
pub(super) type Row = (usize, Vec<String>);

/// What divides cells; of those that the head has as often, the first is taken.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// Text whose cells cannot be told.
#[derive(Debug, PartialEq)]
pub(super) enum QuoteError {
    /// The line of a quote that is never closed.
    Open(usize),
    /// The lines of a quote and of the one that closes it, within a cell.
    Within(usize, usize),
}

/// The rows of a table, and what divides its cells: what its first row has most of outside quotes,
/// or what spreadsheets say in a line `sep=;` of its own.
pub(super) fn rows(text: &str) -> Result<(Vec<Row>, u8), QuoteError> {
    let said = text.lines().next().and_then(|line| line.trim_matches('"').strip_prefix("sep="));
    if let Some([delimiter]) = said.map(|said| said.trim_end_matches('"').as_bytes()) {
        let mut rows = divided(text, *delimiter)?;
        rows.remove(0);
        return Ok((rows, *delimiter));
    }
    let delimiter = delimiter(text);
    Ok((divided(text, delimiter)?, delimiter))
}

/// What divides the cells of the first row that is not blank.
pub(super) fn delimiter(text: &str) -> u8 {
    let text = text.trim_start_matches(['\r', '\n']);
    let mut counts = [0; DELIMITERS.len()];
    let (mut is_quoted, mut begins) = (false, true);
    for byte in text.bytes() {
        let mark = DELIMITERS.iter().position(|mark| *mark == byte);
        match (byte, mark) {
            (b'"', _) if begins || is_quoted => is_quoted = !is_quoted,
            (b'\r' | b'\n', _) if !is_quoted => break,
            (_, Some(mark)) if !is_quoted => counts[mark] += 1,
            _ => {}
        }
        begins = mark.is_some();
    }
    let most = (0..DELIMITERS.len()).rev().max_by_key(|i| counts[*i]).unwrap_or(0);
    DELIMITERS[most]
}

fn divided(text: &str, delimiter: u8) -> Result<Vec<Row>, QuoteError> {
    let bytes = text.as_bytes();
    let (mut at, mut line, mut rows) = (0, 1, Vec::new());
    while at < bytes.len() {
        let (begins, mut cells) = (line, Vec::new());
        loop {
            let (cell, end) = cell(text, at, delimiter, &mut line)?;
            cells.push(cell);
            at = end;
            if bytes.get(at) != Some(&delimiter) {
                break;
            }
            at += 1;
        }
        rows.push((begins, cells));
        at += if bytes[at..].starts_with(b"\r\n") { 2 } else { 1 };
        line += 1;
    }
    Ok(rows)
}

/// The cell that begins at a byte, and where it ends.
fn cell(
    text: &str,
    at: usize,
    delimiter: u8,
    line: &mut usize,
) -> Result<(String, usize), QuoteError> {
    let end_of = |at: usize| {
        let ends = |b: &u8| *b == delimiter || matches!(b, b'\r' | b'\n');
        text.as_bytes()[at..].iter().position(ends).map_or(text.len(), |length| at + length)
    };
    if text.as_bytes().get(at) != Some(&b'"') {
        let end = end_of(at);
        return Ok((text[at..end].trim().to_string(), end));
    }
    let opened = *line;
    let (mut out, mut at) = (String::new(), at + 1);
    loop {
        let length = text[at..].find('"').ok_or(QuoteError::Open(opened))?;
        let inner = &text[at..at + length];
        *line += inner.matches('\n').count() + inner.matches('\r').count()
            - inner.matches("\r\n").count();
        out.push_str(inner);
        at += length + 1;
        // A quote within is written twice.
        if !text[at..].starts_with('"') {
            break;
        }
        out.push('"');
        at += 1;
    }
    let end = end_of(at);
    let after = text[at..end].trim_end();
    match after.is_empty() {
        true => Ok((out, end)),
        false if *line > opened => Err(QuoteError::Within(opened, *line)),
        false => Ok((out + after, end)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        rows(text)
            .unwrap()
            .0
            .into_iter()
            .map(|(line, cells)| format!("{line}:{}", cells.join("/")))
            .collect()
    }

    #[test]
    fn what_is_quoted_is_kept() {
        assert_eq!(
            of("a, b ,\" c \"\r\n\"d,\"\"e\"\"\n\",f\n\ng,"),
            ["1:a/b/ c ", "2:d,\"e\"\n/f", "4:", "5:g/"]
        );
        assert_eq!(of("a,b\r1,2\r"), ["1:a/b", "2:1/2"]);
        assert_eq!(of("a,b\n5\" pipe,\"x\" y"), ["1:a/b", "2:5\" pipe/x y"]);
        assert!(of("").is_empty());
    }

    #[test]
    fn the_delimiter_is_that_of_the_head_outside_quotes() {
        for (text, cells) in [
            ("\"a, b; c;;\",d", 2),
            ("a;b;c,d", 3),
            ("a\tb", 2),
            ("a|b|c", 3),
            ("\n\na;b", 2),
            ("a", 1),
            ("sep=;\na;b,c,d", 2),
            ("\"sep=|\"\na|b,c,d", 2),
        ] {
            let (rows, _) = rows(text).unwrap();
            assert_eq!(rows.last().unwrap().1.len(), cells, "{text}");
        }
    }

    #[test]
    fn a_quote_that_is_not_closed_is_refused() {
        assert_eq!(rows("a,b\n1,\"open\n2,b\n").unwrap_err(), QuoteError::Open(2));
        assert_eq!(rows("a,b\n1,\"open\n2,\"b\"\n").unwrap_err(), QuoteError::Within(2, 3));
    }
}
