//! What a picture is called in a path: its size or another stem, its ratio and its format.

use super::Problem;
use super::request::short;
use crate::atlas::{FrameError, Size};
use crate::geo::Limits;
use crate::sheet::Output;

/// `WIDTHxHEIGHT` in CSS px, within what may be drawn.
pub fn size((text, ratio): (&str, u32)) -> Result<Size, Problem> {
    let (width, height) = text.split_once('x').ok_or_else(|| FrameError::Size(short(text)))?;
    let side = |side: &str| side.parse().map_err(|_| FrameError::Size(short(text)));
    Ok(Size::new(side(width)?, side(height)?, ratio, Limits::PICTURE.px)?)
}

/// `WIDTHxHEIGHT[@{1..10}x]`.
pub fn size_with_ratio(text: &str) -> Result<Size, Problem> {
    size(with_ratio(text)?)
}

/// The stem, ratio and format of `stem[@{1..10}x].extension`.
pub fn picture_name<'a>(
    file: &'a str,
    offered: &[&str],
) -> Result<(&'a str, u32, Output), Problem> {
    let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
    let output = Output::of_extension(extension)
        .filter(|_| offered.contains(&extension))
        .ok_or_else(|| {
            Problem::not_found(format!(
                "'{}' is not served; pictures are .{}",
                short(file),
                offered.join(", .")
            ))
        })?;
    let (stem, ratio) = with_ratio(stem)?;
    Ok((stem, ratio, output))
}

/// The stem and ratio of `stem[@{1..10}x]`.
fn with_ratio(stem: &str) -> Result<(&str, u32), Problem> {
    let Some((stem, ratio)) = stem.split_once('@') else { return Ok((stem, 1)) };
    let number =
        ratio.strip_suffix('x').filter(|n| n.starts_with(|c: char| c.is_ascii_digit() && c != '0'));
    let number = number.and_then(|n| n.parse().ok()).filter(|n| (1..=Size::MAX_RATIO).contains(n));
    number.map(|n| (stem, n)).ok_or_else(|| FrameError::Ratio(format!("@{}", short(ratio))).into())
}
