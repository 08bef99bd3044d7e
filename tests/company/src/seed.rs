//! What was there before: credentials, tokens, connections and exports as others would have made them.

use std::convert::Infallible;
use std::time::Duration;

use catalog::{Actor, Authorization, Connection, ConnectionAccess, Consent, Export, ExportUser};
use catalog::{connection_key, export_key};
use constant_contact::oauth::{ApplicationCredentials, TokenGrant};
use domain::identifier::{AccountId, ConnectionId, ExportId, ListId, SegmentName};
use domain::mapping::Mapping;
use domain::{Clock, Sensitive};
use engine::Occupation;
use simulator::{Application, Control};
use store::{Change, Tag};
use tokens::{Grants, TokenVault};

use crate::company::Company;

/// The simulator's account.
pub const ACCOUNT: &str = "p07e1l8cdif9dl";

/// Stores the credentials of the application that the simulator knows.
pub async fn enter_application(vault: &TokenVault) {
    let application = Application::default();
    let client_secret = Sensitive::new(application.client_secret);
    let credentials = ApplicationCredentials { client_id: application.client_id, client_secret };
    vault.store_application(&credentials).await.unwrap();
}

/// Stores working tokens of the simulator's account, as after a person's authorization of the connection.
pub async fn authorise(connection: &ConnectionId, grants: &Grants, control: &Control) {
    let issued = control.issue_tokens("contact_data account_read offline_access").await.unwrap();
    let grant = TokenGrant {
        access_token: Sensitive::new(issued.access_token),
        refresh_token: issued.refresh_token.map(Sensitive::new),
        expires_in: Duration::from_hours(24),
        scope: None,
    };
    grants.store_new_grant(connection, grant, AccountId::new(ACCOUNT).unwrap()).await.unwrap();
}

impl Company {
    /// A connection with both steps done and working tokens, made by Ada Amberg. Its id is its name in lower case.
    pub async fn connection(&self, name: &str, access: ConnectionAccess) -> ConnectionId {
        let id = ConnectionId::new(name.to_lowercase()).unwrap();
        let at = self.clock.now();
        let who = Actor { subject: "sample-administrator".to_owned(), name: "Ada Amberg".to_owned() };
        let connection = Connection {
            access,
            consent: Some(Consent { by: who.clone(), at, text_version: configuration::CONSENT_VERSION }),
            authorization: Some(Authorization {
                account: AccountId::new(ACCOUNT).unwrap(),
                organization_name: "Sample Organization".to_owned(),
                contact_email: Some(Sensitive::new("owner@example.com".to_owned())),
                at,
            }),
            export_user: Some(ExportUser { who: who.clone(), at }),
            created_by: Some(who),
            ..Connection::new(id.clone(), name.to_owned(), at)
        };
        self.documents.create(&connection_key(&id), connection).await.unwrap();
        authorise(&id, &self.grants, &self.control).await;
        id
    }

    /// An export without an attribute, of the segment `customers`, to a list that the account does not have. Its id is
    /// its name in lower case.
    pub async fn export(&self, name: &str, connection: Option<&ConnectionId>) -> ExportId {
        let id = ExportId::new(name.to_lowercase()).unwrap();
        let export = Export {
            id: id.clone(),
            name: name.to_owned(),
            connection: connection.cloned(),
            list: ListId::new("5a7d0d2e-96f0-11ef-b2a0-fa163eafb85e").unwrap(),
            list_name: "News".to_owned(),
            segments: vec![SegmentName::new("customers").unwrap()],
            mapping: Mapping::new("EMail", None, Vec::new()).unwrap(),
            schedule: Default::default(),
            created_by: None,
            updated_by: None,
            updated_at: self.clock.now(),
            removed_at: None,
        };
        self.documents.create(&export_key(&id), export).await.unwrap();
        id
    }

    /// The connection as it is stored.
    pub async fn stored_connection(&self, id: &ConnectionId) -> Option<Connection> {
        let found = self.documents.load::<Connection>(&connection_key(id)).await.unwrap();
        found.map(|found| found.content)
    }

    /// The export as it is stored.
    pub async fn stored_export(&self, id: &ExportId) -> Export {
        self.documents.load::<Export>(&export_key(id)).await.unwrap().unwrap().content
    }

    /// These exports in their present versions.
    pub async fn seen(&self, exports: &[&ExportId]) -> Vec<(ExportId, Tag)> {
        let mut seen = Vec::new();
        for id in exports {
            let found = self.documents.load::<Export>(&export_key(id)).await.unwrap().unwrap();
            seen.push(((*id).clone(), found.tag));
        }
        seen
    }

    /// Marks the active run of an export as the engine does when its snapshots are chosen: whoever comes then follows.
    pub async fn pin(&self, export: &ExportId) {
        let key = format!("exports/{export}/occupation.json");
        self.documents
            .update::<Occupation, (), Infallible, _>(&key, |occupation| {
                let mut occupation = occupation.unwrap().clone();
                occupation.active.as_mut().unwrap().pinned = true;
                Ok(Change::Write(occupation, ()))
            })
            .await
            .unwrap();
    }
}
