//! What the facts mean for shipping and unloading a library, in words.

use super::sanitizer::Sanitizer;
use super::{Format, Inspection, closure};
use crate::diagnostics::Diagnostic;
use crate::error::Code;
use crate::input::brief;

/// What glibc keeps free for the thread-local values of libraries that are loaded later (`rtld.optional_static_tls`), in bytes.
const GUARANTEED_FREE: u64 = 512;

const STATIC_TLS: &str = "compile it without `-ftls-model=initial-exec` and `tls_model` attributes, start the host \
    with GLIBC_TUNABLES=glibc.rtld.optional_static_tls=<bytes>, or link the host with the library";

/// The warnings about a library.
pub(super) fn of(facts: &Inspection) -> Vec<Diagnostic> {
    let mut found = residents(facts);
    found.extend(hardening(facts));
    found.extend(fixed_paths(facts).map(absolute));
    found.extend(Sanitizer::of(facts).map(|sanitizer| sanitizer.warning()));
    found.extend(static_tls(facts));
    let missing = facts.missing().map(|needed| facts.missing_dependency(needed));
    let further = closure::problems(facts, &closure::follow(facts));
    found.extend(missing.chain(further).map(|error| {
        let warning = Diagnostic::warning(error.code(), error.message());
        error.hint_text().map_or(warning.clone(), |hint| warning.hint(hint))
    }));
    found.into_iter().map(|finding| finding.at(&facts.path)).collect()
}

/// What keeps it mapped after it was unloaded and can be built otherwise.
pub(super) fn residents(facts: &Inspection) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if facts.never_unloads {
        found.push(
            Diagnostic::warning(Code::LIBRARY_RESIDENT, "the library asks never to be unloaded (`DF_1_NODELETE`)")
                .hint("link it without `-z nodelete`"),
        );
    }
    if !facts.unique_symbols.is_empty() {
        found.push(
            Diagnostic::warning(Code::LIBRARY_RESIDENT, unique_symbols(facts))
                .hint("compile it with `-fno-gnu-unique`, or with hidden visibility also for inline functions"),
        );
    }
    found
}

/// What hardened systems refuse.
pub(super) fn hardening(facts: &Inspection) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if facts.executable_stack {
        found.push(
            Diagnostic::warning(Code::LIBRARY_EXECUTABLE_STACK, "the library makes stacks executable")
                .hint("link it with `-z noexecstack`; glibc 2.41 and later refuse it"),
        );
    }
    if facts.text_relocations {
        found.push(
            Diagnostic::warning(Code::LIBRARY_TEXT_RELOCATIONS, "the library's code is changed while it is loaded")
                .hint("compile all of it with `-fPIC`; hardened systems refuse it"),
        );
    }
    found
}

/// What glibc may have no room for.
fn static_tls(facts: &Inspection) -> Option<Diagnostic> {
    if !facts.static_tls || facts.thread_local_size <= GUARANTEED_FREE {
        return None;
    }
    let message = format!(
        "the library has {} bytes of thread-local values that must have room since the program's start (`DF_STATIC_TLS`)",
        facts.thread_local_size
    );
    Some(Diagnostic::warning(Code::LIBRARY_STATIC_TLS, message).hint(STATIC_TLS))
}

/// What the words of the system's loader mean for this library, where nothing else explains them.
pub(super) fn meaning(facts: &Inspection, message: &str) -> Option<String> {
    if message.contains("static TLS block") {
        let of_this = match facts.static_tls {
            true => format!("its thread-local values take {} bytes there (`DF_STATIC_TLS`)", facts.thread_local_size),
            false => "a library that it needs has values there".to_owned(),
        };
        return Some(format!("{of_this}: {STATIC_TLS}"));
    }
    // Clang leaves it to the program to have the sanitizer.
    Sanitizer::of(facts).filter(|sanitizer| sanitizer.is_mentioned_in(message)).map(|sanitizer| sanitizer.hint())
}

/// The folders of its own search path that do not move with it; an empty one is the folder in which the program was
/// started. An ELF library that was linked without a name of its own is needed by its path.
pub(super) fn fixed_paths(facts: &Inspection) -> impl Iterator<Item = &str> {
    let moves = |path: &str| ["$ORIGIN", "${ORIGIN}", "@"].iter().any(|start| path.starts_with(start));
    let needed = facts.needed.iter().map(|needed| needed.name.as_str());
    let needed = needed.filter(|name| facts.format == Format::Elf && name.contains('/') && !name.starts_with('$'));
    facts.search_paths.iter().map(String::as_str).filter(move |path| !moves(path)).chain(needed)
}

/// What it needs and finds only beyond its own folder, by a path from there: nobody installs that with it.
pub(super) fn left_behind(facts: &Inspection) -> impl Iterator<Item = Diagnostic> {
    let above = std::path::absolute(&facts.path).ok().and_then(|path| Some(path.parent()?.join("..")));
    let own = facts.needed.iter().filter(|needed| !facts.is_provided(&needed.name));
    let found = own.filter_map(|needed| Some((needed, needed.found.as_ref()?)));
    found.filter(move |(_, path)| above.as_ref().is_some_and(|above| path.starts_with(above))).map(|(needed, path)| {
        let message = format!("the library needs `{}`, which is not in the plugin's folder", brief(&needed.name));
        Diagnostic::warning(Code::DEPENDENCY_MISSING, message).hint(format!(
            "ship it beside the plugin (hotshoe_add_plugin: DATA takes its target); it was found as {}",
            path.display()
        ))
    })
}

/// Why a library may stay mapped after it was unloaded.
pub(super) fn residency_reasons(facts: &Inspection) -> Vec<String> {
    let mut reasons = Vec::new();
    if facts.never_unloads {
        reasons.push("it asks never to be unloaded (`DF_1_NODELETE`)".to_owned());
    }
    if !facts.unique_symbols.is_empty() {
        reasons.push(unique_symbols(facts));
    }
    if facts.thread_exit_functions {
        reasons.push(
            "it has thread-local values with destructors, which keep it mapped while a thread that used them lives"
                .to_owned(),
        );
    }
    if cfg!(target_env = "musl") {
        reasons.push("the C library is musl, which never unmaps a library".to_owned());
    }
    reasons
}

fn unique_symbols(facts: &Inspection) -> String {
    let (count, first) = (facts.unique_symbols.len(), facts.unique_symbols.first().map_or("", String::as_str));
    let others = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
    format!("the library has symbols that are unique in the process and keep it mapped: `{}`{others}", brief(first))
}

pub(super) fn absolute(path: &str) -> Diagnostic {
    if path.is_empty() {
        let message = "the library looks for what it needs in the folder in which a program is started";
        return Diagnostic::warning(Code::LIBRARY_ABSOLUTE_PATH, message)
            .hint("its search path has an empty part, which anybody can fill: link it with `$ORIGIN` alone");
    }
    Diagnostic::warning(
        Code::LIBRARY_ABSOLUTE_PATH,
        format!("the library looks for what it needs in `{}`", brief(path)),
    )
    .hint("use `$ORIGIN` (on macOS `@loader_path`) so that it works on other machines")
}
