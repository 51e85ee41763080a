//! A secret that exists once, and the search for it in any form that a program may have written it in.

use std::fs::File;
use std::io::Read;

/// Letters and digits at the heart of a canary: no escaping, of JSON, URLs, SQL or option files, alters them.
const HEART: usize = 24;

/// A random secret. What was found names the canary, never its value.
#[derive(Clone)]
pub struct Canary {
    pub name: &'static str,
    secret: String,
    forms: Vec<(&'static str, Vec<u8>)>,
}

impl Canary {
    pub fn new(name: &'static str) -> Self {
        let heart = random_word(HEART);
        // Signs that every quoting on the way has to carry.
        let secret = format!("{heart} %&+\"'\\x");
        Self {
            name,
            forms: forms(&heart),
            secret,
        }
    }

    /// Of a secret that somebody else made: `piece` is a part of it that says nothing by chance.
    pub fn of(name: &'static str, piece: &str) -> Self {
        assert!(piece.len() >= HEART, "{name} is too short to be told apart");
        Self {
            name,
            forms: forms(piece),
            secret: piece.to_owned(),
        }
    }

    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// Every form in one piece of data, to plant.
    pub fn planted(&self) -> Vec<u8> {
        self.forms
            .iter()
            .flat_map(|(_, bytes)| [b"\n", bytes.as_slice()].concat())
            .collect()
    }

    /// The form that `bytes` hold it in.
    pub fn found_in(&self, bytes: &[u8]) -> Option<&'static str> {
        let mut starts = [false; 256];
        for (_, form) in &self.forms {
            starts[usize::from(form[0])] = true;
        }
        let candidates = bytes
            .iter()
            .enumerate()
            .filter(|(_, byte)| starts[usize::from(**byte)]);
        let mut found = candidates.filter_map(|(at, _)| self.starting(&bytes[at..]));
        found.next()
    }

    fn starting(&self, bytes: &[u8]) -> Option<&'static str> {
        let found = self.forms.iter().find(|(_, form)| bytes.starts_with(form));
        found.map(|(name, _)| *name)
    }

    /// Nothing of it is in any of the places.
    #[track_caller]
    pub fn is_in_none_of<'a>(&self, places: impl IntoIterator<Item = (&'a String, &'a Vec<u8>)>) {
        for (place, bytes) in places {
            if let Some(form) = self.found_in(bytes) {
                panic!("{} is in {place}, as {form}", self.name);
            }
        }
    }

    /// The search finds it in every one of the places.
    #[track_caller]
    pub fn is_in_each_of<'a>(&self, places: impl IntoIterator<Item = (&'a String, &'a Vec<u8>)>) {
        for (place, bytes) in places {
            assert!(
                self.found_in(bytes).is_some(),
                "a canary planted in {place} is not found: nothing is proven there"
            );
        }
    }
}

/// Never from a seed: an earlier run's remains must not look like this one's.
pub fn random_word(length: usize) -> String {
    const SIGNS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut bytes = vec![0; length];
    File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .expect("random bytes");
    bytes
        .iter()
        .map(|byte| char::from(SIGNS[usize::from(*byte) % SIGNS.len()]))
        .collect()
}

/// Halves, so that a copy that was cut is found as well; base64 in each of its three alignments inside other data.
fn forms(heart: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = heart.as_bytes();
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let each = |show: fn(&u8) -> String| bytes.iter().map(show).collect::<String>().into_bytes();
    let mut forms = vec![
        ("clear text (first half)", first.to_vec()),
        ("clear text (second half)", second.to_vec()),
        (
            "UTF-16 LE",
            heart.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        (
            "UTF-16 BE",
            heart.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        ),
        ("hex", each(|byte| format!("{byte:02x}"))),
        ("hex in capitals", each(|byte| format!("{byte:02X}"))),
        ("percent encoding", each(|byte| format!("%{byte:02x}"))),
        (
            "percent encoding in capitals",
            each(|byte| format!("%{byte:02X}")),
        ),
        (
            "a list of numbers",
            bytes
                .iter()
                .map(u8::to_string)
                .collect::<Vec<_>>()
                .join(",")
                .into_bytes(),
        ),
        (
            "a list of numbers with spaces",
            bytes
                .iter()
                .map(u8::to_string)
                .collect::<Vec<_>>()
                .join(", ")
                .into_bytes(),
        ),
    ];
    for before in 0..3 {
        let standard = base64_inside(before, bytes);
        forms.push((
            "base64 for URLs",
            standard.replace('+', "-").replace('/', "_").into_bytes(),
        ));
        forms.push(("base64", standard.into_bytes()));
    }
    forms
}

/// The base64 signs that depend on `bytes` alone when `before` other bytes (modulo three) come first.
fn base64_inside(before: usize, bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bit = |at: usize| {
        at.checked_sub(before * 8)
            .and_then(|at| bytes.get(at / 8).map(|byte| byte >> (7 - at % 8) & 1))
    };
    (0..)
        .map(|sign| {
            (0..6)
                .map(|n| bit(sign * 6 + n))
                .try_fold(0, |value, bit| Some(value << 1 | usize::from(bit?)))
        })
        .skip_while(Option::is_none)
        .map_while(|value| value.map(|value| char::from(SIGNS[value])))
        .collect()
}

#[test]
fn every_form_of_a_secret_is_found_alone() {
    let canary = Canary::new("the canary");
    for (name, form) in &canary.forms {
        let text = [b"before ".as_slice(), form, b" after"].concat();
        assert!(canary.found_in(&text).is_some(), "{name}");
    }
    let other = Canary::new("another");
    assert_eq!(
        canary.found_in(&other.planted()),
        None,
        "one secret is not taken for another"
    );
}

#[test]
fn a_secret_is_found_inside_encoded_data_of_any_length() {
    let bytes = b"Canary0123456789abcdefgh";
    assert_eq!(base64_inside(0, bytes), "Q2FuYXJ5MDEyMzQ1Njc4OWFiY2RlZmdo");
    // `printf 'xCanary0123456789abcdefgh' | base64` and the same with two signs before.
    assert!("eENhbmFyeTAxMjM0NTY3ODlhYmNkZWZnaA==".contains(&base64_inside(1, bytes)));
    assert!("eHhDYW5hcnkwMTIzNDU2Nzg5YWJjZGVmZ2g=".contains(&base64_inside(2, bytes)));
    assert!((0..3).all(|before| base64_inside(before, bytes).len() >= 30));
}

#[test]
fn escaping_does_not_hide_a_secret() {
    let canary = Canary::new("the canary");
    let json = serde_json::to_vec(canary.secret()).expect("JSON");
    assert!(canary.found_in(&json).is_some());
    let debug = format!("{:?}", canary.secret());
    assert!(canary.found_in(debug.as_bytes()).is_some());
}
