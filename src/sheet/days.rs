//! The days that a spec's maps are of: one, two beside each other, or many one after another.

use std::collections::BTreeMap;

use super::checked::SpecError;
use super::document::{Animate, Spec};
use super::furnishing::Furnishing;
use crate::atlas::{State, StyledMap};
use crate::feature::Date;

/// Maps of a moving picture.
const MAX_FRAMES: usize = 500;

/// The days that a spec's maps are of, and what it sets of the style's state.
pub(super) struct Days {
    /// Between which a map tells of changes.
    pub change: Option<(Date, Date)>,
    /// Of two maps.
    pub compared: Option<(Date, Date)>,
    /// Of a moving picture.
    pub film: Option<Vec<Date>>,
    settings: BTreeMap<String, String>,
}

impl Days {
    /// How many maps a moving picture has.
    pub fn frames(&self) -> u64 {
        self.film.as_ref().map_or(0, Vec::len) as u64
    }

    /// The day of the first map, if one is said.
    pub fn day(&self) -> Option<Date> {
        self.settings.get("date").and_then(|d| d.parse().ok())
    }

    /// The language that names are in.
    pub fn language(&self) -> &str {
        self.settings.get("lang").map_or("en", String::as_str)
    }

    /// Every day that is shown.
    pub fn shown(&self, furnishing: &Furnishing) -> Vec<Date> {
        let second = self.compared.map(|(_, day)| day);
        self.film.clone().unwrap_or_else(|| furnishing.day.into_iter().chain(second).collect())
    }

    /// The style's state of the first map.
    pub fn state(&self, styled: &StyledMap) -> Result<State, SpecError> {
        let settings = self.settings.iter().map(|(k, v)| (k.as_str(), v.as_str()));
        Ok(styled.state(settings)?)
    }

    /// The same on another day.
    pub fn state_on(&self, styled: &StyledMap, day: Date) -> Result<State, SpecError> {
        let day = day.to_string();
        let others = self.settings.iter().filter(|(k, _)| *k != "date");
        let settings = others.map(|(k, v)| (k.as_str(), v.as_str()));
        Ok(styled.state(settings.chain([("date", day.as_str())]))?)
    }
}

impl Spec {
    /// The days of its maps.
    pub(super) fn days(&self, styled: &StyledMap) -> Result<Days, SpecError> {
        let mut settings = self.state.clone();
        let two = |text: &Option<String>, pointer| {
            text.as_deref().map(|text| two_days(text, pointer)).transpose()
        };
        let (change, compared) = (two(&self.change, "/change")?, two(&self.compare, "/compare")?);
        if let Some(day) = change.map(|(_, to)| to).or(compared.map(|(from, _)| from))
            && settings.insert("date".to_string(), day.to_string()).is_some()
        {
            return Err(SpecError::at(
                "/state/date",
                "changes and comparisons have their own days",
            ));
        }
        if change.is_some() {
            self.alone_with_change()?;
        }
        let film = match &self.animate {
            None => None,
            Some(animate) => Some(self.film(animate, styled.changes(), &settings)?),
        };
        if let Some(last) = film.as_ref().and_then(|days| days.last()) {
            settings.insert("date".to_string(), last.to_string());
        }
        Ok(Days { change, compared, film, settings })
    }

    /// The days of a moving picture.
    fn film(
        &self,
        animate: &Animate,
        changes: &[Date],
        settings: &BTreeMap<String, String>,
    ) -> Result<Vec<Date>, SpecError> {
        if self.change.is_some() || self.compare.is_some() {
            return Err(SpecError::at("/animate", "changes and comparisons do not move"));
        }
        if settings.contains_key("date") {
            return Err(SpecError::at("/state/date", "a moving picture has its own days"));
        }
        let day = |text: &str, pointer: &str| {
            text.parse::<Date>().map_err(|_| SpecError::at(pointer, "a day: 2020-09-27"))
        };
        let (from, to) = (day(&animate.from, "/animate/from")?, day(&animate.to, "/animate/to")?);
        if from > to {
            return Err(SpecError::at("/animate/to", "a day that is not before the first"));
        }
        if animate.seconds.is_some_and(|s| !(0.02..=60.0).contains(&s)) {
            return Err(SpecError::at("/animate/seconds", "a number from 0.02 to 60"));
        }
        let days: Vec<Date> = match animate.step {
            Some(0) => {
                return Err(SpecError::at("/animate/step", "a whole number of days, at least 1"));
            }
            Some(step) => std::iter::successors(Some(from), |day| day.after(step))
                .take_while(|day| *day <= to)
                .take(MAX_FRAMES + 1)
                .collect(),
            None => {
                let between = changes.iter().copied().filter(|d| from < *d && *d <= to);
                std::iter::once(from).chain(between).collect()
            }
        };
        match days.len() > MAX_FRAMES {
            true => {
                Err(SpecError::at("/animate", format!("more than {MAX_FRAMES} maps are too many")))
            }
            false => Ok(days),
        }
    }

    /// Refuses what two maps side by side cannot have.
    pub(super) fn side_by_side(&self) -> Result<(), SpecError> {
        let graticule = self.furniture.as_deref().is_some_and(|f| f.contains("graticule"));
        for (pointer, given, why) in [
            (
                "/change",
                self.change.is_some(),
                "a change is one map: ask for it, or for a comparison",
            ),
            (
                "/bearing",
                self.bearing.is_some(),
                "maps side by side have north up; with split they can be turned",
            ),
            ("/geo", self.geo, "maps side by side have two places; with split they have one"),
            (
                "/callouts",
                !self.callouts.is_empty(),
                "callouts lead to one map; with split there is one",
            ),
            ("/furniture", graticule, "there is no graticule over two maps"),
        ] {
            if given {
                return Err(SpecError::at(pointer, why));
            }
        }
        Ok(())
    }

    /// Refuses what is not drawn with a change.
    pub(super) fn alone_with_change(&self) -> Result<(), SpecError> {
        let others = [
            ("/compare", self.compare.is_some()),
            ("/markers", !self.markers.is_empty()),
            ("/paths", !self.paths.is_empty()),
            ("/circles", !self.circles.is_empty()),
            ("/highlight", !self.highlight.is_empty()),
            ("/geojson", self.geojson.is_some()),
            ("/layers", self.layers.is_some()),
        ];
        match others.iter().find(|(_, given)| *given) {
            Some((pointer, _)) => Err(SpecError::at(*pointer, "a change is drawn alone")),
            None => Ok(()),
        }
    }
}

/// Two days with a slash between; a comma or two dots are read, too.
fn two_days(text: &str, pointer: &str) -> Result<(Date, Date), SpecError> {
    let wrong = || SpecError::at(pointer, "two days, the earlier first: 2020-09-27/2020-12-01");
    let (from, to) =
        text.split_once(['/', ',']).or_else(|| text.split_once("..")).ok_or_else(wrong)?;
    let (from, to): (Date, Date) =
        (from.parse().map_err(|_| wrong())?, to.parse().map_err(|_| wrong())?);
    if from <= to { Ok((from, to)) } else { Err(wrong()) }
}
