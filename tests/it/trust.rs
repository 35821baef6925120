//! Whom a host trusts, and for what.

use std::fs;
use std::ops::ControlFlow;

use hotshoe::diagnostics::Diagnostic;
use hotshoe::error::Code;
use hotshoe::package::{self, SignaturePolicy, TrustStore};
use hotshoe_testkit::PluginTree;

use crate::key::{Author, author, impostor};
use crate::signature::{judge, signed, trusting, unsigned};

#[test]
fn a_key_that_is_not_trusted_is_named_with_what_to_do() {
    let release = signed();
    let stranger = author(&release.tree, "bert");
    let error = package::verify(&release.archive, &trusting([&stranger.public])).unwrap_err();
    assert_eq!(error.code(), Code::SIGNATURE_UNTRUSTED);
    assert!(error.message().contains(&release.author.public.id().to_string()), "{}", error.report());

    let trust = TrustStore::edit(&release.tree.path("h.trust.json")).unwrap();
    assert_eq!(trust.policy(), SignaturePolicy::IfPresent);
    let error = judge(&trust, &release.archive).unwrap_err();
    assert_eq!(error.code(), Code::SIGNATURE_UNTRUSTED);
    let hint = error.hint_text().unwrap();
    assert!(hint.contains("hotshoe trust add <key.pub> --trust ") && hint.contains("h.trust.json"), "{hint}");
}

/// What each policy says of an archive without a signature, with one by the author, with one by
/// another trusted key, and with one by a stranger.
fn verdicts(policy: SignaturePolicy, pin: &[&str]) -> [std::result::Result<(), Code>; 4] {
    let release = unsigned();
    let (other, stranger) = (author(&release.tree, "otto"), author(&release.tree, "bert"));
    let mut trust = TrustStore::edit(&release.tree.path("h.trust.json")).unwrap();
    trust.set_policy(policy);
    let plugins: Vec<String> = pin.iter().map(|&name| name.to_owned()).collect();
    trust.add(release.author.public.clone(), &plugins).unwrap();
    trust.add(other.public.clone(), &[]).unwrap();
    let verdict = |author: Option<&Author>| {
        let _ = fs::remove_file(release.signature());
        if let Some(author) = author {
            package::sign(&release.archive, &author.secret).unwrap();
        }
        let signature = judge(&trust, &release.archive).map_err(|error| error.code())?;
        trust.admit("gain", signature.as_ref()).map_err(|error| error.code())
    };
    [verdict(None), verdict(Some(&release.author)), verdict(Some(&other)), verdict(Some(&stranger))]
}

#[test]
fn each_policy_says_what_it_promises() {
    use SignaturePolicy::{IfPresent, Off, Required};
    let (yes, missing, untrusted) = (Ok(()), Err(Code::SIGNATURE_MISSING), Err(Code::SIGNATURE_UNTRUSTED));
    assert_eq!(verdicts(Off, &["gain"]), [yes; 4]);
    assert_eq!(verdicts(IfPresent, &[]), [yes, yes, yes, untrusted]);
    assert_eq!(verdicts(Required, &[]), [missing, yes, yes, untrusted]);
    // The plugin has a key of its own: no other will do.
    assert_eq!(verdicts(IfPresent, &["gain"]), [missing, yes, untrusted, untrusted]);
    assert_eq!(verdicts(Required, &["mute", "gain"]), [missing, yes, untrusted, untrusted]);
    // So it has where a file system takes the names for one.
    assert_eq!(verdicts(IfPresent, &["GAIN"]), [missing, yes, untrusted, untrusted]);
    // The author's key is another plugin's.
    assert_eq!(verdicts(IfPresent, &["mute"]), [yes, untrusted, yes, untrusted]);
}

#[test]
fn a_missing_signature_of_a_plugin_with_a_key_names_the_key() {
    let release = unsigned();
    let mut trust = TrustStore::edit(&release.tree.path("h.trust.json")).unwrap();
    trust.add(release.author.public.clone(), &["gain".to_owned()]).unwrap();
    let error = trust.admit("gain", None).unwrap_err();
    assert_eq!((error.code(), error.plugin_name()), (Code::SIGNATURE_MISSING, Some("gain")));
    let id = release.author.public.id();
    assert_eq!(error.message(), format!("it is not signed, and must be signed by the key `{id}` (key of anna)"));
}

#[test]
fn a_trust_store_is_written_and_read() {
    let release = signed();
    let path = release.tree.path("folder/h.trust.json");
    assert_eq!(TrustStore::open(&path).unwrap_err().code(), Code::KEY_INVALID);
    let mut trust = TrustStore::edit(&path).unwrap();
    let key = &release.author.public;
    trust.add(key.clone(), &["gain".to_owned()]).unwrap();
    trust.add(key.clone(), &["mute".to_owned(), "GAIN".to_owned()]).unwrap();
    trust.set_policy(SignaturePolicy::Required);
    trust.save().unwrap();

    let mut trust = TrustStore::open(&path).unwrap();
    assert_eq!(trust.policy(), SignaturePolicy::Required);
    let [trusted] = trust.keys() else { panic!("there is one key") };
    assert_eq!((trusted.key.to_base64(), trusted.key.comment()), (key.to_base64(), "key of anna"));
    assert_eq!(trusted.plugins, ["gain", "mute"]);
    assert_eq!(package::verify(&release.archive, &trust).unwrap().key, key.id());

    // A restriction is neither lifted nor laid on in passing.
    assert_eq!(trust.add(key.clone(), &[]).unwrap_err().code(), Code::KEY_INVALID);
    assert_eq!(trust.add(key.clone(), &["../mute".to_owned()]).unwrap_err().code(), Code::KEY_INVALID);
    assert_eq!(trust.remove(key.id()).unwrap().plugins, ["gain", "mute"]);
    assert_eq!(trust.remove(key.id()).unwrap_err().code(), Code::KEY_INVALID);
    trust.add(key.clone(), &[]).unwrap();
    assert_eq!(trust.add(key.clone(), &["gain".to_owned()]).unwrap_err().code(), Code::KEY_INVALID);
    trust.save().unwrap();
    assert!(TrustStore::open(&path).unwrap().keys()[0].plugins.is_empty());
}

#[test]
fn a_trust_store_that_is_not_one_is_refused_and_never_taken_for_an_empty_one() {
    let tree = PluginTree::new();
    let (anna, bert) = (author(&tree, "anna"), author(&tree, "bert"));
    let path = tree.path("h.trust.json");
    let (a, b) = (anna.public.to_base64(), bert.public.to_base64());
    let key = |key: &str, rest: &str| format!(r#"{{"key": "{key}"{rest}}}"#);
    let keys = |keys: &[String]| format!(r#"{{"keys": [{}]}}"#, keys.join(", "));
    fs::write(&path, keys(&[key(&a, ""), key(&b, r#", "comment": "b", "plugins": ["gain"]"#)])).unwrap();
    assert_eq!(TrustStore::open(&path).unwrap().keys().len(), 2);

    let impostor = impostor(&tree, &anna.public).public.to_base64();
    let secret = fs::read_to_string(&anna.files.secret).unwrap();
    let secret = secret.lines().nth(1).unwrap();
    let wrong = [
        String::new(),
        "garbage".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        r#" ["off"]"#.to_owned(),
        "{} {}".to_owned(),
        r#"{"policy": "sometimes"}"#.to_owned(),
        r#"{"policy": "off", "policy": "required"}"#.to_owned(),
        r#"{"keys": {}}"#.to_owned(),
        r#"{"revoked": []}"#.to_owned(),
        keys(&[key(&a, ""), key(&a, "")]),
        keys(&[key(&a, ""), key(&impostor, "")]),
        keys(&[key(&a, &format!(r#", "key": "{b}""#))]),
        keys(&[key(&a, r#", "expires": 2030"#)]),
        keys(&[key(&a, r#", "plugins": ["../gain"]"#)]),
        keys(&[key(&a, r#", "plugins": "gain""#)]),
        keys(&[key(&a, r#", "comment": "a\u001b[2J""#)]),
        keys(&[key(&a[..55], "")]),
        keys(&[key(&a.replacen("RW", "RX", 1), "")]),
        keys(&[key(secret, "")]),
        "[".repeat(100_000),
        format!("{{}}{}", " ".repeat(1 << 20)),
    ];
    for text in wrong {
        fs::write(&path, &text).unwrap();
        for store in [TrustStore::open(&path), TrustStore::edit(&path)] {
            assert_eq!(store.expect_err(&text).code(), Code::KEY_INVALID, "{text:.80}");
        }
    }
    fs::write(&path, b"\xff\xfe{\0}\0").unwrap();
    assert_eq!(TrustStore::open(&path).unwrap_err().code(), Code::KEY_INVALID);
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_eq!(TrustStore::edit(&path).unwrap_err().code(), Code::KEY_INVALID);
}

#[test]
fn a_store_that_cannot_be_written_says_so() {
    let tree = PluginTree::new().file("file", "");
    let trust = TrustStore::edit(&tree.path("file/h.trust.json"));
    // A file where a folder should be: neither can the store be read, nor is there none.
    assert_eq!(trust.unwrap_err().code(), Code::KEY_INVALID);
    assert_eq!(trusting([]).save().unwrap_err().code(), Code::KEY_WRITE);
    assert_eq!(TrustStore::for_host("../up").unwrap_err().code(), Code::PROFILE_INVALID);
}

#[cfg(unix)]
#[test]
fn a_trust_store_that_every_user_may_write_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let tree = PluginTree::new().file("h.trust.json", "{}");
    let path = tree.path("h.trust.json");
    for (mode, is_good) in [(0o666, false), (0o602, false), (0o664, true), (0o600, true)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        for store in [TrustStore::open(&path), TrustStore::edit(&path)] {
            assert_eq!(
                store.map(drop).map_err(|error| error.code()),
                if is_good { Ok(()) } else { Err(Code::KEY_INVALID) }
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn a_trust_store_behind_a_link_stays_there() {
    let tree = PluginTree::new().file("dotfiles/h.trust.json", "{}");
    std::os::unix::fs::symlink("dotfiles/h.trust.json", tree.path("h.trust.json")).unwrap();
    let mut trust = TrustStore::open(&tree.path("h.trust.json")).unwrap();
    trust.set_policy(SignaturePolicy::Required);
    trust.save().unwrap();
    assert!(fs::symlink_metadata(tree.path("h.trust.json")).unwrap().is_symlink());
    assert!(fs::read_to_string(tree.path("dotfiles/h.trust.json")).unwrap().contains("required"));
}

#[test]
fn an_archive_does_not_choose_what_a_hint_makes_its_reader_run() {
    let release = signed();
    let mut trust = TrustStore::edit(&release.tree.path("h.trust.json")).unwrap();
    trust.add(release.author.public.clone(), &["mute".to_owned()]).unwrap();
    let signature = judge(&trust, &release.archive).unwrap();
    let hint = |plugin| trust.admit(plugin, signature.as_ref()).unwrap_err().hint_text().unwrap().to_owned();
    assert!(hint("gain").contains(" --plugin gain "), "{}", hint("gain"));
    assert!(!hint("'; reboot; '").contains("reboot"), "{}", hint("'; reboot; '"));
    // Nor does the name of a folder that somebody was told to use.
    fs::create_dir(release.tree.path("a'; reboot; '")).unwrap();
    let trust = TrustStore::edit(&release.tree.path("a'; reboot; '/h.trust.json")).unwrap();
    let hint = judge(&trust, &release.archive).unwrap_err().hint_text().unwrap().to_owned();
    assert!(hint.contains(r"a'\''; reboot; '\''/h.trust.json'"), "{hint}");
}

#[test]
fn what_a_later_version_says_in_a_trust_store_is_told_and_kept() {
    let release = signed();
    let path = release.tree.path("h.trust.json");
    let mut trust = TrustStore::edit(&path).unwrap();
    trust.add(release.author.public.clone(), &[]).unwrap();
    trust.save().unwrap();
    let written = fs::read_to_string(&path).unwrap();
    let later = written.replacen('{', r#"{"format": 1, "origin": {"from": "a file"},"#, 1);
    fs::write(&path, later.replace(r#""comment""#, r#""added": "2026-11-27", "comment""#)).unwrap();

    let mut trust = TrustStore::open(&path).unwrap();
    let said: Vec<&str> = trust.diagnostics().iter().map(|found| found.message.as_str()).collect();
    let unknown = |key: &str| format!("the key `{key}` is unknown, and means nothing here");
    assert_eq!(said, [unknown("origin"), unknown("keys.added")]);
    let told = |found: &Diagnostic| found.code == Code::TRUST_UNKNOWN_KEY && found.path.as_deref() == Some(&*path);
    assert!(trust.diagnostics().iter().all(told), "{:?}", trust.diagnostics());
    assert!(judge(&trust, &release.archive).unwrap().is_some(), "its keys count");
    let install = package::Install::of(&release.archive).trust(Some(&trust));
    let root = package::Root::new(release.tree.path("plugins"));
    let report = install.into_root(&root, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(report.diagnostics, trust.diagnostics(), "who installs is told, too");

    trust.set_policy(SignaturePolicy::Required);
    trust.save().unwrap();
    let kept = fs::read_to_string(&path).unwrap();
    assert!(kept.contains(r#""added": "2026-11-27""#) && kept.contains(r#""from": "a file""#), "{kept}");
}

#[test]
fn a_trust_store_with_a_misspelt_key_or_of_another_form_trusts_nobody() {
    let release = signed();
    let path = release.tree.path("h.trust.json");
    let key = release.author.public.to_base64();
    let key = |more: &str| format!(r#"{{"keys": [{{"key": "{key}", {more}}}]}}"#);
    let texts = [
        r#"{"polcy": "required"}"#.to_owned(),
        r#"{"Policy": "required"}"#.to_owned(),
        key(r#""plugin": ["gain"]"#),
        key(r#""Plugins": ["gain"]"#),
        r#"{"format": 2}"#.to_owned(),
        r#"{"policy": "off", "policy": "required"}"#.to_owned(),
    ];
    for text in texts {
        fs::write(&path, &text).unwrap();
        assert_eq!(TrustStore::open(&path).unwrap_err().code(), Code::KEY_INVALID, "{text}");
    }
}
