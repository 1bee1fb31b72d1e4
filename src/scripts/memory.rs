//! Counts what each thread has allocated, so that a script can be stopped before it uses the machine up.

use std::alloc::GlobalAlloc;
use std::alloc::Layout;
use std::alloc::System;
use std::cell::Cell;

thread_local! {
    /// Bytes this thread allocated less those it freed; wraps, since a thread may free what another allocated.
    static HELD: Cell<isize> = const { Cell::new(0) };
}

thread_local! {
    /// All bytes this thread has ever allocated; wraps.
    static ALLOCATED: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, with a count for each thread. It stands here, and not in the program, so that the limits of
/// scripts hold in every program that uses the library.
#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Counting;

#[expect(unsafe_code, reason = "an allocator can be written in no other way; every call is passed on to the system's")]
// SAFETY: each call is passed to `System` with the same arguments; counting touches no memory handed out.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        subtract(layout.size());
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Only what it grows by is allocated: some texts ask for the size that they have at each sign that is added.
        subtract(layout.size().saturating_sub(size));
        add(size.saturating_sub(layout.size()));
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Bytes this thread holds, from an arbitrary start: only differences mean something.
pub fn held() -> isize {
    HELD.try_with(Cell::get).unwrap_or(0)
}

/// All bytes this thread has allocated, freed or not, from an arbitrary start.
pub(super) fn allocated() -> u64 {
    ALLOCATED.try_with(Cell::get).unwrap_or(0)
}

// A thread that is ending has no counter any more; what it frees then is nobody's budget.
fn add(bytes: usize) {
    let _ = ALLOCATED.try_with(|allocated| allocated.set(allocated.get().wrapping_add(bytes as u64)));
    let _ = HELD.try_with(|held| held.set(held.get().wrapping_add_unsigned(bytes)));
}

fn subtract(bytes: usize) {
    let _ = HELD.try_with(|held| held.set(held.get().wrapping_sub_unsigned(bytes)));
}
