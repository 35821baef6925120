//! The headers for plugins of the contract of `hotshoe/plugin.h`, which come with this crate.

use std::path::{Path, PathBuf};

use hotshoe::error::Result;

use crate::staged;

/// The entry of such a plugin.
pub(crate) use hotshoe::interface::CONTRACT_ENTRY as ENTRY;

const HEADERS: [(&str, &str); 9] = [
    ("plugin.h", include_str!("../include/plugin.h")),
    ("contract.hpp", include_str!("../include/contract.hpp")),
    ("folder.h", include_str!("../include/folder.h")),
    ("context.h", include_str!("../include/context.h")),
    ("value.hpp", include_str!("../include/value.hpp")),
    ("passes.h", include_str!("../include/passes.h")),
    ("passes.hpp", include_str!("../include/passes.hpp")),
    ("stepper.h", include_str!("../include/stepper.h")),
    ("stepper.hpp", include_str!("../include/stepper.hpp")),
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
