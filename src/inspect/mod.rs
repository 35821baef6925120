//! Facts read out of an ELF, Mach-O or PE file without running it.
//!
//! Owns what can be known about a library from its bytes and from the folders in which the system
//! would look for what it needs. Every file is taken for hostile: a file can be refused, but it
//! cannot make this module panic, loop or use memory without end. It never loads anything.

mod closure;
pub(crate) mod codes;
mod demangle;
mod dependency;
mod elf;
mod entry;
mod findings;
mod format;
mod leftovers;
mod library;
mod macho;
mod manifest;
mod memory;
mod names;
mod pe;
mod portability;
mod resolve;
mod sanitizer;
mod source;

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::platform::Platform;
use library::{Export, NeededVersion, Obstacle, UnknownTarget};
use resolve::Inherited;
use source::Source;

pub use elf::{GlibcSymbol, GlibcVersion};
pub(crate) use manifest::{check_no_interfaces, same_plugin};
pub(crate) use memory::with_memory;
pub use portability::Portability;
pub(crate) use sanitizer::Sanitizer;

/// The section of an ELF or PE library that holds an embedded manifest; `__DATA,__hotshoe` in Mach-O.
pub const MANIFEST_SECTION: &str = ".hotshoe";

/// What a library's file says of it.
///
/// ```no_run
/// use hotshoe::inspect::Inspection;
///
/// let facts = Inspection::of("plugins/gain/libgain.so".as_ref())?;
/// println!("exports {}", facts.exports.join(", "));
/// for needed in facts.missing() {
///     println!("{} is in none of {:?}", needed.name, needed.searched);
/// }
/// # Ok::<(), hotshoe::error::Error>(())
/// ```
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Inspection {
    /// The file.
    #[serde(serialize_with = "crate::input::path_text")]
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Its format.
    pub format: Format,
    /// The platforms it was built for. A universal Mach-O library has several; none means that the
    /// system or the processor has no name here.
    pub platforms: Vec<Platform>,
    /// What it calls itself: the SONAME, the install name or the DLL name.
    pub name: Option<String>,
    /// The symbols that can be looked up in it, sorted; at most a million. Those of Mach-O come
    /// without the underscore of the C compiler.
    pub exports: Vec<String>,
    /// Those of them that are variables and no functions, as far as the file says.
    pub variables: Vec<String>,
    /// The libraries without which it cannot be loaded; [`Inspection::check`] follows what they need in turn.
    pub needed: Vec<Needed>,
    /// Its own search path (RUNPATH, else RPATH), as written.
    pub search_paths: Vec<String>,
    /// The newest version of glibc's symbols that it needs, for example `2.34`.
    pub glibc: Option<String>,
    /// The symbols that it needs of glibc, those of the newest version first.
    pub glibc_symbols: Vec<GlibcSymbol>,
    /// It was linked with musl instead of glibc.
    pub musl: bool,
    /// The symbols that are unique in the process (`STB_GNU_UNIQUE`); each keeps it mapped.
    pub unique_symbols: Vec<String>,
    /// It asks never to be unloaded (`DF_1_NODELETE`).
    pub never_unloads: bool,
    /// Its thread-local values must have a place that is free when the program starts (`DF_STATIC_TLS`), of which
    /// glibc keeps some 1,600 bytes for all libraries that are loaded later.
    pub static_tls: bool,
    /// The bytes of its thread-local values, for each thread.
    pub thread_local_size: u64,
    /// It registers functions for the end of a thread, as a C++ `thread_local` with a destructor
    /// and Rust thread-locals do; it stays mapped while such a thread lives.
    pub thread_exit_functions: bool,
    /// Loading it makes stacks executable, because it says so or, on a processor where glibc then
    /// assumes it, because it says nothing.
    pub executable_stack: bool,
    /// Its code is changed while it is loaded.
    pub text_relocations: bool,
    /// The ELF build id or the Mach-O UUID, in hexadecimal digits.
    pub build_id: Option<String>,
    /// The manifest embedded in it, at most 1 MiB.
    pub manifest: Option<String>,
    /// Whether `search_paths` come after `LD_LIBRARY_PATH` instead of before it.
    #[serde(skip)]
    runpath: bool,
    /// The symbols that other libraries must define, sorted; those of ELF only.
    #[serde(skip)]
    imports: Vec<String>,
    /// The versions of symbols that it needs of other libraries, and those that it defines.
    #[serde(skip)]
    needed_versions: Vec<NeededVersion>,
    #[serde(skip)]
    defined_versions: Vec<String>,
    /// What it is for, where that has no name.
    #[serde(skip)]
    unknown_target: Option<UnknownTarget>,
    #[serde(skip)]
    obstacle: Option<Obstacle>,
    /// What the libraries that it needs take over from it when theirs are looked for.
    #[serde(skip)]
    for_dependencies: Inherited,
    /// The libraries that the host provides: names, or patterns with `*`.
    #[serde(skip)]
    provided: Vec<String>,
}

/// A format of shared libraries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Format {
    /// Linux and FreeBSD.
    Elf,
    /// macOS.
    MachO,
    /// Windows.
    Pe,
}

/// A library that another one needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Needed {
    /// Its name, as the library that needs it has it.
    pub name: String,
    /// Where it was found.
    #[serde(serialize_with = "crate::input::path_text")]
    pub found: Option<PathBuf>,
    /// The folders in which it was looked for; none when the library is for another platform or
    /// the system has it somewhere else than in folders.
    #[serde(serialize_with = "crate::input::path_text")]
    pub searched: Vec<PathBuf>,
    /// Why the loader fails with what it finds, or does not find what is there.
    pub broken: Option<String>,
}

impl Needed {
    fn new(name: String) -> Needed {
        Needed { name, found: None, searched: Vec::new(), broken: None }
    }
}

impl Inspection {
    /// Reads a library's facts.
    ///
    /// What it returns tells the file that it checked from one that may lie at the path later.
    ///
    /// Fails with [`Code::LIBRARY_UNREADABLE`], [`Code::LIBRARY_FORMAT`] or [`Code::LIBRARY_TRUNCATED`].
    /// A library for another platform is no error here; [`Inspection::check`] says that.
    pub fn of(path: &Path) -> Result<Inspection> {
        let source = Source::open(path)?;
        read(path, &source).map_err(|error| error.at(path))
    }

    /// Whether a symbol can be looked up in it.
    pub fn exports_symbol(&self, symbol: &str) -> bool {
        self.exports.binary_search_by(|export| export.as_str().cmp(symbol)).is_ok()
    }

    fn export(&self, symbol: &str) -> Export {
        match self.exports_symbol(symbol) {
            false => Export::Nothing,
            true if self.variables.binary_search_by(|name| name.as_str().cmp(symbol)).is_ok() => Export::Variable,
            true => Export::Function,
        }
    }

    /// Whether another library must define a symbol for it.
    fn imports_symbol(&self, symbol: &str) -> bool {
        self.imports.binary_search_by(|import| import.as_str().cmp(symbol)).is_ok()
    }

    /// The needed libraries that were looked for and not found, but for those that the host provides.
    pub fn missing(&self) -> impl Iterator<Item = &Needed> {
        let absent = |needed: &&Needed| needed.found.is_none() && !needed.searched.is_empty();
        self.needed.iter().filter(absent).filter(|needed| !self.is_provided(&needed.name))
    }

    /// Says which libraries the host has loaded before any plugin, by name or by a pattern with `*`
    /// ([`crate::profile::HostProfile::provides`]): it is no fault that they are not found.
    pub fn set_provided(&mut self, names: &[String]) {
        self.provided = names.to_vec();
    }

    /// The needed libraries that were not found here and that the host provides.
    pub fn provided(&self) -> impl Iterator<Item = &Needed> {
        let absent = |needed: &&Needed| needed.found.is_none() && !needed.searched.is_empty();
        self.needed.iter().filter(absent).filter(|needed| self.is_provided(&needed.name))
    }

    fn is_provided(&self, name: &str) -> bool {
        let name = name.rsplit('/').next().unwrap_or(name);
        let is_it = |pattern: &String| match self.format {
            Format::Pe => matches(&pattern.to_ascii_lowercase(), &name.to_ascii_lowercase()),
            _ => matches(pattern, name),
        };
        self.provided.iter().any(is_it)
    }

    /// What it was built for, in words: `linux-x86_64`, or a system or processor that has no name here.
    pub fn built_for(&self) -> String {
        library::names_of(&self.platforms, self.unknown_target.as_ref(), ToString::to_string)
    }

    /// What would keep the system's loader on `platform` from taking it, or a host from calling
    /// `entry`: the first such reason.
    ///
    /// What the library needs is followed to the end, as far as it is found.
    ///
    /// Fails with [`Code::LIBRARY_WRONG_SYSTEM`], [`Code::LIBRARY_WRONG_ARCHITECTURE`], [`Code::LIBRARY_FORMAT`],
    /// [`Code::ENTRY_MISSING`], [`Code::DEPENDENCY_MISSING`] or, where a library that is here is too old,
    /// [`Code::LIBRARY_GLIBC`].
    pub fn check(&self, platform: Platform, entry: &str) -> Result<()> {
        let first = self.first_problem(platform, entry);
        first.map_err(|error| error.at(&self.path))
    }

    /// What would keep a host from calling `entry` on the platform that it was built for, as far as
    /// that can be known on another one.
    ///
    /// Fails with [`Code::ENTRY_MISSING`].
    pub fn check_anywhere(&self, entry: &str) -> Result<()> {
        match self.export(entry) {
            Export::Function => return Ok(()),
            Export::Variable => return Err(entry::variable(entry).at(&self.path)),
            Export::Nothing => {}
        }
        // Only a hint depends on what else is in the file, so it is read only now.
        let clues = Source::open(&self.path)
            .and_then(|source| Ok(format::open(source.all(), Platform::current())?.clues()))
            .unwrap_or_default();
        Err(entry::missing(entry, &self.exports, &clues).at(&self.path))
    }

    /// What somebody should know before shipping it: what ties it to a machine or keeps it from
    /// being unloaded. All of them are warnings.
    pub fn findings(&self) -> Vec<Diagnostic> {
        findings::of(self)
    }

    /// Why it may stay mapped after it was unloaded, a sentence each; empty if nothing is known.
    pub fn residency_reasons(&self) -> Vec<String> {
        findings::residency_reasons(self)
    }

    /// What the words with which the system's loader refused it mean, where [`Inspection::check`] finds nothing.
    pub(crate) fn meaning_of_refusal(&self, message: &str) -> Option<String> {
        findings::meaning(self, message)
    }

    /// Why it must not be unmapped when it is unloaded, a sentence each; empty if nothing speaks against it.
    ///
    /// The library, or one that it needs, may leave threads behind that run its code (OpenMP, oneTBB), or functions
    /// that somebody calls later: for a signal, the end of a thread or of the program. Whether it undoes that at its
    /// end cannot be read out of a file, nor what Rust code does with threads.
    pub fn must_stay_mapped(&self) -> Vec<String> {
        leftovers::reasons(self)
    }

    /// The libraries that are loaded with it, as far as they are here: what it needs, what that needs, and so on.
    pub(crate) fn transitive_dependencies(&self) -> impl Iterator<Item = PathBuf> {
        closure::follow(self).into_iter().map(|dependency| dependency.facts.path)
    }

    /// Everything that keeps it from being shipped: the findings that its author can mend, and
    /// what it needs of a newer glibc. All of them are errors.
    pub fn portability(&self, rules: &Portability) -> Vec<Diagnostic> {
        portability::problems(self, rules)
    }

    fn first_problem(&self, platform: Platform, entry: &str) -> Result<()> {
        library::refuse_platform(&self.platforms, self.unknown_target.as_ref(), platform)?;
        self.obstacle.map_or(Ok(()), |obstacle| Err(obstacle.error()))?;
        self.check_anywhere(entry)?;
        if let Some(needed) = self.missing().next() {
            return Err(self.missing_dependency(needed));
        }
        closure::problems(self, &closure::follow(self)).into_iter().next().map_or(Ok(()), Err)
    }
}

/// Whether a mapped library surely has no reason to stay mapped, by what it needs and imports: what
/// [`Inspection::must_stay_mapped`] would say is not worth reading its file for then.
#[cfg(all(unix, not(target_vendor = "apple")))]
pub(crate) fn leaves_nothing_behind<'a>(
    needed: impl Iterator<Item = &'a [u8]>,
    imports: impl Iterator<Item = &'a [u8]>,
) -> bool {
    leftovers::is_surely_empty(needed, imports)
}

/// The platforms that a library or a program was built for, as its bytes say; none of what is neither, as a script is.
///
/// Fails with [`Code::LIBRARY_UNREADABLE`].
pub fn platforms_of(path: &Path) -> Result<Vec<Platform>> {
    let source = Source::open(path)?;
    let platforms = format::open(source.all(), Platform::current()).map(|binary| binary.headers().platforms);
    Ok(platforms.unwrap_or_default())
}

/// The check made before every load: format, platform, completeness, entry symbol.
///
/// It reads what it needs of the file and no more, so that it costs little beside loading. What the
/// library needs is not looked for: the process may have it already.
///
/// Fails with [`Code::LIBRARY_UNREADABLE`], [`Code::LIBRARY_FORMAT`], [`Code::LIBRARY_TRUNCATED`],
/// [`Code::LIBRARY_WRONG_SYSTEM`], [`Code::LIBRARY_WRONG_ARCHITECTURE`] or [`Code::ENTRY_MISSING`].
pub fn check_before_load(path: &Path, platform: Platform, entry: &str) -> Result<Metadata> {
    before_load(path, platform, entry).map(|(metadata, _)| metadata)
}

/// The same, and what the program must have had from its start.
pub(crate) fn before_load(path: &Path, platform: Platform, entry: &str) -> Result<(Metadata, Option<Sanitizer>)> {
    let source = Source::open(path)?;
    let sanitizer = quick_check(path, &source, platform, entry).map_err(|error| error.at(path))?;
    Ok((source.into_metadata(), sanitizer))
}

fn quick_check(path: &Path, source: &Source, platform: Platform, entry: &str) -> Result<Option<Sanitizer>> {
    let library = format::open(source.all(), platform)?;
    let headers = library.headers();
    headers.refuse(source.size(), platform)?;
    match library.exports(entry)? {
        Export::Function => return Ok(headers.sanitizer),
        Export::Variable => return Err(entry::variable(entry)),
        Export::Nothing => {}
    }
    let mut facts = Inspection::empty(path, source.size(), headers);
    library.read_all(&mut facts)?;
    Err(entry::missing(entry, &facts.exports, &library.clues()))
}

fn read(path: &Path, source: &Source) -> Result<Inspection> {
    let library = format::open(source.all(), Platform::current())?;
    let headers = library.headers();
    headers.refuse_incomplete(source.size())?;
    let mut facts = Inspection::empty(path, source.size(), headers);
    library.read_all(&mut facts)?;
    facts.for_dependencies = resolve::find(&mut facts, &Inherited::default());
    Ok(facts)
}

impl Inspection {
    fn empty(path: &Path, size: u64, headers: library::Headers) -> Inspection {
        Inspection {
            path: path.to_owned(),
            size,
            format: headers.format,
            platforms: headers.platforms,
            name: None,
            exports: Vec::new(),
            variables: Vec::new(),
            needed: Vec::new(),
            search_paths: Vec::new(),
            glibc: None,
            glibc_symbols: Vec::new(),
            musl: false,
            unique_symbols: Vec::new(),
            never_unloads: false,
            thread_exit_functions: false,
            executable_stack: false,
            text_relocations: false,
            build_id: None,
            manifest: None,
            runpath: false,
            imports: Vec::new(),
            needed_versions: Vec::new(),
            defined_versions: Vec::new(),
            unknown_target: headers.unknown_target,
            obstacle: headers.obstacle,
            for_dependencies: Inherited::default(),
            provided: Vec::new(),
            static_tls: false,
            thread_local_size: 0,
        }
    }

    fn missing_dependency(&self, needed: &Needed) -> Error {
        let what = if needed.broken.is_some() { "which cannot be taken" } else { "which is not found" };
        Error::new(Code::DEPENDENCY_MISSING, format!("the library needs `{}`, {what}", brief(&needed.name)))
            .hint(self.missing_hint(self, needed))
    }

    /// What to do about a library that `by` needs.
    fn missing_hint(&self, by: &Inspection, needed: &Needed) -> String {
        if let Some(why) = &needed.broken {
            return why.clone();
        }
        let folders: Vec<String> = needed.searched.iter().map(|folder| folder.display().to_string()).collect();
        let beside = std::path::absolute(&self.path).ok();
        let beside = beside.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let what = match needed.searched.iter().any(|folder| folder == beside) {
            true => "install it, or ship it beside the plugin".to_owned(),
            false => format!(
                "install it, or ship it beside the plugin and link that with the search path `{}`: {}",
                if self.format == Format::MachO { "@loader_path" } else { "$ORIGIN" },
                by.own_search_path()
            ),
        };
        let searched = folders.join(", ");
        format!("{what}; searched: {searched}; if it is the host's own library, name it in `provides` of its profile")
    }

    fn own_search_path(&self) -> String {
        match self.search_paths.as_slice() {
            [] => "it has none of its own".to_owned(),
            paths => format!("its own is `{}`", brief(&paths.join(":"))),
        }
    }
}

/// Whether a name is the one of a pattern, in which `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(end)
}
