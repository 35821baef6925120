//! The plugin that a program without a manifest is, where a path names it.
//!
//! Owns when a file is taken for one: only when somebody names that very file, and only for a host whose profile takes
//! exactly one runtime that starts programs. A scan never comes here, for whatever can be executed is no plugin by that.

use std::path::{Path, PathBuf};

use super::Rules;
use super::candidate::{Called, Candidate, file_name};
use super::compatible::without_manifest;
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Result};
use crate::inspect::Inspection;
use crate::manifest::{ArtifactType, Kind, Manifest};
use crate::platform::System;
use crate::receipt::is_called_library;

impl Candidate {
    /// The plugin of a program that a path leads to, if this host would take one, and if it is no library.
    pub(super) fn at_program(
        path: &Path,
        target: &Path,
        rules: Rules<'_>,
    ) -> Result<Option<(Candidate, Vec<Diagnostic>)>> {
        let Some(kind) = kind_of_programs(rules).filter(|_| is_program(target, rules)) else { return Ok(None) };
        let name = kind.plugin_name(System::current(), &file_name(path)).unwrap_or_else(|| file_name(path));
        let called = Called { name, version: None, is_group: false };
        let manifest = Manifest { runtime: Some(kind.name().to_owned()), ..Manifest::default() };
        let (mut candidate, found) =
            Self::with_artifact((manifest, Vec::new()), target.to_owned(), target, &called, rules)?;
        candidate.is_described = false;
        if let Some(refusal) = without_manifest(rules.profile) {
            candidate.refuse(refusal);
        }
        Ok(Some((candidate, found)))
    }
}

/// The file that is meant by a path without the ending that programs have here: `weather.exe` by `weather`.
pub(super) fn with_usual_ending(path: &Path, rules: Rules<'_>) -> Option<PathBuf> {
    let (kind, name) = (kind_of_programs(rules)?, path.file_name()?.to_str()?);
    let named = |file: String| path.with_file_name(file);
    kind.usual_names(System::current(), name).map(named).find(|file| file.is_file())
}

/// What programs are plugins of, if that is not open: of two runtimes nobody could say which one is meant.
fn kind_of_programs(rules: Rules<'_>) -> Option<&Kind> {
    let known = rules.profile.runtimes().filter_map(|name| rules.kinds.find(name));
    let mut programs = known.filter(|kind| kind.artifact() == ArtifactType::Executable);
    programs.next().filter(|_| programs.next().is_none())
}

/// Whether a file may be executed and is no library; libraries of many compilers may be executed as well.
fn is_program(path: &Path, rules: Rules<'_>) -> bool {
    let is_called_library = is_called_library(path);
    let checked = || Inspection::of(path)?.check_anywhere(&rules.profile.native.entry);
    may_be_executed(path) && !is_called_library && checked().is_err_and(|error| error.code() == Code::LIBRARY_FORMAT)
}

#[cfg(unix)]
fn may_be_executed(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o111 != 0)
}

/// This system tells programs by their names.
#[cfg(windows)]
fn may_be_executed(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("exe"))
}
