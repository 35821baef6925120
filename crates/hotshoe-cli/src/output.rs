//! What a command answers, as text or as JSON.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};
use hotshoe::diagnostics::{Diagnostic, Severity};
use hotshoe::error::{Code, Error};
use serde_json::{Value, json};

/// The form of the objects. Keys are added to it; one that went away or changed its type would make it another form.
const FORMAT: u32 = 1;

/// What a command answers: lines for people, an object for machines, and an exit code for both.
pub struct Answer {
    lines: Vec<String>,
    object: BTreeMap<String, Box<dyn erased_serde::Serialize>>,
    diagnostics: Vec<Diagnostic>,
    failure: Option<Error>,
    is_no: bool,
}

impl Answer {
    /// An answer with nothing in it: yes.
    pub fn new() -> Answer {
        Answer { lines: Vec::new(), object: BTreeMap::new(), diagnostics: Vec::new(), failure: None, is_no: false }
    }

    /// Adds a line of text; it may hold styles.
    pub fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// Adds a line `label  value`, if there is a value.
    pub fn fact(&mut self, label: &str, value: impl AsRef<str>) {
        let value = plain(value.as_ref());
        if !value.is_empty() {
            self.line(format!("  {DIM}{label:<14}{DIM:#} {value}"));
        }
    }

    /// Adds a field to the object. Paths go in as text: `to_string_lossy`, as those in the library's own values do.
    pub fn field(&mut self, key: &str, value: impl serde::Serialize) {
        match serde_json::to_value(value) {
            Ok(value) => self.owned_field(key, value),
            Err(error) => {
                self.failure = Some(Error::new(Code::INTERNAL, format!("`{key}` cannot be written")).because(error));
            }
        }
    }

    /// Adds a field that the answer keeps until it is printed, and of which nothing is made before: it may be long.
    pub fn owned_field(&mut self, key: &str, value: impl serde::Serialize + 'static) {
        self.object.insert(key.to_owned(), Box::new(value));
    }

    /// Adds findings; they stand behind the lines, and in the object's `diagnostics`.
    pub fn diagnostics(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.diagnostics.extend(diagnostics);
    }

    /// Makes it a no.
    pub fn no(&mut self) {
        self.is_no = true;
    }

    /// Prints it and returns the exit code: 3 also if it cannot be written, as onto a full disk.
    pub fn print(self, as_json: bool) -> u8 {
        let code = match (&self.failure, self.is_no) {
            (Some(_), _) => 3,
            (None, true) => 1,
            (None, false) => 0,
        };
        match if as_json { self.write_json() } else { self.write_text() } {
            Ok(()) => code,
            Err(error) => unwritten(&error).unwrap_or(code),
        }
    }

    fn write_json(mut self) -> io::Result<()> {
        if let Some(error) = self.failure.take() {
            self.object.clear();
            self.owned_field("error", error_object(error));
        }
        self.field("format", FORMAT);
        let diagnostics = std::mem::take(&mut self.diagnostics);
        self.owned_field("diagnostics", diagnostics);
        let mut out = BufWriter::new(Printable(io::stdout().lock()));
        serde_json::to_writer_pretty(&mut out, &self.object)?;
        writeln!(out)?;
        out.flush()
    }

    fn write_text(self) -> io::Result<()> {
        let mut out = BufWriter::new(anstream::stdout().lock());
        for line in &self.lines {
            // What a name or a file brought in begins no line of its own.
            writeln!(out, "{}", printable(&line.replace('\n', "\n    ")))?;
        }
        out.flush()?;
        let mut err = BufWriter::new(anstream::stderr().lock());
        let mut long_hints = HashSet::new();
        for mut diagnostic in self.diagnostics {
            let is_long = |hint: &String| hint.chars().count() > LONG_HINT;
            if diagnostic.hint.clone().is_some_and(|hint| is_long(&hint) && !long_hints.insert(hint)) {
                diagnostic.hint = Some("the same as above".to_owned());
            }
            writeln!(err, "{}", printable(&styled(&diagnostic)))?;
        }
        if let Some(error) = &self.failure {
            writeln!(err, "{}", printable(&format!("{BAD}error{BAD:#}: {}", error.report())))?;
        }
        err.flush()
    }
}

/// A hint that is longer, as one with all folders that were searched, is printed once, however many plugins it is for.
const LONG_HINT: usize = 120;

/// The exit code if an answer could not be written; `None` if whoever reads it has read enough.
pub fn unwritten(error: &io::Error) -> Option<u8> {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return None;
    }
    // If stderr takes nothing either, the exit code says it alone.
    let _ = writeln!(anstream::stderr(), "{BAD}error{BAD:#}: the answer cannot be written: {error}");
    Some(3)
}

impl From<Error> for Answer {
    fn from(error: Error) -> Answer {
        Answer { failure: Some(error), ..Answer::new() }
    }
}

/// Says on stderr how work goes on; that nobody can read it does not stop the work.
pub fn remark(text: &str) {
    let _ = writeln!(anstream::stderr(), "{}", printable(text));
}

/// A text from a file, so that it cannot move the cursor or turn the line around.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() || c.is_ascii_graphic() || c == ' ' { c } else { '\u{fffd}' }).collect()
}

/// A path for a line of its own, whatever its maker put into it.
pub fn path_in_line(path: &Path) -> String {
    path.to_string_lossy().chars().map(|c| if is_unprintable(c) { '\u{fffd}' } else { c }).collect()
}

/// What moves a cursor, commands a terminal, or turns or hides text.
fn is_unprintable(c: char) -> bool {
    let is_hidden = matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c.is_control() || is_hidden
}

/// A text with our own colours, and with nothing else in it that does more than print. Every line goes through here.
fn printable(text: &str) -> Cow<'_, str> {
    let is_safe = |c| c == '\n' || !is_unprintable(c);
    if text.chars().all(is_safe) {
        return Cow::Borrowed(text);
    }
    let styles = [GOOD, BAD, ODD, NAME, DIM].map(|style| style.render().to_string());
    let ours: Vec<&str> = styles.iter().map(String::as_str).chain([RESET]).collect();
    let (mut shown, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(|c| !is_safe(c)) {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let style = ours.iter().find(|style| rest.starts_with(**style));
        shown.push_str(style.copied().unwrap_or("\u{fffd}"));
        let length = style.map_or(rest.chars().next().map_or(0, char::len_utf8), |style| style.len());
        rest = &rest[length..];
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

/// What ends a style.
const RESET: &str = "\x1b[0m";

/// Escapes in JSON what the format allows as it is and a terminal does not.
struct Printable<W>(W);

impl<W: Write> Write for Printable<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Nearly all of it is; whatever is not is looked at more closely.
        if bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
            return self.0.write_all(bytes).map(|()| bytes.len());
        }
        // Pieces of JSON end where characters do; a buffer may cut one, whose rest comes with the next.
        let whole = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        let text = std::str::from_utf8(&bytes[..whole]).unwrap_or_default();
        let mut start = 0;
        for (at, c) in text.char_indices().filter(|(_, c)| *c != '\n' && is_unprintable(*c)) {
            write!(self.0, "{}\\u{:04x}", &text[start..at], u32::from(c))?;
            start = at + c.len_utf8();
        }
        self.0.write_all(&text.as_bytes()[start..])?;
        Ok(whole)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Green: as it should be.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Red: an error.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// Yellow: a warning.
pub const ODD: Style = AnsiColor::Yellow.on_default().bold();
/// Bold: a name.
pub const NAME: Style = Style::new().bold();
/// Faint: a label.
pub const DIM: Style = Style::new().dimmed();

fn styled(diagnostic: &Diagnostic) -> String {
    let style = match diagnostic.severity {
        Severity::Error => BAD,
        Severity::Warning => ODD,
        Severity::Note => NAME,
    };
    let text = diagnostic.to_string();
    let (severity, rest) = text.split_at(text.find('[').unwrap_or(0));
    format!("{style}{severity}{style:#}{rest}")
}

fn error_object(error: Error) -> Value {
    let stage = error.code().stage();
    let mut object = json!(Diagnostic::from(error));
    object["stage"] = json!(stage);
    object
}
