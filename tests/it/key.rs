//! Keys that sign, and what is refused as one.

use std::fs::{self, File};
use std::path::Path;

use hotshoe::error::{Code, Error};
use hotshoe::package::{KeyFiles, PublicKey, SecretKey};
use hotshoe_testkit::PluginTree;

use crate::signature::{signed, unsigned};

/// Somebody who signs.
pub(crate) struct Author {
    pub(crate) secret: SecretKey,
    pub(crate) public: PublicKey,
    pub(crate) files: KeyFiles,
}

pub(crate) fn author(tree: &PluginTree, name: &str) -> Author {
    let files = KeyFiles::create(&tree.path(name), &format!("key of {name}"), None).unwrap();
    let secret = SecretKey::from_file(&files.secret, || panic!("it has no password")).unwrap();
    Author { secret, public: PublicKey::from_file(&files.public).unwrap(), files }
}

/// A key with the id of another one, as anybody can make it.
pub(crate) fn impostor(tree: &PluginTree, of: &PublicKey) -> Author {
    let impostor = author(tree, "impostor");
    let swap = |base64: &str, at: usize| {
        // Id bytes 2 to 9 of a key's 42 or 158: characters 3 to 12 hold them, with bits of their neighbours.
        let (from, to) = (decode(&of.to_base64()), decode(base64));
        let id = from[2..10].to_vec();
        [&to[..at], &id[..], &to[at + 8..]].concat()
    };
    let public = swap(&impostor.public.to_base64(), 2);
    let text = fs::read_to_string(&impostor.files.secret).unwrap();
    // Without a checksum, as minisign writes it.
    let mut secret = swap(text.lines().nth(1).unwrap(), 54);
    let length = secret.len();
    secret[length - 32..].fill(0);
    Author {
        public: PublicKey::from_text(&encode(&public)).unwrap(),
        secret: SecretKey::from_text(&encode(&secret), || panic!("it has no password")).unwrap(),
        files: impostor.files,
    }
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn decode(text: &str) -> Vec<u8> {
    let value = |c: u8| BASE64.iter().position(|&known| known == c).unwrap_or(0) as u32;
    let chunks = text.as_bytes().chunks(4).flat_map(|four| {
        let bits = four.iter().fold(0, |bits, &c| bits << 6 | value(c));
        bits.to_be_bytes()[1..].to_vec()
    });
    let bytes: Vec<u8> = chunks.collect();
    bytes[..bytes.len() - text.bytes().filter(|&c| c == b'=').count()].to_vec()
}

fn encode(bytes: &[u8]) -> String {
    let chunks = bytes.chunks(3).flat_map(|three| {
        let bits = (0..3).fold(0_u32, |bits, index| bits << 8 | u32::from(*three.get(index).unwrap_or(&0)));
        let digit = move |index: usize| char::from(BASE64[(bits >> (18 - 6 * index) & 63) as usize]);
        let present = three.len() + 1;
        (0..4).map(move |index| if index < present { digit(index) } else { '=' })
    });
    chunks.collect()
}

#[test]
fn a_key_needs_its_password_and_is_never_replaced() {
    let tree = PluginTree::new();
    let files = KeyFiles::create(&tree.path("keys/anna"), "anna", Some("secret")).unwrap();
    let unlock = |password: &str| SecretKey::from_file(&files.secret, || Ok(password.to_owned()));
    assert_eq!(unlock("secret").unwrap().public().id(), files.id);
    let error = unlock("Secret").unwrap_err();
    assert_eq!((error.code(), error.hint_text()), (Code::KEY_INVALID, Some("check the password")));
    let unasked = SecretKey::from_file(&files.secret, || Err(Error::new(Code::INTERNAL, "nobody answers")));
    assert_eq!(unasked.unwrap_err().code(), Code::INTERNAL);

    let before = fs::read(&files.secret).unwrap();
    assert_eq!(KeyFiles::create(&tree.path("keys/anna"), "anna", None).unwrap_err().code(), Code::KEY_WRITE);
    fs::remove_file(&files.secret).unwrap();
    let error = KeyFiles::create(&tree.path("keys/anna"), "anna", None).unwrap_err();
    assert!(error.path().unwrap().ends_with("anna.pub"), "{}", error.report());
    assert!(!files.secret.exists(), "no half of a pair");
    fs::write(&files.secret, before).unwrap();
    unlock("secret").unwrap();
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_a_secret_key() {
    use std::os::unix::fs::PermissionsExt;
    let tree = PluginTree::new();
    let files = KeyFiles::create(&tree.path("anna"), "anna", None).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&files.secret), mode(&files.public)), (0o600, 0o644));
}

#[test]
fn a_file_of_the_other_kind_is_called_what_it_is() {
    let release = signed();
    let files = &release.author.files;
    let as_public = |path: &Path| PublicKey::from_file(path).unwrap_err();
    let as_secret = |path: &Path| SecretKey::from_file(path, || panic!("it has no password")).unwrap_err();
    let says = |error: Error, what: &str| {
        assert_eq!(error.code(), Code::KEY_INVALID);
        assert!(error.message().contains(what), "{}", error.report());
    };
    says(as_public(&files.secret), "it is a secret key, where a public key is wanted");
    says(as_secret(&files.public), "it is a public key, where a secret key is wanted");
    says(as_public(&release.archive), "cannot be read");
    says(as_public(&release.tree.path("gain/plugin.json")), "it is no key, where a public key is wanted");
    says(as_secret(&release.tree.path("absent.key")), "cannot be read");
    says(as_public(&release.tree.path("gain")), "cannot be read");
    fs::write(&files.public, " \n").unwrap();
    says(as_public(&files.public), "it is empty");
    File::create(&files.public).unwrap().set_len(1 << 30).unwrap();
    says(as_public(&files.public), "cannot be read");
}

#[test]
fn no_damaged_secret_key_signs_and_none_is_shown() {
    let release = unsigned();
    let text = fs::read_to_string(&release.author.files.secret).unwrap();
    let line = text.lines().nth(1).unwrap();
    for index in (8..line.len()).step_by(5) {
        let mut changed = line.as_bytes().to_vec();
        changed[index] = if changed[index] == b'x' { b'y' } else { b'x' };
        let changed = String::from_utf8(changed).unwrap();
        // What a key without a password does not need, its salt and limits, may be anything.
        let Ok(key) = SecretKey::from_text(&changed, || Ok(String::new())) else { continue };
        assert_eq!(key.public().to_base64(), release.author.public.to_base64(), "character {index}");
    }
    let shown = format!("{:?}", release.author.secret);
    assert_eq!(shown, format!("SecretKey({})", release.author.public.id()));
}
