//! The made-up people, one for each role.

use identity::Role;

/// Somebody who can sign in here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SamplePerson {
    pub(crate) subject: &'static str,
    pub(crate) name: &'static str,
    pub(crate) email: &'static str,
    /// What the role may do, for the sign-in page.
    pub(crate) may: &'static str,
}

/// The person who holds `role`.
pub(crate) const fn sample(role: Role) -> SamplePerson {
    match role {
        Role::Administrator => SamplePerson {
            subject: "sample-administrator",
            name: "Ada Amberg",
            email: "ada.amberg@example.com",
            may: "connects accounts, changes the schedule, works on every export",
        },
        Role::Contributor => SamplePerson {
            subject: "sample-contributor",
            name: "Colin Clark",
            email: "colin.clark@example.com",
            may: "works on the exports of shared connections",
        },
        Role::Viewer => SamplePerson {
            subject: "sample-viewer",
            name: "Vera Vance",
            email: "vera.vance@example.com",
            may: "sees exports and their status",
        },
    }
}

/// The word for `role` in the sign-in page's form.
pub(crate) const fn word(role: Role) -> &'static str {
    match role {
        Role::Administrator => "administrator",
        Role::Contributor => "contributor",
        Role::Viewer => "viewer",
    }
}

/// The role that a form names.
pub(crate) fn role_of(text: &str) -> Option<Role> {
    Role::HIGHEST_FIRST.into_iter().find(|role| word(*role) == text)
}
