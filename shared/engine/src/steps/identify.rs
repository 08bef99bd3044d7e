//! Finding out whom the service refused where it counts more refused rows than it names.
//!
//! Who is on the list was accepted. So the list is exported once (or, for a few rows, asked for by address), and
//! whoever of a chunk is not on it was refused. What stays open is said to be open, and tried again.

use std::collections::HashSet;
use std::io::Read;

use constant_contact::{ActivityState, Client, ContactExport, ContactExportId, ServiceError};
use domain::Sensitive;
use domain::identifier::ListId;
use futures_util::StreamExt;
use ledger::{AddressHash, HashSeed};
use planner::{ChunkMembers, OptOuts, Refusal};
use snapshots::channel_reader;
use store::{ByteStream, StoreError};
use tokio::runtime::Handle;

use crate::error::StepError;
use crate::keys;
use crate::refusals::{Refusals, RefusedRow};
use crate::run::{ChunkState, Identification};
use crate::session::Session;
use crate::steps::poll::next_poll;
use crate::steps::settle::read_refusals;

/// So few rows are asked for one by one: an export takes about as many requests.
const ASKED_FOR: usize = 5;

/// How often an export of the list is started before giving up.
const EXPORTS: u8 = 3;

/// One row that may have been refused.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    chunk: u32,
    index: u32,
    hash: AddressHash,
    addition: bool,
    on_list: bool,
}

impl Session<'_> {
    pub(crate) async fn identify(&mut self) -> Result<(), StepError> {
        let client = self.client().await?;
        let Some(identification) = self.sending()?.identification.clone() else {
            return self.begin_identification(&client).await;
        };
        let activity = match client.activity(&identification.activity).await {
            Ok(activity) => activity,
            Err(ServiceError::NotFound) => return self.export_again(&client, &identification).await,
            Err(error) => return Err(error.into()),
        };
        if !activity.state.is_end() {
            let now = self.now();
            if now.duration_since(identification.at) > self.engine.settings.activity_patience {
                return self.export_again(&client, &identification).await;
            }
            let next_poll = next_poll(now, Some(identification.next_poll));
            self.sending_mut()?.identification = Some(Identification { next_poll, ..identification });
            return Ok(self.save().await?);
        }
        match (activity.state, activity.export) {
            (ActivityState::Completed, Some(export)) => {
                let mut candidates = self.candidates().await?;
                if self.mark_exported(&client, &export, &mut candidates).await? {
                    self.conclude_identification(&client, candidates).await
                } else {
                    self.give_up().await
                }
            }
            _ => self.export_again(&client, &identification).await,
        }
    }

    async fn begin_identification(&mut self, client: &Client) -> Result<(), StepError> {
        let (few, rows) = self.few_candidates().await?;
        if !few {
            return self.start_export(client, 1).await;
        }
        let list = self.configuration()?.list.clone();
        let mut candidates = self.candidates().await?;
        for (candidate, address) in candidates.iter_mut().zip(rows) {
            candidate.on_list = is_on_list(client, &list, &address).await?;
        }
        self.conclude_identification(client, candidates).await
    }

    async fn start_export(&mut self, client: &Client, attempts: u8) -> Result<(), StepError> {
        let export =
            ContactExport { list_ids: vec![self.configuration()?.list.clone()], ..ContactExport::default() };
        let activity = match client.start_contact_export(&export).await {
            Ok(activity) => activity,
            // The service will not: what it does not name stays unnamed.
            Err(ServiceError::Invalid { .. } | ServiceError::NotFound) => return self.give_up().await,
            Err(error) => return Err(error.into()),
        };
        let now = self.now();
        self.sending_mut()?.identification = Some(Identification {
            activity: activity.activity_id,
            at: now,
            attempts,
            next_poll: next_poll(now, None),
        });
        Ok(self.save().await?)
    }

    async fn export_again(&mut self, client: &Client, before: &Identification) -> Result<(), StepError> {
        if before.attempts >= EXPORTS {
            return self.give_up().await;
        }
        self.start_export(client, before.attempts + 1).await
    }

    /// The rows of all chunks in question that the service did not name, in the order of their hashes.
    async fn candidates(&self) -> Result<Vec<Candidate>, StepError> {
        let mut candidates = Vec::new();
        let seed = self.seed().await?;
        for (number, revision) in self.unidentified_chunks()? {
            let named = self.named(number).await?;
            let members = self.members(number, revision).await?;
            for (index, member) in (0_u32..).zip(ChunkMembers::new(&members)) {
                let member = member.map_err(|error| StepError::Permanent(error.to_string()))?;
                if !named.contains(&index) {
                    let (hash, addition) = (member.hash(seed), member.addition);
                    candidates.push(Candidate { chunk: number, index, hash, addition, on_list: false });
                }
            }
        }
        Ok(candidates)
    }

    /// Whether the rows in question are few, and if so their addresses.
    async fn few_candidates(&self) -> Result<(bool, Vec<Sensitive<String>>), StepError> {
        let mut addresses = Vec::new();
        for (number, revision) in self.unidentified_chunks()? {
            let named = self.named(number).await?;
            let members = self.members(number, revision).await?;
            for (index, member) in (0_u32..).zip(ChunkMembers::new(&members)) {
                let member = member.map_err(|error| StepError::Permanent(error.to_string()))?;
                if named.contains(&index) {
                    continue;
                }
                if addresses.len() == ASKED_FOR {
                    return Ok((false, Vec::new()));
                }
                addresses.push(Sensitive::new(String::from_utf8_lossy(member.address).into_owned()));
            }
        }
        Ok((true, addresses))
    }

    fn unidentified_chunks(&self) -> Result<Vec<(u32, u32)>, StepError> {
        let open = |state: &ChunkState| matches!(state, ChunkState::Completed { identified: false, .. });
        let chunks = self.sending()?.chunks.iter().filter(|chunk| open(&chunk.state));
        Ok(chunks.map(|chunk| (chunk.number, chunk.revision)).collect())
    }

    async fn seed(&self) -> Result<HashSeed, StepError> {
        Ok(self.engine.hash_seed(&self.configuration()?.account).await?)
    }

    async fn named(&self, number: u32) -> Result<HashSet<u32>, StepError> {
        let refusals = self.refusals(number).await?;
        Ok(refusals.refused.iter().map(|row| row.index).collect())
    }

    async fn refusals(&self, number: u32) -> Result<Refusals, StepError> {
        let store = self.engine.documents.store().as_ref();
        read_refusals(store, &self.run.content.key.run, &self.sending()?.plan, number).await
    }

    async fn members(&self, number: u32, revision: u32) -> Result<bytes::Bytes, StepError> {
        let key = keys::chunk_members(&self.run.content.key.run, &self.sending()?.plan, number, revision);
        Ok(self.engine.documents.store().get(&key).await?.bytes)
    }

    /// Marks who stands in the service's export of the list. `false`: the export cannot be understood.
    async fn mark_exported(
        &self,
        client: &Client,
        export: &ContactExportId,
        candidates: &mut Vec<Candidate>,
    ) -> Result<bool, StepError> {
        let seed = self.seed().await?;
        let pieces = client.contact_export(export).await?;
        let stream: ByteStream = Box::pin(pieces.map(|piece| piece.map_err(StoreError::unavailable)));
        let reader = channel_reader(stream, &Handle::current());
        let mut marked = std::mem::take(candidates);
        let work = tokio::task::spawn_blocking(move || {
            let understood = mark(reader, seed, &mut marked);
            (understood, marked)
        });
        let (understood, marked) = work.await.map_err(|error| StepError::Passing(error.to_string()))?;
        *candidates = marked;
        match understood {
            Ok(understood) => Ok(understood),
            Err(error) if error.is_io_error() => Err(StepError::Passing(error.to_string())),
            Err(_) => Ok(false),
        }
    }

    /// Draws the conclusions for every chunk in question.
    async fn conclude_identification(
        &mut self,
        client: &Client,
        candidates: Vec<Candidate>,
    ) -> Result<(), StepError> {
        let opt_outs = self.newest_opt_outs(client).await?;
        for (number, _) in self.unidentified_chunks()? {
            let rows: Vec<&Candidate> = candidates.iter().filter(|row| row.chunk == number).collect();
            let mut refusals = self.refusals(number).await?;
            let open = self.open_counts(number, &refusals)?;
            conclude(&mut refusals, open, &rows, &opt_outs);
            self.write_refusals(number, &refusals).await?;
        }
        self.all_identified().await
    }

    /// Nothing more can be found out: what is unnamed stays unnamed, and is tried again.
    async fn give_up(&mut self) -> Result<(), StepError> {
        let candidates = self.candidates().await?;
        for (number, _) in self.unidentified_chunks()? {
            let mut refusals = self.refusals(number).await?;
            let open = self.open_counts(number, &refusals)?;
            refusals.unconfirmed =
                candidates.iter().filter(|row| row.chunk == number).map(|row| row.index).collect();
            refusals.unidentified = open.refused + open.cannot_add;
            self.write_refusals(number, &refusals).await?;
        }
        self.all_identified().await
    }

    async fn all_identified(&mut self) -> Result<(), StepError> {
        let sending = self.sending_mut()?;
        sending.identification = None;
        for chunk in &mut sending.chunks {
            if let ChunkState::Completed { identified, .. } = &mut chunk.state {
                *identified = true;
            }
        }
        Ok(self.save().await?)
    }

    /// Whoever opted out since the plan may be among the refused.
    async fn newest_opt_outs(&self, client: &Client) -> Result<OptOuts, StepError> {
        let account = &self.configuration()?.account;
        let seed = self.seed().await?;
        self.engine.look_at_opt_outs(client, account, seed, self.deadline).await?;
        self.engine.opt_outs(account).await
    }

    /// How many refused rows of a chunk are not named yet.
    fn open_counts(&self, number: u32, refusals: &Refusals) -> Result<Open, StepError> {
        let chunk = self.sending()?.chunks.iter().find(|chunk| chunk.number == number);
        let Some(ChunkState::Completed { refused, cannot_add, correctable, .. }) =
            chunk.map(|chunk| &chunk.state)
        else {
            return Ok(Open::default());
        };
        let named = u32::try_from(refusals.refused.len()).unwrap_or(u32::MAX);
        let refused_open = refused.saturating_sub(named);
        let refusal = if *correctable > 0 { Refusal::Correctable } else { Refusal::Error };
        Ok(Open { refused: refused_open, cannot_add: *cannot_add, refusal })
    }
}

/// What is open of a chunk.
#[derive(Debug, Clone, Copy)]
struct Open {
    refused: u32,
    cannot_add: u32,
    /// What an unnamed refused row counts as.
    refusal: Refusal,
}

impl Default for Open {
    fn default() -> Self {
        Self { refused: 0, cannot_add: 0, refusal: Refusal::Error }
    }
}

/// Names what can be named of a chunk's refused rows.
fn conclude(refusals: &mut Refusals, open: Open, rows: &[&Candidate], opt_outs: &OptOuts) {
    // Whoever has opted out by now is who could not be added. Should more have opted out than were counted, it does
    // not matter which of them are taken: none of them is sent anything again.
    let (opted_out, others): (Vec<&Candidate>, Vec<&Candidate>) =
        rows.iter().partition(|row| opt_outs.contains(row.hash));
    let mut cannot_add_left = open.cannot_add;
    let mut found: Vec<RefusedRow> = Vec::new();
    for row in opted_out {
        if cannot_add_left > 0 {
            cannot_add_left -= 1;
            found.push(RefusedRow { index: row.index, refusal: Refusal::CannotAdd, text: String::new() });
        }
    }
    let total = open.refused + cannot_add_left;
    let (present, absent): (Vec<&Candidate>, Vec<&Candidate>) = others.iter().partition(|row| row.on_list);
    if absent.len() > usize::try_from(total).unwrap_or(usize::MAX) {
        // More people are missing from the list than were refused: somebody took some off meanwhile. Which of
        // them were refused cannot be told.
        refusals.unconfirmed = absent.iter().map(|row| row.index).collect();
        refusals.unidentified = total;
    } else {
        let mut refused_left = open.refused;
        for row in &absent {
            let refusal = if refused_left > 0 { open.refusal } else { Refusal::CannotAdd };
            refused_left = refused_left.saturating_sub(1);
            found.push(RefusedRow { index: row.index, refusal, text: String::new() });
        }
        let named = u32::try_from(absent.len()).unwrap_or(u32::MAX);
        let unidentified = total.saturating_sub(named);
        if unidentified > 0 {
            // They are on the list, so they were there before: people whose update was refused.
            let index = |row: &&Candidate| row.index;
            let updates: Vec<u32> = present.iter().filter(|row| !row.addition).map(index).collect();
            let enough = updates.len() >= usize::try_from(unidentified).unwrap_or(usize::MAX);
            refusals.unconfirmed = if enough { updates } else { present.iter().map(index).collect() };
            refusals.unidentified = unidentified;
        }
    }
    refusals.refused.extend(found);
    refusals.refused.sort_by_key(|row| row.index);
}

async fn is_on_list(
    client: &Client,
    list: &ListId,
    address: &Sensitive<String>,
) -> Result<bool, ServiceError> {
    let contact = client.contact_by_email(address).await?;
    Ok(contact.is_some_and(|contact| contact.deleted_at.is_none() && contact.list_memberships.contains(list)))
}

/// Marks candidates whose address the export has; they are in the order of their hashes.
fn mark(reader: impl Read, seed: HashSeed, candidates: &mut [Candidate]) -> Result<bool, csv::Error> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
    let is_address = |name: &[u8]| {
        let name = String::from_utf8_lossy(name).to_lowercase();
        name.contains("email address") || name.contains("email_address") || name.trim() == "email"
    };
    let Some(column) = reader.byte_headers()?.iter().position(is_address) else { return Ok(false) };
    let mut record = csv::ByteRecord::new();
    let mut address = Vec::new();
    while reader.read_byte_record(&mut record)? {
        address.clear();
        address
            .extend(record.get(column).unwrap_or_default().trim_ascii().iter().map(u8::to_ascii_lowercase));
        let hash = AddressHash::of(&address, seed);
        if let Ok(place) = candidates.binary_search_by_key(&hash, |candidate| candidate.hash)
            && let Some(candidate) = candidates.get_mut(place)
        {
            candidate.on_list = true;
        }
    }
    Ok(true)
}
