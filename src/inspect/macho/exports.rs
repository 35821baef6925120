//! The exports trie of a Mach-O file, in which names share their beginnings.
//!
//! The `object` crate can walk it too, but follows a trie whose branches meet again for ever; this
//! walk visits a limited number of nodes.

use super::Exported;
use crate::inspect::names::{Names, text};

/// The most nodes that are visited; every name has one of its own and shares a few.
const MOST_NODES: usize = 2 * Names::MOST;

/// The most nodes that wait to be visited; a node has at most 255 children.
const MOST_WAITING: usize = 1 << 14;

/// The longest name in bytes.
const LONGEST: usize = 4096;

/// The kinds of symbols, in the lowest bits of a terminal's flags (`EXPORT_SYMBOL_FLAGS_KIND_MASK`).
const KINDS: u64 = 3;

/// What is defined by another library (`EXPORT_SYMBOL_FLAGS_REEXPORT`), which alone knows its kind.
const RE_EXPORT: u64 = 8;

/// The exported names, with the underscore that the C compiler puts in front. `is_code` tells what lies at an offset
/// from the beginning of the image.
pub(super) fn read(trie: &[u8], is_code: &dyn Fn(u64) -> bool) -> Exported {
    let mut names = Exported::new();
    let mut visited = 0;
    let mut waiting = vec![(0, Vec::new())];
    while let Some((offset, name)) = waiting.pop() {
        visited += 1;
        let room = visited <= MOST_NODES && waiting.len() <= MOST_WAITING;
        if !room || node(trie, offset, &name, is_code, &mut names, &mut waiting).is_none() {
            break;
        }
    }
    names
}

/// Keeps the name of a node and adds its children; `None` when the trie is damaged or too large.
fn node(
    trie: &[u8],
    offset: u64,
    name: &[u8],
    is_code: &dyn Fn(u64) -> bool,
    names: &mut Exported,
    waiting: &mut Vec<(u64, Vec<u8>)>,
) -> Option<()> {
    let mut rest = trie.get(usize::try_from(offset).ok()?..)?;
    let information = usize::try_from(uleb128(&mut rest)?).ok()?;
    if information > 0 {
        let function = is_function(rest.get(..information)?, is_code);
        if !names.names.push(name) || !(function || names.variables.push(name)) {
            return None;
        }
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

/// Thread-local and absolute symbols are no functions, and others are where they lie in code.
fn is_function(mut information: &[u8], is_code: &dyn Fn(u64) -> bool) -> bool {
    let flags = uleb128(&mut information).unwrap_or(0);
    let re_exported = flags & RE_EXPORT != 0;
    re_exported || (flags & KINDS == 0 && uleb128(&mut information).is_none_or(is_code))
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
