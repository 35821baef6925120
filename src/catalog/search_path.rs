//! Where plugins are looked for.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::diagnostics::Diagnostic;
use crate::error::Code;
use crate::platform::{self, System};
use crate::profile::HostProfile;

/// The folders that plugins are looked for in, first one first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchPath {
    roots: Vec<PathBuf>,
    variable: Option<Variable>,
}

/// The environment variable that was asked, and what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Variable {
    name: String,
    said: Said,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Folders,
    NoFolder,
    NotSet,
    /// It is set, and the program runs with rights that its caller lacks.
    Ignored,
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
        env::split_paths(text).filter(|root| !root.as_os_str().is_empty()).collect()
    }

    /// The search path in the host profile's environment variable; empty if it is not set.
    ///
    /// A program that runs with rights that its caller lacks (setuid, setgid, file capabilities) ignores
    /// the variable: it would name code of the caller's to be run with those rights.
    pub fn from_environment(profile: &HostProfile) -> SearchPath {
        let name = profile.search_path_variable.clone();
        let found = platform::environment(&name).map(|text| SearchPath::parse(&text));
        let said = match &found {
            Some(path) if path.roots.is_empty() => Said::NoFolder,
            Some(_) => Said::Folders,
            None if env::var_os(&name).is_some() => Said::Ignored,
            None => Said::NotSet,
        };
        SearchPath { roots: found.unwrap_or_default().roots, variable: Some(Variable { name, said }) }
    }

    /// Adds a folder behind the others.
    pub fn push(&mut self, root: impl Into<PathBuf>) {
        self.roots.push(root.into());
    }

    /// Adds the folders of another search path behind the others.
    pub fn append(&mut self, other: SearchPath) {
        self.roots.extend(other.roots);
        self.variable = other.variable.or(self.variable.take());
    }

    /// The folders, first one first.
    pub fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    /// What is wrong with the search path itself.
    pub(super) fn diagnostic(&self) -> Option<Diagnostic> {
        let variable = self.variable.as_ref().filter(|variable| variable.said == Said::Ignored)?;
        let message = format!(
            "the environment variable `{}` is ignored: this program runs with rights that its caller lacks",
            variable.name
        );
        let hint = "give the folders in the program itself, as with `add_search_root`";
        Some(Diagnostic::warning(Code::ENVIRONMENT_IGNORED, message).hint(hint))
    }

    /// Why nothing is looked through, and what to do; `None` if there are folders.
    pub(super) fn why_empty(&self) -> Option<String> {
        let variable = match (&self.variable, self.roots.as_slice()) {
            (_, [_, ..]) => return None,
            (None, []) => return Some("the search path names no folder".to_owned()),
            (Some(variable), []) => variable,
        };
        let name = &variable.name;
        Some(match variable.said {
            Said::Ignored => format!("`{name}` is ignored in a program with more rights than its caller"),
            Said::NotSet => format!("no folder is searched: set `{name}` to the folder of the plugins' folders"),
            Said::NoFolder | Said::Folders => format!("no folder is searched: `{name}` names none"),
        })
    }
}

/// What somebody meant by a root that is not there, told from its spelling.
pub(super) fn mistake(root: &Path) -> Option<&'static str> {
    let text = root.to_string_lossy();
    Some(if text.starts_with('~') {
        "the shell puts no folder for a `~` in quotes: write the whole path"
    } else if text.contains('$') || text.contains('%') {
        "no variables are put into a search path: write the whole path"
    } else if text.starts_with(['"', '\'']) || text.ends_with(['"', '\'']) {
        "quotes are part of the name here: leave them out"
    } else if text.trim() != text {
        "the name begins or ends with white space: leave that out"
    } else if System::current().search_path_separator() != ';' && text.contains(';') {
        "folders are separated by `:` on this system"
    } else if text == "file" || text.starts_with("file:") {
        "a search path holds paths of folders, not URLs"
    } else {
        return None;
    })
}

impl<P: AsRef<Path>> FromIterator<P> for SearchPath {
    fn from_iter<I: IntoIterator<Item = P>>(roots: I) -> SearchPath {
        SearchPath { roots: roots.into_iter().map(|root| root.as_ref().to_owned()).collect(), variable: None }
    }
}
