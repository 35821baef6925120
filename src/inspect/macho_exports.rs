//! The exports trie of a Mach-O file, in which names share their beginnings.
//!
//! The `object` crate can walk it too, but follows a trie whose branches meet again for ever; this
//! walk visits a limited number of nodes.

use super::names::{Names, text};

/// The most nodes that are visited; every name has one of its own and shares a few.
const MOST_NODES: usize = 2 * Names::MOST;

/// The most nodes that wait to be visited; a node has at most 255 children.
const MOST_WAITING: usize = 1 << 14;

/// The longest name in bytes.
const LONGEST: usize = 4096;

/// The exported names, with the underscore that the C compiler puts in front.
pub(super) fn read(trie: &[u8]) -> Names {
    let mut names = Names::new();
    let mut visited = 0;
    let mut waiting = vec![(0, Vec::new())];
    while let Some((offset, name)) = waiting.pop() {
        visited += 1;
        let room = visited <= MOST_NODES && waiting.len() <= MOST_WAITING;
        if !room || node(trie, offset, &name, &mut names, &mut waiting).is_none() {
            break;
        }
    }
    names
}

/// Keeps the name of a node and adds its children; `None` when the trie is damaged or too large.
fn node(trie: &[u8], offset: u64, name: &[u8], names: &mut Names, waiting: &mut Vec<(u64, Vec<u8>)>) -> Option<()> {
    let mut rest = trie.get(usize::try_from(offset).ok()?..)?;
    let information = usize::try_from(uleb128(&mut rest)?).ok()?;
    if information > 0 && !names.push(name) {
        return None;
    }
    let (count, mut rest) = rest.get(information..)?.split_first()?;
    for _ in 0..*count {
        let edge = text(rest, 0)?;
        rest = &rest[edge.len() + 1..];
        let child = uleb128(&mut rest)?;
        let name = [name, edge].concat();
        if name.len() > LONGEST {
            return None;
        }
        waiting.push((child, name));
    }
    Some(())
}

/// A number in groups of seven bits, the lowest first.
fn uleb128(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
