//! Content codings (RFC 9110, section 8.4.1) undone: gzip, deflate, br and zstd.
//!
//! None is asked for (no `Accept-Encoding` is sent unless the plan has one), but some servers compress unasked. What a plan
//! looks into is the content; what is counted are the bytes on the wire.

use bytes::Bytes;
use std::io::{self, Read};

/// Undoes the codings that these values of `Content-Encoding` list.
///
/// # Errors
/// If one is not known, the body is not of it, or the content has more than `most` bytes: says which and why, and gives the
/// body back as it was.
pub fn decoded<'a>(
    values: impl Iterator<Item = &'a [u8]>,
    body: Bytes,
    most: u64,
) -> Result<Bytes, (Bytes, String)> {
    let mut codings = Vec::new();
    for value in values {
        let names = value
            .split(|byte| *byte == b',')
            .map(|name| String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase());
        codings.extend(names.filter(|name| !name.is_empty() && name != "identity"));
    }
    if codings.is_empty() || body.is_empty() {
        return Ok(body);
    }
    let mut content = body.clone();
    // The one applied last is undone first.
    for coding in codings.iter().rev() {
        content = match undone(coding, &content, most) {
            Ok(content) => content.into(),
            Err(why) => {
                return Err((body, format!("its Content-Encoding `{coding}` cannot be undone: {why}")));
            }
        };
    }
    Ok(content)
}

fn undone(coding: &str, body: &[u8], most: u64) -> Result<Vec<u8>, String> {
    match coding {
        "gzip" | "x-gzip" => all(flate2::read::MultiGzDecoder::new(body), most),
        // The standard means the zlib format; some servers send the bare stream.
        "deflate" => all(flate2::read::ZlibDecoder::new(body), most)
            .or_else(|why| all(flate2::read::DeflateDecoder::new(body), most).map_err(|_| why)),
        "br" => all(brotli_decompressor::Decompressor::new(body, 4096), most),
        "zstd" => frames(body, most),
        _ => Err("known are gzip, deflate, br and zstd".to_owned()),
    }
}

/// Zstandard: one frame after another.
fn frames(mut body: &[u8], most: u64) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    while !body.is_empty() {
        let frame = ruzstd::decoding::StreamingDecoder::new(&mut body).map_err(|error| error.to_string())?;
        content.extend(all(frame, most - content.len() as u64)?);
    }
    Ok(content)
}

/// Reads to the end, and no further than the limit: a few bytes can stand for very many.
fn all(from: impl Read, most: u64) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    let told = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => "the body is cut".to_owned(),
        _ => error.to_string(),
    };
    from.take(most.saturating_add(1)).read_to_end(&mut content).map_err(told)?;
    if content.len() as u64 > most {
        return Err(format!(
            "the content is larger than {most} bytes (`max_body` under [target] sets the limit)"
        ));
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use std::io::Write;

    const CONTENT: &[u8] = br#"{"id":7,"id2":7,"id3":7}{"id":7,"id2":7,"id3":7}{"id":7,"id2":7,"id3":7}{"id":7,"id2":7,"id3":7}"#;
    /// `CONTENT` by the programs brotli and zstd.
    const BROTLI: &[u8] = &[
        0x1b, 0x5f, 0x00, 0xf8, 0x1d, 0x87, 0x71, 0xac, 0xb0, 0x85, 0xa8, 0xa0, 0xfa, 0x42, 0x2d, 0xb2, 0x37,
        0x23, 0x33, 0xd3, 0x74, 0x6e, 0x92, 0x8c, 0xa5, 0x2f, 0x13, 0x28, 0x08, 0xb3, 0x72, 0xe0, 0x84, 0x0c,
        0x2e, 0x8c, 0x0f, 0x4e,
    ];
    const ZSTD: &[u8] = &[
        0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x68, 0xd5, 0x00, 0x00, 0x88, 0x7b, 0x22, 0x69, 0x64, 0x22, 0x3a, 0x37,
        0x2c, 0x22, 0x69, 0x64, 0x32, 0x33, 0x22, 0x3a, 0x37, 0x7d, 0x02, 0x00, 0xb5, 0x13, 0xe9, 0xee, 0x4d,
        0x02, 0x5b, 0xdc, 0x95, 0xce,
    ];

    fn undo(values: &[&str], body: &[u8]) -> Result<Bytes, String> {
        let values = values.iter().map(|value| value.as_bytes());
        decoded(values, Bytes::copy_from_slice(body), 1_000).map_err(|(kept, why)| {
            assert_eq!(kept, body, "the body is given back");
            why
        })
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).expect("written");
        encoder.finish().expect("ended")
    }

    fn zlib(content: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).expect("written");
        encoder.finish().expect("ended")
    }

    #[test]
    fn every_coding_is_undone_the_last_one_first() {
        let mut bare = DeflateEncoder::new(Vec::new(), Compression::best());
        bare.write_all(CONTENT).expect("written");
        let bare = bare.finish().expect("ended");
        for (values, body) in [
            (&["gzip"][..], gzip(CONTENT)),
            (&["X-GZip, identity"], gzip(CONTENT)),
            (&["deflate"], zlib(CONTENT)),
            (&["deflate"], bare),
            (&["br"], BROTLI.to_vec()),
            (&["zstd"], ZSTD.to_vec()),
            (&["zstd"], [ZSTD.split_at(0).0, ZSTD].concat()),
            (&["deflate, gzip"], gzip(&zlib(CONTENT))),
            (&["deflate", "gzip"], gzip(&zlib(CONTENT))),
            (&["identity"], CONTENT.to_vec()),
            (&[], CONTENT.to_vec()),
        ] {
            assert_eq!(undo(values, &body).as_deref(), Ok(CONTENT), "{values:?}");
        }
        assert_eq!(undo(&["gzip"], b"").as_deref(), Ok(&b""[..]), "nothing has no coding");
    }

    #[test]
    fn what_cannot_be_undone_is_named() {
        let whole = gzip(CONTENT);
        let told = |values: &[&str], body: &[u8]| undo(values, body).expect_err("no content");
        assert!(told(&["compress"], b"x").contains("`compress` cannot be undone: known are gzip"));
        assert!(told(&["gzip"], &whole[..whole.len() - 9]).contains("the body is cut"));
        assert!(told(&["gzip"], CONTENT).contains("`gzip` cannot be undone"));
        assert!(told(&["zstd"], &ZSTD[..ZSTD.len() - 5]).contains("`zstd` cannot be undone"));
        assert!(told(&["br"], &BROTLI[..BROTLI.len() - 5]).contains("`br` cannot be undone"));
    }

    #[test]
    fn a_bomb_is_not_unfolded() {
        let bomb = gzip(&vec![0; 10 << 20]);
        assert!(bomb.len() < 20_000);
        assert!(undo(&["gzip"], &bomb).expect_err("too large").contains("larger than 1000 bytes"));
    }
}
