//! Connections and exports as others would have made them.

use catalog::{Actor, Authorization, Connection, ConnectionAccess, Consent, Export, ExportUser};
use catalog::{connection_key, export_key};
use constant_contact::oauth::TokenGrant;
use domain::identifier::{AccountId, ConnectionId, ExportId, ListId, SegmentName};
use domain::mapping::Mapping;
use domain::{Clock, Sensitive};
use std::time::Duration;
use tokens::Grants;

use super::World;

/// The simulator's account.
const ACCOUNT: &str = "p07e1l8cdif9dl";

impl World {
    /// A connection with both steps done and working tokens.
    pub(crate) async fn connected(&self, name: &str, access: ConnectionAccess) -> ConnectionId {
        let id = ConnectionId::new(name.to_lowercase()).unwrap();
        let (at, account) = (self.clock.now(), AccountId::new(ACCOUNT).unwrap());
        let who = Actor { subject: "sample-administrator".to_owned(), name: "Ada Amberg".to_owned() };
        let connection = Connection {
            access,
            consent: Some(Consent { by: who.clone(), at, text_version: configuration::CONSENT_VERSION }),
            authorization: Some(Authorization {
                account: account.clone(),
                organization_name: "Sample Organization".to_owned(),
                contact_email: Some(Sensitive::new("owner@example.com".to_owned())),
                at,
            }),
            export_user: Some(ExportUser { who: who.clone(), at }),
            created_by: Some(who),
            ..Connection::new(id.clone(), name.to_owned(), at)
        };
        self.documents.create(&connection_key(&id), connection).await.unwrap();
        let issued = self.control.issue_tokens("contact_data account_read offline_access").await.unwrap();
        let grant = TokenGrant {
            access_token: Sensitive::new(issued.access_token),
            refresh_token: issued.refresh_token.map(Sensitive::new),
            expires_in: Duration::from_hours(24),
            scope: None,
        };
        let grants = Grants::new(self.vault.clone(), self.documents.clone(), self.clock.clone());
        grants.store_new_grant(&id, grant, account).await.unwrap();
        id
    }

    /// An export without an attribute, of a segment that nobody has uploaded.
    pub(crate) async fn export(&self, name: &str, connection: Option<&ConnectionId>) -> ExportId {
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
    pub(crate) async fn stored_connection(&self, id: &ConnectionId) -> Option<Connection> {
        let found = self.documents.load::<Connection>(&connection_key(id)).await.unwrap();
        found.map(|found| found.content)
    }

    /// The export as it is stored.
    pub(crate) async fn stored_export(&self, id: &ExportId) -> Export {
        self.documents.load::<Export>(&export_key(id)).await.unwrap().unwrap().content
    }
}
