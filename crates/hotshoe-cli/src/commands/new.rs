//! `hotshoe new`

use std::env;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use hotshoe::error::{Code, Error, Result};
use serde_json::json;
use time::OffsetDateTime;

use crate::ci::{self, Platform};
use crate::output::{Answer, DIM, GOOD, NAME, ODD, plain};
use crate::release::config::{self, Config};
use crate::template::{self, File, HostChoice, Template, Words, check_name};

/// Make a project: a plugin, or a program that takes plugins; alone it lists what there is
#[derive(clap::Args)]
#[command(after_help = "\
What is not given is derived: the author from git, the year from the clock, identifiers from the name. On a terminal
the rest is asked for; with --defaults nothing is.

Examples:
  hotshoe new
  hotshoe new plugin-cpp my_plugin --host harmonics
  hotshoe new plugin-c gain --host /usr/share/mixer/mixer.host.json --license Apache-2.0
  hotshoe new host-cpp mixer --defaults
  hotshoe new host-c mixer --contract")]
pub struct Args {
    /// What to make
    #[arg(requires = "name")]
    pub template: Option<String>,

    /// What to call it: letters, digits, `_` and `-`
    pub name: Option<String>,

    /// For a plugin, its host: a name, or its <name>.host.json, of which the project gets a copy
    #[arg(long, value_name = "NAME|FILE")]
    pub host: Option<PathBuf>,

    /// Make it one of the contract of hotshoe/plugin.h, for a host that has no entry of its own; a plugin for a host
    /// whose profile says `"entry": "hotshoe_descriptor"` is one without this
    #[arg(long)]
    pub contract: bool,

    /// The project's folder, which is new or empty; ./<NAME> without this
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// Where it is built, and a plugin released: github, gitlab, forgejo, or none; may be given more than once
    #[arg(long, value_name = "SYSTEM", default_values = ["github", "gitlab"], value_parser = ci)]
    ci: Vec<Option<Platform>>,

    /// Ask nothing
    #[arg(long)]
    pub defaults: bool,

    /// Its licence, as an SPDX expression
    #[arg(long, value_name = "SPDX", default_value = "MIT")]
    pub license: String,

    /// Who makes it; without this, what git calls you
    #[arg(long, value_name = "NAME")]
    pub author: Option<String>,
}

pub fn run(args: &Args) -> Result<Answer> {
    let (Some(template), Some(name)) = (&args.template, &args.name) else { return Ok(list()) };
    let template = Template::named(template).ok_or_else(|| {
        Error::new(Code::ARGUMENT_INVALID, format!("there is no template `{}`", template.escape_debug()))
            .hint(format!("there are {}", template::ALL.each_ref().map(|template| template.name).join(", ")))
    })?;
    check_name(name)?;
    let folder = args.output.clone().unwrap_or_else(|| PathBuf::from(name));
    let host = host(template, args)?;
    let words = words(name, host.as_ref(), args)?;
    let contract = args.contract || host.as_ref().is_some_and(HostChoice::is_of_contract);
    let needs = host.as_ref().filter(|_| !contract).map(|host| template.needs(host)).transpose()?.flatten();
    let needs = needs.map(|needs| words.fill(&(PathBuf::new(), needs)).1);
    let files = project(template, &words, host.as_ref(), contract, args)?;
    template::write(&files, &folder)?;
    let mut answer = made(template, name, &folder, &files, needs);
    if args.ci.iter().any(Option::is_some) {
        answer.diagnostics(ci::unread(&folder));
    }
    Ok(answer)
}

fn list() -> Answer {
    let mut answer = Answer::new();
    for template in &template::ALL {
        answer.line(format!("{NAME}{:<12}{NAME:#} {}", template.name, template.summary));
    }
    answer.line(format!("{DIM}make one with{DIM:#}  hotshoe new <template> <name>"));
    let all = template::ALL.iter().map(|template| json!({ "name": template.name, "summary": template.summary }));
    answer.field("templates", all.collect::<Vec<_>>());
    answer
}

fn made(template: &Template, name: &str, folder: &Path, files: &[File], needs: Option<String>) -> Answer {
    let mut answer = Answer::new();
    answer.line(format!("{GOOD}made{GOOD:#} {NAME}{name}{NAME:#} in {}, {}", folder.display(), template.summary));
    for (path, _) in files {
        answer.line(format!("  {}", plain(&path.to_string_lossy())));
    }
    if let Some(needs) = &needs {
        answer.line(format!("{ODD}It registers nothing yet{ODD:#}: {needs}."));
    }
    let next =
        [format!("cd {}", folder.display()), "cmake --workflow --preset package".to_owned(), "git init".to_owned()];
    answer.line("Next:");
    for command in &next {
        answer.line(format!("  {command}"));
    }
    answer.field(
        "project",
        json!({
            "template": template.name,
            "name": name,
            "folder": folder.to_string_lossy(),
            "files": files.iter().map(|(path, _)| path).collect::<Vec<_>>(),
            "next": next,
            "needs": needs,
        }),
    );
    answer
}

/// What the words of the template are in the project.
fn words(name: &str, host: Option<&HostChoice>, args: &Args) -> Result<Words> {
    let author = author(name, args)?;
    let words = Words::new(&author, year(), &args.license);
    match host {
        Some(host) => Ok(words.for_plugin(name, host)),
        None => words.for_host(name),
    }
}

/// All files of the project.
fn project(
    template: &Template,
    words: &Words,
    host: Option<&HostChoice>,
    contract: bool,
    args: &Args,
) -> Result<Vec<File>> {
    let mut files: Vec<File> = template.files(host, contract)?.iter().map(|file| words.fill(file)).collect();
    files.extend(licence_files(&args.license).iter().map(|file| words.fill(file)));
    if let Some(host) = host.filter(|host| host.file.is_some()) {
        files.push((host.argument().into(), host.text.clone()));
    }
    if template.is_plugin() {
        let chosen = files.iter().find(|(path, _)| path.as_os_str() == config::FILE_NAME);
        let config = chosen.map_or_else(|| Ok(Config::default()), |(_, text)| Config::from_json(text))?;
        for platform in args.ci.iter().copied().flatten() {
            files.extend(ci::files(platform, &config)?.into_iter().map(|(path, text)| (path.into(), text)));
        }
    } else {
        // A host's are in its template, for every system there is.
        files.retain(|(path, _)| Platform::of_file(path).is_none_or(|platform| args.ci.contains(&Some(platform))));
        if args.ci.iter().all(Option::is_none) {
            files.retain(|(path, _)| !path.starts_with("ci"));
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// The texts of the licences that are known here; of another one, the author has the text.
fn licence_files(license: &str) -> Vec<File> {
    const MIT: &str = include_str!("../../LICENSE-MIT");
    const APACHE: &str = include_str!("../../LICENSE-APACHE");
    let mit = || MIT.replace("2026 The Hotshoe authors", "2026 Jane Doe");
    let file = |name: &str, text: String| (PathBuf::from(name), text);
    match license {
        "MIT" => vec![file("LICENSE", mit())],
        "Apache-2.0" => vec![file("LICENSE", APACHE.to_owned())],
        "MIT OR Apache-2.0" => vec![file("LICENSE-MIT", mit()), file("LICENSE-APACHE", APACHE.to_owned())],
        _ => Vec::new(),
    }
}

fn ci(text: &str) -> Result<Option<Platform>, &'static str> {
    match text {
        "none" => Ok(None),
        _ => Platform::named(text).map(Some).map_err(|_| "it is not github, gitlab, forgejo or none"),
    }
}

/// Whom a plugin is for; a host is for nobody.
fn host(template: &Template, args: &Args) -> Result<Option<HostChoice>> {
    if !template.is_plugin() {
        return match &args.host {
            None => Ok(None),
            Some(_) => {
                Err(Error::new(Code::ARGUMENT_INVALID, "a host has no host of its own").hint("leave out --host"))
            }
        };
    }
    let unknown = || {
        Error::new(Code::ARGUMENT_INVALID, "nobody knows which host the plugin is for")
            .hint("name it with --host, or give its <name>.host.json")
    };
    let host = match &args.host {
        Some(host) => host.clone(),
        None => ask("Which host is it for (a name, or its <name>.host.json)? ", args).ok_or_else(unknown)?.into(),
    };
    HostChoice::new(&host).map(Some)
}

/// Who makes it, as far as that is known.
fn author(name: &str, args: &Args) -> Result<String> {
    let from_git = || {
        let output = Command::new("git").args(["config", "--get", "user.name"]).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        Some(text).filter(|text| !text.is_empty())
    };
    let author = args.author.clone().or_else(from_git).or_else(|| ask("Who makes it (for the licence)? ", args));
    let author = author.unwrap_or_else(|| format!("The authors of {name}"));
    match author.chars().any(char::is_control) {
        true => Err(Error::new(Code::ARGUMENT_INVALID, "there is a control character in the author's name")),
        false => Ok(author),
    }
}

/// An answer, if there is somebody to give one.
fn ask(question: &str, args: &Args) -> Option<String> {
    if args.defaults || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return None;
    }
    // On stderr: stdout may be for a program.
    eprint!("{question}");
    io::stderr().flush().ok()?;
    let mut line = String::new();
    io::stdin().read_line(&mut line).ok()?;
    Some(line.trim().to_owned()).filter(|line| !line.is_empty())
}

/// This year, or that of SOURCE_DATE_EPOCH.
fn year() -> i32 {
    let given = env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    let given = given.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    given.unwrap_or_else(OffsetDateTime::now_utc).year()
}
