//! The systems that releases are published on, and how their web interfaces are spoken to.
//!
//! Owns one request: curl makes it, and a token never stands on a command line.

use std::env;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use hotshoe::error::{Error, Result};
use serde_json::Value;

use super::steps::Steps;
use crate::codes::RELEASE_PUBLISH;

/// A system that releases are published on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// GitHub, and GitHub Enterprise.
    GitHub,
    /// GitLab.
    GitLab,
    /// Forgejo, and Gitea.
    Forgejo,
}

impl System {
    /// The one with this name.
    pub fn named(text: &str) -> Result<System, &'static str> {
        match text {
            "github" => Ok(System::GitHub),
            "gitlab" => Ok(System::GitLab),
            "forgejo" => Ok(System::Forgejo),
            _ => Err("it is none of github, gitlab and forgejo"),
        }
    }
}

/// What a request sends.
pub enum Body<'a> {
    /// Nothing.
    Empty,
    /// A JSON object.
    Json(&'a Value),
    /// A file's bytes.
    File(&'a Path),
    /// A file as the field `attachment` of a form.
    Form(&'a Path),
}

/// Where requests go, and by what right.
pub struct Forge {
    /// The web interface, without a slash at its end.
    pub api: String,
    /// The header with the token.
    pub authorization: String,
}

impl Forge {
    /// Makes a request to `path` under the web interface, or to a whole URL; gives the status and the JSON
    /// that comes back, or null.
    ///
    /// Fails with [`RELEASE_PUBLISH`] if there is no answer.
    pub fn request(&self, method: &str, path: &str, body: &Body<'_>) -> Result<(u16, Value)> {
        let url = if path.contains("://") { path.to_owned() } else { format!("{}{path}", self.api) };
        let failed = |what: String| Error::new(RELEASE_PUBLISH, what).at(&url);
        let mut curl = Steps::default().command("curl");
        curl.args(["--silent", "--show-error", "--connect-timeout", "30", "--request", method]);
        curl.args(["--write-out", "\n%{http_code}", "--config", "-"]);
        let mut config = format!("header = {}\n", quoted(&self.authorization));
        match body {
            Body::Empty => {}
            Body::Json(value) => {
                config.push_str("header = \"Content-Type: application/json\"\n");
                config.push_str(&format!("data-binary = {}\n", quoted(&value.to_string())));
            }
            Body::File(file) => {
                let file = beside(&mut curl, file);
                curl.args(["--header", "Content-Type: application/octet-stream"]);
                curl.arg("--data-binary").arg(format!("@{file}"));
            }
            Body::Form(file) => {
                let file = beside(&mut curl, file);
                curl.arg("--form").arg(format!("attachment=@{file}"));
            }
        }
        curl.arg(&url).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = curl.spawn().map_err(|error| {
            failed("curl cannot be started".to_owned())
                .because(error)
                .hint("install curl on the machine that publishes")
        })?;
        if let Some(mut input) = running.stdin.take() {
            input
                .write_all(config.as_bytes())
                .map_err(|error| failed("curl ended too early".to_owned()).because(error))?;
        }
        let output =
            running.wait_with_output().map_err(|error| failed("curl ended oddly".to_owned()).because(error))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(failed(format!("`{method}` got no answer")).because(said));
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (text, status) = text.rsplit_once('\n').unwrap_or_default();
        let status = status.parse().map_err(|_| failed("curl gave no status".to_owned()))?;
        Ok((status, serde_json::from_str(text).unwrap_or_default()))
    }

    /// The same, where only success will do.
    pub fn demand(&self, method: &str, path: &str, body: &Body<'_>) -> Result<Value> {
        let (status, answer) = self.request(method, path, body)?;
        if (200..300).contains(&status) {
            return Ok(answer);
        }
        let said = answer["message"].as_str().map_or_else(|| answer.to_string(), str::to_owned);
        let hint = match status {
            401 | 403 | 404 => "look at the job's permissions, and whether the token is set",
            _ => "what was uploaded is not published; run the job again",
        };
        Err(Error::new(RELEASE_PUBLISH, format!("`{method}` was answered with `{status}`"))
            .because(said)
            .hint(hint)
            .at(if path.contains("://") { path.to_owned() } else { format!("{}{path}", self.api) }))
    }
}

/// A file's name, for a curl that runs in its folder: other characters than a file's have a meaning to curl.
fn beside(curl: &mut Command, file: &Path) -> String {
    curl.current_dir(file.parent().unwrap_or(Path::new(".")));
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A variable of the CI system.
pub fn variable(name: &str) -> Result<String> {
    env::var(name).ok().filter(|value| !value.is_empty()).ok_or_else(|| {
        Error::new(RELEASE_PUBLISH, format!("{name} is not set"))
            .hint("the CI system sets it, or the job's file must: see docs/release.md")
    })
}

/// A text in curl's own configuration.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r");
    format!("\"{escaped}\"")
}

/// A file name as a part of a URL.
pub fn escaped(name: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    name.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
