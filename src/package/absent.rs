//! What is said of a plugin that is not installed, or not in the version that is wanted.

use crate::error::{Code, Error};
use crate::input::shell_word;
use crate::spelling::nearest;
use crate::version::Version;

use super::root::{Installed, Root};

impl Root {
    /// There is no such plugin, or not in this version.
    pub(super) fn not_installed(&self, name: &str, version: Option<&Version>) -> Error {
        let version = version.map(|version| format!(" {version}")).unwrap_or_default();
        Error::new(Code::NOT_INSTALLED, format!("`{name}{version}` was not installed here by Hotshoe"))
            .hint(self.what_is(name))
            .at(self.path())
    }

    /// Its path, for a command that somebody copies.
    fn shell_word(&self) -> String {
        shell_word(&self.path().to_string_lossy())
    }

    /// What of this name is installed, else what else there may be.
    fn what_is(&self, name: &str) -> String {
        let (installed, _) = self.installed().unwrap_or_default();
        let versions: Vec<String> = installed.iter().filter(|found| found.name == name).map(Installed::state).collect();
        if !versions.is_empty() {
            return format!("there is {}", versions.join(", "));
        }
        let list = format!("`hotshoe list --installed --root {}` shows what was", self.shell_word());
        match nearest(name, installed.iter().map(|found| found.name.as_str())) {
            Some(meant) => format!("did you mean `{meant}`? {list}"),
            None if installed.is_empty() => {
                "Hotshoe installed nothing here: see that it is the right folder; what was copied here is removed by hand".to_owned()
            }
            None => format!("{list}; a folder that was copied here is removed by hand"),
        }
    }

    /// A rollback without a version goes down only; what an earlier one put out of use comes back by its version.
    pub(super) fn nothing_before(&self, current: &Installed, known: &[Installed]) -> Error {
        let Installed { name, version, path, .. } = current;
        let root = self.shell_word();
        let newer = known.iter().rev().find(|found| !found.in_use && found.version > *version);
        Error::new(Code::NOT_INSTALLED, "there is no version before this one")
            .hint(match newer.and_then(|newer| newer.version.as_ref()) {
                Some(newer) => {
                    let plugin = shell_word(&format!("{name}@{newer}"));
                    format!("`hotshoe rollback {plugin} --root {root}` brings the newer one back")
                }
                None => format!(
                    "install the version that is wanted; `hotshoe list --installed --root {root}` shows what there is"
                ),
            })
            .plugin(name)
            .at(path)
    }
}

impl Installed {
    fn state(&self) -> String {
        let version = self.version.as_ref().map_or_else(|| "one without a version".to_owned(), ToString::to_string);
        if self.in_use { version } else { version + " (out of use)" }
    }
}
