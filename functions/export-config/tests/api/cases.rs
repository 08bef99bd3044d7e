//! A request for every route, and what each role is answered.

use identity::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::scene::{Answer, Scene};

/// Who asks, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asker {
    /// For what belongs to the shared connection.
    Administrator,
    /// The same.
    Contributor,
    /// For what belongs to the connection that is not shared.
    ContributorOutside,
    /// For what belongs to the shared connection.
    Viewer,
}

impl Asker {
    pub(crate) const ALL: [Self; 4] =
        [Self::Administrator, Self::Contributor, Self::ContributorOutside, Self::Viewer];

    pub(crate) const fn role(self) -> Role {
        match self {
            Self::Administrator => Role::Administrator,
            Self::Contributor | Self::ContributorOutside => Role::Contributor,
            Self::Viewer => Role::Viewer,
        }
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::ContributorOutside => ("closed", "secret"),
            _ => ("shared", "news"),
        }
    }
}

pub(crate) struct Case {
    pub(crate) method: Method,
    /// With placeholders, as in the description.
    pub(crate) path: &'static str,
    /// What it is answered, in the order of [`Asker::ALL`].
    pub(crate) statuses: [u16; 4],
}

const EVERYBODY: [u16; 4] = [200; 4];
const ADMINISTRATORS: [u16; 4] = [200, 403, 403, 403];
/// Those who may use the connection; others may not know of it.
const ACCOUNT: [u16; 4] = [200, 200, 404, 404];
const EDITORS: [u16; 4] = [200, 200, 403, 403];

/// In an order in which each is possible after those before it.
pub(crate) fn cases() -> Vec<Case> {
    let case = |method, path, statuses| Case { method, path, statuses };
    let (get, post, put) = (Method::GET, Method::POST, Method::PUT);
    vec![
        case(get.clone(), "/openapi.json", EVERYBODY),
        case(get.clone(), "/me", EVERYBODY),
        case(get.clone(), "/consent", EVERYBODY),
        case(get.clone(), "/quota", EVERYBODY),
        case(get.clone(), "/schedule", EVERYBODY),
        case(put.clone(), "/schedule", ADMINISTRATORS),
        case(put.clone(), "/pause", ADMINISTRATORS),
        case(get.clone(), "/application", ADMINISTRATORS),
        case(put.clone(), "/application", ADMINISTRATORS),
        case(get.clone(), "/connections", EVERYBODY),
        case(post.clone(), "/connections", [201, 403, 403, 403]),
        case(get.clone(), "/connections/{id}", ADMINISTRATORS),
        case(put.clone(), "/connections/{id}", ADMINISTRATORS),
        case(post.clone(), "/connections/{id}/test", ADMINISTRATORS),
        case(get.clone(), "/connections/{id}/calls", ADMINISTRATORS),
        case(post.clone(), "/connections/{id}/authorization", ADMINISTRATORS),
        case(post.clone(), "/connections/{id}/export-user", ADMINISTRATORS),
        case(get.clone(), "/connections/{id}/lists", ACCOUNT),
        case(post.clone(), "/connections/{id}/lists", [201, 201, 404, 404]),
        case(get.clone(), "/connections/{id}/custom-fields", ACCOUNT),
        case(post.clone(), "/connections/{id}/custom-fields", [201, 201, 404, 404]),
        case(get.clone(), "/connections/{id}/counts", ACCOUNT),
        case(get.clone(), "/segments", EVERYBODY),
        case(get.clone(), "/segments/{name}", EVERYBODY),
        case(get.clone(), "/segments/{name}/exports", EVERYBODY),
        case(get.clone(), "/exports", EVERYBODY),
        // Of a connection that the person may not use it is said that there is none: a problem of the draft.
        case(post.clone(), "/exports", [201, 201, 422, 403]),
        case(post.clone(), "/exports/review", [200, 200, 200, 403]),
        case(post.clone(), "/exports/schedules", EDITORS),
        case(get.clone(), "/exports/{id}", EVERYBODY),
        case(put, "/exports/{id}", EDITORS),
        case(post.clone(), "/exports/{id}/review", EDITORS),
        case(post.clone(), "/exports/{id}/duplicate", EDITORS),
        case(post.clone(), "/exports/{id}/segments", EDITORS),
        case(get.clone(), "/exports/{id}/runs", EVERYBODY),
        case(post.clone(), "/exports/{id}/runs", [202, 202, 403, 403]),
        case(post.clone(), "/exports/run-all", [202, 202, 202, 403]),
        case(get.clone(), "/exports/{id}/runs/{run}", EVERYBODY),
        case(get.clone(), "/exports/{id}/runs/{run}/report", EDITORS),
        case(get.clone(), "/exports/{id}/runs/{run}/outcomes", EDITORS),
        // The brake did not stop it.
        case(post.clone(), "/exports/{id}/runs/{run}/approve", [409, 409, 403, 403]),
        case(post.clone(), "/exports/{id}/runs/{run}/cancel", [202, 202, 403, 403]),
        case(post.clone(), "/exports/detach", ADMINISTRATORS),
        case(Method::DELETE, "/exports/{id}", [204, 204, 403, 403]),
        // An export uses it.
        case(Method::DELETE, "/connections/{id}", [409, 403, 403, 403]),
        case(post, "/connections/{id}/detach-and-remove", ADMINISTRATORS),
        case(get, "/audit", ADMINISTRATORS),
    ]
}

impl Case {
    /// A request that is in order in every respect but, perhaps, who makes it.
    pub(crate) async fn send(&self, scene: &Scene, asker: Asker) -> Answer {
        let (connection, export) = asker.names();
        let (ended, active) = scene.runs(export).await;
        let run = if self.path.ends_with("/cancel") { active } else { ended };
        let id = if self.path.starts_with("/connections") { connection } else { export };
        let path = self.path.replace("{id}", id).replace("{run}", &run).replace("{name}", "customers");
        let version = match (self.needs_version(scene), self.path) {
            (false, _) => None,
            (true, "/schedule") => Some("/schedule".to_owned()),
            (true, path) if path.starts_with("/exports") => Some(format!("/exports/{export}")),
            (true, _) => Some(format!("/connections/{connection}")),
        };
        let version = match version {
            Some(path) => Some(scene.version(&path).await),
            None => None,
        };
        let mut body = self.body(scene, connection);
        if self.path == "/exports/detach" {
            let version = scene.version("/exports/old").await;
            body = Some(json!({ "exports": [{ "id": "old", "version": version }] }));
        }
        if self.path == "/exports/schedules" {
            let version = scene.version(&format!("/exports/{export}")).await;
            body = Some(json!({ "exports": [{ "id": export, "version": version }], "switch": true }));
        }
        scene.send(asker.role(), self.method.clone(), &path, body, version.as_deref()).await
    }

    fn needs_version(&self, scene: &Scene) -> bool {
        let operation = scene.description.operation(&self.method, self.path).unwrap();
        let parameters = operation.content["parameters"].as_array().cloned().unwrap_or_default();
        parameters.iter().any(|parameter| parameter["name"] == "If-Match")
    }

    fn body(&self, scene: &Scene, connection: &str) -> Option<Value> {
        let draft = json!({
            "name": "Another", "connection": connection, "list": { "id": scene.list }, "segments": ["customers"],
            "email_column": "EMail",
        });
        let application = simulator::Application::default();
        let body = match (self.method.as_str(), self.path) {
            ("PUT", "/schedule") => {
                let schedule = json!({ "kind": "daily", "times": ["06:30"], "time_zone": "Etc/UTC" });
                json!({ "schedule": schedule, "upload_trigger": true })
            }
            ("PUT", "/pause") => json!({ "paused": true }),
            ("PUT", "/application") => {
                json!({ "client_id": application.client_id, "client_secret": application.client_secret })
            }
            ("POST", "/connections") => json!({ "display_name": "Third", "agreed": true }),
            ("PUT", "/connections/{id}") => json!({ "display_name": "Renamed", "access": "contributors" }),
            ("POST", "/connections/{id}/lists") => json!({ "name": "Buyers" }),
            ("POST", "/connections/{id}/custom-fields") => json!({ "label": "Hobby" }),
            ("POST", "/exports" | "/exports/review" | "/exports/{id}/review") | ("PUT", "/exports/{id}") => {
                draft
            }
            ("POST", "/exports/{id}/segments") => json!({ "segment": "buyers" }),
            ("POST", "/exports/{id}/runs") => json!({ "kind": "full" }),
            _ => return None,
        };
        Some(body)
    }
}
