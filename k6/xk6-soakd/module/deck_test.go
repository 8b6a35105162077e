// SPDX-License-Identifier: AGPL-3.0-only

package module

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"xk6-soakd/vitals"
)

var (
	// 40 % of one turn, 35 % of three or four, 25 % of six to eight: the seed's shares, evenly within each.
	ownWeights = []float64{0.4 / 6, 0.4 / 6, 0.4 / 6, 0.4 / 6, 0.4 / 6, 0.4 / 6, 0.35 / 4, 0.35 / 4, 0.35 / 4, 0.35 / 4, 0.25 / 3, 0.25 / 3, 0.25 / 3}

	mixes = map[string]struct{ weights, costs []float64 }{
		"conversations of 1, 4 and 8 turns": {[]float64{60, 30, 10}, []float64{1, 4, 8}},
		"many kinds of one request":         {[]float64{5, 4, 3, 2, 1, 1, 1, 0.5, 0.5}, nil},
		"one is rare and costs much":        {[]float64{0.98, 0.02}, []float64{1, 20}},
		"nine turns":                        {[]float64{1, 1, 1, 1, 1, 1, 1, 1, 1}, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}},
		"soakd's own conversations":         {ownWeights, []float64{1, 1, 1, 1, 1, 1, 3, 3, 4, 4, 6, 7, 8}},
		"one turn or eight":                 {[]float64{70, 30}, []float64{1, 8}},
	}
)

func drawsOf(d *deck, count int) []int {
	draws := make([]int, count)
	for i := range draws {
		draws[i] = d.draw(nil)
	}
	return draws
}

func fixed(seed uint64) func() uint64 { return func() uint64 { return seed } }

func TestSharesAndCostsStayCloseToExpectationAtAllTimes(t *testing.T) {
	for name, mix := range mixes {
		for seed := range uint64(5) {
			d := newDeck(mix.weights, mix.costs, fixed(seed))
			worstShare, worstCost := 0.0, 0.0
			for range 50_000 {
				d.draw(nil)
				costError := 0.0
				for i := range d.errors {
					worstShare = math.Max(worstShare, math.Abs(d.errors[i]))
					if mix.costs != nil {
						costError += d.errors[i] * mix.costs[i]
					}
				}
				worstCost = math.Max(worstCost, math.Abs(costError))
			}
			if worstShare > 8 {
				t.Errorf("%s: a share is off by %.1f draws at some time", name, worstShare)
			}
			// Independent draws are off by several hundred requests after 50,000.
			highest := 0.0
			for _, cost := range mix.costs {
				highest = math.Max(highest, cost)
			}
			if worstCost > 2.5*highest {
				t.Errorf("%s: requests are off by %.1f at some time, the largest conversation has %v", name, worstCost, highest)
			}
		}
	}
}

func TestAConversationOfAThousandTurnsDoesNotStopTheDraw(t *testing.T) {
	d := newDeck([]float64{1000, 500, 0, 1e-3}, []float64{1, 2, 3, 1000}, fixed(1))
	// It was drawn just now: hundreds of shorter ones make up for it.
	d.draw(nil)
	d.errors = []float64{-0.7, -0.3, 0, 1}
	counts := [4]int{}
	for range 5000 {
		counts[d.draw(nil)]++
	}
	if counts[0] < 3000 || counts[1] == 0 || counts[2] != 0 || counts[3] != 0 {
		t.Errorf("after the longest one came %v", counts)
	}
	for i, off := range d.errors {
		if math.IsNaN(off) {
			t.Errorf("the error of index %d is no number", i)
		}
	}
}

func TestDrawsAreRandomAndNotACycle(t *testing.T) {
	mix := mixes["conversations of 1, 4 and 8 turns"]
	draws := drawsOf(newDeck(mix.weights, mix.costs, fixed(1)), 20_000)
	for period := 1; period <= 40; period++ {
		same, expected := 0, 0.6*0.6+0.3*0.3+0.1*0.1
		for i := period; i < len(draws); i++ {
			if draws[i] == draws[i-period] {
				same++
			}
		}
		share := float64(same) / float64(len(draws)-period)
		if period > 8 && math.Abs(share-expected) > 0.05 {
			t.Errorf("draws %d apart agree in %.2f of all cases, %.2f by chance", period, share, expected)
		}
		if share > 0.75 {
			t.Errorf("draws repeat after %d", period)
		}
	}
}

func TestTheSeedDecidesTheOrder(t *testing.T) {
	mix := mixes["nine turns"]
	a := drawsOf(newDeck(mix.weights, mix.costs, fixed(1)), 500)
	if !slices.Equal(a, drawsOf(newDeck(mix.weights, mix.costs, fixed(1)), 500)) {
		t.Error("the same seed gave another order")
	}
	if slices.Equal(a, drawsOf(newDeck(mix.weights, mix.costs, fixed(2)), 500)) {
		t.Error("another seed gave the same order")
	}
}

func TestAWeightOfZeroIsNeverDrawn(t *testing.T) {
	for _, index := range drawsOf(newDeck([]float64{0, 1, 0, 2, 0}, nil, fixed(1)), 10_000) {
		if index != 1 && index != 3 {
			t.Fatalf("drew %d", index)
		}
	}
}

func TestUsersShareADeckOfTheSameName(t *testing.T) {
	decks := newDecks(&vitals.Vitals{})
	weights := []float64{3, 1}
	var users sync.WaitGroup
	for range 8 {
		users.Add(1)
		go func() {
			defer users.Done()
			d, err := decks.named("mix", weights, nil)
			if err != nil {
				t.Error(err)
				return
			}
			drawsOf(d, 1000)
		}()
	}
	users.Wait()
	d, _ := decks.named("mix", weights, nil)
	if math.Abs(d.errors[0]) > 8 {
		t.Errorf("after 8000 draws by eight users the first share is off by %v", d.errors[0])
	}
	if _, err := decks.named("mix", []float64{1, 1}, nil); err == nil || !strings.Contains(err.Error(), "other weights") {
		t.Errorf("the same name with other weights: %v", err)
	}
}

func TestDecksThatMakeNoSenseAreRefused(t *testing.T) {
	for _, bad := range []struct{ weights, costs []float64 }{
		{nil, nil}, {[]float64{0, 0}, nil}, {[]float64{-1, 2}, nil}, {[]float64{math.NaN()}, nil},
		{[]float64{1, 2}, []float64{1}}, {[]float64{1}, []float64{-1}}, {[]float64{math.Inf(1)}, nil},
	} {
		if _, err := newDecks(&vitals.Vitals{}).named("bad", bad.weights, bad.costs); err == nil {
			t.Errorf("accepted %v with costs %v", bad.weights, bad.costs)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	mix := mixes["conversations of 1, 4 and 8 turns"]
	d := newDeck(mix.weights, mix.costs, fixed(1))
	for b.Loop() {
		d.draw(nil)
	}
}
