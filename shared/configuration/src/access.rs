//! Who may do what: every permission rule, and nothing else.
//!
//! A permission to work on an export comes from its connection, not from who made the export. Whether a connection
//! can be used at this moment is another question, which [`Connection::usable`] answers.

use catalog::{Connection, ConnectionAccess};
use identity::{Person, Role};

use crate::ConfigurationError;

/// What a person may do with an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Edit, duplicate, schedule, run, cancel and remove it, and see its rows of people.
    Edit,
    /// Look at it, its status and its counts.
    View,
}

/// Create, edit, authorise, test and remove connections; detach exports; the refresh schedule, the pause, the
/// application's credentials and the audit log.
#[must_use]
pub fn may_manage_connections(person: &Person) -> bool {
    person.role == Role::Administrator
}

/// See all of a connection, the account included.
#[must_use]
pub fn may_see_connection(person: &Person) -> bool {
    may_manage_connections(person)
}

/// See that a connection exists, by its name and type; choose it for an export and see its lists.
#[must_use]
pub fn may_use(person: &Person, connection: &Connection) -> bool {
    match person.role {
        Role::Administrator => true,
        Role::Contributor => connection.access == ConnectionAccess::Contributors,
        Role::Viewer => false,
    }
}

/// Know of a connection, by its name, that an export uses. Everybody sees the exports, whose rows name it.
#[must_use]
pub fn may_know(person: &Person, connection: &Connection) -> bool {
    person.role == Role::Administrator || connection.access == ConnectionAccess::Contributors
}

/// Edit, duplicate, schedule, run, cancel and remove an export that uses `connection`; `None` for one that was
/// detached, or whose connection is gone.
#[must_use]
pub fn may_edit_export(person: &Person, connection: Option<&Connection>) -> bool {
    match connection {
        Some(connection) => may_use(person, connection),
        None => person.role == Role::Administrator,
    }
}

/// The permission that a row of the list of exports shows.
#[must_use]
pub fn permission(person: &Person, connection: Option<&Connection>) -> Permission {
    if may_edit_export(person, connection) { Permission::Edit } else { Permission::View }
}

/// See rows of people of an export that uses `connection`: previews, reports and outcome files.
#[must_use]
pub fn may_see_people(person: &Person, connection: Option<&Connection>) -> bool {
    may_edit_export(person, connection)
}

/// See sample rows of segments. `any_shared`: at least one connection is shared with contributors.
#[must_use]
pub fn may_see_samples(person: &Person, any_shared: bool) -> bool {
    match person.role {
        Role::Administrator => true,
        Role::Contributor => any_shared,
        Role::Viewer => false,
    }
}

/// Start a new export: somebody who could ever be allowed to edit it.
#[must_use]
pub fn may_create_exports(person: &Person) -> bool {
    person.role >= Role::Contributor
}

/// Read the audit log, whose entries name people.
#[must_use]
pub fn may_see_audit(person: &Person) -> bool {
    person.role == Role::Administrator
}

/// What editing an export takes, for a person who may not edit it; completes "this needs ...".
#[must_use]
pub const fn needed_to_edit(person: &Person) -> &'static str {
    match person.role {
        // No connection would help.
        Role::Viewer => "the Contributor role",
        Role::Contributor | Role::Administrator => "an export whose connection is shared with contributors",
    }
}

/// The error for an action that only administrators may do.
pub(crate) fn administrator(person: &Person) -> Result<(), ConfigurationError> {
    require(may_manage_connections(person), "the Administrator role")
}

/// The error for an action that `allowed` does not allow. `needs` completes "this needs ...".
pub(crate) const fn require(allowed: bool, needs: &'static str) -> Result<(), ConfigurationError> {
    if allowed { Ok(()) } else { Err(ConfigurationError::Forbidden { needs }) }
}

#[cfg(test)]
mod tests {
    use domain::Sensitive;
    use domain::identifier::ConnectionId;
    use jiff::Timestamp;
    use rstest::rstest;

    use super::*;

    fn person(role: Role) -> Person {
        Person {
            subject: "subject-1".to_owned(),
            display_name: Sensitive::new("Ann Archer".to_owned()),
            email: None,
            role,
            authenticated_at: None,
            expires_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn connection(access: ConnectionAccess) -> Connection {
        let id = ConnectionId::new("c-1").unwrap();
        let connection = Connection::new(id, "Newsletter".to_owned(), Timestamp::UNIX_EPOCH);
        Connection { access, ..connection }
    }

    #[rstest]
    // Role, manages, own (not shared) connection, shared connection, detached export.
    #[case(Role::Administrator, true, true, true, true)]
    #[case(Role::Contributor, false, false, true, false)]
    #[case(Role::Viewer, false, false, false, false)]
    fn permission_is_per_connection(
        #[case] role: Role,
        #[case] manages: bool,
        #[case] unshared: bool,
        #[case] shared: bool,
        #[case] detached: bool,
    ) {
        let person = person(role);
        let ours = connection(ConnectionAccess::Administrators);
        let theirs = connection(ConnectionAccess::Contributors);
        assert_eq!(may_manage_connections(&person), manages);
        assert_eq!(may_see_connection(&person), manages);
        assert_eq!(may_see_audit(&person), manages);
        assert_eq!(administrator(&person).is_ok(), manages);
        assert_eq!(may_use(&person, &ours), unshared);
        assert_eq!(may_use(&person, &theirs), shared);
        for (connection, allowed) in [(Some(&ours), unshared), (Some(&theirs), shared), (None, detached)] {
            assert_eq!(may_edit_export(&person, connection), allowed);
            assert_eq!(may_see_people(&person, connection), allowed);
            assert_eq!(permission(&person, connection) == Permission::Edit, allowed);
        }
        assert_eq!(may_know(&person, &ours), manages);
        assert!(may_know(&person, &theirs));
        assert_eq!(needed_to_edit(&person).contains("role"), role == Role::Viewer);
    }

    #[test]
    fn whoever_may_not_edit_reads_what_would_help() {
        assert_eq!(needed_to_edit(&person(Role::Viewer)), "the Contributor role");
        assert!(needed_to_edit(&person(Role::Contributor)).contains("shared with contributors"));
    }

    #[rstest]
    #[case(Role::Administrator, false, true)]
    #[case(Role::Contributor, true, true)]
    #[case(Role::Contributor, false, false)]
    #[case(Role::Viewer, true, false)]
    fn samples_are_rows_of_people(#[case] role: Role, #[case] any_shared: bool, #[case] allowed: bool) {
        assert_eq!(may_see_samples(&person(role), any_shared), allowed);
    }

    #[rstest]
    #[case(Role::Administrator, true)]
    #[case(Role::Contributor, true)]
    #[case(Role::Viewer, false)]
    fn viewers_create_nothing(#[case] role: Role, #[case] allowed: bool) {
        assert_eq!(may_create_exports(&person(role)), allowed);
    }
}
