//! What is said of a picture that it does not know itself, and which furniture it has.

use super::logo::Logo;
use crate::compose::furniture::{Callout, Corner, Furniture, Part, Theme};
use crate::feature::Date;
use crate::identity::identified_by_fields;

/// What is said of one picture that it does not know itself, and its furniture, if it has any.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Furnishing {
    pub furniture: Option<Furniture>,
    /// The day that was asked for; the map may be the same on many.
    pub day: Option<Date>,
    /// The day since when the map tells of changes.
    pub since: Option<Date>,
    /// How to make the picture again.
    pub recipe: String,
    /// Words about places of the map.
    pub callouts: Vec<Callout>,
    /// A logo.
    pub logo: Option<Logo>,
}

/// Why furniture cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FurnishingError {
    #[error("furniture: '{0}' is no part; there are: all, none (alone), {known}, each perhaps \
        with a corner: legend:top-left", known = names(&Part::ALL))]
    Part(String),
    #[error("furniture: '{0}' is no corner; there are: {known}", known = names(&Corner::ALL))]
    Corner(String),
    #[error("theme: '{0}' is no theme; there are: {known}", known = names(&Theme::ALL))]
    Theme(String),
    #[error("{0}: longer than {MAX_TITLE} characters")]
    Long(&'static str),
}

fn names<T>(all: &[(&'static str, T)]) -> String {
    all.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// Characters of a title or subtitle.
const MAX_TITLE: usize = 400;

impl Furnishing {
    /// What a request wants: `parts` with commas between, each perhaps with a corner
    /// (`legend:top-left,scale`), or `all`; a title or a subtitle without parts wants all of them,
    /// `none` only says them in the document. No furniture where nothing is wanted.
    ///
    /// # Errors
    /// Where a part, a corner or a theme is not known, or a title too long.
    pub fn read(
        parts: Option<&str>,
        title: Option<String>,
        subtitle: Option<String>,
        theme: Option<&str>,
    ) -> Result<Furnishing, FurnishingError> {
        let short = |text: &str| text.chars().take(60).collect::<String>();
        let theme = match theme {
            None => Theme::default(),
            Some(name) => Theme::named(name).ok_or_else(|| FurnishingError::Theme(short(name)))?,
        };
        for (what, text) in [("title", &title), ("subtitle", &subtitle)] {
            if text.as_ref().is_some_and(|t| t.chars().count() > MAX_TITLE) {
                return Err(FurnishingError::Long(what));
            }
        }
        let said = title.is_some() || subtitle.is_some();
        let mut furniture = Furniture { title, subtitle, theme, ..Furniture::default() };
        match parts.filter(|p| !p.is_empty()) {
            Some("none") if said || theme != Theme::default() => {}
            Some("none") => return Ok(Furnishing::default()),
            None if !said && theme == Theme::default() => return Ok(Furnishing::default()),
            None if !said => {}
            None => furniture.parts.extend(all_parts()),
            Some(list) => {
                for one in list.split(',') {
                    let (name, corner) =
                        one.split_once(':').map_or((one, None), |(n, c)| (n, Some(c)));
                    if name == "all" {
                        furniture.parts.extend(all_parts());
                        continue;
                    }
                    let part =
                        Part::named(name).ok_or_else(|| FurnishingError::Part(short(name)))?;
                    let corner = corner
                        .map(|c| Corner::named(c).ok_or_else(|| FurnishingError::Corner(short(c))))
                        .transpose()?;
                    furniture.parts.insert(part, corner);
                }
            }
        }
        Ok(Furnishing { furniture: Some(furniture), ..Furnishing::default() })
    }
}

/// What a finished map has: all but a graticule and a globe.
fn all_parts() -> impl Iterator<Item = (Part, Option<Corner>)> {
    Part::ALL
        .into_iter()
        .map(|(_, part)| (part, None))
        .filter(|(part, _)| !matches!(part, Part::Graticule | Part::Globe))
}

identified_by_fields!(Furnishing { furniture, day, since, recipe, callouts, logo });
