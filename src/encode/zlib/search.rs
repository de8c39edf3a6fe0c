//! What came before, pixel by pixel: the row above, the pixel to the left, and where the same four
//! pixels, pair or pixel were last seen, as far back as DEFLATE reaches.

/// How many bytes back a copy may begin.
const WINDOW: usize = 32_768;
/// Slots of each table, as a power of two: what they hold fits the cache beside the pixels.
const SLOT_BITS: u32 = 13;
const SLOTS: usize = 1 << SLOT_BITS;
/// A copy of the row above that is as long is taken without a look to the left, px.
const LONG: usize = 64;

/// Pixels that came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copy {
    pub pixels: usize,
    /// In bytes, with those of filters.
    pub distance: usize,
}

/// A picture that is being looked through, of pixels of so many bytes.
pub struct Search<'a, const BYTES: usize> {
    pixels: &'a [u32],
    width: usize,
    /// Copies are of pixels so near that their bytes, with those of filters, are in the window.
    reach: usize,
    /// Where the last pixel, pair and four pixels of each hash were seen.
    singles: Box<[u32; SLOTS]>,
    pairs: Box<[u32; SLOTS]>,
    fours: Box<[u32; SLOTS]>,
}

/// Four pixels, as two pairs.
type Group = [u64; 2];

impl<'a, const BYTES: usize> Search<'a, BYTES> {
    pub fn new(pixels: &'a [u32], width: usize) -> Self {
        Self {
            pixels,
            width,
            reach: (WINDOW - 1) * width / (width * BYTES + 1),
            singles: Box::new([0; SLOTS]),
            pairs: Box::new([0; SLOTS]),
            fours: Box::new([0; SLOTS]),
        }
    }

    /// The best copy for what begins here, in this column; none for the picture's last pixels. None
    /// but one of the row above goes on into the next row: its bytes are those of filters there,
    /// too.
    #[inline]
    pub fn copy(&mut self, at: usize, column: usize) -> Option<Copy> {
        let here = self.group(at)?;
        let has_above = at >= self.width && self.width <= self.reach;
        // What differs in the first pair.
        let above = if has_above { self.pair(at - self.width) ^ here[0] } else { u64::MAX };
        let left = if column > 0 { self.pair(at - 1) ^ here[0] } else { u64::MAX };
        if above == 0 || left == 0 {
            self.learn(at, here);
            return Some(self.near(at, column, above == 0, left == 0));
        }
        let [single, pair, four] = self.learn(at, here);
        let in_reach = |from: usize| (at - from).wrapping_sub(1) < self.reach;
        let there = self.group(four).unwrap_or_default();
        let is_four = (there == here) & in_reach(four);
        let is_pair = (self.pair(pair) == here[0]) & in_reach(pair);
        if is_four | is_pair {
            return Some(self.far(at, column, if is_four { four } else { pair }));
        }
        let is = |differs: u64| differs as u32 == 0;
        if is(above) {
            return Some(Copy { pixels: 1, distance: self.width * BYTES + 1 });
        }
        if is(left) {
            return Some(Copy { pixels: 1, distance: BYTES });
        }
        let is_single = is(self.pair(single) ^ here[0]) & in_reach(single);
        is_single.then(|| self.far(at, column, single))
    }

    /// The longer of what goes on as above and as to the left.
    #[inline]
    fn near(&self, at: usize, column: usize, above: bool, left: bool) -> Copy {
        let above = if above { self.same(at - self.width, at, self.pixels.len() - at) } else { 0 };
        let left =
            if left && above < LONG { self.same(at - 1, at, self.width - column) } else { 0 };
        if left > above {
            Copy { pixels: left, distance: BYTES }
        } else {
            Copy { pixels: above, distance: self.width * BYTES + 1 }
        }
    }

    /// What goes on as it did farther back, where its first pixel is the same.
    #[inline]
    fn far(&self, at: usize, column: usize, from: usize) -> Copy {
        let distance = at - from;
        let mut most = self.width - column;
        let mut rows = 0;
        if distance > column {
            let before_row = distance - column - 1;
            rows = before_row / self.width + 1;
            most = most.min(before_row % self.width + 1);
        }
        let pixels = self.same(from, at, most);
        Copy { pixels, distance: distance * BYTES + rows }
    }

    /// How many pixels are the same in two places, up to so many.
    #[inline]
    fn same(&self, from: usize, at: usize, most: usize) -> usize {
        let of = |start: usize| self.pixels.get(start..start + most).unwrap_or_default();
        let (earlier, later) = (of(from), of(at));
        let ((earlier, earlier_rest), (later, later_rest)) =
            (earlier.as_chunks::<4>(), later.as_chunks::<4>());
        let mut count = 0;
        for (a, b) in earlier.iter().zip(later) {
            if a != b {
                let same = |i: usize| usize::from(a[i] == b[i]);
                return count + same(0) * (1 + same(1) * (1 + same(2)));
            }
            count += 4;
        }
        count + earlier_rest.iter().zip(later_rest).take_while(|(a, b)| a == b).count()
    }

    /// Notes where a pixel, pair and four were seen, and gives where they were before.
    #[inline]
    fn learn(&mut self, at: usize, group: Group) -> [usize; 3] {
        let single = (group[0] as u32).wrapping_mul(0x9E37_79B1) >> (32 - SLOT_BITS);
        let mixed = group[0].wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let pair = mixed >> (64 - SLOT_BITS);
        let four = (mixed ^ group[1]).wrapping_mul(0xD6E8_FEB8_6659_FD93) >> (64 - SLOT_BITS);
        let note = |place: &mut u32| std::mem::replace(place, at as u32) as usize;
        [
            note(&mut self.singles[single as usize]),
            note(&mut self.pairs[pair as usize]),
            note(&mut self.fours[four as usize]),
        ]
    }

    /// Four pixels, where there are as many left.
    #[inline]
    fn group(&self, at: usize) -> Option<Group> {
        let [a, b, c, d] = self.pixels.get(at..)?.first_chunk::<4>()?;
        Some([number(*a, *b), number(*c, *d)])
    }

    /// Two pixels, where there are as many left; else none that is looked for.
    #[inline]
    fn pair(&self, at: usize) -> u64 {
        self.pixels.get(at..).and_then(|p| p.first_chunk::<2>()).map_or(0, |[a, b]| number(*a, *b))
    }
}

/// Two pixels as a number, the first in its low half.
#[inline]
fn number(first: u32, second: u32) -> u64 {
    u64::from(first) | u64::from(second) << 32
}
