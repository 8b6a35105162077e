// SPDX-License-Identifier: AGPL-3.0-only

package module

import (
	"math"
	"slices"
)

const (
	// Conversations that differ by more turns are steered only: the table would take a square of this.
	largestLanding = 1000
	// More draws than there ever are.
	never = math.MaxInt32
)

// landing knows which sums of costs a number of draws can still reach, so that a deck comes out even at a boundary
// (arrival.Place). With the least cost of a draw and the greatest common divisor of the differences between costs as
// unit, k draws cost k·least + s·unit, where each draw adds its extra to s.
//
// The bound: a stretch ends within half a unit of its plan, and an hour, which has two ends, is met within one unit. The
// unit is one request for any two conversations that differ by one turn, or by three and seven. For: the goal is the
// reachable s that is nearest to the plan; a draw that would put it out of reach is not made; one that does not exists
// as long as draws are left (one of a fewest set that makes s, or the cheapest when s is 0); and without any draw left
// only 0 is reachable.
//
// The goal is nearest, and not just near, when the stretch has room for it: sums between L² and L·(k - L) extras are
// all reachable by k draws, L being the largest extra. Conversations of one to eight turns, three or four on average,
// need 20 to 30 draws; shorter stretches leave what is over to the next one.
type landing struct {
	least, unit float64
	// By index; an index that is never drawn has the extra `never`.
	extras  []int
	largest int
	// Fewest draws with an extra that make s, for s below the square of the largest; the other draws cost the least.
	fewest []int32
}

// newLanding is nil where nothing can be balanced: equal costs, or some that are not whole.
func newLanding(weights, costs []float64) *landing {
	drawn := []int{}
	for i, cost := range costs {
		if weights[i] > 0 {
			if cost != math.Trunc(cost) || cost > math.MaxInt32 {
				return nil
			}
			drawn = append(drawn, int(cost))
		}
	}
	if len(drawn) == 0 {
		return nil
	}
	least, unit := slices.Min(drawn), 0
	for _, cost := range drawn {
		unit = greatestCommonDivisor(cost-least, unit)
	}
	if unit == 0 || (slices.Max(drawn)-least)/unit > largestLanding {
		return nil
	}
	l := &landing{
		least: float64(least), unit: float64(unit),
		extras: make([]int, len(costs)), largest: (slices.Max(drawn) - least) / unit,
	}
	for i, cost := range costs {
		l.extras[i] = never
		if weights[i] > 0 {
			l.extras[i] = (int(cost) - least) / unit
		}
	}
	l.fewest = fewestSets(l.extras, l.largest*l.largest)
	return l
}

func greatestCommonDivisor(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// fewestSets solves the change-making problem for each sum below the limit.
func fewestSets(extras []int, limit int) []int32 {
	distinct := slices.Compact(slices.Sorted(slices.Values(extras)))
	fewest := make([]int32, limit)
	for s := 1; s < limit; s++ {
		fewest[s] = never
		for _, extra := range distinct {
			if extra > s {
				break
			}
			if extra > 0 && fewest[s-extra] < never {
				fewest[s] = min(fewest[s], fewest[s-extra]+1)
			}
		}
	}
	return fewest
}

// drawsFor is the fewest draws that make s. From the square of the largest extra L on, a fewest set holds L: among any L
// smaller ones some add up to a multiple of L (pigeonhole on their sums), which fewer L would make as well, so there are
// less than L of them, and they make less than L².
func (l *landing) drawsFor(s int64) int64 {
	if s < 0 {
		return never
	}
	largest := int64(l.largest)
	if beyond := s - int64(len(l.fewest)); beyond >= 0 {
		larges := beyond/largest + 1
		return larges + int64(l.fewest[s-larges*largest])
	}
	return int64(l.fewest[s])
}

// goal is the s nearest to what the draws that are left should cost and that they can reach.
func (l *landing) goal(cost float64, draws int64) int64 {
	wanted := (cost - float64(draws)*l.least) / l.unit
	wanted = math.Min(math.Max(wanted, 0), float64(draws)*float64(l.largest))
	below := int64(math.Floor(wanted))
	above := below + 1
	// 0 is reachable, and so is the largest extra in each draw: both ways end.
	for l.drawsFor(below) > draws {
		below--
	}
	for float64(above)-wanted < wanted-float64(below) {
		if l.drawsFor(above) <= draws {
			return above
		}
		above++
	}
	return below
}

// open tells whether index i leaves the goal within reach of the draws after it.
func (l *landing) open(i int, goal, draws int64) bool {
	return l.drawsFor(goal-int64(l.extras[i])) < draws
}
