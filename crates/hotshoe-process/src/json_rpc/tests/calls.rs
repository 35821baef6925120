//! Calling: tools and methods, what comes of it, progress, cancel, deadlines, many at once.

use super::*;

/// A tool that answers with this result.
fn tool(result: Value) -> Plugin {
    Plugin::mcp(move |message| match message["method"].as_str() {
        Some("tools/call") => answer(message, &result),
        _ => unknown(message),
    })
}

#[test]
fn a_tool_gets_its_arguments_and_gives_what_is_structured() {
    let plugin = Plugin::mcp(|message| {
        let arguments = &message["params"]["arguments"];
        let sum = arguments["a"].as_i64().unwrap() + arguments["b"].as_i64().unwrap();
        answer(message, &json!({"content": [{"type": "text", "text": "5"}], "structuredContent": {"result": sum}}))
    });
    assert_eq!(plugin.output("add", "{\n \"a\": 2,\r\n \"b\": 3}"), r#"{"result":5}"#);
    assert_eq!(plugin.hears("tools/call")["params"]["name"], "add");
}

#[test]
fn a_tool_without_structure_gives_its_content() {
    let plugin = tool(json!({"content": [{"type": "text", "text": "5"}], "structuredContent": null}));
    assert_eq!(plugin.output("add", ""), r#"[{"text":"5","type":"text"}]"#);
    assert_eq!(plugin.hears("tools/call")["params"]["arguments"], json!({}));
}

#[test]
fn a_tool_that_fails_says_why() {
    let plugin =
        tool(json!({"isError": true, "content": [{"type": "text", "text": "no\u{1b} disk"}, {"type": "image"}]}));
    let failure = plugin.failure("add", "{}");
    assert_eq!(failure.code(), Some(codes::CALL_FAILED));
    assert!(failure.to_string().contains("`no\\u{1b} disk`"), "{failure}");
}

#[test]
fn a_tool_that_answers_with_nonsense_has_failed() {
    for nonsense in [json!(7), json!(null), json!({}), json!({"isError": "yes"}), json!({"content": null})] {
        let failure = tool(nonsense.clone()).failure("add", "{}");
        assert_eq!(failure.code(), Some(codes::CALL_FAILED), "{nonsense}");
    }
}

#[test]
fn input_that_a_tool_cannot_take_never_reaches_it() {
    let plugin = tool(json!({"content": []}));
    for input in ["[1]", "7", "{", "{} {}", "\u{0}"] {
        assert_eq!(plugin.failure("add", input).code(), Some(codes::INPUT), "{input}");
    }
    assert_eq!(plugin.output("add", "null"), "[]");
}

#[test]
fn an_error_is_told_with_its_number_words_and_data() {
    let plugin = Plugin::mcp(|message| {
        line(&json!({"id": message["id"], "error": {"code": -32000, "message": "full", "data": {"left": 0}}}))
    });
    let failure = plugin.failure("resources/read", "{}");
    assert_eq!(failure.code(), Some(codes::CALL_FAILED));
    assert!(failure.to_string().contains("error -32000: `full` (data: `{\"left\":0}`)"), "{failure}");
}

#[test]
fn a_name_that_is_no_tool_is_a_method() {
    let plugin = Plugin::mcp(|message| match message["method"].as_str() {
        Some("custom") => answer(message, &json!(["custom"])),
        _ => unknown(message),
    });
    assert_eq!(plugin.output("custom", "{}"), r#"["custom"]"#);
    assert_eq!(plugin.failure("nothing", "{}").code(), Some(codes::METHOD_UNKNOWN));
}

#[test]
fn a_list_of_tools_has_pages_and_is_fetched_anew_when_it_has_changed() {
    let mut changed = false;
    let plugin = Plugin::new(options(), move |message| match message["method"].as_str() {
        Some("initialize") => answer(message, &json!({"protocolVersion": VERSIONS[0], "capabilities": {"tools": {}}})),
        Some("tools/list") if changed => answer(message, &json!({"tools": [{"name": "late"}]})),
        Some("tools/list") => match message["params"]["cursor"].as_str() {
            None => answer(
                message,
                &json!({"tools": [{"name": "first", "inputSchema": {"type": "object"}}, 7], "nextCursor": "b"}),
            ),
            Some(_) => answer(message, &json!({"tools": [{"name": "second"}, {"name": "first"}], "nextCursor": null})),
        },
        Some("tools/call") => {
            changed = true;
            let mut said = line(&json!({"method": "notifications/tools/list_changed"}));
            said.extend(answer(message, &json!({"content": [], "structuredContent": message["params"]["name"]})));
            said
        }
        _ => unknown(message),
    });
    plugin.session.start(soon()).unwrap();
    let tools = plugin.session.describe().unwrap()["tools"].clone();
    assert_eq!(tools, json!([{"name": "first", "input_schema": {"type": "object"}}, {"name": "second"}]));
    assert_eq!(plugin.output("second", "{}"), "\"second\"");
    assert_eq!(plugin.failure("first", "{}").code(), Some(codes::METHOD_UNKNOWN));
    assert_eq!(plugin.output("late", "{}"), "\"late\"");
}

#[test]
fn a_list_of_tools_without_an_end_is_given_up() {
    let mut page = 0;
    let plugin = Plugin::new(options(), move |message| match message["method"].as_str() {
        Some("initialize") => answer(message, &json!({"protocolVersion": VERSIONS[0], "capabilities": {"tools": {}}})),
        Some("tools/list") => {
            page += 1;
            answer(message, &json!({"tools": [], "nextCursor": page.to_string()}))
        }
        _ => unknown(message),
    });
    plugin.session.start(soon()).unwrap();
    assert_eq!(plugin.session.describe().unwrap_err().code(), Some(codes::CALL_TOO_LARGE));
}

#[test]
fn progress_comes_to_the_caller() {
    let plugin = Plugin::mcp(|message| {
        let token = &message["params"]["_meta"]["progressToken"];
        let mut said = Vec::new();
        for params in [
            json!({"progressToken": token, "progress": 1, "total": 4, "message": "one"}),
            json!({"progressToken": token, "progress": 0.5, "total": 1.0}),
            json!({"progressToken": token, "progress": 1e300}),
            json!({"progressToken": 999_999, "progress": 3}),
        ] {
            said.extend(line(&json!({"method": "notifications/progress", "params": params})));
        }
        said.extend(answer(message, &json!({"content": []})));
        said
    });
    let (result, got) = plugin.call("add", "{}");
    result.unwrap();
    assert_eq!(got.progress, [(1, 4), (500, 1000), (u64::MAX, 0)]);
    assert_eq!(got.status, ["one"]);
}

#[test]
fn a_cancelled_call_ends_and_the_plugin_is_told() {
    let plugin = Plugin::mcp(|_| Vec::new());
    let session = Arc::clone(&plugin.session);
    let calling = thread::spawn(move || session.call(&call(77, "add", b"{}"), &mut Got::default()));
    let id = plugin.hears("tools/call")["id"].clone();
    plugin.session.cancel(76);
    plugin.session.cancel(77);
    assert_eq!(calling.join().unwrap(), Err(Failure::Cancelled));
    assert_eq!(plugin.hears("notifications/cancelled")["params"]["requestId"], id);
    // Its answer may be on the way: it is no noise.
    plugin.session.feed(&answer(&json!({"id": id}), &json!({})));
    assert_eq!(plugin.logs(), [""; 0]);
}

#[test]
fn a_call_that_is_not_wanted_ends() {
    let plugin = Plugin::mcp(|_| Vec::new());
    let mut got = Got { unwanted: true, ..Got::default() };
    assert_eq!(plugin.session.call(&call(1, "tools/call", b"{}"), &mut got), Err(Failure::Cancelled));
}

#[test]
fn a_call_ends_at_its_deadline_and_the_plugin_is_told() {
    let plugin = Plugin::mcp(|_| Vec::new());
    plugin.session.describe().unwrap();
    let begun = Instant::now();
    let call = Call { deadline: Some(begun + Duration::from_millis(120)), ..call(1, "add", b"{}") };
    assert_eq!(plugin.session.call(&call, &mut Got::default()), Err(Failure::Deadline));
    assert!(begun.elapsed() >= Duration::from_millis(120) && begun.elapsed() < Duration::from_secs(5));
    plugin.hears("notifications/cancelled");
    assert_eq!(plugin.session.conversation.waiting.count(), 0);
}

#[test]
fn many_calls_on_many_threads_lose_none() {
    let mut held: Vec<u8> = Vec::new();
    // Answers come in another order: each waits for the next question, which comes in the end from this thread.
    let plugin = Plugin::mcp(move |message| match message["method"].as_str() {
        Some("tools/call") => {
            let n = &message["params"]["arguments"]["n"];
            std::mem::replace(&mut held, answer(message, &json!({"content": [], "structuredContent": n})))
        }
        _ => [answer(message, &json!(null)), std::mem::take(&mut held)].concat(),
    });
    plugin.session.describe().unwrap();
    let session = &plugin.session;
    thread::scope(|threads| {
        let callers: Vec<_> = (1..=8).map(|caller| threads.spawn(move || thousand_calls(session, caller))).collect();
        while callers.iter().any(|caller| !caller.is_finished()) {
            session.call(&call(0, "release/held", b"{}"), &mut Got::default()).unwrap();
        }
    });
    assert_eq!(plugin.session.conversation.waiting.count(), 0);
    assert_eq!(plugin.logs(), [""; 0]);
}

fn thousand_calls(session: &JsonRpc, caller: u64) {
    for round in 0..1000 {
        let n = caller * 1_000_000 + round;
        let mut got = Got::default();
        session.call(&call(n, "add", format!("{{\"n\":{n}}}").as_bytes()), &mut got).unwrap();
        assert_eq!(got.text(), n.to_string());
    }
}

#[test]
fn large_inputs_and_outputs_pass() {
    let plugin = Plugin::mcp(|message| {
        answer(message, &json!({"content": [], "structuredContent": message["params"]["arguments"]["text"]}))
    });
    let text = "ü".repeat(1 << 19);
    assert_eq!(plugin.output("add", &format!(r#"{{"text":"{text}"}}"#)), format!("\"{text}\""));
    let failure = plugin.failure("add", &format!(r#"{{"text":"{}"}}"#, "x".repeat(4 << 20)));
    assert_eq!(failure.code(), Some(codes::CALL_TOO_LARGE));
}

#[test]
fn content_length_is_spoken_both_ways() {
    let options = Options { framing: Framing::ContentLength, ..options() };
    let plugin = Plugin::new(options, |message| {
        let body = match message["method"].as_str() {
            Some("echo") => json!({"id": message["id"], "result": message["params"]}),
            _ => json!({"id": message["id"], "error": {"code": -32601, "message": "no"}}),
        };
        format!("content-type: x\r\nContent-Length: {}\r\n\r\n{body}", body.to_string().len()).into_bytes()
    });
    plugin.session.start(soon()).unwrap();
    assert_eq!(plugin.output("echo", "{\"a\":\n1}"), r#"{"a":1}"#);
}

#[test]
fn nothing_streams() {
    let plugin = tool(json!({"content": []}));
    let call = Call { streams: true, ..call(1, "add", b"{}") };
    assert_eq!(plugin.session.call(&call, &mut Got::default()), Err(Failure::Unsupported));
}
