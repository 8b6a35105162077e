// SPDX-License-Identifier: AGPL-3.0-only

package module

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"xk6-soakd/arrival"
)

// The requests an hour are a promise of arrivals and deck together, so both are at work here, as in k6 but without time.

const (
	hourMs = 3_600_000.0
	// Monday 2026-09-21 14:20:00 UTC: hours of the run are not those of the clock.
	startMs = 1790000400000.0
)

// meanOf is the requests of a conversation, as the profile's rate is divided by them.
func meanOf(weights, costs []float64) float64 {
	sum, total := 0.0, 0.0
	for i, weight := range weights {
		sum += weight * costs[i]
		total += weight
	}
	return sum / total
}

func planOf(t testing.TB, kind arrival.Kind, seed uint64, points []arrival.Point) *arrival.Plan {
	t.Helper()
	return revisionOf(t, 1, kind, seed, points)
}

func revisionOf(t testing.TB, revision int64, kind arrival.Kind, seed uint64, points []arrival.Point) *arrival.Plan {
	t.Helper()
	data, err := json.Marshal(arrival.Plan{
		Version: 1, Revision: revision, Seed: seed, Arrivals: kind,
		StartMs: points[0].AtMs, EndMs: points[len(points)-1].AtMs, Points: points,
	})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := arrival.ParsePlan(data)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func level(fromMs, toMs, perSecond float64) []arrival.Point {
	return []arrival.Point{{AtMs: fromMs, IterationsPerSecond: perSecond}, {AtMs: toMs, IterationsPerSecond: perSecond}}
}

// days is the seed's day over and over: night × 0.3, peak × 2.5, with ramps of five minutes.
func days(count int, perSecond float64) []arrival.Point {
	points := []arrival.Point{}
	for hour := range count * 24 {
		factor := 1.0
		switch clock := (hour + 14) % 24; {
		case clock < 6 || clock >= 22:
			factor = 0.3
		case clock >= 10 && clock <= 20 && clock != 13:
			factor = 2.5
		}
		from := startMs - 20*60_000 + float64(hour)*hourMs
		points = append(points,
			arrival.Point{AtMs: math.Max(startMs, from+150_000), IterationsPerSecond: perSecond * factor},
			arrival.Point{AtMs: from + hourMs - 150_000, IterationsPerSecond: perSecond * factor})
	}
	return points
}

// conversation is an arrival and what was dealt to it.
type conversation struct {
	dueMs float64
	index int
}

// deal follows the pacer up to an instant, with a user free for each arrival that `free` lets through.
func deal(pacer *arrival.Pacer, d *deck, untilMs float64, free func(dueMs float64) bool) (dealt []conversation, missedMs []float64) {
	for pacer.NextMs() < untilMs {
		dueMs := pacer.NextMs()
		pacer.Advance(dueMs, func(at arrival.Place) bool {
			if !free(dueMs) {
				missedMs = append(missedMs, dueMs)
				return false
			}
			dealt = append(dealt, conversation{dueMs: dueMs, index: d.draw(&at)})
			return true
		})
	}
	return dealt, missedMs
}

func always(float64) bool { return true }

// hour is what was planned and dealt from one instant to an hour later, in requests.
type hour struct{ fromMs, planned, dealt float64 }

func (h hour) off() float64     { return math.Abs(h.dealt - h.planned) }
func (h hour) percent() float64 { return 100 * h.off() / h.planned }

// hoursOf are the whole hours from an instant on. Arrivals that were missed are not planned.
func hoursOf(plan *arrival.Plan, d *deck, dealt []conversation, missedMs []float64, fromMs float64) (hours []hour) {
	next, _ := slices.BinarySearchFunc(dealt, fromMs, func(c conversation, atMs float64) int {
		return int(math.Copysign(1, c.dueMs-atMs))
	})
	missed, _ := slices.BinarySearch(missedMs, fromMs)
	for ; fromMs+hourMs <= plan.EndMs; fromMs += hourMs {
		h := hour{fromMs: fromMs, planned: d.meanCost * (plan.CountUntil(fromMs+hourMs) - plan.CountUntil(fromMs))}
		for ; next < len(dealt) && dealt[next].dueMs < fromMs+hourMs; next++ {
			h.dealt += d.costs[dealt[next].index]
		}
		for ; missed < len(missedMs) && missedMs[missed] < fromMs+hourMs; missed++ {
			h.planned -= d.meanCost
		}
		hours = append(hours, h)
	}
	return hours
}

// bothHours are those of the run and, 40 minutes later, those of the clock.
func bothHours(plan *arrival.Plan, d *deck, dealt []conversation, missedMs []float64) []hour {
	hours := hoursOf(plan, d, dealt, missedMs, startMs)
	return append(hours, hoursOf(plan, d, dealt, missedMs, startMs+40*60_000)...)
}

// The rates of the requirement and a little more, in requests a minute: the seed's nights have nine.
var requestsAMinute = []float64{9, 12, 20, 30, 90}

// The bound of landing.go, over 4000 hours at each rate, 800 of each mix. It is one request for every mix but two: of
// conversations of one turn and eight only, whose sums are seven apart, and of one and twenty.
func TestEveryHourHasItsRequestsWithinTheUnitOfTheMix(t *testing.T) {
	for name, mix := range mixes {
		if mix.costs == nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, perMinute := range requestsAMinute {
				for _, kind := range []arrival.Kind{arrival.Poisson, arrival.Even} {
					for seed := range uint64(2) {
						// Once a whole number of requests an hour, once not.
						perSecond := perMinute / 60 / meanOf(mix.weights, mix.costs) * (1 + 0.0137*float64(seed))
						plan := planOf(t, kind, seed, level(startMs, startMs+100*hourMs, perSecond))
						d := newDeck(mix.weights, mix.costs, fixed(seed))
						dealt, _ := deal(arrival.NewPacer(plan, startMs, 0), d, plan.EndMs+1, always)
						unit := d.landing.unit
						for _, h := range bothHours(plan, d, dealt, nil) {
							if h.off() > unit+1e-6 || (unit == 1 && h.percent() > 1) {
								t.Fatalf("%v a minute, %s, seed %d: the hour at %.0f has %v requests, planned %.2f",
									perMinute, kind, seed, (h.fromMs-startMs)/60_000, h.dealt, h.planned)
							}
						}
					}
				}
			}
		})
	}
}

func TestHoursAreMetAcrossNightDayAndPeakAndTheMixOfEachDayIsRight(t *testing.T) {
	for name, mix := range mixes {
		if mix.costs == nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := planOf(t, arrival.Poisson, 1, days(30, 30.0/60/meanOf(mix.weights, mix.costs)))
			d := newDeck(mix.weights, mix.costs, fixed(1))
			pacer := arrival.NewPacer(plan, startMs, 0)
			dealt, worstShare := []conversation{}, 0.0
			for day := range 30 {
				more, _ := deal(pacer, d, startMs+float64(day+1)*24*hourMs, always)
				dealt = append(dealt, more...)
				for _, off := range d.errors {
					worstShare = math.Max(worstShare, math.Abs(off))
				}
			}
			for _, h := range bothHours(plan, d, dealt, nil) {
				if h.off() > d.landing.unit+1e-6 {
					t.Fatalf("the hour at minute %.0f has %v requests, planned %.2f", (h.fromMs-startMs)/60_000, h.dealt, h.planned)
				}
			}
			// Of several thousand a day.
			if worstShare > 8 {
				t.Errorf("at the end of a day a share is off by %.1f conversations", worstShare)
			}
		})
	}
}

func TestALiveChangeOfTheRateKeepsTheHoursAroundIt(t *testing.T) {
	mix := mixes["soakd's own conversations"]
	mean := meanOf(mix.weights, mix.costs)
	for seed := range uint64(20) {
		endMs := startMs + 6*hourMs
		low, high := 9/60.0/mean, 30/60.0/mean
		before := planOf(t, arrival.Poisson, seed, level(startMs, endMs, low))
		pacer := arrival.NewPacer(before, startMs, 0)
		d := newDeck(mix.weights, mix.costs, fixed(seed))
		// A quarter of an hour into the run, and 12 minutes before a full hour.
		upMs, downMs := startMs+15*60_000, startMs+108*60_000
		dealt, _ := deal(pacer, d, upMs, always)
		points := append(level(startMs, upMs, low), level(upMs, endMs, high)...)
		pacer.SetPlan(revisionOf(t, 2, arrival.Poisson, seed, points), upMs)
		more, _ := deal(pacer, d, downMs, always)
		points = append(append(level(startMs, upMs, low), level(upMs, downMs, high)...), level(downMs, endMs, low)...)
		after := revisionOf(t, 3, arrival.Poisson, seed, points)
		pacer.SetPlan(after, downMs)
		last, _ := deal(pacer, d, endMs+1, always)
		for _, h := range bothHours(after, d, slices.Concat(dealt, more, last), nil) {
			if h.off() > 1+1e-6 {
				t.Errorf("seed %d: the hour at minute %.0f has %v requests, planned %.2f", seed, (h.fromMs-startMs)/60_000, h.dealt, h.planned)
			}
		}
	}
}

func TestRequestsOfMissedArrivalsAreTakenOffAndNotCaughtUpWith(t *testing.T) {
	mix := mixes["soakd's own conversations"]
	source := rand.New(rand.NewPCG(3, 3)) //nolint:gosec // not a secret
	plan := planOf(t, arrival.Poisson, 5, level(startMs, startMs+200*hourMs, 9/60.0/meanOf(mix.weights, mix.costs)))
	d := newDeck(mix.weights, mix.costs, fixed(5))
	// Three arrivals of ten find no user; in the last three minutes before a boundary all do.
	dealt, missedMs := deal(arrival.NewPacer(plan, startMs, 0), d, plan.EndMs+1, func(dueMs float64) bool {
		return math.Mod(dueMs, 600_000) > 420_000 || source.Float64() > 0.3
	})
	if len(missedMs) < 5000 {
		t.Fatalf("%d missed", len(missedMs))
	}
	for _, h := range bothHours(plan, d, dealt, missedMs) {
		if h.off() > 1+1e-6 {
			t.Errorf("the hour at minute %.0f has %v requests, planned %.2f without the missed", (h.fromMs-startMs)/60_000, h.dealt, h.planned)
		}
	}
}

func TestAProcessThatStartsWithinAnHourMeetsTheNextOnes(t *testing.T) {
	mix := mixes["soakd's own conversations"]
	plan := planOf(t, arrival.Poisson, 6, days(3, 30.0/60/meanOf(mix.weights, mix.costs)))
	d := newDeck(mix.weights, mix.costs, fixed(6))
	fromMs := startMs + 41.3*hourMs
	dealt, _ := deal(arrival.NewPacer(plan, fromMs, 0), d, plan.EndMs+1, always)
	for _, h := range hoursOf(plan, d, dealt, nil, startMs+42*hourMs) {
		if h.off() > 1+1e-6 {
			t.Errorf("the hour at minute %.0f has %v requests, planned %.2f", (h.fromMs-startMs)/60_000, h.dealt, h.planned)
		}
	}
}

func TestTheOrderWithinAnHourStaysRandomToItsEnd(t *testing.T) {
	mix := mixes["soakd's own conversations"]
	mean := meanOf(mix.weights, mix.costs)
	plan := planOf(t, arrival.Poisson, 7, level(startMs, startMs+1000*hourMs, 9/60.0/mean))
	d := newDeck(mix.weights, mix.costs, fixed(7))
	// Requests of the last conversation of each stretch, of the last but one, and so on.
	const lasts = 10
	sums, counts, byCost := [lasts]float64{}, [lasts]float64{}, [lasts]map[float64]float64{}
	for i := range byCost {
		byCost[i] = map[float64]float64{}
	}
	pacer := arrival.NewPacer(plan, startMs, 0)
	for pacer.NextMs() < plan.EndMs {
		pacer.Advance(pacer.NextMs(), func(at arrival.Place) bool {
			if cost := d.costs[d.draw(&at)]; at.Left < lasts {
				sums[at.Left] += cost
				counts[at.Left]++
				byCost[at.Left][cost]++
			}
			return true
		})
	}
	for left := range lasts {
		if average := sums[left] / counts[left]; math.Abs(average-mean) > 0.15*mean {
			t.Errorf("%d before the end of a stretch conversations have %.2f turns on average, %.2f elsewhere", left, average, mean)
		}
		// The very last is what is over, and that is seldom one turn alone.
		if single := byCost[left][1] / counts[left]; (left > 0 && single < 0.25) || single < 0.1 || single > 0.55 {
			t.Errorf("%d before the end %.0f %% are of one turn, 40 %% elsewhere", left, 100*single)
		}
	}
}

// BenchmarkHours reports, over two thousand hours of run and clock: how far the requests dealt to an hour are from the
// plan, whose nights have the least.
func BenchmarkHours(b *testing.B) {
	for _, name := range []string{"soakd's own conversations", "conversations of 1, 4 and 8 turns", "nine turns", "one turn or eight"} {
		mix := mixes[name]
		for _, perMinute := range append(requestsAMinute, 600) {
			b.Run(fmt.Sprintf("%s/nights of %v a minute", name, perMinute), func(b *testing.B) {
				percent := []float64{}
				for b.Loop() {
					length := 40
					if perMinute > 100 {
						length = 3
					}
					plan := planOf(b, arrival.Poisson, 1, days(length, perMinute/0.3/60/meanOf(mix.weights, mix.costs)))
					d := newDeck(mix.weights, mix.costs, fixed(1))
					dealt, _ := deal(arrival.NewPacer(plan, startMs, 0), d, plan.EndMs+1, always)
					percent = percent[:0]
					for _, h := range bothHours(plan, d, dealt, nil) {
						percent = append(percent, h.percent())
					}
				}
				report(b, percent)
			})
		}
	}
}

func report(b *testing.B, percent []float64) {
	b.Helper()
	slices.Sort(percent)
	squares := 0.0
	for _, off := range percent {
		squares += off * off
	}
	within, _ := slices.BinarySearch(percent, 1)
	b.ReportMetric(math.Sqrt(squares/float64(len(percent))), "sd-%")
	b.ReportMetric(100*float64(within)/float64(len(percent)), "hours-within-1%")
	b.ReportMetric(percent[len(percent)*95/100], "p95-%")
	b.ReportMetric(percent[len(percent)-1], "worst-%")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkSent reports how far the requests sent in an hour are from the plan: a conversation that begins before the
// full hour sends the rest of its turns after it. Visitors and think times are soakd's defaults; an answer takes a second.
func BenchmarkSent(b *testing.B) {
	mix := mixes["soakd's own conversations"]
	for _, shape := range []string{"level", "day"} {
		for _, perMinute := range append(requestsAMinute, 600) {
			b.Run(fmt.Sprintf("%s/%v a minute by day", shape, perMinute), func(b *testing.B) {
				percent := []float64{}
				for b.Loop() {
					perSecond, length := perMinute/60/meanOf(mix.weights, mix.costs), 60
					if perMinute > 100 {
						length = 4
					}
					points := level(startMs, startMs+24*hourMs*float64(length), perSecond)
					if shape == "day" {
						points = days(length, perSecond)
					}
					plan := planOf(b, arrival.Poisson, 1, points)
					d := newDeck(mix.weights, mix.costs, fixed(1))
					dealt, _ := deal(arrival.NewPacer(plan, startMs, 0), d, plan.EndMs+1, always)
					percent = sentErrors(plan, d, dealt)
				}
				report(b, percent)
			})
		}
	}
}

// sentErrors are the errors of the hours of the clock, when each turn is sent a think time and an answer after the one before.
func sentErrors(plan *arrival.Plan, d *deck, dealt []conversation) (percent []float64) {
	source := rand.New(rand.NewPCG(8, 8)) //nolint:gosec // not a secret
	firstMs := startMs + 40*60_000
	sent := make([]float64, int((plan.EndMs-firstMs)/hourMs))
	for _, c := range dealt {
		thinkMs := [2]float64{2000, 8000} // returning: half of all
		if who := source.Float64(); who < 0.3 {
			thinkMs = [2]float64{3000, 12_000} // new
		} else if who < 0.5 {
			thinkMs = [2]float64{1000, 4000} // power
		}
		atMs := c.dueMs
		for range int(d.costs[c.index]) {
			if h := int(math.Floor((atMs - firstMs) / hourMs)); h >= 0 && h < len(sent) {
				sent[h]++
			}
			atMs += 1000 + thinkMs[0] + source.Float64()*(thinkMs[1]-thinkMs[0])
		}
	}
	for h, requests := range sent {
		fromMs := firstMs + float64(h)*hourMs
		planned := d.meanCost * (plan.CountUntil(fromMs+hourMs) - plan.CountUntil(fromMs))
		percent = append(percent, 100*math.Abs(requests-planned)/planned)
	}
	return percent
}
