// SPDX-License-Identifier: AGPL-3.0-only

package arrival

import "math"

// poissonProcess walks through the strata of the plan.
type poissonProcess struct {
	plan    *Plan
	current stratum
	points  uniformPoints
	nextMs  float64
	// Arrivals taken beyond what the strata up to the end of the current one account for. A change of the plan may
	// leave some; the strata that follow withhold as many.
	surplus int64
}

func (p *poissonProcess) peek() float64 { return p.nextMs }

// pop finds the next point, in this stratum or a later one.
func (p *poissonProcess) pop() {
	for {
		if count, ok := p.points.next(); ok {
			p.nextMs = p.plan.TimeAt(count)
			return
		}
		next, ok := p.current.after(p.plan)
		if !ok {
			p.nextMs = math.Inf(1)
			return
		}
		p.enter(next)
	}
}

func (p *poissonProcess) enter(s stratum) {
	withheld := min(p.surplus, s.points)
	s.points -= withheld
	p.surplus -= withheld
	p.current = s
	p.points = newUniformPoints(s)
}

// place needs no point that is not drawn yet: the strata up to the boundary have their counts. (As long as there is an
// arrival nothing is left to withhold: what was, is behind it.)
func (p *poissonProcess) place() Place {
	within := p.current.cut
	return Place{
		BoundaryMs: within.endMs,
		Left:       p.points.left + countTo(within.high) - countTo(p.current.to),
		Remainder:  within.high - float64(countTo(within.high)),
	}
}

func (p *poissonProcess) seek(atMs float64) {
	p.surplus = 0
	p.enter(p.stratumAt(math.Max(atMs, p.plan.StartMs)))
	p.pop()
	p.skip(atMs)
}

// skip counts the strata that lie before untilMs as a whole, and walks through the points of two at most.
func (p *poissonProcess) skip(untilMs float64) (skipped int64) {
	if target := p.stratumAt(untilMs); p.nextMs < untilMs && target.from >= p.current.to {
		// The next arrival is drawn and not taken.
		taken := countTo(p.current.to) - p.points.left - 1
		skipped = countTo(target.from) - taken
		p.enter(target)
		p.pop()
	}
	for ; p.nextMs < untilMs; p.pop() {
		skipped++
	}
	return skipped
}

// stratumAt is the stratum of the plan that holds an instant; beyond the end the last one.
func (p *poissonProcess) stratumAt(atMs float64) stratum {
	withinMs := math.Min(atMs, p.plan.EndMs)
	return cutAround(p.plan, withinMs).stratumAt(p.plan.Seed, p.plan.CountUntil(withinMs))
}

// replan keeps the points drawn so far where the rates stay the same. Elsewhere it draws anew from nowMs, with a count
// that works off the error so far: given the count the process has no memory within a stratum, so there is no hazard to
// carry over.
func (p *poissonProcess) replan(plan *Plan, nowMs float64) {
	old := p.plan
	p.plan = plan
	exhausted := math.IsInf(p.nextMs, 1)
	switch {
	case plan.Seed != old.Seed || nowMs < old.StartMs || nowMs < plan.StartMs:
		p.seek(nowMs)
	case nowMs <= p.current.cut.endMs && sameRates(old, plan, nowMs, p.current.cut.endMs):
		if exhausted {
			p.pop()
		}
	default:
		p.redraw(old, nowMs, exhausted)
	}
}

func (p *poissonProcess) redraw(old *Plan, nowMs float64, exhausted bool) {
	pending := p.points.left
	if !exhausted {
		pending++
	}
	taken := countTo(p.current.to) + p.surplus - pending
	ahead := float64(taken) - old.CountUntil(nowMs)

	here := p.plan.CountUntil(nowMs)
	repair := p.stratumAt(nowMs)
	for repair.to-here < smallestRepair {
		next, ok := repair.after(p.plan)
		if !ok {
			break
		}
		repair = next
	}
	points := int64(math.Round(float64(countTo(repair.to)) - here - ahead))
	repair.from = here
	repair.points = max(0, points)
	repair.seed = mix(repair.seed, nowMs, float64(p.plan.Revision))
	p.surplus = max(0, -points)
	p.current = repair
	p.points = newUniformPoints(repair)
	p.pop()
}
