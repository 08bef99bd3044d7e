//! The three roles, and the groups that give them.

use serde::{Deserialize, Serialize};

/// What a person may do; the later ones may do all that the earlier ones may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees exports and their status, changes nothing.
    Viewer,
    /// Works on the exports of connections that are shared with contributors.
    Contributor,
    /// Everything: connections, the schedule, every export.
    Administrator,
}

impl Role {
    /// All roles, the highest first: the order in which people look for their own.
    pub const HIGHEST_FIRST: [Self; 3] = [Self::Administrator, Self::Contributor, Self::Viewer];

    /// The role's name as people read it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Viewer => "Viewer",
            Self::Contributor => "Contributor",
            Self::Administrator => "Administrator",
        }
    }
}

/// The names of the groups at the issuer that give the roles. They are compared to the letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleGroups {
    /// Gives [`Role::Viewer`].
    pub viewer: String,
    /// Gives [`Role::Contributor`].
    pub contributor: String,
    /// Gives [`Role::Administrator`].
    pub administrator: String,
}

impl Default for RoleGroups {
    fn default() -> Self {
        Self {
            viewer: "viewers".to_owned(),
            contributor: "contributors".to_owned(),
            administrator: "administrators".to_owned(),
        }
    }
}

impl RoleGroups {
    /// The group that gives `role`.
    #[must_use]
    pub fn name(&self, role: Role) -> &str {
        match role {
            Role::Viewer => &self.viewer,
            Role::Contributor => &self.contributor,
            Role::Administrator => &self.administrator,
        }
    }

    /// The highest role that any of a person's groups gives; nothing when none of them is ours.
    pub fn role_of<'a>(&self, groups: impl IntoIterator<Item = &'a str>) -> Option<Role> {
        groups
            .into_iter()
            .filter_map(|group| Role::HIGHEST_FIRST.into_iter().find(|role| self.name(*role) == group))
            .max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_group_counts_and_names_are_compared_to_the_letter() {
        let groups = RoleGroups::default();
        assert_eq!(groups.role_of(["viewers", "administrators", "staff"]), Some(Role::Administrator));
        assert_eq!(groups.role_of(["contributors", "viewers"]), Some(Role::Contributor));
        assert_eq!(groups.role_of(["Administrators", "viewers "]), None);
        assert_eq!(groups.role_of([]), None);
        assert!(Role::Viewer < Role::Contributor && Role::Contributor < Role::Administrator);
    }
}
