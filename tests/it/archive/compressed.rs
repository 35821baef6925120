//! What stands around a tar: gzip (RFC 1952) and zstd (RFC 8878).

use super::*;

/// A gzip with these flags, and these fields behind its header.
fn gzip_with(flags: u8, fields: &[u8]) -> Vec<u8> {
    let plain = gzip(&Tar::good().end());
    [&[0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255], fields, &plain[10..]].concat()
}

#[test]
fn the_optional_fields_of_a_gzip_are_read_and_checked() {
    const HEADER_CRC: u8 = 2;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    installs(&gzip_with(1, b""));
    installs(&gzip_with(NAME | COMMENT, b"../../etc/passwd\0comment\0"));
    installs(&gzip_with(EXTRA, &[&[0xff, 0xff][..], &[b'x'; 0xffff]].concat()));
    unreadable(&gzip_with(HEADER_CRC, &[0x12, 0x34]));
    let endless = [&[b'x'; 1 << 20][..], &[0]].concat();
    unreadable(&gzip_with(NAME, &endless));
    unreadable(&gzip_with(COMMENT, &endless));
    for reserved in [0x20, 0x40, 0x80] {
        unreadable(&gzip_with(reserved, b""));
    }
    let mut other = gzip_with(0, b"");
    other[2] = 7;
    unreadable(&other);
}

#[test]
fn a_gzip_whose_checksum_or_size_is_wrong_is_unreadable() {
    let good = gzip(&Tar::good().end());
    for back in 1..=8 {
        let mut bad = good.clone();
        let place = bad.len() - back;
        bad[place] ^= 1;
        unreadable(&bad);
    }
    refused(&[&good[..], &[0; 512]].concat());
}

#[test]
fn a_zstd_that_asks_for_more_memory_than_its_own_tool_grants_is_unreadable() {
    // One raw block of the whole tar, and a window of 2 to the power that is given.
    let frame = |log: u8| {
        let tar = Tar::good().end();
        let block = (tar.len() as u32) << 3 | 1;
        [&[0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3], &block.to_le_bytes()[..3], &tar].concat()
    };
    installs(&frame(17));
    installs(&frame(27));
    unreadable(&frame(28));
    unreadable(&frame(31));
    unreadable(&frame(41));
}

#[test]
fn a_zstd_that_lies_about_its_content_is_unreadable() {
    let tar = Tar::good().end();
    let good = zstd::bulk::compress(&tar, 1).unwrap();
    assert_eq!(good[4], 0x60, "one segment, and a size of two bytes");
    installs(&good);
    let with = |place: usize, value: u8| {
        let mut bytes = good.clone();
        bytes[place] = value;
        bytes
    };
    unreadable(&with(5, good[5] ^ 1));
    unreadable(&with(6, good[6] + 1));
    unreadable(&with(4, 0x68)); // A reserved bit.
    unreadable(&[&good[..4], &[0x61], &[7], &good[5..]].concat()); // A dictionary.

    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(&tar).unwrap();
    let mut checked = encoder.finish().unwrap();
    installs(&checked);
    *checked.last_mut().unwrap() ^= 1;
    unreadable(&checked);
}

#[test]
fn a_zstd_is_one_frame() {
    let good = zstd(&Tar::good().end());
    let skippable = [&0x184d_2a50_u32.to_le_bytes()[..], &4_u32.to_le_bytes(), b"text"].concat();
    unreadable(&[&skippable[..], &good].concat());
    refused(&[&good[..], &skippable].concat());
}
