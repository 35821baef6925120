//! What the plugin asks of the host, and what it says by itself.

use std::sync::Condvar;

use super::*;

/// Answers with the method and the input; `wait` waits until it is not wanted any more.
#[derive(Default)]
struct Echo {
    cancelled: Mutex<u32>,
    changed: Condvar,
}

impl Services for Echo {
    fn call(&self, call: &Call<'_>, answer: &mut dyn Answer) -> Result<()> {
        let input: Value = serde_json::from_slice(call.input).unwrap();
        match call.method {
            "nothing" => Ok(()),
            "two" => answer.output(b"1").and_then(|()| answer.output(b"2")),
            "panic" => panic!("on purpose"),
            "bad" => Err(Failure::new(codes::INPUT, "not so")),
            "wait" => {
                while answer.wanted().is_ok() {
                    thread::yield_now();
                }
                *self.cancelled.lock().unwrap() += 1;
                self.changed.notify_all();
                Err(Failure::Cancelled)
            }
            method => answer.output(json!([method, input]).to_string().as_bytes()),
        }
    }
}

impl Echo {
    fn wait_for(&self, count: u32) {
        let cancelled = self.cancelled.lock().unwrap();
        let limit = Duration::from_secs(10);
        let waited = self.changed.wait_timeout_while(cancelled, limit, |now| *now < count).unwrap();
        assert!(!waited.1.timed_out());
    }
}

/// A plugin that keeps what the host answers.
fn silent() -> Plugin {
    Plugin::mcp(|_| Vec::new())
}

impl Plugin {
    fn asks(&self, request: &Value) {
        self.session.feed(&line(request));
    }

    fn is_answered(&self, id: &Value) -> Value {
        loop {
            let message = self.heard.recv_timeout(Duration::from_secs(10)).unwrap();
            if message.get("method").is_none() && message["id"] == *id {
                return message;
            }
        }
    }

    fn asked(&self, method: &str) -> Value {
        self.asks(&json!({"jsonrpc": "2.0", "id": method, "method": method, "params": {"a": 1}}));
        self.is_answered(&json!(method))
    }
}

#[test]
fn a_ping_is_answered() {
    assert_eq!(silent().asked("ping")["result"], json!({}));
}

#[test]
fn what_the_host_does_not_serve_is_refused() {
    assert_eq!(silent().asked("roots/list")["error"]["code"], -32601);
}

#[test]
fn what_the_host_offers_is_served() {
    let plugin = silent();
    plugin.session.offer(Arc::new(Echo::default())).unwrap();
    assert_eq!(plugin.asked("host/echo")["result"], json!(["host/echo", {"a": 1}]));
    assert_eq!(plugin.asked("nothing")["result"], Value::Null);
    assert_eq!(plugin.asked("two")["result"], json!([1, 2]));
    assert_eq!(plugin.asked("bad")["error"]["code"], -32602);
    assert_eq!(plugin.asked("panic")["error"]["code"], -32000);
}

#[test]
fn the_plugin_may_be_called_from_within_a_service() {
    struct Back(Weak<JsonRpc>);
    impl Services for Back {
        fn call(&self, _: &Call<'_>, answer: &mut dyn Answer) -> Result<()> {
            self.0.upgrade().unwrap().call(&call(9, "add", b"{}"), answer)
        }
    }
    let plugin = Plugin::mcp(|message| match message["method"].as_str() {
        Some("tools/call") => answer(message, &json!({"content": [], "structuredContent": "from within"})),
        _ => Vec::new(),
    });
    plugin.session.offer(Arc::new(Back(Arc::downgrade(&plugin.session)))).unwrap();
    assert_eq!(plugin.asked("back")["result"], "from within");
}

#[test]
fn a_flood_of_requests_is_bounded_and_withdrawn() {
    let plugin = silent();
    let echo = Arc::new(Echo::default());
    plugin.session.offer(Arc::clone(&echo) as Arc<dyn Services>).unwrap();
    for id in 0..100 {
        plugin.asks(&json!({"id": id, "method": "wait"}));
    }
    // 64 wait, at most 4 run: the last is refused at once.
    assert_eq!(plugin.is_answered(&json!(99))["error"]["code"], -32000);
    plugin.asks(&json!({"method": "notifications/cancelled", "params": {"requestId": 0}}));
    echo.wait_for(1);
    assert!(!plugin.session.conversation.serving.wait(Instant::now()));
    assert!(plugin.session.withdraw(soon()));
    assert_eq!(plugin.asked("host/echo")["error"]["code"], -32601);
}

#[test]
fn what_the_plugin_logs_is_logged() {
    let plugin = silent();
    for params in [
        json!({"level": "info", "data": "up"}),
        json!({"level": "warning", "logger": "db", "data": {"left": 1}}),
        json!({"level": "emergency", "data": "fi\nre"}),
    ] {
        plugin.asks(&json!({"method": "notifications/message", "params": params}));
    }
    assert_eq!(plugin.logs(), ["Note up", "Warning db: {\"left\":1}", "Error fi\\nre"]);
}

#[test]
fn its_stdin_is_closed_to_end_it() {
    let mut plugin = silent();
    plugin.session.ask_to_end(soon());
    plugin.thread.take().unwrap().join().unwrap();
    plugin.thread = Some(thread::spawn(|| {}));
}
