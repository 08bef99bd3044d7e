//! Buckets of state: one file per object with its key, tag and time in front of the content.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{Ambience, Backend, Condition, Meta, Opened, Refusal, Temporary, synchronise};

/// Begins every file; another number when the layout changes.
const MAGIC: &[u8; 8] = b"object/1";
/// Magic, tag (16), milliseconds since 1970 (8), length of the key (4); the key follows, then the content.
const FIXED: usize = 36;
/// S3's own limit on a key, in bytes.
const LONGEST_KEY: usize = 1024;

/// Files are named by the hash of the key, because a key may be longer than a file name, may be the folder of others,
/// or mean something to the file system. Listings come from an index in memory, built at start.
pub(crate) struct Managed {
    objects: PathBuf,
    temporary: PathBuf,
    ambience: Ambience,
    /// Locked for as long as a condition is decided and carried out.
    index: Mutex<BTreeMap<String, Meta>>,
}

impl Managed {
    /// Opens the bucket in `directory`, and removes what an earlier process left unfinished.
    pub(crate) fn open(directory: &Path, ambience: Ambience) -> io::Result<Self> {
        let (objects, temporary) = (directory.join("objects"), directory.join("temporary"));
        fs::create_dir_all(&objects)?;
        if temporary.exists() {
            fs::remove_dir_all(&temporary)?;
        }
        fs::create_dir_all(&temporary)?;
        let mut index = BTreeMap::new();
        for folder in fs::read_dir(&objects)? {
            for file in fs::read_dir(folder?.path())? {
                let path = file?.path();
                let mut file = File::open(&path)?;
                let (key, meta, offset) = read_header(&mut file)?;
                ambience.space.occupy(meta.size + offset);
                index.insert(key, meta);
            }
        }
        Ok(Self { objects, temporary, ambience, index: Mutex::new(index) })
    }

    fn path(&self, key: &str) -> PathBuf {
        let name = URL_SAFE_NO_PAD.encode(Sha256::digest(key.as_bytes()));
        // 4,096 folders keep each of them short.
        let (folder, name) = name.split_at(2);
        self.objects.join(folder).join(name)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Meta>> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn header(key: &str, tag: u128, moment: Timestamp) -> Vec<u8> {
    let mut header = Vec::with_capacity(FIXED + key.len());
    header.extend_from_slice(MAGIC);
    header.extend_from_slice(&tag.to_be_bytes());
    header.extend_from_slice(&moment.as_millisecond().to_be_bytes());
    header.extend_from_slice(&u32::try_from(key.len()).unwrap_or(u32::MAX).to_be_bytes());
    header.extend_from_slice(key.as_bytes());
    header
}

/// Key, what is known of the object, and where its content begins.
fn read_header(file: &mut File) -> io::Result<(String, Meta, u64)> {
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "a file among the objects is not an object");
    let (mut magic, mut tag, mut moment, mut length) = ([0; 8], [0; 16], [0; 8], [0; 4]);
    for field in [&mut magic[..], &mut tag, &mut moment, &mut length] {
        file.read_exact(field)?;
    }
    let length = u32::from_be_bytes(length) as usize;
    if magic != *MAGIC || length > LONGEST_KEY {
        return Err(damaged());
    }
    let mut key = vec![0; length];
    file.read_exact(&mut key)?;
    let offset = (FIXED + length) as u64;
    let meta = Meta {
        tag: format!("{:032x}", u128::from_be_bytes(tag)),
        size: file.metadata()?.len().checked_sub(offset).ok_or_else(damaged)?,
        modified: Timestamp::from_millisecond(i64::from_be_bytes(moment)).map_err(|_| damaged())?,
    };
    Ok((String::from_utf8(key).map_err(|_| damaged())?, meta, offset))
}

impl Backend for Managed {
    fn open(&self, key: &str) -> Result<Opened, Refusal> {
        let mut file = match File::open(self.path(key)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Refusal::NotFound),
            Err(error) => return Err(error.into()),
        };
        // The open file is one version for as long as it is open: nothing ever writes into it again.
        let (_, meta, offset) = read_header(&mut file)?;
        Ok(Opened { file, offset, meta, unchanged: None })
    }

    fn begin(&self, key: &str) -> Result<Temporary, Refusal> {
        if key.is_empty() || key.len() > LONGEST_KEY {
            return Err(Refusal::InvalidKey("a key has 1 to 1,024 bytes"));
        }
        let path = self.temporary.join(self.ambience.random.uuid().to_string());
        let mut temporary = Temporary::create(path, &self.ambience.space, 0o600)?;
        temporary.write(&header(key, self.ambience.random.next_u128(), self.ambience.clock.now()))?;
        Ok(temporary)
    }

    fn commit(&self, key: &str, temporary: Temporary, condition: &Condition) -> Result<Meta, Refusal> {
        temporary.synchronise()?;
        let target = self.path(key);
        let mut index = self.lock();
        condition.check(index.get(key).map(|meta| meta.tag.as_str()))?;
        if let Some(folder) = target.parent()
            && !folder.exists()
        {
            fs::create_dir(folder)?;
            synchronise(&self.objects)?;
        }
        let (_, meta, offset) = read_header(&mut File::open(temporary.path())?)?;
        temporary.place(&target)?;
        // From here on the new version is what a reader finds, also if the disk now fails to make it durable.
        if let Some(old) = index.insert(key.to_owned(), meta.clone()) {
            self.ambience.space.release(old.size + offset);
        }
        target.parent().map_or(Ok(()), synchronise)?;
        Ok(meta)
    }

    fn delete(&self, key: &str, condition: &Condition) -> Result<(), Refusal> {
        let target = self.path(key);
        let mut index = self.lock();
        let Some(current) = index.get(key) else {
            return condition.check(None);
        };
        condition.check(Some(&current.tag))?;
        fs::remove_file(&target)?;
        if let Some(old) = index.remove(key) {
            self.ambience.space.release(old.size + (FIXED + key.len()) as u64);
        }
        target.parent().map_or(Ok(()), synchronise)?;
        Ok(())
    }

    fn visit(
        &self,
        prefix: &str,
        after: &str,
        visit: &mut dyn FnMut(&str, &Meta) -> bool,
    ) -> Result<(), Refusal> {
        let start = if after >= prefix && !after.is_empty() {
            Bound::Excluded(after.to_owned())
        } else {
            Bound::Included(prefix.to_owned())
        };
        for (key, meta) in self.lock().range((start, Bound::Unbounded)) {
            if !key.starts_with(prefix) || !visit(key, meta) {
                break;
            }
        }
        Ok(())
    }
}
