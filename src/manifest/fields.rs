//! From a JSON object to a [`Manifest`], field by field.
//!
//! What a plugin is selected or loaded by must be right, else the manifest is refused; what only
//! describes it is left out with a warning.

use std::path::Path;

use serde_json::{Map, Value};

use super::{EntrySpelling, Kind, Manifest, check_inside, check_name, misspelt};
use crate::capability::Capability;
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::interface::InterfaceId;
use crate::json::kind;
use crate::platform::Platform;
use crate::version::{self, Version, VersionReq};

pub(super) fn manifest(
    mut object: Map<String, Value>,
    version_key: Option<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Manifest> {
    // An editor's hint, not a statement about the plugin.
    object.remove("$schema");
    diagnostics.extend(misspelt::warnings(&object, version_key));
    let mut fields = Fields { object, diagnostics };
    let manifest = Manifest {
        name: fields.text("name")?.map(|name| check_name(&name).map(|()| name)).transpose()?,
        version: fields.version()?,
        host_version: version_key.map_or(Ok(None), |key| fields.requirement(key))?,
        description: fields.description("description"),
        license: fields.description("license"),
        authors: fields.list("authors", |author| Ok(author.to_owned())).unwrap_or_default(),
        homepage: fields.description("homepage"),
        icon: fields.icon(),
        runtime: fields.text("runtime")?,
        library: fields.path("library")?,
        executable: fields.path("executable")?,
        entry: fields.text("entry")?,
        capabilities: fields.list("capabilities", Capability::new).unwrap_or_default(),
        interfaces: fields.list("interfaces", InterfaceId::new).unwrap_or_default().into(),
        dependencies: fields.dependencies()?,
        platforms: fields.list("platforms", str::parse::<Platform>),
        abi: fields.abi().into(),
        include: fields.globs("include"),
        exclude: fields.globs("exclude"),
        // An emptied map keeps its memory.
        other: if fields.object.is_empty() { Map::new() } else { fields.object },
        name_is_title: false,
    };
    check_entry(&manifest)?;
    Ok(manifest)
}

struct Fields<'a> {
    object: Map<String, Value>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Fields<'_> {
    /// Takes a field; `null` counts as missing.
    fn take(&mut self, key: &str) -> Option<Value> {
        let value = self.object.remove(key)?;
        if value.is_null() {
            self.warn(key, "is null; it counts as missing".to_owned());
            return None;
        }
        Some(value)
    }

    fn warn(&mut self, key: &str, message: String) {
        let hint = "compare the manifest with schema/plugin.schema.json";
        self.diagnostics
            .push(Diagnostic::warning(Code::MANIFEST_FIELD, format!("`{}` {message}", brief(key))).hint(hint));
    }

    /// A string that the plugin is selected or loaded by.
    fn text(&mut self, key: &str) -> Result<Option<String>> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(wrong_type(key, "a string", &other)),
        }
    }

    /// A file in the plugin's folder.
    fn path(&mut self, key: &str) -> Result<Option<Box<Path>>> {
        self.text(key)?.map(|path| check_inside(key, &path)).transpose()
    }

    /// A string that only describes the plugin.
    fn description(&mut self, key: &str) -> Option<String> {
        match self.take(key)? {
            Value::String(text) => Some(text),
            other => {
                self.warn(key, format!("is {}, not a string; it is left out", kind(&other)));
                None
            }
        }
    }

    /// A file in the folder that only describes the plugin. What is none stays where it was, among the other keys: an
    /// icon may have meant something else to a host before.
    fn icon(&mut self) -> Option<Box<Path>> {
        let value = self.take("icon")?;
        let icon = value.as_str().and_then(|path| check_inside("icon", path).ok());
        if icon.is_none() {
            self.warn("icon", "does not lead to a file in the plugin's folder; it means nothing".to_owned());
            self.object.insert("icon".to_owned(), value);
        }
        icon
    }

    fn version(&mut self) -> Result<Option<Version>> {
        let (text, number) = match self.take("version") {
            None => return Ok(None),
            Some(Value::String(text)) => (text, false),
            Some(Value::Number(number)) => (number.to_string(), true),
            Some(other) => return Err(wrong_type("version", "a string", &other)),
        };
        let (version, completed) = version::parse(&text)?;
        if number || completed {
            let what = if number { "is the number" } else { "is the short form" };
            let message = format!("`version` {what} `{text}`; it is read as `{version}`");
            self.diagnostics.push(
                Diagnostic::warning(Code::MANIFEST_VERSION_SHORT, message)
                    .hint(format!("write \"version\": \"{version}\"")),
            );
        }
        Ok(Some(version))
    }

    fn requirement(&mut self, key: &str) -> Result<Option<VersionReq>> {
        let text = match self.take(key) {
            None => return Ok(None),
            Some(Value::String(text)) => text,
            Some(Value::Number(number)) => {
                self.warn(key, format!("is the number `{number}`, not a string"));
                number.to_string()
            }
            Some(other) => return Err(wrong_type(key, "a string", &other)),
        };
        version::requirement(&text).map(Some)
    }

    /// A list of strings; an element that is not what it should be is left out.
    fn list<T>(&mut self, key: &str, read: impl Fn(&str) -> Result<T>) -> Option<Vec<T>> {
        let elements = match self.take(key)? {
            Value::Array(elements) => elements,
            other => {
                self.warn(key, format!("is {}, not a list; it is left out", kind(&other)));
                return None;
            }
        };
        let mut values = Vec::with_capacity(elements.len());
        for element in elements {
            match &element {
                Value::String(text) => match read(text) {
                    Ok(value) => values.push(value),
                    Err(error) => self.warn(key, format!("holds `{}`, which is left out: {error}", brief(text))),
                },
                other => self.warn(key, format!("holds {}, which is left out", kind(other))),
            }
        }
        Some(values)
    }

    /// A list of strings that is of use to whoever makes an archive; what is none stays where it was,
    /// among the other keys.
    fn globs(&mut self, key: &str) -> Option<Vec<String>> {
        let value = self.take(key)?;
        let globs: Option<Vec<String>> =
            value.as_array().and_then(|list| list.iter().map(|glob| glob.as_str().map(str::to_owned)).collect());
        if globs.is_none() {
            self.warn(key, "is not a list of strings; no archive can be made with it".to_owned());
            self.object.insert(key.to_owned(), value);
        }
        globs
    }

    fn dependencies(&mut self) -> Result<std::collections::BTreeMap<String, VersionReq>> {
        let object = match self.take("dependencies") {
            None => return Ok(Default::default()),
            Some(Value::Object(object)) => object,
            Some(other) => return Err(wrong_type("dependencies", "an object", &other)),
        };
        object
            .into_iter()
            .map(|(name, value)| {
                check_name(&name)?;
                match value {
                    Value::String(text) => Ok((name, version::requirement(&text)?)),
                    other => Err(wrong_type(&format!("dependencies.{}", brief(&name)), "a string", &other)),
                }
            })
            .collect()
    }

    fn abi(&mut self) -> std::collections::BTreeMap<String, String> {
        let object = match self.take("abi") {
            None => return Default::default(),
            Some(Value::Object(object)) => object,
            Some(other) => {
                self.warn("abi", format!("is {}, not an object; it is left out", kind(&other)));
                return Default::default();
            }
        };
        object
            .into_iter()
            .filter_map(|(key, value)| match value {
                Value::String(text) => Some((key, text)),
                other => {
                    self.warn(
                        &format!("abi.{}", brief(&key)),
                        format!("is {}, not a string; it is left out", kind(&other)),
                    );
                    None
                }
            })
            .collect()
    }
}

/// Checks the entry as the runtime has it. What a module says of its runtime is not known yet.
pub(super) fn check_entry(manifest: &Manifest) -> Result<()> {
    let Some(entry) = &manifest.entry else { return Ok(()) };
    let kind = Kind::built_in().iter().find(|kind| kind.name() == manifest.runtime());
    kind.map_or_else(|| EntrySpelling::Text.check(entry), |kind| kind.check_entry(entry))
}

fn wrong_type(key: &str, wanted: &str, found: &Value) -> Error {
    Error::new(Code::MANIFEST_FIELD, format!("`{}` is {}, not {wanted}", brief(key), kind(found)))
        .hint("compare the manifest with schema/plugin.schema.json")
}
