//! Mach-O: the libraries of macOS, thin and universal.
//!
//! Owns the choice of one part out of a universal library; the facts are that part's. It never
//! looks into code signatures: whether macOS trusts a library is for macOS to say.

mod exports;

use std::mem::size_of;
use std::ops::Range;

use object::Endianness;
use object::macho::{self, MachHeader32, MachHeader64};
use object::read::ReadRef;
use object::read::macho::{FatArch, LoadCommandData, MachHeader, MachOFatFile, Nlist, Section, Segment};

use super::library::{self, Export, Headers, Library, UnknownTarget};
use super::names::{self, Names};
use super::source::Part;
use super::{Format, Inspection, Needed};
use crate::error::Result;
use crate::platform::{Architecture, Platform, System};

/// The most parts of a universal library. A Java class file has the same magic number and a version
/// above 40 where the number of parts would be.
const MOST_PARTS: u32 = 32;

/// The most load commands that are looked at.
const MOST_COMMANDS: usize = 10_000;

/// Reads the headers of a Mach-O file.
pub(super) fn open<'a>(file: Part<'a>, platform: Platform) -> Result<Box<dyn Library + 'a>> {
    match file.from(0, 8).and_then(Part::bytes) {
        Some([0xca, 0xfe, 0xba, 0xbe, count @ ..]) => universal::<macho::FatArch32>(file, count, platform),
        Some([0xca, 0xfe, 0xba, 0xbf, count @ ..]) => universal::<macho::FatArch64>(file, count, platform),
        _ => thin(file, None),
    }
}

fn universal<'a, F: FatArch>(file: Part<'a>, count: &[u8], platform: Platform) -> Result<Box<dyn Library + 'a>> {
    let Ok(count) = <[u8; 4]>::try_from(count).map(u32::from_be_bytes) else {
        return Err(library::truncated(8, file.size()));
    };
    if count > MOST_PARTS {
        return Err(library::not_a_library("a Java class, or a universal file with too many parts"));
    }
    let end = 8 + u64::from(count) * size_of::<F>() as u64;
    if end > file.size() {
        return Err(library::truncated(end, file.size()));
    }
    let fat = MachOFatFile::<F>::parse(file)
        .map_err(|error| library::damaged("its table of architectures is invalid").because(error))?;
    let parts = fat.arches();
    let chosen = parts.iter().find(|part| architecture(part.cputype()) == Some(platform.architecture));
    let chosen = chosen.or(parts.first()).ok_or_else(|| library::damaged("it is universal and has no part"))?;
    let ends = parts.iter().map(|part| part.offset().into().saturating_add(part.size().into()));
    let end = ends.max().unwrap_or(0);
    let (start, size) = chosen.file_range();
    let part = file.part(start, size).ok_or_else(|| library::truncated(end, file.size()))?;
    let platforms = parts.iter().filter_map(|part| architecture(part.cputype())).map(on_macos).collect();
    thin(part, Some((platforms, end)))
}

fn thin<'a>(file: Part<'a>, universal: Option<(Vec<Platform>, u64)>) -> Result<Box<dyn Library + 'a>> {
    match file.from(0, 4).and_then(Part::bytes) {
        Some([0xcf, ..] | [_, _, _, 0xcf]) => Ok(Box::new(MachO::<MachHeader64<Endianness>>::read(file, universal)?)),
        _ => Ok(Box::new(MachO::<MachHeader32<Endianness>>::read(file, universal)?)),
    }
}

/// The exported names, and those of them that are variables.
pub(super) struct Exported {
    pub(super) names: Names,
    pub(super) variables: Names,
}

impl Exported {
    pub(super) fn new() -> Exported {
        Exported { names: Names::new(), variables: Names::new() }
    }
}

/// A Mach-O file, or the chosen part of a universal one, whose headers could be read.
struct MachO<'a, H: MachHeader<Endian = Endianness>> {
    part: Part<'a>,
    header: &'a H,
    endian: Endianness,
    platforms: Vec<Platform>,
    required_size: u64,
}

impl<'a, H: MachHeader<Endian = Endianness>> MachO<'a, H> {
    fn read(part: Part<'a>, universal: Option<(Vec<Platform>, u64)>) -> Result<Self> {
        let cut = |end: u64| library::truncated(part.start().saturating_add(end), part.file_size());
        if part.size() < size_of::<H>() as u64 {
            return Err(cut(size_of::<H>() as u64));
        }
        let invalid = |error| library::damaged("its header is invalid").because(error);
        let header = H::parse(part, 0).map_err(invalid)?;
        let endian = header.endian().map_err(invalid)?;
        let end = size_of::<H>() as u64 + u64::from(header.sizeofcmds(endian));
        if end > part.size() {
            return Err(cut(end));
        }
        let own = architecture(header.cputype(endian)).map(on_macos).into_iter().collect();
        let (platforms, required_size) = universal.unwrap_or((own, end));
        let mut file = MachO { part, header, endian, platforms, required_size };
        let ends = file.segments().map(|(segment, _)| segment.file_range(endian));
        let ends = ends.map(|(start, size)| part.start().saturating_add(start).saturating_add(size));
        file.required_size = ends.max().unwrap_or(0).max(required_size);
        Ok(file)
    }

    fn commands(&self) -> impl Iterator<Item = LoadCommandData<'a, Endianness>> + use<'a, H> {
        let commands = self.header.load_commands(self.endian, self.part, 0).ok();
        commands.into_iter().flatten().map_while(Result::ok).take(MOST_COMMANDS)
    }

    fn segments(&self) -> impl Iterator<Item = (&'a H::Segment, &'a [u8])> + use<'a, H> {
        self.commands().filter_map(|command| H::Segment::from_command(command).ok().flatten())
    }

    fn manifest(&self) -> Option<String> {
        let (segment, after) = self.segments().find(|(segment, _)| segment.name() == b"__DATA")?;
        let sections = segment.sections(self.endian, after).ok()?;
        let section = sections.iter().find(|section| section.name() == b"__hotshoe")?;
        let (start, size) = section.file_range(self.endian, section.offset(self.endian).into())?;
        let part = self.part.part(start, size).filter(|part| part.size() <= names::LARGEST_MANIFEST)?;
        names::manifest(part.bytes()?)
    }

    /// What is exported, by the trie that the loader uses or else by the symbol table.
    fn exported(&self) -> Exported {
        let trie = self.commands().find_map(|command| self.trie_of(command));
        let code = self.code();
        match trie.and_then(Part::bytes) {
            Some(trie) => {
                let base = self.segments().find(|(segment, _)| segment.name() == b"__TEXT");
                let base: u64 = base.map_or(0, |(segment, _)| segment.vmaddr(self.endian).into());
                exports::read(trie, &|offset| is_in(&code, base.saturating_add(offset)))
            }
            None => self.symbol_table(&code),
        }
    }

    /// Where code lies in memory.
    fn code(&self) -> Vec<Range<u64>> {
        let code =
            self.segments().filter(|(segment, _)| segment.initprot(self.endian).contains(macho::VM_PROT_EXECUTE));
        let ranges = code.map(|(segment, _)| {
            let start: u64 = segment.vmaddr(self.endian).into();
            start..start.saturating_add(segment.vmsize(self.endian).into())
        });
        ranges.collect()
    }

    fn trie_of(&self, command: LoadCommandData<'a, Endianness>) -> Option<Part<'a>> {
        let (start, size) = match (command.dyld_exports_trie(), command.dyld_info()) {
            (Ok(Some(trie)), _) => (trie.dataoff.get(self.endian), trie.datasize.get(self.endian)),
            (_, Ok(Some(info))) => (info.export_off.get(self.endian), info.export_size.get(self.endian)),
            _ => return None,
        };
        self.part.part(start.into(), size.into()).filter(|part| part.size() > 0)
    }

    fn symbol_table(&self, code: &[Range<u64>]) -> Exported {
        let mut names = Exported::new();
        let Some(table) = self.commands().find_map(|command| command.symtab().ok().flatten()) else { return names };
        let strings = self.part.part(table.stroff.get(self.endian).into(), table.strsize.get(self.endian).into());
        let strings = strings.and_then(Part::bytes).unwrap_or_default();
        let count = (table.nsyms.get(self.endian) as usize).min(2 * Names::MOST);
        let symbols: &[H::Nlist] =
            self.part.read_slice_at(table.symoff.get(self.endian).into(), count).unwrap_or_default();
        for symbol in symbols {
            let kind = symbol.n_type();
            let exported = !kind.is_stab() && kind.is_ext() && !kind.is_pext() && kind.typ() != macho::N_UNDF;
            if !exported {
                continue;
            }
            let name = symbol.n_strx(self.endian).into();
            // What is defined by another library has a kind that only that one knows.
            let function = kind.typ() == macho::N_INDR || is_in(code, symbol.n_value(self.endian).into());
            if !names.names.push_from(strings, name) || !(function || names.variables.push_from(strings, name)) {
                break;
            }
        }
        names
    }

    fn read_command(&self, command: LoadCommandData<'a, Endianness>, facts: &mut Inspection) {
        let text = |at| command.string(self.endian, at).ok().map(|text| String::from_utf8_lossy(text).into_owned());
        if let Ok(Some(library)) = command.dylib() {
            // A weak one may be missing, so that it is not needed.
            if command.cmd() != macho::LC_LOAD_WEAK_DYLIB {
                facts.needed.extend(text(library.dylib.name).map(Needed::new));
            }
        } else if let Ok(Some(uuid)) = command.uuid() {
            facts.build_id = Some(uuid.uuid.iter().map(|byte| format!("{byte:02x}")).collect());
        } else if command.cmd() == macho::LC_ID_DYLIB {
            let name = command.data::<macho::DylibCommand<Endianness>>().ok();
            facts.name = name.and_then(|command| text(command.dylib.name));
        } else if command.cmd() == macho::LC_RPATH {
            let path = command.data::<macho::RpathCommand<Endianness>>().ok();
            facts.search_paths.extend(path.and_then(|command| text(command.path)));
        }
    }
}

impl<H: MachHeader<Endian = Endianness>> Library for MachO<'_, H> {
    fn headers(&self) -> Headers {
        let other_kind = match self.header.filetype(self.endian) {
            macho::MH_DYLIB | macho::MH_BUNDLE => None,
            macho::MH_EXECUTE => Some("an executable"),
            macho::MH_OBJECT => Some("an object file"),
            macho::MH_CORE => Some("a core dump"),
            macho::MH_DSYM => Some("the debug information of one (`.dSYM`)"),
            _ => Some("another kind of Mach-O file"),
        };
        let machine = self.header.cputype(self.endian);
        let unknown_target = self.platforms.is_empty().then(|| {
            UnknownTarget::Architecture(
                &[System::MacOs],
                format!("a processor with the number {:#x} (cputype) on macOS", machine.0),
            )
        });
        Headers {
            format: Format::MachO,
            platforms: self.platforms.clone(),
            unknown_target,
            other_kind,
            required_size: self.required_size,
            obstacle: None,
            sanitizer: None,
        }
    }

    fn exports(&self, symbol: &str) -> Result<Export> {
        let Exported { names, variables } = self.exported();
        let has = |names: Names| names.listed().iter().any(|name| name.strip_prefix('_') == Some(symbol));
        Ok(match (has(names), has(variables)) {
            (false, _) => Export::Nothing,
            (true, true) => Export::Variable,
            (true, false) => Export::Function,
        })
    }

    fn read_dependencies(&self, facts: &mut Inspection) -> Result<()> {
        self.commands().for_each(|command| self.read_command(command, facts));
        Ok(())
    }

    fn read_all(&self, facts: &mut Inspection) -> Result<()> {
        self.read_dependencies(facts)?;
        let Exported { names, variables } = self.exported();
        facts.exports = without_underscores(names);
        facts.variables = without_underscores(variables);
        facts.manifest = self.manifest();
        Ok(())
    }
}

/// The names as C has them, in order.
fn without_underscores(names: Names) -> Vec<String> {
    let names = names.sorted().into_iter();
    let mut names: Vec<String> = names.map(|name| name.strip_prefix('_').map_or(name.clone(), str::to_owned)).collect();
    names.sort_unstable();
    names
}

fn is_in(ranges: &[Range<u64>], address: u64) -> bool {
    ranges.iter().any(|range| range.contains(&address))
}

fn on_macos(architecture: Architecture) -> Platform {
    Platform { system: System::MacOs, architecture }
}

fn architecture(cpu: macho::CpuType) -> Option<Architecture> {
    Some(match cpu {
        macho::CPU_TYPE_X86_64 => Architecture::X86_64,
        macho::CPU_TYPE_ARM64 => Architecture::Aarch64,
        macho::CPU_TYPE_X86 => Architecture::X86,
        macho::CPU_TYPE_ARM => Architecture::Arm,
        _ => return None,
    })
}
