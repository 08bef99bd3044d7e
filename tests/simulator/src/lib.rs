#![doc = include_str!("../README.md")]

mod account;
mod activities;
mod answer;
mod call;
mod clock;
mod contacts;
mod control;
mod custom_fields;
mod faults;
mod gate;
mod identifiers;
mod import;
mod lists;
mod oauth;
mod options;
mod page;
mod paging;
mod server;
mod statistics;
mod storage;
mod switches;
mod times;
mod world;

pub use clock::Clock;
pub use control::{
    ActivityRecord, Change, Control, ControlError, ImportCounts, IssuedTokens, ListRecord, Member,
    MemberPage, NewContact, RefusedRow, Situation,
};
pub use faults::{ErrorBody, FailedImport, Faults, RefusedAs};
pub use options::{AccountOptions, Application, Limits, Options, Throttle};
pub use server::{Simulator, StartError};
pub use statistics::Statistics;
pub use switches::{
    CustomFieldNames, Duplicates, Naming, OverLimit, OverLong, PersonCount, RateWindow, RefreshTokens,
    Switches, TimestampStyle, UnknownList,
};
