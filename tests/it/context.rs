//! Contexts: the fields of a schema, and what was found on the way.

use hotshoe::context::{Context, Flags, List, Map, Schema, Slot, Type, Value};
use hotshoe::diagnostics::Severity;
use hotshoe::error::Code;

#[test]
fn every_context_has_what_passes_and_steps_share() {
    let context = Context::new(&Schema::new());
    let expected = [
        ("model", Slot::MODEL, Value::Null),
        ("artifacts", Slot::ARTIFACTS, Map::new().into()),
        ("options", Slot::OPTIONS, Map::new().into()),
        ("diagnostics", Slot::DIAGNOSTICS, List::new().into()),
        ("time_s", Slot::TIME_S, 0.0.into()),
        ("scalar_workspace", Slot::SCALAR_WORKSPACE, Value::Null),
    ];
    for (name, slot, value) in expected {
        assert_eq!(context.slot(name), Some(slot));
        assert_eq!(context.field(slot).unwrap().0.as_str(), name);
        assert_eq!(context.get(slot).unwrap(), value, "{name}");
    }
    assert_eq!(context.slot("speed"), None);
}

#[test]
fn a_field_takes_what_its_type_says() {
    let mut schema = Schema::new();
    let speed = schema.add("speed", Type::F64, Flags::default()).unwrap();
    let name = schema.add("name", Type::Text, Flags::default()).unwrap();
    let any = schema.add("any", Type::Any, Flags::default()).unwrap();
    let mut context = Context::new(&schema);
    assert_eq!(context.get_f64(speed).unwrap(), 0.0);
    context.set_f64(speed, 1.5).unwrap();
    assert_eq!(context.get(speed).unwrap(), 1.5.into());
    for wrong in [Value::Null, 1.into(), "1.5".into()] {
        assert_eq!(context.set(speed, wrong).unwrap_err().code(), Code::VALUE_TYPE);
    }
    assert_eq!(context.set_i64(speed, 1).unwrap_err().code(), Code::VALUE_TYPE);
    assert_eq!(context.get_i64(speed).unwrap_err().code(), Code::VALUE_TYPE);
    assert_eq!(context.get_f64(speed).unwrap(), 1.5, "nothing has changed");

    assert_eq!(context.get(name).unwrap(), Value::Null);
    context.set(name, "gain").unwrap();
    context.set(name, Value::Null).unwrap();
    context.set(any, 1).unwrap();
    context.set_f64(any, 2.0).unwrap();
    assert_eq!(context.get_f64(any).unwrap(), 2.0);
    let nowhere = Slot(99);
    assert_eq!(context.get(nowhere).unwrap_err().code(), Code::FIELD_UNKNOWN);
    assert_eq!(context.set_bool(nowhere, true).unwrap_err().code(), Code::FIELD_UNKNOWN);
    assert_eq!(context.get_f64(nowhere).unwrap_err().code(), Code::FIELD_UNKNOWN);
}

#[test]
fn a_schema_is_frozen_by_its_first_context() {
    let mut schema = Schema::new();
    for bad in ["", "time_s", "a\nb", "a\u{202e}b", &"x".repeat(256)] {
        let error = schema.add(bad, Type::Any, Flags::default()).unwrap_err();
        assert_eq!(error.code(), Code::SCHEMA_INVALID, "{bad:?}");
    }
    assert_eq!(schema.add("nothing", Type::Null, Flags::default()).unwrap_err().code(), Code::SCHEMA_INVALID);
    let slot = schema.add("speed", Type::F64, Flags::default()).unwrap();
    assert_eq!(schema.slot("speed"), Some(slot));
    drop(Context::new(&schema));
    assert_eq!(schema.add("late", Type::Any, Flags::default()).unwrap_err().code(), Code::SCHEMA_FROZEN);
    assert_eq!(Context::new(&schema).slot("speed"), Some(slot));
}

#[test]
fn diagnostics_only_grow_and_say_who_was_at_work() {
    let mut context = Context::new(&Schema::new());
    context.report(Severity::Note, "host-began", "it begins").unwrap();
    context.at_work(Some("gain".into()), Some("lower".into()));
    context.report(Severity::Warning, "gain-clipped", "`3.5` was cut to `1`").unwrap();
    assert_eq!(context.set(Slot::DIAGNOSTICS, List::new()).unwrap_err().code(), Code::FIELD_READ_ONLY);
    let found = context.diagnostics();
    assert_eq!((found.len(), found[0].plugin.as_deref(), found[1].plugin.as_deref()), (2, None, Some("gain")));
    assert_eq!(found[1].pass.as_deref(), Some("lower"));
    let value = context.get(Slot::DIAGNOSTICS).unwrap();
    let second = value.as_list().unwrap()[1].as_map().unwrap().clone();
    assert_eq!(second.get("severity"), Some(&"warning".into()));
    assert_eq!(second.get("plugin"), Some(&"gain".into()));
    while context.report(Severity::Note, "more", "of it").is_ok() {}
    assert_eq!(context.diagnostics().len(), Context::MOST_DIAGNOSTICS);
    context.get(Slot::DIAGNOSTICS).unwrap();
}

#[test]
fn some_fields_are_the_hosts_to_set() {
    let mut schema = Schema::new();
    let own = schema.add("own", Type::I64, Flags { read_only: true }).unwrap();
    let mut context = Context::new(&schema);
    context.set_i64(own, 1).unwrap();
    assert_eq!(context.may_be_set_by_plugins(own).unwrap_err().code(), Code::FIELD_READ_ONLY);
    context.may_be_set_by_plugins(Slot::MODEL).unwrap();
    assert_eq!(context.may_be_set_by_plugins(Slot::DIAGNOSTICS).unwrap_err().code(), Code::FIELD_READ_ONLY);
}

#[test]
fn eight_threads_have_contexts_of_their_own() {
    let mut schema = Schema::new();
    let slot = schema.add("count", Type::I64, Flags::default()).unwrap();
    let shared = Value::from("shared by all");
    std::thread::scope(|scope| {
        for number in 0..8 {
            let (schema, shared) = (&schema, shared.clone());
            scope.spawn(move || {
                let mut context = Context::new(schema);
                for _ in 0..10_000 {
                    let count = context.get_i64(slot).unwrap();
                    context.set_i64(slot, count + number).unwrap();
                    context.set(Slot::MODEL, shared.clone()).unwrap();
                }
                assert_eq!(context.get_i64(slot).unwrap(), 10_000 * number);
            });
        }
    });
}
