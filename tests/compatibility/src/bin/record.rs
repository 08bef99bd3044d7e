//! Records this build: `cargo run --package compatibility-tests --bin record -- 0.1.0`.
#![expect(clippy::print_stdout, reason = "a program for the command line")]
#![allow(clippy::panic, reason = "what cannot be recorded is said and left")]

use compatibility_tests::{record_all, recordings};

#[tokio::main]
async fn main() {
    let Some(release) = std::env::args().nth(1) else {
        panic!("say which release this is: cargo run --package compatibility-tests --bin record -- 0.1.0");
    };
    let folder = recordings().join(&release);
    assert!(!folder.exists(), "{} exists: what a release wrote is never recorded again", folder.display());
    record_all(&release, &folder).await;
    println!("Recorded in {}. Look at the files, and commit them.", folder.display());
}
