// SPDX-License-Identifier: AGPL-3.0-only

package arrival

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

const toleranceMs = 250

func always(Place) bool { return true }

// drive calls the pacer as a loop that never sleeps too long would, every stepMs.
func drive(pacer *Pacer, fromMs, toMs, stepMs float64, start func(Place) bool) Tally {
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
		after := pacer.Advance(startMs+36_000, func(Place) bool { fired++; return true })
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
	tally := drive(pacer, startMs, startMs+hourMs, 10, func(Place) bool { free--; return free >= 0 })
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
	// A loop that keeps up, and one that comes so rarely that most arrivals are skipped.
	for _, stepMs := range []float64{100, 29_950} {
		for seed := range uint64(10) {
			endMs := startMs + 3*hourMs
			points := []Point{{AtMs: startMs, IterationsPerSecond: 1}, {AtMs: endMs, IterationsPerSecond: 1}}
			pacer := NewPacer(planOf(t, Poisson, seed, endMs, points...), startMs, toleranceMs)
			total, revision := Tally{}, int64(1)
			for minute := range 120 {
				fromMs := startMs + float64(minute)*60_000
				total = add(total, drive(pacer, fromMs, fromMs+59_900, stepMs, always))
				revision++
				changeMs := fromMs + 60_000
				rate := float64((minute*7)%5) / 2
				total = add(total, pacer.Advance(changeMs, always))
				points = append(points[:len(points)-1],
					Point{AtMs: changeMs, IterationsPerSecond: points[len(points)-2].IterationsPerSecond},
					Point{AtMs: changeMs, IterationsPerSecond: rate}, Point{AtMs: endMs, IterationsPerSecond: rate})
				pacer.SetPlan(revisionOf(t, revision, Poisson, seed, endMs, points...), changeMs)
			}
			total = add(total, drive(pacer, startMs+2*hourMs, endMs+1000, stepMs, always))
			total = add(total, pacer.Advance(endMs+1000, always))
			within(t, "planned over three hours with 120 changes", total.Planned(), pacer.Plan().CountUntil(endMs), 1.01)
		}
	}
}

// pausedAtTimes is the daily plan with three stretches at pause, two of them next to each other.
func pausedAtTimes(t testing.TB, kind Kind, seed uint64, perSecond float64) *Plan {
	t.Helper()
	plan := daily(t, kind, seed, perSecond, 3)
	points := slices.Clone(plan.Points)
	for _, i := range []int{0, 7, 8, 40} {
		points[i].Paused = true
	}
	return planOf(t, kind, seed, plan.EndMs, points...)
}

func TestASuspensionOfAnyLengthIsCountedAsIfEachArrivalHadBeenLookedAt(t *testing.T) {
	for _, kind := range []Kind{Poisson, Even} {
		for _, perSecond := range []float64{9.0 / 60, 5} {
			plan := pausedAtTimes(t, kind, 11, perSecond)
			whole := arrivalsOf(plan, plan.StartMs)
			for _, fromHour := range []float64{0, 0.9, 2.7, 30} {
				for _, hours := range []float64{1.0 / 1200, 0.1, 1.5, 24, 80} {
					fromMs := startMs + fromHour*hourMs
					nowMs := fromMs + hours*hourMs
					pacer := NewPacer(plan, fromMs, toleranceMs)
					got := pacer.Advance(nowMs, always)

					want := Tally{}
					first, _ := slices.BinarySearch(whole, fromMs)
					next := first
					for ; next < len(whole) && whole[next] <= nowMs; next++ {
						switch {
						case plan.PausedAt(whole[next]):
							want.Paused++
						case whole[next] < nowMs-toleranceMs:
							want.Late++
						default:
							want.Started++
						}
					}
					if got != want {
						t.Errorf("%s at %.2f/s, %.3f h from hour %.1f: %+v, want %+v", kind, perSecond, hours, fromHour, got, want)
					}
					// As long as arrivals are left, the next is the very one that would have come without the suspension.
					if next < len(whole) && pacer.NextMs() != whole[next] || next == len(whole) && !math.IsInf(pacer.NextMs(), 1) {
						t.Errorf("%s at %.2f/s, %.3f h from hour %.1f: goes on with another arrival", kind, perSecond, hours, fromHour)
					}
				}
			}
		}
	}
}

func TestArrivalsAheadOfARateThatFellAreMadeUpForInASuspensionToo(t *testing.T) {
	ahead := 0
	for seed := range uint64(30) {
		// In the middle of a large stratum the rate falls to next to nothing: it may have had more than is left to plan.
		fallen := func() (*Pacer, Tally) {
			endMs, fallMs := startMs+24*hourMs, startMs+24*60_000
			pacer := NewPacer(constant(t, Poisson, seed, 20, 24), startMs, toleranceMs)
			before := drive(pacer, startMs, fallMs, 100, always)
			pacer.SetPlan(revisionOf(t, 2, Poisson, seed, endMs,
				Point{AtMs: startMs, IterationsPerSecond: 20}, Point{AtMs: fallMs, IterationsPerSecond: 20},
				Point{AtMs: fallMs, IterationsPerSecond: 0.01}, Point{AtMs: endMs, IterationsPerSecond: 0.01}), fallMs)
			return pacer, before
		}
		walked, before := fallen()
		suspended, _ := fallen()
		// More than the half hour after it.
		if before.Planned() > 20*24*60+18 {
			ahead++
		}
		untilMs := startMs + 5.2*hourMs
		places, _ := placesOf(walked, untilMs)
		tally := suspended.Advance(untilMs, always)
		if tally.Planned() != int64(len(places)) || suspended.NextMs() != walked.NextMs() {
			t.Errorf("seed %d: %+v, want %d planned", seed, tally, len(places))
		}
	}
	if ahead == 0 {
		t.Error("no seed was ahead: nothing was tried")
	}
}

func TestThreeDaysOfSuspensionAtAHighRateAreOneLook(t *testing.T) {
	for _, kind := range []Kind{Poisson, Even} {
		// 518 million arrivals: one by one they would take minutes.
		pacer := NewPacer(constant(t, kind, 1, 2000, 72), startMs, toleranceMs)
		tally := pacer.Advance(startMs+72*hourMs, always)
		within(t, "late or just in time", tally.Planned(), 2000*3600*72, 1)
		within(t, "just in time", tally.Started, 2000*toleranceMs/1000, 120)
	}
}

// placesOf are the places of all arrivals from here on, with the instants at which they are due.
func placesOf(pacer *Pacer, untilMs float64) (places []Place, dueMs []float64) {
	for pacer.NextMs() < untilMs {
		due := pacer.NextMs()
		pacer.Advance(due, func(at Place) bool {
			places, dueMs = append(places, at), append(dueMs, due)
			return true
		})
	}
	return places, dueMs
}

// followUp checks that each place counts the arrivals that really follow within its stretch.
func followUp(t *testing.T, what string, places []Place, dueMs []float64) {
	t.Helper()
	for i := len(places) - 1; i >= 0; i-- {
		want := int64(0)
		if i+1 < len(places) && places[i+1].BoundaryMs == places[i].BoundaryMs {
			want = places[i+1].Left + 1
		}
		if places[i].Left != want || dueMs[i] > places[i].BoundaryMs {
			t.Errorf("%s: arrival %d, due %.0f ms before the boundary: %d follow, want %d",
				what, i, places[i].BoundaryMs-dueMs[i], places[i].Left, want)
			return
		}
	}
}

func TestAPlaceKnowsWhatFollowsUpToTheNextBoundary(t *testing.T) {
	for _, kind := range []Kind{Poisson, Even} {
		for _, rate := range rates {
			if rate.perSecond > 2 {
				continue // Days at this rate take long, and the strata are the same.
			}
			plan := daily(t, kind, 3, rate.perSecond, 1)
			places, dueMs := placesOf(NewPacer(plan, plan.StartMs, toleranceMs), plan.EndMs+1)
			followUp(t, fmt.Sprintf("%s %.3f/s", kind, rate.perSecond), places, dueMs)
			for i, at := range places {
				clock, run := math.Mod(at.BoundaryMs, halfHourMs), math.Mod(at.BoundaryMs-plan.StartMs, hourMs)
				if clock != 0 && run != 0 {
					t.Fatalf("%s: a boundary %v ms into the run", kind, at.BoundaryMs-plan.StartMs)
				}
				whole := float64(i+1) + float64(at.Left)
				if off := plan.CountUntil(at.BoundaryMs) - whole - at.Remainder; math.Abs(off) > 1e-6 || math.Abs(at.Remainder) > 0.5+1e-6 {
					t.Fatalf("%s: %.0f arrivals up to the boundary and %.3f over, planned %.3f",
						kind, whole, at.Remainder, plan.CountUntil(at.BoundaryMs))
				}
			}
		}
	}
}

// changed is a pacer some changes of the rate into a run of six hours, and the arrivals that it has had.
func changed(t *testing.T, kind Kind, seed uint64, changes int) (pacer *Pacer, taken int) {
	t.Helper()
	endMs := startMs + 6*hourMs
	points := []Point{{AtMs: startMs, IterationsPerSecond: 0.2}, {AtMs: endMs, IterationsPerSecond: 0.2}}
	pacer = NewPacer(planOf(t, kind, seed, endMs, points...), startMs, toleranceMs)
	for change, rate := range []float64{1, 0.05, 0.5, 0, 0.3}[:changes] {
		changeMs := startMs + (0.3+0.7*float64(change))*hourMs
		places, _ := placesOf(pacer, changeMs)
		taken += len(places)
		points = append(points[:len(points)-1],
			Point{AtMs: changeMs, IterationsPerSecond: points[len(points)-2].IterationsPerSecond},
			Point{AtMs: changeMs, IterationsPerSecond: rate}, Point{AtMs: endMs, IterationsPerSecond: rate})
		pacer.SetPlan(revisionOf(t, int64(change+2), kind, seed, endMs, points...), changeMs)
	}
	return pacer, taken
}

func TestAPlaceIsRightAfterChangesOfThePlan(t *testing.T) {
	for _, kind := range []Kind{Poisson, Even} {
		for seed := range uint64(10) {
			for changes := 1; changes <= 5; changes++ {
				what := fmt.Sprintf("%s, seed %d, change %d", kind, seed, changes)
				pacer, taken := changed(t, kind, seed, changes)
				plan := pacer.Plan()
				places, dueMs := placesOf(pacer, plan.EndMs+1)
				followUp(t, what, places, dueMs)
				for i, at := range places {
					whole := float64(taken+i+1) + float64(at.Left)
					if off := plan.CountUntil(at.BoundaryMs) - whole - at.Remainder; math.Abs(off) > 1e-6 {
						t.Fatalf("%s: %.0f arrivals up to the boundary and %.3f over, planned %.3f",
							what, whole, at.Remainder, plan.CountUntil(at.BoundaryMs))
					}
				}
			}
		}
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

func BenchmarkSuspension(b *testing.B) {
	plan := constant(b, Poisson, 1, 2000, 72)
	for b.Loop() {
		NewPacer(plan, startMs, toleranceMs).Advance(startMs+71.3*hourMs, always)
	}
}
