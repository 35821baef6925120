//! Help, usage errors and colours: what does not depend on the verb.

use snapbox::str;

use crate::{gain, hotshoe};

#[test]
fn the_tool_explains_itself() {
    hotshoe(&gain(), &["--help"])
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
The mount between a program and its plugins

Usage: hotshoe [OPTIONS] <COMMAND>

Commands:
  new        Make a project: a plugin, or a program that takes plugins; alone it lists what there is
  inspect    Show what a library is, without running it
  check      Say whether a host would take a plugin, and why not
  list       List the plugins that a host would find, with what is wrong with them
  run        Run the passes of plugins, stage by stage, as a host would; this runs their code
  call       Call a method of a plugin, and print what it answers; this runs its code
  describe   List what can be called of a plugin: services, methods, types, tools; a program is
             started for it
  runtimes   List the runtimes whose plugins are known here, and what such plugins look like
  package    Make an archive of a plugin's folder, and its checksum:
             <name>-<version>.tar.gz[.sha256]
  install    Install an archive: into <root>/<name>/<version>, beside older versions
  uninstall  Remove an installed plugin, in one version or in all
  rollback   Put the version before the newest one in use again, or a given one
  prune      Remove versions out of use, and old ones
  key        Make keys to sign archives with
  sign       Sign an archive: write <archive>.minisig beside it
  verify     Say whether an archive is signed by a key that is trusted, or whether what is installed
             is as it was
  trust      Say which keys a host trusts
  check-tag  Say whether the tag, the project and its plugins have the same version, before anything
             is built
  plan       Show what a release of the project consists of: each platform, where it is built, and
             its archives
  release    Make a release of the project, in the stages that CI systems run; with --dry-run all of
             it, here
  ci         Write the files that make a CI system build the project's plugins, and release them on
             a tag
  help       Print this message or the help of the given subcommand(s)

Options:
      --json     Print one JSON object instead of text
  -h, --help     Print help
  -V, --version  Print version

Exit codes:
  0  yes: it was done, or the plugin would be taken
  1  no: the plugin would be refused, or something is wrong with it
  2  the command line is wrong
  3  it could not be done

"#]])
        .stderr_eq(str![]);
}

#[test]
fn the_verbs_for_calls_explain_themselves() {
    let tree = hotshoe_testkit::PluginTree::new();
    hotshoe(&tree, &["call", "--help"]).assert().code(0).stderr_eq(str![]).stdout_eq(str![[r#"
Call a method of a plugin, and print what it answers; this runs its code

Usage: hotshoe call [OPTIONS] --host <NAME|FILE> <PLUGIN> <METHOD> [JSON]

Arguments:
  <PLUGIN>  The plugin: its folder, its file, or its name on the host's search path
  <METHOD>  The method, as `hotshoe describe` lists it
  [JSON]    The input, a JSON text; `-` reads it from stdin [default: {}]

Options:
      --host <NAME|FILE>         The host: its name, or its <name>.host.json
      --host-version <VERSION>   The host's version; without one, no plugin is refused for asking
                                 another
      --path <FOLDER[:FOLDER…]>  Look here, instead of in the folders of the host's environment
                                 variable and its own
      --runtime-folder <FOLDER>  Also look here for what describes a runtime, <name>.runtime.json,
                                 beside the folder of those installed
      --timeout <SECONDS>        Give the call up after so long
      --raw                      Pass the bytes of stdin to the plugin as they are, and those of its
                                 answers to stdout
      --verbose                  Say on stderr what the plugin logs
      --json                     Print one JSON object instead of text
  -h, --help                     Print help

Examples:
  hotshoe call weather Call '{"args_json": "{}"}' --host agent.host.json
  hotshoe call plugins/weather/weather Call - --host agent.host.json < input.json
  hotshoe call weather Call --raw --host agent.host.json < input.bin > output.bin

`hotshoe describe` lists what can be called. Ctrl-C cancels the call and unloads the plugin.

"#]]);
    hotshoe(&tree, &["describe", "--help"]).assert().code(0).stderr_eq(str![]).stdout_eq(str![[r#"
List what can be called of a plugin: services, methods, types, tools; a program is started for it

Usage: hotshoe describe [OPTIONS] --host <NAME|FILE> <PLUGIN>

Arguments:
  <PLUGIN>  The plugin: its folder, its file, or its name on the host's search path

Options:
      --host <NAME|FILE>         The host: its name, or its <name>.host.json
      --host-version <VERSION>   The host's version; without one, no plugin is refused for asking
                                 another
      --path <FOLDER[:FOLDER…]>  Look here, instead of in the folders of the host's environment
                                 variable and its own
      --runtime-folder <FOLDER>  Also look here for what describes a runtime, <name>.runtime.json,
                                 beside the folder of those installed
      --json                     Print one JSON object instead of text
  -h, --help                     Print help

Examples:
  hotshoe describe weather --host agent.host.json
  hotshoe describe plugins/weather/weather --host agent.host.json --json | jq .described.tools

"#]]);
}

#[test]
fn every_verb_explains_itself() {
    let help = |verb| hotshoe(&gain(), &[verb, "--help"]).assert().code(0).stderr_eq(str![]);
    help("inspect").stdout_eq(str![[r#"
Show what a library is, without running it

Usage: hotshoe inspect [OPTIONS] <LIBRARY>

Arguments:
  <LIBRARY>  The library: ELF, Mach-O or PE

Options:
      --json  Print one JSON object instead of text
  -h, --help  Print help

Example:
  hotshoe inspect my_plugin/libmy_plugin.so

"#]]);
    help("check").stdout_eq(str![[r#"
Say whether a host would take a plugin, and why not

Usage: hotshoe check [OPTIONS] --host <NAME|FILE> <PLUGIN>

Arguments:
  <PLUGIN>  The plugin: its folder, or its library

Options:
      --host <NAME|FILE>         The host: its name, or its <name>.host.json
      --host-version <VERSION>   The host's version; without one, no plugin is refused for asking
                                 another
      --runtime-folder <FOLDER>  Also look here for what describes a runtime, <name>.runtime.json,
                                 beside the folder of those installed
      --path <FOLDER[:FOLDER…]>  Where the host will look for plugins: refuse it if what it depends
                                 on is not there; without it, that is a warning, and it is looked
                                 for beside the plugin, too
      --load                     Load and unload it, too: first in a process of its own, then in
                                 this one
      --portable                 Refuse also what cannot be shipped: what is never unloaded, what
                                 hardened systems refuse, and a search path that leads to this
                                 machine
      --glibc-max <VERSION>      With --portable: refuse what needs a newer glibc, and name the
                                 symbols that do
      --build-path <FOLDER>      With --portable: allow this folder on the search path, which is
                                 taken out before it is shipped
      --host-provides <LIBRARY>  A library that the host has loaded before any plugin, beside those
                                 in its profile: `libcore.so.1`, `libcore*`
      --any-platform             Take a plugin for another system or processor, too
      --json                     Print one JSON object instead of text
  -h, --help                     Print help

Examples:
  hotshoe check my_plugin --host harmonics
  hotshoe check my_plugin --host harmonics --host-version 1.2.0 --load
  hotshoe check my_plugin --host harmonics --portable --glibc-max 2.28

"#]]);
    help("list").stdout_eq(str![[r#"
List the plugins that a host would find, with what is wrong with them

Usage: hotshoe list [OPTIONS]

Options:
      --installed                List what was installed instead, also versions out of use
      --quick                    Read names and manifests only: what only a library's bytes show is
                                 not found
      --no-index                 Read every manifest, and keep nothing for the next time
      --host <NAME|FILE>         The host: its name, or its <name>.host.json
      --host-version <VERSION>   The host's version; without one, no plugin is refused for asking
                                 another
      --root <DIR>               The folder where plugins are installed; without it, where `hotshoe
                                 install --host` puts them
      --path <FOLDER[:FOLDER…]>  Look here, instead of in the folders of the host's environment
                                 variable and its own
      --runtime-folder <FOLDER>  Also look here for what describes a runtime, <name>.runtime.json,
                                 beside the folder of those installed
      --json                     Print one JSON object instead of text
  -h, --help                     Print help

Examples:
  hotshoe list --host harmonics
  hotshoe list --host harmonics --path ~/plugins:/opt/plugins
  hotshoe list --installed --root ~/plugins

"#]]);
    help("run").stdout_eq(str![[r#"
Run the passes of plugins, stage by stage, as a host would; this runs their code

Usage: hotshoe run [OPTIONS] --host <NAME|FILE> [PLUGIN]...

Arguments:
  [PLUGIN]...  The plugins: the folder of each, or its library; without any, all that the host would
               find

Options:
      --host <NAME|FILE>         The host: its name, or its <name>.host.json
      --host-version <VERSION>   The host's version; without one, no plugin is refused for asking
                                 another
      --path <FOLDER[:FOLDER…]>  Look here, instead of in the folders of the host's environment
                                 variable and its own
      --runtime-folder <FOLDER>  Also look here for what describes a runtime, <name>.runtime.json,
                                 beside the folder of those installed
      --stages <STAGE[,STAGE…]>  The stages, in this order; without it, those of the host's profile
      --model <FILE>             What the passes begin with, as the context's `model`: the value of
                                 a .json file, else text if it is UTF-8, else bytes
      --option <KEY=VALUE>       One of the context's `options`, as often as wanted; a value that is
                                 JSON is of that type, any other is text
      --skip-failed              Run the rest after a pass that failed; it is a no all the same
      --strict                   Fail a pass that returns something other than its context or
                                 nothing
      --ticks <NUMBER>           After the passes, execute so many steps of the plugin that
                                 --stepper names: init, steps, shutdown
      --step-time <SECONDS>      How far the context's `time_s` goes on with each step, from 0 on
                                 [default: 1]
      --stepper <CAPABILITY>     Which plugin executes: its capability, or its name [default:
                                 runtime:emulation]
      --verbose                  Say on stderr which pass begins
      --json                     Print one JSON object instead of text
  -h, --help                     Print help

Examples:
  hotshoe run --host harmonics --path plugin-root --stages parse,lower,codegen
  hotshoe run my_plugin --host harmonics --model model.json --option level=2
  hotshoe run plugins/weather --host agent.host.json
  hotshoe run --host harmonics --json | jq '.passes[] | {name, nanoseconds}'

Code of the plugins runs in this process, with your rights. An entry of the host's own is not
called, for only the host has what it registers with. Plugins that are programs have no passes:
they are started, what they log is printed, and Ctrl-C stops them. Otherwise Ctrl-C asks the pass
that is at work to stop, and a second one ends the tool. In CI, `timeout 60 hotshoe run …` asks
in the same way.

"#]]);
    help("package").stdout_eq(str![[r#"
Make an archive of a plugin's folder, and its checksum: <name>-<version>.tar.gz[.sha256]

Usage: hotshoe package [OPTIONS] <FOLDER>

Arguments:
  <FOLDER>  The plugin's folder, with a plugin.json that says its name and version

Options:
      --output <DIR>             Where to put the archive [default: .]
      --format <FORMAT>          What to make: tar.gz, tar.zst or zip
      --name <PATTERN>           What to call it, with {name}, {version}, {system}, {os} and {arch}
      --level <NUMBER>           How much to compress: from 1, the fastest, to 9, the smallest;
                                 tar.zst to 19
      --host <NAME|FILE>         Also check that this host would take it: its name, or its
                                 <name>.host.json
      --host-version <VERSION>   The host's version
      --runtime-folder <FOLDER>  Also look here for what describes a runtime, <name>.runtime.json,
                                 beside the folder of those installed
      --json                     Print one JSON object instead of text
  -h, --help                     Print help

Examples:
  hotshoe package my_plugin --output dist --host harmonics --host-version 1.2.0
  hotshoe package my_plugin --format zip --name '{name}-{version}-{os}-{arch}'

"#]]);
    help("install").stdout_eq(str![[r#"
Install an archive: into <root>/<name>/<version>, beside older versions

Usage: hotshoe install [OPTIONS] <--root <DIR>|--host <NAME|FILE>> <ARCHIVE>

Arguments:
  <ARCHIVE>  The archive

Options:
      --root <DIR>               The folder with the plugins: one of the host's search path
      --host <NAME|FILE>         The host; without --root, the first folder of its environment
                                 variable is taken, else its user's folder
      --timeout <SECONDS>        Give up if another process changes the same folder for longer;
                                 without it, wait until that ends
      --runtime-folder <FOLDER>  Also look here for what describes a runtime, <name>.runtime.json,
                                 beside the folder of those installed
      --flat                     Into <root>/<name>, for hosts that do not look for versions
      --replace                  Also over another build of the same version, or one that was
                                 changed; it is kept out of use
      --trust <FILE>             Trust the keys in this trust store, instead of those that the host
                                 trusts
      --require-signature        Refuse it unless it is signed by a key that is trusted
      --json                     Print one JSON object instead of text
  -h, --help                     Print help

Examples:
  hotshoe install my_plugin-1.2.3.tar.gz --root ~/plugins
  hotshoe install my_plugin-1.2.3.tar.gz --host harmonics

The signature beside the archive is always looked at. Whose counts, --host or --trust say; else it
must be good by the file that HOTSHOE_TRUST names, or for one of your hosts: see `hotshoe trust`.
Without any of these, what nobody signed, or an unknown key, is installed with a warning.

"#]]);
}

#[test]
fn a_wrong_value_is_a_wrong_command_line_and_the_option_is_named() {
    let said = |args: &[&str]| {
        let output = hotshoe(&gain(), args).output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{args:?}");
        String::from_utf8(output.stderr).unwrap().lines().next().unwrap().to_owned()
    };
    let package = |option, value| said(&["package", "gain", option, value]);
    snapbox::assert_data_eq!(
        package("--level", "99"),
        str![
            "error: invalid value '99' for '--level <NUMBER>': there is no level 99 of compression for `tar.gz`; choose one from 1, the fastest, to 9, the smallest"
        ]
    );
    snapbox::assert_data_eq!(
        package("--name", "{nme}"),
        str![
            "error: invalid value '{nme}' for '--name <PATTERN>': `{nme}` stands for nothing in an archive's name; there are {name}, {version}, {system}, {os} and {arch}"
        ]
    );
    snapbox::assert_data_eq!(
        package("--name", "a/b"),
        str![
            "error: invalid value 'a/b' for '--name <PATTERN>': the archive's name `a/b` holds a character that cannot stand in a file name; an archive's name is a file name; choose its folder with `--output`"
        ]
    );
    snapbox::assert_data_eq!(
        said(&["check", "gain", "--host", "harmonics", "--host-version", "1.x"]),
        str![
            "error: invalid value '1.x' for '--host-version <VERSION>': `1.x` is not a version; write it as major.minor.patch, for example `1.2.3` or `1.2.3-rc.1`"
        ]
    );
    snapbox::assert_data_eq!(
        said(&["list", "--host", "harmonics", "--host-version", "1.x"]),
        str![
            "error: invalid value '1.x' for '--host-version <VERSION>': `1.x` is not a version; write it as major.minor.patch, for example `1.2.3` or `1.2.3-rc.1`"
        ]
    );
    snapbox::assert_data_eq!(
        said(&["uninstall", "p@1.x", "--root", "r"]),
        str![
            "error: invalid value 'p@1.x' for '<NAME[@VERSION]>': `1.x` is not a version; write it as major.minor.patch, for example `1.2.3` or `1.2.3-rc.1`"
        ]
    );
    snapbox::assert_data_eq!(
        said(&["rollback", "p@", "--root", "r"]),
        str![
            "error: invalid value 'p@' for '<NAME[@VERSION]>': `` is not a version; write it as major.minor.patch, for example `1.2.3` or `1.2.3-rc.1`"
        ]
    );
    snapbox::assert_data_eq!(
        said(&["plan", "--platform", "nonsense"]),
        str![
            "error: invalid value 'nonsense' for '--platform <ID>': `nonsense` is not a platform of releases; there are linux-x86_64, linux-aarch64, linux-musl-x86_64, windows-x86_64, windows-arm64, macos-universal"
        ]
    );
}

#[test]
fn a_wrong_command_line_is_told_with_the_right_one() {
    let wrong = |args: &[&str]| hotshoe(&gain(), args).assert().code(2).stdout_eq(str![]);
    wrong(&["frobnicate"]).stderr_eq(str![[r#"
error: unrecognized subcommand 'frobnicate'

Usage: hotshoe [OPTIONS] <COMMAND>

For more information, try '--help'.

"#]]);
    wrong(&["check", "gain"]).stderr_eq(str![[r#"
error: the following required arguments were not provided:
  --host <NAME|FILE>

Usage: hotshoe check --host <NAME|FILE> <PLUGIN>

For more information, try '--help'.

"#]]);
    wrong(&["inspect", "gain", "--hots", "harmonics"]).stderr_eq(str![[r#"
error: unexpected argument '--hots' found

  tip: to pass '--hots' as a value, use '-- --hots'

Usage: hotshoe inspect <LIBRARY>

For more information, try '--help'.

"#]]);
    wrong(&["package", "gain", "--host-version", "1.2.0"]).stderr_eq(str![[r#"
error: the following required arguments were not provided:
  --host <NAME|FILE>

Usage: hotshoe package --host <NAME|FILE> --host-version <VERSION> <FOLDER>

For more information, try '--help'.

"#]]);
    wrong(&["check", "--json"]);
    wrong(&[]);
}

#[test]
fn a_host_that_cannot_be_is_an_error() {
    let args = ["list", "--host", "a b"];
    hotshoe(&gain(), &args).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: `a b` cannot name a host [profile-invalid]
  hint: use at most 64 letters, digits, `_` and `-`, starting with a letter

"#]]);
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let tree = gain();
    let says_escape = |variables: &[(&str, &str)]| {
        let command = hotshoe(&tree, &["check", "gain", "--host", "harmonics", "--host-version", "2.0.0"]);
        let command = variables.iter().fold(command, |command, (key, value)| command.env(key, value));
        let output = command.output().unwrap();
        output.stdout.contains(&0x1b) || output.stderr.contains(&0x1b)
    };
    assert!(!says_escape(&[]), "the output is no terminal");
    assert!(!says_escape(&[("NO_COLOR", "1")]));
    assert!(says_escape(&[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn what_was_given_and_is_wrong_is_shown_on_its_line() {
    let hostile = "x\u{1b}[31m\nerror: y\u{202e}";
    let value = ["runtimes", "--runtime-folder", hostile];
    let (option, verb) = (format!("--{hostile}"), hostile);
    for args in [&value[..], &["list", &option], &[verb]] {
        let output = hotshoe(&gain(), args).assert().code(2).get_output().clone();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains('x') && !said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
        assert_eq!(said.matches("\nerror:").count(), 0, "{said}");
    }
}
