//! Whether a library can be shipped: taken by other machines, and unloaded there.
//!
//! Owns what is a refusal for whoever builds a library and a warning for everybody else.

use super::{GlibcVersion, Inspection, findings};
use crate::diagnostics::{Diagnostic, Severity};
use crate::error::{Code, Error};
use crate::input::brief;

/// The most symbols that a message names.
const MOST_NAMED: usize = 5;

/// What a library must be to be shipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Portability {
    /// The newest glibc that it may need; any without one.
    pub glibc_max: Option<GlibcVersion>,
    /// Folders of its own search path that are there for the build only, and are taken out of it
    /// before it is shipped.
    pub build_paths: Vec<String>,
}

/// Everything that keeps a library from being shipped.
pub(super) fn problems(facts: &Inspection, rules: &Portability) -> Vec<Diagnostic> {
    let mut found = findings::residents(facts);
    found.extend(findings::hardening(facts));
    // What is taken out leaves an empty part behind it until then.
    let is_filling = |path: &str| path.is_empty() && rules.build_paths.iter().any(|path| !path.starts_with('$'));
    let is_for_the_build = |path: &str| is_filling(path) || rules.build_paths.iter().any(|allowed| allowed == path);
    found.extend(findings::fixed_paths(facts).filter(|path| !is_for_the_build(path)).map(findings::absolute));
    found.extend(findings::left_behind(facts));
    found.extend(rules.glibc_max.as_ref().and_then(|newest| too_new(facts, newest)));
    found.into_iter().map(|finding| Diagnostic { severity: Severity::Error, ..finding }.at(&facts.path)).collect()
}

fn too_new(facts: &Inspection, newest: &GlibcVersion) -> Option<Diagnostic> {
    let symbols: Vec<_> = facts.glibc_symbols.iter().filter(|symbol| symbol.version > *newest).collect();
    let first = symbols.first()?;
    let named: Vec<String> = symbols
        .iter()
        .take(MOST_NAMED)
        .map(|symbol| format!("`{}` of {}", brief(&symbol.name), symbol.version))
        .collect();
    let others = match symbols.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message =
        format!("the library needs glibc {}, newer than {newest}: {}{others}", first.version, named.join(", "));
    let hint = format!("build it on a system with glibc {newest} or in a container of one, or do without the symbols");
    Some(Error::new(Code::LIBRARY_GLIBC, message).hint(hint).into())
}
