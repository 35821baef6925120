//! The entries of a tar.
//!
//! Headers are read one by one, and those that say something about the next entry are understood
//! here: where two of them contradict each other, or where a header can be read in two ways, tools
//! disagree about what an archive holds, and such an archive is refused. The formats are those of
//! POSIX.1-2017, `pax`, and of GNU tar's manual.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read};
use std::mem;
use std::ops::Range;

use super::{Entry, Visit, damaged};
use crate::error::Result;
use crate::package::ALWAYS_ALLOWED;
use crate::package::entries::{Kind, refused};

const BLOCK: usize = 512;

/// The most that a header about another entry may hold, and the most padding behind the end.
const MOST_EXTRA: u64 = 1 << 20;

/// How the keys of extended attributes begin, whose values may be any bytes.
const BINARY: [&str; 2] = ["SCHILY.xattr.", "LIBARCHIVE.xattr."];

/// Shows each entry; gives back the stream, read to its end.
pub(super) fn each_entry<R: Read>(mut stream: R, visit: Visit<'_>) -> Result<R> {
    let mut next = Next::default();
    let mut is_first = true;
    let mut extra_room = ALWAYS_ALLOWED;
    while let Some(header) = Header::read(&mut stream)? {
        let mut extra = || extra(&mut stream, header.size, &mut extra_room);
        match header.kind() {
            b'x' => next.pax(&extra()?)?,
            b'L' => next.long_name(extra()?)?,
            b'g' if is_first => global(&extra()?)?,
            _ => show(&mut stream, &header, mem::take(&mut next), visit)?,
        }
        skip_padding(&mut stream, header.size)?;
        is_first = false;
    }
    if next != Next::default() {
        return Err(refused("it describes an entry that does not follow"));
    }
    end(&mut stream)?;
    Ok(stream)
}

fn show<R: Read>(stream: &mut R, header: &Header, next: Next, visit: Visit<'_>) -> Result<()> {
    if next.size.is_some_and(|said| said != header.size) {
        return Err(refused("it gives two sizes for one entry"));
    }
    let path = next.path.unwrap_or_else(|| header.path());
    let mut content = stream.take(header.size);
    let kind = kind(header);
    visit(&mut Entry {
        path: &path,
        kind,
        size: header.size,
        is_executable: header.mode & 0o100 != 0,
        content: &mut content,
    })?;
    io::copy(&mut content, &mut io::sink()).map_err(damaged)?;
    match content.limit() {
        0 => Ok(()),
        _ => Err(damaged(ErrorKind::UnexpectedEof.into())),
    }
}

fn kind(header: &Header) -> Kind {
    match header.kind() {
        // Python's tarfile takes it for a folder, even if a long name follows that is a file's.
        0 if header.path().ends_with(b"/") => Kind::Other("said to be two things"),
        b'0' | 0 => Kind::File,
        b'5' => Kind::Folder,
        b'1' => Kind::Other("a hard link"),
        b'2' => Kind::Other("a symbolic link"),
        b'3' | b'4' => Kind::Other("a device"),
        b'6' => Kind::Other("a pipe"),
        b'S' => Kind::Other("a sparse file"),
        _ => Kind::Other("of a kind that not every tool knows"),
    }
}

/// The block in front of an entry.
struct Header {
    block: [u8; BLOCK],
    mode: u64,
    size: u64,
}

impl Header {
    /// None for the empty block that ends an archive.
    fn read<R: Read>(stream: &mut R) -> Result<Option<Header>> {
        let mut block = [0; BLOCK];
        stream.read_exact(&mut block).map_err(damaged)?;
        if is_zero(&block) {
            return Ok(None);
        }
        let checksum = block[..148].iter().chain(&block[156..]).map(|byte| u64::from(*byte)).sum::<u64>() + 8 * 32;
        if octal(&block[148..156]) != Some(Some(checksum)) {
            return Err(damaged(io::Error::new(ErrorKind::InvalidData, "the checksum of a header is wrong")));
        }
        // Where POSIX has a prefix of the path, GNU has times and offsets, and Python's tarfile takes
        // one for the other; star's headers end with a mark and a shorter prefix.
        let is_plain = match &block[257..265] {
            b"ustar\x0000" => is_zero(&block[500..]),
            b"ustar  \0" => is_zero(&block[345..]),
            _ => false,
        };
        if !is_plain {
            return Err(refused("a header in it is neither that of a POSIX nor of a GNU tar"));
        }
        let number = |field: Range<usize>| number(&block[field]);
        let (mode, size) = (number(100..108)?.unwrap_or(0), number(124..136)?);
        // Owner, time and device are not installed; but where one is malformed, some tools stop.
        for field in [108..116, 116..124, 136..148, 329..337, 337..345] {
            number(field)?;
        }
        let Some(size) = size else { return Err(refused("a header in it gives no size")) };
        Ok(Some(Header { block, mode, size }))
    }

    fn kind(&self) -> u8 {
        self.block[156]
    }

    fn path(&self) -> Vec<u8> {
        let (name, prefix) = (until_nul(&self.block[..100]), until_nul(&self.block[345..500]));
        if prefix.is_empty() { name.to_owned() } else { [prefix, name].join(&b'/') }
    }
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// A number in a header, none if the field is empty: octal, or of base 256 and not negative.
fn number(field: &[u8]) -> Result<Option<u64>> {
    let wide =
        |digits: &[u8]| digits.iter().try_fold(0_u64, |sum, digit| Some(sum.checked_mul(256)? + u64::from(*digit)));
    let number = match field {
        [0x80, digits @ ..] => wide(digits).map(Some),
        _ => octal(field),
    };
    number.ok_or_else(|| refused("a number in a header of it is none that every tool reads alike"))
}

/// Digits, with spaces in front and with spaces and NULs behind; none if there are only those.
fn octal(field: &[u8]) -> Option<Option<u64>> {
    let text = std::str::from_utf8(field).ok()?.trim_start_matches(' ').trim_end_matches([' ', '\0']);
    // Rust's parser takes a sign, too.
    let is_octal = text.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    match text {
        "" => Some(None),
        digits => u64::from_str_radix(digits, 8).ok().filter(|_| is_octal).map(Some),
    }
}

/// What was said about the next entry.
#[derive(Default, PartialEq)]
struct Next {
    path: Option<Vec<u8>>,
    size: Option<u64>,
    has_pax: bool,
}

impl Next {
    fn pax(&mut self, bytes: &[u8]) -> Result<()> {
        let mut path = None;
        for (key, value) in records(bytes)? {
            match key {
                "path" => path = Some(value.to_owned()),
                "size" => self.size = Some(decimal(value)?),
                "linkpath" | "hdrcharset" | "charset" => return Err(refused("its PAX header renames what it holds")),
                key if key.starts_with("GNU.") || key == "SCHILY.realsize" => {
                    return Err(refused("it holds a sparse file, or a part of one"));
                }
                // Neither is installed; but where one is malformed, some tools stop.
                "uid" | "gid" => _ = decimal(value)?,
                "mtime" | "atime" | "ctime" if !is_time(value) => {
                    return Err(refused("a time in its PAX header is none"));
                }
                _ => {} // Names of owners and attributes, which are not installed.
            }
        }
        if mem::replace(&mut self.has_pax, true) {
            return Err(refused("two PAX headers describe one entry"));
        }
        path.map_or(Ok(()), |path| self.name(path))
    }

    fn long_name(&mut self, mut path: Vec<u8>) -> Result<()> {
        // GNU tar and Python's tarfile read on to the next NUL, whatever the size says.
        if path.last().is_some_and(|last| *last != 0) {
            return Err(refused("a long name in it does not end where it says"));
        }
        path.truncate(path.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
        self.name(path)
    }

    fn name(&mut self, path: Vec<u8>) -> Result<()> {
        match self.path.replace(path) {
            None => Ok(()),
            Some(_) => Err(refused("it gives two long names to one entry")),
        }
    }
}

/// What git writes first is a comment; anything else would change every entry.
fn global(bytes: &[u8]) -> Result<()> {
    match records(bytes)?.keys().all(|key| *key == "comment") {
        true => Ok(()),
        false => Err(refused("its global PAX header says more than a comment")),
    }
}

/// The records of a PAX header: `<length> <key>=<value>\n`, each key once.
fn records(mut bytes: &[u8]) -> Result<HashMap<&str, &[u8]>> {
    let mut found = HashMap::new();
    while !bytes.is_empty() {
        let (key, value, rest) = record(bytes).ok_or_else(|| refused("its PAX header is malformed"))?;
        if found.insert(key, value).is_some() {
            return Err(refused("its PAX header says one thing twice"));
        }
        bytes = rest;
    }
    Ok(found)
}

fn record(bytes: &[u8]) -> Option<(&str, &[u8], &[u8])> {
    let digits = bytes.iter().position(|byte| *byte == b' ')?;
    let length = usize::try_from(decimal(&bytes[..digits]).ok()?).ok()?;
    let (record, rest) = bytes.split_at_checked(length)?;
    let text = record.get(digits + 1..)?.strip_suffix(b"\n")?;
    let equals = text.iter().position(|byte| *byte == b'=')?;
    // GNU tar passes over blanks in front of a key, and takes a value to its first NUL.
    let is_key = |key: &&str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
    let key = std::str::from_utf8(&text[..equals]).ok().filter(is_key)?;
    let value = &text[equals + 1..];
    let is_text = !BINARY.iter().any(|prefix| key.starts_with(prefix));
    (!is_text || !value.contains(&0)).then_some((key, value, rest))
}

/// A decimal number, and nothing that only some parsers take for one.
fn decimal(bytes: &[u8]) -> Result<u64> {
    let digits = std::str::from_utf8(bytes).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| refused("a number in its PAX header is none"))
}

/// Seconds, before or after 1970, with a fraction or not, that are a time everywhere.
fn is_time(text: &[u8]) -> bool {
    let mut parts = text.strip_prefix(b"-").unwrap_or(text).split(|byte| *byte == b'.');
    let (seconds, fraction) = (parts.next().unwrap_or_default(), parts.next());
    let are_digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    are_digits(seconds) && seconds.len() <= 11 && fraction.is_none_or(are_digits) && parts.next().is_none()
}

/// The content of a header about another entry.
fn extra<R: Read>(stream: &mut R, size: u64, room: &mut u64) -> Result<Vec<u8>> {
    if size > MOST_EXTRA {
        return Err(refused("a header in it is larger than 1 MiB"));
    }
    *room = room.checked_sub(size).ok_or_else(|| refused("its headers are larger than 64 MiB"))?;
    let mut bytes = vec![0; size as usize];
    stream.read_exact(&mut bytes).map_err(damaged)?;
    Ok(bytes)
}

/// Content fills whole blocks.
fn skip_padding<R: Read>(stream: &mut R, size: u64) -> Result<()> {
    let used = (size % BLOCK as u64) as usize;
    let mut padding = [0; BLOCK];
    stream.read_exact(&mut padding[..(BLOCK - used) % BLOCK]).map_err(damaged)
}

/// Behind the first empty block there are one or more, and nothing else.
fn end<R: Read>(stream: &mut R) -> Result<()> {
    let mut padding = Vec::new();
    stream.take(MOST_EXTRA).read_to_end(&mut padding).map_err(damaged)?;
    if padding.len() < BLOCK {
        return Err(damaged(io::Error::new(ErrorKind::UnexpectedEof, "its end mark is missing")));
    }
    if !is_zero(&padding) || stream.read(&mut [0]).map_err(damaged)? != 0 {
        return Err(refused("it goes on behind its end"));
    }
    Ok(())
}
