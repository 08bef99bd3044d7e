//! Ports for programs that must be told theirs.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

/// The system gives connections and `port 0` their ports from above this range. One of those may be taken at any
/// moment, also on one of the two loopback addresses only.
const FIRST: u16 = 10_000;
const COUNT: u16 = 20_000;

/// A port that nobody uses, now or by chance soon: for a program that cannot choose one itself, or that is to come
/// back at the same one.
///
/// # Panics
/// When every port is in use.
#[must_use]
pub fn free_port() -> u16 {
    let start = u16::try_from(RandomState::new().hash_one(FIRST) % u64::from(COUNT)).unwrap();
    (0..COUNT).map(|step| FIRST + (start + step) % COUNT).find(|port| is_free(*port)).expect("a free port")
}

fn is_free(port: u16) -> bool {
    let on_the_older_address = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let on_the_newer_address = TcpListener::bind((Ipv6Addr::LOCALHOST, port));
    // Not every machine has the newer one.
    let taken = on_the_newer_address.is_err_and(|error| error.kind() == std::io::ErrorKind::AddrInUse);
    on_the_older_address.is_ok() && !taken
}
