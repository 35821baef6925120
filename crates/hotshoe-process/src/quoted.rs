//! How the words of a plugin are shown: cut, and with nothing in them that a terminal or a log would obey.

use std::fmt::Write;

/// At most `most` characters of what a plugin wrote, for a message of ours; what is left out is told by `…`.
///
/// ```
/// use hotshoe_process::quoted::quoted;
/// assert_eq!(quoted(b"\x1b[31mred\xff", 100), "\\u{1b}[31mred\u{fffd}");
/// assert_eq!(quoted(b"abcdef", 3), "abc…");
/// ```
pub fn quoted(bytes: &[u8], most: usize) -> String {
    // No character is longer than four bytes: what follows is not even looked at.
    let seen = &bytes[..bytes.len().min(most.saturating_add(1).saturating_mul(4))];
    let text = String::from_utf8_lossy(seen);
    let mut characters = text.chars();
    let mut shown = escaped(&characters.by_ref().take(most).collect::<String>());
    if characters.next().is_some() || seen.len() < bytes.len() {
        shown.push('…');
    }
    shown
}

/// The same text with control characters, those that turn the direction of writing, and those that nobody sees, as
/// `\u{…}`. A tab stays.
pub fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\t' || !obeyed(character) {
            shown.push(character);
        } else {
            let _ = write!(shown, "{}", character.escape_default());
        }
    }
    shown
}

/// Whether a terminal or an editor does something for it, or nothing, but show it.
fn obeyed(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_shown_as_it_is() {
        assert_eq!(escaped("a\0\r\n\u{9b}\u{202e}b"), "a\\u{0}\\r\\n\\u{9b}\\u{202e}b");
        assert_eq!(escaped("\tat main.go:3, größer"), "\tat main.go:3, größer");
    }

    #[test]
    fn a_cut_is_told_and_falls_between_characters() {
        assert_eq!(quoted("größer".as_bytes(), 3), "grö…");
        assert_eq!(quoted("größer".as_bytes(), 6), "größer");
        assert_eq!(quoted(&[b'x'; 1 << 20], 2), "xx…");
        assert_eq!(quoted(&[0xff; 100], 2), "\u{fffd}\u{fffd}…");
        assert_eq!(quoted(b"", 0), "");
    }
}
