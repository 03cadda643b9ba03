//! Mistakes in faults on the network.

use crate::plan::load_text;

#[test]
fn mistakes_in_network_faults_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let errors = |fault: &str| {
        let text = format!(
            "name = \"p\"\n[stack]\nkind = \"compose\"\nproject = \"p\"\nattach = true\n[target]\nurl = \"http://127.0.0.1:1\"\n\
             [load]\nstages = [{{ rate = \"5/s\", for = \"30s\" }}]\n[[flow]]\nname = \"f\"\n[[flow.step]]\nname = \"s\"\nget = \"/\"\n\
             [[objective]]\nexpect = \"availability > 1%\"\n[[fault]]\nid = \"x\"\nat = \"1s\"\nfor = \"1s\"\n{fault}\n"
        );
        let loaded = load_text("plan.toml", &text, folder.path(), &[]);
        loaded.err().map(|errors| errors.0.iter().map(ToString::to_string).collect::<String>())
    };
    for right in [
        "packets = { target = { service = \"web\" }, delay = \"5ms\", reorder = \"5%\" }",
        "packets = { between = { from = \"web\", to = [\"db\", \"cache\"] }, rate = \"1MB\" }",
        "partition = { from = \"web\", to = [\"db\"], one_way = true }",
        "dns = { target = { service = \"web\" }, action = \"nxdomain\", names = [\"db\"] }",
        "dns = { target = { service = \"web\" }, action = \"delay\", delay = \"1s\" }",
    ] {
        assert_eq!(errors(right), None, "{right}");
    }
    for (wrong, word) in [
        ("packets = { target = { service = \"web\" } }", "nothing happens"),
        ("packets = { loss = \"1%\" }", "strikes nobody"),
        ("packets = { target = { service = \"web\" }, direction = \"up\", loss = \"1%\" }", "direction"),
        ("packets = { target = { service = \"web\" }, reorder = \"1%\" }", "overtaken"),
        ("packets = { target = { service = \"web\" }, rate = \"0B\" }", "0 bytes per second"),
        (
            "packets = { target = { service = \"web\" }, between = { from = \"a\", to = \"b\" }, loss = \"1%\" }",
            "two ways to say",
        ),
        ("packets = { between = { from = [], to = \"b\" }, loss = \"1%\" }", "empty group"),
        ("partition = { from = \"web\", to = [\"db\", \"web\"] }", "both groups"),
        ("dns = { target = { service = \"web\" }, action = \"delay\" }", "delayed by nothing"),
        ("dns = { target = { service = \"web\" }, action = \"drop\", delay = \"1s\" }", "delays nothing"),
        ("dns = { target = { service = \"web\" }, action = \"lose\" }", "action"),
    ] {
        let told = errors(wrong).unwrap_or_default();
        assert!(told.contains(word), "{wrong}: {told}");
    }
}
