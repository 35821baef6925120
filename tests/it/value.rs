//! Values: data of any shape, within limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use hotshoe::context::{HostObject, List, Map, Object, Type, Value};
use hotshoe::error::{Code, Error, Result};
use proptest::prelude::*;

/// Values of every type but objects, as deep and as odd as may be.
pub fn any_value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(|bits| Value::from(f64::from_bits(bits))),
        ".{0,12}".prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..12).prop_map(Value::bytes),
        crate::buffer::any_buffer().prop_map(Value::from),
    ];
    scalar.prop_recursive(6, 64, 6, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..6).prop_map(|values| list(values).into());
        let map = prop::collection::vec((".{0,4}", inner), 0..6).prop_map(|entries| map(entries).into());
        prop_oneof![list, map]
    })
}

fn list(values: impl IntoIterator<Item = Value>) -> List {
    let mut list = List::new();
    values.into_iter().for_each(|value| list.push(value).unwrap());
    list
}

fn map<K: AsRef<str>>(entries: impl IntoIterator<Item = (K, Value)>) -> Map {
    let mut map = Map::new();
    entries.into_iter().for_each(|(key, value)| drop(map.insert(key.as_ref(), value).unwrap()));
    map
}

/// A list in a list in a list, so many of them.
fn nested(depth: u32) -> Result<Value> {
    let mut value = Value::from(List::new());
    for _ in 1..depth {
        let mut outer = List::new();
        outer.push(value)?;
        value = outer.into();
    }
    Ok(value)
}

proptest! {
    #[test]
    fn a_value_is_equal_to_its_copy_and_to_no_other(one in any_value(), two in any_value()) {
        prop_assert_eq!(&one, &one.clone());
        prop_assert_eq!(one == two, two == one);
        prop_assert_ne!(Value::from(list([one.clone()])), one);
    }

    #[test]
    fn what_is_put_into_a_map_is_found_and_in_its_order(entries in prop::collection::vec((".{0,3}", any::<i64>()), 0..40)) {
        let made = map(entries.iter().map(|(key, value)| (key, Value::from(*value))));
        let mut order: Vec<&str> = Vec::new();
        for (key, _) in &entries {
            if !order.contains(&key.as_str()) {
                order.push(key);
            }
            let last = entries.iter().rev().find(|(other, _)| other == key).map(|(_, value)| *value);
            prop_assert_eq!(made.get(key).and_then(Value::as_i64), last);
        }
        prop_assert_eq!(made.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), order);
    }

    #[test]
    fn what_a_list_lost_it_may_get_again(values in prop::collection::vec(any_value(), 1..8), at in any::<usize>()) {
        let whole = list(values.clone());
        let mut changed = whole.clone();
        let at = at % values.len();
        changed.set(at, Value::Null).unwrap();
        changed.set(at, values[at].clone()).unwrap();
        prop_assert_eq!(&changed, &whole);
        let last = changed.pop().unwrap();
        prop_assert_eq!(changed.len(), values.len() - 1);
        changed.push(last).unwrap();
        prop_assert_eq!(changed, whole);
    }
}

#[test]
fn a_double_keeps_all_of_its_bits() {
    let odd = [f64::NAN, -f64::NAN, f64::from_bits(0x7ff0_0000_0000_0001), -0.0, 0.0, f64::MIN_POSITIVE / 2.0];
    for (at, number) in odd.iter().enumerate() {
        assert_eq!(Value::from(*number).as_f64().unwrap().to_bits(), number.to_bits());
        for (other_at, other) in odd.iter().enumerate() {
            assert_eq!(Value::from(*number) == Value::from(*other), at == other_at, "{number} {other}");
        }
    }
}

#[test]
fn a_text_may_hold_a_nul_and_ends_with_one() {
    let value = Value::from("a\0b");
    assert_eq!(value.as_text().unwrap().as_str(), "a\0b");
    assert_eq!(value.as_text().unwrap().with_nul(), b"a\0b\0");
    assert_eq!(Value::from("").as_text().unwrap().with_nul(), b"\0");
}

#[test]
fn who_asks_for_another_type_is_told_which_it_is() {
    let error = Value::from(1).to_f64().unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::VALUE_TYPE, "a value is i64, and not f64"));
    assert_eq!(Value::from("x").kind(), Type::Text);
}

#[test]
fn who_has_a_copy_of_a_list_or_a_map_still_sees_what_it_was() {
    let mut values = list([1.into()]);
    let before = values.clone();
    values.push(2).unwrap();
    assert_eq!((before.len(), values.len()), (1, 2));
    // So a list that is put into itself holds what it was, and there is no circle.
    values.push(values.clone()).unwrap();
    assert_eq!(values[2].as_list().unwrap().len(), 2);
    let mut names = map([("a", 1.into())]);
    let before = names.clone();
    assert_eq!(names.insert("a", 2).unwrap(), Some(1.into()));
    assert_eq!(names.remove("b"), None);
    assert_eq!((before.get("a"), names.get("a")), (Some(&1.into()), Some(&2.into())));
}

#[test]
fn a_value_that_is_too_deep_is_refused_and_nothing_changes() {
    let deepest = nested(Value::DEEPEST).unwrap();
    let mut outer = List::new();
    outer.push(1).unwrap();
    assert_eq!(outer.push(deepest.clone()).unwrap_err().code(), Code::VALUE_TOO_DEEP);
    assert_eq!(outer.set(0, deepest.clone()).unwrap_err().code(), Code::VALUE_TOO_DEEP);
    assert_eq!(outer, list([1.into()]));
    let mut names = Map::new();
    assert_eq!(names.insert("deep", deepest).unwrap_err().code(), Code::VALUE_TOO_DEEP);
    assert!(names.is_empty());
    // Room that somebody had and gave back is there again.
    let mut outer = list([nested(Value::DEEPEST - 1).unwrap()]);
    assert!(list([Value::Null]).push(outer.clone()).is_err());
    outer.set(0, Value::Null).unwrap();
    list([]).push(outer).unwrap();
    let mut names = map([("deep", nested(Value::DEEPEST - 1).unwrap())]);
    names.remove("deep");
    list([]).push(names).unwrap();
}

#[test]
fn what_doubles_with_each_list_is_refused_long_before_it_fills_the_memory() {
    let mut value = Value::Null;
    let error = loop {
        let mut twice = List::new();
        twice.push(value.clone()).unwrap();
        match twice.push(value) {
            Ok(()) => value = twice.into(),
            Err(error) => break error,
        }
    };
    assert_eq!(error.code(), Code::VALUE_TOO_LARGE);
}

/// An object that counts who has gone, and may hold the next one.
struct Link {
    next: Option<Value>,
    gone: Arc<AtomicUsize>,
}

impl HostObject for Link {
    fn type_name(&self) -> &str {
        "org.example.Link"
    }
    fn methods(&self) -> Vec<&str> {
        vec!["next"]
    }
    fn call(&self, method: &str, arguments: &[Value]) -> Result<Value> {
        match (method, arguments) {
            ("next", []) => Ok(self.next.clone().unwrap_or_default()),
            _ => Err(Error::new(Code::METHOD_UNKNOWN, "there is `next`, and nothing else")),
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.gone.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_chain_of_a_million_objects_is_dropped_on_a_small_stack() {
    let gone = Arc::new(AtomicUsize::new(0));
    let mut chain = None;
    for _ in 0..1_000_000 {
        chain = Some(Value::object(Link { next: chain, gone: Arc::clone(&gone) }));
    }
    thread::Builder::new().stack_size(64 * 1024).spawn(move || drop(chain)).unwrap().join().unwrap();
    assert_eq!(gone.load(Ordering::Relaxed), 1_000_000);
}

#[test]
fn an_object_that_panics_when_it_goes_leaves_others_their_turn() {
    struct Panics(Option<Value>);
    impl HostObject for Panics {
        fn type_name(&self) -> &str {
            "org.example.Panics"
        }
    }
    impl Drop for Panics {
        fn drop(&mut self) {
            self.0.take();
            panic!("on its way out");
        }
    }
    let gone = Arc::new(AtomicUsize::new(0));
    let link = || Value::object(Link { next: None, gone: Arc::clone(&gone) });
    let panics = Value::object(Panics(Some(link())));
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(panics))).unwrap_err();
    assert_eq!(gone.load(Ordering::Relaxed), 1);
    drop(link());
    assert_eq!(gone.load(Ordering::Relaxed), 2, "nothing waits for ever");
}

#[test]
fn an_object_is_called_by_name_and_found_by_its_type() {
    let gone = Arc::new(AtomicUsize::new(0));
    let object = Object::new(Link { next: Some(7.into()), gone: Arc::clone(&gone) });
    assert_eq!(object.call("next", &[]).unwrap(), 7.into());
    assert_eq!(object.call("last", &[]).unwrap_err().code(), Code::METHOD_UNKNOWN);
    assert_eq!(object.methods(), ["next"]);
    assert!(object.downcast::<Link>().is_some());
    let (one, two) = (Value::from(object.clone()), Value::object(Link { next: None, gone }));
    assert_eq!(one, Value::from(object));
    assert_ne!(one, two);
}

#[test]
fn any_thread_makes_and_drops_copies() {
    let gone = Arc::new(AtomicUsize::new(0));
    let value = Value::from(list([Value::object(Link { next: None, gone: Arc::clone(&gone) }), "text".into()]));
    thread::scope(|scope| {
        for _ in 0..8 {
            let value = value.clone();
            scope.spawn(move || {
                for _ in 0..10_000 {
                    let copy = value.clone();
                    assert_eq!(copy.as_list().unwrap()[1], "text".into());
                }
            });
        }
        drop(value);
    });
    assert_eq!(gone.load(Ordering::Relaxed), 1);
}
