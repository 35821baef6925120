//! The tools of an MCP server: their list, and what comes of calling one.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::failure::{Failure, Result, codes};
use crate::json_rpc::conversation::Conversation;
use crate::json_rpc::exchange::Exchange;
use crate::json_rpc::mcp;
use crate::json_rpc::message::{Items, MOST_SHOWN, raw};
use crate::quoted::quoted;

/// How many pages a list may have, and how many tools a page.
const MOST_PAGES: usize = 100;
const MOST_TOOLS: usize = 10_000;

/// How large a list may be, in bytes of its text: what is made of it in memory is some times larger.
const LARGEST_LIST: usize = 4 << 20;

/// What a tool has in a description, and under which name it comes.
const SHOWN: [(&str, &str); 6] = [
    ("name", "name"),
    ("title", "title"),
    ("description", "description"),
    ("inputSchema", "input_schema"),
    ("outputSchema", "output_schema"),
    ("annotations", "annotations"),
];

/// The tools, as they were listed.
#[derive(Debug, Default)]
pub struct List {
    /// Each an object, as `describe` gives it.
    pub tools: Vec<Value>,
    names: HashSet<String>,
}

impl List {
    /// Whether there is a tool of this name.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    fn add(&mut self, tool: &RawValue) -> bool {
        let Ok(tool) = serde_json::from_str::<Map<String, Value>>(tool.get()) else { return false };
        let Some(Value::String(name)) = tool.get("name") else { return false };
        if self.names.insert(name.clone()) {
            let known =
                SHOWN.iter().filter_map(|(theirs, ours)| Some(((*ours).to_owned(), tool.get(*theirs)?.clone())));
            self.tools.push(Value::Object(known.collect()));
        }
        true
    }
}

/// The list that was fetched last, until the plugin says that it has changed.
#[derive(Debug, Default)]
pub struct Cache {
    state: Mutex<(u64, Option<Arc<List>>)>,
}

impl Cache {
    /// The list has changed.
    pub fn drop_list(&self) {
        let mut state = self.state();
        state.0 += 1;
        state.1 = None;
    }

    /// The list, if there is one.
    pub fn list(&self) -> Option<Arc<List>> {
        self.state().1.clone()
    }

    /// Fetches the list.
    pub fn fetch(&self, exchange: &mut Exchange<'_>, conversation: &Conversation) -> Result<Arc<List>> {
        let before = self.state().0;
        let list = Arc::new(fetch(exchange, conversation)?);
        let mut state = self.state();
        // One that has changed meanwhile is good for this call only.
        if state.0 == before {
            state.1 = Some(Arc::clone(&list));
        }
        Ok(list)
    }

    /// Whether a call of `name` is one of a tool. A name that the list has not is looked for once more: not every
    /// plugin says when it has changed.
    pub fn has(&self, name: &str, exchange: &mut Exchange<'_>, conversation: &Conversation) -> Result<bool> {
        if self.list().is_some_and(|list| list.has(name)) {
            return Ok(true);
        }
        Ok(self.fetch(exchange, conversation)?.has(name))
    }

    fn state(&self) -> MutexGuard<'_, (u64, Option<Arc<List>>)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    tools: Items<'a, MOST_TOOLS>,
    #[serde(rename = "nextCursor", default)]
    next: Option<String>,
}

fn fetch(exchange: &mut Exchange<'_>, conversation: &Conversation) -> Result<List> {
    let (mut list, mut cursor, mut size) = (List::default(), None, 0);
    let per_request = conversation.peer().is_per_request();
    for _ in 0..MOST_PAGES {
        let own = cursor.as_ref().map(|cursor| raw(&json!({ "cursor": cursor })));
        let params = match (per_request, own) {
            (true, own) => mcp::with_meta(own.as_deref(), mcp::meta(conversation, true, None))?,
            (false, own) => own,
        };
        let page = exchange.ask("tools/list", |_| Ok(params)).map_err(|refusal| refusal.into_failure("tools/list"))?;
        size += page.get().len();
        let next = add_page(&mut list, &page, size, conversation)?;
        // The same cursor again would have no end.
        if next.is_none() || next == cursor {
            return Ok(list);
        }
        cursor = next;
    }
    Err(too_many(format!("the plugin's list of tools has more than {MOST_PAGES} pages")))
}

fn add_page(list: &mut List, page: &RawValue, size: usize, conversation: &Conversation) -> Result<Option<String>> {
    if size > LARGEST_LIST {
        return Err(too_many(format!("the plugin's list of tools has more than {LARGEST_LIST} bytes")));
    }
    let page: Page<'_> = serde_json::from_str(page.get()).map_err(|error| {
        let message = format!("the plugin's list of tools cannot be read: {error}");
        Failure::new(codes::CALL_FAILED, message)
    })?;
    if page.tools.more > 0 || list.tools.len() + page.tools.items.len() > MOST_TOOLS {
        return Err(too_many(format!("the plugin has more than {MOST_TOOLS} tools")));
    }
    let unusable = page.tools.items.iter().filter(|tool| !list.add(tool)).count();
    if unusable > 0 {
        conversation.warn(&format!("{unusable} tools in the plugin's list have no name, or cannot be read"));
    }
    Ok(page.next)
}

fn too_many(message: String) -> Failure {
    Failure::new(codes::CALL_TOO_LARGE, message).hint("call `tools/call` by its name, which needs no list")
}

#[derive(Deserialize)]
struct Called<'a> {
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(rename = "structuredContent", borrow, default)]
    structured: Option<&'a RawValue>,
    #[serde(rename = "isError", default)]
    is_error: Option<bool>,
    #[serde(rename = "resultType", borrow, default)]
    kind: Option<Cow<'a, str>>,
}

/// The output of a tool: `structuredContent` if there is some, else the list `content`.
pub fn output<'a>(name: &str, result: &'a RawValue) -> Result<&'a RawValue> {
    let name = quoted(name.as_bytes(), 100);
    let called: Called<'a> = serde_json::from_str(result.get()).map_err(|_| {
        Failure::new(codes::CALL_FAILED, format!("what the tool `{name}` has answered is no result of a tool"))
    })?;
    if called.is_error == Some(true) {
        let text = quoted(texts(called.content).as_bytes(), MOST_SHOWN);
        return Err(Failure::new(codes::CALL_FAILED, format!("the tool `{name}` has failed: `{text}`")));
    }
    if called.kind.is_some_and(|kind| kind != "complete") {
        let message = format!("the tool `{name}` asks for more input, which no host can give so far");
        return Err(Failure::new(codes::CALL_FAILED, message));
    }
    called
        .structured
        .or(called.content)
        .ok_or_else(|| Failure::new(codes::CALL_FAILED, format!("the tool `{name}` has answered with no content")))
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(borrow, default)]
    text: Cow<'a, str>,
}

/// What a failed tool says in words.
fn texts(content: Option<&RawValue>) -> String {
    let Some(list) = content.and_then(|list| serde_json::from_str::<Items<'_, 100>>(list.get()).ok()) else {
        return String::new();
    };
    let blocks = list.items.iter().filter_map(|item| serde_json::from_str::<Block<'_>>(item.get()).ok());
    let texts: Vec<String> = blocks.map(|block| block.text.into_owned()).filter(|text| !text.is_empty()).collect();
    texts.join("\n")
}
