//! What the host's profile and the plugin's manifest say of a plugin's process.
//!
//! The profile decides; the manifest proposes what the profile leaves open, and never names an environment variable, a
//! limit or a folder. Both are an object under the name of the runtime: `runtimes.process` of a profile, `process` of a
//! `plugin.json`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::failure::{Failure, Result, codes};

/// A way to speak with a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// That of hashicorp/go-plugin: a handshake line, then gRPC.
    GoPlugin,
    /// gRPC on a port that the host chooses; no line, no cookie.
    GrpcPort,
    /// JSON-RPC 2.0 over stdin and stdout, as the Model Context Protocol has it.
    JsonRpc,
}

/// Where a message of JSON-RPC ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Framing {
    /// At the end of its line.
    #[default]
    Lines,
    /// After as many bytes as its head says, `Content-Length: `.
    ContentLength,
}

/// When the process is started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// When the plugin is loaded.
    #[default]
    Load,
    /// With the first call.
    OnCall,
}

/// Whether the connection is encrypted and both sides prove who they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MutualTls {
    /// No: it is a socket that only this user can reach.
    #[default]
    Off,
    /// Yes, by certificates that both make for it; a plugin that cannot is refused.
    Required,
}

/// What tells a plugin that a host has started it, and not a person.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cookie {
    /// The environment variable.
    pub key: String,
    /// What it must say.
    pub value: String,
}

/// What is done when a process ends that nobody asked to.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Restart {
    /// How often in a row it is started anew before it is given up; 0: never. One that has lived for `longest_delay`
    /// counts as well, and begins a new row.
    pub attempts: u32,
    /// Seconds before the first; doubled with each that follows.
    pub first_delay: f64,
    /// Seconds that it may at most become.
    pub longest_delay: f64,
}

impl Default for Restart {
    fn default() -> Restart {
        Restart { attempts: 0, first_delay: 0.1, longest_delay: 30.0 }
    }
}

/// What a process may use at most; what is missing has no limit of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of memory of its own.
    pub memory: Option<u64>,
    /// Open files.
    pub files: Option<u64>,
    /// Seconds of processor time.
    pub processor_time: Option<u64>,
}

/// The profile's section.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct OfProfile {
    protocol: Option<Protocol>,
    framing: Option<Framing>,
    cookie: Option<Cookie>,
    protocol_versions: Option<Vec<u32>>,
    mutual_tls: MutualTls,
    port_variable: Option<String>,
    start_timeout: Option<f64>,
    call_timeout: Option<f64>,
    stop_timeout: Option<f64>,
    largest_message: Option<usize>,
    start: Start,
    restart: Restart,
    environment: BTreeMap<String, String>,
    pass_environment: Vec<String>,
    private_folder: Option<PathBuf>,
    limits: Limits,
}

/// The manifest's section.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct OfManifest {
    protocol: Option<Protocol>,
    framing: Option<Framing>,
    protocol_versions: Option<Vec<u32>>,
    arguments: Vec<String>,
    descriptors: Option<PathBuf>,
}

/// What both say, as it counts.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How it is spoken with; `None`: it is tried.
    pub protocol: Option<Protocol>,
    /// Where a message of JSON-RPC ends.
    pub framing: Framing,
    /// The cookie of go-plugin. Profile only.
    pub cookie: Option<Cookie>,
    /// The versions of the application's protocol that the host speaks, as go-plugin negotiates them.
    pub protocol_versions: Vec<u32>,
    /// Whether both sides prove who they are. Profile only.
    pub mutual_tls: MutualTls,
    /// The environment variable with the port, for [`Protocol::GrpcPort`]. Profile only.
    pub port_variable: Option<String>,
    /// How long a plugin may take until it can be called.
    pub start_timeout: Duration,
    /// How long a call may take that has no deadline of its own; `None`: as long as it likes.
    pub call_timeout: Option<Duration>,
    /// How long a plugin may take to end, each time it is asked in another way.
    pub stop_timeout: Duration,
    /// The largest message, in bytes, either way.
    pub largest_message: usize,
    /// When the process is started.
    pub start: Start,
    /// What is done when it ends by itself.
    pub restart: Restart,
    /// Variables of the environment that it gets beside the usual ones.
    pub environment: BTreeMap<String, String>,
    /// Variables of the host's environment that are passed on beside the usual ones.
    pub pass_environment: Vec<String>,
    /// Where the private folder is made, instead of the usual places.
    pub private_folder: Option<PathBuf>,
    /// What it may use at most.
    pub limits: Limits,
    /// What the program is started with. Manifest only.
    pub arguments: Vec<String>,
    /// The descriptor set with the types of its messages, relative to the plugin's folder. Manifest only.
    pub descriptors: Option<PathBuf>,
}

/// The largest message that settings may allow, in bytes.
const LARGEST_MESSAGE: usize = 1 << 30;

/// The longest time that settings may allow.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

impl Settings {
    /// Reads both sections, each a JSON object; an empty text is one that says nothing.
    ///
    /// ```
    /// use hotshoe_process::settings::{Protocol, Settings};
    /// let settings = Settings::read("{}", r#"{"protocol": "json-rpc"}"#).unwrap();
    /// assert_eq!(settings.protocol, Some(Protocol::JsonRpc));
    /// let settings = Settings::read(r#"{"protocol": "go-plugin"}"#, r#"{"protocol": "json-rpc"}"#).unwrap();
    /// assert_eq!(settings.protocol, Some(Protocol::GoPlugin));
    /// ```
    pub fn read(profile: &str, manifest: &str) -> Result<Settings> {
        let says: OfProfile = section(profile, "the host's profile, under `runtimes.process`")?;
        let proposes: OfManifest = section(manifest, "the plugin's manifest, under `process`")?;
        let time = |name: &str, seconds: Option<f64>, usual: u64| match seconds {
            None => Ok(Duration::from_secs(usual)),
            Some(seconds) => duration(name, seconds),
        };
        let restart = says.restart;
        duration("restart.first_delay", restart.first_delay)?;
        duration("restart.longest_delay", restart.longest_delay)?;
        let largest_message = says.largest_message.unwrap_or(64 << 20);
        if !(1024..=LARGEST_MESSAGE).contains(&largest_message) {
            return Err(invalid(
                format!("`largest_message` is {largest_message}"),
                format!("give it between 1024 and {LARGEST_MESSAGE} bytes"),
            ));
        }
        let protocol_versions = says.protocol_versions.or(proposes.protocol_versions).unwrap_or_else(|| vec![1]);
        if protocol_versions.is_empty() || protocol_versions.len() > 64 {
            return Err(invalid(
                format!("`protocol_versions` has {} numbers", protocol_versions.len()),
                "name the versions that the host speaks, 64 at most",
            ));
        }
        let call_timeout = time("call_timeout", says.call_timeout, 30)?;
        Ok(Settings {
            protocol: says.protocol.or(proposes.protocol),
            framing: says.framing.or(proposes.framing).unwrap_or_default(),
            cookie: says.cookie,
            protocol_versions,
            mutual_tls: says.mutual_tls,
            port_variable: says.port_variable,
            start_timeout: time("start_timeout", says.start_timeout, 60)?,
            call_timeout: (!call_timeout.is_zero()).then_some(call_timeout),
            stop_timeout: time("stop_timeout", says.stop_timeout, 2)?,
            largest_message,
            start: says.start,
            restart,
            environment: says.environment,
            pass_environment: says.pass_environment,
            private_folder: says.private_folder,
            limits: says.limits,
            arguments: proposes.arguments,
            descriptors: proposes.descriptors,
        })
    }
}

fn section<'a, T: Deserialize<'a> + Default>(text: &'a str, place: &str) -> Result<T> {
    if text.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_str(text).map_err(|error| {
        invalid(format!("{place}, cannot be used: {error}"), "docs/process.md lists what may stand there")
    })
}

fn duration(name: &str, seconds: f64) -> Result<Duration> {
    Duration::try_from_secs_f64(seconds).ok().filter(|time| *time <= LONGEST).ok_or_else(|| {
        invalid(format!("`{name}` is {seconds}"), format!("give it seconds, from 0 to {}", LONGEST.as_secs()))
    })
}

fn invalid(message: String, hint: impl Into<std::borrow::Cow<'static, str>>) -> Failure {
    Failure::new(codes::SETTINGS, message).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_decides_nothing_that_is_the_hosts() {
        for key in ["environment", "cookie", "limits", "private_folder", "pass_environment", "restart", "mutual_tls"] {
            let failure = Settings::read("{}", &format!(r#"{{"{key}": {{}}}}"#)).unwrap_err();
            assert_eq!(failure.code(), Some(codes::SETTINGS));
            assert!(failure.to_string().contains(key), "{failure}");
        }
    }

    #[test]
    fn numbers_are_within_bounds() {
        for section in [
            r#"{"start_timeout": -1}"#,
            r#"{"call_timeout": 1e300}"#,
            r#"{"largest_message": 0}"#,
            r#"{"largest_message": 99999999999999}"#,
            r#"{"protocol_versions": []}"#,
            r#"{"restart": {"first_delay": -0.5}}"#,
            r#"{"limits": {"memory": -1}}"#,
        ] {
            assert_eq!(Settings::read(section, "").unwrap_err().code(), Some(codes::SETTINGS), "{section}");
        }
    }

    #[test]
    fn no_call_timeout_is_none() {
        assert_eq!(Settings::read(r#"{"call_timeout": 0}"#, "").unwrap().call_timeout, None);
        assert_eq!(Settings::read("", "").unwrap().call_timeout, Some(Duration::from_secs(30)));
    }

    #[test]
    fn what_the_book_says_of_profiles_and_manifests_can_be_read() {
        for (page, kind) in [("process", "plugin"), ("process", "host"), ("profile", "host")] {
            let text = std::fs::read_to_string(format!("{}/../../docs/{page}.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
            let fence = format!("\n```json {kind}\n");
            let blocks = text.split(&fence).skip(1);
            let sections: Vec<String> = blocks
                .map(|rest| rest.split("\n```").next().unwrap())
                .map(|block| serde_json::from_str::<serde_json::Value>(block).unwrap())
                .map(
                    |block| {
                        if kind == "host" { block["runtimes"]["process"].clone() } else { block["process"].clone() }
                    },
                )
                .filter(serde_json::Value::is_object)
                .map(|section| section.to_string())
                .collect();
            assert!(!sections.is_empty(), "docs/{page}.md has no example");
            for section in sections {
                let read = if kind == "host" { Settings::read(&section, "") } else { Settings::read("", &section) };
                read.unwrap_or_else(|failure| panic!("docs/{page}.md: {failure}"));
            }
        }
    }
}
