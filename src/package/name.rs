//! An archive's name, from a pattern.
//!
//! Owns what the placeholders stand for. What is said of the platform is the library's, which may be
//! for another system than this one.

use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::manifest::file_name_problem;
use crate::platform::{Architecture, Platform, System};
use crate::version::Version;

/// The documented name.
pub(super) const USUAL: &str = "{name}-{version}";

/// Leaves room in the 255 bytes of a file name for the format and `.sha256`.
const LONGEST: usize = 230;

/// What an archive is called after.
pub(super) struct Subject<'a> {
    pub name: &'a str,
    pub version: &'a Version,
    pub platforms: &'a [Platform],
    /// Whether its library is for musl, which systems with glibc do not take.
    pub musl: bool,
}

impl Subject<'_> {
    /// The name that a pattern gives, without the format at its end.
    pub fn archive_name(&self, pattern: &str) -> Result<String> {
        let mut name = String::new();
        let mut rest = pattern;
        while let Some((text, opened)) = rest.split_once('{') {
            let (placeholder, after) = opened.split_once('}').ok_or_else(|| unknown(opened))?;
            name.push_str(text);
            name.push_str(&self.value(placeholder)?);
            rest = after;
        }
        name.push_str(rest);
        match file_name_problem(&name, LONGEST) {
            None => Ok(name),
            Some(problem) => Err(invalid(format!("the archive's name `{}` {problem}", brief(&name)))
                .hint("an archive's name is a file name; choose its folder with `--output`")),
        }
    }

    fn value(&self, placeholder: &str) -> Result<String> {
        match placeholder {
            "name" => Ok(self.name.to_owned()),
            "version" => Ok(self.version.to_string()),
            "system" => self.system(),
            "os" => Ok(format!("{}{}", self.platform()?.system, self.c_library())),
            "arch" => self.architecture(),
            _ => Err(unknown(placeholder)),
        }
    }

    fn platform(&self) -> Result<Platform> {
        self.platforms.first().copied().ok_or_else(|| {
            Error::new(
                Code::PACKAGE_SOURCE,
                "the archive cannot be named after the library's platform, which is unknown",
            )
            .hint("name it without {system}, {os} and {arch}")
        })
    }

    fn architecture(&self) -> Result<String> {
        let platform = self.platform()?;
        Ok(if self.platforms.len() > 1 { "universal".to_owned() } else { platform.architecture.to_string() })
    }

    fn c_library(&self) -> &'static str {
        if self.musl { "-musl" } else { "" }
    }

    /// CPack's own name for the system, as `hotshoe_add_plugin()` has it: with the processor unless it
    /// is the usual one.
    fn system(&self) -> Result<String> {
        let platform = self.platform()?;
        let is_64_bit = !matches!(platform.architecture, Architecture::X86 | Architecture::Arm);
        let system = match platform.system {
            System::Linux => "Linux",
            System::MacOs => "Darwin",
            System::FreeBsd => "FreeBSD",
            System::Windows if is_64_bit => "win64",
            System::Windows => "win32",
        };
        let architecture = self.architecture()?;
        let is_usual = architecture == "x86_64" || system == "win32" && architecture == "x86";
        let system = if is_usual { system.to_owned() } else { format!("{system}-{architecture}") };
        Ok(system + self.c_library())
    }
}

fn unknown(placeholder: &str) -> Error {
    invalid(format!("`{{{}}}` stands for nothing in an archive's name", brief(placeholder)))
        .hint("there are {name}, {version}, {system}, {os} and {arch}")
}

fn invalid(message: String) -> Error {
    Error::new(Code::ARGUMENT_INVALID, message)
}
