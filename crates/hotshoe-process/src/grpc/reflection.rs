//! The types of a plugin, as its reflection tells them.

use prost::Message;

use super::services::{ReflectionAnswer, ReflectionQuestion, ServerReflectionRequest, ServerReflectionResponse, path};
use crate::failure::{Failure, Result, codes};
use crate::message::{Types, shown};

/// The services that a plugin brings without being asked about them.
const NOT_OF_APPLICATION: [&str; 2] = ["grpc.", "plugin."];

/// Sends one message to a path, and returns the first answer.
type Unary<'a> = dyn Fn(&str, &[u8]) -> Result<Vec<u8>> + 'a;

/// Asks for the types of all services of a plugin.
///
/// `None`: it has no reflection.
pub(super) fn types(unary: &Unary<'_>) -> Result<Option<Types>> {
    for at in [path::REFLECTION, path::REFLECTION_ALPHA] {
        let ask = |question| answer(unary, at, question);
        match ask(ReflectionQuestion::ListServices("*".into())) {
            Ok(services) => return gather(services, &ask).map(Some),
            Err(failure) if failure.code() == Some(codes::METHOD_UNKNOWN) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(None)
}

fn gather(services: ReflectionAnswer, ask: &dyn Fn(ReflectionQuestion) -> Result<ReflectionAnswer>) -> Result<Types> {
    let ReflectionAnswer::ListServicesResponse(services) = services else { return Err(odd("its services")) };
    let names = services.service.into_iter().map(|service| service.name);
    let names: Vec<String> =
        names.filter(|name| !NOT_OF_APPLICATION.iter().any(|prefix| name.starts_with(prefix))).collect();
    let mut types = Types::builder();
    for name in &names {
        match ask(ReflectionQuestion::FileContainingSymbol(name.clone()))? {
            ReflectionAnswer::FileDescriptorResponse(files) => {
                files.file_descriptor_proto.iter().try_for_each(|file| types.add(file))?;
            }
            _ => return Err(odd(&format!("the service `{}`", shown(name)))),
        }
    }
    while let Some(name) = types.ask() {
        // A file that it does not have is no error as long as nothing of it is used.
        if let ReflectionAnswer::FileDescriptorResponse(files) = ask(ReflectionQuestion::FileByFilename(name))? {
            files.file_descriptor_proto.iter().try_for_each(|file| types.add(file))?;
        }
    }
    Ok(types.build()?.serving(names))
}

fn answer(unary: &Unary<'_>, at: &str, question: ReflectionQuestion) -> Result<ReflectionAnswer> {
    let request = ServerReflectionRequest { host: String::new(), message_request: Some(question) };
    let answer = unary(at, &request.encode_to_vec())?;
    let answer = ServerReflectionResponse::decode(&*answer).map_err(|_| odd("a question"))?;
    answer.message_response.ok_or_else(|| odd("a question"))
}

fn odd(what: &str) -> Failure {
    Failure::new(codes::DESCRIPTORS, format!("the plugin's reflection has no answer that could be used for {what}"))
        .hint("give a descriptor set: `descriptors` under `process` of the plugin's manifest")
}
