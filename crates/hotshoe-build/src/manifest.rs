//! `plugin.json` of a plugin that is built without CMake.
//!
//! Owns its text and the source that puts it into the library; what the fields mean is the loader's.

use std::fmt::Write as _;

use hotshoe::inspect::MANIFEST_SECTION;
use serde_json::Value;

/// What a builder was told for the manifest; what is empty is left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    pub(crate) version: String,
    pub(crate) host_version: String,
    pub(crate) description: String,
    pub(crate) library: String,
    pub(crate) entry: String,
    pub(crate) capabilities: Vec<String>,
    pub(crate) interfaces: Vec<String>,
}

/// The text of a `plugin.json`, with the keys in the order of the documentation.
pub(crate) fn text(name: &str, version_key: &str, fields: &Fields) -> String {
    let mut lines = Vec::new();
    let mut add = |key: &str, value: Value| lines.push(format!("  {}: {value}", Value::from(key)));
    add("name", name.into());
    for (key, value) in [
        ("version", &fields.version),
        (version_key, &fields.host_version),
        ("description", &fields.description),
        ("library", &fields.library),
        ("entry", &fields.entry),
    ] {
        if !value.is_empty() {
            add(key, value.as_str().into());
        }
    }
    if !fields.capabilities.is_empty() {
        add("capabilities", fields.capabilities.clone().into());
    }
    if !fields.interfaces.is_empty() {
        add("interfaces", fields.interfaces.clone().into());
    }
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

/// A C source that holds the text, so that the library alone still says what it is. No code uses the section, so the
/// compiler is told that it is used; on Windows with Microsoft's compiler the linker is told as well.
pub(crate) fn source(text: &str) -> String {
    let mut bytes = String::new();
    for chunk in text.as_bytes().chunks(16) {
        for byte in chunk {
            write!(bytes, "0x{byte:02x}, ").expect("a string takes everything");
        }
        bytes.push_str("\n  ");
    }
    format!(
        r#"/* The text of plugin.json. */
#if defined(_MSC_VER)
#pragma section("{MANIFEST_SECTION}", read)
#if defined(_M_IX86)
#pragma comment(linker, "/INCLUDE:_hotshoe_manifest")
#else
#pragma comment(linker, "/INCLUDE:hotshoe_manifest")
#endif
__declspec(allocate("{MANIFEST_SECTION}"))
#elif defined(__APPLE__)
__attribute__((used, visibility("hidden"), section("__DATA,__hotshoe")))
#else
__attribute__((used, section("{MANIFEST_SECTION}")))
#endif
const unsigned char hotshoe_manifest[] = {{
  {bytes}0
}};
"#
    )
}

#[cfg(test)]
mod tests {
    use super::{Fields, text};

    #[test]
    fn what_is_empty_is_left_out_and_texts_are_quoted() {
        let fields = Fields { version: "1.0.0".into(), description: "says \"hi\"".into(), ..Fields::default() };
        let text = text("gain", "rack_version", &fields);
        assert_eq!(
            text,
            "{\n  \"name\": \"gain\",\n  \"version\": \"1.0.0\",\n  \"description\": \"says \\\"hi\\\"\"\n}\n"
        );
    }
}
