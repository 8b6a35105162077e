// SPDX-License-Identifier: AGPL-3.0-only

package arrival

import (
	"math"
	"sort"
)

// piece is one linear stretch of the rate, with the integral up to its start. Rates are per millisecond, so that the
// integral over milliseconds counts iterations.
type piece struct {
	startMs, endMs   float64
	fromRate, toRate float64
	paused           bool
	countBefore      float64
}

func (s piece) count() float64 { return (s.endMs - s.startMs) * (s.fromRate + s.toRate) / 2 }

// countUntil is the integral from the start of the piece to atMs, which lies within it.
func (s piece) countUntil(atMs float64) float64 {
	elapsed := atMs - s.startMs
	slope := (s.toRate - s.fromRate) / (s.endMs - s.startMs)
	return elapsed * (s.fromRate + slope*elapsed/2)
}

// timeAt inverts countUntil. The form with the root in the denominator keeps its digits when the slope is tiny.
func (s piece) timeAt(count float64) float64 {
	if count <= 0 {
		return s.startMs
	}
	slope := (s.toRate - s.fromRate) / (s.endMs - s.startMs)
	root := math.Sqrt(math.Max(0, s.fromRate*s.fromRate+2*slope*count))
	return math.Min(s.endMs, s.startMs+2*count/(s.fromRate+root))
}

// integrate cuts the points into pieces that lie within [StartMs, EndMs] and have a length.
func integrate(p *Plan) []piece {
	pieces := []piece{}
	count := 0.0
	for i := 1; i < len(p.Points); i++ {
		from, to := p.Points[i-1], p.Points[i]
		whole := piece{
			startMs: from.AtMs, endMs: to.AtMs,
			fromRate: from.IterationsPerSecond / 1000, toRate: to.IterationsPerSecond / 1000,
			paused: from.Paused,
		}
		cut, ok := whole.within(p.StartMs, p.EndMs)
		if !ok {
			continue
		}
		cut.countBefore = count
		count += cut.count()
		pieces = append(pieces, cut)
	}
	return pieces
}

func (s piece) within(startMs, endMs float64) (piece, bool) {
	from, to := math.Max(s.startMs, startMs), math.Min(s.endMs, endMs)
	if from >= to {
		return piece{}, false
	}
	cut := s
	cut.startMs, cut.endMs = from, to
	cut.fromRate, cut.toRate = s.rateAt(from), s.rateAt(to)
	return cut, true
}

func (s piece) rateAt(atMs float64) float64 {
	return s.fromRate + (s.toRate-s.fromRate)*(atMs-s.startMs)/(s.endMs-s.startMs)
}

// CountUntil is the integral of the rate from the start of the plan to atMs: the iterations planned until then.
func (p *Plan) CountUntil(atMs float64) float64 {
	i := p.pieceAt(atMs)
	if i < 0 {
		return 0
	}
	s := p.pieces[i]
	if atMs >= s.endMs {
		return s.countBefore + s.count()
	}
	return s.countBefore + s.countUntil(atMs)
}

// TimeAt is the first instant at which CountUntil reaches count, in Unix milliseconds; +Inf when it never does.
func (p *Plan) TimeAt(count float64) float64 {
	// The first piece that ends at or above count.
	i := sort.Search(len(p.pieces), func(i int) bool { return p.pieces[i].countBefore+p.pieces[i].count() >= count })
	if i == len(p.pieces) {
		return math.Inf(1)
	}
	return p.pieces[i].timeAt(count - p.pieces[i].countBefore)
}

// RateAt is the planned rate at atMs in iterations per second.
func (p *Plan) RateAt(atMs float64) float64 {
	i := p.pieceAt(atMs)
	if i < 0 || atMs >= p.pieces[i].endMs {
		return 0
	}
	return p.pieces[i].rateAt(atMs) * 1000
}

// PausedAt tells whether arrivals at atMs are planned and not offered.
func (p *Plan) PausedAt(atMs float64) bool {
	i := p.pieceAt(atMs)
	return i >= 0 && atMs < p.pieces[i].endMs && p.pieces[i].paused
}

// pauseAt is PausedAt, and until when that holds.
func (p *Plan) pauseAt(atMs float64) (paused bool, untilMs float64) {
	paused = p.PausedAt(atMs)
	for i := p.pieceAt(atMs) + 1; i < len(p.pieces); i++ {
		if p.pieces[i].paused != paused {
			return paused, p.pieces[i].startMs
		}
	}
	return paused, math.Inf(1)
}

// pieceAt is the last piece that starts at or before atMs; -1 when there is none.
func (p *Plan) pieceAt(atMs float64) int {
	return sort.Search(len(p.pieces), func(i int) bool { return p.pieces[i].startMs > atMs }) - 1
}

// sameRates tells whether both plans have equal rates and equal integrals at each instant of [fromMs, toMs), so that
// a stream of arrivals made for one of them holds for the other. Pauses do not matter: they are looked up later.
func sameRates(a, b *Plan, fromMs, toMs float64) bool {
	if a.CountUntil(fromMs) != b.CountUntil(fromMs) {
		return false
	}
	instants := []float64{fromMs, toMs}
	for _, plan := range []*Plan{a, b} {
		for _, s := range plan.pieces {
			for _, atMs := range []float64{s.startMs, s.endMs} {
				if atMs > fromMs && atMs < toMs {
					instants = append(instants, atMs)
				}
			}
		}
	}
	sort.Float64s(instants)
	for i := 1; i < len(instants); i++ {
		// Linear between neighbours: the middle and the integral over it decide.
		middle := (instants[i-1] + instants[i]) / 2
		if !close(a.RateAt(middle), b.RateAt(middle)) || !close(a.CountUntil(instants[i]), b.CountUntil(instants[i])) {
			return false
		}
	}
	return true
}

func close(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(1, math.Max(a, b)) }
