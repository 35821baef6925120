//! What the words of a template stand for.
//!
//! A template is a project like any other: a plugin called `my-plugin` for the host `some-host`, or a host called
//! `my-host`. In a project that is made of it, these and what is derived from them are other words.

use std::path::{Path, PathBuf};

use hotshoe::error::{Code, Error, Result};
use hotshoe::manifest;
use hotshoe::profile::HostProfile;
use hotshoe::version::Version;

use super::{File, HostChoice};

/// What each word of a template becomes.
pub struct Words {
    pairs: Vec<(String, Value)>,
}

/// What a word becomes.
enum Value {
    /// Made of letters, digits and the like: it stands wherever it is put.
    Plain(String),
    /// A person's text, which each language quotes in its own way.
    Text(String),
}

impl Words {
    /// The words of a project by an author, of a year, under a licence.
    pub fn new(author: &str, year: i32, license: &str) -> Words {
        let mut words = Words { pairs: Vec::new() };
        // The line of a licence. Elsewhere the year is any number, and a host's own files may have it.
        words.text("2026 Jane Doe", &format!("{year} {author}"));
        words.plain("0.0.0-hotshoe", env!("CARGO_PKG_VERSION"));
        words.text("Jane Doe", author);
        words.text("LicenseRef-Template", license);
        words
    }

    /// The words of a host, which leave those about plugins alone: it has files for them.
    pub fn for_host(mut self, name: &str) -> Result<Words> {
        let profile = HostProfile::named(name)?;
        self.spellings("my-host", name);
        self.host("my_host", "MY_HOST", &profile);
        Ok(self)
    }

    /// The words of a plugin, and about its host.
    pub fn for_plugin(mut self, name: &str, host: &HostChoice) -> Words {
        self.spellings("my-plugin", name);
        self.spellings("some-host", &host.profile.name);
        self.host("some_host", "SOME_HOST", &host.profile);
        self.plain("HOST some-host", &format!("HOST {}", host.argument()));
        self.plain("--host some-host", &format!("--host {}", host.argument()));
        let requirement = host.profile.version.as_ref().map(requirement);
        let line = requirement.map_or_else(String::new, |requirement| format!("\n  HOST_VERSION \"{requirement}\""));
        self.plain("\n  HOST_VERSION \">=1.0,<2\"", &line);
        self
    }

    /// A file of a template as it is in the project.
    pub fn fill(&self, (path, text): &File) -> File {
        (PathBuf::from(self.replace(&path.to_string_lossy(), Path::new(""))), self.replace(text, path))
    }

    /// Each word once, the longest first, so that nothing is replaced in what stands there already.
    fn replace(&self, text: &str, path: &Path) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            let found = self.pairs.iter().filter(|(word, _)| rest.starts_with(word.as_str()));
            if let Some((word, value)) = found.max_by_key(|(word, _)| word.len()) {
                filled.push_str(&value.quoted(path));
                rest = &rest[word.len()..];
            } else {
                filled.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
        filled
    }

    fn plain(&mut self, word: &str, value: &str) {
        self.pairs.push((word.to_owned(), Value::Plain(value.to_owned())));
    }

    fn text(&mut self, word: &str, value: &str) {
        self.pairs.push((word.to_owned(), Value::Text(value.to_owned())));
    }

    /// A name, and the identifiers made of it: `my-plugin`, `my_plugin`, `MY_PLUGIN`.
    fn spellings(&mut self, word: &str, name: &str) {
        let (stem, identifier) = (word.replace('-', "_"), name.to_ascii_lowercase().replace('-', "_"));
        self.plain(word, name);
        self.plain(&stem.to_ascii_uppercase(), &identifier.to_ascii_uppercase());
        self.plain(&stem, &identifier);
    }

    /// What a profile says, which may be anything.
    fn host(&mut self, stem: &str, capitals: &str, profile: &HostProfile) {
        self.plain(&format!("{capitals}_PLUGIN_PATH"), &profile.search_path_variable);
        self.plain(&format!("{stem}_register"), &profile.native.entry);
    }
}

impl Value {
    fn quoted(&self, path: &Path) -> String {
        let (Value::Plain(text) | Value::Text(text)) = self;
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        match (self, &*extension) {
            (Value::Plain(_), _) => text.clone(),
            (_, "toml" | "json") => text.replace('\\', r"\\").replace('"', r#"\""#),
            (_, "txt" | "cmake") => text.chars().fold(String::new(), |quoted, c| match c {
                '\\' | '"' | '$' | ';' => format!("{quoted}\\{c}"),
                _ => format!("{quoted}{c}"),
            }),
            _ => text.clone(),
        }
    }
}

/// Whether a project can be called that: everything in it that has a name is called after it.
pub fn check_name(name: &str) -> Result<()> {
    manifest::check_name(name)?;
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if !starts_well || name.len() > 64 || !name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c)) {
        return Err(unfit(name, "cannot name a project"));
    }
    let identifier = name.to_ascii_lowercase().replace('-', "_");
    match TAKEN.split_whitespace().any(|taken| taken == identifier) {
        true => Err(unfit(name, "cannot name a project, for it means something else to a compiler or to CMake")),
        false => Ok(()),
    }
}

fn unfit(name: &str, problem: &str) -> Error {
    Error::new(Code::MANIFEST_FIELD, format!("`{name}` {problem}")).hint(
        "use at most 64 letters, digits, `_` and `-`, starting with a letter, and no word of C, C++, Rust or CMake",
    )
}

/// Words of C, C++ and Rust, names that their standard libraries have, CMake's, CTest's and cargo's own targets and
/// folders, and the keywords of `hotshoe_add_plugin()`.
const TAKEN: &str = "
    abort abs abstract access acos alignas alignof all alloc and as asin asm async atan authors auto await become
    bitand bitor bool box break build calloc capabilities case catch ceil char class clean clock close compl
    concept const consteval constexpr constinit continue continuous core cos cosh crate data decltype default
    delete deps description div do double drem dyn else entry enum erf examples exit exp experimental explicit
    export extern false final float floor fma fn for free friend gamma gen goto help homepage host hotshoe hypot
    if impl in incremental index inline install int let license link log logb long loop macro main malloc match
    mod move mut mutable namespace nan new nightly noexcept not nullptr open operator or override package pause
    pipe pow printf priv private proc_macro protected pub public raise rand random read ref register remainder
    remove rename requires restrict return rint round scalb select self send short signal signed significand sin
    sinh sizeof sleep sources sqrt static std struct super switch sync system tan tanh template test this throw
    time trait true trunc try type typedef typeid typename typeof union unsafe unsigned unsized use using version
    virtual void volatile where while write xor yield
";

/// From the version that a plugin is begun with, up to the next one that may break it.
fn requirement(version: &Version) -> String {
    let least = match version.pre.is_empty() {
        true => format!("{}.{}", version.major, version.minor),
        false => version.to_string(),
    };
    match version.major {
        0 => format!(">={least},<0.{}", version.minor + 1),
        major => format!(">={least},<{}", major + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(name: &str, host: &str) -> Words {
        let host = HostChoice::new(Path::new(host)).unwrap();
        Words::new("Ada \"$L\" Byron", 2031, "MIT").for_plugin(name, &host)
    }

    fn filled(words: &Words, path: &str, text: &str) -> String {
        words.fill(&(path.into(), text.to_owned())).1
    }

    #[test]
    fn every_spelling_of_a_name_is_derived_from_it() {
        let filled =
            filled(&words("Big-gain", "harmonics"), "a.cpp", "my-plugin my_plugin MY_PLUGIN_H libmy_plugin.so");
        assert_eq!(filled, "Big-gain big_gain BIG_GAIN_H libbig_gain.so");
    }

    #[test]
    fn what_was_replaced_is_not_replaced_again() {
        let words = words("some-host", "my-plugin");
        assert_eq!(filled(&words, "a.cpp", "my-plugin for some-host"), "some-host for my-plugin");
    }

    #[test]
    fn each_language_quotes_a_text_in_its_own_way() {
        let of = |path| filled(&words("gain", "harmonics"), path, "Jane Doe");
        assert_eq!(of("LICENSE"), "Ada \"$L\" Byron");
        assert_eq!(of("Cargo.toml"), r#"Ada \"$L\" Byron"#);
        assert_eq!(of("CMakeLists.txt"), r#"Ada \"\$L\" Byron"#);
    }

    /// A host's files may be about other things of that year.
    #[test]
    fn only_the_line_of_a_licence_has_the_year() {
        let of = |text| filled(&words("gain", "harmonics"), "LICENSE", text);
        assert_eq!(of("Copyright (c) 2026 Jane Doe"), "Copyright (c) 2031 Ada \"$L\" Byron");
        assert_eq!(of("port 2026, as of API 2026-1"), "port 2026, as of API 2026-1");
    }

    /// CMake and cargo have targets and folders of these names.
    #[test]
    fn what_builds_are_made_of_cannot_name_a_project() {
        for name in ["build", "deps", "examples", "incremental", "nightly", "Experimental", "continuous", "test"] {
            assert!(check_name(name).is_err(), "{name}");
        }
        assert!(check_name("builder").is_ok());
    }

    #[test]
    fn a_plugin_asks_for_the_host_that_it_was_begun_with() {
        let of = |text: &str| requirement(&hotshoe::version::parse(text).unwrap().0);
        assert_eq!(of("1.2.3"), ">=1.2,<2");
        assert_eq!(of("0.4.1"), ">=0.4,<0.5");
        assert_eq!(of("2.0.0-rc.1"), ">=2.0.0-rc.1,<3");
    }
}
