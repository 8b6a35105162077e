// SPDX-License-Identifier: AGPL-3.0-only

package arrival

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
)

// Arrivals are stratified. A Poisson process conditioned on its count is a set of uniform points in operational time,
// that is on the axis of the integrated rate (Cinlar 1975, section 4.7; Lewis and Shedler 1979). So that axis is cut into strata;
// each stratum gets the count that the integral says, cumulatively rounded, and its points are drawn uniformly, one by
// one in ascending order. The count at a boundary is then off by at most one half, the gaps within a stratum of n points
// have the survival (1 - x/n)^n, which differs from the exponential by at most 0.27/n.
//
// Boundaries lie at each half hour of the clock (and so at the hours of most time zones) and at each hour of the run: any such
// hour is met within one arrival. Where a stretch between boundaries is large enough it is cut further, so that hours
// that start anywhere are met as well.
const (
	halfHourMs = 30 * 60 * 1000
	hourMs     = 60 * 60 * 1000
	// countPhase makes the cumulative rounding symmetric: floor(count + 1/2).
	countPhase = 0.5
	// Gaps in strata of this many points are off the exponential by 0.004 at most: a Kolmogorov-Smirnov test needs 100,000
	// gaps to see it.
	smallestStratum = 64
	// Skipping a long stall walks through at most twice this many points.
	largestStratum = 4096
	// The count within an hour that starts anywhere has standard deviation sqrt(n/2) for strata of n points. For 3.5
	// of those to stay below 1 % of the hourly count H, n may be 2 (0.01/3.5)^2 H^2.
	stratumPerSquareOfHourly = 2 * (0.01 / 3.5) * (0.01 / 3.5)
	// After a change of the plan the error so far is worked off over at least this many arrivals.
	smallestRepair = 16
)

// cut is a stretch of wall-clock time between two boundaries, divided into strata of equal count.
type cut struct {
	startMs, endMs float64
	// The integral of the rate at both ends.
	low, high float64
	strata    int64
}

// stratum is a part of a cut with a number of points in it, which lie in [from, to) on the count axis.
type stratum struct {
	cut      cut
	index    int64
	from, to float64
	points   int64
	seed     uint64
}

// cutFrom is the cut that starts at startMs and ends at the next boundary of the clock, the run or the plan.
func cutFrom(p *Plan, startMs float64) cut {
	clock := (math.Floor(startMs/halfHourMs) + 1) * halfHourMs
	run := p.StartMs + (math.Floor((startMs-p.StartMs)/hourMs)+1)*hourMs
	endMs := math.Min(math.Min(clock, run), math.Max(p.EndMs, startMs))
	c := cut{startMs: startMs, endMs: endMs, low: p.CountUntil(startMs), high: p.CountUntil(endMs)}

	count := c.high - c.low
	hourly := count / math.Max(1, endMs-startMs) * hourMs
	size := math.Min(largestStratum, math.Max(smallestStratum, stratumPerSquareOfHourly*hourly*hourly))
	c.strata = max(1, int64(count/size))
	return c
}

// cutAround is the cut of the plan that holds the instant atMs: a function of the plan alone, so a process that starts
// at hour 41 goes on with the arrivals that an uninterrupted one would have had.
func cutAround(p *Plan, atMs float64) cut {
	clock := math.Floor(atMs/halfHourMs) * halfHourMs
	run := p.StartMs + math.Floor((atMs-p.StartMs)/hourMs)*hourMs
	return cutFrom(p, math.Max(math.Max(clock, run), p.StartMs))
}

func (c cut) boundary(index int64) float64 {
	if index == c.strata {
		return c.high
	}
	return c.low + (c.high-c.low)*float64(index)/float64(c.strata)
}

func (c cut) stratum(seed uint64, index int64) stratum {
	from, to := c.boundary(index), c.boundary(index+1)
	return stratum{
		cut: c, index: index, from: from, to: to,
		points: countTo(to) - countTo(from),
		seed:   mix(seed, c.startMs, float64(index)),
	}
}

// stratumAt holds the place count of the count axis, which lies within the cut.
func (c cut) stratumAt(seed uint64, count float64) stratum {
	index := int64(0)
	if c.high > c.low {
		index = int64((count - c.low) / (c.high - c.low) * float64(c.strata))
	}
	return c.stratum(seed, min(c.strata-1, max(0, index)))
}

// after is the stratum that follows s; false at the end of the plan.
func (s stratum) after(p *Plan) (stratum, bool) {
	if s.index+1 < s.cut.strata {
		return s.cut.stratum(p.Seed, s.index+1), true
	}
	if s.cut.endMs >= p.EndMs {
		return stratum{}, false
	}
	return cutFrom(p, s.cut.endMs).stratum(p.Seed, 0), true
}

// countTo is the number of arrivals up to a boundary: the integral, rounded.
func countTo(count float64) int64 { return int64(math.Floor(count + countPhase)) }

// mix hashes what identifies a stratum, so that neighbouring seeds give unrelated streams.
func mix(seed uint64, atMs, index float64) uint64 {
	var bytes [24]byte
	binary.LittleEndian.PutUint64(bytes[:], seed)
	binary.LittleEndian.PutUint64(bytes[8:], math.Float64bits(atMs))
	binary.LittleEndian.PutUint64(bytes[16:], math.Float64bits(index))
	hash := fnv.New64a()
	_, _ = hash.Write(bytes[:])
	return hash.Sum64()
}

// uniformPoints draws the order statistics of uniform points on [at, to) one by one, in constant memory (Bentley and
// Saxe 1980, Generating sorted lists of random numbers).
type uniformPoints struct {
	source *rand.PCG
	at, to float64
	left   int64
}

func newUniformPoints(s stratum) uniformPoints {
	return uniformPoints{source: rand.NewPCG(s.seed, s.seed^0x9e3779b97f4a7c15), at: s.from, to: s.to, left: s.points}
}

// next is false when all points are drawn.
func (u *uniformPoints) next() (float64, bool) {
	if u.left <= 0 {
		return 0, false
	}
	// In (0, 1]: the logarithm stays finite.
	uniform := (float64(u.source.Uint64()>>11) + 1) / (1 << 53)
	u.at += (u.to - u.at) * -math.Expm1(math.Log(uniform)/float64(u.left))
	u.left--
	return u.at, true
}
