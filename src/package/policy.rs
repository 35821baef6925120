//! What a host does with an archive that nobody signed.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error, Result};
use crate::input::brief;

/// What is done with an archive that nobody signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SignaturePolicy {
    /// It is installed, and so is every other: signatures are not looked at.
    Off,
    /// It is installed, unless the plugin has a key of its own.
    #[default]
    IfPresent,
    /// It is refused.
    Required,
}

impl SignaturePolicy {
    /// Every policy there is.
    pub const ALL: [SignaturePolicy; 3] = [SignaturePolicy::Off, SignaturePolicy::IfPresent, SignaturePolicy::Required];

    /// Its name in a trust store.
    pub const fn as_str(self) -> &'static str {
        match self {
            SignaturePolicy::Off => "off",
            SignaturePolicy::IfPresent => "if-present",
            SignaturePolicy::Required => "required",
        }
    }
}

impl FromStr for SignaturePolicy {
    type Err = Error;

    fn from_str(text: &str) -> Result<SignaturePolicy> {
        SignaturePolicy::ALL.into_iter().find(|policy| policy.as_str() == text).ok_or_else(|| {
            Error::new(Code::KEY_INVALID, format!("`{}` is no policy for signatures", brief(text)))
                .hint("it is one of off, if-present and required")
        })
    }
}
