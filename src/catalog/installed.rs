//! Whether a plugin can be loaded from where it is: what an install brought, and what the file system allows.

use std::path::Path;

use super::Candidate;
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::manifest::ArtifactType;
use crate::platform;
use crate::profile::{HostProfile, LoadPolicy, ReceiptPolicy};
use crate::receipt::{self, Receipt};

/// What an install brought with a plugin's library, if a host with this policy looks at that. The files are not compared.
pub(crate) fn receipt(folder: &Path, library: &Path, policy: ReceiptPolicy) -> Result<Option<Receipt>> {
    if policy == ReceiptPolicy::Off {
        return Ok(None);
    }
    let Some(receipt) = Receipt::in_folder(folder)? else {
        let missing =
            Error::new(Code::RECEIPT_MISSING, "the host loads only what was installed, and this has no receipt")
                .hint("install it with `hotshoe install`")
                .at(folder);
        return if policy == ReceiptPolicy::Required { Err(missing) } else { Ok(None) };
    };
    let inside = library.strip_prefix(folder).ok();
    match inside.and_then(|inside| receipt.digest(inside)) {
        Some(_) => Ok(Some(receipt)),
        None => Err(receipt::changed("the install did not bring this library").at(library)),
    }
}

/// As [`Candidate::check_place`] does, for the library of a plugin in a folder.
pub(crate) fn check_place(folder: &Path, library: &Path, profile: &HostProfile) -> Result<()> {
    let installed = check_installed(folder, library, profile)?;
    if installed.is_some() { Ok(()) } else { check_file_system(library, profile) }
}

/// Compares a plugin's artifact and the libraries in its folder with the receipt of their install, if there is one and
/// this host looks at that. Returns what is odd about the receipt.
pub(crate) fn check_installed(
    folder: &Path,
    artifact: &Path,
    profile: &HostProfile,
) -> Result<Option<Vec<Diagnostic>>> {
    let Some(receipt) = receipt(folder, artifact, profile.policies.receipt)? else { return Ok(None) };
    receipt.check_libraries(folder, artifact)?;
    Ok(Some(receipt.diagnostics().to_vec()))
}

/// Whether code may be mapped from where it lies.
fn check_file_system(library: &Path, profile: &HostProfile) -> Result<()> {
    match profile.native.load == LoadPolicy::Direct && platform::forbids_code(library) {
        true => Err(Error::new(Code::LOAD_FAILED, "its file system is mounted `noexec`: nothing on it can be loaded")
            .hint("install the plugin elsewhere")
            .at(library)),
        false => Ok(()),
    }
}

impl Candidate {
    /// Checks what the place of the plugin decides: whether the libraries in its folder are those that an install
    /// brought, which reads them whole, and whether code may be mapped from there; each if this host looks at that.
    ///
    /// Fails with [`Code::RECEIPT_MISSING`], [`Code::RECEIPT_INVALID`], [`Code::LIBRARY_CHANGED`],
    /// [`Code::LIBRARY_UNREADABLE`] or [`Code::LOAD_FAILED`].
    pub fn check_place(&self, profile: &HostProfile) -> Result<()> {
        let installed = check_installed(self.path(), self.artifact(), profile)?;
        // What only its runtime understands is never mapped.
        let is_code = self.kind().is_some_and(|kind| kind.artifact() != ArtifactType::File);
        if installed.is_some() || !is_code { Ok(()) } else { check_file_system(self.artifact(), profile) }
    }
}
