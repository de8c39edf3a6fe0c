//! Text as it is compared without case or accents.

use icu_casemap::CaseMapper;
use icu_normalizer::DecomposingNormalizer;
use unicode_script::{Script, UnicodeScript};

/// The text by Unicode's full case folding.
pub fn without_case(text: &str) -> String {
    CaseMapper::new().fold_string(text).into_owned()
}

/// The text without its combining marks.
pub fn without_accents(text: &str) -> String {
    let apart = DecomposingNormalizer::new_nfd().normalize(text);
    apart.chars().filter(|c| c.script() != Script::Inherited).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_go() {
        assert_eq!(without_case("STRASSE Straße ŞUŞA"), "strasse strasse şuşa");
        assert_eq!(without_accents("Şuşa débárquér Ağdam Ёлка"), "Susa debarquer Agdam Елка");
        assert_eq!(without_accents("Շուշի شوشا"), "Շուշի شوشا");
    }
}
