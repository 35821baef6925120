//! Bytes cut into lines, of any length and in bounded memory.

/// How much of a line is kept, in bytes.
pub const LONGEST_LINE: usize = 64 << 10;

/// What stands at the end of a line that was cut.
const MARK: &[u8] = " … (the line was cut here)".as_bytes();

/// Cuts bytes into lines. Of a line that is longer than [`LONGEST_LINE`] the rest is dropped, which a mark tells.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    pub(super) line: Vec<u8>,
    cut: bool,
    begun: bool,
}

impl Lines {
    /// Takes what was read, and gives each line that has come to its end, without that.
    pub fn feed(&mut self, bytes: &[u8], each: &mut dyn FnMut(&[u8])) {
        let mut pieces = bytes.split(|byte| *byte == b'\n');
        let mut piece = pieces.next().unwrap_or_default();
        for next in pieces {
            self.push(piece);
            self.give(each);
            piece = next;
        }
        self.push(piece);
    }

    /// Gives what has come of a last line without an end, if anything has.
    pub fn end(&mut self, each: &mut dyn FnMut(&[u8])) {
        if self.begun {
            self.give(each);
        }
    }

    fn push(&mut self, piece: &[u8]) {
        let kept = piece.len().min(LONGEST_LINE - self.line.len());
        self.line.extend_from_slice(&piece[..kept]);
        self.cut |= kept < piece.len();
        self.begun |= !piece.is_empty();
    }

    fn give(&mut self, each: &mut dyn FnMut(&[u8])) {
        if self.cut {
            self.line.extend_from_slice(MARK);
        }
        each(self.line.strip_suffix(b"\r").unwrap_or(&self.line));
        // What a long line took is given back: most plugins never write a second.
        self.line.clear();
        self.line.shrink_to(1024);
        (self.cut, self.begun) = (false, false);
    }
}
