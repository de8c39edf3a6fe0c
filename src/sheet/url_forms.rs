//! What is drawn on top of a map, as URLs write it: our own short forms, those of TileServer GL
//! (`path=lon,lat|lon,lat`, `path=fill:red|enc:...`), and the overlays of Mapbox's static images
//! (`pin-s-a+f00(lon,lat)`, `path-5+f44-0.5(...)`).

use serde_json::Value as Json;

use super::{Marker, Path, SpecError};

/// How lines look where a path does not say so itself.
#[derive(Debug, Clone, Default)]
pub struct PathLook {
    pub stroke: Option<String>,
    pub width: Option<f64>,
    pub fill: Option<String>,
}

/// What a Mapbox overlay draws.
#[derive(Debug, Default)]
pub struct OnTop {
    pub markers: Vec<Marker>,
    pub paths: Vec<Path>,
    pub geojson: Option<Json>,
}

/// Digits after the point of encoded polylines.
const PRECISION: u32 = 5;

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

fn position(text: &str) -> Option<[f64; 2]> {
    let (lon, lat) = text.split_once(',')?;
    Some([lon.trim().parse().ok()?, lat.trim().parse().ok()?])
}

/// Positions of an encoded polyline.
fn decoded(text: &str, pointer: &str) -> Result<Vec<[f64; 2]>, SpecError> {
    let line = polyline::decode_polyline(text, PRECISION).map_err(|e| {
        SpecError::at(pointer, format!("'{}' is no encoded polyline: {e}", short(text)))
    })?;
    Ok(line.coords().map(|c| [c.x, c.y]).collect())
}

impl Path {
    /// The paths of one `path=`: each of positions `lon,lat` with spaces between and `|` between
    /// paths; or one as TileServer GL has it, its positions with `|` between or as `enc:` and an
    /// encoded polyline, `fill:`, `stroke:` and `width:` before them.
    ///
    /// # Errors
    /// Where a position is none.
    pub fn of_url(text: &str, look: &PathLook) -> Result<Vec<Path>, SpecError> {
        let with_look = |path: Path| Path {
            color: path.color.or_else(|| look.stroke.clone()),
            width: path.width.or(look.width),
            fill: path.fill.or_else(|| look.fill.clone()).filter(|f| f != "none"),
            ..path
        };
        let is_option =
            |part: &str| ["enc:", "fill:", "stroke:", "width:"].iter().any(|o| part.starts_with(o));
        let has_bar = text.contains('|');
        let of_points = text.split('|').all(|part| is_option(part) || position(part).is_some());
        if !(text.split('|').any(is_option) || has_bar && of_points) {
            let paths = text.split('|').map(Path::of_text);
            return paths.map(|path| path.map(with_look)).collect();
        }
        let mut path = Path::default();
        let mut rest = text;
        while !rest.is_empty() {
            // An encoded polyline may have bars of its own, and is the last.
            if let Some(encoded) = rest.strip_prefix("enc:") {
                path.points = decoded(encoded, "/paths")?;
                break;
            }
            let (part, after) = rest.split_once('|').unwrap_or((rest, ""));
            match part.split_once(':') {
                Some(("fill", color)) => path.fill = Some(color.to_string()),
                Some(("stroke", color)) => path.color = Some(color.to_string()),
                Some(("width", width)) => {
                    let number = width.parse();
                    path.width = Some(
                        number
                            .map_err(|_| wrong_path(&format!("'{}' is no width", short(width))))?,
                    );
                }
                _ => {
                    let at = position(part);
                    path.points.push(
                        at.ok_or_else(|| wrong_path(&format!("'{}' is no position", short(part))))?,
                    );
                }
            }
            rest = after;
        }
        if path.points.len() < 2 {
            return Err(wrong_path("a path has at least two positions"));
        }
        Ok(vec![with_look(path)])
    }
}

fn wrong_path(what: &str) -> SpecError {
    SpecError::at(
        "/paths",
        format!("{what}: positions lon,lat with spaces or | between, or enc: and a polyline"),
    )
}

impl Marker {
    /// The markers of one `marker=`: `lon,lat` or `lon,lat,label` with `|` between. After a marker
    /// `scale:` makes it smaller or larger, as TileServer GL has it; pictures of one's own for pins
    /// are not drawn.
    ///
    /// # Errors
    /// Where a part is neither.
    pub fn of_url(text: &str) -> Result<Vec<Marker>, SpecError> {
        let mut all: Vec<Marker> = Vec::new();
        for part in text.split('|') {
            match (part.strip_prefix("scale:").and_then(|n| n.parse::<f64>().ok()), all.last_mut())
            {
                (Some(scale), Some(last)) => {
                    let size = if scale < 0.8 { "small" } else { "large" };
                    last.size = (!(0.8..=1.2).contains(&scale)).then(|| size.to_string());
                }
                _ => all.push(Marker::of_text(part)?),
            }
        }
        Ok(all)
    }
}

impl OnTop {
    /// Reads the overlay of a Mapbox URL: parts with commas between.
    ///
    /// # Errors
    /// Where a part is none that is known.
    pub fn of_mapbox(text: &str) -> Result<OnTop, SpecError> {
        let mut on_top = OnTop::default();
        let mut features: Vec<Json> = Vec::new();
        for part in parts(text) {
            let wrong = || {
                SpecError::at(
                    "/overlay",
                    format!(
                        "'{}' is no overlay: pin-s-a+f00(lon,lat), \
                         path-5+f44-0.5+f88-0.3(polyline) or geojson(...)",
                        short(part)
                    ),
                )
            };
            let (head, body) =
                part.strip_suffix(')').and_then(|p| p.split_once('(')).ok_or_else(wrong)?;
            if head == "geojson" {
                let json: Json = serde_json::from_str(body).map_err(|e| {
                    SpecError::at("/overlay", format!("the geojson cannot be read: {e}"))
                })?;
                match json.get("features").and_then(Json::as_array) {
                    Some(all) => features.extend(all.iter().cloned()),
                    None if json["type"] == "Feature" => features.push(json),
                    None => features.push(
                        serde_json::json!({"type": "Feature", "properties": {}, "geometry": json}),
                    ),
                }
            } else if let Some(look) = head.strip_prefix("pin-") {
                let at = position(body).ok_or_else(wrong)?;
                on_top.markers.push(pin(look, at).ok_or_else(wrong)?);
            } else if let Some(look) = head.strip_prefix("path") {
                let points = decoded(body, "/overlay")?;
                on_top.paths.push(Path { points, ..path_look(look).ok_or_else(wrong)? });
            } else {
                return Err(wrong());
            }
        }
        if !features.is_empty() {
            on_top.geojson =
                Some(serde_json::json!({"type": "FeatureCollection", "features": features}));
        }
        Ok(on_top)
    }
}

/// The parts between commas that are outside of brackets and quotes.
fn parts(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut escaped, mut from) = (0, false, false, 0);
    let mut out = Vec::new();
    for (i, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                out.push(&text[from..i]);
                from = i + 1;
            }
            _ => {}
        }
    }
    out.push(&text[from..]);
    out
}

/// `s-label+color`, `l+color`, `s`.
fn pin(look: &str, at: [f64; 2]) -> Option<Marker> {
    let (look, color) = look.split_once('+').map_or((look, None), |(l, c)| (l, Some(c)));
    let (size, label) = look.split_once('-').map_or((look, None), |(s, l)| (s, Some(l)));
    let size = match size {
        "s" => "small",
        "m" => "medium",
        "l" => "large",
        _ => return None,
    };
    // Letters and numbers; the names of icons, of which there are none, are left out and told.
    let is_icon = |label: &&str| label.chars().count() > 2;
    let symbol = label.filter(|l| !is_icon(l)).map(str::to_uppercase);
    let icon = label.filter(is_icon).map(str::to_string);
    Some(Marker {
        at,
        symbol,
        color: color.map(hex),
        size: Some(size.to_string()),
        label: None,
        icon,
    })
}

/// `-width+color-opacity+fill-opacity`, each perhaps missing from the end.
fn path_look(look: &str) -> Option<Path> {
    let mut path = Path::default();
    let mut parts = look.split('+');
    if let Some(width) = parts.next().and_then(|w| w.strip_prefix('-')) {
        path.width = Some(width.parse().ok()?);
    }
    let mut color = || -> Option<Option<(String, Option<f64>)>> {
        let Some(text) = parts.next() else { return Some(None) };
        let (color, opacity) = text.split_once('-').map_or((text, None), |(c, o)| (c, Some(o)));
        Some(Some((hex(color), opacity.map(str::parse).transpose().ok()?)))
    };
    if let Some((stroke, opacity)) = color()? {
        (path.color, path.opacity) = (Some(stroke), opacity);
    }
    if let Some((fill, opacity)) = color()? {
        (path.fill, path.fill_opacity) = (Some(fill), opacity);
    }
    Some(path)
}

/// A colour of hexadecimal digits as CSS writes it.
fn hex(digits: &str) -> String {
    format!("#{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_in_each_form() {
        let read = |text: &str| Path::of_url(text, &PathLook::default());
        assert_eq!(read("46,39 47,40|45,38 46,38").unwrap().len(), 2);
        let one = &read("5.9,45.8|5.9,47.8|10.5,47.8").unwrap()[0];
        assert_eq!(one.points, [[5.9, 45.8], [5.9, 47.8], [10.5, 47.8]]);
        let one = &read("fill:red|width:4|stroke:#00f|5.9,45.8|5.9,47.8|10.5,47.8").unwrap()[0];
        assert_eq!(
            (one.fill.as_deref(), one.width, one.color.as_deref()),
            (Some("red"), Some(4.0), Some("#00f"))
        );
        // The example of Google's description of the format, whose text has a bar in it.
        let one = &read("enc:_p~iF~ps|U_ulLnnqC_mqNvxq`@").unwrap()[0];
        assert_eq!(one.points, [[-120.2, 38.5], [-120.95, 40.7], [-126.453, 43.252]]);
        assert!(
            read("5,45|6").is_err()
                && read("enc:\u{1}").is_err()
                && read("width:x|1,2|3,4").is_err()
        );
        let look =
            PathLook { stroke: Some("green".into()), width: Some(2.0), fill: Some("none".into()) };
        let one = &Path::of_url("1,2|3,4", &look).unwrap()[0];
        assert_eq!(
            (one.color.as_deref(), one.width, one.fill.as_deref()),
            (Some("green"), Some(2.0), None)
        );
    }

    #[test]
    fn markers_are_read_with_their_scale() {
        let all = Marker::of_url("46,39,Here, now|47,40|scale:0.5").unwrap();
        assert_eq!(
            (all[0].label.as_deref(), all[1].size.as_deref()),
            (Some("Here, now"), Some("small"))
        );
        assert!(Marker::of_url("46,39|pin.png").is_err());
    }

    #[test]
    fn mapbox_overlays_are_read() {
        let text = "pin-s-a+9ed4bd(-122.46589,37.77343),pin-l(1,2),path-5+f44-0.5+88f-0.25(_p~iF~ps|U_ulLnnqC),\
                    geojson({\"type\":\"Point\",\"coordinates\":[1,2],\"note\":\"a),b\"})";
        let read = OnTop::of_mapbox(text).unwrap();
        let [first, second] = read.markers.as_slice() else { panic!() };
        assert_eq!((first.symbol.as_deref(), first.color.as_deref()), (Some("A"), Some("#9ed4bd")));
        assert_eq!((second.size.as_deref(), second.at), (Some("large"), [1.0, 2.0]));
        let path = &read.paths[0];
        assert_eq!(
            (path.width, path.opacity, path.fill_opacity),
            (Some(5.0), Some(0.5), Some(0.25))
        );
        assert_eq!(read.geojson.unwrap()["features"].as_array().unwrap().len(), 1);
        for wrong in ["pin-x(1,2)", "url-http(1,2)", "path(\u{1})", "pin-s(1)", "geojson({)", ""] {
            assert!(OnTop::of_mapbox(wrong).is_err(), "{wrong}");
        }
    }
}
