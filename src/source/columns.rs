//! What the cells of a table's column are: numbers, truth values or text, all of them that are not
//! blank.

use serde_json::value::RawValue;

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    /// Numbers with a comma before their decimals.
    Comma,
    Boolean,
    Text,
}

impl Kind {
    /// That of a column; `commas` where the table's positions are written with commas before their
    /// decimals.
    pub fn of<'a>(cells: impl Iterator<Item = &'a str> + Clone, commas: bool) -> Kind {
        let mut filled = cells.map(str::trim).filter(|cell| !cell.is_empty()).peekable();
        if filled.peek().is_none() {
            return Kind::Text;
        }
        // As JSON writes numbers: what has zeros before it, such as a code, is text.
        let is_number = |cell: &str| serde_json::from_str::<serde_json::Number>(cell).is_ok();
        let is_comma = |cell: &str| {
            is_number(cell) || !cell.contains('.') && is_number(&cell.replacen(',', ".", 1))
        };
        let is_boolean =
            |cell: &str| cell.eq_ignore_ascii_case("true") || cell.eq_ignore_ascii_case("false");
        match () {
            () if filled.clone().all(is_number) => Kind::Number,
            () if commas && filled.clone().all(is_comma) => Kind::Comma,
            () if filled.clone().all(is_boolean) => Kind::Boolean,
            () => Kind::Text,
        }
    }

    /// A cell as JSON, a number with all its digits; none where it is blank.
    pub fn json(self, cell: &str) -> Option<Box<RawValue>> {
        match self {
            _ if cell.is_empty() => None,
            Kind::Number => RawValue::from_string(cell.trim().to_string()).ok(),
            Kind::Comma => RawValue::from_string(cell.trim().replacen(',', ".", 1)).ok(),
            Kind::Boolean => RawValue::from_string(cell.trim().to_ascii_lowercase()).ok(),
            Kind::Text => serde_json::value::to_raw_value(cell).ok(),
        }
    }
}

/// The first cell of a column that is text and may have been meant as numbers, if all are written
/// with digits, points and commas.
pub(super) fn unclear<'a>(mut cells: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let is_unclear = |cell: &&str| cell.contains(',') && cell.bytes().any(|b| b.is_ascii_digit());
    let is_numeric = |cell: &str| cell.bytes().all(|b| b.is_ascii_digit() || b"-+.,".contains(&b));
    let first = cells.clone().find(is_unclear);
    first.filter(|_| cells.all(is_numeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_numbers_only_where_all_cells_are() {
        let kind = |cells: &[&str]| Kind::of(cells.iter().copied(), false);
        assert_eq!(kind(&["1", "", "-2.5e3", "12345678901234567890"]), Kind::Number);
        assert_eq!(kind(&["1", "x"]), Kind::Text);
        assert_eq!(kind(&["007", "12"]), Kind::Text);
        assert_eq!(kind(&["TRUE", "false", ""]), Kind::Boolean);
        assert_eq!(kind(&["", ""]), Kind::Text);
        assert_eq!(kind(&["3,5", "4"]), Kind::Text);
        assert_eq!(
            Kind::Number.json("12345678901234567890123").unwrap().get(),
            "12345678901234567890123"
        );
    }

    #[test]
    fn commas_stand_before_decimals_where_they_do_in_positions() {
        let kind = |cells: &[&str]| Kind::of(cells.iter().copied(), true);
        assert_eq!(kind(&["3,5", "4", "-0,25"]), Kind::Comma);
        assert_eq!(kind(&["3", "4"]), Kind::Number);
        for text in [&["1.234,5", "2"][..], &["1,2,3"], &["007,5"]] {
            assert_eq!(kind(text), Kind::Text, "{text:?}");
        }
        assert_eq!(Kind::Comma.json("3,5").unwrap().get(), "3.5");
        assert_eq!(unclear(["1.234,5", "2"].into_iter()), Some("1.234,5"));
        assert_eq!(unclear(["1, Main Street", "2"].into_iter()), None);
    }
}
