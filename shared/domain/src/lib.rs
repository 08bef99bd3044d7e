#![doc = include_str!("../README.md")]

pub mod clock;
pub mod failure;
pub mod field;
pub mod identifier;
pub mod mapping;
pub mod moment;
pub mod outcome;
pub mod random;
pub mod sensitive;

pub use clock::{Clock, ManualClock, RuntimeClock, SystemClock};
pub use failure::{Classified, FailureClass, in_one_line};
pub use moment::until_minute;
pub use random::{ManualRandom, Random, SystemRandom};
pub use sensitive::Sensitive;
