//! `contactline animate`

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use clap::Args;

use super::{DataArgs, Failure, load, progress};
use crate::feature::Date;
use crate::map::Spec;

/// Draw a map day by day into one moving picture: GIF or APNG, the date burned in
#[derive(Args)]
#[command(
    after_help = "Example:\n  contactline animate --spec map.json --from 2020-09-01 --to 2020-12-05 --events -o war.gif"
)]
pub(super) struct Animate {
    /// The id of an embedded style
    #[arg(long, default_value = "conflict", value_name = "ID")]
    style: String,
    #[command(flatten)]
    data: DataArgs,
    /// The map as a JSON document; its date is each frame's own
    #[arg(long, value_name = "FILE")]
    spec: PathBuf,
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Date,
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Date,
    /// A frame every so many days
    #[arg(long, value_name = "DAYS", conflicts_with = "events", value_parser = clap::value_parser!(u32).range(1..))]
    step: Option<u32>,
    /// A frame for each day on which the map changes
    #[arg(long)]
    events: bool,
    /// Seconds a frame
    #[arg(long, default_value_t = 1.0, value_name = "S")]
    seconds: f64,
    /// The file to write, .gif or .png
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

/// Frames of one moving picture, and device px of each.
const MAX_FRAMES: usize = 500;
const MAX_PX: u64 = 8_000_000;

impl Animate {
    pub(super) fn run(self) -> Result<(), Failure> {
        let extension = self.output.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if !["gif", "png"].contains(&extension.as_str()) {
            return Err(Failure::usage(format!("{}: only .gif and .png can be written", self.output.display())));
        }
        if !(0.02..=60.0).contains(&self.seconds) || self.from > self.to {
            return Err(Failure::usage("--from comes before --to, and --seconds is from 0.02 to 60"));
        }
        let failed = |e: String| Failure::usage(format!("{}: {e}", self.spec.display()));
        let bytes = std::fs::read(&self.spec).map_err(|e| failed(e.to_string()))?;
        let spec = Spec::read(&bytes).map_err(|e| failed(e.to_string()))?;
        let map = load(&self.data.clone().options(Vec::new()))?;
        let styled =
            map.style(&self.style).ok_or_else(|| Failure::new(format!("there is no style '{}'", self.style)))?;
        let days = self.days(styled.changes());
        if days.len() > MAX_FRAMES {
            return Err(Failure::usage(format!("{} frames are too many: at most {MAX_FRAMES}", days.len())));
        }
        let bar = progress(days.len() as u64);
        let mut frames = Vec::new();
        for day in &days {
            let mut spec = spec.clone();
            spec.state.insert("date".to_string(), day.to_string());
            spec.format = Some("png".to_string());
            if spec.furniture.is_none() && spec.title.is_none() {
                spec.furniture = Some("date".to_string());
            }
            let picture = spec.picture(&map, &self.style, MAX_PX, String::new()).map_err(|e| failed(e.to_string()))?;
            frames.push(map.pixels(&picture).map_err(Failure::new)?);
            bar.set_message(day.to_string());
            bar.inc(1);
        }
        bar.finish_and_clear();
        let wrong = |e: String| Failure::new(format!("{}: {e}", self.output.display()));
        let file = BufWriter::new(File::create(&self.output).map_err(|e| wrong(e.to_string()))?);
        match extension.as_str() {
            "gif" => gif(file, frames, self.seconds),
            _ => apng(file, &frames, self.seconds),
        }
        .map_err(wrong)?;
        println!("{} frames", days.len());
        Ok(())
    }

    fn days(&self, changes: &[Date]) -> Vec<Date> {
        if let Some(step) = self.step {
            let mut days = Vec::new();
            let mut day = Some(self.from);
            while let Some(one) = day.filter(|d| *d <= self.to && days.len() <= MAX_FRAMES) {
                days.push(one);
                day = one.after(step);
            }
            return days;
        }
        let between = changes.iter().copied().filter(|d| self.from < *d && *d <= self.to);
        std::iter::once(self.from).chain(between).collect()
    }
}

type Frame = image::RgbaImage;

fn gif(file: BufWriter<File>, frames: Vec<Frame>, seconds: f64) -> Result<(), String> {
    use image::codecs::gif::{GifEncoder, Repeat};
    let mut encoder = GifEncoder::new_with_speed(file, 10);
    encoder.set_repeat(Repeat::Infinite).map_err(|e| e.to_string())?;
    let delay = image::Delay::from_numer_denom_ms((seconds * 1e3).round() as u32, 1);
    let frames = frames.into_iter().map(|f| image::Frame::from_parts(f, 0, 0, delay));
    encoder.encode_frames(frames).map_err(|e| e.to_string())
}

fn apng(file: BufWriter<File>, frames: &[Frame], seconds: f64) -> Result<(), String> {
    let Some(first) = frames.first() else { return Ok(()) };
    let write = || -> Result<(), png::EncodingError> {
        let mut encoder = png::Encoder::new(file, first.width(), first.height());
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_animated(frames.len() as u32, 0)?;
        encoder.set_frame_delay((seconds * 1e3).round() as u16, 1_000)?;
        let mut writer = encoder.write_header()?;
        frames.iter().try_for_each(|f| writer.write_image_data(f.as_raw()))?;
        writer.finish()
    };
    write().map_err(|e| e.to_string())
}
