//! Shapes, inks and numbers as SVG writes them.

use std::fmt::Write as _;

use crate::color::Color;
use crate::paint::vector::{Lines, Matrix, Point};
use crate::scene::{Cap, Join};
use crate::text::{Curve, Face};

/// A glyph's outline in ems.
pub(super) fn outline(face: &Face, id: u32) -> String {
    let mut d = String::new();
    let at = |p: &[f64; 2]| format!("{} {}", fine(p[0]), fine(p[1]));
    for (start, curves) in &face.outline(id).contours {
        let _ = write!(d, "M{}", at(start));
        for curve in curves {
            let _ = match curve {
                Curve::Line(end) => write!(d, "L{}", at(end)),
                Curve::Quadratic(c, end) => write!(d, "Q{} {}", at(c), at(end)),
                Curve::Cubic(a, b, end) => write!(d, "C{} {} {}", at(a), at(b), at(end)),
            };
        }
        d.push('Z');
    }
    d
}

pub(super) fn stroke(lines: &Lines, out: &mut String) {
    let cap = match lines.cap {
        Cap::Butt => "",
        Cap::Round => " stroke-linecap=\"round\"",
        Cap::Square => " stroke-linecap=\"square\"",
    };
    let join = match lines.join {
        Join::Miter { limit } => format!(" stroke-miterlimit=\"{}\"", number(limit.max(1.0))),
        Join::Bevel => " stroke-linejoin=\"bevel\"".to_string(),
        Join::Round { .. } => " stroke-linejoin=\"round\"".to_string(),
    };
    let look = format!(
        "fill=\"none\"{} stroke-width=\"{}\"{cap}{join}",
        ink("stroke", &lines.color),
        number(lines.width)
    );
    if lines.dashes.is_empty() {
        let d: String =
            lines.lines.iter().map(|(points, closed, _)| path(points, *closed)).collect();
        let _ = writeln!(out, "<path d=\"{d}\" {look}/>");
        return;
    }
    let dashes = lines.dashes.iter().map(|d| number(*d)).collect::<Vec<_>>().join(" ");
    for (points, closed, along) in &lines.lines {
        let offset = if *along > 0.0 {
            format!(" stroke-dashoffset=\"{}\"", number(*along))
        } else {
            String::new()
        };
        let _ = writeln!(
            out,
            "<path d=\"{}\" {look} stroke-dasharray=\"{dashes}\"{offset}/>",
            path(points, *closed)
        );
    }
}

pub(super) fn path(points: &[Point], closed: bool) -> String {
    let mut d = String::with_capacity(points.len() * 12);
    for (i, [x, y]) in points.iter().enumerate() {
        let _ = write!(d, "{}{} {}", if i == 0 { 'M' } else { 'L' }, number(*x), number(*y));
    }
    if closed {
        d.push('Z');
    }
    d
}

pub(super) fn circle(center: &Point, radius: f64) -> String {
    format!("cx=\"{}\" cy=\"{}\" r=\"{}\"", number(center[0]), number(center[1]), number(radius))
}

pub(super) fn transform(matrix: &Matrix) -> String {
    format!("matrix({})", matrix.iter().map(|v| fine(*v)).collect::<Vec<_>>().join(" "))
}

/// A colour as an attribute, and its opacity.
pub(super) fn ink(attribute: &str, color: &Color) -> String {
    let byte = |v: f64| (v.clamp(0.0, 1.0) * 255.0).round() as u8;
    let hex = format!("#{:02x}{:02x}{:02x}", byte(color.r), byte(color.g), byte(color.b));
    match color.a < 1.0 {
        true => format!(" {attribute}=\"{hex}\" {attribute}-opacity=\"{}\"", fine(color.a)),
        false => format!(" {attribute}=\"{hex}\""),
    }
}

/// To 1/100, without zeros at the end.
pub(super) fn number(v: f64) -> String {
    shortened(v, 2)
}

/// To 1/10000.
pub(super) fn fine(v: f64) -> String {
    shortened(v, 4)
}

pub(super) fn shortened(v: f64, digits: usize) -> String {
    let text = format!("{v:.digits$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-0" { "0".to_string() } else { text.to_string() }
}

pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML 1.0 has no place for other control characters.
            c if c.is_control() && !matches!(c, '\n' | '\t')
                || matches!(c, '\u{fffe}' | '\u{ffff}') =>
            {
                out.push(' ')
            }
            c => out.push(c),
        }
    }
    out
}
