#![doc = include_str!("../README.md")]

mod address;
mod batch;
mod brake;
mod calendar;
mod chunk;
mod claims;
mod collect;
mod compare;
mod decision;
mod example;
mod feedback;
mod import_row;
mod known;
mod members;
mod opt_outs;
mod settlement;
mod sink;
mod spool;
mod starts;
mod table;
mod value;

pub use address::{Address, LONG_ADDRESS, MAX_ADDRESS};
pub use brake::{Brake, BrakeSettings};
pub use chunk::{
    ChunkLimits, FinishedChunk, MAX_BYTES, MAX_ROWS, RewrittenChunk, import_rows, without_opt_outs,
};
pub use claims::TooManyMembers;
pub use collect::{CollectError, CollectSettings, Collector, Members};
pub use compare::{Baseline, ChunkSummary, CompareError, Comparison, PlanSummary, compare};
pub use decision::{MAX_ATTEMPTS, RunKind};
pub use example::is_example;
pub use feedback::{OUTCOME_HEADER, REPORT_HEADER, push_refused, push_rejected, push_unidentified};
pub use known::KnownLedger;
pub use members::{ChunkMember, ChunkMembers, DamagedMembers};
pub use opt_outs::OptOuts;
pub use settlement::{ChunkResult, Refusal, SettleError, Settlement};
pub use sink::PlanSink;
pub use value::{Written, written};
