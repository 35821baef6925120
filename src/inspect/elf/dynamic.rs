//! The dynamic segment of an ELF file: what the system's loader goes by.

use object::elf;

/// The most needed libraries that are kept.
const MOST_ENTRIES: usize = 1024;

/// What the dynamic segment says. Names are offsets into the string table.
#[derive(Default)]
pub(super) struct Dynamic {
    pub(super) strings: Option<u64>,
    pub(super) strings_size: u64,
    pub(super) symbols: Option<u64>,
    pub(super) hash: Option<u64>,
    pub(super) gnu_hash: Option<u64>,
    pub(super) versions: Option<u64>,
    pub(super) defined_versions: Option<u64>,
    pub(super) symbol_versions: Option<u64>,
    pub(super) name: Option<u64>,
    pub(super) needed: Vec<u64>,
    pub(super) rpath: Option<u64>,
    pub(super) runpath: Option<u64>,
    pub(super) flags: u64,
    pub(super) flags_1: u64,
    pub(super) text_relocations: bool,
}

impl Dynamic {
    pub(super) fn take(&mut self, tag: elf::DynamicTag, value: u64) {
        match tag {
            elf::DT_STRTAB => self.strings = Some(value),
            elf::DT_STRSZ => self.strings_size = value,
            elf::DT_SYMTAB => self.symbols = Some(value),
            elf::DT_HASH => self.hash = Some(value),
            elf::DT_GNU_HASH => self.gnu_hash = Some(value),
            elf::DT_VERNEED => self.versions = Some(value),
            elf::DT_VERDEF => self.defined_versions = Some(value),
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
