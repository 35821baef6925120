use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use super::*;

fn handshake(network: Network, address: impl Into<String>) -> Handshake {
    Handshake { version: 1, network, address: address.into(), certificate: None }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_millis(100)
}

fn late() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

fn own_group() -> u32 {
    let fields = fs::read_to_string("/proc/self/stat").unwrap();
    let group = fields.rsplit(')').next().unwrap().split_whitespace().nth(2).unwrap().parse().unwrap();
    if group != 0 {
        return group;
    }
    // Whoever began this process stands outside of its namespace, and so does the group.
    rustix::process::setpgid(None, None).unwrap();
    std::process::id()
}

fn connect_unix(path: &Path, folder: &Path, group: u32, until: Instant) -> Result<Stream> {
    connect(&handshake(Network::Unix, path.to_str().unwrap()), folder, group, until)
}

fn refusal(result: Result<Stream>) -> String {
    let failure = result.unwrap_err();
    assert_eq!(failure.code(), Some(codes::HANDSHAKE_ADDRESS), "{failure}");
    failure.to_string()
}

/// A process in a group of its own that listens and answers each connection with `hello`.
struct Plugin {
    child: Child,
    address: String,
}

impl Plugin {
    fn listens(at: &str) -> Plugin {
        let mut plugin = Plugin::waits(at, false);
        plugin.begin();
        plugin
    }

    /// It listens once [`Plugin::begin`] says so. `left`: it has left the group, but its parent has not.
    fn waits(at: &str, left: bool) -> Plugin {
        let program = std::env::current_exe().unwrap();
        let mut command = Command::new("sh");
        command
            .args(["-c", if left { r#"exec 3<&0; setsid "$@" <&3 & wait"# } else { r#"exec "$@""# }, "sh"])
            .arg(program);
        command.args(["--exact", "address::tests::the_process_of_a_plugin", "--ignored", "--nocapture"]);
        command.env("LISTEN_AT", at).stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        Plugin { child: command.spawn().unwrap(), address: String::new() }
    }

    fn begin(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"begin\n").unwrap();
        let lines = BufReader::new(self.child.stdout.as_mut().unwrap()).lines();
        let mut said = lines.map_while(std::io::Result::ok);
        self.address = said.find_map(|line| Some(line.split_once("listens at ")?.1.to_owned())).unwrap();
    }

    fn group(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        // The end of its input is its own end.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

#[test]
#[ignore = "it is the process that other tests start"]
fn the_process_of_a_plugin() {
    let at = std::env::var("LISTEN_AT").unwrap();
    std::io::stdin().read_line(&mut String::new()).unwrap();
    if at.starts_with('/') {
        let listener = UnixListener::bind(&at).unwrap();
        println!("listens at {at}");
        std::thread::spawn(move || listener.incoming().for_each(|stream| stream.unwrap().write_all(b"hello").unwrap()));
    } else {
        let listener = TcpListener::bind(&at).unwrap();
        println!("listens at {}", listener.local_addr().unwrap());
        std::thread::spawn(move || listener.incoming().for_each(|stream| stream.unwrap().write_all(b"hello").unwrap()));
    }
    std::io::stdin().read_to_string(&mut String::new()).unwrap();
}

fn hears_hello(stream: &Stream) {
    let mut seen: Vec<u8> = Vec::new();
    let until = late();
    while seen.len() < 5 {
        let mut buffer = [0; 16];
        match (&mut &*stream).read(&mut buffer) {
            Ok(read) => seen.extend(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && Instant::now() < until => {
                let mut wait = [rustix::event::PollFd::new(stream, rustix::event::PollFlags::IN)];
                rustix::event::poll(&mut wait, Some(&rustix::event::Timespec { tv_sec: 20, tv_nsec: 0 })).unwrap();
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(seen, b"hello");
}

#[test]
fn a_socket_of_the_plugin_is_connected_to() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("deeper")).unwrap();
    for name in ["socket", "deeper/socket"] {
        let path = folder.path().join(name);
        let plugin = Plugin::listens(path.to_str().unwrap());
        hears_hello(&connect_unix(&path, folder.path(), plugin.group(), late()).unwrap());
    }
}

#[test]
fn the_folder_may_be_named_by_a_link_or_without_it() {
    let base = tempfile::tempdir().unwrap();
    let (real, link) = (base.path().join("real"), base.path().join("link"));
    fs::create_dir(&real).unwrap();
    symlink(&real, &link).unwrap();
    let _listener = UnixListener::bind(real.join("s")).unwrap();
    for said in [&real, &link] {
        connect_unix(&said.join("s"), &link, own_group(), soon()).unwrap();
    }
}

#[test]
fn a_descendant_that_has_left_the_group_is_the_plugins() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let mut plugin = Plugin::waits(path.to_str().unwrap(), true);
    plugin.begin();
    hears_hello(&connect_unix(&path, folder.path(), plugin.group(), late()).unwrap());
    let mut plugin = Plugin::waits("127.0.0.1:0", true);
    plugin.begin();
    let said = handshake(Network::Tcp, &plugin.address);
    hears_hello(&connect(&said, folder.path(), plugin.group(), late()).unwrap());
}

#[test]
fn the_socket_of_another_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let _listener = UnixListener::bind(&path).unwrap();
    let plugin = Plugin::listens("127.0.0.1:0");
    let why = refusal(connect_unix(&path, folder.path(), plugin.group(), late()));
    assert!(why.contains("another program"), "{why}");
}

#[test]
fn a_socket_outside_the_private_folder_is_refused_however_it_is_named() {
    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (folder, outside) = (folder.path(), outside.path());
    let _listener = UnixListener::bind(outside.join("s")).unwrap();
    symlink(outside.join("s"), folder.join("link")).unwrap();
    symlink(outside, folder.join("links")).unwrap();
    fs::write(folder.join("file"), "").unwrap();
    let up = folder.join("..").join(outside.file_name().unwrap()).join("s");
    for (path, why) in [
        (outside.join("s"), "is not in the plugin's private folder"),
        (up, "leads out"),
        (folder.join("link"), "is not a socket"),
        (folder.join("links/s"), "through a link"),
        (folder.join("file"), "is not a socket"),
        (folder.join("file/s"), "through a link or a file"),
        (folder.to_owned(), "leads out"),
        ("s".into(), "is not in"),
        ("@abstract".into(), "is not in"),
        (folder.join("x".repeat(100)), "longer than 100 bytes"),
    ] {
        let said = refusal(connect_unix(&path, folder, own_group(), late()));
        assert!(said.contains(why), "{}: {said}", path.display());
    }
}

#[test]
fn a_socket_that_nobody_serves_is_told_at_the_deadline() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let missing = connect_unix(&path, folder.path(), own_group(), soon()).unwrap_err();
    assert_eq!(missing.code(), Some(codes::START));
    drop(UnixListener::bind(&path).unwrap());
    let left_behind = connect_unix(&path, folder.path(), own_group(), soon()).unwrap_err();
    assert_eq!(left_behind.code(), Some(codes::START));
}

#[test]
fn a_queue_that_is_full_hangs_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let listener = UnixListener::bind(&path).unwrap();
    rustix::net::listen(&listener, 0).unwrap();
    let streams: Vec<_> =
        std::iter::from_fn(|| connect_unix(&path, folder.path(), own_group(), soon()).ok()).take(9).collect();
    assert!(streams.len() < 9, "the queue is never full");
    let (queued, _) = listener.accept().unwrap();
    drop(queued);
    connect_unix(&path, folder.path(), own_group(), late()).unwrap();
}

#[test]
fn only_numbers_of_the_loopback_are_addresses() {
    for good in ["127.0.0.1:1", "127.9.9.9:65535", "[::1]:80", "localhost:80"] {
        assert!(loopback(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        ":80",
        "127.0.0.1",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "0.0.0.0:80",
        "[::]:80",
        "10.0.0.1:80",
        "[::ffff:127.0.0.1]:80",
        "2130706433:80",
        "127.1:80",
        "0177.0.0.1:80",
        "localhost.example.org:80",
        "LOCALHOST:80",
        "localhost:x",
        "::1:80",
        "127.0.0.1:80\0",
        " 127.0.0.1:80",
    ] {
        assert_eq!(loopback(bad).unwrap_err().code(), Some(codes::HANDSHAKE_ADDRESS), "{bad}");
    }
}

#[test]
fn a_port_of_the_plugin_is_connected_to_and_that_of_another_program_is_not() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let plugin = Plugin::listens("127.0.0.1:0");
    let said = |address: &str| connect(&handshake(Network::Tcp, address), Path::new("/"), plugin.group(), late());
    hears_hello(&said(&plugin.address).unwrap());
    hears_hello(&said(&plugin.address.replace("127.0.0.1", "localhost")).unwrap());
    assert!(refusal(said(&format!("127.0.0.1:{port}"))).contains("another program"));
    assert!(refusal(connect_to_port(port, plugin.group(), late())).contains("another program"));
    listener.set_nonblocking(true).unwrap();
    assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock, "it is not even connected to");
}

#[test]
fn a_port_is_waited_for_until_the_plugin_listens() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut plugin = Plugin::waits(&free.to_string(), false);
    let group = plugin.group();
    let waiting = std::thread::spawn(move || connect_to_port(free.port(), group, late()));
    plugin.begin();
    hears_hello(&waiting.join().unwrap().unwrap());
}

#[test]
fn nobody_is_waited_for_once_the_plugin_has_ended() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut child = Command::new("true").process_group(0).spawn().unwrap();
    child.wait().unwrap();
    let failure = connect_to_port(free.port(), child.id(), late()).unwrap_err();
    assert_eq!(failure.code(), Some(codes::PLUGIN_EXITED));
    let failure = connect_to_port(free.port(), own_group(), soon()).unwrap_err();
    assert_eq!(failure.code(), Some(codes::START), "{failure}");
}
