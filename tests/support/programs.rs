// SPDX-License-Identifier: Apache-2.0
//! Programs of others that tests run: they are there, and they succeed, or the test says what they said.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Runs a program to its end, which has to be a good one.
pub fn ran(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|fault| missing(command, &fault));
    succeeded(command, &output);
    output
}

/// As [`ran`], with something to read.
pub fn fed(command: &mut Command, input: &str) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|fault| missing(command, &fault));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    succeeded(command, &output);
}

/// What to say of a program that is not there.
pub fn missing(command: &Command, fault: &std::io::Error) -> ! {
    panic!(
        "{:?} does not run ({fault}): scripts/setup.sh test installs it",
        command.get_program()
    )
}

/// Waits until somebody listens there.
pub fn answers(address: (&str, u16), within: Duration) {
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(begun.elapsed() < within, "nobody answers at {address:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A loopback port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn succeeded(command: &Command, output: &Output) {
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
