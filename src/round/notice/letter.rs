//! Letters: what one site says to the one other site that knows the same person, through a coordinator
//! that can neither read it nor tell that there is anything to read (manual: *notices*, "Letter").
//!
//! A letter is an age file of one size to a fixed number of recipients. In one that says something, these
//! are the sites that may be told, filled up with recipients that nobody has; inside, the key of the body is
//! wrapped once under each of the person's token keys. So it is opened only by a site that may be told *and*
//! has put the same token through the round's PRF. In one that says nothing, all recipients are nobody's,
//! and the content is random: without one of the identities the two cannot be told apart.

use zeroize::Zeroizing;

use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes, put_padding};
use crate::crypto::hash::sha256;
use crate::crypto::sign::{Signature, SigningKey};
use crate::crypto::travel::{self, Identity, Recipient};
use crate::crypto::{Secret, aead, kdf, labels, random};
use crate::round::draft::Draft;
use crate::round::{Card, NoteHash, PartyId, RoundError};

/// Recipients of every letter, true ones and nobody's.
pub const PLACES: usize = 16;
/// Longest line about how to get in touch, in bytes.
pub const CONTACT_MAX: usize = 200;
/// Bytes of a body: what is said, zeros, and the signature.
const BODY: usize = 512;
/// Bytes of a wrapped key.
const WRAP: usize = 32 + aead::OVERHEAD;

/// Numbers on which the size of a letter depends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Tokens of a person.
    pub tokens: usize,
    /// Recipients.
    pub places: usize,
}

impl Shape {
    /// The shape of a round's letters.
    pub fn of(draft: &Draft) -> Self {
        Self {
            tokens: usize::from(draft.tokens),
            places: PLACES,
        }
    }

    fn content(&self) -> usize {
        self.tokens * WRAP + BODY + aead::OVERHEAD
    }

    /// Bytes of every letter.
    pub fn letter(&self) -> usize {
        let content = self.content();
        content + 16 * (content.div_ceil(1 << 16) + 1) + 320 + 100 * self.places
    }
}

/// What keys a letter about one person: one key for each of its tokens, wiped on drop.
pub struct TokenKeys(Zeroizing<Vec<u8>>);

impl TokenKeys {
    /// Keys that nobody else has: a person's places without a token keep theirs.
    ///
    /// # Errors
    /// [`RoundError::Crypto`] without randomness.
    pub fn random(tokens: usize) -> Result<Self, RoundError> {
        let mut keys = Zeroizing::new(vec![0; tokens * 32]);
        random::fill(&mut keys)?;
        Ok(Self(keys))
    }

    /// Puts the key of a token in its place. Two persons of whom it is the same token get the same key.
    pub fn set(&mut self, place: usize, note: NoteHash, token: &Secret<32>) {
        if let Some(out) = self.0.chunks_exact_mut(32).nth(place) {
            let key = kdf::derive(labels::NOTICE_TOKEN, &[&note.0, token.expose()]);
            out.copy_from_slice(key.expose());
        }
    }

    /// The bytes, to be sealed.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Keys of this number of tokens.
    ///
    /// # Errors
    /// [`RoundError::Damaged`] for another length.
    pub fn from_bytes(bytes: Zeroizing<Vec<u8>>, tokens: usize) -> Result<Self, RoundError> {
        if bytes.len() == tokens * 32 {
            Ok(Self(bytes))
        } else {
            Err(RoundError::Damaged)
        }
    }

    fn each(&self) -> impl Iterator<Item = Result<Secret<32>, RoundError>> {
        let keys = self.0.chunks_exact(32);
        keys.map(|key| Ok(Secret::from_slice(key)?))
    }
}

/// What a site says of a person in its own words, so that the other can see whether it is the same one:
/// no name, no day, no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// Sex: 1 female, 2 male, 3 another, 0 not on record.
    pub sex: u8,
    /// Year of birth.
    pub year: Option<u16>,
    /// Nationality, as three letters of ISO 3166-1.
    pub country: Option<[u8; 3]>,
    /// First letter of the given name.
    pub given: Option<char>,
    /// First letter of the first surname.
    pub surname: Option<char>,
}

impl Facts {
    /// Whether two sites can speak of the same person: at least two facts agree, and at most one does not.
    /// What one of them does not have counts neither way.
    pub fn fit(&self, other: &Self) -> bool {
        let mut agree = 0;
        let mut differ = 0;
        let mut hold = |both: bool, same: bool| match (both, same) {
            (true, true) => agree += 1,
            (true, false) => differ += 1,
            _ => {}
        };
        hold(self.sex != 0 && other.sex != 0, self.sex == other.sex);
        let near = self.year.zip(other.year).map(|(a, b)| a.abs_diff(b) <= 1);
        hold(near.is_some(), near == Some(true));
        let same = self.country.zip(other.country).map(|(a, b)| a == b);
        hold(same.is_some(), same == Some(true));
        for pair in [self.given.zip(other.given), self.surname.zip(other.surname)] {
            hold(pair.is_some(), pair.is_some_and(|(a, b)| a == b));
        }
        agree >= 2 && differ <= 1
    }
}

impl Encode for Facts {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.sex);
        out.extend_from_slice(&self.year.unwrap_or(0).to_be_bytes());
        out.extend_from_slice(&self.country.unwrap_or_default());
        for letter in [self.given, self.surname] {
            out.extend_from_slice(&letter.map_or(0, u32::from).to_be_bytes());
        }
    }
}

impl Decode for Facts {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let sex = input.u8()?;
        let year = input.u16()?;
        let country: [u8; 3] = input.array()?;
        let known = country.iter().all(u8::is_ascii_uppercase);
        if sex > 3 || !(known || country == [0; 3]) {
            return Err(DecodeError::Value("facts"));
        }
        let mut letter = || match input.u32()? {
            0 => Ok(None),
            n => {
                let c = char::from_u32(n).filter(|c| c.is_alphabetic());
                c.map(Some).ok_or(DecodeError::Value("letter"))
            }
        };
        Ok(Self {
            sex,
            year: (year != 0).then_some(year),
            country: known.then_some(country),
            given: letter()?,
            surname: letter()?,
        })
    }
}

/// What a letter says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The site that wrote it.
    pub sender: PartyId,
    /// What it says of the person.
    pub facts: Facts,
    /// How to get in touch; may be empty.
    pub contact: String,
}

impl Encode for Said {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        out.extend_from_slice(&self.sender.0);
        self.facts.encode(out);
        put_bytes(out, self.contact.as_bytes());
    }
}

impl Decode for Said {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let said = Self {
            sender: PartyId(input.array()?),
            facts: Facts::decode(input)?,
            contact: input.text(CONTACT_MAX)?.to_owned(),
        };
        if !fits_on_a_line(&said.contact) {
            return Err(DecodeError::Value("contact"));
        }
        Ok(said)
    }
}

/// Whether this can be the line about how to get in touch: short, and nothing in it is invisible or changes
/// direction.
pub fn fits_on_a_line(contact: &str) -> bool {
    contact.is_empty() || crate::round::text::is_plain(contact, CONTACT_MAX)
}

/// What the sender signs: note, wrapped keys, and what is said. Nobody can put a letter around what another
/// one says.
fn signed(note: NoteHash, wraps: &[u8], said: &[u8]) -> Vec<u8> {
    let digest = sha256(&[&note.0, &sha256(&[wraps]), said]);
    [labels::NOTICE_SIGNATURE, &digest].concat()
}

fn wrap_data(note: NoteHash, place: usize) -> Vec<u8> {
    let place = (place as u64).to_be_bytes();
    [labels::NOTICE_WRAP, &note.0, &place].concat()
}

fn body_data(note: NoteHash) -> Vec<u8> {
    [labels::NOTICE_BODY, &note.0].concat()
}

/// Recipients that nobody has. They can be used for many letters: a letter does not show to whom it is.
pub struct Nobody(Vec<Recipient>);

impl Nobody {
    /// As many as a letter has places.
    pub fn new(shape: &Shape) -> Self {
        let make = |_| Identity::generate().recipient();
        Self((0..shape.places).map(make).collect())
    }
}

/// A letter to the sites with these recipients, about the person with these keys.
///
/// # Errors
/// [`RoundError::TooLarge`] for no recipient or more than a letter has places, or for other keys than the
/// shape's; errors of encryption.
pub fn write(
    shape: &Shape,
    note: NoteHash,
    keys: &TokenKeys,
    to: &[Recipient],
    said: &Said,
    key: &SigningKey,
) -> Result<Vec<u8>, RoundError> {
    if !(1..=shape.places).contains(&to.len()) || keys.0.len() != shape.tokens * 32 {
        return Err(RoundError::TooLarge);
    }
    let body_key = Secret::random()?;
    let mut content = Zeroizing::new(Vec::with_capacity(shape.letter()));
    for (place, token_key) in keys.each().enumerate() {
        let wrap = aead::seal(&token_key?, &wrap_data(note, place), body_key.expose())?;
        content.extend_from_slice(&wrap);
    }
    let said = said.to_bytes();
    let signature = key.sign(&signed(note, &content, &said))?;
    let mut body = Zeroizing::new(said);
    put_padding(&mut body, 0, BODY - 64);
    body.extend_from_slice(&signature);
    content.extend_from_slice(&aead::seal(&body_key, &body_data(note), &body)?);
    // In a drawn order, with others in the places that are left.
    let mut drawn = Vec::with_capacity(shape.places);
    for i in 0..shape.places {
        let recipient = match to.get(i) {
            Some(recipient) => recipient.clone(),
            None => Identity::generate().recipient(),
        };
        drawn.push((random::array::<16>()?, recipient));
    }
    drawn.sort();
    let recipients: Vec<Recipient> = drawn.into_iter().map(|(_, r)| r).collect();
    seal(shape, &recipients, content)
}

/// A letter that says nothing and that nobody can open.
///
/// # Errors
/// Errors of encryption.
pub fn empty(shape: &Shape, nobody: &Nobody) -> Result<Vec<u8>, RoundError> {
    let mut content = Zeroizing::new(vec![0; shape.content()]);
    random::fill(&mut content)?;
    seal(shape, &nobody.0, content)
}

fn seal(
    shape: &Shape,
    recipients: &[Recipient],
    mut content: Zeroizing<Vec<u8>>,
) -> Result<Vec<u8>, RoundError> {
    travel::encrypt_sized(recipients, shape.letter(), |room| {
        if room < content.len() {
            return Err(RoundError::TooLarge);
        }
        content.resize(room, 0);
        Ok(content)
    })
}

/// What a letter says to who may read it and has one of its tokens. Nothing, if it is not for this site, not
/// about this person, or says nothing: these cannot be told apart here either.
pub fn open(
    shape: &Shape,
    note: NoteHash,
    keys: &TokenKeys,
    identity: &Identity,
    letter: &[u8],
) -> Option<Unverified> {
    let content = travel::decrypt_bytes(identity, letter, shape.letter()).ok()?;
    parse(shape, note, keys, &content)
}

pub(crate) fn parse(
    shape: &Shape,
    note: NoteHash,
    keys: &TokenKeys,
    content: &[u8],
) -> Option<Unverified> {
    let (wraps, rest) = content.split_at_checked(shape.tokens * WRAP)?;
    let (sealed, zeros) = rest.split_at_checked(BODY + aead::OVERHEAD)?;
    if zeros.iter().any(|b| *b != 0) {
        return None;
    }
    let places = wraps.chunks_exact(WRAP).enumerate();
    let body_key = places.zip(keys.each()).find_map(|((place, wrap), key)| {
        let opened = aead::open(&key.ok()?, &wrap_data(note, place), wrap).ok()?;
        Secret::from_slice(&opened).ok()
    })?;
    let body = aead::open(&body_key, &body_data(note), sealed).ok()?;
    let (said, signature) = body.split_last_chunk::<64>()?;
    let mut input = Reader::new(said);
    let value = Said::decode(&mut input).ok()?;
    let used = said.len() - input.remaining();
    input.padding(used, BODY - 64).ok()?;
    input.finish().ok()?;
    Some(Unverified {
        message: signed(note, wraps, said.get(..used)?),
        said: value,
        signature: *signature,
    })
}

/// What a letter says, before the sender's signature was checked.
pub struct Unverified {
    said: Said,
    message: Vec<u8>,
    signature: Signature,
}

impl Unverified {
    /// Who says to have written it.
    pub fn sender(&self) -> PartyId {
        self.said.sender
    }

    /// Checks the signature against the card of the sender, which must be pinned.
    ///
    /// # Errors
    /// [`RoundError::WrongSender`], [`RoundError::Signature`].
    pub fn verify(self, sender: &Card) -> Result<Said, RoundError> {
        if self.said.sender != sender.id() {
            return Err(RoundError::WrongSender(sender.name().to_owned()));
        }
        let key = &sender.body().key;
        key.verify(&self.message, &self.signature)
            .map_err(|_| RoundError::Signature(sender.name().to_owned()))?;
        Ok(self.said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::round::Role;
    use crate::round::card::CardBody;

    const SHAPE: Shape = Shape {
        tokens: 3,
        places: 4,
    };
    const NOTE: NoteHash = NoteHash([5; 32]);

    fn site(name: &str, byte: u8) -> (Card, SigningKey, Identity) {
        let key = SigningKey::from_seed(Secret::init_with(|b| b.fill(byte))).unwrap();
        let identity = Identity::generate();
        let body = CardBody {
            role: Role::Site,
            name: name.to_owned(),
            vault: [byte; 16],
            key: key.verifying_key(),
            age: identity.recipient(),
            log: None,
            cosign: None,
        };
        (Card::new(body, &key).unwrap(), key, identity)
    }

    fn token(byte: u8) -> Secret<32> {
        Secret::init_with(|b| b.fill(byte))
    }

    /// Keys of a person with these tokens; 0 is a place without one.
    fn keys(tokens: [u8; 3]) -> TokenKeys {
        let mut keys = TokenKeys::random(3).unwrap();
        for (place, byte) in tokens.into_iter().enumerate().filter(|(_, b)| *b != 0) {
            keys.set(place, NOTE, &token(byte));
        }
        keys
    }

    fn said(sender: &Card) -> Said {
        Said {
            sender: sender.id(),
            facts: Facts {
                sex: 1,
                year: Some(1993),
                country: Some(*b"HND"),
                given: Some('X'),
                surname: None,
            },
            contact: "Marta, 55 1234 5678".to_owned(),
        }
    }

    #[test]
    fn one_shared_token_and_a_permission_open_a_letter() {
        let (alba, key, alba_id) = site("Casa Alba", 1);
        let (_, _, brisa) = site("Casa Brisa", 2);
        let (_, _, other) = site("Casa Cielo", 3);
        let mine = keys([1, 2, 0]);
        let to = [brisa.recipient()];
        let letter = write(&SHAPE, NOTE, &mine, &to, &said(&alba), &key).unwrap();
        assert_eq!(letter.len(), SHAPE.letter());
        let open = |keys: &TokenKeys, who: &Identity| open(&SHAPE, NOTE, keys, who, &letter);
        let read = open(&keys([9, 2, 9]), &brisa).unwrap();
        assert_eq!(read.sender(), alba.id());
        assert_eq!(read.verify(&alba).unwrap(), said(&alba));
        // No token in common, the same token in another place, not permitted, the sender itself.
        assert!(open(&keys([9, 9, 9]), &brisa).is_none());
        assert!(open(&keys([2, 1, 0]), &brisa).is_none());
        assert!(open(&keys([1, 2, 0]), &other).is_none());
        assert!(open(&mine, &alba_id).is_none());
        let elsewhere = NoteHash([6; 32]);
        assert!(super::open(&SHAPE, elsewhere, &mine, &brisa, &letter).is_none());
        let (cielo, ..) = site("Casa Cielo", 3);
        let unsure = open(&mine, &brisa).unwrap().verify(&cielo);
        assert!(matches!(unsure, Err(RoundError::WrongSender(_))));
        for i in (0..letter.len()).step_by(7) {
            let mut bad = letter.clone();
            bad[i] ^= 1;
            let read = super::open(&SHAPE, NOTE, &mine, &brisa, &bad);
            // age's own stanza of chance, and the stanzas of others, say nothing; but all is under its MAC.
            assert!(read.is_none(), "{i}");
        }
    }

    #[test]
    fn a_letter_cannot_be_put_around_what_another_says() {
        let (alba, _, _) = site("Casa Alba", 1);
        let (_, forger, _) = site("Casa Mala", 4);
        let (_, _, brisa) = site("Casa Brisa", 2);
        let to = [brisa.recipient()];
        let letter = write(&SHAPE, NOTE, &keys([1, 2, 3]), &to, &said(&alba), &forger).unwrap();
        let read = open(&SHAPE, NOTE, &keys([1, 0, 0]), &brisa, &letter).unwrap();
        assert!(matches!(read.verify(&alba), Err(RoundError::Signature(_))));
    }

    #[test]
    fn an_empty_letter_has_the_size_of_any_other_and_nobody_opens_it() {
        let (_, _, brisa) = site("Casa Brisa", 2);
        let nobody = Nobody::new(&SHAPE);
        for shape in [
            SHAPE,
            Shape {
                tokens: 128,
                places: PLACES,
            },
        ] {
            let nobody = Nobody::new(&shape);
            assert_eq!(empty(&shape, &nobody).unwrap().len(), shape.letter());
        }
        let letter = empty(&SHAPE, &nobody).unwrap();
        assert!(open(&SHAPE, NOTE, &keys([1, 2, 3]), &brisa, &letter).is_none());
        // Not even with an identity: there is nothing in it.
        let known = Nobody(vec![brisa.recipient(); 4]);
        let letter = empty(&SHAPE, &known).unwrap();
        assert!(open(&SHAPE, NOTE, &keys([1, 2, 3]), &brisa, &letter).is_none());
    }

    #[test]
    fn who_may_be_told_is_bounded() {
        let (alba, key, id) = site("Casa Alba", 1);
        let write = |n: usize| {
            let to = vec![id.recipient(); n];
            write(&SHAPE, NOTE, &keys([1, 2, 3]), &to, &said(&alba), &key)
        };
        assert!(write(0).is_err() && write(5).is_err() && write(4).is_ok());
        let long = Said {
            contact: "x".repeat(CONTACT_MAX),
            ..said(&alba)
        };
        assert!(long.to_bytes().len() <= BODY - 64);
        assert_eq!(Said::from_bytes(&long.to_bytes()).unwrap(), long);
        assert!(!fits_on_a_line(&"x".repeat(CONTACT_MAX + 1)) && !fits_on_a_line("a\nb"));
    }

    #[test]
    fn facts_fit_with_one_slip() {
        let a = said(&site("Casa Alba", 1).0).facts;
        assert!(a.fit(&a) && !a.fit(&Facts::default()));
        let slip = Facts {
            year: Some(1983),
            ..a
        };
        assert!(a.fit(&slip) && slip.fit(&a));
        let two = Facts {
            given: Some('M'),
            ..slip
        };
        assert!(!a.fit(&two) && !two.fit(&a));
        let near = Facts {
            year: Some(1994),
            given: Some('M'),
            ..a
        };
        assert!(a.fit(&near));
        let bare = Facts {
            sex: 1,
            ..Facts::default()
        };
        assert!(!a.fit(&bare));
    }
}
