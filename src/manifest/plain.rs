//! The short way from the text of a manifest that has nothing odd about it.
//!
//! Nearly all are so, and a host reads thousands at its start. Whatever is odd (an unknown key, a value of another type,
//! a key that stands twice, an escape in a text) is left to the long way, which says what it is: so this one never fails,
//! and where it gives a manifest, the long way gives the same one and finds nothing to say.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::fields::check_entry;
use super::{Manifest, check_inside, check_name};
use crate::capability::Capability;
use crate::interface::InterfaceId;
use crate::version;

/// The manifest of a text; none if there is anything to say about it.
pub(super) fn manifest(text: &str, version_key: Option<&str>) -> Option<Manifest> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let manifest = deserializer.deserialize_map(Plain { version_key }).ok()?;
    deserializer.end().ok()?;
    Some(manifest)
}

struct Plain<'k> {
    version_key: Option<&'k str>,
}

impl<'de> Visitor<'de> for Plain<'_> {
    type Value = Manifest;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a plain manifest")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Manifest, A::Error> {
        let odd = || A::Error::custom("something to say");
        let mut manifest = Manifest::default();
        let mut seen: Vec<&str> = Vec::with_capacity(16);
        while let Some(key) = map.next_key::<&str>()? {
            if seen.contains(&key) {
                return Err(odd());
            }
            seen.push(key);
            match key {
                // Before all others, as the host may give its key any name.
                key if Some(key) == self.version_key && !super::misspelt::is_known(key) => {
                    manifest.host_version = Some(version::requirement(map.next_value()?).map_err(|_| odd())?);
                }
                "name" => {
                    let name = map.next_value()?;
                    check_name(name).map_err(|_| odd())?;
                    manifest.name = Some(name.to_owned());
                }
                "version" => {
                    let (version, completed) = version::parse(map.next_value()?).map_err(|_| odd())?;
                    if completed {
                        return Err(odd());
                    }
                    manifest.version = Some(version);
                }
                "description" => manifest.description = Some(map.next_value::<&str>()?.to_owned()),
                "license" => manifest.license = Some(map.next_value::<&str>()?.to_owned()),
                "authors" => manifest.authors = map.next_value_seed(List(|author: &str| Some(author.to_owned())))?,
                "homepage" => manifest.homepage = Some(map.next_value::<&str>()?.to_owned()),
                "runtime" => manifest.runtime = Some(map.next_value::<&str>()?.to_owned()),
                "library" => manifest.library = Some(check_inside(key, map.next_value()?).map_err(|_| odd())?),
                "icon" => manifest.icon = Some(check_inside(key, map.next_value()?).map_err(|_| odd())?),
                "executable" => manifest.executable = Some(check_inside(key, map.next_value()?).map_err(|_| odd())?),
                "entry" => manifest.entry = Some(map.next_value::<&str>()?.to_owned()),
                "capabilities" => {
                    manifest.capabilities = map.next_value_seed(List(|text: &str| Capability::new(text).ok()))?;
                }
                "interfaces" => {
                    let interfaces: Vec<_> = map.next_value_seed(List(|text: &str| InterfaceId::new(text).ok()))?;
                    manifest.interfaces = interfaces.into();
                }
                "platforms" => manifest.platforms = Some(map.next_value_seed(List(|text: &str| text.parse().ok()))?),
                "abi" => manifest.abi = map.next_value_seed(Abi)?,
                _ => return Err(odd()),
            }
        }
        check_entry(&manifest).map_err(|_| odd())?;
        Ok(manifest)
    }
}

/// A list of texts, each of which becomes something.
struct List<F>(F);

impl<'de, T, F: Fn(&str) -> Option<T>> DeserializeSeed<'de> for List<F> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T, F: Fn(&str) -> Option<T>> Visitor<'de> for List<F> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of plain texts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut values = Vec::with_capacity(1);
        while let Some(text) = list.next_element::<&str>()? {
            values.push((self.0)(text).ok_or_else(|| A::Error::custom("something to say"))?);
        }
        values.shrink_to_fit();
        Ok(values)
    }
}

thread_local! {
    /// The interface that was read last: the plugins of a root are mostly built alike, and share it.
    static LAST_ABI: RefCell<Arc<BTreeMap<String, String>>> = RefCell::default();
}

/// An object of texts.
struct Abi;

impl<'de> DeserializeSeed<'de> for Abi {
    type Value = Arc<BTreeMap<String, String>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Abi {
    type Value = Arc<BTreeMap<String, String>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of plain texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut texts: Vec<(&str, &str)> = Vec::new();
        while let Some(text) = map.next_entry()? {
            texts.push(text);
        }
        texts.sort_unstable();
        if texts.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(A::Error::custom("something to say"));
        }
        Ok(LAST_ABI.with_borrow_mut(|last| {
            if !last.iter().map(|(key, text)| (key.as_str(), text.as_str())).eq(texts.iter().copied()) {
                let texts = texts.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned()));
                *last = Arc::new(texts.collect());
            }
            last.clone()
        }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the long way makes of a text, if it finds nothing to say.
    fn the_long_way(text: &str) -> Option<Manifest> {
        let (manifest, diagnostics) = Manifest::read_text(text, Some("harmonics_version")).ok()?;
        diagnostics.is_empty().then_some(manifest)
    }

    #[test]
    fn a_manifest_as_they_are_takes_the_short_way() {
        let text = r#"{"name": "gain", "version": "1.2.3", "harmonics_version": ">=1.2,<2", "library": "libgain.so",
            "description": "Scales", "license": "MIT", "authors": ["Ann"], "homepage": "https://example.org",
            "icon": "icons/gain.png", "runtime": "native", "entry": "gain_register", "capabilities": ["layer:gain"],
            "interfaces": ["org.example.filter/1"],
            "platforms": ["linux-x86_64"], "abi": {"stdlib": "libstdc++"}}"#;
        let short = manifest(text, Some("harmonics_version"));
        assert!(short.is_some());
        assert_eq!(short, the_long_way(text));
    }

    fn value() -> impl Strategy<Value = String> {
        const ODD: &[&str] =
            &["null", "1", "1.5", "true", "{}", "[]", "[1]", "[\"a b\"]", "{\"a\": 1}", "\"\"", "\"a\\nb\""];
        const PLAIN: &[&str] = &[
            "\"gain\"",
            "\"1.2.3\"",
            "\"1.2\"",
            "\">=1.2,<2\"",
            "\"libgain.so\"",
            "\"../up\"",
            "\"CON\"",
            "[\"linux-x86_64\"]",
            "[\"layer:gain\", \"b\"]",
            "[\"org.example.filter/1\"]",
            "{\"stdlib\": \"libstdc++\"}",
            "{\"a\": \"b\", \"a\": \"c\"}",
            "\"ünïcode\"",
        ];
        prop_oneof![
            1 => prop::sample::select(ODD).prop_map(str::to_owned),
            5 => prop::sample::select(PLAIN).prop_map(str::to_owned),
        ]
    }

    fn key() -> impl Strategy<Value = &'static str> {
        prop::sample::select(
            &[
                "name",
                "version",
                "harmonics_version",
                "description",
                "license",
                "authors",
                "homepage",
                "icon",
                "runtime",
                "library",
                "executable",
                "entry",
                "capabilities",
                "interfaces",
                "dependencies",
                "platforms",
                "abi",
                "include",
                "exclude",
                "$schema",
                "nmae",
                "other_version",
                "x",
            ][..],
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_short_way_says_what_the_long_way_says(
            fields in prop::collection::vec((key(), value()), 0..6),
            end in prop::sample::select(&["}", "", "} x", ",}"][..]),
        ) {
            let fields: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
            let text = format!("{{{}{end}", fields.join(", "));
            if let Some(short) = manifest(&text, Some("harmonics_version")) {
                prop_assert_eq!(Some(short), the_long_way(&text), "{}", text);
            }
        }
    }
}
