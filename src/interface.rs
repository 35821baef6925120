//! Ids such as `org.example.filter/1`, under which tables of functions are asked for.

use std::fmt;

use serde::Serialize;

use crate::error::{Code, Error, Result, codes};
use crate::input::brief;

codes! {
    INTERFACE_INVALID = "interface-invalid", MANIFEST, "A text cannot be the id of an interface, or the interface cannot be offered.";
}

/// The id of an interface in one of its revisions: `org.example.filter/1`.
///
/// Its name is that of a domain, the other way round, and so nobody else's: two labels or more of `a` to `z`, digits, `_` and
/// `-`, with dots between them; each begins with a letter. Then come a slash and the revision, a number from 1 on. Names that
/// begin with `hotshoe.` are Hotshoe's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct InterfaceId(String);

impl InterfaceId {
    /// The longest id, in bytes.
    pub const LONGEST: usize = 255;

    /// Checks and takes an id.
    ///
    /// ```
    /// use hotshoe::interface::InterfaceId;
    /// assert_eq!(InterfaceId::new("org.example.filter/1").unwrap().as_str(), "org.example.filter/1");
    /// assert!(InterfaceId::new("org.example.filter").is_err());
    /// ```
    pub fn new(text: &str) -> Result<InterfaceId> {
        let invalid = |problem: &str| {
            Error::new(Code::INTERFACE_INVALID, format!("the id of an interface {problem}: `{}`", brief(text))).hint(
                "write the name of a domain of yours the other way round, and the revision: `org.example.filter/1`",
            )
        };
        if text.len() > Self::LONGEST {
            return Err(invalid("is longer than 255 bytes"));
        }
        let (name, revision) = text.split_once('/').ok_or_else(|| invalid("has no revision"))?;
        if !is_revision(revision) {
            return Err(invalid("has a revision that is no number from 1 on"));
        }
        if !name.contains('.') || !name.split('.').all(is_label) {
            return Err(invalid("has a name that is none of a domain, the other way round"));
        }
        Ok(InterfaceId(text.to_owned()))
    }

    /// The id with its revision.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name without its revision.
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or("", |(name, _)| name)
    }

    /// The revision.
    pub fn revision(&self) -> u32 {
        self.0.split_once('/').and_then(|(_, revision)| revision.parse().ok()).unwrap_or_default()
    }

    /// Whether it is one of Hotshoe's own.
    pub fn is_own(&self) -> bool {
        self.0.starts_with("hotshoe.")
    }
}

fn is_label(label: &str) -> bool {
    label.starts_with(|c: char| c.is_ascii_lowercase())
        && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte))
}

fn is_revision(revision: &str) -> bool {
    revision.bytes().all(|byte| byte.is_ascii_digit()) && !revision.starts_with('0') && revision.parse::<u32>().is_ok()
}

impl fmt::Display for InterfaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_domain_the_other_way_round_and_a_revision() {
        let long = format!("org.{}/1", "x".repeat(249));
        for good in ["org.example.filter/1", "hotshoe.context/4294967295", "a.b-c_d2/10", long.as_str()] {
            let id = InterfaceId::new(good).unwrap();
            assert_eq!((id.as_str(), format!("{}/{}", id.name(), id.revision()).as_str()), (good, good));
        }
        let too_long = format!("org.{}/1", "x".repeat(250));
        let bad = [
            "",
            "/",
            "filter/1",
            "org.example.filter",
            "org.example.filter/",
            "org.example.filter/0",
            "org.example.filter/01",
            "org.example.filter/+1",
            "org.example.filter/4294967296",
            "org.example.filter/1/2",
            "org..filter/1",
            ".org.filter/1",
            "org.filter./1",
            "Org.filter/1",
            "org.2/1",
            "org.fil ter/1",
            "org.filter/1\n",
            "org.f\u{e4}/1",
            too_long.as_str(),
        ];
        for bad in bad {
            assert_eq!(InterfaceId::new(bad).unwrap_err().code(), Code::INTERFACE_INVALID, "{bad:?}");
        }
    }
}
