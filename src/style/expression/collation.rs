//! Language: `collator` comparisons and `number-format`, by ICU's tables.
//!
//! Left out: units and currencies are written with their usual short symbols, before or after the
//! number by the language's habit; their names are not translated.

use std::cmp::Ordering;

use fixed_decimal::{Decimal, FloatPrecision};
use icu_collator::options::{CaseLevel, CollatorOptions, Strength};
use icu_collator::preferences::CollationType;
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};
use icu_decimal::DecimalFormatter;
use icu_locale_core::Locale;

/// How two texts are compared: what `collator` gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Collation {
    pub case_sensitive: bool,
    pub diacritic_sensitive: bool,
    /// A BCP 47 language tag; none for the root order.
    pub locale: Option<String>,
}

impl Collation {
    pub(super) fn compare(&self, a: &str, b: &str) -> Ordering {
        match self.collator() {
            Some(collator) => collator.compare(a, b),
            None => a.cmp(b),
        }
    }

    /// The language that is really used: of one that ICU has no order for, its default's.
    pub(super) fn resolved_locale(&self) -> String {
        let named = self.locale.as_deref().and_then(|tag| tag.parse::<Locale>().ok());
        match named.filter(|l| ORDERED.contains(&l.id.language.as_str())) {
            Some(locale) => locale.id.to_string(),
            None => "en".to_string(),
        }
    }

    fn collator(&self) -> Option<CollatorBorrowed<'static>> {
        let mut options = CollatorOptions::default();
        (options.strength, options.case_level) =
            match (self.case_sensitive, self.diacritic_sensitive) {
                (false, false) => (Some(Strength::Primary), Some(CaseLevel::Off)),
                (true, false) => (Some(Strength::Primary), Some(CaseLevel::On)),
                (false, true) => (Some(Strength::Secondary), Some(CaseLevel::Off)),
                (true, true) => (Some(Strength::Tertiary), Some(CaseLevel::Off)),
            };
        let locale = locale(self.locale.as_deref());
        // Texts are compared as in a search, where German has an umlaut equal to its two letters.
        let german = locale.id.language.as_str() == "de";
        let mut order = CollatorPreferences::from(if german { DE } else { locale });
        if german {
            order.collation_type = Some(CollationType::Phonebk);
        }
        Collator::try_new(order, options).ok()
    }
}

const DE: Locale = icu_locale_core::locale!("de");

/// The languages that ICU has an order for, its own or the common one.
const ORDERED: [&str; 111] = [
    "af", "am", "ar", "as", "az", "be", "bg", "bn", "bo", "br", "bs", "ca", "ceb", "chr", "cs",
    "cy", "da", "de", "dsb", "ee", "el", "en", "eo", "es", "et", "fa", "ff", "fi", "fil", "fo",
    "fr", "fy", "ga", "gl", "gu", "ha", "haw", "he", "hi", "hr", "hsb", "hu", "hy", "id", "ig",
    "is", "it", "ja", "ka", "kk", "kl", "km", "kn", "ko", "kok", "ku", "ky", "lb", "lkt", "ln",
    "lo", "lt", "lv", "mk", "ml", "mn", "mr", "ms", "mt", "my", "nb", "ne", "nl", "nn", "no", "om",
    "or", "pa", "pl", "ps", "pt", "ro", "ru", "se", "si", "sk", "sl", "smn", "sq", "sr", "sv",
    "sw", "ta", "te", "th", "tk", "to", "tr", "ug", "uk", "ur", "uz", "vi", "wae", "wo", "xh",
    "yi", "yo", "yue", "zh", "zu",
];

fn locale(tag: Option<&str>) -> Locale {
    tag.and_then(|t| t.parse().ok()).unwrap_or(Locale::UNKNOWN)
}

/// What `number-format` is asked for.
#[derive(Debug, Default)]
pub(super) struct NumberStyle<'a> {
    pub locale: Option<&'a str>,
    pub currency: Option<&'a str>,
    pub unit: Option<&'a str>,
    pub min_fraction_digits: Option<f64>,
    pub max_fraction_digits: Option<f64>,
}

/// The number in the language's digits and marks; `None` where a figure is out of range.
pub(super) fn format_number(number: f64, style: &NumberStyle) -> Option<String> {
    let digits = |n: Option<f64>| match n {
        Some(n) if !(0.0..=100.0).contains(&n) => None,
        n => Some(n.map(|n| n.floor() as i16)),
    };
    let whole_currency =
        matches!(style.currency, Some("JPY" | "KRW" | "VND" | "CLP" | "ISK" | "HUF"));
    let (least, most) = match style.currency {
        Some(_) if whole_currency => (0, 0),
        Some(_) => (2, 2),
        None => (0, 3),
    };
    let (min, max) = (digits(style.min_fraction_digits)?, digits(style.max_fraction_digits)?);
    let min_digits = min.unwrap_or_else(|| max.map_or(least, |max| least.min(max)));
    let max_digits = max.unwrap_or_else(|| most.max(min_digits));
    if min_digits > max_digits {
        return None;
    }
    let mut decimal = Decimal::try_from_f64(number, FloatPrecision::RoundTrip).ok()?;
    let mode = fixed_decimal::SignedRoundingMode::Unsigned(
        fixed_decimal::UnsignedRoundingMode::HalfExpand,
    );
    decimal.round_with_mode(-max_digits, mode);
    decimal.absolute.trim_end();
    decimal.absolute.pad_end(-min_digits);
    let language = locale(Some(style.locale.unwrap_or("en")));
    let formatter = DecimalFormatter::try_new(language.clone().into(), Default::default()).ok()?;
    let text = formatter.format(&decimal).to_string();
    let before =
        ["en", "ja", "zh", "ko", "he", "hi", "th"].contains(&language.id.language.as_str());
    Some(match (style.currency, style.unit) {
        (Some(code), _) => {
            let symbol = currency_symbol(code, &language);
            match (before, text.strip_prefix('-')) {
                (true, Some(amount)) => format!("-{symbol}{amount}"),
                (true, None) => format!("{symbol}{text}"),
                (false, _) => format!("{text}\u{a0}{symbol}"),
            }
        }
        (None, Some(unit)) => match unit_symbol(unit) {
            symbol @ ("°C" | "°F" | "%") => format!("{text}{symbol}"),
            symbol => format!("{text} {symbol}"),
        },
        (None, None) => text,
    })
}

/// The usual symbol of an ISO 4217 code, or the code.
fn currency_symbol<'a>(code: &'a str, language: &Locale) -> &'a str {
    let japan = language.id.language.as_str() == "ja";
    match code {
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "JPY" if japan => "￥",
        "JPY" => "¥",
        "CNY" => "CN¥",
        "KRW" => "₩",
        "INR" => "₹",
        "ILS" => "₪",
        "VND" => "₫",
        "RUB" if language.id.language.as_str() == "ru" => "₽",
        "AMD" if language.id.language.as_str() == "hy" => "֏",
        "AZN" if language.id.language.as_str() == "az" => "₼",
        "GEL" if language.id.language.as_str() == "ka" => "₾",
        other => other,
    }
}

/// The short symbol of a CLDR unit, or its name.
fn unit_symbol(unit: &str) -> &str {
    match unit {
        "meter" => "m",
        "kilometer" => "km",
        "centimeter" => "cm",
        "millimeter" => "mm",
        "mile" => "mi",
        "foot" => "ft",
        "inch" => "in",
        "yard" => "yd",
        "hectare" => "ha",
        "acre" => "ac",
        "gram" => "g",
        "kilogram" => "kg",
        "liter" => "L",
        "milliliter" => "mL",
        "second" => "sec",
        "minute" => "min",
        "hour" => "hr",
        "kilometer-per-hour" => "km/h",
        "meter-per-second" => "m/s",
        "mile-per-hour" => "mph",
        "bit" => "bit",
        "byte" => "byte",
        "kilobyte" => "kB",
        "megabyte" => "MB",
        "gigabyte" => "GB",
        "terabyte" => "TB",
        "celsius" => "°C",
        "fahrenheit" => "°F",
        "percent" => "%",
        "degree" => "deg",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(locale: &str, sensitive: bool, a: &str, b: &str) -> Ordering {
        let locale = Some(locale.to_string());
        Collation { case_sensitive: sensitive, diacritic_sensitive: sensitive, locale }
            .compare(a, b)
    }

    #[test]
    fn letters_are_those_of_the_language() {
        use Ordering::{Equal, Greater, Less};
        assert_eq!(order("sv", false, "ä", "a"), Greater);
        assert_eq!(order("sv", false, "ö", "z"), Greater);
        assert_eq!(order("da", false, "å", "ø"), Greater);
        assert_eq!(order("da", false, "aa", "z"), Greater);
        assert_eq!(order("en", false, "ä", "a"), Equal);
        assert_eq!(order("fi-FI", false, "å", "ä"), Less);
    }

    #[test]
    fn an_umlaut_is_two_letters_in_german() {
        for [umlaut, letters] in
            [["ü", "ue"], ["Ö", "oe"], ["Straße", "strasse"], ["Köln", "Koeln"]]
        {
            assert_eq!(order("de", false, umlaut, letters), Ordering::Equal, "{umlaut}");
            assert_eq!(order("de-AT", false, umlaut, letters), Ordering::Equal, "{umlaut}");
            assert_ne!(order("de", true, umlaut, letters), Ordering::Equal, "{umlaut}");
        }
        assert_ne!(order("de", false, "ü", "u"), Ordering::Equal);
    }

    #[test]
    fn an_unknown_language_has_the_common_order() {
        assert_eq!(order("dk", false, "å", "a"), Ordering::Equal);
        let resolved = |locale: &str| {
            let locale = Some(locale.to_string());
            Collation { case_sensitive: true, diacritic_sensitive: true, locale }.resolved_locale()
        };
        assert_eq!(["dk", "xx-YY", "not a tag"].map(resolved), ["en"; 3]);
        assert_eq!(["sv", "DA-dk", "de-u-co-phonebk"].map(resolved), ["sv", "da-DK", "de"]);
    }
}
