//! `contactline export`

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::{DataArgs, Failure, load};
use crate::geo::{LonLat, numbers};
use crate::map::{Frame, Output, Picture, Size};

/// Device px of an exported picture: 400 megapixels, some 3.5 GB while it is drawn and encoded.
const MAX_PX: u64 = 400_000_000;

/// Draw a map to a file: PNG, WebP, JPEG, SVG or PDF
#[derive(Args)]
#[command(
    after_help = "Example:\n  contactline export --style conflict --bbox 45.4,38.8,48.0,40.6 --size 1600x1200 --state date=2020-11-25 -o map.png"
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
    /// Width x height in CSS px
    #[arg(long, value_name = "WxH")]
    size: String,
    /// Device px per CSS px, 1 to 4
    #[arg(long, default_value_t = 1, value_name = "N")]
    ratio: u32,
    /// A setting of the style's own state, such as date=2020-11-10 or lang=hy; may be given often
    #[arg(long, value_name = "KEY=VALUE")]
    state: Vec<String>,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Export {
    pub(super) fn run(self) -> Result<(), Failure> {
        let frame = self.frame()?;
        let extension = self.output.extension().unwrap_or_default().to_string_lossy();
        let output = Output::of_extension(&extension).ok_or_else(|| {
            let known: Vec<&str> = Output::EXTENSIONS.iter().map(|(known, _)| *known).collect();
            Failure::usage(format!("{}: only .{} can be written", self.output.display(), known.join(", .")))
        })?;
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
        let picture = Picture { style: id, state, frame, overlay: None, output };
        let bytes = map.draw(&picture).map_err(Failure::new)?;
        fs::write(&self.output, bytes).map_err(|e| Failure::new(format!("{}: {e}", self.output.display())))
    }

    fn frame(&self) -> Result<Frame, Failure> {
        let side = |text: &str| text.parse::<u32>().ok();
        let (width, height) = self
            .size
            .split_once('x')
            .and_then(|(w, h)| Some((side(w)?, side(h)?)))
            .ok_or_else(|| Failure::usage(format!("'{}' is no size: write WIDTHxHEIGHT in px", self.size)))?;
        let size = Size::new(width, height, self.ratio, MAX_PX).map_err(Failure::usage)?;
        match (&self.bbox, &self.center, self.zoom) {
            (Some(bbox), ..) => Frame::bounds(numbers(bbox).map_err(Failure::usage)?, size).map_err(Failure::usage),
            (None, Some(center), Some(zoom)) => {
                Frame::centered(LonLat::parse(center).map_err(Failure::usage)?, zoom, size).map_err(Failure::usage)
            }
            _ => Err(Failure::usage("say where: --bbox w,s,e,n, or --center lon,lat with --zoom")),
        }
    }
}
