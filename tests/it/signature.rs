//! Signatures. The tool minisign verifies what Hotshoe signs, and the other way round.

use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use hotshoe::error::{Code, Error, Result};
use hotshoe::package::{
    self, Claim, Format, Install, InstallReport, Installed, KeyFiles, Outcome, PublicKey, Root, SecretKey, Signature,
    SignaturePolicy, TrustStore, unwatched,
};
use hotshoe::platform::Platform;
use hotshoe::receipt::Receipt;
use hotshoe::version::Version;
use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree, require};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::key::{Author, author, impostor};

const MANIFEST: &str = r#"{"name": "gain", "version": "1.2.3"}"#;

/// A folder with the archive `gain-1.2.3.tar.gz`, its author, and their signature beside it.
pub(crate) struct Release {
    pub(crate) tree: PluginTree,
    pub(crate) archive: PathBuf,
    pub(crate) author: Author,
}

pub(crate) fn unsigned() -> Release {
    let tree = PluginTree::new().plugin("gain", MANIFEST, &Library::c(GOOD_C_PLUGIN).build());
    let archive = package::make(&tree.path("gain"), &tree.path("dist"), None).unwrap().archive;
    let author = author(&tree, "anna");
    Release { tree, archive, author }
}

pub(crate) fn signed() -> Release {
    let release = unsigned();
    package::sign(&release.archive, &release.author.secret).unwrap();
    release
}

impl Release {
    pub(crate) fn signature(&self) -> PathBuf {
        beside(&self.archive)
    }

    fn text(&self) -> String {
        fs::read_to_string(self.signature()).unwrap()
    }

    /// The verdict of somebody who trusts the author and nobody else.
    fn verify(&self) -> Result<Signature> {
        package::verify(&self.archive, &trusting([&self.author.public]))
    }

    #[track_caller]
    fn refused(&self, code: Code) -> Error {
        let error = self.verify().expect_err("it is refused");
        assert_eq!(error.code(), code, "{}", error.report());
        error
    }

    /// With another signature beside it.
    #[track_caller]
    fn refused_with(&self, signature: impl AsRef<[u8]>, code: Code) {
        fs::write(self.signature(), signature).unwrap();
        self.refused(code);
    }
}

fn beside(archive: &Path) -> PathBuf {
    format!("{}.minisig", archive.display()).into()
}

pub(crate) fn trusting<'a>(keys: impl IntoIterator<Item = &'a PublicKey>) -> TrustStore {
    TrustStore::of_keys(keys.into_iter().cloned()).unwrap()
}

pub(crate) fn judge(trust: &TrustStore, archive: &Path) -> Result<Option<Signature>> {
    trust.judge(archive, &mut File::open(archive).unwrap())
}

/// Runs the tool minisign in a folder; it asks for passwords on stdin.
fn minisign(folder: &Path, args: &[&str], password: &str) -> String {
    let mut tool = Command::new("minisign");
    let tool = tool.args(args).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut tool = tool.spawn().unwrap();
    // A tool that asks for none may have ended already.
    let _ = tool.stdin.take().unwrap().write_all(password.as_bytes());
    let output = tool.wait_with_output().unwrap();
    assert!(output.status.success(), "minisign {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_signed_archive_is_verified_and_says_what_it_is() {
    let release = signed();
    let signature = release.verify().unwrap();
    assert_eq!((signature.key, signature.key_comment.as_str()), (release.author.public.id(), "key of anna"));
    let claim = &signature.claim;
    assert_eq!((claim.name.as_str(), claim.version.to_string().as_str()), ("gain", "1.2.3"));
    assert_eq!((&claim.platforms, claim.file.as_str()), (&vec![Platform::current()], "gain-1.2.3.tar.gz"));
}

#[test]
fn archives_of_every_format_are_signed() {
    let release = unsigned();
    let dist = release.tree.path("dist");
    for format in Format::ALL {
        let archive = crate::make::make_as(format, &release.tree.path("gain"), &dist).unwrap().archive;
        package::sign(&archive, &release.author.secret).unwrap();
        package::verify(&archive, &trusting([&release.author.public])).unwrap();
    }
    let packed =
        Command::new("tar").args(["cf", "../dist/bare.tar", "."]).current_dir(release.tree.path("gain")).status();
    assert!(packed.unwrap().success());
    assert_eq!(package::sign(&dist.join("bare.tar"), &release.author.secret).unwrap().claim.name, "gain");
}

#[test]
fn minisign_verifies_what_hotshoe_signs() {
    if !require("minisign") {
        return;
    }
    let release = signed();
    let public = release.author.files.public.display().to_string();
    let said = minisign(&release.tree.path("dist"), &["-Vm", "gain-1.2.3.tar.gz", "-p", &public], "");
    let claim = release.verify().unwrap().claim.to_string();
    assert!(said.contains(&format!("Trusted comment: {claim}\n")), "{said}");
}

#[test]
fn hotshoe_verifies_what_minisign_signs_and_reads_its_keys() {
    if !require("minisign") {
        return;
    }
    let release = unsigned();
    let dist = release.tree.path("dist");
    minisign(&dist, &["-G", "-W", "-p", "theirs.pub", "-s", "theirs.key"], "");
    let theirs = SecretKey::from_file(&dist.join("theirs.key"), || panic!("it has no password")).unwrap();
    let public = PublicKey::from_file(&dist.join("theirs.pub")).unwrap();
    assert_eq!(public.to_base64(), theirs.public().to_base64());
    let claim = package::sign(&release.archive, &theirs).unwrap().claim.to_string();
    package::verify(&release.archive, &trusting([&public])).unwrap();

    minisign(&dist, &["-Sm", "gain-1.2.3.tar.gz", "-s", "theirs.key", "-t", &claim], "");
    assert_eq!(package::verify(&release.archive, &trusting([&public])).unwrap().claim.to_string(), claim);
}

#[test]
fn minisign_unlocks_a_key_that_hotshoe_locked() {
    if !require("minisign") {
        return;
    }
    let release = unsigned();
    let dist = release.tree.path("dist");
    let files = KeyFiles::create(&dist.join("locked"), "locked", Some("secret")).unwrap();
    minisign(&dist, &["-Sm", "gain-1.2.3.tar.gz", "-s", "locked.key"], "secret\n");
    minisign(&dist, &["-Vm", "gain-1.2.3.tar.gz", "-P", &files.key], "");
}

#[test]
fn a_signature_that_does_not_say_what_it_is_for_is_refused() {
    if !require("minisign") {
        return;
    }
    let release = unsigned();
    let secret = release.author.files.secret.display().to_string();
    let dist = release.tree.path("dist");
    let claim = "hotshoe\tname:gain\tversion:1.2.3\tos:linux\tarch:x86_64\tfile:gain-1.2.3.tar.gz";
    let spaced = claim.replace('\t', " ");
    let more = format!("{claim}\textra:1");
    for comment in ["free of charge", "hotshoe", &spaced, &more] {
        minisign(&dist, &["-Sm", "gain-1.2.3.tar.gz", "-s", &secret, "-t", comment], "");
        let error = release.refused(Code::SIGNATURE_INVALID);
        assert!(error.hint_text().unwrap().contains("hotshoe sign"), "{}", error.report());
    }
}

#[test]
fn a_signature_of_another_plugin_or_version_is_refused_though_the_key_is_right() {
    if !require("minisign") {
        return;
    }
    let release = unsigned();
    let secret = release.author.files.secret.display().to_string();
    let truth = package::sign(&release.archive, &release.author.secret).unwrap().claim.to_string();
    let lies = [("name:gain", "name:mute"), ("1.2.3\tos", "2.0.0\tos"), ("x86_64", "s390x"), ("aarch64", "s390x")];
    for (true_field, false_field) in lies {
        let lie = truth.replace(true_field, false_field);
        if lie != truth {
            minisign(&release.tree.path("dist"), &["-Sm", "gain-1.2.3.tar.gz", "-s", &secret, "-t", &lie], "");
            let error = release.refused(Code::SIGNATURE_INVALID);
            assert!(error.message().starts_with("the signature is for the"), "{}", error.report());
        }
    }
}

#[test]
fn a_legacy_signature_is_refused() {
    if !require("minisign") {
        return;
    }
    let release = signed();
    let claim = release.verify().unwrap().claim.to_string();
    let secret = release.author.files.secret.display().to_string();
    minisign(&release.tree.path("dist"), &["-Slm", "gain-1.2.3.tar.gz", "-s", &secret, "-t", &claim], "");
    assert!(release.refused(Code::SIGNATURE_INVALID).message().contains("legacy"));
}

#[test]
fn the_claim_has_one_spelling() {
    let right = "hotshoe\tname:gain\tversion:1.2.3\tos:macos\tarch:aarch64,x86_64\tfile:gain-1.2.3.tar.gz";
    assert_eq!(right.parse::<Claim>().unwrap().to_string(), right);
    let wrong = [
        ("hotshoe\t", "Hotshoe\t"),
        ("hotshoe\t", ""),
        ("\tname", "\t\tname"),
        ("gain\t", "\t"),
        ("gain\t", "../gain\t"),
        ("gain\t", "ga\u{202e}in\t"),
        ("1.2.3\t", "1.2\t"),
        ("1.2.3\t", "v1.2.3\t"),
        ("macos", "darwin"),
        ("macos", "plan9"),
        ("aarch64", "arm64"),
        ("aarch64,x86_64", "x86_64,aarch64"),
        ("aarch64,x86_64", "aarch64,aarch64"),
        ("aarch64,x86_64", ""),
        ("file:gain", "file:../gain"),
        ("tar.gz", "tar.gz "),
        ("tar.gz", "tar.gz\t"),
        ("tar.gz", "tar.gz\tfile:b"),
        ("file:gain-1.2.3.tar.gz", "file:"),
        ("name:gain\tversion:1.2.3", "version:1.2.3\tname:gain"),
    ];
    for (part, instead) in wrong {
        let text = right.replacen(part, instead, 1);
        assert_ne!(text, right);
        assert_eq!(text.parse::<Claim>().unwrap_err().code(), Code::SIGNATURE_INVALID, "{text:?}");
    }
}

#[test]
fn an_archive_without_a_version_is_not_signed_and_neither_is_what_is_none() {
    let release = unsigned();
    let versionless = release.tree.path("dist/gain.tar.gz");
    let tree = release.tree.file("gain/plugin.json", r#"{"name": "gain"}"#);
    let packed = Command::new("tar").args(["czf", "dist/gain.tar.gz", "gain"]).current_dir(tree.root()).status();
    assert!(packed.unwrap().success());
    let error = package::sign(&versionless, &release.author.secret).unwrap_err();
    assert_eq!(error.code(), Code::PACKAGE_SOURCE, "{}", error.report());
    assert!(error.message().contains("version"));

    fs::write(&versionless, "no archive").unwrap();
    assert_eq!(package::sign(&versionless, &release.author.secret).unwrap_err().code(), Code::ARCHIVE_UNREADABLE);
    assert!(!beside(&versionless).exists(), "nothing was written");
}

/// Windows has no such names.
#[cfg(unix)]
#[test]
fn an_archive_with_a_name_that_cannot_stand_in_a_signature_is_not_signed() {
    let release = unsigned();
    for name in ["gain\t1.tar.gz", "gain\n", "gain.tar.gz "] {
        fs::copy(&release.archive, release.tree.path("dist").join(name)).unwrap();
        let error = package::sign(&release.tree.path("dist").join(name), &release.author.secret).unwrap_err();
        assert_eq!(error.code(), Code::PACKAGE_SOURCE, "{}", error.report());
    }
}

#[test]
fn an_archive_that_was_changed_is_refused() {
    let release = signed();
    let bytes = fs::read(&release.archive).unwrap();
    for index in [0, bytes.len() / 2, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[index] ^= 1;
        fs::write(&release.archive, changed).unwrap();
        release.refused(Code::SIGNATURE_INVALID);
    }
    fs::write(&release.archive, [bytes, vec![0]].concat()).unwrap();
    release.refused(Code::SIGNATURE_INVALID);
}

#[test]
fn an_older_version_under_a_newer_name_is_refused() {
    let release = signed();
    let newer = release.tree.path("dist/gain-2.0.0.tar.gz");
    fs::rename(release.signature(), beside(&newer)).unwrap();
    fs::rename(&release.archive, &newer).unwrap();
    let error = package::verify(&newer, &trusting([&release.author.public])).unwrap_err();
    assert_eq!(error.code(), Code::SIGNATURE_INVALID);
    assert!(error.message().contains("`gain-1.2.3.tar.gz`"), "{}", error.report());
}

#[test]
fn the_signature_of_an_older_version_does_not_fit_a_newer_one() {
    let release = signed();
    let old = release.text();
    let tree = release.tree.file("gain/plugin.json", MANIFEST.replace("1.2.3", "2.0.0"));
    let newer = package::make(&tree.path("gain"), &tree.path("dist"), None).unwrap().archive;
    fs::write(beside(&newer), old).unwrap();
    let error = package::verify(&newer, &trusting([&release.author.public])).unwrap_err();
    assert_eq!(error.code(), Code::SIGNATURE_INVALID);
}

#[test]
fn a_signature_binds_name_version_and_platforms() {
    let signature = signed().verify().unwrap();
    let (version, platforms) = (Version::new(1, 2, 3), [Platform::current()]);
    let binds = |name: &str, version: Option<&Version>, platforms: &[Platform]| {
        signature.binds(name, version, platforms).map_err(|error| error.code())
    };
    assert_eq!(binds("gain", Some(&version), &platforms), Ok(()));
    assert_eq!(binds("gain", Some(&version), &[platforms[0], platforms[0]]), Ok(()));
    let no = Err(Code::SIGNATURE_INVALID);
    assert_eq!(binds("Gain", Some(&version), &platforms), no);
    assert_eq!(binds("gain", Some(&Version::new(1, 2, 4)), &platforms), no);
    assert_eq!(binds("gain", None, &platforms), no);
    assert_eq!(binds("gain", Some(&version), &[]), no);
    assert_eq!(binds("gain", Some(&version), &[platforms[0], "windows-arm".parse().unwrap()]), no);
}

#[test]
fn an_edited_signature_is_refused() {
    let release = signed();
    let text = release.text();
    let lines: Vec<&str> = text.lines().collect();
    let with = |index: usize, line: &str| {
        let mut lines = lines.clone();
        lines[index] = line;
        lines.join("\n") + "\n"
    };
    let flipped = |line: &str| format!("{}{}", if line.starts_with('A') { 'B' } else { 'A' }, &line[1..]);
    release.refused_with(with(2, &lines[2].replace("1.2.3", "1.2.4")), Code::SIGNATURE_INVALID);
    release.refused_with(with(2, &format!("{} ", lines[2])), Code::SIGNATURE_INVALID);
    release.refused_with(with(3, &flipped(lines[3])), Code::SIGNATURE_INVALID);
    release.refused_with(with(3, lines[1]), Code::SIGNATURE_INVALID);
    release.refused_with(with(3, ""), Code::SIGNATURE_INVALID);
    release.refused_with(with(3, "AAAA"), Code::SIGNATURE_INVALID);
    release.refused_with(with(1, ""), Code::SIGNATURE_INVALID);
    release.refused_with(with(1, &format!("{0}{0}", lines[1].trim_end_matches('='))), Code::SIGNATURE_INVALID);
    release.refused_with(format!("{text}more\n"), Code::SIGNATURE_INVALID);
    release.refused_with(format!("\u{feff}{text}"), Code::SIGNATURE_INVALID);
    release.refused_with(b"\xff\xfe\0", Code::SIGNATURE_INVALID);
    release.refused_with("", Code::SIGNATURE_INVALID);

    fs::write(release.signature(), with(0, "untrusted comment: anybody may write here")).unwrap();
    release.verify().unwrap();
    fs::write(release.signature(), text.replace('\n', "\r\n")).unwrap();
    release.verify().unwrap();
}

#[test]
fn no_cut_and_no_flipped_byte_of_a_signature_is_verified() {
    let release = signed();
    let bytes = fs::read(release.signature()).unwrap();
    for end in 0..bytes.len() {
        release.refused_with(&bytes[..end], Code::SIGNATURE_INVALID);
    }
    let comment = "untrusted comment: ".len()..bytes.iter().position(|&byte| byte == b'\n').unwrap();
    for index in (0..bytes.len()).step_by(7).filter(|index| !comment.contains(index)) {
        for bit in [0x01, 0x02, 0x20, 0x80] {
            let mut changed = bytes.clone();
            changed[index] ^= bit;
            fs::write(release.signature(), &changed).unwrap();
            let code = release.verify().expect_err(&format!("byte {index} ^ {bit:#x}")).code();
            // The signature's third to tenth byte say whose it is.
            assert!(matches!(code, Code::SIGNATURE_INVALID | Code::SIGNATURE_UNTRUSTED), "byte {index}: {code}");
        }
    }
}

#[test]
fn what_is_not_a_small_file_is_no_signature() {
    let release = signed();
    File::create(release.signature()).unwrap().set_len(1 << 30).unwrap();
    release.refused(Code::SIGNATURE_INVALID);
    fs::remove_file(release.signature()).unwrap();
    fs::create_dir(release.signature()).unwrap();
    release.refused(Code::SIGNATURE_INVALID);
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_to_a_file_and_to_nothing_else() {
    use std::os::unix::fs::symlink;
    let release = signed();
    let elsewhere = release.tree.path("elsewhere");
    fs::rename(release.signature(), &elsewhere).unwrap();
    symlink(&elsewhere, release.signature()).unwrap();
    release.verify().unwrap();
    for target in ["/dev/zero", "nowhere"] {
        fs::remove_file(release.signature()).unwrap();
        symlink(target, release.signature()).unwrap();
        let mut trust = trusting([&release.author.public]);
        trust.set_policy(SignaturePolicy::IfPresent);
        assert_eq!(judge(&trust, &release.archive).unwrap_err().code(), Code::SIGNATURE_INVALID, "{target}");
    }
}

#[test]
fn the_whole_file_is_judged_and_left_at_its_beginning() {
    let release = signed();
    let mut file = File::open(&release.archive).unwrap();
    file.seek(std::io::SeekFrom::End(0)).unwrap();
    let trust = trusting([&release.author.public]);
    assert!(trust.judge(&release.archive, &mut file).unwrap().is_some());
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, fs::read(&release.archive).unwrap());
}

#[test]
fn a_key_with_the_id_of_another_is_not_that_key() {
    let release = unsigned();
    let impostor = impostor(&release.tree, &release.author.public);
    assert_eq!(impostor.public.id(), release.author.public.id());
    package::sign(&release.archive, &impostor.secret).unwrap();
    package::verify(&release.archive, &trusting([&impostor.public])).unwrap();
    release.refused(Code::SIGNATURE_INVALID);
    let both = [release.author.public.clone(), impostor.public];
    assert_eq!(TrustStore::of_keys(both).unwrap_err().code(), Code::KEY_INVALID);
}

/// An archive, its signature, and its author's key.
static SIGNED: LazyLock<(Vec<u8>, String, PublicKey)> = LazyLock::new(|| {
    let release = signed();
    (fs::read(&release.archive).unwrap(), release.text(), release.author.public)
});

/// Comments that are claims, or nearly so.
fn comment() -> impl Strategy<Value = String> {
    let os = prop_oneof!["linux", "macos", "darwin"];
    let arch = "(x86_64|aarch64|arm64)(,(x86_64|aarch64))?";
    ("[a-zé .:\t]{1,4}", r"[0-2]\.[0-9]\.[0-9](-[a-z]{1,2})?", os, arch, "[a-z .:\t/]{1,4}").prop_map(
        |(name, version, os, arch, file)| {
            format!("hotshoe\tname:{name}\tversion:{version}\tos:{os}\tarch:{arch}\tfile:{file}")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_read_as_a_claim_is_what_was_written(text in comment()) {
        if let Ok(claim) = text.parse::<Claim>() {
            prop_assert!(!claim.name.contains(['\t', ':', '/']) && !claim.file.contains(['\t', '/']));
            prop_assert_eq!(claim.to_string(), text);
        }
    }

    #[test]
    fn no_bytes_in_place_of_a_line_are_verified(line in 0..4_usize, bytes in vec(any::<u8>(), 0..120)) {
        let (archive, text, author) = &*SIGNED;
        let mut lines: Vec<&[u8]> = text.lines().map(str::as_bytes).collect();
        lines[line] = &bytes;
        let signature = [lines.join(&b'\n'), b"\n".to_vec()].concat();
        let tree = PluginTree::new().file("gain-1.2.3.tar.gz", archive).file("gain-1.2.3.tar.gz.minisig", signature);
        let verdict = package::verify(&tree.path("gain-1.2.3.tar.gz"), &trusting([author]));
        prop_assert!(matches!(verdict.map_err(|error| error.code()), Err(Code::SIGNATURE_INVALID | Code::SIGNATURE_UNTRUSTED)));
    }
}

/// Installs the release for somebody who trusts this way.
fn install(release: &Release, trust: &TrustStore) -> Result<Vec<(Installed, Outcome)>> {
    let root = Root::new(release.tree.path("plugins"));
    let done = Install::of(&release.archive).trust(Some(trust)).into_root(&root, &mut unwatched);
    let done = done.map(|done| done.plugins);
    assert_eq!(done.is_ok(), root.path().exists(), "what is refused leaves nothing");
    done
}

#[test]
fn what_a_trusted_key_signed_is_installed_and_its_receipt_says_so() {
    let release = signed();
    let done = install(&release, &trusting([&release.author.public])).unwrap();
    let receipt = Receipt::in_folder(&done[0].0.path).unwrap().unwrap();
    let signer = receipt.signed_by.unwrap();
    assert_eq!((signer.key, signer.comment), (release.author.public.id().to_string(), "key of anna".to_owned()));
}

#[test]
fn what_nobody_trusted_signed_is_not_installed() {
    let code = |release: &Release, trust: &TrustStore| install(release, trust).unwrap_err().code();
    let release = unsigned();
    assert_eq!(code(&release, &trusting([&release.author.public])), Code::SIGNATURE_MISSING);
    let mut lenient = trusting([&release.author.public]);
    lenient.set_policy(SignaturePolicy::IfPresent);
    install(&release, &lenient).unwrap();

    let mut pinned = TrustStore::of_keys([]).unwrap();
    pinned.set_policy(SignaturePolicy::IfPresent);
    pinned.add(release.author.public.clone(), &["gain".to_owned()]).unwrap();
    fs::remove_dir_all(release.tree.path("plugins")).unwrap();
    let error = install(&release, &pinned).unwrap_err();
    assert_eq!(error.code(), Code::SIGNATURE_MISSING);
    let id = release.author.public.id().to_string();
    assert!(error.message().contains(&id), "it names the key: {}", error.report());
    pinned.set_policy(SignaturePolicy::Required);
    assert!(install(&release, &pinned).unwrap_err().message().contains(&id));

    let release = signed();
    let stranger = author(&release.tree, "bela");
    assert_eq!(code(&release, &trusting([&stranger.public])), Code::SIGNATURE_UNTRUSTED);
    let mut bytes = fs::read(&release.archive).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&release.archive, bytes).unwrap();
    assert_eq!(code(&release, &trusting([&release.author.public])), Code::SIGNATURE_INVALID);
}

#[test]
fn an_old_version_under_the_name_and_signature_comment_of_a_new_one_is_not_installed() {
    let release = signed();
    let newer = release.archive.with_file_name("gain-2.0.0.tar.gz");
    fs::rename(&release.archive, &newer).unwrap();
    fs::rename(release.signature(), beside(&newer)).unwrap();
    let release = Release { archive: newer, ..release };
    let error = install(&release, &trusting([&release.author.public])).unwrap_err();
    assert_eq!(error.code(), Code::SIGNATURE_INVALID);
}

/// Installs the release for somebody who names no trust store.
fn install_anyway(release: &Release, require: bool) -> Result<InstallReport> {
    let root = Root::new(release.tree.path("anyway"));
    let done = Install::of(&release.archive).require_signature(require).into_root(&root, &mut unwatched);
    assert_eq!(done.is_ok(), root.path().exists(), "what is refused leaves nothing");
    done
}

#[test]
fn what_nobody_verified_is_not_installed_without_a_word() {
    let release = unsigned();
    assert_eq!(install_anyway(&release, true).unwrap_err().code(), Code::SIGNATURE_MISSING);
    let done = install_anyway(&release, false).unwrap();
    assert_eq!((done.diagnostics[0].code, done.signature), (Code::SIGNATURE_MISSING, None));

    let release = signed();
    assert_eq!(install_anyway(&release, true).unwrap_err().code(), Code::SIGNATURE_UNTRUSTED);
    let done = install_anyway(&release, false).unwrap();
    assert_eq!((done.diagnostics[0].code, done.signature), (Code::SIGNATURE_UNTRUSTED, None));
    assert!(done.diagnostics[0].message.contains(&release.author.public.id().to_string()), "{:?}", done.diagnostics);
    let receipt = Receipt::in_folder(&done.plugins[0].0.path).unwrap().unwrap();
    assert_eq!(receipt.signed_by, None, "nobody verified it");

    let mut blind = TrustStore::of_keys([]).unwrap();
    blind.set_policy(SignaturePolicy::Off);
    let root = Root::new(release.tree.path("blind"));
    let done = Install::of(&release.archive).trust(Some(&blind)).into_root(&root, &mut unwatched).unwrap();
    assert_eq!(done.diagnostics.len(), 1, "nor where the policy is not to look");
}

#[test]
fn a_signature_that_is_none_is_refused_by_whoever_installs() {
    for garbage in ["", "garbage", "untrusted comment: x\nRUQ=\n"] {
        let release = unsigned();
        fs::write(release.signature(), garbage).unwrap();
        assert_eq!(install_anyway(&release, false).unwrap_err().code(), Code::SIGNATURE_INVALID, "{garbage:?}");
    }
}

#[test]
fn it_must_be_good_for_one_of_several_trust_stores() {
    let release = signed();
    let stranger = author(&release.tree, "bela");
    let root = Root::new(release.tree.path("plugins"));
    let install =
        |trust: &[TrustStore]| Install::of(&release.archive).trust_any(trust).into_root(&root, &mut unwatched);
    let (theirs, ours) = (trusting([&stranger.public]), trusting([&release.author.public]));
    assert_eq!(install(&[theirs.clone(), theirs.clone()]).unwrap_err().code(), Code::SIGNATURE_UNTRUSTED);
    let done = install(&[theirs.clone(), ours.clone()]).unwrap();
    assert_eq!(done.signature.map(|signature| signature.key), Some(release.author.public.id()));
    assert!(done.diagnostics.is_empty(), "{:?}", done.diagnostics);

    let mut bytes = fs::read(&release.archive).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&release.archive, bytes).unwrap();
    fs::remove_dir_all(root.path()).unwrap();
    assert_eq!(install(&[ours, theirs]).unwrap_err().code(), Code::SIGNATURE_INVALID, "a key that is known");
}

#[test]
fn what_was_installed_before_does_not_pass_the_trust_store_by() {
    let release = unsigned();
    let root = Root::new(release.tree.path("plugins"));
    let install = Install::of(&release.archive);
    install.into_root(&root, &mut unwatched).unwrap();
    let trust = trusting([&release.author.public]);
    let again = install.trust(Some(&trust)).into_root(&root, &mut unwatched).unwrap_err();
    assert_eq!(again.code(), Code::SIGNATURE_MISSING);

    package::sign(&release.archive, &release.author.secret).unwrap();
    let done = install.trust(Some(&trust)).into_root(&root, &mut unwatched).unwrap();
    assert_eq!((done.plugins[0].1, done.signature.is_some()), (Outcome::Present, true));
    let mut pinned = TrustStore::of_keys([]).unwrap();
    pinned.add(release.author.public.clone(), &["reverb".to_owned()]).unwrap();
    let again = install.trust(Some(&pinned)).into_root(&root, &mut unwatched).unwrap_err();
    assert_eq!(again.code(), Code::SIGNATURE_UNTRUSTED, "the key is for another plugin");
}
