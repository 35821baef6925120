//! Plugins that say what they must not, say nothing, do not listen, or die.

use super::*;

/// A server whose answer to a call is followed by this.
fn saying(text: &'static [u8]) -> Plugin {
    Plugin::mcp(move |message| match message["method"].as_str() {
        Some("tools/call") => [text, &answer(message, &json!({"content": []}))].concat(),
        _ => unknown(message),
    })
}

#[test]
fn noise_is_logged_and_the_answer_behind_it_counts() {
    let plugin = saying(b"Loading model...\n\xff\xfe\n");
    assert_eq!(plugin.output("add", "{}"), "[]");
    let logs = plugin.logs();
    assert_eq!(logs.len(), 2);
    assert!(logs[0].contains("(1 of 16): `Loading model...`"), "{}", logs[0]);
}

#[test]
fn sixteen_noises_end_the_conversation() {
    let plugin = Plugin::mcp(|_| b"ouch\n".repeat(100));
    let failure = plugin.failure("add", "{}");
    assert_eq!(failure.code(), Some(codes::PROTOCOL_NOISE));
    assert_eq!(plugin.logs().len(), MOST_NOISE as usize);
    assert_eq!(plugin.session.health().unwrap_err(), failure);
    assert_eq!(plugin.failure("add", "{}"), failure);
}

#[test]
fn what_makes_no_sense_is_noise() {
    for text in [
        r#"{"jsonrpc":"2.0","id":12345,"result":1}"#,
        r#"{"id":null,"error":{"code":-32700,"message":"Parse error"}}"#,
        r#"{"id":"1","result":1}"#,
        r#"{"id":1,"result":1,"error":{"code":1,"message":"both"}}"#,
        r#"{"jsonrpc":"2.0"}"#,
        "[]",
        "[1]",
        "[{]",
        r#"{"method":"notifications/progress","params":{"progressToken":"x"}}"#,
        r#"{"method":"notifications/message","params":[]}"#,
    ] {
        let plugin = Plugin::mcp(|_| Vec::new());
        plugin.session.feed(format!("{text}\n").as_bytes());
        assert_eq!(plugin.logs().len(), 1, "{text}");
    }
}

#[test]
fn a_second_answer_is_noise_and_changes_nothing() {
    let plugin = Plugin::mcp(|message| answer(message, &json!({"content": [], "structuredContent": 1})).repeat(2));
    assert_eq!(plugin.output("add", "{}"), "1");
    assert_eq!(plugin.output("add", "{}"), "1");
    // The second answer to the first call has certainly been read before that to the second.
    assert!(plugin.logs()[0].contains("waits for none"), "{:?}", plugin.logs());
}

#[test]
fn a_batch_is_taken_item_by_item() {
    let plugin = Plugin::mcp(|message| {
        let batch = json!([
            {"method": "notifications/message", "params": {"level": "info", "data": "in a batch"}},
            {"id": message["id"], "result": {"content": []}},
        ]);
        line(&batch)
    });
    assert_eq!(plugin.output("add", "{}"), "[]");
    assert_eq!(plugin.logs(), ["Note in a batch"]);
}

#[test]
fn a_huge_batch_is_one_noise() {
    let plugin = Plugin::mcp(|_| Vec::new());
    plugin.session.feed(format!("[{}0]\n", "0,".repeat(1 << 20)).as_bytes());
    assert_eq!(plugin.logs().len(), 1);
}

#[test]
fn an_answer_that_comes_byte_by_byte_is_read() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let (session, _) = session(options(), ours);
    let peer = Arc::clone(&session);
    let feeding = thread::spawn(move || {
        let mut stdin = BufReader::new(theirs);
        for _ in 0..3 {
            let mut text = String::new();
            stdin.read_line(&mut text).unwrap();
            let said = unknown(&serde_json::from_str(&text).unwrap());
            said.iter().for_each(|byte| peer.feed(&[*byte]));
        }
    });
    session.start(soon()).unwrap();
    let result = session.call(&call(1, "a", b"{}"), &mut Got::default());
    assert_eq!(result.unwrap_err().code(), Some(codes::METHOD_UNKNOWN));
    feeding.join().unwrap();
}

#[test]
fn an_answer_that_is_too_large_fails_its_call_only() {
    let plugin = Plugin::mcp(|message| match message["params"]["arguments"]["large"].as_bool() {
        Some(true) => answer(message, &json!({"content": [], "structuredContent": "x".repeat(5 << 20)})),
        _ => answer(message, &json!({"content": []})),
    });
    assert_eq!(plugin.failure("add", r#"{"large": true}"#).code(), Some(codes::CALL_TOO_LARGE));
    assert_eq!(plugin.output("add", "{}"), "[]");
    assert_eq!(plugin.logs(), [""; 0]);
}

#[test]
fn nesting_without_end_is_passed_on_and_kills_nobody() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let text = deep.clone();
    let plugin = Plugin::mcp(move |message| {
        format!("{{\"id\":{},\"result\":{{\"content\":{text}}}}}\n", message["id"]).into_bytes()
    });
    assert_eq!(plugin.output("add", "{}"), deep);
    assert_eq!(plugin.output("resources/read", "{}"), format!("{{\"content\":{deep}}}"));
    plugin
        .session
        .feed(format!("{{\"method\":\"notifications/message\",\"params\":{{\"data\":{deep}}}}}\n").as_bytes());
    assert_eq!(plugin.logs().len(), 1);
}

#[test]
fn a_tool_with_a_schema_too_deep_to_show_hides_no_other() {
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    let plugin = Plugin::new(options(), move |message| {
        match message["method"].as_str() {
        Some("initialize") => answer(message, &json!({"protocolVersion": VERSIONS[0], "capabilities": {"tools": {}}})),
        Some("tools/list") => format!(
            "{{\"id\":{},\"result\":{{\"tools\":[{{\"name\":\"deep\",\"inputSchema\":{deep}}},{{\"name\":\"good\"}}]}}}}\n",
            message["id"]
        )
        .into_bytes(),
        _ => unknown(message),
    }
    });
    plugin.session.start(soon()).unwrap();
    assert_eq!(plugin.session.describe().unwrap()["tools"], json!([{"name": "good"}]));
    assert_eq!(plugin.logs().len(), 1);
}

#[test]
fn death_in_the_middle_of_a_call_ends_it_and_all_that_follow() {
    let plugin = Plugin::mcp(|_| Vec::new());
    let session = Arc::clone(&plugin.session);
    let calling = thread::spawn(move || session.call(&call(1, "add", b"{}"), &mut Got::default()));
    plugin.hears("tools/call");
    plugin.session.feed(b"{\"id\":");
    plugin.session.ended("killed by signal 9");
    let failure = calling.join().unwrap().unwrap_err();
    assert_eq!(failure.code(), Some(codes::PLUGIN_EXITED));
    assert!(failure.to_string().contains("killed by signal 9"), "{failure}");
    assert_eq!(plugin.failure("add", "{}"), failure);
}

#[test]
fn a_closed_stdout_ends_calls_and_its_last_line_counts() {
    let plugin = Plugin::mcp(|_| Vec::new());
    let session = Arc::clone(&plugin.session);
    let calling = thread::spawn(move || {
        let mut got = Got::default();
        let first = session.call(&call(1, "tools/call", b"{}"), &mut got);
        (first, session.call(&call(2, "tools/call", b"{}"), &mut got))
    });
    let id = plugin.hears("tools/call")["id"].clone();
    plugin.session.feed(answer(&json!({"id": id}), &json!(1)).trim_ascii_end());
    plugin.session.stdout_closed();
    let (first, second) = calling.join().unwrap();
    first.unwrap();
    assert_eq!(second.unwrap_err().code(), Some(codes::PLUGIN_EXITED));
}

#[test]
fn a_plugin_that_does_not_read_its_stdin_holds_up_nobody_beyond_the_deadline() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let (session, logs) = session(options(), ours);
    let input = format!("{{\"text\":\"{}\"}}", "x".repeat(2 << 20));
    let begun = Instant::now();
    thread::scope(|threads| {
        for key in 0..4 {
            let (session, input) = (&session, &input);
            threads.spawn(move || {
                let deadline = Some(begun + Duration::from_millis(300));
                let call = Call { deadline, ..call(key, "a", input.as_bytes()) };
                assert_eq!(session.call(&call, &mut Got::default()), Err(Failure::Deadline));
            });
        }
        // Nor the thread that reads what it says.
        for id in 0..50_000 {
            session.feed(&line(&json!({"id": id, "method": "ping"})));
        }
    });
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert!(session.wants_to_write());
    session.ask_to_end(soon());
    assert!(!session.wants_to_write());
    drop((theirs, logs));
}

#[test]
fn a_plugin_that_reads_no_answers_is_given_up() {
    let (ours, _theirs) = UnixStream::pair().unwrap();
    let (session, _) = session(options(), ours);
    let flood = line(&json!({"id": "x".repeat(200), "method": "ping"})).repeat(1000);
    for _ in 0..1000 {
        session.feed(&flood);
        if session.health().is_err() {
            break;
        }
    }
    assert_eq!(session.health().unwrap_err().code(), Some(codes::PROTOCOL_NOISE));
}

#[test]
fn a_plugin_that_has_closed_its_stdin_fails_calls_soon() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let (session, _) = session(options(), ours);
    drop(theirs);
    let begun = Instant::now();
    let failure = session.call(&call(1, "a", b"{}"), &mut Got::default()).unwrap_err();
    assert_eq!(failure.code(), Some(codes::PLUGIN_EXITED));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_pipe_serves_as_well_as_a_socket() {
    let (reader, writer) = std::io::pipe().unwrap();
    let stdin = Descriptor::new(writer.into()).unwrap();
    let session = JsonRpc::new(options(), Arc::new(stdin), Box::new(|_, _| {}));
    let call = Call { deadline: Some(Instant::now() + Duration::from_millis(50)), ..call(1, "a", b"{}") };
    assert_eq!(session.call(&call, &mut Got::default()), Err(Failure::Deadline));
    let mut heard = String::new();
    BufReader::new(reader).read_line(&mut heard).unwrap();
    assert_eq!(heard, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"params\":{}}\n");
}

#[test]
fn an_answer_that_is_no_json_ends_its_call_at_once() {
    for broken in [
        "{\"id\":ID,\"result\":{\"x\":NaN}}",
        "{\"result\":\"\u{1}\",\"id\":ID}",
        "{\"id\":ID,\"result\":1,\"error\":2}",
    ] {
        let plugin =
            Plugin::mcp(move |message| format!("{}\n", broken.replace("ID", &message["id"].to_string())).into_bytes());
        let failure = plugin.failure("add", "{}");
        assert_eq!(failure.code(), Some(codes::PROTOCOL_NOISE), "{broken}");
        assert!(failure.to_string().contains("is no message"), "{failure}");
        assert_eq!(plugin.logs().len(), 1);
    }
}

#[test]
fn a_broken_request_of_the_plugin_ends_no_call_of_the_same_number() {
    let plugin = Plugin::mcp(|message| {
        let broken = format!("{{\"id\":{},\"method\":\"x\",\"params\":[NaN]}}\n", message["id"]);
        [broken.into_bytes(), answer(message, &json!({"content": []}))].concat()
    });
    assert_eq!(plugin.output("add", "{}"), "[]");
    assert_eq!(plugin.logs().len(), 1);
}
