//! The audit log: who did what, in which role, when, and what it was before and after.

use std::future::Future;

use catalog::Actor;
use engine::{Admission, StartError, Started};
use identity::{Person, Role};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{Document, Versioned};

use crate::access;
use crate::configuration::{Configuration, actor};
use crate::error::ConfigurationError;
use crate::unreadable::unless_unreadable;

/// Where the entries lie. Their names fall with time, so that a listing begins with the newest.
const AUDIT: &str = "audit/";

/// Entries of a page.
const PAGE: u16 = 50;

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum SubjectKind {
    Connection,
    Export,
    Run,
    Segment,
    List,
    CustomField,
    Refresh,
    Application,
}

/// The thing that an action was done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditSubject {
    /// What it is.
    pub kind: SubjectKind,
    /// Its id.
    pub id: String,
    /// What people called it at the time.
    pub name: String,
}

/// One entry of the log. It holds no row of people and no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
    /// In which role; `None` when the product acted by itself, for the person who answers for it.
    #[serde(default)]
    pub role: Option<Role>,
    /// What was done, such as `connection.created`.
    pub action: String,
    /// To what.
    pub subject: AuditSubject,
    /// How it was before, as far as it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// How it was afterwards, as far as it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

impl Document for AuditEntry {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "audit entry";
}

/// A page of the log, the newest entry first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditPage {
    /// Its entries.
    pub items: Vec<AuditEntry>,
    /// So many more cannot be read; the log of the function names them.
    pub unreadable: usize,
    /// Where the next page begins; none on the last.
    pub next: Option<String>,
}

/// An action, to be put on record. Put no row of people and no secret into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuditEvent {
    action: &'static str,
    subject: AuditSubject,
    before: Option<Value>,
    after: Option<Value>,
}

impl AuditEvent {
    /// `action` is a lasting word such as `connection.created`.
    pub(crate) fn new(
        action: &'static str,
        kind: SubjectKind,
        id: impl ToString,
        name: impl Into<String>,
    ) -> Self {
        let subject = AuditSubject { kind, id: id.to_string(), name: name.into() };
        Self { action, subject, before: None, after: None }
    }

    /// How it is afterwards.
    #[must_use]
    pub(crate) fn after(mut self, after: Value) -> Self {
        self.after = Some(after);
        self
    }

    /// How it was before.
    #[must_use]
    pub(crate) fn before(mut self, before: Value) -> Self {
        self.before = Some(before);
        self
    }

    /// What of `before` and `after`, two objects, is different.
    #[must_use]
    pub(crate) fn changed(mut self, before: Value, after: Value) -> Self {
        let (before, after) = difference(before, after);
        (self.before, self.after) = (Some(before), Some(after));
        self
    }
}

/// The members of two objects that differ; anything else as it is.
fn difference(before: Value, after: Value) -> (Value, Value) {
    let (Value::Object(before), Value::Object(after)) = (&before, &after) else { return (before, after) };
    let only = |of: &Map<String, Value>, other: &Map<String, Value>| {
        let differing = of.iter().filter(|(name, value)| other.get(*name) != Some(*value));
        Value::Object(differing.map(|(name, value)| (name.clone(), value.clone())).collect())
    };
    (only(before, after), only(after, before))
}

impl Configuration {
    /// A page of the audit log, for administrators. `after` is [`AuditPage::next`] of the page before.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn audit(&self, person: &Person, after: Option<&str>) -> Result<AuditPage, ConfigurationError> {
        access::require(access::may_see_audit(person), "the Administrator role")?;
        let well_formed = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if after.is_some_and(|after| !well_formed(after)) {
            return Err(ConfigurationError::invalid("after", "invalid", "Begin with the first page again."));
        }
        let after = after.map(|name| format!("{AUDIT}{name}.json"));
        let page = self.parts.documents.store().list(AUDIT, after.as_deref(), PAGE).await?;
        let last = page.objects.last().filter(|_| page.more).map(|object| object.key.clone());
        let keys = page.objects.into_iter().map(|object| object.key).collect();
        let (mut items, mut unreadable) = (Vec::new(), 0);
        for (key, entry) in self.load_each::<String, AuditEntry>(keys, String::clone).await {
            match unless_unreadable(entry)? {
                Ok(entry) => items.push(entry.content),
                Err(error) => {
                    tracing::error!(
                        key,
                        error = &error as &dyn std::error::Error,
                        "an entry of the audit log cannot be read"
                    );
                    unreadable += 1;
                }
            }
        }
        let name = |key: String| Some(key.strip_prefix(AUDIT)?.strip_suffix(".json")?.to_owned());
        Ok(AuditPage { items, unreadable, next: last.and_then(name) })
    }

    /// Puts on record what `person` is about to be shown or has asked for. For what can be refused, see
    /// [`Configuration::audited`].
    pub(crate) async fn record_for(
        &self,
        person: &Person,
        event: AuditEvent,
    ) -> Result<(), ConfigurationError> {
        self.append(actor(person), Some(person.role), event).await.map(|_| ())
    }

    /// Puts `event` on record, then makes `change`. When the change was certainly not made, the record is withdrawn.
    pub(crate) async fn audited<T: Send>(
        &self,
        person: &Person,
        event: AuditEvent,
        change: impl Future<Output = Result<T, ConfigurationError>> + Send,
    ) -> Result<T, ConfigurationError> {
        let entry = self.append(actor(person), Some(person.role), event).await?;
        let outcome = change.await;
        if outcome.as_ref().is_err_and(ConfigurationError::changed_nothing) {
            self.withdraw(&entry).await;
        }
        outcome
    }

    /// The same for a request to run. One that has been seen to before is not put on record again, nor is one that was
    /// certainly in vain: the clock repeats it at every tick.
    pub(crate) async fn audited_start(
        &self,
        by: Actor,
        role: Option<Role>,
        event: AuditEvent,
        start: impl Future<Output = Result<Admission, StartError>> + Send,
    ) -> Result<Started, ConfigurationError> {
        let entry = self.append(by, role, event).await?;
        let outcome = start.await;
        if outcome.as_ref().is_err_and(was_in_vain) {
            self.withdraw(&entry).await;
        }
        let Admission { started, accepted } = outcome?;
        if accepted {
            self.name_run(&entry, &started).await;
        } else {
            self.withdraw(&entry).await;
        }
        Ok(started)
    }

    /// Says in the record of a start which run came of it. One that is still to follow another has no page yet.
    async fn name_run(&self, entry: &Versioned<AuditEntry>, started: &Started) {
        let (Started::Created(key) | Started::Joined(key)) = started else { return };
        let mut named = entry.content.clone();
        let Some(Value::Object(after)) = &mut named.after else { return };
        after.insert("run".to_owned(), Value::String(key.run.to_string()));
        if let Err(error) = self.parts.documents.replace(entry, named).await {
            tracing::warn!(
                key = entry.key,
                error = &error as &dyn std::error::Error,
                "an audit entry of a start does not name its run"
            );
        }
    }

    async fn withdraw(&self, entry: &Versioned<AuditEntry>) {
        if let Err(error) = self.parts.documents.delete(entry).await {
            tracing::warn!(
                key = entry.key,
                error = &error as &dyn std::error::Error,
                "an audit entry of something that did not happen stays in the log"
            );
        }
    }

    async fn append(
        &self,
        by: Actor,
        role: Option<Role>,
        event: AuditEvent,
    ) -> Result<Versioned<AuditEntry>, ConfigurationError> {
        let at = self.parts.clock.now();
        let AuditEvent { action, subject, before, after } = event;
        let entry = AuditEntry { at, by, role, action: action.to_owned(), subject, before, after };
        let descending = i64::MAX - at.as_microsecond();
        let key = format!("{AUDIT}{descending:019}-{}.json", self.parts.random.uuid());
        Ok(self.parts.documents.create(&key, entry).await?)
    }
}

/// Whether it is certain that nothing was started.
const fn was_in_vain(error: &StartError) -> bool {
    match error {
        StartError::State(error) => error.is_unreadable(),
        StartError::NoIdentifier | StartError::NameUsed => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_changed_is_kept() {
        let before = json!({ "name": "News", "access": "administrators", "ceiling": 5 });
        let after = json!({ "name": "News", "access": "contributors" });
        let event = AuditEvent::new("a.b", SubjectKind::Connection, "c-1", "News").changed(before, after);
        assert_eq!(event.before, Some(json!({ "access": "administrators", "ceiling": 5 })));
        assert_eq!(event.after, Some(json!({ "access": "contributors" })));
    }
}
