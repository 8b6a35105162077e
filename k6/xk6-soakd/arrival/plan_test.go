// SPDX-License-Identifier: AGPL-3.0-only

package arrival

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
)

// Monday 2026-09-21 14:20:00 UTC: neither on an hour nor on a half hour.
const startMs = 1790000400000.0

func planOf(t testing.TB, kind Kind, seed uint64, endMs float64, points ...Point) *Plan {
	t.Helper()
	return revisionOf(t, 1, kind, seed, endMs, points...)
}

func revisionOf(t testing.TB, revision int64, kind Kind, seed uint64, endMs float64, points ...Point) *Plan {
	t.Helper()
	plan := Plan{Version: 1, Revision: revision, Seed: seed, Arrivals: kind, StartMs: startMs, EndMs: endMs, Points: points}
	data, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := ParsePlan(data)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func constant(t testing.TB, kind Kind, seed uint64, perSecond, hours float64) *Plan {
	t.Helper()
	endMs := startMs + hours*hourMs
	return planOf(t, kind, seed, endMs, Point{AtMs: startMs, IterationsPerSecond: perSecond}, Point{AtMs: endMs, IterationsPerSecond: perSecond})
}

// daily is a plan with ramps, steps and a stretch at rate 0, as a profile makes them.
func daily(t testing.TB, kind Kind, seed uint64, perSecond float64, days int) *Plan {
	t.Helper()
	points := []Point{}
	for hour := range days * 24 {
		factor := 1.0
		switch clock := (hour + 13) % 24; {
		case clock < 6 || clock >= 22:
			factor = 0.4
		case clock == 12:
			factor = 2.6
		case clock == 15 && hour < 24:
			factor = 0
		}
		from := startMs + float64(hour)*hourMs
		points = append(points,
			Point{AtMs: from + 150_000, IterationsPerSecond: perSecond * factor},
			Point{AtMs: from + hourMs - 150_000, IterationsPerSecond: perSecond * factor})
	}
	// One ramp becomes a step.
	points[len(points)/2].AtMs = points[len(points)/2-1].AtMs
	return planOf(t, kind, seed, startMs+float64(days)*24*hourMs, points...)
}

func TestIntegralIsExactOnRampsStepsAndGaps(t *testing.T) {
	plan := planOf(t, Poisson, 1, startMs+100_000,
		Point{AtMs: startMs + 10_000, IterationsPerSecond: 0},
		Point{AtMs: startMs + 30_000, IterationsPerSecond: 10}, // ramp: 100
		Point{AtMs: startMs + 30_000, IterationsPerSecond: 4},  // step
		Point{AtMs: startMs + 40_000, IterationsPerSecond: 4},  // flat: 40
		Point{AtMs: startMs + 40_000, IterationsPerSecond: 0},
		Point{AtMs: startMs + 60_000, IterationsPerSecond: 0}, // nothing
		Point{AtMs: startMs + 80_000, IterationsPerSecond: 2}, // ramp: 20
	)
	for _, want := range []struct{ atMs, count float64 }{
		{0, 0}, {10_000, 0}, {20_000, 25}, {30_000, 100}, {35_000, 120}, {40_000, 140}, {50_000, 140}, {60_000, 140},
		{70_000, 145}, {80_000, 160}, {90_000, 160}, {1e9, 160},
	} {
		if got := plan.CountUntil(startMs + want.atMs); math.Abs(got-want.count) > 1e-6 {
			t.Errorf("count until %v ms is %v, want %v", want.atMs, got, want.count)
		}
	}
	if rate := plan.RateAt(startMs + 20_000); math.Abs(rate-5) > 1e-9 {
		t.Errorf("rate in the middle of the ramp is %v, want 5", rate)
	}
	if !math.IsInf(plan.TimeAt(160.001), 1) {
		t.Error("a count that is never reached has an instant")
	}
}

func TestTimeAtInvertsTheIntegral(t *testing.T) {
	plan := daily(t, Poisson, 1, 50, 3)
	total := plan.CountUntil(plan.EndMs)
	for i := 1; i < 20_000; i++ {
		count := total * float64(i) / 20_000
		if back := plan.CountUntil(plan.TimeAt(count)); math.Abs(back-count) > 1e-4 {
			t.Fatalf("count %v comes back as %v", count, back)
		}
	}
}

func TestPointsOutsideOfStartAndEndOfferNothing(t *testing.T) {
	plan := planOf(t, Even, 1, startMs+10_000,
		Point{AtMs: startMs - 50_000, IterationsPerSecond: 2}, Point{AtMs: startMs + 50_000, IterationsPerSecond: 2})
	if got := plan.CountUntil(plan.EndMs); math.Abs(got-20) > 1e-9 {
		t.Errorf("offers %v within the ten seconds, want 20", got)
	}
}

func TestBadPlansAreRefusedWithEveryProblem(t *testing.T) {
	_, err := ParsePlan([]byte(`{"version": 2, "arrivals": "bursty", "startMs": 5, "endMs": 4,
		"points": [{"atMs": 9, "iterationsPerSecond": -1}, {"atMs": 8, "iterationsPerSecond": 1}]}`))
	if err == nil {
		t.Fatal("accepted")
	}
	for _, problem := range []string{
		"version is 2", `arrivals is "bursty"`, "endMs is before startMs", "points[0].iterationsPerSecond is -1", "points[1].atMs is before",
	} {
		if !strings.Contains(err.Error(), problem) {
			t.Errorf("the error does not say %q: %v", problem, err)
		}
	}
	for _, torn := range []string{"", "{", `{"version": 1, "points": [{"atMs": 1`} {
		if _, err := ParsePlan([]byte(torn)); err == nil {
			t.Errorf("accepted %q", torn)
		}
	}
}

func ExamplePlan_PausedAt() {
	plan, _ := ParsePlan([]byte(`{"version": 1, "revision": 1, "seed": 1, "arrivals": "even", "startMs": 0, "endMs": 3000, "points": [
		{"atMs": 0, "iterationsPerSecond": 1}, {"atMs": 1000, "iterationsPerSecond": 1, "paused": true},
		{"atMs": 2000, "iterationsPerSecond": 1}, {"atMs": 3000, "iterationsPerSecond": 1}]}`))
	fmt.Println(plan.PausedAt(999), plan.PausedAt(1000), plan.PausedAt(1999), plan.PausedAt(2000))
	// Output: false true true false
}
