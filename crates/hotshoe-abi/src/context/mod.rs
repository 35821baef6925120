//! `hotshoe.context/1`: values and contexts, for plugins of the contract.
//!
//! Every host of Hotshoe offers it. A plugin asks for it once, and gets a [`Table`] and what its functions are given first.
//! A context comes with a call of the plugin, by an interface that says so.
//!
//! - **Statuses.** A function returns a [`Status`] as an `int32_t`: 0 is success. What it gives out is written on success only,
//!   but for `object_call`.
//! - **Ownership.** A [`Value`] or [`Memory`] that a function gives out is the plugin's own, and ends with `value_free` or
//!   `memory_free`. A function that is given one takes its own reference. Text and bytes that are given out live as long as
//!   the value they came from, and until that is changed.
//! - **Threads.** Any thread may use a value; one that changes it has it for itself. Values with the same content are counted,
//!   so that a copy is another thread's own at once. A context belongs to the call that it came with: it is used by one thread
//!   at a time, and not when that call has returned.
//! - **Lifetime.** Values may outlive the call, and are good in any context of the process. As long as an object or memory lives
//!   that a plugin has made with functions of its own, that plugin is in use and cannot be unloaded.

mod values;

use core::ffi::{CStr, c_char, c_void};

/// The id of the interface.
pub const ID: &CStr = c"hotshoe.context/1";

/// For the length of a text: it ends with NUL.
pub const NUL_TERMINATED: usize = usize::MAX;

/// How many dimensions a buffer may have.
pub const MOST_DIMENSIONS: usize = 32;

/// Where the fields are that every context has. Those of a schema follow.
pub const SLOT_MODEL: u32 = 0;
/// A map: what came of the model.
pub const SLOT_ARTIFACTS: u32 = 1;
/// A map: what the user or the host wants.
pub const SLOT_OPTIONS: u32 = 2;
/// A list of what was found, which only `report` adds to.
pub const SLOT_DIAGNOSTICS: u32 = 3;
/// An f64: the time of the step, in seconds.
pub const SLOT_TIME_S: u32 = 4;
/// Of any type: what steps leave to each other.
pub const SLOT_SCALAR_WORKSPACE: u32 = 5;

/// Data of any shape, or an object. Opaque.
pub struct Value(());

/// The fields that the passes and steps of a run share. Opaque.
pub struct Context(());

/// Memory that buffers look at. Opaque.
pub struct Memory(());

/// What came of a call. Functions return it as an int32_t.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is done.
    Ok = 0,
    /// An argument is NULL, out of range or not UTF-8.
    ArgumentInvalid = 1,
    /// A value or a field is of another type than is asked for.
    ValueType = 2,
    /// There is no such field, name or method.
    NotFound = 3,
    /// The field is not the plugin's to set, or the buffer is read-only.
    ReadOnly = 4,
    /// Lists and maps would stand in each other more than 128 deep.
    TooDeep = 5,
    /// A value would have too many parts, or there is no memory for it.
    TooLarge = 6,
    /// A value would hold itself.
    Cycle = 7,
    /// A view does not lie within its memory, or has a shape that no view has.
    BufferInvalid = 8,
    /// Memory cannot be freed or resized, for a view of it is alive.
    BufferInUse = 9,
    /// A method of an object failed.
    MethodFailed = 10,
    /// The other side has a defect, or there is a status that this one does not know.
    Internal = 11,
}

/// What a value is.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Of any type: for the fields of a schema; no value is so.
    Any = 0,
    /// Nothing.
    Null = 1,
    /// True or false.
    Bool = 2,
    /// A whole number of 64 bits.
    I64 = 3,
    /// An IEEE double, with all of its bits.
    F64 = 4,
    /// UTF-8, which may hold NULs.
    Text = 5,
    /// Bytes of any kind.
    Bytes = 6,
    /// Values in an order.
    List = 7,
    /// Values by name, in the order in which the names were put in.
    Map = 8,
    /// Something with methods.
    Object = 9,
    /// Numbers in memory.
    Buffer = 10,
}

/// What a buffer consists of, as the processor has it.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// A byte that is 0 or 1.
    Bool = 0,
    /// A whole number of 8 bits.
    I8 = 1,
    /// A whole number of 16 bits.
    I16 = 2,
    /// A whole number of 32 bits.
    I32 = 3,
    /// A whole number of 64 bits.
    I64 = 4,
    /// A whole number of 8 bits, not below 0.
    U8 = 5,
    /// A whole number of 16 bits, not below 0.
    U16 = 6,
    /// A whole number of 32 bits, not below 0.
    U32 = 7,
    /// A whole number of 64 bits, not below 0.
    U64 = 8,
    /// An IEEE number of 16 bits.
    F16 = 9,
    /// An IEEE number of 32 bits.
    F32 = 10,
    /// An IEEE number of 64 bits.
    F64 = 11,
    /// A complex number: two F32, the real part first.
    C64 = 12,
    /// A complex number: two F64, the real part first.
    C128 = 13,
}

/// A method of an object. Any thread may call it, several at once.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Its name.
    pub name: *const c_char,
    /// Runs it. `data`: what the object was made with. `arguments`: a list, lent. `result`: NULL at first, for a value that the
    /// caller gets; NULL stands for null. Returns 0; anything else means that it failed, and a text in `result` says why.
    pub call: Option<unsafe extern "C" fn(data: *mut c_void, arguments: *const Value, result: *mut *mut Value) -> i32>,
}

/// How a view looks at memory. What is given out lives as long as its value.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// A hotshoe_element.
    pub element: i32,
    /// How many dimensions there are: at most 32. A single element has none.
    pub dimensions: u32,
    /// How many elements there are along each dimension.
    pub shape: *const usize,
    /// How many bytes there are from one element to the next along each dimension; below 0 it goes backwards. NULL for elements
    /// one behind the other, those of the last dimension nearest; never NULL where it is given out.
    pub strides: *const isize,
    /// How many bytes the first element is behind the start of the memory. Elements lie at multiples of what they need.
    pub offset: usize,
    /// Whether nobody may write by it. A view of one that is so is so, too.
    pub read_only: bool,
    /// Where the first element is; only where it is given out.
    pub data: *mut c_void,
}

/// The functions of `hotshoe.context/1`. `instance` is what `get_interface` of the host gave with the table.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// The size of this table in bytes. All that is in revision 1 is there; ask for what may be added later.
    pub size: usize,

    /// Where the field of a name is, in every context of its schema. Errors: NOT_FOUND.
    pub context_slot: unsafe extern "C" fn(
        instance: *mut c_void,
        context: *const Context,
        name: *const c_char,
        name_length: usize,
        slot: *mut u32,
    ) -> i32,
    /// What is in a field: a reference that is yours. Errors: NOT_FOUND.
    pub context_get:
        unsafe extern "C" fn(instance: *mut c_void, context: *const Context, slot: u32, value: *mut *mut Value) -> i32,
    /// Sets a field, which takes its own reference. NULL is null. Errors: NOT_FOUND, VALUE_TYPE, READ_ONLY.
    pub context_set:
        unsafe extern "C" fn(instance: *mut c_void, context: *mut Context, slot: u32, value: *const Value) -> i32,
    /// The bool in a field. It allocates nothing, nor do those that follow. Errors: NOT_FOUND, VALUE_TYPE.
    pub context_get_bool:
        unsafe extern "C" fn(instance: *mut c_void, context: *const Context, slot: u32, it: *mut bool) -> i32,
    /// The i64 in a field. Errors: NOT_FOUND, VALUE_TYPE.
    pub context_get_i64:
        unsafe extern "C" fn(instance: *mut c_void, context: *const Context, slot: u32, it: *mut i64) -> i32,
    /// The f64 in a field. Errors: NOT_FOUND, VALUE_TYPE.
    pub context_get_f64:
        unsafe extern "C" fn(instance: *mut c_void, context: *const Context, slot: u32, it: *mut f64) -> i32,
    /// Sets a field to a bool. Errors: NOT_FOUND, VALUE_TYPE, READ_ONLY.
    pub context_set_bool:
        unsafe extern "C" fn(instance: *mut c_void, context: *mut Context, slot: u32, it: bool) -> i32,
    /// Sets a field to an i64. Errors: NOT_FOUND, VALUE_TYPE, READ_ONLY.
    pub context_set_i64: unsafe extern "C" fn(instance: *mut c_void, context: *mut Context, slot: u32, it: i64) -> i32,
    /// Sets a field to an f64. Errors: NOT_FOUND, VALUE_TYPE, READ_ONLY.
    pub context_set_f64: unsafe extern "C" fn(instance: *mut c_void, context: *mut Context, slot: u32, it: f64) -> i32,
    /// Adds to the diagnostics, which say themselves whose pass it was. `severity`: 0 is a note, 1 a warning, 2 an error. `code`:
    /// what kind of finding it is, the same each time, such as `gain-clipped`. `message`: one sentence. Errors: TOO_LARGE.
    pub context_report: unsafe extern "C" fn(
        instance: *mut c_void,
        context: *mut Context,
        severity: i32,
        code: *const c_char,
        code_length: usize,
        message: *const c_char,
        message_length: usize,
    ) -> i32,

    /// Null.
    pub new_null: unsafe extern "C" fn(instance: *mut c_void, value: *mut *mut Value) -> i32,
    /// A bool.
    pub new_bool: unsafe extern "C" fn(instance: *mut c_void, it: bool, value: *mut *mut Value) -> i32,
    /// An i64.
    pub new_i64: unsafe extern "C" fn(instance: *mut c_void, it: i64, value: *mut *mut Value) -> i32,
    /// An f64.
    pub new_f64: unsafe extern "C" fn(instance: *mut c_void, it: f64, value: *mut *mut Value) -> i32,
    /// A text: a copy.
    pub new_text:
        unsafe extern "C" fn(instance: *mut c_void, text: *const c_char, length: usize, value: *mut *mut Value) -> i32,
    /// Bytes: a copy. NULL with the length 0 is none.
    pub new_bytes:
        unsafe extern "C" fn(instance: *mut c_void, bytes: *const c_void, length: usize, value: *mut *mut Value) -> i32,
    /// A list without anything in it.
    pub new_list: unsafe extern "C" fn(instance: *mut c_void, value: *mut *mut Value) -> i32,
    /// A map without anything in it.
    pub new_map: unsafe extern "C" fn(instance: *mut c_void, value: *mut *mut Value) -> i32,
    /// An object. `type_name`: what kind it is, such as `org.example.Model`. `methods`: copied. `destroy`: called once with `data`,
    /// by whatever thread drops the last reference, and where this fails before it returns; may be NULL.
    pub new_object: unsafe extern "C" fn(
        instance: *mut c_void,
        type_name: *const c_char,
        methods: *const Method,
        method_count: usize,
        data: *mut c_void,
        destroy: Option<unsafe extern "C" fn(data: *mut c_void)>,
        value: *mut *mut Value,
    ) -> i32,
    /// A buffer: a view of memory. Errors: BUFFER_INVALID.
    pub new_buffer: unsafe extern "C" fn(
        instance: *mut c_void,
        memory: *const Memory,
        view: *const View,
        value: *mut *mut Value,
    ) -> i32,

    /// Another reference to a value, which is yours. Changing one of the two leaves the other as it is.
    pub value_clone: unsafe extern "C" fn(instance: *mut c_void, value: *const Value, clone: *mut *mut Value) -> i32,
    /// Ends a reference. NULL is fine.
    pub value_free: unsafe extern "C" fn(instance: *mut c_void, value: *mut Value),
    /// What a value is: a hotshoe_value_type; HOTSHOE_VALUE_TYPE_ANY for NULL.
    pub value_type: unsafe extern "C" fn(instance: *mut c_void, value: *const Value) -> i32,
    /// Whether nobody can tell two values apart: of doubles all bits count. Objects are equal to themselves only.
    pub value_equal: unsafe extern "C" fn(instance: *mut c_void, one: *const Value, two: *const Value) -> bool,
    /// How many values a list, names a map, or elements a buffer has, and bytes a text or bytes; of any other 0.
    pub value_count: unsafe extern "C" fn(instance: *mut c_void, value: *const Value) -> usize,
    /// The bool that it is. Errors: VALUE_TYPE, as for those that follow.
    pub value_to_bool: unsafe extern "C" fn(instance: *mut c_void, value: *const Value, it: *mut bool) -> i32,
    /// The i64 that it is.
    pub value_to_i64: unsafe extern "C" fn(instance: *mut c_void, value: *const Value, it: *mut i64) -> i32,
    /// The f64 that it is.
    pub value_to_f64: unsafe extern "C" fn(instance: *mut c_void, value: *const Value, it: *mut f64) -> i32,
    /// The text that it is, lent; a NUL follows it. `length` may be NULL.
    pub value_to_text: unsafe extern "C" fn(
        instance: *mut c_void,
        value: *const Value,
        text: *mut *const c_char,
        length: *mut usize,
    ) -> i32,
    /// The bytes that it is, lent.
    pub value_to_bytes: unsafe extern "C" fn(
        instance: *mut c_void,
        value: *const Value,
        bytes: *mut *const c_void,
        length: *mut usize,
    ) -> i32,

    /// The value at a place of a list, or of a map in its order: a reference that is yours. Errors: ARGUMENT_INVALID past the
    /// last, VALUE_TYPE.
    pub value_at:
        unsafe extern "C" fn(instance: *mut c_void, value: *const Value, index: usize, item: *mut *mut Value) -> i32,
    /// Adds to a list, which takes its own reference. Errors: VALUE_TYPE, TOO_DEEP, TOO_LARGE, CYCLE.
    pub list_push: unsafe extern "C" fn(instance: *mut c_void, list: *mut Value, item: *const Value) -> i32,
    /// Puts another value into a place of a list. Errors: as list_push, and ARGUMENT_INVALID past the last.
    pub list_set:
        unsafe extern "C" fn(instance: *mut c_void, list: *mut Value, index: usize, item: *const Value) -> i32,
    /// The name at a place in the order of a map, lent; a NUL follows it. `length` may be NULL. Errors: VALUE_TYPE,
    /// ARGUMENT_INVALID past the last.
    pub map_key_at: unsafe extern "C" fn(
        instance: *mut c_void,
        map: *const Value,
        index: usize,
        key: *mut *const c_char,
        length: *mut usize,
    ) -> i32,
    /// The value of a name: a reference that is yours. Errors: VALUE_TYPE, NOT_FOUND.
    pub map_get: unsafe extern "C" fn(
        instance: *mut c_void,
        map: *const Value,
        key: *const c_char,
        key_length: usize,
        item: *mut *mut Value,
    ) -> i32,
    /// Gives a name a value, of which the map takes its own reference. Errors: VALUE_TYPE, TOO_DEEP, TOO_LARGE, CYCLE.
    pub map_insert: unsafe extern "C" fn(
        instance: *mut c_void,
        map: *mut Value,
        key: *const c_char,
        key_length: usize,
        item: *const Value,
    ) -> i32,
    /// Takes a name out. Errors: VALUE_TYPE, NOT_FOUND.
    pub map_remove:
        unsafe extern "C" fn(instance: *mut c_void, map: *mut Value, key: *const c_char, key_length: usize) -> i32,

    /// What kind of object it is, lent. Errors: VALUE_TYPE.
    pub object_type:
        unsafe extern "C" fn(instance: *mut c_void, object: *const Value, type_name: *mut *const c_char) -> i32,
    /// What an object was made with, if it was made by C functions and is of this kind. Errors: VALUE_TYPE.
    pub object_data: unsafe extern "C" fn(
        instance: *mut c_void,
        object: *const Value,
        type_name: *const c_char,
        data: *mut *mut c_void,
    ) -> i32,
    /// Calls a method. `arguments`: a list; NULL is none. `result`: yours; with METHOD_FAILED a text that says why.
    /// Errors: VALUE_TYPE, NOT_FOUND, METHOD_FAILED.
    pub object_call: unsafe extern "C" fn(
        instance: *mut c_void,
        object: *const Value,
        method: *const c_char,
        arguments: *const Value,
        result: *mut *mut Value,
    ) -> i32,

    /// How a buffer looks at its memory, lent. Errors: VALUE_TYPE.
    pub buffer_view: unsafe extern "C" fn(instance: *mut c_void, buffer: *const Value, view: *mut View) -> i32,
    /// A buffer that looks at the memory of another one, `offset` being behind the start of that memory. Errors: VALUE_TYPE,
    /// BUFFER_INVALID.
    pub buffer_again: unsafe extern "C" fn(
        instance: *mut c_void,
        buffer: *const Value,
        view: *const View,
        value: *mut *mut Value,
    ) -> i32,
    /// Memory of Hotshoe's: so many bytes, which are zero, at a multiple of 64. Errors: TOO_LARGE.
    pub memory_new: unsafe extern "C" fn(instance: *mut c_void, size: usize, memory: *mut *mut Memory) -> i32,
    /// Memory of yours, which stays there until `release` is called with `user_data`, by whatever thread, once: with the last
    /// view, before that by memory_resize, or where this fails before it returns; may be NULL. Errors: BUFFER_INVALID.
    pub memory_wrap: unsafe extern "C" fn(
        instance: *mut c_void,
        data: *mut c_void,
        size: usize,
        release: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
        user_data: *mut c_void,
        memory: *mut *mut Memory,
    ) -> i32,
    /// Another size: what is there is kept. 0 frees it at once, or releases it; memory of yours takes no other. Errors:
    /// BUFFER_IN_USE while a buffer looks at it, TOO_LARGE.
    pub memory_resize: unsafe extern "C" fn(instance: *mut c_void, memory: *const Memory, size: usize) -> i32,
    /// Ends the handle. Buffers that look at the memory go on. NULL is fine.
    pub memory_free: unsafe extern "C" fn(instance: *mut c_void, memory: *mut Memory),
}

// SAFETY: it never changes, and its functions say themselves on which threads they may be called.
unsafe impl Send for Table {}
// SAFETY: as above.
unsafe impl Sync for Table {}
