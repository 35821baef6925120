//! Texts of a module: cut, made UTF-8, and without anything that would not be seen for what it is.

use hotshoe_abi::runtime::{Severity, Text};

use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error};
use crate::input::{brief, visible};

/// So many bytes of a text are looked at.
const MOST_BYTES: usize = 16 * 1024;

/// So many characters of a line are shown.
const MOST_IN_LINE: usize = 1000;

/// So many lines of a message are shown.
const MOST_LINES: usize = 200;

/// So many bytes a code may have.
const MOST_OF_CODE: usize = 64;

/// The codes of calls that mean the same for every runtime: a module says them as they are.
const SHARED: [Code; 4] = [Code::CALL_FAILED, Code::CALL_TOO_LARGE, Code::METHOD_UNKNOWN, Code::PLUGIN_EXITED];

/// A text of a module, on one line; `None` if there is none, or an empty one.
///
/// # Safety
/// As for [`Text::bytes`].
pub(super) unsafe fn line(text: Text) -> Option<String> {
    // SAFETY: as the caller promises.
    let text = unsafe { decoded(text) };
    let text = text.trim();
    (!text.is_empty()).then(|| shortened(text))
}

/// What a module says of a failure or finding.
pub(super) struct Said {
    code: Code,
    message: String,
    /// What stood behind the first line of the message: a traceback, perhaps.
    rest: Option<String>,
    hint: Option<String>,
}

impl Said {
    /// Reads what a module called `runtime` says. A code that is neither its own nor shared is replaced.
    ///
    /// # Safety
    /// As for [`Text::bytes`], for each text.
    pub(super) unsafe fn read(runtime: &str, code: Text, message: Text, hint: Text) -> Said {
        // SAFETY: as the caller promises; one byte more tells that it is too long.
        let (code, message, hint) = unsafe { (code.bytes(MOST_OF_CODE + 1), decoded(message), line(hint)) };
        let message = message.trim();
        let (first, rest) = message.split_once('\n').unwrap_or((message, ""));
        let mut rest: Vec<String> = rest.lines().take(MOST_LINES + 1).map(shortened).collect();
        if rest.len() > MOST_LINES {
            rest[MOST_LINES] = "…".to_owned();
        }
        let mut first = shortened(first);
        if first.is_empty() {
            first = format!("the runtime `{runtime}` gave no reason");
        }
        let shared = SHARED.into_iter().find(|shared| shared.as_str().as_bytes() == code);
        let own = || std::str::from_utf8(code).ok().and_then(|code| Code::of_module(runtime, code));
        let code = shared.or_else(own).unwrap_or_else(|| {
            let shown = brief(&String::from_utf8_lossy(code));
            if !shown.is_empty() {
                first.push_str(&format!(" (with the code `{shown}`, which the runtime `{runtime}` may not use)"));
            }
            Code::RUNTIME_INVALID
        });
        Said { code, message: first, rest: (!rest.is_empty()).then(|| rest.join("\n")), hint }
    }

    pub(super) fn error(self) -> Error {
        let mut error = Error::new(self.code, self.message);
        if let Some(rest) = self.rest {
            error = error.because(rest);
        }
        match self.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }

    pub(super) fn diagnostic(self, severity: i32) -> Diagnostic {
        let mut found = match severity {
            severity if severity == Severity::Note as i32 => Diagnostic::note(self.code, self.message),
            severity if severity == Severity::Warning as i32 => Diagnostic::warning(self.code, self.message),
            _ => Error::new(self.code, self.message).into(),
        };
        found.hint = self.hint;
        found
    }
}

/// # Safety
/// As for [`Text::bytes`].
unsafe fn decoded(text: Text) -> String {
    // SAFETY: as the caller promises.
    String::from_utf8_lossy(unsafe { text.bytes(MOST_BYTES) }).into_owned()
}

/// A text on one line, of a length that somebody may read.
fn shortened(text: &str) -> String {
    let mut shown: String = text.trim_end().chars().take(MOST_IN_LINE).collect();
    if text.chars().nth(MOST_IN_LINE).is_some() {
        shown.push('…');
    }
    visible(&shown)
}
