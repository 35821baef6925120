//! What a library leaves behind in the process when it is unmapped: threads that run its code, and functions of its
//! own that somebody will call later.
//!
//! Owns the list of libraries and functions that do so. A library that undoes all of it at its end cannot be told from
//! one that does not, so that being here keeps it mapped: memory is lost, and no crash is.

use std::path::Path;

use super::{Inspection, closure};
use crate::input::brief;

/// Libraries that keep threads of their own and never end them, by the start of the file's name.
const THREAD_POOLS: [(&str, &str); 8] = [
    ("libgomp", "OpenMP"),
    ("libomp", "OpenMP"),
    ("libiomp5", "OpenMP"),
    ("vcomp", "OpenMP"),
    ("libtbb", "oneTBB"),
    ("tbb", "oneTBB"),
    ("libgcd", "Dispatch"),
    ("libdispatch", "Dispatch"),
];

/// What hands a function of the library to somebody who keeps it.
const KEEPS_FUNCTIONS: [(&str, &str); 13] = [
    ("on_exit", "the end of the program"),
    ("tss_create", "the end of threads"),
    ("timer_create", "a timer"),
    ("mq_notify", "a message queue"),
    ("_ZSt13set_terminatePFvvE", "uncaught exceptions"),
    ("_ZSt15set_new_handlerPFvvE", "exhausted memory"),
    ("register_printf_function", "`printf`"),
    ("register_printf_specifier", "`printf`"),
    ("pthread_key_create", "the end of threads"),
    ("sigaction", "a signal"),
    ("signal", "a signal"),
    ("bsd_signal", "a signal"),
    ("__sysv_signal", "a signal"),
];

/// Which of these a language's runtime has in it, whether it uses them or not: so do Rust's standard library, and
/// that of C++ where it is linked in. Both have the first one too, and nothing else has it.
const LANGUAGE_RUNTIME: (&str, [&str; 3]) = ("__cxa_thread_atexit_impl", ["pthread_key_create", "sigaction", "signal"]);

/// What starts threads, what lets them run on, and what waits for them: in C, C11, and the two C++ libraries.
const THREADS: [(&str, &[&str], &str); 4] = [
    ("pthread_create", &["pthread_detach", "pthread_attr_setdetachstate"], "pthread_join"),
    ("thrd_create", &["thrd_detach"], "thrd_join"),
    (
        "_ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE",
        &["_ZNSt6thread6detachEv"],
        "_ZNSt6thread4joinEv",
    ),
    ("_ZNSt3__118__thread_proxyE", &["_ZNSt3__16thread6detachEv"], "_ZNSt3__16thread4joinEv"),
];

/// The reasons for which a library must not be unmapped, its own and those of what it brings.
pub(super) fn reasons(facts: &Inspection) -> Vec<String> {
    let mut found: Vec<String> = own_reasons(facts).map(|what| format!("it {what}")).collect();
    found.extend(pools("it", facts));
    for dependency in closure::follow(facts) {
        let who = format!("its `{}`", file_name(&dependency.facts));
        found.extend(pools(&who, &dependency.facts));
        let symbols =
            Some(&dependency.facts.path).filter(|path| !is_of_the_system(path)).map(|path| Inspection::of(path));
        if let Some(Ok(facts)) = symbols {
            found.extend(own_reasons(&facts).map(|what| format!("{who} {what}")));
        }
    }
    found
}

fn pools(who: &str, facts: &Inspection) -> impl Iterator<Item = String> {
    facts.needed.iter().filter_map(move |needed| {
        let pool = pool(&needed.name)?;
        Some(format!("{who} needs `{}`, whose threads live on and may run its code ({pool})", brief(&needed.name)))
    })
}

/// The libraries of the C and C++ compilers, by the start of their names: they bring no threads of their own.
#[cfg(all(unix, not(target_vendor = "apple")))]
const COMPILER_LIBRARIES: [&str; 10] = [
    "libc.so",
    "libm.so",
    "libdl.so",
    "librt.so",
    "libpthread.so",
    "libgcc_s.so",
    "libstdc++.so",
    "ld-linux",
    "ld-musl",
    "libc.musl",
];

/// A quick answer to whether [`reasons`] is empty, from what is known of a mapped library: `false` means that it may
/// be so all the same.
#[cfg(all(unix, not(target_vendor = "apple")))]
pub(super) fn is_surely_empty<'a>(
    mut needed: impl Iterator<Item = &'a [u8]>,
    mut imports: impl Iterator<Item = &'a [u8]>,
) -> bool {
    let is_harmless = |name: &[u8]| {
        let is = |known: &&str| known.as_bytes() == name;
        let starts = THREADS.iter().any(|(start, go_on, _)| is(start) || go_on.iter().any(is));
        !starts && !KEEPS_FUNCTIONS.iter().any(|(kept, _)| is(kept))
    };
    let is_of_the_compiler = |name: &[u8]| COMPILER_LIBRARIES.iter().any(|start| name.starts_with(start.as_bytes()));
    needed.all(is_of_the_compiler) && imports.all(is_harmless)
}

/// What a library does itself, as far as its imports say.
fn own_reasons(facts: &Inspection) -> impl Iterator<Item = String> {
    let (mark, excused) = LANGUAGE_RUNTIME;
    let runtime = facts.imports_symbol(mark);
    let kept = KEEPS_FUNCTIONS
        .iter()
        .filter(move |(name, _)| facts.imports_symbol(name) && !(runtime && excused.contains(name)));
    let threads = THREADS.iter().filter(move |(start, go_on, wait)| {
        let on = go_on.iter().any(|name| facts.imports_symbol(name));
        !runtime && ((facts.imports_symbol(start) && !facts.imports_symbol(wait)) || on)
    });
    let threads = threads.take(1).map(|_| "starts threads and does not wait for them".to_owned());
    kept.map(|(name, for_what)| format!("registers functions for {for_what} (`{name}`)")).chain(threads)
}

fn pool(name: &str) -> Option<&'static str> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    let is = |start: &str| {
        let rest = name.strip_prefix(start);
        rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphabetic() || next == '_'))
    };
    THREAD_POOLS.iter().find(|(start, _)| is(start)).map(|(_, what)| *what)
}

/// What the system brings is shared by all and made to be unloaded, or stays by itself.
fn is_of_the_system(path: &Path) -> bool {
    ["/lib", "/lib64", "/usr/lib", "/usr/lib64"].iter().any(|folder| path.starts_with(folder))
}

fn file_name(facts: &Inspection) -> String {
    facts.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
