//! The plugins found on a search path.

use std::ffi::{CString, OsString, c_char};
use std::ptr;
use std::sync::{Arc, OnceLock};

use serde::Serialize;

use super::boundary::{ask, c_path, c_string, free, lend, optional_text, out, path, required, required_mut, text};
use super::diagnostics::hotshoe_diagnostics;
use super::error::{fallible, hotshoe_error, making};
use super::profile::hotshoe_profile;
use crate::capability::Capability;
use crate::catalog::{Candidate, Catalog, SearchPath};
use crate::diagnostics::Diagnostic;
use crate::version;

/// The plugins found on a search path. Nothing was loaded to make it.
pub struct hotshoe_catalog {
    pub(super) catalog: Arc<Catalog>,
    candidates: Vec<hotshoe_candidate>,
    diagnostics: hotshoe_diagnostics,
}

/// One plugin that was found. It belongs to its catalog.
pub struct hotshoe_candidate {
    catalog: Arc<Catalog>,
    index: usize,
    /// Made when the first of them is asked for: of most plugins nobody asks for any.
    texts: OnceLock<Box<Texts>>,
}

/// Some of the plugins that a catalog holds.
pub struct hotshoe_candidates {
    candidates: Vec<*const hotshoe_candidate>,
}

/// What C is told of a plugin.
struct Texts {
    name: CString,
    version: Option<CString>,
    path: CString,
    library: CString,
    runtime: CString,
    artifact: CString,
    description: Option<CString>,
    license: Option<CString>,
    homepage: Option<CString>,
    icon: Option<CString>,
    refusal: Option<Refusal>,
    authors: Vec<CString>,
    capabilities: Vec<CString>,
    interfaces: Vec<CString>,
    /// These are long, and asked for by few.
    manifest: OnceLock<CString>,
    other_keys: OnceLock<CString>,
}

/// Why the host would not take a plugin: as one text, and in parts.
struct Refusal {
    text: CString,
    code: CString,
    message: CString,
    hint: Option<CString>,
    path: Option<CString>,
}

impl hotshoe_catalog {
    pub(super) fn new(catalog: Catalog) -> hotshoe_catalog {
        let (diagnostics, catalog) = (hotshoe_diagnostics::new(catalog.diagnostics()), Arc::new(catalog));
        let candidate = |index| hotshoe_candidate { catalog: catalog.clone(), index, texts: OnceLock::new() };
        hotshoe_catalog { candidates: (0..catalog.candidates().len()).map(candidate).collect(), diagnostics, catalog }
    }

    /// The first plugin of it, lent.
    pub(super) fn first(&self) -> *const hotshoe_candidate {
        self.candidates.first().map_or(ptr::null(), ptr::from_ref)
    }

    fn lent(&self, found: &Candidate) -> *const hotshoe_candidate {
        let index = self.catalog.candidates().iter().position(|candidate| ptr::eq(candidate, found));
        index.map_or(ptr::null(), |index| &raw const self.candidates[index])
    }
}

impl hotshoe_candidate {
    pub(super) fn candidate(&self) -> &Candidate {
        &self.catalog.candidates()[self.index]
    }

    fn texts(&self) -> &Texts {
        self.texts.get_or_init(|| Box::new(Texts::of(self.candidate())))
    }
}

impl Texts {
    fn of(candidate: &Candidate) -> Texts {
        let manifest = candidate.manifest();
        Texts {
            name: c_string(candidate.name()),
            version: candidate.version().map(|version| c_string(version.to_string())),
            path: c_path(candidate.path()),
            library: c_path(candidate.library()),
            runtime: c_string(candidate.runtime()),
            artifact: c_path(candidate.artifact()),
            description: manifest.description.as_deref().map(c_string),
            license: manifest.license.as_deref().map(c_string),
            homepage: manifest.homepage.as_deref().map(c_string),
            icon: candidate.icon().as_deref().map(c_path),
            refusal: candidate.refusal().map(Refusal::of),
            authors: manifest.authors.iter().map(|author| c_string(author.as_str())).collect(),
            capabilities: manifest.capabilities.iter().map(|capability| c_string(capability.as_str())).collect(),
            interfaces: manifest.interfaces.iter().map(|interface| c_string(interface.as_str())).collect(),
            manifest: OnceLock::new(),
            other_keys: OnceLock::new(),
        }
    }
}

impl Refusal {
    fn of(refusal: &Diagnostic) -> Refusal {
        Refusal {
            text: c_string(refusal.to_string()),
            code: c_string(refusal.code.as_str()),
            message: c_string(refusal.message.as_str()),
            hint: refusal.hint.as_deref().map(c_string),
            path: refusal.path.as_deref().map(c_path),
        }
    }
}

/// A value as JSON, on one line.
fn json(value: &impl Serialize) -> CString {
    // It cannot fail: manifests are made of JSON or of plain texts.
    c_string(serde_json::to_string(value).unwrap_or_default())
}

/// Looks for plugins along a search path: folders separated by ':', on Windows by ';'.
///
/// `search_path`: NULL means where the host looks by itself: the profile's environment variable, then its
/// folders. `catalog`: yours. What cannot be read is a
/// diagnostic of the catalog. Errors: `argument-invalid` only. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_catalog_new(
    profile: *const hotshoe_profile,
    search_path: *const c_char,
    search_path_length: usize,
    catalog: *mut *mut hotshoe_catalog,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles, strings and out-parameters.
    unsafe {
        making(catalog, "catalog", || {
            let profile = &required(profile, "profile")?.profile;
            let search_path = match search_path.is_null() {
                true => SearchPath::of_host(profile),
                false => SearchPath::parse(&OsString::from(path(search_path, search_path_length, "search_path")?)),
            };
            Ok(hotshoe_catalog::new(Catalog::scan(profile, &search_path)))
        })
    }
}

/// Looks into the libraries of the plugins that are not refused yet, and refuses those that cannot be loaded, as
/// far as their bytes, those of the libraries they need, and the receipts that the host asks for can tell.
///
/// A host need not do this, for it checks each plugin when it is loaded; who shows what there is, should. What
/// the catalog lent before is gone: its candidates, and its diagnostics. It opens every library.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_catalog_check_libraries(
    catalog: *mut hotshoe_catalog,
    profile: *const hotshoe_profile,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let (catalog, profile) = unsafe { (required_mut(catalog, "catalog")?, required(profile, "profile")?) };
        let mut checked = Catalog::clone(&catalog.catalog);
        checked.check_libraries(&profile.profile);
        *catalog = hotshoe_catalog::new(checked);
        Ok(())
    })
}

/// How many plugins it holds, those that the host would refuse included. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_catalog_count(catalog: *const hotshoe_catalog) -> usize {
    // SAFETY: the header's contract for handles.
    unsafe { ask(catalog, |catalog| catalog.candidates.len()) }
}

/// A plugin it holds, by root and then by folder name; NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_catalog_candidate(
    catalog: *const hotshoe_catalog,
    index: usize,
) -> *const hotshoe_candidate {
    // SAFETY: the header's contract for handles.
    unsafe { catalog.as_ref() }.and_then(|catalog| catalog.candidates.get(index)).map_or(ptr::null(), ptr::from_ref)
}

/// The plugin of this name to use: the highest version that the requirement allows.
///
/// `requirement`: such as ">=1.2,<2"; NULL allows all. `candidate`: lent by the catalog.
/// Errors: `plugin-not-found`, `requirement-invalid`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_catalog_find(
    catalog: *const hotshoe_catalog,
    name: *const c_char,
    name_length: usize,
    requirement: *const c_char,
    requirement_length: usize,
    candidate: *mut *const hotshoe_candidate,
) -> *mut hotshoe_error {
    fallible(|| {
        let candidate = out(candidate, "candidate")?;
        // SAFETY: the header's contract for handles, strings and out-parameters.
        unsafe {
            let catalog = required(catalog, "catalog")?;
            let name = text(name, name_length, "name")?;
            let requirement = optional_text(requirement, requirement_length, "requirement")?;
            let requirement = requirement.map(version::requirement).transpose()?;
            candidate.write(catalog.lent(catalog.catalog.find(name, requirement.as_ref())?));
        }
        Ok(())
    })
}

/// For each name the plugin to use, in catalog order: what `hotshoe_catalog_find` finds without a requirement.
///
/// `capability`: only those that can be found under it; NULL for all. `candidates`: yours; what it holds is lent by the
/// catalog. Errors: `capability-invalid`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_catalog_newest(
    catalog: *const hotshoe_catalog,
    capability: *const c_char,
    capability_length: usize,
    candidates: *mut *mut hotshoe_candidates,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles, strings and out-parameters.
    unsafe {
        making(candidates, "candidates", || {
            let catalog = required(catalog, "catalog")?;
            let newest = match optional_text(capability, capability_length, "capability")? {
                Some(capability) => catalog.catalog.with_capability(&Capability::new(capability)?),
                None => catalog.catalog.newest(),
            };
            let newest = newest.into_iter().map(|candidate| catalog.lent(candidate)).collect();
            Ok(hotshoe_candidates { candidates: newest })
        })
    }
}

/// How many plugins a list holds. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidates_count(candidates: *const hotshoe_candidates) -> usize {
    // SAFETY: the header's contract for handles.
    unsafe { ask(candidates, |candidates| candidates.candidates.len()) }
}

/// A plugin that a list holds, lent by the catalog; NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidates_get(
    candidates: *const hotshoe_candidates,
    index: usize,
) -> *const hotshoe_candidate {
    // SAFETY: the header's contract for handles.
    let candidates = unsafe { candidates.as_ref() };
    candidates.and_then(|candidates| candidates.candidates.get(index).copied()).unwrap_or(ptr::null())
}

/// Ends a list, and not the plugins that it holds. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidates_free(candidates: *mut hotshoe_candidates) {
    // SAFETY: the header's contract for handles.
    unsafe { free(candidates) }
}

/// What was noticed on the way. Lent by the catalog. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_catalog_diagnostics(catalog: *const hotshoe_catalog) -> *const hotshoe_diagnostics {
    // SAFETY: the header's contract for handles.
    unsafe { catalog.as_ref() }.map_or(ptr::null(), |catalog| &raw const catalog.diagnostics)
}

/// Ends a catalog and its candidates. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_catalog_free(catalog: *mut hotshoe_catalog) {
    // SAFETY: the header's contract for handles.
    unsafe { free(catalog) }
}

/// The plugin's name. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_name(candidate: *const hotshoe_candidate) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| Some(&candidate.texts().name)) }
}

/// The plugin's version; NULL if it says none. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_version(candidate: *const hotshoe_candidate) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| candidate.texts().version.as_ref()) }
}

/// The plugin's folder, or its library if it has no folder of its own. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_path(candidate: *const hotshoe_candidate) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| Some(&candidate.texts().path)) }
}

/// The plugin's library, or the file that takes its place in a runtime with files of another kind; empty if there is
/// none, and for a program. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_library(candidate: *const hotshoe_candidate) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| Some(&candidate.texts().library)) }
}

/// What brings the plugin to life: `native` for a library, else what its manifest names. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_runtime(candidate: *const hotshoe_candidate) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| Some(&candidate.texts().runtime)) }
}

/// The file that the plugin consists of, whatever its runtime makes of it; empty if there is none. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_artifact(candidate: *const hotshoe_candidate) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| Some(&candidate.texts().artifact)) }
}

/// What the plugin does, in its own words; NULL if it does not say. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_description(candidate: *const hotshoe_candidate) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| candidate.texts().description.as_ref()) }
}

/// The plugin's licence, by custom an SPDX expression; NULL if it does not say. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_license(candidate: *const hotshoe_candidate) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| candidate.texts().license.as_ref()) }
}

/// Where to read more of the plugin; NULL if it does not say. It is the author's text, and need not be a URL.
/// [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_homepage(candidate: *const hotshoe_candidate) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| candidate.texts().homepage.as_ref()) }
}

/// The file of the plugin's icon; NULL if it names none. It need not be there, and is whatever the author put there.
/// [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_icon(candidate: *const hotshoe_candidate) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| candidate.texts().icon.as_ref()) }
}

/// How many authors the plugin names. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_author_count(candidate: *const hotshoe_candidate) -> usize {
    // SAFETY: the header's contract for handles.
    unsafe { ask(candidate, |candidate| candidate.candidate().manifest().authors.len()) }
}

/// Who made the plugin; NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_author(candidate: *const hotshoe_candidate, index: usize) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| candidate.texts().authors.get(index)) }
}

/// All that the plugin says of itself, as a JSON object with the fields of docs/manifest.md and the keys that a
/// manifest may have beside them; what it does not say is null or empty. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_manifest(candidate: *const hotshoe_candidate) -> *const c_char {
    let make = |candidate: &hotshoe_candidate| json(candidate.candidate().manifest());
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| Some(candidate.texts().manifest.get_or_init(|| make(candidate)))) }
}

/// The keys of the manifest that Hotshoe does not know, as they stand there: a JSON object. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_other_keys(candidate: *const hotshoe_candidate) -> *const c_char {
    let make = |candidate: &hotshoe_candidate| json(&candidate.candidate().manifest().other);
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| Some(candidate.texts().other_keys.get_or_init(|| make(candidate)))) }
}

/// Why the host would not take the plugin, over several lines; NULL if it would. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_refusal(candidate: *const hotshoe_candidate) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| candidate.texts().refusal.as_ref().map(|refusal| &refusal.text)) }
}

/// The kind of refusal, stable between releases, for example "host-incompatible"; NULL if the host would take the
/// plugin. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_refusal_code(candidate: *const hotshoe_candidate) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| candidate.texts().refusal.as_ref().map(|refusal| &refusal.code)) }
}

/// Why the host would not take the plugin, in one sentence; NULL if it would. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_refusal_message(candidate: *const hotshoe_candidate) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| candidate.texts().refusal.as_ref().map(|refusal| &refusal.message)) }
}

/// What to do so that the host would take the plugin; NULL if it would, or if nothing helps. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_refusal_hint(candidate: *const hotshoe_candidate) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| candidate.texts().refusal.as_ref()?.hint.as_ref()) }
}

/// The file or folder that the refusal is about, such as a broken manifest; NULL if the host would take the plugin.
/// [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_refusal_path(candidate: *const hotshoe_candidate) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| candidate.texts().refusal.as_ref()?.path.as_ref()) }
}

/// Under how many capabilities the plugin can be found. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_capability_count(candidate: *const hotshoe_candidate) -> usize {
    // SAFETY: the header's contract for handles.
    unsafe { ask(candidate, |candidate| candidate.candidate().manifest().capabilities.len()) }
}

/// A capability under which the plugin can be found; NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_capability(
    candidate: *const hotshoe_candidate,
    index: usize,
) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| candidate.texts().capabilities.get(index)) }
}

/// How many interfaces the plugin's manifest names. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_interface_count(candidate: *const hotshoe_candidate) -> usize {
    // SAFETY: the header's contract for handles.
    unsafe { ask(candidate, |candidate| candidate.candidate().manifest().interfaces.len()) }
}

/// An interface that the plugin's manifest names, with its revision, such as "org.example.filter/1"; NULL past the last.
/// The plugin, once loaded, has it. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_candidate_interface(
    candidate: *const hotshoe_candidate,
    index: usize,
) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(candidate, |candidate| candidate.texts().interfaces.get(index)) }
}
