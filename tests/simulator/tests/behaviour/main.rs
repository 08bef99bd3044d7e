//! What the simulator promises of the service, over HTTP. One program, so that it is linked once.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed assertion is the point of a test")]

mod activities;
mod common;
mod contacts;
mod durability;
mod gate;
mod imports;
mod lists;
mod oauth;
