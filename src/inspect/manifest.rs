//! Whether a library is the one that its manifest describes, as far as that can be known without running it.

use super::Inspection;
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::interface::CONTRACT_ENTRY;
use crate::manifest::Manifest;

impl Inspection {
    /// Checks what a manifest says of a plugin of the contract of `hotshoe/plugin.h` against the one inside its library,
    /// if that is there: name, version and interfaces. A library with another entry must be said to have no interfaces.
    ///
    /// Fails with [`Code::CONTRACT_BROKEN`].
    pub fn check_manifest(&self, manifest: &Manifest, entry: &str) -> Result<()> {
        if entry != CONTRACT_ENTRY {
            return check_no_interfaces(manifest, entry);
        }
        let inside = self.manifest.as_deref().and_then(|text| Manifest::from_json(text.as_bytes(), None).ok());
        let Some((built, _)) = inside else { return Ok(()) };
        let version = built.version.as_ref().map(ToString::to_string);
        same_plugin(manifest, INSIDE, built.name.as_deref(), version.as_deref())?;
        match manifest.interfaces.iter().find(|id| !built.interfaces.contains(id)) {
            Some(id) => Err(differs(format!("its manifest names the interface `{id}`, and {INSIDE} does not"))),
            None => Ok(()),
        }
    }
}

const INSIDE: &str = "the one inside its library";

/// Checks that a manifest names no interfaces, for another entry than that of the contract gives none.
pub(crate) fn check_no_interfaces(manifest: &Manifest, entry: &str) -> Result<()> {
    let Some(first) = manifest.interfaces.first() else { return Ok(()) };
    let message =
        format!("its manifest names the interface `{first}`, and its entry `{}` gives no tables", brief(entry));
    Err(Error::new(Code::CONTRACT_BROKEN, message)
        .hint(format!("let the entry be `{CONTRACT_ENTRY}`, or leave `interfaces` out")))
}

/// Checks that name and version of a manifest are those that stand in another place, as far as both say them.
pub(crate) fn same_plugin(manifest: &Manifest, place: &str, name: Option<&str>, version: Option<&str>) -> Result<()> {
    let said = [manifest.name.clone(), manifest.version.as_ref().map(ToString::to_string)];
    for (what, (said, own)) in ["name", "version"].into_iter().zip(said.into_iter().zip([name, version])) {
        if let (Some(said), Some(own)) = (said, own)
            && said != own
        {
            let (said, own) = (brief(&said), brief(own));
            return Err(differs(format!("its manifest says the {what} `{said}`, and {place} `{own}`")));
        }
    }
    Ok(())
}

fn differs(message: String) -> Error {
    Error::new(Code::CONTRACT_BROKEN, message)
        .hint("take manifest and library of one build: both must say the same, letter by letter")
}
