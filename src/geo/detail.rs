//! How much a position of a line matters to its shape, and how much of that a picture shows.

/// How far a line would be from a position without it, in steps of a quarter of an octave; or how
/// far it must be to be kept. The larger, the more it matters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Detail(u8);

impl Detail {
    /// Of what is kept at every scale.
    pub const ALWAYS: Self = Self(u8::MAX);
    /// What keeps everything.
    pub const ALL: Self = Self(0);

    /// Of the square of a distance in the unit square, which is no larger than 2. Taken from the
    /// number's own exponent and the first bit after it, so that every machine gives the same.
    pub fn of_square(distance_sq: f64) -> Self {
        // 2^-118: 2^-59 of the world is less than any position is known to.
        const LEAST: u64 = (1023 - 118) << 1;
        let steps = (distance_sq.max(0.0).to_bits() >> 51).saturating_sub(LEAST);
        Self(steps.min(u64::from(Self::ALWAYS.0) - 1) as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_further_off_matters_no_less() {
        let steps: Vec<Detail> =
            (0..130).map(|i| Detail::of_square((-f64::from(i)).exp2())).collect();
        assert!(steps.windows(2).all(|pair| pair[0] >= pair[1]));
        assert!(steps[0] > steps[1] && steps[0] < Detail::ALWAYS);
        assert_eq!(Detail::of_square(0.0), Detail::ALL);
    }
}
