//! The list that is exported to: found by name, id or address, and at the simulator made when it is missing.

use constant_contact::{AccessTokenError, Client, ContactList, MembershipCount, NewList, ServiceError};

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum DestinationError {
    /// Nobody has named one.
    #[error("name the list to export to with --list; {}", available(.lists))]
    NotNamed {
        /// Names of the account's lists.
        lists: Vec<String>,
    },
    /// There is none.
    #[error("the account {account} has no list {wanted:?}; {}", available(.lists))]
    Missing {
        /// The account's organisation.
        account: String,
        /// What was asked for.
        wanted: String,
        /// Names of the account's lists.
        lists: Vec<String>,
    },
    /// Several of that name.
    #[error(
        "the account {account} has several lists {wanted:?}; give the id of one of them, which is in its page's address"
    )]
    Ambiguous {
        /// The account's organisation.
        account: String,
        /// What was asked for.
        wanted: String,
    },
    /// Constant Contact did not answer as it should.
    #[error("the account's lists could not be read; start again later")]
    Service(#[from] ServiceError),
}

impl DestinationError {
    /// Whether a new authorization of the connection is what helps.
    #[must_use]
    pub const fn needs_authorization(&self) -> bool {
        matches!(
            self,
            Self::Service(
                ServiceError::Unauthorized | ServiceError::Token(AccessTokenError::NeedsReauthentication)
            )
        )
    }
}

/// At most so many lists are named in a message.
const NAMED: usize = 20;

fn available(lists: &[String]) -> String {
    match lists.len() {
        0 => "the account has no lists: create one at Constant Contact first".to_owned(),
        count if count > NAMED => {
            let some: Vec<&str> = lists.iter().take(NAMED).map(String::as_str).collect();
            format!("there are {} and {} more", some.join(", "), count - NAMED)
        }
        _ => format!("there are {}", lists.join(", ")),
    }
}

/// Which list is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Destination<'a> {
    /// Its name, id or page's address.
    pub wanted: Option<&'a str>,
    /// Make it when it is missing.
    pub create: bool,
    /// The account's organisation, for messages.
    pub account: &'a str,
}

impl Destination<'_> {
    /// The list.
    ///
    /// # Errors
    /// [`DestinationError`].
    pub async fn find(&self, client: &Client) -> Result<ContactList, DestinationError> {
        let lists = client.lists(MembershipCount::All).await?;
        let lists: Vec<ContactList> = lists.into_iter().filter(|list| list.deleted_at.is_none()).collect();
        let names = || lists.iter().map(|list| list.name.clone()).collect();
        let Some(wanted) = self.wanted else { return Err(DestinationError::NotNamed { lists: names() }) };
        match chosen(&lists, wanted) {
            Chosen::One(list) => Ok(list.clone()),
            Chosen::None if self.create => {
                let list = NewList { name: wanted.to_owned(), description: None, favorite: false };
                Ok(client.create_list(&list).await?)
            }
            Chosen::None => Err(DestinationError::Missing {
                account: self.account.to_owned(),
                wanted: wanted.to_owned(),
                lists: names(),
            }),
            Chosen::Several => Err(DestinationError::Ambiguous {
                account: self.account.to_owned(),
                wanted: wanted.to_owned(),
            }),
        }
    }
}

enum Chosen<'a> {
    One(&'a ContactList),
    None,
    Several,
}

/// By id, also within an address; else by name, exactly; else by name without case.
fn chosen<'a>(lists: &'a [ContactList], wanted: &str) -> Chosen<'a> {
    let wanted = wanted.trim();
    let is_named = |list: &ContactList| {
        let id = list.list_id.as_str();
        wanted.eq_ignore_ascii_case(id) || (wanted.contains("://") && wanted.contains(id))
    };
    let lower = wanted.to_lowercase();
    let tests: [&dyn Fn(&ContactList) -> bool; 3] =
        [&is_named, &|list| list.name == wanted, &|list| list.name.to_lowercase() == lower];
    for test in tests {
        let mut found = lists.iter().filter(|list| test(list));
        match (found.next(), found.next()) {
            (Some(list), None) => return Chosen::One(list),
            (Some(_), Some(_)) => return Chosen::Several,
            (None, _) => {}
        }
    }
    Chosen::None
}

#[cfg(test)]
mod tests {
    use domain::identifier::ListId;

    use super::*;

    fn list(id: &str, name: &str) -> ContactList {
        ContactList {
            list_id: ListId::new(id).unwrap(),
            name: name.to_owned(),
            description: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            membership_count: None,
        }
    }

    #[test]
    fn a_list_is_found_by_id_address_or_name() {
        let lists = [list("0a1b", "News"), list("2c3d", "news"), list("4e5f", "Offers")];
        let found = |wanted: &str| match chosen(&lists, wanted) {
            Chosen::One(list) => list.list_id.as_str().to_owned(),
            Chosen::None => "none".to_owned(),
            Chosen::Several => "several".to_owned(),
        };
        assert_eq!(found("0A1B"), "0a1b");
        assert_eq!(found("https://app.constantcontact.com/pages/contacts/ui#contacts/4e5f"), "4e5f");
        assert_eq!(found("news"), "2c3d");
        assert_eq!(found("NEWS"), "several");
        assert_eq!(found(" offers "), "4e5f");
        assert_eq!(found("4e5"), "none");
    }

    #[test]
    fn many_lists_are_not_all_named() {
        let lists: Vec<String> = (0..30).map(|number| format!("L{number}")).collect();
        let text = DestinationError::NotNamed { lists }.to_string();
        assert!(text.ends_with("L18, L19 and 10 more"), "{text}");
    }
}
