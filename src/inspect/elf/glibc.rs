//! Versions of glibc, and what of a library asks for them.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::error::{Code, Error};
use crate::input::brief;

/// A version of glibc, such as `2.34`; 2.9 is older than 2.14.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GlibcVersion(Vec<u32>);

/// A symbol that a library needs of glibc.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GlibcSymbol {
    /// Its name; where a version is needed for another reason than a symbol, the version's own name.
    pub name: String,
    /// The version of glibc that brought it.
    pub version: GlibcVersion,
}

impl FromStr for GlibcVersion {
    type Err = Error;

    fn from_str(text: &str) -> Result<GlibcVersion, Error> {
        let numbers: Result<Vec<u32>, _> = text.split('.').map(str::parse).collect();
        match numbers {
            Ok(numbers) if (2..=4).contains(&numbers.len()) && !text.contains('+') => Ok(GlibcVersion(numbers)),
            _ => Err(Error::new(Code::ARGUMENT_INVALID, format!("`{}` is not a version of glibc", brief(text)))
                .hint("write it as in `2.28`; `ldd --version` says which one a system has")),
        }
    }
}

impl fmt::Display for GlibcVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&numbers.join("."))
    }
}

impl Serialize for GlibcVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
