//! An archive's bytes, in each format, and how they come to their place.
//!
//! Owns modes, times and levels, so that the same content gives the same bytes. It never chooses
//! what goes in.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder};
use tar::{EntryType, Header};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use super::make::Entry;

/// Beyond it zstd wants more memory than it saves bytes.
const ZSTD_LEVEL: i32 = 19;

/// What an archive is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// A tar in gzip, which every system unpacks.
    #[default]
    TarGz,
    /// A tar in zstd: smaller, and faster to install.
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
}

/// Writes the archive beside its place and moves it there at once; returns its size.
pub(super) fn write(archive: &Path, format: Format, entries: &[Entry]) -> io::Result<u64> {
    let folder = archive.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".hotshoe-").tempfile_in(folder)?;
    let bytes = file.as_file_mut();
    match format {
        Format::TarGz => {
            let gzip = GzBuilder::new().mtime(0).operating_system(255).write(bytes, Compression::best());
            tar(gzip, entries)?.finish()?.flush()?;
        }
        Format::TarZst => {
            let mut zstd = zstd::Encoder::new(bytes, ZSTD_LEVEL)?;
            zstd.include_checksum(true)?;
            tar(zstd, entries)?.finish()?.flush()?;
        }
        Format::Zip => zip(bytes, entries)?,
    }
    set_readable(file.as_file())?;
    file.as_file().sync_all()?;
    let file = file.persist(archive)?;
    sync_folder(folder)?;
    Ok(file.metadata()?.len())
}

fn tar<W: Write>(stream: W, entries: &[Entry]) -> io::Result<W> {
    let mut builder = tar::Builder::new(stream);
    let time = source_date()?;
    for entry in entries {
        append(&mut builder, entry, time)?;
    }
    builder.into_inner()
}

fn append<W: Write>(builder: &mut tar::Builder<W>, entry: &Entry, time: u64) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_mtime(time);
    if entry.is_folder {
        header.set_entry_type(EntryType::Directory);
        header.set_mode(0o755);
        header.set_size(0);
        return builder.append_data(&mut header, &entry.name, io::empty());
    }
    let file = File::open(&entry.source)?;
    let metadata = file.metadata()?;
    header.set_entry_type(EntryType::Regular);
    header.set_mode(if is_executable(&metadata) { 0o755 } else { 0o644 });
    header.set_size(metadata.len());
    builder.append_data(&mut header, &entry.name, file)
}

fn zip(file: &mut File, entries: &[Entry]) -> io::Result<()> {
    let mut writer = ZipWriter::new(file);
    let time = dos_time(source_date()?);
    let options = SimpleFileOptions::default().last_modified_time(time).system(System::Unix);
    let options = options.compression_method(CompressionMethod::Deflated).compression_level(Some(9));
    for entry in entries {
        if entry.is_folder {
            writer.add_directory(entry.name.as_str(), options.unix_permissions(0o755))?;
            continue;
        }
        let mut content = File::open(&entry.source)?;
        let metadata = content.metadata()?;
        let mode = if is_executable(&metadata) { 0o755 } else { 0o644 };
        let is_large = metadata.len() >= u64::from(u32::MAX);
        writer.start_file(entry.name.as_str(), options.unix_permissions(mode).large_file(is_large))?;
        io::copy(&mut content, &mut writer)?;
    }
    writer.finish()?.flush()
}

/// The time as a zip says it: in UTC, in steps of two seconds, from 1980 to 2107.
fn dos_time(seconds: u64) -> DateTime {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days since 0000-03-01, in eras of 400 years; see Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    let (era, day) = ((days + 719_468) / 146_097, (days + 719_468) % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = u16::try_from(era * 400 + year + u64::from(month <= 2)).unwrap_or(u16::MAX);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60 / 2 * 2);
    DateTime::from_date_and_time(year, month as u8, day as u8, hour as u8, minute as u8, second as u8)
        .unwrap_or_default()
}

/// See <https://reproducible-builds.org/specs/source-date-epoch/>.
fn source_date() -> io::Result<u64> {
    let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH") else { return Ok(0) };
    let seconds = text.to_str().and_then(|text| text.parse().ok());
    seconds.ok_or_else(|| io::Error::other("SOURCE_DATE_EPOCH is not a number of seconds"))
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o100 != 0
}

#[cfg(windows)]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

/// Temporary files are private; an archive is for everybody.
#[cfg(unix)]
fn set_readable(file: &File) -> io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
}

#[cfg(windows)]
fn set_readable(_: &File) -> io::Result<()> {
    Ok(())
}

/// Makes a rename in a folder last; Windows offers nothing for it.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
