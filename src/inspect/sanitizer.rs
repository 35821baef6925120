//! Sanitizers that must be in a program from its start.
//!
//! Knows their names and marks. Whether a program has one is for whoever loads to find out.

use super::Inspection;
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error};
use crate::input::brief;

/// Its name, the start of its library's name, and a function that everything compiled with it imports.
#[derive(Debug)]
struct SanitizerKind {
    name: &'static str,
    library: &'static str,
    symbol: &'static str,
}

const KINDS: [SanitizerKind; 4] = [
    SanitizerKind { name: "AddressSanitizer", library: "asan", symbol: "__asan_init" },
    SanitizerKind { name: "HWAddressSanitizer", library: "hwasan", symbol: "__hwasan_init" },
    SanitizerKind { name: "MemorySanitizer", library: "msan", symbol: "__msan_init" },
    SanitizerKind { name: "ThreadSanitizer", library: "tsan", symbol: "__tsan_init" },
];

/// A sanitizer that a library was compiled with.
#[derive(Debug)]
pub(crate) struct Sanitizer {
    kind: &'static SanitizerKind,
    /// Its own library.
    library: String,
}

impl Sanitizer {
    /// The one whose library has this name: `libasan.so.8`, `libclang_rt.asan-x86_64.so`.
    pub(super) fn called(library: &str) -> Option<Sanitizer> {
        let stem = library.strip_prefix("lib").unwrap_or(library);
        let stem = stem.strip_prefix("clang_rt.").unwrap_or(stem);
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
        let kind = KINDS.iter().find(|kind| stem.strip_prefix(kind.library).is_some_and(ends))?;
        Some(Sanitizer { kind, library: library.to_owned() })
    }

    /// The one that a library needs or, where that is left to the program, whose functions it imports.
    pub(super) fn of(facts: &Inspection) -> Option<Sanitizer> {
        let needed = facts.needed.iter().find_map(|needed| Sanitizer::called(&needed.name));
        needed.or_else(|| {
            let kind = KINDS.iter().find(|kind| facts.imports_symbol(kind.symbol))?;
            Some(Sanitizer { kind, library: format!("lib{}.so", kind.library) })
        })
    }

    /// The name of its own library.
    pub(crate) fn library(&self) -> &str {
        &self.library
    }

    /// A function that a program exports if the sanitizer is in it.
    pub(crate) fn symbol(&self) -> &'static str {
        self.kind.symbol
    }

    /// Whether its options, as the environment has them, let it begin in a running program.
    pub(crate) fn may_begin_late(&self, options: &str) -> bool {
        let is_off = |option: &str| matches!(option, "verify_asan_link_order=0" | "verify_asan_link_order=false");
        self.kind.library == "asan" && options.split([':', ',', ' ']).any(is_off)
    }

    /// Whether words of the system's loader are about one of its functions.
    pub(super) fn is_mentioned_in(&self, message: &str) -> bool {
        message.contains(self.kind.symbol.trim_end_matches("init"))
    }

    fn message(&self) -> String {
        format!("the library was compiled with {}, and only a host that was, too, can load it", self.kind.name)
    }

    pub(super) fn hint(&self) -> String {
        format!(
            "build the host with it and the same compiler, or start the host with LD_PRELOAD={}; ship a plugin that was built without it",
            brief(&self.library)
        )
    }

    /// For whoever looks at the library: the host may have it.
    pub(super) fn warning(&self) -> Diagnostic {
        Diagnostic::warning(Code::LIBRARY_SANITIZER, self.message()).hint(self.hint())
    }

    /// For whoever loads the library and does not have it: its start would end the process.
    pub(crate) fn refusal(&self) -> Error {
        Error::new(Code::LIBRARY_SANITIZER, self.message()).hint(self.hint())
    }
}
