// SPDX-License-Identifier: AGPL-3.0-only

package arrival

import "math"

// seekBackMs: when the wall clock is set back by more than this, the plan is followed from there again; the load of that
// hour is offered once more, instead of none until the clock has caught up.
const seekBackMs = 1000

// Tally says what became of the arrivals that were due. Each of them is in exactly one of the counts.
type Tally struct {
	// Started has a user; Starved was on time and found none free.
	Started, Starved int64
	// Late was overdue by more than the tolerance; it is not offered afterwards.
	Late int64
	// Paused was due while the operator paused.
	Paused int64
}

// Planned is the number of arrivals that were due.
func (t Tally) Planned() int64 { return t.Started + t.Starved + t.Late + t.Paused }

// Pacer says when the next arrival is due and accounts for those that were. It has no clock and no lock: one
// goroutine calls it with the wall-clock time, in Unix milliseconds.
type Pacer struct {
	plan            *Plan
	stream          process
	lateToleranceMs float64
	lastMs          float64
}

// NewPacer follows the plan from nowMs on: arrivals before are another process's, or nobody's, and are not counted.
func NewPacer(plan *Plan, nowMs, lateToleranceMs float64) *Pacer {
	return &Pacer{plan: plan, stream: newProcess(plan, nowMs), lateToleranceMs: lateToleranceMs, lastMs: nowMs}
}

// Plan is the plan in force.
func (p *Pacer) Plan() *Plan { return p.plan }

// NextMs is when the next arrival is due, in Unix milliseconds; +Inf when the plan has none left.
func (p *Pacer) NextMs() float64 { return p.stream.peek() }

// SetPlan puts another plan in force from nowMs on. Arrivals due until then are accounted for by Advance, first.
func (p *Pacer) SetPlan(plan *Plan, nowMs float64) {
	if plan.Arrivals != p.plan.Arrivals {
		p.stream = newProcess(plan, nowMs)
	} else {
		p.stream.replan(plan, nowMs)
	}
	p.plan = plan
}

// Advance accounts for every arrival that is due until nowMs. start is called for each that is on time and not
// paused; it says whether a free user took it. It must not block. However long ago the last call was, the work is that
// of the arrivals within the tolerance: those that are late are counted and not looked at.
func (p *Pacer) Advance(nowMs float64, start func(Place) bool) Tally {
	if nowMs < p.lastMs-seekBackMs {
		p.stream.seek(nowMs)
	}
	p.lastMs = nowMs

	tally := p.skipLate(nowMs - p.lateToleranceMs)
	for ; p.stream.peek() <= nowMs; p.stream.pop() {
		switch {
		case p.plan.PausedAt(p.stream.peek()):
			tally.Paused++
		case start(p.stream.place()):
			tally.Started++
		default:
			tally.Starved++
		}
	}
	return tally
}

// skipLate takes the arrivals before untilMs: a pause at a time, and what lies between two.
func (p *Pacer) skipLate(untilMs float64) (tally Tally) {
	for p.stream.peek() < untilMs {
		paused, holdsUntilMs := p.plan.pauseAt(p.stream.peek())
		skipped := p.stream.skip(math.Min(untilMs, holdsUntilMs))
		if paused {
			tally.Paused += skipped
		} else {
			tally.Late += skipped
		}
	}
	return tally
}

// Over tells whether the plan has no arrival at or after nowMs and has ended.
func (p *Pacer) Over(nowMs float64) bool {
	return nowMs >= p.plan.EndMs && math.IsInf(p.stream.peek(), 1)
}
