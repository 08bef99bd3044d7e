//! Who did something.

use serde::{Deserialize, Serialize};

/// A person, as far as documents remember one. Never holds an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The person's id at the identity provider: stays the same when the name changes.
    pub subject: String,
    /// The name that others see.
    pub name: String,
}
