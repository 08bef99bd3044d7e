//! Promises of this file:
//! - what a newer release has written, of whatever kind, is refused by runs, by triggers, by maintenance and by the
//!   interface for people: in words that name what it is, its version and the remedy;
//! - nothing of it is changed meanwhile, so that the newer release goes on with it once it is installed again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod interface;
mod journal;
mod raise;
mod voices;

use std::collections::BTreeMap;

use bytes::Bytes;
use compatibility_tests::{Scene, play, recordings};
use rstest::rstest;

use crate::journal::Journal;
use crate::voices::Voices;

/// Does everything that the product does with a recording in which `raise` has raised something, and answers what was
/// said about it, by who said it.
async fn said(stage: &str, raise: impl FnOnce(&Scene) -> Vec<String>) -> Voices {
    let (recorded, scene) = play(&recordings().join("0.1.0").join(stage)).await;
    let keys = raise(&scene);
    // The entry of a run in the index is never changed: it goes, by its name, when the run has ended.
    let works = !keys.iter().any(|key| key.starts_with("active-runs/"));
    assert!(!keys.is_empty(), "{stage} has none");
    let bytes = |scene: &Scene| -> BTreeMap<String, Bytes> {
        let contents = scene.state.contents();
        keys.iter().filter_map(|key| Some((key.clone(), contents.get(key)?.clone()))).collect()
    };
    let (before, secrets) = (bytes(&scene), scene.secrets());
    let journal = Journal::begin();
    let mut voices = voices::hear(&scene, &recorded, works).await;
    voices.add("journal", journal.end());
    assert_eq!(bytes(&scene), before, "{stage}: what is newer was changed");
    for (name, versions) in secrets {
        let newer = versions.iter().filter(|version| version.value.contains("\"schema_version\":2"));
        let kept = scene.secrets().remove(&name).unwrap_or_default();
        assert!(newer.clone().all(|version| kept.contains(version)), "{stage}: a newer secret was changed");
        assert!(
            newer.clone().count() == 0 || kept.len() == versions.len(),
            "{stage}: a newer secret was overwritten"
        );
    }
    scene.end().await;
    voices
}

/// For each kind of document a recording that has it, and who must refuse it at least.
#[rstest]
#[case("run", "07-activities", &["advance", "api", "journal"])]
#[case::only_its_name_is_read("active run", "07-activities", &[])]
#[case("occupation", "07-activities", &["api", "start"])]
#[case("export", "01-queued", &["advance", "api", "start", "journal"])]
#[case("connection", "01-queued", &["advance", "api", "start", "journal"])]
#[case("history", "01-queued", &["api", "journal"])]
#[case("ledger pointer", "01-queued", &["advance"])]
#[case("list lease", "01-queued", &["advance"])]
#[case("sending slot", "01-queued", &["advance"])]
#[case("account", "01-queued", &["advance"])]
#[case("opt-outs", "01-queued", &["advance"])]
#[case("token lease", "01-queued", &["park", "api", "journal"])]
#[case("quota", "01-queued", &["journal"])]
#[case("calls", "01-queued", &["api", "journal"])]
#[case("execution", "07-activities", &["journal"])]
#[case("refresh settings", "18-at-rest", &["api", "tick", "upload"])]
#[case("ticks", "18-at-rest", &["tick"])]
#[case("pending upload", "18-at-rest", &["journal"])]
#[case("pending authorization", "18-at-rest", &["journal"])]
#[case("segment count", "18-at-rest", &["journal"])]
#[case("audit entry", "18-at-rest", &["journal"])]
#[case("notifications of an export", "01-queued", &["journal"])]
#[case("notifications of a connection", "13-parked", &["journal"])]
#[case("notifications", "13-parked", &["list"])]
#[tokio::test]
async fn a_newer_document_is_refused_and_unharmed(
    #[case] kind: &str,
    #[case] stage: &str,
    #[case] who: &[&str],
) {
    let voices = said(stage, |scene| raise::documents(scene, kind)).await;
    for who in who {
        let told = voices.of(who);
        let refuses = |said: &&String| {
            let exactly = said.contains(&format!("{kind} \"")) && said.contains("has schema version 2");
            let in_short =
                said.contains(&format!("({kind}, schema version 2; this release knows 1 at most)"));
            (exactly || in_short) && said.contains("install the newer release")
        };
        assert!(told.iter().any(|said| refuses(&said)), "{who} says nothing of a newer {kind}: {voices:#?}");
    }
}

#[tokio::test]
async fn a_newer_ledger_is_refused_and_unharmed() {
    let voices = said("01-queued", raise::ledgers).await;
    let told = voices.of("park");
    assert!(
        told.iter().any(|said| said.contains("ledger has format 2, this release knows up to 1")),
        "{voices:#?}"
    );
}

#[tokio::test]
async fn a_newer_list_of_refused_rows_is_refused_and_unharmed() {
    let voices = said("09-finishing", raise::refusals).await;
    let expected = "a chunk's list of refused rows has schema version 2, and this release knows 1 at most; install the \
                    newer release again";
    assert!(voices.of("park").iter().any(|said| said.contains(expected)), "{voices:#?}");
}

#[rstest]
#[case("segment-export/connections/", &["park", "api"])]
#[case("segment-export/application", &["park", "api"])]
#[tokio::test]
async fn a_newer_secret_is_refused_and_unharmed(#[case] name: &str, #[case] who: &[&str]) {
    let voices = said("01-queued", |scene| {
        scene.restore_secrets(raise::secrets(scene.secrets(), name));
        vec!["exports/".to_owned()]
    })
    .await;
    for who in who {
        let refuses = |said: &String| {
            let exactly = said.contains(&format!("secret \"{name}")) && said.contains("has schema version 2");
            let in_short = said.contains("(secret, schema version 2; this release knows 1 at most)");
            (exactly || in_short) && said.contains("install the newer release")
        };
        assert!(voices.of(who).iter().any(refuses), "{who} says nothing of {name}: {voices:#?}");
    }
}
