//! my-host: loads the plugins along MY_HOST_PLUGIN_PATH, calls what they offer, and unloads them.
//!
//! Exit code: 0, or 1 if a plugin could not be loaded.

mod functions;

use std::process::ExitCode;

use hotshoe::diagnostics::Severity;
use hotshoe::error::Result;
use hotshoe::host::Host;
use hotshoe::profile::HostProfile;

use functions::Function;

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
    let report = host.load_all(|_| Ok(()));
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
    for plugin in &report.plugins {
        if let Some(function) = Function::of(plugin)? {
            println!("{}(-3) = {}", function.name(), function.call(-3.0));
        }
    }
    for plugin in &report.plugins {
        println!("unloaded {}: {}", plugin.name(), host.unload(plugin)?);
    }
    Ok(report
        .diagnostics
        .iter()
        .all(|found| found.severity != Severity::Error))
}
