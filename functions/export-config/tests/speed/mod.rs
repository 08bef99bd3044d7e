//! How deep pages and reads of the API go into S3: at most two round trips, one after the other, once the process is warm.
//!
//! Time is virtual: each call of a bucket takes one unit of it and nothing else takes any, so that what passes while an
//! answer is made is the longest chain of calls. `cargo test --workspace --test integration speed -- --nocapture` prints
//! it for each page, with the processor time.

mod company;
mod distant;
mod measure;

use axum::http::Method;
use identity::Role;
use store::ObjectStore;

use self::company::Company;
use self::measure::{Case, Measured};

/// What design and people ask for.
const DEEPEST: u32 = 2;

#[tokio::test]
async fn pages_and_reads_of_the_api_are_two_round_trips_deep() {
    let company = Company::open().await;
    let cases: Vec<Case> = company.pages().into_iter().chain(company.reads()).collect();
    let described = company.described_reads().await;
    let forgotten: Vec<&String> = described.iter().filter(|path| !company.covers(path)).collect();
    assert!(forgotten.is_empty(), "measure these, too: {forgotten:?}");
    company.warm_up().await;
    tokio::time::pause();
    let mut too_deep = Vec::new();
    println!(
        "{:>5} {:>5} {:>6} {:>8}  answer (depth cold, warm; calls; CPU in ms, warm)",
        "cold", "warm", "calls", "ms"
    );
    for case in &cases {
        let cold = company.ask(case).await;
        let Measured { status, depth, calls } = company.ask(case).await;
        let milliseconds = company.processor_time(case).await;
        println!(
            "{:>5} {depth:>5} {calls:>6} {milliseconds:>8.2}  {} {}",
            cold.depth, case.method, case.path
        );
        assert_eq!(status, case.status, "{}", case.path);
        if depth > case.allowed {
            too_deep.push(format!("{} {}: {depth} instead of {}", case.method, case.path, case.allowed));
        }
    }
    assert!(too_deep.is_empty(), "{too_deep:#?}");
}

#[tokio::test]
async fn a_hundred_segments_and_forty_exports_are_no_deeper() {
    let company = Company::open().await;
    company.grows().await;
    company.warm_up().await;
    tokio::time::pause();
    for path in ["/exports", "/segments", "/exports/new", "/connections"] {
        let case = Case::page(Role::Administrator, path).asks_the_service();
        company.ask(&case).await;
        let measured = company.ask(&case).await;
        assert_eq!(measured.status, 200, "{path}");
        // A hundred segments are looked at in four waves of 32: more connections to S3 would cost more than they save.
        let deepest = match path {
            "/segments" => 1 + 4,
            "/exports/new" => 1 + 4 + 1,
            _ => DEEPEST,
        };
        assert!(measured.depth <= deepest, "{path}: {}", measured.depth);
    }
}

#[tokio::test]
async fn many_exports_are_started_side_by_side() {
    let company = Company::open().await;
    company.grows().await;
    company.warm_up().await;
    tokio::time::pause();
    let all = Case { method: Method::POST, status: 202, ..Case::read("/exports/run-all") };
    let Measured { status, depth, calls } = company.ask(&all).await;
    assert_eq!(status, all.status);
    // A hundred of them must be started within the 29 seconds for which API Gateway waits.
    assert!(calls > 40 * 8 && depth < 60, "{calls} calls, {depth} deep");
}

#[tokio::test]
async fn the_measure_finds_what_is_done_one_after_the_other() {
    let (bucket, trips) = distant::bucket();
    tokio::time::pause();
    let one_by_one = trips.during(async {
        for _ in 0..3 {
            bucket.head("nothing").await.unwrap_err();
        }
    });
    assert_eq!(one_by_one.await.1, (3, 3));
    let side_by_side = trips.during(async {
        tokio::join!(bucket.head("nothing"), bucket.list("", None, 10), bucket.get("nothing"))
    });
    assert_eq!(side_by_side.await.1, (1, 3));
}
