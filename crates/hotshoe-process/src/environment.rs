//! Which variables of the environment a plugin's process gets.
//!
//! Few of the host's: a host's environment holds what is nobody else's (tokens, passwords, its own settings).

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use crate::failure::{Failure, Result, codes};
use crate::settings::Settings;

/// Variables that are passed on whoever the host is: what a program needs to find its files, its user's language and time,
/// and the network.
const PASSED: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "TZ",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "FTP_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "ftp_proxy",
    "all_proxy",
    "no_proxy",
];

/// What their kin on Windows are called; without some of them no program starts there.
const PASSED_ON_WINDOWS: &[&str] = &[
    "APPDATA",
    "COMSPEC",
    "HOMEDRIVE",
    "HOMEPATH",
    "LOCALAPPDATA",
    "NUMBER_OF_PROCESSORS",
    "OS",
    "PATHEXT",
    "PROCESSOR_ARCHITECTURE",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "USERNAME",
    "USERPROFILE",
    "WINDIR",
];

/// Variables that are passed on and have many names.
const PASSED_PREFIXES: &[&str] = &["LC_", "SSL_CERT_", "XDG_"];

/// The environment of a plugin's process: of the host's `own` what every program needs and what the profile passes on, then
/// what the profile sets, then what the protocol says, each before the one named earlier. Nothing else, sorted by name.
///
/// ```
/// use hotshoe_process::{environment::environment, settings::Settings};
/// let settings = Settings::read(r#"{"environment": {"MODE": "fast"}}"#, "")?;
/// let own = [("PATH".into(), "/bin".into()), ("TOKEN".into(), "secret".into())];
/// let plugins = environment(&settings, own.into_iter(), &[])?;
/// assert_eq!(plugins, [("MODE".into(), "fast".into()), ("PATH".into(), "/bin".into())]);
/// # Ok::<(), hotshoe_process::failure::Failure>(())
/// ```
///
/// # Errors
/// [`codes::SETTINGS`] for a name or a value that no environment can hold.
pub fn environment(
    settings: &Settings,
    own: impl Iterator<Item = (OsString, OsString)>,
    protocol: &[(String, String)],
) -> Result<Vec<(OsString, OsString)>> {
    let mut variables = BTreeMap::new();
    for (name, value) in own.filter(|(name, _)| is_passed(name, &settings.pass_environment)) {
        set(&mut variables, &name, value);
    }
    let set_by = settings.environment.iter().chain(protocol.iter().map(|(name, value)| (name, value)));
    for (name, value) in set_by {
        check(name, value)?;
        set(&mut variables, OsStr::new(name), value.into());
    }
    Ok(variables.into_values().collect())
}

/// Whether the host's variable of this name is passed on.
fn is_passed(name: &OsStr, more: &[String]) -> bool {
    let Some(name) = name.to_str() else { return false };
    let same = |other: &str| if cfg!(windows) { name.eq_ignore_ascii_case(other) } else { name == other };
    PASSED.iter().copied().any(same)
        || (cfg!(windows) && PASSED_ON_WINDOWS.iter().copied().any(same))
        || PASSED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || more.iter().any(|other| same(other))
}

/// Sets a variable, under the name by which the system tells variables apart.
fn set(variables: &mut BTreeMap<OsString, (OsString, OsString)>, name: &OsStr, value: OsString) {
    let key = if cfg!(windows) { name.to_ascii_uppercase() } else { name.to_owned() };
    variables.insert(key, (name.to_owned(), value));
}

fn check(name: &str, value: &str) -> Result<()> {
    let wrong = if name.is_empty() {
        "has no name"
    } else if name.contains(['=', '\0']) {
        "has `=` or a NUL in its name"
    } else if value.contains('\0') {
        "has a NUL in its value"
    } else {
        return Ok(());
    };
    let message = format!("the environment variable `{}` {wrong}", name.escape_debug());
    Err(Failure::new(codes::SETTINGS, message).hint("correct `environment` or `cookie` in the host's profile"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(profile: &str, own: &[(&str, &str)], protocol: &[(&str, &str)]) -> Result<Vec<(String, String)>> {
        let settings = Settings::read(profile, "").unwrap();
        let own = own.iter().map(|(name, value)| (name.into(), value.into()));
        let protocol: Vec<_> = protocol.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let text = |text: OsString| text.into_string().unwrap();
        Ok(environment(&settings, own, &protocol)?.into_iter().map(|(name, value)| (text(name), text(value))).collect())
    }

    #[test]
    fn what_is_the_hosts_own_stays_with_it() {
        let own = [
            ("AWS_SECRET_ACCESS_KEY", "x"),
            ("HOMEWORK", "x"),
            ("LC_TIME", "C"),
            ("LD_PRELOAD", "x"),
            ("SSL_CERT_FILE", "/c"),
            ("XDG_RUNTIME_DIR", "/r"),
            ("http_proxy", "p"),
        ];
        let names: Vec<_> = of("", &own, &[]).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["LC_TIME", "SSL_CERT_FILE", "XDG_RUNTIME_DIR", "http_proxy"]);
    }

    #[test]
    fn the_protocol_wins_over_the_profile_and_the_profile_over_the_host() {
        let profile =
            r#"{"pass_environment": ["A", "B", "C", "GONE"], "environment": {"B": "profile", "C": "profile"}}"#;
        let own = [("A", "host"), ("B", "host"), ("C", "host"), ("D", "host")];
        let is = of(profile, &own, &[("C", "protocol")]).unwrap();
        let should = [("A", "host"), ("B", "profile"), ("C", "protocol")];
        assert_eq!(is, should.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_variable_that_no_environment_can_hold_is_an_error() {
        for (name, value) in [("A=B", ""), ("", "x"), ("A\0", ""), ("A", "x\0y")] {
            assert_eq!(of("", &[], &[(name, value)]).unwrap_err().code(), Some(codes::SETTINGS), "{name:?}");
        }
        assert_eq!(of(r#"{"environment": {"A=B": "x"}}"#, &[], &[]).unwrap_err().code(), Some(codes::SETTINGS));
    }
}
