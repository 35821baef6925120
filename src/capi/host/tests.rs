//! When a host can be freed.

use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

use hotshoe_testkit::{PluginTree, file_name};

use super::*;
use crate::profile::HostProfile;
use crate::runtime::{Ended, Events, Instance, Request, Runtime};

/// Frees the host in each function of a runtime that is called while a plugin changes.
#[derive(Debug)]
struct Freeing(Arc<Freed>);

/// The host that is freed, and how often that was tried.
#[derive(Debug, Default)]
struct Freed {
    host: AtomicPtr<hotshoe_host>,
    tried: AtomicU32,
}

impl Freed {
    fn free(&self) {
        self.tried.fetch_add(1, Ordering::Relaxed);
        // SAFETY: it is a host, which this does not free.
        unsafe { hotshoe_host_free(self.host.load(Ordering::Relaxed)) };
    }
}

impl Runtime for Freeing {
    fn name(&self) -> &str {
        crate::manifest::DEFAULT_RUNTIME
    }

    fn check(&self, _: &Request<'_>) -> Result<()> {
        Ok(())
    }

    fn open(&self, _: &Request<'_>, _: &Events) -> Result<Box<dyn Instance>> {
        self.0.free();
        Ok(Box::new(Freeing(self.0.clone())))
    }
}

impl Instance for Freeing {
    fn close(self: Box<Self>) -> Result<Ended> {
        self.0.free();
        Ok(Ended::Released)
    }
}

unsafe extern "C" fn bind(freed: *mut c_void, _: *const hotshoe_plugin) -> *mut hotshoe_error {
    // SAFETY: it was passed with this function.
    unsafe { &*freed.cast::<Freed>() }.free();
    ptr::null_mut()
}

#[test]
fn a_host_is_not_freed_while_a_plugin_of_it_is_opened_bound_or_closed() {
    let tree = PluginTree::new().file("gain/plugin.json", "{}").file(&format!("gain/{}", file_name("gain")), "x");
    let host = Host::new(HostProfile::named("capi_tests").unwrap());
    host.add_search_root(tree.root());
    let freed = Arc::new(Freed::default());
    host.add_runtime(Arc::new(Freeing(freed.clone())));
    let heard = Arc::new(AtomicU32::new(0));
    let counted = heard.clone();
    host.set_log(Some(Arc::new(move |found| {
        assert_eq!(found.code.as_str(), "plugin-busy");
        counted.fetch_add(1, Ordering::Relaxed);
    })));
    let host = Box::into_raw(Box::new(hotshoe_host(host)));
    freed.host.store(host, Ordering::Relaxed);
    let user_data = Arc::as_ptr(&freed).cast_mut().cast();
    let mut plugin = ptr::null_mut();
    // SAFETY: all of them are good handles and live until the end.
    unsafe {
        let error = hotshoe_host_load(host, c"gain".as_ptr(), 4, ptr::null(), 0, Some(bind), user_data, &mut plugin);
        assert!(error.is_null());
        assert_eq!((freed.tried.load(Ordering::Relaxed), heard.load(Ordering::Relaxed)), (2, 2));
        let live = (*host).0.plugins();
        (*host).0.unload(&live[0]).unwrap();
        assert_eq!((freed.tried.load(Ordering::Relaxed), heard.load(Ordering::Relaxed)), (3, 3));
        super::super::plugin::hotshoe_plugin_free(plugin);
        (*host).0.set_log(None);
        hotshoe_host_free(host);
    }
}
