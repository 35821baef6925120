//! Where runtime modules are.
//!
//! Owns which folders are searched: those that the host names, and those of this installation. Never a folder of a
//! plugin, and none that depends on the working folder: who may put a library there is not who may extend the host.

use std::path::{Path, PathBuf};

use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::platform::{self, Refused, System};

/// The longest name of a runtime.
const LONGEST_NAME: usize = 32;

/// Whether a runtime can be called so: `[a-z][a-z0-9-]{0,31}`.
pub(super) fn is_name(name: &str) -> bool {
    let is_first = |byte: u8| byte.is_ascii_lowercase();
    let is_later = |byte: u8| is_first(byte) || byte.is_ascii_digit() || byte == b'-';
    name.len() <= LONGEST_NAME && name.bytes().next().is_some_and(is_first) && name.bytes().all(is_later)
}

/// What the file of a module is called: `libhotshoe-echo.so`, `libhotshoe-echo.dylib` or `hotshoe-echo.dll`.
fn file_name(name: &str) -> String {
    let system = System::current();
    let prefix = if system == System::Windows { "" } else { "lib" };
    format!("{prefix}hotshoe-{name}.{}", system.library_suffixes()[0])
}

/// The file of a module, in the first of these folders that has one, or else among the installed ones. Its path has no
/// links in it, and nobody but root and this user can change what it leads to.
pub(super) fn file(name: &str, folders: &[PathBuf]) -> Result<PathBuf> {
    if !is_name(name) {
        let message = format!("`{}` cannot be the name of a runtime", brief(name));
        return Err(Error::new(Code::RUNTIME_MISSING, message)
            .hint("a name is a lowercase letter and up to 31 more letters, digits and hyphens"));
    }
    if let Some(relative) = folders.iter().find(|folder| !folder.is_absolute()) {
        return Err(Error::new(Code::ARGUMENT_INVALID, "a folder of runtime modules must be an absolute path")
            .hint("what a relative one leads to depends on the working folder")
            .at(relative));
    }
    let installed = platform::runtime_folders();
    let file_name = file_name(name);
    let searched = folders.iter().chain(&installed);
    // What is there and cannot be used is not passed over: the next one may be an older one.
    let found = searched.clone().map(|folder| folder.join(&file_name)).find(|file| file.symlink_metadata().is_ok());
    match found {
        Some(file) => trusted(name, &file),
        None => {
            let searched: Vec<String> = searched.map(|folder| format!("`{}`", folder.display())).collect();
            let nowhere = "nowhere, for nobody can say where this loader is installed".to_owned();
            let places = if searched.is_empty() { nowhere } else { searched.join(", ") };
            Err(Error::new(Code::RUNTIME_MISSING, format!("there is no module for the runtime `{name}`"))
                .hint(format!("install `{file_name}`; it was looked for in {places}")))
        }
    }
}

fn trusted(name: &str, file: &Path) -> Result<PathBuf> {
    platform::trusted_file(file).map_err(|refused| match refused {
        Refused::Unreadable(error) => {
            Error::new(Code::RUNTIME_MISSING, format!("the module of the runtime `{name}` cannot be read"))
                .because(error)
                .at(file)
        }
        Refused::Untrusted { place, why } => {
            let message = format!("the module of the runtime `{name}` could be changed by somebody else: {why}");
            Error::new(Code::RUNTIME_UNTRUSTED, message)
                .hint("let it and all folders above it belong to you or to root, and take the right to write away from others: `chmod go-w`")
                .at(place)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_path() {
        for good in ["e", "echo", "echo-2", "a2345678901234567890123456789012"] {
            assert!(is_name(good), "{good}");
        }
        let too_long = "a".repeat(33);
        for bad in ["", "-echo", "2echo", "Echo", "é", "../x", "a/b", r"a\b", "a.b", "a b", "a\0", too_long.as_str()] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
