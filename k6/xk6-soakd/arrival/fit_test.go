// SPDX-License-Identifier: AGPL-3.0-only

package arrival

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// firstArrivalsOf takes the first arrivals of a plan, at most limit.
func firstArrivalsOf(plan *Plan, limit int) []float64 {
	times := []float64{}
	for stream := newProcess(plan, plan.StartMs); !math.IsInf(stream.peek(), 1) && len(times) < limit; stream.pop() {
		times = append(times, stream.peek())
	}
	return times
}

// arrivalsOf takes every arrival of a plan.
func arrivalsOf(plan *Plan, fromMs float64) []float64 {
	times := []float64{}
	for stream := newProcess(plan, fromMs); !math.IsInf(stream.peek(), 1); stream.pop() {
		times = append(times, stream.peek())
	}
	return times
}

// worstHour is the largest difference between arrivals and plan in the hours of the run (shifted by offsetMs), beyond what is
// allowed: 1 %, or one arrival where that is more. The second value is the worst relative error of hours with
// more than 100 arrivals.
func worstHour(plan *Plan, times []float64, offsetMs float64) (excess, relative float64) {
	excess = math.Inf(-1)
	for from := plan.StartMs + offsetMs; from+hourMs <= plan.EndMs; from += hourMs {
		first, _ := slices.BinarySearch(times, from)
		last, _ := slices.BinarySearch(times, from+hourMs)
		planned := plan.CountUntil(from+hourMs) - plan.CountUntil(from)
		off := math.Abs(float64(last-first) - planned)
		excess = math.Max(excess, off-math.Max(1, planned/100))
		if planned > 100 {
			relative = math.Max(relative, off/planned)
		}
	}
	return excess, relative
}

// gapsOf are the gaps on the axis of the integrated rate, where a Poisson process of any rate has gaps of mean 1.
func gapsOf(plan *Plan, times []float64) []float64 {
	gaps := make([]float64, len(times)-1)
	for i := range gaps {
		gaps[i] = plan.CountUntil(times[i+1]) - plan.CountUntil(times[i])
	}
	return gaps
}

// kolmogorovSmirnov is the p-value of gaps against the exponential distribution of mean 1 (Marsaglia, Tsang, Wang 2003,
// for large samples the series of Kolmogorov with Stephens' correction 1970).
func kolmogorovSmirnov(gaps []float64) float64 {
	sorted := slices.Sorted(slices.Values(gaps))
	n := float64(len(sorted))
	distance := 0.0
	for i, gap := range sorted {
		expected := -math.Expm1(-gap)
		distance = math.Max(distance, math.Max(expected-float64(i)/n, float64(i+1)/n-expected))
	}
	lambda := (math.Sqrt(n) + 0.12 + 0.11/math.Sqrt(n)) * distance
	p := 0.0
	for k := 1.0; k <= 100; k++ {
		p += 2 * math.Pow(-1, k-1) * math.Exp(-2*k*k*lambda*lambda)
	}
	return math.Min(1, math.Max(0, p))
}

// andersonDarling is A² against the exponential distribution of mean 1; above 2.492 it is rejected at 5 %, above 3.857 at 1 %
// (Stephens 1974, all parameters known). It weighs the tails more than the test above.
func andersonDarling(gaps []float64) float64 {
	sorted := slices.Sorted(slices.Values(gaps))
	n := float64(len(sorted))
	sum := 0.0
	for i, gap := range sorted {
		low := math.Log(-math.Expm1(-math.Max(gap, 1e-12)))
		high := -sorted[len(sorted)-1-i]
		sum += (2*float64(i) + 1) * (low + high)
	}
	return -n - sum/n
}

// serialCorrelation of neighbouring gaps: 0 for independent ones.
func serialCorrelation(gaps []float64) float64 {
	mean, covariance, variance := 0.0, 0.0, 0.0
	for _, gap := range gaps {
		mean += gap / float64(len(gaps))
	}
	for i, gap := range gaps {
		variance += (gap - mean) * (gap - mean)
		if i > 0 {
			covariance += (gap - mean) * (gaps[i-1] - mean)
		}
	}
	return covariance / variance
}

// The rates of the requirements: nine requests a minute at four requests an iteration, nine iterations a minute, and much more.
var rates = []struct{ perSecond, hours float64 }{{9.0 / 60 / 4, 72}, {9.0 / 60, 24}, {2, 4}, {50, 2}, {2000, 0.5}}

func TestGapsAreExponential(t *testing.T) {
	for _, rate := range rates {
		for _, shape := range []string{"constant", "daily"} {
			if shape == "daily" && rate.perSecond > 2 {
				continue // Days at this rate take long, and the strata are the same.
			}
			t.Run(fmt.Sprintf("%s %.3f/s", shape, rate.perSecond), func(t *testing.T) {
				lowP, seeds := 0, uint64(20)
				for seed := range seeds {
					plan := constant(t, Poisson, seed, rate.perSecond, rate.hours)
					if shape == "daily" {
						plan = daily(t, Poisson, seed, rate.perSecond, 3)
					}
					gaps := gapsOf(plan, firstArrivalsOf(plan, 10_001))
					if p := kolmogorovSmirnov(gaps); p < 0.05 {
						lowP++
					}
					if a := andersonDarling(gaps); a > 6 {
						t.Errorf("seed %d: Anderson-Darling %.2f over %d gaps", seed, a, len(gaps))
					}
					if r := serialCorrelation(gaps); math.Abs(r) > 4/math.Sqrt(float64(len(gaps)))+0.02 {
						t.Errorf("seed %d: neighbouring gaps are correlated by %.3f", seed, r)
					}
				}
				// At a true level of 5 % more than 5 of 20 happen once in 3000.
				if lowP > 5 {
					t.Errorf("%d of %d seeds are rejected at the level of 5 %%", lowP, seeds)
				}
			})
		}
	}
}

func TestGoodnessOfFitSeesGapsThatAreNotExponential(t *testing.T) {
	even := constant(t, Even, 1, 2, 1)
	if p := kolmogorovSmirnov(gapsOf(even, arrivalsOf(even, startMs))); p > 1e-9 {
		t.Errorf("equal gaps pass as exponential with p = %v", p)
	}
	// One jittered arrival a unit: what strata of one point would give.
	gaps := []float64{}
	before := 0.0
	for i := range 3000 {
		points := newUniformPoints(stratum{from: float64(i), to: float64(i + 1), points: 1, seed: mix(7, 0, float64(i))})
		at, _ := points.next()
		gaps = append(gaps, at-before)
		before = at
	}
	if p := kolmogorovSmirnov(gaps); p > 1e-9 {
		t.Errorf("jittered arrivals pass as exponential with p = %v", p)
	}
}

// seedsFor keeps the number of arrivals in a test within bounds.
func seedsFor(perSecond float64) uint64 {
	switch {
	case perSecond > 100:
		return 1
	case perSecond > 2:
		return 3
	default:
		return 10
	}
}

func TestEveryHourIsMetWithinOnePercent(t *testing.T) {
	for _, kind := range []Kind{Poisson, Even} {
		for _, rate := range rates {
			for _, shape := range []string{"constant", "daily"} {
				if shape == "daily" && rate.perSecond > 2 {
					continue // Days at this rate take long, and the strata are the same.
				}
				t.Run(fmt.Sprintf("%s %s %.3f/s", kind, shape, rate.perSecond), func(t *testing.T) {
					for seed := range seedsFor(rate.perSecond) {
						plan := constant(t, kind, seed, rate.perSecond, math.Max(2, rate.hours))
						if shape == "daily" {
							plan = daily(t, kind, seed, rate.perSecond, 3)
						}
						times := arrivalsOf(plan, plan.StartMs)
						// Hours of the run, hours of the clock (the run starts at 14:20) and of a zone at half an hour.
						for _, offsetMs := range []float64{0, 40 * 60_000, 10 * 60_000} {
							if excess, _ := worstHour(plan, times, offsetMs); excess > 1e-6 {
								t.Errorf("seed %d, hours from minute %.0f: %.2f arrivals beyond 1 %% or one", seed, offsetMs/60_000, excess)
							}
						}
						if shape == "constant" && rate.perSecond >= 2 {
							_, relative := worstHour(plan, times, 17*60_000)
							if relative > 0.01 {
								t.Errorf("seed %d: hours that start anywhere are off by %.2f %%", seed, relative*100)
							}
						}
					}
				})
			}
		}
	}
}

func TestTheSameSeedGivesTheSameArrivalsAndAnotherSeedOthers(t *testing.T) {
	a := arrivalsOf(constant(t, Poisson, 1, 2, 1), startMs)
	if !slices.Equal(a, arrivalsOf(constant(t, Poisson, 1, 2, 1), startMs)) {
		t.Error("the same plan gave other arrivals")
	}
	if slices.Equal(a, arrivalsOf(constant(t, Poisson, 2, 2, 1), startMs)) {
		t.Error("another seed gave the same arrivals")
	}
}

func TestAProcessThatStartsLateGoesOnWithTheSameArrivals(t *testing.T) {
	for _, kind := range []Kind{Poisson, Even} {
		plan := daily(t, kind, 3, 2, 3)
		whole := arrivalsOf(plan, plan.StartMs)
		resumeMs := plan.StartMs + 41.3*hourMs
		first, _ := slices.BinarySearch(whole, resumeMs)
		if !slices.Equal(whole[first:], arrivalsOf(plan, resumeMs)) {
			t.Errorf("%s: hour 41 goes on with other arrivals", kind)
		}
	}
}

func BenchmarkArrival(b *testing.B) {
	plan := constant(b, Poisson, 1, 2000, 72)
	stream := newProcess(plan, plan.StartMs)
	for b.Loop() {
		stream.pop()
	}
}

// BenchmarkFit reports, over ten seeds of three days with night, day and peak: the worst hour of run and clock against the plan, in per cent of
// that hour (hours above 100 arrivals) and in arrivals beyond 1 % or one, and how many seeds a Kolmogorov-Smirnov test
// rejects at 5 %.
func BenchmarkFit(b *testing.B) {
	for _, perSecond := range []float64{9.0 / 60 / 4, 9.0 / 60, 2, 20} {
		for _, kind := range []Kind{Poisson, Even} {
			b.Run(fmt.Sprintf("%s/%.4f-per-second", kind, perSecond), func(b *testing.B) {
				excess, relative, rejected, arrivals := math.Inf(-1), 0.0, 0, 0
				for b.Loop() {
					for seed := range uint64(10) {
						plan := daily(b, kind, seed, perSecond, 3)
						times := arrivalsOf(plan, plan.StartMs)
						arrivals += len(times)
						for _, offsetMs := range []float64{0, 40 * 60_000} {
							over, share := worstHour(plan, times, offsetMs)
							excess, relative = math.Max(excess, over), math.Max(relative, share)
						}
						if kolmogorovSmirnov(gapsOf(plan, times)[:min(len(times)-1, 10_000)]) < 0.05 {
							rejected++
						}
					}
				}
				b.ReportMetric(relative*100, "worst-hour-%")
				b.ReportMetric(excess, "beyond-allowed")
				b.ReportMetric(float64(rejected), "of-10-rejected")
				b.ReportMetric(float64(arrivals), "arrivals")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
