//! People of each role, and what they do.

use catalog::ConnectionAccess;
use configuration::{AuthorizationAnswer, AuthorizationOutcome, CALLBACK_PATH, NewConnection};
use domain::identifier::ConnectionId;
use domain::{Clock, Sensitive};
use identity::{Person, Role};
use jiff::SignedDuration;
use url::Url;

use crate::company::Company;

impl Company {
    /// Somebody who has just signed in.
    #[must_use]
    pub fn person(&self, role: Role, name: &str) -> Person {
        Person {
            subject: format!("subject-of-{name}"),
            display_name: Sensitive::new(name.to_owned()),
            email: None,
            role,
            authenticated_at: Some(self.clock.now()),
            expires_at: self.clock.now() + SignedDuration::from_hours(1),
        }
    }

    /// An administrator who has just signed in.
    #[must_use]
    pub fn administrator(&self) -> Person {
        self.person(Role::Administrator, "Ann")
    }

    /// A contributor who has just signed in.
    #[must_use]
    pub fn contributor(&self) -> Person {
        self.person(Role::Contributor, "Carl")
    }

    /// A viewer who has just signed in.
    #[must_use]
    pub fn viewer(&self) -> Person {
        self.person(Role::Viewer, "Vera")
    }

    /// A connection that an administrator has made, neither step of which is done.
    pub async fn created(&self, access: ConnectionAccess) -> ConnectionId {
        self.time_passes(SignedDuration::from_secs(1));
        let new = NewConnection { display_name: "Newsletter".to_owned(), access, agreed: true };
        self.configuration.create_connection(&self.administrator(), new).await.unwrap().value.id
    }

    /// A connection that an administrator has made and taken through both steps.
    pub async fn connected(&self, access: ConnectionAccess) -> ConnectionId {
        let id = self.created(access).await;
        self.authenticate(&id).await;
        self.time_passes(SignedDuration::from_secs(1));
        let tag = self.configuration.connection(&self.administrator(), &id).await.unwrap().tag;
        self.configuration.add_export_user(&self.administrator(), &id, &tag).await.unwrap();
        id
    }

    /// An administrator authenticates a connection, for the first time or again.
    pub async fn authenticate(&self, id: &ConnectionId) {
        self.time_passes(SignedDuration::from_secs(1));
        let administrator = self.administrator();
        let url = self.configuration.begin_authorization(&administrator, id).await.unwrap();
        let answer = visit(url, &self.address).await;
        assert_eq!(self.configuration.complete_authorization(&administrator, answer).await.unwrap(), *id);
    }

    /// The actions on record, the newest first.
    pub async fn actions(&self) -> Vec<String> {
        let page = self.configuration.audit(&self.administrator(), None).await.unwrap();
        page.items.into_iter().map(|entry| entry.action).collect()
    }
}

/// What a person's browser does at Constant Contact, up to the product's own address.
pub async fn visit(url: Url, address: &str) -> AuthorizationAnswer {
    let browser =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = browser.get(url).send().await.unwrap();
    let back = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    assert!(back.as_str().starts_with(&format!("{address}{CALLBACK_PATH}?")), "{back}");
    let value =
        |name: &str| back.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let outcome = match value("code") {
        Some(code) => AuthorizationOutcome::Code(Sensitive::new(code)),
        None => AuthorizationOutcome::Error(value("error").unwrap()),
    };
    AuthorizationAnswer { state: Sensitive::new(value("state").unwrap()), outcome }
}
