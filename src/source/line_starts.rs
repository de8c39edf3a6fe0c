//! Where the lines of what is read begin, so that an error can say both its line and its offset.

use std::collections::VecDeque;
use std::io::{self, Read};

/// A reader that remembers where the last lines began, to turn an error's line and column into an
/// offset.
pub(super) struct LineStarts<R> {
    inner: R,
    offset: usize,
    line: usize,
    /// (line number, offset of its first byte), the latest last.
    starts: VecDeque<(usize, usize)>,
}

/// The parser never reads further ahead than this many lines.
const LINES_KEPT: usize = 1 << 17;

impl<R: Read> LineStarts<R> {
    pub fn new(inner: R) -> Self {
        Self { inner, offset: 0, line: 1, starts: VecDeque::from([(1, 0)]) }
    }

    /// How many bytes have been read.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The line that a byte lies on, one of the last that were kept, and where it begins.
    pub fn line_at(&self, offset: usize) -> (usize, usize) {
        self.starts.iter().rev().find(|(_, start)| *start <= offset).copied().unwrap_or((1, 0))
    }

    /// The offset of a place; `line` and `column` are one-based, as serde_json counts them.
    pub fn offset_of(&self, line: usize, column: usize) -> usize {
        let start =
            self.starts.iter().rev().find(|(l, _)| *l <= line).map_or(0, |(_, offset)| *offset);
        start + column.saturating_sub(1)
    }
}

impl<R: Read> Read for LineStarts<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        for (i, _) in buffer[..count].iter().enumerate().filter(|(_, b)| **b == b'\n') {
            self.line += 1;
            self.starts.push_back((self.line, self.offset + i + 1));
            if self.starts.len() > LINES_KEPT {
                self.starts.pop_front();
            }
        }
        self.offset += count;
        Ok(count)
    }
}
