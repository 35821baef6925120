//! Whether a plugin can be loaded from where it is: what an install brought, and what the file system allows.

use std::path::Path;

use super::Candidate;
use crate::error::{Code, Error, Result};
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
    if let Some(receipt) = receipt(folder, library, profile.policies.receipt)? {
        return receipt.check_libraries(folder, library);
    }
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
        check_place(self.path(), self.library(), profile)
    }
}
