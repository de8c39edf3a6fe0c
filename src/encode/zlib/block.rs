//! Blocks of DEFLATE with codes of their own (RFC 1951, 3.2.7): pixels, filter bytes and copies are
//! gathered and counted, and written when there are enough of them.

use super::huffman::{Code, MAX_BITS, codes, lengths};

/// What a picture is made of, in order.
#[derive(Debug, Clone, Copy)]
enum Token {
    /// The byte before each row: no filter.
    Filter,
    Pixel([u8; 4]),
    /// As many bytes less three as came so far before, less one.
    Copy {
        length: u8,
        distance: u16,
    },
}

/// Tokens of a block; more than fit the cache gain nothing.
const TOKENS: usize = 16_384;
/// The longest copy, and the shortest.
const MAX_COPY: usize = 258;
const MIN_COPY: usize = 3;
const END: usize = 256;
/// The most bits of a symbol, so that a pixel's four and what is pending fit 64.
const SYMBOL_BITS: usize = 14;

/// A block that is being gathered, of pixels of so many bytes.
pub struct Block<const BYTES: usize> {
    tokens: Vec<Token>,
    symbols: [u32; 286],
    distances: [u32; 30],
}

impl<const BYTES: usize> Block<BYTES> {
    pub fn new() -> Self {
        Self { tokens: Vec::with_capacity(TOKENS), symbols: [0; 286], distances: [0; 30] }
    }

    #[inline]
    pub fn filter(&mut self) {
        self.symbols[0] += 1;
        self.tokens.push(Token::Filter);
    }

    #[inline]
    pub fn pixel(&mut self, pixel: [u8; 4]) {
        for byte in &pixel[..BYTES] {
            self.symbols[usize::from(*byte)] += 1;
        }
        self.tokens.push(Token::Pixel(pixel));
    }

    /// A copy of any length from three, of what came so many bytes before, at most 32,768.
    #[inline]
    pub fn copy(&mut self, mut length: usize, distance: usize) {
        let less_one = (distance - 1) as u16;
        let symbol = usize::from(distance_symbol(less_one).0);
        while length > 0 {
            // What is left is no copy too short.
            let rest = length.saturating_sub(MAX_COPY);
            let part = match rest {
                1 | 2 => MAX_COPY - MIN_COPY,
                _ => length - rest,
            };
            let less_three = (part - MIN_COPY) as u8;
            self.symbols[END + 1 + usize::from(LENGTHS.symbols[usize::from(less_three)])] += 1;
            self.distances[symbol] += 1;
            self.tokens.push(Token::Copy { length: less_three, distance: less_one });
            length -= part;
        }
    }

    pub fn is_full(&self) -> bool {
        self.tokens.len() >= TOKENS
    }

    /// Writes what was gathered, and is empty again.
    pub fn write(&mut self, to: &mut Bits, last: bool) {
        self.symbols[END] = 1;
        let symbols = lengths(&self.symbols, SYMBOL_BITS);
        let distances = lengths(&self.distances, MAX_BITS);
        to.put(u64::from(last) | 2 << 1, 3);
        write_lengths(to, &symbols, &distances);
        let symbols = codes(&symbols);
        let distances = codes(&distances);
        let copies = copies(&symbols);
        for token in &self.tokens {
            match token {
                Token::Filter => to.code(symbols[0]),
                Token::Pixel(pixel) => {
                    for byte in &pixel[..BYTES] {
                        to.add(symbols[usize::from(*byte)]);
                    }
                    to.flush();
                }
                Token::Copy { length, distance } => {
                    to.add(copies[usize::from(*length)]);
                    let (symbol, extra) = distance_symbol(*distance);
                    let Code { bits, length } = distances[usize::from(symbol)];
                    let more = u32::from(*distance) & ((1 << extra) - 1);
                    to.code(Code { bits: bits | more << length, length: length + extra });
                }
            }
        }
        to.code(symbols[END]);
        self.tokens.clear();
        (self.symbols, self.distances) = ([0; 286], [0; 30]);
    }
}

/// The lengths of the codes, themselves in a code.
fn write_lengths(to: &mut Bits, symbols: &[u8; 286], distances: &[u8; 30]) {
    /// How the lengths of the codes of lengths are ordered.
    const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    let used = |lengths: &[u8], least: usize| {
        lengths.iter().rposition(|l| *l > 0).map_or(least, |last| least.max(last + 1))
    };
    let (used_symbols, used_distances) = (used(symbols, END + 1), used(distances, 1));
    let all = [&symbols[..used_symbols], &distances[..used_distances]].concat();
    let mut runs = Vec::with_capacity(all.len());
    for run in all.chunk_by(|a, b| a == b) {
        let mut left = run.len();
        while left > 0 {
            // A symbol, its extra bits and how many these are, and how many lengths it stands for.
            let (symbol, extra, bits, count) = match (run[0], left) {
                (0, 11..) => (18, left.min(138) - 11, 7, left.min(138)),
                (0, 3..) => (17, left - 3, 3, left),
                (_, 3..) if left < run.len() => (16, left.min(6) - 3, 2, left.min(6)),
                (length, _) => (length, 0, 0, 1),
            };
            runs.push((usize::from(symbol), extra as u64, bits));
            left -= count;
        }
    }
    let mut counts = [0; 19];
    runs.iter().for_each(|(symbol, ..)| counts[*symbol] += 1);
    let lengths = lengths(&counts, 7);
    let used_lengths = used(&ORDER.map(|symbol| lengths[symbol]), 4);
    let less = (used_symbols - 257) | (used_distances - 1) << 5 | (used_lengths - 4) << 10;
    to.put(less as u64, 14);
    for symbol in &ORDER[..used_lengths] {
        to.put(u64::from(lengths[*symbol]), 3);
    }
    let codes = codes(&lengths);
    for (symbol, extra, bits) in runs {
        to.code(codes[symbol]);
        to.put(extra, bits);
    }
}

/// RFC 1951, 3.2.5: lengths less three, with their symbol after the end's, and the shortest of each
/// symbol.
struct Lengths {
    symbols: [u8; 256],
    shortest: [u8; 29],
}

const LENGTHS: Lengths = {
    let mut lengths = Lengths { symbols: [28; 256], shortest: [255; 29] };
    let mut length = 0;
    let mut symbol = 0;
    while symbol < 28 {
        lengths.shortest[symbol] = length as u8;
        let end = length + (1 << extra_of_length(symbol));
        while length < end && length < 255 {
            lengths.symbols[length] = symbol as u8;
            length += 1;
        }
        symbol += 1;
    }
    lengths
};

/// How many extra bits a length has, of its symbol after the end's.
const fn extra_of_length(symbol: usize) -> u8 {
    match symbol {
        0..8 | 28 => 0,
        _ => (symbol / 4 - 1) as u8,
    }
}

/// The codes of all lengths less three, with their extra bits.
fn copies(symbols: &[Code; 286]) -> [Code; 256] {
    std::array::from_fn(|length| {
        let symbol = usize::from(LENGTHS.symbols[length]);
        let Code { bits, length: code_length } = symbols[END + 1 + symbol];
        let more = length as u32 - u32::from(LENGTHS.shortest[symbol]);
        Code { bits: bits | more << code_length, length: code_length + extra_of_length(symbol) }
    })
}

/// The symbol of a distance less one, and how many extra bits it has: its lowest.
#[inline]
fn distance_symbol(distance: u16) -> (u8, u8) {
    match distance.checked_ilog2() {
        None | Some(0) => (distance as u8, 0),
        Some(top) => {
            let extra = top as u8 - 1;
            (2 * top as u8 + (distance >> extra & 1) as u8, extra)
        }
    }
}

/// Bytes that are written bit by bit, the lowest first.
#[derive(Default)]
pub struct Bits {
    /// Those up to the length are written.
    bytes: Vec<u8>,
    length: usize,
    pending: u64,
    /// Less than 8 after each flush.
    count: u32,
}

impl Bits {
    pub fn of(bytes: Vec<u8>) -> Self {
        Self { length: bytes.len(), bytes, pending: 0, count: 0 }
    }

    /// Without a flush: all that is added up to the next one has at most 56 bits.
    #[inline]
    fn add(&mut self, code: Code) {
        self.pending |= u64::from(code.bits) << self.count;
        self.count += u32::from(code.length);
    }

    #[inline]
    fn code(&mut self, code: Code) {
        self.add(code);
        self.flush();
    }

    fn put(&mut self, value: u64, bits: u32) {
        self.pending |= value << self.count;
        self.count += bits;
        self.flush();
    }

    #[inline]
    fn flush(&mut self) {
        let whole = self.count / 8;
        let end = self.length + whole as usize;
        match self.bytes.get_mut(self.length..).and_then(|b| b.first_chunk_mut::<8>()) {
            Some(to) => *to = self.pending.to_le_bytes(),
            None => self.grow(),
        }
        self.length = end;
        self.pending >>= whole * 8;
        self.count %= 8;
    }

    #[cold]
    fn grow(&mut self) {
        self.bytes.truncate(self.length);
        self.bytes.extend(self.pending.to_le_bytes());
        self.bytes.resize(2 * self.length + 4096, 0);
    }

    /// Fills the last byte up.
    pub fn finish(mut self) -> Vec<u8> {
        self.count = self.count.next_multiple_of(8);
        self.flush();
        self.bytes.truncate(self.length);
        self.bytes
    }
}
