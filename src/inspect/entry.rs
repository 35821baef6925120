//! Why a plugin's entry symbol is missing, in words.

use crate::error::{Code, Error};
use crate::input::brief;

/// The most exported names that a hint shows.
const MOST_SHOWN: usize = 5;

/// The error for a library that exports `exports` and not `entry`.
pub(super) fn missing(entry: &str, exports: &[String]) -> Error {
    let error = Error::new(Code::EntryMissing, format!("the library does not export `{}`", brief(entry)));
    if let Some(mangled) = exports.iter().find(|export| is_mangled(export, entry)) {
        return error.hint(format!(
            "it exports the C++ function `{}`: `extern \"C\"` is missing from the declaration of `{entry}`",
            brief(mangled)
        ));
    }
    error.hint(match look_alikes(entry, exports) {
        names if names.is_empty() && exports.is_empty() => {
            format!("it exports nothing: declare `{entry}` as `extern \"C\"` with default visibility")
        }
        names if names.is_empty() => format!("declare it as `extern \"C\"` with default visibility: `{entry}`"),
        names => format!("declare it as `extern \"C\"` with default visibility; it exports {}", names.join(", ")),
    })
}

/// `_Z18harmonics_register…`, `_ZN…18harmonics_register…` or `?harmonics_register@…`.
fn is_mangled(export: &str, entry: &str) -> bool {
    let itanium = export.starts_with("_Z") && export.contains(&format!("{}{entry}", entry.len()));
    itanium || export.strip_prefix('?').is_some_and(|rest| rest.starts_with(&format!("{entry}@")))
}

fn look_alikes(entry: &str, exports: &[String]) -> Vec<String> {
    let mut found: Vec<(usize, &String)> =
        exports.iter().map(|export| (likeness(entry, export), export)).filter(|(likeness, _)| *likeness > 0).collect();
    found.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
    found.iter().take(MOST_SHOWN).map(|(_, export)| format!("`{}`", brief(export))).collect()
}

/// How much two names have in common; zero is "nothing worth saying".
fn likeness(entry: &str, export: &str) -> usize {
    let (entry, export) = (plain(entry), plain(export));
    let (shorter, longer) = if entry.len() < export.len() { (&entry, &export) } else { (&export, &entry) };
    if shorter.len() >= 4 && longer.windows(shorter.len()).any(|window| window == shorter.as_slice()) {
        return 2 * entry.len();
    }
    let first = entry.iter().zip(&export).take_while(|(a, b)| a == b).count();
    let last = entry.iter().rev().zip(export.iter().rev()).take_while(|(a, b)| a == b).count();
    let common = first.max(last);
    if 2 * common >= entry.len() { common } else { 0 }
}

/// Letters and digits only, in lower case, and no more than decide.
fn plain(name: &str) -> Vec<u8> {
    name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).take(256).collect()
}
