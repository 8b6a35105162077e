// SPDX-License-Identifier: AGPL-3.0-only

// Package module is the JavaScript module k6/x/soakd.
package module

import (
	"github.com/grafana/sobek"
	"go.k6.io/k6/v2/js/common"
	"go.k6.io/k6/v2/js/modules"

	"xk6-soakd/arrival"
	"xk6-soakd/vitals"
)

func init() { modules.Register("k6/x/soakd", &root{decks: newDecks(vitals.Process)}) }

// root is one for the process; its decks are shared by all users.
type root struct{ decks *decks }

// NewModuleInstance implements modules.Module: one instance a user.
func (r *root) NewModuleInstance(vu modules.VU) modules.Instance {
	return &instance{vu: vu, decks: r.decks}
}

type instance struct {
	vu    modules.VU
	decks *decks
}

// Exports implements modules.Instance.
func (i *instance) Exports() modules.Exports {
	return modules.Exports{Named: map[string]any{"track": i.track, "deck": i.deck}}
}

// track makes the requests of this user visible while they are in flight. Calls after the first cost a comparison.
func (i *instance) track() {
	state := i.vu.State()
	if state == nil {
		common.Throw(i.vu.Runtime(), errTrackTooEarly)
	}
	state.Transport = vitals.Process.Track(state.Transport)
}

// deck returns a function that draws from the deck of that name.
func (i *instance) deck(name string, weights []float64, costs sobek.Value) func() int {
	var costOf []float64
	if costs != nil && !sobek.IsUndefined(costs) && !sobek.IsNull(costs) {
		if err := i.vu.Runtime().ExportTo(costs, &costOf); err != nil {
			common.Throw(i.vu.Runtime(), err)
		}
	}
	deck, err := i.decks.named(name, weights, costOf)
	if err != nil {
		common.Throw(i.vu.Runtime(), err)
	}
	return func() int { return deck.draw(i.arrival()) }
}

// arrival is the one that this user's iteration answers; nil when the executor is another one.
func (i *instance) arrival() *arrival.Place {
	if slot := vitals.SlotOf(i.vu.Context()); slot != nil {
		return &slot.Place
	}
	return nil
}
