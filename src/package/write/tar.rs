//! A tar of a plugin's folder.

use std::io::{self, Write};

use tar::{Builder, EntryType, Header};

use super::{Entry, Meter, Opened, source_date};

/// Writes the entries, in their order; gives back the stream.
pub(super) fn write<W: Write>(stream: W, entries: &[Entry], meter: &mut Meter<'_>) -> io::Result<W> {
    let mut builder = Builder::new(stream);
    let time = source_date()?;
    for entry in entries {
        append(&mut builder, entry, time, meter)?;
    }
    builder.into_inner()
}

fn append<W: Write>(builder: &mut Builder<W>, entry: &Entry, time: u64, meter: &mut Meter<'_>) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_mtime(time);
    if entry.is_folder {
        header.set_entry_type(EntryType::Directory);
        header.set_mode(0o755);
        header.set_size(0);
        return builder.append_data(&mut header, &entry.name, io::empty());
    }
    let file = Opened::of(entry)?;
    header.set_entry_type(EntryType::Regular);
    header.set_mode(file.mode);
    header.set_size(file.size);
    let mut content = file.content(meter);
    builder.append_data(&mut header, &entry.name, &mut content)?;
    match content.limit() {
        0 => Ok(()),
        _ => Err(io::Error::other("a file became shorter while it was packaged")),
    }
}
