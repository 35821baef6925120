//! Texts of a plugin, as they may be shown: cut, and without a character that does something to a terminal.

use std::fmt::Write as _;

/// How many bytes of a text are shown.
const LONGEST: usize = 300;

/// A text of a plugin as it may stand in a message: at most some 300 bytes of it, with control characters and those
/// that turn the direction of writing escaped.
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len().min(LONGEST));
    for character in text.chars() {
        if shown.len() >= LONGEST {
            shown.push('…');
            break;
        }
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            character if is_unsafe(character) => drop(write!(shown, "\\u{{{:x}}}", u32::from(character))),
            character => shown.push(character),
        }
    }
    shown
}

/// Why bytes are no message, without the way to where they are none: that can be very long.
pub(crate) fn reason(error: &prost::DecodeError) -> String {
    let text = error.to_string();
    let mut rest = text.strip_prefix("failed to decode Protobuf message: ").unwrap_or(&text);
    while let Some((step, after)) = rest.split_once(": ") {
        if step.contains(' ') || !step.contains('.') {
            break;
        }
        rest = after;
    }
    shown(rest)
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_plugin_says_cannot_move_the_cursor_or_turn_the_text() {
        assert_eq!(shown("a\u{1b}[2J\nb\u{202e}c"), "a\\u{1b}[2J\\nb\\u{202e}c");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let cut = shown(&"ä".repeat(1 << 20));
        assert!(cut.len() < LONGEST + 8 && cut.ends_with("ä…"), "{cut}");
    }
}
