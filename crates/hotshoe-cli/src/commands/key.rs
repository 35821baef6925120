//! `hotshoe key new`, and how every command gets at a key's password.

use std::env;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::Subcommand;
use hotshoe::error::{Code, Error, Result};
use hotshoe::package::KeyFiles;

use crate::output::{Answer, GOOD, NAME};

pub const PASSWORD: &str = "HOTSHOE_KEY_PASSWORD";

/// Make keys to sign archives with
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    pub command: KeyCommand,
}

#[derive(Subcommand)]
pub enum KeyCommand {
    New(KeyNew),
}

/// Make a pair of keys: <FILE>.key, which signs and stays secret, and <FILE>.pub, which is for everybody
#[derive(clap::Args)]
#[command(after_help = "\
A password protects the secret key. It is asked for on a terminal; else HOTSHOE_KEY_PASSWORD holds it.

Examples:
  hotshoe key new --output ~/keys/my_plugin --comment 'My Plugin, releases'
  hotshoe key new --no-password")]
pub struct KeyNew {
    /// What the two files are called, without their suffixes
    #[arg(long, value_name = "FILE", default_value = "hotshoe")]
    pub output: PathBuf,

    /// Whose key it is, for those who trust it; the file's name without this
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,

    /// Make a secret key that everybody who reads its file can sign with
    #[arg(long)]
    pub no_password: bool,
}

pub fn run(args: &Args) -> Result<Answer> {
    match &args.command {
        KeyCommand::New(args) => new(args),
    }
}

fn new(args: &KeyNew) -> Result<Answer> {
    let password = if args.no_password { None } else { Some(new_password()?) };
    let stem = stem(args);
    let name = stem.file_name().unwrap_or_default().to_string_lossy();
    let comment = args.comment.as_deref().unwrap_or(&name);
    let made = KeyFiles::create(&stem, comment, password.as_deref())?;
    let mut answer = Answer::new();
    answer.line(format!("{GOOD}made{GOOD:#} the key {NAME}{}{NAME:#}", made.id));
    answer.fact("secret", made.secret.display().to_string());
    answer.fact("public", made.public.display().to_string());
    answer.line("Keep the secret one, and a copy of it: without it no later version can be signed.");
    answer.field("key", &made);
    Ok(answer)
}

/// `--output gain.key` means `gain`, too.
fn stem(args: &KeyNew) -> PathBuf {
    match args.output.extension() {
        Some(extension) if extension == "key" || extension == "pub" => args.output.with_extension(""),
        _ => args.output.clone(),
    }
}

fn new_password() -> Result<String> {
    if let Some(password) = given_password()? {
        return Ok(password);
    }
    if !io::stdin().is_terminal() {
        return Err(no_password(&format!("set {PASSWORD}, run it on a terminal, or give --no-password")));
    }
    let password = prompt("Password for the new key: ")?;
    if password.is_empty() {
        return Err(no_password("type one, or give --no-password"));
    }
    match prompt("The same again: ")? == password {
        true => Ok(password),
        false => Err(Error::new(Code::KEY_INVALID, "the two passwords differ").hint("try again")),
    }
}

/// The password of a key that has one.
pub fn password() -> Result<String> {
    match given_password()? {
        Some(password) => Ok(password),
        None if io::stdin().is_terminal() => prompt("Password of the key: "),
        None => Err(no_password(&format!("set {PASSWORD}, or run it on a terminal"))),
    }
}

/// From the environment; where a CI system has no such secret, the variable is often empty.
fn given_password() -> Result<Option<String>> {
    let Some(password) = env::var_os(PASSWORD).filter(|password| !password.is_empty()) else { return Ok(None) };
    let password = password.into_string();
    password.map(Some).map_err(|_| Error::new(Code::KEY_INVALID, format!("{PASSWORD} is not UTF-8")))
}

fn prompt(text: &str) -> Result<String> {
    rpassword::prompt_password(text)
        .map_err(|error| no_password(&format!("set {PASSWORD}, or run it on a terminal")).because(error))
}

fn no_password(hint: &str) -> Error {
    Error::new(Code::KEY_INVALID, "there is no password for the key").hint(hint)
}
