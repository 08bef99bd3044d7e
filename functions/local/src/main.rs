//! Wires the whole product into one process on one machine.

fn main() {}
