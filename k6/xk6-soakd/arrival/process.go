// SPDX-License-Identifier: AGPL-3.0-only

package arrival

import "math"

// process is the stream of arrivals of one plan from an instant on.
type process interface {
	// peek is the instant of the next arrival in Unix milliseconds; +Inf when there is none.
	peek() float64
	// pop takes that arrival.
	pop()
	// seek goes to the first arrival at or after atMs.
	seek(atMs float64)
	// replan goes on with another plan from nowMs; what is due before nowMs has been taken.
	replan(plan *Plan, nowMs float64)
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
