//! Loading a library in a process of its own first.
//!
//! A constructor that exits or hangs takes its process with it. So does one that throws: dlopen is
//! declared never to throw, and where the exception gets out all the same, glibc's loader stays locked
//! for every other thread (seen with 2.36). The only way to survive such a library is to let another
//! process meet it first.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use super::native::FileIdentity;
use super::native::os;
use crate::error::{Code, Error, Result};

/// Lets a program load each library once, before this process does.
#[derive(Debug)]
pub struct Prober {
    program: PathBuf,
    arguments: Vec<OsString>,
    patience: Duration,
    passed: Mutex<HashSet<(PathBuf, FileIdentity)>>,
}

impl Prober {
    /// How long a library may take to load in the other process.
    pub const PATIENCE: Duration = Duration::from_secs(10);

    /// The exit code of a process that survived the library. It is not 0, with which a constructor
    /// that calls `exit` may end the process before anything was found out.
    pub const SURVIVED: u8 = 42;

    /// Probes with a program: the tool `hotshoe`, or one that takes `probe <library> <entry>` too,
    /// loads and unloads the library, and exits with [`Prober::SURVIVED`].
    ///
    /// It exits so as well if the system's loader refuses the library: then no code of it ran, and
    /// this process learns the reason when it loads the library itself.
    pub fn new(program: impl Into<PathBuf>) -> Prober {
        Prober {
            program: program.into(),
            arguments: vec!["probe".into()],
            patience: Self::PATIENCE,
            passed: Mutex::new(HashSet::new()),
        }
    }

    /// Waits this long for a library instead of [`Prober::PATIENCE`].
    pub fn patience(mut self, patience: Duration) -> Prober {
        self.patience = patience;
        self
    }

    /// Loads and unloads a library in the other process, unless just this file passed before.
    pub fn probe(&self, library: &Path, entry: &str) -> Result<()> {
        let unreadable =
            |error| Error::new(Code::LIBRARY_UNREADABLE, "the library cannot be read").because(error).at(library);
        let identity = (library.to_owned(), FileIdentity::new(&fs::metadata(library).map_err(unreadable)?));
        if self.passed.lock().expect("no panic while it is held").contains(&identity) {
            return Ok(());
        }
        let failed = |message: String| {
            Error::new(Code::PROBE_FAILED, message)
                .hint("look at its constructors and global objects: one that throws, exits or waits does this")
                .at(library)
        };
        let no_start = |error| {
            Error::new(Code::PROBE_FAILED, format!("`{}` cannot be started to probe it", self.program.display()))
                .because(error)
                .hint("give the host the path of the tool `hotshoe`; nothing is known of the plugin")
                .at(library)
        };
        // Into a file, for whatever the library leaves running could hold a pipe open for ever.
        let mut words = tempfile::tempfile_in(os::temporary()).map_err(no_start)?;
        let mut child = self.start(library, entry, &words).map_err(no_start)?;
        let status = wait(&mut child, self.patience)
            .map_err(|error| failed("the probing process cannot be waited for".to_owned()).because(error))?;
        let Some(status) = status else {
            return Err(failed(format!("it did not load within {} seconds", self.patience.as_secs_f32())));
        };
        if status.code() != Some(Self::SURVIVED.into()) {
            let error = failed(format!("loading it ended another process: {}", describe(status)));
            let error = if status.success() { error.hint(self.says_nothing()) } else { error };
            let words = read_words(&mut words);
            return Err(if words.is_empty() { error } else { error.because(words) });
        }
        self.passed.lock().expect("no panic while it is held").insert(identity);
        Ok(())
    }

    /// What an exit code of 0 may mean.
    fn says_nothing(&self) -> String {
        format!(
            "either one of its constructors calls `exit`, or `{}` is no prober: give the host the path of the tool `hotshoe`",
            self.program.display()
        )
    }

    fn start(&self, library: &Path, entry: &str, words: &File) -> std::io::Result<Child> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg(library).arg(entry);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(words.try_clone()?);
        // A group of its own, so that what the library starts ends with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn()
    }
}

/// The first 4 KiB of what the process said.
fn read_words(file: &mut File) -> String {
    let mut bytes = Vec::new();
    let read = file.rewind().and_then(|()| file.take(4096).read_to_end(&mut bytes));
    let words = String::from_utf8_lossy(&bytes).trim().to_owned();
    // Rust's runtime has words of its own for an exception that nobody caught.
    match read.is_ok() && words.contains("Rust cannot catch foreign exceptions") {
        true => "an exception was thrown and not caught".to_owned(),
        false => words,
    }
}

/// Waits for the process to end; kills it and returns `None` after the deadline.
fn wait(child: &mut Child, patience: Duration) -> std::io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + patience;
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            os::kill_group(child);
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

fn describe(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        let name = match signal {
            6 => " (abort)",
            7 => " (bus error)",
            11 => " (segmentation fault)",
            _ => "",
        };
        return format!("signal {signal}{name}");
    }
    status.to_string()
}
