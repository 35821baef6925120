//! Tars that no writer would make.

use super::*;

/// A file whose header is changed before its checksum is made.
fn changed(change: impl Fn(&mut [u8; 512])) -> Vec<u8> {
    let header = |header: &mut Header| change(header.as_mut_bytes());
    gzip(&Tar::good().header("gain/a", FILE, 4, header).bytes(b"text").end())
}

#[test]
fn a_number_that_tools_read_in_different_ways_is_refused() {
    let wide = |first: u8, second: u8| {
        let mut field = [0; 12];
        (field[0], field[1], field[11]) = (first, second, 4);
        field
    };
    let numbers: [[u8; 12]; 13] = [
        *b"+0000000004\0",
        *b"-0000000004\0",
        *b"0o4\0\0\0\0\0\0\0\0\0",
        *b"0x4\0\0\0\0\0\0\0\0\0",
        *b"0_4\0\0\0\0\0\0\0\0\0",
        *b"4 4\0\0\0\0\0\0\0\0\0",
        *b"4\x00garbage\0\0\0",
        *b"00000000008\0",
        *b"\t\t\t\t4\0\0\0\0\0\0\0",
        [0; 12],
        [b' '; 12],
        wide(0x81, 0),
        wide(0x80, 1),
    ];
    for number in numbers.into_iter().chain([[0xff; 12]]) {
        refused(&changed(|header| header[124..136].copy_from_slice(&number)));
    }
    for number in [*b"          4\0", *b"000000000004", *b"4           ", wide(0x80, 0)] {
        let (_tree, path) = installs(&changed(|header| header[124..136].copy_from_slice(&number)));
        assert_eq!(fs::read(path.join("a")).unwrap(), b"text");
    }
    // Owner, group, time and device, which are not used here, but stop others.
    for field in [108, 116, 136, 329, 337] {
        refused(&changed(|header| header[field..field + 4].copy_from_slice(b"root")));
    }
}

#[test]
fn a_wrong_checksum_is_unreadable() {
    for place in [0, 100, 124, 148, 156, 257, 500] {
        let mut tar = Tar::good().file("gain/a", "x").end();
        let header = tar.windows(6).rposition(|part| part == b"gain/a").unwrap();
        tar[header + place] ^= 1;
        unreadable(&gzip(&tar));
    }
}

#[test]
fn a_header_that_is_neither_of_posix_nor_of_gnu_is_refused() {
    for magic in [*b"\0\0\0\0\0\0\0\0", *b"ustar\0\0\0", *b"ustar\x0001", *b"ustar   ", *b"USTAR\x0000"] {
        refused(&changed(|header| header[257..265].copy_from_slice(&magic)));
    }
    // Where POSIX has a prefix, GNU has times: Python's tarfile takes one for the other.
    let gnu = |header: &mut [u8; 512]| header[257..265].copy_from_slice(b"ustar  \0");
    installs(&changed(gnu));
    refused(&changed(|header| (gnu(header), header[345] = b'1').1));
    refused(&changed(|header| header[508..].copy_from_slice(b"tar\0")));
    let old = Tar::good().0;
    unreadable(&[&old[..257], &[0; 8], &old[265..]].concat());
}

#[test]
fn a_name_may_fill_its_field() {
    let name = "n".repeat(95);
    let tar = Tar::good().file(&format!("gain/{name}"), "text");
    let prefix = format!("gain/{}", ["p".repeat(74), "q".repeat(75)].join("/"));
    assert_eq!(prefix.len(), 155);
    let set = |header: &mut Header| header.as_mut_bytes()[345..500].copy_from_slice(prefix.as_bytes());
    let (_tree, path) = installs(&tar.header("file", FILE, 0, set).end());
    assert_eq!(fs::read(path.join(&name)).unwrap(), b"text");
    let inside = prefix.strip_prefix("gain/").unwrap();
    assert!(path.join(inside).join("file").is_file());
    refused(&changed(|header| header[..100].fill(0)));
}

#[test]
fn a_long_name_is_one_name() {
    let long = |names: &[&str]| {
        let tar = Tar::good();
        let tar = names.iter().fold(tar, |tar, name| tar.entry("l", EntryType::GNULongName, name.as_bytes()));
        tar.file("gain/a", "").end()
    };
    let (_tree, path) = installs(&long(&["gain/b\0"]));
    assert!(path.join("b").is_file() && !path.join("a").exists());
    for name in ["/etc/x\0", "../x\0", "gain/b\0c\0", "\0", "", "gain/b/\0"] {
        refused(&long(&[name]));
    }
    // What stands behind the size is read on to by those who wait for the NUL.
    refused(&long(&["gain/b"]));
    refused(&long(&["gain/b\0", "gain/c\0"]));
    refused(&Tar::good().entry("l", EntryType::GNULongName, b"gain/b\0").end());
    refused(&Tar::good().entry("l", EntryType::GNULongLink, b"/etc/x\0").file("gain/a", "").end());
    let both = |tar: Tar| tar.file("gain/a", "").end();
    let (l, path) = (EntryType::GNULongName, record("path", "gain/c"));
    refused(&both(Tar::good().entry("l", l, b"gain/b\0").pax(&path)));
    refused(&both(Tar::good().pax(&path).entry("l", l, b"gain/b\0")));
}

/// CVE-2025-62518 and CVE-2026-33055: an archive inside an archive, which only one of two sizes shows.
#[test]
fn an_archive_in_an_archive_stays_hidden_to_nobody() {
    let inner = Tar::default().file("gain/inner", "").0;
    let size = record("size", &inner.len().to_string());
    refused(&Tar::good().pax(&size).header("gain/a", FILE, 0, |_| {}).bytes(&inner).end());
    refused(&Tar::good().pax(&record("size", "0")).entry("gain/a", FILE, &inner).end());
    let (_tree, path) = installs(&Tar::good().pax(&size).entry("gain/a", FILE, &inner).end());
    assert_eq!(fs::read(path.join("a")).unwrap(), inner);
}

#[test]
fn a_pax_header_that_changes_what_is_read_is_refused() {
    let sparse = [record("GNU.sparse.major", "1"), record("GNU.sparse.minor", "0")].concat();
    let real = [sparse.as_str(), &record("GNU.sparse.name", "gain/b"), &record("GNU.sparse.realsize", "9")].concat();
    for records in [&sparse, &real] {
        refused(&Tar::good().pax(records).file("gain/a", "1\n0\n4\ntext").end());
    }
    let records = [
        ("GNU.volume.filename", "gain/b"),
        ("SCHILY.realsize", "9"),
        ("hdrcharset", "BINARY"),
        ("linkpath", "/etc/x"),
        ("path", ""),
        ("path", "/etc/x"),
        ("path", "gain/b\0c"),
        ("size", "00x"),
        ("size", ""),
        // GNU tar takes " path" for "path", and what stands before a NUL for all of it.
        (" path", "gain/b"),
        ("\tsize", "0"),
        ("path ", "gain/b"),
        ("p\u{e4}th", "gain/b"),
        ("uname", "anna\0bob"),
        ("comment", "\0"),
    ];
    for (key, value) in records {
        refused(&Tar::good().pax(&record(key, value)).file("gain/a", "").end());
    }
    refused(&Tar::good().entry("x", EntryType::XHeader, b"15 path=gain/\xff\xff\n").file("gain/a", "").end());
    installs(&Tar::good().pax(&record("mtime", "1.5")).file("gain/a", "").end());
    installs(&Tar::good().pax("").file("gain/a", "").end());
    installs(&Tar::good().pax(&record("SCHILY.xattr.user.digest", "a\0b")).file("gain/a", "").end());
}

#[test]
fn an_entry_of_a_kind_that_tools_treat_differently_is_refused() {
    for kind in *b"7VMDNXAKsZ\xff " {
        refused(&Tar::good().entry("gain/x", EntryType::new(kind), b"").end());
    }
    refused(&Tar::good().entry("gain/x/", FILE, b"").end());
    // What a tar before POSIX gave to a file.
    let old = |header: &mut Header| header.as_mut_bytes()[156] = 0;
    refused(&Tar::good().header("gain/x/", FILE, 0, old).end());
    let long = Tar::good().entry("l", EntryType::GNULongName, b"gain/x\0");
    refused(&long.header("gain/x/", FILE, 0, old).end());
    refused(&Tar::good().entry("g", EntryType::XGlobalHeader, record("comment", "late").as_bytes()).end());
    let (_tree, path) = installs(&Tar::good().header("gain/x", FILE, 3, old).bytes(b"old").end());
    assert_eq!(fs::read(path.join("x")).unwrap(), b"old");
}

/// CVE-2026-33056, CVE-2026-5223, CVE-2022-36113 and CVE-2026-50163: each goes through a link.
#[test]
fn no_link_is_ever_made() {
    let link =
        |name: &str, kind, to: &str| Tar::good().header(name, kind, 0, |header| header.set_link_name(to).unwrap());
    let chmod = link("gain/x", EntryType::Symlink, "/tmp");
    refused(&chmod.header("gain/x", EntryType::Directory, 0, |header| header.set_mode(0o777)).end());
    refused(&link("gain/x", EntryType::Symlink, "../../mute").file("gain/x/plugin.json", "{}").end());
    refused(&link("gain/.hotshoe-receipt.json", EntryType::Symlink, "/etc/passwd").end());
    refused(&link("gain/x", EntryType::Link, "plugin.json").end());
}

#[test]
fn nothing_follows_an_empty_block() {
    let good = Tar::good();
    refused(&gzip(&[good.0.clone(), vec![0; 512], Tar::default().file("gain/a", "").end()].concat()));
    refused(&gzip(&[good.0.clone(), vec![0; 1024], b"text".to_vec()].concat()));
    unreadable(&gzip(&[good.0.clone(), vec![0; 512]].concat()));
    unreadable(&gzip(&[good.0, vec![0; 1023]].concat()));
}

#[test]
fn headers_about_entries_are_not_endless() {
    let large = record("comment", &"x".repeat((1 << 20) - 20));
    let many = (0..65).fold(Tar::good(), |tar, index| tar.pax(&large).file(&format!("gain/{index}"), ""));
    refused(&zstd(&many.end()));
    refused(&gzip(&Tar::good().pax(&large.repeat(2)).file("gain/a", "").end()));
    // As many records as there is room for.
    let records: String = (0..87_000).map(|index| record(&format!("{index:06x}"), "")).collect();
    installs(&zstd(&Tar::good().pax(&records).file("gain/a", "").end()));
}
