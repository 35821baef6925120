//! Which runtimes a host takes, and what it tells each of them.

use serde::Serialize;
use serde_json::{Map, Value};

use super::HostProfile;
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::json;
use crate::manifest::{DEFAULT_RUNTIME, is_runtime_name};

/// The runtimes that a host's profile lists, in its order, with their settings.
///
/// `native` has none here: its settings are [`HostProfile::native`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Runtimes(Vec<(String, Map<String, Value>)>);

/// The most runtimes that a profile may list.
const MOST: usize = 32;

/// The longest settings of a runtime, in bytes of JSON.
const LONGEST: usize = 64 << 10;

/// The deepest nesting of such settings.
const DEEPEST: usize = 32;

impl HostProfile {
    /// The runtimes whose plugins the host takes, by name, in the order of its profile: `native` alone where that lists
    /// none.
    ///
    /// ```
    /// use hotshoe::profile::HostProfile;
    /// let names = |json: &str| {
    ///     let profile = HostProfile::from_json(json.as_bytes()).unwrap();
    ///     profile.runtimes().map(str::to_owned).collect::<Vec<_>>()
    /// };
    /// assert_eq!(names(r#"{"name": "synth"}"#), ["native"]);
    /// assert_eq!(names(r#"{"name": "synth", "runtimes": {"process": {}, "native": {}}}"#), ["process", "native"]);
    /// assert_eq!(names(r#"{"name": "synth", "runtimes": {"process": {}}}"#), ["process"]);
    /// ```
    pub fn runtimes(&self) -> impl Iterator<Item = &str> {
        let implied = self.runtimes.0.is_empty().then_some(DEFAULT_RUNTIME);
        self.runtimes.0.iter().map(|(name, _)| name.as_str()).chain(implied)
    }

    /// Whether the host takes plugins of a runtime.
    pub fn takes_runtime(&self, name: &str) -> bool {
        self.runtimes().any(|taken| taken == name)
    }

    /// What the profile says to a runtime other than `native`, as it stands there; `None` if the host does not take it.
    ///
    /// Nothing but size, depth and keys that stand twice was checked: what it means, the runtime knows. `native` has
    /// [`HostProfile::native`] instead.
    pub fn runtime_settings(&self, name: &str) -> Option<&Map<String, Value>> {
        self.runtimes
            .0
            .iter()
            .find(|(taken, _)| taken == name && taken != DEFAULT_RUNTIME)
            .map(|(_, settings)| settings)
    }

    /// Has the host take a runtime beside those that it takes already, which are `native` alone at first.
    ///
    /// Settings of `native` are [`HostProfile::native`] and cannot be given here. Fails with [`Code::PROFILE_INVALID`].
    pub fn add_runtime(&mut self, name: &str, settings: Map<String, Value>) -> Result<()> {
        if self.runtimes.0.is_empty() && name != DEFAULT_RUNTIME {
            self.runtimes.add(DEFAULT_RUNTIME, Map::new())?;
        }
        if name == DEFAULT_RUNTIME && !settings.is_empty() {
            return Err(invalid("the settings of `native` are given one by one"));
        }
        self.runtimes.add(name, settings)
    }

    /// The same with the text of a JSON object.
    pub fn add_runtime_json(&mut self, name: &str, settings: &str) -> Result<()> {
        let wrong = |problem: &str| invalid(&format!("the settings of `{}` {problem}", brief(name)));
        match json::value(settings) {
            Err(error) => Err(wrong("are not well-formed JSON").because(error)),
            Ok((_, repeated)) if !repeated.is_empty() => {
                Err(wrong(&format!("have the key `{}` twice", brief(&repeated[0]))))
            }
            Ok((Value::Object(settings), _)) => self.add_runtime(name, settings),
            Ok((other, _)) => Err(wrong(&format!("are {}, not an object", json::kind(&other)))),
        }
    }
}

impl Runtimes {
    /// Lists one more.
    pub(super) fn add(&mut self, name: &str, settings: Map<String, Value>) -> Result<()> {
        check_runtime_name(name)?;
        if self.0.iter().any(|(taken, _)| taken == name) {
            return Err(invalid(&format!("the runtime `{name}` is listed twice")));
        }
        if self.0.len() == MOST {
            return Err(invalid(&format!("it lists more than {MOST} runtimes")));
        }
        if settings.values().any(|value| depth(value) >= DEEPEST) {
            return Err(invalid(&format!("the settings of `{name}` are nested deeper than {DEEPEST} levels")));
        }
        if serde_json::to_string(&settings).map_or(usize::MAX, |text| text.len()) > LONGEST {
            return Err(invalid(&format!("the settings of `{name}` are longer than {LONGEST} bytes")));
        }
        self.0.push((name.to_owned(), settings));
        Ok(())
    }

    /// Lists one in front, if it is not listed.
    pub(super) fn add_first(&mut self, name: &str) {
        if !self.0.iter().any(|(taken, _)| taken == name) {
            self.0.insert(0, (name.to_owned(), Map::new()));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Checks that a text can name a runtime: `[a-z][a-z0-9-]{0,31}`, so never a path.
///
/// ```
/// use hotshoe::profile::check_runtime_name;
/// assert!(check_runtime_name("process").is_ok());
/// assert!(check_runtime_name("../../x").is_err());
/// ```
pub fn check_runtime_name(name: &str) -> Result<()> {
    match is_runtime_name(name) {
        true => Ok(()),
        false => Err(Error::new(Code::PROFILE_INVALID, format!("`{}` cannot name a runtime", brief(name)))
            .hint("use at most 32 lower-case letters, digits and `-`, starting with a letter")),
    }
}

/// How many lists and objects stand in each other.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(depth).max().unwrap_or_default(),
        Value::Object(object) => 1 + object.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

fn invalid(message: &str) -> Error {
    Error::new(Code::PROFILE_INVALID, message).hint("compare it with schema/host.schema.json")
}
