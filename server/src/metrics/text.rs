// SPDX-License-Identifier: Apache-2.0
//! Everything that is counted, in the text format of OpenMetrics 1.0.

use std::fmt::Error;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric as _, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use super::histogram::Held;
use crate::app::App;

/// The content type of [`of`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All metrics as they are now.
pub fn of(app: &App) -> Result<String, Error> {
    let mut registry = Registry::with_prefix("countersign");
    registry.register_collector(Box::new(Now(app.clone())));
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

#[derive(Debug)]
struct Now(App);

impl Collector for Now {
    fn encode(&self, mut to: DescriptorEncoder) -> Result<(), Error> {
        let app = &self.0;
        self.decisions(&mut to)?;
        self.requests(&mut to)?;
        let (hits, misses) = app.engine.remembered();
        let answers = [([("result", "hit")], hits), ([("result", "miss")], misses)];
        counters(
            &mut to,
            "remembered_answers",
            "Questions that were answered before in the same world, and those that were not",
            answers,
        )?;
        let refusals = app.limits.refusals();
        counters(
            &mut to,
            "refused_requests",
            "Requests that were told to come back, or are too large, by why",
            refusals.map(|(why, count)| ([("why", why)], count)),
        )?;
        let refused = app.upstream.refusals.counted();
        counters(
            &mut to,
            "refused_messages",
            "Messages in the name of a source that were refused, by source",
            refused
                .iter()
                .map(|(source, count)| ([("source", source.as_str())], *count)),
        )?;
        let build = [
            ("version", env!("CARGO_PKG_VERSION")),
            ("policies", app.engine.policy_revision()),
        ];
        let mut info = to.encode_descriptor("build", "What runs here", None, MetricType::Info)?;
        info.encode_info(&build)?;
        self.gauges(&mut to)
    }
}

impl Now {
    fn decisions(&self, to: &mut DescriptorEncoder) -> Result<(), Error> {
        let decisions = &self.0.metrics.decisions;
        let counted = decisions.counted().map(|one| {
            let labels = [
                ("action", one.action),
                ("outcome", one.outcome),
                ("reason", one.reason),
            ];
            (labels, one.count)
        });
        counters(
            to,
            "decisions",
            "Decisions by action, outcome and true reason",
            counted,
        )?;
        let help = "Time to decide, without putting on record";
        histogram(to, "decision_seconds", help, &decisions.deciding.held())?;
        let help = "Time until a decision is on record";
        histogram(to, "recording_seconds", help, &decisions.recording.held())
    }

    fn requests(&self, to: &mut DescriptorEncoder) -> Result<(), Error> {
        let counted = self.0.metrics.requests.counted();
        let statuses = counted.iter().flat_map(|one| {
            let labelled = |(status, count): &(&'static str, u64)| {
                let labels = [
                    ("method", one.method),
                    ("route", one.route.as_str()),
                    ("status", *status),
                ];
                (labels, *count)
            };
            one.statuses.iter().map(labelled)
        });
        counters(
            to,
            "http_requests",
            "Answers by route, method and class of status",
            statuses,
        )?;
        let help = "Time until an answer began, by route and method";
        let mut family = to.encode_descriptor("http_request_seconds", help, None, MetricType::Histogram)?;
        for one in &counted {
            let labels = [("method", one.method), ("route", one.route.as_str())];
            let (sum, count) = (one.took.sum, one.took.count);
            family.encode_family(&labels)?.encode_histogram::<NoLabelSet>(
                sum,
                count,
                &one.took.buckets,
                None,
            )?;
        }
        Ok(())
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "the format speaks of floating point, and nobody counts past 2^53 here"
    )]
    fn gauges(&self, to: &mut DescriptorEncoder) -> Result<(), Error> {
        let app = &self.0;
        let now = app.now();
        let seconds = |ms: i64| ms as f64 / 1_000.0;
        let truth = |is: bool| if is { 1.0 } else { 0.0 };
        for (name, help, value) in [
            (
                "alarms",
                "Lines of alarm on /readyz",
                app.alarms.told().len() as f64,
            ),
            (
                "clock_skewed",
                "1: our clock and the store's differ too much",
                truth(app.tail.is_skewed()),
            ),
            (
                "journal_limit_bytes",
                "What may wait in the journal",
                app.config.record.journal_bytes as f64,
            ),
            (
                "journal_waiting_bytes",
                "What waits in the journal to be moved into the record",
                app.recorder.waiting_bytes() as f64,
            ),
            (
                "record_failing",
                "1: the journal cannot be written",
                truth(app.recorder.is_failing()),
            ),
            ("sessions", "Sessions on the board", app.board.len() as f64),
            (
                "spool_waiting",
                "Decisions that wait in the space set aside",
                app.recorder.waiting() as f64,
            ),
            (
                "tail_lag_seconds",
                "Since the store last confirmed the world in memory",
                seconds(app.tail.lag_ms(now)),
            ),
            (
                "uptime_seconds",
                "Since this process began",
                app.started.elapsed().as_secs_f64(),
            ),
            (
                "world_revision_age_seconds",
                "Since the world in memory last changed",
                seconds(app.tail.revision_age_ms(now)),
            ),
        ] {
            let gauge = ConstGauge::new(value);
            gauge.encode(to.encode_descriptor(name, help, None, gauge.metric_type())?)?;
        }
        Ok(())
    }
}

fn counters<L: EncodeLabelSet>(
    to: &mut DescriptorEncoder,
    name: &str,
    help: &str,
    counts: impl IntoIterator<Item = (L, u64)>,
) -> Result<(), Error> {
    let mut family = to.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (labels, count) in counts {
        ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}

fn histogram(to: &mut DescriptorEncoder, name: &str, help: &str, took: &Held) -> Result<(), Error> {
    let mut metric = to.encode_descriptor(name, help, None, MetricType::Histogram)?;
    metric.encode_histogram::<NoLabelSet>(took.sum, took.count, &took.buckets, None)
}
