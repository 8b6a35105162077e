// SPDX-License-Identifier: AGPL-3.0-only

package arrival

import "math"

// process is the stream of arrivals of one plan from an instant on.
type process interface {
	// peek is the instant of the next arrival in Unix milliseconds; +Inf when there is none.
	peek() float64
	// place of that arrival, when there is one.
	place() Place
	// pop takes that arrival.
	pop()
	// skip takes every arrival before untilMs and returns how many they were, in a time that does not grow with them.
	skip(untilMs float64) int64
	// seek goes to the first arrival at or after atMs.
	seek(atMs float64)
	// replan goes on with another plan from nowMs; what is due before nowMs has been taken.
	replan(plan *Plan, nowMs float64)
}

// Place is where an arrival stands in its stretch: the time up to the boundary at which the count of arrivals is met
// (strata.go). It lets who deals requests to arrivals come out even there.
type Place struct {
	// BoundaryMs is the next half hour of the clock, hour of the run or end of the plan, whichever comes first.
	BoundaryMs float64
	// Left is the number of arrivals that follow up to the boundary.
	Left int64
	// Remainder is what the plan counts up to the boundary beyond whole arrivals, from -1/2 to 1/2.
	Remainder float64
}

func newProcess(plan *Plan, fromMs float64) process {
	var stream process
	if plan.Arrivals == Even {
		stream = &evenProcess{plan: plan}
	} else {
		stream = &poissonProcess{plan: plan}
	}
	stream.seek(fromMs)
	return stream
}

// evenProcess arrives whenever the integral of the rate, shifted by phase, passes an integer.
type evenProcess struct {
	plan   *Plan
	phase  float64
	number float64
	nextMs float64
}

func (e *evenProcess) peek() float64 { return e.nextMs }

func (e *evenProcess) pop() {
	e.number++
	e.nextMs = e.plan.TimeAt(e.number - e.phase)
}

func (e *evenProcess) place() Place {
	within := cutAround(e.plan, e.nextMs)
	last := math.Floor(within.high + e.phase)
	if e.plan.TimeAt(last-e.phase) >= within.endMs {
		// Due at the boundary itself: the first of the next stretch.
		last--
	}
	return Place{
		BoundaryMs: within.endMs,
		Left:       int64(math.Max(0, last-e.number)),
		Remainder:  within.high + e.phase - countPhase - math.Max(last, e.number),
	}
}

func (e *evenProcess) skip(untilMs float64) int64 {
	first := e.number
	if e.nextMs < untilMs {
		e.number = math.Max(e.number, math.Ceil(e.plan.CountUntil(untilMs)+e.phase))
		e.nextMs = e.plan.TimeAt(e.number - e.phase)
	}
	for e.nextMs < untilMs {
		e.pop()
	}
	return int64(e.number - first)
}

func (e *evenProcess) seek(atMs float64) {
	e.phase = countPhase
	e.number = math.Ceil(e.plan.CountUntil(atMs) + e.phase)
	e.nextMs = e.plan.TimeAt(e.number - e.phase)
	for e.nextMs < atMs {
		e.pop()
	}
}

// replan keeps the share of the current gap that has passed.
func (e *evenProcess) replan(plan *Plan, nowMs float64) {
	passed := e.plan.CountUntil(nowMs) + e.phase
	e.phase = passed - plan.CountUntil(nowMs)
	e.plan = plan
	e.nextMs = math.Max(nowMs, plan.TimeAt(e.number-e.phase))
}
