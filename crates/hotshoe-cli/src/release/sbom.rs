//! What is in an archive, for whoever must know: a CycloneDX document.
//!
//! Owns that nothing stands there that was not read out of the archive: its files, and the libraries that
//! the system must have. What was linked into the library cannot be seen, and the document says so.

use serde_json::{Value, json};

use super::examine::Examined;

/// The document of an archive. The same archive gives the same bytes: there is no time in it.
pub fn sbom(archive: &Examined) -> Value {
    let (name, version) = (&archive.planned.plugin, archive.planned.version.to_string());
    let sha256 = archive.sha256.to_string();
    let reference = format!("{name}@{version}");
    let mut plugin = json!({
        "type": "library",
        "bom-ref": reference,
        "name": name,
        "version": version,
        "hashes": [{ "alg": "SHA-256", "content": sha256 }],
        "properties": [
            { "name": "hotshoe:file", "value": archive.planned.file },
            { "name": "hotshoe:platform", "value": archive.platform },
        ],
    });
    if let Some(description) = &archive.manifest.description {
        plugin["description"] = json!(description);
    }
    if let Some(license) = &archive.manifest.license {
        plugin["licenses"] = json!([{ "expression": license }]);
    }
    let files = archive.content.iter().filter_map(|content| {
        let hash = json!([{ "alg": "SHA-256", "content": content.sha256? }]);
        Some(json!({ "type": "file", "bom-ref": content.path, "name": content.path, "hashes": hash }))
    });
    let system = |needed: &str| format!("system:{needed}");
    let needed: Vec<&str> = archive.library.needed.iter().map(|needed| needed.name.as_str()).collect();
    let needed_components = needed.iter().map(|needed| {
        json!({ "type": "library", "bom-ref": system(needed), "name": needed, "scope": "excluded",
            "description": "needed from the system; not in the archive" })
    });
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": serial_number(&sha256),
        "version": 1,
        "metadata": {
            "component": plugin,
            "tools": { "components": [{ "type": "application", "name": "hotshoe", "version": env!("CARGO_PKG_VERSION") }] },
        },
        "components": files.chain(needed_components).collect::<Vec<_>>(),
        "dependencies": [{ "ref": reference, "dependsOn": needed.iter().map(|needed| system(needed)).collect::<Vec<_>>() }],
        "compositions": [{ "aggregate": "incomplete", "assemblies": [reference] }],
    })
}

/// A UUID of the kind that is made of a hash (version 8, RFC 9562).
fn serial_number(sha256: &str) -> String {
    let part = |from: usize, to: usize| sha256.get(from..to).unwrap_or_default();
    format!("urn:uuid:{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}
