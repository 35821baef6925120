//! Whether descriptors are such as a compiler writes: what is built of them takes that for granted.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::{
    DescriptorProto, EnumDescriptorProto, EnumOptions, FieldDescriptorProto, FieldOptions, FileDescriptorProto,
    MessageOptions, ServiceDescriptorProto,
};
use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

use super::{MOST_FILES, shown};
use crate::failure::{Failure, Result, codes};

/// The longest name of anything, with its package, in bytes.
const LONGEST_NAME: usize = 512;

/// The longest name of a file, in bytes.
const LONGEST_FILE_NAME: usize = 4096;

/// How deep declarations of messages may lie in each other, and packages too.
const DEEPEST_DECLARATION: usize = 32;

/// What is wrong with the descriptors.
pub(super) fn failed(what: impl std::fmt::Display) -> Failure {
    Failure::new(codes::DESCRIPTORS, format!("the descriptors of the plugin cannot be used: {what}"))
}

/// Checks a file, leaves out of it what nothing here needs, and returns how many messages, enums and methods it
/// declares.
///
/// Options are left out but for those that say how bytes are written, and so are extensions: their fields come as
/// unknown ones.
pub(super) fn file(file: &mut FileDescriptorProto) -> Result<usize> {
    let name_is_good = !file.name().is_empty() && file.name().len() <= LONGEST_FILE_NAME;
    if !name_is_good || file.dependency.iter().any(|name| name.len() > LONGEST_FILE_NAME) {
        return Err(failed(format!("a file is called `{}`", shown(file.name()))));
    }
    if !file.package().is_empty() {
        let parts: Vec<&str> = file.package().splitn(DEEPEST_DECLARATION + 1, '.').collect();
        parts.into_iter().try_for_each(identifier)?;
    }
    if file.dependency.len() > MOST_FILES {
        return Err(failed(format!("the file `{}` imports more than {MOST_FILES} files", shown(file.name()))));
    }
    file.options = None;
    file.source_code_info = None;
    file.extension.clear();
    let package = file.package().len();
    let has_editions = file.syntax() == "editions";
    file.syntax = match file.syntax() {
        "" | "proto2" => None,
        "proto3" | "editions" => Some("proto3".to_owned()),
        other => return Err(failed(format!("the syntax of a file is `{}`", shown(other)))),
    };
    let messages = file.message_type.iter_mut();
    let count = messages.map(|inner| message(inner, package, 0, has_editions)).sum::<Result<usize>>()?;
    file.enum_type.iter_mut().try_for_each(|inner| enumeration(inner, package))?;
    file.service.iter_mut().try_for_each(|inner| service(inner, package))?;
    let methods: usize = file.service.iter().map(|service| service.method.len()).sum();
    Ok(count + file.enum_type.len() + methods)
}

fn message(message: &mut DescriptorProto, outer: usize, depth: usize, has_editions: bool) -> Result<usize> {
    let length = outer + 1 + name(message.name.as_deref(), outer)?;
    if depth > DEEPEST_DECLARATION {
        return Err(failed(format!("declarations of messages lie more than {DEEPEST_DECLARATION} deep")));
    }
    let is_map_entry = message.options.as_ref().and_then(|options| options.map_entry);
    message.options = is_map_entry.map(|is| MessageOptions { map_entry: Some(is), ..MessageOptions::default() });
    message.extension.clear();
    message.extension_range.clear();
    message.reserved_range.clear();
    message.reserved_name.clear();
    for oneof in &mut message.oneof_decl {
        name(oneof.name.as_deref(), length)?;
        oneof.options = None;
    }
    let oneofs = message.oneof_decl.len();
    message.field.iter_mut().try_for_each(|inner| field(inner, length, oneofs, has_editions))?;
    message.enum_type.iter_mut().try_for_each(|inner| enumeration(inner, length))?;
    let nested = message.nested_type.iter_mut().map(|inner| self::message(inner, length, depth + 1, has_editions));
    Ok(1 + message.enum_type.len() + nested.sum::<Result<usize>>()?)
}

fn field(field: &mut FieldDescriptorProto, outer: usize, oneofs: usize, has_editions: bool) -> Result<()> {
    name(field.name.as_deref(), outer)?;
    let said = shown(field.name());
    if !(1..=536_870_911).contains(&field.number()) {
        return Err(failed(format!("the field `{said}` has the number {}", field.number())));
    }
    if field.oneof_index.is_some_and(|index| usize::try_from(index).map_or(true, |index| index >= oneofs)) {
        return Err(failed(format!("the field `{said}` is in a oneof that is not there")));
    }
    let texts = [field.json_name.as_deref(), field.type_name.as_deref(), field.default_value.as_deref()];
    if texts.into_iter().flatten().any(|text| text.len() > 4 * LONGEST_NAME) {
        return Err(failed(format!("of the field `{said}` a text is too long")));
    }
    let packed = field.options.as_ref().and_then(|options| options.packed);
    field.options = packed.map(|packed| FieldOptions { packed: Some(packed), ..FieldOptions::default() });
    // What an edition says of presence is not read; most fields have it there.
    if has_editions && field.oneof_index.is_none() && field.label() != Label::Repeated {
        field.proto3_optional = Some(true);
    }
    Ok(())
}

fn enumeration(enumeration: &mut EnumDescriptorProto, outer: usize) -> Result<()> {
    name(enumeration.name.as_deref(), outer)?;
    if enumeration.value.is_empty() {
        return Err(failed(format!("the enum `{}` has no value", shown(enumeration.name()))));
    }
    let has_aliases = enumeration.options.as_ref().and_then(|options| options.allow_alias);
    enumeration.options = has_aliases.map(|has| EnumOptions { allow_alias: Some(has), ..EnumOptions::default() });
    enumeration.reserved_range.clear();
    enumeration.reserved_name.clear();
    for value in &mut enumeration.value {
        name(value.name.as_deref(), outer)?;
        value.options = None;
    }
    Ok(())
}

fn service(service: &mut ServiceDescriptorProto, outer: usize) -> Result<()> {
    let length = outer + 1 + name(service.name.as_deref(), outer)?;
    service.options = None;
    for method in &mut service.method {
        name(method.name.as_deref(), length)?;
        method.options = None;
        if method.input_type().len().max(method.output_type().len()) > LONGEST_NAME {
            return Err(failed(format!("the types of the method `{}` are too long", shown(method.name()))));
        }
    }
    Ok(())
}

/// The length of a name, if it is one, and stays short with what it lies in.
fn name(name: Option<&str>, outer: usize) -> Result<usize> {
    let name = name.unwrap_or_default();
    identifier(name)?;
    if outer + name.len() > LONGEST_NAME {
        return Err(failed(format!("the name `{}` has more than {LONGEST_NAME} bytes", shown(name))));
    }
    Ok(name.len())
}

fn identifier(name: &str) -> Result<()> {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let is_good = name.len() <= LONGEST_NAME
        && name.bytes().next().is_some_and(is_letter)
        && name.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit());
    if is_good { Ok(()) } else { Err(failed(format!("`{}` is no name", shown(name)))) }
}

/// The names of all files, those that are imported before those that import them. An error if they import each other.
pub(super) fn order(files: &BTreeMap<String, FileDescriptorProto>) -> Result<Vec<String>> {
    let mut order = vec![];
    let mut done = BTreeSet::new();
    for name in files.keys() {
        let mut open: Vec<(&str, usize)> = vec![(name, 0)];
        let mut on_the_way = BTreeSet::from([name.as_str()]);
        while let Some((name, next)) = open.last_mut() {
            let dependencies = files.get(*name).map(|file| &file.dependency[..]).unwrap_or_default();
            let Some(dependency) = dependencies.get(*next) else {
                if done.insert(*name) && files.contains_key(*name) {
                    order.push((*name).to_owned());
                }
                on_the_way.remove(*name);
                open.pop();
                continue;
            };
            *next += 1;
            if on_the_way.contains(dependency.as_str()) {
                return Err(failed(format!("the file `{}` imports itself by way of others", shown(dependency))));
            }
            if !done.contains(dependency.as_str()) {
                on_the_way.insert(dependency);
                open.push((dependency, 0));
            }
        }
    }
    Ok(order)
}

/// A file without its imports of those that are missing.
pub(super) fn without(mut file: FileDescriptorProto, missing: &[String]) -> FileDescriptorProto {
    let dependencies = std::mem::take(&mut file.dependency);
    let is_public = |index: usize| file.public_dependency.iter().any(|public| usize::try_from(*public) == Ok(index));
    let public: Vec<bool> = (0..dependencies.len()).map(is_public).collect();
    file.public_dependency.clear();
    file.weak_dependency.clear();
    for (dependency, is_public) in dependencies.into_iter().zip(public) {
        if missing.binary_search(&dependency).is_err() {
            file.public_dependency.extend(i32::try_from(file.dependency.len()).ok().filter(|_| is_public));
            file.dependency.push(dependency);
        }
    }
    file
}

/// Whether maps are what they must be, which only shows when all names are resolved.
pub(super) fn pool(pool: &DescriptorPool) -> Result<()> {
    for message in pool.all_messages() {
        if message.is_map_entry() && !is_map_entry(&message) {
            return Err(failed(format!("`{}` is no entry of a map", shown(message.full_name()))));
        }
        if let Some(field) = message.fields().find(|field| is_entry(field) && !field.is_list() && !field.is_map()) {
            return Err(failed(format!("`{}` is the entry of a map, and no map", shown(field.full_name()))));
        }
    }
    let entries = pool
        .services()
        .any(|service| service.methods().any(|method| method.input().is_map_entry() || method.output().is_map_entry()));
    if entries { Err(failed("a method takes or returns the entry of a map")) } else { Ok(()) }
}

fn is_entry(field: &FieldDescriptor) -> bool {
    matches!(field.kind(), Kind::Message(message) if message.is_map_entry())
}

fn is_map_entry(message: &MessageDescriptor) -> bool {
    let fields = (message.get_field(1), message.get_field(2), message.fields().len());
    let (Some(key), Some(value), 2) = fields else { return false };
    let key_is_good =
        !matches!(key.kind(), Kind::Double | Kind::Float | Kind::Bytes | Kind::Message(_) | Kind::Enum(_));
    let is_single = |field: &FieldDescriptor| {
        field.cardinality() != prost_reflect::Cardinality::Repeated && field.containing_oneof().is_none()
    };
    let is_group = |field: &FieldDescriptor| field.field_descriptor_proto().r#type() == Type::Group;
    key_is_good && is_single(&key) && is_single(&value) && !is_entry(&value) && !is_group(&value)
}
