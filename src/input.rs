//! Bytes that somebody else wrote: opened, capped and decoded before anything looks at them.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::{Path, PathBuf};

use serde::Serializer;

/// Opens a regular file for reading.
///
/// Anything else is `InvalidInput`: a pipe would block, a device never ends.
pub(crate) fn open(path: &Path) -> Result<(File, Metadata)> {
    let mut options = OpenOptions::new();
    options.read(true);
    // What is opened is judged by its handle, so that it cannot be exchanged in between; until it is
    // known to be a file, opening it must not block.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    opened(options.open(path)?)
}

/// A file that was opened without blocking, if it is a regular one.
fn opened(file: File) -> Result<(File, Metadata)> {
    let metadata = file.metadata()?;
    match metadata.is_file() {
        true => Ok((file, metadata)),
        false => Err(Error::new(ErrorKind::InvalidInput, "it is not a regular file")),
    }
}

/// Reads a regular file of at most `limit` bytes; a larger one is `FileTooLarge`.
///
/// Of a file that grows meanwhile, it reads what there was at first.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    read_whole(open(path)?, limit)
}

/// The same of a file that was opened without blocking.
pub(crate) fn read_opened(file: File, limit: u64) -> Result<Vec<u8>> {
    read_whole(opened(file)?, limit)
}

fn read_whole((file, metadata): (File, Metadata), limit: u64) -> Result<Vec<u8>> {
    if metadata.len() > limit {
        return Err(Error::new(ErrorKind::FileTooLarge, format!("it is larger than {limit} bytes")));
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    file.take(metadata.len()).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// As [`Path::join`] does, which asks for memory twice: what lies in thousands of folders is looked for.
pub(crate) fn join(folder: &Path, name: impl AsRef<Path>) -> PathBuf {
    let name = name.as_ref();
    let mut path = PathBuf::with_capacity(folder.as_os_str().len() + 1 + name.as_os_str().len());
    path.push(folder);
    path.push(name);
    path
}

/// A hostile text, short and plain enough to stand in a message.
pub(crate) fn brief(text: &str) -> String {
    const MOST: usize = 60;
    let mut shown: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}

/// A text from outside on one line, without control characters, and not longer than a reader may be asked to read.
pub(crate) fn printable(text: &str) -> String {
    const MOST: usize = 4000;
    let is_plain = |c: char| !c.is_control() && !is_invisible(c);
    let mut shown = String::with_capacity(text.len().min(MOST));
    for (number, c) in text.chars().enumerate() {
        match (number < MOST, is_plain(c)) {
            (false, _) => {
                shown.push('…');
                break;
            }
            (true, true) => shown.push(c),
            (true, false) => shown.extend(c.escape_debug()),
        }
    }
    shown
}

/// A text of which no later line begins as a line of ours does: what a file says cannot pass for another error.
pub(crate) fn continued(text: &str) -> String {
    text.replace('\n', "\n    ")
}

/// A text as one word of a command that somebody copies into a shell.
#[cfg(feature = "package")]
pub(crate) fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./@:+,=".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// Whether a text is a JSON object: a struct would be read from a list, too.
pub(crate) fn is_json_object(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().first() == Some(&b'{')
}

/// Zero-width characters, bidirectional controls, and line separators.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A path as a text on one line, whatever its maker put into it.
pub(crate) fn path_in_line(path: &Path) -> String {
    visible(&path.to_string_lossy())
}

/// A text on one line, with an escape for each character that nobody would see.
pub(crate) fn visible(text: &str) -> String {
    let is_plain = |c: char| !c.is_control() && !is_invisible(c);
    if text.chars().all(is_plain) {
        return text.to_owned();
    }
    text.chars().map(|c| if is_plain(c) { c.to_string() } else { c.escape_unicode().to_string() }).collect()
}

/// Serializes paths as every answer has them: as text, with U+FFFD for what is not UTF-8 in them.
pub(crate) fn path_text<P: PathText, S: Serializer>(paths: &P, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    paths.serialize_as_text(serializer)
}

/// One path, none or several.
pub(crate) trait PathText {
    fn serialize_as_text<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>;
}

impl PathText for PathBuf {
    fn serialize_as_text<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_string_lossy())
    }
}

impl PathText for Option<PathBuf> {
    fn serialize_as_text<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Some(path) => serializer.serialize_some(&path.to_string_lossy()),
            None => serializer.serialize_none(),
        }
    }
}

impl PathText for Vec<PathBuf> {
    fn serialize_as_text<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(|path| path.to_string_lossy()))
    }
}
