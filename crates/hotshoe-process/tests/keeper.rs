//! What the keeper does with real processes.

#![cfg(target_os = "linux")]

use std::env;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use hotshoe_process::executable::{Program, checked};
use hotshoe_process::failure::{Failure, codes};
use hotshoe_process::folder::PrivateFolder;
use hotshoe_process::keeper::{Exit, Keeper, Launch, Process, Signal};
use hotshoe_process::settings::{Limits, Settings};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{Pid, kill_process};

/// A process that hides two others: one in a session of its own, and one whose parent has ended as well.
const HIDES: &str = "setsid sleep 1000 & (setsid sh -c 'sleep 1000 & sleep 1000' &) ; echo up; exec sleep 1000";

/// A process that ends when it reads a line, and leaves another one in a session of its own.
const LEAVES: &str = "(setsid sh -c 'echo up; exec sleep 1000' &) ; read line";

/// A host with a private folder and a keeper.
struct Host {
    keeper: Option<Keeper>,
    private: PrivateFolder,
    place: tempfile::TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl Host {
    fn new() -> Host {
        Host::start_keeper(alone())
    }

    fn start_keeper(alone: MutexGuard<'static, ()>) -> Host {
        let place = tempfile::tempdir().unwrap();
        let private = private_folder(place.path());
        let keeper = Some(Keeper::start(keeper_program(), &private).unwrap());
        Host { keeper, private, place, _alone: alone }
    }

    fn keeper(&self) -> &Keeper {
        self.keeper.as_ref().unwrap()
    }

    /// What a shell does with `script`.
    fn shell(&self, script: &str) -> Launch {
        self.program(Program::Path("/bin/sh".into()), &["-c", script])
    }

    fn program(&self, program: Program, arguments: &[&str]) -> Launch {
        launch(program, arguments, self.place.path())
    }

    fn start(&self, launch: Launch) -> Process {
        self.keeper().launch(launch, Box::new(|_| ())).unwrap()
    }

    /// Why it is not started.
    fn refused(&self, launch: Launch) -> Failure {
        let called = Arc::new(AtomicBool::new(false));
        let call = called.clone();
        let failure = self.keeper().launch(launch, Box::new(move |_| call.store(true, Ordering::SeqCst))).unwrap_err();
        assert_eq!(failure.code(), Some(codes::START), "{failure}");
        assert!(!called.load(Ordering::SeqCst));
        failure
    }

    /// What it writes until it ends.
    fn output(&self, launch: Launch) -> String {
        let mut process = self.start(launch);
        let mut text = String::new();
        read_to_end(&mut process, &mut text);
        assert_eq!(process.wait(soon()), Some(Exit { code: Some(0), signal: None }), "{text}");
        text
    }

    /// Waits until no process of this host is left but one, what it has started, and those of the keeper.
    fn wait_for_only(&self, process: &Process) {
        let is_its = |pid: &i32| *pid as u32 == process.pid || parent_of(*pid as u32) == Some(process.pid);
        wait_until("only one", || marked(self.place.path()).iter().all(|pid| is_keeper(*pid) || is_its(pid)));
        assert_eq!(process.exit(), None);
    }

    /// Waits until no process of this host is left but those of the keeper.
    fn wait_for_no_plugin(&self) {
        wait_until("no plugin", || marked(self.place.path()).iter().filter(|pid| !is_keeper(**pid)).count() == 0);
    }
}

/// One test at a time: some count what a process has open.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn keeper_program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_hotshoe-keeper"))
}

fn private_folder(place: &Path) -> PrivateFolder {
    let mut settings = Settings::read("", "").unwrap();
    settings.private_folder = Some(place.to_owned());
    PrivateFolder::make(&settings).unwrap()
}

/// Processes are found again by the place, which stands in their environment.
fn launch(program: Program, arguments: &[&str], place: &Path) -> Launch {
    let environment = vec![("PATH".into(), env::var_os("PATH").unwrap()), ("PLACE".into(), place.into())];
    let arguments = arguments.iter().map(OsString::from).collect();
    Launch { program, arguments, environment, folder: place.to_owned(), private: None, limits: Limits::default() }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

fn read_to_end(process: &mut Process, text: &mut String) {
    rustix::fs::fcntl_setfl(&process.output, rustix::fs::OFlags::empty()).unwrap();
    File::from(process.output.try_clone().unwrap()).read_to_string(text).unwrap();
}

fn read_line(process: &Process) -> String {
    rustix::fs::fcntl_setfl(&process.output, rustix::fs::OFlags::empty()).unwrap();
    let mut line = String::new();
    BufReader::new(File::from(process.output.try_clone().unwrap())).read_line(&mut line).unwrap();
    line
}

/// The processes that live and have to do with `place`.
fn marked(place: &Path) -> Vec<i32> {
    let mark = place.as_os_str().as_encoded_bytes();
    let is_marked = |pid: &i32| {
        ["environ", "cmdline"].iter().any(|name| {
            let text = fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
            text.windows(mark.len()).any(|part| part == mark)
        })
    };
    let numbers = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    numbers.filter(is_marked).collect()
}

fn is_keeper(pid: i32) -> bool {
    let arguments = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    [&b"serve\0"[..], b"guard\0"].iter().any(|verb| arguments.windows(6).any(|part| part == *verb))
}

/// Two seconds, as is promised; more would be a process left behind.
fn wait_until(what: &str, done: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(2);
    while !done() {
        assert!(Instant::now() < until, "after two seconds there is still not: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn nothing_is_left(place: &Path) {
    wait_until("no process", || marked(place).is_empty());
    wait_until("no file", || fs::read_dir(place).unwrap().count() == 0);
}

fn kill(pid: u32, signal: rustix::process::Signal) {
    kill_process(Pid::from_raw(pid as i32).unwrap(), signal).unwrap();
}

fn parent_of(pid: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
}

/// Not a test: the host that others kill. It says `up` when all is started.
#[test]
fn a_host_to_kill() {
    let Some(place) = env::var_os("HOST_IN").map(PathBuf::from) else { return };
    let private = private_folder(&place);
    let keeper = Keeper::start(keeper_program(), &private).unwrap();
    let mut processes = Vec::new();
    for number in 0..3 {
        let of_plugin = private.for_plugin(number).unwrap();
        let listener = UnixListener::bind(of_plugin.join("plugin1234567890")).unwrap();
        let mut launch = launch(Program::Path("/bin/sh".into()), &["-c", HIDES], &place);
        launch.private = Some(of_plugin);
        let process = keeper.launch(launch, Box::new(|_| ())).unwrap();
        assert_eq!(read_line(&process), "up\n");
        processes.push((process, listener));
    }
    // Somebody else has the socket to the keeper as well, for longer than all may take to end.
    fcntl_setfd(keeper.fd(), FdFlags::empty()).unwrap();
    let mut holder = Command::new("/bin/sleep").arg("5").env_clear().stdout(Stdio::null()).spawn().unwrap();
    println!("\nall is up {}", holder.id());
    holder.wait().unwrap();
    panic!("nobody has killed this host");
}

fn start_host(place: &Path) -> Child {
    let itself = env::current_exe().unwrap();
    let mut command = Command::new(itself);
    command.args(["--exact", "a_host_to_kill", "--nocapture"]).env("HOST_IN", place);
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn nothing_outlives_a_host_that_is_killed() {
    let _alone = alone();
    let place = tempfile::tempdir().unwrap();
    let mut host = start_host(place.path());
    let mut lines = BufReader::new(host.stdout.take().unwrap()).lines();
    let holder = lines.find_map(|line| line.unwrap().strip_prefix("all is up ")?.parse().ok()).unwrap();
    // Three plugins with four others each, the keeper, its guard, and the host.
    assert!(marked(place.path()).len() >= 3 + 12);
    host.kill().unwrap();
    host.wait().unwrap();
    nothing_is_left(place.path());
    kill(holder, rustix::process::Signal::KILL);
}

#[test]
fn nothing_outlives_a_host_at_whatever_moment_it_is_killed() {
    let _alone = alone();
    for milliseconds in (0..60).step_by(3) {
        let place = tempfile::tempdir().unwrap();
        let mut host = start_host(place.path());
        // Once there is a keeper; a folder that is made before is the host's alone.
        wait_until("a keeper", || marked(place.path()).iter().any(|pid| is_keeper(*pid)));
        thread::sleep(Duration::from_millis(milliseconds));
        host.kill().unwrap();
        host.wait().unwrap();
        nothing_is_left(place.path());
    }
}

/// With the keeper or its guard killed, as `whom` says.
fn kill_one(whom: impl Fn(&Keeper) -> u32) {
    let mut host = Host::new();
    let (say, hear) = mpsc::channel();
    let process = host.keeper().launch(host.shell(HIDES), Box::new(move |exit| say.send(*exit).unwrap())).unwrap();
    assert_eq!(read_line(&process), "up\n");
    kill(whom(host.keeper()), rustix::process::Signal::KILL);
    let until = soon();
    while host.keeper().ready().unwrap() {
        assert!(Instant::now() < until);
        poll(&mut [PollFd::from_borrowed_fd(host.keeper().fd(), PollFlags::IN)], None).unwrap();
    }
    assert_eq!(hear.try_recv().unwrap().to_string(), "the keeper has died");
    assert_eq!(process.exit().unwrap().to_string(), "the keeper has died");
    let failure = host.keeper().launch(host.shell("true"), Box::new(|_| panic!("it never ran"))).unwrap_err();
    assert_eq!(failure.code(), Some(codes::KEEPER));
    nothing_is_left(host.place.path());
    host.keeper = None;
}

#[test]
fn nothing_outlives_a_keeper_that_is_killed_and_the_host_hears_of_it() {
    kill_one(Keeper::pid);
}

#[test]
fn nothing_outlives_a_guard_that_is_killed_and_the_host_hears_of_it() {
    kill_one(|keeper| parent_of(keeper.pid()).unwrap());
}

#[test]
fn other_signals_do_not_end_the_keeper() {
    let host = Host::new();
    let keeper = host.keeper().pid();
    for pid in [keeper, parent_of(keeper).unwrap()] {
        for signal in [rustix::process::Signal::TERM, rustix::process::Signal::INT, rustix::process::Signal::HUP] {
            kill(pid, signal);
        }
    }
    assert_eq!(host.output(host.shell("echo works")), "works\n");
}

#[test]
fn nothing_is_left_when_the_keeper_is_dropped() {
    let mut host = Host::new();
    let mut launch = host.shell(HIDES);
    launch.private = Some(host.private.for_plugin(1).unwrap());
    let process = host.start(launch);
    assert_eq!(read_line(&process), "up\n");
    host.keeper = None;
    assert!(process.exit().is_some());
    assert_eq!(marked(host.place.path()), [0; 0]);
    assert_eq!(fs::read_dir(host.place.path()).unwrap().count(), 0);
}

#[test]
fn what_a_plugin_leaves_in_its_group_and_folder_goes_with_it() {
    let host = Host::new();
    let other = host.start(host.shell("sleep 1000"));
    let mut launch = host.shell("sleep 1000 & touch $0/file; exit 3");
    let private = host.private.for_plugin(1).unwrap();
    launch.arguments.push(private.clone().into());
    launch.private = Some(private.clone());
    let process = host.start(launch);
    assert_eq!(process.wait(soon()).unwrap().to_string(), "exit code 3");
    assert!(!private.exists());
    host.wait_for_only(&other);
}

#[test]
fn what_the_last_plugin_has_hidden_goes_with_it() {
    let host = Host::new();
    let process = host.start(host.shell(LEAVES));
    assert_eq!(read_line(&process), "up\n");
    File::from(process.take_input().unwrap()).write_all(b"\n").unwrap();
    assert_eq!(process.wait(soon()).unwrap().to_string(), "exit code 0");
    host.wait_for_no_plugin();
}

#[test]
fn a_killed_plugin_takes_what_it_has_hidden_with_it_and_nothing_of_others() {
    let host = Host::new();
    let other = host.start(host.shell("sleep 1000"));
    let process = host.start(host.shell("setsid sh -c 'echo up; exec sleep 1000' & wait"));
    assert_eq!(read_line(&process), "up\n");
    process.end_group(Signal::Kill);
    assert_eq!(process.wait(soon()).unwrap().to_string(), "killed by signal 9");
    host.wait_for_only(&other);
}

#[test]
fn what_a_plugin_has_hidden_goes_with_it_though_others_live() {
    let host = Host::new();
    let other = host.start(host.shell("sleep 1000"));
    let mut launch = host.shell(LEAVES);
    let private = host.private.for_plugin(1).unwrap();
    launch.environment.push(("PLUGIN_UNIX_SOCKET_DIR".into(), private.clone().into()));
    launch.private = Some(private);
    let process = host.start(launch);
    assert_eq!(read_line(&process), "up\n");
    File::from(process.take_input().unwrap()).write_all(b"\n").unwrap();
    assert_eq!(process.wait(soon()).unwrap().to_string(), "exit code 0");
    host.wait_for_only(&other);
}

#[test]
fn a_process_that_flees_is_caught() {
    let mut host = Host::new();
    let process = host.start(host.shell("perl -e 'while (1) { exit if fork }' & echo up; sleep 1000"));
    assert_eq!(read_line(&process), "up\n");
    host.keeper = None;
    assert_eq!(marked(host.place.path()), [0; 0]);
}

#[test]
fn a_stopped_plugin_is_killed() {
    let host = Host::new();
    let process = host.start(host.shell("sleep 1000"));
    kill(process.pid, rustix::process::Signal::STOP);
    process.end_group(Signal::Kill);
    assert_eq!(process.wait(soon()), Some(Exit { code: None, signal: Some(9) }));
    poll(&mut [PollFd::from_borrowed_fd(process.pidfd(), PollFlags::IN)], None).unwrap();
}

#[test]
fn a_plugin_is_asked_to_end() {
    let host = Host::new();
    let process = host.start(host.shell("trap 'exit 7' TERM; echo up; while :; do sleep 0.01; done"));
    assert_eq!(read_line(&process), "up\n");
    process.end_group(Signal::Term);
    assert_eq!(process.wait(soon()), Some(Exit { code: Some(7), signal: None }));
    process.end_group(Signal::Term);
}

#[test]
fn the_end_of_a_plugin_is_told_once_with_code_or_signal() {
    let host = Host::new();
    for (script, words) in [("exit 3", "exit code 3"), ("kill -SEGV $$", "killed by signal 11"), ("", "exit code 0")] {
        let (say, hear) = mpsc::channel();
        let process = host.keeper().launch(host.shell(script), Box::new(move |exit| say.send(*exit).unwrap())).unwrap();
        let exit = process.wait(soon()).unwrap();
        assert_eq!(exit.to_string(), words);
        assert_eq!(hear.recv_timeout(Duration::from_secs(5)), Ok(exit));
        assert!(hear.recv().is_err());
    }
}

#[test]
fn the_environment_is_what_was_given_and_nothing_else() {
    let host = Host::new();
    let mut launch = host.program(Program::Path("/usr/bin/env".into()), &[]);
    launch.environment = vec![("B".into(), "x = y\n".into()), ("A".into(), "".into())];
    let output = host.output(launch);
    assert!(output == "A=\nB=x = y\n\n" || output == "B=x = y\n\nA=\n", "{output}");
}

#[test]
fn arguments_arrive_as_they_are() {
    let host = Host::new();
    let output = host.output(host.shell("printf '%s|' \"$0\" \"$@\""));
    assert_eq!(output, "/bin/sh|");
    let launch =
        host.program(Program::Path("/bin/sh".into()), &["-c", "printf '%s|' \"$@\"", "", "a b", "", "ü\n", "-x"]);
    assert_eq!(host.output(launch), "a b||ü\n|-x|");
}

#[test]
fn a_plugin_has_three_open_files_and_none_of_the_hosts() {
    let alone = alone();
    let leaked = tempfile::tempfile().unwrap();
    fcntl_setfd(&leaked, FdFlags::empty()).unwrap();
    let host = Host::start_keeper(alone);
    // The fourth is that of the folder which is listed.
    assert_eq!(host.output(host.shell("exec ls /proc/self/fd")), "0\n1\n2\n3\n");
}

#[test]
fn a_plugin_neither_ignores_nor_blocks_what_the_host_does() {
    let alone = alone();
    let before = nix::sys::signal::SigSet::thread_get_mask().unwrap();
    nix::sys::signal::SigSet::all().thread_block().unwrap();
    let host = Host::start_keeper(alone);
    let output = host.output(host.shell("exec grep -E '^Sig(Blk|Ign)' /proc/self/status"));
    before.thread_set_mask().unwrap();
    let masks = output.lines().map(|line| u64::from_str_radix(line.split_once('\t').unwrap().1, 16).unwrap());
    // 32 and 33 are the C library's own, and nobody can set them.
    assert_eq!(masks.map(|mask| mask & !(0b11 << 31)).collect::<Vec<_>>(), [0, 0], "{output}");
}

#[test]
fn limits_are_those_of_the_profile() {
    let host = Host::new();
    let mut launch = host.shell("ulimit -n; ulimit -d; ulimit -t; ulimit -v");
    launch.limits = Limits { memory: Some(64 << 20), files: Some(77), processor_time: Some(5) };
    assert_eq!(host.output(launch), "77\n65536\n5\nunlimited\n");
    let own = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap();
    assert_eq!(host.output(host.shell("ulimit -n")), format!("{own}\n"));
}

#[test]
fn too_much_processor_time_ends_a_plugin() {
    let host = Host::new();
    let mut launch = host.shell("while :; do :; done");
    launch.limits.processor_time = Some(1);
    let exit = host.start(launch).wait(Instant::now() + Duration::from_secs(60)).unwrap();
    assert_eq!(exit.to_string(), "killed by signal 24");
}

#[test]
fn a_program_may_lie_anywhere() {
    let host = Host::new();
    let folder = host.place.path().join("my plugins ü;$(x)");
    fs::create_dir(&folder).unwrap();
    fs::copy("/bin/sh", folder.join("a shell")).unwrap();
    let mut launch = host.program(Program::Path(folder.join("a shell")), &["-c", "pwd"]);
    launch.folder = folder.clone();
    assert_eq!(host.output(launch), format!("{}\n", folder.display()));
}

#[test]
fn what_cannot_be_executed_is_told_with_what_to_do() {
    let host = Host::new();
    let path = host.place.path().join("program");
    let failure = || host.refused(host.program(Program::Path(path.clone()), &[])).to_string();
    assert!(failure().contains("No such file"), "{}", failure());
    fs::write(&path, "no program").unwrap();
    assert!(failure().contains("Permission denied"), "{}", failure());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(failure().contains("Exec format error"), "{}", failure());
    fs::write(&path, "#!/missing/interpreter\n").unwrap();
    assert!(failure().contains("No such file"), "{}", failure());
    let mut launch = host.shell("true");
    launch.folder = host.place.path().join("missing");
    assert!(host.refused(launch).to_string().contains("its folder cannot be entered"));
    let mut launch = host.shell("true");
    launch.arguments.push("x".repeat(3 << 20).into());
    assert!(host.refused(launch).to_string().contains("too long"));
    assert_eq!(host.output(host.shell("echo works")), "works\n");
}

#[test]
fn a_program_that_is_still_written_is_waited_for_but_not_for_ever() {
    let host = Host::new();
    let path = host.place.path().join("shell");
    fs::copy("/bin/sh", &path).unwrap();
    let writer = OpenOptions::new().append(true).open(&path).unwrap();
    let launch = || host.program(Program::Path(path.clone()), &["-c", "echo works"]);
    assert!(host.refused(launch()).to_string().contains("busy"));
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(100));
            drop(writer);
        });
        assert_eq!(host.output(launch()), "works\n");
    });
}

#[test]
fn a_checked_program_is_executed_as_it_was_checked() {
    let host = Host::new();
    let path = host.place.path().join("shell");
    fs::copy("/bin/sh", &path).unwrap();
    let digest = Command::new("sha256sum").arg("-b").arg("/bin/sh").output().unwrap().stdout;
    let digest = str::from_utf8(&digest[..64]).unwrap();
    let program = checked(&path, digest, host.private.path()).unwrap().program;
    fs::write(&path, "#!/bin/sh\necho something else\n").unwrap();
    let launch = host.program(program, &["-c", "echo $0; readlink /proc/$$/exe; ls /proc/self/fd"]);
    let output = host.output(launch);
    assert_eq!(output, format!("{}\n/memfd:plugin (deleted)\n0\n1\n2\n3\n", path.display()));
    assert_eq!(checked(&path, digest, host.private.path()).unwrap_err().code(), Some(codes::DIGEST));
}

#[test]
fn two_hundred_starts_leave_nothing() {
    let host = Host::new();
    let open = || fs::read_dir("/proc/self/fd").unwrap().count();
    let keepers = || fs::read_dir(format!("/proc/{}/fd", host.keeper().pid())).unwrap().count();
    let run = |number: u64| {
        let mut launch = host.shell("(setsid sleep 1000 &) ; sleep 1000 & read line");
        launch.private = Some(host.private.for_plugin(number).unwrap());
        let process = host.start(launch);
        if number.is_multiple_of(2) {
            process.end_group(Signal::Kill);
        } else {
            File::from(process.take_input().unwrap()).write_all(b"\n").unwrap();
        }
        assert!(process.wait(soon()).is_some());
    };
    run(0);
    let before = (open(), keepers());
    for number in 1..=200 {
        run(number);
    }
    host.wait_for_no_plugin();
    assert_eq!((open(), keepers()), before);
    assert_eq!(fs::read_dir(host.private.path()).unwrap().count(), 0);
    let children = format!("/proc/{0}/task/{0}/children", host.keeper().pid());
    wait_until("no zombie", || fs::read_to_string(&children).unwrap().is_empty());
}

#[test]
fn eight_threads_launch_at_once() {
    const EACH: usize = 25;
    let host = Host::new();
    let ended = Arc::new(AtomicUsize::new(0));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                // The last message may be read by a thread that waits for its process: then no other one comes.
                let pause = rustix::event::Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
                poll(&mut [PollFd::from_borrowed_fd(host.keeper().fd().as_fd(), PollFlags::IN)], Some(&pause)).unwrap();
                assert!(host.keeper().ready().unwrap());
            }
        });
        let threads: Vec<_> = (0..8)
            .map(|thread| {
                let (host, ended) = (&host, ended.clone());
                scope.spawn(move || {
                    for number in 0..EACH {
                        let word = format!("{thread}.{number}");
                        let launch = host.program(Program::Path("/bin/sh".into()), &["-c", "read x; echo $0$x", &word]);
                        let ended = ended.clone();
                        let mut process = host
                            .keeper()
                            .launch(
                                launch,
                                Box::new(move |_| {
                                    ended.fetch_add(1, Ordering::SeqCst);
                                }),
                            )
                            .unwrap();
                        File::from(process.take_input().unwrap()).write_all(b"!\n").unwrap();
                        let mut text = String::new();
                        read_to_end(&mut process, &mut text);
                        assert_eq!(text, format!("{word}!\n"));
                        assert_eq!(process.wait(soon()).unwrap().to_string(), "exit code 0");
                    }
                })
            })
            .collect();
        let joined: Vec<_> = threads.into_iter().map(|thread| thread.join()).collect();
        done.store(true, Ordering::SeqCst);
        // One more report, so that the thread that watches looks again.
        host.start(host.shell("true"));
        joined.into_iter().for_each(|thread| thread.unwrap());
    });
    wait_until("all ends told", || host.keeper().ready().unwrap() && ended.load(Ordering::SeqCst) == 8 * EACH);
}

#[test]
fn a_keeper_that_is_missing_or_another_program_is_an_error() {
    let _alone = alone();
    let place = tempfile::tempdir().unwrap();
    let private = private_folder(place.path());
    for program in [place.path().join("missing"), "/bin/true".into()] {
        let failure = Keeper::start(&program, &private).unwrap_err();
        assert_eq!(failure.code(), Some(codes::KEEPER), "{failure}");
    }
}
