//! Where a map of OGC API - Maps is, and of how many px (OGC 20-058, 8 and 9).

use geo::geometry::Coord as PlainCoord;

use crate::atlas::StyledMap;
use crate::geo::{Crs, numbers};
use crate::http::Problem;
use crate::http::ogc::parameters;
use crate::http::request::{Params, short};

type Coord = PlainCoord<f64>;

/// The longer side of a map where no size is said, px.
const SIDE_PX: u32 = 1_024;
/// A pixel where nothing is said of it, mm.
const PIXEL_MM: f64 = 0.28;
/// The largest side of a map, px.
const MOST_PX: usize = 16_384;

/// Where a map is, and of how many px.
pub struct Place {
    pub crs: Crs,
    /// In the system's own coordinates, eastings or longitudes first.
    pub bounds: [f64; 4],
    pub size_px: (u32, u32),
}

impl Place {
    /// # Errors
    /// Where it is said twice, or is no place.
    pub fn take(params: &mut Params, styled: &StyledMap) -> Result<Self, Problem> {
        let crs_of = |params: &mut Params, name: &str| {
            params.take(name).map(|text| parameters::crs(name, &text)).transpose()
        };
        let crs = crs_of(params, "crs")?.unwrap_or(Crs::Crs84);
        let bbox_crs = crs_of(params, "bbox-crs")?.unwrap_or(Crs::Crs84);
        let subset_crs = crs_of(params, "subset-crs")?.unwrap_or(Crs::Crs84);
        let center_crs = crs_of(params, "center-crs")?.unwrap_or(Crs::Crs84);
        let bbox = params.take("bbox").map(|text| bbox(&text, bbox_crs)).transpose()?;
        let subset = params.take("subset").map(|text| subset(&text, subset_crs)).transpose()?;
        let given = match (bbox, subset) {
            (Some(_), Some(_)) => {
                return Err(Problem::bad_request("the box is said twice: by bbox and by subset"));
            }
            (Some(bbox), None) => Some((bbox, bbox_crs)),
            (None, subset) => subset.map(|bbox| (bbox, subset_crs)),
        };
        let center = params.take("center").map(|text| center(&text, center_crs)).transpose()?;
        let width = params.take_count("width", 1..=MOST_PX)?.map(|px| px as u32);
        let height = params.take_count("height", 1..=MOST_PX)?.map(|px| px as u32);
        let pixel_mm = number(params, "mm-per-pixel")?.unwrap_or(PIXEL_MM);
        let scale = number(params, "scale-denominator")?;
        if let Some(center) = center {
            if given.is_some() {
                return Err(Problem::bad_request(
                    "the place is said twice: by a box and by center",
                ));
            }
            let scale = scale.ok_or_else(|| {
                Problem::bad_request("a center needs scale-denominator, or give a bbox")
            })?;
            let size_px = (width.unwrap_or(SIDE_PX), height.unwrap_or(SIDE_PX));
            let bounds = around(center, crs, scale * pixel_mm / 1e3, size_px)?;
            return Ok(Self { crs, bounds, size_px });
        }
        let bounds = match given {
            Some((bounds, own)) if own == crs || (own.is_in_degrees() && crs.is_in_degrees()) => {
                bounds
            }
            Some((bounds, own)) => {
                moved(bounds, own, crs).ok_or_else(|| out_of_range("bbox", crs))?
            }
            None => {
                let world = [-180.0, -85.0511, 180.0, 85.0511];
                let frame = styled.frame().map_or(world, |frame| {
                    let ((west, north), (east, south)) =
                        (frame.min.to_degrees(), frame.max.to_degrees());
                    [west, south, east, north]
                });
                moved(frame, Crs::Crs84, crs).ok_or_else(|| out_of_range("crs", crs))?
            }
        };
        let [west, south, east, north] = bounds;
        if !(west < east && south < north) {
            return Err(out_of_range("bbox", crs));
        }
        let (wide, high) = (east - west, north - south);
        let size_px = match (width, height, scale) {
            (Some(width), Some(height), None) => (width, height),
            (_, _, None) => sides(wide / high, width, height)?,
            (None, None, Some(scale)) => {
                let unit_m = metres_of(crs);
                let px = |length: f64| length * unit_m / (scale * pixel_mm / 1e3);
                (rounded(px(wide))?, rounded(px(high))?)
            }
            (_, _, Some(_)) => {
                return Err(Problem::bad_request(
                    "of a box either width and height or scale-denominator can be said",
                ));
            }
        };
        Ok(Self { crs, bounds, size_px })
    }
}

/// How large a map of a proportion is, if one of its sides is said or none.
fn sides(proportion: f64, width: Option<u32>, height: Option<u32>) -> Result<(u32, u32), Problem> {
    let long = f64::from(SIDE_PX);
    Ok(match (width, height) {
        (Some(width), _) => (width, rounded(f64::from(width) / proportion)?),
        (None, Some(height)) => (rounded(f64::from(height) * proportion)?, height),
        (None, None) if proportion > 1.0 => (SIDE_PX, rounded(long / proportion)?),
        (None, None) => (rounded(long * proportion)?, SIDE_PX),
    })
}

fn rounded(px: f64) -> Result<u32, Problem> {
    let whole = px.round().max(1.0);
    (whole <= MOST_PX as f64).then_some(whole as u32).ok_or_else(|| {
        Problem::bad_request(format!("the map has a side of {whole} px; at most {MOST_PX}"))
    })
}

/// Metres that a unit of a system is; of degrees those on the equator, by convention.
fn metres_of(crs: Crs) -> f64 {
    if crs.is_in_degrees() { Crs::WEB_MERCATOR_SIDE_M / 360.0 } else { 1.0 }
}

/// The box around a place, of so many px of so many metres of the system.
fn around(
    center: [f64; 2],
    crs: Crs,
    pixel_m: f64,
    (width, height): (u32, u32),
) -> Result<[f64; 4], Problem> {
    let degrees = Coord { x: center[0], y: center[1] };
    let at = crs.from_degrees(degrees).ok_or_else(|| out_of_range("center", crs))?;
    let Coord { x, y } = turned(crs, at);
    let half = |px: u32| f64::from(px) * pixel_m / metres_of(crs) / 2.0;
    Ok([x - half(width), y - half(height), x + half(width), y + half(height)])
}

/// A position with its easting or longitude first, or with its own order again.
fn turned(crs: Crs, c: Coord) -> Coord {
    match crs {
        Crs::Epsg4326 => Coord { x: c.y, y: c.x },
        _ => c,
    }
}

/// Both corners of a box in a system's own order, as eastings or longitudes first.
fn bbox(text: &str, crs: Crs) -> Result<[f64; 4], Problem> {
    let [a, b, c, d] = parameters::corners(text)?;
    Ok(if crs == Crs::Epsg4326 { [b, a, d, c] } else { [a, b, c, d] })
}

/// Two numbers in a system's own order, as longitude and latitude in degrees.
fn center(text: &str, crs: Crs) -> Result<[f64; 2], Problem> {
    let [x, y] = numbers::<2>(text)?;
    let at = crs.to_degrees(Coord { x, y }).ok_or_else(|| out_of_range("center", crs))?;
    Ok([at.x, at.y])
}

/// `Lat(39:41),Lon(45:48)`: the ends along both axes, by the names of a system's axes.
fn subset(text: &str, crs: Crs) -> Result<[f64; 4], Problem> {
    let names: [[&str; 2]; 2] = match crs.is_in_degrees() {
        true => [["lon", "long"], ["lat", "lat"]],
        false => [["e", "x"], ["n", "y"]],
    };
    let wrong = || {
        let [[x, _], [y, _]] = names;
        Problem::bad_request(format!(
            "'{}' is no value for subset: {x}(low:high),{y}(low:high)",
            short(text)
        ))
    };
    let mut ends: [Option<[f64; 2]>; 2] = [None; 2];
    for part in text.split(',') {
        let (name, span) =
            part.trim().strip_suffix(')').and_then(|p| p.split_once('(')).ok_or_else(wrong)?;
        let axis = names.iter().position(|own| own.contains(&name.to_lowercase().as_str()));
        let end = |end: &str| end.trim().parse::<f64>().ok().filter(|v| v.is_finite());
        let both = span.split_once(':').and_then(|(low, high)| Some([end(low)?, end(high)?]));
        let (axis, both) = axis.zip(both).ok_or_else(wrong)?;
        if ends[axis].replace(both).is_some() {
            return Err(wrong());
        }
    }
    match ends {
        [Some([west, east]), Some([south, north])] => Ok([west, south, east, north]),
        _ => Err(wrong()),
    }
}

fn number(params: &mut Params, name: &str) -> Result<Option<f64>, Problem> {
    let Some(text) = params.take(name) else { return Ok(None) };
    match text.parse::<f64>() {
        Ok(n) if n.is_finite() && n > 0.0 => Ok(Some(n)),
        _ => Err(Problem::bad_request(format!(
            "'{}' is no value for {name}: a number above 0",
            short(&text)
        ))),
    }
}

/// A box of one system as the box around it in another, both eastings or longitudes first.
fn moved(bounds: [f64; 4], from: Crs, to: Crs) -> Option<[f64; 4]> {
    const STEPS: u32 = 32;
    let [west, south, east, north] = bounds;
    let at = |x: f64, y: f64| {
        let degrees = from.to_degrees(turned(from, Coord { x, y }))?;
        let [w, s, e, n] = to.extent();
        if !((w..=e).contains(&degrees.x) && (s..=n).contains(&degrees.y)) {
            return None;
        }
        Some(turned(to, to.from_degrees(degrees)?))
    };
    let mut all: Option<[f64; 4]> = None;
    for step in 0..=STEPS {
        let share = f64::from(step) / f64::from(STEPS);
        let (x, y) = (west + (east - west) * share, south + (north - south) * share);
        for at in [at(x, south)?, at(x, north)?, at(west, y)?, at(east, y)?] {
            let [w, s, e, n] = all.unwrap_or([at.x, at.y, at.x, at.y]);
            all = Some([w.min(at.x), s.min(at.y), e.max(at.x), n.max(at.y)]);
        }
    }
    all
}

fn out_of_range(parameter: &str, crs: Crs) -> Problem {
    Problem::bad_request(format!(
        "{parameter}: there is no such box in {}: its lower before its upper coordinates, within \
         its range (over the antimeridian it is two maps)",
        crs.uri()
    ))
}
