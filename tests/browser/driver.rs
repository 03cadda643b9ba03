//! A small WebDriver client: what these tests need of <https://www.w3.org/TR/webdriver2/>, and Chromium's own commands.

use crate::skipping::skip;
use crate::waiting::blocking::eventually;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

pub struct Browser {
    driver: Child,
    /// Held open: the driver goes on talking.
    _told: Lines<BufReader<ChildStdout>>,
    port: u16,
    session: String,
}

impl Browser {
    /// A browser of its own; nothing where there is none.
    pub fn start() -> Option<Browser> {
        let started = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut driver = match started {
            Ok(driver) => driver,
            Err(error) => {
                skip(&format!(
                    "chromedriver cannot be started ({error}): install chromium and chromium-driver"
                ));
                return None;
            }
        };
        let mut lines = BufReader::new(driver.stdout.take().expect("it is piped")).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .take(50)
            .find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok())
            .expect("chromedriver tells its port");
        let mut browser = Browser { driver, _told: lines, port, session: String::new() };
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--no-first-run",
            "--disable-extensions",
            "--window-size=1280,900",
        ];
        let made = browser.call(
            "POST",
            "/session",
            &json!({ "capabilities": { "alwaysMatch": {
                "browserName": "chrome",
                "goog:chromeOptions": { "args": arguments },
                "goog:loggingPrefs": { "browser": "ALL" },
            }}}),
        );
        browser.session = made["sessionId"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
        Some(browser)
    }

    /// Opens a file, at a place in it (`#…`).
    pub fn open(&self, path: &Path, place: &str) {
        self.post("url", &json!({ "url": format!("file://{}{place}", path.display()) }));
    }

    /// Runs a function's body in the page and gives what it returns.
    pub fn run(&self, script: &str) -> Value {
        self.post("execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Runs it until it returns true, for a while.
    #[track_caller]
    pub fn until(&self, script: &str) {
        eventually(script, || self.run(script) == json!(true));
    }

    /// A command of Chromium's own protocol.
    pub fn chromium(&self, command: &str, parameters: Value) -> Value {
        self.post("goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    /// What the page complained of.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.post("se/log", &json!({ "type": "browser" }));
        log.as_array().into_iter().flatten().map(|entry| entry["message"].to_string()).collect()
    }

    /// The mouse: `mouseMoved`, `mousePressed` or `mouseReleased` at a place of the window.
    pub fn mouse(&self, kind: &str, x: f64, y: f64) {
        let pressed = kind != "mouseMoved";
        let button = if pressed { "left" } else { "none" };
        let count = i32::from(pressed);
        self.chromium(
            "Input.dispatchMouseEvent",
            json!({ "type": kind, "x": x, "y": y, "button": button, "clickCount": count }),
        );
    }

    pub fn click(&self, x: f64, y: f64) {
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            self.mouse(kind, x, y);
        }
    }

    /// A key by its name.
    pub fn key(&self, key: &str) {
        let text = (key.len() == 1).then_some(key);
        let event = |kind: &str| {
            let mut event = json!({ "type": kind, "key": key });
            if let (Some(text), "keyDown") = (text, kind) {
                event["text"] = json!(text);
            }
            event
        };
        self.chromium("Input.dispatchKeyEvent", event("keyDown"));
        self.chromium("Input.dispatchKeyEvent", event("keyUp"));
    }

    /// Scrolls an element into the middle and gives its box: x, y, width, height.
    #[track_caller]
    pub fn place(&self, selector: &str) -> [f64; 4] {
        let found = self.run(&format!(
            "const e = document.querySelector({selector:?}); if (!e) return null;\
             e.scrollIntoView({{block: 'center', behavior: 'instant'}});\
             const b = e.getBoundingClientRect(); return [b.x, b.y, b.width, b.height];"
        ));
        let number = |place: usize| found[place].as_f64().unwrap_or_else(|| panic!("{selector}: {found}"));
        [number(0), number(1), number(2), number(3)]
    }

    /// A window of this width, in this colour scheme, on the screen or printed.
    pub fn look(&self, width: u32, scheme: &str, medium: &str) {
        self.chromium(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600 }),
        );
        self.chromium(
            "Emulation.setEmulatedMedia",
            json!({ "media": medium, "features": [{ "name": "prefers-color-scheme", "value": scheme }] }),
        );
    }

    /// Keeps a picture of the whole page, where pictures are wanted.
    pub fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("SHAKEDOWN_SCREENSHOTS") else { return };
        let shot = self.chromium(
            "Page.captureScreenshot",
            json!({ "captureBeyondViewport": true, "clip": self.whole() }),
        );
        std::fs::create_dir_all(&folder).expect("a folder");
        let file = Path::new(&folder).join(format!("{name}.png"));
        std::fs::write(file, base64(shot["data"].as_str().expect("a picture"))).expect("written");
    }

    fn whole(&self) -> Value {
        let size = self.run("const e = document.documentElement; return [e.scrollWidth, e.scrollHeight];");
        json!({ "x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1 })
    }

    fn post(&self, command: &str, body: &Value) -> Value {
        self.call("POST", &format!("/session/{}/{command}", self.session), body)
    }

    #[track_caller]
    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.ask(method, path, &body.to_string()).expect("chromedriver answers");
        let value = &answer["value"];
        assert!(value["error"].is_null(), "{method} {path}: {value:#}");
        value.clone()
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> std::io::Result<Value> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(120)))?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.port,
            body.len()
        )?;
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            if answer.read_line(&mut line)? == 0 || line.trim().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().map_err(std::io::Error::other)?;
            }
        }
        let mut content = vec![0; length];
        answer.read_exact(&mut content)?;
        serde_json::from_slice(&content).map_err(std::io::Error::other)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Chromium ends with its session; what is left of the driver is ours.
        if !self.session.is_empty() {
            let _ = self.ask("DELETE", &format!("/session/{}", self.session), "");
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// RFC 4648, decoded.
fn base64(text: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => u32::from(letter - b'A'),
        b'a'..=b'z' => u32::from(letter - b'a') + 26,
        b'0'..=b'9' => u32::from(letter - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    let letters: Vec<u8> = text.bytes().filter(|letter| *letter != b'=').collect();
    letters
        .chunks(4)
        .flat_map(|group| {
            let bits =
                group.iter().fold(0, |bits, letter| bits << 6 | value(*letter)) << (6 * (4 - group.len()));
            let bytes = [(bits >> 16) as u8, (bits >> 8) as u8, bits as u8];
            bytes.into_iter().take(group.len() - 1)
        })
        .collect()
}
