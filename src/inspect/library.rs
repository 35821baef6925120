//! What the three formats have in common, and the refusals that follow from it.
//!
//! Owns the order of the questions (is it a library, for this system, for this processor, complete?)
//! and their wording. It never reads past what tells the formats apart.

use super::source::Part;
use super::{Format, Inspection};
use crate::error::{Code, Error, Result};
use crate::platform::Platform;

/// A library in one of the three formats.
pub(super) trait Library {
    /// What its headers say; cheap.
    fn shape(&self) -> Shape;

    /// What it exports under a name; cheap.
    fn exports(&self, symbol: &str) -> Result<Export>;

    /// Writes down everything else.
    fn describe(&self, facts: &mut Inspection) -> Result<()>;

    /// What it holds beside its exports, where that can be known; costly.
    fn traces(&self) -> Traces {
        Traces::default()
    }
}

/// What a library exports under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Export {
    /// Nothing.
    Nothing,
    /// A function, as far as the file says.
    Function,
    /// A variable: calling it ends the process.
    Variable,
}

/// What tells why a symbol is not exported.
#[derive(Default)]
pub(super) struct Traces {
    /// The functions that it defines and does not export, sorted.
    pub(super) hidden: Vec<String>,
    /// Part of it was compiled by rustc.
    pub(super) rust: bool,
}

/// What the headers of a library say.
pub(super) struct Shape {
    pub(super) format: Format,
    /// Empty when the file is for a system or processor that has no name here.
    pub(super) platforms: Vec<Platform>,
    /// What it is, if it is not a library that can be loaded.
    pub(super) otherwise: Option<&'static str>,
    /// The size that the file must have at least, in bytes.
    pub(super) announced: u64,
}

impl Shape {
    /// Refuses what the system's loader on `platform` cannot take.
    pub(super) fn refuse(&self, size: u64, platform: Platform) -> Result<()> {
        refuse_platform(&self.platforms, platform)?;
        self.refuse_incomplete(size)
    }

    /// Refuses a file that ends too early or is no library on any platform.
    pub(super) fn refuse_incomplete(&self, size: u64) -> Result<()> {
        if self.announced > size {
            return Err(truncated(self.announced, size));
        }
        self.otherwise.map_or(Ok(()), |what| Err(not_a_library(what)))
    }
}

/// Refuses a library that was built for none but other platforms.
pub(super) fn refuse_platform(built_for: &[Platform], platform: Platform) -> Result<()> {
    if built_for.contains(&platform) {
        return Ok(());
    }
    let system = built_for.is_empty() || built_for.iter().any(|built| built.system == platform.system);
    let (code, what) = match system {
        true => (Code::LibraryWrongArchitecture, "processor architecture"),
        false => (Code::LibraryWrongSystem, "operating system"),
    };
    let names: Vec<String> = built_for.iter().map(|built| format!("`{built}`")).collect();
    let names = if names.is_empty() { "one that has no name here".to_owned() } else { names.join(" and ") };
    Err(Error::new(code, format!("the library was built for another {what}: {names} instead of `{platform}`"))
        .hint(format!("install the plugin that was built for `{platform}`")))
}

/// The file ends before something that its headers announce.
pub(super) fn truncated(announced: u64, size: u64) -> Error {
    Error::new(
        Code::LibraryTruncated,
        format!("the library is cut off: its headers announce `{announced}` bytes and the file has `{size}`"),
    )
    .hint("copy or install the plugin again; the last copy did not finish")
}

/// The file is something other than a library.
pub(super) fn not_a_library(what: &str) -> Error {
    Error::new(Code::LibraryFormat, format!("the file is not a shared library but {what}"))
        .hint("give the plugin a shared library: ELF (`.so`), Mach-O (`.dylib`) or PE (`.dll`)")
}

/// The file has the marks of a library and contradicts itself.
pub(super) fn damaged(what: &str) -> Error {
    Error::new(Code::LibraryFormat, format!("the library is damaged: {what}")).hint("build or install the plugin again")
}

/// What a file that is no library seems to be, by its first bytes.
pub(super) fn looks_like(file: Part<'_>) -> String {
    const KNOWN: [(&[u8], &str); 10] = [
        (b"!<arch>\n", "a static library"),
        (b"!<thin>\n", "a static library"),
        (b"#!", "a script"),
        (b"<?xml", "an XML file"),
        (b"<", "an HTML page, as a failed download leaves behind"),
        (b"version https://git-lfs", "a Git LFS pointer (`git lfs pull` fetches the file itself)"),
        (b"/* GNU ld script", "a linker script"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"\0asm", "a WebAssembly module"),
    ];
    let start = file.from(0, 256).and_then(Part::bytes).unwrap_or_default();
    let known = KNOWN.iter().find(|(magic, _)| start.starts_with(magic));
    match known {
        Some((_, what)) => (*what).to_owned(),
        None if start.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | 32..=126 | 128..)) => {
            "a text file".to_owned()
        }
        None => format!("a file of {} bytes in no format known here", file.size()),
    }
}
