// SPDX-License-Identifier: AGPL-3.0-only

// Package vitals holds what the executor, the script's transport and the output know about this k6 process. k6 hands
// none of them to the others, so the one set for the process is a variable here.
package vitals

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"xk6-soakd/arrival"
)

// Vitals are counters since the start of the process, and what is in flight.
type Vitals struct {
	Started, Finished, Interrupted atomic.Int64
	Starved, Late, Paused          atomic.Int64

	// Seed of the plan in force, for scripts that draw.
	Seed atomic.Uint64

	mu       sync.Mutex
	users    []*Slot
	trackers []*Requests
	watchers []func()
	paced    bool
}

// Process is this k6 process.
var Process = &Vitals{}

// Counts since the start of the process.
type Counts struct {
	Started, Finished, Interrupted, Starved, Late, Paused int64
}

// Planned arrivals: each has exactly one fate.
func (c Counts) Planned() int64 { return c.Started + c.Starved + c.Late + c.Paused }

// Minus is the difference between two readings.
func (c Counts) Minus(before Counts) Counts {
	return Counts{
		Started: c.Started - before.Started, Finished: c.Finished - before.Finished,
		Interrupted: c.Interrupted - before.Interrupted, Starved: c.Starved - before.Starved,
		Late: c.Late - before.Late, Paused: c.Paused - before.Paused,
	}
}

// Counts reads all counters. Ends are read before starts, so an iteration never ends before it started.
func (v *Vitals) Counts() Counts {
	finished, interrupted := v.Finished.Load(), v.Interrupted.Load()
	return Counts{
		Started: v.Started.Load(), Finished: finished, Interrupted: interrupted,
		Starved: v.Starved.Load(), Late: v.Late.Load(), Paused: v.Paused.Load(),
	}
}

// Slot is what is known of a virtual user: since when it has been busy, and the arrival that it is busy with.
type Slot struct {
	busySince atomic.Int64
	// Place of that arrival. It belongs to the user's goroutine, which is also the script's.
	Place arrival.Place
}

type slotKey struct{}

// WithSlot makes a user's slot known to its script, whose contexts descend from the one that the user is activated with.
func WithSlot(ctx context.Context, slot *Slot) context.Context {
	return context.WithValue(ctx, slotKey{}, slot)
}

// SlotOf is the slot of the user whose script runs in ctx; nil under other executors and outside of iterations.
func SlotOf(ctx context.Context) *Slot {
	slot, _ := ctx.Value(slotKey{}).(*Slot)
	return slot
}

// Begin and End bracket an iteration.
func (s *Slot) Begin() { s.busySince.Store(sinceBoot()) }

// End of an iteration.
func (s *Slot) End() { s.busySince.Store(0) }

// boot is the reference of the monotonic clock; never 0 in a slot, which means idle.
var boot = time.Now().Add(-time.Second)

func sinceBoot() int64 { return int64(time.Since(boot)) }

// AddUser registers a virtual user of the executor.
func (v *Vitals) AddUser() *Slot {
	v.mu.Lock()
	defer v.mu.Unlock()
	slot := &Slot{}
	v.users = append(v.users, slot)
	v.paced = true
	return slot
}

// Paced tells whether the executor soakd-arrival runs in this process.
func (v *Vitals) Paced() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.paced
}

// InFlight is what is under way at an instant. An age is nil when nothing is.
type InFlight struct {
	Iterations, Requests, UsersMax     int64
	OldestIterationMs, OldestRequestMs *float64
}

// InFlight looks at every user and every tracked transport.
func (v *Vitals) InFlight() InFlight {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := sinceBoot()
	flight := InFlight{UsersMax: int64(len(v.users))}
	oldestIteration, oldestRequest := int64(-1), int64(-1)
	for _, slot := range v.users {
		if since := slot.busySince.Load(); since != 0 {
			flight.Iterations++
			oldestIteration = max(oldestIteration, now-since)
		}
	}
	for _, tracker := range v.trackers {
		count, since := tracker.state()
		if count > 0 {
			flight.Requests += count
			oldestRequest = max(oldestRequest, now-since)
		}
	}
	flight.OldestIterationMs = milliseconds(oldestIteration)
	flight.OldestRequestMs = milliseconds(oldestRequest)
	return flight
}

func milliseconds(nanoseconds int64) *float64 {
	if nanoseconds < 0 {
		return nil
	}
	value := float64(nanoseconds/1000) / 1000
	return &value
}

// BeforeLate registers what has to happen before late arrivals are counted: the output closes a window that a stall
// has outlived, so that they land in the window in which they were noticed.
func (v *Vitals) BeforeLate(watcher func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.watchers = append(v.watchers, watcher)
}

// AddLate counts arrivals that came too late to be offered.
func (v *Vitals) AddLate(count int64) {
	v.mu.Lock()
	watchers := v.watchers
	v.mu.Unlock()
	for _, watcher := range watchers {
		watcher()
	}
	v.Late.Add(count)
}
