//! Which sockets listen at an address, of `/proc/net/tcp` and `tcp6`.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The inodes of the sockets that a connection to the address may reach: they listen there, or at all addresses.
/// Sorted.
pub fn listening(address: SocketAddr) -> io::Result<Vec<u64>> {
    let mut found = Vec::new();
    for table in ["/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"] {
        match fs::read_to_string(table) {
            Ok(table) => found.extend(table.lines().filter_map(listener).filter(|(at, _)| reaches(*at, address))),
            // A system without the one protocol.
            Err(error) if error.kind() == io::ErrorKind::NotFound && table.ends_with('6') => {}
            Err(error) => return Err(error),
        }
    }
    let mut inodes: Vec<u64> = found.into_iter().map(|(_, inode)| inode).collect();
    inodes.sort_unstable();
    Ok(inodes)
}

/// Where the socket of a line listens, and its inode; `None` if it does not.
fn listener(line: &str) -> Option<(SocketAddr, u64)> {
    const LISTENS: &str = "0A";
    let mut fields = line.split_ascii_whitespace().skip(1);
    let at = address(fields.next()?)?;
    let state = fields.nth(1)?;
    let inode = fields.nth(5)?.parse().ok()?;
    (state == LISTENS).then_some((at, inode))
}

/// An address as the table has it: each group of four bytes as a number of this machine, the port as one.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let mut bytes = Vec::with_capacity(16);
    for start in (0..ip.len()).step_by(8) {
        bytes.extend(u32::from_str_radix(ip.get(start..start + 8)?, 16).ok()?.to_ne_bytes());
    }
    let ip = match bytes.len() {
        4 => IpAddr::from(<[u8; 4]>::try_from(bytes).ok()?),
        16 => IpAddr::from(<[u8; 16]>::try_from(bytes).ok()?),
        _ => return None,
    };
    Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
}

/// Whether a socket that listens `at` may get a connection `to`. One of all addresses of IPv6 may get those of IPv4.
fn reaches(at: SocketAddr, to: SocketAddr) -> bool {
    at.port() == to.port()
        && (at.ip().to_canonical() == to.ip()
            || at.ip() == IpAddr::V6(Ipv6Addr::UNSPECIFIED)
            || (at.ip().to_canonical() == IpAddr::V4(Ipv4Addr::UNSPECIFIED) && to.is_ipv4()))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn a_line_of_the_table_is_read() {
        let line =
            "  1: 0100007F:2710 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 4711 1 0 100 0 0 10 0";
        assert_eq!(listener(line), Some(("127.0.0.1:10000".parse().unwrap(), 4711)));
        assert_eq!(listener(&line.replace(" 0A ", " 01 ")), None);
        assert_eq!(address("00000000000000000000000001000000:0016"), Some("[::1]:22".parse().unwrap()));
        for bad in ["", "  sl  local_address rem_address   st", "1: 0100:1 x", "1: ä000007F:2710 0 0A 0 0 0 0 0 1"] {
            assert_eq!(listener(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_socket_that_listens_at_all_addresses_is_one_that_may_be_reached() {
        let to = |text: &str, address: &str| reaches(text.parse().unwrap(), address.parse().unwrap());
        assert!(to("127.0.0.1:1", "127.0.0.1:1") && to("0.0.0.0:1", "127.0.0.1:1"));
        assert!(to("[::]:1", "127.0.0.1:1") && to("[::]:1", "[::1]:1") && to("[::ffff:127.0.0.1]:1", "127.0.0.1:1"));
        assert!(!to("127.0.0.2:1", "127.0.0.1:1") && !to("127.0.0.1:2", "127.0.0.1:1"));
        assert!(!to("0.0.0.0:1", "[::1]:1") && !to("[::1]:1", "127.0.0.1:1"));
    }

    #[test]
    fn a_listener_of_this_process_is_found_until_it_is_closed() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        assert_eq!(listening(address).unwrap().len(), 1);
        drop(listener);
        assert!(listening(address).unwrap().is_empty());
    }
}
