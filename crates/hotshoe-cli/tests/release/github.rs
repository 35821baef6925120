//! The workflows of GitHub and Forgejo, run step by step as their runners do: each `run:` in bash, in a clone
//! of the repository, with the variables, outputs and artifacts that it asks for.
//!
//! What is another's stands in for itself: checkout is a clone, artifacts are a folder, and of the attestation
//! only its subjects are looked at. Containers are not there; the machine is this one for every platform. And run by
//! wrkflw, as far as that goes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::forge::Forge;
use crate::project::text;
use crate::templates::FILES;
use crate::{Project, ci_tools};

/// The platform of the job that somebody else's code runs in.
const INTRUDER: &str = "windows-x86_64";

/// A run of a workflow.
struct Run<'a> {
    project: &'a Project,
    tools: PathBuf,
    jobs: Value,
    tag: Option<&'a str>,
    forge: &'a Forge,
    secrets: BTreeMap<&'static str, String>,
    is_private: bool,
    /// Whether the variable HOTSHOE_ATTEST is set.
    attests: bool,
    /// The outputs of the jobs that are done: `needs.<job>.outputs.<name>`.
    outputs: BTreeMap<String, String>,
    /// What somebody does to the artifacts of the jobs before the release is made.
    attack: fn(&Path),
    /// What the project's code does in the job of a platform more, `windows-x86_64`.
    intruder: Option<&'static str>,
    /// All that was printed.
    log: String,
}

impl<'a> Run<'a> {
    fn of(project: &'a Project, tools: &Path, file: &str, tag: Option<&'a str>, forge: &'a Forge) -> Run<'a> {
        let script = "import sys, json; from ruamel.yaml import YAML; json.dump(YAML(typ='safe').load(open(sys.argv[1])), sys.stdout)";
        let yaml =
            Command::new(tools.join("bin/python")).args(["-c", script]).arg(project.path(file)).output().unwrap();
        let workflow: Value = serde_json::from_slice(&yaml.stdout).expect("it is YAML");
        let (jobs, secrets) = (workflow["jobs"].clone(), BTreeMap::new());
        let (is_private, attests, outputs, log) = (false, false, BTreeMap::new(), String::new());
        Run {
            project,
            tools: tools.to_owned(),
            jobs,
            tag,
            forge,
            secrets,
            is_private,
            attests,
            outputs,
            attack: |_| {},
            intruder: None,
            log,
        }
    }

    /// Runs all jobs; on `false`, one failed, and those behind it did not run.
    fn all(&mut self) -> bool {
        ["plan", "build", "tool", "release"].iter().all(|job| {
            if *job == "release" {
                (self.attack)(&self.project.path(".git/artifacts"));
            }
            let matrix = self.jobs[job]["strategy"]["matrix"]["include"].clone();
            let mut rows = match &matrix {
                Value::Null => vec![Value::Null],
                // fromJSON(…).platforms
                Value::String(_) => {
                    let plan: Value = serde_json::from_str(&self.outputs["needs.plan.outputs.plan"]).unwrap();
                    plan["platforms"].as_array().unwrap().clone()
                }
                rows => rows.as_array().unwrap().clone(),
            };
            if *job == "build" && self.intruder.is_some() {
                rows.push(of_intruder(&rows[0]));
            }
            rows.iter().all(|row| self.job(job, row))
        })
    }

    fn job(&mut self, name: &str, matrix: &Value) -> bool {
        let job = self.jobs[name].clone();
        if !self.applies(&job) {
            return true;
        }
        let workspace = self.project.path(&format!(".git/jobs/{name}"));
        let (output, path) =
            (self.project.path(&format!(".git/{name}.output")), self.project.path(&format!(".git/{name}.path")));
        for file in [&output, &path] {
            fs::write(file, "").unwrap();
        }
        fs::create_dir_all(&workspace).unwrap();
        let mut steps = BTreeMap::new();
        for step in job["steps"].as_array().unwrap() {
            if !self.applies(step) {
                continue;
            }
            if let Some(action) = step["uses"].as_str() {
                self.action(action, &step["with"], matrix, &workspace);
                continue;
            }
            let mut bash = self.project.program("bash");
            let is_intruder = step["id"] == "build" && *matrix == of_intruder(matrix);
            let script = step["run"].as_str().unwrap();
            let script = self.intruder.filter(|_| is_intruder).unwrap_or(script);
            bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]);
            bash.current_dir(&workspace).env("GITHUB_OUTPUT", &output).env("GITHUB_PATH", &path);
            bash.env("GITHUB_WORKSPACE", &workspace);
            bash.env("GITHUB_REF_TYPE", if self.tag.is_some() { "tag" } else { "branch" });
            bash.env("GITHUB_REF_NAME", self.tag.unwrap_or("main")).env("GITHUB_REPOSITORY", "anna/effects");
            bash.env("GITHUB_API_URL", &self.forge.url).env_remove("FORGEJO_TOKEN");
            // Images of the plan bring no Node, and this machine may have none: the one that the workflow would install.
            bash.env("PATH", self.path_with_node());
            for variables in [&job["env"], &step["env"]].into_iter().filter_map(Value::as_object) {
                for (name, value) in variables {
                    bash.env(name, self.value(value.as_str().unwrap(), matrix));
                }
            }
            let done = bash.output().unwrap();
            self.log.push_str(&text(&done));
            if !done.status.success() {
                return false;
            }
            if let Some(id) = step["id"].as_str() {
                for (name, value) in outputs(&fs::read_to_string(&output).unwrap()) {
                    steps.insert(format!("steps.{id}.outputs.{name}"), value);
                }
            }
        }
        for (output, value) in job["outputs"].as_object().into_iter().flatten() {
            let mut from = value.as_str().unwrap().trim_start_matches("${{ ").trim_end_matches(" }}");
            // matrix.<key> == '<value>' && <output> || ''
            if let Some((condition, rest)) = from.split_once(" && ") {
                let (key, value) = condition.strip_prefix("matrix.").unwrap().split_once(" == ").unwrap();
                if matrix[key] != value.trim_matches('\'') {
                    continue;
                }
                from = rest.strip_suffix(" || ''").unwrap();
            }
            // Those of a job of a matrix are added to the others'; an empty one is none.
            if let Some(value) = steps.get(from) {
                self.outputs.insert(format!("needs.{name}.outputs.{output}"), value.clone());
            }
        }
        true
    }

    /// PATH with the folder of a Node behind the others.
    fn path_with_node(&self) -> std::ffi::OsString {
        let folder = self.project.path(".git/node");
        if !folder.exists() {
            fs::create_dir(&folder).unwrap();
            #[cfg(unix)]
            std::os::unix::fs::symlink(crate::node(&self.tools), folder.join("node")).unwrap();
            #[cfg(not(unix))]
            fs::copy(crate::node(&self.tools), folder.join("node.exe")).unwrap();
        }
        let mut path = self.project.search_path();
        path.push(":");
        path.push(folder);
        path
    }

    /// The conditions that are in use.
    fn applies(&self, of: &Value) -> bool {
        match of["if"].as_str() {
            None => true,
            Some("github.ref_type == 'tag'") => self.tag.is_some(),
            Some("${{ !github.event.repository.private || vars.HOTSHOE_ATTEST == 'true' }}") => {
                !self.is_private || self.attests
            }
            Some(other) => panic!("the test does not know `{other}`"),
        }
    }

    fn value(&self, text: &str, matrix: &Value) -> String {
        let Some((before, rest)) = text.split_once("${{ ") else { return text.to_owned() };
        let (expression, after) = rest.split_once(" }}").unwrap();
        if expression == "toJSON(needs.build.outputs)" {
            let of_build = |(name, value): (&String, &String)| {
                Some((name.strip_prefix("needs.build.outputs.")?.to_owned(), value.clone().into()))
            };
            return Value::Object(self.outputs.iter().filter_map(of_build).collect()).to_string();
        }
        let value = match expression.split_once('.').unwrap() {
            ("vars", _) => String::new(),
            ("matrix", key) => matrix[key].as_str().unwrap().to_owned(),
            ("secrets", key) => self.secrets.get(key).cloned().unwrap_or_default(),
            ("github", "token") => "t0ken".to_owned(),
            _ => self.outputs[expression].clone(),
        };
        format!("{before}{value}{}", self.value(after, matrix))
    }

    fn action(&mut self, action: &str, with: &Value, matrix: &Value, workspace: &Path) {
        let artifacts = self.project.path(".git/artifacts");
        let option = |name: &str| self.value(with[name].as_str().unwrap_or_default(), matrix);
        let files = |pattern: &str| -> Vec<PathBuf> {
            let folder = workspace.join(pattern.strip_suffix("/*").expect("all files of a folder"));
            fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect()
        };
        match action.rsplit('/').next().unwrap().split('@').next().unwrap() {
            "checkout" => {
                fs::remove_dir_all(workspace).unwrap();
                self.project.git(&["clone", "--quiet", ".", workspace.to_str().unwrap()]);
            }
            "upload-artifact" => {
                let folder = artifacts.join(option("name"));
                fs::create_dir_all(&folder).unwrap();
                let found = files(&option("path"));
                assert!(!found.is_empty(), "if-no-files-found: error");
                for file in found {
                    fs::copy(&file, folder.join(file.file_name().unwrap())).unwrap();
                }
            }
            "download-artifact" => {
                assert_eq!(with.as_object().unwrap().keys().collect::<Vec<_>>(), ["path"], "a folder for each");
                for artifact in fs::read_dir(&artifacts).unwrap().map(|artifact| artifact.unwrap()) {
                    let to = workspace.join(option("path")).join(artifact.file_name());
                    fs::create_dir_all(&to).unwrap();
                    for file in fs::read_dir(artifact.path()).unwrap().map(|file| file.unwrap()) {
                        fs::copy(file.path(), to.join(file.file_name())).unwrap();
                    }
                }
            }
            "attest-build-provenance" => {
                let subjects = files(&option("subject-path"));
                self.log.push_str(&format!("{} subjects\n", subjects.len()));
            }
            other => panic!("the test does not know the action `{other}`"),
        }
    }
}

/// The row of a matrix for the platform of the intruder.
fn of_intruder(row: &Value) -> Value {
    let mut row = row.clone();
    let key = if row["id"].is_string() { "id" } else { "PLATFORM" };
    row[key] = INTRUDER.into();
    row
}

/// What a step wrote into GITHUB_OUTPUT: `name=value`, or `name<<END`, lines, `END`.
fn outputs(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some((name, end)) = line.split_once("<<") {
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
            found.push((name.to_owned(), value.join("\n")));
        } else if let Some((name, value)) = line.split_once('=') {
            found.push((name.to_owned(), value.to_owned()));
        }
    }
    found
}

/// A project with the files of a CI system.
fn project(system: &str, change: impl FnOnce(&Project)) -> Project {
    Project::changed(|project| {
        change(project);
        project.hotshoe(&["ci", system]).assert().code(0);
    })
}

fn both() -> [(&'static str, &'static str); 2] {
    [(FILES[0].0, FILES[0].1), (FILES[2].0, FILES[2].1)]
}

#[test]
fn a_tag_makes_a_signed_release_that_installs_and_loads() {
    let Some(tools) = ci_tools() else { return };
    for (system, file) in both() {
        let project = project(system, |_| {});
        project.hotshoe(&["key", "new", "--output", "anna"]).env("HOTSHOE_KEY_PASSWORD", "rosebud").assert().code(0);
        let forge = Forge::start(json!([]), "");
        let mut run = Run::of(&project, &tools, file, Some("v1.2.3"), &forge);
        run.secrets.insert("HOTSHOE_KEY", project.read("anna.key"));
        run.secrets.insert("HOTSHOE_KEY_PASSWORD", "rosebud".to_owned());
        assert!(run.all(), "{}", run.log);
        assert_eq!(run.log.contains("9 subjects"), system == "github", "{}", run.log);
        assert_eq!(forge.lines().last().unwrap(), "PATCH /repos/anna/effects/releases/7");
        let assets = project.path(".git/jobs/release/release/assets");
        let archive = assets.join("gain-1.2.3-Linux.tar.gz");
        project.hotshoe(&["verify", archive.to_str().unwrap(), "--key", "anna.pub"]).assert().code(0);
        project.install_and_load(archive.to_str().unwrap(), "gain");
        // In a container git would refuse the folder to the steps behind checkout.
        let safe = project.read(".git/global");
        for job in ["plan", "build", "tool", "release"] {
            assert_eq!(safe.matches(project.path(&format!(".git/jobs/{job}")).to_str().unwrap()).count(), 1, "{safe}");
        }
    }
}

/// The job of another platform puts a Linux archive into its artifact: what is released is the Linux job's.
#[test]
fn a_job_cannot_replace_the_archive_of_another_platform() {
    let Some(tools) = ci_tools() else { return };
    for (system, file) in both() {
        let project = project(system, |_| {});
        let forge = Forge::start(json!([]), "");
        let mut run = Run::of(&project, &tools, file, Some("v1.2.3"), &forge);
        run.attack = |artifacts| {
            let evil = artifacts.join("windows-x86_64");
            fs::create_dir_all(&evil).unwrap();
            for file in ["gain-1.2.3-Linux.tar.gz", "gain-1.2.3-Linux.tar.gz.sha256"] {
                fs::write(evil.join(file), "evil").unwrap();
            }
        };
        assert!(run.all(), "{}", run.log);
        project.install_and_load(".git/jobs/release/release/assets/gain-1.2.3-Linux.tar.gz", "gain");
    }
}

/// An archive and its checksum are exchanged in the artifact itself: the job's output tells.
#[test]
fn an_archive_that_is_exchanged_with_its_checksum_is_refused() {
    let Some(tools) = ci_tools() else { return };
    for (system, file) in both() {
        let project = project(system, |_| {});
        let forge = Forge::start(json!([]), "");
        let mut run = Run::of(&project, &tools, file, Some("v1.2.3"), &forge);
        run.attack = |artifacts| {
            let folder = artifacts.join("linux-x86_64");
            let (gain, sum) = ("gain-1.2.3-Linux.tar.gz", "gain-1.2.3-Linux.tar.gz.sha256");
            // The same files, compressed otherwise: all that is in it is as planned.
            let script = format!("gzip -dc {gain} | gzip -1 > x && mv x {gain} && sha256sum {gain} > {sum}");
            assert!(Command::new("sh").args(["-c", &script]).current_dir(folder).status().unwrap().success());
        };
        assert!(!run.all(), "{}", run.log);
        let said = "`gain-1.2.3-Linux.tar.gz` is not what the job for `linux-x86_64` built";
        assert!(run.log.contains(said) && forge.lines().is_empty(), "{}", run.log);
    }
}

/// Outputs of the jobs of a matrix are one list: a job that exchanges the archive of another tells its digest too.
#[test]
fn a_job_cannot_tell_the_digests_of_another_platform() {
    let Some(tools) = ci_tools() else { return };
    for (system, file) in both() {
        let project = project(system, |_| {});
        let forge = Forge::start(json!([]), "");
        let mut run = Run::of(&project, &tools, file, Some("v1.2.3"), &forge);
        run.intruder = Some(
            "mkdir dist && cd dist && cp ../../../artifacts/linux-x86_64/* . && f=gain-1.2.3-Linux.tar.gz
             gzip -dc $f | gzip -1 > x && mv x $f && sha256sum $f > $f.sha256
             cp $f* ../../../artifacts/linux-x86_64/ # as with the token of the run
             digest() { printf '\"%s\":\"%s\"' $1 $(sha256sum < $1 | cut -c 1-64); }
             echo \"linux-x86_64={$(digest $f),$(digest reverb-1.2.3-Linux.tar.gz)}\" >> $GITHUB_OUTPUT",
        );
        assert!(!run.all(), "{}", run.log);
        let said = "`gain-1.2.3-Linux.tar.gz` is not what the job for `linux-x86_64` built";
        assert!(run.log.contains(said) && forge.lines().is_empty(), "{}", run.log);
    }
}

/// The tool that signs is the one that was built where no code of the project runs.
#[test]
fn a_tool_that_is_exchanged_on_its_way_to_the_key_is_refused() {
    let Some(tools) = ci_tools() else { return };
    for (system, file) in both() {
        let project = project(system, |_| {});
        let forge = Forge::start(json!([]), "");
        let mut run = Run::of(&project, &tools, file, Some("v1.2.3"), &forge);
        run.attack = |artifacts| fs::write(artifacts.join("tool/hotshoe"), "#!/bin/sh\necho hotshoe 0.1.0\n").unwrap();
        assert!(!run.all(), "{}", run.log);
        assert!(run.log.contains("it is not what was built") && forge.lines().is_empty(), "{}", run.log);
    }
}

/// Most private repositories cannot have the attestation, and it must not keep them from publishing.
#[test]
fn a_private_repository_is_released_without_an_attestation_unless_it_can_have_one() {
    let Some(tools) = ci_tools() else { return };
    let project = project("github", |_| {});
    let forge = Forge::start(json!([]), "");
    let mut run = Run::of(&project, &tools, FILES[0].1, Some("v1.2.3"), &forge);
    run.is_private = true;
    assert!(run.all(), "{}", run.log);
    assert!(!run.log.contains(" subjects"), "{}", run.log);
    assert_eq!(forge.lines().last().unwrap(), "PATCH /repos/anna/effects/releases/7");
    let attest = run.jobs["release"]["steps"].as_array().unwrap().iter();
    let attest = attest.filter(|step| step["uses"].as_str().is_some_and(|uses| uses.contains("attest")));
    let attest: Vec<Value> = attest.cloned().collect();
    assert!(attest.len() == 1 && !run.applies(&attest[0]));
    run.attests = true;
    assert!(run.applies(&attest[0]));
}

#[test]
fn a_push_is_built_and_tested_and_releases_nothing() {
    let Some(tools) = ci_tools() else { return };
    for (system, file) in both() {
        let project = project(system, |_| {});
        let forge = Forge::start(json!([]), "");
        let mut run = Run::of(&project, &tools, file, None, &forge);
        assert!(run.all(), "{}", run.log);
        assert!(run.log.contains("built linux-x86_64") && !run.log.contains("collected"), "{}", run.log);
        assert!(forge.lines().is_empty());
    }
}

#[test]
fn a_wrong_tag_a_failing_test_or_half_a_secret_releases_nothing() {
    let Some(tools) = ci_tools() else { return };
    let fails = |project: &Project, tag: &str, password: bool| {
        let forge = Forge::start(json!([]), "");
        let mut run = Run::of(project, &tools, FILES[0].1, Some(tag), &forge);
        if password {
            run.secrets.insert("HOTSHOE_KEY_PASSWORD", "rosebud".to_owned());
        }
        assert!(!run.all(), "{}", run.log);
        assert!(forge.lines().is_empty());
        run.log.clone()
    };
    let good = project("github", |_| {});
    let log = fails(&good, "v1.2.4", false);
    assert!(log.contains("no: v1.2.4 is not the version of everything") && !log.contains("configuring"), "{log}");
    assert!(fails(&good, "v1.2.3", true).contains("HOTSHOE_KEY is not"));
    let bad = project("github", |project| {
        project.write(
            "CMakeLists.txt",
            &format!("{}add_test(NAME sound COMMAND false)\n", project.read("CMakeLists.txt")),
        );
    });
    assert!(fails(&bad, "v1.2.3", false).contains("sound (Failed)"));
}

/// As far as wrkflw can: it takes no expression for a matrix, so that of the plan is written out as GitHub would, and
/// it knows branches only.
#[test]
#[ignore = "wrkflw is built for minutes: tools/soak.sh runs it"]
fn wrkflw_runs_the_workflow() {
    let Some(tools) = ci_tools() else { return };
    let file = FILES[0].1;
    let wrkflw = |change: fn(&Project)| {
        let project = project("github", change);
        let expression = "include: ${{ fromJSON(needs.plan.outputs.plan).platforms }}";
        project.replace(file, expression, "id: [linux-x86_64]");
        project.replace(file, "${{ matrix.github }}", "ubuntu-24.04");
        let workflow = project.read(file);
        let lines: Vec<&str> = workflow.lines().filter(|line| !line.trim().starts_with("container:")).collect();
        project.write(file, &lines.join("\n"));
        project.commit();
        let mut wrkflw = project.program(tools.join("bin/wrkflw"));
        let output = wrkflw.args(["run", "--runtime", "emulation", file]).output().unwrap();
        (output.status.success(), text(&output))
    };
    let (success, log) = wrkflw(|_| {});
    let said = ["Job succeeded: plan", "Job succeeded: build (id: linux-x86_64)", "Job skipped: release"];
    assert!(success && said.iter().all(|line| log.contains(line)), "{log}");
    let (success, log) = wrkflw(|project| project.write("plugin.c", "this is no C\n"));
    let said = ["Job failed: build (id: linux-x86_64)", "plugin.c:1:1: error"];
    assert!(!success && said.iter().all(|line| log.contains(line)), "{log}");
}
