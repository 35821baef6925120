//! What may stand in an archive, on the way in and on the way out.
//!
//! Owns the policy for paths, kinds and sizes. It knows no format, and touches no file.

use std::collections::HashMap;
use std::path::PathBuf;

use unicode_normalization::UnicodeNormalization;

use super::{ALWAYS_ALLOWED, LARGEST_CONTENT, LARGEST_RATIO, MOST_ENTRIES};
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::manifest::check_name;
use crate::receipt;

/// What an entry is; what is neither file nor folder is named.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    Other(&'static str),
}

const TOO_MUCH: &str = "is beyond what an archive may hold: 4 GiB and 100,000 files and folders";

/// Judges the entries of one archive, one after the other.
pub(super) struct Policy {
    seen: HashMap<String, Seen>,
    entries: usize,
    content: u64,
    most_content: u64,
}

/// A path that stands in the archive, or that another one leads through.
struct Seen {
    path: String,
    kind: Kind,
    is_entry: bool,
}

impl Policy {
    /// For an archive that is to be made.
    pub(super) fn new() -> Policy {
        Policy { seen: HashMap::new(), entries: 0, content: 0, most_content: LARGEST_CONTENT }
    }

    /// For an archive of this many bytes.
    pub(super) fn of_archive(size: u64) -> Policy {
        Policy { most_content: most_content(size), ..Policy::new() }
    }

    /// Admits an entry; the path that is returned is safe to join to a folder.
    ///
    /// Each part must be a name that every platform takes, so that an archive installs everywhere or
    /// nowhere. A path may stand once, whatever its case and however its accents are encoded.
    pub(super) fn admit(&mut self, path: &[u8], kind: Kind, size: u64) -> Result<PathBuf> {
        self.judge(path, kind, size).map_err(|problem| {
            let shown = String::from_utf8_lossy(path);
            refused(format!("the entry `{}` {problem}", brief(&shown)))
        })
    }

    fn judge(&mut self, path: &[u8], kind: Kind, size: u64) -> Result<PathBuf, String> {
        if let Kind::Other(what) = kind {
            return Err(format!("is neither file nor folder, but {what}"));
        }
        self.count(kind, size)?;
        let text = std::str::from_utf8(path).map_err(|_| "has a name that is not UTF-8")?;
        let parts = parts(text, kind)?;
        let mut path = String::new();
        for (index, part) in parts.iter().enumerate() {
            path.push_str(if index == 0 { "" } else { "/" });
            path.push_str(part);
            let is_entry = index + 1 == parts.len();
            self.place(&path, if is_entry { kind } else { Kind::Folder }, is_entry)?;
        }
        Ok(parts.iter().collect())
    }

    fn count(&mut self, kind: Kind, size: u64) -> Result<(), &'static str> {
        self.entries += 1;
        self.content = self.content.saturating_add(size);
        if kind == Kind::Folder && size != 0 {
            return Err("is a folder with content");
        }
        if self.entries > MOST_ENTRIES || self.content > LARGEST_CONTENT {
            return Err(TOO_MUCH);
        }
        match self.content > self.most_content {
            true => Err("is beyond what an archive of this size may hold: 200 times as much"),
            false => Ok(()),
        }
    }

    fn place(&mut self, path: &str, kind: Kind, is_entry: bool) -> Result<(), &'static str> {
        let Some(seen) = self.seen.get_mut(&folded(path)) else {
            // A folder is made also where only the path of something in it names it.
            if self.seen.len() >= MOST_ENTRIES {
                return Err(TOO_MUCH);
            }
            let path = path.to_owned();
            self.seen.insert(folded(&path), Seen { path, kind, is_entry });
            return Ok(());
        };
        if seen.path != path || seen.is_entry && is_entry {
            return Err("stands twice, or differs from another in case or accents only");
        }
        if seen.kind != kind {
            return Err("is a file and a folder");
        }
        seen.is_entry |= is_entry;
        Ok(())
    }
}

/// What an archive of this many bytes may hold.
pub(super) fn most_content(size: u64) -> u64 {
    size.saturating_mul(LARGEST_RATIO).clamp(ALWAYS_ALLOWED, LARGEST_CONTENT)
}

/// The parts of a path; none for the archive's own top, `./`.
fn parts(text: &str, kind: Kind) -> Result<Vec<&str>, &'static str> {
    let plain = if kind == Kind::Folder { text.strip_suffix('/').unwrap_or(text) } else { text };
    if plain == "." && kind == Kind::Folder {
        return Ok(Vec::new());
    }
    let parts: Vec<&str> = plain.strip_prefix("./").unwrap_or(plain).split('/').collect();
    if text.chars().count() > 240 || parts.len() > 32 {
        return Err("has a path that is too long or too deep");
    }
    if text.starts_with('/') || parts.contains(&"..") {
        return Err("does not stay in its folder");
    }
    if parts.iter().any(|part| check_name(part.trim_start_matches('.')).is_err()) {
        return Err("has a name that is not safe on every platform");
    }
    match parts.iter().any(|part| folded(part) == receipt::FILE_NAME) {
        true => Err("has the name of the receipt that an install leaves"),
        false => Ok(parts),
    }
}

/// Equal for paths that some file system takes for one.
pub(super) fn folded(path: &str) -> String {
    path.nfd().collect::<String>().to_uppercase().to_lowercase().nfd().collect()
}

/// The error for what is never installed.
pub(super) fn refused(message: impl Into<String>) -> Error {
    Error::new(Code::ARCHIVE_REFUSED, message)
        .hint("do not install it; ask its author for an archive made by `hotshoe package`")
}
