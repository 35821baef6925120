//! Values and contexts for plugins in Rust, over the table.

use core::ffi::{CStr, c_char, c_void};
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};
use core::slice;

use super::{Context, ID, Memory, Method, Status, Table, Type, Value, View};
use crate::plugin::HostRef;

/// The functions of `hotshoe.context/1`, which make values. Good as long as the plugin's value. [any thread]
///
/// ```
/// use hotshoe_abi::context::{LentContext, Status, Values, SLOT_ARTIFACTS, SLOT_TIME_S};
///
/// fn step(values: Values, context: &mut LentContext<'_>) -> Result<(), Status> {
///     let time = context.get_f64(SLOT_TIME_S)?; // allocates nothing
///     let mut found = values.map()?;
///     found.insert("time", &values.f64(time)?)?;
///     context.set(SLOT_ARTIFACTS, &found)
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Values {
    table: &'static Table,
    instance: *mut c_void,
}

// SAFETY: the interface lets any thread use them.
unsafe impl Send for Values {}
// SAFETY: as above.
unsafe impl Sync for Values {}

/// What a function returned.
fn done(status: i32) -> Result<(), Status> {
    match status {
        0 => Ok(()),
        1 => Err(Status::ArgumentInvalid),
        2 => Err(Status::ValueType),
        3 => Err(Status::NotFound),
        4 => Err(Status::ReadOnly),
        5 => Err(Status::TooDeep),
        6 => Err(Status::TooLarge),
        7 => Err(Status::Cycle),
        8 => Err(Status::BufferInvalid),
        9 => Err(Status::BufferInUse),
        10 => Err(Status::MethodFailed),
        _ => Err(Status::Internal),
    }
}

/// What a function wrote, if it succeeded.
fn written<T>(call: impl FnOnce(*mut T) -> i32) -> Result<T, Status> {
    let mut place = MaybeUninit::uninit();
    done(call(place.as_mut_ptr()))?;
    // SAFETY: a function that succeeds has written what it gives out.
    Ok(unsafe { place.assume_init() })
}

impl Values {
    /// Those that a plugin's host offers, if it does.
    pub fn of(host: &HostRef) -> Option<Values> {
        let found = host.interface(ID)?;
        // SAFETY: the host's table of this id, which lives as long as the plugin's value. It begins with its size, and if
        // that is too small, no more of it is looked at.
        let table = unsafe { (found.table.cast::<usize>().read() >= size_of::<Table>()).then(|| &*found.table.cast()) };
        Some(Values { table: table?, instance: found.instance })
    }

    fn made(&self, call: impl FnOnce(&Table, *mut *mut Value) -> i32) -> Result<OwnedValue, Status> {
        let handle = written(|place| call(self.table, place))?;
        Ok(OwnedValue { values: *self, handle: NonNull::new(handle).ok_or(Status::Internal)? })
    }

    /// Null.
    pub fn null(&self) -> Result<OwnedValue, Status> {
        // SAFETY: what the interface asks for, as for all calls here.
        self.made(|table, value| unsafe { (table.new_null)(self.instance, value) })
    }

    /// A bool.
    pub fn bool(&self, it: bool) -> Result<OwnedValue, Status> {
        // SAFETY: as above.
        self.made(|table, value| unsafe { (table.new_bool)(self.instance, it, value) })
    }

    /// A whole number.
    pub fn i64(&self, it: i64) -> Result<OwnedValue, Status> {
        // SAFETY: as above.
        self.made(|table, value| unsafe { (table.new_i64)(self.instance, it, value) })
    }

    /// A double.
    pub fn f64(&self, it: f64) -> Result<OwnedValue, Status> {
        // SAFETY: as above.
        self.made(|table, value| unsafe { (table.new_f64)(self.instance, it, value) })
    }

    /// A text.
    pub fn text(&self, text: &str) -> Result<OwnedValue, Status> {
        // SAFETY: as above.
        self.made(|table, value| unsafe { (table.new_text)(self.instance, text.as_ptr().cast(), text.len(), value) })
    }

    /// Bytes.
    pub fn bytes(&self, bytes: &[u8]) -> Result<OwnedValue, Status> {
        // SAFETY: as above.
        self.made(|table, value| unsafe { (table.new_bytes)(self.instance, bytes.as_ptr().cast(), bytes.len(), value) })
    }

    /// A list without anything in it.
    pub fn list(&self) -> Result<OwnedValue, Status> {
        // SAFETY: as above.
        self.made(|table, value| unsafe { (table.new_list)(self.instance, value) })
    }

    /// A map without anything in it.
    pub fn map(&self) -> Result<OwnedValue, Status> {
        // SAFETY: as above.
        self.made(|table, value| unsafe { (table.new_map)(self.instance, value) })
    }

    /// An object.
    ///
    /// # Safety
    /// The methods and `destroy` may be called with `data`, by any thread, until `destroy` has been.
    pub unsafe fn object(
        &self,
        type_name: &CStr,
        methods: &[Method],
        data: *mut c_void,
        destroy: Option<unsafe extern "C" fn(data: *mut c_void)>,
    ) -> Result<OwnedValue, Status> {
        let (type_name, instance) = (type_name.as_ptr(), self.instance);
        // SAFETY: as the caller promises.
        self.made(|table, value| unsafe {
            (table.new_object)(instance, type_name, methods.as_ptr(), methods.len(), data, destroy, value)
        })
    }

    /// A buffer of its own, whose elements are zero and stand one behind the other. `element` is what `View::element` is.
    pub fn buffer(&self, view: &View, size: usize) -> Result<OwnedValue, Status> {
        // SAFETY: what the interface asks for.
        let memory: *mut Memory = written(|place| unsafe { (self.table.memory_new)(self.instance, size, place) })?;
        // SAFETY: as above.
        let buffer = self.made(|table, value| unsafe { (table.new_buffer)(self.instance, memory, view, value) });
        // SAFETY: as above; the buffer goes on.
        unsafe { (self.table.memory_free)(self.instance, memory) };
        buffer
    }

    /// A value that a method is given or gives out.
    ///
    /// # Safety
    /// It came from these functions, and belongs to the caller.
    pub unsafe fn owned(&self, handle: *mut Value) -> Option<OwnedValue> {
        Some(OwnedValue { values: *self, handle: NonNull::new(handle)? })
    }

    /// A reference of one's own to a value that a call is lent, such as an argument. Fails with `ArgumentInvalid` for NULL.
    ///
    /// # Safety
    /// It is NULL, or comes from these functions and lives as long as this call.
    pub unsafe fn lent(&self, handle: *const Value) -> Result<OwnedValue, Status> {
        // SAFETY: as the caller promises.
        self.made(|table, value| unsafe { (table.value_clone)(self.instance, handle, value) })
    }

    /// The context of a call.
    ///
    /// # Safety
    /// It was given to a function of the plugin that has not returned, and nobody else uses it meanwhile.
    pub unsafe fn context<'a>(&self, context: *mut Context) -> LentContext<'a> {
        LentContext { values: *self, context, call: PhantomData }
    }
}

/// A reference to a value, which ends when it is dropped.
#[derive(Debug)]
pub struct OwnedValue {
    values: Values,
    handle: NonNull<Value>,
}

// SAFETY: the interface lets any thread use a value, and one that changes it has it for itself.
unsafe impl Send for OwnedValue {}
// SAFETY: as above.
unsafe impl Sync for OwnedValue {}

impl OwnedValue {
    /// Another reference. Changing one of the two leaves the other as it is.
    pub fn try_clone(&self) -> Result<OwnedValue, Status> {
        // SAFETY: what the interface asks for, as for all calls here.
        self.values.made(|table, clone| unsafe { (table.value_clone)(self.values.instance, self.get(), clone) })
    }

    /// What it is.
    pub fn kind(&self) -> Type {
        const TYPES: [Type; 10] = [
            Type::Null,
            Type::Bool,
            Type::I64,
            Type::F64,
            Type::Text,
            Type::Bytes,
            Type::List,
            Type::Map,
            Type::Object,
            Type::Buffer,
        ];
        // SAFETY: as above.
        let kind = unsafe { (self.table().value_type)(self.values.instance, self.get()) };
        TYPES.into_iter().find(|known| *known as i32 == kind).unwrap_or(Type::Any)
    }

    /// How many values a list, names a map, elements a buffer, and bytes a text or bytes have.
    pub fn count(&self) -> usize {
        // SAFETY: as above.
        unsafe { (self.table().value_count)(self.values.instance, self.get()) }
    }

    /// The bool that it is.
    pub fn to_bool(&self) -> Result<bool, Status> {
        // SAFETY: as above.
        written(|place| unsafe { (self.table().value_to_bool)(self.values.instance, self.get(), place) })
    }

    /// The whole number that it is.
    pub fn to_i64(&self) -> Result<i64, Status> {
        // SAFETY: as above.
        written(|place| unsafe { (self.table().value_to_i64)(self.values.instance, self.get(), place) })
    }

    /// The double that it is.
    pub fn to_f64(&self) -> Result<f64, Status> {
        // SAFETY: as above.
        written(|place| unsafe { (self.table().value_to_f64)(self.values.instance, self.get(), place) })
    }

    /// The text that it is.
    pub fn to_text(&self) -> Result<&str, Status> {
        let mut length = 0;
        // SAFETY: as above.
        let text: *const c_char = written(|place| unsafe {
            (self.table().value_to_text)(self.values.instance, self.get(), place, &mut length)
        })?;
        // SAFETY: the value lends it until it is changed, and it is UTF-8.
        Ok(unsafe { str::from_utf8_unchecked(slice::from_raw_parts(text.cast(), length)) })
    }

    /// The bytes that it is.
    pub fn to_bytes(&self) -> Result<&[u8], Status> {
        let mut length = 0;
        // SAFETY: as above.
        let bytes: *const c_void = written(|place| unsafe {
            (self.table().value_to_bytes)(self.values.instance, self.get(), place, &mut length)
        })?;
        // SAFETY: the value lends them until it is changed.
        Ok(unsafe { slice::from_raw_parts(bytes.cast(), length) })
    }

    /// The value at a place of a list, or of a map in its order.
    pub fn at(&self, index: usize) -> Result<OwnedValue, Status> {
        // SAFETY: as above.
        self.values.made(|table, item| unsafe { (table.value_at)(self.values.instance, self.get(), index, item) })
    }

    /// Adds to a list.
    pub fn push(&mut self, item: &OwnedValue) -> Result<(), Status> {
        // SAFETY: as above.
        done(unsafe { (self.table().list_push)(self.values.instance, self.get(), item.get()) })
    }

    /// The value of a name in a map.
    pub fn get_key(&self, key: &str) -> Result<OwnedValue, Status> {
        let (key, length) = (key.as_ptr().cast(), key.len());
        // SAFETY: as above.
        self.values.made(|table, item| unsafe { (table.map_get)(self.values.instance, self.get(), key, length, item) })
    }

    /// Gives a name in a map a value.
    pub fn insert(&mut self, key: &str, item: &OwnedValue) -> Result<(), Status> {
        let (key, length) = (key.as_ptr().cast(), key.len());
        // SAFETY: as above.
        done(unsafe { (self.table().map_insert)(self.values.instance, self.get(), key, length, item.get()) })
    }

    /// Calls a method of an object. `arguments`: a list.
    pub fn call(&self, method: &CStr, arguments: &OwnedValue) -> Result<OwnedValue, Status> {
        let mut result = ptr::null_mut();
        let instance = self.values.instance;
        // SAFETY: as above.
        let status = done(unsafe {
            (self.table().object_call)(instance, self.get(), method.as_ptr(), arguments.get(), &mut result)
        });
        // SAFETY: as above. Also where it failed there may be a text, which is dropped here.
        let result = unsafe { self.values.owned(result) };
        status.and_then(|()| result.ok_or(Status::Internal))
    }

    /// How a buffer looks at its memory; the addresses are good as long as this value.
    pub fn view(&self) -> Result<View, Status> {
        // SAFETY: as above.
        written(|place| unsafe { (self.table().buffer_view)(self.values.instance, self.get(), place) })
    }

    /// The handle, for functions of the table.
    pub fn get(&self) -> *mut Value {
        self.handle.as_ptr()
    }

    /// Gives the handle away, as the result of a method.
    pub fn into_raw(self) -> *mut Value {
        let handle = self.get();
        core::mem::forget(self);
        handle
    }

    fn table(&self) -> &'static Table {
        self.values.table
    }
}

impl Drop for OwnedValue {
    fn drop(&mut self) {
        // SAFETY: it is the caller's, and this is its end.
        unsafe { (self.table().value_free)(self.values.instance, self.get()) }
    }
}

/// The context of a call, as long as that goes on.
#[derive(Debug)]
pub struct LentContext<'a> {
    values: Values,
    context: *mut Context,
    call: PhantomData<&'a mut Context>,
}

macro_rules! scalars {
    ($($get:ident, $set:ident, $type:ty, $table_get:ident, $table_set:ident;)*) => {
        impl LentContext<'_> {
            $(
                #[doc = concat!("The ", stringify!($type), " in a field. It allocates nothing.")]
                pub fn $get(&self, slot: u32) -> Result<$type, Status> {
                    // SAFETY: what the interface asks for.
                    written(|place| unsafe {
                        (self.values.table.$table_get)(self.values.instance, self.context, slot, place)
                    })
                }

                #[doc = concat!("Sets a field to the ", stringify!($type), ". It allocates nothing.")]
                pub fn $set(&mut self, slot: u32, it: $type) -> Result<(), Status> {
                    // SAFETY: what the interface asks for.
                    done(unsafe { (self.values.table.$table_set)(self.values.instance, self.context, slot, it) })
                }
            )*
        }
    };
}

scalars! {
    get_bool, set_bool, bool, context_get_bool, context_set_bool;
    get_i64, set_i64, i64, context_get_i64, context_set_i64;
    get_f64, set_f64, f64, context_get_f64, context_set_f64;
}

impl LentContext<'_> {
    /// Where the field of a name is.
    pub fn slot(&self, name: &str) -> Result<u32, Status> {
        let (name, length) = (name.as_ptr().cast(), name.len());
        // SAFETY: what the interface asks for, as for all calls here.
        written(|place| unsafe {
            (self.values.table.context_slot)(self.values.instance, self.context, name, length, place)
        })
    }

    /// What is in a field.
    pub fn get(&self, slot: u32) -> Result<OwnedValue, Status> {
        // SAFETY: as above.
        self.values.made(|table, value| unsafe { (table.context_get)(self.values.instance, self.context, slot, value) })
    }

    /// Sets a field.
    pub fn set(&mut self, slot: u32, value: &OwnedValue) -> Result<(), Status> {
        // SAFETY: as above.
        done(unsafe { (self.values.table.context_set)(self.values.instance, self.context, slot, value.get()) })
    }

    /// Adds to the diagnostics. `severity`: 0 is a note, 1 a warning, 2 an error.
    pub fn report(&mut self, severity: i32, code: &str, message: &str) -> Result<(), Status> {
        let (code, message) = ((code.as_ptr().cast(), code.len()), (message.as_ptr().cast(), message.len()));
        // SAFETY: as above.
        done(unsafe {
            (self.values.table.context_report)(
                self.values.instance,
                self.context,
                severity,
                code.0,
                code.1,
                message.0,
                message.1,
            )
        })
    }
}
