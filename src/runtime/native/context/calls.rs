//! What C does with values and contexts, whoever calls. Each function checks its arguments and calls the safe types.
//!
//! All of them are unsafe for one reason: a pointer is NULL, or what the headers ask for.

#![expect(unsafe_code, reason = "C passes raw pointers")]

use std::ffi::{c_char, c_void};
use std::ptr;

use hotshoe_abi::context as abi;

pub(crate) use super::foreign::{Data, InUse};
use super::foreign::{ForeignMemory, ForeignObject, Run};
pub(crate) use super::handle::{give, put, take, value, value_or_null};
use super::handle::{lend, name};
use crate::context::{Buffer, Context, Element, Layout, List, Map, Memory, Slot, Text, Type, Value};
use crate::diagnostics::Severity;
use crate::error::{Code, Error, Result};
use crate::input::{brief, printable};
use crate::runtime::native::passed::{byte_string, null, required, required_mut, text};

const ELEMENTS: [(Element, abi::Element); 14] = [
    (Element::Bool, abi::Element::Bool),
    (Element::I8, abi::Element::I8),
    (Element::I16, abi::Element::I16),
    (Element::I32, abi::Element::I32),
    (Element::I64, abi::Element::I64),
    (Element::U8, abi::Element::U8),
    (Element::U16, abi::Element::U16),
    (Element::U32, abi::Element::U32),
    (Element::U64, abi::Element::U64),
    (Element::F16, abi::Element::F16),
    (Element::F32, abi::Element::F32),
    (Element::F64, abi::Element::F64),
    (Element::C64, abi::Element::C64),
    (Element::C128, abi::Element::C128),
];

const TYPES: [(Type, abi::Type); 11] = [
    (Type::Any, abi::Type::Any),
    (Type::Null, abi::Type::Null),
    (Type::Bool, abi::Type::Bool),
    (Type::I64, abi::Type::I64),
    (Type::F64, abi::Type::F64),
    (Type::Text, abi::Type::Text),
    (Type::Bytes, abi::Type::Bytes),
    (Type::List, abi::Type::List),
    (Type::Map, abi::Type::Map),
    (Type::Object, abi::Type::Object),
    (Type::Buffer, abi::Type::Buffer),
];

const SEVERITIES: [Severity; 3] = [Severity::Note, Severity::Warning, Severity::Error];

fn argument(message: String) -> Error {
    Error::new(Code::ARGUMENT_INVALID, message)
}

/// The table that plugins have.
#[cfg(feature = "capi")]
pub(crate) fn functions() -> &'static abi::Table {
    &super::TABLE
}

/// The type of a number that C passes.
#[cfg(feature = "capi")]
pub(crate) fn type_of(kind: i32) -> Result<Type> {
    let known = TYPES.iter().find(|(_, known)| *known as i32 == kind);
    known.map(|(kind, _)| *kind).ok_or_else(|| argument(format!("`type` is {kind}")))
}

// --- Contexts ------------------------------------------------------------------------------------

pub(crate) unsafe fn slot(context: &Context, data: *const c_char, length: usize, slot: *mut u32) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe {
        let name = text(data, length, "name")?;
        put(slot, || {
            let missing = || Error::new(Code::FIELD_UNKNOWN, format!("a context has no field `{}`", brief(name)));
            context.slot(name).map(|slot| slot.0).ok_or_else(missing)
        })
    }
}

pub(crate) unsafe fn get(context: &Context, slot: u32, value: *mut *mut abi::Value) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe { give(value, || context.get(Slot(slot))) }
}

pub(crate) unsafe fn set(context: &mut Context, slot: u32, value: *const abi::Value) -> Result<()> {
    // SAFETY: as the caller promises.
    context.set(Slot(slot), unsafe { value_or_null(value) })
}

pub(crate) unsafe fn report(
    context: &mut Context,
    severity: i32,
    (code, code_length): (*const c_char, usize),
    (message, message_length): (*const c_char, usize),
) -> Result<()> {
    let known = usize::try_from(severity).ok().and_then(|severity| SEVERITIES.get(severity));
    let severity = *known.ok_or_else(|| argument(format!("`severity` is {severity}")))?;
    // SAFETY: as the caller promises.
    let (code, message) = unsafe { (text(code, code_length, "code")?, text(message, message_length, "message")?) };
    context.report(severity, brief(code), printable(message))
}

// --- Making values -------------------------------------------------------------------------------

pub(crate) unsafe fn new_text(data: *const c_char, length: usize, value: *mut *mut abi::Value) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe { give(value, || Ok(text(data, length, "text")?.into())) }
}

pub(crate) unsafe fn new_bytes(data: *const c_void, length: usize, value: *mut *mut abi::Value) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe { give(value, || Ok(Value::bytes(byte_string(data.cast(), length, "bytes")?))) }
}

pub(crate) unsafe fn new_list(value: *mut *mut abi::Value) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe { give(value, || Ok(List::new().into())) }
}

pub(crate) unsafe fn new_map(value: *mut *mut abi::Value) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe { give(value, || Ok(Map::new().into())) }
}

pub(crate) unsafe fn new_object(
    type_name: *const c_char,
    (methods, count): (*const abi::Method, usize),
    data: Data,
    value: *mut *mut abi::Value,
) -> Result<()> {
    let make = || {
        // SAFETY: as the caller promises.
        let type_name = unsafe { name(type_name, "type_name") }?;
        // SAFETY: as the caller promises.
        let methods = unsafe { several(methods, at_most(count, 4096, "methods")?, "methods") }?;
        let methods = methods.iter().map(|method| {
            let call: Run = method.call.ok_or_else(|| argument("`call` of a method is NULL".to_owned()))?;
            // SAFETY: as the caller promises.
            Ok((Text::from(unsafe { name(method.name, "name") }?), call))
        });
        Ok(Value::object(ForeignObject::new(type_name.into(), methods.collect::<Result<_>>()?, data)))
    };
    // SAFETY: as the caller promises.
    unsafe { give(value, make) }
}

/// Several of a kind, which stand one behind the other; of none the pointer may be NULL.
unsafe fn several<'a, T>(first: *const T, count: usize, what: &str) -> Result<&'a [T]> {
    match count {
        0 => Ok(&[]),
        _ if first.is_null() => Err(null(what)),
        // SAFETY: as the caller promises; the count was checked.
        count => Ok(unsafe { std::slice::from_raw_parts(first, count) }),
    }
}

fn at_most(count: usize, most: usize, what: &str) -> Result<usize> {
    if count > most { Err(argument(format!("{count} {what} are more than {most}"))) } else { Ok(count) }
}

// --- Reading values ------------------------------------------------------------------------------

pub(crate) unsafe fn kind(handle: *const abi::Value) -> abi::Type {
    // SAFETY: as the caller promises.
    let kind = unsafe { handle.cast::<Value>().as_ref() }.map_or(Type::Any, Value::kind);
    TYPES.iter().find(|(known, _)| *known == kind).map_or(abi::Type::Any, |(_, kind)| *kind)
}

pub(crate) unsafe fn equal(one: *const abi::Value, two: *const abi::Value) -> bool {
    // SAFETY: as the caller promises.
    unsafe { one.cast::<Value>().as_ref() == two.cast::<Value>().as_ref() }
}

pub(crate) unsafe fn count(handle: *const abi::Value) -> usize {
    // SAFETY: as the caller promises.
    match unsafe { handle.cast::<Value>().as_ref() } {
        Some(Value::Text(text)) => text.len(),
        Some(Value::Bytes(bytes)) => bytes.len(),
        Some(Value::List(list)) => list.len(),
        Some(Value::Map(map)) => map.len(),
        Some(Value::Buffer(buffer)) => buffer.count(),
        _ => 0,
    }
}

pub(crate) unsafe fn to_text(handle: *const abi::Value, text: *mut *const c_char, length: *mut usize) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe { lend(value(handle, "value")?.to_text()?, text, length) }
}

pub(crate) unsafe fn to_bytes(handle: *const abi::Value, bytes: *mut *const c_void, length: *mut usize) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe {
        let found = value(handle, "value")?.to_bytes()?;
        put(length, || Ok(found.len()))?;
        put(bytes, || Ok(found.as_ptr().cast()))
    }
}

// --- Lists and maps ------------------------------------------------------------------------------

pub(crate) unsafe fn at(handle: *const abi::Value, index: usize, item: *mut *mut abi::Value) -> Result<()> {
    // SAFETY: as the caller promises.
    let found = match unsafe { value(handle, "value") }? {
        Value::Map(map) => map.at(index).map(|(_, value)| value),
        other => other.to_list()?.get(index),
    };
    // SAFETY: as the caller promises.
    unsafe { give(item, || found.cloned().ok_or_else(|| past_the_last(index))) }
}

fn past_the_last(index: usize) -> Error {
    argument(format!("there is nothing at {index}"))
}

/// A list or map that is to be changed, and what is to be put into it.
unsafe fn changing<'a>(handle: *mut abi::Value, item: *const abi::Value) -> Result<(&'a mut Value, Value)> {
    if !handle.is_null() && handle.cast_const() == item {
        return Err(Error::new(Code::VALUE_CYCLE, "a value would hold itself").hint("put a copy of it in"));
    }
    // SAFETY: as the caller promises, and they are two.
    unsafe { Ok((required_mut(handle.cast(), "value")?, value_or_null(item))) }
}

fn list_of(value: &mut Value) -> Result<&mut List> {
    match value {
        Value::List(list) => Ok(list),
        other => Err(other.is_no(Type::List)),
    }
}

fn map_of(value: &mut Value) -> Result<&mut Map> {
    match value {
        Value::Map(map) => Ok(map),
        other => Err(other.is_no(Type::Map)),
    }
}

pub(crate) unsafe fn push(list: *mut abi::Value, item: *const abi::Value) -> Result<()> {
    // SAFETY: as the caller promises.
    let (list, item) = unsafe { changing(list, item) }?;
    list_of(list)?.push(item)
}

pub(crate) unsafe fn list_set(list: *mut abi::Value, index: usize, item: *const abi::Value) -> Result<()> {
    // SAFETY: as the caller promises.
    let (list, item) = unsafe { changing(list, item) }?;
    list_of(list)?.set(index, item)
}

pub(crate) unsafe fn key_at(
    map: *const abi::Value,
    index: usize,
    key: *mut *const c_char,
    length: *mut usize,
) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe {
        let (found, _) = value(map, "map")?.to_map()?.at(index).ok_or_else(|| past_the_last(index))?;
        lend(found, key, length)
    }
}

fn no_name(key: &str) -> Error {
    Error::new(Code::FIELD_UNKNOWN, format!("a map has no name `{}`", brief(key)))
}

pub(crate) unsafe fn map_get(
    map: *const abi::Value,
    (key, length): (*const c_char, usize),
    item: *mut *mut abi::Value,
) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe {
        let (map, key) = (value(map, "map")?.to_map()?, text(key, length, "key")?);
        give(item, || map.get(key).cloned().ok_or_else(|| no_name(key)))
    }
}

pub(crate) unsafe fn map_insert(
    map: *mut abi::Value,
    (key, length): (*const c_char, usize),
    item: *const abi::Value,
) -> Result<()> {
    // SAFETY: as the caller promises.
    let ((map, item), key) = unsafe { (changing(map, item)?, text(key, length, "key")?) };
    map_of(map)?.insert(key, item).map(drop)
}

pub(crate) unsafe fn map_remove(map: *mut abi::Value, (key, length): (*const c_char, usize)) -> Result<()> {
    // SAFETY: as the caller promises.
    let (map, key) = unsafe { (changing(map, ptr::null())?.0, text(key, length, "key")?) };
    map_of(map)?.remove(key).map(drop).ok_or_else(|| no_name(key))
}

// --- Objects -------------------------------------------------------------------------------------

pub(crate) unsafe fn object_type(object: *const abi::Value, type_name: *mut *const c_char) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe { lend(value(object, "object")?.to_object()?.type_name(), type_name, ptr::null_mut()) }
}

pub(crate) unsafe fn object_data(
    object: *const abi::Value,
    type_name: *const c_char,
    data: *mut *mut c_void,
) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe {
        let (object, type_name) = (value(object, "object")?.to_object()?, name(type_name, "type_name")?);
        let foreign = object.downcast::<ForeignObject>().filter(|_| **object.type_name() == *type_name);
        let other = || {
            let message = format!("an object is `{}`, and not `{}` of C", brief(object.type_name()), brief(type_name));
            Error::new(Code::VALUE_TYPE, message)
        };
        put(data, || foreign.map(ForeignObject::data).ok_or_else(other))
    }
}

pub(crate) unsafe fn object_call(
    object: *const abi::Value,
    method: *const c_char,
    arguments: *const abi::Value,
    result: *mut *mut abi::Value,
) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe {
        // Of its own, for a method may let go of the handle.
        let object = value(object, "object")?.to_object()?.clone();
        let arguments = match value_or_null(arguments) {
            Value::Null => List::new(),
            other => other.to_list()?.clone(),
        };
        let method = name(method, "method")?;
        give(result, || object.call(method, &arguments))
    }
}

// --- Buffers -------------------------------------------------------------------------------------

/// How C has it that a view looks at memory.
struct Described<'a> {
    element: Element,
    offset: usize,
    layout: Layout<'a>,
}

unsafe fn described<'a>(view: *const abi::View) -> Result<Described<'a>> {
    // SAFETY: as the caller promises.
    let view: &abi::View = unsafe { required(view, "view") }?;
    let known = ELEMENTS.iter().find(|(_, known)| *known as i32 == view.element);
    let (element, _) = *known.ok_or_else(|| argument(format!("`element` is {}", view.element)))?;
    let dimensions = at_most(view.dimensions as usize, Buffer::MOST_DIMENSIONS, "dimensions")?;
    // SAFETY: as the caller promises.
    let shape = unsafe { several(view.shape, dimensions, "shape") }?;
    let strides = match view.strides.is_null() {
        true => None,
        // SAFETY: as the caller promises.
        false => Some(unsafe { several(view.strides, dimensions, "strides") }?),
    };
    let layout = Layout { shape, strides, read_only: view.read_only };
    Ok(Described { element, offset: view.offset, layout })
}

pub(crate) unsafe fn new_buffer(
    memory: *const abi::Memory,
    view: *const abi::View,
    value: *mut *mut abi::Value,
) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe {
        let (memory, view) = (required(memory.cast::<Memory>(), "memory")?, described(view)?);
        give(value, || Ok(memory.view(view.element, view.offset, &view.layout)?.into()))
    }
}

pub(crate) unsafe fn buffer_again(
    buffer: *const abi::Value,
    view: *const abi::View,
    again: *mut *mut abi::Value,
) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe {
        let (buffer, view) = (value(buffer, "buffer")?.to_buffer()?, described(view)?);
        give(again, || Ok(buffer.view(view.element, view.offset, &view.layout)?.into()))
    }
}

pub(crate) unsafe fn buffer_view(buffer: *const abi::Value, view: *mut abi::View) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe {
        let buffer = value(buffer, "buffer")?.to_buffer()?;
        let element = ELEMENTS.iter().find(|(known, _)| *known == buffer.element());
        put(view, || {
            Ok(abi::View {
                element: element.map_or(0, |(_, element)| *element as i32),
                dimensions: buffer.shape().len() as u32,
                shape: buffer.shape().as_ptr(),
                strides: buffer.strides().as_ptr(),
                offset: buffer.offset(),
                read_only: buffer.is_read_only(),
                data: buffer.address().cast(),
            })
        })
    }
}

unsafe fn give_memory(place: *mut *mut abi::Memory, made: impl FnOnce() -> Result<Memory>) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe { put(place, || Ok(Box::into_raw(Box::new(made()?)).cast())) }
}

pub(crate) unsafe fn memory_new(size: usize, memory: *mut *mut abi::Memory) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe { give_memory(memory, || Memory::new(size)) }
}

pub(crate) unsafe fn memory_wrap(
    address: *mut c_void,
    size: usize,
    data: Data,
    memory: *mut *mut abi::Memory,
) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe { give_memory(memory, || Memory::of(ForeignMemory::new(address, size, data))) }
}

pub(crate) unsafe fn memory_resize(memory: *const abi::Memory, size: usize) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe { required(memory.cast::<Memory>(), "memory") }?.resize(size)
}

pub(crate) unsafe fn memory_free(memory: *mut abi::Memory) {
    if !memory.is_null() {
        // SAFETY: as the caller promises.
        drop(unsafe { Box::from_raw(memory.cast::<Memory>()) });
    }
}
