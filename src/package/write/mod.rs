//! An archive's bytes, in each format, and how they come to their place.
//!
//! Owns modes, times and levels, so that the same content gives the same bytes on every machine: what
//! compresses must not ask the processor what it can do, or how many there are. It never chooses what
//! goes in.

mod deflate;
mod gzip;
mod tar;
mod zip;

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, Take, Write};
use std::num::NonZero;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::content::Entry;
use super::progress::{Progress, Watch, tell};
use super::publish::{self, Readers};
use crate::input;
use crate::receipt::{Digest, Hasher};
use gzip::Gzip;

/// Each of them holds tens of megabytes.
const MOST_ZSTD_WORKERS: usize = 8;

/// What an archive is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// A tar in gzip, which every system unpacks.
    #[default]
    TarGz,
    /// A tar in zstd: smaller, and faster to make and to install.
    TarZst,
    /// A zip, which Windows unpacks.
    Zip,
}

impl Format {
    /// Every format there is.
    pub const ALL: [Format; 3] = [Format::TarGz, Format::TarZst, Format::Zip];

    /// The end of an archive's name, without the dot in front.
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::TarGz => "tar.gz",
            Format::TarZst => "tar.zst",
            Format::Zip => "zip",
        }
    }

    /// The levels of compression, from the fastest to the smallest.
    ///
    /// Beyond 19 zstd wants more memory, from whoever installs too, than it saves bytes.
    pub const fn levels(self) -> RangeInclusive<u32> {
        match self {
            Format::TarGz | Format::Zip => 1..=9,
            Format::TarZst => 1..=19,
        }
    }

    /// The level that is used if none is asked for: smaller than the `gzip` of today's systems, and
    /// on two cores twice as fast.
    pub const fn default_level(self) -> u32 {
        9
    }
}

/// A complete archive beside its place, which nobody sees yet.
pub(super) struct Draft {
    pub size: u64,
    pub sha256: Digest,
    place: PathBuf,
    archive: NamedTempFile,
}

impl Draft {
    /// Writes an archive of the entries beside `place`.
    pub fn of(
        entries: &[Entry],
        place: &Path,
        format: Format,
        level: u32,
        threads: NonZero<usize>,
        watch: Watch<'_>,
    ) -> io::Result<Draft> {
        let mut meter = Meter { done: 0, total: entries.iter().map(|entry| entry.size).sum(), watch };
        let mut archive = publish::beside(place)?;
        let file = archive.as_file_mut();
        let hash = match format {
            Format::TarGz => {
                tar::write(Gzip::new(Hashed::new(file), level, threads)?, entries, &mut meter)?.finish()?.hash
            }
            Format::TarZst => {
                let mut zstd = zstd::Encoder::new(Hashed::new(file), i32::try_from(level).unwrap_or(i32::MAX))?;
                zstd.include_checksum(true)?;
                // Any number of workers gives the same bytes, as long as there is one.
                zstd.multithread(threads.get().min(MOST_ZSTD_WORKERS) as u32)?;
                tar::write(zstd, entries, &mut meter)?.finish()?.hash
            }
            Format::Zip => {
                zip::write(&mut *file, level, threads, entries, &mut meter)?;
                // What writes a zip goes back to fill in its headers, so its bytes are known at the end only.
                file.rewind()?;
                let mut read = Hashed::new(io::sink());
                io::copy(file, &mut read)?;
                read.hash
            }
        };
        publish::finish(archive.as_file(), Readers::Everybody)?;
        Ok(Draft { size: archive.as_file().metadata()?.len(), sha256: hash.finish(), place: place.to_owned(), archive })
    }

    /// Moves the archive to its place at once, after its checksum, and makes that last.
    pub fn publish(self) -> io::Result<()> {
        let name = self.place.file_name().unwrap_or_default().to_string_lossy();
        // The format of `sha256sum`.
        let checksum = format!("{}  {name}\n", self.sha256);
        publish::replace(&self.place.with_file_name(format!("{name}.sha256")), &checksum)?;
        publish::into_place(self.archive, &self.place)
    }
}

/// Knows the hash of what was written through it.
struct Hashed<W> {
    writer: W,
    hash: Hasher,
}

impl<W: Write> Hashed<W> {
    fn new(writer: W) -> Hashed<W> {
        Hashed { writer, hash: Hasher::new() }
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.writer.write(bytes)?;
        self.hash.update(&bytes[..length]);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// A file that goes in, of which only this much is taken, should it grow meanwhile.
struct Opened {
    file: File,
    size: u64,
    mode: u32,
}

impl Opened {
    fn of(entry: &Entry) -> io::Result<Opened> {
        let (file, metadata) = input::open(&entry.source)?;
        let is_program = is_executable(&metadata) && !entry.is_library();
        Ok(Opened { file, size: metadata.len(), mode: if is_program { 0o755 } else { 0o644 } })
    }

    fn content<'m, 'w>(self, meter: &'m mut Meter<'w>) -> Take<Metered<'m, 'w>> {
        Metered { file: self.file, meter }.take(self.size)
    }
}

/// Tells how much was read of all that goes in.
struct Meter<'w> {
    done: u64,
    total: u64,
    watch: Watch<'w>,
}

/// A file whose reading is told, and stopped if the one who watches says so.
struct Metered<'m, 'w> {
    file: File,
    meter: &'m mut Meter<'w>,
}

impl Read for Metered<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Meter { done, total, watch } = &mut *self.meter;
        tell(&mut **watch, Progress::Packing { done: *done, total: *total }).map_err(io::Error::other)?;
        let length = self.file.read(buffer)?;
        *done += length as u64;
        Ok(length)
    }
}

/// See <https://reproducible-builds.org/specs/source-date-epoch/>.
fn source_date() -> io::Result<u64> {
    let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH") else { return Ok(0) };
    let seconds = text.to_str().and_then(|text| text.parse().ok());
    seconds.ok_or_else(|| io::Error::other("SOURCE_DATE_EPOCH is not a number of seconds"))
}

#[cfg(unix)]
fn is_executable(metadata: &Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o100 != 0
}

#[cfg(windows)]
fn is_executable(_: &Metadata) -> bool {
    false
}
