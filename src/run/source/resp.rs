//! RESP2, the protocol of Redis: <https://redis.io/docs/latest/develop/reference/protocol-spec/>.

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// The longest text.
const MOST_TEXT: usize = 64 << 20;
/// The most elements of a reply, those of nested ones included.
const MOST_ELEMENTS: usize = 10_000_000;
/// How deep replies may be nested.
const DEEPEST: usize = 8;
/// The longest line.
const MOST_LINE: u64 = 64 * 1024;

/// A reply.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reply {
    /// A text or a number.
    Text(String),
    /// Nothing.
    Nil,
    /// Several.
    List(Vec<Reply>),
    /// A refusal.
    Error(String),
}

/// A command as the protocol has it: a list of texts.
pub(super) fn command(words: &[impl AsRef<str>]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        let word = word.as_ref();
        bytes.extend_from_slice(format!("${}\r\n{word}\r\n", word.len()).as_bytes());
    }
    bytes
}

/// Reads one reply.
pub(super) async fn read(from: &mut (impl AsyncBufRead + Unpin)) -> Result<Reply, String> {
    let mut room = MOST_ELEMENTS;
    // Lists that are not yet full, the innermost last.
    let mut open: Vec<(usize, Vec<Reply>)> = Vec::new();
    loop {
        room =
            room.checked_sub(1).ok_or_else(|| format!("the reply has more than {MOST_ELEMENTS} elements"))?;
        let mut reply = match one(from).await? {
            Head::Whole(reply) => reply,
            Head::List(0) => Reply::List(Vec::new()),
            Head::List(length) => {
                if open.len() == DEEPEST {
                    return Err(format!("the reply is nested more than {DEEPEST} deep"));
                }
                open.push((length, Vec::new()));
                continue;
            }
        };
        loop {
            let Some((length, list)) = open.last_mut() else { return Ok(reply) };
            list.push(reply);
            if list.len() < *length {
                break;
            }
            reply = Reply::List(open.pop().map(|(_, list)| list).unwrap_or_default());
        }
    }
}

/// A reply, or the beginning of a list.
enum Head {
    Whole(Reply),
    List(usize),
}

async fn one(from: &mut (impl AsyncBufRead + Unpin)) -> Result<Head, String> {
    let line = line(from).await?;
    let (kind, rest) = line.split_at_checked(1).ok_or("the reply has an empty line")?;
    let length = || rest.parse::<i64>().map_err(|_| format!("the reply has the length `{rest}`"));
    Ok(match kind {
        "+" | ":" => Head::Whole(Reply::Text(rest.to_owned())),
        "-" => Head::Whole(Reply::Error(rest.to_owned())),
        "$" => Head::Whole(match usize::try_from(length()?) {
            Ok(length) => Reply::Text(text(from, length).await?),
            Err(_) => Reply::Nil,
        }),
        "*" => match usize::try_from(length()?) {
            Ok(length) => Head::List(length),
            Err(_) => Head::Whole(Reply::Nil),
        },
        other => return Err(format!("the reply begins with `{other}`: is this Redis?")),
    })
}

async fn line(from: &mut (impl AsyncBufRead + Unpin)) -> Result<String, String> {
    let mut line = Vec::new();
    let read = from.take(MOST_LINE).read_until(b'\n', &mut line).await;
    read.map_err(|error| error.to_string())?;
    match line.strip_suffix(b"\r\n") {
        Some(line) => Ok(String::from_utf8_lossy(line).into_owned()),
        None => Err("the connection was closed in the middle of a reply".to_owned()),
    }
}

async fn text(from: &mut (impl AsyncBufRead + Unpin), length: usize) -> Result<String, String> {
    if length > MOST_TEXT {
        return Err(format!("a text of {length} bytes is longer than {MOST_TEXT}"));
    }
    let mut bytes = vec![0; length + 2];
    from.read_exact(&mut bytes).await.map_err(|error| format!("in the middle of a reply: {error}"))?;
    bytes.truncate(length);
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn reply(bytes: &[u8]) -> Result<Reply, String> {
        read(&mut &*bytes).await
    }

    fn text(text: &str) -> Reply {
        Reply::Text(text.into())
    }

    #[tokio::test]
    async fn replies_of_every_kind_are_read() {
        assert_eq!(reply(b"+OK\r\n").await, Ok(text("OK")));
        assert_eq!(reply(b":-5\r\n").await, Ok(text("-5")));
        assert_eq!(reply(b"$-1\r\n").await, Ok(Reply::Nil));
        assert_eq!(reply(b"*-1\r\n").await, Ok(Reply::Nil));
        assert_eq!(reply(b"$0\r\n\r\n").await, Ok(text("")));
        assert_eq!(reply(b"-ERR no\r\n").await, Ok(Reply::Error("ERR no".into())));
        assert_eq!(reply(b"$4\r\na\r\nb\r\n").await, Ok(text("a\r\nb")));
        let nested = reply(b"*3\r\n*0\r\n*2\r\n:1\r\n$1\r\nx\r\n+y\r\n").await;
        let inner = Reply::List(vec![text("1"), text("x")]);
        assert_eq!(nested, Ok(Reply::List(vec![Reply::List(Vec::new()), inner, text("y")])));
    }

    #[tokio::test]
    async fn nonsense_is_told_and_takes_no_memory() {
        for (bytes, word) in [
            (&b"HTTP/1.1 400\r\n"[..], "is this Redis"),
            (b"$99999999999\r\n", "longer than"),
            (b"$x\r\n", "length `x`"),
            (b"$5\r\nab", "in the middle"),
            (b"*2\r\n:1\r\n", "closed in the middle"),
            (b"\r\n", "empty line"),
            (b"", "closed"),
            (&b"*1\r\n".repeat(9), "nested"),
        ] {
            let error = reply(bytes).await.expect_err("nonsense");
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn a_command_is_a_list_of_texts() {
        assert_eq!(command(&["GET", "ä"]), "*2\r\n$3\r\nGET\r\n$2\r\nä\r\n".as_bytes());
    }
}
