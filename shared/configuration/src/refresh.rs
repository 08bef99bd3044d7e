//! When everything is refreshed by itself: the system schedule, the upload trigger, and *Pause everything*.

use catalog::{REFRESH_SETTINGS, RefreshSettings};
use identity::Person;
use jiff::Timestamp;
use schedule::{RefreshForm, RefreshSchedule, Schedule};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Change, DocumentError, Tag};

use crate::access;
use crate::audit::{AuditEvent, SubjectKind};
use crate::configuration::{Configuration, actor};
use crate::error::ConfigurationError;
use crate::exports::sentence;
use crate::problems::Problems;
use crate::versioned::Versioned;

/// The version of settings that nobody has saved yet; no document's.
const NEVER_SAVED: &str = "\"never-saved\"";

/// How everything is refreshed, as the page *System refresh* shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefreshView {
    /// The schedule, as its form holds it.
    pub schedule: RefreshForm,
    /// The same in words.
    pub schedule_text: String,
    /// A new snapshot starts the exports on system refresh that contain its segment.
    pub upload_trigger: bool,
    /// *Pause everything*: every automatic start is held.
    pub paused: bool,
    /// When the schedule starts everything next; `None` when it is off or everything is paused.
    pub next_due: Option<Timestamp>,
    /// Who changed it last.
    pub updated_by: Option<String>,
    /// When.
    pub updated_at: Option<Timestamp>,
    /// The person may change it.
    pub you_may_change: bool,
}

/// What the form *System refresh* holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshChange {
    /// The schedule.
    pub schedule: RefreshForm,
    /// Whether a new snapshot starts exports.
    pub upload_trigger: bool,
}

impl Configuration {
    /// How everything is refreshed, for everybody. One read.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn refresh(&self, person: &Person) -> Result<Versioned<RefreshView>, ConfigurationError> {
        let found = self.parts.documents.load::<RefreshSettings>(REFRESH_SETTINGS).await?;
        let (tag, settings) = match found {
            Some(found) => (found.tag, found.content),
            None => (Tag::new(NEVER_SAVED), RefreshSettings::default()),
        };
        let next_due =
            if settings.paused { None } else { settings.schedule.next_due(self.parts.clock.now()) };
        let value = RefreshView {
            schedule_text: settings.schedule.describe(),
            schedule: settings.schedule.into(),
            upload_trigger: settings.upload_trigger,
            paused: settings.paused,
            next_due: next_due.map(|slot| slot.at()),
            updated_by: settings.updated_by.map(|actor| actor.name),
            updated_at: settings.updated_at,
            you_may_change: access::may_manage_connections(person),
        };
        Ok(Versioned { tag, value })
    }

    /// Changes the schedule and the upload trigger, as they were at version `tag`. Nothing is started by it; slots of
    /// the new schedule that are over already are not made up for.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Stale` when somebody else was faster, `Invalid` for the fields of `schedule`.
    pub async fn update_refresh(
        &self,
        person: &Person,
        tag: &Tag,
        change: &RefreshChange,
    ) -> Result<Versioned<RefreshView>, ConfigurationError> {
        access::administrator(person)?;
        let schedule = checked(&change.schedule)?;
        let current = self.parts.documents.load::<RefreshSettings>(REFRESH_SETTINGS).await?;
        let before = current.as_ref().map(|current| current.content.clone()).unwrap_or_default();
        let next = RefreshSettings {
            schedule,
            upload_trigger: change.upload_trigger,
            paused: before.paused,
            updated_by: Some(actor(person)),
            updated_at: Some(self.parts.clock.now()),
        };
        let event = event("refresh.changed").changed(on_record(&before), on_record(&next));
        self.audited(person, event, async {
            match &current {
                Some(current) => {
                    self.replace_as_seen(current, tag, next).await?;
                }
                None if tag.as_str() != NEVER_SAVED => return Err(ConfigurationError::Stale),
                None => match self.parts.documents.create(REFRESH_SETTINGS, next).await {
                    Err(DocumentError::AlreadyExists { .. }) => return Err(ConfigurationError::Stale),
                    outcome => {
                        outcome?;
                    }
                },
            }
            Ok(())
        })
        .await?;
        self.refresh(person).await
    }

    /// *Pause everything*, or ends the pause: while it lasts nothing starts by itself, nor what a schedule or an upload has
    /// queued before. Runs that are under way go on, people can start others, and what would have started is not made up
    /// for.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn pause_everything(
        &self,
        person: &Person,
        paused: bool,
    ) -> Result<Versioned<RefreshView>, ConfigurationError> {
        access::administrator(person)?;
        if self.refresh_settings().await?.paused == paused {
            return self.refresh(person).await;
        }
        let (by, at) = (actor(person), self.parts.clock.now());
        let action = if paused { "refresh.paused" } else { "refresh.resumed" };
        let change = self.parts.documents.update::<RefreshSettings, (), ConfigurationError, _>(
            REFRESH_SETTINGS,
            |current| {
                let current = current.cloned().unwrap_or_default();
                if current.paused == paused {
                    return Ok(Change::Keep(()));
                }
                let (updated_by, updated_at) = (Some(by.clone()), Some(at));
                Ok(Change::Write(RefreshSettings { paused, updated_by, updated_at, ..current }, ()))
            },
        );
        self.audited(person, event(action), async { Ok(change.await?) }).await?;
        self.refresh(person).await
    }
}

fn checked(form: &RefreshForm) -> Result<RefreshSchedule, ConfigurationError> {
    RefreshSchedule::try_from(form.clone()).map_err(|invalid| {
        let mut problems = Problems::default();
        for problem in invalid.problems() {
            problems.add(format!("schedule.{}", problem.field()), "invalid", sentence(&problem.to_string()));
        }
        match problems.finish() {
            Err(error) => error,
            Ok(()) => ConfigurationError::invalid("schedule", "invalid", "Choose a schedule."),
        }
    })
}

fn event(action: &'static str) -> AuditEvent {
    AuditEvent::new(action, SubjectKind::Refresh, "system", "System refresh")
}

fn on_record(settings: &RefreshSettings) -> Value {
    json!({
        "schedule": settings.schedule,
        "upload_trigger": settings.upload_trigger,
        "paused": settings.paused,
    })
}
