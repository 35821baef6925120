//! `hotshoe trust`

use hotshoe::error::Result;
use hotshoe::package::{SignaturePolicy, TrustStore, TrustedKey};

use crate::args::{Trust, TrustAdd, TrustCommand, TrustPolicy, TrustRemove};
use crate::output::{Answer, DIM, GOOD, NAME, plain};

pub fn run(args: &Trust) -> Result<Answer> {
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
    answer.field("path", store.path());
    answer.field("policy", store.policy());
    answer.field("keys", store.keys());
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
