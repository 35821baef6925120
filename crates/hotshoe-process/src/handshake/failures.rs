//! Why there is no handshake, and what to do.

use std::time::Duration;

use crate::failure::{Failure, codes};
use crate::quoted::quoted;
use crate::settings::Settings;

/// How much of a plugin's words stands in a message, in characters.
const SHOWN: usize = 120;

/// No line came in time. `seen` is what has come instead, if anything.
pub fn no_line(after: Duration, seen: &[u8]) -> Failure {
    let instead = if seen.is_empty() {
        "it has written nothing to stdout".to_owned()
    } else {
        format!("it has written `{}` instead", quoted(seen, SHOWN))
    };
    let message = format!("the plugin has said no handshake line within {} s; {instead}", after.as_secs_f64());
    Failure::new(codes::HANDSHAKE, message).hint(
        "if it only starts slowly, raise `start_timeout`; if it speaks another protocol, name that as `protocol` in the \
         host's profile or the plugin's manifest",
    )
}

/// The process ended, or closed its stdout, before the line. `how` tells its end, such as `exit status 1`; `words` are
/// the last it wrote to stderr.
pub fn ended_before_line(settings: &Settings, how: &str, words: &[u8]) -> Failure {
    let mut message = format!("the plugin ended before its handshake line ({})", quoted(how.as_bytes(), SHOWN));
    if !words.is_empty() {
        message.push_str(&format!("; its last words: `{}`", quoted(words, 4 * SHOWN)));
    }
    Failure::new(codes::HANDSHAKE, message).hint(match &settings.cookie {
        None => {
            "plugins of go-plugin start only for a host that names their `cookie`: give its `key` and `value` in the \
                 host's profile"
                .into()
        }
        // What every plugin of go-plugin says of a wrong cookie.
        Some(cookie) if contains(words, b"not meant to be executed directly") => format!(
            "the plugin waits for another cookie than `{}={}`: give the one that it was built with",
            quoted(cookie.key.as_bytes(), SHOWN),
            quoted(cookie.value.as_bytes(), SHOWN)
        ),
        Some(_) => "see what it wrote to stderr; a plugin that speaks another protocol needs `protocol` in the host's \
                    profile or its own manifest"
            .into(),
    })
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

pub(super) fn too_much(first: &[u8]) -> Failure {
    let first = quoted(first, SHOWN);
    Failure::new(
        codes::HANDSHAKE,
        format!("the plugin writes to stdout, but no handshake line; what it wrote begins with `{first}`"),
    )
    .hint(
        "let the plugin write its log to stderr; if it speaks another protocol, name that as `protocol` in the host's \
         profile or the plugin's manifest",
    )
}

pub(super) fn too_long(line: &[u8]) -> Failure {
    unreadable(line, &format!("it has more than {} bytes", super::LONGEST_LINE))
}

pub(super) fn unreadable(line: &[u8], why: &str) -> Failure {
    let line = quoted(line.trim_ascii(), SHOWN);
    Failure::new(codes::HANDSHAKE, format!("the plugin's handshake line `{line}` cannot be read: {why}"))
        .hint("it should be `1|version|unix or tcp|address|grpc|`, alone on its line")
}

pub(super) fn core_version(field: &str) -> Failure {
    let field = quoted(field.as_bytes(), SHOWN);
    Failure::new(
        codes::HANDSHAKE,
        format!("the plugin speaks version `{field}` of go-plugin's own protocol; only `1` is spoken here"),
    )
    .hint("build the plugin with a released version of go-plugin")
}

pub(super) fn version(version: u32, versions: &[u32]) -> Failure {
    let versions: Vec<String> = versions.iter().map(|version| format!("`{version}`")).collect();
    let message = format!(
        "the plugin speaks version `{version}` of the application's protocol; the host speaks {}",
        versions.join(", ")
    );
    Failure::new(codes::HANDSHAKE_VERSION, message).hint(format!(
        "a plugin that has none of the host's versions names its lowest one: get a build of the plugin for this host, or \
         add {version} to `protocol_versions` of the host's profile if it can speak that"
    ))
}

pub(super) fn net_rpc() -> Failure {
    Failure::new(codes::PROTOCOL, "the plugin speaks net/rpc, which only programs in Go can").hint(
        "serve the plugin by gRPC: give its `plugin.ServeConfig` a `GRPCServer`, and its plugins `plugin.GRPCPlugin`",
    )
}

pub(super) fn protocol(name: &str) -> Failure {
    let name = quoted(name.as_bytes(), SHOWN);
    Failure::new(codes::PROTOCOL, format!("the plugin's handshake line asks for the protocol `{name}`"))
        .hint("only `grpc` is spoken after a handshake line")
}

pub(super) fn multiplexed(field: &str) -> Failure {
    let field = quoted(field.as_bytes(), SHOWN);
    Failure::new(
        codes::PROTOCOL,
        format!(
            "the plugin puts many connections into one (`{field}` in its handshake line), which nobody asked it for"
        ),
    )
    .hint("take `PLUGIN_MULTIPLEX_GRPC` out of the environment that the host's profile gives it")
}
