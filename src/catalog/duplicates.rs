//! What was found twice: one plugin by two names, or one version in two places.

use std::collections::HashMap;
use std::ffi::OsStr;

use super::{Candidate, Catalog};
use crate::diagnostics::Diagnostic;
use crate::error::Code;
use crate::version::Version;

impl Catalog {
    /// A plugin that was reached twice stays once, under the name that came first.
    pub(super) fn drop_repeated(&mut self) {
        // As in a root that holds no links, by far the most.
        if self.candidates.is_sorted_by(|one, next| one.identity().as_os_str() < next.identity().as_os_str()) {
            return;
        }
        // By their text: they are real paths, which have one spelling.
        let mut first: HashMap<&OsStr, &Candidate> = HashMap::with_capacity(self.candidates.len());
        let mut diagnostics = Vec::new();
        let mut stays = Vec::with_capacity(self.candidates.len());
        for candidate in &self.candidates {
            let found = *first.entry(candidate.identity().as_os_str()).or_insert(candidate);
            stays.push(std::ptr::eq(found, candidate));
            if found.name() != candidate.name() && !candidate.is_broken() {
                let message = format!("this is the plugin `{}`, which was found before", found.name());
                let diagnostic = Diagnostic::warning(Code::PLUGIN_DUPLICATE, message).hint("remove one of the names");
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
        let spelt = self.spelt_like_another().map(|(place, other)| {
            let message = format!("there is a plugin `{other}` too: the names differ only in case");
            (place, Diagnostic::warning(Code::NAME_CASE, message).hint("rename one of them"))
        });
        let found_before = self.found_before().map(|(place, used)| {
            let (candidate, path) = (&self.candidates[place], used.path().display());
            let message = format!("`{candidate}` was found before, in `{path}`; that one is used");
            (place, Diagnostic::warning(Code::PLUGIN_DUPLICATE, message).hint("remove one of them"))
        });
        let mut diagnostics: Vec<(usize, Diagnostic)> = spelt.chain(found_before).collect();
        // In catalog order; of one plugin, in this order.
        diagnostics.sort_by_key(|(place, _)| *place);
        let about = |(place, diagnostic): (usize, Diagnostic)| {
            let candidate = &self.candidates[place];
            diagnostic.plugin(candidate.name()).at(candidate.path())
        };
        let diagnostics: Vec<Diagnostic> = diagnostics.into_iter().map(about).collect();
        self.diagnostics.extend(diagnostics);
    }

    /// Where those stand whose names are spelt otherwise before them, with that name.
    fn spelt_like_another(&self) -> impl Iterator<Item = (usize, &str)> {
        // Names without capitals are spelt like no other one without.
        let is_plain =
            |candidate: &Candidate| candidate.name().bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        let some = if self.candidates.iter().all(is_plain) { &[][..] } else { &self.candidates[..] };
        let mut first: HashMap<String, &str> = HashMap::new();
        some.iter().enumerate().filter(|(_, candidate)| !candidate.is_broken()).filter_map(move |(place, candidate)| {
            let name = candidate.name();
            let spelt = *first.entry(name.to_lowercase()).or_insert(name);
            (spelt != name).then_some((place, spelt))
        })
    }

    /// Where those stand whose version of a plugin was found before, with the one that is used.
    fn found_before(&self) -> impl Iterator<Item = (usize, &Candidate)> {
        self.of_one_name().filter(|places| places.len() > 1).flat_map(|places| {
            let mut first: HashMap<Option<&Version>, &Candidate> = HashMap::new();
            let usable = places.iter().filter(|&&place| self.candidates[place].refusal().is_none());
            let repeated = usable.filter_map(|&place| {
                let candidate = &self.candidates[place];
                let used = *first.entry(candidate.version()).or_insert(candidate);
                (!std::ptr::eq(used, candidate)).then_some((place, used))
            });
            repeated.collect::<Vec<_>>()
        })
    }
}
