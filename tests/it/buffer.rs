//! Buffers: views of memory, each within its bounds.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use hotshoe::context::{Buffer, Element, Layout, Memory, Owner};
use hotshoe::error::Code;
use proptest::prelude::*;

pub const ELEMENTS: [Element; 14] = [
    Element::Bool,
    Element::I8,
    Element::I16,
    Element::I32,
    Element::I64,
    Element::U8,
    Element::U16,
    Element::U32,
    Element::U64,
    Element::F16,
    Element::F32,
    Element::F64,
    Element::C64,
    Element::C128,
];

/// Buffers of every element, in up to four dimensions, also backwards.
pub fn any_buffer() -> impl Strategy<Value = Buffer> {
    let shape = prop::collection::vec(0..4_usize, 0..4);
    (prop::sample::select(&ELEMENTS), shape, any::<u64>(), any::<bool>()).prop_map(
        |(element, shape, seed, backwards)| {
            let buffer = Buffer::zeros(element, &shape).unwrap();
            let mut state = seed;
            let bytes: Vec<u8> = (0..buffer.count() * element.size())
                .map(|_| {
                    state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    let byte = (state >> 56) as u8;
                    if element == Element::Bool { byte % 2 } else { byte }
                })
                .collect();
            buffer.write_bytes(&bytes).unwrap();
            if !backwards || buffer.count() == 0 {
                return buffer;
            }
            let strides: Vec<isize> = buffer.strides().iter().map(|stride| -stride).collect();
            let last = (buffer.count() - 1) * element.size();
            buffer.view(element, last, &Layout { strides: Some(&strides), ..Layout::of(&shape) }).unwrap()
        },
    )
}

/// The code with which a view of 64 bytes is refused.
fn refused(element: Element, offset: usize, shape: &[usize], strides: Option<&[isize]>) -> Option<Code> {
    let memory = Memory::new(64).unwrap();
    let layout = Layout { strides, ..Layout::of(shape) };
    memory.view(element, offset, &layout).err().map(|error| error.code())
}

proptest! {
    /// What is allowed is checked by hand, element by element.
    #[test]
    fn a_view_lies_within_its_memory_or_is_refused(
        offset in 0..80_usize,
        dimensions in prop::collection::vec((0..5_usize, -40..40_isize), 0..4),
    ) {
        let (shape, strides): (Vec<usize>, Vec<isize>) = dimensions.into_iter().unzip();
        let mut starts = vec![offset as isize];
        for (extent, stride) in shape.iter().zip(&strides) {
            starts = starts.iter().flat_map(|start| (0..*extent as isize).map(move |at| start + at * stride)).collect();
        }
        let within = starts.iter().all(|start| (0..64).contains(start)) && offset <= 64;
        prop_assert_eq!(refused(Element::U8, offset, &shape, Some(&strides)).is_none(), within);
    }

    /// Whatever the numbers are, nothing overflows.
    #[test]
    fn no_number_is_too_large_to_be_refused(
        offset in any::<usize>(),
        shape in prop::collection::vec(any::<usize>(), 0..40),
        strides in prop::option::of(prop::collection::vec(any::<isize>(), 0..40)),
        element in prop::sample::select(&ELEMENTS),
    ) {
        if refused(element, offset, &shape, strides.as_deref()).is_none() {
            prop_assert!(shape.iter().all(|extent| *extent <= 64) || shape.contains(&0));
        }
    }

    #[test]
    fn what_is_written_is_read_whatever_the_strides(buffer in any_buffer()) {
        let bytes = buffer.to_bytes();
        let copy = Buffer::zeros(buffer.element(), buffer.shape()).unwrap();
        copy.write_bytes(&bytes).unwrap();
        prop_assert_eq!(&copy, &buffer);
        buffer.write_bytes(&bytes).unwrap();
        prop_assert_eq!(buffer.to_bytes(), bytes);
    }
}

#[test]
fn what_no_view_can_be_is_refused() {
    let invalid = Some(Code::BUFFER_INVALID);
    assert_eq!(refused(Element::F64, 0, &[8], None), None);
    assert_eq!(refused(Element::F64, 0, &[9], None), invalid, "behind the end");
    assert_eq!(refused(Element::F64, 8, &[8], None), invalid, "behind the end");
    assert_eq!(refused(Element::F64, 4, &[1], None), invalid, "not aligned");
    assert_eq!(refused(Element::F64, 0, &[2], Some(&[4])), invalid, "not aligned");
    assert_eq!(refused(Element::F64, 56, &[8], Some(&[-8])), None);
    assert_eq!(refused(Element::F64, 48, &[8], Some(&[-8])), invalid, "before the start");
    assert_eq!(refused(Element::F64, 0, &[2, 2], Some(&[8])), invalid, "a stride is missing");
    assert_eq!(refused(Element::U8, 0, &[1; 32], None), None);
    assert_eq!(refused(Element::U8, 0, &[1; 33], None), invalid, "33 dimensions");
    assert_eq!(
        refused(Element::U8, 0, &[usize::MAX, 2], Some(&[0, 0])),
        invalid,
        "more elements than there are numbers"
    );
    assert_eq!(refused(Element::U8, 0, &[2, 2], Some(&[isize::MIN, isize::MIN])), invalid);
    assert_eq!(refused(Element::U8, 64, &[0], None), None, "nothing lies anywhere");
    assert_eq!(refused(Element::U8, 65, &[0], None), invalid);
    assert_eq!(refused(Element::U8, 63, &[], None), None, "one element has no dimension");
    assert_eq!(refused(Element::U8, 64, &[], None), invalid);
}

#[test]
fn memory_is_not_freed_or_resized_under_a_view() {
    let memory = Memory::new(16).unwrap();
    let view = memory.view(Element::U8, 0, &Layout::of(&[16])).unwrap();
    view.write_bytes(&[7; 16]).unwrap();
    let part = view.view(Element::U8, 8, &Layout::of(&[8])).unwrap();
    drop(view);
    for size in [0, 8, 32] {
        assert_eq!(memory.resize(size).unwrap_err().code(), Code::BUFFER_IN_USE);
    }
    drop(part);
    memory.resize(32).unwrap();
    let view = memory.view(Element::U8, 0, &Layout::of(&[32])).unwrap();
    assert_eq!(view.to_bytes(), [[7; 16], [0; 16]].concat());
    drop(view);
    memory.resize(0).unwrap();
    assert_eq!(memory.size(), 0);
}

/// Memory of another owner, which counts how often it was given back.
struct Own(Mutex<Aligned>, Arc<AtomicUsize>);

#[repr(align(16))]
struct Aligned([u8; 16]);

impl Owner for Own {
    fn place(&self) -> (*mut u8, usize) {
        (self.0.lock().unwrap().0.as_mut_ptr(), 16)
    }
    fn read(&self, offset: usize, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0.lock().unwrap().0[offset..][..bytes.len()]);
    }
    fn write(&self, offset: usize, bytes: &[u8]) {
        self.0.lock().unwrap().0[offset..][..bytes.len()].copy_from_slice(bytes);
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.1.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn memory_of_another_owner_is_given_back_once_with_the_last_view() {
    let given_back = Arc::new(AtomicUsize::new(0));
    let memory = || {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&1.5_f64.to_ne_bytes());
        bytes[8..].copy_from_slice(&2.5_f64.to_ne_bytes());
        Memory::of(Own(Mutex::new(Aligned(bytes)), Arc::clone(&given_back))).unwrap()
    };
    let owner = memory();
    let view = owner.view(Element::F64, 0, &Layout { read_only: true, ..Layout::of(&[2]) }).unwrap();
    drop(owner);
    assert_eq!(given_back.load(Ordering::Relaxed), 0);
    assert_eq!(view.numbers::<f64>().unwrap(), [1.5, 2.5]);
    assert_eq!(view.write_bytes(&[0; 16]).unwrap_err().code(), Code::BUFFER_READ_ONLY);
    let writable = view.view(Element::F64, 0, &Layout::of(&[2])).unwrap();
    assert!(writable.is_read_only(), "what may be read only stays so");
    drop((view, writable));
    assert_eq!(given_back.load(Ordering::Relaxed), 1);

    let owner = memory();
    assert_eq!(owner.resize(32).unwrap_err().code(), Code::ARGUMENT_INVALID);
    owner.resize(0).unwrap();
    assert_eq!(given_back.load(Ordering::Relaxed), 2, "freed at once");
    drop(owner);
    assert_eq!(given_back.load(Ordering::Relaxed), 2);
}

#[test]
fn a_column_is_a_view_of_its_matrix() {
    let matrix = Buffer::new(&[2, 3], &[1, 2, 3, 4, 5, 6_i32]).unwrap();
    let column = matrix.view(Element::I32, 8, &Layout { strides: Some(&[12]), ..Layout::of(&[2]) }).unwrap();
    assert_eq!(column.numbers::<i32>().unwrap(), [3, 6]);
    column.write_bytes(&[[9, 0, 0, 0], [8, 0, 0, 0]].concat()).unwrap();
    assert_eq!(matrix.numbers::<i32>().unwrap(), [1, 2, 9, 4, 5, 8]);
    assert_eq!(matrix.numbers::<f32>().unwrap_err().code(), Code::VALUE_TYPE);
    assert!(matrix.address().addr().is_multiple_of(64));
}
