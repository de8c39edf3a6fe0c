//! The furniture's own words, dates and numbers, in the languages of the map; English where a
//! language is not among them.

use icu_calendar::{Date as IcuDate, Gregorian};
use icu_datetime::FixedCalendarDateTimeFormatter;
use icu_datetime::fieldsets::YMD;
use icu_locale_core::Locale;

/// Words of one language; `{}` stands for what is put in, in turn.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    pub language: &'static str,
    pub as_of: &'static str,
    pub changes: &'static str,
    pub sources: &'static str,
    pub shows: &'static str,
    pub places: &'static str,
    pub more: &'static str,
    pub accuracy: &'static str,
    pub accuracy_one: &'static str,
    pub km: &'static str,
    pub m: &'static str,
    pub miles: &'static str,
    pub feet: &'static str,
}

const ALL: [Words; 6] = [
    Words {
        language: "en",
        as_of: "As of {}",
        changes: "Changes from {} to {}",
        sources: "Sources: {}",
        shows: "It shows: {}",
        places: "Places: {}",
        more: "and {} more",
        accuracy: "Lines and areas are approximate: good to {}–{} km.",
        accuracy_one: "Lines and areas are approximate: good to {} km.",
        km: "km",
        m: "m",
        miles: "mi",
        feet: "ft",
    },
    Words {
        language: "az",
        as_of: "{} tarixinə",
        changes: "{} – {}: dəyişikliklər",
        sources: "Mənbələr: {}",
        shows: "Göstərilir: {}",
        places: "Yerlər: {}",
        more: "və daha {}",
        accuracy: "Xətlər və sahələr təxminidir: dəqiqlik {}–{} km.",
        accuracy_one: "Xətlər və sahələr təxminidir: dəqiqlik {} km.",
        km: "km",
        m: "m",
        miles: "mil",
        feet: "fut",
    },
    Words {
        language: "hy",
        as_of: "{} դրությամբ",
        changes: "Փոփոխությունները՝ {} – {}",
        sources: "Աղբյուրներ՝ {}",
        shows: "Ցույց է տրված՝ {}",
        places: "Վայրեր՝ {}",
        more: "և ևս {}",
        accuracy: "Գծերն ու տարածքները մոտավոր են. ճշգրտությունը՝ {}–{} կմ։",
        accuracy_one: "Գծերն ու տարածքները մոտավոր են. ճշգրտությունը՝ {} կմ։",
        km: "կմ",
        m: "մ",
        miles: "մղոն",
        feet: "ոտնաչափ",
    },
    Words {
        language: "ru",
        as_of: "По состоянию на {}",
        changes: "Изменения с {} по {}",
        sources: "Источники: {}",
        shows: "Показано: {}",
        places: "Названия: {}",
        more: "и ещё {}",
        accuracy: "Линии и области приблизительны: точность {}–{} км.",
        accuracy_one: "Линии и области приблизительны: точность {} км.",
        km: "км",
        m: "м",
        miles: "миль",
        feet: "футов",
    },
    Words {
        language: "ka",
        as_of: "{} მდგომარეობით",
        changes: "ცვლილებები: {} – {}",
        sources: "წყაროები: {}",
        shows: "ნაჩვენებია: {}",
        places: "ადგილები: {}",
        more: "და კიდევ {}",
        accuracy: "ხაზები და ფართობები მიახლოებითია: სიზუსტე {}–{} კმ.",
        accuracy_one: "ხაზები და ფართობები მიახლოებითია: სიზუსტე {} კმ.",
        km: "კმ",
        m: "მ",
        miles: "მილი",
        feet: "ფუტი",
    },
    Words {
        language: "fa",
        as_of: "وضعیت در {}",
        changes: "تغییرات از {} تا {}",
        sources: "منابع: {}",
        shows: "نشان می‌دهد: {}",
        places: "مکان‌ها: {}",
        more: "و {} منبع دیگر",
        accuracy: "خط‌ها و محدوده‌ها تقریبی‌اند: دقت {} تا {} کیلومتر.",
        accuracy_one: "خط‌ها و محدوده‌ها تقریبی‌اند: دقت {} کیلومتر.",
        km: "کیلومتر",
        m: "متر",
        miles: "مایل",
        feet: "فوت",
    },
];

impl Words {
    pub fn of(language: &str) -> Words {
        ALL.iter().find(|w| w.language == language).copied().unwrap_or(ALL[0])
    }

    /// Whether lines run from the right.
    pub fn is_rtl(&self) -> bool {
        self.language == "fa"
    }

    /// A day in words, in the Gregorian calendar.
    pub fn day(&self, year: i32, month: u8, day: u8) -> String {
        let plain = || format!("{year:04}-{month:02}-{day:02}");
        // Day before month, as most of the world's newsrooms write it.
        let name = if self.language == "en" { "en-GB" } else { self.language };
        let locale: Locale = name.parse().unwrap_or(Locale::UNKNOWN);
        let Ok(date) = IcuDate::try_new_gregorian(year, month, day) else { return plain() };
        type Formatter = FixedCalendarDateTimeFormatter<Gregorian, YMD>;
        match Formatter::try_new(locale.into(), YMD::long()) {
            Ok(formatter) => formatter.format(&date).to_string(),
            Err(_) => plain(),
        }
    }

    /// The day, or the span of days, that a map is of.
    pub fn of_days(
        &self,
        since: Option<(i32, u8, u8)>,
        (year, month, day): (i32, u8, u8),
    ) -> String {
        let to = self.day(year, month, day);
        match since {
            Some((year, month, day)) => filled(self.changes, &[&self.day(year, month, day), &to]),
            None => filled(self.as_of, &[&to]),
        }
    }

    /// Who holds an area, by the words of the data's `control`; what is not among them as it is.
    pub fn holder(&self, control: &str) -> String {
        const HOLDERS: [(&str, [&str; 6]); 6] = [
            // What a change is from or to where nobody held it.
            ("none", ["no one", "heç kim", "ոչ ոք", "никто", "არავინ", "هیچ‌کس"]),
            (
                "armenian",
                [
                    "Armenian forces",
                    "Erməni qüvvələri",
                    "Հայկական ուժեր",
                    "Армянские силы",
                    "სომხური ძალები",
                    "نیروهای ارمنی",
                ],
            ),
            (
                "azerbaijan",
                ["Azerbaijan", "Azərbaycan", "Ադրբեջան", "Азербайджан", "აზერბაიჯანი", "آذربایجان"],
            ),
            (
                "peacekeepers",
                [
                    "Russian peacekeepers",
                    "Rusiya sülhməramlıları",
                    "Ռուս խաղաղապահներ",
                    "Российские миротворцы",
                    "რუსი სამშვიდობოები",
                    "صلح‌بانان روسیه",
                ],
            ),
            (
                "corridor",
                [
                    "Lachin corridor",
                    "Laçın dəhlizi",
                    "Լաչինի միջանցք",
                    "Лачинский коридор",
                    "ლაჩინის დერეფანი",
                    "دالان لاچین",
                ],
            ),
            (
                "contested",
                [
                    "taken in the war",
                    "müharibədə ələ keçirilmiş",
                    "պատերազմում գրավված",
                    "взято в войне",
                    "ომში აღებული",
                    "تصرف‌شده در جنگ",
                ],
            ),
        ];
        let language = ALL.iter().position(|w| w.language == self.language).unwrap_or(0);
        HOLDERS
            .iter()
            .find(|(name, _)| *name == control)
            .map_or(control, |(_, names)| names[language])
            .to_string()
    }

    /// Digits as the language writes them.
    pub fn digits(&self, text: &str) -> String {
        match self.language {
            "fa" => text
                .chars()
                .map(|c| c.to_digit(10).and_then(|d| char::from_u32(0x6f0 + d)).unwrap_or(c))
                .collect(),
            _ => text.to_string(),
        }
    }
}

/// Puts what is given in the places of `{}`, in turn.
pub fn filled(template: &str, with: &[&str]) -> String {
    let mut parts = template.split("{}");
    let mut out = parts.next().unwrap_or_default().to_string();
    let mut with = with.iter();
    for part in parts {
        out.push_str(with.next().copied().unwrap_or_default());
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_holds_nothing_is_said_in_every_language() {
        for words in ALL {
            assert!(
                words.holder("none") != "none" && words.holder("north") == "north",
                "{}",
                words.language
            );
        }
    }
}
