//! The desk, killed in the middle of its work, fifty times. `desk kills` does it a thousand times.

use std::process::Command;

#[test]
fn nothing_is_lost_and_nothing_done_twice() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_desk")).args(["kills", "50"]).output().expect("the desk runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("none is lost"), "{said}");
}
