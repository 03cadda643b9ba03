//! The line to a helper: an order out, its answer back.

use crate::netfault::{Answer, Hello, Order};
use std::pin::Pin;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// How long a helper may take to say its first word: its container has to start.
const HELLO_WITHIN: Duration = Duration::from_secs(20);
/// How long it may take to answer. It takes milliseconds; laying the first rules may have to load modules.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// What a helper listens to.
pub type Input = Pin<Box<dyn AsyncWrite + Send>>;
/// What it says.
pub type Output = Pin<Box<dyn AsyncRead + Send>>;

/// An open line. Dropping it ends the helper.
pub struct Wire {
    talk: Mutex<Talk>,
}

struct Talk {
    input: Input,
    output: BufReader<Output>,
    /// An order has no answer yet, because nobody waited for it any more or none came: later answers would be mistaken for it.
    broken: bool,
}

impl Wire {
    /// Waits for the greeting. The error says why there is none, or that the helper is of another version.
    pub async fn open(input: Input, output: Output) -> Result<Wire, String> {
        let mut output = BufReader::new(output);
        let mut line = String::new();
        match timeout(HELLO_WITHIN, output.read_line(&mut line)).await {
            Err(_) => return Err(format!("it has said nothing within {HELLO_WITHIN:?}")),
            Ok(Err(error)) => return Err(format!("it cannot be heard: {error}")),
            Ok(Ok(0)) => return Err("it ended before its first word".into()),
            Ok(Ok(_)) => {}
        }
        let hello: Hello = serde_json::from_str(&line)
            .map_err(|_| format!("its first words are not a helper's: {}", line.trim_end()))?;
        let ours = env!("CARGO_PKG_VERSION");
        if hello.hello != ours {
            return Err(format!(
                "it is of version {}, and this is {ours}; use an image of the same version",
                hello.hello
            ));
        }
        Ok(Wire { talk: Mutex::new(Talk { input, output, broken: false }) })
    }

    /// Gives an order and waits for the answer. `Err`: the line is dead, and with it soon the helper; an order that was
    /// understood and not carried out is an [`Answer`] with an error.
    pub async fn ask(&self, order: &Order) -> Result<Answer, String> {
        let mut talk = self.talk.lock().await;
        if talk.broken {
            return Err("the line to the helper is broken".into());
        }
        talk.broken = true;
        let answer = match timeout(ANSWER_WITHIN, talk.exchange(order)).await {
            Ok(answer) => answer?,
            Err(_) => return Err(format!("the helper has not answered within {ANSWER_WITHIN:?}")),
        };
        talk.broken = false;
        Ok(answer)
    }
}

impl Talk {
    async fn exchange(&mut self, order: &Order) -> Result<Answer, String> {
        let mut line = serde_json::to_string(order).map_err(|error| error.to_string())?;
        line.push('\n');
        let gone = |error: std::io::Error| format!("the helper has ended ({error})");
        self.input.write_all(line.as_bytes()).await.map_err(gone)?;
        self.input.flush().await.map_err(gone)?;
        let mut answer = String::new();
        if self.output.read_line(&mut answer).await.map_err(gone)? == 0 {
            return Err("the helper has ended".into());
        }
        serde_json::from_str(&answer)
            .map_err(|error| format!("the helper's answer is not understood: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{DuplexStream, duplex, split};

    fn greeting(version: &str) -> String {
        format!("{{\"hello\":\"{version}\"}}\n")
    }

    async fn opened(first: &str) -> (Result<Wire, String>, DuplexStream) {
        let (ours, mut theirs) = duplex(1 << 16);
        theirs.write_all(first.as_bytes()).await.expect("room");
        let (output, input) = split(ours);
        (Wire::open(Box::pin(input), Box::pin(output)).await, theirs)
    }

    #[tokio::test]
    async fn another_version_is_refused() {
        let error = opened(&greeting("0.0.1")).await.0.err().expect("refused");
        assert!(error.contains("0.0.1") && error.contains(env!("CARGO_PKG_VERSION")), "{error}");
        assert!(opened("what?\n").await.0.err().expect("refused").contains("what?"));
    }

    #[tokio::test]
    async fn answers_follow_orders_until_the_helper_ends() {
        let (wire, mut theirs) = opened(&greeting(env!("CARGO_PKG_VERSION"))).await;
        let wire = wire.expect("a wire");
        theirs.write_all(b"{\"held\":3}\n").await.expect("room");
        assert_eq!(wire.ask(&Order::Stats).await.expect("an answer").held, 3);
        drop(theirs);
        assert!(wire.ask(&Order::Stats).await.expect_err("gone").contains("ended"));
        assert!(wire.ask(&Order::Stats).await.expect_err("gone").contains("broken"));
    }

    #[tokio::test]
    async fn an_answer_nobody_waited_for_is_not_mistaken_for_the_next() {
        let (wire, theirs) = opened(&greeting(env!("CARGO_PKG_VERSION"))).await;
        let wire = wire.expect("a wire");
        assert!(timeout(Duration::from_millis(10), wire.ask(&Order::Stats)).await.is_err());
        assert!(wire.ask(&Order::Quit).await.expect_err("broken").contains("broken"));
        drop(theirs);
    }
}
