//! The command line: one file per subcommand. Exit codes: 0 done, 1 it failed, 2 it was called
//! wrongly.

mod animate;
mod batch;
mod bench;
mod check;
mod export;
mod picture;
mod query;
mod serve;
mod terminal;
mod written;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use terminal::{report, tell};

use crate::atlas::{self, Map, Options};
use crate::sheet;

#[derive(Parser)]
#[command(
    name = "contactline",
    version,
    about,
    subcommand_required = true,
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(serve::Serve),
    Export(Box<export::Export>),
    Animate(animate::Animate),
    Query(query::Query),
    Check(check::Check),
    Bench(bench::Bench),
}

/// Where the map comes from.
#[derive(Args, Clone)]
struct DataArgs {
    /// A file of GeoJSON or a table of points, or a folder of them; may be repeated. A file of
    /// the same name takes the place of an embedded one
    #[arg(long, value_name = "PATH")]
    data: Vec<PathBuf>,
    /// A font file, or a folder of them, to be preferred to the embedded fonts; may be repeated
    #[arg(long, value_name = "PATH")]
    fonts: Vec<PathBuf>,
    /// A folder that styles may read tiles, data, sprites, glyphs and pictures of, beside their own
    /// and those of --data; may be repeated
    #[arg(long, value_name = "FOLDER")]
    root: Vec<PathBuf>,
    /// An extract of OpenStreetMap to be drawn under the embedded map: a PMTiles or MBTiles archive
    /// in the OpenMapTiles, Protomaps or Shortbread schema
    #[arg(long, value_name = "FILE")]
    base: Option<PathBuf>,
    /// Draw characters that no font has as the font's .notdef box; they are left out otherwise,
    /// with a warning
    #[arg(long)]
    notdef: bool,
}

impl DataArgs {
    fn options(self, styles: Vec<PathBuf>) -> Options {
        let Self { data, fonts, root: roots, base, notdef: draw_missing_glyphs } = self;
        Options { data, styles, fonts, roots, base, draw_missing_glyphs, strict: false }
    }
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            // Help and version are no errors. A closed pipe is nothing to report.
            let _ = e.print();
            return ExitCode::from(if e.use_stderr() { 2 } else { 0 });
        }
    };
    let level = if matches!(cli.command, Command::Serve(_)) { "info" } else { "warn" };
    terminal::start_log(level);
    let outcome = match cli.command {
        Command::Serve(serve) => serve.run(),
        Command::Export(export) => export.run(),
        Command::Animate(animate) => animate.run(),
        Command::Query(query) => query.run(),
        Command::Check(check) => check.run(),
        Command::Bench(bench) => bench.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { usage, message }) => {
            if !message.is_empty() {
                tell(format_args!("error: {message}"));
            }
            ExitCode::from(if usage { 2 } else { 1 })
        }
    }
}

/// Why a subcommand failed.
struct Failure {
    /// Whether it was called wrongly.
    usage: bool,
    /// Empty where everything has been said.
    message: String,
}

impl Failure {
    fn new(message: impl ToString) -> Self {
        Self { usage: false, message: message.to_string() }
    }

    fn usage(message: impl ToString) -> Self {
        Self { usage: true, message: message.to_string() }
    }
}

impl From<sheet::PictureError> for Failure {
    fn from(error: sheet::PictureError) -> Self {
        Self::new(error)
    }
}

/// Loads a map and reports every problem on standard error.
fn load(options: &Options) -> Result<Map, Failure> {
    let loaded = atlas::load(options);
    loaded.diagnostics.iter().for_each(report);
    loaded.value.ok_or_else(|| Failure::new("nothing could be loaded"))
}

/// A bar of work that is under way, where someone looks at it.
fn progress(steps: u64) -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::new(steps);
    if let Ok(style) = indicatif::ProgressStyle::with_template("{bar:30} {pos}/{len} {eta} {msg}") {
        bar.set_style(style);
    }
    bar
}
