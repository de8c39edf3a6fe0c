//! A document to the picture that it asks for, each of its members checked.

use std::collections::BTreeMap;

use super::checked::SpecError;
use super::days::two_days;
use super::document::Spec;
use super::error::PictureError;
use super::{
    Compared, Film, Furnishing, Furniture, Logo, Output, Overlay, Part, Picture, Preset, TextAs,
    slips,
};
use crate::atlas::{Map, Size, State};
use crate::diag::without_mark;
use crate::feature::Date;
use crate::geo::{Effort, LonLat, World};

/// Words about places.
const MAX_CALLOUTS: usize = 40;
/// Px of all maps of a moving picture, in largest pictures.
const MOST_FILMS: u64 = 4;

impl Spec {
    /// Reads a spec.
    ///
    /// # Errors
    /// Where it is no JSON, or a member is not known or not of its type; the error names its JSON
    /// pointer.
    pub fn read(json: &[u8]) -> Result<Spec, SpecError> {
        let mut reader = serde_json::Deserializer::from_slice(without_mark(json));
        let spec = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
            let path = e.path().to_string();
            // `markers[2].at` is /markers/2/at.
            let tail: String = path
                .replace('[', ".")
                .replace(']', "")
                .split('.')
                .filter(|s| !s.is_empty())
                .fold(String::new(), |p, s| format!("{p}/{s}"));
            let inner = e.inner();
            let message = match inner.is_syntax() || inner.is_eof() {
                true => format!("not JSON: {inner}"),
                false => inner.to_string(),
            };
            SpecError::at(if tail.is_empty() { "/".to_string() } else { tail }, message)
        })?;
        reader.end().map_err(|e| SpecError::at("/", format!("not JSON: {e}")))?;
        Ok(spec)
    }

    /// The picture of a map in a style. `recipe` says how to make it again; the effort bounds its
    /// size, and what is computed before anything is drawn.
    ///
    /// # Errors
    /// Where a member has no meaning, or does not go with another.
    pub fn picture(
        &self,
        map: &Map,
        style: &str,
        recipe: String,
        effort: &Effort,
    ) -> Result<Picture, SpecError> {
        let styled = map
            .style(style)
            .ok_or_else(|| PictureError::Style(style.chars().take(60).collect()))?;
        let mut state = self.state.clone();
        let change = self.change.as_deref().map(|text| two_days(text, "/change")).transpose()?;
        let compared =
            self.compare.as_deref().map(|text| two_days(text, "/compare")).transpose()?;
        if let Some(day) = change.map(|(_, to)| to).or(compared.map(|(from, _)| from))
            && state.insert("date".to_string(), day.to_string()).is_some()
        {
            return Err(SpecError::at(
                "/state/date",
                "changes and comparisons have their own days",
            ));
        }
        if change.is_some() {
            self.alone_with_change()?;
        }
        let days = self
            .animate
            .as_ref()
            .map(|animate| self.days(animate, styled.changes(), &state))
            .transpose()?;
        if let Some(last) = days.as_ref().and_then(|days| days.last()) {
            state.insert("date".to_string(), last.to_string());
        }
        let max_px = effort.limits().px;
        let (page, dpi) = self.size(max_px)?;
        let beside = compared.is_some() && !self.split;
        if beside {
            self.side_by_side()?;
        }
        let size = if beside { page.half() } else { page };
        let frames = days.as_ref().map_or(0, Vec::len) as u64;
        if frames * size.device_px() > MOST_FILMS.saturating_mul(max_px) {
            let most = MOST_FILMS.saturating_mul(max_px) / size.device_px();
            return Err(SpecError::at(
                "/animate",
                format!("{frames} maps of this size are too many: at most {most}"),
            ));
        }
        let output = self.output(dpi)?;
        let side = u64::from(page.width().max(page.height()) * page.ratio());
        if let Some(most) = output.max_side_px().filter(|most| side > *most) {
            return Err(SpecError::at(
                "/format",
                format!("its sides are at most {most} px, not {side}: take another"),
            ));
        }
        if self.split && self.compare.is_none() {
            return Err(SpecError::at("/split", "two days share a frame: compare says which"));
        }
        for (pointer, text) in [("/title", &self.title), ("/subtitle", &self.subtitle)] {
            if text.as_ref().is_some_and(|t| t.chars().any(|c| c.is_control() && c != '\n')) {
                return Err(SpecError::at(pointer, "has control characters"));
            }
        }
        let mut furnishing = Furnishing::read(
            self.furniture.as_deref(),
            self.title.clone(),
            self.subtitle.clone(),
            self.theme.as_deref(),
        )?;
        furnishing.day =
            state.get("date").and_then(|d| d.parse().ok()).or_else(|| styled.default_day());
        furnishing.since = change.map(|(from, _)| from);
        furnishing.recipe = recipe;
        let is_bare = self.furniture.as_deref() == Some("none");
        if (compared.is_some() || days.is_some()) && furnishing.furniture.is_none() && !is_bare {
            // Maps without their days would be a riddle.
            furnishing.furniture =
                Some(Furniture { parts: [(Part::Date, None)].into(), ..Furniture::default() });
        }
        for (i, callout) in self.callouts.iter().enumerate() {
            furnishing.callouts.push(callout.read(&format!("/callouts/{i}"))?);
        }
        if furnishing.callouts.len() > MAX_CALLOUTS {
            return Err(SpecError::at(
                "/callouts",
                format!("a map has at most {MAX_CALLOUTS} callouts"),
            ));
        }
        if let Some(uri) = &self.logo {
            furnishing.logo = Some(Logo::of_data_uri(uri).map_err(|e| SpecError::at("/logo", e))?);
            furnishing.furniture.get_or_insert_default().parts.entry(Part::Logo).or_insert(None);
        }
        let language = state.get("lang").map_or("en", String::as_str);
        let mut warnings = Vec::new();
        let overlay = match change {
            Some(days) => Some(Overlay::of_change(map, days, language, effort)?),
            None => self.overlay(
                (map, styled),
                size.device_px() * frames.max(1),
                effort,
                &mut warnings,
            )?,
        };
        let mut frame = self.frame(size, overlay.as_ref(), styled.frame())?;
        if let Some(projection) = &self.projection {
            frame = frame
                .projected(projection)
                .map_err(|e| SpecError::at("/projection", e.to_string()))?;
        }
        for (i, callout) in furnishing.callouts.iter().enumerate() {
            if !frame.shows(callout.at) {
                let [lon, lat] = self.callouts[i].at;
                let is_swapped = LonLat::new(lat, lon).is_some_and(|other| {
                    frame.shows(World::from_degrees(other.lon(), other.lat()))
                });
                let help = if is_swapped {
                    format!("; did you mean [{lat}, {lon}]?")
                } else {
                    String::new()
                };
                let message = format!("a place that is not on the map{help}");
                return Err(SpecError::at(format!("/callouts/{i}/at"), message));
            }
        }
        let settings = |state: &BTreeMap<String, String>| {
            styled.state(state.iter().map(|(k, v)| (k.as_str(), v.as_str())))
        };
        let shown: Vec<Date> = match &days {
            Some(days) => days.clone(),
            None => furnishing.day.into_iter().chain(compared.map(|(_, day)| day)).collect(),
        };
        let compared = match compared {
            None => None,
            Some((_, day)) => {
                let state = state
                    .iter()
                    .map(|(k, v)| (k.clone(), v.clone()))
                    .chain([("date".into(), day.to_string())]);
                let page_width = beside.then_some(page.width());
                Some(Compared { state: settings(&state.collect())?, day, page_width })
            }
        };
        let of_day = |day: &Date| -> Result<(Date, State), SpecError> {
            let own = [("date".to_string(), day.to_string())];
            Ok((
                *day,
                settings(&state.iter().map(|(k, v)| (k.clone(), v.clone())).chain(own).collect())?,
            ))
        };
        let film = match &days {
            None => None,
            Some(days) => {
                let days: Result<Vec<(Date, State)>, SpecError> = days.iter().map(of_day).collect();
                Some(Film {
                    days: days?,
                    seconds: self.animate.as_ref().and_then(|a| a.seconds).unwrap_or(1.0),
                })
            }
        };
        let state = settings(&state)?;
        warnings.extend(self.slips(styled, &frame, &shown));
        warnings.extend(self.undrawn(styled, output, &furnishing));
        slips::shorten(&mut warnings);
        Ok(Picture {
            style: style.to_string(),
            state,
            frame,
            overlay,
            output,
            compared,
            film,
            furnishing,
            warnings,
        })
    }

    fn size(&self, max_px: u64) -> Result<(Size, Option<f64>), SpecError> {
        if self.dpi.is_some_and(|d| !(10.0..=4_800.0).contains(&d)) {
            return Err(SpecError::at("/dpi", "a number from 10 to 4800"));
        }
        if let Some(name) = &self.preset {
            if self.width.or(self.height).or(self.ratio).is_some() {
                return Err(SpecError::at(
                    "/preset",
                    "a preset has its own width, height and ratio",
                ));
            }
            let preset = Preset::named(name)
                .ok_or_else(|| SpecError::at("/preset", Preset::none_is(name)))?;
            return Ok((preset.size(max_px)?, Some(self.dpi.unwrap_or(preset.dpi))));
        }
        let side = |side: Option<u32>, pointer: &str| {
            side.ok_or_else(|| {
                SpecError::at(pointer, "say how large: width and height in CSS px, or a preset")
            })
        };
        let (width, height) = (side(self.width, "/width")?, side(self.height, "/height")?);
        Ok((Size::new(width, height, self.ratio.unwrap_or(1), max_px)?, self.dpi))
    }

    fn output(&self, dpi: Option<f64>) -> Result<Output, SpecError> {
        let format = self.format.as_deref().unwrap_or("png");
        let known = || Output::EXTENSIONS.iter().map(|(k, _)| *k).collect::<Vec<_>>().join(", ");
        let output = Output::of_extension(format).ok_or_else(|| {
            SpecError::at(
                "/format",
                format!(
                    "'{}' is no format; there are: {}",
                    format.chars().take(60).collect::<String>(),
                    known()
                ),
            )
        })?;
        let text = match self.text.as_deref() {
            None | Some("outline") => TextAs::Outlines,
            Some("live") => TextAs::Live,
            Some(other) => {
                return Err(SpecError::at(
                    "/text",
                    format!(
                        "'{}' is neither outline nor live",
                        other.chars().take(60).collect::<String>()
                    ),
                ));
            }
        };
        let moving = output.moving().is_some() && !self.palette;
        if self.animate.is_some() && !moving {
            return Err(SpecError::at(
                "/format",
                "moving pictures are gif, webp or png, without a palette",
            ));
        }
        if self.palette && !matches!(output, Output::Png { .. }) {
            return Err(SpecError::at("/palette", "only PNG has a palette"));
        }
        if self.quality.is_some() && !matches!(output, Output::Jpeg(_)) {
            return Err(SpecError::at("/quality", "only JPEG has a quality"));
        }
        if self.text.is_some() && !matches!(output, Output::Svg(_)) {
            return Err(SpecError::at("/text", "only SVG writes letters one way or another"));
        }
        if self.quality.is_some_and(|q| !(1..=100).contains(&q)) {
            return Err(SpecError::at("/quality", "a whole number from 1 to 100"));
        }
        Ok(match output {
            Output::Png { .. } => Output::Png { dpi, palette: self.palette },
            Output::Pdf { .. } => Output::Pdf { dpi, geo: self.geo },
            Output::GeoTiff(_) => Output::GeoTiff(dpi),
            Output::Svg(_) => Output::Svg(text),
            Output::Jpeg(usual) => Output::Jpeg(self.quality.unwrap_or(usual)),
            Output::WebP => Output::WebP,
            Output::Gif => Output::Gif,
        })
    }
}
