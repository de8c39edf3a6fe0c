//! Tables: text to rows as long as their head, each column with a name of its own.

use super::content::{self, Other};
use super::rows::{QuoteError, rows};
use crate::diag::without_mark;

/// Rows of cells, each with the line that it begins on; those that are blank, or shorter or longer
/// than the head, are not among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub names: Vec<String>,
    pub rows: Vec<(usize, Vec<String>)>,
    /// Line and reason of what was left out.
    skipped: Vec<(usize, String)>,
    /// Rows that were left out and are not blank.
    pub misfits: usize,
    pub(super) delimiter: u8,
}

/// Text that is no table.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct TableError {
    pub(super) message: String,
    pub(super) help: &'static str,
}

/// How many of the rows that were left out are named.
const MAX_NAMED: usize = 5;

impl Table {
    /// Reads a table whose first row names its columns, divided by commas, semicolons, tabs or
    /// bars.
    pub fn read(bytes: &[u8]) -> Result<Table, TableError> {
        if let Some(Other { what, help }) = content::other(bytes) {
            return Err(TableError { message: format!("this is {what}"), help });
        }
        let text = std::str::from_utf8(without_mark(bytes)).map_err(|e| TableError {
            message: format!("the table is not in UTF-8 (byte {})", e.valid_up_to()),
            help: "save it as CSV in UTF-8",
        })?;
        let (rows, delimiter) = rows(text).map_err(|e| TableError {
            message: match e {
                QuoteError::Open(line) => format!("a quote opened on line {line} is not closed"),
                QuoteError::Within(from, to) => {
                    format!("a quote opened on line {from} is closed on line {to}, within a cell")
                }
            },
            help: "close it, or write it twice where it belongs to the text (RFC 4180)",
        })?;
        let mut table = Table {
            names: Vec::new(),
            rows: Vec::new(),
            skipped: Vec::new(),
            misfits: 0,
            delimiter,
        };
        for (line, cells) in rows {
            table.add(line, cells);
        }
        table.drop_blank_columns();
        table.named_apart()?;
        Ok(table)
    }

    fn add(&mut self, line: usize, mut cells: Vec<String>) {
        let is_blank = cells.iter().all(String::is_empty);
        if self.names.is_empty() && !is_blank {
            self.names = cells.into_iter().map(|name| name.trim().to_string()).collect();
            return;
        }
        let (width, found) = (self.names.len(), cells.len());
        // Cells without a name may be there if nothing is in them.
        if cells.iter().skip(width).all(String::is_empty) {
            cells.truncate(width);
        }
        match () {
            () if is_blank => self.skipped.push((line, "is blank".to_string())),
            () if cells.len() != width => {
                let plural = if found == 1 { "" } else { "s" };
                self.misfits += 1;
                self.skipped.push((line, format!("has {found} cell{plural}, its head {width}")));
            }
            () => self.rows.push((line, cells)),
        }
    }

    /// Takes away columns that have neither a name nor a value.
    fn drop_blank_columns(&mut self) {
        let is_blank = |i: usize| {
            self.names[i].is_empty() && self.rows.iter().all(|(_, row)| row[i].is_empty())
        };
        let kept: Vec<bool> = (0..self.names.len()).map(|i| !is_blank(i)).collect();
        let keep = |cells: &mut Vec<String>| {
            let mut kept = kept.iter();
            cells.retain(|_| kept.next().copied().unwrap_or_default());
        };
        keep(&mut self.names);
        self.rows.iter_mut().for_each(|(_, row)| keep(row));
    }

    /// Refuses two columns of one name: the values of one of them would be lost.
    fn named_apart(&self) -> Result<(), TableError> {
        for (i, name) in self.names.iter().enumerate() {
            let Some(first) = self.names[..i].iter().position(|other| other == name) else {
                continue;
            };
            let message = match name.is_empty() {
                true => format!("columns {} and {} have values and no names", first + 1, i + 1),
                false => format!("columns {} and {} are both called '{name}'", first + 1, i + 1),
            };
            return Err(TableError { message, help: "give every column a name of its own" });
        }
        Ok(())
    }

    /// Which rows were left out, if any were.
    pub fn skipped(&self) -> Option<String> {
        let named =
            self.skipped.iter().take(MAX_NAMED).map(|(line, why)| format!("line {line} {why}"));
        let named: Vec<String> = named.collect();
        let more = match self.skipped.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            n => format!(" (and {n} more)"),
        };
        (!named.is_empty()).then(|| format!("rows are skipped: {}{more}", named.join(", ")))
    }

    /// The first column that goes by one of some names.
    pub(super) fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.names.iter().position(|n| n.eq_ignore_ascii_case(name)))
    }

    /// The cells of a column.
    pub(super) fn cells(&self, column: usize) -> impl Iterator<Item = &str> + Clone {
        self.rows.iter().map(move |(_, row)| &*row[column])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_do_not_fit_are_skipped_and_said() {
        let table = Table::read(
            "\u{feff}a,b,c\n1,2,3\n\n , ,\n4,5\n6,\"7\n8\",9\n1,2,3,4\n1,2,3,,\n\n\nx,y,z"
                .as_bytes(),
        )
        .unwrap();
        let lines: Vec<usize> = table.rows.iter().map(|(line, _)| *line).collect();
        assert_eq!((table.names.join(" ").as_str(), &lines[..]), ("a b c", &[2, 6, 9, 12][..]));
        assert_eq!(table.rows[1].1, ["6", "7\n8", "9"]);
        assert_eq!((table.misfits, table.skipped.len()), (2, 6));
        let told = table.skipped().unwrap();
        for part in [
            "line 3 is blank",
            "line 4 is blank",
            "line 5 has 2 cells, its head 3",
            "line 8 has 4 cells",
        ] {
            assert!(told.contains(part), "{told}");
        }
        assert!(told.ends_with("(and 1 more)"), "{told}");
        assert_eq!(Table::read(b"a;b\n1;2").unwrap().rows[0].1, ["1", "2"]);
        assert_eq!(Table::read(b"a\tb\n1\t2").unwrap().rows[0].1, ["1", "2"]);
        assert_eq!(Table::read(b"a\n1").unwrap().rows[0].1, ["1"]);
        assert!(Table::read(b"a,b\n\xff,1").unwrap_err().to_string().contains("UTF-8"));
    }

    #[test]
    fn columns_have_names_of_their_own() {
        let told = |text: &str| Table::read(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(told("lon,name,name\n1,a,b"), "columns 2 and 3 are both called 'name'");
        assert_eq!(told(",a,\n1,2,3"), "columns 1 and 3 have values and no names");
        let table = Table::read(b"a,,b,\n1,,2,\n").unwrap();
        assert_eq!(
            (table.names.join(" ").as_str(), &*table.rows[0].1),
            ("a b", &["1".to_string(), "2".to_string()][..])
        );
        assert_eq!(Table::read(b",Name,name\n0,a,b").unwrap().names, ["", "Name", "name"]);
    }
}
