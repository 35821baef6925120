//! The dependency closure of a library: what it needs, what that needs, and so on.
//!
//! Owns the order and the limits of the walk, and what it finds: a library that is missing, and a version of symbols that
//! the library found does not define.

use std::collections::VecDeque;

use super::{Inspection, Needed, dependency, library, resolve};
use crate::error::{Code, Error};
use crate::input::brief;

/// The most libraries that are followed; a desktop program has some two hundred.
const MOST_LIBRARIES: usize = 512;

/// A library that is loaded because another one needs it.
pub(super) struct Dependency {
    /// Its facts, without the symbols.
    pub(super) facts: Inspection,
    /// The names that lead to it, the one that the plugin needs first.
    chain: Vec<String>,
}

/// What is loaded with a library, each once, the nearest first as the loader does it.
pub(super) fn follow(root: &Inspection) -> Vec<Dependency> {
    let mut found: Vec<Dependency> = Vec::new();
    let mut waiting = VecDeque::from([(root.needed.clone(), root.for_dependencies.clone(), Vec::new())]);
    while let Some((needed, inherited, chain)) = waiting.pop_front() {
        for needed in needed {
            let known = root.is_provided(&needed.name) || named(root, &found, &needed.name).is_some();
            let Some(path) = needed.found.filter(|_| !known && found.len() < MOST_LIBRARIES) else { continue };
            if found.iter().any(|other| other.facts.path == path) {
                continue;
            }
            let Some(mut facts) = dependency::open(&path) else { continue };
            let inherited = resolve::find(&mut facts, &inherited);
            let chain: Vec<String> = chain.iter().cloned().chain([needed.name]).collect();
            waiting.push_back((facts.needed.clone(), inherited, chain.clone()));
            found.push(Dependency { facts, chain });
        }
    }
    found
}

/// The library that is taken for a name: the first one that was loaded by it, or that calls itself so.
fn named<'a>(root: &'a Inspection, found: &'a [Dependency], name: &str) -> Option<&'a Inspection> {
    let is_called = |facts: &Inspection| facts.name.as_deref() == Some(name);
    let by_name =
        found.iter().find(|other| is_called(&other.facts) || other.chain.last().is_some_and(|own| own == name));
    by_name.map(|other| &other.facts).or_else(|| is_called(root).then_some(root))
}

/// What makes the loader fail beyond the library itself and what it needs directly, first things first.
pub(super) fn problems(root: &Inspection, found: &[Dependency]) -> Vec<Error> {
    let further = found.iter().flat_map(|other| {
        let missing = other.facts.missing().filter(|needed| !root.is_provided(&needed.name));
        let missing = missing.filter(|needed| named(root, found, &needed.name).is_none());
        missing.map(|needed| missing_further(root, other, needed))
    });
    let own = too_old(root, root, found, None);
    let others = found.iter().flat_map(|other| too_old(root, &other.facts, found, Some(other)));
    further.chain(own).chain(others).collect()
}

fn missing_further(root: &Inspection, by: &Dependency, needed: &Needed) -> Error {
    let chain: Vec<String> = by.chain.iter().map(|name| format!("`{}`", brief(name))).collect();
    let chain = chain.join(", which needs ");
    let message = format!("the library needs {chain}, which needs `{}`, which is not found", brief(&needed.name));
    let hint = root.missing_hint(&by.facts, needed);
    Error::new(Code::DEPENDENCY_MISSING, message).hint(hint)
}

/// The versions of symbols that a library needs and the others do not have.
fn too_old(root: &Inspection, facts: &Inspection, found: &[Dependency], by: Option<&Dependency>) -> Vec<Error> {
    let needed = facts.needed_versions.iter().filter(|needed| !root.is_provided(&needed.library));
    let absent = needed.filter_map(|needed| {
        let other = named(root, found, &needed.library)?;
        // Without any versions, the loader takes it as it is.
        let has = other.defined_versions.is_empty() || other.defined_versions.contains(&needed.version);
        (!has).then(|| library::too_old(needed, other, by.and_then(|by| by.chain.last())))
    });
    absent.collect()
}
