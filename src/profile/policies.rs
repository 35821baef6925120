//! How a host wants things done where there is a choice.

use serde::{Deserialize, Serialize};

use crate::capability::CapabilityPolicy;

/// How a host wants things done where there is a choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Policies {
    /// Whether a plugin must have a manifest.
    pub manifest: ManifestPolicy,
    /// Whether a library must be the one that was installed.
    pub receipt: ReceiptPolicy,
    /// Whether what was read of a root is kept for the next start.
    pub index: IndexPolicy,
    /// Which plugin is meant by a capability that several have.
    pub capabilities: CapabilityPolicy,
}

/// Whether a plugin must have a manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ManifestPolicy {
    /// A folder or a bare library without one is a plugin too.
    #[default]
    Optional,
    /// Without one it is refused.
    Required,
}

/// Which file is mapped when a plugin is loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LoadPolicy {
    /// The plugin's own file: the fastest, and right for installed plugins.
    #[default]
    Direct,
    /// A private copy, so that the plugin's own file may be overwritten while it is loaded: for
    /// hosts that plugins are developed in.
    Copy,
}

/// Whether a library must be the one that was installed, by the receipt in the plugin's folder.
///
/// A library that is compared is mapped from a private copy, so that what is mapped is what was compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReceiptPolicy {
    /// Receipts are not looked at.
    #[default]
    Off,
    /// Where there is a receipt, the library must be the one it names.
    IfPresent,
    /// There must be a receipt, too: what was copied into place is refused.
    Required,
}

/// Whether the manifests of a root that holds many are kept in the user's cache folder for the next start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IndexPolicy {
    /// They are, and one whose file has not changed since is not opened again.
    #[default]
    On,
    /// Every manifest is read at every start, and nothing is written.
    Off,
}
