//! Something with methods.

use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::turn::drop_in_turn;
use super::{Text, Value};
use crate::error::{Code, Error, Result};
use crate::input::brief;

/// What an object of the host's or of a plugin's does.
///
/// Any thread may call its methods, several at once, and any thread may drop it.
pub trait HostObject: Any + Send + Sync {
    /// What kind of object it is, for example `org.example.Model`.
    fn type_name(&self) -> &str;

    /// The names of its methods.
    fn methods(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Calls a method. Fails with `method-unknown` if it has none of that name, as this does.
    fn call(&self, method: &str, arguments: &[Value]) -> Result<Value> {
        let _ = arguments;
        Err(unknown_method(self.type_name(), method))
    }
}

/// An object has no such method.
pub(crate) fn unknown_method(type_name: &str, method: &str) -> Error {
    Error::new(Code::METHOD_UNKNOWN, format!("an object `{}` has no method `{}`", brief(type_name), brief(method)))
}

/// An object of the host's or of a plugin's, counted. It goes to no other process.
///
/// Two are equal if they are the same one.
#[derive(Clone)]
pub struct Object(Option<Arc<Made<dyn HostObject>>>);

struct Made<T: ?Sized> {
    type_name: Text,
    object: T,
}

impl Object {
    /// The first reference to an object.
    pub fn new(object: impl HostObject) -> Object {
        let type_name = Text::from(object.type_name());
        Object(Some(Arc::new(Made { type_name, object })))
    }

    /// What kind of object it is.
    pub fn type_name(&self) -> &Text {
        &self.made().type_name
    }

    fn made(&self) -> &Made<dyn HostObject> {
        self.0.as_deref().expect("it is there until it is dropped")
    }

    /// The object, if it is one of this type.
    pub fn downcast<T: HostObject>(&self) -> Option<&T> {
        (&**self as &dyn Any).downcast_ref()
    }
}

impl Deref for Object {
    type Target = dyn HostObject;
    fn deref(&self) -> &(dyn HostObject + 'static) {
        &self.made().object
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        if let Some(object) = self.0.take() {
            drop_in_turn(object);
        }
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(two)) => Arc::ptr_eq(one, two),
            _ => false,
        }
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Object({:?})", self.type_name())
    }
}
