//! From an archive's bytes to its entries, whatever its format.
//!
//! Owns how formats are told apart, which is by their bytes and never by a name, and that nothing
//! stands behind an archive's end. It never judges a path and never writes.

mod tar;
mod zip;

use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::Path;

use flate2::bufread::GzDecoder;
use zstd::Decoder;

use super::entries::{Kind, refused};
use crate::error::{Code, Error, Result};
use crate::input;

/// One thing in an archive, as the archive tells it.
pub(super) struct Entry<'a> {
    /// Its path, in the archive's own bytes.
    pub path: &'a [u8],
    pub kind: Kind,
    /// How many bytes `content` is said to give.
    pub size: u64,
    /// Whether its owner may run it.
    pub is_executable: bool,
    pub content: &'a mut dyn Read,
}

/// Opens an archive, which must be a regular file.
pub(super) fn open(archive: &Path) -> Result<(File, Metadata)> {
    input::open(archive).map_err(|error| unreadable(error, archive))
}

/// The error for a file that the system does not let us read.
pub(super) fn unreadable(error: io::Error, archive: &Path) -> Error {
    Error::new(Code::ARCHIVE_UNREADABLE, "the archive cannot be read")
        .because(error)
        .hint("check that the file exists and that you may read it")
        .at(archive)
}

/// What is done with each entry; its error ends the reading.
pub(super) type Visit<'a> = &'a mut dyn FnMut(&mut Entry<'_>) -> Result<()>;

/// How much memory a zstd may ask for, as a power of two: 128 MiB, what its own tool grants.
const LARGEST_ZSTD_WINDOW: u32 = 27;

/// Shows each entry of an archive: a tar, plain or in gzip or zstd, or a zip.
pub(super) fn each_entry<R: Read + Seek>(mut file: R, visit: Visit<'_>) -> Result<()> {
    let mut start = Vec::new();
    (&mut file).take(512).read_to_end(&mut start).and_then(|_| file.rewind()).map_err(damaged)?;
    let bytes = BufReader::new(file);
    match start.as_slice() {
        [0x1f, 0x8b, ..] => {
            let decoder = BufReader::new(GzDecoder::new(bytes));
            nothing_behind(tar::each_entry(decoder, visit)?.into_inner().into_inner())
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let mut decoder = Decoder::with_buffer(bytes).map_err(damaged)?.single_frame();
            decoder.window_log_max(LARGEST_ZSTD_WINDOW).map_err(damaged)?;
            nothing_behind(tar::each_entry(BufReader::new(decoder), visit)?.into_inner().finish())
        }
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => zip::each_entry(bytes, visit),
        start if start.get(257..262) == Some(b"ustar") => tar::each_entry(bytes, visit).map(drop),
        start => Err(no_archive(start)),
    }
}

/// A compressed tar ends with its first member: what stands behind it, tools do not agree on.
fn nothing_behind(mut rest: impl BufRead) -> Result<()> {
    match rest.fill_buf().map_err(damaged)? {
        [] => Ok(()),
        _ => Err(refused("it goes on behind its end")),
    }
}

fn no_archive(start: &[u8]) -> Error {
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    // What a browser or `curl` saves when there is no archive at an address is a page that says so.
    if text.starts_with(b"<") {
        return Error::new(Code::ARCHIVE_UNREADABLE, "the archive is an HTML page")
            .hint("a failed download leaves such a page behind: fetch the archive again");
    }
    Error::new(Code::ARCHIVE_UNREADABLE, "the file is no archive")
        .hint("give a .tar.gz, a .tar.zst, a .zip or a .tar; if it should be one, fetch it again")
}

/// The error for bytes that break their format, or that end too early.
pub(super) fn damaged(error: io::Error) -> Error {
    Error::new(Code::ARCHIVE_UNREADABLE, "the archive is damaged").because(error).hint("fetch it again")
}
