//! The decoder under every split, and under bytes that no server should send.

use super::Flaw;
use super::decoder::{Decoder, Limits};
use super::known::Known;
use crate::http::Response;
use proptest::prelude::*;
use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

const LIMITS: Limits = Limits { head: 400, body: 64 };

/// What came of feeding `input` in pieces that end at `cuts`: the response and the bytes used, nothing if it is incomplete.
fn decode(input: &[u8], cuts: &[usize], bodiless: bool) -> Result<Option<(Response, usize)>, Flaw> {
    let (mut decoder, mut known) = (Decoder::new(bodiless, LIMITS), Known::default());
    let (mut from, mut total) = (0, 0);
    for to in cuts.iter().copied().chain([input.len()]) {
        if to <= from {
            continue;
        }
        let piece = &input[from..to];
        let progress = decoder.feed(piece, &mut known)?;
        assert!(progress.used <= piece.len());
        total += progress.used;
        if progress.done {
            let response = decoder.take().expect("done");
            assert!(response.body.len() as u64 <= LIMITS.body, "the limit holds");
            return Ok(Some((response, total)));
        }
        assert_eq!(progress.used, piece.len(), "only a complete response leaves bytes over");
        from = to;
    }
    Ok(None)
}

const RESPONSES: [&str; 9] = [
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n",
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 1000000\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n5;x=\"1\"\r\npedia\r\n0\r\nTrailer: 1\r\n\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\nContent-Length: 3\n\nabc",
    "\r\n\r\nHTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200\r\nX: \r\nContent-Length: 1\r\n\r\n\n",
];

#[test]
fn a_response_is_the_same_however_it_is_cut() {
    for text in RESPONSES {
        let input = format!("{text}HTTP/1.1 next").into_bytes();
        let (response, used) = decode(&input, &[], false).expect(text).expect(text);
        assert_eq!(used, text.len(), "{text:?}");
        let every: Vec<usize> = (0..input.len()).collect();
        assert_eq!(decode(&input, &every, false).expect(text), Some((response.clone(), used)), "{text:?}");
        for first in 0..input.len() {
            for second in [first, first + 1, first + 2, first + 7, first + 40] {
                let cuts = [first, second.min(input.len())];
                let cut = decode(&input, &cuts, false).expect(text);
                assert_eq!(cut, Some((response.clone(), used)), "{text:?} at {cuts:?}");
            }
        }
        for length in 0..text.len() {
            assert_eq!(decode(&input[..length], &[], false).expect(text), None, "{text:?} to {length}");
        }
    }
}

#[test]
fn a_head_request_gets_no_body_whatever_the_head_says() {
    for text in [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ] {
        let (response, used) = decode(text.as_bytes(), &[], true).expect("fit").expect("complete");
        assert_eq!((response.status, response.body.len(), used), (200, 0, text.len()));
    }
}

#[test]
fn a_body_without_a_length_ends_with_the_connection() {
    let (mut decoder, mut known) = (Decoder::new(false, LIMITS), Known::default());
    let text = b"HTTP/1.1 200 OK\r\n\r\nuntil";
    assert!(!decoder.feed(text, &mut known).expect("fit").done);
    assert!(!decoder.feed(b" the end", &mut known).expect("fit").done);
    assert!(decoder.close());
    assert_eq!(decoder.take().expect("complete").body, "until the end");
    let mut cut = Decoder::new(false, LIMITS);
    assert!(!cut.close(), "nothing came");
    cut.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n1", &mut known).expect("fit");
    assert!(!cut.close(), "half of it came");
}

#[test]
fn limits_hold_at_their_edge() {
    let head = |length: usize| format!("HTTP/1.1 204 X\r\nA: {}\r\n\r\n", "b".repeat(length - 23));
    assert!(decode(head(400).as_bytes(), &[], false).expect("fits").is_some());
    assert!(decode(head(400).as_bytes(), &[3, 200], false).expect("fits").is_some());
    assert!(decode(head(401).as_bytes(), &[], false).is_err());
    assert!(decode(head(401).as_bytes(), &[3, 200], false).is_err());
    assert!(decode(&[b'x'; 401], &[], false).is_err());
    let interim = "HTTP/1.1 100 Continue\r\n\r\n";
    assert!(decode(interim.repeat(16).as_bytes(), &[], false).expect("fits").is_none());
    assert!(decode(interim.repeat(17).as_bytes(), &[], false).is_err(), "interim responses have an end");
    for (length, fits) in [(64, true), (65, false)] {
        let body = "b".repeat(length);
        let with = format!("HTTP/1.1 200 X\r\nContent-Length: {length}\r\n\r\n{body}");
        assert_eq!(decode(with.as_bytes(), &[], false).is_ok(), fits);
        let chunked =
            format!("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n");
        assert_eq!(decode(chunked.as_bytes(), &[], false).is_ok(), fits);
        assert_eq!(decode(format!("HTTP/1.1 200 X\r\n\r\n{body}").as_bytes(), &[], false).is_ok(), fits);
    }
}

#[test]
fn what_will_never_be_a_response_is_found_out_early() {
    let mut decoder = Decoder::new(false, Limits { head: 1 << 20, body: 0 });
    let mut known = Known::default();
    let mut fed = 0;
    let flaw = b"HTTP/1.1 200 OK\r\nbad name: x\r\n".iter().cycle().find_map(|byte| {
        fed += 1;
        decoder.feed(&[*byte], &mut known).err()
    });
    assert!(flaw.is_some() && fed < 100, "{fed}");
}

fn response() -> impl Strategy<Value = (String, Vec<u8>)> {
    let chunks = prop::collection::vec(prop::collection::vec(any::<u8>(), 1..12), 0..5);
    (0..3usize, chunks, any::<bool>()).prop_map(|(interims, chunks, chunked)| {
        let mut wire = "HTTP/1.1 102 Processing\r\n\r\n".repeat(interims).into_bytes();
        let body = chunks.concat();
        if chunked {
            wire.extend_from_slice(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for chunk in &chunks {
                wire.extend_from_slice(format!("{:X};e\r\n", chunk.len()).as_bytes());
                wire.extend_from_slice(chunk);
                wire.extend_from_slice(b"\r\n");
            }
            wire.extend_from_slice(b"0\r\n\r\n");
        } else {
            wire.extend_from_slice(
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(),
            );
            wire.extend_from_slice(&body);
        }
        (String::from_utf8_lossy(&body).into_owned(), wire)
    })
}

proptest! {
    #[test]
    fn any_response_survives_any_split((body, wire) in response(), mut cuts in prop::collection::vec(0..200usize, 0..8)) {
        cuts.sort_unstable();
        cuts.retain(|cut| *cut <= wire.len());
        let (response, used) = decode(&wire, &cuts, false).expect("valid").expect("complete");
        prop_assert_eq!(used, wire.len());
        prop_assert_eq!(String::from_utf8_lossy(&response.body), body);
    }

    #[test]
    fn any_bytes_at_all_do_no_harm(input in prop::collection::vec(any::<u8>(), 0..600), cut in 0..600usize) {
        let _whole = decode(&input, &[cut.min(input.len())], false);
    }
}

/// 100,000 damaged responses: no panic, limits hold, and splitting changes nothing.
#[test]
fn damaged_responses_are_judged_alike_whole_and_in_pieces() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(0x5eed);
    let (mut complete, mut broken) = (0u32, 0u32);
    for _ in 0..100_000 {
        let mut input = RESPONSES[random.random_range(0..RESPONSES.len())].as_bytes().to_vec();
        for _ in 0..random.random_range(0..4) {
            damage(&mut input, &mut random);
        }
        let mut cuts: Vec<usize> =
            (0..random.random_range(1..6)).map(|_| random.random_range(0..=input.len())).collect();
        cuts.sort_unstable();
        match (decode(&input, &[], false), decode(&input, &cuts, false)) {
            (Ok(Some(whole)), pieces) => {
                complete += 1;
                assert_eq!(pieces, Ok(Some(whole)), "{:?} {cuts:?}", String::from_utf8_lossy(&input));
            }
            (whole, pieces) => {
                broken += u32::from(whole.is_err());
                assert!(!matches!(pieces, Ok(Some(_))), "{:?} {cuts:?}", String::from_utf8_lossy(&input));
            }
        }
    }
    assert!(complete > 10_000 && broken > 10_000, "both were tried: {complete}, {broken}");
}

fn damage(input: &mut Vec<u8>, random: &mut Xoshiro256PlusPlus) {
    if input.is_empty() {
        return;
    }
    let place = random.random_range(0..input.len());
    match random.random_range(0..5) {
        0 => input[place] = random.next_u32() as u8,
        1 => input[place] = b"\r\n:;0 9f\t,"[random.random_range(0..10)],
        2 => input.truncate(place),
        3 => {
            input.remove(place);
        }
        _ => {
            let piece = input[place..].to_vec();
            input.extend_from_slice(&piece);
        }
    }
}
