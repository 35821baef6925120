//! ELF: the libraries of Linux and FreeBSD.
//!
//! Owns the reading of the file header, the program headers and the dynamic segment, which is what
//! the system's loader goes by. Section headers are asked for one thing only, the embedded
//! manifest, because a library works without them.

mod dynamic;
mod glibc;
mod hidden;
pub(super) mod ldconfig;
mod machine;
pub(super) mod search;
mod symbols;
mod versions;

use std::mem::size_of;
use std::ops::Range;

use object::elf::{self, FileHeader32, FileHeader64};
use object::endian::Endianness;
use object::read::elf::{Dyn, FileHeader, ProgramHeader, SectionHeader};

use super::library::{self, Clues, Export, Headers, Library, Obstacle, UnknownTarget};
use super::names;
use super::sanitizer::Sanitizer;
use super::source::Part;
use super::{Format, Inspection, Needed};
use crate::error::Result;
use crate::platform::{Architecture, Platform, System};
use dynamic::Dynamic;
use symbols::Symbols;
use versions::GlibcNeeds;

pub use glibc::{GlibcSymbol, GlibcVersion};

/// The most segments of notes, and notes in one, that are looked at.
const MOST_NOTES: usize = 64;

/// The functions by which C++ and Rust have something done when a thread ends.
const THREAD_EXIT: [&str; 2] = ["__cxa_thread_atexit", "__cxa_thread_atexit_impl"];

/// Reads the headers of an ELF file.
pub(super) fn open<'a>(file: Part<'a>) -> Result<Box<dyn Library + 'a>> {
    match file.from(4, 1).and_then(Part::bytes) {
        Some([1]) => Ok(Box::new(Elf::<FileHeader32<Endianness>>::read(file)?)),
        Some([2]) => Ok(Box::new(Elf::<FileHeader64<Endianness>>::read(file)?)),
        Some([_]) => Err(library::damaged("it says neither 32-bit nor 64-bit")),
        _ => Err(library::truncated(size_of::<FileHeader32<Endianness>>() as u64, file.size())),
    }
}

/// An ELF file whose headers could be read.
struct Elf<'a, H: FileHeader<Endian = Endianness>> {
    file: Part<'a>,
    header: &'a H,
    endian: Endianness,
    segments: &'a [H::ProgramHeader],
}

impl<'a, H: FileHeader<Endian = Endianness>> Elf<'a, H> {
    fn read(file: Part<'a>) -> Result<Self> {
        let size = size_of::<H>() as u64;
        if file.size() < size {
            return Err(library::truncated(size, file.size()));
        }
        let header = H::parse(file).map_err(|error| library::damaged("its header is invalid").because(error))?;
        let endian = header.endian().map_err(|error| library::damaged("its header is invalid").because(error))?;
        let table = u64::from(header.e_phnum(endian)) * u64::from(header.e_phentsize(endian));
        let end = header.e_phoff(endian).into().saturating_add(table);
        if end > file.size() {
            return Err(library::truncated(end, file.size()));
        }
        let segments = header
            .program_headers(endian, file)
            .map_err(|error| library::damaged("its program headers are invalid").because(error))?;
        Ok(Elf { file, header, endian, segments })
    }

    fn segments_of(&self, kind: elf::ProgramType) -> impl Iterator<Item = &'a H::ProgramHeader> {
        let endian = self.endian;
        self.segments.iter().filter(move |segment| segment.p_type(endian) == kind)
    }

    /// What the file holds from a memory address to the end of its segment.
    fn mapped_at(&self, address: u64) -> Option<Part<'a>> {
        self.segments_of(elf::PT_LOAD).find_map(|segment| {
            let (start, size) = segment.file_range(self.endian);
            let offset = address.checked_sub(segment.p_vaddr(self.endian).into())?;
            self.file.part(start, size)?.from(offset, size).filter(|part| part.size() > 0)
        })
    }

    /// The dynamic segment, or `None` if there is none or it lies outside the file.
    fn dynamic(&self) -> Option<Dynamic> {
        let segment = self.segments_of(elf::PT_DYNAMIC).next()?;
        let entries = segment.dynamic(self.endian, self.file).ok()??;
        let mut dynamic = Dynamic::default();
        for entry in entries {
            let (tag, value) = (entry.tag(self.endian), entry.val(self.endian));
            if tag == elf::DT_NULL {
                break;
            }
            dynamic.take(tag, value);
        }
        Some(dynamic)
    }

    fn required_dynamic(&self) -> Result<Dynamic> {
        self.dynamic().ok_or_else(|| library::damaged("its dynamic segment lies outside the file"))
    }

    fn symbols(&self, dynamic: &Dynamic) -> Option<Symbols<'a, H>> {
        Some(Symbols {
            endian: self.endian,
            table: self.mapped_at(dynamic.symbols?)?,
            strings: self.strings(dynamic)?,
            gnu_hash: dynamic.gnu_hash.and_then(|address| self.mapped_at(address)),
            hash: dynamic.hash.and_then(|address| self.mapped_at(address)),
            // The one architecture here whose classic hash table has 64-bit words.
            hash_word: if self.header.e_machine(self.endian) == elf::EM_S390 && self.header.is_class_64() {
                8
            } else {
                4
            },
            code: self.code(),
            // The one ABI here where a function's symbol stands for its descriptor, which is data.
            descriptors: self.header.e_machine(self.endian) == elf::EM_PPC64 && self.header.is_big_endian(),
        })
    }

    /// Where code lies in memory.
    fn code(&self) -> Vec<Range<u64>> {
        let endian = self.endian;
        let segments = self.segments_of(elf::PT_LOAD).filter(|segment| segment.p_flags(endian).contains(elf::PF_X));
        let ranges = segments.map(|segment| {
            let start: u64 = segment.p_vaddr(endian).into();
            start..start.saturating_add(segment.p_memsz(endian).into())
        });
        ranges.collect()
    }

    fn strings(&self, dynamic: &Dynamic) -> Option<Part<'a>> {
        self.mapped_at(dynamic.strings?)?.from(0, dynamic.strings_size)
    }

    /// What it was built for, or the words for a system or processor that has no name here.
    fn platforms(&self) -> (Vec<Platform>, Option<UnknownTarget>) {
        let systems = match self.systems() {
            Ok(systems) => systems,
            Err(name) => return (Vec::new(), Some(UnknownTarget::System(name))),
        };
        match self.architecture() {
            Ok(architecture) => {
                (systems.iter().map(|system| Platform { system: *system, architecture }).collect(), None)
            }
            Err(name) => (Vec::new(), Some(UnknownTarget::Architecture(systems, name))),
        }
    }

    /// The systems it may be for: by the header, which is silent about most, or else by a note.
    fn systems(&self) -> Result<&'static [System], String> {
        let named = match self.header.e_ident().os_abi {
            elf::ELFOSABI_GNU => return Ok(&[System::Linux]),
            elf::ELFOSABI_FREEBSD => return Ok(&[System::FreeBsd]),
            elf::ELFOSABI_NONE | elf::ELFOSABI_ARM => None,
            elf::ELFOSABI_SOLARIS => Some("Solaris"),
            elf::ELFOSABI_NETBSD => Some("NetBSD"),
            elf::ELFOSABI_OPENBSD => Some("OpenBSD"),
            elf::ELFOSABI_HURD => Some("the Hurd"),
            elf::ELFOSABI_HPUX => Some("HP-UX"),
            elf::ELFOSABI_AIX => Some("AIX"),
            other => return Err(format!("a system with the number {} (EI_OSABI)", other.0)),
        };
        if let Some(name) = named.or_else(|| self.system_by_note()) {
            return if name == "FreeBSD" { Ok(&[System::FreeBsd]) } else { Err(name.to_owned()) };
        }
        match Platform::current().system {
            System::FreeBsd => Ok(&[System::Linux, System::FreeBsd]),
            _ => Ok(&[System::Linux]),
        }
    }

    fn system_by_note(&self) -> Option<&'static str> {
        const SYSTEMS: [&str; 4] = ["FreeBSD", "Android", "NetBSD", "OpenBSD"];
        self.notes(|owner, _, _| SYSTEMS.into_iter().find(|name| name.as_bytes() == owner))
    }

    /// The first note of which something can be made: its owner, kind and content.
    fn notes<T>(&self, mut take: impl FnMut(&[u8], elf::NoteType, &[u8]) -> Option<T>) -> Option<T> {
        self.segments_of(elf::PT_NOTE).take(MOST_NOTES).find_map(|segment| {
            let mut notes = segment.notes(self.endian, self.file).ok()??;
            let notes = std::iter::from_fn(move || notes.next().ok().flatten()).take(MOST_NOTES);
            notes.into_iter().find_map(|note| take(note.name(), note.n_type(self.endian), note.desc()))
        })
    }

    /// A PowerPC has either order of bytes, and this program runs in one of them.
    fn architecture(&self) -> Result<Architecture, String> {
        let (wide, little) = (self.header.is_class_64(), self.header.is_little_endian());
        let machine = self.header.e_machine(self.endian);
        let big_here = cfg!(all(target_arch = "powerpc64", target_endian = "big"));
        Ok(match (machine, wide, little) {
            (elf::EM_X86_64, true, true) => Architecture::X86_64,
            (elf::EM_AARCH64, true, true) => Architecture::Aarch64,
            (elf::EM_386, false, true) => Architecture::X86,
            (elf::EM_ARM, false, true) => Architecture::Arm,
            (elf::EM_RISCV, true, true) => Architecture::Riscv64,
            (elf::EM_PPC64, true, little) if little != big_here => Architecture::PowerPc64,
            (elf::EM_S390, true, false) => Architecture::S390x,
            _ => return Err(machine_name(machine, wide, little)),
        })
    }

    /// What keeps a library that is whole and for this system from being loaded by a running program.
    fn obstacle(&self, dynamic: Option<&Dynamic>) -> Option<Obstacle> {
        let dynamic = dynamic?;
        if elf::DynamicFlags1(dynamic.flags_1).contains(elf::DF_1_NOOPEN) {
            return Some(Obstacle::NoOpen);
        }
        let version = self.header.e_ident().abi_version;
        // `VALID_ELF_ABIVERSION` of glibc.
        if self.header.e_ident().os_abi == elf::ELFOSABI_NONE && version > 3 {
            return Some(Obstacle::AbiVersion(version));
        }
        let musl = cfg!(all(target_os = "linux", target_env = "gnu")) && self.is_for_musl(dynamic);
        musl.then_some(Obstacle::Musl)
    }

    /// Debian's musl has the plain name, others one with the processor.
    fn is_for_musl(&self, dynamic: &Dynamic) -> bool {
        self.needed(dynamic).any(|name| name == b"libc.so" || name.starts_with(b"libc.musl-"))
    }

    fn sanitizer(&self, dynamic: &Dynamic) -> Option<Sanitizer> {
        self.needed(dynamic).find_map(|name| Sanitizer::called(std::str::from_utf8(name).ok()?))
    }

    fn needed(&self, dynamic: &Dynamic) -> impl Iterator<Item = &'a [u8]> {
        let strings = self.strings(dynamic).and_then(Part::bytes).unwrap_or_default();
        dynamic.needed.iter().filter_map(|offset| names::text(strings, *offset))
    }

    /// The end of the last byte that the loader maps or reads.
    fn required_size(&self) -> u64 {
        let ends = self.segments_of(elf::PT_LOAD).map(|segment| match segment.file_range(self.endian) {
            (_, 0) => 0,
            (start, size) => start.saturating_add(size),
        });
        ends.max().unwrap_or(0)
    }

    fn other_kind(&self, dynamic: Option<&Dynamic>) -> Option<&'static str> {
        match self.header.e_type(self.endian) {
            elf::ET_DYN => {}
            elf::ET_EXEC => return Some("an executable"),
            elf::ET_REL => return Some("an object file"),
            elf::ET_CORE => return Some("a core dump"),
            _ => return Some("an ELF file of an unknown type"),
        }
        // What was split from a library still has its headers.
        if dynamic.is_none_or(|dynamic| dynamic.symbols.is_none()) && self.is_split_debug() {
            return Some("the debug information that was split from one (`objcopy --only-keep-debug`)");
        }
        if self.segments_of(elf::PT_DYNAMIC).next().is_none() {
            return Some("an ELF file without a dynamic segment");
        }
        let flags = elf::DynamicFlags1(dynamic?.flags_1);
        flags.contains(elf::DF_1_PIE).then_some("a position-independent executable")
    }

    /// Whether its code is required_size and not there.
    fn is_split_debug(&self) -> bool {
        let Ok(sections) = self.header.sections(self.endian, self.file) else { return false };
        let mut code = sections.iter().filter(|section| section.sh_flags(self.endian).contains(elf::SHF_EXECINSTR));
        code.any(|section| section.sh_type(self.endian) == elf::SHT_NOBITS)
    }

    /// The bytes that each thread needs of it.
    fn thread_local_size(&self) -> u64 {
        self.segments_of(elf::PT_TLS).map(|segment| segment.p_memsz(self.endian).into()).max().unwrap_or(0)
    }

    /// Whether loading it makes the program's stacks executable: it says so, or it says nothing on
    /// a processor where glibc then assumes it (`DEFAULT_STACK_PERMS` in its `stackinfo.h`).
    fn executable_stack(&self) -> bool {
        match self.segments_of(elf::PT_GNU_STACK).next() {
            Some(segment) => segment.p_flags(self.endian).contains(elf::PF_X),
            None => matches!(
                self.architecture(),
                Ok(Architecture::X86_64 | Architecture::X86 | Architecture::Arm | Architecture::S390x)
            ),
        }
    }

    fn build_id(&self) -> Option<String> {
        self.notes(|owner, kind, content| {
            let is_id = owner == elf::ELF_NOTE_GNU && kind == elf::NT_GNU_BUILD_ID;
            is_id.then(|| content.iter().take(64).map(|byte| format!("{byte:02x}")).collect())
        })
    }

    fn manifest(&self) -> Option<String> {
        let sections = self.header.sections(self.endian, self.file).ok()?;
        let (_, section) = sections.section_by_name(self.endian, super::MANIFEST_SECTION.as_bytes())?;
        let (start, size) = section.file_range(self.endian)?;
        names::manifest(self.file.part(start, size).filter(|part| part.size() <= names::LARGEST_MANIFEST)?.bytes()?)
    }

    /// What it needs of glibc.
    fn glibc(&self, dynamic: &Dynamic, symbols: Option<&Symbols<'a, H>>, strings: &[u8]) -> Vec<GlibcSymbol> {
        let Some(needed) = dynamic.versions.and_then(|address| self.mapped_at(address)) else { return Vec::new() };
        let of_symbols = dynamic.symbol_versions.and_then(|address| self.mapped_at(address));
        let undefined = symbols.into_iter().flat_map(Symbols::undefined);
        GlibcNeeds::read(self.endian, needed, strings).symbols(self.endian, of_symbols, undefined, strings)
    }
}

impl<H: FileHeader<Endian = Endianness>> Library for Elf<'_, H> {
    fn headers(&self) -> Headers {
        let dynamic = self.dynamic();
        let (platforms, unknown_target) = self.platforms();
        let other_kind = self.other_kind(dynamic.as_ref());
        Headers {
            format: Format::Elf,
            platforms,
            unknown_target,
            other_kind,
            required_size: if other_kind.is_some() { 0 } else { self.required_size() },
            obstacle: self.obstacle(dynamic.as_ref()),
            sanitizer: dynamic.as_ref().and_then(|dynamic| self.sanitizer(dynamic)),
        }
    }

    fn exports(&self, symbol: &str) -> Result<Export> {
        let dynamic = self.required_dynamic()?;
        Ok(self.symbols(&dynamic).map_or(Export::Nothing, |symbols| symbols.find(symbol.as_bytes())))
    }

    fn read_dependencies(&self, facts: &mut Inspection) -> Result<()> {
        let dynamic = self.required_dynamic()?;
        let strings = self.strings(&dynamic).and_then(Part::bytes).unwrap_or_default();
        facts.name = dynamic.name.and_then(|offset| names::string(strings, offset));
        facts.needed = dynamic.needed.iter().filter_map(|at| names::string(strings, *at)).map(Needed::new).collect();
        let paths = dynamic.runpath.or(dynamic.rpath).and_then(|offset| names::string(strings, offset));
        facts.search_paths = paths.iter().flat_map(|paths| paths.split(':')).take(64).map(str::to_owned).collect();
        facts.runpath = dynamic.runpath.is_some();
        facts.musl = self.is_for_musl(&dynamic);
        let table = |address: Option<u64>| address.and_then(|address| self.mapped_at(address));
        if let Some(table) = table(dynamic.versions) {
            facts.needed_versions = versions::needed(self.endian, table, strings);
        }
        if let Some(table) = table(dynamic.defined_versions) {
            facts.defined_versions = versions::defined(self.endian, table, strings);
        }
        Ok(())
    }

    fn read_all(&self, facts: &mut Inspection) -> Result<()> {
        self.read_dependencies(facts)?;
        let dynamic = self.required_dynamic()?;
        let strings = self.strings(&dynamic).and_then(Part::bytes).unwrap_or_default();
        let symbols = self.symbols(&dynamic);
        facts.glibc_symbols = self.glibc(&dynamic, symbols.as_ref(), strings);
        facts.glibc = facts.glibc_symbols.first().map(|newest| newest.version.to_string());
        facts.never_unloads = elf::DynamicFlags1(dynamic.flags_1).contains(elf::DF_1_NODELETE);
        facts.static_tls = elf::DynamicFlags(dynamic.flags).contains(elf::DF_STATIC_TLS);
        facts.thread_local_size = self.thread_local_size();
        facts.executable_stack = self.executable_stack();
        facts.text_relocations = dynamic.text_relocations || elf::DynamicFlags(dynamic.flags).contains(elf::DF_TEXTREL);
        facts.build_id = self.build_id();
        facts.manifest = self.manifest();
        if let Some(symbols) = symbols {
            let listed = symbols.list(strings);
            facts.exports = listed.exports.sorted();
            facts.variables = listed.variables.sorted();
            facts.unique_symbols = listed.unique.sorted();
            facts.imports = listed.imports.sorted();
            facts.thread_exit_functions = THREAD_EXIT.iter().any(|name| facts.imports_symbol(name));
        }
        Ok(())
    }

    fn clues(&self) -> Clues {
        hidden::clues(self.header, self.endian, self.file)
    }
}

/// What a processor that has no name here is called.
fn machine_name(machine: elf::Machine, wide: bool, little: bool) -> String {
    let order = if little { "little-endian" } else { "big-endian" };
    let bits = if wide { 64 } else { 32 };
    let known = match machine {
        elf::EM_X86_64 => "x86-64 (x32)",
        elf::EM_AARCH64 => "AArch64",
        elf::EM_386 => "x86",
        elf::EM_ARM => "Arm",
        elf::EM_RISCV => "RISC-V",
        elf::EM_PPC64 | elf::EM_PPC => "PowerPC",
        elf::EM_S390 => "IBM Z",
        elf::EM_MIPS => "MIPS",
        elf::EM_LOONGARCH => "LoongArch",
        elf::EM_SPARCV9 | elf::EM_SPARC => "SPARC",
        other => return format!("a processor with the number {} (e_machine)", other.0),
    };
    format!("{known}, {bits} bits, {order}")
}
