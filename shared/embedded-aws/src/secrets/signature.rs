//! Verifies AWS Signature Version 4 of a JSON call: other users of the machine can reach the port as well.

use axum::http::request::Parts;
use sha2::{Digest, Sha256};

use super::TARGET;
use super::model::Refusal;
use crate::options::Credentials;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// SHA-256 works on blocks of this many bytes.
const BLOCK: usize = 64;

/// Accepts a request that `credentials` signed with everything that matters in it: the call's name and the body.
/// Its age is not judged: nobody can listen in on a loopback connection and repeat it.
pub(super) fn verify(head: &Parts, body: &[u8], credentials: &Credentials) -> Result<(), Refusal> {
    let value = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let authorization = value("authorization").ok_or(Refusal::Signature)?;
    let signed = Authorization::parse(authorization).ok_or(Refusal::Signature)?;
    let [date, region, service, terminator] = signed.scope;
    if signed.access_key_id != credentials.access_key_id
        || !signed.headers.split(';').any(|name| name == TARGET)
    {
        return Err(Refusal::Signature);
    }
    let mut canonical = format!("{}\n{}\n\n", head.method, head.uri.path());
    for name in signed.headers.split(';') {
        let value = value(name).ok_or(Refusal::Signature)?;
        canonical.push_str(&format!("{name}:{}\n", value.trim()));
    }
    canonical.push_str(&format!("\n{}\n{}", signed.headers, hexadecimal(&Sha256::digest(body))));
    let moment = value("x-amz-date").ok_or(Refusal::Signature)?;
    let text = format!(
        "{ALGORITHM}\n{moment}\n{}\n{}",
        signed.scope.join("/"),
        hexadecimal(&Sha256::digest(canonical.as_bytes()))
    );
    let mut key = format!("AWS4{}", credentials.secret_access_key.expose()).into_bytes();
    for step in [date, region, service, terminator, &text] {
        key = keyed_hash(&key, step.as_bytes()).to_vec();
    }
    if equal(hexadecimal(&key).as_bytes(), signed.signature.as_bytes()) {
        Ok(())
    } else {
        Err(Refusal::Signature)
    }
}

struct Authorization<'a> {
    access_key_id: &'a str,
    /// Date, region, service and the fixed end.
    scope: [&'a str; 4],
    headers: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (mut credential, mut headers, mut signature) = (None, None, None);
        for field in text.strip_prefix(ALGORITHM)?.split(',') {
            match field.trim().split_once('=')? {
                ("Credential", value) => credential = Some(value),
                ("SignedHeaders", value) => headers = Some(value),
                ("Signature", value) => signature = Some(value),
                _ => return None,
            }
        }
        let (access_key_id, scope) = credential?.split_once('/')?;
        let scope: Vec<&str> = scope.split('/').collect();
        Some(Self { access_key_id, scope: scope.try_into().ok()?, headers: headers?, signature: signature? })
    }
}

/// HMAC with SHA-256 (RFC 2104).
fn keyed_hash(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; BLOCK];
    let hashed: [u8; 32];
    let key = if key.len() > BLOCK {
        hashed = Sha256::digest(key).into();
        &hashed[..]
    } else {
        key
    };
    block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares in a time that does not tell how much was right.
fn equal(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test cases 2 and 6.
    #[test]
    fn the_keyed_hash_is_the_published_one() {
        let short = keyed_hash(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hexadecimal(&short), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let long = keyed_hash(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(hexadecimal(&long), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }

    #[test]
    fn comparison_is_of_the_whole() {
        assert!(equal(b"abc", b"abc"));
        assert!(!equal(b"abc", b"abd") && !equal(b"abc", b"ab"));
    }
}
