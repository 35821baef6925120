//! The bytes of an archive that nobody can change any more.
//!
//! An archive is read several times: for its digest, its signature, and its content. Whoever can write to
//! its file may change it in between, and a store through a shared mapping does not even move its times. So
//! it is copied once, into a file that has no name, and everything is read from that.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use super::progress::{Progress, Watch, tell};
use super::read::{self, unreadable};
use crate::error::{Code, Error, Result};
use crate::receipt::{Digest, Hasher};

/// A private copy of an archive.
pub(super) struct Archive {
    /// At its beginning.
    pub file: File,
    pub size: u64,
    pub sha256: Digest,
}

impl Archive {
    /// Copies an archive for a look at it, into the folder for temporary files.
    pub fn of(path: &Path, watch: Watch<'_>) -> Result<Archive> {
        let source = Source::open(path)?;
        let copy = tempfile::tempfile().map_err(no_room)?;
        source.copy(copy, watch, no_room)
    }
}

/// The error for the folder for temporary files.
pub(super) fn no_room(error: io::Error) -> Error {
    Error::new(Code::PACKAGE_WRITE, "the archive cannot be copied and unpacked for a look at it")
        .because(error)
        .hint("make room in the folder for temporary files, or name another in TMPDIR")
}

/// An archive where it lies.
pub(super) struct Source<'a> {
    path: &'a Path,
    file: File,
    before: Metadata,
}

impl<'a> Source<'a> {
    /// Opens an archive, which must be a regular file.
    pub fn open(path: &'a Path) -> Result<Source<'a>> {
        let (file, before) = read::open(path)?;
        Ok(Source { path, file, before })
    }

    /// Copies it into an empty file that nobody else can open; `failed` is what is said of that one.
    pub fn copy(&self, mut copy: File, watch: Watch<'_>, failed: impl Fn(io::Error) -> Error) -> Result<Archive> {
        let unreadable = |error| unreadable(error, self.path);
        let total = self.before.len();
        // One that grows meanwhile must not fill the disk; that it grew is seen below.
        let mut source = (&self.file).take(total);
        let mut hasher = Hasher::new();
        let mut buffer = vec![0; 256 << 10];
        let mut size = 0;
        loop {
            tell(watch, Progress::Checking { done: size, total })?;
            let length = source.read(&mut buffer).map_err(unreadable)?;
            if length == 0 {
                break;
            }
            hasher.update(&buffer[..length]);
            copy.write_all(&buffer[..length]).map_err(&failed)?;
            size += length as u64;
        }
        copy.rewind().map_err(&failed)?;
        self.refuse_changed()?;
        Ok(Archive { file: copy, size, sha256: hasher.finish() })
    }

    /// Refuses an archive that somebody is still writing. Nothing rests on it: what is installed is the copy.
    pub fn refuse_changed(&self) -> Result<()> {
        let (before, after) = (&self.before, self.file.metadata().map_err(|error| unreadable(error, self.path))?);
        let is_same = after.len() == before.len() && after.modified().ok() == before.modified().ok();
        #[cfg(unix)]
        let is_same = {
            use std::os::unix::fs::MetadataExt;
            is_same && (after.ctime(), after.ctime_nsec()) == (before.ctime(), before.ctime_nsec())
        };
        match is_same {
            true => Ok(()),
            false => Err(Error::new(Code::ARCHIVE_UNREADABLE, "the archive was changed while it was read")
                .hint("do it again when it is complete")
                .at(self.path)),
        }
    }
}
