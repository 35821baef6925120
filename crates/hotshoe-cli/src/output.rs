//! What a command answers, as text or as JSON.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::mem::ManuallyDrop;
use std::path::Path;
use std::sync::{LazyLock, OnceLock};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use hotshoe::catalog::Catalog;
use hotshoe::diagnostics::{Diagnostic, Severity};
use hotshoe::error::{Code, Error};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::shown::Shown;

/// The form of the objects. Keys are added to it; one that went away or changed its type would make it another form.
const FORMAT: u32 = 1;

/// What a command answers: lines for people, an object for machines, and an exit code for both.
pub struct Answer {
    lines: Vec<String>,
    object: BTreeMap<String, Field>,
    told: Vec<(Severity, String)>,
    diagnostics: Vec<Diagnostic>,
    failure: Option<Error>,
    is_no: bool,
    at_end: Option<Box<dyn FnOnce()>>,
    streams: bool,
}

/// A field of the object. What may be long is kept as it is, and goes straight into the output.
#[derive(Serialize)]
#[serde(untagged)]
enum Field {
    Value(Value),
    Shown(Shown),
    Diagnostics(Vec<Diagnostic>),
    #[serde(serialize_with = "plugins_of")]
    Plugins(Catalog),
}

/// The plugins of a catalog, in its order.
fn plugins_of<S: Serializer>(catalog: &Catalog, serializer: S) -> Result<S::Ok, S::Error> {
    catalog.candidates().serialize(serializer)
}

impl Answer {
    /// An answer with nothing in it: yes.
    pub fn new() -> Answer {
        Answer {
            lines: Vec::new(),
            object: BTreeMap::new(),
            told: Vec::new(),
            diagnostics: Vec::new(),
            failure: None,
            is_no: false,
            at_end: None,
            streams: false,
        }
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
    pub fn field(&mut self, key: &str, value: impl Serialize) {
        match serde_json::to_value(value) {
            Ok(value) => drop(self.object.insert(key.to_owned(), Field::Value(value))),
            Err(error) => {
                self.failure = Some(Error::new(Code::INTERNAL, format!("`{key}` cannot be written")).because(error));
            }
        }
    }

    /// Adds the plugins of a catalog to the object.
    pub fn plugins(&mut self, catalog: Catalog) {
        self.object.insert("plugins".to_owned(), Field::Plugins(catalog));
    }

    /// Adds the fields of a context to the object.
    pub fn context(&mut self, fields: Shown) {
        self.object.insert("context".to_owned(), Field::Shown(fields));
    }

    /// Adds what plugins found, in their words; in the object it stands where they put it.
    pub fn told(&mut self, severity: Severity, text: String) {
        self.told.push((severity, text));
    }

    /// Has something done when the answer is printed, such as what may end this program.
    pub fn at_end(&mut self, end: impl FnOnce() + 'static) {
        self.at_end = Some(Box::new(end));
    }

    /// What it answers was printed already, line by line. Why it is a no stands in an object on stderr, on one line.
    pub fn streams(&mut self) {
        self.streams = true;
    }

    /// Adds findings; they stand behind the lines, and in the object's `diagnostics`.
    pub fn diagnostics(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.diagnostics.extend(diagnostics);
    }

    /// Makes it a no.
    pub fn no(&mut self) {
        self.is_no = true;
    }

    /// Makes it a no if an error is among what was found.
    pub fn no_if_errors(&mut self) {
        let found = self.diagnostics.iter().map(|found| found.severity);
        self.is_no |= found.chain(self.told.iter().map(|(severity, _)| *severity)).any(|it| it == Severity::Error);
    }

    /// Prints it and returns the exit code: 3 also if it cannot be written, as onto a full disk.
    pub fn print(self, as_json: bool) -> u8 {
        let code = match (&self.failure, self.is_no) {
            (Some(_), _) => 3,
            (None, true) => 1,
            (None, false) => 0,
        };
        // The program ends now, and its memory with it: to free what thousands of plugins are made of takes a while.
        let mut answer = ManuallyDrop::new(self);
        let code = match if as_json { answer.write_json() } else { answer.write_text() } {
            Ok(()) => code,
            Err(error) => unwritten(&error).unwrap_or(code),
        };
        if let Some(end) = answer.at_end.take() {
            end();
        }
        code
    }

    fn write_json(&mut self) -> io::Result<()> {
        if let Some(error) = self.failure.take() {
            self.object.clear();
            self.object.insert("error".to_owned(), Field::Value(error_object(error)));
        }
        self.field("format", FORMAT);
        let diagnostics = std::mem::take(&mut self.diagnostics);
        self.object.insert("diagnostics".to_owned(), Field::Diagnostics(diagnostics));
        if self.streams {
            let mut err = Printable(io::stderr().lock());
            return if self.is_no { writeln!(err, "{}", serde_json::to_string(&self.object)?) } else { Ok(()) };
        }
        let mut out = BufWriter::with_capacity(BUFFER, Printable(own_stdout()));
        serde_json::to_writer_pretty(&mut out, &self.object)?;
        writeln!(out)?;
        out.flush()
    }

    fn write_text(&mut self) -> io::Result<()> {
        let styles = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
        let mut out: Box<dyn Write> = match styles {
            true => Box::new(BufWriter::with_capacity(BUFFER, anstream::stdout().lock())),
            // There is nothing to strip then.
            false => Box::new(BufWriter::with_capacity(BUFFER, io::stdout().lock())),
        };
        for line in &self.lines {
            // What a name or a file brought in begins no line of its own.
            match line.contains('\n') {
                true => out.write_all(printable(&line.replace('\n', "\n    "), styles).as_bytes())?,
                false => out.write_all(printable(line, styles).as_bytes())?,
            }
            out.write_all(b"\n")?;
        }
        out.flush()?;
        let mut err = BufWriter::new(anstream::stderr().lock());
        let mut long_hints = HashSet::new();
        for (severity, text) in &self.told {
            writeln!(err, "{}", printable(&with_style(*severity, text), true))?;
        }
        for mut diagnostic in std::mem::take(&mut self.diagnostics) {
            let is_long = |hint: &String| hint.chars().count() > LONG_HINT;
            if diagnostic.hint.clone().is_some_and(|hint| is_long(&hint) && !long_hints.insert(hint)) {
                diagnostic.hint = Some("the same as above".to_owned());
            }
            writeln!(err, "{}", printable(&styled(&diagnostic), true))?;
        }
        if let Some(error) = &self.failure {
            writeln!(err, "{}", printable(&format!("{BAD}error{BAD:#}: {}", error.report()), true))?;
        }
        err.flush()
    }
}

/// How much of an answer is written at once, in bytes.
const BUFFER: usize = 64 << 10;

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
    let _ = writeln!(anstream::stderr(), "{}", printable(text, true));
}

/// A text from a file, so that it cannot move the cursor or turn the line around.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() || c.is_ascii_graphic() || c == ' ' { c } else { '\u{fffd}' }).collect()
}

/// Where JSON goes once others may print, too.
static OWN_STDOUT: OnceLock<File> = OnceLock::new();

/// From here on what plugins print goes to stderr, and stdout is for the answer alone. Where the system has no way to say so,
/// both go to stdout.
pub fn have_stdout_alone() {
    #[cfg(unix)]
    if let Ok(own) = std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned()
        && rustix::stdio::dup2_stdout(io::stderr()).is_ok()
    {
        let _ = OWN_STDOUT.set(own.into());
    }
}

fn own_stdout() -> Box<dyn Write> {
    match OWN_STDOUT.get() {
        Some(own) => Box::new(own),
        None => Box::new(io::stdout().lock()),
    }
}

/// Writes a part of the answer at once; if it is JSON, without anything that commands a terminal.
pub fn write_out(is_json: bool, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out: Box<dyn Write> = if is_json { Box::new(Printable(own_stdout())) } else { own_stdout() };
    let mut out = BufWriter::with_capacity(BUFFER, &mut out);
    write(&mut out)?;
    out.flush()
}

/// A JSON text with its white space as people like it, or with none. Its numbers stay as they are spelt, and the order of
/// its keys too.
pub fn json_text(text: &str, is_pretty: bool) -> String {
    const DEEPEST: usize = 32;
    let (mut shown, mut depth, mut is_string, mut is_escaped) =
        (String::with_capacity(text.len()), 0usize, false, false);
    let new_line = |shown: &mut String, depth: usize| {
        if is_pretty {
            shown.push('\n');
            shown.extend(std::iter::repeat_n("  ", depth.min(DEEPEST)));
        }
    };
    for c in text.chars() {
        if is_string {
            shown.push(c);
            is_string = is_escaped || c != '"';
            is_escaped = !is_escaped && c == '\\';
            continue;
        }
        let is_first = shown.trim_end().ends_with(['{', '[']);
        match c {
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                match is_first {
                    true => shown.truncate(shown.trim_end().len()),
                    false => new_line(&mut shown, depth),
                }
            }
            c if c.is_ascii_whitespace() => continue,
            _ => {}
        }
        is_string = c == '"';
        shown.push(c);
        match c {
            '{' | '[' => {
                depth += 1;
                new_line(&mut shown, depth);
            }
            ',' => new_line(&mut shown, depth),
            ':' if is_pretty => shown.push(' '),
            _ => {}
        }
    }
    shown
}

/// A text for a line, whatever its maker put into it.
pub fn in_line(text: &str) -> String {
    path_in_line(Path::new(text))
}

/// A path for a line of its own, whatever its maker put into it.
pub fn path_in_line(path: &Path) -> String {
    let shown = path.to_string_lossy();
    match is_plain(&shown) {
        true => shown.into_owned(),
        false => shown.chars().map(|c| if is_unprintable(c) { '\u{fffd}' } else { c }).collect(),
    }
}

/// Whether a text is of ASCII characters that are seen, as most are.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// What moves a cursor, commands a terminal, or turns or hides text.
fn is_unprintable(c: char) -> bool {
    let is_hidden = matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c.is_control() || is_hidden
}

/// A text with our own colours, if they are wanted, and with nothing else in it that does more than print. Every line
/// goes through here.
fn printable(text: &str, styles: bool) -> Cow<'_, str> {
    // Most of it is plain, and thousands of lines are looked at.
    let is_plain = |byte: u8| matches!(byte, b'\n' | b' '..=b'~');
    let Some(first) = text.bytes().position(|byte| !is_plain(byte)) else { return Cow::Borrowed(text) };
    let mut shown = String::with_capacity(text.len());
    shown.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(c) = rest.chars().next() {
        let style = OURS.iter().find(|style| rest.starts_with(style.as_str()));
        match style {
            Some(style) if styles => shown.push_str(style),
            Some(_) => {}
            None => shown.push(if c != '\n' && is_unprintable(c) { '\u{fffd}' } else { c }),
        }
        rest = &rest[style.map_or(c.len_utf8(), String::len)..];
        let plain = rest.bytes().position(|byte| !is_plain(byte)).unwrap_or(rest.len());
        shown.push_str(&rest[..plain]);
        rest = &rest[plain..];
    }
    Cow::Owned(shown)
}

/// What begins our styles, and what ends them.
static OURS: LazyLock<[String; 6]> = LazyLock::new(|| {
    let [good, bad, odd, name, dim] = [GOOD, BAD, ODD, NAME, DIM].map(|style| style.render().to_string());
    [good, bad, odd, name, dim, anstyle::Reset.render().to_string()]
});

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
    with_style(diagnostic.severity, &diagnostic.to_string())
}

/// `warning[…]: …`, with the first word in its colour.
fn with_style(severity: Severity, text: &str) -> String {
    let style = match severity {
        Severity::Error => BAD,
        Severity::Warning => ODD,
        Severity::Note => NAME,
    };
    let (severity, rest) = text.split_at(text.find('[').unwrap_or(0));
    format!("{style}{severity}{style:#}{rest}")
}

fn error_object(error: Error) -> Value {
    let stage = error.code().stage();
    let mut object = json!(Diagnostic::from(error));
    object["stage"] = json!(stage);
    object
}
