//! `hotshoe run` with plugins that are programs: they are started, and live until somebody says otherwise.

use std::sync::Arc;
use std::sync::mpsc::channel;

use hotshoe::catalog::Candidate;
use hotshoe::error::{Code, Error, Result};
use hotshoe::host::{Event, Host};
use hotshoe::manifest::{ArtifactType, Kinds};
use hotshoe::plugin::Plugin;
use hotshoe::runtime::CancelToken;
use serde_json::json;

use super::{Args, load_these};
use crate::live::log_line;
use crate::output::{Answer, in_line, remark};
use crate::progress::fires;

/// Whether all plugins that were named are programs. They have no passes.
pub fn are_programs(candidates: &[Candidate]) -> bool {
    let is_program =
        |candidate: &Candidate| candidate.kind().is_some_and(|kind| kind.artifact() == ArtifactType::Executable);
    !candidates.is_empty() && candidates.iter().all(is_program)
}

/// Starts them, says what they log, and stops them on Ctrl-C, or when one of them ended by itself.
pub fn run(args: &Args, host: &Host, kinds: &Kinds, candidates: &[Candidate], mut answer: Answer) -> Result<Answer> {
    let (ends, ended) = channel();
    host.set_log(Some(Arc::new(|found| {
        // What keeps a plugin from being loaded is told with its hint, and its end by the listener.
        if found.code == Code::RUNTIME_LOG {
            remark(&log_line(found));
        }
    })));
    let when_ended = ends.clone();
    host.set_listener(Some(Arc::new(move |event| {
        if matches!(event, Event::Loaded(_) | Event::Ended(..)) {
            remark(&in_line(&event.to_string()));
        }
        if let Event::Ended(plugin, why) = event {
            let _ = when_ended.send(Some(has_ended(plugin, why)));
        }
    })));
    let cancel = CancelToken::default();
    fires(&cancel);
    let _listening = cancel.listen(move || drop(ends.send(None)));
    answer.diagnostics(load_these(args, host, kinds, candidates));
    answer.no_if_errors();
    if !host.plugins().is_empty()
        && let Ok(Some(error)) = ended.recv()
    {
        answer.diagnostics([error.into()]);
        answer.no();
    }
    let mut stopped = Vec::new();
    for plugin in host.plugins().iter().rev() {
        let unload = host.unload(plugin)?.to_string();
        answer.line(in_line(&format!("{}: {unload}", plugin.name())));
        stopped.push(json!({"name": plugin.name(), "path": plugin.path().to_string_lossy(), "unload": unload}));
    }
    answer.field("stopped", stopped);
    Ok(answer)
}

fn has_ended(plugin: &Plugin, why: &str) -> Error {
    Error::new(Code::PLUGIN_ENDED, format!("it has ended by itself: {why}")).plugin(plugin.name()).at(plugin.path())
}
