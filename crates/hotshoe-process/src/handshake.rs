//! go-plugin's handshake: the environment that asks a plugin for it, and the line on stdout that answers.
//!
//! It knows bytes, never a process or a socket. What the line names is checked by [`address`](crate::address).

use std::ffi::OsString;
use std::path::Path;

use crate::failure::{Failure, Result};
use crate::settings::Settings;

mod failures;
mod line;
#[cfg(test)]
mod tests;

pub use failures::{ended_before_line, no_line};

/// What a plugin says when it is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// The version of the application's protocol that it has chosen; one of the host's.
    pub version: u32,
    /// What kind of socket it listens at.
    pub network: Network,
    /// Where it listens: a path, or an address with a port. Not checked.
    pub address: String,
    /// Its certificate in DER, if it wants both sides to prove who they are. Not checked.
    pub certificate: Option<Vec<u8>>,
}

/// A kind of socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// A socket in the file system.
    Unix,
    /// A port of this machine.
    Tcp,
}

/// The longest line that is read as a handshake, in bytes.
pub const LONGEST_LINE: usize = 16 << 10;

/// How much may stand before its end, in bytes, with all that is not the line.
pub const LONGEST_START: usize = 64 << 10;

/// How many lines of something else may come before it.
pub const MOST_NOISE: usize = 16;

/// Reads stdout of a plugin up to the end of the handshake line.
///
/// A line that does not begin with a number and `|` is noise, as of a library that greets: it is kept for the log, and
/// the next one is waited for.
///
/// ```
/// use hotshoe_process::handshake::{Network, Reader};
/// let mut reader = Reader::new(&[1]);
/// assert_eq!(reader.feed(b"hello\n1|1|unix|/run/p").unwrap(), None);
/// let (handshake, rest) = reader.feed(b"/s|grpc|\nmore").unwrap().unwrap();
/// assert_eq!((handshake.network, &*handshake.address, &*rest), (Network::Unix, "/run/p/s", &b"more"[..]));
/// assert_eq!(reader.take_noise(), [b"hello"]);
/// ```
#[derive(Clone, Debug)]
pub struct Reader {
    versions: Vec<u32>,
    line: Vec<u8>,
    read: usize,
    noisy_lines: usize,
    noise: Vec<Vec<u8>>,
    over: Option<Failure>,
}

impl Reader {
    /// For a host that speaks these versions of its protocol.
    pub fn new(versions: &[u32]) -> Reader {
        let versions = versions.to_vec();
        Reader { versions, line: Vec::new(), read: 0, noisy_lines: 0, noise: Vec::new(), over: None }
    }

    /// Takes what was read: the handshake and what follows its line, once that is there; `None`: read on.
    ///
    /// After an error, each further call fails in the same way.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Option<(Handshake, Vec<u8>)>> {
        if let Some(failure) = &self.over {
            return Err(failure.clone());
        }
        self.read_on(bytes).inspect_err(|failure| {
            self.line = Vec::new();
            self.over = Some(failure.clone());
        })
    }

    /// Says that stdout was closed: a line without a newline counts then, as for go-plugin's own host.
    pub fn end(&mut self) -> Result<Option<Handshake>> {
        Ok(self.feed(b"\n")?.map(|(handshake, _)| handshake))
    }

    /// The lines that were not the handshake, as they were, since this was last called.
    pub fn take_noise(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.noise)
    }

    /// What has come of a line that has no end yet; for a report of why there is no handshake.
    pub fn unfinished(&self) -> &[u8] {
        &self.line
    }

    // A byte at a time, so that it does not matter how a plugin cuts what it says.
    fn read_on(&mut self, bytes: &[u8]) -> Result<Option<(Handshake, Vec<u8>)>> {
        for (index, byte) in bytes.iter().enumerate() {
            self.read += 1;
            if *byte != b'\n' {
                self.line.push(*byte);
                self.check_length()?;
            } else if let Some(handshake) = self.end_of_line()? {
                return Ok(Some((handshake, bytes[index + 1..].to_vec())));
            }
        }
        Ok(None)
    }

    fn check_length(&self) -> Result<()> {
        if self.read > LONGEST_START {
            return Err(failures::too_much(self.noise.first().unwrap_or(&self.line)));
        }
        if self.line.len() > LONGEST_LINE && self.line[0].is_ascii_digit() {
            return Err(failures::too_long(&self.line));
        }
        Ok(())
    }

    fn end_of_line(&mut self) -> Result<Option<Handshake>> {
        let line = std::mem::take(&mut self.line);
        if line::is_handshake(&line) {
            return line::parse(&line, &self.versions).map(Some);
        }
        self.noisy_lines += 1;
        self.noise.push(line);
        if self.noisy_lines > MOST_NOISE {
            return Err(failures::too_much(&self.noise[0]));
        }
        Ok(None)
    }
}

/// The lowest port that a plugin is asked to listen at, where it listens at one.
const LOWEST_PORT: u32 = 10000;

/// The highest one.
const HIGHEST_PORT: u32 = 25000;

/// The variables of the environment that go-plugin goes by: its cookie, the versions, and where it puts its socket.
///
/// Old versions of it know the temporary folder only, so the private folder is named as that as well. A plugin is never
/// asked for many connections in one (`PLUGIN_MULTIPLEX_GRPC`): any value of that changes the line, `false` too.
pub fn environment(settings: &Settings, folder: &Path) -> Vec<(String, OsString)> {
    let versions: Vec<String> = settings.protocol_versions.iter().map(u32::to_string).collect();
    let mut variables = vec![
        ("PLUGIN_MIN_PORT".to_owned(), LOWEST_PORT.to_string().into()),
        ("PLUGIN_MAX_PORT".to_owned(), HIGHEST_PORT.to_string().into()),
        ("PLUGIN_PROTOCOL_VERSIONS".to_owned(), versions.join(",").into()),
        ("PLUGIN_UNIX_SOCKET_DIR".to_owned(), folder.into()),
        ("TMPDIR".to_owned(), folder.into()),
    ];
    if let Some(cookie) = &settings.cookie {
        variables.push((cookie.key.clone(), (&cookie.value).into()));
    }
    variables
}
