//! Notifications as events on an Amazon EventBridge bus, from where rules hand them to SNS and others.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use store::AwsServer;

use crate::notification::Notification;
use crate::notifier::{Notifier, NotifyError};

/// The `source` of every event, by which rules choose.
pub const SOURCE: &str = "segment-export";

/// Where the bus is.
#[derive(Debug, Clone)]
pub struct EventBusSettings {
    /// The name or ARN of the bus.
    pub bus: String,
    /// The server, when it is not AWS's own, or not in the region of the environment.
    pub server: AwsServer,
}

/// An event bus.
#[derive(Debug, Clone)]
pub struct EventBus {
    client: Client,
    bus: String,
}

impl EventBus {
    /// The bus of `settings`, with what they leave open taken from `shared`. Nothing is sent yet. An attempt is given
    /// up after 5 s, all attempts together after 15 s.
    #[must_use]
    pub fn new(settings: EventBusSettings, shared: &SdkConfig) -> Self {
        Self { client: Client::new(&settings.server.for_small_calls(shared)), bus: settings.bus }
    }
}

#[async_trait]
impl Notifier for EventBus {
    async fn notify(&self, notification: &Notification) -> Result<(), NotifyError> {
        let spoken = Notification { message: quotable(&notification.message), ..notification.clone() };
        let detail =
            serde_json::to_string(&spoken).map_err(|error| NotifyError::Refused(error.to_string()))?;
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&self.bus)
            .source(SOURCE)
            .detail_type(notification.kind.title())
            .time(DateTime::from_secs(notification.at.as_second()))
            .detail(detail)
            .build();
        let answer = match self.client.put_events().entries(entry).send().await {
            Ok(answer) => answer,
            Err(error) => return Err(judge(error)),
        };
        // A call that succeeds may have refused each of its entries.
        if answer.failed_entry_count() == 0 {
            return Ok(());
        }
        let code = answer.entries().iter().find_map(|entry| entry.error_code()).unwrap_or("unnamed");
        Err(match code {
            "InternalFailure" | "ThrottlingException" => NotifyError::Unavailable(code.to_owned().into()),
            _ => NotifyError::Refused(code.to_owned()),
        })
    }
}

/// A sentence that can stand between quotation marks. A rule of EventBridge puts a field into its text as it is, and a
/// quotation mark or a backslash in it would make the whole text invalid, so that nobody were told.
fn quotable(sentence: &str) -> String {
    let harmless = |character: char| match character {
        '"' => '\'',
        '\\' => '/',
        other if other.is_control() => ' ',
        other => other,
    };
    sentence.chars().map(harmless).collect()
}

fn judge<E, R>(error: SdkError<E, R>) -> NotifyError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let SdkError::ServiceError(refusal) = &error else {
        // Time-outs, lost connections, unreadable answers. The source names nothing of what was sent.
        return NotifyError::Unavailable(error.into_source().unwrap_or_else(|_| "no usable answer".into()));
    };
    match refusal.err().code().unwrap_or("unnamed") {
        "AccessDeniedException" | "UnrecognizedClientException" => NotifyError::AccessDenied,
        code @ ("InternalException" | "InternalFailure" | "ThrottlingException" | "ServiceUnavailable") => {
            NotifyError::Unavailable(code.to_owned().into())
        }
        code => NotifyError::Refused(code.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::quotable;

    #[test]
    fn every_sentence_can_be_quoted() {
        let sentence = "The list \"News\\Weekly\" is gone.\nChoose another.";
        let quoted = format!("\"{}\"", quotable(sentence));
        let read: String = serde_json::from_str(&quoted).unwrap();
        assert_eq!(read, "The list 'News/Weekly' is gone. Choose another.");
        let plain = "Größer als 5 % – it's fine.";
        assert_eq!(quotable(plain), plain);
    }
}
