//! Texts and bytes, which are lent for the time of a call.

use core::ffi::{CStr, c_char};
use core::{ptr, slice};

use super::TO_NUL;

/// A text in UTF-8, or a path (any bytes on Unix), lent for the time of the call.
///
/// `data` may be NULL: there is none. `length` is in bytes, or HOTSHOE_RUNTIME_TO_NUL: the text ends with NUL.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// Its first byte.
    pub data: *const c_char,
    /// How many bytes it has.
    pub length: usize,
}

impl Text {
    /// No text.
    pub const NONE: Text = Text { data: ptr::null(), length: 0 };

    /// Its bytes, the first `most` of them if it is longer; none if there is no text.
    ///
    /// # Safety
    /// It is as its fields say, and stays so for `'a`. No more than `most` bytes are looked at.
    pub unsafe fn bytes<'a>(self, most: usize) -> &'a [u8] {
        if self.data.is_null() {
            return &[];
        }
        let mut length = self.length.min(most);
        if self.length == TO_NUL {
            // SAFETY: as the caller promises; the NUL is not passed.
            length = (0..most).find(|at| unsafe { self.data.add(*at).read() } == 0).unwrap_or(most);
        }
        // SAFETY: as the caller promises.
        unsafe { slice::from_raw_parts(self.data.cast(), length) }
    }
}

/// Lends a text; it must live as long as what it is given to needs it.
impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text::from(text.as_bytes())
    }
}

/// Lends bytes as a text.
impl From<&[u8]> for Text {
    fn from(text: &[u8]) -> Text {
        Text { data: text.as_ptr().cast(), length: text.len() }
    }
}

/// Lends a text that ends with NUL.
impl From<&CStr> for Text {
    fn from(text: &CStr) -> Text {
        Text { data: text.as_ptr(), length: TO_NUL }
    }
}

/// Bytes that are lent for the time of the call. `data` may be NULL if there are none.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Bytes {
    /// The first of them.
    pub data: *const u8,
    /// How many there are.
    pub length: usize,
}

impl Bytes {
    /// The bytes; `None` if no memory could hold so many.
    ///
    /// # Safety
    /// They are as the fields say, and stay so for `'a`.
    pub unsafe fn get<'a>(self) -> Option<&'a [u8]> {
        match (self.data.is_null(), self.length) {
            (_, 0) => Some(&[]),
            (true, _) => None,
            (false, length) if length > isize::MAX as usize => None,
            // SAFETY: as the caller promises; the length was checked.
            (false, length) => Some(unsafe { slice::from_raw_parts(self.data, length) }),
        }
    }
}

/// Lends bytes; they must live as long as what they are given to needs them.
impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Bytes {
        Bytes { data: bytes.as_ptr(), length: bytes.len() }
    }
}
