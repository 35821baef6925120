//! A host in Rust: plugins in C and C++ give it effects, and it sends a sample through them.

mod rack;

use hotshoe::error::Result;
use hotshoe::host::Host;
use hotshoe::profile::HostProfile;
use rack::Rack;

fn main() -> Result<()> {
    let rack = Rack::default();
    let host = Host::new(HostProfile::named("rack")?);
    // What build.rs built; an installed host would have a folder of its own, or RACK_PLUGIN_PATH alone.
    host.add_search_root(env!("HOTSHOE_PLUGIN_ROOT"));
    let report = host.load_all(|plugin| rack.bind(plugin));
    for diagnostic in &report.diagnostics {
        eprintln!("{diagnostic}");
    }
    for plugin in &report.plugins {
        println!("{} {}", plugin.name(), plugin.version().map_or("-".to_owned(), ToString::to_string));
    }
    for (name, result) in rack.process(0.25) {
        println!("{name}: 0.25 becomes {result}");
    }
    for plugin in &report.plugins {
        println!("{}: {}", plugin.name(), host.unload(plugin)?);
    }
    Ok(())
}
