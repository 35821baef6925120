//! `hotshoe run`, with the passes of compiled plugins.

use std::fs;
use std::path::{Path, PathBuf};

use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree};
use serde_json::{Value, json as object};
use snapbox::str;

use crate::{GAIN, hotshoe, json};

/// The plugin of the pipeline's tests, with these passes.
fn library(passes: &str, defines: &[&str]) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let source = fs::read_to_string(root.join("tests/fixtures/pipeline/plugin.c")).unwrap();
    let plugin = Library::c(&source).arg(format!("-I{}", root.join("include").display()));
    let plugin = plugin.arg(format!("-DPASSES={passes}"));
    defines.iter().fold(plugin, |plugin, define| plugin.arg(format!("-D{define}"))).build()
}

const SNAKE: &str = r#"{"name": "snake", "version": "1.0.0", "entry": "hotshoe_descriptor",
    "capabilities": ["runtime:emulation"]}"#;

/// A folder with the plugin `snake`, which has these passes.
fn snake(passes: &str) -> PluginTree {
    PluginTree::new().plugin("snake", SNAKE, &library(passes, &[]))
}

/// `hotshoe run` on all plugins of such a folder.
fn run<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&["run", "--host", "harmonics", "--path", "."], args].concat()
}

/// What came of each pass.
fn outcomes(answer: &Value) -> Vec<(&str, &str, &str)> {
    let passes = answer["passes"].as_array().unwrap().iter();
    passes.map(|pass| ["stage", "name", "outcome"].map(|key| pass[key].as_str().unwrap()).into()).collect()
}

fn codes(answer: &Value) -> Vec<&str> {
    answer["diagnostics"].as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap()).collect()
}

#[test]
fn passes_run_stage_by_stage_and_each_is_told() {
    let tree = snake(r#"{"writes", "codegen"}, {"counts", "parse"}, {"tidy", NULL}"#)
        .file("model.json", r#"{"b": 1, "a": [0.5, "x"]}"#);
    let args = run(&["--stages", "parse,lower,codegen", "--model", "model.json", "--verbose"]);
    hotshoe(&tree, &args)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
✓ parse      snake                counts                   [..] ms
✓ parse      snake                tidy                     [..] ms
✓ lower      snake                tidy                     [..] ms
✓ codegen    snake                tidy                     [..] ms
✓ codegen    snake                writes                   [..] ms
5 of 5 passes done  [..] ms
model  {"b":1,"a":[0.5,"x"]}
artifacts: snake.py
    def f():
        return 1
artifacts: snake.bin  {"$hotshoe":"bytes","size":3}
artifacts: loss  {"$hotshoe":"f64","text":"NaN"}
artifacts: tree  {"$hotshoe":"object","name":"org.example.Tree"}
artifacts: gains  {"$hotshoe":"buffer","element":"f64","shape":[2]}
time_s  1.0

"#]])
        .stderr_eq(str![[r#"
parse: snake counts
parse: snake tidy
lower: snake tidy
codegen: snake tidy
codegen: snake writes

"#]]);
}

#[test]
fn json_has_all_that_came_of_a_run() {
    let tree = snake(r#"{"writes", NULL}, {"warns", NULL}"#).file("model.json", r#"{"b": 1, "a": [0.5, "x"]}"#);
    let args = run(&["--model", "model.json", "--option", "level=2", "--option", "name=x=y", "--option", "id=\"7\""]);
    let mut answer = json(&tree, &args, 0);
    for pass in answer["passes"].as_array_mut().unwrap() {
        assert!(pass["nanoseconds"].as_u64().unwrap() > 0);
        pass["nanoseconds"] = 1.into();
    }
    answer["plugins"][0]["path"] = "".into();
    snapbox::assert_data_eq!(
        format!("{answer:#}\n"),
        str![[r#"
{
  "context": {
    "artifacts": {
      "gains": {
        "$hotshoe": "buffer",
        "element": "f64",
        "shape": [
          2
        ]
      },
      "loss": {
        "$hotshoe": "f64",
        "text": "NaN"
      },
      "snake.bin": {
        "$hotshoe": "bytes",
        "size": 3
      },
      "snake.py": "def f():/n/treturn 1/n",
      "tree": {
        "$hotshoe": "object",
        "name": "org.example.Tree"
      }
    },
    "diagnostics": [
      {
        "code": "snake-loop",
        "message": "a //u{1b}[2Jloop//nerror: all is lost",
        "pass": "warns",
        "plugin": "snake",
        "severity": "warning"
      }
    ],
    "model": {
      "a": [
        0.5,
        "x"
      ],
      "b": 1
    },
    "options": {
      "id": "7",
      "level": 2,
      "name": "x=y"
    },
    "scalar_workspace": null,
    "time_s": 0.0
  },
  "diagnostics": [],
  "failure": null,
  "format": 1,
  "passes": [
    {
      "error": null,
      "name": "warns",
      "nanoseconds": 1,
      "outcome": "done",
      "plugin": "snake",
      "stage": "compile"
    },
    {
      "error": null,
      "name": "writes",
      "nanoseconds": 1,
      "outcome": "done",
      "plugin": "snake",
      "stage": "compile"
    }
  ],
  "plugins": [
    {
      "name": "snake",
      "path": "",
      "version": "1.0.0"
    }
  ],
  "stages": [
    "compile"
  ]
}

"#]]
    );
    // The names of a value stay in their order.
    let text = hotshoe(&tree, &args).arg("--json").output().unwrap().stdout;
    let text = String::from_utf8(text).unwrap();
    assert!(text.find("\"b\": 1").unwrap() < text.find("\"a\": [").unwrap(), "{text}");
}

#[test]
fn a_failing_pass_is_a_no_and_ends_the_run_unless_it_is_skipped() {
    let tree = snake(r#"{"a", NULL}, {"fails", NULL}, {"z", NULL}"#);
    hotshoe(&tree, &run(&[]))
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
✓ compile    snake                a                        [..] ms
✗ compile    snake                fails                    failed [..] ms
  compile    snake                z                        not run
1 of 3 passes done  [..] ms

"#]])
        .stderr_eq(str![[r#"
error[pass-failed]: plugin `snake`: the pass `fails` failed: the model has/u{a}a loop
  in [..]/snake
  hint: break it

"#]]);
    let answer = json(&tree, &run(&[]), 1);
    let compile = |name, outcome| ("compile", name, outcome);
    assert_eq!(outcomes(&answer), [compile("a", "done"), compile("fails", "failed"), compile("z", "not-run")]);
    assert_eq!((&answer["failure"]["code"], codes(&answer)), (&"pass-failed".into(), vec!["pass-failed"]));
    assert_eq!(answer["passes"][1]["error"]["hint"], "break it");
    let answer = json(&tree, &run(&["--skip-failed"]), 1);
    assert_eq!(outcomes(&answer)[2], compile("z", "done"));
    assert_eq!((&answer["failure"], codes(&answer)), (&Value::Null, vec!["pass-failed"]));
}

#[test]
fn what_a_pass_returns_is_a_warning_or_strictly_an_error() {
    let tree = snake(r#"{"returns-other", NULL}"#);
    let answer = json(&tree, &run(&[]), 0);
    assert_eq!((outcomes(&answer)[0].2, codes(&answer)), ("returned-other", vec!["pass-return"]));
    let answer = json(&tree, &run(&["--strict"]), 1);
    assert_eq!((outcomes(&answer)[0].2, &answer["failure"]["code"]), ("failed", &"pass-return".into()));
}

#[test]
fn a_bad_plugin_hides_no_good_one_and_is_a_no() {
    let crashes = "__attribute__((constructor)) void boom(void) { __builtin_trap(); }";
    let tree = snake(r#"{"a", NULL}"#).file("mute/plugin.json", "{").plugin(
        "gain",
        GAIN,
        &Library::c(&[crashes, GOOD_C_PLUGIN].join("\n")).build(),
    );
    let answer = json(&tree, &run(&[]), 1);
    assert_eq!(outcomes(&answer), [("compile", "a", "done")]);
    assert_eq!(codes(&answer), ["manifest-syntax", "probe-failed"]);
    // Also of those that are named.
    let named = ["run", "mute", "absent", "gain", "snake", "--host", "harmonics"];
    let answer = json(&tree, &named, 1);
    assert_eq!(outcomes(&answer), [("compile", "a", "done")]);
    assert_eq!(codes(&answer), ["manifest-syntax", "library-missing", "probe-failed"]);
}

#[test]
fn that_several_have_a_capability_is_told_once() {
    let viper = SNAKE.replace("snake", "viper");
    let tree = snake(r#"{"a", NULL}"#).plugin("viper", &viper, &library(r#"{"b", NULL}"#, &["NAME=\"viper\""]));
    assert_eq!(codes(&json(&tree, &run(&[]), 0)), ["capability-taken"]);
    let output = hotshoe(&tree, &run(&[])).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr).matches("capability-taken").count(), 1, "{output:?}");
    assert_eq!(codes(&json(&tree, &["run", "snake", "viper", "--host", "harmonics"], 0)), ["capability-taken"]);
}

#[test]
fn named_plugins_run_with_what_they_depend_on() {
    let viper =
        r#"{"name": "viper", "version": "1.0.0", "entry": "hotshoe_descriptor", "dependencies": {"snake": "1"}}"#;
    let plugin = library(r#"{"b", NULL}"#, &["NAME=\"viper\""]);
    let tree = snake(r#"{"a", NULL}"#).plugin("viper", viper, &plugin).plugin("other", "{", &plugin);
    let answer = json(&tree, &["run", "viper", "--host", "harmonics"], 0);
    assert_eq!(outcomes(&answer), [("compile", "a", "done"), ("compile", "b", "done")]);
    let loaded: Vec<_> = answer["plugins"].as_array().unwrap().iter().map(|plugin| &plugin["name"]).collect();
    assert_eq!(loaded, ["snake", "viper"]);
    // Elsewhere it is not found.
    let elsewhere = ["run", "viper", "--host", "harmonics", "--path", "viper"];
    assert_eq!(codes(&json(&tree, &elsewhere, 1)), ["plugin-dependency", "stage-empty"]);
}

#[test]
fn a_run_without_a_pass_is_no_yes() {
    let gain = || PluginTree::new().plugin("gain", GAIN, &Library::c(GOOD_C_PLUGIN).build());
    hotshoe(&gain(), &run(&["--stages", "parse,lower"])).assert().code(1).stdout_eq(str![]).stderr_eq(str![[r#"
error[stage-empty]: no pass ran, for no plugin has one for `parse`, `lower`
  hint: run it without `--stages`: then each pass is told that is for another stage than the host's

"#]]);
    hotshoe(&PluginTree::new(), &run(&[])).assert().code(1).stdout_eq(str![]).stderr_eq(str![[r#"
error[stage-empty]: no pass ran, for no plugin is loaded
  hint: see with `hotshoe list` what a host finds, and say with `--path` where to look

"#]]);
    // A stage that is misspelt beside one that is not, and a plugin that has none.
    let tree = snake(r#"{"a", "parse"}"#).plugin("gain", GAIN, &Library::c(GOOD_C_PLUGIN).build());
    let answer = json(&tree, &run(&["--stages", "parse,lwoer"]), 0);
    assert_eq!((codes(&answer), outcomes(&answer).len()), (vec!["stage-empty"], 1));
    assert_eq!(answer["diagnostics"][0]["severity"], "warning");
    // The stages of the host's own are what is run without any.
    let tree =
        snake(r#"{"a", "parse"}"#).file("camera.host.json", r#"{"name": "camera", "stages": ["parse", "draw"]}"#);
    let answer = json(&tree, &["run", "--host", "camera.host.json", "--path", "."], 0);
    assert_eq!((codes(&answer), &answer["stages"]), (vec![], &object!(["parse", "draw"])));
    assert_eq!(outcomes(&answer), [("parse", "a", "done")]);
}

#[test]
fn a_model_is_a_json_value_or_text_or_bytes() {
    let tree = snake(r#"{"a", NULL}"#)
        .file("text.py", "x = 1\ny = 2\n")
        .file("bytes.bin", b"\xff\xfe")
        .file("big.json", "[9223372036854775807, 9223372036854775808, -0.0, null, true]")
        .file("twice.json", r#"{"a": 1, "a": 2}"#)
        .file("deep.json", "[".repeat(1000));
    let model = |file: &str| json(&tree, &run(&["--model", file]), 0)["context"]["model"].take();
    assert_eq!(model("text.py"), "x = 1\ny = 2\n");
    assert_eq!(model("bytes.bin"), object!({"$hotshoe": "bytes", "size": 2}));
    assert_eq!(model("big.json"), object!([i64::MAX, 9223372036854775808.0, -0.0, null, true]));
    // What is too large is said by what it is.
    let tree = tree.file("long.json", format!("[{}0]", "0,".repeat(2_999_999)));
    let model = |file: &str| json(&tree, &run(&["--model", file]), 0)["context"]["model"].take();
    assert_eq!(model("long.json"), object!({"$hotshoe": "list", "size": 3_000_000}));
    for file in ["absent.json", "twice.json", "deep.json", "."] {
        let error = json(&tree, &run(&["--model", file]), 3)["error"].take();
        assert_eq!((&error["code"], &error["path"]), (&"model-unreadable".into(), &file.into()), "{error}");
    }
    hotshoe(&tree, &run(&["--model", "twice.json"])).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: the model is called JSON, and is not [model-unreadable]
  in twice.json
  because: the name "a" stands twice at line 1 column 16
  hint: mend it, or give the file another name: then its text is the model

"#]]);
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only there is a file that never ends")]
fn a_model_that_never_ends_is_too_large() {
    let error = json(&snake(r#"{"a", NULL}"#), &run(&["--model", "/dev/zero"]), 3)["error"].take();
    assert!(error["message"].as_str().unwrap().contains("larger than 268435456 bytes"), "{error}");
}

#[test]
fn steps_follow_the_passes() {
    let tree = snake(r#"{"counts", NULL}"#);
    hotshoe(&tree, &run(&["--ticks", "3", "--step-time", "0.5"]))
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
✓ compile    snake                counts                   [..] ms
1 of 1 pass done  [..] ms
✓ snake: 3 of 3 steps  [..] ms
time_s  3.0

"#]])
        .stderr_eq("");
    let answer = json(&tree, &run(&["--ticks", "2", "--stepper", "snake"]), 0);
    assert_eq!((&answer["steps"]["done"], &answer["steps"]["plugin"]), (&2.into(), &"snake".into()));
    let answer = json(&tree, &run(&["--ticks", "2", "--stepper", "runtime:fmu"]), 1);
    assert_eq!((codes(&answer), &answer["steps"]["done"]), (vec!["stepper-missing"], &0.into()));
    // After a failure there is nothing to execute.
    let answer = json(&snake(r#"{"fails", NULL}"#), &run(&["--ticks", "2"]), 1);
    assert_eq!((codes(&answer), answer.get("steps")), (vec!["pass-failed"], None));
    // A stepper that has no passes, and one that fails.
    let tree = PluginTree::new().plugin("snake", SNAKE, &library(r#"{"a", "parse"}"#, &["INIT_FAILS"]));
    let answer = json(&tree, &run(&["--stages", "lower", "--ticks", "2"]), 1);
    assert_eq!(codes(&answer), ["stage-empty", "step-failed"]);
}

#[test]
fn what_a_plugin_says_neither_commands_the_terminal_nor_passes_for_an_error() {
    let tree = snake(r#"{"warns", NULL}, {"reports-error", NULL}, {"a`\xc3\xa4", NULL}"#)
        .file("model.py", "\u{1b}[2J\u{202e}x\nerror: all is lost\n");
    for json in [&["--json"][..], &[]] {
        let args = run(&[json, &["--model", "model.py", "--option", "a=\u{1b}[2J"]].concat());
        let output = hotshoe(&tree, &args).env("CLICOLOR_FORCE", "1").output().unwrap();
        assert_eq!(output.status.code(), Some(1), "a pass reported an error: {output:?}");
        for stream in [&output.stdout, &output.stderr] {
            let text = String::from_utf8(stream.clone()).unwrap();
            assert!(!text.contains("\u{1b}[2J") && !text.contains(['\u{202e}', '\u{ad}', '\u{7}']), "{text:?}");
            assert!(!text.lines().any(|line| line.starts_with("error: all is lost")), "{text}");
        }
        let said = if json.is_empty() { &output.stderr } else { &output.stdout };
        assert!(String::from_utf8_lossy(said).contains("snake-loop"), "{output:?}");
    }
    for name in [r"a\x1b[2J", r"a\xe2\x80\xae", r"a\nb"] {
        let answer = json(&snake(&format!(r#"{{"{name}", NULL}}"#)), &run(&[]), 1);
        assert_eq!((codes(&answer), outcomes(&answer).len()), (vec!["contract-broken"], 0), "{name}");
    }
}

#[test]
fn what_a_plugin_prints_is_not_in_the_json() {
    if !hotshoe_testkit::require_system(cfg!(unix), "there is no safe call for it elsewhere") {
        return;
    }
    let output = hotshoe(&snake(r#"{"prints", NULL}"#), &run(&["--json"])).output().unwrap();
    serde_json::from_slice::<Value>(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "the plugin prints\n");
}

#[test]
fn which_pass_ended_the_tool_is_known() {
    if !hotshoe_testkit::require_system(cfg!(unix), "how a program ended is told otherwise") {
        return;
    }
    let tree = snake(r#"{"a", NULL}, {"crashes", NULL}"#);
    for args in [&["--verbose"][..], &["--verbose", "--json"]] {
        let output = hotshoe(&tree, &run(args)).output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (None, 0), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "compile: snake a\ncompile: snake crashes\n");
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only there it is known that `exit` tells it")]
fn a_pass_that_exits_is_no_yes() {
    let output = hotshoe(&snake(r#"{"exits", NULL}"#), &run(&["--json"])).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (None, 0), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "a plugin has ended this program by `exit`\n");
}

#[test]
fn plugins_are_shut_down_when_all_is_told() {
    let tree = snake(r#"{"ends", NULL}, {"writes", NULL}"#);
    json(&tree, &run(&[]), 0);
    assert!(tree.path("shut-down").exists());
}

#[test]
fn a_wrong_stage_or_option_is_a_wrong_command_line() {
    let tree = snake(r#"{"a", NULL}"#);
    let said = |args: &[&str]| {
        let output = hotshoe(&tree, &run(args)).output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{args:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap().lines().next().unwrap().to_owned()
    };
    snapbox::assert_data_eq!(
        said(&["--stages", "parse,,lower"]),
        str![
            "error: invalid value 'parse,,lower' for '--stages <STAGE[,STAGE…]>': `stages` cannot be ``; it has 1 to 255 bytes and no control characters"
        ]
    );
    snapbox::assert_data_eq!(
        said(&["--stages", ""]),
        str![
            "error: invalid value '' for '--stages <STAGE[,STAGE…]>': `stages` cannot be ``; it has 1 to 255 bytes and no control characters"
        ]
    );
    snapbox::assert_data_eq!(
        said(&["--stages", "parse,lower,parse"]),
        str![
            "error: invalid value 'parse,lower,parse' for '--stages <STAGE[,STAGE…]>': the stage `parse` stands twice; name each stage once, in the order in which they run"
        ]
    );
    snapbox::assert_data_eq!(
        said(&["--option", "level"]),
        str!["error: invalid value 'level' for '--option <KEY=VALUE>': write it as key=value"]
    );
    snapbox::assert_data_eq!(
        said(&["--option", "=1"]),
        str!["error: invalid value '=1' for '--option <KEY=VALUE>': write it as key=value"]
    );
    snapbox::assert_data_eq!(
        said(&["--option", "a=1", "--option", "a=2"]),
        str!["error: invalid value 'a' for '--option <KEY=VALUE>': this option is given twice"]
    );
    snapbox::assert_data_eq!(
        said(&["--ticks", "1", "--step-time=-1"]),
        str!["error: invalid value '-1' for '--step-time <SECONDS>': it is no number of seconds"]
    );
    snapbox::assert_data_eq!(
        said(&["--ticks=-1"]),
        str!["error: invalid value '-1' for '--ticks <NUMBER>': -1 is not in 0..=4294967295"]
    );
}

mod stopped {
    use std::process::{Child, Command, Stdio};
    use std::thread;
    use std::time::{Duration, Instant};

    use hotshoe_testkit::{PluginTree, require_system};
    use serde_json::Value;

    use super::{outcomes, run, snake};

    /// The tool at work on the passes of `snake`, once the last of them has begun.
    fn at_work(tree: &PluginTree, args: &[&str]) -> Child {
        let mut tool = Command::new(env!("CARGO_BIN_EXE_hotshoe"));
        tool.args(run(args)).current_dir(tree.root()).env("XDG_CACHE_HOME", tree.path("cache"));
        let tool = tool.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let began = Instant::now();
        while !tree.path("begun").exists() {
            assert!(began.elapsed() < Duration::from_secs(60), "it does not begin");
            thread::sleep(Duration::from_millis(10));
        }
        tool
    }

    fn interrupt(tool: &Child) {
        let sent = Command::new("kill").args(["-INT", &tool.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    const CTRL_C: &str = "Ctrl-C is told otherwise to a program of another";

    #[test]
    fn ctrl_c_gives_the_run_up_and_tells_what_came_of_it() {
        if !require_system(cfg!(unix), CTRL_C) {
            return;
        }
        let tree = snake(r#"{"a", NULL}, {"marks-and-waits", NULL}, {"z", NULL}"#);
        let tool = at_work(&tree, &["--json"]);
        interrupt(&tool);
        let output = tool.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let outcomes: Vec<_> = outcomes(&answer).into_iter().map(|(.., outcome)| outcome).collect();
        assert_eq!(outcomes, ["done", "cancelled", "not-run"]);
        assert_eq!(answer["failure"]["code"], "call-cancelled");
    }

    #[test]
    fn a_second_ctrl_c_ends_what_does_not_listen() {
        if !require_system(cfg!(unix), CTRL_C) {
            return;
        }
        let tree = snake(r#"{"marks-and-lasts", NULL}"#);
        let mut tool = at_work(&tree, &[]);
        interrupt(&tool);
        thread::sleep(Duration::from_millis(200));
        assert!(tool.try_wait().unwrap().is_none(), "the pass goes on");
        interrupt(&tool);
        assert_eq!(tool.wait().unwrap().code(), Some(130));
    }
}
