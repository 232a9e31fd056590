// SPDX-License-Identifier: Apache-2.0
//! The one table that the benchmark prints.

use std::time::Duration;

use crate::load::Measured;

/// One row over HTTP: several rounds of the same load; the middle one speaks.
#[derive(Debug)]
pub struct Row {
    /// What was asked.
    pub name: &'static str,
    /// Its rounds.
    pub rounds: Vec<Measured>,
}

impl Row {
    fn middle(&self, value: impl Fn(&Measured) -> f64) -> f64 {
        let mut values: Vec<f64> = self.rounds.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    }
}

/// Prints the rows, each with its ratio to the first.
pub fn http(rows: &[Row]) {
    println!(
        "{:<34}{:>12}{:>8}{:>12}{:>12}{:>8}{:>14}",
        "over HTTP", "answers/s", "ratio", "p50", "p99", "ratio", "CPU, server"
    );
    let base = &rows[0];
    for row in rows {
        let rate = row.middle(|round| round.per_second);
        let p99 = row.middle(|round| round.p99.as_secs_f64());
        println!(
            "{:<34}{:>12.0}{:>8.2}{:>12}{:>12}{:>8.2}{:>14}",
            row.name,
            rate,
            rate / base.middle(|round| round.per_second),
            micros(Duration::from_secs_f64(
                row.middle(|round| round.p50.as_secs_f64())
            )),
            micros(Duration::from_secs_f64(p99)),
            p99 / base.middle(|round| round.p99.as_secs_f64()),
            micros(Duration::from_secs_f64(
                row.middle(|round| round.server_cpu.as_secs_f64())
            )),
        );
    }
}

/// Prints rows of ours beside those of a peer for the same, in Markdown. What one core does is what the
/// processor time of the server for one answer comes to.
pub fn beside(ours: &[Row], theirs: &[Row]) {
    println!(
        "| | a second: Countersign | Keycloak | ratio | a second and core: Countersign | Keycloak | ratio | p50 | p99 |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for (ours, theirs) in ours.iter().zip(theirs) {
        let rate = |row: &Row| row.middle(|round| round.per_second);
        let core = |row: &Row| 1.0 / row.middle(|round| round.server_cpu.as_secs_f64());
        let millis =
            |row: &Row, span: fn(&Measured) -> Duration| row.middle(|round| span(round).as_secs_f64()) * 1e3;
        println!(
            "| {} | {:.0} | {:.0} | {:.1} | {:.0} | {:.0} | {:.1} | {:.1} / {:.1} ms | {:.1} / {:.1} ms |",
            ours.name,
            rate(ours),
            rate(theirs),
            rate(ours) / rate(theirs),
            core(ours),
            core(theirs),
            core(ours) / core(theirs),
            millis(ours, |round| round.p50),
            millis(theirs, |round| round.p50),
            millis(ours, |round| round.p99),
            millis(theirs, |round| round.p99),
        );
    }
}

/// Prints one decision's cost in process.
pub fn decisions(name: &str, sorted: &[Duration]) {
    let at = |part: usize| sorted[(sorted.len() * part / 100).min(sorted.len() - 1)];
    println!("{name:<58}{:>12}{:>12}", micros(at(50)), micros(at(99)));
}

/// A short span in microseconds.
pub fn micros(span: Duration) -> String {
    format!("{:.1} µs", span.as_secs_f64() * 1e6)
}

/// The processor time that a process has taken.
pub fn processor_time(process: u32) -> Duration {
    const TICKS_PER_SECOND: u64 = 100;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND)
}

/// The resident memory of a process, in MiB.
pub fn resident_mib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|kib| kib.parse::<u64>().ok())
        .map_or(0, |kib| kib / 1024)
}
