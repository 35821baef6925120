//! Why one operation stopped.
//!
//! One [`Error`] type serves every module, because it crosses the C ABI as one handle. It always
//! says what failed and, where there are any, the file, the plugin, the causes and what to do next.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde::{Serialize, Serializer};

use crate::input::{continued, path_in_line};

/// The result of a Hotshoe operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why one operation stopped.
///
/// `Display` gives the message alone; [`Error::report`] gives everything, over several lines.
#[derive(Clone, Debug)]
pub struct Error(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    code: Code,
    message: String,
    hint: Option<String>,
    path: Option<PathBuf>,
    plugin: Option<String>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of the given kind; `message` is one sentence with the offending value in backticks.
    pub fn new(code: Code, message: impl Into<String>) -> Error {
        Error(Box::new(Parts { code, message: message.into(), hint: None, path: None, plugin: None, source: None }))
    }

    /// Says what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.0.hint = Some(hint.into());
        self
    }

    /// Says which file or folder it is about, unless that is known already.
    pub fn at(mut self, path: impl Into<PathBuf>) -> Error {
        self.0.path.get_or_insert_with(|| path.into());
        self
    }

    /// Says which file or folder it is about, in place of what is known.
    #[cfg(feature = "package")]
    pub fn instead_at(mut self, path: impl Into<PathBuf>) -> Error {
        self.0.path = Some(path.into());
        self
    }

    /// Says which plugin it is about, unless that is known already.
    pub fn plugin(mut self, name: impl Into<String>) -> Error {
        self.0.plugin.get_or_insert_with(|| name.into());
        self
    }

    /// Says what led to it.
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        self.0.source = Some(source.into().into());
        self
    }

    /// What kind of error it is; stable between releases.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What failed, in one sentence.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do next, if there is something.
    pub fn hint_text(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The file or folder it is about.
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }

    /// The plugin it is about.
    pub fn plugin_name(&self) -> Option<&str> {
        self.0.plugin.as_deref()
    }

    /// What led to it, outermost first.
    pub fn causes(&self) -> impl Iterator<Item = String> {
        let first: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(self);
        std::iter::successors(first, |cause| cause.source()).map(ToString::to_string)
    }

    /// Everything there is to say, over several lines, without a newline at the end.
    ///
    /// ```
    /// use hotshoe::error::{Code, Error};
    /// let error = Error::new(Code::PLUGIN_NOT_FOUND, "no plugin is called `gain`").hint("list them with `hotshoe list`");
    /// assert_eq!(error.report(), "no plugin is called `gain` [plugin-not-found]\n  hint: list them with `hotshoe list`");
    /// ```
    pub fn report(&self) -> String {
        let mut text = String::new();
        if let Some(plugin) = &self.0.plugin {
            text.push_str(&format!("plugin `{plugin}`: "));
        }
        text.push_str(&format!("{} [{}]", continued(&self.0.message), self.0.code));
        if let Some(path) = &self.0.path {
            text.push_str(&format!("\n  in {}", path_in_line(path)));
        }
        for cause in self.causes() {
            text.push_str(&format!("\n  because: {}", continued(&cause.to_string())));
        }
        if let Some(hint) = &self.0.hint {
            text.push_str(&format!("\n  hint: {}", continued(hint)));
        }
        text
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

/// Which part of the work an error or diagnostic comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Stage(&'static str);

impl Stage {
    /// How a function was called.
    pub const CALL: Stage = Stage::new("call");
    /// Reading a host profile.
    pub const PROFILE: Stage = Stage::new("profile");
    /// Reading a manifest.
    pub const MANIFEST: Stage = Stage::new("manifest");
    /// Walking the search path and choosing from it.
    pub const CATALOG: Stage = Stage::new("catalog");
    /// Reading facts out of a library without running it.
    pub const INSPECT: Stage = Stage::new("inspect");
    /// Bringing a plugin to life.
    pub const LOAD: Stage = Stage::new("load");
    /// Letting a plugin register what it offers.
    pub const BIND: Stage = Stage::new("bind");
    /// Running passes and steps.
    pub const PIPELINE: Stage = Stage::new("pipeline");
    /// Ending a plugin.
    pub const UNLOAD: Stage = Stage::new("unload");
    /// Working on values and contexts.
    pub const CONTEXT: Stage = Stage::new("context");
    /// Making or installing an archive.
    pub const PACKAGE: Stage = Stage::new("package");

    /// A stage of work that is not the loader's.
    pub const fn new(name: &'static str) -> Stage {
        Stage(name)
    }

    /// The stage's name, in lower case.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// What kind of error or diagnostic it is. Names are stable: programs may compare them.
///
/// Each module declares its own, as other crates do with [`Code::new`]; [`crate::codes`] lists those of this library.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code(&'static Declaration);

/// What a module says of one of its codes.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Declaration {
    /// Its stable name, for example `manifest-syntax`.
    pub name: &'static str,
    /// The part of the work it comes from.
    pub stage: Stage,
    /// What it means, in one sentence.
    pub meaning: &'static str,
}

impl Code {
    /// The code of a declaration.
    pub const fn new(declaration: &'static Declaration) -> Code {
        Code(declaration)
    }

    /// The code of a runtime that comes as a module: its name begins with the runtime's, as `lua-…` does. `None` if it
    /// is none, or if modules have made up too many: a code lives as long as the process.
    pub(crate) fn of_module(runtime: &str, name: &str) -> Option<Code> {
        const MOST: usize = 1000;
        static CODES: Mutex<BTreeMap<String, Code>> = Mutex::new(BTreeMap::new());
        let rest = name.strip_prefix(runtime)?.strip_prefix('-')?;
        let is_word = !rest.is_empty() && rest.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if !is_word || name.len() > 64 {
            return None;
        }
        let mut codes = CODES.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(known) = codes.get(name) {
            return Some(*known);
        }
        if codes.len() == MOST {
            return None;
        }
        let meaning = "A runtime that came as a module says so.";
        let name: &'static str = String::leak(name.to_owned());
        let code = Code(Box::leak(Box::new(Declaration { name, stage: Stage::LOAD, meaning })));
        codes.insert(name.to_owned(), code);
        Some(code)
    }

    /// The code's stable name, for example `manifest-syntax`.
    pub const fn as_str(self) -> &'static str {
        self.0.name
    }

    /// The part of the work it comes from.
    pub const fn stage(self) -> Stage {
        self.0.stage
    }

    /// What it means, in one sentence.
    pub const fn meaning(self) -> &'static str {
        self.0.meaning
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Declares a module's codes as constants of [`Code`], so that a code's name, stage and meaning cannot drift apart,
/// and `CODES`, the list of them.
macro_rules! codes {
    ($($code:ident = $name:literal, $stage:ident, $meaning:literal;)*) => {
        pub(crate) const CODES: &[$crate::error::Code] = &[$($crate::error::Code::$code,)*];

        impl $crate::error::Code {
            $(
                #[doc = $meaning]
                pub const $code: $crate::error::Code = $crate::error::Code::new(&$crate::error::Declaration {
                    name: $name,
                    stage: $crate::error::Stage::$stage,
                    meaning: $meaning,
                });
            )*
        }
    };
}
pub(crate) use codes;

codes! {
    ARGUMENT_INVALID = "argument-invalid", CALL, "An argument is null, out of range or not UTF-8.";
    INTERNAL = "internal", CALL, "A defect in Hotshoe itself was caught; the operation did not happen.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_modules_code_begins_with_its_runtime_and_is_one_whoever_asks() {
        let code = Code::of_module("lua", "lua-syntax").expect("a good one");
        assert_eq!(code, Code::of_module("lua", "lua-syntax").expect("a good one"));
        assert_eq!((code.as_str(), code.stage()), ("lua-syntax", Stage::LOAD));
        let long = format!("lua-{}", "x".repeat(61));
        for bad in ["", "lua", "lua-", "python-syntax", "luasyntax", "lua-Syntax", "lua-\u{1b}[2J", "lua- ", &long] {
            assert_eq!(Code::of_module("lua", bad), None, "{bad:?}");
        }
    }
}
