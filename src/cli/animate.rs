//! `contactline animate`

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use clap::Args;

use super::terminal::{print, tell};
use super::{DataArgs, Failure, load, progress, written};
use crate::feature::Date;
use crate::geo::Effort;
use crate::sheet::{Finished, Spec};

/// Draw a map day by day into an animation: GIF, WebP, APNG or MP4, with the date in each frame
#[derive(Args)]
#[command(after_help = "Example:\n  contactline animate --spec map.json --from 2020-09-01 --to \
        2020-12-05 --events -o war.gif")]
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
    /// One frame every N days
    #[arg(
        long,
        value_name = "DAYS",
        conflicts_with = "events",
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    step: Option<u32>,
    /// One frame for each day on which the map changes
    #[arg(long)]
    events: bool,
    /// Seconds per frame
    #[arg(long, default_value_t = 1.0, value_name = "S")]
    seconds: f64,
    /// The file to write: .gif, .webp, .png or, where ffmpeg is installed, .mp4
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Animate {
    pub(super) fn run(self) -> Result<(), Failure> {
        let extension =
            self.output.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let is_mp4 = extension == "mp4";
        if !["gif", "png", "webp", "mp4"].contains(&extension.as_str()) {
            let file = self.output.display();
            return Err(Failure::usage(format!(
                "{file}: only .gif, .webp, .png and .mp4 can be written"
            )));
        }
        let failed = |e: String| Failure::usage(format!("{}: {e}", self.spec.display()));
        let bytes = std::fs::read(&self.spec).map_err(|e| failed(e.to_string()))?;
        let mut spec = Spec::read(&bytes).map_err(|e| failed(e.to_string()))?;
        spec.state.remove("date");
        spec.format = Some(if is_mp4 { "png".to_string() } else { extension });
        spec.animate = Some(crate::sheet::Animate {
            from: self.from.to_string(),
            to: self.to.to_string(),
            step: self.step,
            seconds: Some(self.seconds),
        });
        let map = load(&self.data.clone().options(Vec::new()))?;
        let picture = spec
            .picture(&map, &self.style, String::new(), &Effort::unbounded())
            .map_err(|e| failed(e.to_string()))?;
        picture.warnings.iter().for_each(|told| tell(format_args!("warning: {told}")));
        let film = picture.film.iter().flat_map(|film| &film.days).count();
        let bar = progress(film as u64);
        let step = |day: Date| {
            bar.set_message(day.to_string());
            bar.inc(1);
        };
        let wrong = |e: String| Failure::new(format!("{}: {e}", self.output.display()));
        let warn = |warnings: Vec<String>| {
            bar.suspend(|| warnings.iter().for_each(|told| tell(format_args!("warning: {told}"))))
        };
        if is_mp4 {
            written::Place::new(&self.output).by_path(|path| {
                let mut video = Video::new(path, self.seconds);
                let warnings = map.frames(
                    &picture,
                    &Effort::unbounded(),
                    |day, pixels| -> Result<(), Failure> {
                        step(day);
                        video
                            .frame(&pixels.on_white(), (pixels.width_px, pixels.height_px))
                            .map_err(wrong)
                    },
                )?;
                warn(warnings);
                video.finish().map_err(wrong)
            })?;
        } else {
            let film =
                map.film(&picture, &Effort::unbounded(), step).map_err(|e| wrong(e.to_string()))?;
            let Finished { bytes, warnings } = film;
            warn(warnings);
            written::write(&self.output, &bytes)?;
        }
        bar.finish_and_clear();
        print(format_args!("{film} frames"))
    }
}

/// An MP4 that ffmpeg writes, begun with its first frame.
struct Video<'a> {
    output: &'a Path,
    seconds: f64,
    ffmpeg: Option<Child>,
}

impl<'a> Video<'a> {
    fn new(output: &'a Path, seconds: f64) -> Self {
        Self { output, seconds, ffmpeg: None }
    }

    /// The next frame: RGB of a size in px.
    fn frame(&mut self, rgb: &[u8], (width, height): (u32, u32)) -> Result<(), String> {
        let ffmpeg = match &mut self.ffmpeg {
            Some(ffmpeg) => ffmpeg,
            None => {
                let mut command = Command::new("ffmpeg");
                command.args(["-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"]);
                command.args([
                    "-s",
                    &format!("{width}x{height}"),
                    "-r",
                    &format!("{}", 1.0 / self.seconds),
                    "-i",
                    "-",
                ]);
                // What players can show: sides of an even number of px, 25 pictures a second or
                // more.
                let rate = format!("{}", 25f64.max(1.0 / self.seconds));
                command.args(["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white", "-r", &rate]);
                command.args(["-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]);
                // By its protocol, so that no name is taken for an option.
                command.arg(format!("file:{}", self.output.display()));
                let started = command.stdin(Stdio::piped()).spawn();
                self.ffmpeg.insert(started.map_err(|e| {
                    format!(
                        "ffmpeg, which writes .mp4, could not be run ({e}): install it, or write \
                         .gif, .webp or .png"
                    )
                })?)
            }
        };
        let pipe = ffmpeg.stdin.as_mut().ok_or("ffmpeg takes no frames")?;
        pipe.write_all(rgb).map_err(|e| format!("ffmpeg: {e}"))
    }

    fn finish(self) -> Result<(), String> {
        let Some(mut ffmpeg) = self.ffmpeg else { return Ok(()) };
        drop(ffmpeg.stdin.take());
        let status = ffmpeg.wait().map_err(|e| e.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("ffmpeg ended with {status}")) }
    }
}
