//! Where plugins are looked for.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::profile::HostProfile;

/// The folders that plugins are looked for in, first one first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchPath {
    roots: Vec<PathBuf>,
}

impl SearchPath {
    /// Splits a text at the platform's separator (`;` on Windows, else `:`). Empty parts are left out:
    /// they never mean the current folder.
    ///
    /// ```
    /// use hotshoe::catalog::SearchPath;
    /// # #[cfg(unix)]
    /// assert_eq!(SearchPath::parse("/a::/b:".as_ref()).roots().len(), 2);
    /// ```
    pub fn parse(text: &OsStr) -> SearchPath {
        SearchPath { roots: env::split_paths(text).filter(|root| !root.as_os_str().is_empty()).collect() }
    }

    /// The search path in the host profile's environment variable; empty if it is not set.
    pub fn from_environment(profile: &HostProfile) -> SearchPath {
        env::var_os(&profile.search_path_variable).map(|text| SearchPath::parse(&text)).unwrap_or_default()
    }

    /// Adds a folder behind the others.
    pub fn push(&mut self, root: impl Into<PathBuf>) {
        self.roots.push(root.into());
    }

    /// The folders, first one first.
    pub fn roots(&self) -> &[PathBuf] {
        &self.roots
    }
}

impl<P: AsRef<Path>> FromIterator<P> for SearchPath {
    fn from_iter<I: IntoIterator<Item = P>>(roots: I) -> SearchPath {
        SearchPath { roots: roots.into_iter().map(|root| root.as_ref().to_owned()).collect() }
    }
}
