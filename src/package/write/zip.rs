//! A zip of a plugin's folder.

use std::fs::File;
use std::io::{self, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use super::{Entry, Meter, Opened, source_date};

/// Writes the entries, in their order.
pub(super) fn write(file: &mut File, level: u32, entries: &[Entry], meter: &mut Meter<'_>) -> io::Result<()> {
    let mut writer = ZipWriter::new(file);
    let time = dos_time(source_date()?);
    let options = SimpleFileOptions::default().last_modified_time(time).system(System::Unix);
    let options = options.compression_method(CompressionMethod::Deflated).compression_level(Some(i64::from(level)));
    for entry in entries {
        if entry.is_folder {
            writer.add_directory(entry.name.as_str(), options.unix_permissions(0o755))?;
            continue;
        }
        let file = Opened::of(entry)?;
        let is_large = file.size >= u64::from(u32::MAX);
        writer.start_file(entry.name.as_str(), options.unix_permissions(file.mode).large_file(is_large))?;
        io::copy(&mut file.content(meter), &mut writer)?;
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
