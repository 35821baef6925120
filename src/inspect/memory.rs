//! A memory of the system's libraries, for the time in which many plugins are inspected.
//!
//! Owns a memory that lasts as long as one piece of work on one thread. Most plugins need the same libraries, and to
//! find and read those takes longer than to read the plugin. It is no parameter: that would go through every function
//! that looks for a library, and those that look into one plugin only have none to give.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::Inspection;

/// What the loader does with a file of the right name.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Usable,
    Skipped,
    Broken(String),
}

#[derive(Default)]
struct Memory {
    cached: HashMap<String, Vec<PathBuf>>,
    verdicts: HashMap<PathBuf, Verdict>,
    facts: HashMap<PathBuf, Option<Inspection>>,
}

thread_local! {
    static MEMORY: RefCell<Option<Memory>> = const { RefCell::new(None) };
}

/// While this work lasts, what is read of a library that another one brings is remembered, on this thread.
pub(crate) fn with_memory<R>(work: impl FnOnce() -> R) -> R {
    /// Forgets, also where the work panics.
    struct Forget;
    impl Drop for Forget {
        fn drop(&mut self) {
            MEMORY.take();
        }
    }
    MEMORY.set(Some(Memory::default()));
    let _forget = Forget;
    work()
}

/// Where the cache of `ldconfig` has a library of this name.
pub(super) fn cached(name: &str, read: impl FnOnce() -> Vec<PathBuf>) -> Vec<PathBuf> {
    recall(|memory| &mut memory.cached, name, read)
}

/// What the loader does with a file of the right name.
pub(super) fn verdict(path: &Path, read: impl FnOnce() -> Verdict) -> Verdict {
    recall(|memory| &mut memory.verdicts, path, read)
}

/// The facts of a library that cost little.
pub(super) fn facts(path: &Path, read: impl FnOnce() -> Option<Inspection>) -> Option<Inspection> {
    recall(|memory| &mut memory.facts, path, read)
}

/// What is remembered for a key, else what is read now; to read it may ask for something else that is remembered.
fn recall<K, Q, V>(of: fn(&mut Memory) -> &mut HashMap<K, V>, key: &Q, read: impl FnOnce() -> V) -> V
where
    K: std::borrow::Borrow<Q> + std::hash::Hash + Eq,
    Q: ToOwned<Owned = K> + std::hash::Hash + Eq + ?Sized,
    V: Clone,
{
    let known = MEMORY.with_borrow_mut(|memory| of(memory.as_mut()?).get(key).cloned());
    known.unwrap_or_else(|| {
        let value = read();
        MEMORY.with_borrow_mut(|memory| {
            if let Some(memory) = memory {
                of(memory).insert(key.to_owned(), value.clone());
            }
        });
        value
    })
}
