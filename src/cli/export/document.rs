//! The document of a picture: what a file says, and what the flags say more, or otherwise.

use std::fmt::Display;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use super::Export;
use crate::cli::terminal::report;
use crate::cli::{Failure, written};
use crate::diag::{Checked, Diagnostic, without_mark};
use crate::geo::{LonLat, numbers};
use crate::sheet::{CalloutSpec, Circle, Logo, Marker, Output, Path as Line, Spec};
use crate::source;

impl Export {
    /// The spec of a file, if one is given, with what the flags say.
    pub(super) fn spec(&self) -> Result<Spec, Failure> {
        let mut spec = match &self.spec {
            None => Spec::default(),
            Some(path) => {
                let bytes = fs::read(path).map_err(|e| in_file(path, e))?;
                Spec::read(&bytes).map_err(|e| in_file(path, e))?
            }
        };
        self.set_frame(&mut spec)?;
        self.set_state(&mut spec)?;
        self.add_shapes(&mut spec)?;
        self.add_files(&mut spec)?;
        for callout in &self.callout {
            spec.callouts.push(CalloutSpec::of_text(callout).map_err(Failure::usage)?);
        }
        spec.highlight.extend(self.highlight.iter().cloned());
        spec.format = Some(self.format(&mut spec)?);
        self.set_members(&mut spec);
        Ok(spec)
    }

    /// Gives the spec its place and its size, each in place of what says the same in other words.
    fn set_frame(&self, spec: &mut Spec) -> Result<(), Failure> {
        if let Some(bbox) = &self.bbox {
            spec.bbox = Some(numbers(bbox).map_err(Failure::usage)?);
            (spec.center, spec.zoom, spec.bearing) = (None, None, None);
        }
        if let Some(center) = &self.center {
            let at = LonLat::parse(center).map_err(Failure::usage)?;
            spec.center = Some([at.lon(), at.lat()]);
            spec.bbox = None;
        }
        if let Some(size) = &self.size {
            let side = |text: &str| text.parse::<u32>().ok();
            let (width, height) =
                size.split_once('x').and_then(|(w, h)| Some((side(w)?, side(h)?))).ok_or_else(
                    || Failure::usage(format!("'{size}' is no size: write WIDTHxHEIGHT in px")),
                )?;
            (spec.width, spec.height, spec.preset) = (Some(width), Some(height), None);
        }
        if self.preset.is_some() {
            (spec.width, spec.height, spec.ratio, spec.dpi) = (None, None, None, None);
        }
        Ok(())
    }

    /// Gives the spec the settings of the style's state.
    fn set_state(&self, spec: &mut Spec) -> Result<(), Failure> {
        for setting in &self.state {
            let (key, value) = setting.split_once('=').ok_or_else(|| {
                Failure::usage(format!("'{setting}' is no setting: write key=value"))
            })?;
            spec.state.insert(key.to_string(), value.to_string());
        }
        for (key, value) in [("date", &self.date), ("lang", &self.lang)] {
            let Some(value) = value else { continue };
            let other = self
                .state
                .iter()
                .filter_map(|s| s.split_once('='))
                .find(|(k, v)| *k == key && v != value);
            if let Some((_, other)) = other {
                let told = format!(
                    "--{key} {value} and --state {key}={other} say two things: give one of them"
                );
                return Err(Failure::usage(told));
            }
            spec.state.insert(key.to_string(), value.clone());
        }
        Ok(())
    }

    /// Adds the pins, lines and circles that are drawn on top.
    fn add_shapes(&self, spec: &mut Spec) -> Result<(), Failure> {
        for marker in &self.marker {
            spec.markers.push(Marker::of_text(marker).map_err(Failure::usage)?);
        }
        for path in &self.path {
            spec.paths.push(Line::of_text(path).map_err(Failure::usage)?);
        }
        for circle in &self.circle {
            let (at, km) = circle.rsplit_once(',').unwrap_or((circle, ""));
            let wrong = || Failure::usage(format!("'{circle}' is no circle: write lon,lat,km"));
            let radius_km = km.parse().map_err(|_| wrong())?;
            let at = numbers::<2>(at).map_err(Failure::usage)?;
            spec.circles.push(Circle { at, radius_km, ..Circle::default() });
        }
        Ok(())
    }

    /// Adds what files hold: features on top, the layers that draw them, a logo.
    fn add_files(&self, spec: &mut Spec) -> Result<(), Failure> {
        if let Some(path) = &self.geojson {
            spec.geojson = Some(features(path)?);
        }
        if let Some(path) = &self.geojson_style {
            let style = json(path)?;
            spec.layers = Some(style.get("layers").cloned().unwrap_or(style));
        }
        if let Some(path) = &self.logo {
            let bytes = fs::read(path).map_err(|e| in_file(path, e))?;
            spec.logo = Some(Logo::to_data_uri(&bytes));
        }
        Ok(())
    }

    /// The format that the output's name says; where it goes to a stream, the spec's own.
    fn format(&self, spec: &mut Spec) -> Result<String, Failure> {
        let mut extension =
            self.output().extension().unwrap_or_default().to_string_lossy().into_owned();
        if extension.is_empty() && written::Place::new(self.output()).is_stream() {
            extension = spec.format.take().unwrap_or_else(|| "png".to_string());
        }
        if Output::of_extension(&extension).is_none() {
            let known: Vec<&str> = Output::EXTENSIONS.iter().map(|(known, _)| *known).collect();
            let file = self.output().display();
            return Err(Failure::usage(format!(
                "{file}: only .{} can be written",
                known.join(", .")
            )));
        }
        Ok(extension)
    }

    /// Sets the members that are flags of the same meaning.
    fn set_members(&self, spec: &mut Spec) {
        spec.geo |= self.geo;
        spec.split |= self.split;
        spec.palette |= self.palette;
        spec.zoom = self.zoom.or(spec.zoom);
        spec.bearing = self.bearing.or(spec.bearing);
        spec.padding = self.padding.or(spec.padding);
        spec.maxzoom = self.max_zoom.or(spec.maxzoom);
        spec.ratio = self.ratio.or(spec.ratio);
        spec.dpi = self.dpi.or(spec.dpi);
        spec.quality = self.quality.or(spec.quality);
        for (flag, member) in [
            (&self.preset, &mut spec.preset),
            (&self.furniture, &mut spec.furniture),
            (&self.title, &mut spec.title),
            (&self.subtitle, &mut spec.subtitle),
            (&self.theme, &mut spec.theme),
            (&self.text, &mut spec.text),
            (&self.change, &mut spec.change),
            (&self.compare, &mut spec.compare),
            (&self.projection, &mut spec.projection),
        ] {
            if flag.is_some() {
                member.clone_from(flag);
            }
        }
    }
}

/// A file's features as GeoJSON; what is wrong with some of them is reported.
fn features(path: &Path) -> Result<Json, Failure> {
    let name = path.display().to_string();
    let failed = |problem: Diagnostic| Failure::usage(format!("{:#}", problem.refused()));
    let read = source::open(path).and_then(|file| source::collected(&name, file));
    let Checked { value, diagnostics } = read.map_err(|problem| failed(*problem))?;
    // What would refuse the picture is named by its line in the file, which the document does not
    // know.
    let read = source::open(path).and_then(|file| source::read("geojson", &name, file));
    let mut faults = read.map_err(|problem| failed(*problem))?.diagnostics.into_iter();
    if let Some(fault) = faults.find(|fault| fault.is_error() && !diagnostics.contains(fault)) {
        return Err(failed(fault));
    }
    diagnostics.iter().for_each(report);
    Ok(value)
}

fn json(path: &Path) -> Result<Json, Failure> {
    let text = fs::read_to_string(path).map_err(|e| in_file(path, e))?;
    serde_json::from_slice(without_mark(text.as_bytes()))
        .map_err(|e| in_file(path, format_args!("not JSON: {e}")))
}

fn in_file(path: &Path, problem: impl Display) -> Failure {
    Failure::usage(format!("{}: {problem}", path.display()))
}
