//! Texts of a plugin's descriptors and messages, as they may be shown.

use crate::quoted::quoted;

/// How many characters of a text are shown.
const LONGEST: usize = 300;

/// A text of a plugin as it may stand in a message.
pub fn shown(text: &str) -> String {
    quoted(text.as_bytes(), LONGEST)
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
