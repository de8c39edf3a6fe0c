//! One budget of memory over all that requests hold: bodies as they come, documents that wait,
//! pictures as they are drawn.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that requests may hold together; cheap to clone.
#[derive(Debug, Clone)]
pub struct Budget(Arc<Left>);

#[derive(Debug)]
struct Left {
    bytes: AtomicU64,
    total: u64,
}

/// Bytes that are taken, and come back when it is dropped.
#[derive(Debug)]
pub struct Lease {
    left: Arc<Left>,
    bytes: u64,
}

impl Budget {
    pub fn new(bytes: u64) -> Self {
        Self(Arc::new(Left { bytes: AtomicU64::new(bytes), total: bytes }))
    }

    /// Half of what the process may still have: of its address space where that is limited (`ulimit
    /// -v`), of its control group or of the machine.
    pub fn of_this_machine() -> Self {
        let least =
            [limit_of_addresses(), limit_of_group(), installed()].into_iter().flatten().min();
        Self::new(least.unwrap_or(2 << 30) / 2)
    }

    pub fn total(&self) -> u64 {
        self.0.total
    }

    /// Takes bytes; `None` where there are not so many left.
    pub fn take(&self, bytes: u64) -> Option<Lease> {
        let taken = self
            .0
            .bytes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
        taken.is_ok().then(|| Lease { left: self.0.clone(), bytes })
    }
}

impl Lease {
    /// Takes more; `false` where there is not so much left.
    pub fn grow(&mut self, bytes: u64) -> bool {
        match Budget(self.left.clone()).take(bytes) {
            Some(mut more) => {
                self.bytes += std::mem::take(&mut more.bytes);
                true
            }
            None => false,
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.left.bytes.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

/// Of the address space, what is not taken yet.
#[cfg(unix)]
fn limit_of_addresses() -> Option<u64> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::As).current?;
    let pages: u64 =
        std::fs::read_to_string("/proc/self/statm").ok()?.split(' ').next()?.parse().ok()?;
    Some(limit.saturating_sub(pages * rustix::param::page_size() as u64))
}

#[cfg(not(unix))]
fn limit_of_addresses() -> Option<u64> {
    None
}

/// The least memory that this process's control group and those above it may have (version 2; of
/// version 1 the root's).
fn limit_of_group() -> Option<u64> {
    let read = |file: &Path| std::fs::read_to_string(file).ok()?.trim().parse::<u64>().ok();
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let own = groups.lines().find_map(|line| line.strip_prefix("0::/")).unwrap_or_default();
    let folder = Path::new("/sys/fs/cgroup").join(own);
    let all = folder.ancestors().take_while(|f| f.starts_with("/sys/fs/cgroup"));
    let first = Path::new("/sys/fs/cgroup/memory/memory.limit_in_bytes");
    all.filter_map(|f| read(&f.join("memory.max"))).chain(read(first)).min()
}

/// The machine's memory.
fn installed() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    line.split_ascii_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_back_can_be_had_again() {
        let budget = Budget::new(100);
        let mut first = budget.take(60).unwrap();
        assert!(budget.take(60).is_none());
        assert!(first.grow(40) && !first.grow(1));
        drop(first);
        assert!(budget.take(100).is_some());
    }
}
