//! The entries of a tar.
//!
//! Headers are read one by one, and those that say something about the next entry are understood
//! here: where two of them contradict each other, tools disagree about what an archive holds, and
//! such an archive is refused.

use std::io::{self, Read};
use std::mem;

use tar::{Archive, EntryType, Header};

use super::{Entry, Visit, damaged};
use crate::error::Result;
use crate::package::entries::{Kind, refused};

/// The most that a header about another entry may hold, and the most padding behind the end.
const MOST_EXTRA: u64 = 1 << 20;

/// Shows each entry; gives back the stream, read to its end.
pub(super) fn each_entry<R: Read>(stream: R, visit: Visit<'_>) -> Result<R> {
    let mut archive = Archive::new(stream);
    let mut next = Next::default();
    for (index, entry) in archive.entries().map_err(damaged)?.raw(true).enumerate() {
        let mut entry = entry.map_err(damaged)?;
        match entry.header().entry_type() {
            EntryType::XHeader => next.pax(&extra(&mut entry)?)?,
            EntryType::GNULongName => next.long_name(extra(&mut entry)?)?,
            EntryType::XGlobalHeader if index == 0 => global(&extra(&mut entry)?)?,
            _ => show(&mut entry, mem::take(&mut next), visit)?,
        }
    }
    if next != Next::default() {
        return Err(refused("it describes an entry that does not follow"));
    }
    let mut rest = archive.into_inner();
    end(&mut rest)?;
    Ok(rest)
}

fn show<R: Read>(entry: &mut tar::Entry<'_, R>, next: Next, visit: Visit<'_>) -> Result<()> {
    let size = entry.header().entry_size().map_err(damaged)?;
    if next.size.is_some_and(|said| said != size) {
        return Err(refused("it gives two sizes for one entry"));
    }
    let path = next.path.unwrap_or_else(|| entry.header().path_bytes().into_owned());
    let is_executable = entry.header().mode().map_err(damaged)? & 0o100 != 0;
    visit(&mut Entry { path: &path, kind: kind(entry.header()), size, is_executable, content: entry })
}

fn kind(header: &Header) -> Kind {
    match header.entry_type() {
        EntryType::Regular => Kind::File,
        EntryType::Directory => Kind::Folder,
        EntryType::Symlink => Kind::Other("a symbolic link"),
        EntryType::Link => Kind::Other("a hard link"),
        EntryType::Char | EntryType::Block => Kind::Other("a device"),
        EntryType::Fifo => Kind::Other("a pipe"),
        EntryType::GNUSparse => Kind::Other("a sparse file"),
        _ => Kind::Other("of a kind that not every tool knows"),
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
                "size" => self.size = Some(number(value)?),
                "linkpath" | "hdrcharset" | "charset" => return Err(refused("its PAX header renames what it holds")),
                key if key.starts_with("GNU.sparse.") => return Err(refused("it holds a sparse file")),
                _ => {} // Times, owners and attributes, which are not installed.
            }
        }
        if mem::replace(&mut self.has_pax, true) {
            return Err(refused("two PAX headers describe one entry"));
        }
        path.map_or(Ok(()), |path| self.name(path))
    }

    fn long_name(&mut self, mut path: Vec<u8>) -> Result<()> {
        path.pop_if(|last| *last == 0);
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
    match records(bytes)?.iter().all(|(key, _)| *key == "comment") {
        true => Ok(()),
        false => Err(refused("its global PAX header says more than a comment")),
    }
}

/// The records of a PAX header: `<length> <key>=<value>\n`, each key once.
fn records(mut bytes: &[u8]) -> Result<Vec<(&str, &[u8])>> {
    let mut found: Vec<(&str, &[u8])> = Vec::new();
    while !bytes.is_empty() {
        let (key, value, rest) = record(bytes).ok_or_else(|| refused("its PAX header is malformed"))?;
        if found.iter().any(|(other, _)| *other == key) {
            return Err(refused("its PAX header says one thing twice"));
        }
        found.push((key, value));
        bytes = rest;
    }
    Ok(found)
}

fn record(bytes: &[u8]) -> Option<(&str, &[u8], &[u8])> {
    let digits = bytes.iter().position(|byte| *byte == b' ')?;
    let length = usize::try_from(number(&bytes[..digits]).ok()?).ok()?;
    let (record, rest) = bytes.split_at_checked(length)?;
    let text = record.get(digits + 1..)?.strip_suffix(b"\n")?;
    let equals = text.iter().position(|byte| *byte == b'=')?;
    let key = std::str::from_utf8(&text[..equals]).ok().filter(|key| !key.is_empty())?;
    Some((key, &text[equals + 1..], rest))
}

/// A decimal number, and nothing that only some parsers take for one.
fn number(bytes: &[u8]) -> Result<u64> {
    let digits = std::str::from_utf8(bytes).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| refused("a number in its PAX header is none"))
}

fn extra<R: Read>(entry: &mut tar::Entry<'_, R>) -> Result<Vec<u8>> {
    let size = entry.header().entry_size().map_err(damaged)?;
    if size > MOST_EXTRA {
        return Err(refused("a header in it is larger than 1 MiB"));
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(damaged)?;
    match bytes.len() as u64 == size {
        true => Ok(bytes),
        false => Err(damaged(io::ErrorKind::UnexpectedEof.into())),
    }
}

/// Behind the first empty block there are one or more, and nothing else.
fn end<R: Read>(stream: &mut R) -> Result<()> {
    let mut padding = Vec::new();
    stream.take(MOST_EXTRA).read_to_end(&mut padding).map_err(damaged)?;
    if padding.len() < 512 {
        return Err(damaged(io::Error::new(io::ErrorKind::UnexpectedEof, "its end mark is missing")));
    }
    let is_padding = padding.iter().all(|byte| *byte == 0);
    if !is_padding || stream.read(&mut [0]).map_err(damaged)? != 0 {
        return Err(refused("it goes on behind its end"));
    }
    Ok(())
}
