//! The entries of a zip.
//!
//! A zip says everything twice, in front of each file and in a directory at its end, and leaves open
//! what lies between. Here it is taken apart in one way only: the entries stand one behind the other
//! from the first byte on, the directory follows them, and the end record follows the directory. A
//! zip that is laid out in another way, or whose two directories differ, is one that tools disagree
//! about, and is refused. The records are those of PKWARE's APPNOTE.TXT, section 4.3.

use std::io::{self, BufRead, ErrorKind, Read, Seek, SeekFrom, Take};

use flate2::CrcReader;
use flate2::bufread::DeflateDecoder;

use super::{Entry, Visit, damaged};
use crate::error::Result;
use crate::package::MOST_ENTRIES;
use crate::package::entries::{Kind, refused};

/// What each record starts with.
const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: &[u8] = b"PK\x05\x06";
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;

/// How long each record is, without what its lengths add.
const LOCAL_SIZE: u64 = 30;
const CENTRAL_SIZE: usize = 46;
const END_SIZE: usize = 22;
const END_64_SIZE: usize = 56;
const LOCATOR_64_SIZE: usize = 20;

/// The version of the format, times ten, that has all that is read here: zip64.
const NEWEST_VERSION: u16 = 45;

/// The systems whose archives have names that every tool takes as they are.
const UNIX: u8 = 3;
const MACOS: u8 = 19;

/// The flag of an entry that is encrypted.
const ENCRYPTED: u16 = 1;
/// The flag of sizes that stand behind the content, too.
const DESCRIBED: u16 = 1 << 3;
/// The flag of a name that is UTF-8.
const UTF_8: u16 = 1 << 11;
/// The flags that change nothing: how hard deflate tried.
const EFFORT: u16 = 0b110;

/// The kinds of extra fields that change what is read.
const ZIP_64: u16 = 0x0001;
const UNICODE_PATH: u16 = 0x7075;

/// The longest name that is kept; a path that may stand in an archive is shorter.
const LONGEST_NAME: usize = 1024;

/// Shows each entry, in the order of their content.
pub(super) fn each_entry<R: BufRead + Seek>(mut bytes: R, visit: Visit<'_>) -> Result<()> {
    let end = find_end(&mut bytes)?;
    let entries = directory(&mut bytes, &end)?;
    let starts = entries.iter().map(|entry| entry.start).chain([end.directory]);
    if starts.clone().next() != Some(0) {
        return Err(refused("something stands before its start"));
    }
    bytes.rewind().map_err(damaged)?;
    for (entry, stop) in entries.iter().zip(starts.skip(1)) {
        show(&mut bytes, entry, stop, visit)?;
    }
    Ok(())
}

/// Where the directory starts and ends, and how many entries it has.
struct End {
    directory: u64,
    stop: u64,
    entries: u64,
}

/// Nothing stands behind the end record; so it is the last one, whatever its comment holds.
fn find_end<R: Read + Seek>(bytes: &mut R) -> Result<End> {
    let missing = || damaged(io::Error::new(ErrorKind::UnexpectedEof, "its end record is missing"));
    let length = bytes.seek(SeekFrom::End(0)).map_err(damaged)?;
    let most = END_64_SIZE + LOCATOR_64_SIZE + END_SIZE + usize::from(u16::MAX);
    let start = bytes.seek(SeekFrom::Start(length.saturating_sub(most as u64))).map_err(damaged)?;
    let mut tail = Vec::new();
    bytes.take(most as u64).read_to_end(&mut tail).map_err(damaged)?;

    let place = tail.windows(END.len()).rposition(|part| part == END).ok_or_else(missing)?;
    let (before, record) = tail.split_at(place);
    let comment = record.len().checked_sub(END_SIZE).ok_or_else(missing)?;
    if comment < usize::from(u16_at(record, 20)) {
        return Err(missing());
    }
    if comment > usize::from(u16_at(record, 20)) {
        return Err(refused("it goes on behind its end"));
    }
    if [u16_at(record, 4), u16_at(record, 6)] != [0, 0] || u16_at(record, 8) != u16_at(record, 10) {
        return Err(refused("it is one part of several"));
    }
    let mut said = [u64::from(u16_at(record, 10)), u64::from(u32_at(record, 12)), u64::from(u32_at(record, 16))];
    let mut stop = start + place as u64;
    if let Some(wide) = end_64(before, stop)? {
        let narrow = [u64::from(u16::MAX), u64::from(u32::MAX), u64::from(u32::MAX)];
        if !(0..3).all(|field| said[field] == narrow[field] || said[field] == wide[field]) {
            return Err(refused("its two end records contradict each other"));
        }
        said = wide;
        stop -= (END_64_SIZE + LOCATOR_64_SIZE) as u64;
    }
    let [entries, size, directory] = said;
    if directory.checked_add(size) != Some(stop) {
        return Err(refused("its directory does not stand in front of its end"));
    }
    // Before anything is kept of the directory.
    if entries > MOST_ENTRIES as u64 {
        return Err(refused("it is said to hold more than 100,000 entries"));
    }
    Ok(End { directory, stop, entries })
}

/// The entries, the size and the place of the directory, as a zip64 says them in front of its end.
fn end_64(before: &[u8], end: u64) -> Result<Option<[u64; 3]>> {
    let Some((before, locator)) = before.split_last_chunk::<LOCATOR_64_SIZE>() else { return Ok(None) };
    if u32_at(locator, 0) != LOCATOR_64 {
        return Ok(None);
    }
    let place = u64_at(locator, 8);
    let expected = end.checked_sub((END_64_SIZE + LOCATOR_64_SIZE) as u64);
    let record = before.last_chunk::<END_64_SIZE>().filter(|record| u32_at(*record, 0) == END_64);
    let (Some(record), true) = (record, Some(place) == expected) else {
        return Err(refused("its zip64 end record does not stand in front of its end"));
    };
    let is_whole = u64_at(record, 4) == END_64_SIZE as u64 - 12
        && [u32_at(locator, 4), u32_at(record, 16), u32_at(record, 20)] == [0, 0, 0]
        && u32_at(locator, 16) == 1
        && u64_at(record, 24) == u64_at(record, 32);
    match is_whole {
        true => Ok(Some([u64_at(record, 32), u64_at(record, 40), u64_at(record, 48)])),
        false => Err(refused("it is one part of several, or encrypted")),
    }
}

/// What the directory says of an entry, and where the entry starts.
struct Listed {
    said: Said,
    mode: u32,
    is_dos_folder: bool,
    start: u64,
}

/// What stands in both directories.
#[derive(Clone, PartialEq)]
struct Said {
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
    name: Vec<u8>,
}

fn directory<R: Read + Seek>(bytes: &mut R, end: &End) -> Result<Vec<Listed>> {
    bytes.seek(SeekFrom::Start(end.directory)).map_err(damaged)?;
    let mut bytes = bytes.take(end.stop - end.directory);
    let mut entries = (0..end.entries).map(|_| listed(&mut bytes)).collect::<Result<Vec<Listed>>>()?;
    if bytes.limit() != 0 {
        return Err(refused("something stands between its directory and its end"));
    }
    entries.sort_by_key(|entry| entry.start);
    Ok(entries)
}

fn listed<R: Read>(bytes: &mut R) -> Result<Listed> {
    let record: [u8; CENTRAL_SIZE] = array(bytes)?;
    if u32_at(&record, 0) != CENTRAL {
        return Err(damaged(io::Error::new(ErrorKind::InvalidData, "its directory is not where it is said to be")));
    }
    let mut start = u64::from(u32_at(&record, 42));
    let said = said(bytes, &record[6..32], Some(&mut start))?;
    vec(bytes, usize::from(u16_at(&record, 32)))?; // A comment.
    // Info-ZIP's unzip takes others for names in a code page of MS-DOS, whatever their flag says.
    if !said.name.is_ascii() && !matches!(record[5], UNIX | MACOS) {
        return Err(refused("it holds a name that not every tool reads alike"));
    }
    let attributes = u32_at(&record, 38);
    // Two bits of MS-DOS: a folder, and the name of a volume.
    Ok(Listed { said, mode: attributes >> 16, is_dos_folder: attributes & 0x18 != 0, start })
}

/// What the two kinds of record have in common, with the name and the extra fields behind them.
fn said<R: Read>(bytes: &mut R, record: &[u8], start: Option<&mut u64>) -> Result<Said> {
    if u16_at(record, 0) > NEWEST_VERSION {
        return Err(refused("it asks for what not every tool can do"));
    }
    let name_length = usize::from(u16_at(record, 22));
    if name_length > LONGEST_NAME {
        return Err(refused("a name in it is longer than 1,024 bytes"));
    }
    let name = vec(bytes, name_length)?;
    let extra = vec(bytes, usize::from(u16_at(record, 24)))?;
    let mut said = Said {
        flags: u16_at(record, 2),
        method: u16_at(record, 4),
        crc: u32_at(record, 10),
        packed: u64::from(u32_at(record, 14)),
        size: u64::from(u32_at(record, 18)),
        name,
    };
    if !said.name.is_ascii() && said.flags & UTF_8 == 0 {
        return Err(refused("it holds a name that not every tool reads alike"));
    }
    let zip_64 = zip_64(&extra)?;
    match widen(zip_64, [Some(&mut said.size), Some(&mut said.packed), start]) {
        Some(()) => Ok(said),
        None => Err(refused("its zip64 fields are not those that it asks for")),
    }
}

/// The content of the zip64 field among the extra fields.
fn zip_64(mut extra: &[u8]) -> Result<Option<&[u8]>> {
    let mut found = None;
    while !extra.is_empty() {
        let field = extra.split_at_checked(4).and_then(|(head, rest)| {
            let (content, rest) = rest.split_at_checked(usize::from(u16_at(head, 2)))?;
            Some((u16_at(head, 0), content, rest))
        });
        let Some((kind, content, rest)) = field else { return Err(refused("an extra field in it is malformed")) };
        match kind {
            UNICODE_PATH => return Err(refused("it holds a name that not every tool reads alike")),
            ZIP_64 if found.replace(content).is_some() => return Err(refused("it says one size twice")),
            _ => {} // Times and owners, which are not installed.
        }
        extra = rest;
    }
    Ok(found)
}

/// Replaces numbers that do not fit by those of the zip64 field; there must be as many.
fn widen(zip_64: Option<&[u8]>, numbers: [Option<&mut u64>; 3]) -> Option<()> {
    let mut wide = zip_64.unwrap_or_default();
    for number in numbers.into_iter().flatten().filter(|number| **number == u64::from(u32::MAX)) {
        let (first, rest) = wide.split_first_chunk::<8>()?;
        *number = u64::from_le_bytes(*first);
        wide = rest;
    }
    wide.is_empty().then_some(())
}

/// Shows the entry at which `bytes` stand; what follows it starts at `stop`.
fn show<R: BufRead>(bytes: &mut R, entry: &Listed, stop: u64, visit: Visit<'_>) -> Result<()> {
    let Listed { said: listed, mode, .. } = entry;
    let packed = content_start(bytes, entry)?.checked_add(listed.packed).and_then(|end| stop.checked_sub(end));
    let mut content = CrcReader::new(unpack(bytes.take(listed.packed), listed)?).take(listed.size.saturating_add(1));
    let is_executable = mode & 0o100 != 0;
    visit(&mut Entry {
        path: &listed.name,
        kind: kind(entry),
        size: listed.size,
        is_executable,
        content: &mut content,
    })?;
    io::copy(&mut content, &mut io::sink()).map_err(damaged)?;
    let is_whole = content.limit() == 1;
    let content = content.into_inner();
    if !is_whole || content.crc().sum() != listed.crc || content.into_inner().rest() != 0 {
        return Err(damaged(io::Error::new(ErrorKind::InvalidData, "a file is not what the directory says of it")));
    }
    match (listed.flags & DESCRIBED != 0, packed) {
        (false, Some(0)) => Ok(()),
        (true, Some(16)) => check_descriptor(&array::<16, R>(bytes)?, listed),
        (true, Some(24)) => check_descriptor(&array::<24, R>(bytes)?, listed),
        _ => Err(refused("its entries overlap, or something stands between them")),
    }
}

/// Reads what stands in front of an entry's content, which must say what the directory says.
fn content_start<R: Read>(bytes: &mut R, entry: &Listed) -> Result<u64> {
    let record: [u8; LOCAL_SIZE as usize] = array(bytes)?;
    if u32_at(&record, 0) != LOCAL {
        return Err(refused("its directory names an entry that is not there"));
    }
    let mut local = said(bytes, &record[4..30], None)?;
    // Of what stands behind the content, some of it may stand in front, too.
    if local.flags & DESCRIBED != 0 {
        local.crc = if local.crc == 0 { entry.said.crc } else { local.crc };
        local.packed = if local.packed == 0 { entry.said.packed } else { local.packed };
        local.size = if local.size == 0 { entry.said.size } else { local.size };
    }
    if local != entry.said {
        return Err(refused("its two directories contradict each other"));
    }
    let lengths = u64::from(u16_at(&record, 26)) + u64::from(u16_at(&record, 28));
    Ok(entry.start + LOCAL_SIZE + lengths)
}

/// What stands behind an entry's content: the checksum and both sizes, of 4 or 8 bytes each.
fn check_descriptor(record: &[u8], listed: &Said) -> Result<()> {
    let sizes = match record.len() {
        16 => [u64::from(u32_at(record, 8)), u64::from(u32_at(record, 12))],
        _ => [u64_at(record, 8), u64_at(record, 16)],
    };
    match (u32_at(record, 0), u32_at(record, 4), sizes) == (DESCRIPTOR, listed.crc, [listed.packed, listed.size]) {
        true => Ok(()),
        false => Err(refused("what stands behind a file contradicts the directory")),
    }
}

fn kind(entry: &Listed) -> Kind {
    match (entry.said.name.ends_with(b"/"), entry.mode & 0o170_000, entry.is_dos_folder) {
        (false, 0 | 0o100_000, false) => Kind::File,
        (true, 0 | 0o040_000, _) => Kind::Folder,
        (_, 0o120_000, _) => Kind::Other("a symbolic link"),
        _ => Kind::Other("a device, or said to be two things"),
    }
}

/// An entry's content, as it is stored or deflated.
enum Content<R> {
    Stored(Take<R>),
    Deflated(DeflateDecoder<Take<R>>),
}

fn unpack<R: BufRead>(packed: Take<R>, listed: &Said) -> Result<Content<R>> {
    if listed.flags & ENCRYPTED != 0 {
        return Err(refused("it is encrypted"));
    }
    match listed.method {
        _ if listed.flags & !(DESCRIBED | UTF_8 | EFFORT) != 0 => {
            Err(refused("it asks for what not every tool can do"))
        }
        0 => Ok(Content::Stored(packed)),
        8 => Ok(Content::Deflated(DeflateDecoder::new(packed))),
        _ => Err(refused("it is neither stored nor deflated, so not every tool reads it")),
    }
}

impl<R: BufRead> Content<R> {
    /// How many of its bytes were not needed.
    fn rest(&self) -> u64 {
        match self {
            Content::Stored(packed) => packed.limit(),
            Content::Deflated(decoder) => decoder.get_ref().limit(),
        }
    }
}

impl<R: BufRead> Read for Content<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Content::Stored(packed) => packed.read(buffer),
            Content::Deflated(decoder) => decoder.read(buffer),
        }
    }
}

fn array<const N: usize, R: Read>(bytes: &mut R) -> Result<[u8; N]> {
    let mut array = [0; N];
    bytes.read_exact(&mut array).map_err(damaged)?;
    Ok(array)
}

fn vec<R: Read>(bytes: &mut R, length: usize) -> Result<Vec<u8>> {
    let mut vec = vec![0; length];
    bytes.read_exact(&mut vec).map_err(damaged)?;
    Ok(vec)
}

/// A little-endian number in a record that is long enough.
fn u16_at(record: &[u8], place: usize) -> u16 {
    u16::from_le_bytes([record[place], record[place + 1]])
}

fn u32_at(record: &[u8], place: usize) -> u32 {
    u32::from(u16_at(record, place)) | u32::from(u16_at(record, place + 2)) << 16
}

fn u64_at(record: &[u8], place: usize) -> u64 {
    u64::from(u32_at(record, place)) | u64::from(u32_at(record, place + 4)) << 32
}
