//! The documents of a connected account and an export, and its rows.

use catalog::{Actor, Authorization, Connection, Consent, Export, ExportUser};
use company::ACCOUNT;
use domain::field::Field;
use domain::identifier::{AccountId, ConnectionId, ExportId, ListId, SegmentName};
use domain::mapping::{Attribute, Mapping, Source};
use jiff::Timestamp;

/// The connection of every stage.
#[must_use]
pub fn connection() -> ConnectionId {
    ConnectionId::new("connection-1").unwrap()
}

/// The simulator's account.
#[must_use]
pub fn account() -> AccountId {
    AccountId::new(ACCOUNT).unwrap()
}

/// The connection with both of its steps done, for whom Ann answers.
pub(crate) fn connected(now: Timestamp) -> Connection {
    let authorization = Authorization {
        account: account(),
        organization_name: "Sample Organization".to_owned(),
        contact_email: None,
        at: now,
    };
    let who = Actor { subject: "subject-of-ann".to_owned(), name: "Ann".to_owned() };
    Connection {
        consent: Some(Consent { by: who.clone(), at: now, text_version: configuration::CONSENT_VERSION }),
        authorization: Some(authorization),
        export_user: Some(ExportUser { who, at: now }),
        ..Connection::new(connection(), "Newsletter account".to_owned(), now)
    }
}

/// An export of these segments that is on system refresh.
#[must_use]
pub fn export(id: ExportId, list: ListId, segments: &[&str], now: Timestamp) -> Export {
    let first_name = Attribute {
        field: Field::parse("first_name").unwrap(),
        source: Source::Column("FirstName".to_owned()),
    };
    Export {
        id,
        name: "Newsletter".to_owned(),
        connection: Some(connection()),
        list,
        list_name: "Newsletter".to_owned(),
        segments: segments.iter().map(|name| SegmentName::new(*name).unwrap()).collect(),
        mapping: Mapping::new("EMail", None, vec![first_name]).unwrap(),
        schedule: schedule::ExportSchedule::default(),
        created_by: None,
        updated_by: None,
        updated_at: now,
        removed_at: None,
    }
}

/// A file of a segment with so many people.
pub(crate) fn rows(people: usize) -> String {
    let mut text = String::from("CustomerId,EMail,FirstName\n");
    for number in 0..people {
        let SamplePerson { customer_id, email, first_name } = SamplePerson::number(number);
        text += &format!("{customer_id},{email},{first_name}\n");
    }
    text
}

/// Somebody in a segment, with values that nothing else has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamplePerson {
    /// Whom the customer knows them as.
    pub customer_id: String,
    /// Their address.
    pub email: String,
    /// Their first name.
    pub first_name: String,
}

impl SamplePerson {
    /// The person of this number.
    #[must_use]
    pub fn number(number: usize) -> Self {
        Self {
            customer_id: format!("customer-{number}"),
            email: format!("person{number}@example.com"),
            first_name: format!("Zephyrine-{number}"),
        }
    }
}
