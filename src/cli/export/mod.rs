//! `contactline export`

mod document;

use std::path::{Path, PathBuf};

use clap::Args;

use super::picture::write_place;
use super::terminal::{print, tell};
use super::{DataArgs, Failure, load, written};
use crate::geo::Effort;
use crate::sheet::{Finished, Spec};

/// Draw a map to a file: PNG, WebP, JPEG, GeoTIFF, SVG or PDF
#[derive(Args)]
#[command(
    after_help = "Examples:\n  contactline export --bbox 45.4,38.8,48.0,40.6 --size 1600x1200 \
                  --state date=2020-11-25 -o map.png\n  contactline export \
                  --bbox 45.4,38.8,48.0,40.6 --preset a4-landscape-300dpi \
                  --title 'After the ceasefire' --state date=2020-11-25 -o map.pdf"
)]
pub(super) struct Export {
    /// The id of an embedded style, or a style file
    #[arg(long, default_value = "conflict", value_name = "ID|FILE")]
    style: String,
    #[command(flatten)]
    data: DataArgs,
    /// West,south,east,north in degrees
    #[arg(
        long,
        value_name = "W,S,E,N",
        allow_hyphen_values = true,
        conflicts_with_all = ["center", "zoom"]
    )]
    bbox: Option<String>,
    /// Longitude,latitude in degrees
    #[arg(long, value_name = "LON,LAT", allow_hyphen_values = true, requires = "zoom")]
    center: Option<String>,
    /// Style zoom (512 px tiles), -2 to 24
    #[arg(long, requires = "center", allow_hyphen_values = true)]
    zoom: Option<f64>,
    /// Bearing: degrees clockwise from north that point up
    #[arg(long, requires = "center", allow_hyphen_values = true)]
    bearing: Option<f64>,
    /// web-mercator, lambert (a conformal conic for the area) or utm (the area's zone); scale is
    /// true in the middle
    #[arg(long, value_name = "NAME")]
    projection: Option<String>,
    /// The map as a JSON document; flags add to it and override it
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// A pin: longitude,latitude and perhaps a label; may be repeated
    #[arg(long, value_name = "LON,LAT[,LABEL]", allow_hyphen_values = true)]
    marker: Vec<String>,
    /// A line: positions with spaces between; may be repeated
    #[arg(long, value_name = "LON,LAT LON,LAT ...", allow_hyphen_values = true)]
    path: Vec<String>,
    /// A circle around longitude,latitude of a radius in km; may be repeated
    #[arg(long, value_name = "LON,LAT,KM", allow_hyphen_values = true)]
    circle: Vec<String>,
    /// A callout: text in a box with a leader line to a place; may be repeated
    #[arg(long, value_name = "LON,LAT,TEXT", allow_hyphen_values = true)]
    callout: Vec<String>,
    /// A logo: PNG, JPEG, WebP or SVG
    #[arg(long, value_name = "FILE")]
    logo: Option<PathBuf>,
    /// MapLibre layers that draw --geojson in place of simplestyle: a JSON array, or a style
    #[arg(long, value_name = "FILE", requires = "geojson")]
    geojson_style: Option<PathBuf>,
    /// A feature, collection/id, to be highlighted: an area, with everything else dimmed, or a place
    /// or an event, with a pin and its name; may be repeated
    #[arg(long, value_name = "COLLECTION/ID")]
    highlight: Vec<String>,
    /// Features with simplestyle properties to be drawn on top; what --data reads, this does
    #[arg(long, value_name = "FILE")]
    geojson: Option<PathBuf>,
    /// What changed between two dates, instead of who controls what: 2020-09-27/2020-12-01
    #[arg(long, value_name = "A/B")]
    change: Option<String>,
    /// Compare two dates side by side: 2020-09-27/2020-12-01
    #[arg(long, value_name = "A/B")]
    compare: Option<String>,
    /// The two maps of --compare share one frame, each with its half
    #[arg(long)]
    split: bool,
    /// CSS px around the bounds, or around what is drawn on top
    #[arg(long, value_name = "PX")]
    padding: Option<u32>,
    /// The deepest style zoom of a map that is fitted to bounds, or to what is drawn on top;
    /// without it what is shown fills the picture, and a lone place has zoom 11
    #[arg(long, value_name = "ZOOM", conflicts_with = "center", allow_hyphen_values = true)]
    max_zoom: Option<f64>,
    /// Width x height in CSS px
    #[arg(long, value_name = "WxH")]
    size: Option<String>,
    /// Device px per CSS px, 1 to 10
    #[arg(long, value_name = "N")]
    ratio: Option<u32>,
    /// A size by name, such as a4-landscape-300dpi, web-1200, social-square or newspaper-2col
    #[arg(long, value_name = "NAME", conflicts_with_all = ["size", "ratio"])]
    preset: Option<String>,
    /// Resolution in device px an inch, for PNG and the size of PDF pages [default: 96 x ratio]
    #[arg(long, value_name = "N")]
    dpi: Option<f64>,
    /// Map elements (furniture): all, none, or some of title, date, legend, scale, north, inset,
    /// sources, graticule, frame, globe, logo, each perhaps with a corner: legend:top-left,scale
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
    /// SVG text: outline (paths) or live (text elements)
    #[arg(long, value_name = "outline|live")]
    text: Option<String>,
    /// Quality of JPEG, 1 to 100
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=100))]
    quality: Option<u8>,
    /// Georeference the picture: in the PDF itself, for others beside it in a world file and
    /// .aux.xml (a .tif is georeferenced anyway)
    #[arg(long)]
    geo: bool,
    /// PNG of at most 256 colours, a third of the size
    #[arg(long)]
    palette: bool,
    /// Print the map's alternative text
    #[arg(long)]
    alt_text: bool,
    /// The date of the map: the style's own setting 'date'
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<String>,
    /// The language of the map: the style's own setting 'lang'
    #[arg(long, value_name = "LANG")]
    lang: Option<String>,
    /// A setting of the style's own state, such as date=2020-11-10 or lang=hy; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    state: Vec<String>,
    /// The file to write; - is standard output, in the document's format or as PNG
    #[arg(short, long, value_name = "FILE", required_unless_present = "batch")]
    output: Option<PathBuf>,
    /// Many maps: a JSON array of documents, or a CSV table of their members, each with an 'output'
    #[arg(long, value_name = "FILE")]
    batch: Option<PathBuf>,
    /// Of a batch, leave the files that are there already
    #[arg(long, requires = "batch")]
    resume: bool,
}

impl Export {
    pub(super) fn run(self) -> Result<(), Failure> {
        let spec = if self.batch.is_some() { Spec::default() } else { self.spec()? };
        let path = PathBuf::from(&self.style);
        let is_file = path.extension().is_some() || path.is_file();
        let styles = if is_file { vec![path.clone()] } else { Vec::new() };
        let map = load(&self.data.clone().options(styles))?;
        let id = if is_file {
            path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
        } else {
            self.style.clone()
        };
        if map.style(&id).is_none() {
            let known: Vec<&str> = map.styles().map(|(id, _)| id).collect();
            return Err(Failure::new(format!(
                "there is no style '{id}'; there are: {}",
                known.join(", ")
            )));
        }
        if let Some(jobs) = &self.batch {
            return super::batch::run(jobs, &map, &id, self.resume);
        }
        let picture =
            spec.picture(&map, &id, recipe(), &Effort::unbounded()).map_err(Failure::usage)?;
        picture.warnings.iter().for_each(|told| tell(format_args!("warning: {told}")));
        let Finished { bytes, warnings } =
            map.draw_within(&picture, &Effort::unbounded()).map_err(Failure::new)?;
        warnings.iter().for_each(|told| tell(format_args!("warning: {told}")));
        if self.alt_text {
            print(map.alternative(&picture).map_err(Failure::new)?)?;
        }
        let output = self.output();
        written::write(output, &bytes)?;
        if spec.geo { write_place(&map, &picture, output) } else { Ok(()) }
    }

    fn output(&self) -> &Path {
        self.output.as_deref().unwrap_or(Path::new(""))
    }
}

/// The command line, to be run again; without where the file goes, which is not the map's matter.
fn recipe() -> String {
    let plain = |a: &String| {
        !a.is_empty() && a.chars().all(|c| c.is_alphanumeric() || "-_./,=:@".contains(c))
    };
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
