//! Requests to AWS in the words of IAM: which permissions AWS asks for before it does what a request says.
//!
//! As AWS documents it: "Actions, resources, and condition keys for Amazon S3" and the like, and for conditional writes
//! "How to prevent object overwrites with conditional writes".

use std::collections::BTreeMap;

use serde_json::Value;
use url::form_urlencoded;

/// One permission that was needed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// Such as `s3:GetObject`.
    pub action: String,
    /// The ARN.
    pub resource: String,
    /// Condition keys and their values.
    pub context: BTreeMap<String, String>,
}

/// A request and how it was answered.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// The path, still encoded.
    pub path: String,
    /// The query without its question mark.
    pub query: String,
    /// The header `x-amz-target`, where the operation stands in it.
    pub target: Option<String>,
    /// Whether the request is made on the condition that the object is a certain one (`If-Match`).
    pub if_match: bool,
    /// The body, where the operation's parameters stand in it.
    pub body: Value,
    /// The status of the answer.
    pub status: u16,
}

impl Asked {
    /// The permissions.
    ///
    /// # Panics
    /// When the product makes a request that is not known here.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        match &self.target {
            Some(target) => vec![self.operation(target)],
            None => self.s3(),
        }
    }

    fn operation(&self, target: &str) -> Call {
        let text = |name: &str| self.body[name].as_str().unwrap_or_else(|| panic!("{target} without {name}"));
        let (service, operation) = target.split_once('.').unwrap();
        match (service, operation) {
            ("secretsmanager", _) => {
                let name = if operation == "CreateSecret" { text("Name") } else { text("SecretId") };
                // Secrets Manager ends every ARN with six characters of its own.
                let resource = format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-a1B2c3");
                call(&format!("secretsmanager:{operation}"), resource)
            }
            ("AWSStepFunctions", "StartExecution") => {
                call("states:StartExecution", text("stateMachineArn").to_owned())
            }
            ("AWSEvents", "PutEvents") => {
                let entry = &self.body["Entries"][0];
                let bus = entry["EventBusName"].as_str().unwrap();
                let resource = format!("arn:aws:events:us-east-1:123456789012:event-bus/{bus}");
                let mut call = call("events:PutEvents", resource);
                let source = entry["Source"].as_str().unwrap().to_owned();
                call.context.insert("events:source".to_owned(), source);
                call
            }
            _ => panic!("the permission for {target} is not known here"),
        }
    }

    fn s3(&self) -> Vec<Call> {
        let path = self.path.trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let bucket = format!("arn:aws:s3:::{bucket}");
        let query: BTreeMap<String, String> =
            form_urlencoded::parse(self.query.as_bytes()).into_owned().collect();
        if key.is_empty() {
            assert!(self.method == "GET" && query.contains_key("list-type"), "not known here: {self:?}");
            let mut list = call("s3:ListBucket", bucket);
            list.context.insert("s3:prefix".to_owned(), query.get("prefix").cloned().unwrap_or_default());
            return vec![list];
        }
        let object = format!("{bucket}/{}", decoded(key));
        let action = match (self.method.as_str(), query.contains_key("uploadId")) {
            ("GET" | "HEAD", _) => "s3:GetObject",
            ("PUT" | "POST", _) => "s3:PutObject",
            ("DELETE", true) => "s3:AbortMultipartUpload",
            ("DELETE", false) => "s3:DeleteObject",
            _ => panic!("not known here: {self:?}"),
        };
        let mut calls = vec![call(action, object.clone())];
        if self.if_match && action != "s3:GetObject" {
            calls.push(call("s3:GetObject", object));
        }
        // Who may not list a bucket is told that a missing object is forbidden.
        if self.status == 404 {
            calls.push(call("s3:ListBucket", bucket));
        }
        calls
    }
}

fn call(action: &str, resource: String) -> Call {
    Call { action: action.to_owned(), resource, context: BTreeMap::new() }
}

/// A path is encoded as a query is, but for the plus sign, which stands for itself.
fn decoded(path: &str) -> String {
    let query = path.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn s3(method: &str, path: &str, query: &str) -> Asked {
        let (method, path, query) = (method.to_owned(), path.to_owned(), query.to_owned());
        Asked { method, path, query, status: 200, ..Asked::default() }
    }

    fn actions(asked: &Asked) -> Vec<(String, String)> {
        asked.calls().into_iter().map(|call| (call.action, call.resource)).collect()
    }

    fn pair(action: &str, resource: &str) -> (String, String) {
        (action.to_owned(), resource.to_owned())
    }

    #[test]
    fn objects_are_named_as_they_are() {
        let asked = s3("GET", "/bucket/segments/vip/with%20space%20%2B%20plus%26more.csv", "");
        let object = "arn:aws:s3:::bucket/segments/vip/with space + plus&more.csv";
        assert_eq!(actions(&asked), [pair("s3:GetObject", object)]);
    }

    #[test]
    fn a_missing_object_needs_the_permission_to_list() {
        let asked = Asked { status: 404, ..s3("HEAD", "/bucket/a", "") };
        let expected =
            [pair("s3:GetObject", "arn:aws:s3:::bucket/a"), pair("s3:ListBucket", "arn:aws:s3:::bucket")];
        assert_eq!(actions(&asked), expected);
    }

    #[test]
    fn a_write_on_condition_of_a_version_needs_the_permission_to_read() {
        let object = "arn:aws:s3:::bucket/a";
        let asked = Asked { if_match: true, ..s3("PUT", "/bucket/a", "") };
        assert_eq!(actions(&asked), [pair("s3:PutObject", object), pair("s3:GetObject", object)]);
        let asked = Asked { if_match: true, ..s3("DELETE", "/bucket/a", "") };
        assert_eq!(actions(&asked), [pair("s3:DeleteObject", object), pair("s3:GetObject", object)]);
    }

    #[test]
    fn an_upload_in_parts_is_a_write_and_giving_it_up_is_not() {
        let object = "arn:aws:s3:::bucket/a";
        for (method, query) in
            [("POST", "uploads"), ("PUT", "partNumber=1&uploadId=b"), ("POST", "uploadId=b")]
        {
            assert_eq!(actions(&s3(method, "/bucket/a", query)), [pair("s3:PutObject", object)]);
        }
        assert_eq!(
            actions(&s3("DELETE", "/bucket/a", "uploadId=b")),
            [pair("s3:AbortMultipartUpload", object)]
        );
    }

    #[test]
    fn a_listing_names_its_prefix() {
        let calls = s3("GET", "/bucket", "list-type=2&prefix=segments%2F").calls();
        assert_eq!(
            (calls[0].action.as_str(), calls[0].context["s3:prefix"].as_str()),
            ("s3:ListBucket", "segments/")
        );
    }

    #[test]
    fn operations_with_a_target_stand_in_their_body() {
        let asked = |target: &str, body: Value| Asked {
            target: Some(target.to_owned()),
            body,
            ..s3("POST", "/", "")
        };
        let secret = asked("secretsmanager.GetSecretValue", json!({ "SecretId": "test/application" }));
        let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:test/application-a1B2c3";
        assert_eq!(actions(&secret), [pair("secretsmanager:GetSecretValue", arn)]);
        let entry = json!({ "EventBusName": "bus", "Source": "segment-export" });
        let calls = asked("AWSEvents.PutEvents", json!({ "Entries": [entry] })).calls();
        assert_eq!(calls[0].resource, "arn:aws:events:us-east-1:123456789012:event-bus/bus");
        assert_eq!(calls[0].context["events:source"], "segment-export");
    }
}
