//! Finding out whom the service refused where it counts more refused rows than it names.
//!
//! Who is on the list was accepted. So the list is exported once (or, for a few rows, asked for by address), and
//! whoever of a chunk is not on it was refused. What stays open is said to be open, and tried again.
//!
//! Of each row in question 17 bytes are held while the export streams past, 170 MB of ten million; everything else is
//! read one chunk after the other.

mod conclusions;

use std::collections::HashSet;
use std::io::Read;

use constant_contact::{ActivityState, Client, ContactExport, ContactExportId, ServiceError};
use domain::identifier::ListId;
use domain::{Classified, FailureClass, Sensitive};
use futures_util::StreamExt;
use ledger::{AddressHash, HashSeed};
use planner::{Address, ChunkMembers, Refusal};
use snapshots::channel_reader;
use store::{ByteStream, StoreError};
use tokio::runtime::Handle;

use self::conclusions::{Candidate, Open, conclude, conclude_without_list};
use crate::chunk::ChunkState;
use crate::error::StepError;
use crate::keys;
use crate::phase::Identification;
use crate::refusals::Refusals;
use crate::session::Session;
use crate::steps::poll::next_poll;
use crate::steps::settlement::read_refusals;

/// So few rows are asked for one by one: an export takes about as many requests.
const ASKED_FOR: usize = 5;

/// How often an export of the list is started before giving up.
const EXPORTS: u8 = 3;

/// The rows of all chunks in question that the service did not name, in the order of chunks and rows, which is that of
/// their hashes; and which of them are on the list.
#[derive(Debug, Default)]
struct Unnamed {
    hashes: Vec<AddressHash>,
    on_list: Vec<bool>,
}

/// How it is known who is on the list.
enum Known {
    /// From an export of the list: for every row in question.
    Exported(Vec<bool>),
    /// Asked for one by one, and noted in the chunks.
    AskedFor,
    /// It is not.
    Unknown,
}

/// What came of reading an export.
enum Exported {
    /// Who stands in it has been marked.
    Marked(Vec<bool>),
    /// It cannot be had; another one may.
    Gone,
    /// It cannot be understood, and neither can another one.
    Foreign,
}

impl Session<'_> {
    pub(crate) async fn identify(&mut self) -> Result<(), StepError> {
        let client = self.client().await?;
        let Some(identification) = self.sending()?.identification.clone() else {
            return self.begin_identification(&client).await;
        };
        let activity = match client.activity(&identification.activity).await {
            Ok(activity) => activity,
            Err(error) if is_final(&error) => return self.export_again(&client, &identification).await,
            Err(error) => return Err(error.into()),
        };
        if !activity.state.is_end() {
            if self.is_overdue(&identification) {
                return self.export_again(&client, &identification).await;
            }
            let next_poll = next_poll(self.now(), Some(identification.next_poll));
            self.sending_mut()?.identification = Some(Identification { next_poll, ..identification });
            return Ok(self.save().await?);
        }
        let (ActivityState::Completed, Some(export)) = (activity.state, activity.export) else {
            return self.export_again(&client, &identification).await;
        };
        if !identification.looked {
            // Saved, so that it is not done again when the export cannot be read at once.
            if !self.look().await? {
                return Ok(());
            }
            self.sending_mut()?.identification =
                Some(Identification { looked: true, ..identification.clone() });
            self.save().await?;
        }
        match self.mark_exported(&client, &export).await {
            Ok(Exported::Marked(on_list)) => self.conclude_chunks(&Known::Exported(on_list)).await,
            Ok(Exported::Gone) => self.export_again(&client, &identification).await,
            Ok(Exported::Foreign) => self.conclude_chunks(&Known::Unknown).await,
            Err(StepError::Passing(_)) if self.is_overdue(&identification) => {
                self.export_again(&client, &identification).await
            }
            Err(error) => Err(error),
        }
    }

    fn is_overdue(&self, identification: &Identification) -> bool {
        self.now().duration_since(identification.at) > self.engine.settings.activity_patience
    }

    async fn begin_identification(&mut self, client: &Client) -> Result<(), StepError> {
        let Some(rows) = self.few_candidates().await? else {
            return self.start_export(client, 1, false).await;
        };
        let list = self.configuration()?.list.clone();
        for (number, index, address) in rows {
            let chunk = self.sending_mut()?.chunk_mut(number);
            if chunk.is_none_or(|chunk| chunk.asked_for.contains_key(&index)) {
                continue;
            }
            let on_list = match is_on_list(client, &list, &address).await {
                Ok(on_list) => on_list,
                Err(error) if is_final(&error) => return self.start_export(client, 1, false).await,
                Err(error) => return Err(error.into()),
            };
            if let Some(chunk) = self.sending_mut()?.chunk_mut(number) {
                chunk.asked_for.insert(index, on_list);
            }
            // An answer that is saved need not be asked for again when the service wants patience.
            self.save().await?;
        }
        if !self.look().await? {
            return Ok(());
        }
        self.conclude_chunks(&Known::AskedFor).await
    }

    async fn start_export(&mut self, client: &Client, attempts: u8, looked: bool) -> Result<(), StepError> {
        let export =
            ContactExport { list_ids: vec![self.configuration()?.list.clone()], ..ContactExport::default() };
        let activity = match client.start_contact_export(&export).await {
            Ok(activity) => activity,
            // The service will not: what it does not name stays unnamed.
            Err(error) if is_final(&error) => {
                return if looked || self.look().await? {
                    self.conclude_chunks(&Known::Unknown).await
                } else {
                    Ok(())
                };
            }
            Err(error) => return Err(error.into()),
        };
        let now = self.now();
        self.sending_mut()?.identification = Some(Identification {
            activity: activity.activity_id,
            at: now,
            attempts,
            next_poll: next_poll(now, None),
            looked,
        });
        Ok(self.save().await?)
    }

    async fn export_again(&mut self, client: &Client, before: &Identification) -> Result<(), StepError> {
        let looked = self.sending()?.identification.as_ref().is_some_and(|export| export.looked);
        if before.attempts < EXPORTS {
            return self.start_export(client, before.attempts + 1, looked).await;
        }
        if looked || self.look().await? { self.conclude_chunks(&Known::Unknown).await } else { Ok(()) }
    }

    /// The rows of a chunk that the service did not name.
    async fn candidates(
        &self,
        number: u32,
        revision: u32,
        seed: HashSeed,
    ) -> Result<Vec<Candidate>, StepError> {
        let named = self.named(number).await?;
        let members = self.members(number, revision).await?;
        let mut candidates = Vec::new();
        for (index, member) in (0_u32..).zip(ChunkMembers::new(&members)) {
            let member = member.map_err(|error| StepError::Permanent(error.to_string()))?;
            if !named.contains(&index) {
                let (hash, addition) = (member.hash(seed), member.addition);
                candidates.push(Candidate { index, hash, addition, on_list: false });
            }
        }
        Ok(candidates)
    }

    async fn unnamed(&self, seed: HashSeed) -> Result<Unnamed, StepError> {
        let mut unnamed = Unnamed::default();
        for (number, revision) in self.unidentified_chunks()? {
            unnamed.hashes.extend(self.candidates(number, revision, seed).await?.iter().map(|row| row.hash));
        }
        unnamed.on_list = vec![false; unnamed.hashes.len()];
        Ok(unnamed)
    }

    /// The rows in question with their addresses, if they are few.
    async fn few_candidates(&self) -> Result<Option<Vec<(u32, u32, Sensitive<String>)>>, StepError> {
        let mut rows = Vec::new();
        for (number, revision) in self.unidentified_chunks()? {
            let named = self.named(number).await?;
            let members = self.members(number, revision).await?;
            for (index, member) in (0_u32..).zip(ChunkMembers::new(&members)) {
                let member = member.map_err(|error| StepError::Permanent(error.to_string()))?;
                if named.contains(&index) {
                    continue;
                }
                if rows.len() == ASKED_FOR {
                    return Ok(None);
                }
                let address = Sensitive::new(String::from_utf8_lossy(member.address).into_owned());
                rows.push((number, index, address));
            }
        }
        Ok(Some(rows))
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

    /// Marks who stands in the service's export of the list.
    async fn mark_exported(&self, client: &Client, export: &ContactExportId) -> Result<Exported, StepError> {
        let seed = self.seed().await?;
        let mut unnamed = self.unnamed(seed).await?;
        let pieces = match client.contact_export(export).await {
            Ok(pieces) => pieces,
            Err(error) if is_final(&error) => return Ok(Exported::Gone),
            Err(error) => return Err(error.into()),
        };
        let stream: ByteStream = Box::pin(pieces.map(|piece| piece.map_err(StoreError::unavailable)));
        let reader = channel_reader(stream, &Handle::current());
        let work = tokio::task::spawn_blocking(move || {
            let understood = mark(reader, seed, &mut unnamed);
            (understood, unnamed.on_list)
        });
        let (understood, on_list) = work.await.map_err(|error| StepError::Passing(error.to_string()))?;
        match understood {
            Ok(true) => Ok(Exported::Marked(on_list)),
            Err(error) if error.is_io_error() => Err(StepError::Passing(error.to_string())),
            Ok(false) | Err(_) => Ok(Exported::Foreign),
        }
    }

    /// Draws the conclusions for every chunk in question. Look at the opt-outs before: whoever opted out since the
    /// plan may be among the refused. Where nothing more can be found out than that, what is unnamed stays unnamed,
    /// and is tried again.
    async fn conclude_chunks(&mut self, known: &Known) -> Result<(), StepError> {
        let account = self.configuration()?.account.clone();
        let opt_outs = self.engine.opt_outs(&account).await?;
        let seed = self.seed().await?;
        let mut exported = match known {
            Known::Exported(on_list) => on_list.iter().copied(),
            Known::AskedFor | Known::Unknown => [].iter().copied(),
        };
        for (number, revision) in self.unidentified_chunks()? {
            let mut refusals = self.refusals(number).await?;
            if self.is_concluded(number, &refusals)? {
                // By a process that died before it had concluded all. Its rows are passed over.
                let rows = self.candidates(number, revision, seed).await?.len();
                exported.by_ref().take(rows).for_each(drop);
                continue;
            }
            let mut rows = self.candidates(number, revision, seed).await?;
            for row in &mut rows {
                row.on_list = match known {
                    Known::Exported(_) => exported.next().unwrap_or(false),
                    Known::AskedFor => self.was_on_list(number, row.index)?,
                    Known::Unknown => false,
                };
            }
            let rows: Vec<&Candidate> = rows.iter().collect();
            let open = self.open_counts(number, &refusals)?;
            match known {
                Known::Unknown => conclude_without_list(&mut refusals, open, &rows, &opt_outs),
                Known::Exported(_) | Known::AskedFor => conclude(&mut refusals, open, &rows, &opt_outs),
            }
            self.write_refusals(number, &refusals).await?;
        }
        self.all_identified().await
    }

    /// Whether conclusions about a chunk have been drawn.
    fn is_concluded(&self, number: u32, refusals: &Refusals) -> Result<bool, StepError> {
        let chunk = self.sending()?.chunks.iter().find(|chunk| chunk.number == number);
        let state = chunk.map(|chunk| &chunk.state);
        let Some(ChunkState::Completed { refused, cannot_add, .. }) = state else { return Ok(true) };
        Ok(refusals.account_for(*refused, *cannot_add))
    }

    /// What the service answered about one row.
    fn was_on_list(&self, number: u32, index: u32) -> Result<bool, StepError> {
        let chunk = self.sending()?.chunks.iter().find(|chunk| chunk.number == number);
        Ok(chunk.and_then(|chunk| chunk.asked_for.get(&index).copied()).unwrap_or(false))
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

/// Whether asking again cannot help. That the service forbids it concerns this one way of finding out, and must not
/// hold up a run whose rows have all been taken.
fn is_final(error: &ServiceError) -> bool {
    matches!(error, ServiceError::Forbidden { .. }) || error.class() == FailureClass::Permanent
}

async fn is_on_list(
    client: &Client,
    list: &ListId,
    address: &Sensitive<String>,
) -> Result<bool, ServiceError> {
    let contact = match client.contact_by_email(address).await {
        Ok(contact) => contact,
        // What the service does not take for an address is nobody's.
        Err(ServiceError::Invalid { .. }) => None,
        Err(error) => return Err(error),
    };
    Ok(contact.is_some_and(|contact| contact.deleted_at.is_none() && contact.list_memberships.contains(list)))
}

/// Marks the rows whose address the export has.
fn mark(reader: impl Read, seed: HashSeed, unnamed: &mut Unnamed) -> Result<bool, csv::Error> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
    let is_address = |name: &[u8]| {
        let name = String::from_utf8_lossy(name).to_lowercase();
        name.contains("email address") || name.contains("email_address") || name.trim() == "email"
    };
    let Some(column) = reader.byte_headers()?.iter().position(is_address) else { return Ok(false) };
    let mut record = csv::ByteRecord::new();
    let mut address = Address::default();
    while reader.read_byte_record(&mut record)? {
        let hash = AddressHash::of(address.key_of(record.get(column).unwrap_or_default()), seed);
        if let Ok(place) = unnamed.hashes.binary_search(&hash)
            && let Some(on_list) = unnamed.on_list.get_mut(place)
        {
            *on_list = true;
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests;
