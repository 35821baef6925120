//! `hotshoe inspect`

use std::path::PathBuf;

use hotshoe::error::Result;
use hotshoe::inspect::{Format, Inspection};
use hotshoe::manifest::Manifest;

use crate::output::{Answer, BAD, NAME, plain};

/// Show what a library is, without running it
#[derive(clap::Args)]
#[command(after_help = "Example:\n  hotshoe inspect my_plugin/libmy_plugin.so")]
pub struct Args {
    /// The library: ELF, Mach-O or PE
    pub library: PathBuf,
}

pub fn run(args: &Args) -> Result<Answer> {
    let is_module = args.library.extension().is_some_and(|extension| extension == "py");
    let facts = Inspection::of(&args.library).map_err(|error| match is_module {
        true => error.hint("a Python module is nothing to inspect: use `hotshoe check` with its folder"),
        false => error,
    })?;
    let mut answer = Answer::new();
    answer.line(format!("{NAME}{}{NAME:#}", args.library.display()));
    answer.fact("format", format!("{} for {}, {} bytes", format_name(facts.format), facts.built_for(), facts.size));
    answer.fact("name", facts.name.clone().unwrap_or_default());
    answer.fact("build id", facts.build_id.clone().unwrap_or_default());
    answer.fact("glibc", facts.glibc.as_ref().map(|version| format!("{version} or newer")).unwrap_or_default());
    let model = if facts.static_tls { ", in the room that is there at the start (`DF_STATIC_TLS`)" } else { "" };
    let thread_local =
        (facts.thread_local_size > 0).then(|| format!("{} bytes a thread{model}", facts.thread_local_size));
    answer.fact("thread-local", thread_local.unwrap_or_default());
    answer.fact("search path", facts.search_paths.join(", "));
    answer.fact("manifest", if facts.manifest.is_some() { "inside" } else { "" });
    let interfaces = interfaces(&facts);
    answer.fact("interfaces", interfaces.join(", "));
    answer.line(format!("  exports {}", facts.exports.len()));
    for symbol in facts.exports.iter().take(MOST_SHOWN) {
        answer.line(format!("    {}", plain(symbol)));
    }
    if facts.exports.len() > MOST_SHOWN {
        answer.line(format!("    … and {} more (--json shows all)", facts.exports.len() - MOST_SHOWN));
    }
    answer.line(format!("  needs {}", facts.needed.len()));
    for needed in &facts.needed {
        let found = match &needed.found {
            Some(path) => path.display().to_string(),
            None if needed.searched.is_empty() => String::new(),
            None => format!("{BAD}not found{BAD:#}"),
        };
        answer.line(format!("    {:<24} {found}", plain(&needed.name)).trim_end().to_owned());
    }
    answer.diagnostics(facts.findings());
    answer.field("inspection", &facts);
    answer.field("interfaces", &interfaces);
    Ok(answer)
}

/// The interfaces that the plugin offers, as the manifest inside names them.
fn interfaces(facts: &Inspection) -> Vec<String> {
    let manifest = facts.manifest.as_deref().and_then(|text| Manifest::from_json(text.as_bytes(), None).ok());
    manifest.iter().flat_map(|(manifest, _)| &manifest.interfaces).map(ToString::to_string).collect()
}

fn format_name(format: Format) -> String {
    match format {
        Format::Elf => "ELF".to_owned(),
        Format::MachO => "Mach-O".to_owned(),
        Format::Pe => "PE".to_owned(),
        other => format!("{other:?}"),
    }
}

/// A library without an export list can export thousands of symbols.
const MOST_SHOWN: usize = 20;
