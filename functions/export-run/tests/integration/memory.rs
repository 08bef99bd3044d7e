//! What the function needs of the memory that Lambda gives it.

use function_stage::{Function, Stage};

use crate::BINARY;
use crate::driving::drive;

/// As much as an operator gives the function at least, in bytes.
const GIVEN: u64 = 256 * 1024 * 1024;

/// A million with an optimised program. Without optimisation so many take too long for a test that everybody runs, and
/// what each of fewer rows adds is looked at.
const ROWS: usize = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };

/// What a row may add, in bytes. Most of it is what is to be sent, of which no more than 64 MiB are kept in memory.
const OF_A_ROW: u64 = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_million_rows_need_less_than_lambda_gives() {
    let few = peak(1_000).await;
    let many = peak(ROWS).await;
    let of_a_row = many.saturating_sub(few) / u64::try_from(ROWS).unwrap();
    let figures = format!("{few} bytes for a thousand rows, {many} for {ROWS}: {of_a_row} for each");
    println!("{figures}");
    assert!(many < GIVEN && of_a_row < OF_A_ROW, "{figures}");
}

/// The peak of the process that exports so many rows.
async fn peak(rows: usize) -> u64 {
    let stage = Stage::new(rows).await;
    let key = stage.start_run().await;
    let mut settings = stage.settings();
    settings.push(("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()));
    let function = Function::start(BINARY, &settings).await;
    drive(&function, &key).await;
    assert_eq!(stage.run(&key).await.ended().unwrap().counts.added, u64::try_from(rows).unwrap());
    assert_eq!(function.starts(), 1, "one process has done it all");
    function.peak_memory().await.unwrap()
}
