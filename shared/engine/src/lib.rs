#![doc = include_str!("../README.md")]

mod account;
mod advance;
mod calls;
mod chunk;
mod connection_watch;
mod connector;
mod crashes;
mod decide;
mod end;
mod engine;
mod error;
mod finishing;
mod forecast;
mod history;
mod keys;
mod ledger_pointer;
mod observer;
mod occupation;
mod opt_outs;
mod phase;
mod progress;
mod refusals;
mod run;
mod service_counts;
mod session;
mod settings;
mod start;
mod steps;
mod streams;
mod warning;

pub use advance::{Advance, Caller};
pub use calls::CallBuffer;
pub use chunk::{Chunk, ChunkFailure, ChunkState};
pub use connector::{Connector, ConnectorError};
pub use crashes::Crashes;
pub use end::{End, ParkReason, Status};
pub use engine::{Engine, EngineParts};
pub use error::AdvanceError;
pub use finishing::{Ended, FeedbackFiles, Finishing, NewLedger};
pub use forecast::Forecast;
pub use history::{RunSummary, UsedSnapshot};
pub use ledger_pointer::LedgerPointer;
pub use observer::{NoObserver, Observer};
pub use occupation::{Occupant, Occupation};
pub use phase::{
    Claim, EarlierPart, Identification, LedgerBasis, Looking, NextPoll, Phase, Planning, Sending,
};
pub use progress::{Done, RunProgress, Stage};
pub use run::{Cancellation, Configuration, Lease, Run, RunKey, StartRequest, Trigger, Waiting};
pub use service_counts::ServiceCounts;
pub use settings::EngineSettings;
pub use start::{StartError, Started};
pub use warning::Warning;
