// SPDX-License-Identifier: AGPL-3.0-only

package module

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// reachable are all sums of so many draws, by trying.
func reachable(costs []float64, draws int) map[float64]bool {
	sums := map[float64]bool{0: true}
	for range draws {
		next := map[float64]bool{}
		for sum := range sums {
			for _, cost := range costs {
				next[sum+cost] = true
			}
		}
		sums = next
	}
	return sums
}

func TestTheGoalIsTheNearestSumThatTheDrawsCanReach(t *testing.T) {
	source := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // not a secret
	for range 300 {
		costs := make([]float64, 2+source.IntN(3))
		for i := range costs {
			costs[i] = float64(source.IntN(15))
		}
		l := newLanding(slices.Repeat([]float64{1}, len(costs)), costs)
		if l == nil {
			if slices.Min(costs) != slices.Max(costs) {
				t.Errorf("nothing to land on for %v", costs)
			}
			continue
		}
		for _, draws := range []int{1, 2, 3, 7, 20} {
			sums := reachable(costs, draws)
			for range 40 {
				wanted := (source.Float64()*1.4 - 0.2) * float64(draws) * slices.Max(costs)
				nearest := math.Inf(1)
				for sum := range sums {
					nearest = math.Min(nearest, math.Abs(sum-wanted))
				}
				landed := float64(draws)*l.least + float64(l.goal(wanted, int64(draws)))*l.unit
				if !sums[landed] || math.Abs(landed-wanted) > nearest+1e-9 {
					t.Fatalf("%d draws of %v for %.2f: %v, reachable %v, the nearest is %.2f off",
						draws, costs, wanted, landed, sums[landed], nearest)
				}
			}
		}
	}
}

func TestFromAnyGoalWithinReachSomeIndexKeepsItThereToTheEnd(t *testing.T) {
	source := rand.New(rand.NewPCG(2, 2)) //nolint:gosec // not a secret
	for name, mix := range mixes {
		l := newLanding(mix.weights, mix.costs)
		if l == nil {
			continue
		}
		for range 200 {
			draws := int64(1 + source.IntN(60))
			goal := l.goal(source.Float64()*float64(draws)*slices.Max(mix.costs), draws)
			for ; draws > 0; draws-- {
				open := []int{}
				for i := range mix.costs {
					if l.open(i, goal, draws) {
						open = append(open, i)
					}
				}
				if len(open) == 0 {
					t.Fatalf("%s: %d extras in %d draws: no index is open", name, goal, draws)
				}
				// Whichever is drawn, the goal stays within reach.
				goal -= int64(l.extras[open[source.IntN(len(open))]])
			}
			if goal != 0 {
				t.Errorf("%s: %d extras away from the goal", name, goal)
			}
		}
	}
}

func TestAGoalFarBeyondTheTableIsFoundByItsLargestExtras(t *testing.T) {
	l := newLanding([]float64{1, 1, 1}, []float64{1, 4, 8})
	// A table of everything, as reference.
	all := fewestSets(l.extras, 5000)
	for s, fewest := range all {
		if l.drawsFor(int64(s)) != int64(fewest) && fewest < never {
			t.Fatalf("%d extras take %d draws, not %d", s, fewest, l.drawsFor(int64(s)))
		}
	}
	// Two days at 2000 a second.
	if goal := l.goal(2.6*3.456e8, 3.456e8); math.Abs(float64(goal)-1.6*3.456e8) > 0.5 {
		t.Errorf("the goal is %d", goal)
	}
}

func TestCostsThatCannotBeBalancedAreSteeredOnly(t *testing.T) {
	for _, costs := range [][]float64{nil, {3, 3}, {1, 1.5}, {1, 5000, 2}, {1, 1e18}} {
		weights := slices.Repeat([]float64{1}, max(1, len(costs)))
		if newLanding(weights, costs) != nil {
			t.Errorf("a landing for costs %v", costs)
		}
	}
	// What is never drawn does not count.
	if l := newLanding([]float64{1, 0, 1}, []float64{2, 3, 4}); l == nil || l.unit != 2 || l.largest != 1 {
		t.Errorf("%+v", l)
	}
}
