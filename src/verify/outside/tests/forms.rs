//! What the two forms mean.

use super::{reads, reads_keyed};
use crate::event::Outcome;
use crate::verify::outside::Function;

macro_rules! json {
    ($($value:tt)+) => { crate::json::Value::from(serde_json::json!($($value)+)) };
}

#[test]
fn json_lines_become_operations_in_the_order_of_their_invocations() {
    let history = reads(
        r#"{"process":0,"type":"invoke","f":"write","key":"x","value":1,"time":10}
{"process":"a","type":"invoke","f":"cas","key":3,"value":[1,2.0]}

{"process":"nemesis","type":"info","f":"kill","value":"n1"}
{"process":"a","type":"ok","f":"cas","value":[1,2],"time":30.5,"index":4,"error":"ignored"}
{"process":0,"type":"info","f":"write","value":"timeout"}
{"process":2,"type":"invoke","f":"read","key":"x"}
"#,
    )
    .expect("a history");
    let [write, cas, read] = &history.operations[..] else { panic!("{history:?}") };
    assert_eq!(
        (write.outcome, write.ok_at(), write.end.map(|end| end.line)),
        (Outcome::Indeterminate, None, Some(6))
    );
    assert_eq!((&write.argument, &write.result), (&json!(1), &json!(null)));
    assert_eq!((cas.outcome, cas.end.and_then(|end| end.time)), (Outcome::Ok, Some(30)));
    assert_eq!(cas.argument, json!([1, 2]));
    assert_eq!((read.outcome, read.end), (Outcome::Indeterminate, None));
    assert_eq!(history.keys, ["x", "3"]);
    assert_eq!(history.processes, ["0", "a", "2"]);
    assert_eq!(history.nemesis, 1);
}

#[test]
fn edn_is_known_by_its_looks_and_read_like_jepsen_writes_it() {
    let history = reads(
        "; a comment\n#jepsen.history.Op{:index 0, :process 0, :type :invoke, :f :txn-like, :value [[:r 1 nil] #{2}]}\n\
         {:process :nemesis, :type :info, :f nil}\n\
         {:process 0 :type :ok :f :txn-like :value (\"a\\u0041\\n\" \\c -3 1.5 4N 2.50M true ##NaN #inst \"x\" sym {:k :v})}",
    )
    .expect("a history");
    let operation = &history.operations[0];
    assert_eq!(operation.function, Function::Other("txn-like".into()));
    assert_eq!(operation.argument, json!([["r", 1, null], [2]]));
    let value = json!(["aA\n", "c", -3, 1.5, 4, 2.5, true, "NaN", "x", "sym", {"k": "v"}]);
    assert_eq!(operation.result, value);
}

#[test]
fn one_vector_or_list_of_maps_is_a_history_too() {
    for text in [
        "[{:process 0 :type :invoke :f :read}\n {:process 0 :type :ok :f :read :value 2}]",
        "({:process 0 :type :invoke :f :read} {:process 0 :type :ok :f :read :value 2})",
    ] {
        assert_eq!(reads(text).expect("a history").operations[0].result, json!(2));
    }
}

#[test]
fn keys_stand_beside_the_value_or_in_it() {
    let tagged = "{:process 0 :type :invoke :f :read :value #jepsen.independent/tuple [7 nil]}\n\
                  {:process 0 :type :ok :f :read :value #jepsen.independent/tuple [7 3]}";
    let plain =
        "{:process 0 :type :invoke :f :read :value [7 nil]}\n{:process 0 :type :ok :f :read :value [7 3]}";
    let failed = "{:process 0 :type :invoke :f :read :value [7 nil]}\n{:process 0 :type :info :f :read :value :timeout}";
    for history in [reads(tagged), reads_keyed(plain)] {
        let history = history.expect("a history");
        assert_eq!((history.keys[0].as_str(), &history.operations[0].result), ("7", &json!(3)));
    }
    let found = reads(plain).expect("a history");
    assert!(found.keys_found_in_values, "a read is invoked without a value, so that these are pairs");
    assert_eq!((found.keys[0].as_str(), &found.operations[0].result), ("7", &json!(3)));
    // Where a value could be a pair by itself, nothing is concluded.
    let pairs =
        "{:process 0 :type :invoke :f :write :value [7 3]}\n{:process 0 :type :ok :f :write :value [7 3]}";
    assert_eq!(reads(pairs).expect("a history").operations[0].argument, json!([7, 3]));
    assert_eq!(reads_keyed(failed).expect("a history").operations[0].outcome, Outcome::Indeterminate);
}

#[test]
fn a_process_may_go_on_after_an_indeterminate_operation_and_that_is_told() {
    let history = reads(
        r#"{"process":0,"type":"invoke","f":"write","value":1}
{"process":0,"type":"info","f":"write","value":1}
{"process":0,"type":"invoke","f":"read"}
{"process":0,"type":"ok","f":"read","value":1}"#,
    )
    .expect("a history");
    assert_eq!((history.operations.len(), history.went_on), (2, 1));
    assert_eq!(history.operations[0].ok_at(), None);
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_mean_nothing() {
    let history =
        reads("\u{feff}{\"process\":0,\"type\":\"invoke\",\"f\":\"read\"}\r\n\r\n").expect("a history");
    assert_eq!(history.operations.len(), 1);
}
