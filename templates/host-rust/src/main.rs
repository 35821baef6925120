//! my-host: loads the plugins along MY_HOST_PLUGIN_PATH, calls what they offer, and unloads them.
//!
//! Exit code: 0, or 1 if a plugin could not be loaded.

mod functions;

use std::process::ExitCode;

use hotshoe::diagnostics::Severity;
use hotshoe::error::Result;
use hotshoe::host::Host;
use hotshoe::profile::HostProfile;

use functions::Functions;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("my-host: {}", error.report());
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool> {
    let profile = HostProfile::from_json(include_bytes!("../my-host.host.json"))?;
    let host = Host::new(profile);
    let functions = Functions::default();
    let report = host.load_all(|plugin| functions.bind(plugin));
    for found in &report.diagnostics {
        eprintln!("{found}");
    }
    if report.plugins.is_empty() && report.diagnostics.is_empty() {
        let variable = &host.profile().search_path_variable;
        println!("no plugin found along {variable}");
    }
    for plugin in &report.plugins {
        let version = plugin
            .version()
            .map_or_else(String::new, ToString::to_string);
        println!("loaded {} {version}", plugin.name());
    }
    for (name, value) in functions.call_all(-3.0) {
        println!("{name}(-3) = {value}");
    }
    for plugin in &report.plugins {
        println!("unloaded {}: {}", plugin.name(), host.unload(plugin)?);
    }
    Ok(report
        .diagnostics
        .iter()
        .all(|found| found.severity != Severity::Error))
}
