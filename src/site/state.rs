//! What a site remembers of a round while it takes part.

use zeroize::Zeroizing;

use super::TAKING;
use super::people::Entered;
use crate::codec::{Decode, DecodeError, Reader};
use crate::crypto::Secret;
use crate::crypto::travel::Identity;
use crate::party::{Book, Party, PartyError, Shelved, identity};
use crate::round::draft::PERSONS_MAX;
use crate::round::envelope::EnvelopeId;
use crate::round::tokens::Handle;
use crate::vault::{ObjectId, StateChange};

/// The site's secrets of the round and who takes part. No backup takes it.
pub(super) struct Taking {
    /// Fillers, blinds, order and handles follow from it.
    pub secret: Secret<32>,
    /// Keys the feature clocks; every site has it.
    pub group: Secret<32>,
    /// The replies are encrypted to it.
    pub age: Identity,
    /// The request.
    pub request: EnvelopeId,
    /// The request's content, encrypted to the site itself.
    pub own: Shelved,
    /// Salt of the hash of the checkpoint.
    pub salt: [u8; 32],
    /// Persons in the order of the request.
    pub entered: Vec<Entered>,
    /// Records whose persons have left.
    pub withdrawn: Vec<ObjectId>,
    /// Handles in the order of persons, once the token file is made.
    pub handles: Vec<Handle>,
}

fn put_count(out: &mut Vec<u8>, n: usize) {
    out.extend_from_slice(&u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes());
}

impl Taking {
    pub fn records(&self) -> u64 {
        self.entered.iter().map(|e| e.records.len() as u64).sum()
    }

    /// Drops the secrets of the round. Who stands behind which handle stays.
    pub fn forget(&mut self) {
        self.secret = Secret::init_with(|_| {});
        self.group = Secret::init_with(|_| {});
    }

    fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, PartyError> {
        let records: usize = self.entered.iter().map(|e| e.records.len()).sum();
        // Reserved in one piece: a vector that grows leaves copies of secrets behind.
        let room = 512
            + self.entered.len() * 4
            + records * 24
            + (self.withdrawn.len() + self.handles.len()) * 16;
        let mut out = Zeroizing::new(Vec::with_capacity(room));
        out.push(1);
        out.extend_from_slice(self.secret.expose());
        out.extend_from_slice(self.group.expose());
        out.extend_from_slice(self.age.secret()?.expose());
        out.extend_from_slice(&self.request.0);
        self.own.encode(&mut out);
        out.extend_from_slice(&self.salt);
        put_count(&mut out, self.entered.len());
        for e in &self.entered {
            put_count(&mut out, e.records.len());
            for (id, leaf) in &e.records {
                out.extend_from_slice(&id.0);
                out.extend_from_slice(&leaf.to_be_bytes());
            }
        }
        put_count(&mut out, self.withdrawn.len());
        for id in &self.withdrawn {
            out.extend_from_slice(&id.0);
        }
        put_count(&mut out, self.handles.len());
        out.extend_from_slice(self.handles.as_flattened());
        Ok(out)
    }

    pub fn change(&self, book: &Book, version: u32) -> Result<StateChange, PartyError> {
        let name = book.part(TAKING);
        Ok(StateChange::put_for_round(name, version, self.to_bytes()?))
    }

    /// With the version that a change is made from.
    pub fn load(party: &Party, book: &Book) -> Result<(Self, u32), PartyError> {
        let state = party.vault().state(&book.part(TAKING))?;
        let state = state.ok_or(PartyError::Stored)?;
        Ok((Self::from_bytes(&state.body)?, state.version))
    }
}

/// What a site keeps of a round, for the fuzz target.
pub(crate) fn fuzz(data: &[u8]) -> bool {
    let read = Taking::from_bytes(data);
    if let Ok(taking) = &read {
        let again = taking.to_bytes();
        assert!(
            again.is_ok_and(|again| *again == data),
            "read, but written otherwise"
        );
    }
    read.is_ok()
}

impl Decode for Taking {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let bad = |_| DecodeError::Value("secret");
        let max = PERSONS_MAX as usize;
        let secret = Secret::from_slice(input.take(32)?).map_err(bad)?;
        let group = Secret::from_slice(input.take(32)?).map_err(bad)?;
        let age = identity(input)?;
        let request = EnvelopeId(input.array()?);
        let own = Shelved::decode(input)?;
        let salt = input.array()?;
        let n = input.count(4, max)?;
        let mut entered = Vec::with_capacity(n);
        for _ in 0..n {
            let n = input.count(24, max)?;
            let records = (0..n)
                .map(|_| Ok((ObjectId(input.array()?), input.u64()?)))
                .collect::<Result<_, DecodeError>>()?;
            entered.push(Entered { records });
        }
        let n = input.count(16, max)?;
        let withdrawn = (0..n)
            .map(|_| input.array().map(ObjectId))
            .collect::<Result<_, _>>()?;
        let n = input.count(16, max)?;
        let handles = (0..n).map(|_| input.array()).collect::<Result<_, _>>()?;
        Ok(Self {
            secret,
            group,
            age,
            request,
            own,
            salt,
            entered,
            withdrawn,
            handles,
        })
    }
}
