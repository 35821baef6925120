//! Names out of a hostile file: cut, counted and decoded before they are kept.

/// The largest section that can be an embedded manifest with its padding, in bytes.
pub(super) const LARGEST_MANIFEST: u64 = 2 << 20;
/// The longest name in bytes; mangled C++ names of generated code reach a few thousand.
const LONGEST: usize = 16 << 10;

/// The bytes of all names together; a million symbols of 64 bytes.
const MOST_BYTES: usize = 64 << 20;

/// A list of names that stops growing before it becomes a burden.
pub(super) struct Names {
    list: Vec<String>,
    left: usize,
}

impl Names {
    /// The largest number of names that are kept.
    pub(super) const MOST: usize = 1_000_000;

    /// No names yet.
    pub(super) fn new() -> Names {
        Names { list: Vec::new(), left: MOST_BYTES }
    }

    /// Keeps a name; false when there is no room left.
    pub(super) fn push(&mut self, name: &[u8]) -> bool {
        if self.list.len() >= Names::MOST || self.left < name.len() {
            return false;
        }
        self.left -= name.len();
        if !name.is_empty() {
            self.list.push(String::from_utf8_lossy(name).into_owned());
        }
        true
    }

    /// Keeps the name at `offset` of a table of strings that end in NUL; false when there is no room left.
    pub(super) fn push_from(&mut self, table: &[u8], offset: u64) -> bool {
        match text(table, offset) {
            Some(name) => self.push(name),
            // Looking for an end that is not there costs as much as a name.
            None => self.left.checked_sub(LONGEST).map(|left| self.left = left).is_some(),
        }
    }

    /// The names in order, each once.
    pub(super) fn sorted(mut self) -> Vec<String> {
        self.list.sort_unstable();
        self.list.dedup();
        self.list
    }

    /// The names as they came.
    pub(super) fn listed(self) -> Vec<String> {
        self.list
    }
}

/// The text at `offset` of a table of strings that end in NUL.
pub(super) fn text(table: &[u8], offset: u64) -> Option<&[u8]> {
    let rest = table.get(usize::try_from(offset).ok()?..)?;
    let rest = &rest[..rest.len().min(LONGEST)];
    Some(&rest[..rest.iter().position(|byte| *byte == 0)?])
}

/// The same text as a string.
pub(super) fn string(table: &[u8], offset: u64) -> Option<String> {
    text(table, offset).map(|name| String::from_utf8_lossy(name).into_owned())
}

/// The text of an embedded manifest: UTF-8, at most 1 MiB, without the NULs that fill up a section.
pub(super) fn manifest(section: &[u8]) -> Option<String> {
    let end = section.iter().rposition(|byte| *byte != 0)? + 1;
    if end > 1 << 20 {
        return None;
    }
    std::str::from_utf8(&section[..end]).ok().map(str::to_owned)
}
