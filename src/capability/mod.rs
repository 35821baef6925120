//! Tags such as `backend:python` under which a plugin can be found.

mod index;

use std::borrow::Borrow;
use std::ffi::CStr;
use std::fmt;

use serde::Serialize;

use crate::error::{Code, Error, Result, codes};
use crate::input::is_invisible;

pub use index::{CapabilityPolicy, Index, SeveralHolders};

codes! {
    CAPABILITY_INVALID = "capability-invalid", MANIFEST, "A text cannot be a capability.";
    CAPABILITY_TAKEN = "capability-taken", LOAD, "Two live plugins have the same capability.";
}

/// A tag under which a plugin can be found.
///
/// It is one to 128 characters long and holds neither white space nor invisible characters; beyond
/// that its meaning is the host's. By custom it is `group:member`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Capability(String);

impl Capability {
    /// The longest capability, in characters.
    pub const LONGEST: usize = 128;

    /// Checks and takes a tag.
    ///
    /// ```
    /// use hotshoe::capability::Capability;
    /// assert_eq!(Capability::new("backend:python").unwrap().as_str(), "backend:python");
    /// assert!(Capability::new("two words").is_err());
    /// ```
    pub fn new(text: &str) -> Result<Capability> {
        let is_odd = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c);
        let problem = if text.is_empty() {
            "is empty"
        } else if text.len() > Self::LONGEST && text.chars().count() > Self::LONGEST {
            "is longer than 128 characters"
        } else if !text.bytes().all(|byte| byte.is_ascii_graphic()) && text.chars().any(is_odd) {
            "holds white space, or a character that cannot be seen"
        } else {
            return Ok(Capability(text.to_owned()));
        };
        Err(Error::new(Code::CAPABILITY_INVALID, format!("a capability {problem}"))
            .hint("write a tag such as `backend:python`"))
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the tag means by itself, if it is one of those that every host knows. All others are as good.
    ///
    /// ```
    /// use hotshoe::capability::Capability;
    /// assert_eq!(Capability::new("runtime:fmu").unwrap().meaning(), Some("executes FMUs"));
    /// assert_eq!(Capability::new("runtime:moon").unwrap().meaning(), None);
    /// ```
    pub fn meaning(&self) -> Option<&'static str> {
        KNOWN.iter().find(|(tag, _)| *tag == self.0).and_then(|(_, meaning)| meaning.to_str().ok())
    }
}

/// The tags that have a meaning in every host, and that meaning. What exactly a plugin must do for it is the host's to
/// say.
pub(crate) const KNOWN: [(&str, &CStr); 7] = [
    ("backend:python", c"generates Python"),
    ("backend:fmu", c"generates or binds FMUs"),
    ("runtime:emulation", c"executes models by emulation"),
    ("runtime:fmu", c"executes FMUs"),
    ("frontend:fmfl", c"loads FMFL"),
    ("transform:basic", c"transforms models"),
    ("compile:post-dataflow", c"has passes that run after the dataflow is compiled"),
];

/// A capability is found by its text.
impl Borrow<str> for Capability {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
