//! What the signature beside an archive is worth to whoever installs it.
//!
//! Owns that it is looked at also where nobody is named whose keys count, and that nothing goes in
//! unverified without a word. Which key is good for what, each [`TrustStore`] says.

use std::fs::File;
use std::path::Path;

use super::layout::Part;
use super::policy::SignaturePolicy;
use super::signature::{Signature, Unverified};
use super::trust::TrustStore;
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Result};

/// The verdicts of those whose keys count, of whom one is enough.
pub(super) struct Verdict {
    judges: Vec<(TrustStore, Option<Signature>)>,
    warning: Option<Diagnostic>,
}

impl Verdict {
    /// Verifies the signature beside an archive, over this copy of it.
    ///
    /// A signature that is damaged, or not by the key that it names, is refused if that key is known, and one
    /// that is none is always refused, unless every store says not to look.
    pub fn of(archive: &Path, file: &mut File, trust: &[TrustStore], is_required: bool) -> Result<Verdict> {
        let mut stores = trust.to_vec();
        if is_required {
            if stores.is_empty() {
                stores.push(TrustStore::of_keys([])?);
            }
            stores.iter_mut().for_each(|store| store.set_policy(SignaturePolicy::Required));
        }
        let mut judges = Vec::new();
        let mut refusal = None;
        for store in stores {
            match store.judge(archive, file) {
                Ok(signature) => judges.push((store, signature)),
                Err(error) => drop(refusal.get_or_insert(error)),
            }
        }
        if let Some(error) = refusal.filter(|_| judges.is_empty()) {
            return Err(error);
        }
        let is_verified = judges.iter().any(|(_, signature)| signature.is_some());
        let is_ignored = !judges.is_empty() && judges.iter().all(|(store, _)| store.policy() == SignaturePolicy::Off);
        let warning = if is_verified { None } else { Some(warning(archive, is_ignored)?.at(archive)) };
        // The word of a signature first, then that it needs none.
        judges.sort_by_key(|(_, signature)| signature.is_none());
        Ok(Verdict { judges, warning })
    }

    /// Says whether a plugin may come with the signature, or without one; returns the one that is good for it.
    pub fn admit(&self, part: &Part) -> Result<Option<&Signature>> {
        let mut refusal = None;
        for (store, signature) in &self.judges {
            match admit(store, signature.as_ref(), part) {
                Ok(()) => return Ok(signature.as_ref()),
                Err(error) => drop(refusal.get_or_insert(error)),
            }
        }
        refusal.map_or(Ok(None), Err)
    }

    /// What must be told of an archive whose signature was not verified, and of the stores.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let stores = self.judges.iter().flat_map(|(store, _)| store.diagnostics().iter());
        self.warning.iter().chain(stores).cloned().collect()
    }
}

fn admit(store: &TrustStore, signature: Option<&Signature>, part: &Part) -> Result<()> {
    store.admit(&part.name, signature)?;
    signature.map_or(Ok(()), |signature| signature.binds(&part.name, part.version.as_ref(), &part.platforms()?))
}

fn warning(archive: &Path, is_ignored: bool) -> Result<Diagnostic> {
    let require = "`hotshoe install --require-signature` takes nothing that was not verified";
    if is_ignored {
        let message = "nobody verified who made it: the trust store's policy is `off`";
        return Ok(Diagnostic::warning(Code::SIGNATURE_UNTRUSTED, message).hint(require));
    }
    Ok(match Unverified::beside(archive)? {
        None => Diagnostic::warning(Code::SIGNATURE_MISSING, "it is not signed: nothing says who made it")
            .hint(format!("use it only if you trust where it came from; {require}")),
        Some(unverified) => {
            let message =
                format!("it is signed by the unknown key {}: the signature was not verified", unverified.key());
            Diagnostic::warning(Code::SIGNATURE_UNTRUSTED, message).hint(format!(
                "get the author's public key from a place you trust, and trust it: \
                 hotshoe trust add <key.pub> --host <host>; {require}"
            ))
        }
    })
}
