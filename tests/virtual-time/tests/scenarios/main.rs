//! Everything the engine promises, in a world in which hours pass in no time. One program, so that the product is linked
//! once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod approving;
mod canceling;
mod ceiling;
mod changed_export;
mod crash;
mod crash_paths;
mod endings;
mod faults;
mod in_doubt;
mod lost_answers;
mod opt_outs;
mod removal;
mod reports;
mod resilience;
mod run;
mod second_part;
mod shared_account;
mod starting;
mod steps;
mod waiting;
mod what_is_kept;
