//! A company at work: a connection that is shared and one that is not, an export for each, runs that have ended and runs
//! that have not.

use catalog::{Actor, ConnectionAccess, Export, export_key};
use domain::Clock;
use domain::identifier::{ConnectionId, ExportId, ListId, SegmentName};
use domain::mapping::Mapping;
use engine::RunKey;
use export_config::router;
use identity::Role;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::description::Description;
use crate::support::World;

pub(crate) const PEOPLE: &str = "CustomerId,EMail,FirstName,Hobby\n1,ann@example.com,Ann,Chess\n2,bob@example.com,Bob,\n3,eve-at-home,Eve,\n";

pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) description: Description,
    /// The id of the list that exports write to.
    pub(crate) list: String,
}

/// An answer of the API that agreed with its description.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// The code of a problem.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn etag(&self) -> String {
        self.headers["etag"].to_str().unwrap().to_owned()
    }

    /// Fields and codes of what was refused.
    pub(crate) fn problems(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let document = self.json();
        assert_eq!((self.status, &document["code"]), (422, &"invalid".into()), "{document}");
        let errors = document["errors"].as_array().unwrap();
        errors.iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
    }
}

impl Scene {
    /// `news` uses the connection `shared`, `secret` the connection `closed`. Each has a run that has ended, the last
    /// one with a rejected row, and one that waits.
    pub(crate) async fn open() -> Self {
        Self::without_runs().await.with_runs().await
    }

    /// The same on AWS, where files are downloaded by links.
    pub(crate) async fn giving_links() -> Self {
        Self::of(World::giving_links(router).await).await.with_runs().await
    }

    async fn with_runs(self) -> Self {
        let scene = self;
        for export in ["news", "secret"] {
            let key = scene.start(export).await;
            scene.world.finish(&key).await;
            scene.start(export).await;
        }
        scene
    }

    pub(crate) async fn without_runs() -> Self {
        Self::of(World::start(router).await).await
    }

    async fn of(world: World) -> Self {
        let list = world.control.create_list("Newsletter").await.unwrap();
        let description = Description::of(&world).await;
        let scene = Self { world, description, list };
        scene.world.upload("customers/2026-11-20.csv", PEOPLE).await;
        scene.world.upload("buyers/2026-11-20.csv", PEOPLE).await;
        let shared = scene.world.connection("Shared", ConnectionAccess::Contributors).await;
        let closed = scene.world.connection("Closed", ConnectionAccess::Administrators).await;
        scene.save("News", &shared, "customers").await;
        scene.save("Old", &shared, "buyers").await;
        scene.save("Secret", &closed, "customers").await;
        scene
    }

    async fn save(&self, name: &str, connection: &ConnectionId, segment: &str) {
        let id = ExportId::new(name.to_lowercase()).unwrap();
        let who = Actor { subject: "sample-administrator".to_owned(), name: "Ada Amberg".to_owned() };
        let export = Export {
            id: id.clone(),
            name: name.to_owned(),
            connection: Some(connection.clone()),
            list: ListId::new(self.list.clone()).unwrap(),
            list_name: "Newsletter".to_owned(),
            segments: vec![SegmentName::new(segment).unwrap()],
            mapping: Mapping::new("EMail", None, Vec::new()).unwrap(),
            schedule: Default::default(),
            created_by: Some(who.clone()),
            updated_by: Some(who),
            updated_at: self.world.clock.now(),
            removed_at: None,
        };
        self.world.documents.create(&export_key(&id), export).await.unwrap();
    }

    pub(crate) async fn start(&self, export: &str) -> RunKey {
        self.world.run(&ExportId::new(export).unwrap()).await
    }

    /// The latest run of an export that has ended, and the one that has not.
    pub(crate) async fn runs(&self, export: &str) -> (String, String) {
        let runs = self.get(Role::Viewer, &format!("/exports/{export}/runs")).await.json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&runs["items"][0]["run"]), text(&runs["active"]["run"]))
    }

    /// The version of what lies at `path`.
    pub(crate) async fn version(&self, path: &str) -> String {
        self.get(Role::Administrator, path).await.etag()
    }

    pub(crate) async fn get(&self, role: Role, path: &str) -> Answer {
        self.send(role, Method::GET, path, None, None).await
    }

    pub(crate) async fn post(&self, role: Role, path: &str, body: Value) -> Answer {
        self.send(role, Method::POST, path, Some(body), None).await
    }

    /// A request by the sample person of `role`, whose answer must agree with the description.
    pub(crate) async fn send(
        &self,
        role: Role,
        method: Method,
        path: &str,
        body: Option<Value>,
        version: Option<&str>,
    ) -> Answer {
        let mut request = self.world.api(role, method.clone(), path);
        if let Some(version) = version {
            request = request.header("if-match", version);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.answer(request, &method, path).await
    }

    pub(crate) async fn answer(
        &self,
        request: reqwest::RequestBuilder,
        method: &Method,
        path: &str,
    ) -> Answer {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        assert_eq!(headers["cache-control"], "no-store", "{method} {path}");
        let answer = Answer { status: status.as_u16(), headers, text: answer.text().await.unwrap() };
        if status != StatusCode::NOT_FOUND || self.description.operation(method, path).is_some() {
            self.description.check(method, path, &answer);
        }
        answer
    }
}
