// SPDX-License-Identifier: Apache-2.0
//! What a reader makes of whole, torn, cut and changed journals.

use std::fs;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn process_options() -> Options {
    Options {
        durability: Durability::Process,
        ..Options::default()
    }
}

fn open(folder: &TempDir, options: Options) -> Journal {
    Claim::of(folder.path(), "p").unwrap().open(options).unwrap()
}

/// A journal of one epoch with frames `0..count`, closed again.
fn written(count: u64, options: Options) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder, options);
    for number in 0..count {
        assert_eq!(
            journal.append(format!("frame {number}").as_bytes()).unwrap(),
            number + 1
        );
    }
    folder
}

fn read(folder: &TempDir, epoch: u64) -> (u64, Step) {
    let mut reader = match EpochReader::open(folder.path(), "p", epoch, 0).unwrap() {
        Ok(reader) => reader,
        Err(damage) => return (0, Step::Damage(damage)),
    };
    let mut count = 0;
    loop {
        match reader.step().unwrap() {
            Step::Entry(entry) => {
                assert_eq!(entry.payload, format!("frame {count}").as_bytes());
                count += 1;
                assert_eq!(entry.sequence, count);
            }
            end => return (count, end),
        }
    }
}

fn segments(folder: &TempDir) -> Vec<PathBuf> {
    let epochs = epochs(folder.path(), "p").unwrap();
    epochs
        .into_iter()
        .flat_map(|epoch| epoch.segments)
        .map(|(_, path)| path)
        .collect()
}

#[test]
fn frames_come_back_in_order_across_segments() {
    let folder = written(
        50,
        Options {
            segment_bytes: 500,
            ..process_options()
        },
    );
    assert!(segments(&folder).len() > 3);
    assert!(matches!(read(&folder, 1), (50, Step::End)));
    let mut reader = EpochReader::open(folder.path(), "p", 1, 33).unwrap().unwrap();
    assert!(matches!(
        reader.step().unwrap(),
        Step::Entry(Entry { sequence: 34, .. })
    ));
}

#[test]
fn a_reader_follows_a_journal_that_grows_and_changes_files() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(
        &folder,
        Options {
            segment_bytes: 300,
            ..process_options()
        },
    );
    let mut reader = EpochReader::open(folder.path(), "p", 1, 0).unwrap().unwrap();
    for number in 1..40 {
        assert!(matches!(reader.step().unwrap(), Step::End));
        journal.append(b"x").unwrap();
        assert!(matches!(reader.step().unwrap(), Step::Entry(entry) if entry.sequence == number));
    }
}

#[test]
fn each_opening_is_an_epoch_of_its_own() {
    let folder = written(2, process_options());
    let second = open(&folder, process_options());
    assert_eq!(second.epoch(), 2);
    drop(second);
    fs::write(folder.path().join("p/epoch"), "0").unwrap();
    assert_eq!(open(&folder, process_options()).epoch(), 3, "the files count too");
    let restored = open(
        &folder,
        Options {
            epoch_after: 70,
            ..process_options()
        },
    );
    assert_eq!(restored.epoch(), 71, "and so does what the store knows");
}

#[test]
fn a_journal_begun_again_keeps_its_name_and_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder, process_options());
    journal.append(b"frame 0").unwrap();
    let next = journal.again(7).unwrap();
    drop(journal);
    assert_eq!((next.process(), next.epoch()), ("p", 8));
    assert!(!next.is_broken());
    next.append(b"frame 0").unwrap();
    assert!(matches!(
        Claim::of(folder.path(), "p"),
        Err(JournalError::Busy(_))
    ));
    assert_eq!((read(&folder, 1).0, read(&folder, 8).0), (1, 1));
    drop(next);
    assert!(Claim::of(folder.path(), "p").is_ok());
}

#[test]
fn a_held_name_is_not_given_twice() {
    let folder = tempfile::tempdir().unwrap();
    let first = Claim::any(folder.path(), "a").unwrap();
    assert!(matches!(
        Claim::of(folder.path(), "a"),
        Err(JournalError::Busy(_))
    ));
    let second = Claim::any(folder.path(), "b").unwrap();
    assert_eq!(second.process(), "b");
    drop(first);
    assert_eq!(Claim::any(folder.path(), "c").unwrap().process(), "a");
    assert!(matches!(
        Claim::of(folder.path(), "../x"),
        Err(JournalError::Name(_))
    ));
}

#[test]
fn a_journal_cut_anywhere_in_its_last_frame_ends_cleanly_before_it() {
    let folder = written(3, process_options());
    let path = segments(&folder).pop().unwrap();
    let whole = fs::read(&path).unwrap();
    let frame = frame::HEAD + "frame 2".len() + frame::TAIL;
    for cut in 1..=frame {
        fs::write(&path, &whole[..whole.len() - cut]).unwrap();
        let (count, end) = read(&folder, 1);
        assert_eq!(count, 2);
        match end {
            Step::End => assert_eq!(cut, frame),
            Step::Torn => assert!(cut < frame),
            other => panic!("cut {cut}: {other:?}"),
        }
    }
}

#[test]
fn a_journal_cut_in_its_header_holds_nothing_and_is_not_damaged() {
    let folder = written(0, process_options());
    let path = segments(&folder).pop().unwrap();
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(matches!(read(&folder, 1), (0, Step::Torn)), "length {length}");
    }
}

#[test]
fn a_changed_byte_anywhere_is_damage() {
    let folder = written(3, process_options());
    let path = segments(&folder).pop().unwrap();
    let whole = fs::read(&path).unwrap();
    let last = frame::HEAD + "frame 2".len() + frame::TAIL;
    for at in 0..whole.len() - last {
        let mut changed = whole.clone();
        changed[at] ^= 0x20;
        fs::write(&path, &changed).unwrap();
        assert!(matches!(read(&folder, 1), (_, Step::Damage(_))), "byte {at}");
    }
}

#[test]
fn bytes_cut_out_of_the_middle_are_damage() {
    let folder = written(4, process_options());
    let path = segments(&folder).pop().unwrap();
    let whole = fs::read(&path).unwrap();
    let frame = frame::HEAD + "frame 2".len() + frame::TAIL;
    let start = whole.len() - 3 * frame;
    for length in [1, 20, 60, frame] {
        let mut cut = whole.clone();
        cut.drain(start + 5..start + 5 + length);
        fs::write(&path, &cut).unwrap();
        assert!(
            matches!(read(&folder, 1), (1, Step::Damage(_))),
            "length {length}"
        );
    }
}

#[test]
fn a_file_cut_short_before_another_is_damage() {
    let folder = written(
        50,
        Options {
            segment_bytes: 500,
            ..process_options()
        },
    );
    let path = segments(&folder).remove(1);
    let whole = fs::read(&path).unwrap();
    for cut in [1, 30, frame::HEAD + "frame 22".len() + frame::TAIL] {
        fs::write(&path, &whole[..whole.len() - cut]).unwrap();
        assert!(matches!(read(&folder, 1), (_, Step::Damage(_))), "cut {cut}");
    }
}

#[test]
fn a_missing_file_is_damage() {
    for gone in [0, 1] {
        let folder = written(
            50,
            Options {
                segment_bytes: 500,
                ..process_options()
            },
        );
        fs::remove_file(&segments(&folder)[gone]).unwrap();
        assert!(matches!(read(&folder, 1), (_, Step::Damage(_))), "file {gone}");
    }
}

#[test]
fn a_full_journal_refuses_until_files_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        segment_bytes: 400,
        limit_bytes: 2000,
        ..process_options()
    };
    let journal = open(&folder, options);
    let mut accepted = 0;
    while journal.append(&[0; 100]).is_ok() {
        accepted += 1;
    }
    assert!(matches!(
        journal.append(&[0; 100]),
        Err(JournalError::Full { .. })
    ));
    fs::remove_file(&segments(&folder)[0]).unwrap();
    assert_eq!(journal.append(&[0; 100]).unwrap(), accepted + 1);
}

#[test]
fn several_frames_in_one_write_are_all_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder, process_options());
    assert_eq!(journal.append_all(&[b"frame 0", b"frame 1"]).unwrap(), 2);
    let long = vec![0; frame::LONGEST + 1];
    let refused = journal.append_all(&[b"frame 2", &long]);
    assert!(matches!(refused, Err(JournalError::TooLong { .. })));
    assert_eq!(journal.append(b"frame 2").unwrap(), 3);
    assert!(matches!(read(&folder, 1), (3, Step::End)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn those_who_wait_for_power_share_syncs_and_all_return() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Arc::new(open(
        &folder,
        Options {
            segment_bytes: 4000,
            ..Options::default()
        },
    ));
    let waiting: Vec<_> = (0..200)
        .map(|_| {
            let journal = Arc::clone(&journal);
            tokio::spawn(async move {
                let sequence = journal.append(b"x").unwrap();
                journal.durable(sequence).await.unwrap();
                sequence
            })
        })
        .collect();
    let mut sequences = Vec::new();
    for task in waiting {
        sequences.push(task.await.unwrap());
    }
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=200).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn those_who_write_together_are_each_written_once() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Arc::new(open(&folder, process_options()));
    let tasks: Vec<_> = (0..500_u32)
        .map(|number| {
            let (journal, place) = (Arc::clone(&journal), folder.path().to_owned());
            tokio::spawn(async move {
                let last = journal
                    .append_together(number.to_le_bytes().into())
                    .await
                    .unwrap();
                // What is acknowledged is there to be read.
                let mut reader = EpochReader::open(&place, "p", 1, 0).unwrap().unwrap();
                let mut met = Vec::new();
                while let Step::Entry(entry) = reader.step().unwrap() {
                    met.push(entry.payload);
                }
                assert!(met.len() as u64 >= last);
                assert!(met.iter().any(|payload| payload[..] == number.to_le_bytes()));
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let mut reader = EpochReader::open(folder.path(), "p", 1, 0).unwrap().unwrap();
    let mut numbers = Vec::new();
    while let Step::Entry(entry) = reader.step().unwrap() {
        numbers.push(u32::from_le_bytes(entry.payload[..].try_into().unwrap()));
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (0..500).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_write_that_fails_fails_for_all_who_shared_it_and_for_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        limit_bytes: 1000,
        ..process_options()
    };
    let journal = Arc::new(open(&folder, options));
    let long = journal.append_together(vec![0; frame::LONGEST + 1]).await;
    assert!(matches!(long, Err(JournalError::TooLong { .. })));
    let two = tokio::join!(
        journal.append_together(vec![0; 600]),
        journal.append_together(vec![0; 600])
    );
    assert!(matches!(&two.0, Err(JournalError::Together(why)) if matches!(**why, JournalError::Full { .. })));
    assert!(two.1.is_err());
    assert_eq!(journal.append_together(vec![0; 600]).await.unwrap(), 1);
}

proptest! {
    #[test]
    fn strange_segments_are_read_without_a_fault(
        bytes in any::<Vec<u8>>(), at in 0_usize..400, byte in any::<u8>(), length in 0_usize..400,
    ) {
        read_segment(&bytes);
        let folder = written(3, process_options());
        let mut bent = fs::read(segments(&folder).pop().unwrap()).unwrap();
        let at = at % bent.len();
        bent[at] = byte;
        bent.truncate(length.max(at));
        let (frames, _) = read_segment(&bent);
        prop_assert!(frames <= 3);
    }
}
