//! How a value goes to another process: CBOR (RFC 8949), with typed arrays (RFC 8746) for buffers.
//!
//! | value | on the wire |
//! |---|---|
//! | null, bool, text, bytes, list, map | the same |
//! | i64 | a whole number; one that has no 64 bits with a sign is refused |
//! | f64 | a number of 64 bits; shorter ones are read, too |
//! | buffer of whole numbers, F16, F32 and F64 | a typed array, least byte first; the other order is read, too |
//! | buffer of Bool | tag 41, with an array of bools |
//! | buffer of C64 and C128 | tag 43001, with the typed array of its parts |
//! | buffer that has not one dimension | tag 40, with the shape and one of these; tag 1040, whose first dimension is the nearest, is read, too |
//! | object | `wire-unsupported` |
//!
//! The strides of a buffer do not go along, nor whether it is read-only. What is read is hostile: it is at most
//! [`LARGEST`] bytes, no deeper than [`Value::DEEPEST`], has no more parts than [`Value::MOST_PARTS`], and no name twice.

use minicbor::data::{Tag, Type};
use minicbor::encode::Write;
use minicbor::{Decoder, Encoder};

use super::buffer::{Buffer, Element, Layout};
use super::value::Extent;
use super::{List, Map, Memory, Value};
use crate::error::{Code, Error, Result};

/// No value has more bytes on the wire.
pub const LARGEST: usize = 256 << 20;

const ROW_MAJOR: u64 = 40;
const COLUMN_MAJOR: u64 = 1040;
const BOOLS: u64 = 41;
const COMPLEX: u64 = 43001;

/// The elements of typed arrays, with their tags: the least byte first, and the other order.
const TYPED: [(Element, u64, u64); 11] = [
    (Element::U8, 64, 68), // 68 is of those that stop at their limits, which is nothing that a buffer could say.
    (Element::U16, 69, 65),
    (Element::U32, 70, 66),
    (Element::U64, 71, 67),
    (Element::I8, 72, 72),
    (Element::I16, 77, 73),
    (Element::I32, 78, 74),
    (Element::I64, 79, 75),
    (Element::F16, 84, 80),
    (Element::F32, 85, 81),
    (Element::F64, 86, 82),
];

/// The bytes of a value. Fails with `wire-unsupported` if it holds an object, and with `value-too-large`.
///
/// ```
/// use hotshoe::context::{List, wire};
/// let mut list = List::new();
/// list.push(1)?;
/// list.push("two")?;
/// let bytes = wire::encode(&list.clone().into())?;
/// assert_eq!(bytes, [0x82, 0x01, 0x63, b't', b'w', b'o']);
/// assert_eq!(wire::decode(&bytes)?, list.into());
/// # Ok::<(), hotshoe::error::Error>(())
/// ```
pub fn encode(value: &Value) -> Result<Vec<u8>> {
    let mut encoder = Encoder::new(Capped(Vec::new()));
    write(&mut encoder, value)?;
    Ok(encoder.into_writer().0)
}

/// The value of bytes. Fails with `wire-invalid`, `value-too-deep` or `value-too-large`.
pub fn decode(bytes: &[u8]) -> Result<Value> {
    if bytes.len() > LARGEST {
        return Err(too_large());
    }
    let mut reader = Reader { decoder: Decoder::new(bytes), parts: 0 };
    let value = reader.value(0)?;
    match bytes.len() - reader.decoder.position() {
        0 => Ok(value),
        more => Err(invalid(format!("{more} bytes stand behind the value"))),
    }
}

/// Bytes up to a limit.
struct Capped(Vec<u8>);

impl Write for Capped {
    type Error = Full;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Full> {
        if bytes.len() > LARGEST - self.0.len() {
            return Err(Full);
        }
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

#[derive(Debug)]
struct Full;

impl std::fmt::Display for Full {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("it is full")
    }
}

impl std::error::Error for Full {}

impl From<minicbor::encode::Error<Full>> for Error {
    fn from(_: minicbor::encode::Error<Full>) -> Error {
        too_large()
    }
}

fn too_large() -> Error {
    Error::new(Code::VALUE_TOO_LARGE, format!("a value would have more than {LARGEST} bytes on the wire"))
        .hint("send it in parts")
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(Code::WIRE_INVALID, format!("bytes are no value: {}", message.into()))
}

fn write(to: &mut Encoder<Capped>, value: &Value) -> Result<()> {
    match value {
        Value::Null => to.null()?.ok()?,
        Value::Bool(it) => to.bool(*it)?.ok()?,
        Value::I64(it) => to.i64(*it)?.ok()?,
        Value::F64(it) => to.f64(*it)?.ok()?,
        Value::Text(text) => to.str(text)?.ok()?,
        Value::Bytes(bytes) => to.bytes(bytes)?.ok()?,
        Value::List(list) => {
            to.array(list.len() as u64)?;
            list.iter().try_for_each(|value| write(to, value))?;
        }
        Value::Map(map) => {
            to.map(map.len() as u64)?;
            map.iter().try_for_each(|(key, value)| {
                to.str(key)?;
                write(to, value)
            })?;
        }
        Value::Object(object) => {
            let name = crate::input::brief(object.type_name());
            return Err(Error::new(Code::WIRE_UNSUPPORTED, format!("an object `{name}` goes to no other process"))
                .hint("give data instead"));
        }
        Value::Buffer(buffer) => write_buffer(to, buffer)?,
    }
    Ok(())
}

fn write_buffer(to: &mut Encoder<Capped>, buffer: &Buffer) -> Result<()> {
    // One that looks at few bytes many times may be larger than all memory.
    if buffer.count() > LARGEST / buffer.element().size() {
        return Err(too_large());
    }
    if let [_] = buffer.shape() {
    } else {
        to.tag(Tag::new(ROW_MAJOR))?.array(2)?.array(buffer.shape().len() as u64)?;
        for extent in buffer.shape() {
            to.u64(*extent as u64)?;
        }
    }
    let mut bytes = buffer.to_bytes();
    let element = match buffer.element() {
        Element::Bool => {
            to.tag(Tag::new(BOOLS))?.array(bytes.len() as u64)?;
            for byte in bytes {
                to.bool(byte != 0)?;
            }
            return Ok(());
        }
        Element::C64 => Element::F32,
        Element::C128 => Element::F64,
        other => other,
    };
    if element != buffer.element() {
        to.tag(Tag::new(COMPLEX))?;
    }
    if cfg!(target_endian = "big") {
        swap(&mut bytes, element);
    }
    let tag = TYPED.iter().find(|(known, ..)| *known == element).map(|(_, tag, _)| *tag);
    let tag = tag.ok_or_else(|| invalid("there is no typed array for it"))?;
    to.tag(Tag::new(tag))?.bytes(&bytes)?;
    Ok(())
}

/// The bytes of each element in the other order.
fn swap(bytes: &mut [u8], element: Element) {
    bytes.chunks_exact_mut(element.size()).for_each(<[u8]>::reverse);
}

struct Reader<'a> {
    decoder: Decoder<'a>,
    parts: u64,
}

impl From<minicbor::decode::Error> for Error {
    fn from(error: minicbor::decode::Error) -> Error {
        invalid("it breaks off, or its parts do not fit").because(error)
    }
}

impl Reader<'_> {
    /// A value that stands in so many lists and maps.
    fn value(&mut self, depth: u32) -> Result<Value> {
        // Before anything is made of it.
        self.parts += 1;
        Extent { depth, parts: self.parts - 1 }.with(Extent { depth: 0, parts: 1 })?;
        let from = &mut self.decoder;
        Ok(match from.datatype()? {
            Type::Null => {
                from.null()?;
                Value::Null
            }
            Type::Bool => from.bool()?.into(),
            Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => {
                let number = from.int()?;
                let number = i64::try_from(number).map_err(|_| invalid(format!("{number} has more than 64 bits")))?;
                number.into()
            }
            Type::F16 => f64::from(from.f16()?).into(),
            Type::F32 => f64::from(from.f32()?).into(),
            Type::F64 => from.f64()?.into(),
            Type::String | Type::StringIndef => self.text()?.into(),
            Type::Bytes | Type::BytesIndef => Value::bytes(self.bytes()?),
            Type::Array | Type::ArrayIndef => self.list(depth)?.into(),
            Type::Map | Type::MapIndef => self.map(depth)?.into(),
            Type::Tag => self.buffer()?.into(),
            other => return Err(invalid(format!("there is no value for `{other}`"))),
        })
    }

    fn text(&mut self) -> Result<String> {
        if self.decoder.datatype()? == Type::String {
            return Ok(self.decoder.str()?.to_owned());
        }
        Ok(self.decoder.str_iter()?.collect::<Result<String, _>>()?)
    }

    fn bytes(&mut self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for part in self.decoder.bytes_iter()? {
            bytes.extend_from_slice(part?);
        }
        Ok(bytes)
    }

    fn list(&mut self, depth: u32) -> Result<List> {
        let count = self.decoder.array()?;
        let mut list = List::new();
        let mut read = 0;
        while self.has_more(count, read)? {
            list.push(self.value(depth + 1)?)?;
            read += 1;
        }
        Ok(list)
    }

    fn map(&mut self, depth: u32) -> Result<Map> {
        let count = self.decoder.map()?;
        let mut map = Map::new();
        let mut read = 0;
        while self.has_more(count, read)? {
            if !matches!(self.decoder.datatype()?, Type::String | Type::StringIndef) {
                return Err(invalid("a name in a map is no text"));
            }
            let key = self.text()?;
            if map.get(&key).is_some() {
                return Err(invalid(format!("the name `{}` stands twice in a map", crate::input::brief(&key))));
            }
            map.insert(key, self.value(depth + 1)?)?;
            read += 1;
        }
        Ok(map)
    }

    /// Whether a list or map of so many goes on, or of as many as come.
    fn has_more(&mut self, count: Option<u64>, read: u64) -> Result<bool> {
        match count {
            Some(count) => Ok(read < count),
            None if self.decoder.datatype()? == Type::Break => {
                self.decoder.set_position(self.decoder.position() + 1);
                Ok(false)
            }
            None => Ok(true),
        }
    }

    fn buffer(&mut self) -> Result<Buffer> {
        let tag = self.decoder.tag()?.as_u64();
        if tag != ROW_MAJOR && tag != COLUMN_MAJOR {
            let (element, bytes) = self.elements(tag)?;
            let count = bytes.len() / element.size();
            return filled(element, &[count], false, &bytes);
        }
        let parts = self.decoder.array()?;
        if parts.is_some_and(|parts| parts != 2) {
            return Err(invalid("a buffer is not of a shape and elements"));
        }
        let count = self.decoder.array()?;
        let mut shape = Vec::new();
        while self.has_more(count, shape.len() as u64)? {
            if shape.len() == Buffer::MOST_DIMENSIONS {
                return Err(invalid(format!("a buffer has more than {} dimensions", Buffer::MOST_DIMENSIONS)));
            }
            let extent = self.decoder.u64()?;
            shape.push(usize::try_from(extent).map_err(|_| invalid(format!("a dimension of {extent} elements")))?);
        }
        let inner = self.decoder.tag()?.as_u64();
        let (element, bytes) = self.elements(inner)?;
        if self.has_more(parts, 2)? {
            return Err(invalid("a buffer is not of a shape and elements"));
        }
        filled(element, &shape, tag == COLUMN_MAJOR, &bytes)
    }

    /// What stands behind the tag of a typed array, in the order of bytes that the processor has.
    fn elements(&mut self, tag: u64) -> Result<(Element, Vec<u8>)> {
        if tag == BOOLS {
            let count = self.decoder.array()?;
            let mut bytes = Vec::new();
            while self.has_more(count, bytes.len() as u64)? {
                bytes.push(u8::from(self.decoder.bool()?));
            }
            return Ok((Element::Bool, bytes));
        }
        let is_complex = tag == COMPLEX;
        let tag = if is_complex { self.decoder.tag()?.as_u64() } else { tag };
        let known = TYPED.iter().find(|(_, little, big)| tag == *little || tag == *big);
        let (part, little, _) = *known.ok_or_else(|| invalid(format!("the tag {tag} is that of no buffer")))?;
        let element = match (is_complex, part) {
            (false, part) => part,
            (true, Element::F32) => Element::C64,
            (true, Element::F64) => Element::C128,
            (true, other) => return Err(invalid(format!("there are no complex numbers of {other:?}"))),
        };
        let mut bytes = self.bytes()?;
        if !bytes.len().is_multiple_of(element.size()) {
            return Err(invalid(format!("{} bytes are no whole elements of {element:?}", bytes.len())));
        }
        if (tag == little) != cfg!(target_endian = "little") {
            swap(&mut bytes, part);
        }
        Ok((element, bytes))
    }
}

/// A buffer of these bytes, if they have its shape.
fn filled(element: Element, shape: &[usize], first_is_nearest: bool, bytes: &[u8]) -> Result<Buffer> {
    let count = shape.iter().try_fold(1_usize, |count, extent| count.checked_mul(*extent));
    if !shape.contains(&0) && count != Some(bytes.len() / element.size()) || shape.contains(&0) && !bytes.is_empty() {
        return Err(invalid(format!("{} bytes of {element:?} do not have the shape {shape:?}", bytes.len())));
    }
    let memory = Memory::new(bytes.len())?;
    // The bytes as they are, whatever the order of the dimensions.
    memory.view(Element::U8, 0, &Layout::of(&[bytes.len()]))?.write_bytes(bytes)?;
    if !first_is_nearest {
        return memory.view(element, 0, &Layout::of(shape));
    }
    let reversed: Vec<usize> = shape.iter().rev().copied().collect();
    let mut strides = super::buffer::contiguous(element, &reversed)?;
    strides.reverse();
    memory.view(element, 0, &Layout { strides: Some(&strides), ..Layout::of(shape) })
}
