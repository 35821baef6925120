//! The entries of a zip.
//!
//! A zip says everything twice, in front of each file and in a directory at its end; where the two
//! differ, tools disagree about what it holds, and such an archive is refused.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::extra_fields::ExtraField;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::{Entry, Visit, damaged};
use crate::error::{Error, Result};
use crate::package::entries::{Kind, refused};

/// The flag of a name that is UTF-8.
const UTF_8: u16 = 1 << 11;

/// Opens the end record.
const END: &[u8] = b"PK\x05\x06";

/// Shows each entry, in the order of the directory.
pub(super) fn each_entry(bytes: BufReader<File>, visit: Visit<'_>) -> Result<()> {
    let mut archive = ZipArchive::new(bytes).map_err(unreadable)?;
    archive.validate_header_consistency().map_err(contradictory)?;
    let comment = archive.comment().to_owned();
    let is_bare = archive.offset() == 0;
    for index in 0..archive.len() {
        show(archive.by_index(index).map_err(unreadable)?, visit)?;
    }
    match is_bare && ends_once(&mut archive.into_inner(), &comment)? {
        true => Ok(()),
        false => Err(refused("something stands before its start or behind its end")),
    }
}

fn show<R: Read + Seek>(mut file: ZipFile<'_, R>, visit: Visit<'_>) -> Result<()> {
    let path = file.name_raw().to_owned();
    let renames = |field: &ExtraField| matches!(field, ExtraField::UnicodePath(_));
    if file.extra_data_fields().any(renames) || !path.is_ascii() && file.flags().as_u16() & UTF_8 == 0 {
        return Err(refused("it holds a name that not every tool reads alike"));
    }
    let mode = file.unix_mode().unwrap_or_default();
    let kind = kind(file.is_dir(), mode);
    let (size, is_executable) = (file.size(), mode & 0o100 != 0);
    visit(&mut Entry { path: &path, kind, size, is_executable, content: &mut file })
}

fn kind(is_folder: bool, mode: u32) -> Kind {
    match (is_folder, mode & 0o170_000) {
        (false, 0 | 0o100_000) => Kind::File,
        (true, 0 | 0o040_000) => Kind::Folder,
        (_, 0o120_000) => Kind::Other("a symbolic link"),
        _ => Kind::Other("a device, or said to be two things"),
    }
}

/// Whether the end record is the last thing, and its comment is not a second one.
fn ends_once(bytes: &mut BufReader<File>, comment: &[u8]) -> Result<bool> {
    let mut end = Vec::new();
    bytes.seek(SeekFrom::End(-22 - comment.len() as i64)).map_err(damaged)?;
    bytes.read_to_end(&mut end).map_err(damaged)?;
    let length = (comment.len() as u16).to_le_bytes();
    let is_second = |part: &[u8]| part == END;
    Ok(end.starts_with(END) && end[20..22] == length && !comment.windows(END.len()).any(is_second))
}

fn unreadable(error: ZipError) -> Error {
    match error {
        ZipError::Io(error) => damaged(error),
        other => damaged(other.into()),
    }
}

fn contradictory(error: ZipError) -> Error {
    match error {
        ZipError::Io(error) => damaged(error),
        other => refused("its two directories contradict each other").because(other),
    }
}
