//! All types that a plugin has, and the methods among them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ct_codecs::{Base64, Encoder as _};
use prost_reflect::{DescriptorPool, MethodDescriptor};
use serde_json::{Value, json};

use super::nearest::nearest;
use super::{Method, Resolver, schema, shown};
use crate::failure::{Failure, Result, codes};

/// How many names a hint lists.
const LISTED: usize = 8;

/// The types of a plugin. A copy costs nothing.
#[derive(Clone, Debug)]
pub struct Types {
    pool: DescriptorPool,
    /// By `package.Service/Method`.
    methods: Arc<BTreeMap<String, MethodDescriptor>>,
    /// The services that the plugin has, if it says so: its files may declare others.
    served: Option<Arc<BTreeSet<String>>>,
}

impl Types {
    pub(super) fn new(pool: DescriptorPool) -> Types {
        let services = pool.services().collect::<Vec<_>>();
        let methods = services.iter().flat_map(|service| service.methods().collect::<Vec<_>>());
        let methods = methods.map(|method| (name_of(&method), method)).collect();
        Types { pool, methods: Arc::new(methods), served: None }
    }

    /// The same types, of a plugin that has these services and no other. Methods of others, such as one of the host's, are
    /// known still by their whole names, and are not found by a part.
    #[must_use]
    pub fn serving(mut self, services: impl IntoIterator<Item = String>) -> Types {
        self.served = Some(Arc::new(services.into_iter().collect()));
        self
    }

    /// The types of a `google.protobuf.FileDescriptorSet`, as `protoc --descriptor_set_out` writes it.
    pub fn from_descriptor_set(bytes: &[u8]) -> Result<Types> {
        let mut resolver = Resolver::new();
        resolver.add_set(bytes)?;
        resolver.build()
    }

    /// Gathers files one by one, as reflection returns them.
    pub fn builder() -> Resolver {
        Resolver::new()
    }

    /// The method of a name: `pkg.Service/Method`, also with a `/` before it or a dot in it, `Service/Method`, or
    /// `Method` if only one service of the application has it. What must be is unique.
    pub fn method(&self, name: &str) -> Result<Method> {
        let name = name.strip_prefix('/').unwrap_or(name);
        if let Some(method) = self.methods.get(name) {
            return Ok(Method::new(method.clone()));
        }
        let (service, method) = name.rsplit_once('/').or_else(|| name.rsplit_once('.')).unwrap_or(("", name));
        if let Some(method) = self.methods.get(&format!("{service}/{method}")) {
            return Ok(Method::new(method.clone()));
        }
        let fitting: Vec<&MethodDescriptor> = self.fitting(service, method).collect();
        match fitting[..] {
            [only] => Ok(Method::new(only.clone())),
            [] => Err(self.unknown(name)),
            _ => Err(Failure::new(codes::METHOD_UNKNOWN, format!("several services have a method `{}`", shown(name)))
                .hint(format!("Say which: {}.", listed(fitting.into_iter().map(name_of))))),
        }
    }

    /// The names of all services of the application, with their packages, in order.
    pub fn services(&self) -> Vec<String> {
        let mut services: Vec<String> = self.pool.services().map(|service| service.full_name().to_owned()).collect();
        services.retain(|service| self.is_served(service));
        services.sort();
        services
    }

    /// Whether there is a service of this name, with its package.
    pub fn has_service(&self, name: &str) -> bool {
        self.pool.get_service_by_name(name).is_some()
    }

    /// What can be called: `services`, each with its `methods`, and the `messages` and `enums` of these, by their names.
    pub fn describe(&self) -> Value {
        schema::describe(self.methods.values().filter(|method| self.is_served(method.parent_service().full_name())))
    }

    /// A JSON schema of a message, such as the input of a method; none if there is no such message.
    pub fn json_schema(&self, message: &str) -> Option<Value> {
        self.pool.get_message_by_name(message).map(|message| schema::json_schema(&message))
    }

    /// JSON of a `google.protobuf.Any`, such as a detail of a status: its fields beside `@type`; of a type that is not
    /// known, `value` in base64.
    pub fn any(&self, url: &str, bytes: &[u8], largest: usize) -> Result<Value> {
        let message = self.pool.get_message_by_name(url.rsplit_once('/').map_or(url, |(_, name)| name));
        let Some(message) = message.filter(|message| !message.is_map_entry()) else {
            let value = Base64::encode_to_string(bytes).unwrap_or_default();
            return Ok(json!({"@type": shown(url), "value": value}));
        };
        let json = super::output::decode(&message, bytes, largest)?;
        match serde_json::from_slice(&json).unwrap_or_default() {
            Value::Object(mut fields) => {
                fields.insert("@type".to_owned(), Value::from(url));
                Ok(Value::Object(fields))
            }
            value => Ok(json!({"@type": url, "value": value})),
        }
    }

    fn fitting<'a>(&'a self, service: &'a str, method: &'a str) -> impl Iterator<Item = &'a MethodDescriptor> {
        self.methods.values().filter(move |there| {
            let full = there.parent_service().full_name();
            let has_service = match service {
                "" => self.is_served(full),
                _ => full.strip_suffix(service).is_some_and(|package| package.is_empty() || package.ends_with('.')),
            };
            has_service && there.name() == method
        })
    }

    /// Whether a service is one of the application that the plugin has.
    fn is_served(&self, service: &str) -> bool {
        is_of_application(service) && self.served.as_ref().is_none_or(|served| served.contains(service))
    }

    fn unknown(&self, name: &str) -> Failure {
        let application = || self.methods.values().filter(|it| self.is_served(it.parent_service().full_name()));
        let names: Vec<String> = application().map(name_of).collect();
        let bare = application().map(MethodDescriptor::name);
        let hint = match nearest(name, names.iter().map(String::as_str).chain(bare)) {
            Some(near) => format!("Did you mean `{near}`?"),
            None if names.is_empty() => "The plugin has no service of its own.".to_owned(),
            None => format!("There are {}.", listed(names.into_iter())),
        };
        Failure::new(codes::METHOD_UNKNOWN, format!("there is no method `{}`", shown(name))).hint(hint)
    }
}

fn name_of(method: &MethodDescriptor) -> String {
    format!("{}/{}", method.parent_service().full_name(), method.name())
}

/// Services of gRPC itself and of go-plugin are not what a plugin is for.
fn is_of_application(service: &str) -> bool {
    !service.starts_with("grpc.") && !service.starts_with("plugin.")
}

fn listed(names: impl ExactSizeIterator<Item = String>) -> String {
    let count = names.len();
    let mut listed: Vec<String> = names.take(LISTED).map(|name| format!("`{}`", shown(&name))).collect();
    if count > LISTED {
        listed.push(format!("{} more", count - LISTED));
    }
    listed.join(", ")
}
