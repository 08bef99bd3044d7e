//! The deployed product, from outside:
//!
//! * What the emulators are to AWS: the suites that every store must pass, over the real SDK.
//! * A person signs in, connects and exports in a browser and by the API; uploads and the clock start runs by themselves;
//!   nobody without a role gets past the API's wall.
//! * A function that is killed in the middle of a run is made up for, and nobody is sent twice.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod emulators;
mod exports;
mod user_pool;
