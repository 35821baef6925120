//! From the text of a `pluginDescription.xml` to a [`Manifest`]: a plugin in Python, whose module is
//! the model's library and whose class is its entry.
//!
//! What the format's own host takes is taken, but for what could be read in two ways.

use std::path::Path;

use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Map, Value};

use super::{Manifest, check_name};
use crate::capability::Capability;
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::version::{self, Version};

/// The most elements, texts and comments; it limits their depth, too.
const MOST_NODES: u32 = 2_000;

/// The most attributes and namespaces: the parser compares each with those before it.
const MOST_ATTRIBUTES: usize = 200;

/// Where elements that the model has no field for are kept, and names and versions it cannot take.
const OTHER: &str = "pluginDescription";

const KNOWN: [&str; 5] = ["Name", "Version", "Module", "Class", "Capabilities"];

pub(super) fn manifest(text: &str, diagnostics: &mut Vec<Diagnostic>) -> Result<Manifest> {
    let document = parse(text)?;
    let root = root(&document, "PluginDescription")?;
    let mut elements = Elements { root, other: other(root), diagnostics };
    let (name, version) = (elements.name()?, elements.version()?);
    let (module, class) = (elements.identifier("Module")?, elements.identifier("Class")?);
    let capabilities = elements.capabilities()?;
    let mut other = Map::new();
    if !elements.other.is_empty() {
        other.insert(OTHER.to_owned(), Value::Object(elements.other));
    }
    Ok(Manifest {
        name,
        version,
        runtime: Some("python".to_owned()),
        library: Some(Path::new(&format!("{module}.py")).into()),
        entry: Some(class),
        capabilities,
        other,
        name_is_title: true,
        ..Manifest::default()
    })
}

/// The version of a library of models, which is an attribute there.
#[cfg(feature = "package")]
pub(super) fn version_of_models(text: &str) -> Result<Option<Version>> {
    let document = parse(text)?;
    let version = root(&document, "LibraryDescription")?.attribute("version");
    Ok(version.and_then(|text| version::parse(text).ok()).map(|(version, _)| version))
}

struct Elements<'a, 'input> {
    root: Node<'a, 'input>,
    other: Map<String, Value>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Elements<'_, '_> {
    fn warn(&mut self, code: Code, message: String, hint: impl Into<String>) {
        self.diagnostics.push(Diagnostic::warning(code, message).hint(hint));
    }

    /// An element that must be there, and its text.
    fn required(&self, name: &str) -> Result<(Node<'_, '_>, String)> {
        let problem = match only(self.root, name)? {
            None => format!("there is no `<{name}>`"),
            Some(element) => match text(element)? {
                text if text.is_empty() => format!("`<{name}>` is empty at {}", place_of(element)),
                text => return Ok((element, text)),
            },
        };
        Err(Error::new(Code::MANIFEST_FIELD, problem)
            .hint(format!("add `<{name}>…</{name}>` to `<PluginDescription>`")))
    }

    /// The name is for people; one that cannot be a file's leaves the folder's to be the plugin's.
    fn name(&mut self) -> Result<Option<String>> {
        let (element, name) = self.required("Name")?;
        let Err(error) = check_name(&name) else { return Ok(Some(name)) };
        let place = place_of(element);
        let message = format!("`<Name>` at {place} cannot be a file's name: {error}; the folder's name counts");
        self.warn(Code::MANIFEST_FIELD, message, error.hint_text().unwrap_or_default());
        self.other.insert("Name".to_owned(), name.into());
        Ok(None)
    }

    /// The format lets a version be any text; what has no order counts as none.
    fn version(&mut self) -> Result<Option<Version>> {
        let element = only(self.root, "Version")?;
        let text = element.map(text).transpose()?.unwrap_or_default();
        let Some(element) = element.filter(|_| !text.is_empty()) else {
            self.warn(Code::MANIFEST_FIELD, "there is no `<Version>`".to_owned(), "add `<Version>1.0.0</Version>`");
            return Ok(None);
        };
        let (shown, place) = (brief(&text), place_of(element));
        match version::parse(&text) {
            Ok((version, false)) => Ok(Some(version)),
            Ok((version, true)) => {
                let message = format!("`<Version>` at {place} is the short form `{shown}`; it is read as `{version}`");
                self.warn(Code::MANIFEST_VERSION_SHORT, message, format!("write <Version>{version}</Version>"));
                Ok(Some(version))
            }
            Err(error) => {
                let message = format!("`<Version>` at {place} is `{shown}`, which counts as none");
                self.warn(Code::VERSION_INVALID, message, error.hint_text().unwrap_or_default());
                self.other.insert("Version".to_owned(), text.into());
                Ok(None)
            }
        }
    }

    /// What Python can import, and never a path.
    fn identifier(&self, name: &str) -> Result<String> {
        let (element, text) = self.required(name)?;
        let is_start = |c: char| c == '_' || c.is_alphabetic();
        let is_identifier = text.starts_with(is_start) && text.chars().all(|c| is_start(c) || c.is_numeric());
        if is_identifier && text.chars().count() <= 100 {
            return Ok(text);
        }
        let place = place_of(element);
        let problem = format!("`<{name}>` at {place} is `{}`, which is not a Python identifier", brief(&text));
        Err(Error::new(Code::MANIFEST_FIELD, problem).hint(match name {
            "Module" => "write the module's name, without folders and without `.py`",
            _ => "write the name of a class in the module",
        }))
    }

    fn capabilities(&mut self) -> Result<Vec<Capability>> {
        let mut capabilities = Vec::new();
        let mut left_out = Vec::new();
        let container = only(self.root, "Capabilities")?;
        for element in container.iter().flat_map(Node::children).filter(|child| is(child, "Capability")) {
            match Capability::new(&text(element)?) {
                Ok(capability) => capabilities.push(capability),
                Err(error) => left_out.push((element, error)),
            }
        }
        // One warning for all: to find a place costs a walk to it.
        if let Some((element, error)) = left_out.first() {
            let message = match left_out.len() {
                1 => format!("`<Capability>` at {} is left out: {error}", place_of(*element)),
                count => format!("{count} `<Capability>` are left out, the first at {}: {error}", place_of(*element)),
            };
            self.warn(Code::MANIFEST_FIELD, message, error.hint_text().unwrap_or_default());
        } else if capabilities.is_empty() {
            let hint = "add `<Capabilities><Capability>…</Capability></Capabilities>`";
            self.warn(Code::MANIFEST_FIELD, "there is no `<Capability>`".to_owned(), hint);
        }
        Ok(capabilities)
    }
}

fn parse(text: &str) -> Result<Document<'_>> {
    check_encoding(text)?;
    let bad = |problem: String| {
        Error::new(Code::MANIFEST_SYNTAX, format!("the manifest cannot be read as XML: {problem}"))
            .hint("write well-formed XML in UTF-8, without a document type")
    };
    // Whatever else an equals sign and a quote may be, each attribute and each namespace has them.
    let after_equals = text.split('=').skip(1).map(str::trim_start);
    if after_equals.filter(|rest| rest.starts_with(['"', '\''])).count() > MOST_ATTRIBUTES {
        return Err(bad(format!("it has more than {MOST_ATTRIBUTES} attributes")));
    }
    // No DTD is read: so there are no entities, neither to multiply nor to fetch.
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| bad(problem(&error, text)))
}

/// In words that fit on a line, whatever names and characters the error quotes.
fn problem(error: &roxmltree::Error, text: &str) -> String {
    use roxmltree::Error as Xml;
    let what = match error {
        _ if text.trim().is_empty() => return "it is empty".to_owned(),
        Xml::NodesLimitReached => return format!("it has more than {MOST_NODES} elements, texts and comments"),
        Xml::UnclosedRootNode | Xml::UnexpectedEndOfStream => {
            return format!("it ends too early, at {}", place(text, text.len()));
        }
        Xml::DtdDetected => return "it has a document type (`<!DOCTYPE …>`), which is never read".to_owned(),
        Xml::UnexpectedCloseTag(wanted, found, _) => {
            format!("`</{}>` stands where `</{}>` should", brief(found), brief(wanted))
        }
        Xml::UnknownEntityReference(name, _) => format!("`&{};` is not defined", brief(name)),
        other => brief(&other.to_string()),
    };
    format!("{what} (line {}, column {})", error.pos().row, error.pos().col)
}

/// What the declaration says must be true; it is text already.
fn check_encoding(text: &str) -> Result<()> {
    let declaration = text.strip_prefix("<?xml").filter(|rest| rest.starts_with(char::is_whitespace));
    let declared = declaration.and_then(|rest| rest.split_once("?>")?.0.split_once("encoding"));
    let said = declared.and_then(|(_, value)| value.split(['"', '\'']).nth(1)).unwrap_or("UTF-8");
    let is_true = match said.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" => true,
        "us-ascii" | "ascii" => text.is_ascii(),
        _ => false,
    };
    if is_true {
        return Ok(());
    }
    Err(Error::new(Code::MANIFEST_ENCODING, format!("the manifest says that it is `{}`, and it is UTF-8", brief(said)))
        .hint("write encoding=\"UTF-8\", or nothing, and save it so"))
}

fn root<'a, 'input>(document: &'a Document<'input>, name: &str) -> Result<Node<'a, 'input>> {
    let root = document.root_element();
    if is(&root, name) {
        return Ok(root);
    }
    let found = root.tag_name();
    let namespace = found.namespace().map(|uri| format!(" of `{}`", brief(uri))).unwrap_or_default();
    Err(Error::new(
        Code::MANIFEST_FIELD,
        format!("its element is `<{}>`{namespace}, not `<{name}>`", brief(found.name())),
    )
    .hint(format!("begin with `<{name}>`, without a namespace")))
}

/// Elements have no namespace in this format; those that have one are somebody else's.
fn is(node: &Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name && node.tag_name().namespace().is_none()
}

/// The child of this name, which may stand once.
fn only<'a, 'input>(parent: Node<'a, 'input>, name: &str) -> Result<Option<Node<'a, 'input>>> {
    let mut found = parent.children().filter(|child| is(child, name));
    let first = found.next();
    match found.next() {
        None => Ok(first),
        Some(second) => {
            let message = format!("`<{name}>` stands a second time, at {}", place_of(second));
            Err(Error::new(Code::MANIFEST_DUPLICATE_KEY, message).hint("remove one of them"))
        }
    }
}

/// The text of an element, without the white space around it.
fn text(element: Node<'_, '_>) -> Result<String> {
    if !element.children().any(|child| child.is_element()) {
        return Ok(content(element));
    }
    let (name, place) = (element.tag_name().name(), place_of(element));
    Err(Error::new(Code::MANIFEST_FIELD, format!("`<{name}>` at {place} holds elements, not text"))
        .hint("write its text without elements in it"))
}

/// A comment in it does not end it.
fn content(element: Node<'_, '_>) -> String {
    let texts = element.children().filter(Node::is_text).filter_map(|child| child.text());
    texts.collect::<String>().trim().to_owned()
}

/// What no field is for: its text, or the XML in it as it stands. Of several the last counts.
fn other(root: Node<'_, '_>) -> Map<String, Value> {
    let unknown = root.children().filter(|child| child.is_element() && !KNOWN.iter().any(|name| is(child, name)));
    let kept = unknown.map(|element| {
        let has_elements = element.children().any(|child| child.is_element());
        let content = if has_elements { source(element) } else { content(element) };
        (element.tag_name().name().to_owned(), content.into())
    });
    kept.collect()
}

fn source(element: Node<'_, '_>) -> String {
    let text = element.document().input_text();
    let ends = (element.first_child(), element.last_child());
    let range = ends.0.zip(ends.1).map(|(first, last)| first.range().start..last.range().end);
    range.and_then(|range| text.get(range)).unwrap_or_default().trim().to_owned()
}

fn place_of(node: Node<'_, '_>) -> String {
    place(node.document().input_text(), node.range().start)
}

/// Lines and columns count from one; columns are characters.
fn place(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}")
}
