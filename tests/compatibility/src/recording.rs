//! A recording: an installation in the middle of something, as one release left it, in a folder of plain files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use domain::identifier::{ConnectionId, ExportId};
use domain::outcome::Counts;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::account::{self, AccountRows};
use crate::scene::{Beginning, Scene};
use crate::secrets::RecordedSecrets;

/// What people do before the runs can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// Nothing.
    GoOn,
    /// An administrator authenticates the connection again.
    Authenticate,
    /// Somebody approves the run that the brake has stopped.
    Approve,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedEnd {
    /// The export.
    pub export: ExportId,
    /// The machine code of the end.
    pub code: String,
    /// What came of every row.
    pub counts: Counts,
}

/// What a recording is of, and what comes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// The release that wrote it.
    pub release: String,
    /// In which moment it was stopped.
    pub about: String,
    /// The time.
    pub now: Timestamp,
    /// The connection.
    pub connection: ConnectionId,
    /// The export.
    pub export: ExportId,
    /// The list at the simulator.
    pub list: String,
    /// What people do before it goes on.
    pub then: Then,
    /// How the release that wrote it brought the runs to their ends, in the order of their ids.
    pub ends: Vec<RecordedEnd>,
    /// Who was on the list then: first names by address.
    pub members: BTreeMap<String, String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Written {
    state: BTreeMap<String, Timestamp>,
    segments: BTreeMap<String, Timestamp>,
}

/// The folder of all recordings: one folder for each release, in it one for each stage.
#[must_use]
pub fn recordings() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings")
}

/// The folders of all stages of all releases, in order.
#[must_use]
pub fn all_stages() -> Vec<PathBuf> {
    let folders = |folder: &Path| {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_dir()).collect::<Vec<_>>()
    };
    let mut stages: Vec<PathBuf> =
        folders(&recordings()).iter().flat_map(|release| folders(release)).collect();
    stages.sort();
    stages
}

/// The buckets, the secrets and the account of a moment, before anything else happens.
#[derive(Debug)]
pub(crate) struct Moment {
    now: Timestamp,
    secrets: RecordedSecrets,
}

impl Moment {
    /// Keeps both buckets in `folder`, and the secrets in mind.
    pub(crate) fn keep(scene: &Scene, folder: &Path) -> Self {
        use domain::Clock;
        let written = Written {
            state: scene.state.keep(&folder.join("state")),
            segments: scene.segments.keep(&folder.join("segments")),
        };
        write(&folder.join("written.json"), &written);
        Self { now: scene.clock.now(), secrets: scene.secrets() }
    }

    /// When it was.
    #[must_use]
    pub(crate) const fn now(&self) -> Timestamp {
        self.now
    }

    /// Brings the buckets to another scene.
    pub(crate) fn take_over(&self, scene: &Scene, folder: &Path) {
        take_over(scene, folder);
    }

    /// Keeps the secrets and the account, with tokens that everybody can see to be made up.
    pub(crate) fn complete(self, account: &AccountRows, folder: &Path) {
        let mut texts = [to_text(&self.secrets), account::to_text(account)];
        for (token, made_up) in tokens_of(&self.secrets, account) {
            texts = texts.map(|text| text.replace(&token, &made_up));
        }
        for (name, text) in ["secrets.json", "account.json"].into_iter().zip(texts) {
            fs::write(folder.join(name), text).unwrap();
        }
    }
}

/// What stands for each token: the same on both sides.
fn tokens_of(secrets: &RecordedSecrets, account: &AccountRows) -> Vec<(String, String)> {
    let mut tokens: Vec<(String, &str)> = Vec::new();
    for version in secrets.values().flatten() {
        let value: Value = serde_json::from_str(&version.value).unwrap();
        let found = |name: &str| value[name].as_str().map(str::to_owned);
        tokens.extend(found("access_token").map(|token| (token, "access-token")));
        tokens.extend(found("refresh_token").map(|token| (token, "refresh-token")));
    }
    let columns = [("access_tokens", "token"), ("refresh_tokens", "token"), ("codes", "code")];
    for (table, column) in columns {
        for row in account.get(table).into_iter().flatten() {
            tokens.push((row[column].as_str().unwrap().to_owned(), table));
        }
    }
    let mut made_up: Vec<(String, String)> = Vec::new();
    for (token, kind) in tokens {
        if made_up.iter().all(|(known, _)| *known != token) {
            let number = made_up.len() + 1;
            made_up
                .push((token, format!("made-up-{}-{number}", kind.trim_end_matches('s').replace('_', "-"))));
        }
    }
    made_up
}

/// Keeps what a recording is of.
pub(crate) fn keep_stage(stage: &Stage, folder: &Path) {
    write(&folder.join("stage.json"), stage);
}

/// What the recording in `folder` is of.
#[must_use]
pub fn stage(folder: &Path) -> Stage {
    read(&folder.join("stage.json"))
}

/// The recording in `folder`, brought to life with the present code. The folder stays as it is.
pub async fn play(folder: &Path) -> (Stage, Scene) {
    let stage = stage(folder);
    let beginning = Beginning {
        now: stage.now,
        seed: 1_007,
        account: Some(read(&folder.join("account.json"))),
        secrets: read(&folder.join("secrets.json")),
    };
    let scene = Scene::begin(beginning).await;
    take_over(&scene, folder);
    (stage, scene)
}

fn take_over(scene: &Scene, folder: &Path) {
    let written: Written = read(&folder.join("written.json"));
    scene.state.take_over(&folder.join("state"), &written.state);
    scene.segments.take_over(&folder.join("segments"), &written.segments);
}

/// How all runs have ended, and who is on the list.
pub async fn outcome(scene: &Scene, list: &str) -> (Vec<RecordedEnd>, BTreeMap<String, String>) {
    let mut ends = BTreeMap::new();
    for folder in scene_exports(scene).await {
        for run in scene.engine.runs(&folder, usize::MAX).await.unwrap() {
            let ended = run.ended().unwrap_or_else(|| panic!("{} has not ended", run.key.run));
            assert!(ended.counts.is_balanced(), "{:?}", ended.counts);
            let (code, counts) = (ended.end.code().to_owned(), ended.counts.clone());
            ends.insert(run.key.run.clone(), RecordedEnd { export: run.key.export.clone(), code, counts });
        }
    }
    let mut members = BTreeMap::new();
    let visited = scene.control.for_each_member(list, |member| {
        members.insert(member.email, member.first_name);
    });
    visited.await.unwrap();
    (ends.into_values().collect(), members)
}

async fn scene_exports(scene: &Scene) -> Vec<ExportId> {
    let folders = store::ObjectStore::list_folders(&scene.state, catalog::EXPORTS).await.unwrap();
    folders.iter().map(|folder| catalog::export_of(folder).unwrap()).collect()
}

/// What people do before the runs can go on, and then everything else.
pub async fn go_on(scene: &Scene, then: Then, connection: &ConnectionId, export: &ExportId) {
    use domain::Clock;
    match then {
        Then::GoOn => {}
        Then::Authenticate => scene.authenticate(connection).await,
        Then::Approve => {
            let braked = scene.engine.runs(export, 1).await.unwrap().remove(0).key;
            scene.configuration.approve_run(&scene.administrator(), &braked).await.unwrap();
        }
    }
    let report = scene.configuration.maintenance(scene.clock.now()).await;
    assert_eq!(report.failed, 0, "{report:?}");
    scene.work().await;
}

fn to_text(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap() + "\n"
}

fn write(path: &Path, value: &impl Serialize) {
    fs::write(path, to_text(value)).unwrap();
}

fn read<T: DeserializeOwned>(path: &Path) -> T {
    let text = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
