//! What an ELF file defines and does not export, as far as it was not stripped.
//!
//! Owns the reading of `.symtab` and `.comment`, which no loader looks at. What they say is good for a hint and for
//! nothing else.

use std::mem::size_of;

use object::elf;
use object::endian::Endianness;
use object::read::ReadRef;
use object::read::elf::{FileHeader, SectionHeader, Sym};

use crate::inspect::library::Clues;
use crate::inspect::names::Names;
use crate::inspect::source::Part;

/// The most of `.comment` that is looked at, in bytes; compilers write a line each.
const LARGEST_COMMENT: u64 = 64 << 10;

/// What the sections say, if there are any.
pub(super) fn clues<'a, H: FileHeader<Endian = Endianness>>(header: &H, endian: H::Endian, file: Part<'a>) -> Clues {
    let Ok(sections) = header.sections(endian, file) else { return Clues::default() };
    let part = |section: &H::SectionHeader| {
        let (start, size) = section.file_range(endian)?;
        file.part(start, size)
    };
    let comment = sections.section_by_name(endian, b".comment").and_then(|(_, section)| part(section));
    let comment = comment.and_then(|part| part.from(0, LARGEST_COMMENT)?.bytes()).unwrap_or_default();
    let table = sections.iter().find(|section| section.sh_type(endian) == elf::SHT_SYMTAB);
    let hidden = table.and_then(|table| {
        let strings = sections.iter().nth(table.sh_link(endian) as usize)?;
        Some(hidden::<H>(endian, part(table)?, part(strings)?.bytes()?))
    });
    Clues {
        hidden: hidden.unwrap_or_default(),
        rust: comment.windows(b"rustc version".len()).any(|window| window == b"rustc version"),
    }
}

fn hidden<H: FileHeader<Endian = Endianness>>(endian: H::Endian, table: Part<'_>, strings: &[u8]) -> Vec<String> {
    let most = (table.size() / size_of::<H::Sym>() as u64).min(2 * Names::MOST as u64);
    let symbols: &[H::Sym] = table.read_slice_at(0, most as usize).unwrap_or_default();
    let is_hidden = |symbol: &&H::Sym| {
        let hidden = symbol.is_local() || matches!(symbol.st_visibility(), elf::STV_HIDDEN | elf::STV_INTERNAL);
        hidden && symbol.st_type() == elf::STT_FUNC && !symbol.is_undefined(endian)
    };
    let mut names = Names::new();
    for symbol in symbols.iter().filter(is_hidden) {
        if !names.push_from(strings, symbol.st_name(endian).into()) {
            break;
        }
    }
    names.sorted()
}
