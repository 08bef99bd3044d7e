//! Objects that arrive in parts.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use s3s::dto::{CompletedPart, StreamingBlob};
use s3s::{S3Result, s3_error};

use super::body;
use super::convert::blocking;
use crate::storage::{Ambience, Backend, Condition, Meta, Refusal, Temporary};

/// S3's own limits: the number of a part, and the bytes of every part but the last.
const LAST_NUMBER: i32 = 10_000;
const SMALLEST: u64 = 5 * 1024 * 1024;

/// Uploads that are not completed; they do not outlive the process.
pub(crate) struct Uploads {
    directory: PathBuf,
    ambience: Ambience,
    open: Mutex<HashMap<String, Upload>>,
}

/// One upload; its parts are files in a directory of its own.
#[derive(Clone)]
pub(super) struct Upload {
    id: String,
    bucket: String,
    key: String,
    directory: PathBuf,
}

impl Uploads {
    /// Removes what an earlier process left.
    pub(crate) fn open(directory: PathBuf, ambience: Ambience) -> io::Result<Self> {
        if directory.exists() {
            fs::remove_dir_all(&directory)?;
        }
        fs::create_dir_all(&directory)?;
        Ok(Self { directory, ambience, open: Mutex::default() })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Upload>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn create(&self, bucket: &str, key: &str) -> S3Result<String> {
        let id = self.ambience.random.uuid().to_string();
        let directory = self.directory.join(&id);
        let upload = Upload { id: id.clone(), bucket: bucket.to_owned(), key: key.to_owned(), directory };
        let created = upload.directory.clone();
        blocking(move || Ok(fs::create_dir(created)?)).await?;
        self.lock().insert(id.clone(), upload);
        Ok(id)
    }

    pub(super) fn find(&self, id: &str, bucket: &str, key: &str) -> S3Result<Upload> {
        let found =
            self.lock().get(id).filter(|upload| upload.bucket == bucket && upload.key == key).cloned();
        found.ok_or_else(|| s3_error!(NoSuchUpload, "the upload was completed, aborted or never begun"))
    }

    /// Keeps a part and answers its tag. A part that is sent again replaces nothing: completing names the tag.
    pub(super) async fn write_part(
        &self,
        upload: Upload,
        number: i32,
        body: Option<StreamingBlob>,
    ) -> S3Result<String> {
        if !(1..=LAST_NUMBER).contains(&number) {
            return Err(s3_error!(InvalidArgument, "a part has a number from 1 to 10,000"));
        }
        let tag = self.ambience.random.uuid().simple().to_string();
        let target = upload.part(number, &tag);
        let unfinished = target.with_extension("tmp");
        let space = Arc::clone(&self.ambience.space);
        let temporary = blocking(move || Ok(Temporary::create(unfinished, &space, 0o600)?)).await?;
        let temporary = body::receive(temporary, body).await?;
        // Not synchronised: parts do not outlive the process, and the whole object is synchronised in the end.
        blocking(move || Ok(temporary.place(&target)?)).await?;
        Ok(tag)
    }

    /// Joins the parts into the object. When the condition does not hold, the upload stays, as in S3.
    pub(super) async fn complete(
        &self,
        upload: Upload,
        bucket: Arc<dyn Backend>,
        key: String,
        parts: Vec<CompletedPart>,
        condition: Condition,
    ) -> S3Result<Meta> {
        let paths = upload.named(&parts)?;
        let sizes = paths.clone();
        let too_small = blocking(move || Ok(has_small_part(&sizes)?)).await?;
        if too_small {
            return Err(s3_error!(EntityTooSmall, "every part but the last needs at least 5 MiB"));
        }
        let meta = blocking(move || {
            let mut temporary = bucket.begin(&key)?;
            for path in paths {
                temporary.append(&mut File::open(path)?)?;
            }
            bucket.commit(&key, temporary, &condition)
        })
        .await?;
        if let Err(error) = self.remove(upload).await {
            tracing::warn!(?error, "the parts of a completed upload stay until the next start");
        }
        Ok(meta)
    }

    pub(super) async fn remove(&self, upload: Upload) -> S3Result<()> {
        self.lock().remove(&upload.id);
        let space = Arc::clone(&self.ambience.space);
        blocking(move || {
            for entry in fs::read_dir(&upload.directory)? {
                let entry = entry?;
                // Of a part that is still arriving its own guard gives the space back.
                if entry.path().extension().is_none() {
                    space.release(entry.metadata()?.len());
                }
            }
            Ok::<(), Refusal>(fs::remove_dir_all(&upload.directory)?)
        })
        .await
    }
}

impl Upload {
    fn part(&self, number: i32, tag: &str) -> PathBuf {
        self.directory.join(format!("{number}-{tag}"))
    }

    /// The files of the named parts, in order.
    fn named(&self, parts: &[CompletedPart]) -> S3Result<Vec<PathBuf>> {
        let mut paths = Vec::with_capacity(parts.len());
        let mut last = 0;
        for part in parts {
            let number = part.part_number.unwrap_or_default();
            if number <= last {
                return Err(s3_error!(InvalidPartOrder, "parts must be named in ascending order"));
            }
            last = number;
            let tag = part.e_tag.as_ref().map_or("", |tag| tag.value());
            let path = self.part(number, tag);
            let known = !tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_hexdigit()) && path.is_file();
            if !known {
                return Err(s3_error!(InvalidPart, "part {number} was not uploaded with this tag"));
            }
            paths.push(path);
        }
        if paths.is_empty() {
            return Err(s3_error!(MalformedXML, "an upload is completed with at least one part"));
        }
        Ok(paths)
    }
}

fn has_small_part(parts: &[PathBuf]) -> io::Result<bool> {
    let before_last = parts.split_last().map_or(&[][..], |(_, before)| before);
    let size = |path: &Path| fs::metadata(path).map(|metadata| metadata.len());
    for path in before_last {
        if size(path)? < SMALLEST {
            return Ok(true);
        }
    }
    Ok(false)
}
