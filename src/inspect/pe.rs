//! PE: the libraries of Windows.
//!
//! Owns the reading of the headers, the section table and the export and import directories. It
//! never asks what is on the machine: which DLL an import would get is for `dependencies`.

use std::mem::size_of;

use object::LittleEndian as LE;
use object::pe::{self, ImageNtHeaders32, ImageNtHeaders64};
use object::read::ReadRef;
use object::read::pe::{DataDirectories, ImageNtHeaders, SectionTable, optional_header_magic};

use super::library::{self, Export, Headers, Library, UnknownTarget};
use super::names::{self, Names};
use super::source::Part;
use super::{Format, Inspection, Needed};
use crate::error::Result;
use crate::platform::{Architecture, Platform, System};

/// The most imported libraries that are listed.
const MOST_IMPORTS: usize = 1024;

/// The longest file name of an imported library, in bytes.
const LONGEST_NAME: u64 = 4096;

/// Reads the headers of a PE file.
pub(super) fn open<'a>(file: Part<'a>) -> Result<Box<dyn Library + 'a>> {
    if let Some(end) = end_of_headers(file).filter(|end| *end > file.size()) {
        return Err(library::truncated(end, file.size()));
    }
    match optional_header_magic(file) {
        Ok(pe::IMAGE_NT_OPTIONAL_HDR32_MAGIC) => Ok(Box::new(Pe::read::<ImageNtHeaders32>(file)?)),
        Ok(pe::IMAGE_NT_OPTIONAL_HDR64_MAGIC) => Ok(Box::new(Pe::read::<ImageNtHeaders64>(file)?)),
        _ => Err(library::not_a_library("a program for MS-DOS, or a damaged one for Windows")),
    }
}

/// Where the section table ends, or as far as that can be followed.
fn end_of_headers(file: Part<'_>) -> Option<u64> {
    let Ok(dos) = file.read_at::<pe::ImageDosHeader>(0) else { return Some(size_of::<pe::ImageDosHeader>() as u64) };
    let start = u64::from(dos.nt_headers_offset());
    let fixed = start + 4 + size_of::<pe::ImageFileHeader>() as u64;
    let Ok(header) = file.read_at::<pe::ImageFileHeader>(start + 4) else { return Some(fixed) };
    if file.read_bytes_at(start, 4) != Ok(b"PE\0\0") {
        return None;
    }
    let sections = u64::from(header.number_of_sections.get(LE)) * size_of::<pe::ImageSectionHeader>() as u64;
    Some(fixed + u64::from(header.size_of_optional_header.get(LE)) + sections)
}

/// What the export directory says.
struct Exported {
    library: Option<String>,
    names: Names,
    variables: Names,
}

/// A PE file whose headers could be read.
struct Pe<'a> {
    file: Part<'a>,
    header: &'a pe::ImageFileHeader,
    directories: DataDirectories<'a>,
    sections: SectionTable<'a>,
}

impl<'a> Pe<'a> {
    fn read<H: ImageNtHeaders + 'a>(file: Part<'a>) -> Result<Self> {
        let invalid = |error| library::damaged("its headers are invalid").because(error);
        let dos = pe::ImageDosHeader::parse(file).map_err(invalid)?;
        let mut offset = dos.nt_headers_offset().into();
        let (headers, directories) = H::parse(file, &mut offset).map_err(invalid)?;
        let sections = headers.sections(file, offset).map_err(invalid)?;
        Ok(Pe { file, header: headers.file_header(), directories, sections })
    }

    fn platform(&self) -> Option<Platform> {
        let architecture = match self.header.machine.get(LE) {
            pe::IMAGE_FILE_MACHINE_AMD64 => Architecture::X86_64,
            pe::IMAGE_FILE_MACHINE_ARM64 => Architecture::Aarch64,
            pe::IMAGE_FILE_MACHINE_I386 => Architecture::X86,
            pe::IMAGE_FILE_MACHINE_ARMNT => Architecture::Arm,
            _ => return None,
        };
        Some(Platform { system: System::Windows, architecture })
    }

    /// What a processor that has no name here is called.
    fn machine_name(&self) -> String {
        let number = self.header.machine.get(LE).0;
        let known = match number {
            0xa641 => "ARM64EC",
            0xa64e => "ARM64X",
            0x5032 => "32-bit RISC-V",
            0x5064 => "64-bit RISC-V",
            0x0200 => "Itanium",
            0x6264 => "64-bit LoongArch",
            0x0ebc => "EFI byte code",
            _ => return format!("a processor with the number {number:#06x} (Machine) on Windows"),
        };
        format!("{known} on Windows")
    }

    /// An assembly for .NET has no code of a processor to export, and is no plugin.
    fn other_kind(&self) -> Option<&'static str> {
        let directory = self.directories.get(pe::IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR)?;
        let has_exports =
            self.directories.get(pe::IMAGE_DIRECTORY_ENTRY_EXPORT).is_some_and(|it| it.address_range().1 > 0);
        let managed = directory.address_range().1 > 0 && !has_exports;
        managed.then_some("an assembly for .NET, which exports nothing to native programs")
    }

    /// The text at an address in memory.
    fn text(&self, address: u32) -> Option<String> {
        let (start, size) = self.sections.pe_file_range_at(address)?;
        names::string(self.file.from(start.into(), LONGEST_NAME.min(size.into()))?.bytes()?, 0)
    }

    /// The library's own name, and what it exports; functions exported by number only have no name.
    fn exported(&self) -> Option<Exported> {
        let directory = self.directories.get(pe::IMAGE_DIRECTORY_ENTRY_EXPORT)?;
        let (start, _) = directory.address_range();
        let bytes = directory.data(self.file, &self.sections).ok()?;
        let table = self.directories.export_table(self.file, &self.sections).ok()??;
        let (mut names, mut variables) = (Names::new(), Names::new());
        for (pointer, index) in table.name_iter() {
            let offset = pointer.wrapping_sub(start).into();
            // What another library defines has an address inside the directory, where its name lies.
            let address = table.address_by_index(index).unwrap_or(0);
            let function = table.is_forward(address) || self.is_code(address);
            if !names.push_from(bytes, offset) || !(function || variables.push_from(bytes, offset)) {
                break;
            }
        }
        Some(Exported { library: self.text(table.directory().name.get(LE)), names, variables })
    }

    fn is_code(&self, address: u32) -> bool {
        let section = self.sections.section_containing(address);
        section.is_some_and(|section| section.characteristics.get(LE).contains(pe::IMAGE_SCN_MEM_EXECUTE))
    }

    fn needed(&self) -> Vec<Needed> {
        let table = self.directories.import_table(self.file, &self.sections).ok().flatten();
        let descriptors = table.and_then(|table| table.descriptors().ok());
        let descriptors = descriptors.into_iter().flatten().map_while(Result::ok).take(MOST_IMPORTS);
        descriptors.filter_map(|descriptor| self.text(descriptor.name.get(LE))).map(Needed::new).collect()
    }

    fn manifest(&self) -> Option<String> {
        let section = self.sections.iter().find(|section| section.raw_name() == super::MANIFEST_SECTION.as_bytes())?;
        let (start, size) = section.pe_file_range();
        let part = self.file.part(start.into(), size.into())?;
        names::manifest(part.from(0, names::LARGEST_MANIFEST)?.bytes()?)
    }
}

impl Library for Pe<'_> {
    fn headers(&self) -> Headers {
        let ends = self.sections.iter().map(|section| {
            let size = u64::from(section.size_of_raw_data.get(LE));
            if size == 0 { 0 } else { u64::from(section.pointer_to_raw_data.get(LE)) + size }
        });
        let library = self.header.characteristics.get(LE).contains(pe::IMAGE_FILE_DLL);
        Headers {
            format: Format::Pe,
            platforms: self.platform().into_iter().collect(),
            unknown_target: self
                .platform()
                .is_none()
                .then(|| UnknownTarget::Architecture(&[System::Windows], self.machine_name())),
            other_kind: self.other_kind().or((!library).then_some("an executable")),
            required_size: ends.max().unwrap_or(0),
            obstacle: None,
            sanitizer: None,
        }
    }

    fn exports(&self, symbol: &str) -> Result<Export> {
        let Some(Exported { names, variables, .. }) = self.exported() else { return Ok(Export::Nothing) };
        let has = |names: Names| names.listed().iter().any(|name| name == symbol);
        Ok(match (has(names), has(variables)) {
            (false, _) => Export::Nothing,
            (true, true) => Export::Variable,
            (true, false) => Export::Function,
        })
    }

    fn read_dependencies(&self, facts: &mut Inspection) -> Result<()> {
        facts.needed = self.needed();
        Ok(())
    }

    fn read_all(&self, facts: &mut Inspection) -> Result<()> {
        self.read_dependencies(facts)?;
        if let Some(Exported { library, names, variables }) = self.exported() {
            facts.name = library;
            facts.exports = names.sorted();
            facts.variables = variables.sorted();
        }
        facts.manifest = self.manifest();
        Ok(())
    }
}
