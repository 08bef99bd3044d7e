//! The template, as it is written.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

use crate::yaml::parse;

/// The repository.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// `template.yaml`, with CloudFormation's functions written out.
#[derive(Debug, Clone)]
pub struct Template {
    document: Value,
}

/// A resource, as it is written.
#[derive(Debug, Clone, Copy)]
pub struct Resource<'a> {
    /// Its logical name.
    pub name: &'a str,
    /// Everything that stands below it.
    pub body: &'a Value,
}

impl<'a> Resource<'a> {
    /// Its type.
    #[must_use]
    pub fn kind(&self) -> &'a str {
        self.body["Type"].as_str().unwrap()
    }

    /// A property; null when it is left open.
    #[must_use]
    pub fn property(&self, name: &str) -> &'a Value {
        &self.body["Properties"][name]
    }
}

impl Template {
    /// Reads the file.
    ///
    /// # Panics
    /// When it is not there or no YAML.
    #[must_use]
    pub fn read() -> Self {
        let text = fs::read_to_string(repository().join("template.yaml")).expect("template.yaml");
        Self { document: parse(&text) }
    }

    /// A part of the whole, such as `Parameters`; empty when there is none.
    #[must_use]
    pub fn section(&self, name: &str) -> Map<String, Value> {
        self.document[name].as_object().cloned().unwrap_or_default()
    }

    /// The whole.
    pub(crate) const fn document(&self) -> &Value {
        &self.document
    }

    /// All resources, or those of one type.
    pub fn resources<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Resource<'a>> {
        let all = self.document["Resources"].as_object().unwrap();
        let resources = all.iter().map(|(name, body)| Resource { name, body });
        resources.filter(move |resource| kind.is_empty() || resource.kind() == kind)
    }

    /// One resource.
    ///
    /// # Panics
    /// When there is none of this name.
    #[must_use]
    pub fn resource<'a>(&'a self, name: &'a str) -> Resource<'a> {
        let body = &self.document["Resources"][name];
        assert!(body.is_object(), "no resource is named {name}");
        Resource { name, body }
    }
}
