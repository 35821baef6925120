//! Objects and memory that are made with functions of C.

#![expect(unsafe_code, reason = "functions and memory of C are called and read")]

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use hotshoe_abi::context as abi;

use super::handle::take;
use crate::context::{HostObject, Owner, Text, Value, unknown_method};
use crate::error::{Code, Error, Result};
use crate::input::{brief, printable};

/// What a plugin has made with functions of its own: while a copy of it is there, the plugin is in use.
pub(crate) type InUse = Option<Arc<()>>;

pub(super) type Run = unsafe extern "C" fn(*mut c_void, *const abi::Value, *mut *mut abi::Value) -> i32;
pub(crate) type End = unsafe extern "C" fn(*mut c_void);

/// Something of C's that is given back, once.
pub(crate) struct Data {
    data: *mut c_void,
    end: Option<End>,
    /// Dropped when it was given back.
    _in_use: InUse,
}

// SAFETY: whoever made it lets any thread use it and give it back.
unsafe impl Send for Data {}
// SAFETY: as above.
unsafe impl Sync for Data {}

impl Data {
    /// What is given back by a function, if there is one.
    pub(crate) fn new(data: *mut c_void, end: Option<End>, in_use: InUse) -> Data {
        Data { data, end, _in_use: in_use }
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        if let Some(end) = self.end {
            // SAFETY: a function of C, with what it was given for.
            unsafe { end(self.data) }
        }
    }
}

/// An object whose methods are functions of C.
pub(super) struct ForeignObject {
    type_name: Text,
    methods: Vec<(Text, Run)>,
    data: Data,
}

impl ForeignObject {
    pub fn new(type_name: Text, methods: Vec<(Text, Run)>, data: Data) -> ForeignObject {
        ForeignObject { type_name, methods, data }
    }

    /// What it was made with.
    pub fn data(&self) -> *mut c_void {
        self.data.data
    }
}

impl HostObject for ForeignObject {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn methods(&self) -> Vec<&str> {
        self.methods.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn call(&self, method: &str, arguments: &[Value]) -> Result<Value> {
        let found = self.methods.iter().find(|(name, _)| **name == *method);
        let (_, run) = found.ok_or_else(|| unknown_method(&self.type_name, method))?;
        let mut list = crate::context::List::new();
        arguments.iter().try_for_each(|argument| list.push(argument.clone()))?;
        let (list, mut result) = (Value::from(list), ptr::null_mut());
        // SAFETY: a function of C, with what it asks for.
        let returned = unsafe { run(self.data.data, (&raw const list).cast(), &mut result) };
        // SAFETY: what it gave out came from Hotshoe, and is ours now.
        let result = unsafe { take(result) };
        if returned == 0 {
            return Ok(result);
        }
        let why = result.as_text().map(|why| printable(why));
        let why = why.unwrap_or_else(|| "it gives no reason".to_owned());
        let message = format!("`{}` of an object `{}` failed: {why}", brief(method), brief(&self.type_name));
        Err(Error::new(Code::METHOD_FAILED, message))
    }
}

/// Memory of C's.
pub(super) struct ForeignMemory {
    address: *mut u8,
    size: usize,
    _data: Data,
}

// SAFETY: memory is no thread's own; who writes there alone is the contract of `Memory`.
unsafe impl Send for ForeignMemory {}
// SAFETY: as above.
unsafe impl Sync for ForeignMemory {}

impl ForeignMemory {
    pub fn new(address: *mut c_void, size: usize, data: Data) -> ForeignMemory {
        ForeignMemory { address: address.cast(), size, _data: data }
    }
}

impl Owner for ForeignMemory {
    fn place(&self) -> (*mut u8, usize) {
        (self.address, self.size)
    }

    fn read(&self, offset: usize, bytes: &mut [u8]) {
        // SAFETY: they lie in the memory, which stays there until it is given back.
        unsafe { ptr::copy(self.address.add(offset), bytes.as_mut_ptr(), bytes.len()) }
    }

    fn write(&self, offset: usize, bytes: &[u8]) {
        // SAFETY: as above, and a view that is read-only writes nothing.
        unsafe { ptr::copy(bytes.as_ptr(), self.address.add(offset), bytes.len()) }
    }
}
