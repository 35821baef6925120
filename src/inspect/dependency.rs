//! What is read of a library because another one needs it.
//!
//! Owns that this is little, for there are many: no symbol of it is looked at.

use std::path::Path;

use super::source::Source;
use super::{Inspection, format, memory};
use crate::platform::Platform;

/// The facts of a library that cost little: all but its symbols.
pub(super) fn open(path: &Path) -> Option<Inspection> {
    memory::facts(path, || read(path))
}

fn read(path: &Path) -> Option<Inspection> {
    let source = Source::open(path).ok()?;
    let library = format::open(source.all(), Platform::current()).ok()?;
    let headers = library.headers();
    headers.refuse_incomplete(source.size()).ok()?;
    let mut facts = Inspection::empty(path, source.size(), headers);
    library.read_dependencies(&mut facts).ok()?;
    Some(facts)
}
