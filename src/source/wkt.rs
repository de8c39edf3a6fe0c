//! Well-known text (OGC 06-103r4, 7) to GeoJSON geometry, all of its numbers as they are written:
//! what is wrong with them is told where geometry is read.

/// A geometry's keyword with GeoJSON's name for it.
const KINDS: [(&str, &str); 7] = [
    ("POINT", "Point"),
    ("LINESTRING", "LineString"),
    ("POLYGON", "Polygon"),
    ("MULTIPOINT", "MultiPoint"),
    ("MULTILINESTRING", "MultiLineString"),
    ("MULTIPOLYGON", "MultiPolygon"),
    ("GEOMETRYCOLLECTION", "GeometryCollection"),
];

/// Deeper nesting than any that is read.
const MAX_DEPTH: usize = 16;

/// Whether text begins as a geometry does.
pub(super) fn is_geometry(text: &str) -> bool {
    let mut reader = Reader(text);
    reader.system();
    let is_kind = kind(&reader.word()).is_some();
    is_kind
        && (reader.0.trim_start().starts_with('(')
            || matches!(&*reader.word(), "Z" | "M" | "ZM" | "EMPTY"))
}

/// The geometry as GeoJSON text; `None` where it is none, or names another system than longitude
/// and latitude.
pub(super) fn geojson(text: &str) -> Option<String> {
    let mut reader = Reader(text);
    if reader.system().is_some_and(|system| system != "4326") {
        return None;
    }
    let mut out = String::new();
    reader.geometry(&mut out, 0)?;
    reader.0.trim().is_empty().then_some(out)
}

/// Some write the dimensions into the keyword: `POINTZ`.
fn kind(word: &str) -> Option<&'static str> {
    let plain = word.trim_end_matches('M').trim_end_matches('Z');
    KINDS.iter().find(|(keyword, _)| *keyword == plain).map(|(_, kind)| *kind)
}

/// What is left of the text.
struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    /// The number of `SRID=4326;`, which PostGIS writes before.
    fn system(&mut self) -> Option<&'a str> {
        let (system, rest) = self.0.trim_start().strip_prefix("SRID=")?.split_once(';')?;
        self.0 = rest;
        Some(system)
    }

    /// Takes the word that comes next, in capitals.
    fn word(&mut self) -> String {
        let text = self.0.trim_start();
        let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
        self.0 = &text[end..];
        text[..end].to_ascii_uppercase()
    }

    fn sign(&mut self, sign: char) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(sign)?;
        Some(())
    }

    fn geometry(&mut self, out: &mut String, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        let kind = kind(&self.word())?;
        let is_collection = kind == "GeometryCollection";
        let begin = out.len();
        let key = if is_collection { "geometries" } else { "coordinates" };
        out.push_str(&format!("{{\"type\":\"{kind}\",\"{key}\":"));
        let mut next = self.word();
        if matches!(&*next, "Z" | "M" | "ZM") {
            next = self.word();
        }
        match &*next {
            // GeoJSON has no point without a position.
            "EMPTY" if kind == "Point" => {
                out.truncate(begin);
                out.push_str("{\"type\":\"GeometryCollection\",\"geometries\":[]");
            }
            "EMPTY" => out.push_str("[]"),
            "" if is_collection => {
                self.sign('(')?;
                self.listed(out, |reader, out| reader.geometry(out, depth + 1))?;
            }
            "" if kind == "Point" => {
                self.sign('(')?;
                self.position(out)?;
                self.sign(')')?;
            }
            "" => {
                self.sign('(')?;
                self.listed(out, |reader, out| {
                    reader.nested(kind == "MultiPoint", out, depth + 1)
                })?;
            }
            _ => return None,
        }
        out.push('}');
        Some(())
    }

    /// A position, or a list of what stands within parentheses; points of a multipoint may stand in
    /// their own.
    fn nested(&mut self, is_point: bool, out: &mut String, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH || self.sign('(').is_none() {
            return self.position(out);
        }
        if is_point {
            self.position(out)?;
            return self.sign(')');
        }
        self.listed(out, |reader, out| reader.nested(false, out, depth + 1))
    }

    /// What stands between commas, up to a closing parenthesis.
    fn listed(
        &mut self,
        out: &mut String,
        mut one: impl FnMut(&mut Self, &mut String) -> Option<()>,
    ) -> Option<()> {
        out.push('[');
        loop {
            one(self, out)?;
            if self.sign(',').is_none() {
                break;
            }
            out.push(',');
        }
        out.push(']');
        self.sign(')')
    }

    /// Numbers with blanks between.
    fn position(&mut self, out: &mut String) -> Option<()> {
        let text = self.0;
        let end = text.find([',', ')', '(']).unwrap_or(text.len());
        let numbers: Option<Vec<f64>> =
            text[..end].split_whitespace().map(|n| n.parse().ok()).collect();
        let numbers = numbers.filter(|all| all.len() > 1 && all.iter().all(|n| n.is_finite()))?;
        self.0 = &text[end..];
        let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        out.push_str(&format!("[{}]", numbers.join(",")));
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn geometries_are_read() {
        for (text, coordinates) in [
            ("POINT(46 40)", r#"{"type":"Point","coordinates":[46,40]}"#),
            ("SRID=4326; point z ( 46.5 -40 7 )", r#"{"type":"Point","coordinates":[46.5,-40,7]}"#),
            ("POINTZ(1 2 3)", r#"{"type":"Point","coordinates":[1,2,3]}"#),
            ("LINESTRING (1 2, 3 4)", r#"{"type":"LineString","coordinates":[[1,2],[3,4]]}"#),
            (
                "POLYGON((0 0,1 0,1 1,0 0))",
                r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}"#,
            ),
            ("MULTIPOINT((1 2),(3 4))", r#"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#),
            ("MULTIPOINT(1 2,3 4)", r#"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#),
            (
                "MULTIPOLYGON(((0 0,1 0,1 1,0 0)))",
                r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}"#,
            ),
            ("POLYGON EMPTY", r#"{"type":"Polygon","coordinates":[]}"#),
            (
                "GEOMETRYCOLLECTION(POINT(1 2),POINT EMPTY)",
                concat!(
                    r#"{"type":"GeometryCollection","geometries":["#,
                    r#"{"type":"Point","coordinates":[1,2]},"#,
                    r#"{"type":"GeometryCollection","geometries":[]}]}"#
                ),
            ),
        ] {
            assert_eq!(geojson(text).as_deref(), Some(coordinates), "{text}");
            assert!(is_geometry(text), "{text}");
        }
        for text in [
            "",
            "near Shusha",
            "POINT",
            "POINT(1)",
            "POINT(1 2",
            "POINT(1 2) x",
            "SRID=3857;POINT(1 2)",
            "CIRCLE(1 2)",
        ] {
            assert_eq!(geojson(text), None, "{text}");
        }
        assert!(!is_geometry("point of interest"));
    }
}
