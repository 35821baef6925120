//! The fields of the handshake line: `1|version|unix or tcp|address|grpc|certificate`.

use ct_codecs::{Base64NoPadding, Decoder};

use super::{Handshake, Network, failures};
use crate::failure::Result;

/// The version of go-plugin's own protocol. There has been no other.
const CORE: u32 = 1;

/// A certificate counts from this length on, as in go-plugin: what is shorter is a filling.
const SHORTEST_CERTIFICATE: usize = 51;

/// Whether a line claims to be the handshake: a number and a `|`.
pub fn is_handshake(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && line.get(digits) == Some(&b'|')
}

/// Reads a line that claims to be one, for a host that speaks `versions`.
pub fn parse(line: &[u8], versions: &[u32]) -> Result<Handshake> {
    let text = str::from_utf8(line.trim_ascii()).map_err(|_| failures::unreadable(line, "it is not UTF-8"))?;
    let fields: Vec<&str> = text.split('|').collect();
    if fields[0].parse() != Ok(CORE) {
        return Err(failures::core_version(fields[0]));
    }
    if fields.len() < 4 {
        return Err(failures::unreadable(line, "it has less than four fields"));
    }
    speaks_grpc(fields.get(4).copied())?;
    let version: u32 = fields[1].parse().map_err(|_| failures::unreadable(line, "its second field is no number"))?;
    if !versions.contains(&version) {
        return Err(failures::version(version, versions));
    }
    if !matches!(fields.get(6).copied(), None | Some("" | "false")) {
        return Err(failures::multiplexed(fields[6]));
    }
    Ok(Handshake {
        version,
        network: network(fields[2]).ok_or_else(|| failures::unreadable(line, "it is neither `unix` nor `tcp`"))?,
        address: address(fields[3]).ok_or_else(|| failures::unreadable(line, "its address is no text"))?,
        certificate: certificate(fields.get(5).copied().unwrap_or_default())
            .map_err(|()| failures::unreadable(line, "its certificate is not base64"))?,
    })
}

// A server of net/rpc has either said so, or is so old that it had no field for it.
fn speaks_grpc(protocol: Option<&str>) -> Result<()> {
    match protocol {
        Some("grpc") => Ok(()),
        None | Some("netrpc") => Err(failures::net_rpc()),
        Some(other) => Err(failures::protocol(other)),
    }
}

fn network(name: &str) -> Option<Network> {
    match name {
        "unix" => Some(Network::Unix),
        "tcp" => Some(Network::Tcp),
        _ => None,
    }
}

fn address(text: &str) -> Option<String> {
    (!text.is_empty() && !text.contains(char::is_control)).then(|| text.to_owned())
}

fn certificate(text: &str) -> Result<Option<Vec<u8>>, ()> {
    if text.len() < SHORTEST_CERTIFICATE {
        return Ok(None);
    }
    Base64NoPadding::decode_to_vec(text, None).map(Some).map_err(|_| ())
}
