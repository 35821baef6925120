use super::*;

fn all(text: impl AsRef<[u8]>) -> Vec<LogLine> {
    in_pieces(text.as_ref(), usize::MAX)
}

fn in_pieces(text: &[u8], size: usize) -> Vec<LogLine> {
    let (mut log, mut lines) = (Log::default(), Vec::new());
    for piece in text.chunks(size) {
        log.feed(piece, &mut |line| lines.push(line));
    }
    log.end(&mut |line| lines.push(line));
    lines
}

fn one(text: impl AsRef<[u8]>) -> (Level, String, Option<String>) {
    let mut lines = all(text);
    assert_eq!(lines.len(), 1, "{lines:?}");
    let LogLine { level, text, name } = lines.remove(0);
    (level, text, name)
}

fn line(level: Level, text: &str, name: Option<&str>) -> (Level, String, Option<String>) {
    (level, text.to_owned(), name.map(str::to_owned))
}

#[test]
fn json_of_hclog_is_read_with_its_further_keys() {
    let text =
        r#"{"@level":"warn","@message":"disk is full","@module":"store.disk","@timestamp":"2026-01-02T03:04:05Z",
        "left":0,"path":"/a b","unit":"MB"}"#
            .replace('\n', "");
    assert_eq!(one(text), line(Level::Warning, r#"disk is full left=0 path="/a b" unit=MB"#, Some("store.disk")));
    assert_eq!(one(r#"{"@message":"x"}"#), line(Level::Info, "x", None));
    assert_eq!(one(r#"{"@level":"error"}"#), line(Level::Error, "", None));
    assert_eq!(one(r#"{"@level":7,"@message":[1],"@module":null}"#), line(Level::Info, "[1]", Some("null")));
    assert_eq!(one(r#"{"@level":"loud","@message":"a\nb\u001b[0m"}"#), line(Level::Info, "a\\nb\\u{1b}[0m", None));
}

#[test]
fn json_that_is_not_of_hclog_stays_as_it_is() {
    for text in [r#"{"level":"error","msg":"x"}"#, r#"{"@level": "#, "{}", r#"{"@message":"x"} and more"#, "{"] {
        assert_eq!(one(text), line(Level::Info, text, None));
    }
    let deep = format!(r#"{{"@message":{}"#, "[".repeat(5000));
    assert_eq!(one(&deep), line(Level::Info, &deep, None));
}

#[test]
fn a_level_in_brackets_is_read() {
    assert_eq!(one("[ERROR] no disk"), line(Level::Error, "no disk", None));
    assert_eq!(one("[ERR] no disk"), line(Level::Error, "no disk", None));
    assert_eq!(one("[TRACE]"), line(Level::Trace, "", None));
    assert_eq!(one("[WARN]  disk: nearly full"), line(Level::Warning, "disk: nearly full", None));
    assert_eq!(one("2026/01/02 03:04:05 [DEBUG] read"), line(Level::Debug, "read", None));
    for text in ["[3] of 4", "[INFO", "[]", "INFO: x", "2026/01/02 03:04:05 read"] {
        assert_eq!(one(text), line(Level::Info, text, None));
    }
}

#[test]
fn the_text_form_of_hclog_is_read_with_its_name() {
    let time = "2026-01-02T03:04:05.678Z";
    assert_eq!(one(format!("{time} [INFO]  store.disk: opened")), line(Level::Info, "opened", Some("store.disk")));
    assert_eq!(
        one("2026-01-02T03:04:05.678+0100 [ERROR] disk: read failed: error=\"no: such\""),
        line(Level::Error, "read failed: error=\"no: such\"", Some("disk"))
    );
    assert_eq!(one(format!("{time} [WARN]  started: port=80")), line(Level::Warning, "started: port=80", None));
    assert_eq!(one(format!("{time} [DEBUG] is up")), line(Level::Debug, "is up", None));
}

#[test]
fn a_go_panic_is_an_error_to_its_last_line() {
    let text =
        "starting\npanic: asked to panic\n\ngoroutine 7 [running]:\nmain.f(0x1)\n\t/main.go:3 +0x1d\nexit status 2\n";
    let lines = all(text);
    assert_eq!(lines[0].level, Level::Info);
    assert!(lines[1..].iter().all(|line| line.level == Level::Error), "{lines:?}");
    assert_eq!(lines[5].text, "\t/main.go:3 +0x1d");
    let lines = all("fatal error: all goroutines are asleep - deadlock!\ngoroutine 1 [chan receive]:\n");
    assert!(lines.iter().all(|line| line.level == Level::Error));
}

#[test]
fn a_panic_that_was_survived_ends_with_the_next_line_of_the_log() {
    let levels: Vec<Level> =
        all("panic: x\ngoroutine 7\n[DEBUG] goes on\nplain\n").iter().map(|line| line.level).collect();
    assert_eq!(levels, [Level::Error, Level::Error, Level::Debug, Level::Info]);
}

#[test]
fn tracebacks_of_python_and_panics_of_rust_are_errors() {
    let text = "Traceback (most recent call last):\n  File \"a.py\", line 1\nValueError: no\nplain\n\
                thread 'main' panicked at src/main.rs:2:5:\nexplicit panic\nplain\n";
    let levels: Vec<Level> = all(text).iter().map(|line| line.level).collect();
    let (error, info) = (Level::Error, Level::Info);
    assert_eq!(levels, [error, error, error, info, error, error, info]);
}

#[test]
fn any_bytes_are_lines() {
    assert_eq!(one(b"a\0b\xff\x1b[31m"), line(Level::Info, "a\\u{0}b\u{fffd}\\u{1b}[31m", None));
    assert_eq!(one("100 %\rdone\r\n"), line(Level::Info, "100 %\\rdone", None));
    assert_eq!(all("\n\n").len(), 2);
    assert_eq!(all("").len(), 0);
    assert_eq!(one("ä[ERROR] x"), line(Level::Info, "ä[ERROR] x", None));
    assert_eq!(one("2026-01-02T03:04:0ä.678Z [ERROR] x").0, Level::Info);
}

#[test]
fn a_line_of_any_length_takes_bounded_memory() {
    let mut text = vec![b'x'; 1 << 20];
    text.extend(b"\n[ERROR] next\n");
    let lines = all(&text);
    assert_eq!(lines.len(), 2);
    assert!(lines[0].text.starts_with("xxx") && lines[0].text.ends_with("x … (the line was cut here)"));
    assert!(lines[0].text.len() < LONGEST_LINE + 100);
    assert_eq!(lines[1].text, "next");
    let mut log = Log::default();
    for _ in 0..100 {
        log.feed(&[0; 1 << 16], &mut |_| panic!("the line has no end"));
    }
    assert!(log.lines.line.capacity() <= 2 * LONGEST_LINE);
    log.feed(b"\n", &mut |_| {});
    assert!(log.lines.line.capacity() <= 1024, "it is given back");
}

#[test]
fn a_line_of_the_longest_length_is_whole() {
    assert_eq!(one(vec![b'x'; LONGEST_LINE]).1.len(), LONGEST_LINE);
    assert!(one(vec![b'x'; LONGEST_LINE + 1]).1.ends_with("cut here)"));
}

#[test]
fn it_does_not_matter_how_it_is_cut() {
    let mut text = b"[WARN] a\r\n\n{\"@message\":\"b\"}\r\npanic: c\n\xc3\xa4\xff\0\n".to_vec();
    text.extend(vec![b'y'; LONGEST_LINE + 3]);
    text.extend(b"\n2026-01-02T03:04:05.678Z [INFO]  d: e\nno end");
    let whole = all(&text);
    assert_eq!(whole.len(), 8);
    for size in [1, 2, 3, 7, 4096, LONGEST_LINE] {
        assert_eq!(in_pieces(&text, size), whole, "in pieces of {size}");
    }
}

#[test]
fn the_last_twenty_lines_are_kept_for_the_report_of_a_death() {
    let mut log = Log::default();
    for number in 0..100 {
        log.feed(format!("[ERROR] line {number}\n").as_bytes(), &mut |_| {});
    }
    let last: Vec<&str> = log.last().collect();
    assert_eq!((last.len(), last[0], last[19]), (20, "line 80", "line 99"));
    log.feed(&[b"x".repeat(5000), b"\n".to_vec()].concat(), &mut |_| {});
    assert_eq!(log.last().last().map(|line| line.chars().count()), Some(1025));
}
