//! The name that a function has in its source, out of the name that a compiler made of it.
//!
//! Owns which compilers' names are known, and the limits within which a hostile name is read. What it gives is good for
//! a hint and for nothing else.

use std::fmt::{self, Write};

use cpp_demangle::{BorrowedSymbol, DemangleNodeType, DemangleOptions, DemangleWrite};

/// The longest name that is read, and the longest that comes of one, in bytes: a short name may stand for a very long one.
const LONGEST: usize = 4096;

/// The name without scopes, parameters and template arguments: `start` for `_ZN4gain5startIiEEvT_`, for Rust's
/// `_RNvCs1234_4gain5start` and for `?start@gain@@YAXXZ`; `None` for a name that no compiler made.
pub(super) fn function_name(symbol: &str) -> Option<String> {
    if symbol.len() > LONGEST {
        return None;
    }
    match symbol.as_bytes() {
        [b'_', b'R', ..] => rust(symbol),
        [b'_', b'Z', b'N', ..] if has_rust_hash(symbol) => rust(symbol),
        [b'_', b'Z', ..] => itanium(symbol),
        [b'?', ..] => microsoft(symbol),
        _ => None,
    }
}

fn rust(symbol: &str) -> Option<String> {
    let mut path = Text::default();
    // Without the hash at its end.
    write!(path, "{:#}", rustc_demangle::try_demangle(symbol).ok()?).ok()?;
    path.0.rsplit("::").next().map(str::to_owned)
}

/// Whether a name is one that rustc made before its names began with `_R`: they end with a hash, as a name in C++ may.
fn has_rust_hash(symbol: &str) -> bool {
    let hash = symbol.strip_suffix('E').and_then(|rest| rest.get(rest.len().checked_sub(19)?..));
    hash.and_then(|hash| hash.strip_prefix("17h")).is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn itanium(symbol: &str) -> Option<String> {
    let mut own = OwnName::default();
    let options = DemangleOptions::new().no_params().no_return_type();
    BorrowedSymbol::new(symbol.as_bytes()).ok()?.structured_demangle(&mut own, &options).ok()?;
    Some(own.name.0).filter(|name| !name.is_empty())
}

/// The name itself stands first, in front of its scopes; operators and templates have a second question mark.
fn microsoft(symbol: &str) -> Option<String> {
    let (name, _) = symbol.strip_prefix('?')?.split_once('@')?;
    (!name.is_empty() && !name.starts_with('?')).then(|| name.to_owned())
}

/// A text that cannot become too long.
#[derive(Default)]
struct Text(String);

impl Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if self.0.len() + part.len() > LONGEST {
            return Err(fmt::Error);
        }
        self.0.push_str(part);
        Ok(())
    }
}

/// Of all names in a path, the last one outside of template arguments.
#[derive(Default)]
struct OwnName {
    name: Text,
    /// Everything that was written.
    written: usize,
    /// What is open, the innermost last.
    open: Vec<DemangleNodeType>,
}

impl DemangleWrite for OwnName {
    fn push_demangle_node(&mut self, node: DemangleNodeType) {
        self.open.push(node);
        if node == DemangleNodeType::UnqualifiedName && !self.open.contains(&DemangleNodeType::TemplateArgs) {
            self.name = Text::default();
        }
    }

    fn write_string(&mut self, part: &str) -> fmt::Result {
        self.written += part.len();
        if self.written > LONGEST {
            return Err(fmt::Error);
        }
        let is_in_name = self.open.contains(&DemangleNodeType::UnqualifiedName);
        match is_in_name && !self.open.contains(&DemangleNodeType::TemplateArgs) {
            true => self.name.write_str(part),
            false => Ok(()),
        }
    }

    fn pop_demangle_node(&mut self) {
        self.open.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_all_compilers_are_read() {
        for symbol in [
            "_Z5startPv",
            "_ZN4gain5startEv",
            "_ZN4gain12_GLOBAL__N_15startEv",
            "_ZN4gain5startIiEEvT_",
            "_ZN4gain4PartISt6vectorIiSaIiEEE5startEv",
            "_ZZN4gain4mainEvENK3$_05startEv",
            "_ZL5startv",
            "_ZN4gain5start17h0123456789abcdefE",
            "_RNvCs1234_4gain5start",
            "_RNvNtCs1234_4gain6plugin5start",
            "?start@@YAXPEAX@Z",
            "?start@gain@@YAXXZ",
        ] {
            assert_eq!(function_name(symbol).as_deref(), Some("start"), "{symbol}");
        }
    }

    #[test]
    fn what_no_compiler_made_has_no_other_name() {
        for symbol in ["start", "", "_Z", "_R", "?", "??0Part@@QEAA@XZ", "_Z5sta", "_ZN", "harmonics_register"] {
            assert_eq!(function_name(symbol), None, "{symbol}");
        }
    }

    #[test]
    fn a_short_name_that_stands_for_an_endless_one_is_given_up() {
        // Each pair is one of the pair before, twice.
        let pairs =
            |count: usize| -> String { "123456789A"[..count].chars().map(|n| format!("S0_IS{n}_S{n}_E")).collect() };
        let template = |count| format!("_Z5startI1pIiiE{}EvT_", pairs(count));
        assert_eq!(function_name(&template(3)).as_deref(), Some("start"));
        assert_eq!(function_name(&template(10)), None);
        assert_eq!(function_name(&format!("_Z5000{}v", "s".repeat(5000))), None);
        assert_eq!(function_name(&format!("_Z5startI{}iEvv", "P".repeat(4000))), None);
        assert_eq!(function_name(&format!("_RNv{}C4gain5start", "Nt".repeat(1900))), None);
    }
}
