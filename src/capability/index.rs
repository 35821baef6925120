//! Who has which capability.
//!
//! Owns the order among those that have the same one, and which of them is meant. It never knows what they are, so that
//! there is one for the plugins of all runtimes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Capability;

/// Which plugin is meant by a capability that several have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CapabilityPolicy {
    /// The one that was loaded first.
    #[default]
    First,
    /// The one that was loaded last.
    Last,
    /// None: it is an error.
    Fail,
}

impl CapabilityPolicy {
    /// The one that is meant, of those that there are in their order.
    pub fn choose<T>(self, holders: impl IntoIterator<Item = T>) -> Result<Option<T>, SeveralHolders<T>> {
        let mut holders = holders.into_iter();
        match self {
            CapabilityPolicy::First => Ok(holders.next()),
            CapabilityPolicy::Last => Ok(holders.last()),
            CapabilityPolicy::Fail => match (holders.next(), holders.next()) {
                (Some(first), Some(second)) => Err(SeveralHolders { first, second }),
                (holder, _) => Ok(holder),
            },
        }
    }
}

/// The first two of those that have one capability, where only one may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeveralHolders<T> {
    /// The one that came first.
    pub first: T,
    /// The one that came next.
    pub second: T,
}

/// Who has which capability. Each holder has a place, which says who comes before whom.
///
/// ```
/// use hotshoe::capability::{Capability, CapabilityPolicy, Index};
/// let python = Capability::new("backend:python").unwrap();
/// let mut index = Index::default();
/// index.register(python.clone(), 2, "snake");
/// index.register(python, 1, "viper");
/// assert_eq!(CapabilityPolicy::First.choose(index.holders("backend:python")), Ok(Some(&"viper")));
/// index.withdraw(1);
/// assert_eq!(CapabilityPolicy::First.choose(index.holders("backend:python")), Ok(Some(&"snake")));
/// ```
#[derive(Clone, Debug)]
pub struct Index<T>(BTreeMap<Capability, BTreeMap<u64, T>>);

impl<T> Default for Index<T> {
    fn default() -> Index<T> {
        Index(BTreeMap::new())
    }
}

impl<T> Index<T> {
    /// Lists a holder under a capability. Nobody else may have its place.
    pub fn register(&mut self, capability: Capability, place: u64, holder: T) {
        self.0.entry(capability).or_default().insert(place, holder);
    }

    /// Takes out whoever has a place, under all its capabilities.
    pub fn withdraw(&mut self, place: u64) {
        self.0.retain(|_, holders| {
            holders.remove(&place);
            !holders.is_empty()
        });
    }

    /// Who has a capability, in their order.
    pub fn holders(&self, capability: &str) -> impl Iterator<Item = &T> {
        self.0.get(capability).into_iter().flat_map(BTreeMap::values)
    }

    /// All capabilities that somebody has, by their text, and who has them, in their order.
    pub fn list(&self) -> impl Iterator<Item = (&Capability, impl Iterator<Item = &T>)> {
        self.0.iter().map(|(capability, holders)| (capability, holders.values()))
    }
}
