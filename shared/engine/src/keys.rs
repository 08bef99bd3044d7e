//! Where everything of the engine lies in the state bucket.
//!
//! The first part of a key decides how long an object lives: chunks and reports are removed by the bucket's
//! lifecycle rules, everything else is kept.

use domain::identifier::{AccountId, ConnectionId, ExportId, ListId, PlanId, RunId, SegmentName};

use crate::run::RunKey;

/// A run's document.
pub(crate) fn run(key: &RunKey) -> String {
    format!("runs/{}/{}.json", key.export, key.run)
}

/// Runs of one export, in the order of their creation.
pub(crate) fn runs(export: &ExportId) -> String {
    format!("runs/{export}/")
}

/// The entries of one export in the index of runs that have not ended.
pub(crate) fn active_runs(export: &ExportId) -> String {
    format!("{ACTIVE_RUNS}{export}/")
}

/// The index of runs that have not ended.
pub(crate) const ACTIVE_RUNS: &str = "active-runs/";

/// One entry of the index.
pub(crate) fn active_run(key: &RunKey) -> String {
    format!("{ACTIVE_RUNS}{}/{}", key.export, key.run)
}

/// The run that an entry of the index is named after.
pub(crate) fn active_run_of(key: &str) -> Option<RunKey> {
    let (export, run) = key.strip_prefix(ACTIVE_RUNS)?.split_once('/')?;
    Some(RunKey { export: ExportId::new(export).ok()?, run: RunId::new(run).ok()? })
}

/// Which run of an export is active, and which follows.
pub(crate) fn occupation(export: &ExportId) -> String {
    format!("exports/{export}/occupation.json")
}

/// The latest ended runs of an export in short, for pages.
pub(crate) fn history(export: &ExportId) -> String {
    format!("exports/{export}/history.json")
}

/// The latest calls of a connection.
pub(crate) fn calls(connection: &ConnectionId) -> String {
    format!("calls/{connection}.json")
}

/// What is known of a segment beyond its snapshots.
pub(crate) fn segment_memory(segment: &SegmentName) -> String {
    format!("segments/{segment}.json")
}

/// What all runs of one account share.
pub(crate) fn account(account: &AccountId) -> String {
    format!("accounts/{account}/account.json")
}

/// Who may send to an account.
pub(crate) fn sending_slot(account: &AccountId) -> String {
    format!("accounts/{account}/sending.json")
}

/// Who may write to a list.
pub(crate) fn list_lease(account: &AccountId, list: &ListId) -> String {
    format!("accounts/{account}/lists/{list}.json")
}

/// What has been read of an account's opt-outs.
pub(crate) fn opt_outs(account: &AccountId) -> String {
    format!("accounts/{account}/opt-outs.json")
}

/// What the name of each file of hashes ends with.
pub(crate) const HASHES: &str = ".hashes";

/// Files of hashes of people who opted out.
pub(crate) fn opt_out_files(account: &AccountId) -> String {
    format!("accounts/{account}/opt-outs/")
}

/// One file of hashes of people who opted out.
pub(crate) fn opt_out_hashes(account: &AccountId, name: &str) -> String {
    format!("accounts/{account}/opt-outs/{name}{HASHES}")
}

/// Points to the ledger of an export for one list of one account.
pub(crate) fn ledger_pointer(export: &ExportId, account: &AccountId, list: &ListId) -> String {
    format!("exports/{export}/ledgers/{account}/{list}.json")
}

/// What points to the ledgers of an export.
pub(crate) fn ledger_pointers(export: &ExportId) -> String {
    format!("exports/{export}/ledgers/")
}

/// The ledgers of an export.
pub(crate) fn ledgers(export: &ExportId) -> String {
    format!("ledgers/{export}/")
}

/// A ledger written by a run. `part` counts how often the run closed a part of itself.
pub(crate) fn ledger(export: &ExportId, run: &RunId, part: u32) -> String {
    format!("ledgers/{export}/{run}-{part}.ledger")
}

/// A chunk's request body. `revision` counts how often it was rewritten.
pub(crate) fn chunk_body(run: &RunId, plan: &PlanId, number: u32, revision: u32) -> String {
    format!("chunks/{run}/{plan}/{number:06}-{revision}.json")
}

/// Who stands in which row of a chunk.
pub(crate) fn chunk_members(run: &RunId, plan: &PlanId, number: u32, revision: u32) -> String {
    format!("chunks/{run}/{plan}/{number:06}-{revision}.members")
}

/// Who was taken out of a chunk when it got this revision.
pub(crate) fn chunk_taken_out(run: &RunId, plan: &PlanId, number: u32, revision: u32) -> String {
    format!("chunks/{run}/{plan}/{number:06}-{revision}.taken-out")
}

/// Which rows of a chunk the service refused.
pub(crate) fn chunk_refusals(run: &RunId, plan: &PlanId, number: u32) -> String {
    format!("chunks/{run}/{plan}/{number:06}.refusals.json")
}

/// Hashes of people whom the ledger is to remember as opted out.
pub(crate) fn planned_opt_outs(run: &RunId, plan: &PlanId) -> String {
    format!("chunks/{run}/{plan}/opted-out.hashes")
}

/// Outcome lines that a plan decided.
pub(crate) fn planned_outcomes(run: &RunId, plan: &PlanId) -> String {
    format!("chunks/{run}/{plan}/outcomes.csv")
}

/// Report lines that a plan decided.
pub(crate) fn planned_report(run: &RunId, plan: &PlanId) -> String {
    format!("chunks/{run}/{plan}/rejected.csv")
}

/// The reports of an export.
pub(crate) fn reports(export: &ExportId) -> String {
    format!("reports/{export}/")
}

/// The report of a run's rejected rows.
pub(crate) fn report(export: &ExportId, run: &RunId) -> String {
    format!("reports/{export}/{run}.csv")
}

/// The outcome files of an export, in the bucket of the segments.
pub(crate) fn all_outcomes(export: &ExportId) -> String {
    format!("outcomes/{export}/")
}

/// The outcome of every row, in the bucket of the segments, where no trigger listens.
pub(crate) fn outcomes(export: &ExportId, run: &RunId) -> String {
    format!("outcomes/{export}/{run}.csv")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_the_index_names_its_run() {
        let key = RunKey { export: ExportId::new("e-1").unwrap(), run: RunId::new("r-1").unwrap() };
        assert_eq!(active_run_of(&active_run(&key)), Some(key));
        assert_eq!(active_run_of("active-runs/e-1"), None);
        assert_eq!(active_run_of("runs/e-1/r-1"), None);
    }
}
