//! Whether a plugin is what an install brought, where the host asks for that.

use super::Candidate;
use crate::error::{Code, Error, Result};
use crate::profile::ReceiptPolicy;
use crate::receipt::{self, Receipt};

impl Candidate {
    /// What an install brought, if a host with this policy looks at that. The files are not compared.
    pub(crate) fn receipt(&self, policy: ReceiptPolicy) -> Result<Option<Receipt>> {
        if policy == ReceiptPolicy::Off {
            return Ok(None);
        }
        let (folder, library) = (self.path(), self.library());
        let Some(receipt) = Receipt::in_folder(folder)? else {
            let missing =
                Error::new(Code::ReceiptMissing, "the host loads only what was installed, and this has no receipt")
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

    /// Checks that the libraries in the plugin's folder are those that an install brought, as a host with this policy
    /// does before it loads them. It reads them whole.
    ///
    /// Fails with [`Code::ReceiptMissing`], [`Code::ReceiptInvalid`], [`Code::LibraryChanged`] or
    /// [`Code::LibraryUnreadable`].
    pub fn check_receipt(&self, policy: ReceiptPolicy) -> Result<()> {
        match self.receipt(policy)? {
            Some(receipt) => receipt.check_libraries(self.path(), self.library()),
            None => Ok(()),
        }
    }
}
