//! What allocates nothing: scalars of a context, by slot. It is counted in a process of its own.

#![expect(unsafe_code, reason = "an allocator that counts is asked for memory by raw pointers")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use hotshoe::context::{Context, Flags, Schema, Type, Value};

struct Counting;

static COUNT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: the system's allocator does all of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(address, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One test alone, for others would be counted, too.
#[test]
fn scalars_by_slot_allocate_nothing() {
    let mut schema = Schema::new();
    let real = schema.add("real", Type::F64, Flags::default()).unwrap();
    let whole = schema.add("whole", Type::I64, Flags::default()).unwrap();
    let is = schema.add("is", Type::Bool, Flags::default()).unwrap();
    let any = schema.add("any", Type::Any, Flags::default()).unwrap();
    let mut context = Context::new(&schema);
    context.set(any, 1.5).unwrap();
    let before = COUNT.load(Ordering::Relaxed);
    for round in 0..1000 {
        context.set_f64(real, context.get_f64(any).unwrap() * f64::from(round)).unwrap();
        context.set_i64(whole, context.get_i64(whole).unwrap() + 1).unwrap();
        context.set_bool(is, !context.get_bool(is).unwrap()).unwrap();
        context.set_f64(any, context.get_f64(real).unwrap()).unwrap();
        context.set(any, Value::Null).unwrap();
        context.set_f64(any, 1.5).unwrap();
        assert_eq!(context.get(real).unwrap().kind(), Type::F64);
    }
    assert_eq!(COUNT.load(Ordering::Relaxed), before);
    drop(std::hint::black_box(Box::new(1)));
    assert_eq!(COUNT.load(Ordering::Relaxed), before + 1, "it does count");
}
