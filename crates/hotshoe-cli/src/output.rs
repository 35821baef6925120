//! What a command answers, as text or as JSON.

use anstyle::{AnsiColor, Style};
use hotshoe::diagnostics::{Diagnostic, Severity};
use hotshoe::error::Error;
use serde_json::{Map, Value, json};

/// What a command answers: lines for people, an object for machines, and an exit code for both.
pub struct Answer {
    lines: Vec<String>,
    object: Map<String, Value>,
    diagnostics: Vec<Diagnostic>,
    failure: Option<Error>,
    is_no: bool,
}

impl Answer {
    /// An answer with nothing in it: yes.
    pub fn new() -> Answer {
        Answer { lines: Vec::new(), object: Map::new(), diagnostics: Vec::new(), failure: None, is_no: false }
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

    /// Adds a field to the object.
    pub fn field(&mut self, key: &str, value: impl serde::Serialize) {
        let value = serde_json::to_value(value).unwrap_or_else(|error| json!({ "unprintable": error.to_string() }));
        self.object.insert(key.to_owned(), value);
    }

    /// Adds findings; they stand behind the lines, and in the object's `diagnostics`.
    pub fn diagnostics(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.diagnostics.extend(diagnostics);
    }

    /// Makes it a no.
    pub fn no(&mut self) {
        self.is_no = true;
    }

    /// Prints it and returns the exit code.
    pub fn print(mut self, as_json: bool) -> u8 {
        let code = match (&self.failure, self.is_no) {
            (Some(_), _) => 3,
            (None, true) => 1,
            (None, false) => 0,
        };
        if as_json {
            if let Some(error) = self.failure {
                self.object.insert("error".to_owned(), error_object(error));
            }
            self.object.insert("diagnostics".to_owned(), json!(self.diagnostics));
            anstream::println!("{:#}", Value::Object(self.object));
            return code;
        }
        for line in &self.lines {
            anstream::println!("{line}");
        }
        for diagnostic in &self.diagnostics {
            anstream::eprintln!("{}", styled(diagnostic));
        }
        if let Some(error) = &self.failure {
            anstream::eprintln!("{BAD}error{BAD:#}: {}", error.report());
        }
        code
    }
}

impl From<Error> for Answer {
    fn from(error: Error) -> Answer {
        Answer { failure: Some(error), ..Answer::new() }
    }
}

/// A text from a file, so that it cannot move the cursor or turn the line around.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() || c.is_ascii_graphic() || c == ' ' { c } else { '\u{fffd}' }).collect()
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
