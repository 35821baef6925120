//! Why a plugin's entry symbol is missing, in words.

use std::cmp::Reverse;

use super::library::Traces;
use crate::error::{Code, Error};
use crate::input::brief;

/// The most exported names that a hint shows.
const MOST_SHOWN: usize = 5;

/// The error for a library that exports `exports` and not `entry`, and holds `traces`.
pub(super) fn missing(entry: &str, exports: &[String], traces: &Traces) -> Error {
    let error = Error::new(Code::ENTRY_MISSING, format!("the library does not export `{}`", brief(entry)));
    let declare = if traces.rust {
        format!("`#[unsafe(no_mangle)] pub extern \"C\" fn {entry}`")
    } else {
        format!("`{entry}` as `extern \"C\"` with default visibility")
    };
    error.hint(
        mangled(entry, exports, "exports", traces)
            .or_else(|| mangled(entry, &traces.hidden, "defines", traces))
            .or_else(|| hidden(entry, &traces.hidden, &declare))
            .unwrap_or_else(|| match look_alikes(entry, exports) {
                // A Rust library from which nothing was linked has no mark of Rust.
                names if names.is_empty() && !traces.rust => format!(
                    "nothing in it is called alike: declare {declare}, in Rust `#[unsafe(no_mangle)] pub extern \"C\"`{}",
                    host(entry)
                ),
                names if names.is_empty() => format!("nothing in it is called alike: declare {declare}{}", host(entry)),
                names => format!("declare {declare}; it exports {}", names.join(", ")),
            }),
    )
}

/// The error for a library in which `entry` is the name of something that cannot be called.
pub(super) fn variable(entry: &str) -> Error {
    let entry = brief(entry);
    Error::new(Code::ENTRY_MISSING, format!("the library exports `{entry}` as data, not as a function"))
        .hint(format!("a host calls its entry: define `{entry}` as an `extern \"C\"` function{}", host(&entry)))
}

/// The function is there under the name that a compiler made of it.
fn mangled(entry: &str, names: &[String], has: &str, traces: &Traces) -> Option<String> {
    let name = brief(names.iter().find(|name| is_mangled(name, entry))?);
    Some(match traces.rust {
        true => format!("it {has} the function `{name}`: `#[unsafe(no_mangle)]` is missing before `{entry}`"),
        false => {
            format!("it {has} the C++ function `{name}`: `extern \"C\"` is missing from the declaration of `{entry}`")
        }
    })
}

/// The function is there and not exported, or something called much like it.
fn hidden(entry: &str, hidden: &[String], declare: &str) -> Option<String> {
    if hidden.iter().any(|name| name == entry) {
        return Some(format!("it defines `{entry}`, and hides it: declare {declare}, and not `static`"));
    }
    let nearly = |name: &&String| 4 * likeness(entry, name) >= 3 * entry.len();
    let name = brief(hidden.iter().filter(nearly).max_by_key(|name| (likeness(entry, name), Reverse(*name)))?);
    Some(format!("it defines `{name}`, which is not the entry and so is hidden: declare {declare}{}", host(entry)))
}

/// What the name comes from, unless a profile or a manifest chose it.
fn host(entry: &str) -> String {
    entry
        .strip_suffix("_register")
        .map(|host| format!("; the name follows from the host's, `{}`: see that this is the host", brief(host)))
        .unwrap_or_default()
}

/// `_Z18harmonics_register…`, `_ZN…18harmonics_register…`, `?harmonics_register@…`, or Rust's `_R…18harmonics_register`.
fn is_mangled(export: &str, entry: &str) -> bool {
    let counted = ["_Z", "_R"].iter().any(|start| export.starts_with(start));
    let counted = counted && export.contains(&format!("{}{entry}", entry.len()));
    counted || export.strip_prefix('?').is_some_and(|rest| rest.starts_with(&format!("{entry}@")))
}

fn look_alikes(entry: &str, exports: &[String]) -> Vec<String> {
    let mut found: Vec<(usize, &String)> =
        exports.iter().map(|export| (likeness(entry, export), export)).filter(|(likeness, _)| *likeness > 0).collect();
    found.sort_by_key(|(likeness, _)| Reverse(*likeness));
    found.iter().take(MOST_SHOWN).map(|(_, export)| format!("`{}`", brief(export))).collect()
}

/// How much two names have in common; zero is "nothing worth saying".
fn likeness(entry: &str, export: &str) -> usize {
    let (entry, export) = (plain(entry), plain(unmangled(export)));
    let (shorter, longer) = if entry.len() < export.len() { (&entry, &export) } else { (&export, &entry) };
    if shorter.len() >= 4 && longer.windows(shorter.len()).any(|window| window == shorter.as_slice()) {
        return 2 * entry.len();
    }
    let first = entry.iter().zip(&export).take_while(|(a, b)| a == b).count();
    let last = entry.iter().rev().zip(export.iter().rev()).take_while(|(a, b)| a == b).count();
    let common = (first + last).min(shorter.len());
    if 2 * common >= entry.len() { common } else { 0 }
}

/// The function's own name in `_Z17harmonic_registerPv` and `_ZN4gain17harmonic_registerEv`; anything else as it is.
fn unmangled(name: &str) -> &str {
    let Some(mut rest) = name.strip_prefix("_Z") else { return name };
    rest = rest.strip_prefix('N').unwrap_or(rest);
    let mut found = name;
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count = rest[..digits].parse::<usize>().ok();
        let Some((part, behind)) = count.and_then(|count| rest[digits..].split_at_checked(count)) else { return found };
        // Rust ends with a hash.
        if !(part.len() == 17 && part.starts_with('h') && part[1..].bytes().all(|byte| byte.is_ascii_hexdigit())) {
            found = part;
        }
        rest = behind;
    }
}

/// Letters and digits only, in lower case, and no more than decide.
fn plain(name: &str) -> Vec<u8> {
    name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).take(256).collect()
}
