//! What may stand in an archive, on the way in and on the way out.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use super::{LARGEST_CONTENT, MOST_ENTRIES};
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::manifest::check_name;

/// Judges the entries of one archive, one after the other.
#[derive(Default)]
pub(super) struct Policy {
    seen: HashSet<String>,
    content: u64,
}

impl Policy {
    /// Admits an entry by its path and size; the path that is returned is safe to join to a folder.
    ///
    /// Each part must be a name that every platform takes, so that an archive installs everywhere or
    /// nowhere. A path may stand once, whatever its case.
    pub(super) fn admit(&mut self, path: &[u8], size: u64) -> Result<PathBuf> {
        let refuse = |problem: &str| {
            let shown = String::from_utf8_lossy(path);
            Err(Error::new(Code::ArchiveRefused, format!("the entry `{}` {problem}", brief(&shown)))
                .hint("do not install it; ask its author for an archive made by `hotshoe package`"))
        };
        let Ok(text) = std::str::from_utf8(path) else { return refuse("has a name that is not UTF-8") };
        let text = text.strip_suffix('/').unwrap_or(text);
        let path = Path::new(text.strip_prefix("./").unwrap_or(text));
        if text.len() > 1024 || path.components().count() > 32 {
            return refuse("has a path that is too long or too deep");
        }
        for component in path.components() {
            let Component::Normal(name) = component else { return refuse("does not stay in its folder") };
            if check_name(name.to_str().unwrap_or_default().trim_start_matches('.')).is_err() {
                return refuse("has a name that is not safe on every platform");
            }
        }
        if !self.seen.insert(path.to_string_lossy().to_lowercase()) {
            return refuse("stands twice, or differs from another in case only");
        }
        self.content = self.content.saturating_add(size);
        if self.seen.len() > MOST_ENTRIES || self.content > LARGEST_CONTENT {
            return refuse("is beyond what an archive may hold: 4 GiB and 100,000 entries");
        }
        Ok(path.to_owned())
    }
}
