//! The README's requests, as a shell runs them.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

const README: &str = include_str!("../README.md");

#[test]
fn the_requests_of_the_readme_are_answered() {
    let data = std::env::temp_dir().join(format!("desk-readme-{}", std::process::id()));
    drop(std::fs::remove_dir_all(&data));
    let mut desk = Command::new(env!("CARGO_BIN_EXE_desk"))
        .args(["--quiet", "--listen", "127.0.0.1:0", "--password", "secret", "--data"])
        .arg(&data)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the desk runs");
    let lines = BufReader::new(desk.stdout.take().expect("it prints")).lines().map_while(Result::ok);
    let (mut key, mut base) = (String::new(), String::new());
    for line in lines {
        if let Some((_, rest)) = line.split_once("API key") {
            key = rest.trim().into();
        }
        if let Some((_, rest)) = line.split_once("API         ") {
            base = rest.trim_end_matches("/explorer").into();
            break;
        }
    }
    let block = README.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).expect("requests");
    let asked = block.lines().filter(|line| line.starts_with("curl")).count();
    let output = Command::new("bash")
        .args(["-ec", &block.replace("curl -s", "curl -s -w '\\n'")])
        .env("DESK", &base)
        .env("KEY", &key)
        .output();
    drop(desk.kill());
    drop(desk.wait());
    drop(std::fs::remove_dir_all(&data));
    let output = output.expect("a shell with curl");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    assert_eq!(said.matches(r#""status":{"code":0,"message":"OK""#).count(), asked, "{said}");
    assert_eq!(asked, 6);
}
