//! Findings that are collected while work goes on.
//!
//! An [`Error`] stops one operation; a [`Diagnostic`] never does. Both carry a [`Code`], so that a
//! program can tell them apart without reading English.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use crate::error::{Code, Error};
use crate::input::{continued, path_in_line};

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is lost.
    Note,
    /// It works, but somebody should mend it.
    Warning,
    /// A plugin cannot be used.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// One finding: what, where, which plugin, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// What kind of finding it is; stable between releases.
    pub code: Code,
    /// What was found, in one sentence, with the offending value in backticks.
    pub message: String,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The file or folder it was found in.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "crate::input::path_text")]
    pub path: Option<PathBuf>,
    /// The plugin it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
}

impl Diagnostic {
    /// A warning with the given code and message.
    pub fn warning(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, code, message)
    }

    /// A note with the given code and message.
    pub fn note(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Note, code, message)
    }

    fn new(severity: Severity, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity, code, message: message.into(), hint: None, path: None, plugin: None }
    }

    /// Says what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = Some(hint.into());
        self
    }

    /// Says which file or folder it is about, unless that is known already.
    pub fn at(mut self, path: impl Into<PathBuf>) -> Diagnostic {
        self.path.get_or_insert_with(|| path.into());
        self
    }

    /// Says which plugin it concerns, unless that is known already.
    pub fn plugin(mut self, name: impl Into<String>) -> Diagnostic {
        self.plugin.get_or_insert_with(|| name.into());
        self
    }
}

/// An error that stopped one plugin becomes a finding of the larger operation that goes on.
impl From<Error> for Diagnostic {
    fn from(error: Error) -> Diagnostic {
        Diagnostic::from(&error)
    }
}

/// The same of an error that goes to somebody else, too.
impl From<&Error> for Diagnostic {
    fn from(error: &Error) -> Diagnostic {
        let mut message = error.message().to_owned();
        for cause in error.causes() {
            message.push_str(": ");
            message.push_str(&cause);
        }
        Diagnostic {
            severity: Severity::Error,
            code: error.code(),
            message,
            hint: error.hint_text().map(str::to_owned),
            path: error.path().map(PathBuf::from),
            plugin: error.plugin_name().map(str::to_owned),
        }
    }
}

/// A finding that stands in the way of an operation becomes the error that stops it.
impl From<Diagnostic> for Error {
    fn from(diagnostic: Diagnostic) -> Error {
        let mut error = Error::new(diagnostic.code, diagnostic.message);
        if let Some(hint) = diagnostic.hint {
            error = error.hint(hint);
        }
        if let Some(path) = diagnostic.path {
            error = error.at(path);
        }
        if let Some(plugin) = diagnostic.plugin {
            error = error.plugin(plugin);
        }
        error
    }
}

/// `warning[manifest-version-short]: … (in /path)`, then the hint on a line of its own.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: ", self.severity, self.code)?;
        if let Some(plugin) = &self.plugin {
            write!(f, "plugin `{plugin}`: ")?;
        }
        f.write_str(&continued(&self.message))?;
        if let Some(path) = &self.path {
            write!(f, "\n  in {}", path_in_line(path))?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n  hint: {}", continued(hint))?;
        }
        Ok(())
    }
}
