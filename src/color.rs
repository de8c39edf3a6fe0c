//! Colours of a style: CSS text in, straight-alpha sRGB in the unit range out, and the three spaces
//! the style specification interpolates in (sRGB, CIE LAB, CIE HCL with a D50 white, as MapLibre
//! does).
//!
//! Values here are never premultiplied; the painter premultiplies once, at the end.

/// An sRGB colour, each channel and alpha in 0..=1, not premultiplied.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Color {
    pub r: f64,
    pub g: f64,
    pub b: f64,
    pub a: f64,
}

/// A pixel of premultiplied RGBA with its colour taken back out of its alpha, each channel rounded
/// to nearest.
pub fn straight(pixel: &[u8]) -> [u8; 4] {
    let alpha = pixel[3];
    let reciprocal = RECIPROCALS[usize::from(alpha)];
    let channel = |c: u8| ((u32::from(c.min(alpha)) * reciprocal + (1 << 15)) >> 16) as u8;
    [channel(pixel[0]), channel(pixel[1]), channel(pixel[2]), alpha]
}

/// 255 divided by each alpha, in 1/65,536, rounded up; 0 for 0.
const RECIPROCALS: [u32; 256] = {
    let mut all = [0; 256];
    let mut alpha = 1;
    while alpha < 256 {
        all[alpha] = (255u32 << 16).div_ceil(alpha as u32);
        alpha += 1;
    }
    all
};

impl Color {
    pub const BLACK: Color = Color::new(0.0, 0.0, 0.0, 1.0);
    pub const TRANSPARENT: Color = Color::new(0.0, 0.0, 0.0, 0.0);

    pub const fn new(r: f64, g: f64, b: f64, a: f64) -> Self {
        Self { r, g, b, a }
    }

    /// Parses a CSS colour; `None` where it is not one. Hex digits need their `#`.
    pub fn parse(css: &str) -> Option<Self> {
        let css = css.trim();
        let named = css.chars().all(|c| c.is_ascii_alphabetic());
        let hex_without_hash = named && css.chars().all(|c| c.is_ascii_hexdigit());
        if hex_without_hash || !(named || css.starts_with('#') || css.contains('(')) {
            return None;
        }
        let c = csscolorparser::parse(css).ok()?;
        Some(Self::new(f64::from(c.r), f64::from(c.g), f64::from(c.b), f64::from(c.a)))
    }

    /// The colour with its alpha multiplied by `opacity` (0..=1).
    pub fn with_opacity(self, opacity: f64) -> Self {
        Self { a: self.a * opacity.clamp(0.0, 1.0), ..self }
    }

    /// Premultiplied RGBA, 0..=255, each channel rounded to nearest and none above alpha.
    pub fn premultiplied_rgba8(self) -> [u8; 4] {
        let byte = |v: f64| (v.clamp(0.0, 1.0) * 255.0).round() as u8;
        let a = byte(self.a);
        let channel = |v: f64| byte(v.clamp(0.0, 1.0) * self.a.clamp(0.0, 1.0)).min(a);
        [channel(self.r), channel(self.g), channel(self.b), a]
    }

    pub fn mix_rgb(self, other: Self, t: f64) -> Self {
        Self::new(
            mix(self.r, other.r, t),
            mix(self.g, other.g, t),
            mix(self.b, other.b, t),
            mix(self.a, other.a, t),
        )
    }

    pub fn mix_lab(self, other: Self, t: f64) -> Self {
        let (p, q) = (self.to_lab(), other.to_lab());
        Self::from_lab(
            [mix(p[0], q[0], t), mix(p[1], q[1], t), mix(p[2], q[2], t)],
            mix(self.a, other.a, t),
        )
    }

    /// Interpolates hue the short way round; a grey end (no hue) takes the other end's hue.
    pub fn mix_hcl(self, other: Self, t: f64) -> Self {
        let (p, q) = (self.to_hcl(), other.to_hcl());
        let hue = match (p[0].is_nan(), q[0].is_nan()) {
            (false, false) => {
                let mut d = q[0] - p[0];
                if d > 180.0 {
                    d -= 360.0;
                } else if d < -180.0 {
                    d += 360.0;
                }
                p[0] + t * d
            }
            (true, false) => q[0],
            (false, true) => p[0],
            (true, true) => f64::NAN,
        };
        let chroma = match (p[0].is_nan(), q[0].is_nan()) {
            (true, false) if p[2] == 1.0 || p[2] == 0.0 => q[1],
            (false, true) if q[2] == 1.0 || q[2] == 0.0 => p[1],
            _ => mix(p[1], q[1], t),
        };
        let light = mix(p[2], q[2], t);
        let (a, b) = if hue.is_nan() {
            (0.0, 0.0)
        } else {
            (hue.to_radians().cos() * chroma, hue.to_radians().sin() * chroma)
        };
        Self::from_lab([light, a, b], mix(self.a, other.a, t))
    }

    /// CIE L*a*b*, D50.
    fn to_lab(self) -> [f64; 3] {
        let (r, g, b) = (to_linear(self.r), to_linear(self.g), to_linear(self.b));
        let y = lab_f((0.2225045 * r + 0.7168786 * g + 0.0606169 * b) / WHITE[1]);
        let (x, z) = if r == g && g == b {
            (y, y)
        } else {
            (
                lab_f((0.4360747 * r + 0.3850649 * g + 0.1430804 * b) / WHITE[0]),
                lab_f((0.0139322 * r + 0.0971045 * g + 0.7141733 * b) / WHITE[2]),
            )
        };
        [(116.0 * y - 16.0).max(0.0), 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn from_lab([l, a, b]: [f64; 3], alpha: f64) -> Self {
        let y = (l + 16.0) / 116.0;
        let (x, z) = (y + a / 500.0, y - b / 200.0);
        let (x, y, z) =
            (WHITE[0] * lab_inverse(x), WHITE[1] * lab_inverse(y), WHITE[2] * lab_inverse(z));
        let unit = |v: f64| to_gamma(v).clamp(0.0, 1.0);
        Self::new(
            unit(3.1338561 * x - 1.6168667 * y - 0.4906146 * z),
            unit(-0.9787684 * x + 1.9161415 * y + 0.0334540 * z),
            unit(0.0719453 * x - 0.2289914 * y + 1.4052427 * z),
            alpha,
        )
    }

    /// Hue in degrees (NaN for greys), chroma, lightness.
    fn to_hcl(self) -> [f64; 3] {
        let [l, a, b] = self.to_lab();
        let chroma = a.hypot(b);
        let hue = if (chroma * 10_000.0).round() == 0.0 {
            f64::NAN
        } else {
            (b.atan2(a).to_degrees() + 360.0) % 360.0
        };
        [hue, chroma, l]
    }
}

/// XYZ of the D50 white point.
const WHITE: [f64; 3] = [0.96422, 1.0, 0.82521];
fn mix(a: f64, b: f64, t: f64) -> f64 {
    a * (1.0 - t) + b * t
}

fn to_linear(v: f64) -> f64 {
    if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
}

fn to_gamma(v: f64) -> f64 {
    if v <= 0.00304 { 12.92 * v } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 }
}

fn lab_f(t: f64) -> f64 {
    if t > 216.0 / 24389.0 { t.cbrt() } else { t * (24389.0 / 27.0) / 116.0 + 16.0 / 116.0 }
}

fn lab_inverse(t: f64) -> f64 {
    if t > 6.0 / 29.0 { t * t * t } else { (t - 16.0 / 116.0) * 116.0 * 27.0 / 24389.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn css_forms() {
        assert_eq!(Color::parse("#f00"), Some(Color::new(1.0, 0.0, 0.0, 1.0)));
        assert_eq!(Color::parse("red"), Color::parse("rgb(255,0,0)"));
        assert!(
            Color::parse("hsla(120, 100%, 50%, 0.5)").is_some_and(|c| c.a == 0.5 && c.g == 1.0)
        );
        for bad in ["", "f00", "#12", "notacolor", "ff0000", "12"] {
            assert_eq!(Color::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn premultiplying_never_exceeds_alpha() {
        assert_eq!(Color::new(1.0, 0.5, 0.0, 0.5).premultiplied_rgba8(), [128, 64, 0, 128]);
    }

    #[test]
    fn straight_is_the_nearest_of_all_colours_and_alphas() {
        for alpha in 0..=255u8 {
            for c in 0..=255u8 {
                let (wide, half) = (u32::from(c) * 255, u32::from(alpha) / 2);
                let nearest = (wide + half).checked_div(u32::from(alpha)).unwrap_or(0).min(255);
                let is = straight(&[c, 0, c, alpha]).map(u32::from);
                assert_eq!(is, [nearest, 0, nearest, u32::from(alpha)], "{c} of {alpha}");
            }
        }
    }

    #[test]
    fn lab_and_hcl_return_to_their_ends() {
        let (a, b) = (Color::new(0.2, 0.4, 0.9, 1.0), Color::new(0.9, 0.5, 0.1, 0.3));
        for f in [Color::mix_lab, Color::mix_hcl, Color::mix_rgb] {
            for (t, end) in [(0.0, a), (1.0, b)] {
                let c = f(a, b, t);
                assert!(
                    (c.r - end.r).abs() + (c.g - end.g).abs() + (c.b - end.b).abs() < 1e-3,
                    "{c:?}"
                );
            }
        }
    }
}
