#![doc = include_str!("../README.md")]

mod counts;
mod error;
mod gate;
mod grid;
mod pause;
mod record;
mod shared;

pub use counts::RequestCounts;
pub use error::{QuotaError, ReserveError};
pub use gate::{GateOptions, QuotaGate};
pub use grid::TOLERANCE;
pub use record::{Limits, QuotaStatus};
pub use shared::{BackOff, Quota, Reservation};
