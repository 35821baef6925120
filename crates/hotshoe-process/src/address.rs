//! Whether a plugin listens where it says, at a place of its own, and the connection to it.
//!
//! A plugin that names the socket of another program would make the host speak to that: so a socket lies in the private
//! folder of the plugin, a port is one of this machine's loopback, and a process of the plugin listens there. All of it
//! is known before the first byte is sent.
//!
//! # Platform-specific behaviour
//!
//! Who listens is only known on Linux, by `/proc` and the credentials of a socket. Elsewhere the folder and the loopback
//! are checked.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};

use crate::failure::{Failure, Result, codes};
use crate::handshake::{Handshake, Network};
use crate::quoted::quoted;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
mod portable;
#[cfg(not(target_os = "linux"))]
use portable as system;
mod stream;
#[cfg(all(test, target_os = "linux"))]
mod tests;

pub use stream::Stream;

/// The longest path of a socket, in bytes. The systems' own limits are 103 and 107.
const LONGEST_PATH: usize = 100;

/// How long a plugin on a port that the host chose may take until it listens.
pub const PORT_TIMEOUT: Duration = Duration::from_secs(8);

/// How soon it is tried again. The system has no event for a program that begins to listen.
const PAUSE: Duration = Duration::from_millis(5);

/// The longest pause between two tries; each is twice as long as the one before.
const LONGEST_PAUSE: Duration = Duration::from_millis(80);

/// Connects to where the handshake says, if that is the plugin's own: something in `folder`, its private folder, or a
/// port of the loopback; a process of `process_group`, or a descendant of one, listens there.
///
/// If nobody listens yet, it is tried again until `until`, or until the process group is gone.
pub fn connect(handshake: &Handshake, folder: &Path, process_group: u32, until: Instant) -> Result<Stream> {
    let address = &handshake.address;
    match handshake.network {
        Network::Unix => {
            let inside = inside(address, folder)?;
            retry(address, process_group, until, || system::connect(address, folder, &inside, process_group))
        }
        Network::Tcp => connect_to(loopback(address)?, process_group, until),
    }
}

/// Connects to a port that the host chose for the plugin, once a process of `process_group`, or a descendant of one,
/// listens there. A program that listens there and is another's is refused at once.
///
/// It is tried until `until`; see [`PORT_TIMEOUT`].
pub fn connect_to_port(port: u16, process_group: u32, until: Instant) -> Result<Stream> {
    connect_to(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), process_group, until)
}

/// Whether the other end of a connection that was accepted is a process of the group, or a descendant of one.
#[cfg(unix)]
pub fn is_of_group(stream: &std::os::unix::net::UnixStream, process_group: u32) -> bool {
    system::is_of_group(stream, process_group)
}

/// Why one try has not led to a connection.
enum Attempt {
    /// Nobody listens; perhaps soon.
    NotYet(String),
    /// It will not do.
    Never(Failure),
}

impl Attempt {
    /// What a failed connect means. A full queue is `WouldBlock` for a unix socket.
    fn of(error: &io::Error, address: &str) -> Attempt {
        use io::ErrorKind::{ConnectionRefused, Interrupted, NotFound, TimedOut, WouldBlock};
        match error.kind() {
            ConnectionRefused | Interrupted | NotFound | TimedOut | WouldBlock => Attempt::NotYet(error.to_string()),
            _ => Attempt::Never(refused(address, &format!("cannot be connected to: {error}"))),
        }
    }
}

fn connect_to(address: SocketAddr, process_group: u32, until: Instant) -> Result<Stream> {
    let text = address.to_string();
    retry(&text, process_group, until, || {
        // The same listener before and after: so this connection is one in its queue.
        let before = system::listeners(address, process_group)?;
        let left = until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        let stream = TcpStream::connect_timeout(&address, left).map_err(|error| Attempt::of(&error, &text))?;
        if system::listeners(address, process_group)? != before {
            return Err(Attempt::NotYet("another program began to listen".to_owned()));
        }
        // Two ends of one connection: a connect to a free port may meet itself.
        if stream.local_addr().ok() == Some(address) {
            return Err(Attempt::NotYet("nobody listens there".to_owned()));
        }
        Stream::tcp(stream).map_err(|error| Attempt::of(&error, &text))
    })
}

fn retry(
    address: &str,
    process_group: u32,
    until: Instant,
    mut attempt: impl FnMut() -> Result<Stream, Attempt>,
) -> Result<Stream> {
    let mut pause = PAUSE;
    loop {
        let why = match attempt() {
            Ok(stream) => return Ok(stream),
            Err(Attempt::Never(failure)) => return Err(failure),
            Err(Attempt::NotYet(why)) => why,
        };
        if !system::lives(process_group) {
            return Err(Failure::new(codes::PLUGIN_EXITED, "the plugin ended before it could be connected to")
                .hint("see what it wrote to stderr"));
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(nobody(address, &why));
        }
        std::thread::sleep(pause.min(left));
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// The path of a socket, from the private folder on.
fn inside(address: &str, folder: &Path) -> Result<PathBuf> {
    if address.len() > LONGEST_PATH {
        let why = format!("is longer than {LONGEST_PATH} bytes");
        return Err(refused(address, &why).hint("let the host's profile name a `private_folder` with a short path"));
    }
    let path = Path::new(address);
    // A plugin may have followed the links in the path of the folder.
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let inside = path.strip_prefix(folder).or_else(|_| path.strip_prefix(real));
    let inside = inside.map_err(|_| refused(address, "is not in the plugin's private folder"))?;
    let normal = inside.components().all(|part| matches!(part, Component::Normal(_)));
    if !normal || inside.as_os_str().is_empty() {
        return Err(refused(address, "leads out of the plugin's private folder"));
    }
    Ok(inside.to_owned())
}

/// An address of the loopback; numbers, for a name means whatever a resolver says. `localhost` is 127.0.0.1.
fn loopback(address: &str) -> Result<SocketAddr> {
    let numbers = address.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let parsed: SocketAddr = numbers
        .as_deref()
        .unwrap_or(address)
        .parse()
        .map_err(|_| refused(address, "is not a numeric address with a port"))?;
    let here = match parsed.ip() {
        IpAddr::V4(ip) => ip.is_loopback(),
        IpAddr::V6(ip) => ip.is_loopback(),
    };
    if !here {
        return Err(refused(address, "is not on this machine's loopback"));
    }
    if parsed.port() == 0 {
        return Err(refused(address, "has no port"));
    }
    Ok(SocketAddr::new(parsed.ip(), parsed.port()))
}

fn refused(address: &str, why: &str) -> Failure {
    let address = quoted(address.as_bytes(), 200);
    Failure::new(codes::HANDSHAKE_ADDRESS, format!("the address `{address}` of the plugin {why}")).hint(
        "a plugin listens at a socket in the folder that `PLUGIN_UNIX_SOCKET_DIR` names, or on 127.0.0.1, by itself",
    )
}

fn nobody(address: &str, why: &str) -> Failure {
    let address = quoted(address.as_bytes(), 200);
    Failure::new(codes::START, format!("nobody listens at the address `{address}` of the plugin: {why}"))
        .hint("the plugin should listen before it says so; if it only starts slowly, raise `start_timeout`")
}
