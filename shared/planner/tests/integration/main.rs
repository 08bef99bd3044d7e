//! The planner through its public interface: addresses, rows, whole plans.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed assertion is the point of a test")]

mod collected;
mod plan;
mod rows;
mod white_space;
