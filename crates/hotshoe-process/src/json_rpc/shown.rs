//! What a plugin says, as it is shown to a person: cut, and escaped.

/// At most `most` bytes of it, with control characters escaped; `…` says that there was more.
pub fn shown(bytes: &[u8], most: usize) -> String {
    let cut = &bytes[..bytes.len().min(most)];
    let text = String::from_utf8_lossy(cut);
    // A character that the cut went through is no fault of the text.
    let text = if cut.len() < bytes.len() { text.trim_end_matches('\u{fffd}') } else { &text };
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '`' | '"' | '\'' | '\\' => shown.push(letter),
            _ => shown.extend(letter.escape_debug()),
        }
    }
    if cut.len() < bytes.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_cut_and_has_no_control_characters() {
        assert_eq!(shown("\u{1b}[31mred\u{202e}\n".as_bytes(), 100), "\\u{1b}[31mred\\u{202e}\\n");
        assert_eq!(shown("äää".as_bytes(), 3), "ä…");
        assert_eq!(shown(b"\"ab\"", 100), "\"ab\"");
    }
}
