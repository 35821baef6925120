use std::time::Duration;

use super::*;
use crate::failure::codes;

type Outcome = (Result<Option<(Handshake, Vec<u8>)>>, Vec<Vec<u8>>);

fn read(text: impl AsRef<[u8]>) -> Result<Handshake> {
    Reader::new(&[1, 3]).feed(text.as_ref()).map(|read| read.expect("the line has an end").0)
}

/// What comes of it if it arrives in pieces of this size; all that follows the line counts as the rest.
fn in_pieces(text: &[u8], size: usize) -> Outcome {
    let mut reader = Reader::new(&[1]);
    let mut outcome = Ok(None);
    let mut pieces = text.chunks(size);
    for piece in pieces.by_ref() {
        outcome = reader.feed(piece);
        if !matches!(outcome, Ok(None)) {
            break;
        }
    }
    if let Ok(Some((_, rest))) = &mut outcome {
        rest.extend(pieces.flatten());
    }
    (outcome, reader.take_noise())
}

#[test]
fn the_line_of_a_go_plugin_is_read() {
    let handshake = read("1|3|unix|/run/user/0/p/plugin123|grpc|\n").unwrap();
    let address = "/run/user/0/p/plugin123".to_owned();
    assert_eq!(handshake, Handshake { version: 3, network: Network::Unix, address, certificate: None });
    let handshake = read("1|1|tcp|127.0.0.1:10000|grpc\r\n").unwrap();
    assert_eq!((handshake.network, &*handshake.address), (Network::Tcp, "127.0.0.1:10000"));
}

#[test]
fn a_certificate_counts_from_51_characters_on() {
    let line = |certificate: &str| format!("1|1|unix|/s|grpc|{certificate}\n");
    assert_eq!(read(line(&"A".repeat(50))).unwrap().certificate, None);
    assert_eq!(read(line(&"A".repeat(52))).unwrap().certificate, Some(vec![0; 39]));
    assert_eq!(read(line("?")).unwrap().certificate, None);
    for bad in ["?".repeat(60), format!("{}==", "A".repeat(58)), "A".repeat(53), "-_".repeat(30)] {
        assert_eq!(read(line(&bad)).unwrap_err().code(), Some(codes::HANDSHAKE), "{bad}");
    }
}

#[test]
fn net_rpc_is_refused_by_name() {
    for line in ["1|1|unix|/s\n", "1|1|unix|/s|netrpc\n", "1|9|tcp|127.0.0.1:1\n", "1|1|unix|/s|netrpc||\n"] {
        let failure = read(line).unwrap_err();
        assert_eq!(failure.code(), Some(codes::PROTOCOL), "{line}");
        assert!(failure.to_string().contains("net/rpc"), "{failure}");
        assert!(hint(&failure).contains("gRPC"), "{failure:?}");
    }
    assert!(read("1|1|unix|/s|thrift|\n").unwrap_err().to_string().contains("`thrift`"));
}

#[test]
fn a_version_that_the_host_does_not_speak_is_told_with_those_that_it_does() {
    let failure = read("1|2|unix|/s|grpc|\n").unwrap_err();
    assert_eq!(failure.code(), Some(codes::HANDSHAKE_VERSION));
    for number in ["`2`", "`1`, `3`"] {
        assert!(failure.to_string().contains(number), "{failure}");
    }
    assert!(hint(&failure).contains("protocol_versions"));
    assert_eq!(read("1|x|unix|/s|grpc|\n").unwrap_err().code(), Some(codes::HANDSHAKE));
    assert_eq!(read("1|99999999999|unix|/s|grpc|\n").unwrap_err().code(), Some(codes::HANDSHAKE));
}

#[test]
fn another_core_version_is_no_noise() {
    for line in ["2|1|unix|/s|grpc|\n", "0|1\n", "99999999999999999999|1|unix|/s|grpc|\n"] {
        let failure = read(line).unwrap_err();
        assert_eq!(failure.code(), Some(codes::HANDSHAKE));
        assert!(failure.to_string().contains("go-plugin's own protocol"), "{failure}");
    }
}

#[test]
fn lines_that_cannot_be_read_are_shown_with_the_reason() {
    let lines: [&[u8]; 7] = [
        b"1|\n",
        b"1|1|unix\n",
        b"1|1|pipe|/s|grpc|\n",
        b"1|1|unix||grpc|\n",
        b"1|1|unix|/a\0b|grpc|\n",
        b"1|1|unix|/\xff|grpc|\n",
        b"1||||grpc|\n",
    ];
    for line in lines {
        let failure = read(line).unwrap_err();
        assert_eq!(failure.code(), Some(codes::HANDSHAKE));
        assert!(failure.to_string().contains("cannot be read: "), "{failure}");
        assert!(!failure.to_string().contains('\0'), "{failure}");
    }
}

#[test]
fn many_connections_in_one_are_refused_where_nobody_asked() {
    assert_eq!(read("1|1|unix|/s|grpc||true\n").unwrap_err().code(), Some(codes::PROTOCOL));
    assert_eq!(read("1|1|unix|/s|grpc||yes\n").unwrap_err().code(), Some(codes::PROTOCOL));
    assert!(read("1|1|unix|/s|grpc||false\n").is_ok());
    assert!(read("1|1|unix|/s|grpc||\n").is_ok());
}

#[test]
fn noise_before_the_line_is_kept_for_the_log() {
    let mut reader = Reader::new(&[1]);
    let noise: [&[u8]; 6] = [b"", b"\0\x1b[31m\xff|", b"|1|unix", b"12 lines", b"x1|1|unix|/s|grpc|", b"1\r"];
    let text = [noise.join(&b'\n'), b"1|1|unix|/s|grpc|\n".to_vec()].join(&b'\n');
    assert!(reader.feed(&text).unwrap().is_some());
    assert_eq!(reader.take_noise(), noise);
    assert!(reader.take_noise().is_empty());
}

#[test]
fn sixteen_lines_of_noise_are_borne_and_not_one_more() {
    let text = |lines: usize| format!("{}1|1|unix|/s|grpc|\n", "hello\n".repeat(lines));
    assert!(read(text(MOST_NOISE)).is_ok());
    let failure = read(text(MOST_NOISE + 1)).unwrap_err();
    assert_eq!(failure.code(), Some(codes::HANDSHAKE));
    assert!(failure.to_string().contains("`hello`"), "{failure}");
}

#[test]
fn a_line_without_end_fills_no_memory() {
    for byte in [b'1', b'x', 0] {
        let mut reader = Reader::new(&[1]);
        let failure = reader.feed(&[byte; 1 << 20]).unwrap_err();
        assert_eq!(failure.code(), Some(codes::HANDSHAKE));
        assert!(failure.to_string().len() < 1024);
        assert_eq!(reader.feed(b"\n1|1|unix|/s|grpc|\n").unwrap_err(), failure, "it stays a failure");
        assert!(reader.line.capacity() == 0 && reader.noise.is_empty());
    }
}

#[test]
fn the_longest_line_is_read_and_no_longer_one() {
    let line = |length: usize| {
        let start = "1|1|unix|/s|grpc||false|";
        format!("{start}{}\n", "x".repeat(length - start.len()))
    };
    assert!(read(line(LONGEST_LINE)).is_ok());
    assert!(read(line(LONGEST_LINE + 1)).unwrap_err().to_string().contains("more than 16384 bytes"));
}

#[test]
fn it_does_not_matter_how_it_is_cut() {
    let texts: Vec<Vec<u8>> = vec![
        b"hello\n\0\xff\n1|1|unix|/s|grpc|\nrest\n1|1|".to_vec(),
        b"1|2|unix|/s|grpc|\nrest".to_vec(),
        b"1|1|unix|/s|grpc|".to_vec(),
        "noise\n".repeat(20).into_bytes(),
        "n".repeat(LONGEST_START + 10).into_bytes(),
        format!("{}\n{}", "n".repeat(LONGEST_START - LONGEST_LINE - 2), "1".repeat(LONGEST_LINE + 9)).into_bytes(),
    ];
    for text in texts {
        let whole = in_pieces(&text, text.len());
        for size in [1, 2, 3, 5, 7, 100, 4096] {
            assert_eq!(in_pieces(&text, size), whole, "in pieces of {size}");
        }
    }
}

#[test]
fn a_line_that_the_end_of_stdout_ends_counts() {
    let end = |text: &[u8]| {
        let mut reader = Reader::new(&[1]);
        assert_eq!(reader.feed(text).unwrap(), None);
        reader.end()
    };
    assert_eq!(end(b"1|1|unix|/s|grpc|").unwrap().unwrap().address, "/s");
    assert_eq!(end(b"hello").unwrap(), None);
    assert_eq!(end(b"").unwrap(), None);
    assert_eq!(end(b"1|1|uni").unwrap_err().code(), Some(codes::HANDSHAKE));
}

#[test]
fn without_a_line_it_says_what_came_instead() {
    let mut reader = Reader::new(&[1]);
    reader.feed(b"1|1|unix|/s").unwrap();
    let failure = no_line(Duration::from_millis(1500), reader.unfinished());
    assert!(failure.to_string().contains("within 1.5 s; it has written `1|1|unix|/s` instead"), "{failure}");
    assert!(no_line(Duration::from_secs(60), b"").to_string().contains("nothing to stdout"));
}

#[test]
fn a_wrong_cookie_is_guessed_from_the_last_words() {
    let words = b"This binary is a plugin. These are not meant to be executed directly.\nPlease execute";
    let with = Settings::read(r#"{"cookie": {"key": "ORI_PLUGIN", "value": "v2"}}"#, "").unwrap();
    let failure = ended_before_line(&with, "exit status 1", words);
    assert!(hint(&failure).contains("`ORI_PLUGIN=v2`"), "{failure:?}");
    assert!(failure.to_string().contains("exit status 1") && failure.to_string().contains("This binary"));
    let without = Settings::read("", "").unwrap();
    assert!(hint(&ended_before_line(&without, "exit status 1", words)).contains("`cookie`"));
    assert!(hint(&ended_before_line(&with, "signal 9", b"")).contains("stderr"));
}

#[test]
fn the_environment_has_what_go_plugin_goes_by() {
    let profile = r#"{"cookie": {"key": "ORI_PLUGIN", "value": "ori-agent-v1"}, "protocol_versions": [1, 7]}"#;
    let variables = environment(&Settings::read(profile, "").unwrap(), Path::new("/run/private"));
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    assert_eq!(
        variables,
        [
            ("PLUGIN_MIN_PORT", "10000"),
            ("PLUGIN_MAX_PORT", "25000"),
            ("PLUGIN_PROTOCOL_VERSIONS", "1,7"),
            ("PLUGIN_UNIX_SOCKET_DIR", "/run/private"),
            ("TMPDIR", "/run/private"),
            ("ORI_PLUGIN", "ori-agent-v1"),
        ]
    );
}

fn hint(failure: &Failure) -> &str {
    match failure {
        Failure::Failed(failed) => &failed.hint,
        _ => "",
    }
}
