//! ELF: the libraries of Linux and FreeBSD.
//!
//! Owns the reading of the file header, the program headers and the dynamic segment, which is what
//! the system's loader goes by. Section headers are asked for one thing only, the embedded
//! manifest, because a library works without them.

use std::mem::size_of;
use std::ops::Range;

use object::elf::{self, FileHeader32, FileHeader64};
use object::endian::Endianness;
use object::read::elf::{Dyn, FileHeader, ProgramHeader, SectionHeader};

use super::elf_hidden;
use super::elf_symbols::Symbols;
use super::elf_versions::GlibcNeeds;
use super::library::{self, Export, Library, Shape, Traces};
use super::names;
use super::source::Part;
use super::{Format, GlibcSymbol, Inspection, Needed};
use crate::error::Result;
use crate::platform::{Architecture, Platform, System};

/// The most needed libraries that are kept.
const MOST_ENTRIES: usize = 1024;

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

/// What the dynamic segment says. Names are offsets into the string table.
#[derive(Default)]
struct Dynamic {
    strings: Option<u64>,
    strings_size: u64,
    symbols: Option<u64>,
    hash: Option<u64>,
    gnu_hash: Option<u64>,
    versions: Option<u64>,
    symbol_versions: Option<u64>,
    name: Option<u64>,
    needed: Vec<u64>,
    rpath: Option<u64>,
    runpath: Option<u64>,
    flags: u64,
    flags_1: u64,
    text_relocations: bool,
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
    fn at(&self, address: u64) -> Option<Part<'a>> {
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
            table: self.at(dynamic.symbols?)?,
            strings: self.strings(dynamic)?,
            gnu_hash: dynamic.gnu_hash.and_then(|address| self.at(address)),
            hash: dynamic.hash.and_then(|address| self.at(address)),
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
        self.at(dynamic.strings?)?.from(0, dynamic.strings_size)
    }

    fn platforms(&self) -> Vec<Platform> {
        let Some(architecture) = self.architecture() else { return Vec::new() };
        let systems: &[System] = match self.header.e_ident().os_abi {
            elf::ELFOSABI_GNU => &[System::Linux],
            elf::ELFOSABI_FREEBSD => &[System::FreeBsd],
            elf::ELFOSABI_NONE if Platform::current().system == System::FreeBsd => &[System::Linux, System::FreeBsd],
            elf::ELFOSABI_NONE => &[System::Linux],
            _ => &[],
        };
        systems.iter().map(|system| Platform { system: *system, architecture }).collect()
    }

    fn architecture(&self) -> Option<Architecture> {
        let (wide, little) = (self.header.is_class_64(), self.header.is_little_endian());
        Some(match (self.header.e_machine(self.endian), wide, little) {
            (elf::EM_X86_64, true, true) => Architecture::X86_64,
            (elf::EM_AARCH64, true, true) => Architecture::Aarch64,
            (elf::EM_386, false, true) => Architecture::X86,
            (elf::EM_ARM, false, true) => Architecture::Arm,
            (elf::EM_RISCV, true, true) => Architecture::Riscv64,
            (elf::EM_PPC64, true, _) => Architecture::PowerPc64,
            (elf::EM_S390, true, false) => Architecture::S390x,
            _ => return None,
        })
    }

    /// The end of the last byte that the loader maps or reads.
    fn announced(&self) -> u64 {
        let ends = self.segments_of(elf::PT_LOAD).map(|segment| match segment.file_range(self.endian) {
            (_, 0) => 0,
            (start, size) => start.saturating_add(size),
        });
        ends.max().unwrap_or(0)
    }

    fn otherwise(&self) -> Option<&'static str> {
        match self.header.e_type(self.endian) {
            elf::ET_DYN => {}
            elf::ET_EXEC => return Some("an executable"),
            elf::ET_REL => return Some("an object file"),
            elf::ET_CORE => return Some("a core dump"),
            _ => return Some("an ELF file of an unknown type"),
        }
        if self.segments_of(elf::PT_DYNAMIC).next().is_none() {
            return Some("an ELF file without a dynamic segment");
        }
        let flags = elf::DynamicFlags1(self.dynamic()?.flags_1);
        flags.contains(elf::DF_1_PIE).then_some("a position-independent executable")
    }

    /// Whether loading it makes the program's stacks executable: it says so, or it says nothing on
    /// a processor where glibc then assumes it (`DEFAULT_STACK_PERMS` in its `stackinfo.h`).
    fn executable_stack(&self) -> bool {
        match self.segments_of(elf::PT_GNU_STACK).next() {
            Some(segment) => segment.p_flags(self.endian).contains(elf::PF_X),
            None => matches!(
                self.architecture(),
                Some(Architecture::X86_64 | Architecture::X86 | Architecture::Arm | Architecture::S390x)
            ),
        }
    }

    fn build_id(&self) -> Option<String> {
        let mut segments = self.segments_of(elf::PT_NOTE);
        segments.find_map(|segment| {
            let mut notes = segment.notes(self.endian, self.file).ok()??;
            while let Ok(Some(note)) = notes.next() {
                if note.name() == elf::ELF_NOTE_GNU && note.n_type(self.endian) == elf::NT_GNU_BUILD_ID {
                    return Some(note.desc().iter().take(64).map(|byte| format!("{byte:02x}")).collect());
                }
            }
            None
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
        let Some(needed) = dynamic.versions.and_then(|address| self.at(address)) else { return Vec::new() };
        let of_symbols = dynamic.symbol_versions.and_then(|address| self.at(address));
        let undefined = symbols.into_iter().flat_map(Symbols::undefined);
        GlibcNeeds::read(self.endian, needed, strings).symbols(self.endian, of_symbols, undefined, strings)
    }
}

impl Dynamic {
    fn take(&mut self, tag: elf::DynamicTag, value: u64) {
        match tag {
            elf::DT_STRTAB => self.strings = Some(value),
            elf::DT_STRSZ => self.strings_size = value,
            elf::DT_SYMTAB => self.symbols = Some(value),
            elf::DT_HASH => self.hash = Some(value),
            elf::DT_GNU_HASH => self.gnu_hash = Some(value),
            elf::DT_VERNEED => self.versions = Some(value),
            elf::DT_VERSYM => self.symbol_versions = Some(value),
            elf::DT_SONAME => self.name = Some(value),
            elf::DT_NEEDED if self.needed.len() < MOST_ENTRIES => self.needed.push(value),
            elf::DT_RPATH => self.rpath = Some(value),
            elf::DT_RUNPATH => self.runpath = Some(value),
            elf::DT_FLAGS => self.flags = value,
            elf::DT_FLAGS_1 => self.flags_1 = value,
            elf::DT_TEXTREL => self.text_relocations = true,
            _ => {}
        }
    }
}

impl<H: FileHeader<Endian = Endianness>> Library for Elf<'_, H> {
    fn shape(&self) -> Shape {
        Shape {
            format: Format::Elf,
            platforms: self.platforms(),
            otherwise: self.otherwise(),
            announced: self.announced(),
        }
    }

    fn exports(&self, symbol: &str) -> Result<Export> {
        let dynamic = self.required_dynamic()?;
        Ok(self.symbols(&dynamic).map_or(Export::Nothing, |symbols| symbols.find(symbol.as_bytes())))
    }

    fn describe(&self, facts: &mut Inspection) -> Result<()> {
        let dynamic = self.required_dynamic()?;
        let strings = self.strings(&dynamic).and_then(Part::bytes).unwrap_or_default();
        facts.name = dynamic.name.and_then(|offset| names::string(strings, offset));
        facts.needed = dynamic.needed.iter().filter_map(|at| names::string(strings, *at)).map(Needed::new).collect();
        let paths = dynamic.runpath.or(dynamic.rpath).and_then(|offset| names::string(strings, offset));
        facts.search_paths = paths.iter().flat_map(|paths| paths.split(':')).take(64).map(str::to_owned).collect();
        facts.runpath = dynamic.runpath.is_some();
        let symbols = self.symbols(&dynamic);
        facts.glibc_symbols = self.glibc(&dynamic, symbols.as_ref(), strings);
        facts.glibc = facts.glibc_symbols.first().map(|newest| newest.version.to_string());
        // Debian's musl has the plain name, others one with the processor.
        facts.musl =
            facts.needed.iter().any(|needed| needed.name == "libc.so" || needed.name.starts_with("libc.musl-"));
        facts.never_unloads = elf::DynamicFlags1(dynamic.flags_1).contains(elf::DF_1_NODELETE);
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

    fn traces(&self) -> Traces {
        elf_hidden::traces(self.header, self.endian, self.file)
    }
}
