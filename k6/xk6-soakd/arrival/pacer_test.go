// SPDX-License-Identifier: AGPL-3.0-only

package arrival

import (
	"math"
	"testing"
)

const toleranceMs = 250

func always() bool { return true }

// drive calls the pacer as a loop that never sleeps too long would, every stepMs.
func drive(pacer *Pacer, fromMs, toMs, stepMs float64, start func() bool) Tally {
	sum := Tally{}
	for nowMs := fromMs; nowMs <= toMs; nowMs += stepMs {
		sum = add(sum, pacer.Advance(nowMs, start))
	}
	return sum
}

func add(a, b Tally) Tally {
	return Tally{Started: a.Started + b.Started, Starved: a.Starved + b.Starved, Late: a.Late + b.Late, Paused: a.Paused + b.Paused}
}

func within(t *testing.T, what string, got int64, want, off float64) {
	t.Helper()
	if math.Abs(float64(got)-want) > off {
		t.Errorf("%s: %d, want %.1f ± %.1f", what, got, want, off)
	}
}

func TestAStallIsCountedLateAndNeverFiredInABurst(t *testing.T) {
	for _, kind := range []Kind{Poisson, Even} {
		pacer := NewPacer(constant(t, kind, 5, 50, 1), startMs, toleranceMs)
		before := drive(pacer, startMs, startMs+30_000, 5, always)

		// Six seconds away, then one call.
		fired := 0
		after := pacer.Advance(startMs+36_000, func() bool { fired++; return true })
		within(t, "arrivals at once after the stall", int64(fired), 50*toleranceMs/1000, 12)
		within(t, "late", after.Late, 50*(6-0.25), 30)

		rest := drive(pacer, startMs+36_000, startMs+hourMs, 5, always)
		total := add(add(before, after), rest)
		within(t, "planned over the hour", total.Planned(), 50*3600, 1)
	}
}

func TestArrivalsWithinTheToleranceStart(t *testing.T) {
	pacer := NewPacer(constant(t, Even, 5, 10, 1), startMs, toleranceMs)
	// Every 200 ms: up to two arrivals are due, none older than the tolerance.
	tally := drive(pacer, startMs, startMs+60_000, 200, always)
	if tally.Late != 0 || tally.Started < 599 {
		t.Errorf("%+v, want 600 started and none late", tally)
	}
}

func TestWithoutAFreeUserAnArrivalIsStarved(t *testing.T) {
	pacer := NewPacer(constant(t, Poisson, 5, 20, 1), startMs, toleranceMs)
	free := 100
	tally := drive(pacer, startMs, startMs+hourMs, 10, func() bool { free--; return free >= 0 })
	if tally.Started != 100 {
		t.Errorf("started %d with 100 free users", tally.Started)
	}
	within(t, "starved", tally.Starved, 20*3600-100, 1)
}

func TestAPauseCountsItsArrivalsAndDisturbsNoOthers(t *testing.T) {
	endMs := startMs + hourMs
	rate := func(atMs float64, paused bool) Point {
		return Point{AtMs: atMs, IterationsPerSecond: 2, Paused: paused}
	}
	plain := planOf(t, Poisson, 9, endMs, rate(startMs, false), rate(endMs, false))
	pacer := NewPacer(plain, startMs, toleranceMs)
	tally := drive(pacer, startMs, startMs+600_000, 50, always)

	paused := revisionOf(t, 2, Poisson, 9, endMs,
		rate(startMs, false), rate(startMs+600_000, true), rate(startMs+1_200_000, false), rate(endMs, false))
	next := pacer.NextMs()
	pacer.SetPlan(paused, startMs+600_000)
	if pacer.NextMs() != next {
		t.Error("the pause moved the next arrival")
	}
	tally = add(tally, drive(pacer, startMs+600_000, endMs, 50, always))
	within(t, "planned", tally.Planned(), 7200, 1)
	within(t, "paused", tally.Paused, 1200, 60)
	if tally.Late+tally.Starved != 0 {
		t.Errorf("%+v: late or starved by a pause", tally)
	}
}

func TestARateChangeTakesEffectAtOnceAndKeepsTheHourlyCount(t *testing.T) {
	for _, kind := range []Kind{Poisson, Even} {
		for seed := range uint64(20) {
			endMs := startMs + 4*hourMs
			changeMs := startMs + 1.4*hourMs
			low, high := 0.15, 0.6
			pacer := NewPacer(constant(t, kind, seed, low, 4), startMs, toleranceMs)
			before := drive(pacer, startMs, changeMs, 100, always)

			changed := revisionOf(t, 2, kind, seed, endMs,
				Point{AtMs: startMs, IterationsPerSecond: low}, Point{AtMs: changeMs, IterationsPerSecond: low},
				Point{AtMs: changeMs, IterationsPerSecond: high}, Point{AtMs: endMs, IterationsPerSecond: high})
			pacer.SetPlan(changed, changeMs)
			if wait := pacer.NextMs() - changeMs; wait > 30_000 || wait < 0 {
				t.Errorf("%s: first arrival %v ms after a change to one in 1.7 s", kind, wait)
			}
			untilHour := drive(pacer, changeMs, startMs+2*hourMs, 100, always)
			within(t, "the hour of the change and the one before", add(before, untilHour).Planned(), changed.CountUntil(startMs+2*hourMs), 1.01)
			rest := drive(pacer, startMs+2*hourMs, endMs, 100, always)
			within(t, "the hours after", rest.Planned(), 2*3600*high, 1.01)
		}
	}
}

func TestManyChangesLoseAndInventNothing(t *testing.T) {
	for seed := range uint64(10) {
		endMs := startMs + 3*hourMs
		points := []Point{{AtMs: startMs, IterationsPerSecond: 1}, {AtMs: endMs, IterationsPerSecond: 1}}
		pacer := NewPacer(planOf(t, Poisson, seed, endMs, points...), startMs, toleranceMs)
		total, revision := Tally{}, int64(1)
		for minute := range 120 {
			fromMs := startMs + float64(minute)*60_000
			total = add(total, drive(pacer, fromMs, fromMs+59_900, 100, always))
			revision++
			changeMs := fromMs + 60_000
			rate := float64((minute*7)%5) / 2
			total = add(total, pacer.Advance(changeMs, always))
			points = append(points[:len(points)-1],
				Point{AtMs: changeMs, IterationsPerSecond: points[len(points)-2].IterationsPerSecond},
				Point{AtMs: changeMs, IterationsPerSecond: rate}, Point{AtMs: endMs, IterationsPerSecond: rate})
			pacer.SetPlan(revisionOf(t, revision, Poisson, seed, endMs, points...), changeMs)
		}
		total = add(total, drive(pacer, startMs+2*hourMs, endMs+1000, 100, always))
		within(t, "planned over three hours with 120 changes", total.Planned(), pacer.Plan().CountUntil(endMs), 1.01)
	}
}

func TestAnExtendedPlanGoesOnAndAnEarlierEndStops(t *testing.T) {
	for _, kind := range []Kind{Poisson, Even} {
		plan := constant(t, kind, 3, 5, 1)
		pacer := NewPacer(plan, startMs, toleranceMs)
		tally := drive(pacer, startMs, plan.EndMs, 20, always)
		if !pacer.Over(plan.EndMs) {
			t.Errorf("%s: not over at the end", kind)
		}
		// Two minutes later the operator extends by an hour; the two minutes were not planned by anybody then.
		lateMs := plan.EndMs + 120_000
		longer := revisionOf(t, 2, kind, 3, plan.EndMs+hourMs,
			Point{AtMs: startMs, IterationsPerSecond: 5}, Point{AtMs: plan.EndMs + hourMs, IterationsPerSecond: 5})
		pacer.Advance(lateMs, always)
		pacer.SetPlan(longer, lateMs)
		if pacer.Over(lateMs) || pacer.NextMs() < lateMs {
			t.Errorf("%s: the extended plan goes on at %v ms from now", kind, pacer.NextMs()-lateMs)
		}
		extension := drive(pacer, lateMs, lateMs+1_800_000, 20, always)
		within(t, string(kind)+": half an hour of the extension", extension.Started, 9000, 120)
		if extension.Late != 0 {
			t.Errorf("%s: %d arrivals from before the extension are late", kind, extension.Late)
		}

		stopMs := lateMs + 1_800_000
		stopped := revisionOf(t, 3, kind, 3, stopMs-1,
			Point{AtMs: startMs, IterationsPerSecond: 5}, Point{AtMs: plan.EndMs + hourMs, IterationsPerSecond: 5})
		pacer.SetPlan(stopped, stopMs)
		if !pacer.Over(stopMs) || !math.IsInf(pacer.NextMs(), 1) {
			t.Errorf("%s: a plan that ended already still has arrivals", kind)
		}
		within(t, string(kind)+": first hour", tally.Started, 18_000, 1)
	}
}

func TestAPlanThatBeginsLaterWaits(t *testing.T) {
	pacer := NewPacer(constant(t, Poisson, 1, 1, 1), startMs-60_000, toleranceMs)
	if tally := drive(pacer, startMs-60_000, startMs, 100, always); tally.Planned() != 0 {
		t.Errorf("%+v before the start", tally)
	}
	if pacer.NextMs() < startMs || pacer.NextMs() > startMs+20_000 {
		t.Errorf("first arrival %v ms after the start", pacer.NextMs()-startMs)
	}
}

func TestArrivalsBeforeTheStartOfTheProcessAreNotItsOwn(t *testing.T) {
	pacer := NewPacer(constant(t, Poisson, 1, 5, 2), startMs+hourMs, toleranceMs)
	tally := drive(pacer, startMs+hourMs, startMs+2*hourMs, 20, always)
	within(t, "planned in the second hour", tally.Planned(), 18_000, 1)
	if tally.Late != 0 {
		t.Errorf("%d late", tally.Late)
	}
}

func TestAClockSetForwardMakesLateArrivalsAndOneSetBackFollowsThePlanFromThere(t *testing.T) {
	pacer := NewPacer(constant(t, Poisson, 1, 5, 4), startMs, toleranceMs)
	drive(pacer, startMs, startMs+60_000, 20, always)
	forward := pacer.Advance(startMs+60_000+hourMs, always)
	within(t, "late by the step", forward.Late, 18_000, 30)

	pacer.Advance(startMs+60_000, always)
	if wait := pacer.NextMs() - (startMs + 60_000); wait < 0 || wait > 10_000 {
		t.Errorf("%v ms without an arrival after the clock was set back", wait)
	}
	// A correction of half a second does not offer anything twice.
	drive(pacer, startMs+60_000, startMs+120_000, 20, always)
	next := pacer.NextMs()
	pacer.Advance(startMs+119_500, always)
	if pacer.NextMs() != next {
		t.Error("half a second back moved the next arrival")
	}
}
