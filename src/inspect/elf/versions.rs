//! The versions of symbols that an ELF file needs of other libraries, glibc's above all.
//!
//! Owns the version tables, and what glibc's names of versions stand for.

use std::collections::{HashMap, HashSet};

use object::elf;
use object::endian::Endianness;
use object::read::ReadRef;

use super::glibc::{GlibcSymbol, GlibcVersion};
use crate::inspect::library::NeededVersion;
use crate::inspect::names;
use crate::inspect::source::Part;

/// The most files and versions that are kept.
const MOST_ENTRIES: usize = 1024;

/// The bytes of all symbols' names together; a hundred thousand of 40 bytes.
const MOST_BYTES: usize = 4 << 20;

/// The versions without which the loader refuses a file.
pub(super) fn needed(endian: Endianness, table: Part<'_>, strings: &[u8]) -> Vec<NeededVersion> {
    let strict = entries(endian, table).filter(|entry| !entry.weak);
    let named = strict.filter_map(|entry| {
        let (library, version) = (names::string(strings, entry.file)?, names::string(strings, entry.name)?);
        Some(NeededVersion { library, version })
    });
    named.collect()
}

/// The versions that a file defines.
pub(super) fn defined(endian: Endianness, table: Part<'_>, strings: &[u8]) -> Vec<String> {
    let mut next = Some(0);
    let names = std::iter::from_fn(move || {
        let at: u64 = next?;
        let version = table.read_at::<elf::Verdef<Endianness>>(at).ok()?;
        let step = u64::from(version.vd_next.get(endian));
        next = (step > 0).then(|| at.saturating_add(step));
        // The first name is its own, the others are those of versions that it includes.
        let name = at.saturating_add(version.vd_aux.get(endian).into());
        let name = table.read_at::<elf::Verdaux<Endianness>>(name).ok()?;
        Some(u64::from(name.vda_name.get(endian)))
    });
    names.take(MOST_ENTRIES).filter_map(|offset| names::string(strings, offset)).collect()
}

/// An entry of the table of needed versions; the names are offsets.
struct Entry {
    file: u64,
    name: u64,
    index: elf::VersionIndex,
    weak: bool,
}

fn entries<'a>(endian: Endianness, table: Part<'a>) -> impl Iterator<Item = Entry> + use<'a> {
    let mut next = Some(0);
    let files = std::iter::from_fn(move || {
        let at: u64 = next?;
        let need = table.read_at::<elf::Verneed<Endianness>>(at).ok()?;
        let step = u64::from(need.vn_next.get(endian));
        next = (step > 0).then(|| at.saturating_add(step));
        let first = at.saturating_add(need.vn_aux.get(endian).into());
        Some((u64::from(need.vn_file.get(endian)), first, need.vn_cnt.get(endian)))
    });
    let entries = files.take(MOST_ENTRIES).flat_map(move |(file, mut at, count)| {
        (0..count).map_while(move |_| {
            let version = table.read_at::<elf::Vernaux<Endianness>>(at).ok()?;
            at = at.saturating_add(version.vna_next.get(endian).into());
            let weak = version.vna_flags.get(endian).contains(elf::VER_FLG_WEAK);
            let (index, name) = (version.vna_other.get(endian), u64::from(version.vna_name.get(endian)));
            Some(Entry { file, name, index, weak })
        })
    });
    entries.take(MOST_ENTRIES)
}

/// The versions of glibc that a file needs, by their index in the table of symbols' versions.
pub(super) struct GlibcNeeds(HashMap<elf::VersionIndex, (String, GlibcVersion)>);

impl GlibcNeeds {
    /// Reads the table of needed versions.
    pub(super) fn read(endian: Endianness, table: Part<'_>, strings: &[u8]) -> GlibcNeeds {
        let named = entries(endian, table).filter_map(|entry| {
            let name = names::string(strings, entry.name)?;
            let version = meaning(&name)?;
            Some((entry.index, (name, version)))
        });
        GlibcNeeds(named.collect())
    }

    /// What needs these versions, newest first: `undefined` are symbols, each with its index in the
    /// symbol table and the offset of its name.
    pub(super) fn symbols(
        self,
        endian: Endianness,
        table: Option<Part<'_>>,
        undefined: impl Iterator<Item = (u64, u64)>,
        strings: &[u8],
    ) -> Vec<GlibcSymbol> {
        let mut found: Vec<GlibcSymbol> = undefined
            .filter_map(|(index, name)| {
                let versym = table?.read_at::<elf::Versym<Endianness>>(2 * index).ok()?;
                let (_, version) = self.0.get(&versym.0.get(endian).index())?;
                Some(GlibcSymbol { name: names::string(strings, name)?, version: version.clone() })
            })
            .scan(MOST_BYTES, |left, symbol: GlibcSymbol| {
                *left = left.checked_sub(symbol.name.len())?;
                Some(symbol)
            })
            .collect();
        // A version of no symbol, or one whose symbols cannot be read, is needed all the same.
        let named: HashSet<GlibcVersion> = found.iter().map(|symbol| symbol.version.clone()).collect();
        let others = self.0.into_values().filter(|(_, version)| !named.contains(version));
        found.extend(others.map(|(name, version)| GlibcSymbol { name, version }));
        found.sort_unstable_by(|a, b| b.version.cmp(&a.version).then_with(|| a.name.cmp(&b.name)));
        found.dedup();
        found
    }
}

/// The version of glibc that brought a version of symbols.
fn meaning(name: &str) -> Option<GlibcVersion> {
    match name.strip_prefix("GLIBC_")? {
        // What marks a file with packed relative relocations, so that an older loader refuses it.
        "ABI_DT_RELR" => "2.36",
        version => version,
    }
    .parse()
    .ok()
}
