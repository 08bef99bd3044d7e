//! What EventBridge delivers, as far as it matters here.

use serde::Deserialize;
use serde_json::Value;

/// An event that this function knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TriggerEvent {
    /// The minute's tick.
    ScheduledRefresh,
    /// An object was written.
    SnapshotUploaded(ObjectCreated),
    /// The tick of maintenance.
    Maintenance,
}

/// An object that was written to a bucket. Nothing of who wrote it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectCreated {
    /// The bucket.
    pub bucket: String,
    /// The key, as it is: not URL-encoded in events of EventBridge (documented by AWS).
    pub key: String,
    /// Bytes in the object.
    pub size: u64,
    /// Which version it is: its version id, or its ETag in a bucket without versions.
    pub version: String,
}

/// An event that no rule of this product should deliver.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the event is of no known kind ({description}); connect this function to the rules ScheduledRefresh, \
     SnapshotUploaded and Maintenance only, the first and the last with the constant input {{\"trigger\": \"...\"}}"
)]
pub struct UnknownEvent {
    /// Its source and detail type, shortened; nothing else of it.
    description: String,
}

/// The constant input of a rule with a schedule.
#[derive(Deserialize)]
struct Constant {
    trigger: String,
}

/// The frame of every EventBridge event.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Envelope {
    source: String,
    detail_type: String,
    #[serde(default)]
    resources: Vec<String>,
    #[serde(default)]
    detail: Value,
}

/// The detail of S3's `Object Created`.
#[derive(Deserialize)]
struct ObjectCreatedDetail {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Object {
    key: String,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    etag: String,
    #[serde(default)]
    version_id: Option<String>,
}

impl From<ObjectCreatedDetail> for ObjectCreated {
    fn from(ObjectCreatedDetail { bucket, object }: ObjectCreatedDetail) -> Self {
        let Object { key, size, etag, version_id } = object;
        Self { bucket: bucket.name, key, size, version: version_id.unwrap_or(etag) }
    }
}

impl TriggerEvent {
    /// Recognises an event.
    ///
    /// # Errors
    /// [`UnknownEvent`] for any other, among them S3's own notifications, whose keys are encoded.
    pub fn parse(payload: Value) -> Result<Self, UnknownEvent> {
        if let Ok(constant) = Constant::deserialize(&payload) {
            return of_word(&constant.trigger)
                .ok_or_else(|| unknown(&format!("trigger {}", constant.trigger)));
        }
        let Ok(envelope) = Envelope::deserialize(&payload) else {
            return Err(unknown("it is no event of EventBridge"));
        };
        let Envelope { source, detail_type, resources, detail } = envelope;
        let recognised = match (source.as_str(), detail_type.as_str()) {
            ("aws.s3", "Object Created") => serde_json::from_value::<ObjectCreatedDetail>(detail)
                .ok()
                .map(|detail| Self::SnapshotUploaded(detail.into())),
            // A rule says "aws.events", a schedule of EventBridge Scheduler "aws.scheduler".
            ("aws.events" | "aws.scheduler", "Scheduled Event") => {
                resources.iter().find_map(|arn| of_rule(arn))
            }
            _ => None,
        };
        recognised.ok_or_else(|| unknown(&format!("source {source}, detail type {detail_type}")))
    }
}

fn of_word(word: &str) -> Option<TriggerEvent> {
    match word {
        "ScheduledRefresh" => Some(TriggerEvent::ScheduledRefresh),
        "Maintenance" => Some(TriggerEvent::Maintenance),
        _ => None,
    }
}

/// The rule's name is the last part of its ARN. CloudFormation makes names like
/// `stack-ExportTriggerScheduledRefresh-1ABCDEF`.
fn of_rule(arn: &str) -> Option<TriggerEvent> {
    let name = arn.rsplit('/').next()?;
    name.rsplit('-').take(2).find_map(|part| {
        ["ScheduledRefresh", "Maintenance"].into_iter().find(|word| part.ends_with(word)).and_then(of_word)
    })
}

/// Of what somebody else sent only a short beginning is repeated.
fn unknown(description: &str) -> UnknownEvent {
    let description = description.chars().filter(|character| !character.is_control()).take(120).collect();
    UnknownEvent { description }
}

#[cfg(test)]
mod tests;
