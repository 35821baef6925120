//! Length-prefixed messages: a byte that says whether it is compressed, four for the length, the message.

use bytes::{Buf, Bytes};

use crate::failure::{Failure, Result, codes};

/// The bytes before each message.
const HEAD: usize = 5;

/// How much is reserved for a message before any of it has come: its length is only what the plugin says.
const FIRST: usize = 64 << 10;

/// Makes messages of the chunks in which a body arrives.
#[derive(Debug)]
pub struct Reader {
    largest: usize,
    head: Vec<u8>,
    body: Option<Body>,
}

/// A message of which not everything is there.
#[derive(Debug)]
struct Body {
    length: usize,
    bytes: Vec<u8>,
}

impl Reader {
    /// A reader of messages of at most `largest` bytes.
    pub fn new(largest: usize) -> Reader {
        Reader { largest, head: Vec::with_capacity(HEAD), body: None }
    }

    /// Takes bytes off the front of a chunk until a message is whole, and returns it; without one the chunk is used up.
    /// Call it until it returns `None`. After an error the stream is of no use.
    pub fn read(&mut self, chunk: &mut Bytes) -> Result<Option<Bytes>> {
        if self.body.is_none() && !self.read_head(chunk)? {
            return Ok(None);
        }
        let Some(body) = &mut self.body else { return Ok(None) };
        let missing = body.length - body.bytes.len();
        if body.bytes.is_empty() && chunk.len() >= missing {
            self.body = None;
            return Ok(Some(chunk.split_to(missing)));
        }
        let taken = chunk.split_to(missing.min(chunk.len()));
        body.bytes.extend_from_slice(&taken);
        if taken.len() < missing {
            return Ok(None);
        }
        Ok(self.body.take().map(|body| Bytes::from(body.bytes)))
    }

    /// Whether the body may end here; an error if it ends within a message.
    pub fn finish(&self) -> Result<()> {
        if self.head.is_empty() && self.body.is_none() {
            return Ok(());
        }
        Err(Failure::new(codes::PROTOCOL_NOISE, "the answer of the plugin ends within a message"))
    }

    /// Whether the head of the next message is whole.
    fn read_head(&mut self, chunk: &mut Bytes) -> Result<bool> {
        let taken = (HEAD - self.head.len()).min(chunk.len());
        self.head.extend_from_slice(&chunk[..taken]);
        chunk.advance(taken);
        let [compressed, a, b, c, d] = self.head[..] else { return Ok(false) };
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        self.check_head(compressed, length)?;
        let reserved = if chunk.len() < length { length.min(FIRST) } else { 0 };
        self.head.clear();
        self.body = Some(Body { length, bytes: Vec::with_capacity(reserved) });
        Ok(true)
    }

    fn check_head(&self, compressed: u8, length: usize) -> Result<()> {
        match compressed {
            0 if length <= self.largest => Ok(()),
            0 => Err(too_large(length, self.largest)),
            1 => Err(Failure::new(
                codes::PROTOCOL_NOISE,
                "the plugin sends a compressed message, and it was asked not to",
            )
            .hint("Turn compression off in the plugin's gRPC server.")),
            other => Err(Failure::new(
                codes::PROTOCOL_NOISE,
                format!("a message of the plugin begins with {other}, where gRPC has 0 or 1"),
            )),
        }
    }
}

fn too_large(length: usize, largest: usize) -> Failure {
    Failure::new(codes::CALL_TOO_LARGE, format!("a message has {length} bytes, and {largest} are allowed"))
        .hint("Raise `largest_message` in the host's profile, or send it in pieces.")
}

/// What stands before a message of this length; an error if it is longer than `largest` or than gRPC can say.
pub fn head(length: usize, largest: usize) -> Result<[u8; HEAD]> {
    match u32::try_from(length) {
        Ok(said) if length <= largest => {
            let [a, b, c, d] = said.to_be_bytes();
            Ok([0, a, b, c, d])
        }
        _ => Err(too_large(length, largest)),
    }
}

/// A message with its head; an error as for [`head`].
pub fn frame(message: &[u8], largest: usize) -> Result<Bytes> {
    let head = head(message.len(), largest)?;
    let mut framed = Vec::with_capacity(HEAD + message.len());
    framed.extend_from_slice(&head);
    framed.extend_from_slice(message);
    Ok(framed.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(reader: &mut Reader, chunk: &[u8]) -> Result<Vec<Bytes>> {
        let mut chunk = Bytes::copy_from_slice(chunk);
        let mut messages = vec![];
        while let Some(message) = reader.read(&mut chunk)? {
            messages.push(message);
        }
        assert!(chunk.is_empty());
        Ok(messages)
    }

    #[test]
    fn a_stream_may_be_split_anywhere() {
        let messages: [&[u8]; 4] = [b"", b"a", b"", b"hello world"];
        let stream: Vec<u8> = messages.iter().flat_map(|message| frame(message, 100).unwrap()).collect();
        for first in 0..=stream.len() {
            for second in first..=stream.len() {
                let mut reader = Reader::new(100);
                let parts = [&stream[..first], &stream[first..second], &stream[second..]];
                let read: Vec<Bytes> = parts.iter().flat_map(|part| read_all(&mut reader, part).unwrap()).collect();
                assert_eq!(read, messages, "split at {first} and {second}");
                reader.finish().unwrap();
            }
        }
    }

    #[test]
    fn a_byte_at_a_time_is_enough() {
        let mut reader = Reader::new(100);
        let stream = frame(b"hello", 100).unwrap();
        let read: Vec<Bytes> = stream.iter().flat_map(|byte| read_all(&mut reader, &[*byte]).unwrap()).collect();
        assert_eq!(read, ["hello"]);
    }

    #[test]
    fn a_body_that_ends_within_a_message_is_an_error() {
        for end in [1, 4, 5, 7] {
            let mut reader = Reader::new(100);
            read_all(&mut reader, &frame(b"hello", 100).unwrap()[..end]).unwrap();
            assert_eq!(reader.finish().unwrap_err().code(), Some(codes::PROTOCOL_NOISE), "after {end}");
        }
    }

    #[test]
    fn a_length_that_is_not_allowed_is_refused_before_anything_is_stored() {
        let failure = read_all(&mut Reader::new(1 << 20), &[0, 0xff, 0xff, 0xff, 0xff]).unwrap_err();
        assert_eq!(failure.code(), Some(codes::CALL_TOO_LARGE));
        let mut reader = Reader::new(usize::MAX);
        assert!(read_all(&mut reader, &[0, 0xff, 0xff, 0xff, 0xff, 1]).unwrap().is_empty());
        assert!(reader.body.unwrap().bytes.capacity() <= FIRST);
        assert_eq!(frame(b"abc", 2).unwrap_err().code(), Some(codes::CALL_TOO_LARGE));
    }

    #[test]
    fn a_compressed_message_and_noise_are_told_apart() {
        let compressed = read_all(&mut Reader::new(9), &[1, 0, 0, 0, 0]).unwrap_err();
        assert!(compressed.to_string().contains("compressed"), "{compressed}");
        let noise = read_all(&mut Reader::new(9), b"HTTP/1.1").unwrap_err();
        assert!(noise.to_string().contains("begins with 72"), "{noise}");
    }
}
