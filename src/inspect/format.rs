//! Which format a file has.

use super::library::{Library, looks_like, not_a_library};
use super::source::Part;
use super::{elf, macho, pe};
use crate::error::{Code, Error, Result};
use crate::platform::Platform;

/// Tells the format and reads the headers. Of a universal library, the part for `platform` is taken
/// or else the first.
pub(super) fn open<'a>(file: Part<'a>, platform: Platform) -> Result<Box<dyn Library + 'a>> {
    let magic = file.from(0, 4).and_then(Part::bytes).unwrap_or_default();
    match magic {
        [] => Err(Error::new(Code::LIBRARY_FORMAT, "the library is empty").hint("build or install the plugin again")),
        [0x7f, b'E', b'L', b'F'] => elf::open(file),
        [b'M', b'Z', ..] => pe::open(file),
        [0xcf | 0xce, 0xfa, 0xed, 0xfe] | [0xfe, 0xed, 0xfa, 0xcf | 0xce] | [0xca, 0xfe, 0xba, 0xbe | 0xbf] => {
            macho::open(file, platform)
        }
        _ => Err(not_a_library(&looks_like(file))),
    }
}
