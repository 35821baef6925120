//! Numbers in memory, in up to 32 dimensions.

use std::sync::Arc;

use super::memory::{Block, Memory, invalid};
use crate::error::{Code, Error, Result};

/// What a buffer consists of, as the processor has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Element {
    /// A byte that is 0 or 1.
    Bool,
    /// A whole number of 8 bits.
    I8,
    /// A whole number of 16 bits.
    I16,
    /// A whole number of 32 bits.
    I32,
    /// A whole number of 64 bits.
    I64,
    /// A whole number of 8 bits, not below 0.
    U8,
    /// A whole number of 16 bits, not below 0.
    U16,
    /// A whole number of 32 bits, not below 0.
    U32,
    /// A whole number of 64 bits, not below 0.
    U64,
    /// An IEEE number of 16 bits.
    F16,
    /// An IEEE number of 32 bits.
    F32,
    /// An IEEE number of 64 bits.
    F64,
    /// A complex number: two F32, the real part first.
    C64,
    /// A complex number: two F64, the real part first.
    C128,
}

impl Element {
    /// How many bytes one has.
    pub const fn size(self) -> usize {
        match self {
            Element::Bool | Element::I8 | Element::U8 => 1,
            Element::I16 | Element::U16 | Element::F16 => 2,
            Element::I32 | Element::U32 | Element::F32 => 4,
            Element::I64 | Element::U64 | Element::F64 | Element::C64 => 8,
            Element::C128 => 16,
        }
    }

    /// Its address is a multiple of this: its size, of a complex number that of its parts.
    pub const fn alignment(self) -> usize {
        match self {
            Element::C64 => 4,
            Element::C128 => 8,
            other => other.size(),
        }
    }
}

/// How a view looks at memory.
#[derive(Clone, Copy, Debug)]
pub struct Layout<'a> {
    /// How many elements there are along each dimension, of which there are at most [`Buffer::MOST_DIMENSIONS`]. One
    /// element has none.
    pub shape: &'a [usize],
    /// How many bytes there are from one element to the next along each dimension; below 0 it goes backwards. None means
    /// that they stand one behind the other, those of the last dimension nearest.
    pub strides: Option<&'a [isize]>,
    /// Whether nobody may write by this view. What is made of one that is so is so, too.
    pub read_only: bool,
}

impl<'a> Layout<'a> {
    /// Elements one behind the other, to read and write.
    pub fn of(shape: &'a [usize]) -> Layout<'a> {
        Layout { shape, strides: None, read_only: false }
    }
}

/// A view of memory as numbers. A copy looks at the same.
///
/// Two are equal if they have the same elements, with all of their bits, in the same shape.
#[derive(Clone, Debug)]
pub struct Buffer(Arc<View>);

#[derive(Debug)]
struct View {
    block: Arc<Block>,
    element: Element,
    offset: usize,
    shape: Box<[usize]>,
    strides: Box<[isize]>,
    count: usize,
    read_only: bool,
}

impl Memory {
    /// A view that begins so many bytes from the start. Fails with `buffer-invalid` where one of its elements would not lie
    /// in the memory, or not at a multiple of what it needs.
    pub fn view(&self, element: Element, offset: usize, layout: &Layout<'_>) -> Result<Buffer> {
        Buffer::of(self.block(), element, offset, layout)
    }
}

impl Buffer {
    /// How many dimensions a buffer may have.
    pub const MOST_DIMENSIONS: usize = 32;

    /// Elements of memory of its own, which are zero.
    pub fn zeros(element: Element, shape: &[usize]) -> Result<Buffer> {
        let size = elements(shape)?.checked_mul(element.size()).filter(|size| *size <= isize::MAX as usize);
        let size = size.ok_or_else(|| too_many(shape))?;
        Memory::new(size)?.view(element, 0, &Layout::of(shape))
    }

    /// Numbers one behind the other, in memory of its own. Fails with `buffer-invalid` if there are not as many as the
    /// shape says.
    ///
    /// ```
    /// use hotshoe::context::Buffer;
    /// let matrix = Buffer::new(&[2, 2], &[1.0, 2.0, 3.0, 4.0])?;
    /// assert_eq!(matrix.numbers::<f64>()?, [1.0, 2.0, 3.0, 4.0]);
    /// # Ok::<(), hotshoe::error::Error>(())
    /// ```
    pub fn new<N: Number>(shape: &[usize], numbers: &[N]) -> Result<Buffer> {
        let buffer = Buffer::zeros(N::ELEMENT, shape)?;
        if buffer.count() != numbers.len() {
            return Err(invalid(format!("{} numbers do not have the shape {shape:?}", numbers.len())));
        }
        let mut bytes = Vec::with_capacity(std::mem::size_of_val(numbers));
        numbers.iter().for_each(|number| number.append(&mut bytes));
        buffer.write_bytes(&bytes)?;
        Ok(buffer)
    }

    /// A view of a block, checked.
    pub(super) fn of(block: Arc<Block>, element: Element, offset: usize, layout: &Layout<'_>) -> Result<Buffer> {
        let shape = layout.shape;
        let count = elements(shape)?;
        let strides: Box<[isize]> = match layout.strides {
            Some(strides) if strides.len() != shape.len() => {
                return Err(invalid(format!("{} strides are not those of {} dimensions", strides.len(), shape.len())));
            }
            Some(strides) => strides.into(),
            None => contiguous(element, shape)?,
        };
        check(&block, element, offset, shape, &strides)?;
        let read_only = layout.read_only;
        Ok(Buffer(Arc::new(View { block, element, offset, shape: shape.into(), strides, count, read_only })))
    }

    /// Another view of the same memory, which begins so many bytes from its start, not from this view's.
    pub fn view(&self, element: Element, offset: usize, layout: &Layout<'_>) -> Result<Buffer> {
        let layout = Layout { read_only: layout.read_only || self.is_read_only(), ..*layout };
        Buffer::of(Arc::clone(&self.0.block), element, offset, &layout)
    }

    /// What it consists of.
    pub fn element(&self) -> Element {
        self.0.element
    }

    /// How many elements there are along each dimension.
    pub fn shape(&self) -> &[usize] {
        &self.0.shape
    }

    /// How many bytes there are from one element to the next along each dimension.
    pub fn strides(&self) -> &[isize] {
        &self.0.strides
    }

    /// How many bytes the first element is from the start of the memory.
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// How many elements there are.
    pub fn count(&self) -> usize {
        self.0.count
    }

    /// Whether nobody may write by it.
    pub fn is_read_only(&self) -> bool {
        self.0.read_only
    }

    /// Where the first element is, as long as the view lives. It is aligned as the element needs it.
    pub fn address(&self) -> *mut u8 {
        self.0.block.address().wrapping_add(self.0.offset)
    }

    /// Its numbers, those of the last dimension nearest to each other. Fails with `value-type` if they are of another kind.
    pub fn numbers<N: Number>(&self) -> Result<Vec<N>> {
        if self.0.element != N::ELEMENT {
            let message = format!("a buffer is of {:?}, and not of {:?}", self.0.element, N::ELEMENT);
            return Err(Error::new(Code::VALUE_TYPE, message));
        }
        Ok(self.to_bytes().chunks_exact(N::ELEMENT.size()).map(N::from_bytes).collect())
    }

    /// Its bytes, element by element, those of the last dimension nearest to each other.
    pub fn to_bytes(&self) -> Vec<u8> {
        let size = self.0.element.size();
        let mut bytes = vec![0; self.count() * size];
        if self.is_contiguous() {
            self.0.block.read(self.0.offset, &mut bytes);
        } else {
            for (offset, place) in self.offsets().zip(bytes.chunks_exact_mut(size)) {
                self.0.block.read(offset, place);
            }
        }
        bytes
    }

    /// Writes bytes, element by element, as [`Buffer::to_bytes`] gives them. Fails with `buffer-read-only`, and with
    /// `buffer-invalid` if there are not as many.
    pub fn write_bytes(&self, bytes: &[u8]) -> Result<()> {
        if self.is_read_only() {
            return Err(Error::new(Code::BUFFER_READ_ONLY, "a view may be read only").hint("write into a copy"));
        }
        let size = self.0.element.size();
        if bytes.len() != self.count() * size {
            return Err(invalid(format!("{} bytes are not {} elements of {size}", bytes.len(), self.count())));
        }
        if self.is_contiguous() {
            self.0.block.write(self.0.offset, bytes);
            return Ok(());
        }
        for (offset, element) in self.offsets().zip(bytes.chunks_exact(size)) {
            self.0.block.write(offset, element);
        }
        Ok(())
    }

    /// Whether its elements stand one behind the other.
    pub fn is_contiguous(&self) -> bool {
        contiguous(self.element(), self.shape()).is_ok_and(|strides| *strides == *self.strides())
    }

    /// Where each element is, in bytes from the start of the memory.
    fn offsets(&self) -> impl Iterator<Item = usize> {
        let (shape, strides) = (self.shape(), self.strides());
        let mut index = vec![0; shape.len()];
        let mut offset = self.0.offset;
        (0..self.count()).map(move |_| {
            let found = offset;
            // The next one: the last dimension first, and on to the one before where that is at its end.
            for dimension in (0..shape.len()).rev() {
                index[dimension] += 1;
                offset = offset.wrapping_add_signed(strides[dimension]);
                if index[dimension] < shape[dimension] {
                    break;
                }
                index[dimension] = 0;
                let back = strides[dimension].wrapping_mul(shape[dimension] as isize);
                offset = offset.wrapping_add_signed(back.wrapping_neg());
            }
            found
        })
    }
}

impl PartialEq for Buffer {
    fn eq(&self, other: &Buffer) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || self.element() == other.element() && self.shape() == other.shape() && self.to_bytes() == other.to_bytes()
    }
}

/// How many elements a shape has.
fn elements(shape: &[usize]) -> Result<usize> {
    if shape.len() > Buffer::MOST_DIMENSIONS {
        let message = format!("a buffer of {} dimensions is not possible", shape.len());
        return Err(invalid(message).hint(format!("at most {} are", Buffer::MOST_DIMENSIONS)));
    }
    if shape.contains(&0) {
        return Ok(0);
    }
    let count = shape.iter().try_fold(1_usize, |count, extent| count.checked_mul(*extent));
    count.filter(|count| *count <= isize::MAX as usize / 16).ok_or_else(|| too_many(shape))
}

fn too_many(shape: &[usize]) -> Error {
    invalid(format!("the shape {shape:?} has more elements than any memory"))
}

/// The strides of elements one behind the other.
pub(super) fn contiguous(element: Element, shape: &[usize]) -> Result<Box<[isize]>> {
    let mut stride = Some(element.size() as isize);
    let mut strides = vec![0; shape.len()];
    for (place, extent) in strides.iter_mut().zip(shape).rev() {
        *place = stride.ok_or_else(|| too_many(shape))?;
        // Where a dimension has nothing, the strides of the others mean nothing, but are to be numbers.
        stride = isize::try_from((*extent).max(1)).ok().and_then(|extent| stride?.checked_mul(extent));
    }
    Ok(strides.into())
}

/// Whether each element lies in the memory, at a multiple of what it needs.
fn check(block: &Block, element: Element, offset: usize, shape: &[usize], strides: &[isize]) -> Result<()> {
    let misaligned = |number: usize| !number.is_multiple_of(element.alignment());
    let is_empty = shape.contains(&0);
    if !is_empty && misaligned(block.address().addr().wrapping_add(offset))
        || strides.iter().any(|stride| misaligned(stride.unsigned_abs()))
    {
        let message = format!("elements of {element:?} would not be at multiples of {} bytes", element.alignment());
        return Err(invalid(message));
    }
    let outside = || {
        let message =
            format!("a view at {offset} with the shape {shape:?} and the strides {strides:?} does not lie within");
        invalid(format!("{message} {} bytes of memory", block.size()))
    };
    if is_empty {
        return if offset <= block.size() { Ok(()) } else { Err(outside()) };
    }
    // From the lowest byte to behind the highest one.
    let (mut low, mut high) = (offset as i128, offset as i128 + element.size() as i128);
    for (extent, stride) in shape.iter().zip(strides) {
        let span = (*stride as i128).checked_mul(*extent as i128 - 1).ok_or_else(outside)?;
        let end = if span < 0 { &mut low } else { &mut high };
        *end = end.checked_add(span).ok_or_else(outside)?;
    }
    if low < 0 || high > block.size() as i128 { Err(outside()) } else { Ok(()) }
}

/// What stands in a buffer, as Rust has it. For F16, C64 and C128 there are [`Buffer::to_bytes`] and
/// [`Buffer::write_bytes`].
pub trait Number: Copy + sealed::Number {
    /// What a buffer of them consists of.
    const ELEMENT: Element;
}

mod sealed {
    pub trait Number: Sized {
        fn from_bytes(bytes: &[u8]) -> Self;
        fn append(self, bytes: &mut Vec<u8>);
    }
}

macro_rules! numbers {
    ($($type:ty => $element:ident;)*) => {
        $(
            impl Number for $type {
                const ELEMENT: Element = Element::$element;
            }

            impl sealed::Number for $type {
                fn from_bytes(bytes: &[u8]) -> $type {
                    <$type>::from_ne_bytes(bytes.try_into().unwrap_or_default())
                }

                fn append(self, bytes: &mut Vec<u8>) {
                    bytes.extend_from_slice(&self.to_ne_bytes());
                }
            }
        )*
    };
}

numbers! {
    i8 => I8;
    i16 => I16;
    i32 => I32;
    i64 => I64;
    u8 => U8;
    u16 => U16;
    u32 => U32;
    u64 => U64;
    f32 => F32;
    f64 => F64;
}
