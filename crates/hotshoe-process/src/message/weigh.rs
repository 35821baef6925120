//! How many values a message has, counted before any of them is made.

use prost_reflect::{Kind, MessageDescriptor};

use super::MESSAGE;

/// How many values the bytes of a message hold, each element of a packed list and each unknown field being one, and a
/// message as many as it takes memory for: at least `most` + 1 if there are more. What cannot be read counts as far as it can; reading it fails anyway.
pub(super) fn values(message: &MessageDescriptor, bytes: &[u8], most: usize) -> usize {
    let mut count = 0;
    let mut open = vec![(message.clone(), bytes)];
    while let Some((message, bytes)) = open.pop() {
        let mut rest = bytes;
        while let Some((number, content)) = field(&mut rest) {
            count += 1;
            let field = content.and_then(|content| Some((message.get_field(number)?, content)));
            match field.map(|(field, content)| (field.kind(), content)) {
                Some((Kind::Message(inner), content)) => {
                    count += MESSAGE;
                    open.push((inner, content));
                }
                Some((kind, content)) => count += packed(&kind, content),
                None => {}
            }
            if count > most {
                return count;
            }
        }
    }
    count
}

/// The next field: its number, and its content if that has a length of its own. None at the end, or at what is none.
fn field<'a>(rest: &mut &'a [u8]) -> Option<(u32, Option<&'a [u8]>)> {
    let key = varint(rest)?;
    let content = match key & 7 {
        0 => varint(rest).map(|_| None)?,
        1 => skip(rest, 8).map(|_| None)?,
        2 => {
            let length = varint(rest)?;
            Some(skip(rest, usize::try_from(length).ok()?)?)
        }
        5 => skip(rest, 4).map(|_| None)?,
        // The begin or the end of a group, whose fields are counted as if they were here.
        3 | 4 => None,
        _ => return None,
    };
    Some((u32::try_from(key >> 3).ok()?, content))
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..70).step_by(7) {
        let (first, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(first & 0x7f).checked_shl(shift).unwrap_or(0);
        if *first < 0x80 {
            return Some(value);
        }
    }
    None
}

fn skip<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (content, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(content)
}

fn packed(kind: &Kind, content: &[u8]) -> usize {
    match kind {
        Kind::String | Kind::Bytes | Kind::Message(_) => 0,
        Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => content.len() / 8,
        Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => content.len() / 4,
        _ => content.iter().filter(|byte| **byte < 0x80).count(),
    }
}
