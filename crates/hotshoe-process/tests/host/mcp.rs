//! MCP servers as plugins.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use hotshoe_testkit::PluginTree;
use serde_json::json;

use crate::peers::{Rig, call};

const SERVER: &str = r#"#!/usr/bin/env python3
import json, os, sys
def say(**message):
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    method, number, given = request.get("method"), request.get("id"), request.get("params") or {}
    if method == "initialize":
        if "noise" in sys.argv:
            print("hello", flush=True)
        say(id=number, result={"protocolVersion": given["protocolVersion"], "capabilities": {"tools": {}},
            "serverInfo": {"name": "script", "version": "1"}})
    elif method == "tools/list":
        say(id=number, result={"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]})
    elif method == "tools/call" and given["arguments"].get("die"):
        os._exit(3)
    elif method == "tools/call":
        say(id=number, result={"content": [], "structuredContent": given["arguments"]})
    elif number is not None:
        say(id=number, error={"code": -32601, "message": "unknown"})
"#;

fn rig(arguments: &str) -> Rig {
    let folder = PluginTree::new().file("server", SERVER);
    fs::set_permissions(folder.path("server"), fs::Permissions::from_mode(0o755)).unwrap();
    Rig::new(
        &folder.path("server"),
        r#"{"start_timeout": 20}"#,
        &format!(r#"{{"protocol": "json-rpc", "arguments": [{arguments}]}}"#),
    )
}

#[test]
fn an_mcp_server_is_a_plugin() {
    for arguments in ["", r#""noise""#] {
        let rig = rig(arguments);
        let plugin = rig.loaded_or_told();
        assert_eq!(call(&plugin, "echo", r#"{"a": 1}"#).unwrap(), json!({"a": 1}));
        let error = call(&plugin, "echo", r#"{"die": true}"#).unwrap_err();
        assert!(error.report().contains("[plugin-exited]"), "{}", error.report());
    }
}
