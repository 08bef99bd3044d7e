//! The name that a person, or a program, gives to a request, so that it counts once however often it comes.

use domain::identifier::ExportId;
use identity::Person;
use uuid::Uuid;

use crate::error::ConfigurationError;

/// The longest one.
const LONGEST: usize = 200;

/// Namespace of the ids that are made of such names; chosen once, never to be changed.
const NAMESPACE: Uuid = Uuid::from_u128(0x3c1f_9a52_7be4_4d0e_8a65_d19b_0c7e_42f8);

/// The name of a request of one person: another person's is another one, also under the same key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestKey<'a> {
    subject: &'a str,
    key: &'a str,
}

impl<'a> RequestKey<'a> {
    /// # Errors
    /// [`ConfigurationError::Invalid`] for `idempotency_key`.
    pub(crate) fn new(person: &'a Person, key: &'a str) -> Result<Self, ConfigurationError> {
        if key.is_empty() || key.len() > LONGEST || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            let message = format!("Use 1 to {LONGEST} visible ASCII characters.");
            return Err(ConfigurationError::invalid("idempotency_key", "invalid", message));
        }
        Ok(Self { subject: &person.subject, key })
    }

    /// What the engine knows the part of *Run all* by that concerns one export: another request than one for this
    /// export alone. A key has no space.
    pub(crate) fn name_within_all(&self) -> String {
        format!("{} all", self.name())
    }

    /// The id of the export that a request to save one makes.
    pub(crate) fn export_id(&self) -> Result<ExportId, ConfigurationError> {
        ExportId::new(Uuid::new_v5(&NAMESPACE, self.name().as_bytes()).to_string())
            .map_err(|error| ConfigurationError::Unavailable(Box::new(error)))
    }

    /// What the engine knows a request to run by. A key has no line break, so that where it begins is certain.
    pub(crate) fn name(&self) -> String {
        format!("{}\n{}", self.subject, self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_with_a_slash_is_nobody_elses() {
        let one = RequestKey { subject: "ann", key: "home/1" };
        let other = RequestKey { subject: "ann/home", key: "1" };
        assert_ne!(one.name(), other.name());
        assert_ne!(one.name(), one.name_within_all());
        assert_ne!(one.export_id().unwrap(), other.export_id().unwrap());
        assert_eq!(one.name(), RequestKey { ..one }.name());
    }
}
