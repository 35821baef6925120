//! Messages out of a stream of bytes, and into it.
//!
//! Owns where a message begins and ends, and how much of it is kept; never knows what it says. Whatever is fed, the
//! memory is bounded by the largest message: what is longer is skipped while it comes.

use std::mem;

use crate::json_rpc::oversize::IdScanner;
use crate::quoted::quoted;
use crate::settings::Framing;

/// How much of a line that is no message is kept, in bytes.
const NOISE_SHOWN: usize = 200;

/// The largest line of a head of `Content-Length` framing, and the largest head, in bytes.
const LARGEST_HEAD: usize = 8 << 10;

/// The longest body that is skipped, in bytes.
const LONGEST_BODY: u64 = 1 << 32;

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// The bytes of one message: they begin with `{` or `[`. Whether they are JSON is not known.
    Message(Vec<u8>),
    /// A message that is larger than is allowed, and was skipped.
    TooLarge {
        /// The `id` that it carries, if that is a number.
        id: Option<u64>,
        /// How many bytes it had.
        size: u64,
    },
    /// Something that is no message: the beginning of it, escaped.
    Noise(String),
}

/// Reads messages from bytes, which come in pieces of any size.
///
/// ```
/// use hotshoe_process::json_rpc::frame::{Frame, Reader};
/// use hotshoe_process::settings::Framing;
/// let mut reader = Reader::new(Framing::Lines, 1024);
/// let mut frames = Vec::new();
/// reader.feed(b"{\"id\"", &mut |frame| frames.push(frame));
/// reader.feed(b":1}\r\nhello\n", &mut |frame| frames.push(frame));
/// assert_eq!(frames, [Frame::Message(b"{\"id\":1}".to_vec()), Frame::Noise("hello".to_owned())]);
/// ```
#[derive(Debug)]
pub struct Reader {
    framing: Framing,
    largest: usize,
    /// What is kept of the line, of the head's line, or of the body.
    kept: Vec<u8>,
    state: State,
}

/// Where in the stream it is.
#[derive(Debug)]
enum State {
    /// At the beginning of a line, of a head, or after its blank space.
    Start,
    /// In a line with a message.
    Line,
    /// In a line that is no message; what is kept of it is the beginning.
    NoiseLine,
    /// In a line with a message that is too large.
    LargeLine { id: IdScanner, size: u64 },
    /// In a head.
    Head(Head),
    /// In a body that has so many bytes to come.
    Body { left: u64 },
    /// In a body that is too large.
    LargeBody { id: IdScanner, size: u64, left: u64 },
}

/// What a head has said so far.
#[derive(Debug, Default)]
struct Head {
    length: Option<u64>,
    size: usize,
}

impl Reader {
    /// One for messages of at most `largest` bytes.
    pub fn new(framing: Framing, largest: usize) -> Reader {
        Reader { framing, largest, kept: Vec::new(), state: State::Start }
    }

    /// Takes the next bytes, and gives away what is complete.
    pub fn feed(&mut self, mut bytes: &[u8], take: &mut dyn FnMut(Frame)) {
        while !bytes.is_empty() {
            let used = match self.state {
                State::Start => self.start(bytes),
                State::Line | State::NoiseLine | State::LargeLine { .. } => self.line(bytes, take),
                State::Head(_) => self.head(bytes, take),
                State::Body { .. } | State::LargeBody { .. } => self.body(bytes, take),
            };
            bytes = &bytes[used..];
        }
    }

    /// Says that no more bytes come: a last line needs no line end.
    pub fn finish(&mut self, take: &mut dyn FnMut(Frame)) {
        match self.state {
            State::Start => {}
            State::Line | State::NoiseLine | State::LargeLine { .. } => self.end_line(take),
            _ => take(Frame::Noise(format!("{}… (it ends there)", quoted(&self.kept, NOISE_SHOWN)))),
        }
        self.begin();
    }

    /// How many bytes it keeps.
    pub fn kept(&self) -> usize {
        self.kept.capacity()
    }

    fn begin(&mut self) {
        self.kept = Vec::new();
        self.state = State::Start;
    }

    fn start(&mut self, bytes: &[u8]) -> usize {
        let blank = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if let Some(first) = bytes.get(blank) {
            self.state = match (self.framing, first) {
                (Framing::ContentLength, _) => State::Head(Head::default()),
                (Framing::Lines, b'{' | b'[') => State::Line,
                (Framing::Lines, _) => State::NoiseLine,
            };
        }
        blank
    }

    fn line(&mut self, bytes: &[u8], take: &mut dyn FnMut(Frame)) -> usize {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = &bytes[..end.unwrap_or(bytes.len())];
        match &mut self.state {
            State::LargeLine { id, size } => {
                id.feed(part);
                *size += part.len() as u64;
            }
            State::NoiseLine => keep(&mut self.kept, part, NOISE_SHOWN + 1),
            // One more for the CR of its end.
            _ if self.kept.len() + part.len() <= self.largest + 1 => self.kept.extend_from_slice(part),
            _ => self.large_line(part),
        }
        match end {
            None => part.len(),
            Some(end) => {
                self.end_line(take);
                self.begin();
                end + 1
            }
        }
    }

    fn large_line(&mut self, part: &[u8]) {
        let mut id = IdScanner::default();
        id.feed(&self.kept);
        id.feed(part);
        self.state = State::LargeLine { id, size: (self.kept.len() + part.len()) as u64 };
        self.kept = Vec::new();
    }

    fn end_line(&mut self, take: &mut dyn FnMut(Frame)) {
        let mut line = mem::take(&mut self.kept);
        line.truncate(line.trim_ascii_end().len());
        take(match &self.state {
            State::LargeLine { id, size } => Frame::TooLarge { id: id.found(), size: *size },
            State::Line => message(line, self.largest),
            _ => Frame::Noise(quoted(&line, NOISE_SHOWN)),
        });
    }

    fn head(&mut self, bytes: &[u8], take: &mut dyn FnMut(Frame)) -> usize {
        let State::Head(head) = &mut self.state else { return 0 };
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = &bytes[..end.unwrap_or(bytes.len())];
        head.size = head.size.saturating_add(part.len() + 1);
        if head.size > LARGEST_HEAD {
            // What this is has no end that could be found: the next line may begin something.
            keep(&mut self.kept, part, NOISE_SHOWN + 1);
            self.state = State::NoiseLine;
            return 0;
        }
        self.kept.extend_from_slice(part);
        match end {
            None => part.len(),
            Some(end) => {
                self.end_head_line(take);
                end + 1
            }
        }
    }

    fn end_head_line(&mut self, take: &mut dyn FnMut(Frame)) {
        let line = mem::take(&mut self.kept);
        let State::Head(head) = &mut self.state else { return };
        let line = line.trim_ascii();
        if line.is_empty() {
            self.end_head(take);
        } else if let Err(Nonsense) = head.line(line) {
            take(Frame::Noise(quoted(line, NOISE_SHOWN)));
            self.begin();
        }
    }

    fn end_head(&mut self, take: &mut dyn FnMut(Frame)) {
        let State::Head(Head { length, .. }) = self.state else { return };
        match length {
            Some(0) | None => {
                take(Frame::Noise("a head with no `Content-Length` above 0".to_owned()));
                self.begin();
            }
            Some(left) if left <= self.largest as u64 => self.state = State::Body { left },
            Some(left) => self.state = State::LargeBody { id: IdScanner::default(), size: left, left },
        }
    }

    fn body(&mut self, bytes: &[u8], take: &mut dyn FnMut(Frame)) -> usize {
        let (State::Body { left } | State::LargeBody { left, .. }) = &mut self.state else { return 0 };
        let used = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
        let part = &bytes[..used];
        *left -= used as u64;
        let whole = *left == 0;
        match &mut self.state {
            State::LargeBody { id, .. } => id.feed(part),
            _ => self.kept.extend_from_slice(part),
        }
        if whole {
            let body = mem::take(&mut self.kept);
            take(match &self.state {
                State::LargeBody { id, size, .. } => Frame::TooLarge { id: id.found(), size: *size },
                _ => message(body, self.largest),
            });
            self.begin();
        }
        used
    }
}

/// A line of a head that says nothing one could use.
struct Nonsense;

impl Head {
    /// Takes one line; those of other names are ignored.
    fn line(&mut self, line: &[u8]) -> Result<(), Nonsense> {
        let text = std::str::from_utf8(line).map_err(|_| Nonsense)?;
        let (name, value) = text.split_once(':').ok_or(Nonsense)?;
        if name.is_empty() || name.contains(|letter: char| !letter.is_ascii_graphic()) {
            return Err(Nonsense);
        }
        if name.eq_ignore_ascii_case("content-length") {
            let value = value.trim_ascii();
            if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(Nonsense);
            }
            // A length that no peer means would swallow all that follows.
            let length = value.parse().ok().filter(|length| *length <= LONGEST_BODY).ok_or(Nonsense)?;
            if self.length.is_some_and(|earlier| earlier != length) {
                return Err(Nonsense);
            }
            self.length = Some(length);
        }
        Ok(())
    }
}

/// Writes one message. In lines, a line end between its tokens becomes a space: within a JSON text it stands nowhere
/// else.
pub fn write(framing: Framing, mut message: Vec<u8>) -> Vec<u8> {
    match framing {
        Framing::Lines => {
            message.iter_mut().filter(|byte| matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
            message.push(b'\n');
            message
        }
        Framing::ContentLength => {
            let mut frame = format!("Content-Length: {}\r\n\r\n", message.len()).into_bytes();
            frame.append(&mut message);
            frame
        }
    }
}

fn message(bytes: Vec<u8>, largest: usize) -> Frame {
    match bytes.trim_ascii_start().first() {
        Some(b'{' | b'[') if bytes.len() <= largest => Frame::Message(bytes),
        Some(b'{' | b'[') => {
            let mut id = IdScanner::default();
            id.feed(&bytes);
            Frame::TooLarge { id: id.found(), size: bytes.len() as u64 }
        }
        _ => Frame::Noise(quoted(&bytes, NOISE_SHOWN)),
    }
}

fn keep(kept: &mut Vec<u8>, part: &[u8], most: usize) {
    let room = most.saturating_sub(kept.len());
    kept.extend_from_slice(&part[..room.min(part.len())]);
}

#[cfg(test)]
mod tests;
