//! Huffman codes of at most so many bits, in the canonical order of RFC 1951, 3.2.2.

/// The most bits that a code of DEFLATE has.
pub const MAX_BITS: usize = 15;
/// The low bits of a number that a symbol takes beside its count.
const SYMBOL_BITS: u32 = 9;

/// A symbol's code, in the order that its bits are written in, and how many these are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Code {
    pub bits: u32,
    pub length: u8,
}

/// How long each symbol's code is, of how often it comes; 0 where it does not come at all. There
/// are always two codes at least, as some decoders want it. At most 512 symbols that come less than
/// 2^23 times.
pub fn lengths<const N: usize>(counts: &[u32; N], limit: usize) -> [u8; N] {
    let mut by_count: Vec<u32> =
        (0..).zip(counts).filter(|(_, n)| **n > 0).map(|(i, n)| n << SYMBOL_BITS | i).collect();
    for symbol in 0..2 {
        if by_count.len() < 2 && counts.get(symbol).is_none_or(|n| *n == 0) {
            by_count.push(1 << SYMBOL_BITS | symbol as u32);
        }
    }
    by_count.sort_unstable();
    let mut of_length = depths(&by_count);
    shorten(&mut of_length, limit);
    let mut lengths = [0; N];
    let longest_first = (1u8..=MAX_BITS as u8).rev();
    let all = longest_first.flat_map(|l| std::iter::repeat_n(l, of_length[usize::from(l)]));
    for (counted, length) in by_count.iter().zip(all) {
        let symbol = counted & ((1 << SYMBOL_BITS) - 1);
        if let Some(of_symbol) = lengths.get_mut(symbol as usize) {
            *of_symbol = length;
        }
    }
    lengths
}

/// How many codes have each length in Huffman's tree, those too long counted at the end. The two
/// rarest are joined again and again: leaves come sorted, and what is joined comes sorted, too.
fn depths(by_count: &[u32]) -> [usize; MAX_BITS + 1] {
    let leaves = by_count.len();
    let nodes = 2 * leaves - 1;
    let mut weights: Vec<u32> = by_count.iter().map(|n| n >> SYMBOL_BITS).collect();
    let mut parents = vec![0; nodes];
    let (mut leaf, mut joined) = (0, leaves);
    for parent in leaves..nodes {
        let mut sum = 0;
        for _ in 0..2 {
            let take_leaf =
                leaf < leaves && weights.get(joined).is_none_or(|weight| weights[leaf] <= *weight);
            let from = if take_leaf { &mut leaf } else { &mut joined };
            sum += weights[*from];
            parents[*from] = parent;
            *from += 1;
        }
        weights.push(sum);
    }
    let mut of_length = [0; MAX_BITS + 1];
    let mut depth = vec![0; nodes];
    for node in (0..nodes - 1).rev() {
        depth[node] = depth[parents[node]] + 1;
        if node < leaves {
            of_length[depth[node].min(MAX_BITS)] += 1;
        }
    }
    of_length
}

/// Brings codes down to a limit: those above are cut, and until all fit again, one of the longest
/// goes below one that is shorter, which grows by a bit (as zlib's `gen_bitlen` does).
fn shorten(of_length: &mut [usize; MAX_BITS + 1], limit: usize) {
    for length in limit + 1..=MAX_BITS {
        of_length[limit] += std::mem::take(&mut of_length[length]);
    }
    let mut taken: usize = (1..=limit).map(|l| of_length[l] << (limit - l)).sum();
    while taken > 1 << limit {
        let Some(shorter) = (1..limit).rev().find(|l| of_length[*l] > 0) else { return };
        of_length[limit] -= 1;
        of_length[shorter] -= 1;
        of_length[shorter + 1] += 2;
        taken -= 1;
    }
}

/// The codes of these lengths.
pub fn codes<const N: usize>(lengths: &[u8; N]) -> [Code; N] {
    let mut next = [0u32; MAX_BITS + 2];
    for length in lengths.iter().filter(|l| **l > 0) {
        next[usize::from(*length) + 1] += 1;
    }
    for length in 1..next.len() {
        next[length] = (next[length] + next[length - 1]) << 1;
    }
    lengths.map(|length| {
        if length == 0 {
            return Code::default();
        }
        let code = &mut next[usize::from(length)];
        let bits = code.reverse_bits() >> (32 - u32::from(length));
        *code += 1;
        Code { bits, length }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_are_those_of_the_standards_example() {
        // RFC 1951, 3.2.2: A to H.
        let codes = codes(&[3, 3, 3, 3, 3, 2, 4, 4]);
        let read: Vec<u32> =
            codes.iter().map(|c| c.bits.reverse_bits() >> (32 - u32::from(c.length))).collect();
        assert_eq!(read, [0b010, 0b011, 0b100, 0b101, 0b110, 0b00, 0b1110, 0b1111]);
    }

    #[test]
    fn rare_symbols_have_no_more_bits_than_the_limit() {
        // Counts as Fibonacci's numbers make the deepest tree.
        let mut counts = [1u32; 19];
        for i in 2..19 {
            counts[i] = counts[i - 1] + counts[i - 2];
        }
        assert_eq!(lengths(&counts, 15).iter().max(), Some(&15));
        assert_eq!(lengths(&counts, 7).iter().max(), Some(&7));
        assert_eq!(lengths(&[0; 30], 15)[..3], [1, 1, 0]);
        assert_eq!(lengths(&[0, 0, 9, 0], 15), [1, 0, 1, 0]);
        assert_eq!(lengths(&[9, 0, 0, 0], 15), [1, 1, 0, 0]);
    }

    proptest! {
        #[test]
        fn every_bit_string_is_a_code(
            counts in prop::array::uniform32(0u32..100_000),
            limit in 7usize..=15,
        ) {
            let lengths = lengths(&counts, limit);
            let used = lengths.iter().filter(|l| **l > 0);
            let taken: f64 = used.map(|l| 0.5f64.powi(i32::from(*l))).sum();
            prop_assert_eq!(taken, 1.0);
            for (length, count) in lengths.iter().zip(&counts) {
                prop_assert!(usize::from(*length) <= limit && (*count == 0 || *length > 0));
            }
        }
    }
}
