use super::*;

fn read(framing: Framing, largest: usize, pieces: &[&[u8]]) -> Vec<Frame> {
    let mut reader = Reader::new(framing, largest);
    let mut frames = Vec::new();
    for piece in pieces {
        reader.feed(piece, &mut |frame| frames.push(frame));
        assert!(reader.kept() <= 2 * largest.max(LARGEST_HEAD) + 64, "{} bytes are kept", reader.kept());
    }
    reader.finish(&mut |frame| frames.push(frame));
    frames
}

/// The same, however the bytes are cut: whole, byte by byte, and anywhere.
fn read_any(framing: Framing, largest: usize, bytes: &[u8]) -> Vec<Frame> {
    let whole = read(framing, largest, &[bytes]);
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(read(framing, largest, &single), whole);
    let mut random = Random(bytes.len() as u64 + 1);
    for _ in 0..50 {
        let (mut rest, mut pieces) = (bytes, Vec::new());
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(random.below(rest.len().min(40)) + 1);
            pieces.push(piece);
            rest = after;
        }
        assert_eq!(read(framing, largest, &pieces), whole);
    }
    whole
}

/// Numbers that are the same each time (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

fn message_of(text: &str) -> Frame {
    Frame::Message(text.as_bytes().to_vec())
}

fn noise(text: &str) -> Frame {
    Frame::Noise(text.to_owned())
}

#[test]
fn lines_are_messages_however_they_come() {
    let frames = read_any(Framing::Lines, 100, b"{\"a\":1}\r\n\n\r\n  [1,2] \n{\"b\":\"\\n\"}");
    assert_eq!(frames, [message_of("{\"a\":1}"), message_of("[1,2]"), message_of("{\"b\":\"\\n\"}")]);
}

#[test]
fn a_line_that_is_no_message_is_noise_and_hides_no_message() {
    let frames = read_any(Framing::Lines, 100, b"Starting\xff\x1b[1m...\n{}\n42\n");
    assert_eq!(frames, [noise("Starting\u{fffd}\\u{1b}[1m..."), message_of("{}"), noise("42")]);
}

#[test]
fn a_line_of_noise_of_any_length_costs_nothing() {
    let mut reader = Reader::new(Framing::Lines, 1 << 20);
    let mut frames = Vec::new();
    for _ in 0..64 {
        reader.feed(&[b'x'; 1 << 14], &mut |frame| frames.push(frame));
        assert!(reader.kept() < 1024, "{}", reader.kept());
    }
    reader.feed(b"\n{}\n", &mut |frame| frames.push(frame));
    assert_eq!(frames, [noise(&format!("{}…", "x".repeat(NOISE_SHOWN))), message_of("{}")]);
}

#[test]
fn a_message_of_the_largest_size_passes_and_one_more_byte_does_not() {
    for end in ["\n", "\r\n"] {
        let fits = format!("{{\"id\":7,\"r\":\"{}\"}}", "y".repeat(50));
        let over = format!("{{\"id\":7,\"r\":\"{}\"}}", "y".repeat(51));
        let frames = read_any(Framing::Lines, fits.len(), format!("{fits}{end}{over}{end}{{}}{end}").as_bytes());
        assert_eq!(frames[0], message_of(&fits));
        assert!(matches!(frames[1], Frame::TooLarge { id: Some(7), .. }), "{:?}", frames[1]);
        assert_eq!(frames[2], message_of("{}"));
    }
}

#[test]
fn a_message_that_is_too_large_says_whose_it_was() {
    let mut text = b"{\"jsonrpc\":\"2.0\",\"id\":12,\"result\":\"".to_vec();
    text.resize(1 << 20, b'z');
    text.extend_from_slice(b"\"}\n{}\n");
    let pieces: Vec<&[u8]> = text.chunks(4096).collect();
    let frames = read(Framing::Lines, 10_000, &pieces);
    assert_eq!(frames, [Frame::TooLarge { id: Some(12), size: (1 << 20) + 2 }, message_of("{}")]);
}

#[test]
fn heads_say_how_long_a_body_is() {
    let text = b"Content-Length: 2\r\n\r\n{}content-LENGTH:3\nX-Other: a: b\nContent-Type: y\n\n[1]";
    assert_eq!(read_any(Framing::ContentLength, 100, text), [message_of("{}"), message_of("[1]")]);
}

#[test]
fn odd_heads_are_noise_and_the_next_is_read() {
    for (odd, count) in [
        ("Content-Length: -1\r\n", 1),
        ("Content-Length: 1e3\r\n", 1),
        ("Content-Length: +2\r\n", 1),
        ("Content-Length: 4294967297\r\n", 1),
        ("Content-Length: 99999999999999999999999\r\n", 1),
        ("Content-Length: 2\r\nContent-Length: 3\r\n", 1),
        ("Content-Length: 0\r\n\r\n", 1),
        ("Content-Type: x\r\n\r\n", 1),
        ("Listening on stdio\r\n", 1),
        (": 5\r\n", 1),
        ("a b: 5\r\n", 1),
        ("\u{1b}: 5\r\n", 1),
        ("Content-Length: 4\r\n\r\nabcd", 1),
    ] {
        let frames = read_any(Framing::ContentLength, 100, format!("{odd}Content-Length: 2\r\n\r\n{{}}").as_bytes());
        assert_eq!(frames.len(), count + 1, "{odd:?}: {frames:?}");
        assert!(matches!(frames[0], Frame::Noise(_)), "{odd:?}");
        assert_eq!(frames[count], message_of("{}"), "{odd:?}");
    }
}

#[test]
fn a_head_without_an_end_is_noise() {
    let mut text = vec![b'h'; 3 * LARGEST_HEAD];
    text.extend_from_slice(b"\nContent-Length: 2\n\n{}");
    let frames = read_any(Framing::ContentLength, 100, &text);
    assert_eq!(frames.len(), 2);
    assert_eq!(frames[1], message_of("{}"));
    let many = "X: y\n".repeat(LARGEST_HEAD);
    let frames = read(Framing::ContentLength, 100, &[many.as_bytes()]);
    assert!(!frames.is_empty() && frames.iter().all(|frame| matches!(frame, Frame::Noise(_))));
}

#[test]
fn a_body_that_is_too_large_is_skipped() {
    let text = b"Content-Length: 20\n\n{\"id\":3,\"abcdefg\":1}Content-Length: 2\n\n{}";
    let frames = read_any(Framing::ContentLength, 10, text);
    assert_eq!(frames, [Frame::TooLarge { id: Some(3), size: 20 }, message_of("{}")]);
}

#[test]
fn a_body_that_never_ends_is_said_at_the_end() {
    let frames = read_any(Framing::ContentLength, 100, b"Content-Length: 20\n\n{\"id\":3");
    assert_eq!(frames, [noise("{\"id\":3… (it ends there)")]);
}

#[test]
fn any_bytes_are_read_in_any_pieces() {
    let alphabet: &[u8] = b"{}[]\":,\\\r\n\n ContentLength: 0123456789\xff\0";
    let mut random = Random(4711);
    for round in 0..300 {
        let bytes: Vec<u8> = (0..random.below(300)).map(|_| alphabet[random.below(alphabet.len())]).collect();
        let framing = if round % 2 == 0 { Framing::Lines } else { Framing::ContentLength };
        read_any(framing, 16, &bytes);
    }
}

#[test]
fn what_is_written_is_read_again() {
    for framing in [Framing::Lines, Framing::ContentLength] {
        let frame = write(framing, b"{\n  \"a\": \"\\n\"\r\n}".to_vec());
        let frames = read_any(framing, 100, &frame);
        assert_eq!(frames.len(), 1, "{frames:?}");
        let Frame::Message(bytes) = &frames[0] else { panic!("{frames:?}") };
        assert_eq!(serde_json::from_slice::<serde_json::Value>(bytes).unwrap(), serde_json::json!({"a": "\n"}));
    }
}
