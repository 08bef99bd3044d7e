//! The fake keeps the promises that the real stores keep.

use std::sync::Arc;

use store::{MemoryStore, conformance};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_conforms() {
    let shared: conformance::Shared = Arc::new(MemoryStore::new());
    conformance::everything(&shared).await;
}
