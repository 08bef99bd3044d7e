//! The fake keeps every promise of a secret store.

use std::sync::Arc;

use tokens::{MemorySecretStore, conformance};

#[tokio::test]
async fn the_memory_store_conforms() {
    let store: conformance::Shared = Arc::new(MemorySecretStore::new());
    conformance::everything(&store, "conformance/").await;
}
