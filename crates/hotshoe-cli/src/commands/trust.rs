//! `hotshoe trust`

use std::path::{Path, PathBuf};

use clap::Subcommand;
use hotshoe::error::Result;
use hotshoe::package::{KeyId, SignaturePolicy, TrustStore, TrustedKey};

use crate::args::{PublicKeyAt, profile, public_key};
use crate::output::{Answer, DIM, GOOD, NAME, plain};

/// Say which keys a host trusts
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    pub command: TrustCommand,
}

#[derive(Subcommand)]
pub enum TrustCommand {
    Add(TrustAdd),
    List(TrustList),
    Remove(TrustRemove),
    Policy(TrustPolicy),
}

/// Trust a key: for every plugin, or for those that are named
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe trust add my_plugin.pub --host harmonics --plugin my_plugin
  hotshoe trust add RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3 --host harmonics")]
pub struct TrustAdd {
    /// The public key: a .pub file, or its second line
    #[arg(value_name = "FILE|KEY", value_parser = public_key)]
    pub key: PublicKeyAt,

    /// A plugin that must be signed by this key, or by another that names it; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub plugin: Vec<String>,

    /// Whose key it is, instead of what its file says
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,

    #[command(flatten)]
    pub store: Store,
}

/// List the trusted keys, and the policy
#[derive(clap::Args)]
#[command(after_help = "Example:\n  hotshoe trust list --host harmonics")]
pub struct TrustList {
    #[command(flatten)]
    pub store: Store,
}

/// Trust a key no longer
#[derive(clap::Args)]
#[command(after_help = "Example:\n  hotshoe trust remove E7620F1842B4E81F --host harmonics")]
pub struct TrustRemove {
    /// The key's id, as `hotshoe trust list` shows it
    pub id: KeyId,

    #[command(flatten)]
    pub store: Store,
}

/// Say what is done with archives that nobody signed
#[derive(clap::Args)]
#[command(after_help = "\
Policies:
  off         signatures are not looked at
  if-present  what is not signed is installed, unless its plugin has a key of its own
  required    what is not signed is refused

Example:
  hotshoe trust policy required --host harmonics")]
pub struct TrustPolicy {
    /// One of off, if-present and required
    #[arg(value_parser = parse_policy)]
    pub policy: SignaturePolicy,

    #[command(flatten)]
    pub store: Store,
}

impl Args {
    /// The host whose trust store it is about.
    pub fn host(&self) -> Option<&PathBuf> {
        let (TrustCommand::Add(TrustAdd { store, .. })
        | TrustCommand::List(TrustList { store })
        | TrustCommand::Remove(TrustRemove { store, .. })
        | TrustCommand::Policy(TrustPolicy { store, .. })) = &self.command;
        store.host.as_ref()
    }
}

/// Which trust store it is about.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub struct Store {
    /// The host's trust store: its name, or its <name>.host.json
    #[arg(long, value_name = "NAME|FILE")]
    host: Option<PathBuf>,

    /// The trust store's file
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
}

impl Store {
    /// The trust store, which may not be there yet.
    pub fn edit(&self) -> Result<TrustStore> {
        match (&self.host, &self.trust) {
            (Some(host), _) => TrustStore::edit_for_host(&profile(host, None)?.name),
            (None, file) => TrustStore::edit(file.as_deref().unwrap_or(Path::new(""))),
        }
    }
}

fn parse_policy(text: &str) -> Result<SignaturePolicy, &'static str> {
    text.parse().map_err(|_| "it is none of off, if-present and required")
}

pub fn run(args: &Args) -> Result<Answer> {
    match &args.command {
        TrustCommand::Add(args) => add(args),
        TrustCommand::List(args) => Ok(list(&args.store.edit()?)),
        TrustCommand::Remove(args) => remove(args),
        TrustCommand::Policy(args) => policy(args),
    }
}

fn add(args: &TrustAdd) -> Result<Answer> {
    let mut key = args.key.read()?;
    if let Some(comment) = &args.comment {
        key = key.with_comment(comment)?;
    }
    let id = key.id();
    let mut store = args.store.edit()?;
    store.add(key, &args.plugin)?;
    store.save()?;
    let added = store.keys().iter().find(|trusted| trusted.key.id() == id).map(line).unwrap_or_default();
    Ok(changed(&store, format!("{GOOD}trusted{GOOD:#}: {added}")))
}

fn remove(args: &TrustRemove) -> Result<Answer> {
    let mut store = args.store.edit()?;
    store.remove(args.id)?;
    store.save()?;
    Ok(changed(&store, format!("{GOOD}removed{GOOD:#}: {NAME}{}{NAME:#}", args.id)))
}

fn policy(args: &TrustPolicy) -> Result<Answer> {
    let mut store = args.store.edit()?;
    store.set_policy(args.policy);
    store.save()?;
    Ok(changed(&store, format!("{GOOD}set{GOOD:#}: {}", meaning(args.policy))))
}

fn changed(store: &TrustStore, what: String) -> Answer {
    let mut answer = Answer::new();
    answer.line(what);
    describe(store, &mut answer);
    answer
}

fn list(store: &TrustStore) -> Answer {
    let mut answer = Answer::new();
    answer.line(meaning(store.policy()));
    for trusted in store.keys() {
        answer.line(line(trusted));
    }
    if store.keys().is_empty() {
        answer.line("no key is trusted");
    }
    describe(store, &mut answer);
    answer
}

fn describe(store: &TrustStore, answer: &mut Answer) {
    answer.fact("in", store.path().map(|path| path.display().to_string()).unwrap_or_default());
    answer.field("path", store.path().map(Path::to_string_lossy));
    answer.field("policy", store.policy());
    answer.field("keys", store.keys());
    answer.diagnostics(store.diagnostics().iter().cloned());
}

/// `E7620F1842B4E81F  gain, mute  Harmonics Project`
fn line(trusted: &TrustedKey) -> String {
    let plugins = if trusted.plugins.is_empty() { "every plugin".to_owned() } else { trusted.plugins.join(", ") };
    let line = format!(
        "{NAME}{}{NAME:#}  {}  {DIM}{}{DIM:#}",
        trusted.key.id(),
        plain(&plugins),
        plain(trusted.key.comment())
    );
    line.trim_end().to_owned()
}

fn meaning(policy: SignaturePolicy) -> String {
    let meaning = match policy {
        SignaturePolicy::Off => "signatures are not looked at",
        SignaturePolicy::IfPresent => "what is not signed is installed, unless its plugin has a key of its own",
        SignaturePolicy::Required => "what is not signed is refused",
        _ => "",
    };
    format!("policy {NAME}{}{NAME:#}: {meaning}", policy.as_str())
}
