//! Where runtime modules are.
//!
//! Owns which folders are searched: those that the host names, and those of this installation. Never a folder of a
//! plugin, and none that depends on the working folder: who may put a library there is not who may extend the host.

use std::path::{Path, PathBuf};

use crate::error::{Code, Error, Result};
use crate::platform::{self, Refused, System};
use crate::profile::check_runtime_name;

/// What the file of a module is called: `libhotshoe-echo.so`, `libhotshoe-echo.dylib` or `hotshoe-echo.dll`.
fn file_name(name: &str) -> String {
    let system = System::current();
    let prefix = if system == System::Windows { "" } else { "lib" };
    format!("{prefix}hotshoe-{name}.{}", system.library_suffixes()[0])
}

/// The file of a module, in the first of these folders that has one, or else among the installed ones. Its path has no
/// links in it, and nobody but root and this user can change what it leads to.
pub(super) fn file(name: &str, folders: &[PathBuf]) -> Result<PathBuf> {
    check_runtime_name(name)?;
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
                .hint("install the module again, as a regular file that you may read")
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
