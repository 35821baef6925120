//! What came of a run, in lines and in JSON.

use std::sync::Arc;

use anstyle::Style;
use hotshoe::context::{Context, Slot, Value};
use hotshoe::diagnostics::Diagnostic;
use hotshoe::error::{Error, Result};
use hotshoe::host::Host;
use hotshoe::pipeline::{PassOutcome, PassReport, RunReport};
use hotshoe::plugin::Plugin;
use serde_json::json;

use crate::codes::STAGE_EMPTY;
use crate::output::{Answer, BAD, DIM, GOOD, NAME, ODD, in_line};
use crate::shown::{Room, Shown};

/// Adds the passes.
pub fn passes(answer: &mut Answer, report: &RunReport, stages: &[String]) {
    for pass in &report.passes {
        answer.line(line(pass));
    }
    let finished = |pass: &&PassReport| matches!(pass.outcome, PassOutcome::Done | PassOutcome::ReturnedOther);
    let done = report.passes.iter().filter(finished).count();
    let took = report.passes.iter().map(|pass| u128::from(pass.nanoseconds)).sum();
    if let passes @ 1.. = report.passes.len() {
        let of = if passes == 1 { "pass" } else { "passes" };
        answer.line(format!("{done} of {passes} {of} done  {DIM}{}{DIM:#}", milliseconds(took)));
    }
    answer.field("stages", stages);
    answer.field("passes", report.passes.iter().map(object).collect::<Vec<_>>());
    answer.field("failure", report.failure.as_ref().map(Diagnostic::from));
}

/// What was found when plugins were loaded and when they ran, each once: of capabilities that several have both tell.
pub fn found(loaded: &[Diagnostic], report: &RunReport) -> Vec<Diagnostic> {
    let mut found = loaded.to_vec();
    // That it was given up is not among what was found.
    for one in report.diagnostics.iter().cloned().chain(report.failure.as_ref().map(Diagnostic::from)) {
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

/// `✓ lower  snake  lower-all  0.012 ms`
fn line(pass: &PassReport) -> String {
    let (style, mark) = match &pass.outcome {
        PassOutcome::Done => (GOOD, '✓'),
        PassOutcome::ReturnedOther => (ODD, '!'),
        PassOutcome::Failed(_) | PassOutcome::Cancelled => (BAD, '✗'),
        PassOutcome::NotRun => (Style::new(), ' '),
    };
    let (stage, plugin, name) = (in_line(&pass.stage), in_line(pass.plugin.name()), in_line(&pass.name));
    let outcome = match word(&pass.outcome) {
        "done" => milliseconds(pass.nanoseconds.into()),
        "not-run" => "not run".to_owned(),
        other => format!("{} {}", other.replace('-', " "), milliseconds(pass.nanoseconds.into())),
    };
    format!("{style}{mark}{style:#} {stage:<10} {NAME}{plugin:<20}{NAME:#} {name:<24} {DIM}{outcome}{DIM:#}")
}

fn word(outcome: &PassOutcome) -> &'static str {
    match outcome {
        PassOutcome::Done => "done",
        PassOutcome::ReturnedOther => "returned-other",
        PassOutcome::Failed(_) => "failed",
        PassOutcome::Cancelled => "cancelled",
        PassOutcome::NotRun => "not-run",
    }
}

pub fn milliseconds(nanoseconds: u128) -> String {
    format!("{:.3} ms", nanoseconds as f64 / 1e6)
}

/// A pass as the JSON has it.
fn object(pass: &PassReport) -> serde_json::Value {
    let error = match &pass.outcome {
        PassOutcome::Failed(error) => Some(Diagnostic::from(error)),
        _ => None,
    };
    json!({
        "stage": pass.stage.as_str(),
        "plugin": pass.plugin.name(),
        "name": pass.name.as_str(),
        "outcome": word(&pass.outcome),
        "nanoseconds": pass.nanoseconds,
        "error": error,
    })
}

/// Adds the plugins that are loaded.
pub fn plugins(answer: &mut Answer, host: &Host) {
    let object = |plugin: &Arc<Plugin>| {
        let version = plugin.version().map(ToString::to_string);
        json!({"name": plugin.name(), "version": version, "path": plugin.path().to_string_lossy()})
    };
    answer.field("plugins", host.plugins().iter().map(object).collect::<Vec<_>>());
}

/// A run without a pass is no yes, or a misspelt stage would be one.
pub fn nothing_ran(host: &Host, chosen: Option<&[String]>) -> Diagnostic {
    if host.plugins().is_empty() {
        let hint = "see with `hotshoe list` what a host finds, and say with `--path` where to look";
        return Error::new(STAGE_EMPTY, "no pass ran, for no plugin is loaded").hint(hint).into();
    }
    let stages = chosen.unwrap_or(&host.profile().stages);
    let stages: Vec<String> = stages.iter().map(|stage| format!("`{}`", in_line(stage))).collect();
    let message = format!("no pass ran, for no plugin has one for {}", stages.join(", "));
    Error::new(STAGE_EMPTY, message)
        .hint(match chosen {
            Some(_) => "run it without `--stages`: then each pass is told that is for another stage than the host's",
            None => "name the stages with `--stages`, or in the host's profile",
        })
        .into()
}

/// A warning for each stage of the command line without a pass.
pub fn empty_stages<'a>(report: &'a RunReport, stages: &'a [String]) -> impl Iterator<Item = Diagnostic> + 'a {
    let is_empty = |stage: &&String| !report.passes.iter().any(|pass| *pass.stage == ***stage);
    stages.iter().filter(is_empty).map(|stage| {
        Diagnostic::warning(STAGE_EMPTY, format!("no pass is for the stage `{}`", in_line(stage)))
            .hint("see that it is spelt as the passes have it")
    })
}

/// Adds the fields of the context.
pub fn context(answer: &mut Answer, context: &Context, report: &RunReport) -> Result<()> {
    let mut room = Room::new();
    let mut shown = Vec::new();
    for slot in (0..).map(Slot) {
        let Ok((name, _)) = context.field(slot) else { break };
        let value = context.get(slot)?;
        if ![Slot::OPTIONS, Slot::DIAGNOSTICS].contains(&slot) {
            field(answer, name, &value);
        }
        shown.push((name.as_str().to_owned(), Shown::of(&value, &mut room)));
    }
    answer.context(Shown::Map(shown));
    // The run's own are among them in their order, and told with their hints elsewhere.
    let mut own = report.diagnostics.iter().peekable();
    for found in context.diagnostics() {
        let is_own = |own: &&Diagnostic| own.code.as_str() == &*found.code && own.message == *found.message;
        if own.next_if(is_own).is_none() {
            answer.told(found.severity, found.to_string());
        }
    }
    Ok(())
}

/// Adds lines for a field that is more than it was at first.
fn field(answer: &mut Answer, name: &str, value: &Value) {
    const MOST_ENTRIES: usize = 20;
    match value {
        Value::Null => {}
        Value::F64(it) if *it == 0.0 => {}
        Value::Map(map) if map.is_empty() => {}
        // What was generated is wanted by its name.
        Value::Map(map) if name == "artifacts" => {
            for (key, value) in map.iter().take(MOST_ENTRIES) {
                block(answer, &format!("{name}: {}", in_line(key)), value);
            }
            if let Some(more @ 1..) = map.len().checked_sub(MOST_ENTRIES) {
                answer.line(format!("{name}: and {more} more, which `--json` has"));
            }
        }
        value => block(answer, name, value),
    }
}

/// A value with its name: on the same line, or below it.
fn block(answer: &mut Answer, name: &str, value: &Value) {
    const MOST_LINES: usize = 40;
    const WIDEST: usize = 160;
    const SHORT: usize = 80;
    let text = match value {
        Value::Text(text) => text.as_str().to_owned(),
        value => {
            let shown = Shown::of(value, &mut Room::new());
            let line = serde_json::to_string(&shown).ok().filter(|line| line.len() <= SHORT);
            line.unwrap_or_else(|| serde_json::to_string_pretty(&shown).unwrap_or_default())
        }
    };
    let cut = |line: &str| {
        let line = in_line(&line.replace('\t', "    "));
        let end = line.char_indices().nth(WIDEST).map(|(at, _)| at);
        end.map_or(line.clone(), |end| format!("{}…", &line[..end]))
    };
    let lines: Vec<&str> = text.lines().collect();
    if let [line] = lines[..] {
        return answer.line(format!("{NAME}{name}{NAME:#}  {}", cut(line)));
    }
    answer.line(format!("{NAME}{name}{NAME:#}"));
    for line in lines.iter().take(MOST_LINES) {
        answer.line(format!("    {}", cut(line)));
    }
    if let Some(more @ 1..) = lines.len().checked_sub(MOST_LINES) {
        answer.line(format!("    {more} more lines, which `--json` has"));
    }
}
