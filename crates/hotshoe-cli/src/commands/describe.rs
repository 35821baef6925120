//! `hotshoe describe`

use hotshoe::error::{Code, Error, Result};
use hotshoe::manifest::ArtifactType;
use serde_json::{Value, json};

use crate::live::Wanted;
use crate::output::{Answer, DIM, NAME, have_stdout_alone, in_line, json_text};

/// List what can be called of a plugin: services, methods, types, tools; a program is started for it
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe describe weather --host agent.host.json
  hotshoe describe plugins/weather/weather --host agent.host.json --json | jq .described.tools")]
pub struct Args {
    #[command(flatten)]
    pub wanted: Wanted,
}

pub fn run(args: &Args) -> Result<Answer> {
    let mut answer = Answer::new();
    let (candidate, profile) = args.wanted.candidate(&mut answer)?;
    let interfaces: Vec<&str> = candidate.manifest().interfaces.iter().map(|id| id.as_str()).collect();
    answer.line(format!("{NAME}{}{NAME:#}  {DIM}{}{DIM:#}", in_line(&candidate.to_string()), candidate.runtime()));
    answer.field("plugin", &candidate);
    answer.field("interfaces", &interfaces);
    answer.fact("interfaces", interfaces.join(", "));
    // What a library has is in its manifest, and nothing of it is run.
    if candidate.kind().is_some_and(|kind| kind.artifact() == ArtifactType::Library) {
        answer.field("described", Value::Null);
        if let Some(refusal) = candidate.refusal() {
            answer.diagnostics([refusal.clone()]);
            answer.no();
        } else if let Err(error) = candidate.check_library(&profile) {
            answer.diagnostics([error.into()]);
            answer.no();
        } else if interfaces.is_empty() {
            let message = "a library has no methods that can be called by name, and this one names no interfaces";
            let hint = "a plugin of the contract names them in `interfaces` of its manifest";
            answer.diagnostics([Error::new(Code::RUNTIME_UNSUPPORTED, message)
                .hint(hint)
                .plugin(candidate.name())
                .into()]);
            answer.no();
        }
        return Ok(answer);
    }
    have_stdout_alone();
    let (host, plugin) = args.wanted.load(&candidate, &profile, false)?;
    let described = plugin.describe();
    host.unload(&plugin)?;
    match described {
        Ok(described) => {
            show(&mut answer, &described);
            answer.field("described", described);
        }
        Err(error) => {
            answer.field("described", Value::Null);
            answer.diagnostics([error.plugin(candidate.name()).into()]);
            answer.no();
        }
    }
    Ok(answer)
}

fn show(answer: &mut Answer, described: &Value) {
    answer.fact("protocol", text(described, "protocol"));
    for service in list(described, "services") {
        answer.line(format!("service {NAME}{}{NAME:#}", in_line(text(service, "name"))));
        list(service, "methods").for_each(|method| answer.line(method_line(method)));
    }
    for (name, message) in described["messages"].as_object().into_iter().flatten() {
        answer.line(format!("message {NAME}{}{NAME:#}", in_line(name)));
        for field in list(message, "fields") {
            let repeated = if field["repeated"] == json!(true) { "repeated " } else { "" };
            answer.line(in_line(&format!("  {}: {repeated}{}", text(field, "name"), text(field, "type"))));
        }
    }
    for (name, values) in described["enums"].as_object().into_iter().flatten() {
        let values: Vec<&str> = values.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        answer.line(format!("enum {NAME}{}{NAME:#}  {}", in_line(name), in_line(&values.join(", "))));
    }
    for tool in list(described, "tools") {
        answer.line(format!("tool {NAME}{}{NAME:#}", in_line(text(tool, "name"))));
        text(tool, "description").lines().for_each(|line| answer.line(format!("  {}", in_line(line))));
        answer.line(format!("  {DIM}input{DIM:#} {}", in_line(&json_text(&tool["inputSchema"].to_string(), false))));
    }
}

/// `  Call  stream a.Input -> a.Output`
fn method_line(method: &Value) -> String {
    let side = |name: &str, streams: &str| {
        let stream = if method[streams] == json!(true) { "stream " } else { "" };
        format!("{stream}{}", in_line(text(method, name)))
    };
    let name = in_line(text(method, "name"));
    format!("  {NAME}{name}{NAME:#}  {} -> {}", side("input", "client_streaming"), side("output", "server_streaming"))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}
