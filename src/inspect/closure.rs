//! Everything that is loaded with a library: what it needs, what that needs, and so on.
//!
//! Owns the order and the limits of the walk, and what it shows: a library that is missing further on, and a version of
//! symbols that the one that is here does not have.

use std::collections::VecDeque;
use std::path::Path;

use super::source::Source;
use super::{Inspection, Needed, dependencies, format, library, memory};
use crate::error::{Code, Error};
use crate::input::brief;
use crate::platform::Platform;

/// The most libraries that are followed; a desktop program has some two hundred.
const MOST_LIBRARIES: usize = 512;

/// A library that another one brings.
pub(super) struct Brought {
    /// Its facts, without the symbols.
    pub(super) facts: Inspection,
    /// The names on the way to it, the first one needed by the plugin.
    way: Vec<String>,
}

/// The facts of a library that cost little: all but its symbols.
pub(super) fn open(path: &Path) -> Option<Inspection> {
    memory::facts(path, || read(path))
}

fn read(path: &Path) -> Option<Inspection> {
    let source = Source::open(path).ok()?;
    let library = format::open(source.all(), Platform::current()).ok()?;
    let shape = library.shape();
    shape.refuse_incomplete(source.size()).ok()?;
    let mut facts = Inspection::empty(path, source.size(), shape);
    library.links(&mut facts).ok()?;
    Some(facts)
}

/// What is loaded with a library, each once, the nearest first as the loader does it.
pub(super) fn follow(root: &Inspection) -> Vec<Brought> {
    let mut brought: Vec<Brought> = Vec::new();
    let mut waiting = VecDeque::from([(root.needed.clone(), root.hands_down.clone(), Vec::new())]);
    while let Some((needed, ancestry, way)) = waiting.pop_front() {
        for needed in needed {
            let known = root.is_provided(&needed.name) || named(root, &brought, &needed.name).is_some();
            let Some(path) = needed.found.filter(|_| !known && brought.len() < MOST_LIBRARIES) else { continue };
            if brought.iter().any(|other| other.facts.path == path) {
                continue;
            }
            let Some(mut facts) = open(&path) else { continue };
            let ancestry = dependencies::find(&mut facts, &ancestry);
            let way: Vec<String> = way.iter().cloned().chain([needed.name]).collect();
            waiting.push_back((facts.needed.clone(), ancestry, way.clone()));
            brought.push(Brought { facts, way });
        }
    }
    brought
}

/// The library that is taken for a name: the first one that was loaded by it, or that calls itself so.
fn named<'a>(root: &'a Inspection, brought: &'a [Brought], name: &str) -> Option<&'a Inspection> {
    let is_called = |facts: &Inspection| facts.name.as_deref() == Some(name);
    let by_name =
        brought.iter().find(|other| is_called(&other.facts) || other.way.last().is_some_and(|own| own == name));
    by_name.map(|other| &other.facts).or_else(|| is_called(root).then_some(root))
}

/// What makes the loader fail beyond the library itself and what it needs directly, first things first.
pub(super) fn problems(root: &Inspection, brought: &[Brought]) -> Vec<Error> {
    let further = brought.iter().flat_map(|other| {
        let missing = other.facts.missing().filter(|needed| !root.is_provided(&needed.name));
        let missing = missing.filter(|needed| named(root, brought, &needed.name).is_none());
        missing.map(|needed| missing_further(root, other, needed))
    });
    let own = too_old(root, root, brought, None);
    let others = brought.iter().flat_map(|other| too_old(root, &other.facts, brought, Some(other)));
    further.chain(own).chain(others).collect()
}

fn missing_further(root: &Inspection, by: &Brought, needed: &Needed) -> Error {
    let way: Vec<String> = by.way.iter().map(|name| format!("`{}`", brief(name))).collect();
    let way = way.join(", which needs ");
    let message = format!("the library needs {way}, which needs `{}`, which is not found", brief(&needed.name));
    let hint = root.missing_hint(&by.facts, needed);
    Error::new(Code::DEPENDENCY_MISSING, message).hint(hint)
}

/// The versions of symbols that a library needs and the others do not have.
fn too_old(root: &Inspection, facts: &Inspection, brought: &[Brought], by: Option<&Brought>) -> Vec<Error> {
    let needed = facts.needed_versions.iter().filter(|needed| !root.is_provided(&needed.library));
    let absent = needed.filter_map(|needed| {
        let there = named(root, brought, &needed.library)?;
        // Without any versions, the loader takes it as it is.
        let has = there.defined_versions.is_empty() || there.defined_versions.contains(&needed.version);
        (!has).then(|| library::too_old(needed, there, by.and_then(|by| by.way.last())))
    });
    absent.collect()
}
