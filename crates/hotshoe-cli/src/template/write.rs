//! A project on disk: all of it, or nothing.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use hotshoe::error::{Code, Error, Result};

use super::File;

/// Writes a project into a folder, which is empty or not there: beside it, then into place at once.
pub fn write(files: &[File], folder: &Path) -> Result<()> {
    let is_there = refuse_what_is_there(folder)?;
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|error| unwritable(error, parent))?;
    let staging = tempfile::Builder::new().prefix(".hotshoe-new-").tempdir_in(parent);
    let staging = staging.map_err(|error| unwritable(error, parent))?;
    // A folder in that one, because that one is nobody else's to read.
    let made = staging.path().join("project");
    for (path, text) in files {
        let file = made.join(path);
        let written = fs::create_dir_all(file.parent().unwrap_or(&made)).and_then(|()| fs::write(&file, text));
        written.map_err(|error| unwritable(error, &folder.join(path)))?;
    }
    if is_there {
        fs::remove_dir(folder).map_err(|error| unwritable(error, folder))?;
    }
    fs::rename(&made, folder).map_err(|error| unwritable(error, folder))
}

/// Says whether there is an empty folder.
fn refuse_what_is_there(folder: &Path) -> Result<bool> {
    let exists = |message: &str| {
        Error::new(Code::ProjectExists, message).at(folder).hint("choose another name, or another folder with --output")
    };
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(true),
            Some(_) => Err(exists("there is a folder already, and it is not empty")),
        },
        Err(error) if error.kind() == ErrorKind::NotFound && fs::symlink_metadata(folder).is_err() => Ok(false),
        Err(error) => Err(exists("there is something else already").because(error)),
    }
}

fn unwritable(error: io::Error, path: &Path) -> Error {
    Error::new(Code::ProjectWrite, "the project cannot be written").because(error).at(path)
}
