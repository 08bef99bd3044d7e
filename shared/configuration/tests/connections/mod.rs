//! Promises about connections, against Constant Contact as written from the vendor's contract by others: who may do
//! what, what must be agreed to, which authorizations are refused and with what remedy, and that a connection's end
//! leaves nothing behind.

mod account;
mod application;
mod audit;
mod authorization;
mod editing;
mod removal;
mod stopping;
mod storage;
