//! Read, decide, write, and once more when somebody else was faster.

use super::{Document, DocumentError, Documents, UpdateError, Versioned};

/// How often a change is decided anew before giving up.
const ATTEMPTS: u32 = 16;

/// What the caller of [`Documents::update`] decided about the document it was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<T, R = ()> {
    /// Write this content, and report `R` once it is written.
    Write(T, R),
    /// Leave everything as it is.
    Keep(R),
}

/// The outcome of [`Documents::update`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Updated<T, R = ()> {
    /// The document as it is now; `None` when there was none and the caller kept it so.
    pub document: Option<Versioned<T>>,
    /// What the caller reported with the decision that was carried out.
    pub outcome: R,
}

impl Documents {
    /// Shows `decide` the present content (`None` when there is no document) and writes what it answers, by
    /// compare-and-swap; when somebody else wrote meanwhile, it is shown the new content and decides again.
    ///
    /// `decide` must therefore have no effect of its own. A write whose answer is lost *and* that somebody
    /// else has overwritten before it was read back is decided a second time: what must not happen twice needs an
    /// identity inside the document.
    ///
    /// # Errors
    /// [`UpdateError::Refused`] with the error of `decide`; [`DocumentError::Contended`] after 16 lost races;
    /// otherwise those of [`Documents::load`] and [`Documents::replace`].
    pub async fn update<T, R, E, F>(&self, key: &str, mut decide: F) -> Result<Updated<T, R>, UpdateError<E>>
    where
        T: Document,
        E: std::error::Error + 'static,
        F: FnMut(Option<&T>) -> Result<Change<T, R>, E> + Send,
    {
        let mut attempt = 1;
        loop {
            let current = self.load::<T>(key).await?;
            let decision = decide(current.as_ref().map(|current| &current.content));
            let (content, outcome) = match decision.map_err(UpdateError::Refused)? {
                Change::Keep(outcome) => return Ok(Updated { document: current, outcome }),
                Change::Write(content, outcome) => (content, outcome),
            };
            let written = match &current {
                Some(current) => self.replace(current, content).await,
                None => self.create(key, content).await,
            };
            match written {
                Ok(document) => return Ok(Updated { document: Some(document), outcome }),
                Err(
                    DocumentError::AlreadyExists { .. }
                    | DocumentError::Conflict { .. }
                    | DocumentError::Gone { .. },
                ) => {}
                Err(error) => return Err(error.into()),
            }
            if attempt == ATTEMPTS {
                let key = key.to_owned();
                return Err(DocumentError::Contended { kind: T::KIND, key, attempts: ATTEMPTS }.into());
            }
            self.pause(attempt).await;
            attempt += 1;
        }
    }
}
