//! `contactline export`

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::{DataArgs, Failure, load};
use crate::geo::{LonLat, numbers};
use crate::map::{Frame, Furnishing, Output, Picture, Preset, Size, TextAs};

/// Device px of an exported picture: 400 megapixels, some 3.5 GB while it is drawn and encoded.
const MAX_PX: u64 = 400_000_000;

/// Draw a map to a file: PNG, WebP, JPEG, SVG or PDF
#[derive(Args)]
#[command(
    after_help = "Examples:\n  contactline export --bbox 45.4,38.8,48.0,40.6 --size 1600x1200 --state date=2020-11-25 -o map.png\n  \
                  contactline export --bbox 45.4,38.8,48.0,40.6 --preset a4-landscape-300dpi --title 'After the ceasefire' --state date=2020-11-25 -o map.pdf"
)]
pub(super) struct Export {
    /// The id of an embedded style, or a style file
    #[arg(long, default_value = "conflict", value_name = "ID|FILE")]
    style: String,
    #[command(flatten)]
    data: DataArgs,
    /// West,south,east,north in degrees
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true, conflicts_with_all = ["center", "zoom"])]
    bbox: Option<String>,
    /// Longitude,latitude in degrees
    #[arg(long, value_name = "LON,LAT", allow_hyphen_values = true, requires = "zoom")]
    center: Option<String>,
    /// Style zoom (512 px tiles)
    #[arg(long, requires = "center", allow_hyphen_values = true)]
    zoom: Option<f64>,
    /// Degrees clockwise from north that are up
    #[arg(long, requires = "center", allow_hyphen_values = true)]
    bearing: Option<f64>,
    /// Width x height in CSS px
    #[arg(long, value_name = "WxH", required_unless_present = "preset")]
    size: Option<String>,
    /// Device px per CSS px, 1 to 4
    #[arg(long, value_name = "N")]
    ratio: Option<u32>,
    /// A size by name, such as a4-landscape-300dpi, web-1200, social-square or newspaper-2col
    #[arg(long, value_name = "NAME", conflicts_with_all = ["size", "ratio"])]
    preset: Option<String>,
    /// Device px an inch, for PNG and the size of PDF pages; 96 for each CSS px unless it is said
    #[arg(long, value_name = "N")]
    dpi: Option<f64>,
    /// What stands beside the map: all, or some of title, date, legend, scale, north, inset, sources, graticule, frame, each
    /// perhaps with a corner: legend:top-left,scale
    #[arg(long, value_name = "LIST")]
    furniture: Option<String>,
    /// The map's title; with it comes all furniture, unless --furniture says less
    #[arg(long)]
    title: Option<String>,
    #[arg(long)]
    subtitle: Option<String>,
    /// light, dark, print-grey or high-contrast
    #[arg(long)]
    theme: Option<String>,
    /// How SVG writes letters: outline or live
    #[arg(long, value_name = "outline|live")]
    text: Option<String>,
    /// Quality of JPEG, 1 to 100
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=100))]
    quality: Option<u8>,
    /// Print the map's alternative text
    #[arg(long)]
    alt_text: bool,
    /// A setting of the style's own state, such as date=2020-11-10 or lang=hy; may be given often
    #[arg(long, value_name = "KEY=VALUE")]
    state: Vec<String>,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Export {
    pub(super) fn run(self) -> Result<(), Failure> {
        let (size, preset_dpi) = self.size()?;
        let frame = self.frame(size)?;
        let extension = self.output.extension().unwrap_or_default().to_string_lossy();
        let output = Output::of_extension(&extension);
        let output = output.ok_or_else(|| {
            let known: Vec<&str> = Output::EXTENSIONS.iter().map(|(known, _)| *known).collect();
            Failure::usage(format!("{}: only .{} can be written", self.output.display(), known.join(", .")))
        })?;
        let output = self.told(output, preset_dpi)?;
        let settings: Vec<(&str, &str)> = self
            .state
            .iter()
            .map(|s| s.split_once('=').ok_or_else(|| Failure::usage(format!("'{s}' is no setting: write key=value"))))
            .collect::<Result<_, _>>()?;
        let path = PathBuf::from(&self.style);
        let is_file = path.extension().is_some() || path.is_file();
        let styles = if is_file { vec![path.clone()] } else { Vec::new() };
        let map = load(&self.data.options(styles))?;
        let id = if is_file {
            path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
        } else {
            self.style.clone()
        };
        let styled = map.style(&id).ok_or_else(|| {
            let known: Vec<&str> = map.styles().map(|(id, _)| id).collect();
            Failure::new(format!("there is no style '{id}'; there are: {}", known.join(", ")))
        })?;
        let state = styled.state(settings).map_err(Failure::usage)?;
        let mut furnishing = Furnishing::read(
            self.furniture.as_deref(),
            self.title.clone(),
            self.subtitle.clone(),
            self.theme.as_deref(),
        )
        .map_err(Failure::usage)?;
        if let Some(wanted) = &mut furnishing {
            let dates = self.state.iter().filter_map(|s| s.strip_prefix("date="));
            wanted.day = dates.last().and_then(|d| d.parse().ok()).or_else(|| styled.default_day());
            wanted.recipe = recipe();
        }
        let picture = Picture { style: id, state, frame, overlay: None, output, furnishing };
        let bytes = map.draw(&picture).map_err(Failure::new)?;
        if self.alt_text {
            println!("{}", map.alternative(&picture).map_err(Failure::new)?);
        }
        fs::write(&self.output, bytes).map_err(|e| Failure::new(format!("{}: {e}", self.output.display())))
    }

    /// The size, and the device px an inch of a preset.
    fn size(&self) -> Result<(Size, Option<f64>), Failure> {
        if let Some(name) = &self.preset {
            let known = || Preset::ALL.map(|p| p.name).join(", ");
            let preset = Preset::named(name)
                .ok_or_else(|| Failure::usage(format!("'{name}' is no preset; there are: {}", known())))?;
            return Ok((preset.size(MAX_PX).map_err(Failure::usage)?, Some(preset.dpi)));
        }
        let text = self.size.as_deref().unwrap_or_default();
        let side = |text: &str| text.parse::<u32>().ok();
        let (width, height) = text
            .split_once('x')
            .and_then(|(w, h)| Some((side(w)?, side(h)?)))
            .ok_or_else(|| Failure::usage(format!("'{text}' is no size: write WIDTHxHEIGHT in px")))?;
        Ok((Size::new(width, height, self.ratio.unwrap_or(1), MAX_PX).map_err(Failure::usage)?, None))
    }

    fn frame(&self, size: Size) -> Result<Frame, Failure> {
        match (&self.bbox, &self.center, self.zoom) {
            (Some(bbox), ..) => Frame::bounds(numbers(bbox).map_err(Failure::usage)?, size).map_err(Failure::usage),
            (None, Some(center), Some(zoom)) => {
                let center = LonLat::parse(center).map_err(Failure::usage)?;
                match self.bearing {
                    Some(bearing) => Frame::viewport(center, zoom, bearing, size),
                    None => Frame::centered(center, zoom, size),
                }
                .map_err(Failure::usage)
            }
            _ => Err(Failure::usage("say where: --bbox w,s,e,n, or --center lon,lat with --zoom")),
        }
    }

    /// The format with all that is said of it.
    fn told(&self, output: Output, preset_dpi: Option<f64>) -> Result<Output, Failure> {
        let dpi = self.dpi.or(preset_dpi);
        if dpi.is_some_and(|d| !(10.0..=4_800.0).contains(&d)) {
            return Err(Failure::usage("--dpi is from 10 to 4800"));
        }
        let text = match self.text.as_deref() {
            None | Some("outline") => TextAs::Outlines,
            Some("live") => TextAs::Live,
            Some(other) => return Err(Failure::usage(format!("'{other}' is no value for --text: outline or live"))),
        };
        Ok(match output {
            Output::Png(_) => Output::Png(dpi),
            Output::Pdf(_) => Output::Pdf(dpi),
            Output::Svg(_) => Output::Svg(text),
            Output::Jpeg(quality) => Output::Jpeg(self.quality.unwrap_or(quality)),
            Output::WebP => Output::WebP,
        })
    }
}

/// The command line, to be run again; without where the file goes, which is not the map's matter.
fn recipe() -> String {
    let plain = |a: &String| !a.is_empty() && a.chars().all(|c| c.is_alphanumeric() || "-_./,=:@".contains(c));
    let quoted = |a: String| if plain(&a) { a } else { format!("'{}'", a.replace('\'', "'\\''")) };
    let mut words = vec!["contactline".to_string()];
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-o" | "--output" => drop(arguments.next()),
            a if a == "--alt-text" || a.starts_with("--output=") => {}
            _ => words.push(quoted(argument)),
        }
    }
    words.join(" ")
}
