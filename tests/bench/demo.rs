// SPDX-License-Identifier: Apache-2.0
//! `bench demo PROGRAM`: how soon the demonstration answers, and what it keeps in memory. The budgets are 300 ms and 80 MB.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::table;

/// Starts after the first.
const STARTS: usize = 5;

/// Measures and prints.
pub fn measure(program: &Path) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (first, _) = start(program, folder.path());
    let mut starts: Vec<(Duration, u64)> = (0..STARTS).map(|_| start(program, folder.path())).collect();
    starts.sort_unstable();
    let (took, mib) = starts[STARTS / 2];
    println!(
        "{:<54}{:>8} ms",
        "the very first start, which makes keys",
        first.as_millis()
    );
    println!("{:<54}{:>8} ms", "start, until it answers", took.as_millis());
    println!("{:<54}{:>8} MiB", "resident then", mib);
}

/// One start: until it answers, and what was resident then.
fn start(program: &Path, folder: &Path) -> (Duration, u64) {
    let begin = Instant::now();
    let mut process = Running(
        Command::new(program)
            .args(["demo", "--json", "--port", "0", "--data-dir"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts"),
    );
    let mut line = String::new();
    let mut output = BufReader::new(process.0.stdout.take().expect("its output"));
    output.read_line(&mut line).expect("it says where it listens");
    let said: Value = serde_json::from_str(&line).expect("one line of JSON");
    let address = said["base_url"]
        .as_str()
        .expect("an address")
        .trim_start_matches("http://");
    while TcpStream::connect(address).is_err() {
        std::thread::sleep(Duration::from_millis(1));
    }
    (begin.elapsed(), table::resident_mib(process.0.id()))
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _gone_already = self.0.kill();
        let _gone_already = self.0.wait();
    }
}
