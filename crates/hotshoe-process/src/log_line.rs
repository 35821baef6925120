//! What a line of a plugin's log says, whatever it is: of hclog, of Go's `log`, a panic, or anything else.
//!
//! It is total: any bytes are a line, and no line is an error. [`Lines`] cuts bytes into lines, [`Log`] reads them.

use std::collections::VecDeque;

use crate::quoted::{escaped, quoted};

mod lines;
mod parse;
#[cfg(test)]
mod tests;

pub use lines::{LONGEST_LINE, Lines};

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Each step.
    Trace,
    /// For whoever looks for a fault.
    Debug,
    /// What goes on; of a line that does not say, this is assumed.
    Info,
    /// It may be a fault.
    Warning,
    /// It is one.
    Error,
}

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// How much it matters.
    pub level: Level,
    /// What it says, with further keys of it as `key=value` at the end. Control characters are escaped.
    pub text: String,
    /// Which part of the plugin says it, if that is told.
    pub name: Option<String>,
}

/// Reads the log of one process, from its start to its end.
///
/// ```
/// use hotshoe_process::log_line::{Level, Log};
/// let mut log = Log::default();
/// let mut lines = Vec::new();
/// log.feed(b"[WARN] low on memory\npanic: out of", &mut |line| lines.push(line));
/// log.end(&mut |line| lines.push(line));
/// assert_eq!((lines[0].level, &*lines[0].text), (Level::Warning, "low on memory"));
/// assert_eq!((lines[1].level, &*lines[1].text), (Level::Error, "panic: out of"));
/// assert_eq!(log.last().collect::<Vec<_>>(), ["low on memory", "panic: out of"]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Log {
    lines: Lines,
    state: State,
    last: VecDeque<String>,
}

/// What the lines before say of those that say nothing of themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Nothing.
    #[default]
    Usual,
    /// The process dies of a Go panic, and tells where all its goroutines are.
    Dying,
    /// A traceback of Python: all lines up to the first that is not indented.
    Traceback,
    /// A panic of Rust, whose next line is what it says.
    OneMore,
}

/// How many lines are kept for the report of a death.
const KEPT: usize = 20;

/// How much of each of them, in characters.
const KEPT_OF_EACH: usize = 1024;

impl Log {
    /// Takes what was read, and gives each line that has come to its end.
    pub fn feed(&mut self, bytes: &[u8], each: &mut dyn FnMut(LogLine)) {
        let Log { lines, state, last } = self;
        lines.feed(bytes, &mut |line| each(read(line, state, last)));
    }

    /// Gives what has come of a last line without an end.
    pub fn end(&mut self, each: &mut dyn FnMut(LogLine)) {
        let Log { lines, state, last } = self;
        lines.end(&mut |line| each(read(line, state, last)));
    }

    /// The last lines, at most 20 and none longer than 1024 characters, oldest first.
    pub fn last(&self) -> impl Iterator<Item = &str> {
        self.last.iter().map(String::as_str)
    }
}

fn read(line: &[u8], state: &mut State, last: &mut VecDeque<String>) -> LogLine {
    let line = String::from_utf8_lossy(line);
    let line = match parse::structured(&line) {
        Some(line) => {
            *state = State::Usual;
            line
        }
        None => LogLine { level: plain(&line, state), text: escaped(&line), name: None },
    };
    if last.len() == KEPT {
        last.pop_front();
    }
    last.push_back(quoted(line.text.as_bytes(), KEPT_OF_EACH));
    line
}

/// The level of a line that does not say it.
fn plain(line: &str, state: &mut State) -> Level {
    if line.starts_with("panic: ") || line.starts_with("fatal error: ") {
        *state = State::Dying;
    } else if line.starts_with("Traceback (most recent call last):") {
        *state = State::Traceback;
    } else if line.starts_with("thread '") && line.contains("' panicked at ") {
        *state = State::OneMore;
    } else {
        return goes_on(line, state);
    }
    Level::Error
}

fn goes_on(line: &str, state: &mut State) -> Level {
    let indented = line.starts_with([' ', '\t']);
    match state {
        State::Usual => return Level::Info,
        State::Dying => {}
        State::Traceback if indented => {}
        State::Traceback | State::OneMore => *state = State::Usual,
    }
    Level::Error
}
