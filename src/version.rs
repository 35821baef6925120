//! Versions and version requirements, after <https://semver.org/spec/v2.0.0.html>.
//!
//! Owns the leniency that plugin files in use need; it never decides what a version means for a
//! plugin.

pub use semver::{Version, VersionReq};

use crate::error::{Code, Error, Result, codes};
use crate::input::brief;

codes! {
    VERSION_INVALID = "version-invalid", MANIFEST, "A text is not a semantic version.";
    REQUIREMENT_INVALID = "requirement-invalid", MANIFEST, "A text is not a version requirement.";
}

/// Reads a version; a version with parts left out (`1`, `1.0`) is completed with zeros.
///
/// The second value says whether it was completed.
///
/// ```
/// use hotshoe::version;
/// assert_eq!(version::parse("1.2.3-rc.1").unwrap().0.to_string(), "1.2.3-rc.1");
/// let (version, completed) = version::parse("1.0").unwrap();
/// assert_eq!((version.to_string().as_str(), completed), ("1.0.0", true));
/// assert!(version::parse("1.0.0/../..").is_err());
/// ```
pub fn parse(text: &str) -> Result<(Version, bool)> {
    let error = match Version::parse(text) {
        Ok(version) => return Ok((version, false)),
        Err(error) => error,
    };
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() < 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())) {
        let completed = format!("{text}{}", ".0".repeat(3 - parts.len()));
        if let Ok(version) = Version::parse(&completed) {
            return Ok((version, true));
        }
    }
    Err(Error::new(Code::VERSION_INVALID, format!("`{}` is not a version", brief(text)))
        .because(error)
        .hint("write it as major.minor.patch, for example `1.2.3` or `1.2.3-rc.1`"))
}

/// Reads a requirement such as `>=1.2,<2`; a bare version means "compatible with" it.
///
/// ```
/// use hotshoe::version::{self, Version};
/// let requirement = version::requirement("1.2").unwrap();
/// assert!(requirement.matches(&Version::new(1, 9, 0)));
/// assert!(!requirement.matches(&Version::new(2, 0, 0)));
/// ```
pub fn requirement(text: &str) -> Result<VersionReq> {
    VersionReq::parse(text).map_err(|error| {
        Error::new(Code::REQUIREMENT_INVALID, format!("`{}` is not a version requirement", brief(text)))
            .because(error)
            .hint("write a version such as `1.2`, or comparisons joined by commas such as `>=1.2,<2`")
    })
}
