// SPDX-License-Identifier: AGPL-3.0-only

package module

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"xk6-soakd/arrival"
	"xk6-soakd/vitals"
)

var errTrackTooEarly = errors.New("track() needs a running user: call it in the default function, not in the init context")

// decks by name, shared by all users of the process.
type decks struct {
	vitals *vitals.Vitals
	mu     sync.Mutex
	byName map[string]*deck
}

func newDecks(process *vitals.Vitals) *decks {
	return &decks{vitals: process, byName: map[string]*deck{}}
}

// named returns the deck of that name and makes it when it is new. The same name must come with the same weights.
func (d *decks) named(name string, weights, costs []float64) (*deck, error) {
	if err := validDeck(weights, costs); err != nil {
		return nil, fmt.Errorf("deck %q: %w", name, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if known, found := d.byName[name]; found {
		if !slices.Equal(known.weights, weights) || !slices.Equal(known.costs, costs) {
			return nil, fmt.Errorf("deck %q was made with other weights or costs; give it another name", name)
		}
		return known, nil
	}
	made := newDeck(weights, costs, func() uint64 {
		hash := fnv.New64a()
		_, _ = hash.Write([]byte(name))
		return d.vitals.Seed.Load() ^ hash.Sum64()
	})
	d.byName[name] = made
	return made, nil
}

func validDeck(weights, costs []float64) error {
	total := 0.0
	for _, weight := range weights {
		if !(weight >= 0) || math.IsInf(weight, 0) {
			return fmt.Errorf("a weight is %v; use 0 or more", weight)
		}
		total += weight
	}
	if total <= 0 {
		return errors.New("no weight is above 0")
	}
	if costs != nil && len(costs) != len(weights) {
		return fmt.Errorf("%d costs for %d weights", len(costs), len(weights))
	}
	for _, cost := range costs {
		if !(cost >= 0) || math.IsInf(cost, 0) {
			return fmt.Errorf("a cost is %v; use 0 or more", cost)
		}
	}
	return nil
}

// How strongly a draw corrects the errors so far. At 0 draws would be independent, and off by the square root of their
// number; much higher, the order would be close to a fixed cycle. Costs are steered harder than shares, so that stretches
// of any place and length are close to their number of requests; hours are met exactly by the landing.
const (
	shareSteering = 1.0
	costSteering  = 2.0
)

// deck draws indexes at random so that both the share of each index and the sum of the costs stay close to expectation
// at all times, not only in the long run. Draws that know their arrival also bring the sum to the plan at the boundary of
// each stretch, within the bound of the landing, when each arrival draws once, in order. Arrivals that are missed are not
// drawn for: what they would have cost is taken off, not caught up with. A process that starts in a stretch meets its
// rest. Shares pay for it with a draw or two a stretch and get them back.
type deck struct {
	weights, costs []float64
	seed           func() uint64
	landing        *landing

	mu     sync.Mutex
	source *rand.Rand
	shares []float64
	// Mean cost of a draw, and the spread that costs are measured in.
	meanCost, costScale float64
	// Draws so far minus expected draws, for each index.
	errors []float64
	chance []float64
}

func newDeck(weights, costs []float64, seed func() uint64) *deck {
	d := &deck{
		weights: slices.Clone(weights), costs: slices.Clone(costs), seed: seed, landing: newLanding(weights, costs),
		shares: make([]float64, len(weights)), errors: make([]float64, len(weights)), chance: make([]float64, len(weights)),
	}
	total := 0.0
	for _, weight := range weights {
		total += weight
	}
	for i, weight := range weights {
		d.shares[i] = weight / total
		if costs != nil {
			d.meanCost += d.shares[i] * costs[i]
		}
	}
	variance := 0.0
	for i := range costs {
		variance += d.shares[i] * (costs[i] - d.meanCost) * (costs[i] - d.meanCost)
	}
	d.costScale = math.Sqrt(variance)
	return d
}

// draw returns an index of the weights, for an arrival when that is known. It is safe for use by many users at once.
func (d *deck) draw(at *arrival.Place) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.source == nil {
		// At the first draw: the plan is read by then, and its seed known.
		seed := d.seed()
		d.source = rand.New(rand.NewPCG(seed, seed^0x9e3779b97f4a7c15)) //nolint:gosec // not a secret
	}
	drawn := d.choose(at)
	for i, share := range d.shares {
		d.errors[i] -= share
	}
	d.errors[drawn]++
	return drawn
}

// choose weighs each index by its share, and by the errors as they would be after it: for the sum of the costs a Gibbs
// weight, the exponential of minus half the square in units of the spread. An index that misses the landing is out.
func (d *deck) choose(at *arrival.Place) int {
	costError := 0.0
	for i := range d.costs {
		costError += d.errors[i] * d.costs[i]
	}
	open := d.openFor(at, costError)
	least := math.Inf(1)
	for i, share := range d.shares {
		pull := shareSteering * d.errors[i]
		if d.costScale > 0 {
			after := (costError + d.costs[i] - d.meanCost) / d.costScale
			pull += costSteering * after * after / 2
		}
		if share == 0 || !open(i) {
			pull = math.Inf(1)
		}
		d.chance[i] = pull
		least = math.Min(least, pull)
	}
	total := 0.0
	for i, share := range d.shares {
		// From the least pull: after a conversation of a thousand turns all of them are beyond what exp can hold.
		d.chance[i] = share * math.Exp(least-d.chance[i])
		total += d.chance[i]
	}
	point := d.source.Float64() * total
	for i, chance := range d.chance {
		if point -= chance; point < 0 {
			return i
		}
	}
	return d.mostLikely()
}

// openFor tells which indexes are open to an arrival: all of them when there is nothing to land on.
func (d *deck) openFor(at *arrival.Place, costError float64) func(index int) bool {
	if at == nil || d.landing == nil {
		return func(int) bool { return true }
	}
	draws := at.Left + 1
	goal := d.landing.goal((float64(draws)+at.Remainder)*d.meanCost-costError, draws)
	return func(index int) bool { return d.landing.open(index, goal, draws) }
}

// mostLikely is for the rounding error at the end of the line.
func (d *deck) mostLikely() int {
	best := 0
	for i, chance := range d.chance {
		if chance > d.chance[best] {
			best = i
		}
	}
	return best
}
