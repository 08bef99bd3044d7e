#![doc = include_str!("../README.md")]

pub mod access_tokens;
pub mod accounts;
pub mod activities;
mod answer;
pub mod calls;
mod client;
pub mod contacts;
pub mod custom_fields;
pub mod error;
mod exchange;
pub mod exports;
pub mod gate;
pub mod imports;
pub mod lists;
pub mod oauth;
pub mod page;
pub mod redaction;
pub mod refused_rows;
mod retry;
pub mod settings;
mod transport;
mod wire;

pub use access_tokens::{AccessTokenError, AccessTokens, FixedAccessToken};
pub use accounts::{AccountSummary, Privilege};
pub use activities::{Activity, ActivityCounts, ActivityPage, ActivityState};
pub use calls::{Call, CallFailure, CallObserver};
pub use client::Client;
pub use contacts::{Contact, ContactCounts, ContactPage, ContactQuery, ContactStatus};
pub use custom_fields::CustomField;
pub use error::{ForbiddenCause, ImportError, ServiceError};
pub use exports::{ContactExport, ContactExportId};
pub use gate::{
    GateRefusal, Observation, OpenGate, Outcome, Purpose, RefusalCause, RequestGate, RequestKind,
};
pub use imports::{MAXIMUM_IMPORT_BODY, MAXIMUM_IMPORT_ROWS, MAXIMUM_REMOVALS};
pub use lists::{ContactList, MembershipCount, NewList};
pub use page::Cursor;
pub use redaction::ErrorKey;
pub use refused_rows::{Reason, ReasonCode, RefusedRows, refused_rows};
pub use settings::{ClientSettings, IMPORT_TIMEOUT, RetrySettings, SettingsError};
