//! Archives that somebody changes through a shared mapping while they are read, which moves none of their times.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use hotshoe::error::Code;
use hotshoe::package::{self, Format, Install, Progress, Root, TrustStore};
use hotshoe_testkit::{PluginTree, require};

use crate::inspect::macho;
use crate::key::{Author, author};
use crate::make::make_as;

/// Writes each file that it is told of over the whole of the mapping; for ever, if it is told `flip`.
const STORE: &str = r#"
import mmap, sys, threading
with open(sys.argv[1], "r+b") as file:
    view = mmap.mmap(file.fileno(), 0)
contents = [open(path, "rb").read() for path in sys.argv[2:]]
view[:] = view[:]
print("ready", flush=True)
for line in sys.stdin:
    if line.strip() == "flip":
        def flip():
            while True:
                for content in contents: view[:] = content
        threading.Thread(target=flip, daemon=True).start()
    else:
        view[:] = contents[int(line)]
    print("done", flush=True)
"#;

/// A process that has an archive mapped, and stores other contents of the same length into it.
struct Mapping {
    process: Child,
    answers: BufReader<ChildStdout>,
}

impl Mapping {
    fn of(archive: &Path, contents: &[PathBuf]) -> Mapping {
        let mut python = Command::new("python3");
        python.args(["-c", STORE]).arg(archive).args(contents).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = python.spawn().expect("python3 starts");
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut mapping = Mapping { process, answers };
        mapping.wait("ready");
        mapping
    }

    fn tell(&mut self, what: &str) {
        writeln!(self.process.stdin.as_mut().expect("it is piped"), "{what}").expect("it listens");
        self.wait("done");
    }

    fn wait(&mut self, wanted: &str) {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it answers");
        assert_eq!(line.trim(), wanted);
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        drop(self.process.wait());
    }
}

const LENGTH: usize = 100_000;

/// Bytes that no compressor makes shorter.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(LENGTH).collect()
}

/// A good and an evil archive of the same length in one format, and a place for them to take turns in.
struct Pair {
    tree: PluginTree,
    archive: PathBuf,
    contents: Vec<PathBuf>,
    author: Author,
}

const FORMATS: [&str; 4] = ["tar.gz", "tar.zst", "zip", "tar"];

fn bytes(format: &str, version: &str, seed: u64) -> Vec<u8> {
    let manifest = format!(r#"{{"name": "gain", "version": "{version}", "library": "libgain.dylib"}}"#);
    let tree = PluginTree::new()
        .file("gain/plugin.json", &manifest)
        .file("gain/libgain.dylib", macho::universal())
        .file("gain/payload", noise(seed));
    if format == "tar" {
        let made = make_as(Format::TarGz, &tree.path("gain"), &tree.path("dist")).unwrap().archive;
        let tar = Command::new("gzip").arg("-dc").arg(made).output().expect("gzip starts");
        assert!(tar.status.success());
        return tar.stdout;
    }
    let format = Format::ALL.into_iter().find(|known| known.as_str() == format).unwrap();
    fs::read(make_as(format, &tree.path("gain"), &tree.path("dist")).unwrap().archive).unwrap()
}

impl Pair {
    /// The author signed the good one, which says 1.2.3; the evil one says this version.
    fn new(format: &str, evil_version: &str) -> Pair {
        let good = bytes(format, "1.2.3", 1);
        let evil = (2..100).map(|seed| bytes(format, evil_version, seed)).find(|evil| evil.len() == good.len());
        let tree = PluginTree::new()
            .file("good", &good)
            .file("evil", evil.expect("one of a hundred has the same length"))
            .file(&format!("dist/gain-1.2.3.{format}"), &good);
        let archive = tree.path(&format!("dist/gain-1.2.3.{format}"));
        let author = author(&tree, "anna");
        package::sign(&archive, &author.secret).unwrap();
        Pair { contents: vec![tree.path("good"), tree.path("evil")], tree, archive, author }
    }

    fn trust(&self) -> TrustStore {
        TrustStore::of_keys([self.author.public.clone()]).unwrap()
    }

    fn mapping(&self) -> Mapping {
        Mapping::of(&self.archive, &self.contents)
    }

    /// Installs it while something is stored at some moments; what of it was installed.
    fn install(&self, name: &str, mut watch: impl FnMut(Progress<'_>)) -> Option<Vec<u8>> {
        let root = Root::new(self.tree.path(name));
        let watch = &mut |progress: Progress<'_>| {
            watch(progress);
            ControlFlow::Continue(())
        };
        match Install::of(&self.archive).trust(Some(&self.trust())).into_root(&root, watch) {
            Ok(done) => Some(fs::read(done.plugins[0].0.path.join("payload")).unwrap()),
            Err(error) => {
                let code = error.code();
                assert!(matches!(code, Code::SIGNATURE_INVALID | Code::ARCHIVE_UNREADABLE), "{}", error.report());
                assert!(!root.path().exists(), "what is refused leaves nothing");
                None
            }
        }
    }
}

#[test]
fn what_is_stored_into_a_verified_archive_is_not_unpacked() {
    if !require("python3") || !require("gzip") {
        return;
    }
    for format in FORMATS {
        let pair = Pair::new(format, "1.2.3");
        let mut mapping = pair.mapping();
        let installed = pair.install("verified", |progress| {
            if matches!(progress, Progress::Unpacking { .. }) {
                mapping.tell("1");
            }
        });
        assert!(installed.is_none_or(|payload| payload == noise(1)), "{format}: the evil one was installed");
    }
}

#[test]
fn an_archive_that_is_good_for_the_signature_only_is_not_installed() {
    if !require("python3") || !require("gzip") {
        return;
    }
    for format in FORMATS {
        let pair = Pair::new(format, "1.2.3");
        let mut mapping = pair.mapping();
        mapping.tell("1");
        let installed = pair.install("digest", |progress| match progress {
            Progress::Checking { done, total } if done == total => mapping.tell("0"),
            Progress::Unpacking { .. } => mapping.tell("1"),
            _ => {}
        });
        assert!(installed.is_none_or(|payload| payload == noise(1)), "{format}: the evil one was installed");
    }
}

#[test]
fn an_archive_that_never_stays_the_same_is_verified_as_one_whole() {
    if !require("python3") || !require("gzip") {
        return;
    }
    for format in FORMATS {
        let pair = Pair::new(format, "1.2.3");
        // With a signature over it, this one would be damaged.
        let mut damaged = fs::read(pair.tree.path("evil")).unwrap();
        let start = damaged.len() / 3;
        damaged[start..2 * LENGTH / 3].reverse();
        fs::write(pair.tree.path("evil"), damaged).unwrap();
        let mut mapping = pair.mapping();
        mapping.tell("flip");
        for _ in 0..60 {
            let code = package::verify(&pair.archive, &pair.trust()).map_err(|error| error.code());
            let is_whole = matches!(code, Ok(_) | Err(Code::SIGNATURE_INVALID));
            assert!(is_whole, "{format}: the signature was good, and what was looked at was not: {code:?}");
        }
    }
}

#[test]
fn an_archive_that_never_stays_the_same_is_signed_as_what_it_was_looked_at() {
    if !require("python3") || !require("gzip") {
        return;
    }
    for format in FORMATS {
        let pair = Pair::new(format, "1.2.4");
        let mut mapping = pair.mapping();
        mapping.tell("flip");
        for round in 0..40 {
            // What was torn is not signed, or nobody can verify it.
            let Ok(signed) = package::sign(&pair.archive, &pair.author.secret) else { continue };
            let folder = pair.tree.path(&format!("round-{round}"));
            fs::create_dir(&folder).unwrap();
            let archive = folder.join(pair.archive.file_name().unwrap());
            fs::copy(&signed.signature, format!("{}.minisig", archive.display())).unwrap();
            for (content, version) in pair.contents.iter().zip(["1.2.3", "1.2.4"]) {
                fs::copy(content, &archive).unwrap();
                let mut file = fs::File::open(&archive).unwrap();
                if let Ok(Some(signature)) = pair.trust().judge(&archive, &mut file) {
                    assert_eq!(signature.claim.version.to_string(), version, "{format}: {:?}", signed.claim);
                }
            }
        }
    }
}
