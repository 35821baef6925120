//! How a conversation begins: MCP in both ways, and programs that know neither.

use super::*;

/// A server that answers `initialize` with this.
fn answering(initialize: Value) -> Plugin {
    Plugin::new(options(), move |message| match message["method"].as_str() {
        Some("initialize") => answer(message, &initialize),
        _ => unknown(message),
    })
}

#[test]
fn an_mcp_server_is_asked_for_the_newest_version_and_greeted() {
    let plugin = answering(json!({"protocolVersion": "2024-11-05", "serverInfo": {"name": "old", "version": "7"}}));
    plugin.session.start(soon()).unwrap();
    let asked = plugin.hears("initialize");
    assert_eq!(asked["params"]["protocolVersion"], VERSIONS[0]);
    assert_eq!(asked["params"]["clientInfo"], json!({"name": "test", "version": "1.2.3"}));
    assert!(plugin.hears("notifications/initialized").get("id").is_none());
    let described = plugin.session.describe().unwrap();
    assert_eq!(
        described,
        json!({"protocol": "json-rpc", "server": {"name": "old", "version": "7"}, "version": "2024-11-05", "tools": []})
    );
    plugin.session.health().unwrap();
}

#[test]
fn a_version_that_nobody_knows_is_refused_by_name() {
    let plugin = answering(json!({"protocolVersion": "1999-01-01"}));
    let failure = plugin.session.start(soon()).unwrap_err();
    assert_eq!(failure.code(), Some(codes::HANDSHAKE_VERSION));
    assert!(failure.to_string().contains("`1999-01-01`"), "{failure}");
}

#[test]
fn a_program_that_is_no_mcp_server_is_called_by_its_methods() {
    let plugin = Plugin::new(options(), |message| match message["method"].as_str() {
        Some("double") => answer(message, &json!(message["params"][0].as_i64().unwrap() * 2)),
        _ => unknown(message),
    });
    plugin.session.start(soon()).unwrap();
    assert_eq!(plugin.output("double", "[21]"), "42");
    assert_eq!(plugin.session.describe().unwrap()["version"], Value::Null);
    plugin.session.health().unwrap();
    assert_eq!(plugin.failure("halve", "[2]").code(), Some(codes::METHOD_UNKNOWN));
    assert_eq!(plugin.failure("double", "21").code(), Some(codes::INPUT));
}

#[test]
fn a_server_with_an_initialize_of_its_own_is_no_mcp_server() {
    let plugin = answering(json!({"capabilities": {"hoverProvider": true}}));
    plugin.session.start(soon()).unwrap();
    assert_eq!(plugin.session.describe().unwrap()["version"], Value::Null);
}

#[test]
fn a_refusal_of_another_kind_is_a_failure_with_its_words() {
    let plugin = Plugin::new(options(), |message| refuse(message, -32603, "no licence"));
    let failure = plugin.session.start(soon()).unwrap_err();
    assert_eq!(failure.code(), Some(codes::HANDSHAKE));
    assert!(failure.to_string().contains("`no licence`"), "{failure}");
}

#[test]
fn a_plugin_that_says_nothing_is_given_up_in_time() {
    let plugin = Plugin::new(options(), |_| Vec::new());
    let begun = Instant::now();
    let failure = plugin.session.start(begun + Duration::from_millis(100)).unwrap_err();
    assert_eq!(failure.code(), Some(codes::HANDSHAKE));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_plugin_that_ends_instead_of_answering_is_said_to_have_ended() {
    let plugin = Plugin::new(options(), |_| Vec::new());
    let session = Arc::clone(&plugin.session);
    let starting = thread::spawn(move || session.start(soon()));
    plugin.hears("initialize");
    plugin.session.ended("exit code 3");
    let failure = starting.join().unwrap().unwrap_err();
    assert_eq!(failure.code(), Some(codes::PLUGIN_EXITED));
    assert!(failure.to_string().contains("exit code 3"), "{failure}");
}

#[test]
fn a_server_without_a_beginning_gets_the_version_with_each_request() {
    let plugin = Plugin::new(options(), |message| {
        let meta = &message["params"]["_meta"];
        let modern = meta["io.modelcontextprotocol/protocolVersion"] == VERSION_PER_REQUEST
            && meta["io.modelcontextprotocol/clientCapabilities"].is_object()
            && meta["io.modelcontextprotocol/clientInfo"]["name"] == "test";
        match message["method"].as_str() {
            Some(_) if !modern => refuse(message, -32602, "Invalid params"),
            Some("server/discover") => answer(
                message,
                &json!({
                    "resultType": "complete",
                    "supportedVersions": [VERSION_PER_REQUEST],
                    "capabilities": {"tools": {}},
                    "_meta": {"io.modelcontextprotocol/serverInfo": {"name": "new", "version": "3"}},
                }),
            ),
            Some("tools/list") => {
                answer(message, &json!({"resultType": "complete", "tools": [{"name": "add"}, {"name": "ask"}]}))
            }
            Some("tools/call") if message["params"]["name"] == "ask" => {
                answer(message, &json!({"resultType": "input_required", "inputRequests": {}}))
            }
            Some("tools/call") => {
                answer(message, &json!({"resultType": "complete", "content": [], "structuredContent": 3}))
            }
            Some("resources/read") => answer(message, &json!({"uri": message["params"]["uri"], "mine": meta["mine"]})),
            _ => unknown(message),
        }
    });
    plugin.session.start(soon()).unwrap();
    assert_eq!(plugin.output("add", "{}"), "3");
    assert_eq!(plugin.output("resources/read", r#"{"uri": "a:b", "_meta": {"mine": 1}}"#), r#"{"mine":1,"uri":"a:b"}"#);
    assert!(plugin.failure("ask", "").to_string().contains("more input"));
    plugin.session.health().unwrap();
    let described = plugin.session.describe().unwrap();
    assert_eq!((&described["version"], &described["server"]["name"]), (&json!(VERSION_PER_REQUEST), &json!("new")));
}

#[test]
fn the_newest_servers_say_which_versions_they_speak_instead() {
    let plugin = Plugin::new(options(), |message| {
        line(
            &json!({"id": message["id"], "error": {"code": -32022, "message": "no", "data": {"supported": ["2031-01-01"]}}}),
        )
    });
    let failure = plugin.session.start(soon()).unwrap_err();
    assert_eq!(failure.code(), Some(codes::HANDSHAKE_VERSION));
    assert!(failure.to_string().contains("2031-01-01"), "{failure}");
}

#[test]
fn an_older_server_that_refuses_the_newest_version_is_asked_for_its_own() {
    let plugin = Plugin::new(options(), |message| match message["params"]["protocolVersion"].as_str() {
        Some("2025-03-26") => answer(message, &json!({"protocolVersion": "2025-03-26"})),
        Some(_) => line(&json!({"id": message["id"], "error":
            {"code": -32602, "message": "Unsupported protocol version", "data": {"supported": ["2024-11-05", "2025-03-26"]}}})),
        None => unknown(message),
    });
    plugin.session.start(soon()).unwrap();
    assert_eq!(plugin.session.describe().unwrap()["version"], "2025-03-26");
}
