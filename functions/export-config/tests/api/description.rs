//! The API's description, to hold answers against.

use reqwest::Method;
use serde_json::Value;

use super::scene::Answer;
use super::schema;
use crate::support::World;

pub(crate) struct Description(pub(crate) Value);

/// One operation of the description.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) method: Method,
    /// With placeholders.
    pub(crate) path: String,
    pub(crate) content: Value,
}

impl Description {
    pub(crate) async fn of(world: &World) -> Self {
        let answer = world.request(Method::GET, "/openapi.json").send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "application/json");
        Self(answer.json().await.unwrap())
    }

    pub(crate) fn operations(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, methods) in self.0["paths"].as_object().unwrap() {
            for (method, content) in methods.as_object().unwrap() {
                let method = method.to_uppercase().parse().unwrap();
                operations.push(Operation { method, path: path.clone(), content: content.clone() });
            }
        }
        operations
    }

    /// The operation that a request belongs to: the one with the fewest placeholders.
    pub(crate) fn operation(&self, method: &Method, path: &str) -> Option<Operation> {
        let path = path.split('?').next().unwrap();
        let fits = |template: &str| {
            let (template, path): (Vec<_>, Vec<_>) =
                (template.split('/').collect(), path.split('/').collect());
            let same = |(one, other): (&&str, &&str)| one.starts_with('{') || one == other;
            template.len() == path.len() && template.iter().zip(&path).all(same)
        };
        let found =
            self.operations().into_iter().filter(|found| found.method == *method && fits(&found.path));
        found.min_by_key(|found| found.path.matches('{').count())
    }

    /// Status, content type, code and body must be as described.
    pub(crate) fn check(&self, method: &Method, path: &str, answer: &Answer) {
        let operation =
            self.operation(method, path).unwrap_or_else(|| panic!("{method} {path} is not described"));
        let status = answer.status.to_string();
        let response = &operation.content["responses"][&status];
        let text = &answer.text;
        assert!(response.is_object(), "{method} {path}: {status} is not described: {text}");
        let Some(content_type) = answer.headers.get("content-type") else {
            assert!(response.get("content").is_none(), "{method} {path}: {status} has no content");
            assert_eq!(text, "", "{method} {path}: {status}");
            return;
        };
        let essence = content_type.to_str().unwrap().split(';').next().unwrap();
        let schema = &response["content"][essence]["schema"];
        assert!(schema.is_object(), "{method} {path}: {status} {essence} is not described: {text}");
        if essence.ends_with("json") {
            let body: Value = serde_json::from_str(text).unwrap();
            let problems = schema::problems(&self.0, schema, &body);
            assert!(problems.is_empty(), "{method} {path}: {status}: {problems:?} in {body:#}");
            if essence == "application/problem+json" {
                let codes = response["x-codes"].as_array().unwrap();
                assert!(codes.contains(&body["code"]), "{method} {path}: {codes:?} lacks {}", body["code"]);
            }
        }
        for name in response["headers"].as_object().into_iter().flat_map(|headers| headers.keys()) {
            let optional = ["WWW-Authenticate", "Retry-After"].contains(&name.as_str());
            assert!(optional || answer.headers.contains_key(name.as_str()), "{method} {path}: no {name}");
        }
    }
}
