//! The dynamic symbols of an ELF file, found the way the system's loader finds them.
//!
//! Owns both kinds of hash table. Their words are read one by one, because a lookup touches a few
//! of them and a table may have millions; every walk has an end that the file cannot move.

use std::mem::size_of;
use std::ops::Range;

use object::elf;
use object::endian::{Endianness, U32, U64};
use object::read::ReadRef;
use object::read::elf::{FileHeader, Sym};

use crate::inspect::library::Export;
use crate::inspect::names::Names;
use crate::inspect::source::Part;

/// The longest chain of a hash table that is followed; linkers keep them below ten.
const LONGEST_CHAIN: u64 = 1 << 16;

/// The dynamic symbol table with its strings and hash tables.
pub(super) struct Symbols<'a, H: FileHeader<Endian = Endianness>> {
    pub(super) endian: H::Endian,
    pub(super) table: Part<'a>,
    pub(super) strings: Part<'a>,
    pub(super) gnu_hash: Option<Part<'a>>,
    pub(super) hash: Option<Part<'a>>,
    pub(super) hash_word: u64,
    /// Where code lies in memory; a function outside of it is none, but for one that has a descriptor.
    pub(super) code: Vec<Range<u64>>,
    pub(super) descriptors: bool,
}

/// The names in a dynamic symbol table.
pub(super) struct Listed {
    pub(super) exports: Names,
    pub(super) variables: Names,
    pub(super) unique: Names,
    pub(super) imports: Names,
}

/// The fixed part of a GNU hash table and where its other parts begin, in bytes.
struct GnuHash<'a> {
    table: Part<'a>,
    first_symbol: u64,
    buckets: u64,
    buckets_at: u64,
    chains_at: u64,
}

impl<'a, H: FileHeader<Endian = Endianness>> Symbols<'a, H> {
    /// What is found when a symbol of this name is looked up.
    pub(super) fn find(&self, name: &[u8]) -> Export {
        let symbol = match self.gnu_hash() {
            Some(table) => {
                self.gnu_candidates(&table, elf::gnu_hash(name)).find_map(|index| self.symbol_named(index, name))
            }
            None => self.candidates(elf::hash(name)).find_map(|index| self.symbol_named(index, name)),
        };
        match symbol {
            None => Export::Nothing,
            Some(symbol) if self.is_function(symbol) => Export::Function,
            Some(_) => Export::Variable,
        }
    }

    /// Assembler may leave the type of a function open.
    fn is_function(&self, symbol: &H::Sym) -> bool {
        let address = symbol.st_value(self.endian).into();
        let in_code = !symbol.is_absolute(self.endian) && self.code.iter().any(|range| range.contains(&address));
        match symbol.st_type() {
            elf::STT_FUNC | elf::STT_GNU_IFUNC => in_code || self.descriptors,
            elf::STT_NOTYPE => in_code,
            _ => false,
        }
    }

    /// Lists what the library exports, which of it is unique in the process, and what it imports.
    pub(super) fn list(&self, strings: &[u8]) -> Listed {
        let mut listed =
            Listed { exports: Names::new(), variables: Names::new(), unique: Names::new(), imports: Names::new() };
        for symbol in self.all().iter().skip(1) {
            let name = u64::from(symbol.st_name(self.endian));
            if symbol.is_undefined(self.endian) {
                listed.imports.push_from(strings, name);
            } else if self.is_export(symbol) {
                if !listed.exports.push_from(strings, name) {
                    break;
                }
                if !self.is_function(symbol) {
                    listed.variables.push_from(strings, name);
                }
                if symbol.st_bind() == elf::STB_GNU_UNIQUE {
                    listed.unique.push_from(strings, name);
                }
            }
        }
        listed
    }

    /// The symbols that other libraries must define: index and offset of the name.
    pub(super) fn undefined(&self) -> impl Iterator<Item = (u64, u64)> + use<'a, H> {
        let endian = self.endian;
        let symbols = (0..).zip(self.all()).skip(1).filter(move |(_, symbol)| symbol.is_undefined(endian));
        symbols.map(move |(index, symbol)| (index, symbol.st_name(endian).into()))
    }

    fn all(&self) -> &'a [H::Sym] {
        let most = (self.table.size() / size_of::<H::Sym>() as u64).min(2 * Names::MOST as u64);
        self.table.read_slice_at(0, self.count().min(most) as usize).unwrap_or_default()
    }

    fn symbol_named(&self, index: u64, name: &[u8]) -> Option<&'a H::Sym> {
        let offset = index.saturating_mul(size_of::<H::Sym>() as u64);
        let symbol = self.table.read_at::<H::Sym>(offset).ok()?;
        let text = self.strings.read_bytes_at(symbol.st_name(self.endian).into(), name.len() as u64 + 1).ok()?;
        (self.is_export(symbol) && text.split_last() == Some((&0, name))).then_some(symbol)
    }

    fn is_export(&self, symbol: &H::Sym) -> bool {
        let hidden = matches!(symbol.st_visibility(), elf::STV_HIDDEN | elf::STV_INTERNAL);
        // The linker defines each version of the library as an absolute object.
        let version = symbol.is_absolute(self.endian) && symbol.st_value(self.endian).into() == 0;
        let kind = !matches!(symbol.st_type(), elf::STT_SECTION | elf::STT_FILE);
        !symbol.is_undefined(self.endian) && !symbol.is_local() && !hidden && !version && kind
    }

    /// How many symbols there are; the table itself does not say.
    fn count(&self) -> u64 {
        match self.hash.and_then(|table| self.word(table, 1)) {
            Some(count) => count,
            None => self.gnu_hash().map_or(0, |table| self.gnu_count(&table)),
        }
    }

    fn candidates(&self, hash: u32) -> impl Iterator<Item = u64> {
        let table = self.hash.and_then(|table| Some((table, self.word(table, 0).filter(|buckets| *buckets > 0)?)));
        let first = table.and_then(|(table, buckets)| self.word(table, 2 + u64::from(hash) % buckets));
        let next = move |index: &u64| {
            let (table, buckets) = table?;
            self.word(table, 2u64.checked_add(buckets)?.checked_add(*index)?)
        };
        std::iter::successors(first, next).take_while(|index| *index != 0).take(LONGEST_CHAIN as usize)
    }

    /// A word of the classic hash table, which is 64 bits wide on one architecture.
    fn word(&self, table: Part<'a>, index: u64) -> Option<u64> {
        let offset = index.checked_mul(self.hash_word)?;
        match self.hash_word {
            8 => table.read_at::<U64<Endianness>>(offset).ok().map(|word| word.get(self.endian)),
            _ => self.word_32(table, offset),
        }
    }

    fn word_32(&self, table: Part<'a>, offset: u64) -> Option<u64> {
        table.read_at::<U32<Endianness>>(offset).ok().map(|word| word.get(self.endian).into())
    }

    fn gnu_hash(&self) -> Option<GnuHash<'a>> {
        let table = self.gnu_hash?;
        let header = table.read_at::<elf::GnuHashHeader<Endianness>>(0).ok()?;
        let buckets = u64::from(header.bucket_count.get(self.endian));
        let filter = u64::from(header.bloom_count.get(self.endian)) * size_of::<H::Word>() as u64;
        let buckets_at = size_of::<elf::GnuHashHeader<Endianness>>() as u64 + filter;
        let first_symbol = header.symbol_base.get(self.endian).into();
        Some(GnuHash { table, first_symbol, buckets, buckets_at, chains_at: buckets_at + 4 * buckets })
    }

    /// The symbols whose name has this hash; the lowest bit of a hash marks the end of a chain.
    fn gnu_candidates(&self, hashes: &GnuHash<'a>, hash: u32) -> impl Iterator<Item = u64> {
        let bucket = u64::from(hash).checked_rem(hashes.buckets);
        let first = bucket.and_then(|bucket| self.word_32(hashes.table, hashes.buckets_at + 4 * bucket)).unwrap_or(0);
        let first = first.checked_sub(hashes.first_symbol).filter(|_| first > 0);
        let (table, chains_at, first_symbol) = (hashes.table, hashes.chains_at, hashes.first_symbol);
        let mut next = first;
        let chain = std::iter::from_fn(move || {
            let index = next?;
            let found = self.word_32(table, chains_at + 4 * index)?;
            next = (found & 1 == 0).then_some(index + 1);
            Some((index + first_symbol, found))
        });
        chain
            .take(LONGEST_CHAIN as usize)
            .filter(move |(_, found)| found | 1 == u64::from(hash) | 1)
            .map(|(index, _)| index)
    }

    /// One past the last symbol of the chain that begins last.
    fn gnu_count(&self, hashes: &GnuHash<'a>) -> u64 {
        let fitting = (hashes.table.size() / 4).min(hashes.buckets) as usize;
        let buckets: &[U32<Endianness>] = hashes.table.read_slice_at(hashes.buckets_at, fitting).unwrap_or_default();
        let last = buckets.iter().map(|bucket| u64::from(bucket.get(self.endian))).max().unwrap_or(0);
        let Some(first) = last.checked_sub(hashes.first_symbol).filter(|_| last > 0) else {
            return hashes.first_symbol;
        };
        let chain = (first..).take(LONGEST_CHAIN as usize);
        let end =
            chain.map_while(|index| self.word_32(hashes.table, hashes.chains_at + 4 * index).map(|hash| (index, hash)));
        let end = end.take_while(|(_, hash)| hash & 1 == 0).last().map_or(first, |(index, _)| index + 1);
        end + hashes.first_symbol + 1
    }
}
