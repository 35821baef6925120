//! Numbers by which a module knows what is ours.
//!
//! A module may keep what it was given and use it when it is over. A pointer would dangle then; a number that was never
//! used twice is looked up, and not found.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use hotshoe_abi::runtime::Key;

use super::lock;

/// The next one. 0 is nobody's.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// So many threads look something up without waiting for each other, if they are lucky.
const SHARDS: usize = 16;

/// What is known by a key at the moment.
pub(super) struct Keys<T: 'static> {
    shards: [Mutex<BTreeMap<Key, Arc<T>>>; SHARDS],
}

impl<T> Keys<T> {
    pub(super) const fn new() -> Keys<T> {
        Keys { shards: [const { Mutex::new(BTreeMap::new()) }; SHARDS] }
    }

    /// Makes a value known until the answer is dropped.
    pub(super) fn insert(&'static self, value: Arc<T>) -> Known<T> {
        let key = NEXT.fetch_add(1, Ordering::Relaxed);
        lock(self.shard(key)).insert(key, value.clone());
        Known { keys: self, key, value }
    }

    pub(super) fn get(&self, key: Key) -> Option<Arc<T>> {
        lock(self.shard(key)).get(&key).cloned()
    }

    fn shard(&self, key: Key) -> &Mutex<BTreeMap<Key, Arc<T>>> {
        &self.shards[(key % SHARDS as u64) as usize]
    }
}

/// A value that is known by its key.
pub(super) struct Known<T: 'static> {
    keys: &'static Keys<T>,
    key: Key,
    value: Arc<T>,
}

impl<T> Known<T> {
    pub(super) fn key(&self) -> Key {
        self.key
    }
}

impl<T> std::ops::Deref for Known<T> {
    type Target = Arc<T>;

    fn deref(&self) -> &Arc<T> {
        &self.value
    }
}

impl<T> Drop for Known<T> {
    fn drop(&mut self) {
        let value = lock(self.keys.shard(self.key)).remove(&self.key);
        // What it drops is not ours: not under the lock.
        drop(value);
    }
}
