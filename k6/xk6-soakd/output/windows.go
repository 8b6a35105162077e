// SPDX-License-Identifier: AGPL-3.0-only

package output

import (
	"math"
	"time"

	"xk6-soakd/vitals"
)

// instant is one reading of both clocks.
type instant struct {
	wallMs float64
	mono   time.Duration
}

func monotonicNow() func() instant {
	started := time.Now()
	return func() instant {
		now := time.Now()
		return instant{wallMs: float64(now.UnixNano()) / 1e6, mono: now.Sub(started)}
	}
}

const (
	// A difference between the clocks from one look to the next below this is their reading and slewing, not a step.
	smallestStepMs = 1
	// A clock that is slewed (adjtime(3): 0.5 ms a second) is off by less than this within a window: the window ends where it
	// should.
	largestSlewMs = 100
)

// windows keeps the window that is open and the one before it, which waits for stragglers.
type windows struct {
	directory *directory
	vitals    *vitals.Vitals
	open      *window
	// Closed and still waiting; nil most of the time.
	closing   *window
	closedAt  time.Duration
	spare     []*window
	last      instant
	counted   vitals.Counts
	openSince time.Duration
}

func newWindows(process *vitals.Vitals, now instant) *windows {
	w := &windows{directory: newDirectory(), vitals: process, last: now, counted: process.Counts()}
	w.begin(now)
	return w
}

func (w *windows) begin(now instant) {
	next := &window{}
	if last := len(w.spare) - 1; last >= 0 {
		next, w.spare = w.spare[last], w.spare[:last]
	}
	startMs := math.Floor(now.wallMs)
	next.open(startMs, (math.Floor(startMs/windowMs)+1)*windowMs)
	w.open = next
	w.openSince = now.mono
}

// release gives back the memory of a window that was written.
func (w *windows) release(written *window) { w.spare = append(w.spare, written) }

// observe closes the open window when the wall clock has left it, and returns windows that are complete by that. Windows
// during which the process was stopped are not invented: the next one starts where the clock is.
func (w *windows) observe(now instant) (complete []*window) {
	stepMs := (now.wallMs - w.last.wallMs) - float64(now.mono-w.last.mono)/1e6
	w.last = now
	stepped := math.Abs(stepMs) >= smallestStepMs

	if now.wallMs >= w.open.endMs || now.wallMs < w.open.startMs {
		complete = w.close(now)
	}
	if stepped {
		w.open.stepMs += stepMs
	}
	return complete
}

func (w *windows) close(now instant) (complete []*window) {
	if w.closing != nil {
		complete = append(complete, w.closing)
	}
	lastedMs := float64(now.mono-w.openSince) / 1e6
	if math.Abs(now.wallMs-w.open.startMs-lastedMs) > largestSlewMs {
		// After a step of the clock the window lasted as long as the monotonic clock says.
		w.open.endMs = math.Min(w.open.endMs, w.open.startMs+math.Max(1, math.Ceil(lastedMs)))
	}
	w.snapshot(w.open)
	w.closing, w.closedAt = w.open, now.mono

	boundaryMs := math.Floor(now.wallMs/windowMs) * windowMs
	begun := now
	if w.closing.endMs == boundaryMs {
		// The ordinary case: the next window begins where this one ended, not where the tick fell, on both clocks: a
		// tick that is less late than this one would else find the next window too short, and leave a hole.
		begun.mono -= time.Duration((now.wallMs - boundaryMs) * float64(time.Millisecond))
		begun.wallMs = boundaryMs
	}
	w.begin(begun)
	return complete
}

func (w *windows) snapshot(closed *window) {
	counts := w.vitals.Counts()
	closed.counts = counts.Minus(w.counted)
	w.counted = counts
	closed.flight = w.vitals.InFlight()
	if w.vitals.Paced() {
		closed.flight.Iterations = counts.Started - counts.Finished - counts.Interrupted
		return
	}
	// Scenarios of other executors: k6 says when an iteration ends and when one was dropped.
	closed.counts = vitals.Counts{Started: closed.iterations, Finished: closed.iterations, Starved: closed.dropped}
}

// settled returns the closed window once the samples of its last moment have come.
func (w *windows) settled(now instant) []*window {
	if w.closing == nil || now.mono-w.closedAt < settle {
		return nil
	}
	done := w.closing
	w.closing = nil
	return []*window{done}
}

// at is the window that a sample belongs to: the closed one for stragglers, else the open one.
func (w *windows) at(when time.Time) *window {
	if w.closing != nil && float64(when.UnixNano())/1e6 < w.closing.endMs {
		return w.closing
	}
	return w.open
}

// lag notes how late the timer was.
func (w *windows) lag(lateMs float64) { w.open.timerLagMs = math.Max(w.open.timerLagMs, lateMs) }

// finish closes the open window now, however short.
func (w *windows) finish(now instant) []*window {
	complete := w.observe(now)
	complete = append(complete, w.close(now)...)
	return append(complete, w.closing)
}
