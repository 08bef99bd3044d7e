#![doc = include_str!("../README.md")]

mod decide;
mod event_bus;
mod kind;
mod list;
mod look;
mod notification;
mod notifications;
mod notifier;
mod record;
mod settings;
mod snapshot_age;
mod standing;

pub use event_bus::{EventBus, EventBusSettings, SOURCE};
pub use kind::NotificationKind;
pub use list::NotificationList;
pub use notification::Notification;
pub use notifications::{LookError, LookReport, NotificationParts, Notifications};
pub use notifier::{Notifier, NotifyError};
pub use settings::NotificationSettings;
