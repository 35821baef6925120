//! What the three formats have in common, and the refusals that follow from it.
//!
//! Owns the order of the questions (is it a library, for this system, for this processor, complete?)
//! and their wording. It never reads past what tells the formats apart.

use super::sanitizer::Sanitizer;
use super::source::Part;
use super::{Format, Inspection};
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::platform::{Platform, System};

/// A version of symbols that a library needs of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NeededVersion {
    pub(super) library: String,
    pub(super) version: String,
}

/// A library in one of the three formats.
pub(super) trait Library {
    /// What its headers say. Cheap.
    fn headers(&self) -> Headers;

    /// What it exports under a name. Cheap.
    fn exports(&self, symbol: &str) -> Result<Export>;

    /// Adds to the facts what ties it to other libraries. Cheap.
    fn read_dependencies(&self, facts: &mut Inspection) -> Result<()>;

    /// Adds all facts.
    fn read_all(&self, facts: &mut Inspection) -> Result<()>;

    /// What tells why a symbol is not exported, where the file says it. Costly.
    fn clues(&self) -> Clues {
        Clues::default()
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
pub(super) struct Clues {
    /// The functions that it defines and does not export, sorted.
    pub(super) hidden: Vec<String>,
    /// Part of it was compiled by rustc.
    pub(super) rust: bool,
}

/// What the headers of a library say.
pub(super) struct Headers {
    pub(super) format: Format,
    /// Empty when the file is for a system or processor that has no name here.
    pub(super) platforms: Vec<Platform>,
    /// What has no name, in words.
    pub(super) unknown_target: Option<UnknownTarget>,
    /// What it is, if it is not a library that can be loaded.
    pub(super) other_kind: Option<&'static str>,
    /// The size that the file must have at least, in bytes.
    pub(super) required_size: u64,
    /// What keeps a running program from loading it, whole as it is.
    pub(super) obstacle: Option<Obstacle>,
    /// What a program must have from its start to load it; known of ELF only.
    pub(super) sanitizer: Option<Sanitizer>,
}

/// A system or a processor that has no name here, in words.
#[derive(Clone, Debug)]
pub(super) enum UnknownTarget {
    System(String),
    /// On one of these systems.
    Architecture(&'static [System], String),
}

/// What keeps a running program from loading a library that is whole and for its platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// `DF_1_NOOPEN`.
    NoOpen,
    /// A version of the binary interface (`EI_ABIVERSION`) that the system's loader does not know.
    AbiVersion(u8),
    /// It needs musl, and this program runs on glibc.
    Musl,
}

impl Obstacle {
    pub(super) fn error(self) -> Error {
        match self {
            Obstacle::NoOpen => Error::new(
                Code::LIBRARY_FORMAT,
                "the library says that no running program may load it (`DF_1_NOOPEN`)",
            )
            .hint("link it without `-z nodlopen`"),
            Obstacle::AbiVersion(version) => Error::new(
                Code::LIBRARY_FORMAT,
                format!("the library has version {version} of the ELF interface, which no loader here knows"),
            )
            .hint("build it with the tools of this system"),
            Obstacle::Musl => Error::new(
                Code::LIBRARY_WRONG_SYSTEM,
                "the library was built for another C library: musl instead of glibc",
            )
            .hint("install the plugin that was built for glibc, or build it with the system's compiler and not `musl-gcc`"),
        }
    }
}

impl Headers {
    /// Refuses what the system's loader on `platform` cannot take.
    pub(super) fn refuse(&self, size: u64, platform: Platform) -> Result<()> {
        refuse_platform(&self.platforms, self.unknown_target.as_ref(), platform)?;
        self.refuse_incomplete(size)?;
        self.obstacle.map_or(Ok(()), |obstacle| Err(obstacle.error()))
    }

    /// Refuses a file that ends too early or is no library on any platform.
    pub(super) fn refuse_incomplete(&self, size: u64) -> Result<()> {
        if self.required_size > size {
            return Err(truncated(self.required_size, size));
        }
        self.other_kind.map_or(Ok(()), |what| Err(not_a_library(what)))
    }
}

/// Refuses a library that was built for none but other platforms.
pub(super) fn refuse_platform(
    built_for: &[Platform],
    unknown_target: Option<&UnknownTarget>,
    platform: Platform,
) -> Result<()> {
    if built_for.contains(&platform) {
        return Ok(());
    }
    let system = match unknown_target {
        Some(UnknownTarget::Architecture(systems, _)) => systems.contains(&platform.system),
        Some(UnknownTarget::System(_)) => false,
        None => built_for.iter().any(|built| built.system == platform.system),
    };
    let (code, what) = match system {
        true => (Code::LIBRARY_WRONG_ARCHITECTURE, "processor architecture"),
        false => (Code::LIBRARY_WRONG_SYSTEM, "operating system"),
    };
    let names = names_of(built_for, unknown_target, |platform| format!("`{platform}`"));
    Err(Error::new(code, format!("the library was built for another {what}: {names} instead of `{platform}`"))
        .hint(format!("install the plugin that was built for `{platform}`")))
}

/// What a library was built for, in words.
pub(super) fn names_of(
    built_for: &[Platform],
    unknown_target: Option<&UnknownTarget>,
    name: impl Fn(&Platform) -> String,
) -> String {
    match unknown_target {
        Some(UnknownTarget::System(words) | UnknownTarget::Architecture(_, words)) => words.clone(),
        None => built_for.iter().map(name).collect::<Vec<String>>().join(" and "),
    }
}

/// The library, or one that it needs, asks for a version of symbols that the one found does not define.
pub(super) fn too_old(needed: &NeededVersion, found: &Inspection, by: Option<&String>) -> Error {
    let (library, version) = (brief(&needed.library), brief(&needed.version));
    let who = by.map_or("the library".to_owned(), |by| format!("the library's `{}`", brief(by)));
    let newest = newest_of_its_kind(&needed.version, &found.defined_versions);
    let here = newest.map_or("has none of that name".to_owned(), |newest| format!("goes up to `{}`", brief(newest)));
    let message = format!("{who} needs `{version}` of `{library}`, and the one that is here {here}");
    Error::new(Code::LIBRARY_GLIBC, message).hint(format!(
        "it was built on a newer system: install a newer `{library}`, or a plugin that was built on an older system; here it is {}",
        found.path.display()
    ))
}

/// The newest of the versions that have the same words before their number: `GLIBCXX_3.4.30` for `GLIBCXX_3.4.99`.
fn newest_of_its_kind<'a>(version: &str, defined: &'a [String]) -> Option<&'a String> {
    let (kind, _) = version.rsplit_once('_')?;
    let number = |defined: &&String| -> Option<Vec<u32>> {
        let rest = defined.strip_prefix(kind)?.strip_prefix('_')?;
        rest.split('.').map(|part| part.parse().ok()).collect()
    };
    defined.iter().filter(|defined| number(defined).is_some()).max_by_key(number)
}

/// The file ends before something that its headers announce.
pub(super) fn truncated(required_size: u64, size: u64) -> Error {
    Error::new(
        Code::LIBRARY_TRUNCATED,
        format!("the library is cut off: its headers announce `{required_size}` bytes and the file has `{size}`"),
    )
    .hint("copy or install the plugin again; the last copy did not finish")
}

/// The file is something other than a library.
pub(super) fn not_a_library(what: &str) -> Error {
    Error::new(Code::LIBRARY_FORMAT, format!("the file is not a shared library but {what}"))
        .hint("give the plugin a shared library: ELF (`.so`), Mach-O (`.dylib`) or PE (`.dll`)")
}

/// The file has the marks of a library and contradicts itself.
pub(super) fn damaged(what: &str) -> Error {
    Error::new(Code::LIBRARY_FORMAT, format!("the library is damaged: {what}"))
        .hint("build or install the plugin again")
}

/// What a file that is no library seems to be, by its first bytes.
pub(super) fn looks_like(file: Part<'_>) -> String {
    const KNOWN: [(&[u8], &str); 20] = [
        (b"!<arch>\n", "a static library"),
        (b"!<thin>\n", "a static library"),
        (b"#!", "a script"),
        (b"<?xml", "an XML file"),
        (b"<", "an HTML page, as a failed download leaves behind"),
        (b"version https://git-lfs", "a Git LFS pointer (`git lfs pull` fetches the file itself)"),
        (b"/* GNU ld script", "a linker script"),
        (b"INPUT", "a linker script"),
        (b"GROUP", "a linker script"),
        (b"OUTPUT_FORMAT", "a linker script"),
        (b"--- !tapi", "a list of a library's symbols for the linker of macOS (`.tbd`)"),
        (b"\0\x05\x16\x07", "what macOS writes beside a file in an archive (AppleDouble, `._…`)"),
        (b"BC\xc0\xde", "LLVM bitcode"),
        (b"\x28\xb5\x2f\xfd", "a zstd archive"),
        (b"\xfd7zXZ", "an xz archive"),
        (b"BZh", "a bzip2 archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"\0asm", "a WebAssembly module"),
    ];
    let start = file.from(0, 256).and_then(Part::bytes).unwrap_or_default();
    let known = KNOWN.iter().find(|(magic, _)| start.starts_with(magic));
    // A linker script may begin with any comment.
    let script = ["INPUT", "GROUP", "OUTPUT_FORMAT"].iter().any(|word| {
        let mut words = start.split(|byte| !byte.is_ascii_alphabetic() && *byte != b'_');
        start.starts_with(b"/*") && words.any(|found| found == word.as_bytes())
    });
    match known {
        Some((_, what)) => (*what).to_owned(),
        None if script => "a linker script".to_owned(),
        None if start.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | 32..=126 | 128..)) => {
            "a text file".to_owned()
        }
        None => format!("a file of {} bytes in no format known here", file.size()),
    }
}
