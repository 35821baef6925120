//! Zips that no writer would make.

use super::*;

const DESCRIBED: u16 = 1 << 3;
const UTF_8: u16 = 1 << 11;

/// What one of the two directories says of an entry.
#[derive(Clone, Debug)]
pub(crate) struct Says {
    pub(crate) name: Vec<u8>,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) crc: u32,
    pub(crate) packed: u32,
    pub(crate) size: u32,
    pub(crate) extra: Vec<u8>,
}

/// An entry whose directories say what they are given, checked by nobody.
#[derive(Clone, Debug)]
pub(crate) struct Zipped {
    pub(crate) local: Says,
    pub(crate) central: Says,
    bytes: Vec<u8>,
    pub(crate) behind: Vec<u8>,
    pub(crate) attributes: u32,
    start: Option<u32>,
}

impl Zipped {
    pub(crate) fn stored(name: impl AsRef<[u8]>, content: &[u8]) -> Zipped {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let (name, size) = (name.as_ref().to_owned(), content.len() as u32);
        let says = Says { name, flags: 0, method: 0, crc: crc.sum(), packed: size, size, extra: Vec::new() };
        let (local, central) = (says.clone(), says);
        Zipped { local, central, bytes: content.to_owned(), behind: Vec::new(), attributes: 0, start: None }
    }

    pub(crate) fn deflated(name: &str, content: &[u8]) -> Zipped {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).unwrap();
        let bytes = encoder.finish().unwrap();
        let packed = bytes.len() as u32;
        let both = Zipped::stored(name, content).both(|says| (says.method, says.packed) = (8, packed));
        Zipped { bytes, ..both }
    }

    pub(crate) fn both(mut self, change: impl Fn(&mut Says)) -> Zipped {
        change(&mut self.local);
        change(&mut self.central);
        self
    }

    pub(crate) fn mode(self, mode: u32) -> Zipped {
        Zipped { attributes: mode << 16, ..self }
    }

    /// With sizes in front that are not known yet, and those behind that are given.
    pub(crate) fn described(mut self, behind: Vec<u8>) -> Zipped {
        self.local = Says { crc: 0, packed: 0, size: 0, ..self.local };
        self.behind = behind;
        self.both(|says| says.flags |= DESCRIBED)
    }

    /// With its true sizes behind it, of 4 or 8 bytes.
    pub(crate) fn with_descriptor(self, is_wide: bool) -> Zipped {
        let Says { crc, packed, size, .. } = self.central;
        let sizes = if is_wide { u64s(&[packed.into(), size.into()]) } else { u32s(&[packed, size]) };
        self.described([b"PK\x07\x08".to_vec(), u32s(&[crc]), sizes].concat())
    }

    /// With its sizes in zip64 fields.
    pub(crate) fn wide(self, size: u64, packed: u64) -> Zipped {
        let field = [&[1, 0, 16, 0][..], &size.to_le_bytes(), &packed.to_le_bytes()].concat();
        self.both(|says| (says.size, says.packed, says.extra) = (u32::MAX, u32::MAX, field.clone()))
    }
}

fn u16s(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn u32s(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn u64s(numbers: &[u64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

impl Says {
    /// What both records have in common.
    fn bytes(&self) -> Vec<u8> {
        let lengths = u16s(&[self.name.len() as u16, self.extra.len() as u16]);
        [u16s(&[self.flags, self.method, 0, 0x21]), u32s(&[self.crc, self.packed, self.size]), lengths].concat()
    }
}

/// A good plugin and more, laid out by hand.
pub(crate) struct Zip {
    entries: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

impl Zip {
    pub(crate) fn of(files: &[Zipped]) -> Zip {
        let mut zip = Zip { entries: Vec::new(), directory: Vec::new(), count: files.len() as u16 };
        for file in files {
            let start = file.start.unwrap_or(zip.entries.len() as u32);
            zip.entries.extend([b"PK\x03\x04\x14\x00".to_vec(), file.local.bytes()].concat());
            zip.entries
                .extend([&file.local.name[..], &file.local.extra[..], &file.bytes[..], &file.behind[..]].concat());
            let behind = [u16s(&[0, 0, 0]), u32s(&[file.attributes, start])].concat();
            zip.directory.extend([b"PK\x01\x02\x14\x03\x14\x00".to_vec(), file.central.bytes(), behind].concat());
            zip.directory.extend([&file.central.name[..], &file.central.extra[..]].concat());
        }
        zip
    }

    fn good_and(more: &[Zipped]) -> Zip {
        let good =
            [Zipped::stored("gain/plugin.json", MANIFEST.as_bytes()), Zipped::deflated("gain/libgain.so", b"code")];
        Zip::of(&[&good[..], more].concat())
    }

    fn end(&self) -> Vec<u8> {
        end_record(self.count, self.directory.len() as u32, self.entries.len() as u32, b"")
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        [&self.entries[..], &self.directory[..], &self.end()[..]].concat()
    }

    /// With an end record of 64 bits in front of its end, which says this many entries.
    pub(crate) fn bytes_64(&self, entries: u64) -> Vec<u8> {
        let (size, start) = (self.directory.len() as u64, self.entries.len() as u64);
        let end_64 = end_record_64(entries, size, start, start + size);
        let end = end_record(u16::MAX, u32::MAX, u32::MAX, b"");
        [&self.entries[..], &self.directory[..], &end_64[..], &end[..]].concat()
    }
}

fn end_record(count: u16, size: u32, start: u32, comment: &[u8]) -> Vec<u8> {
    let length = u16s(&[comment.len() as u16]);
    [b"PK\x05\x06".to_vec(), u16s(&[0, 0, count, count]), u32s(&[size, start]), length, comment.to_vec()].concat()
}

fn end_record_64(count: u64, size: u64, start: u64, place: u64) -> Vec<u8> {
    let record = [b"PK\x06\x06".to_vec(), u64s(&[44]), u16s(&[45, 45]), u32s(&[0, 0]), u64s(&[count, count])].concat();
    let locator = [b"PK\x06\x07".to_vec(), u32s(&[0]), u64s(&[place]), u32s(&[1])].concat();
    [record, u64s(&[size, start]), locator].concat()
}

#[test]
fn a_zip_made_by_hand_installs() {
    installs(&Zip::good_and(&[]).bytes());
    let folder = Zipped::stored("gain/presets/", b"").mode(0o040_755);
    let run = Zipped::stored("gain/run", b"x").mode(0o100_755);
    let (_tree, path) = installs(&Zip::good_and(&[folder, run, Zipped::deflated("gain/empty/", b"")]).bytes());
    assert!(path.join("presets").is_dir() && path.join("empty").is_dir());
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path.join("run")).unwrap().permissions()) & 0o777,
        0o755
    );
}

#[test]
fn an_encrypted_entry_is_refused() {
    for bit in [0, 5, 6, 13] {
        refused(&Zip::good_and(&[Zipped::stored("gain/a", b"x").both(|says| says.flags = 1 << bit)]).bytes());
    }
}

#[test]
fn what_is_neither_stored_nor_deflated_is_refused() {
    for method in [1, 6, 9, 12, 14, 93, 95, 98, 99] {
        refused(&Zip::good_and(&[Zipped::stored("gain/a", b"x").both(|says| says.method = method)]).bytes());
    }
}

#[test]
fn a_version_of_the_format_that_tools_may_not_know_is_refused() {
    for newer in [46, 51, 63, 0x0114] {
        for (start, place) in [(b"PK\x03\x04", 4), (b"PK\x01\x02", 6)] {
            let mut bytes = Zip::good_and(&[]).bytes();
            let record = bytes.windows(4).position(|part| part == start).unwrap();
            bytes[record + place..record + place + 2].copy_from_slice(&u16::to_le_bytes(newer));
            refused(&bytes);
        }
    }
}

#[test]
fn sizes_of_64_bits_are_read_where_they_are_asked_for() {
    let wide = Zipped::stored("gain/a", b"text").wide(4, 4);
    let (_tree, path) = installs(&Zip::good_and(std::slice::from_ref(&wide)).bytes());
    assert_eq!(fs::read(path.join("a")).unwrap(), b"text");
    installs(&Zip::good_and(&[wide]).bytes_64(3));
}

#[test]
fn sizes_of_64_bits_that_lie_are_refused() {
    let file = || Zipped::stored("gain/a", b"text");
    for size in [1 << 63, u64::MAX, 5 << 30] {
        refused(&Zip::good_and(&[file().wide(size, size)]).bytes());
    }
    let mut two_sizes = file().wide(4, 4);
    two_sizes.central.extra[4] = 5;
    let without = file().both(|says| says.size = u32::MAX);
    let not_asked_for = file().wide(4, 4).both(|says| (says.size, says.packed) = (4, 4));
    let twice = file().wide(4, 4).both(|says| says.extra = says.extra.repeat(2));
    let short = file().wide(4, 4).both(|says| says.extra = vec![1, 0, 0, 0]);
    for lie in [two_sizes, without, not_asked_for, twice, short] {
        refused(&Zip::good_and(&[lie]).bytes());
    }
    refused(&Zip::good_and(&[file()]).bytes_64(2));
    let elsewhere = Zip::good_and(&[file()]);
    let mut bytes = elsewhere.bytes_64(3);
    replace(&mut bytes, b"PK\x06\x06", b"PK\x06\x08");
    refused(&bytes);
    let end = [&elsewhere.entries[..], &elsewhere.directory[..]].concat();
    let said_otherwise = end_record_64(3, 0, 0, end.len() as u64);
    refused(&[end, said_otherwise, elsewhere.end()].concat());
}

/// CVE-2022-36114, as David Fifield makes them: many entries that share one content.
#[test]
fn overlapping_entries_are_refused() {
    let kernel = Zipped::deflated("gain/a", &[0; 4096]);
    let start = Some(Zip::good_and(&[]).entries.len() as u32);
    let shared = |name: &str| Zipped { start, ..kernel.clone() }.both(|says| says.name = name.as_bytes().to_owned());
    refused(&Zip::good_and(&[kernel.clone(), shared("gain/a")]).bytes());
    refused(&Zip::good_and(&[kernel.clone(), shared("gain/b")]).bytes());

    // The header of the second is quoted in the content of the first.
    let inner = Zip::of(&[Zipped::stored("gain/b", b"text")]);
    let outer = Zipped::stored("gain/a", &inner.entries);
    let quoted = Zip::good_and(&[outer, Zipped::stored("gain/b", b"text")]);
    let first = Zip::good_and(&[]).entries.len();
    let place = first + 30 + "gain/a".len();
    let mut directory = quoted.directory.clone();
    let last = directory.len() - "gain/b".len();
    directory[last - 4..last].copy_from_slice(&(place as u32).to_le_bytes());
    let entries = quoted.entries[..place + inner.entries.len()].to_vec();
    refused(&Zip { entries, directory, count: 4 }.bytes());
}

/// CVE-2025-29787: a link that a later entry is written through.
#[test]
fn a_zip_with_links_or_devices_is_refused() {
    for mode in [0o120_777, 0o020_666, 0o060_666, 0o010_666, 0o140_755] {
        let special = Zipped::stored("gain/x", b"..").mode(mode);
        refused(&Zip::good_and(&[special.clone(), Zipped::stored("gain/x/y", b"through")]).bytes());
        refused(&Zip::good_and(&[special]).bytes());
    }
    refused(&Zip::good_and(&[Zipped::stored("gain/x", b"").mode(0o040_755)]).bytes());
    refused(&Zip::good_and(&[Zipped::stored("gain/x/", b"").mode(0o100_644)]).bytes());
    refused(&Zip::good_and(&[Zipped { attributes: 0x10, ..Zipped::stored("gain/x", b"") }]).bytes());
    refused(&Zip::good_and(&[Zipped::stored("gain/x/", b"content")]).bytes());
}

#[test]
fn sizes_behind_a_file_are_those_of_the_directory() {
    let file = || Zipped::deflated("gain/a", b"text text text");
    let Says { crc, packed, size, .. } = file().central;
    let behind = |crc, packed, size| [b"PK\x07\x08".to_vec(), u32s(&[crc, packed, size])].concat();
    let behind_64 = |size| [b"PK\x07\x08".to_vec(), u32s(&[crc]), u64s(&[packed.into(), size])].concat();
    installs(&Zip::good_and(&[file().with_descriptor(false)]).bytes());
    installs(&Zip::good_and(&[file().with_descriptor(true)]).bytes());
    // Windows' own tar says the size in front.
    let mut known = file().with_descriptor(false);
    known.local.size = size;
    installs(&Zip::good_and(std::slice::from_ref(&known)).bytes());
    known.local.size += 1;
    refused(&Zip::good_and(&[known]).bytes());
    let lies = [behind(0, packed, size), behind(crc, 0, size), behind(crc, packed, 0), behind_64(1 << 40), Vec::new()];
    for lie in lies {
        refused(&Zip::good_and(&[file().described(lie)]).bytes());
    }
}

#[test]
fn too_many_entries_are_refused_before_their_directory_is_read() {
    const MANY: u64 = 1_000_000;
    // Zeros, which are no directory: whoever read them would call them damaged.
    let size = MANY * 46;
    let end = [end_record_64(MANY, size - 4, 4, size), end_record(u16::MAX, u32::MAX, u32::MAX, b"")].concat();
    refused(&[b"PK\x03\x04".to_vec(), vec![0; size as usize - 4], end].concat());
}

#[test]
fn a_name_that_tools_decode_in_different_ways_is_refused() {
    let utf_8 = |says: &mut Says| says.flags = UTF_8;
    let (_tree, path) = installs(&Zip::good_and(&[Zipped::stored("gain/\u{e9}", b"x").both(utf_8)]).bytes());
    assert!(path.join("\u{e9}").is_file());
    // unzip takes those of MS-DOS and OS/2 for names in a code page.
    for system in [0, 6, 11] {
        let mut bytes = Zip::good_and(&[Zipped::stored("gain/\u{e9}", b"x").both(utf_8)]).bytes();
        replace(&mut bytes, b"PK\x01\x02\x14\x03", &[&b"PK\x01\x02\x14"[..], &[system]].concat());
        refused(&bytes);
    }
    refused(&Zip::good_and(&[Zipped::stored("gain/\u{e9}", b"x")]).bytes());
    refused(&Zip::good_and(&[Zipped::stored(b"gain/\xff", b"x").both(utf_8)]).bytes());
    refused(&Zip::good_and(&[Zipped::stored("gain/a\0b", b"x")]).bytes());
    refused(&Zip::good_and(&[Zipped::stored(vec![b'a'; 2000], b"x")]).bytes());
    let unicode = [&[0x75, 0x70, 11, 0, 1, 0, 0, 0, 0][..], b"gain/b"].concat();
    refused(&Zip::good_and(&[Zipped::stored("gain/a", b"x").both(|says| says.extra.clone_from(&unicode))]).bytes());
    let mut one_side = Zipped::stored("gain/a", b"x");
    one_side.central.flags = UTF_8;
    refused(&Zip::good_and(&[one_side]).bytes());
}

/// CVE-2025-54368.
#[test]
fn whatever_the_two_directories_say_differently_is_refused() {
    let changes: [fn(&mut Says); 6] = [
        |says| says.name = b"gain/b".to_vec(),
        |says| says.method = 8,
        |says| says.crc ^= 1,
        |says| says.packed += 1,
        |says| says.size += 1,
        |says| says.flags = DESCRIBED,
    ];
    for change in changes {
        let mut differs = Zipped::stored("gain/a", b"text");
        change(&mut differs.local);
        refused(&Zip::good_and(&[differs]).bytes());
    }
}

#[test]
fn a_comment_is_no_end() {
    let zip = Zip::good_and(&[]);
    let (size, start) = (zip.directory.len() as u32, zip.entries.len() as u32);
    let with = |comment: &[u8]| [&zip.entries[..], &zip.directory, &end_record(2, size, start, comment)].concat();
    installs(&with(b"0123456789abcdef0123456789abcdef01234567"));
    installs(&with(&[b'x'; 65535]));
    refused(&with(&end_record(2, size, start, b"")));
    refused(&with(&end_record(0, 0, start + size, b"")));
    unreadable(&with(b"PK\x05\x06 and more than an end record would be"));
    unreadable(&with(b"PK\x05\x06"));
    let mut short = with(b"comment");
    short.truncate(short.len() - 1);
    unreadable(&short);
}

#[test]
fn nothing_stands_between_the_parts_of_a_zip() {
    let zip = Zip::good_and(&[]);
    let Zip { entries, directory, .. } = &zip;
    let (size, start) = (directory.len() as u32, entries.len() as u32);
    refused(&[&entries[..], &directory[..], b"gap", &zip.end()].concat());
    refused(&[&entries[..], b"gap", &directory[..], &end_record(2, size, start + 3, b"")].concat());
    refused(&[&entries[..], &directory[..], b"gap", &end_record(2, size + 3, start, b"")].concat());
    refused(&[&zip.bytes()[..], b"behind"].concat());
    refused(&[&zip.bytes()[..], &[0; 512]].concat());
    unreadable(&[&zip.bytes()[..], &[0; 70_000]].concat());
    let hidden = Zipped { behind: b"gap".to_vec(), ..Zipped::stored("gain/a", b"x") };
    refused(&Zip::good_and(&[hidden]).bytes());
    // What an unlisted entry is, too.
    let unlisted = Zip { directory: Zip::good_and(&[]).directory, ..Zip::good_and(&[Zipped::stored("gain/a", b"x")]) };
    refused(&Zip { count: 2, ..unlisted }.bytes());
    for record in [[1, 0, 2, 2], [0, 1, 2, 2], [0, 0, 1, 2]] {
        let end = [b"PK\x05\x06".to_vec(), u16s(&record), u32s(&[size, start]), u16s(&[0])].concat();
        refused(&[&entries[..], &directory[..], &end].concat());
    }
}

#[test]
fn a_directory_is_as_long_as_it_is_said_to_be() {
    let zip = Zip::good_and(&[]);
    let last = zip.directory.len() - 46 - "gain/libgain.so".len();
    for length in [28, 30, 32] {
        let mut directory = zip.directory.clone();
        directory[last + length] += 32;
        unreadable(&Zip { directory, entries: zip.entries.clone(), count: 2 }.bytes());
    }
    refused(&Zip { count: 1, ..Zip::good_and(&[]) }.bytes());
    unreadable(&Zip { count: 3, ..zip }.bytes());
}

#[test]
fn a_directory_may_have_another_order() {
    let zip = Zip::good_and(&[]);
    let second = zip.directory.windows(4).rposition(|part| part == b"PK\x01\x02").unwrap();
    let directory = [&zip.directory[second..], &zip.directory[..second]].concat();
    installs(&Zip { directory, ..zip }.bytes());
}

#[test]
fn content_that_is_not_what_was_said_is_unreadable() {
    let file = || Zipped::deflated("gain/a", &[7; 1000]);
    let behind = Zipped { bytes: [file().bytes, b"more".to_vec()].concat(), ..file().both(|says| says.packed += 4) };
    let cut = Zipped { bytes: file().bytes[..5].to_vec(), ..file().both(|says| says.packed = 5) };
    let stored = Zipped::stored("gain/a", b"text");
    let lies = [
        file().both(|says| says.crc ^= 1),
        file().both(|says| says.size -= 1),
        file().both(|says| says.size += 1),
        stored.clone().both(|says| says.size += 1),
        stored.both(|says| says.size -= 1),
        behind,
        cut,
    ];
    for lie in lies {
        unreadable(&Zip::good_and(&[lie]).bytes());
    }
}

#[test]
fn extra_fields_are_whole() {
    let with = |extra: &[u8]| Zipped::stored("gain/a", b"x").both(|says| says.extra = extra.to_owned());
    installs(&Zip::good_and(&[with(b"UT\x05\x00\x03abcd")]).bytes());
    for malformed in [&b"UT"[..], b"UT\x05\x00\x03", b"UT\x00\x00\x00"] {
        refused(&Zip::good_and(&[with(malformed)]).bytes());
    }
}
