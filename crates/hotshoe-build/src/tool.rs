//! Running compilers and CMake.
//!
//! Owns what becomes of a tool's output: nothing is shown of one that succeeds but its warnings, and all that fits into
//! an error of one that fails. The environment is never part of it.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use crate::codes::BUILD_FAILED;
use hotshoe::error::{Error, Result};

/// How many lines of a tool's output go into an error: the last ones.
const LINES: usize = 80;

/// A program with its arguments.
pub(crate) struct Tool<'a> {
    /// What it does, for the error: "compiling `gain.c`".
    pub(crate) what: &'a str,
    pub(crate) program: &'a Path,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) environment: Vec<(OsString, OsString)>,
}

impl Tool<'_> {
    /// Runs it; what it printed, both streams in order.
    pub(crate) fn run(self) -> Result<String> {
        // Not as a path: duct would take `cc` for a file of this folder.
        let mut expression = duct::cmd(self.program.as_os_str(), &self.arguments)
            .stdin_null()
            .stderr_to_stdout()
            .stdout_capture()
            .unchecked()
            // It would move what is staged to another place.
            .env_remove("DESTDIR");
        for (name, value) in &self.environment {
            expression = expression.env(name, value);
        }
        let output = expression.run().map_err(|error| self.not_started(error))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(text);
        }
        Err(failed(self.what).because(format!(
            "`{}` ended with {}:\n{}",
            self.program.display(),
            output.status,
            last_lines(&text)
        )))
    }

    fn not_started(&self, error: io::Error) -> Error {
        failed(self.what).because(format!("`{}` cannot be started: {error}", self.program.display())).hint(format!(
            "install it, or name another program in the environment: {}",
            if self.what.starts_with("compiling") { "CC or CXX" } else { "CMAKE" }
        ))
    }
}

/// The error of a step of a build that failed.
pub(crate) fn failed(what: &str) -> Error {
    Error::new(BUILD_FAILED, format!("{what} failed"))
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::last_lines;

    #[test]
    fn the_end_of_a_long_output_is_kept() {
        let text: String = (0..100).map(|line| format!("{line}\n")).collect();
        assert!(last_lines(&text).starts_with("20\n") && last_lines(&text).ends_with("\n99"));
        assert_eq!(last_lines(""), "");
    }
}
