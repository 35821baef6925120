//! What was found twice: one plugin by two names, or one version in two places.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::OsStr;

use super::{Candidate, Catalog};
use crate::diagnostics::Diagnostic;
use crate::error::Code;
use crate::version::Version;

impl Catalog {
    /// A plugin that was reached twice stays once, under the name that came first.
    pub(super) fn drop_repeated(&mut self) {
        // By their text: they are real paths, which have one spelling.
        let mut first: HashMap<&OsStr, &Candidate> = HashMap::with_capacity(self.candidates.len());
        let mut diagnostics = Vec::new();
        let mut stays = Vec::with_capacity(self.candidates.len());
        for candidate in &self.candidates {
            let found = *first.entry(candidate.identity().as_os_str()).or_insert(candidate);
            stays.push(std::ptr::eq(found, candidate));
            if found.name() != candidate.name() {
                let message = format!("this is the plugin `{}`, which was found before", found.name());
                let diagnostic = Diagnostic::warning(Code::PluginDuplicate, message).hint("remove one of the names");
                diagnostics.push(diagnostic.plugin(candidate.name()).at(candidate.path()));
            }
        }
        let mut stays = stays.into_iter();
        self.candidates.retain(|_| stays.next().unwrap_or_default());
        self.diagnostics.extend(diagnostics);
    }

    /// Names those that are spelt like another, and those of a version that was found before: they stay for
    /// when that one cannot be loaded.
    pub(super) fn note_duplicates(&mut self) {
        let mut first: HashMap<(&str, Option<&Version>), &Candidate> = HashMap::with_capacity(self.candidates.len());
        let mut spelling: HashMap<Cow<'_, str>, &str> = HashMap::with_capacity(self.candidates.len());
        let mut diagnostics = Vec::new();
        for candidate in &self.candidates {
            let name = candidate.name();
            let spelled = spelling.entry(in_lower_case(name)).or_insert(name);
            if *spelled != name {
                let message = format!("there is a plugin `{spelled}` too: the names differ only in case");
                let diagnostic = Diagnostic::warning(Code::NameCase, message).hint("rename one of them");
                diagnostics.push(diagnostic.plugin(name).at(candidate.path()));
            }
            if candidate.refusal().is_some() {
                continue;
            }
            let used = *first.entry((name, candidate.version())).or_insert(candidate);
            if !std::ptr::eq(used, candidate) {
                let path = used.path().display();
                let message = format!("`{candidate}` was found before, in `{path}`; that one is used");
                let diagnostic = Diagnostic::warning(Code::PluginDuplicate, message).hint("remove one of them");
                diagnostics.push(diagnostic.plugin(name).at(candidate.path()));
            }
        }
        self.diagnostics.extend(diagnostics);
    }
}

fn in_lower_case(name: &str) -> Cow<'_, str> {
    match name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        true => Cow::Borrowed(name),
        false => Cow::Owned(name.to_lowercase()),
    }
}
