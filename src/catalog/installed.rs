//! Whether a plugin can be loaded from where it is: what an install brought, and what the file system allows.

use super::Candidate;
use crate::error::{Code, Error, Result};
use crate::manifest::ArtifactType;
use crate::platform;
use crate::profile::{HostProfile, LoadPolicy, ReceiptPolicy};
use crate::receipt::{self, Receipt};

impl Candidate {
    /// What an install brought, if a host with this policy looks at that. The files are not compared.
    pub(crate) fn receipt(&self, policy: ReceiptPolicy) -> Result<Option<Receipt>> {
        if policy == ReceiptPolicy::Off {
            return Ok(None);
        }
        let (folder, artifact) = (self.path(), self.artifact());
        let Some(receipt) = Receipt::in_folder(folder)? else {
            let missing =
                Error::new(Code::RECEIPT_MISSING, "the host loads only what was installed, and this has no receipt")
                    .hint("install it with `hotshoe install`")
                    .at(folder);
            return if policy == ReceiptPolicy::Required { Err(missing) } else { Ok(None) };
        };
        let inside = artifact.strip_prefix(folder).ok();
        match inside.and_then(|inside| receipt.digest(inside)) {
            Some(_) => Ok(Some(receipt)),
            None => Err(receipt::changed("the install did not bring this library").at(artifact)),
        }
    }

    /// Checks what the place of the plugin decides: whether the libraries in its folder are those that an install
    /// brought, which reads them whole, and whether code may be mapped from there; each if this host looks at that.
    ///
    /// Fails with [`Code::RECEIPT_MISSING`], [`Code::RECEIPT_INVALID`], [`Code::LIBRARY_CHANGED`],
    /// [`Code::LIBRARY_UNREADABLE`] or [`Code::LOAD_FAILED`].
    pub fn check_place(&self, profile: &HostProfile) -> Result<()> {
        if let Some(receipt) = self.receipt(profile.policies.receipt)? {
            return receipt.check_libraries(self.path(), self.artifact());
        }
        let is_code = self.kind().is_some_and(|kind| kind.artifact() != ArtifactType::File);
        match is_code && profile.policies.load == LoadPolicy::Direct && platform::forbids_code(self.artifact()) {
            true => {
                Err(Error::new(Code::LOAD_FAILED, "its file system is mounted `noexec`: nothing on it can be loaded")
                    .hint("install the plugin elsewhere")
                    .at(self.artifact()))
            }
            false => Ok(()),
        }
    }
}
