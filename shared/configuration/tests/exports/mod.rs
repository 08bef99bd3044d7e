//! Promises about exports, their runs, segments and the refresh, against Constant Contact on loopback: what is wrong
//! is told at once and by field, nothing runs unasked, everybody does what the role and the connection allow, and the
//! clock and uploads start each export once.

mod asked_again;
mod beside_unreadable;
mod changing;
mod health;
mod listing;
mod maintenance;
mod permissions;
mod refresh;
mod runs;
mod saving;
mod saving_again;
mod segments;
mod triggers;
mod unreadable;
mod world;
