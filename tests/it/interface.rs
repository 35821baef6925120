//! Interfaces that a host offers to its plugins, and that plugins call.

#![expect(unsafe_code, reason = "a plugin calls the functions of a host's tables")]

use std::ffi::{c_double, c_void};
use std::path::Path;
use std::sync::Arc;

use hotshoe::error::Code;
use hotshoe::plugin::Unload;
use hotshoe::runtime::Offer;
use hotshoe_testkit::PluginTree;

use crate::contract::{MANIFEST, library, library_in_cpp, load, tree, use_filter};
use crate::host_on;

/// `org_example_limit_1` of `filter.h`.
#[repr(C)]
pub(crate) struct Limit {
    size: usize,
    limited: extern "C" fn(*const c_void, c_double) -> c_double,
}

pub(crate) static LIMIT: Limit = Limit { size: size_of::<Limit>(), limited };

extern "C" fn limited(limit: *const c_void, output: c_double) -> c_double {
    // SAFETY: it was offered with such an instance, which is as good as the plugin.
    output.min(unsafe { *limit.cast::<f64>() })
}

#[test]
fn a_plugin_calls_the_interface_that_its_own_host_offers() {
    for library in [library(&[]), library_in_cpp(&[])] {
        let tree = PluginTree::new().plugin("gain", MANIFEST, &library);
        let (ten, twenty) = (host_on(tree.root()), host_on(tree.root()));
        let limit = Arc::new(10.0);
        ten.offer_interface("org.example.limit/1", Offer::with_instance(&LIMIT, limit.clone())).unwrap();
        twenty.offer_interface("org.example.limit/1", Offer::with_instance(&LIMIT, Arc::new(20.0))).unwrap();
        let (of_ten, of_twenty) = (load(&ten), load(&twenty));
        assert_eq!((use_filter(&of_ten).0, use_filter(&of_twenty).0), (10.0, 20.0));
        let reloaded = ten.reload(&of_ten, |_| Ok(())).unwrap();
        assert_eq!(use_filter(&reloaded).0, 10.0);
        // A plugin outlives its host if nobody unloads it, and what it was offered is there still.
        drop(ten);
        assert!(reloaded.is_loaded());
        assert_eq!((use_filter(&reloaded).0, Arc::strong_count(&limit)), (10.0, 2));
        twenty.unload(&of_twenty).unwrap();
    }
}

#[test]
fn what_is_offered_goes_with_the_host_and_its_plugins() {
    let tree = tree(&[]);
    let host = host_on(tree.root());
    let limit = Arc::new(10.0);
    host.offer_interface("org.example.limit/1", Offer::with_instance(&LIMIT, limit.clone())).unwrap();
    let plugin = load(&host);
    host.unload(&plugin).unwrap();
    assert_eq!(Arc::strong_count(&limit), 2);
    drop(host);
    assert_eq!(Arc::strong_count(&limit), 1);
}

#[test]
fn an_interface_is_offered_once_and_under_an_id_of_the_programs_own() {
    let host = host_on(Path::new("/nowhere"));
    host.offer_interface("org.example.limit/1", Offer::new(&LIMIT)).unwrap();
    host.offer_interface("org.example.limit/2", Offer::new(&LIMIT)).unwrap();
    for id in ["org.example.limit/1", "org.example.limit", "limit/1", "hotshoe.context/1", "hotshoe.mine/1", ""] {
        let limit = Arc::new(10.0);
        let error = host.offer_interface(id, Offer::with_instance(&LIMIT, limit.clone())).unwrap_err();
        assert_eq!(error.code(), Code::INTERFACE_INVALID, "{id}");
        assert_eq!(Arc::strong_count(&limit), 1, "what is refused is dropped");
    }
}

#[test]
fn eight_threads_call_a_plugin_and_it_calls_their_host() {
    let tree = tree(&[]);
    std::thread::scope(|scope| {
        for number in 0..8 {
            let tree = &tree;
            scope.spawn(move || {
                for round in 0..20 {
                    let (host, most) = (host_on(tree.root()), f64::from(number * 20 + round));
                    host.offer_interface("org.example.limit/1", Offer::with_instance(&LIMIT, Arc::new(most))).unwrap();
                    let plugin = load(&host);
                    assert_eq!(use_filter(&plugin).0, most.min(42.0));
                    host.unload(&plugin).unwrap();
                    assert!(!plugin.is_loaded());
                }
            });
        }
    });
    // And all of them one plugin of one host.
    let host = host_on(tree.root());
    host.offer_interface("org.example.limit/1", Offer::with_instance(&LIMIT, Arc::new(10.0))).unwrap();
    let plugin = load(&host);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..1000).for_each(|_| assert_eq!(use_filter(&plugin).0, 10.0)));
        }
    });
    assert!(matches!(host.unload(&plugin).unwrap(), Unload::Unmapped));
}
