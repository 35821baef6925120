//! The processes of a plugin: those of its group, and all their descendants, also such that have left it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;

/// Of a process: its parent and its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kin {
    parent: u32,
    group: u32,
}

/// How many generations are looked at; no plugin has so many.
const MOST_GENERATIONS: usize = 64;

/// Whether a process is of the group, or a descendant of one that is.
pub fn belongs(process: i32, group: u32) -> bool {
    u32::try_from(process).is_ok_and(|process| is_of(process, group, kin))
}

/// The inodes of all sockets that processes of the group and their descendants have open.
pub fn sockets(group: u32) -> io::Result<BTreeSet<u64>> {
    let all: BTreeMap<u32, Kin> = processes()?.filter_map(|process| Some((process, kin(process)?))).collect();
    let ours = all.keys().filter(|process| is_of(**process, group, |process| all.get(&process).copied()));
    Ok(ours.flat_map(|process| sockets_of(*process)).collect())
}

fn is_of(process: u32, group: u32, kin: impl Fn(u32) -> Option<Kin>) -> bool {
    let mut next = process;
    for _ in 0..MOST_GENERATIONS {
        match kin(next) {
            Some(found) if found.group == group => return true,
            Some(found) => next = found.parent,
            None => return false,
        }
    }
    false
}

fn processes() -> io::Result<impl Iterator<Item = u32>> {
    let entries = fs::read_dir("/proc")?;
    Ok(entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()))
}

fn kin(process: u32) -> Option<Kin> {
    // A process names itself, in any bytes.
    parse(&fs::read(format!("/proc/{process}/stat")).ok()?)
}

/// Of `1 (name) S parent group …`; the name may hold anything, brackets too.
fn parse(stat: &[u8]) -> Option<Kin> {
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    let text = str::from_utf8(&stat[end + 1..]).ok()?;
    let mut fields = text.split_ascii_whitespace().skip(1).map(str::parse);
    Some(Kin { parent: fields.next()?.ok()?, group: fields.next()?.ok()? })
}

fn sockets_of(process: u32) -> Vec<u64> {
    // It may have ended, or hide its files: then it has none that count.
    let Ok(files) = fs::read_dir(format!("/proc/{process}/fd")) else { return Vec::new() };
    let inode = |file: io::Result<fs::DirEntry>| {
        let target = fs::read_link(file.ok()?.path()).ok()?;
        target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
    };
    files.filter_map(inode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_have_any_name() {
        assert_eq!(parse(b"7 (a) b) S 1 2 3) S 5 6 7 8\n"), Some(Kin { parent: 5, group: 6 }));
        assert_eq!(parse(b"7 (\xff\n) R 5 6 7\n"), Some(Kin { parent: 5, group: 6 }));
        for bad in [&b""[..], b"7 (a)", b"7 (a) S 5", b"7 (a) S x 6", b"7 a S 5 6"] {
            assert_eq!(parse(bad), None);
        }
    }

    #[test]
    fn descendants_belong_to_the_group_and_parents_do_not() {
        let kin = |process: u32| {
            let (parent, group) = match process {
                1 => (0, 1),
                5 => (1, 5),
                6 => (5, 6),
                7 => (6, 7),
                // Such a circle can only be seen while processes end and others begin.
                8 => (9, 8),
                9 => (8, 9),
                _ => return None,
            };
            Some(Kin { parent, group })
        };
        assert!(is_of(5, 5, kin) && is_of(6, 5, kin) && is_of(7, 5, kin));
        assert!(!is_of(1, 5, kin) && !is_of(5, 6, kin) && !is_of(8, 5, kin) && !is_of(99, 5, kin));
    }
}
