//! The headers for plugins of the contract of `hotshoe/plugin.h`, which come with this crate.

use std::path::{Path, PathBuf};

use hotshoe::error::Result;

use crate::staged;

/// The entry of such a plugin.
pub(crate) const ENTRY: &str = "hotshoe_descriptor";

const HEADERS: [(&str, &str); 3] = [
    ("plugin.h", include_str!("../include/plugin.h")),
    ("contract.hpp", include_str!("../include/contract.hpp")),
    ("folder.h", include_str!("../include/folder.h")),
];

/// Writes them into `hotshoe/` of a folder, and returns the folder.
pub(crate) fn write_headers(folder: &Path) -> Result<PathBuf> {
    let inside = folder.join("hotshoe");
    staged::make_folder(&inside)?;
    for (name, text) in HEADERS {
        staged::write_if_changed(&inside.join(name), text)?;
    }
    Ok(folder.to_owned())
}
