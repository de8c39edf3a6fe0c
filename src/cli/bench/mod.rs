//! `contactline bench`

mod over_http;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clap::Args;

use over_http::{Connection, Template};

use super::terminal::tell;
use super::{DataArgs, Failure, load};
use crate::atlas::{Frame, Map, Size, State};
use crate::geo::TileId;
use crate::sheet::{Output, Picture, PictureError, Stage};

/// Measure how fast tiles are drawn, stage by stage, or served: per zoom band
#[derive(Args)]
#[command(
    after_help = "Example:\n  contactline bench --tiles tiles.txt --style streets.json --threads \
        2\n  contactline bench --tiles tiles.txt --url \
        http://127.0.0.1:8080/styles/streets/{z}/{x}/{y}.png\n\nEvery tile is drawn once in each pass, after the first 20 of them to warm up, and its \
        figure is the median of the passes. Each thread draws its own share. Times are \
        milliseconds: compose is fetching, labels and styling; kB is the mean size of the PNGs. \
        Of a server, whichever it is, each thread asks over one connection, and a time is that from \
        the request to the answer's last byte; it is cold only while the server keeps no answers. \
        The numbers of one machine say nothing of another's: compare what ran in turns on the \
        same one."
)]
pub(super) struct Bench {
    #[command(flatten)]
    data: DataArgs,
    /// The tiles, one a line: zoom, column and row, divided by spaces, commas or slashes
    #[arg(long, value_name = "FILE")]
    tiles: PathBuf,
    /// The style to draw: the id of one in the binary, or a file
    #[arg(long, default_value = "conflict")]
    style: String,
    /// Ask a server for its tiles instead: where they are, with {z}, {x} and {y}
    #[arg(long, value_name = "TEMPLATE", conflicts_with_all = ["style", "size", "ratio", "data"])]
    url: Option<String>,
    /// Threads that draw
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,
    /// Side of a tile, CSS px
    #[arg(long, default_value_t = 256, value_parser = size)]
    size: u32,
    /// Device px per CSS px
    #[arg(long, default_value_t = 1,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(Size::MAX_TILE_RATIO)))]
    ratio: u32,
    /// Draw only every so many-th tile of the file
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    every: u16,
    /// How often each tile is drawn
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=1000))]
    passes: u16,
    /// Write the tiles there, as {z}/{x}/{y}.png
    #[arg(long, value_name = "FOLDER")]
    save: Option<PathBuf>,
}

fn size(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(size @ (256 | 512)) => Ok(size),
        _ => Err("tiles are 256 or 512 px".to_string()),
    }
}

/// What is measured.
enum Measured {
    Map(Box<Loaded>),
    Server(Template),
}

struct Loaded {
    map: Map,
    style: String,
    state: State,
}

/// What one drawing of a tile took.
#[derive(Debug, Clone, Copy, Default)]
struct Drawing {
    compose: Duration,
    paint: Duration,
    encode: Duration,
    /// Of a server: all of it.
    answer: Duration,
    bytes: usize,
}

impl Drawing {
    fn whole(&self) -> Duration {
        self.compose + self.paint + self.encode + self.answer
    }
}

/// Zooms that are shown together, first and last.
const BAND: u8 = 2;
/// Tiles that are drawn before anything is measured.
const WARMING: usize = 20;

impl Bench {
    pub(super) fn run(self) -> Result<(), Failure> {
        let tiles = tiles_of(&self.tiles, usize::from(self.every))?;
        let began = Instant::now();
        let measured = match &self.url {
            Some(template) => Measured::Server(Template::new(template)?),
            None => Measured::Map(Box::new(self.load()?)),
        };
        let loading = began.elapsed();
        let began = Instant::now();
        let mut first = self.drawer(&measured)?;
        for tile in tiles.iter().take(WARMING) {
            first(*tile)?;
        }
        let warming = began.elapsed();
        let mut drawings: Vec<Vec<Drawing>> = vec![Vec::new(); tiles.len()];
        let mut rates = Vec::new();
        for _ in 0..self.passes {
            let began = Instant::now();
            let pass = self.pass(&measured, &tiles)?;
            rates.push(tiles.len() as f64 / began.elapsed().as_secs_f64());
            drawings.iter_mut().zip(pass).for_each(|(all, one)| all.push(one));
        }
        if let Some(folder) = &self.save {
            self.write(folder, &mut first, &tiles)?;
        }
        let middle = |all: &Vec<Drawing>| {
            let mut all = all.clone();
            all.sort_by_key(Drawing::whole);
            all.get(all.len() / 2).copied().unwrap_or_default()
        };
        let figures: Vec<(TileId, Drawing)> =
            tiles.iter().copied().zip(drawings.iter().map(middle)).collect();
        rates.sort_by(f64::total_cmp);
        let loading = self.url.is_none().then_some(loading);
        print_table(&figures, &rates, loading, warming, self.threads);
        Ok(())
    }

    fn load(&self) -> Result<Loaded, Failure> {
        let path = Path::new(&self.style);
        let is_file = path.is_file();
        let styles = if is_file { vec![path.to_path_buf()] } else { Vec::new() };
        let map = load(&self.data.clone().options(styles))?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let style = if is_file { stem } else { self.style.clone() };
        let styled = map.style(&style);
        let styled = styled.ok_or_else(|| Failure::usage(PictureError::Style(style.clone())))?;
        let state = styled.state(std::iter::empty()).map_err(Failure::new)?;
        Ok(Loaded { map, style, state })
    }

    /// What a thread draws tiles with, or asks for them.
    fn drawer<'a>(&'a self, measured: &'a Measured) -> Result<Drawer<'a>, Failure> {
        Ok(match measured {
            Measured::Map(loaded) => Box::new(|tile| self.draw(loaded, tile).map_err(Failure::new)),
            Measured::Server(template) => {
                let mut connection = Connection::open(template)?;
                Box::new(move |tile| {
                    let (answer, bytes) = connection.ask(template, tile)?;
                    let drawing = Drawing { answer, bytes: bytes.len(), ..Drawing::default() };
                    Ok((drawing, bytes.into()))
                })
            }
        })
    }

    fn draw(&self, loaded: &Loaded, tile: TileId) -> Result<(Drawing, Vec<u8>), PictureError> {
        let frame = Frame::tile(tile, self.size, self.ratio);
        let Loaded { map, style, state } = loaded;
        let picture = Picture::plain(style.clone(), state.clone(), frame, Output::PNG);
        let mut drawing = Drawing::default();
        let mut began = Instant::now();
        let bytes = map.png_in_stages(&picture, |stage| {
            let took = began.elapsed();
            match stage {
                Stage::Composed => drawing.compose = took,
                Stage::Painted => drawing.paint = took,
                Stage::Encoded => drawing.encode = took,
            }
            began = Instant::now();
        })?;
        drawing.bytes = bytes.len();
        Ok((drawing, bytes))
    }

    /// Draws every tile once, each thread the next that nobody has.
    fn pass(&self, measured: &Measured, tiles: &[TileId]) -> Result<Vec<Drawing>, Failure> {
        let next = AtomicUsize::new(0);
        let share = || {
            let mut own = Vec::new();
            let mut draw = self.drawer(measured)?;
            loop {
                let i = next.fetch_add(1, Ordering::Relaxed);
                let Some(tile) = tiles.get(i) else { return Ok(own) };
                own.push((i, draw(*tile)?.0));
            }
        };
        let shares: Vec<Result<Vec<(usize, Drawing)>, Failure>> = std::thread::scope(|scope| {
            let workers: Vec<_> = (1..self.threads).map(|_| scope.spawn(share)).collect();
            let own = share();
            let others = workers.into_iter().filter_map(|worker| worker.join().ok());
            std::iter::once(own).chain(others).collect()
        });
        let mut drawings = vec![Drawing::default(); tiles.len()];
        for share in shares {
            share?.into_iter().for_each(|(i, drawing)| drawings[i] = drawing);
        }
        Ok(drawings)
    }

    fn write(&self, folder: &Path, draw: &mut Drawer, tiles: &[TileId]) -> Result<(), Failure> {
        for tile in tiles {
            let column = folder.join(format!("{}/{}", tile.z(), tile.x()));
            let file = column.join(format!("{}.png", tile.y()));
            let failed = |e: std::io::Error| Failure::new(format!("{}: {e}", file.display()));
            std::fs::create_dir_all(&column).map_err(failed)?;
            std::fs::write(&file, draw(*tile)?.1).map_err(failed)?;
        }
        tell(format_args!("{} tiles written to {}", tiles.len(), folder.display()));
        Ok(())
    }
}

/// Draws a tile, or asks for it.
type Drawer<'a> = Box<dyn FnMut(TileId) -> Result<(Drawing, Vec<u8>), Failure> + 'a>;

/// The tiles of a file.
fn tiles_of(file: &Path, every: usize) -> Result<Vec<TileId>, Failure> {
    let refused = |e: String| Failure::usage(format!("{}: {e}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|e| refused(e.to_string()))?;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let tile = |(number, line): (usize, &str)| {
        let wrong = |e: String| refused(format!("line {number}: {e}"));
        let words = line.split(|c: char| c.is_whitespace() || c == ',' || c == '/');
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let numbers: Result<Vec<u32>, _> = words.iter().map(|word| word.parse()).collect();
        match numbers.as_deref() {
            Ok([z, x, y]) => TileId::new(*z, *x, *y).map_err(|e| wrong(e.to_string())),
            _ => Err(wrong("expected a tile's zoom, column and row, such as '9 322 194'".into())),
        }
    };
    let tiles: Vec<TileId> = lines.map(tile).collect::<Result<_, _>>()?;
    let some: Vec<TileId> = tiles.into_iter().step_by(every).collect();
    if some.is_empty() { Err(refused("there is no tile in it".into())) } else { Ok(some) }
}

fn print_table(
    figures: &[(TileId, Drawing)],
    rates: &[f64],
    loading: Option<Duration>,
    warming: Duration,
    threads: u16,
) {
    let (least, most) = (rates.first(), rates.last());
    println!(
        "{:.1} tiles/s ({:.1}..{:.1}) with {threads} thread{}{}; the first {WARMING} tiles took \
         {:.0} ms{}",
        rates.get(rates.len() / 2).copied().unwrap_or_default(),
        least.copied().unwrap_or_default(),
        most.copied().unwrap_or_default(),
        if threads == 1 { "" } else { "s" },
        loading.map_or(String::new(), |took| format!("; loaded in {:.2} s", took.as_secs_f64())),
        ms(warming),
        // A server's memory is its own.
        peak_memory()
            .filter(|_| loading.is_some())
            .map_or(String::new(), |mb| format!("; {mb} MB at the most")),
    );
    println!("| zoom | n | p50 ms | p95 | p99 | mean | compose | paint | encode | kB |");
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let mut bands: BTreeMap<u8, Vec<Drawing>> = BTreeMap::new();
    for (tile, drawing) in figures {
        bands.entry(tile.z().div_ceil(BAND)).or_default().push(*drawing);
    }
    for (band, drawings) in &bands {
        let last = band * BAND;
        print_row(&format!("z{}-{last}", last.saturating_sub(BAND - 1)), drawings);
    }
    print_row("all", &figures.iter().map(|(_, drawing)| *drawing).collect::<Vec<_>>());
}

fn print_row(name: &str, drawings: &[Drawing]) {
    let mut whole: Vec<f64> = drawings.iter().map(|d| ms(d.whole())).collect();
    whole.sort_by(f64::total_cmp);
    let share = |percent: usize| {
        let at = (whole.len() * percent).div_ceil(100).max(1) - 1;
        whole.get(at).copied().unwrap_or_default()
    };
    let count = drawings.len() as f64;
    let mean = |of: fn(&Drawing) -> f64| drawings.iter().map(of).sum::<f64>() / count;
    println!(
        "| {name} | {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.1} |",
        drawings.len(),
        share(50),
        share(95),
        share(99),
        mean(|d| ms(d.whole())),
        mean(|d| ms(d.compose)),
        mean(|d| ms(d.paint)),
        mean(|d| ms(d.encode)),
        mean(|d| d.bytes as f64 / 1e3),
    );
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// The most memory that this process has had, MB, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kb| kb / 1024)
}
