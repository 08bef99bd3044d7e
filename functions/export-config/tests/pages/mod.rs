//! Exports, runs, segments, the refresh and the audit log as pages, through real requests.

mod approving;
mod audit;
mod changing;
mod form;
mod form_steps;
mod list;
mod permissions;
mod price;
mod running;
mod schedule;
mod segments;
mod unreadable;
mod waiting;
pub(crate) mod workshop;
