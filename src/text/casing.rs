//! Upper and lower case, by language: `i` is `İ` in Azerbaijani and Turkish.

use std::borrow::Cow;

use icu_casemap::CaseMapper;
use icu_locale_core::LanguageIdentifier;

/// How a label's letters are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    Upper,
    Lower,
}

/// The text in that case, as `language` (BCP 47, or empty) has it.
pub fn cased<'a>(text: &'a str, case: Case, language: &str) -> Cow<'a, str> {
    let language: LanguageIdentifier = language.parse().unwrap_or(LanguageIdentifier::UNKNOWN);
    let mapper = CaseMapper::new();
    match case {
        Case::Upper => mapper.uppercase_to_string(text, &language),
        Case::Lower => mapper.lowercase_to_string(text, &language),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_differ() {
        assert_eq!(cased("Naxçıvan şəhəri", Case::Upper, "az"), "NAXÇIVAN ŞƏHƏRİ");
        assert_eq!(cased("Mingi", Case::Upper, "en"), "MINGI");
        assert_eq!(cased("İSTANBUL IĞDIR", Case::Lower, "tr"), "istanbul ığdır");
        assert_eq!(cased("Երևան", Case::Upper, "hy"), "ԵՐԵՎԱՆ");
        assert_eq!(cased("თბილისი", Case::Upper, "ka"), "ᲗᲑᲘᲚᲘᲡᲘ");
        assert_eq!(cased("Straße", Case::Upper, "no such language"), "STRASSE");
    }
}
