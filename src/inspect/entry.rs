//! Why a plugin's entry symbol is missing, in words.

use super::demangle;
use super::library::Clues;
use crate::error::{Code, Error};
use crate::input::brief;

/// The most exported names that a hint shows.
const MOST_SHOWN: usize = 5;

/// How near a name must be to be worth a word, and how near to be taken for the entry misspelt.
const ALIKE: f64 = 0.5;
const ALMOST_THE_SAME: f64 = 0.75;

/// The most names that are demangled to find some that are alike.
const MOST_DEMANGLED: usize = 10_000;

/// The error for a library that exports `exports` and not `entry`, and holds `clues`.
pub(super) fn missing(entry: &str, exports: &[String], clues: &Clues) -> Error {
    let error = Error::new(Code::ENTRY_MISSING, format!("the library does not export `{}`", brief(entry)));
    let declare = if clues.rust {
        format!("`#[unsafe(no_mangle)] pub extern \"C\" fn {entry}`")
    } else {
        format!("`{entry}` as `extern \"C\"` with default visibility")
    };
    error.hint(
        mangled(entry, exports, "exports", clues)
            .or_else(|| mangled(entry, &clues.hidden, "defines", clues))
            .or_else(|| hidden(entry, &clues.hidden, &declare))
            .unwrap_or_else(|| match alike(entry, exports) {
                // A Rust library from which nothing was linked has no mark of Rust.
                names if names.is_empty() && !clues.rust => format!(
                    "nothing in it is called alike: declare {declare}, in Rust `#[unsafe(no_mangle)] pub extern \"C\"`{}",
                    host_hint(entry)
                ),
                names if names.is_empty() => format!("nothing in it is called alike: declare {declare}{}", host_hint(entry)),
                names => format!("declare {declare}; it exports {}", names.join(", ")),
            }),
    )
}

/// The error for a library in which `entry` is the name of something that cannot be called.
pub(super) fn variable(entry: &str) -> Error {
    let entry = brief(entry);
    Error::new(Code::ENTRY_MISSING, format!("the library exports `{entry}` as data, not as a function"))
        .hint(format!("a host calls its entry: define `{entry}` as an `extern \"C\"` function{}", host_hint(&entry)))
}

/// The function is there under the name that a compiler made of it.
fn mangled(entry: &str, names: &[String], has: &str, clues: &Clues) -> Option<String> {
    let name = brief(names.iter().find(|name| is_mangled(name, entry))?);
    Some(match clues.rust {
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
    let name = brief(nearest(entry, hidden, ALMOST_THE_SAME).first()?);
    Some(format!("it defines `{name}`, which is not the entry and so is hidden: declare {declare}{}", host_hint(entry)))
}

/// What the name comes from, unless a profile or a manifest chose it.
fn host_hint(entry: &str) -> String {
    entry
        .strip_suffix("_register")
        .map(|host| format!("; the name follows from the host's, `{}`: see that this is the host", brief(host)))
        .unwrap_or_default()
}

fn alike(entry: &str, exports: &[String]) -> Vec<String> {
    let names = nearest(entry, exports, ALIKE);
    names.into_iter().take(MOST_SHOWN).map(|name| format!("`{}`", brief(name))).collect()
}

/// Whether a compiler made this name of the entry's.
fn is_mangled(symbol: &str, entry: &str) -> bool {
    symbol.contains(entry) && demangle::function_name(symbol).is_some_and(|name| name == entry)
}

/// Of many names those that are near the entry's, the nearest first.
fn nearest<'a>(entry: &str, names: &'a [String], least: f64) -> Vec<&'a String> {
    let entry = comparable(entry);
    let mut may_demangle = MOST_DEMANGLED;
    let mut near: Vec<(f64, &String)> = names
        .iter()
        .filter_map(|name| {
            let demangled = demangle_some(name, &mut may_demangle);
            let nearness = nearness(&entry, &comparable(demangled.as_deref().unwrap_or(name)));
            (nearness >= least).then_some((nearness, name))
        })
        .collect();
    near.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    near.into_iter().map(|(_, name)| name).collect()
}

fn demangle_some(name: &str, left: &mut usize) -> Option<String> {
    let is_compilers = name.starts_with(['_', '?']);
    *left = left.checked_sub(usize::from(is_compilers))?;
    if is_compilers { demangle::function_name(name) } else { None }
}

/// How near two names are, from 0 to 1. One that is in the other is as near as can be.
fn nearness(entry: &str, name: &str) -> f64 {
    let (shorter, longer) = if entry.len() < name.len() { (entry, name) } else { (name, entry) };
    if shorter.len() >= 4 && longer.contains(shorter) {
        return 1.0;
    }
    // The comparison takes time, and cannot come to more than the lengths have in common.
    if 2 * shorter.len() < longer.len() { 0.0 } else { strsim::normalized_damerau_levenshtein(entry, name) }
}

/// Letters and digits only, in lower case.
fn comparable(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
