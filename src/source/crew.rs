//! A document's features, read by one thread or by more: one finds where each feature is written,
//! the others make features of them, some at a time, and what they made is put together in order.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, mpsc};

use super::convert::{Batch, Converter, Merged, Written};
use super::stream::Each;
use crate::diag::Diagnostic;
use crate::feature::Feature;

/// Text of features that is handed on at once, bytes: what is less is not worth a thread.
const HANDED_ON: usize = 1 << 18;

/// Has `read` find the features of a file, which are made by so many threads beside this one, if
/// there are enough of them, or else by this one; gives what it gives, the features, and what is
/// wrong with them.
pub(super) fn features<'t, T>(
    file: &str,
    threads: usize,
    read: impl FnOnce(&mut Each<'_, 't>) -> Result<T, Box<Diagnostic>>,
) -> Result<(T, Vec<Feature>, Vec<Diagnostic>), Box<Diagnostic>> {
    let (jobs, waiting) = mpsc::channel::<(usize, Written<'t>)>();
    let (done, batches) = mpsc::channel::<(usize, Batch)>();
    let waiting = Mutex::new(waiting);
    let work = || {
        let mut converter = Converter::new(file);
        loop {
            let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok((number, written)) = job else { return };
            // Nobody waits where the file could not be read to its end.
            let _ = done.send((number, converter.batch(&written)));
        }
    };
    let (found, written, sent) = std::thread::scope(|scope| {
        let (mut written, mut bytes, mut sent) = (Written::new(), 0, 0);
        let found = read(&mut |place, raw| {
            bytes += raw.get().len();
            written.push((place, raw));
            if threads > 1 && bytes >= HANDED_ON {
                if sent == 0 {
                    (0..threads).for_each(|_| drop(scope.spawn(work)));
                }
                // It fails where a thread panicked, which the scope passes on.
                let _ = jobs.send((sent, std::mem::take(&mut written)));
                (bytes, sent) = (0, sent + 1);
            }
        });
        drop(jobs);
        (found, written, sent)
    });
    let found = found?;
    let mut all: BTreeMap<usize, Batch> = batches.try_iter().collect();
    all.insert(sent, Converter::new(file).batch(&written));
    let mut merged = Merged::new(file);
    all.into_values().for_each(|batch| merged.add(batch));
    let (features, diagnostics) = merged.finish();
    Ok((found, features, diagnostics))
}
