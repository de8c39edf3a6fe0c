//! A document to the picture that it asks for, each of its members checked.

use super::checked::SpecError;
use super::days::Days;
use super::document::Spec;
use super::error::PictureError;
use super::{
    Callout, Compared, Film, Furnishing, Furniture, Logo, Output, Overlay, Part, Picture, Preset,
    Shown, TextAs, slips,
};
use crate::atlas::{Frame, Map, Size, StyledMap};
use crate::diag::without_mark;
use crate::feature::Date;
use crate::geo::{Effort, LonLat, World};

/// How large a page is, and each of its maps; device px an inch, if that is said.
struct Sizes {
    page: Size,
    map: Size,
    dpi: Option<f64>,
}

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
        let days = self.days(styled)?;
        let sizes = self.sizes(&days, effort.limits().px)?;
        let output = self.output_of(&sizes)?;
        let furnishing = self.furnishing(styled, &days, recipe)?;
        let mut warnings = Vec::new();
        let overlay = match days.change {
            Some(change) => Some(Overlay::of_change(map, change, days.language(), effort)?),
            None => {
                let px = sizes.map.device_px() * days.frames().max(1);
                self.overlay((map, styled), px, effort, &mut warnings)?
            }
        };
        let mut frame = self.frame(sizes.map, overlay.as_ref(), styled.frame())?;
        if let Some(projection) = &self.projection {
            frame = frame
                .projected(projection)
                .map_err(|e| SpecError::at("/projection", e.to_string()))?;
        }
        self.check_callouts(&furnishing, &frame)?;
        let compared = match days.compared {
            None => None,
            Some((_, day)) => {
                let page_width = self.is_beside().then_some(sizes.page.width());
                Some(Compared { state: days.state_on(styled, day)?, day, page_width })
            }
        };
        let film = match &days.film {
            None => None,
            Some(all) => {
                let of_day = |day: &Date| Ok((*day, days.state_on(styled, *day)?));
                let seconds = self.animate.as_ref().and_then(|a| a.seconds).unwrap_or(1.0);
                Some(Film {
                    days: all.iter().map(of_day).collect::<Result<_, SpecError>>()?,
                    seconds,
                })
            }
        };
        warnings.extend(self.slips(styled, &frame, &days.shown(&furnishing)));
        warnings.extend(self.undrawn(styled, output, &furnishing));
        slips::shorten(&mut warnings);
        Ok(Picture {
            style: style.to_string(),
            shown: Shown { layers: self.shown_layers(styled)?, ..Shown::default() },
            state: days.state(styled)?,
            frame,
            overlay,
            output,
            compared,
            film,
            furnishing,
            warnings,
        })
    }

    /// The layers that are drawn, where some are not.
    fn shown_layers(&self, styled: &StyledMap) -> Result<Option<Vec<String>>, SpecError> {
        let layers = || styled.style.layers.iter().map(|layer| &layer.id);
        let known = |name: &String| layers().any(|layer| layer == name);
        if let Some(i) = self.hide.iter().position(|name| !known(name)) {
            let told = format!(
                "the style has no layer '{}'",
                self.hide[i].chars().take(60).collect::<String>()
            );
            return Err(SpecError::at(format!("/hide/{i}"), told));
        }
        let shown = || layers().filter(|layer| !self.hide.contains(layer)).cloned().collect();
        Ok((!self.hide.is_empty()).then(shown))
    }

    /// Whether two maps stand side by side.
    fn is_beside(&self) -> bool {
        self.compare.is_some() && !self.split
    }

    /// How large the page and each of its maps is.
    fn sizes(&self, days: &Days, max_px: u64) -> Result<Sizes, SpecError> {
        let (page, dpi) = self.size(max_px)?;
        if self.is_beside() {
            self.side_by_side()?;
        }
        let map = if self.is_beside() { page.half() } else { page };
        let most = MOST_FILMS.saturating_mul(max_px) / map.device_px();
        if days.frames() > most {
            let frames = days.frames();
            let message = format!("{frames} maps of this size are too many: at most {most}");
            return Err(SpecError::at("/animate", message));
        }
        Ok(Sizes { page, map, dpi })
    }

    /// The format, if it holds pictures of such a size.
    fn output_of(&self, sizes: &Sizes) -> Result<Output, SpecError> {
        let output = self.output(sizes.dpi)?;
        let page = sizes.page;
        let side = u64::from(page.width().max(page.height()) * page.ratio());
        match output.max_side_px().filter(|most| side > *most) {
            None => Ok(output),
            Some(most) => Err(SpecError::at(
                "/format",
                format!("its sides are at most {most} px, not {side}: take another"),
            )),
        }
    }

    /// What stands beside the map.
    fn furnishing(
        &self,
        styled: &StyledMap,
        days: &Days,
        recipe: String,
    ) -> Result<Furnishing, SpecError> {
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
        furnishing.day = days.day().or_else(|| styled.default_day());
        furnishing.since = days.change.map(|(from, _)| from);
        furnishing.recipe = recipe;
        let is_bare = self.furniture.as_deref() == Some("none");
        let has_days = days.compared.is_some() || days.film.is_some();
        if has_days && furnishing.furniture.is_none() && !is_bare {
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
        Ok(furnishing)
    }

    /// Refuses callouts that lead off the map.
    fn check_callouts(&self, furnishing: &Furnishing, frame: &Frame) -> Result<(), SpecError> {
        let off_map = |(_, callout): &(usize, &Callout)| !frame.shows(callout.at);
        let Some((i, _)) = furnishing.callouts.iter().enumerate().find(off_map) else {
            return Ok(());
        };
        let [lon, lat] = self.callouts[i].at;
        let is_swapped = LonLat::new(lat, lon)
            .is_some_and(|other| frame.shows(World::from_degrees(other.lon(), other.lat())));
        let help =
            if is_swapped { format!("; did you mean [{lat}, {lon}]?") } else { String::new() };
        let message = format!("a place that is not on the map{help}");
        Err(SpecError::at(format!("/callouts/{i}/at"), message))
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
