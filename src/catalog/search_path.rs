//! Where plugins are looked for.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::diagnostics::Diagnostic;
use crate::error::Code;
use crate::input::path_in_line;
use crate::platform::{self, System};
use crate::profile::{FolderKind, HostProfile};

/// The folders that plugins are looked for in, first one first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchPath {
    roots: Vec<PathBuf>,
    /// Which of them need not be there.
    optional: BTreeSet<usize>,
    variable: Option<Variable>,
    /// Whether the folder of the user is left out, for the user is not the one whose rights the program has.
    without_user: bool,
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
        SearchPath {
            roots: found.unwrap_or_default().roots,
            variable: Some(Variable { name, said }),
            ..SearchPath::default()
        }
    }

    /// Where a host looks for plugins by itself: along its environment variable, then in the folders of its profile,
    /// which need not be there: the program's, the user's, the system's.
    ///
    /// In a program that runs with rights that its caller lacks, neither the variable nor the user's folder counts, and
    /// the program's only where nobody but root can change it.
    pub fn of_host(profile: &HostProfile) -> SearchPath {
        let mut search_path = SearchPath::from_environment(profile);
        for kind in FolderKind::ALL {
            profile.folders.paths(kind).into_iter().for_each(|folder| search_path.push_optional(folder));
        }
        search_path.without_user = profile.folders.get(FolderKind::User).is_some() && platform::is_privileged();
        search_path
    }

    /// Adds a folder behind the others.
    pub fn push(&mut self, root: impl Into<PathBuf>) {
        self.roots.push(root.into());
    }

    /// Adds a folder behind the others that need not be there: nothing is said of it then.
    pub fn push_optional(&mut self, root: impl Into<PathBuf>) {
        self.optional.insert(self.roots.len());
        self.roots.push(root.into());
    }

    /// Adds the folders of another search path behind the others.
    pub fn append(&mut self, other: SearchPath) {
        self.optional.extend(other.optional.into_iter().map(|place| place + self.roots.len()));
        self.roots.extend(other.roots);
        self.variable = other.variable.or(self.variable.take());
        self.without_user |= other.without_user;
    }

    /// The folders, each with whether it need not be there.
    pub(super) fn folders(&self) -> impl Iterator<Item = (&Path, bool)> {
        self.roots.iter().enumerate().map(|(place, root)| (root.as_path(), self.optional.contains(&place)))
    }

    /// Whether there is a folder to look through: one that must be there, or one that is.
    pub fn leads_somewhere(&self) -> bool {
        self.folders().any(|(root, is_optional)| !is_optional || root.exists())
    }

    /// The folders, first one first.
    pub fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    /// What is wrong with the search path itself.
    pub(super) fn diagnostics(&self) -> impl Iterator<Item = Diagnostic> {
        const WHY: &str = "this program runs with rights that its caller lacks";
        const HINT: &str = "give the folders in the program itself, as with `add_search_root`";
        let variable = self.variable.as_ref().filter(|variable| variable.said == Said::Ignored);
        let variable = variable.map(|Variable { name, .. }| {
            let message = format!("the environment variable `{name}` is ignored: {WHY}");
            Diagnostic::warning(Code::ENVIRONMENT_IGNORED, message).hint(HINT)
        });
        let user = self.without_user.then(|| {
            let message = format!("the folder for the user's plugins is left out: {WHY}");
            Diagnostic::note(Code::ENVIRONMENT_IGNORED, message).hint(HINT)
        });
        variable.into_iter().chain(user)
    }

    /// Why nothing is looked through, and what to do; `None` if there are folders.
    pub(super) fn why_empty(&self) -> Option<String> {
        if self.leads_somewhere() {
            return None;
        }
        let Some(variable) = &self.variable else { return Some("the search path names no folder".to_owned()) };
        let name = &variable.name;
        if let (Some(first), Said::NotSet | Said::NoFolder) = (self.roots.first(), variable.said) {
            let first = path_in_line(first);
            return Some(format!(
                "none of the host's folders is there, of which the first is `{first}`: install plugins for it, or set \
                 `{name}` to the folder of the plugins' folders"
            ));
        }
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
        let roots = roots.into_iter().map(|root| root.as_ref().to_owned()).collect();
        SearchPath { roots, ..SearchPath::default() }
    }
}
